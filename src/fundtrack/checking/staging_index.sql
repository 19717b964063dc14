-- After loading: day-ends once, and the ways the checks reach a row.
INSERT INTO staged_change (account, fund, unit, day, date, change)
SELECT p.account, p.fund, p.unit, p.day, v.date, SUM(p.controlled * p.amount)
FROM staged_posting AS p
JOIN staged_voucher AS v ON v.voucher = p.voucher
WHERE p.controlled <> 0
GROUP BY p.account, p.fund, p.unit, p.day, v.date;
CREATE INDEX staged_posting_account ON staged_posting (account, unit, day);
CREATE INDEX staged_voucher_bank_ref ON staged_voucher (bank_ref);
CREATE INDEX staged_accounts_account ON staged_accounts (account, unit);
CREATE INDEX staged_grants_account ON staged_grants (account, day, seq);
