-- A ledger from elsewhere, in memory: the relations of a book without its keys, so that whatever was written is staged
-- and what is wrong with it is found by the checks.
CREATE TABLE staged_voucher (
    voucher INTEGER PRIMARY KEY, number INTEGER, date TEXT, day INTEGER, year INTEGER, period INTEGER, kind TEXT,
    link INTEGER, reverses INTEGER, cites INTEGER, fund TEXT, project TEXT, payee TEXT, narration TEXT, document TEXT,
    bank TEXT, bank_ref TEXT, payee_id TEXT, payee_account TEXT, contract TEXT, occurrence INTEGER, batch INTEGER,
    row INTEGER, chart INTEGER, prepared_by TEXT, approved_by TEXT, voucher_number TEXT,
    moved TEXT, moved_day INTEGER
) STRICT;
CREATE TABLE staged_posting (
    voucher INTEGER, line INTEGER, leg INTEGER, day INTEGER, fund TEXT, account TEXT, account_kind TEXT,
    controlled INTEGER, unit TEXT, amount INTEGER, red INTEGER, weight_unit TEXT, weight INTEGER, tolerance INTEGER,
    "use" TEXT, quota TEXT, PRIMARY KEY (voucher, line)
) STRICT, WITHOUT ROWID;
CREATE TABLE staged_funds (
    fund TEXT, fund_group TEXT, department TEXT, level TEXT, regime TEXT, valid_from TEXT, valid_to TEXT,
    may_advance INTEGER, authority TEXT, chart INTEGER, chart_last INTEGER, PRIMARY KEY (fund, chart)
) STRICT;
CREATE TABLE staged_accounts (
    account TEXT, fund TEXT, unit TEXT, code TEXT, account_kind TEXT, controlled INTEGER, bank TEXT, opened TEXT
) STRICT;
CREATE TABLE staged_banks (fund TEXT, account TEXT, bank TEXT, number TEXT) STRICT;
CREATE TABLE staged_grants (
    account TEXT, day INTEGER, date TEXT, granted INTEGER, document TEXT, chart INTEGER, seq INTEGER
) STRICT;
CREATE TABLE staged_quotas (
    quota TEXT, fund TEXT, year INTEGER, parent TEXT, "use" TEXT, project TEXT, department TEXT, document TEXT,
    upper_document TEXT, date TEXT, day INTEGER, expires TEXT, chart INTEGER
) STRICT;
CREATE TABLE staged_quota_controls (fund TEXT, unit TEXT, day INTEGER) STRICT;
CREATE TABLE staged_batches (
    batch INTEGER, date TEXT, file TEXT, sheet TEXT, sha256 TEXT, page TEXT, page_sha256 TEXT, rows_read INTEGER,
    rows_posted INTEGER, rows_already_posted INTEGER, rows_quarantined INTEGER, rows_not_data INTEGER,
    rows_unreadable INTEGER, rows_mended INTEGER, amount_posted INTEGER, amount_already_posted INTEGER,
    amount_quarantined INTEGER, amount_mended INTEGER, printed_total INTEGER, date_first TEXT, date_last TEXT, imported_by TEXT, bank TEXT,
    default_fund TEXT,
    default_use TEXT, default_project TEXT, default_by TEXT, amount_read INTEGER, has_total INTEGER,
    unit TEXT, entry TEXT
) STRICT;
CREATE TABLE staged_change (account TEXT, fund TEXT, unit TEXT, day INTEGER, date TEXT, change INTEGER) STRICT;
CREATE VIEW staged_postings AS -- two accounts of one path are one account, in use since the first was opened
SELECT p.voucher, p.line, p.leg, v.date, p.day, v.year, v.period, v.kind, v.link, v.reverses, p.fund, p.account,
    p.account_kind, p.controlled, COALESCE((
        SELECT MIN(a.opened) FROM staged_accounts AS a WHERE a.account = p.account AND a.unit = p.unit), '') AS opened,
    p.unit, p.amount, p.red, p.weight_unit, p.weight, p.tolerance, p."use", v.project, v.payee, v.narration, v.document,
    v.bank, v.bank_ref, v.occurrence, v.batch, v.row, v.chart, p.quota
FROM staged_posting AS p
JOIN staged_voucher AS v ON v.voucher = p.voucher;
CREATE VIEW staged_quota_statuses AS
SELECT quota, fund, substr(account_kind, 7) AS status, SUM(controlled * amount) AS amount, unit
FROM staged_posting WHERE quota <> '' GROUP BY quota, fund, account_kind, unit;
CREATE VIEW staged_daily_balances AS
SELECT account, fund, unit, day, date, change,
    SUM(change) OVER (PARTITION BY account, fund, unit ORDER BY day) AS balance
FROM staged_change;
