-- The tables of a book. Written once for both databases: `dialect.py` replaces INTEGER, TEXT, STRICT and the test that
-- an ISO date is a day, and its functions such as IS_NAME; nothing else differs. Policy (chart, fund_terms, account, use_grant) and record (voucher,
-- entry, batch, input_row, decision, refusal) are append-only; balance, commitment and daily_balance are derived by triggers.
-- What is counted up by one ends at 2^53, so that no client can take the last number there is and stop the book.
-- No table hides a rowid beside its key: SQLite's REPLACE would delete by it, unseen by the append-only guards.

CREATE TABLE release (
    release TEXT NOT NULL,
    installed_at TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    CONSTRAINT release_pk PRIMARY KEY (release)
) STRICT, WITHOUT ROWID;

CREATE TABLE chart (
    version INTEGER NOT NULL,
    applied_at TEXT NOT NULL,
    applied_by TEXT NOT NULL,
    document TEXT NOT NULL,
    text TEXT NOT NULL,
    CONSTRAINT chart_pk PRIMARY KEY (version),
    CONSTRAINT chart_applied_by CHECK (applied_by <> '')
) STRICT;

CREATE TABLE fund (
    fund TEXT NOT NULL,
    chart INTEGER NOT NULL,
    CONSTRAINT fund_pk PRIMARY KEY (fund),
    CONSTRAINT fund_chart FOREIGN KEY (chart) REFERENCES chart (version)
) STRICT, WITHOUT ROWID;

CREATE TABLE fund_terms (
    fund TEXT NOT NULL,
    chart INTEGER NOT NULL,
    fund_group TEXT NOT NULL,
    department TEXT NOT NULL,
    level TEXT NOT NULL,
    regime TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT NOT NULL,
    may_advance INTEGER NOT NULL,
    authority TEXT NOT NULL,
    CONSTRAINT fund_terms_pk PRIMARY KEY (fund, chart),
    CONSTRAINT fund_terms_fund FOREIGN KEY (fund) REFERENCES fund (fund),
    CONSTRAINT fund_terms_chart FOREIGN KEY (chart) REFERENCES chart (version),
    CONSTRAINT fund_terms_level CHECK (level IN ('central', 'region', 'city', 'county', 'township')),
    CONSTRAINT fund_terms_regime CHECK (regime IN ('earmarked', 'pooled')),
    CONSTRAINT fund_terms_may_advance CHECK (may_advance IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE bank_account (
    bank TEXT NOT NULL,
    number TEXT NOT NULL,
    chart INTEGER NOT NULL,
    CONSTRAINT bank_account_pk PRIMARY KEY (bank),
    CONSTRAINT bank_account_number UNIQUE (number),
    CONSTRAINT bank_account_chart FOREIGN KEY (chart) REFERENCES chart (version)
) STRICT, WITHOUT ROWID;

CREATE TABLE account (
    fund TEXT NOT NULL,
    unit TEXT NOT NULL,
    code TEXT NOT NULL,
    root TEXT NOT NULL,
    kind TEXT NOT NULL,
    controlled INTEGER NOT NULL,
    bank TEXT,
    opened TEXT NOT NULL,
    chart INTEGER NOT NULL,
    path TEXT NOT NULL GENERATED ALWAYS AS (root || ':' || fund || ':' || code) STORED,
    CONSTRAINT account_pk PRIMARY KEY (fund, unit, code),
    CONSTRAINT account_path UNIQUE (path, unit),
    CONSTRAINT account_fund FOREIGN KEY (fund) REFERENCES fund (fund),
    CONSTRAINT account_bank FOREIGN KEY (bank) REFERENCES bank_account (bank),
    CONSTRAINT account_chart FOREIGN KEY (chart) REFERENCES chart (version),
    CONSTRAINT account_root CHECK (root IN ('Assets', 'Liabilities', 'Equity', 'Income', 'Expenses')),
    CONSTRAINT account_controlled CHECK (controlled IN (-1, 0, 1))
) STRICT, WITHOUT ROWID;

CREATE INDEX account_due_from ON account (kind, fund) WHERE kind = 'due-from';

CREATE TABLE use_grant (
    seq INTEGER NOT NULL,
    fund TEXT NOT NULL,
    unit TEXT NOT NULL,
    code TEXT NOT NULL,
    date TEXT NOT NULL,
    day INTEGER NOT NULL,
    granted INTEGER NOT NULL,
    document TEXT NOT NULL,
    chart INTEGER NOT NULL,
    path TEXT NOT NULL GENERATED ALWAYS AS ('Expenses:' || fund || ':' || code) STORED,
    CONSTRAINT use_grant_pk PRIMARY KEY (seq),
    CONSTRAINT use_grant_account FOREIGN KEY (fund, unit, code) REFERENCES account (fund, unit, code),
    CONSTRAINT use_grant_chart FOREIGN KEY (chart) REFERENCES chart (version),
    CONSTRAINT use_grant_granted CHECK (granted IN (0, 1)),
    CONSTRAINT use_grant_document CHECK (document <> ''),
    CONSTRAINT use_grant_date CHECK (ISO_DATE_IS_DAY)
) STRICT;

CREATE INDEX use_grant_account ON use_grant (fund, unit, code, day, seq, granted);
CREATE INDEX use_grant_path ON use_grant (path, day, seq, chart, granted);

-- A fund is under quota control (指标) from the day on which its chart opens a heading for each status of quota. No entry
-- names a heading; what is posted are the accounts below it, which `quota` opens: `2902:Q00001`.
CREATE TABLE quota_heading (
    fund TEXT NOT NULL,
    status TEXT NOT NULL,
    unit TEXT NOT NULL,
    code TEXT NOT NULL,
    root TEXT NOT NULL,
    day INTEGER NOT NULL,
    chart INTEGER NOT NULL,
    CONSTRAINT quota_heading_pk PRIMARY KEY (fund, status),
    CONSTRAINT quota_heading_code UNIQUE (fund, code),
    CONSTRAINT quota_heading_fund FOREIGN KEY (fund) REFERENCES fund (fund),
    CONSTRAINT quota_heading_chart FOREIGN KEY (chart) REFERENCES chart (version),
    CONSTRAINT quota_heading_status CHECK (status IN
        ('received', 'unallotted', 'available', 'committed', 'applied', 'paid', 'carried', 'reclaimed')),
    CONSTRAINT quota_heading_root CHECK (root = CASE status WHEN 'received' THEN 'Assets' ELSE 'Liabilities' END)
) STRICT, WITHOUT ROWID;

-- A quota line: what a document gave a fund for a year, or what of it was allotted to a use, or carried over with it.
-- `treasury_id` is the number by which the treasury's own system knows it (指标主键), where a file said so.
CREATE TABLE quota (
    fund TEXT NOT NULL,
    line INTEGER NOT NULL,
    year INTEGER NOT NULL,
    parent INTEGER,
    use TEXT NOT NULL,
    project TEXT NOT NULL,
    department TEXT NOT NULL,
    document TEXT NOT NULL,
    upper_document TEXT NOT NULL,
    treasury_id TEXT,
    date TEXT NOT NULL,
    day INTEGER NOT NULL,
    expires TEXT NOT NULL,
    chart INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    name TEXT NOT NULL GENERATED ALWAYS AS ('Q' || substr('' || (100000 + line), 2)) STORED,
    number TEXT NOT NULL GENERATED ALWAYS AS (fund || '-Q' || substr('' || (100000 + line), 2)) STORED,
    CONSTRAINT quota_pk PRIMARY KEY (fund, line),
    CONSTRAINT quota_treasury_id UNIQUE (treasury_id),
    CONSTRAINT quota_treasury_id_said CHECK (treasury_id IS NULL OR IS_SAID(treasury_id)),
    CONSTRAINT quota_line CHECK (line BETWEEN 1 AND 99999),
    CONSTRAINT quota_parent FOREIGN KEY (fund, parent) REFERENCES quota (fund, line),
    CONSTRAINT quota_allotted CHECK (parent IS NOT NULL OR use = ''),
    CONSTRAINT quota_document CHECK (IS_SAID(document)),
    CONSTRAINT quota_year CHECK (year = CAST(substr(date, 1, 4) AS INTEGER)),
    CONSTRAINT quota_date CHECK (ISO_DATE_IS_DAY),
    CONSTRAINT quota_expires CHECK (expires = '' OR (expires >= date AND expires LIKE '____-__-__')),
    CONSTRAINT quota_recorded_by CHECK (IS_NAME(recorded_by))
) STRICT, WITHOUT ROWID;

CREATE INDEX quota_use ON quota (fund, year, use);
CREATE INDEX quota_number ON quota (number);

CREATE TABLE batch (
    batch INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    sheet TEXT NOT NULL,
    file TEXT NOT NULL,
    page TEXT NOT NULL,
    page_sha256 TEXT NOT NULL,
    encoding TEXT NOT NULL,
    imported_at TEXT NOT NULL,
    imported_by TEXT NOT NULL,
    rows_read INTEGER NOT NULL,
    rows_posted INTEGER NOT NULL,
    rows_already_posted INTEGER NOT NULL,
    rows_quarantined INTEGER NOT NULL,
    rows_not_data INTEGER NOT NULL,
    amount_posted INTEGER NOT NULL,
    amount_already_posted INTEGER NOT NULL,
    amount_quarantined INTEGER NOT NULL,
    rows_unreadable INTEGER NOT NULL,
    date_first TEXT NOT NULL,
    date_last TEXT NOT NULL,
    printed_total INTEGER,
    bank TEXT NOT NULL DEFAULT '',
    CONSTRAINT batch_pk PRIMARY KEY (batch),
    CONSTRAINT batch_id CHECK (batch BETWEEN 1 AND 9007199254740991),
    CONSTRAINT batch_file UNIQUE (sha256, sheet),
    CONSTRAINT batch_rows CHECK (rows_read = rows_posted + rows_already_posted + rows_quarantined + rows_not_data)
) STRICT;

-- The kinds stand one by one, here and in the index of what came without quota: of a list of three and more SQLite builds an
-- index for every row that is put in, a tenth of a voucher's price each time. What few vouchers have, as that they reverse one,
-- is kept in an index of those alone.
-- No key says that the fund and the chart of a voucher exist: those of its entries' accounts say the one, the control
-- `voucher_under_current_chart` the other, and a key costs a look-up a voucher.
CREATE TABLE voucher (
    id INTEGER NOT NULL,
    fund TEXT NOT NULL,
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    date TEXT NOT NULL,
    day INTEGER NOT NULL,
    kind TEXT NOT NULL,
    project TEXT NOT NULL,
    payee TEXT NOT NULL,
    narration TEXT NOT NULL,
    document TEXT NOT NULL,
    bank TEXT NOT NULL,
    bank_ref TEXT NOT NULL,
    payee_id TEXT NOT NULL,
    payee_account TEXT NOT NULL,
    contract TEXT NOT NULL,
    link INTEGER NOT NULL,
    reverses INTEGER,
    cites INTEGER,
    natural_key TEXT NOT NULL,
    occurrence INTEGER NOT NULL,
    batch INTEGER,
    row INTEGER,
    chart INTEGER NOT NULL,
    fund_basis INTEGER,
    prepared_by TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    entries INTEGER NOT NULL,
    CONSTRAINT voucher_pk PRIMARY KEY (id),
    CONSTRAINT voucher_id CHECK (id BETWEEN 1 AND 9007199254740991),
    CONSTRAINT voucher_of_fund UNIQUE (id, fund),
    CONSTRAINT voucher_number UNIQUE (fund, year, number),
    CONSTRAINT voucher_once UNIQUE (natural_key, occurrence),
    CONSTRAINT voucher_batch FOREIGN KEY (batch) REFERENCES batch (batch) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT voucher_reverses FOREIGN KEY (reverses, fund) REFERENCES voucher (id, fund),
    CONSTRAINT voucher_cites FOREIGN KEY (cites) REFERENCES voucher (id),
    CONSTRAINT voucher_link FOREIGN KEY (link) REFERENCES voucher (id),
    CONSTRAINT voucher_date CHECK (ISO_DATE_IS_DAY),
    CONSTRAINT voucher_year CHECK (year = CAST(substr(date, 1, 4) AS INTEGER)),
    CONSTRAINT voucher_kind CHECK (kind = 'disbursement' OR kind = 'advance' OR kind = 'opening' OR
        kind = 'transfer-received' OR kind = 'verification' OR kind = 'refund' OR kind = 'interest' OR
        kind = 'bank-charge' OR kind = 'loan' OR kind = 'repayment' OR kind = 'adjustment' OR kind = 'quota-received' OR
        kind = 'allotment' OR kind = 'quota-adjustment' OR kind = 'commitment' OR kind = 'application' OR
        kind = 'carry-over' OR kind = 'reclaim' OR kind = 'pooling' OR kind = 'returned-payment'),
    CONSTRAINT voucher_loan_document CHECK (kind NOT IN ('loan', 'pooling') OR document <> ''),
    CONSTRAINT voucher_prepared_by CHECK (IS_NAME(prepared_by) AND (approved_by = '' OR IS_NAME(approved_by))),
    CONSTRAINT voucher_duties_apart CHECK (approved_by = '' OR PERSON(approved_by) <> PERSON(prepared_by)),
    CONSTRAINT voucher_occurrence CHECK (occurrence >= 1),
    CONSTRAINT voucher_row CHECK ((batch IS NULL) = (row IS NULL)),
    CONSTRAINT voucher_fund_basis CHECK (fund_basis IS NULL OR batch IS NOT NULL OR link <> id)
) STRICT;

CREATE UNIQUE INDEX voucher_reversed_once ON voucher (reverses) WHERE reverses IS NOT NULL;
CREATE INDEX voucher_bank_ref ON voucher (bank_ref);
CREATE INDEX voucher_contract ON voucher (contract) WHERE contract <> '';
CREATE INDEX voucher_fund_day ON voucher (fund, day);
CREATE INDEX voucher_opening ON voucher (fund, day) WHERE kind = 'opening';
CREATE INDEX voucher_cites ON voucher (cites) WHERE cites IS NOT NULL;
CREATE INDEX voucher_quota_received ON voucher (document) WHERE kind = 'quota-received';
CREATE INDEX voucher_binds ON voucher (contract) WHERE kind IN ('commitment', 'carry-over');
CREATE INDEX voucher_without_quota ON voucher (fund) WHERE kind = 'reclaim' OR kind = 'refund' OR kind = 'interest';
CREATE INDEX voucher_link ON voucher (link) WHERE link <> id;
CREATE INDEX voucher_batch_row ON voucher (batch, row) WHERE batch IS NOT NULL;
CREATE INDEX voucher_occurrence ON voucher (occurrence) WHERE occurrence > 1;

CREATE TABLE entry (
    voucher INTEGER NOT NULL,
    line INTEGER NOT NULL,
    fund TEXT NOT NULL,
    unit TEXT NOT NULL,
    debit TEXT NOT NULL,
    credit TEXT NOT NULL,
    amount INTEGER NOT NULL,
    red INTEGER NOT NULL,
    CONSTRAINT entry_pk PRIMARY KEY (voucher, line),
    CONSTRAINT entry_id CHECK (voucher < 9007199254740992),
    CONSTRAINT entry_voucher FOREIGN KEY (voucher, fund) REFERENCES voucher (id, fund) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT entry_debit FOREIGN KEY (fund, unit, debit) REFERENCES account (fund, unit, code),
    CONSTRAINT entry_credit FOREIGN KEY (fund, unit, credit) REFERENCES account (fund, unit, code),
    CONSTRAINT entry_sides CHECK (debit <> credit),
    CONSTRAINT entry_amount CHECK (amount > 0 AND amount <= 9000000000000000),
    CONSTRAINT entry_red CHECK (red IN (0, 1))
) STRICT, WITHOUT ROWID;

-- What somebody asked to have paid from a quota line. It is approved by the voucher that reserves the quota, or rejected.
-- One that a file asks for keeps the number it has there, its row, and the natural key by which the row is known again.
CREATE TABLE application (
    application INTEGER NOT NULL,
    fund TEXT NOT NULL,
    line INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    date TEXT NOT NULL,
    day INTEGER NOT NULL,
    payee TEXT NOT NULL,
    contract TEXT NOT NULL,
    document TEXT NOT NULL,
    narration TEXT NOT NULL,
    number TEXT NOT NULL,
    natural_key TEXT,
    occurrence INTEGER NOT NULL,
    batch INTEGER,
    row INTEGER,
    applied_by TEXT NOT NULL,
    applied_at TEXT NOT NULL,
    CONSTRAINT application_pk PRIMARY KEY (application),
    CONSTRAINT application_once UNIQUE (natural_key, occurrence),
    CONSTRAINT application_batch FOREIGN KEY (batch) REFERENCES batch (batch) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT application_row CHECK ((batch IS NULL) = (row IS NULL) AND (batch IS NULL) = (natural_key IS NULL)),
    CONSTRAINT application_id CHECK (application BETWEEN 1 AND 9007199254740991),
    CONSTRAINT application_quota FOREIGN KEY (fund, line) REFERENCES quota (fund, line),
    CONSTRAINT application_amount CHECK (amount > 0 AND amount <= 9000000000000000),
    CONSTRAINT application_date CHECK (ISO_DATE_IS_DAY),
    CONSTRAINT application_payee CHECK (IS_SAID(payee)),
    CONSTRAINT application_applied_by CHECK (IS_NAME(applied_by))
) STRICT;

CREATE INDEX application_line ON application (fund, line);
CREATE INDEX application_number ON application (number) WHERE number <> '';

CREATE TABLE application_decision (
    application INTEGER NOT NULL,
    voucher INTEGER,
    reason TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    CONSTRAINT application_decision_pk PRIMARY KEY (application),
    CONSTRAINT application_decision_application FOREIGN KEY (application) REFERENCES application (application),
    CONSTRAINT application_decision_voucher FOREIGN KEY (voucher) REFERENCES voucher (id),
    CONSTRAINT application_decision_reason CHECK (voucher IS NOT NULL OR IS_SAID(reason)),
    CONSTRAINT application_decision_decided_by CHECK (IS_NAME(decided_by))
) STRICT, WITHOUT ROWID;

CREATE TABLE balance (
    fund TEXT NOT NULL,
    unit TEXT NOT NULL,
    code TEXT NOT NULL,
    controlled INTEGER NOT NULL,
    total INTEGER NOT NULL,
    opening INTEGER NOT NULL,
    CONSTRAINT balance_pk PRIMARY KEY (fund, unit, code),
    CONSTRAINT balance_account FOREIGN KEY (fund, unit, code) REFERENCES account (fund, unit, code),
    CONSTRAINT balance_not_overspent CHECK (total >= 0 OR total >= opening)
) STRICT, WITHOUT ROWID;

-- What each line has committed to each contract: none frees, applies for or pays what is bound to another.
CREATE TABLE commitment (
    fund TEXT NOT NULL,
    unit TEXT NOT NULL,
    code TEXT NOT NULL,
    contract TEXT NOT NULL,
    total INTEGER NOT NULL,
    CONSTRAINT commitment_pk PRIMARY KEY (fund, unit, code, contract),
    CONSTRAINT commitment_account FOREIGN KEY (fund, unit, code) REFERENCES account (fund, unit, code),
    CONSTRAINT commitment_not_overspent CHECK (total >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE daily_balance (
    fund TEXT NOT NULL,
    unit TEXT NOT NULL,
    code TEXT NOT NULL,
    day INTEGER NOT NULL,
    date TEXT NOT NULL,
    change INTEGER NOT NULL,
    CONSTRAINT daily_balance_pk PRIMARY KEY (fund, unit, code, day),
    CONSTRAINT daily_balance_account FOREIGN KEY (fund, unit, code) REFERENCES account (fund, unit, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE input_row (
    batch INTEGER NOT NULL,
    row INTEGER NOT NULL,
    state TEXT NOT NULL,
    reasons TEXT NOT NULL,
    cells TEXT NOT NULL,
    amount INTEGER,
    natural_key TEXT NOT NULL,
    occurrence INTEGER NOT NULL,
    says TEXT NOT NULL,
    CONSTRAINT input_row_pk PRIMARY KEY (batch, row),
    CONSTRAINT input_row_batch FOREIGN KEY (batch) REFERENCES batch (batch) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT input_row_state CHECK (state IN ('already-posted', 'quarantined', 'not-data'))
) STRICT, WITHOUT ROWID;

CREATE INDEX input_row_key ON input_row (natural_key, occurrence) WHERE state = 'quarantined';

CREATE TABLE decision (
    batch INTEGER NOT NULL,
    row INTEGER NOT NULL,
    decided TEXT NOT NULL,
    voucher INTEGER,
    entry TEXT,
    reason TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    CONSTRAINT decision_pk PRIMARY KEY (batch, row),
    CONSTRAINT decision_row FOREIGN KEY (batch, row) REFERENCES input_row (batch, row),
    CONSTRAINT decision_voucher FOREIGN KEY (voucher) REFERENCES voucher (id),
    CONSTRAINT decision_decided CHECK ((decided = 'posted' AND (voucher IS NULL) <> (entry IS NULL))
        OR (decided = 'rejected' AND voucher IS NULL AND entry IS NULL AND reason <> '')),
    CONSTRAINT decision_decided_by CHECK (decided_by <> '')
) STRICT, WITHOUT ROWID;

-- What somebody says of a file whose rows do not say their fund: another person confirms it, row by row or all at once.
-- Until a voucher rests on it, it may be said anew: the last counts. Where that names no fund, it refuses what was said
-- before, with a reason.
CREATE TABLE batch_default (
    batch INTEGER NOT NULL,
    nth INTEGER NOT NULL DEFAULT 1,
    fund TEXT,
    use TEXT NOT NULL,
    project TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    said_at TEXT NOT NULL,
    said_by TEXT NOT NULL,
    CONSTRAINT batch_default_pk PRIMARY KEY (batch, nth),
    CONSTRAINT batch_default_batch FOREIGN KEY (batch) REFERENCES batch (batch),
    CONSTRAINT batch_default_fund FOREIGN KEY (fund) REFERENCES fund (fund),
    CONSTRAINT batch_default_reason CHECK ((fund IS NULL) = IS_SAID(reason)),
    CONSTRAINT batch_default_said_by CHECK (IS_NAME(said_by))
) STRICT, WITHOUT ROWID;

-- What a word of a file stands for in this book: said by somebody, with a reason, and never changed. A later one for the
-- same word takes its place; an empty `meaning` says that the word stands for nothing any more. What gives a fund is a
-- proposal until another person confirms it. A page scopes it; an empty one is every page.
CREATE TABLE alias (
    alias INTEGER NOT NULL,
    field TEXT NOT NULL,
    page TEXT NOT NULL,
    word TEXT NOT NULL,
    meaning TEXT NOT NULL,
    replaces INTEGER,
    reason TEXT NOT NULL,
    said_at TEXT NOT NULL,
    said_by TEXT NOT NULL,
    login TEXT NOT NULL DEFAULT LOGIN,
    CONSTRAINT alias_pk PRIMARY KEY (alias),
    CONSTRAINT alias_field CHECK (field IN ('fund', 'use', 'project', 'department', 'payee')),
    CONSTRAINT alias_word CHECK (IS_SAID(word)),
    CONSTRAINT alias_reason CHECK (IS_SAID(reason)),
    CONSTRAINT alias_said_at CHECK (IS_MOMENT(said_at)),
    CONSTRAINT alias_said_by CHECK (IS_NAME(said_by))
) STRICT;

CREATE INDEX alias_word ON alias (field, page, word, alias);

CREATE TABLE alias_decision (
    alias INTEGER NOT NULL,
    decided TEXT NOT NULL,
    reason TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    login TEXT NOT NULL DEFAULT LOGIN,
    CONSTRAINT alias_decision_pk PRIMARY KEY (alias),
    CONSTRAINT alias_decision_alias FOREIGN KEY (alias) REFERENCES alias (alias),
    CONSTRAINT alias_decision_decided CHECK (decided = 'confirmed' OR (decided = 'rejected' AND IS_SAID(reason))),
    CONSTRAINT alias_decision_decided_at CHECK (IS_MOMENT(decided_at)),
    CONSTRAINT alias_decision_decided_by CHECK (IS_NAME(decided_by))
) STRICT, WITHOUT ROWID;

-- On what it rests that an imported voucher is of its fund: the word in a place of its file, and the alias by which it was
-- read where the chart does not know it; the file's name, the paying account, the quota line; or what somebody said of
-- the whole file and another confirmed. Vouchers of one basis share it.
CREATE TABLE fund_basis (
    fund_basis INTEGER NOT NULL,
    fund TEXT NOT NULL,
    how TEXT NOT NULL,
    page TEXT NOT NULL,
    place TEXT NOT NULL,
    word TEXT NOT NULL,
    alias INTEGER,
    batch INTEGER,
    confirmed_by TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    CONSTRAINT fund_basis_pk PRIMARY KEY (fund_basis),
    CONSTRAINT fund_basis_id CHECK (fund_basis BETWEEN 1 AND 9007199254740991),
    CONSTRAINT fund_basis_fund FOREIGN KEY (fund) REFERENCES fund (fund),
    CONSTRAINT fund_basis_how CHECK (how IN ('column', 'cell', 'page', 'file', 'bank', 'quota', 'default', 'corrected')),
    CONSTRAINT fund_basis_recorded_at CHECK (IS_MOMENT(recorded_at)),
    CONSTRAINT fund_basis_aliased CHECK (alias IS NULL OR how IN ('column', 'cell', 'file', 'default')),
    CONSTRAINT fund_basis_confirmed CHECK ((how = 'default') = (batch IS NOT NULL)
        AND CASE WHEN how IN ('default', 'corrected') THEN IS_NAME(confirmed_by) ELSE confirmed_by = '' END)
) STRICT;

-- What a cell of a row that waits should have said. The original and its row stay as they are; a later correction of a cell
-- takes the place of an earlier one. Who corrects what may say the fund (itself, the account or the quota that pays), an
-- amount or an approver has the word of another person; so has who corrects
-- anything else by which the row counts more or less in the sum of its file: by `moves` fen, read now or no more (`reads`).
CREATE TABLE correction (
    seq INTEGER NOT NULL,
    batch INTEGER NOT NULL,
    row INTEGER NOT NULL,
    cell INTEGER NOT NULL,
    column_name TEXT NOT NULL,
    field TEXT NOT NULL,
    old TEXT NOT NULL,
    new TEXT NOT NULL,
    reason TEXT NOT NULL,
    workbook TEXT NOT NULL,
    corrected_at TEXT NOT NULL,
    corrected_by TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    moves INTEGER,
    reads INTEGER,
    login TEXT NOT NULL DEFAULT LOGIN,
    CONSTRAINT correction_pk PRIMARY KEY (seq),
    CONSTRAINT correction_cell CHECK (cell >= 0),
    CONSTRAINT correction_reason CHECK (IS_SAID(reason)),
    CONSTRAINT correction_corrected_at CHECK (IS_MOMENT(corrected_at)),
    CONSTRAINT correction_corrected_by CHECK (IS_NAME(corrected_by) AND (approved_by = '' OR IS_NAME(approved_by))),
    CONSTRAINT correction_duties_apart CHECK (PERSON(approved_by) <> PERSON(corrected_by)
        AND (approved_by <> ''
            OR field NOT IN ('fund', 'bank', 'quota', 'source', 'amount', 'amount-in', 'amount-out', 'approver'))),
    CONSTRAINT correction_moved_by_two CHECK ((moves IS NULL AND reads IS NULL)
        OR (approved_by <> '' AND moves IS NOT NULL AND (reads IS NULL OR reads IN (-1, 1))))
) STRICT;

CREATE INDEX correction_row ON correction (batch, row, cell, seq);

CREATE TABLE refusal (
    seq INTEGER NOT NULL,
    refused_at TEXT NOT NULL,
    refused_to TEXT NOT NULL,
    draft TEXT NOT NULL,
    findings TEXT NOT NULL,
    CONSTRAINT refusal_pk PRIMARY KEY (seq),
    CONSTRAINT refusal_id CHECK (seq BETWEEN 1 AND 9007199254740991)
) STRICT;

-- What was found. An audit is one run of checks; a finding is what the first run saw of one fault, a sighting what each
-- run saw of it; an act is what a person, or a later run, decided about it. `audit_check` names the pages that ran, and
-- `restricted` what of the book they did not look at: only a run of its page over all of it, by the same thresholds
-- (`parameters`), shows a fault to be gone. `last_voucher` is up to where it looked: nobody judged what came later.
-- `login` is who the database knows the session as; SQLite knows nobody.
CREATE TABLE audit (
    audit INTEGER NOT NULL,
    audited_at TEXT NOT NULL,
    audited_by TEXT NOT NULL,
    side TEXT NOT NULL,
    restricted TEXT NOT NULL,
    pages_sha256 TEXT NOT NULL,
    vouchers INTEGER NOT NULL,
    last_voucher INTEGER NOT NULL,
    login TEXT NOT NULL DEFAULT LOGIN,
    CONSTRAINT audit_pk PRIMARY KEY (audit),
    CONSTRAINT audit_id CHECK (audit BETWEEN 1 AND 9007199254740991),
    CONSTRAINT audit_side CHECK (side IN ('bureau', 'auditor')),
    CONSTRAINT audit_audited_by CHECK (IS_NAME(audited_by)),
    CONSTRAINT audit_audited_at CHECK (IS_MOMENT(audited_at))
) STRICT;

CREATE TABLE audit_check (
    audit INTEGER NOT NULL,
    page TEXT NOT NULL,
    page_sha256 TEXT NOT NULL,
    parameters TEXT NOT NULL,
    CONSTRAINT audit_check_pk PRIMARY KEY (audit, page),
    CONSTRAINT audit_check_audit FOREIGN KEY (audit) REFERENCES audit (audit)
) STRICT, WITHOUT ROWID;

-- The five faults are those no authority can permit: they break the channel, the use, the balance or the double entry.
CREATE TABLE finding (
    finding INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    audit INTEGER NOT NULL,
    page TEXT NOT NULL,
    page_sha256 TEXT NOT NULL,
    severity TEXT NOT NULL,
    waivable INTEGER NOT NULL,
    remedied_by TEXT NOT NULL,
    voucher INTEGER,
    entry TEXT NOT NULL,
    date TEXT NOT NULL,
    fund TEXT NOT NULL,
    use TEXT NOT NULL,
    project TEXT NOT NULL,
    unit TEXT NOT NULL,
    scale INTEGER NOT NULL,
    evidence TEXT NOT NULL,
    parameters TEXT NOT NULL,
    basis TEXT NOT NULL,
    messages TEXT NOT NULL,
    remedies TEXT NOT NULL,
    file TEXT NOT NULL,
    sheet TEXT NOT NULL,
    row INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    CONSTRAINT finding_pk PRIMARY KEY (finding),
    CONSTRAINT finding_id CHECK (finding BETWEEN 1 AND 9007199254740991),
    CONSTRAINT finding_once UNIQUE (page, fingerprint),
    CONSTRAINT finding_audit FOREIGN KEY (audit) REFERENCES audit (audit),
    CONSTRAINT finding_voucher FOREIGN KEY (voucher) REFERENCES voucher (id),
    CONSTRAINT finding_severity CHECK (severity IN ('fatal', 'error', 'warn')),
    CONSTRAINT finding_date CHECK (date = '' OR IS_DATE(date)),
    CONSTRAINT finding_waivable CHECK (waivable = 0 OR (waivable = 1 AND page NOT IN (
        'mixed-channel', 'use-not-permitted', 'overdrawn', 'unbalanced', 'unknown-fund-or-account')))
) STRICT;

CREATE TABLE sighting (
    audit INTEGER NOT NULL,
    finding INTEGER NOT NULL,
    page_sha256 TEXT NOT NULL,
    amount INTEGER,
    measure INTEGER NOT NULL,
    actual TEXT NOT NULL,
    expected TEXT NOT NULL,
    difference TEXT NOT NULL,
    CONSTRAINT sighting_pk PRIMARY KEY (finding, audit),
    CONSTRAINT sighting_audit FOREIGN KEY (audit) REFERENCES audit (audit),
    CONSTRAINT sighting_finding FOREIGN KEY (finding) REFERENCES finding (finding)
) STRICT, WITHOUT ROWID;

-- For whom a person acts: what was recorded last holds. The first act that decides puts it on record.
CREATE TABLE side (
    seq INTEGER NOT NULL,
    name TEXT NOT NULL,
    side TEXT NOT NULL,
    since TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    login TEXT NOT NULL DEFAULT LOGIN,
    person TEXT NOT NULL GENERATED ALWAYS AS (PERSON(name)) STORED,
    CONSTRAINT side_pk PRIMARY KEY (seq),
    CONSTRAINT side_id CHECK (seq BETWEEN 1 AND 9007199254740991),
    CONSTRAINT side_side CHECK (side IN ('bureau', 'auditor')),
    CONSTRAINT side_name CHECK (IS_NAME(name) AND IS_NAME(recorded_by)),
    CONSTRAINT side_since CHECK (IS_MOMENT(since))
) STRICT;

CREATE INDEX side_person ON side (person, seq);

CREATE TABLE waiver (
    waiver INTEGER NOT NULL,
    page TEXT NOT NULL,
    fund TEXT NOT NULL,
    use TEXT NOT NULL,
    project TEXT NOT NULL,
    voucher INTEGER,
    finding INTEGER,
    valid_from TEXT NOT NULL,
    valid_to TEXT NOT NULL,
    document TEXT NOT NULL,
    document_level TEXT NOT NULL,
    document_date TEXT NOT NULL,
    reason TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    granted_at TEXT NOT NULL,
    login TEXT NOT NULL DEFAULT LOGIN,
    CONSTRAINT waiver_pk PRIMARY KEY (waiver),
    CONSTRAINT waiver_id CHECK (waiver BETWEEN 1 AND 9007199254740991),
    CONSTRAINT waiver_page CHECK (page NOT IN (
        'mixed-channel', 'use-not-permitted', 'overdrawn', 'unbalanced', 'unknown-fund-or-account')),
    CONSTRAINT waiver_scope CHECK (fund <> '' OR use <> '' OR project <> '' OR voucher IS NOT NULL OR finding IS NOT NULL),
    CONSTRAINT waiver_voucher FOREIGN KEY (voucher) REFERENCES voucher (id),
    CONSTRAINT waiver_finding FOREIGN KEY (finding) REFERENCES finding (finding),
    CONSTRAINT waiver_dates CHECK (valid_from <= valid_to AND IS_DATE(valid_from) AND IS_DATE(valid_to)
        AND IS_DATE(document_date)),
    CONSTRAINT waiver_document CHECK (IS_SAID(document)),
    CONSTRAINT waiver_document_level CHECK (document_level IN ('central', 'region', 'city', 'county')),
    CONSTRAINT waiver_reason CHECK (IS_SAID(reason)),
    CONSTRAINT waiver_asked_by CHECK (IS_NAME(asked_by) AND IS_NAME(approved_by) AND IS_NAME(granted_by)),
    CONSTRAINT waiver_duties_apart CHECK (PERSON(asked_by) <> PERSON(approved_by)),
    CONSTRAINT waiver_granted_at CHECK (IS_MOMENT(granted_at))
) STRICT;

CREATE TABLE waiver_revoked (
    waiver INTEGER NOT NULL,
    revoked_at TEXT NOT NULL,
    revoked_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    login TEXT NOT NULL DEFAULT LOGIN,
    CONSTRAINT waiver_revoked_pk PRIMARY KEY (waiver),
    CONSTRAINT waiver_revoked_waiver FOREIGN KEY (waiver) REFERENCES waiver (waiver),
    CONSTRAINT waiver_revoked_by CHECK (IS_NAME(revoked_by) AND IS_SAID(reason)),
    CONSTRAINT waiver_revoked_at CHECK (IS_MOMENT(revoked_at))
) STRICT, WITHOUT ROWID;

CREATE TABLE finding_act (
    finding INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    act TEXT NOT NULL,
    audit INTEGER NOT NULL,
    side TEXT NOT NULL,
    acted_by TEXT NOT NULL,
    acted_at TEXT NOT NULL,
    reason TEXT NOT NULL,
    document TEXT NOT NULL,
    remedy INTEGER,
    waiver INTEGER,
    entry TEXT,
    login TEXT NOT NULL DEFAULT LOGIN,
    CONSTRAINT finding_act_pk PRIMARY KEY (finding, seq),
    CONSTRAINT finding_act_sighting FOREIGN KEY (finding, audit) REFERENCES sighting (finding, audit),
    CONSTRAINT finding_act_remedy FOREIGN KEY (remedy) REFERENCES voucher (id),
    CONSTRAINT finding_act_waiver FOREIGN KEY (waiver) REFERENCES waiver (waiver),
    CONSTRAINT finding_act_act CHECK (act IN ('confirm', 'dismiss', 'close', 'reopen')),
    CONSTRAINT finding_act_side CHECK (side IN ('bureau', 'auditor')),
    CONSTRAINT finding_act_acted_by CHECK (IS_NAME(acted_by)),
    CONSTRAINT finding_act_acted_at CHECK (IS_MOMENT(acted_at)),
    CONSTRAINT finding_act_grounds CHECK (CASE act
        WHEN 'close' THEN CASE WHEN remedy IS NULL THEN 0 ELSE 1 END + CASE WHEN waiver IS NULL THEN 0 ELSE 1 END
            + CASE WHEN entry IS NULL THEN 0 ELSE 1 END = 1
        ELSE remedy IS NULL AND waiver IS NULL AND entry IS NULL AND IS_SAID(reason)
            AND (act <> 'dismiss' OR IS_SAID(document)) END)
) STRICT, WITHOUT ROWID;

-- Months are closed one after the other, and reopened the last one first: `date` is the day up to which the book is closed
-- after an act. `last_voucher` is the last one there was, so that what was dated into a closed month later is found.
CREATE TABLE period_act (
    seq INTEGER NOT NULL,
    year INTEGER NOT NULL,
    period INTEGER NOT NULL,
    act TEXT NOT NULL,
    date TEXT NOT NULL,
    day INTEGER NOT NULL,
    document TEXT NOT NULL,
    reason TEXT NOT NULL,
    last_voucher INTEGER NOT NULL,
    acted_by TEXT NOT NULL,
    acted_at TEXT NOT NULL,
    login TEXT NOT NULL DEFAULT LOGIN,
    CONSTRAINT period_act_pk PRIMARY KEY (seq),
    CONSTRAINT period_act_id CHECK (seq BETWEEN 1 AND 9007199254740991),
    CONSTRAINT period_act_act CHECK (act IN ('close', 'reopen')),
    CONSTRAINT period_act_period CHECK (period BETWEEN 1 AND 12),
    CONSTRAINT period_act_date CHECK (ISO_DATE_IS_DAY),
    CONSTRAINT period_act_whole_month CHECK (IS_MONTH_END(date)),
    CONSTRAINT period_act_month CHECK (12 * year + period = 12 * CAST(substr(date, 1, 4) AS INTEGER)
        + CAST(substr(date, 6, 2) AS INTEGER) + CASE act WHEN 'reopen' THEN 1 ELSE 0 END),
    CONSTRAINT period_act_grounds CHECK (act = 'close' OR (IS_SAID(document) AND IS_SAID(reason))),
    CONSTRAINT period_act_acted_by CHECK (IS_NAME(acted_by)),
    CONSTRAINT period_act_acted_at CHECK (IS_MOMENT(acted_at))
) STRICT;
