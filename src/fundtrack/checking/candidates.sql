-- Vouchers that are not posted yet, one row an entry, with the columns of the book but without its keys: what would
-- break the rule can be staged here, and is found by the checks. Temporary, so no two clerks see each other's.
CREATE TEMPORARY TABLE candidate (
    voucher INTEGER NOT NULL, line INTEGER NOT NULL, fund TEXT, year INTEGER, date TEXT, day INTEGER, kind TEXT,
    project TEXT, payee TEXT, narration TEXT, document TEXT, bank TEXT, bank_ref TEXT, payee_id TEXT,
    payee_account TEXT, contract TEXT, quota TEXT, approved_by TEXT, link INTEGER, reverses INTEGER,
    cites INTEGER, natural_key TEXT, occurrence INTEGER, batch INTEGER, row INTEGER, chart INTEGER, entries INTEGER,
    outflow INTEGER, unit TEXT, debit_fund TEXT, debit TEXT, credit_fund TEXT, credit TEXT, amount INTEGER, red INTEGER,
    PRIMARY KEY (voucher, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX candidate_bank_ref ON candidate (bank_ref) WHERE bank_ref <> '';
-- What payments execute of quota, while that is worked out: the line, and the accounts it is freed of and paid from.
CREATE TEMPORARY TABLE execution (
    voucher INTEGER NOT NULL, line INTEGER NOT NULL, project TEXT, unit TEXT, freed TEXT, paid TEXT, amount INTEGER,
    red INTEGER, PRIMARY KEY (voucher, line)
) STRICT, WITHOUT ROWID;
CREATE TEMPORARY TABLE aside AS SELECT * FROM candidate WHERE 0 = 1;
CREATE INDEX aside_voucher ON aside (voucher);
CREATE TEMPORARY VIEW candidate_vouchers AS
SELECT voucher, 0 AS number, date, day, year, CAST(substr(date, 6, 2) AS INTEGER) AS period, kind, link,
    reverses, cites, fund, project, payee, narration, document, bank,
    bank_ref, payee_id, payee_account, contract, occurrence, COALESCE(batch, 0) AS batch, COALESCE(row, 0) AS row, chart,
    '' AS prepared_by, '' AS approved_by, '' AS voucher_number, MOVED_DATE OF c AS moved, MOVED_DAY OF c AS moved_day
FROM candidate AS c WHERE line = 1;
CREATE TEMPORARY VIEW candidate_postings AS
SELECT c.voucher, c.line, s.leg, c.date, c.day, c.year, CAST(substr(c.date, 6, 2) AS INTEGER) AS period, c.kind, c.link,
    c.reverses, CASE s.leg WHEN 0 THEN c.debit_fund ELSE c.credit_fund END AS fund,
    COALESCE(a.path, CASE
        WHEN s.leg = 1 THEN '?:' || c.credit_fund || ':' || c.credit
        WHEN c.kind IN ('disbursement', 'bank-charge', 'refund', 'verification')
            THEN 'Expenses:' || c.debit_fund || ':' || c.debit
        ELSE '?:' || c.debit_fund || ':' || c.debit END) AS account,
    COALESCE(a.kind, CASE
        WHEN s.leg = 0 AND c.kind IN ('disbursement', 'bank-charge', 'refund', 'verification') THEN 'use'
        ELSE '' END) AS account_kind,
    COALESCE(a.controlled, 0) AS controlled, COALESCE(a.opened, '') AS opened, c.unit,
    (1 - 2 * c.red) * (1 - 2 * s.leg) * c.amount AS amount, c.red,
    c.unit AS weight_unit, (1 - 2 * c.red) * (1 - 2 * s.leg) * c.amount AS weight, 0 AS tolerance,
    CASE WHEN a.kind = 'use' THEN a.code WHEN a.kind IS NULL AND s.leg = 0 THEN c.debit ELSE '' END AS "use", c.project,
    c.payee, c.narration, c.document, c.bank, c.bank_ref, c.occurrence, COALESCE(c.batch, 0) AS batch,
    COALESCE(c.row, 0) AS row, c.chart,
    CASE WHEN a.kind LIKE 'quota-%' THEN a.fund || '-' || substr(a.code, 6) ELSE '' END AS quota, a.code
FROM candidate AS c
CROSS JOIN (SELECT 0 AS leg UNION ALL SELECT 1) AS s
LEFT JOIN account AS a ON a.unit = c.unit
    AND a.fund = CASE s.leg WHEN 0 THEN c.debit_fund ELSE c.credit_fund END
    AND a.code = CASE s.leg WHEN 0 THEN c.debit ELSE c.credit END;
