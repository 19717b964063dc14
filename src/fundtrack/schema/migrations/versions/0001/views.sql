-- The public face of a book: what pages, reports and auditors select from. The same text on both databases.
-- docs/reference/views.md describes every column.

CREATE VIEW book_vouchers AS
SELECT v.id AS voucher, v.number, v.date, v.day, v.year, CAST(substr(v.date, 6, 2) AS INTEGER) AS period, v.kind, v.link,
    COALESCE(v.reverses, 0) AS reverses, COALESCE(v.cites, 0) AS cites, v.fund, v.project, v.payee, v.narration,
    v.document, v.bank, v.bank_ref, v.payee_id, v.payee_account, v.contract, v.occurrence, COALESCE(v.batch, 0) AS batch, COALESCE(v.row, 0) AS row, v.chart,
    v.prepared_by, v.approved_by,
    v.fund || '-' || v.year || '-' || CASE
        WHEN v.number < 1000000 THEN substr('' || (1000000 + v.number), 2)
        ELSE '' || v.number END AS voucher_number,
    MOVED_DATE OF v AS moved, MOVED_DAY OF v AS moved_day
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
    v.bank_ref, v.occurrence, COALESCE(v.batch, 0) AS batch, COALESCE(v.row, 0) AS row, v.chart,
    CASE WHEN a.kind LIKE 'quota-%' THEN a.fund || '-' || substr(a.code, 6) ELSE '' END AS quota
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

CREATE VIEW book_quotas AS
SELECT q.number AS quota, q.fund, q.year,
    COALESCE((SELECT p.number FROM quota AS p WHERE p.fund = q.fund AND p.line = q.parent), '') AS parent,
    q.use AS "use", q.project, q.department, q.document, q.upper_document, q.date, q.day, q.expires, q.chart
FROM quota AS q;

-- What each line has in each status by now.
CREATE VIEW book_quota_statuses AS
SELECT a.fund || '-' || substr(a.code, 6) AS quota, a.fund, substr(a.kind, 7) AS status, b.total AS amount, a.unit
FROM account AS a
JOIN balance AS b ON b.fund = a.fund AND b.unit = a.unit AND b.code = a.code
WHERE a.kind LIKE 'quota-%';

-- From which status to which each kind of voucher moves quota, where it takes nothing back.
CREATE VIEW quota_move AS
SELECT column1 AS kind, column2 AS moves FROM (VALUES
    ('opening', ' received>unallotted received>available received>committed received>applied '),
    ('quota-received', ' received>unallotted unallotted>received '),
    ('allotment', ' unallotted>available '),
    ('quota-adjustment', ' unallotted>unallotted unallotted>available available>unallotted available>available '),
    ('pooling', ' unallotted>received received>unallotted '),
    ('commitment', ' available>committed committed>available '),
    ('application', ' available>applied committed>applied applied>available applied>committed '),
    ('disbursement', ' available>paid committed>paid applied>paid '),
    ('advance', ' available>paid committed>paid applied>paid '),
    ('bank-charge', ' available>paid committed>paid '),
    ('refund', ' paid>available paid>committed '),
    ('adjustment', ' available>paid committed>paid paid>available paid>committed paid>applied '),
    ('returned-payment', ' paid>available paid>committed paid>applied '),
    ('carry-over', ' unallotted>carried available>carried committed>carried received>unallotted received>available received>committed '),
    ('reclaim', ' unallotted>reclaimed available>reclaimed committed>reclaimed ')) AS m;

-- The line that a document gave, of which a line was allotted or carried over.
CREATE VIEW quota_root AS
WITH RECURSIVE rooted (fund, line, root) AS (
    SELECT fund, line, line FROM quota WHERE parent IS NULL
    UNION ALL
    SELECT q.fund, q.line, r.root FROM quota AS q JOIN rooted AS r ON r.fund = q.fund AND r.line = q.parent
)
SELECT r.fund, r.line, r.root, q.number FROM rooted AS r JOIN quota AS q ON q.fund = r.fund AND q.line = r.line;

-- Since when, and to whom, lines have bound quota to contracts: what was bound and taken back in red never was.
CREATE VIEW contract_bound AS
SELECT v.contract, e.fund, e.unit, a.code, v.payee, v.date
FROM voucher AS v
JOIN entry AS e ON e.voucher = v.id
JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code = CASE e.red WHEN 0 THEN e.credit ELSE e.debit END
    AND a.kind = 'quota-committed'
WHERE v.kind IN ('commitment', 'carry-over') AND v.contract <> '' AND v.reverses IS NULL
    AND NOT EXISTS (SELECT 1 FROM voucher AS r WHERE r.reverses = v.id);

-- What waits to be approved of a line for each contract, what is bound to that, whether ever, and what the line has free.
CREATE VIEW application_asked AS
SELECT a.fund, a.line, a.contract, CAST(SUM(a.amount) AS BIGINT) AS asked, COALESCE((
        SELECT c.total FROM quota AS q JOIN quota_heading AS h ON h.fund = q.fund AND h.status = 'committed'
        JOIN commitment AS c ON c.fund = q.fund AND c.unit = h.unit AND c.code = h.code || ':' || q.name
        WHERE q.fund = a.fund AND q.line = a.line AND c.contract = a.contract AND a.contract <> ''), 0) AS bound,
    CASE WHEN EXISTS (
        SELECT 1 FROM quota AS q JOIN quota_heading AS h ON h.fund = q.fund AND h.status = 'committed'
        JOIN contract_bound AS b ON b.contract = a.contract AND b.fund = q.fund AND b.code = h.code || ':' || q.name
        WHERE q.fund = a.fund AND q.line = a.line) THEN 1 ELSE 0 END AS ever,
    COALESCE((
        SELECT b.total FROM quota AS q JOIN quota_heading AS h ON h.fund = q.fund AND h.status = 'available'
        JOIN balance AS b ON b.fund = q.fund AND b.unit = h.unit AND b.code = h.code || ':' || q.name
        WHERE q.fund = a.fund AND q.line = a.line), 0) AS available
FROM application AS a
JOIN quota AS l ON l.fund = a.fund AND l.line = a.line
WHERE NOT EXISTS (SELECT 1 FROM application_decision AS d WHERE d.application = a.application)
GROUP BY a.fund, a.line, a.contract;

-- What came into a fund that may be spent by no quota, since which day, less what of it was taken back: refunds of earlier
-- years, what of an advance came back without the quota that had paid it, and interest that came under quota control.
CREATE VIEW money_without_quota AS
SELECT v.id AS voucher, v.fund, CASE v.kind WHEN 'reclaim' THEN '' ELSE o.date END AS since,
    (1 - 2 * e.red) * e.amount * CASE WHEN a.code = e.credit THEN 1 ELSE -1 END AS amount
FROM voucher AS v
JOIN voucher AS o ON o.id = COALESCE(v.reverses, v.id)
JOIN entry AS e ON e.voucher = v.id
JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code IN (e.debit, e.credit)
WHERE (v.kind = 'reclaim' OR v.kind = 'refund' OR v.kind = 'interest') AND CASE a.kind
    WHEN 'balance' THEN v.kind <> 'interest'
    WHEN 'advance' THEN o.entries = 1 AND EXISTS (SELECT 1 FROM voucher AS p WHERE p.id = o.cites AND p.entries = 2)
    WHEN 'interest' THEN EXISTS (SELECT 1 FROM quota_heading AS h WHERE h.fund = v.fund AND h.day <= o.day)
END;

-- What quota each document gave: what was taken back, or cut, is not given.
CREATE VIEW document_given AS
SELECT v.document, CAST(SUM((1 - 2 * e.red) * e.amount) AS BIGINT) AS amount
FROM voucher AS v
JOIN entry AS e ON e.voucher = v.id
WHERE v.kind = 'quota-received'
GROUP BY v.document;

-- Each document, and every one that it follows from: as registered, or as the line names it that it gave.
CREATE VIEW document_above AS
WITH RECURSIVE line (document, above) AS (
    SELECT document, document FROM book_documents
    UNION
    SELECT document, document FROM quota WHERE parent IS NULL
    UNION
    SELECT l.document, f.above FROM line AS l
    JOIN (SELECT document, parent AS above FROM book_documents WHERE parent <> ''
        UNION SELECT document, upper_document FROM quota WHERE parent IS NULL AND upper_document <> '') AS f
        ON f.document = l.above
)
SELECT document, above FROM line;

-- From when on a fund is under quota control.
CREATE VIEW book_quota_controls AS
SELECT DISTINCT fund, unit, day FROM quota_heading;

CREATE VIEW default_in_force AS
SELECT d.batch, d.nth, d.fund, d.use, d.project, d.said_at, d.said_by FROM batch_default AS d
WHERE d.fund IS NOT NULL AND d.nth = (SELECT MAX(l.nth) FROM batch_default AS l WHERE l.batch = d.batch);

CREATE VIEW book_batches AS
SELECT b.batch, substr(imported_at, 1, 10) AS date, file, sheet, sha256, page, page_sha256, rows_read, rows_posted,
    rows_already_posted, rows_quarantined, rows_not_data, rows_unreadable, COALESCE(c.reads, 0) AS rows_mended,
    amount_posted, amount_already_posted, amount_quarantined, COALESCE(c.moves, 0) AS amount_mended,
    COALESCE(printed_total, 0) AS printed_total, date_first, date_last, imported_by, bank,
    COALESCE(d.fund, '') AS default_fund, COALESCE(d.use, '') AS default_use,
    COALESCE(d.project, '') AS default_project, COALESCE(d.said_by, '') AS default_by,
    amount_posted + amount_already_posted + amount_quarantined + COALESCE(c.moves, 0) AS amount_read,
    CASE WHEN printed_total IS NULL THEN 0 ELSE 1 END AS has_total,
    (SELECT COALESCE(MIN(unit), 'CNY') FROM account WHERE kind = 'cash') AS unit, 'batch ' || b.batch AS entry
FROM batch AS b
LEFT JOIN default_in_force AS d ON d.batch = b.batch
LEFT JOIN (
    SELECT batch, CAST(SUM(moves) AS BIGINT) AS moves, CAST(SUM(reads) AS BIGINT) AS reads FROM correction GROUP BY batch
) AS c ON c.batch = b.batch;

CREATE VIEW book_daily_balances AS
SELECT a.path AS account, d.fund, d.unit, d.day, d.date, d.change,
    CAST(SUM(d.change) OVER (PARTITION BY d.fund, d.unit, d.code ORDER BY d.day) AS INTEGER) AS balance
FROM daily_balance AS d
JOIN account AS a ON a.fund = d.fund AND a.unit = d.unit AND a.code = d.code;

-- How high the authority stands that a fund answers to, by its terms in force; a group, the highest of its funds.
CREATE VIEW fund_rank AS
SELECT f.fund, MAX(f.rank) AS rank
FROM (SELECT CASE g.grouped WHEN 0 THEN t.fund ELSE t.fund_group END AS fund, CASE t.level
        WHEN 'central' THEN 5 WHEN 'region' THEN 4 WHEN 'city' THEN 3 WHEN 'county' THEN 2 ELSE 1 END AS rank
    FROM fund_terms AS t CROSS JOIN (SELECT 0 AS grouped UNION ALL SELECT 1) AS g
    WHERE t.chart = (SELECT MAX(later.chart) FROM fund_terms AS later WHERE later.fund = t.fund)) AS f
WHERE f.fund <> ''
GROUP BY f.fund;

-- Waivers that hold: not revoked, and of the level and date that the register of documents says, where it has the document.
CREATE VIEW waiver_holding AS
SELECT w.*, CASE w.document_level WHEN 'central' THEN 5 WHEN 'region' THEN 4 WHEN 'city' THEN 3 WHEN 'county' THEN 2 ELSE 1
    END AS rank
FROM waiver AS w
WHERE NOT EXISTS (SELECT 1 FROM waiver_revoked AS r WHERE r.waiver = w.waiver)
    AND NOT EXISTS (SELECT 1 FROM book_documents AS d WHERE d.document = w.document
        AND (d.level NOT IN ('', w.document_level) OR d.date NOT IN ('', w.document_date)));

-- Waivers that hold, and until when.
CREATE VIEW book_waivers AS
SELECT waiver, page, fund, use AS "use", project, valid_from, valid_to, document
FROM waiver_holding;

-- Who put an entry of a register there: who recorded it, and who imported its file; or a file itself, as `batch 3`.
CREATE VIEW entry_hands AS
SELECT entry, PERSON(recorded_by) AS person FROM every_entry
UNION
SELECT e.entry, PERSON(b.imported_by) FROM every_entry AS e JOIN batch AS b ON b.batch = e.batch
UNION
SELECT 'batch ' || batch, PERSON(imported_by) FROM batch;

-- What waivers would cover which findings, whatever the day of asking: `valid_from` and `valid_to` say on which they do.
-- A decision dated after the payment, or by an authority below the fund's, cures nothing. A finding that bears no date
-- counts from the day it was first seen; one that belongs to no fund there is needs the highest authority of any. Nor
-- does it cover a payment that its approver prepared or approved.
CREATE VIEW book_waived AS
SELECT f.finding, w.waiver, w.valid_from, w.valid_to
FROM waiver_holding AS w
JOIN finding AS f ON f.page = w.page AND f.waivable = 1 AND w.fund IN ('', f.fund) AND w.use IN ('', f.use)
    AND w.project IN ('', f.project) AND COALESCE(w.voucher, f.voucher, 0) = COALESCE(f.voucher, 0)
    AND COALESCE(w.finding, f.finding) = f.finding
JOIN audit AS first ON first.audit = f.audit
WHERE COALESCE(NULLIF(f.date, ''), substr(first.audited_at, 1, 10)) BETWEEN w.valid_from AND w.valid_to
    AND COALESCE(NULLIF(f.date, ''), substr(first.audited_at, 1, 10)) >= w.document_date
    AND w.rank >= COALESCE((SELECT k.rank FROM fund_rank AS k WHERE k.fund = f.fund),
        (SELECT MAX(k.rank) FROM fund_rank AS k), 0)
    AND NOT EXISTS (SELECT 1 FROM voucher AS v WHERE v.id = f.voucher
        AND PERSON(w.approved_by) IN (PERSON(v.prepared_by), PERSON(v.approved_by)));

-- What waivers let which vouchers be posted, by the rule of `book_waived`: a control may be waived where its check may be.
CREATE VIEW waiver_ahead AS
SELECT w.page, w.use, v.id AS voucher
FROM waiver_holding AS w
JOIN voucher AS v ON w.fund IN ('', v.fund) AND w.project IN ('', v.project) AND v.date BETWEEN w.valid_from AND w.valid_to
    AND v.date >= w.document_date AND PERSON(w.approved_by) NOT IN (PERSON(v.prepared_by), PERSON(v.approved_by))
WHERE w.voucher IS NULL AND w.finding IS NULL
    AND w.rank >= COALESCE((SELECT k.rank FROM fund_rank AS k WHERE k.fund = v.fund), 0);

-- What standing voucher remedies which finding, and by which kind of remedy. Of a finding without a voucher it must be
-- one that came later and names the document or contract that the finding is about.
CREATE VIEW book_remedies AS
SELECT f.finding, r.id AS voucher, CASE
        WHEN r.reverses IS NOT NULL THEN 'reversal'
        WHEN EXISTS (SELECT 1 FROM voucher AS red WHERE red.reverses = f.voucher AND red.link = r.link) THEN 'rebook'
        WHEN r.kind = 'adjustment' THEN 'rebook'
        WHEN EXISTS (SELECT 1 FROM voucher AS held WHERE held.id = r.cites AND held.cites = f.voucher) THEN 'transfer-back'
        ELSE r.kind END AS remedy
FROM finding AS f
JOIN voucher AS r ON r.reverses = f.voucher OR (r.reverses IS NULL AND (r.cites = f.voucher
        OR EXISTS (SELECT 1 FROM voucher AS red WHERE red.reverses = f.voucher AND red.link = r.link)
        OR EXISTS (SELECT 1 FROM voucher AS held WHERE held.id = r.cites AND held.cites = f.voucher)))
    OR (f.voucher IS NULL AND r.fund = f.fund AND r.kind <> 'opening' AND f.evidence <> ''
        AND f.evidence IN (r.document, r.contract)
        AND r.recorded_at >= (SELECT first.audited_at FROM audit AS first WHERE first.audit = f.audit))
WHERE NOT EXISTS (SELECT 1 FROM voucher AS back WHERE back.reverses = r.id);

-- Findings with the state that acts gave them. Whether a waiver covers one depends on the day of asking: `book_waived`;
-- one that was closed by a waiver stands open again where none covers it.
CREATE VIEW book_findings AS
SELECT f.finding, f.fingerprint, f.page, f.severity, f.waivable,
    CASE last.act WHEN 'dismiss' THEN 'dismissed' WHEN 'close' THEN 'closed' ELSE COALESCE((
        SELECT CASE a.act WHEN 'confirm' THEN 'confirmed' ELSE 'lead' END FROM finding_act AS a
        WHERE a.finding = f.finding AND a.act IN ('confirm', 'dismiss') ORDER BY a.seq DESC LIMIT 1), 'lead')
    END AS state,
    COALESCE(last.remedy, 0) AS remedy, COALESCE(last.waiver, 0) AS waiver,
    COALESCE(f.voucher, 0) AS voucher, COALESCE(v.fund || '-' || v.year || '-' || CASE
        WHEN v.number < 1000000 THEN substr('' || (1000000 + v.number), 2)
        ELSE '' || v.number END, '') AS voucher_number, f.date, f.fund, f.use AS "use",
    f.project, f.unit, COALESCE(s.amount, 0) AS amount, CASE WHEN EXISTS (
        SELECT 1 FROM sighting AS seen JOIN audit AS a ON a.audit = seen.audit
        WHERE seen.finding = f.finding AND a.side = 'auditor') THEN 'auditor' ELSE 'bureau' END AS side,
    COALESCE(last.side, '') AS acted_side, COALESCE(last.entry, '') AS remedy_entry, f.entry,
    f.audit AS first_audit, s.audit AS last_audit,
    first.audited_at AS first_seen, recent.audited_at AS last_seen,
    CASE WHEN EXISTS (SELECT 1 FROM audit_check AS c JOIN audit AS a ON a.audit = c.audit AND a.restricted = ''
        WHERE c.page = f.page AND c.audit > s.audit AND c.parameters = (
            SELECT was.parameters FROM audit_check AS was WHERE was.audit = s.audit AND was.page = f.page))
    THEN 0 ELSE 1 END AS found
FROM finding AS f
JOIN audit AS first ON first.audit = f.audit
JOIN sighting AS s ON s.finding = f.finding
    AND s.audit = (SELECT MAX(seen.audit) FROM sighting AS seen WHERE seen.finding = f.finding)
JOIN audit AS recent ON recent.audit = s.audit
LEFT JOIN finding_act AS last ON last.finding = f.finding
    AND last.seq = (SELECT MAX(a.seq) FROM finding_act AS a WHERE a.finding = f.finding)
LEFT JOIN voucher AS v ON v.id = f.voucher;
