-- The public face of a book: what pages, reports and auditors select from. The same text on both databases.
-- docs/reference/views.md describes every column.

CREATE VIEW book_vouchers AS
SELECT v.id AS voucher, v.number, v.date, v.day, v.year, CAST(substr(v.date, 6, 2) AS INTEGER) AS period, v.kind, v.link,
    COALESCE(v.reverses, 0) AS reverses, COALESCE(v.cites, 0) AS cites, v.fund, v.project, v.payee, v.narration,
    v.document, v.bank, v.bank_ref, v.payee_id, v.payee_account, v.contract, v.occurrence, COALESCE(v.batch, 0) AS batch, COALESCE(v.row, 0) AS row, v.chart,
    v.prepared_by, v.approved_by,
    v.fund || '-' || v.year || '-' || CASE
        WHEN v.number < 1000000 THEN substr('' || (1000000 + v.number), 2)
        ELSE '' || v.number END AS voucher_number
FROM voucher AS v;

-- A voucher before its entries, and of each entry both sides together: SQLite keeps to the order of a CROSS JOIN, so every
-- narrow question comes by voucher, sums by voucher need no sorting, and one pass sees each row once. The account is
-- joined to the left because it always exists: a select that asks nothing of it, and sums nothing, does not look it up.
CREATE VIEW book_postings AS
SELECT v.id AS voucher, e.line, s.leg, v.date, v.day, v.year, CAST(substr(v.date, 6, 2) AS INTEGER) AS period, v.kind,
    v.link, COALESCE(v.reverses, 0) AS reverses, e.fund, COALESCE(a.path, '?') AS account,
    COALESCE(a.kind, '') AS account_kind, COALESCE(a.controlled, 0) AS controlled,
    COALESCE(a.opened, '') AS opened, e.unit,
    (1 - 2 * e.red) * (1 - 2 * s.leg) * e.amount AS amount, e.red, e.unit AS weight_unit,
    (1 - 2 * e.red) * (1 - 2 * s.leg) * e.amount AS weight, 0 AS tolerance,
    CASE WHEN a.kind = 'use' THEN a.code ELSE '' END AS "use", v.project, v.payee, v.narration, v.document, v.bank,
    v.bank_ref, v.occurrence, COALESCE(v.batch, 0) AS batch, COALESCE(v.row, 0) AS row, v.chart
FROM voucher AS v
CROSS JOIN entry AS e
CROSS JOIN (SELECT 0 AS leg UNION ALL SELECT 1) AS s
LEFT JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code = CASE s.leg WHEN 0 THEN e.debit ELSE e.credit END
WHERE e.voucher = v.id;

CREATE VIEW book_funds AS
SELECT t.fund, t.fund_group, t.department, t.level, t.regime, t.valid_from, t.valid_to, t.may_advance, t.authority, t.chart,
    COALESCE((
        SELECT MIN(later.chart) FROM fund_terms AS later WHERE later.fund = t.fund AND later.chart > t.chart
    ) - 1, 9000000000000000) AS chart_last
FROM fund_terms AS t;

CREATE VIEW book_accounts AS
SELECT path AS account, fund, unit, code, kind AS account_kind, controlled,
    COALESCE(bank, '') AS bank, opened
FROM account;

CREATE VIEW book_banks AS
SELECT a.fund, a.path AS account, b.bank, b.number
FROM account AS a
JOIN bank_account AS b ON b.bank = a.bank;

CREATE VIEW book_grants AS
SELECT path AS account, day, date, granted, document, chart, seq
FROM use_grant;

CREATE VIEW book_batches AS
SELECT batch, substr(imported_at, 1, 10) AS date, file, sheet, sha256, page, page_sha256, rows_read, rows_posted,
    rows_already_posted, rows_quarantined, rows_not_data, rows_unreadable, amount_posted, amount_already_posted,
    amount_quarantined, COALESCE(printed_total, 0) AS printed_total, date_first, date_last, imported_by,
    amount_posted + amount_already_posted + amount_quarantined AS amount_read,
    CASE WHEN printed_total IS NULL THEN 0 ELSE 1 END AS has_total, 'CNY' AS unit, 'batch ' || batch AS entry
FROM batch;

CREATE VIEW book_daily_balances AS
SELECT a.path AS account, d.fund, d.unit, d.day, d.date, d.change,
    CAST(SUM(d.change) OVER (PARTITION BY d.fund, d.unit, d.code ORDER BY d.day) AS INTEGER) AS balance
FROM daily_balance AS d
JOIN account AS a ON a.fund = d.fund AND a.unit = d.unit AND a.code = d.code;
