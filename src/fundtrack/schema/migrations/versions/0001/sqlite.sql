-- What SQLite itself refuses, also to programs that leave foreign keys off. The append-only guards of every table are
-- made by `0001_book.py`; these are the controls that know what a voucher is. All of them say RAISE(ABORT): a constraint
-- that fails inside a trigger gives way to the OR IGNORE or OR FAIL of the statement outside, and the voucher would stand.

CREATE TRIGGER account_opens_balance AFTER INSERT ON account WHEN NEW.controlled <> 0
BEGIN
    INSERT INTO balance VALUES (NEW.fund, NEW.unit, NEW.code, NEW.controlled, 0, 0);
END;

CREATE TRIGGER quota_opens_accounts AFTER INSERT ON quota
BEGIN
    INSERT INTO account (fund, unit, code, root, kind, controlled, bank, opened, chart)
    SELECT h.fund, h.unit, h.code || ':' || NEW.name, h.root, 'quota-' || h.status,
        CASE h.root WHEN 'Assets' THEN 1 ELSE -1 END, NULL, NEW.date, NEW.chart
    FROM quota_heading AS h
    WHERE h.fund = NEW.fund AND CASE h.status
        WHEN 'received' THEN NEW.parent IS NULL
            OR (SELECT year FROM quota WHERE fund = NEW.fund AND line = NEW.parent) < NEW.year
        WHEN 'unallotted' THEN NEW.use = ''
        WHEN 'carried' THEN 1
        WHEN 'reclaimed' THEN 1
        ELSE NEW.use <> '' END;
END;

CREATE TRIGGER quota_under_control BEFORE INSERT ON quota
BEGIN
    SELECT RAISE(ABORT, 'no-quota-control: the chart opens no quota accounts for the fund by that day')
    WHERE NOT EXISTS (SELECT 1 FROM quota_heading WHERE fund = NEW.fund AND day <= NEW.day);
    SELECT RAISE(ABORT, 'chart-not-in-force: a quota line is bound to the chart version in force')
    WHERE NEW.chart IS NOT (SELECT MAX(version) FROM chart);
    SELECT RAISE(ABORT, 'number-gap: quota lines are numbered without gaps by fund')
    WHERE NEW.line <> (SELECT COALESCE(MAX(line), 0) + 1 FROM quota WHERE fund = NEW.fund);
END;

CREATE TRIGGER quota_of_its_parent BEFORE INSERT ON quota WHEN NEW.parent IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'quota-use-changed: quota is allotted within its year, and carried over only to the same use and project')
    WHERE NOT EXISTS (SELECT 1 FROM quota AS p WHERE p.fund = NEW.fund AND p.line = NEW.parent AND p.day <= NEW.day
        AND CASE WHEN p.use = '' AND NEW.use <> '' THEN p.year = NEW.year
            ELSE p.use = NEW.use AND p.project = NEW.project AND p.year + 1 = NEW.year END);
    SELECT RAISE(ABORT, 'quota-outlives: nothing of a line may be spent longer than the line itself')
    FROM quota AS p WHERE p.fund = NEW.fund AND p.line = NEW.parent AND p.expires <> ''
        AND (NEW.expires = '' OR NEW.expires > p.expires);
END;

CREATE TRIGGER quota_for_granted_uses BEFORE INSERT ON quota WHEN NEW.use <> ''
BEGIN
    SELECT RAISE(ABORT, 'use-not-permitted: quota is allotted to a use granted on the date')
    WHERE COALESCE((SELECT g.granted FROM use_grant AS g WHERE g.fund = NEW.fund AND g.code = NEW.use AND g.day <= NEW.day
        ORDER BY g.day DESC, g.seq DESC LIMIT 1), 0) = 0;
END;

CREATE TRIGGER application_approved_by_another BEFORE INSERT ON application_decision WHEN NEW.voucher IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'not-this-application: the voucher reserves what was applied for, approved by somebody else')
    WHERE NOT EXISTS (SELECT 1 FROM application AS a JOIN voucher AS v ON v.id = NEW.voucher
        WHERE a.application = NEW.application AND v.kind = 'application' AND v.fund = a.fund AND v.payee = a.payee
            AND v.reverses IS NULL AND v.prepared_by = a.applied_by AND v.approved_by = NEW.decided_by
            AND NEW.decided_by <> a.applied_by AND EXISTS (
                SELECT 1 FROM entry AS e JOIN quota_heading AS h ON h.fund = e.fund AND h.status = 'applied'
                JOIN quota AS q ON q.fund = a.fund AND q.line = a.line
                WHERE e.voucher = v.id AND e.credit = h.code || ':' || q.name AND e.amount = a.amount AND e.red = 0));
END;

-- The year and number stand behind the code of the fund; what names no voucher is nobody's.
CREATE TRIGGER bank_match_by_another BEFORE INSERT ON bank_match WHEN NEW.withdrawn = 0 AND NEW.voucher_number <> ''
BEGIN
    SELECT RAISE(ABORT, 'duties-apart: nobody reconciles what he prepared or approved')
    FROM fund AS f
    JOIN voucher AS v ON v.fund = f.fund AND v.year = CAST(substr(NEW.voucher_number, length(f.fund) + 2, 4) AS INTEGER)
        AND v.number = CAST(substr(NEW.voucher_number, length(f.fund) + 7) AS INTEGER)
    WHERE NEW.voucher_number LIKE f.fund || '-%'
        AND (PERSON(NEW.matched_by) IN (PERSON(v.prepared_by), PERSON(v.approved_by))
            OR PERSON(NEW.recorded_by) IN (PERSON(v.prepared_by), PERSON(v.approved_by)));
END;

CREATE TRIGGER alias_takes_its_place BEFORE INSERT ON alias
BEGIN
    SELECT RAISE(ABORT, 'number-gap: aliases are numbered without gaps')
    WHERE NEW.alias <> (SELECT COALESCE(MAX(alias), 0) + 1 FROM alias);
    SELECT RAISE(ABORT, 'alias-forked: an alias takes the place of the last one for its word')
    WHERE NEW.replaces IS NOT (
        SELECT MAX(alias) FROM alias WHERE field = NEW.field AND page = NEW.page AND word = NEW.word);
END;

CREATE TRIGGER alias_confirmed_by_another BEFORE INSERT ON alias_decision WHEN NEW.decided = 'confirmed'
BEGIN
    SELECT RAISE(ABORT, 'duties-apart: an alias that gives a fund is confirmed by somebody else than who proposed it')
    WHERE NOT EXISTS (SELECT 1 FROM alias WHERE alias = NEW.alias AND field = 'fund'
        AND PERSON(said_by) <> PERSON(NEW.decided_by));
END;

CREATE TRIGGER fund_basis_by_standing_alias BEFORE INSERT ON fund_basis WHEN NEW.alias IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'alias-not-standing: a word gives a fund by an alias that was confirmed, and by no other')
    WHERE NOT EXISTS (SELECT 1 FROM alias AS a JOIN alias_decision AS d ON d.alias = a.alias AND d.decided = 'confirmed'
        WHERE a.alias = NEW.alias AND a.field = 'fund' AND a.word = NEW.word AND a.meaning = NEW.fund
            AND a.page IN ('', NEW.page));
END;

CREATE TRIGGER fund_basis_confirmed_by_another BEFORE INSERT ON fund_basis WHEN NEW.how = 'default'
BEGIN
    SELECT RAISE(ABORT, 'duties-apart: the fund of a whole file is confirmed by somebody else than who said it')
    WHERE NOT EXISTS (SELECT 1 FROM default_in_force WHERE batch = NEW.batch AND fund = NEW.fund
        AND PERSON(said_by) <> PERSON(NEW.confirmed_by));
END;

CREATE TRIGGER default_said_anew BEFORE INSERT ON batch_default
BEGIN
    SELECT RAISE(ABORT, 'number-gap: what is said of a file is numbered without gaps')
    WHERE NEW.nth <> (SELECT COALESCE(MAX(nth), 0) + 1 FROM batch_default WHERE batch = NEW.batch);
    SELECT RAISE(ABORT, 'default-stands: vouchers rest on what was said of the file')
    WHERE EXISTS (SELECT 1 FROM voucher AS v JOIN fund_basis AS b ON b.fund_basis = v.fund_basis
        WHERE b.batch = NEW.batch AND b.how = 'default');
END;

CREATE TRIGGER fund_basis_corrected_by_two BEFORE INSERT ON fund_basis WHEN NEW.how = 'corrected'
BEGIN
    SELECT RAISE(ABORT, 'duties-apart: the fund of a corrected row rests on a correction that somebody else approved')
    WHERE NOT EXISTS (SELECT 1 FROM correction
        WHERE field IN ('fund', 'bank', 'quota', 'source') AND column_name = NEW.place AND approved_by = NEW.confirmed_by);
END;

CREATE TRIGGER correction_of_waiting_row BEFORE INSERT ON correction
BEGIN
    SELECT RAISE(ABORT, 'number-gap: corrections are numbered without gaps')
    WHERE NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM correction);
    SELECT RAISE(ABORT, 'not-waiting: only a row that waits is corrected')
    WHERE NOT EXISTS (SELECT 1 FROM input_row WHERE batch = NEW.batch AND row = NEW.row AND state = 'quarantined')
        OR EXISTS (SELECT 1 FROM decision WHERE batch = NEW.batch AND row = NEW.row);
END;

CREATE TRIGGER voucher_of_its_basis BEFORE INSERT ON voucher WHEN NEW.fund_basis IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'fund-without-basis: what a voucher rests on gives another fund')
    WHERE NOT EXISTS (SELECT 1 FROM fund_basis WHERE fund_basis = NEW.fund_basis AND fund = NEW.fund);
    SELECT RAISE(ABORT, 'fund-without-basis: what the voucher rests on is not said of its file, or not confirmed by another')
    FROM fund_basis AS b
    WHERE b.fund_basis = NEW.fund_basis AND b.how = 'default' AND NOT EXISTS (SELECT 1 FROM default_in_force AS d
        WHERE d.batch = NEW.batch AND d.batch = b.batch AND d.fund = b.fund AND PERSON(d.said_by) <> PERSON(b.confirmed_by));
END;

-- What a file does not say, one person says of it and another confirms, row by row or all at once.
CREATE TRIGGER default_confirmed_by_another BEFORE INSERT ON decision WHEN NEW.voucher IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'duties-apart: what one person says of a file another confirms')
    FROM voucher AS v
    JOIN input_row AS r ON r.batch = NEW.batch AND r.row = NEW.row
    LEFT JOIN default_in_force AS d ON d.batch = NEW.batch
    WHERE v.id = NEW.voucher AND (NEW.reason = 'fund-by-default'
            OR (v.batch = r.batch AND v.row = r.row AND r.reasons LIKE '%"fund-by-default"%' AND NOT EXISTS (
                SELECT 1 FROM correction AS c WHERE c.batch = r.batch AND c.row = r.row
                    AND c.field IN ('fund', 'bank', 'quota', 'source'))))
        AND (d.said_by IS NULL OR PERSON(d.said_by) IN (PERSON(NEW.decided_by), PERSON(v.prepared_by)));
END;

CREATE TRIGGER balance_never_overspent BEFORE UPDATE ON balance WHEN NEW.total < 0 AND NEW.total < NEW.opening
BEGIN
    SELECT RAISE(ABORT, 'overdrawn: a controlled account would stand below zero, or below its opening balance');
END;

CREATE TRIGGER entry_in_one_fund BEFORE INSERT ON entry
BEGIN
    SELECT RAISE(ABORT, 'mixed-channel: both accounts of an entry must belong to its fund')
    WHERE NOT EXISTS (SELECT 1 FROM account WHERE fund = NEW.fund AND unit = NEW.unit AND code = NEW.debit)
        OR NOT EXISTS (SELECT 1 FROM account WHERE fund = NEW.fund AND unit = NEW.unit AND code = NEW.credit);
END;

CREATE TRIGGER entry_before_voucher BEFORE INSERT ON entry
BEGIN
    SELECT RAISE(ABORT, 'late-entry: the voucher stands already; reverse it instead')
    WHERE EXISTS (SELECT 1 FROM voucher WHERE id = NEW.voucher);
END;

-- An id left to SQLite is still -1 here and in the controls below, which would then judge the entries of no voucher.
CREATE TRIGGER voucher_with_its_entries BEFORE INSERT ON voucher
BEGIN
    SELECT RAISE(ABORT, 'voucher-without-entries: the entries of a voucher go in first, all of them in its fund')
    WHERE NEW.entries < 1 OR NEW.id < 1 OR NEW.entries IS NOT (
        SELECT CASE COUNT(*) WHEN SUM(fund = NEW.fund) THEN COUNT(*) END FROM entry WHERE voucher = NEW.id);
END;

-- Once a line has bound anything to its contract, what waits comes out of that, for whom it was bound to or who is on
-- register with it; else, with all that waits beyond what is bound to other contracts, out of what the line has free.
CREATE TRIGGER application_within_quota AFTER INSERT ON application
BEGIN
    SELECT RAISE(ABORT, 'quota-of-another-year: what is applied for is paid in the year of its quota')
    FROM quota WHERE fund = NEW.fund AND line = NEW.line AND year <> CAST(substr(NEW.date, 1, 4) AS INTEGER);
    SELECT RAISE(ABORT, 'quota-expired: nothing of a quota line is bound, applied for, paid or moved on after its last day')
    FROM quota WHERE fund = NEW.fund AND line = NEW.line AND expires <> '' AND expires < NEW.date;
    SELECT RAISE(ABORT, 'beyond-quota: no more is applied for than the line has bound to the contract, else available')
    FROM application_asked AS w
    WHERE w.fund = NEW.fund AND w.line = NEW.line AND w.contract = NEW.contract AND CASE w.ever
        WHEN 1 THEN w.asked > w.bound
        ELSE w.available < (
            SELECT SUM(o.asked - o.bound) FROM application_asked AS o
            WHERE o.fund = NEW.fund AND o.line = NEW.line AND o.asked > o.bound) END;
    SELECT RAISE(ABORT, 'not-as-bound: what is bound to a contract is applied for by then, for those it was bound to or who are registered')
    FROM quota AS q
    JOIN quota_heading AS h ON h.fund = q.fund AND h.status = 'committed'
    JOIN contract_bound AS b ON b.contract = NEW.contract AND b.fund = q.fund AND b.code = h.code || ':' || q.name
    WHERE q.fund = NEW.fund AND q.line = NEW.line
    GROUP BY q.line
    HAVING MIN(b.date) > NEW.date OR (MAX(SPELT(b.payee) IN ('', SPELT(NEW.payee))) = 0 AND NOT EXISTS (
        SELECT 1 FROM book_contracts AS r WHERE r.contract = NEW.contract AND SPELT(r.payee) = SPELT(NEW.payee)));
END;

CREATE TRIGGER voucher_in_open_period BEFORE INSERT ON voucher
BEGIN
    SELECT RAISE(ABORT, 'period-closed: the month of the date is closed')
    WHERE NEW.day <= (SELECT day FROM period_act ORDER BY seq DESC LIMIT 1);
END;

CREATE TRIGGER application_in_open_period BEFORE INSERT ON application
BEGIN
    SELECT RAISE(ABORT, 'period-closed: the month of the date is closed')
    WHERE NEW.day <= (SELECT day FROM period_act ORDER BY seq DESC LIMIT 1);
END;

-- A trigger costs a voucher also where its WHEN says no: SQLite lays out all that its statements would need. A plain payment
-- of a fund without quota control passes by seventeen of them at once: they hang on two views, and a voucher is put to these
-- if any could ask something of it. What a trigger of a view would ask of a plain payment, it never asks.
CREATE VIEW voucher_before AS SELECT id, fund, year, date, day, kind, project, document, contract, link, reverses, cites, entries FROM voucher;
CREATE VIEW voucher_after AS SELECT id, fund, year, date, day, kind, project, document, contract, link, reverses, cites, entries FROM voucher;

CREATE TRIGGER voucher_asked_before BEFORE INSERT ON voucher
WHEN NEW.kind NOT IN ('disbursement', 'advance')
    OR NEW.reverses IS NOT NULL OR NEW.cites IS NOT NULL OR NEW.entries > 1
    OR EXISTS (SELECT 1 FROM quota_heading WHERE fund = NEW.fund)
BEGIN
    INSERT INTO voucher_before VALUES (
        NEW.id, NEW.fund, NEW.year, NEW.date, NEW.day, NEW.kind, NEW.project, NEW.document, NEW.contract, NEW.link, NEW.reverses, NEW.cites, NEW.entries);
END;

CREATE TRIGGER voucher_asked_after AFTER INSERT ON voucher
WHEN NEW.kind NOT IN ('disbursement', 'advance')
    OR NEW.reverses IS NOT NULL OR NEW.cites IS NOT NULL OR NEW.entries > 1
    OR EXISTS (SELECT 1 FROM quota_heading WHERE fund = NEW.fund)
BEGIN
    INSERT INTO voucher_after VALUES (
        NEW.id, NEW.fund, NEW.year, NEW.date, NEW.day, NEW.kind, NEW.project, NEW.document, NEW.contract, NEW.link, NEW.reverses, NEW.cites, NEW.entries);
END;

CREATE TRIGGER voucher_one_to_many INSTEAD OF INSERT ON voucher_before WHEN NEW.entries > 1
BEGIN
    SELECT RAISE(ABORT, 'many-to-many: within a unit a voucher is one debit against many credits, or many against one')
    FROM entry WHERE voucher = NEW.id
    GROUP BY unit HAVING COUNT(DISTINCT debit) > 1 AND COUNT(DISTINCT credit) > 1;
END;

-- The next number and no other: so none is taken from a voucher that has it, and the guard against REPLACE need not look.
CREATE TRIGGER voucher_numbered_without_gap BEFORE INSERT ON voucher
BEGIN
    SELECT RAISE(ABORT, 'number-gap: vouchers are numbered without gaps by fund and fiscal year')
    WHERE NEW.number <> 1 + COALESCE((SELECT MAX(number) FROM voucher WHERE fund = NEW.fund AND year = NEW.year), 0);
END;

CREATE TRIGGER voucher_under_current_chart BEFORE INSERT ON voucher
BEGIN
    SELECT RAISE(ABORT, 'chart-not-in-force: a voucher carries the chart version in force when it is posted')
    WHERE NEW.chart IS NOT (SELECT MAX(version) FROM chart);
END;

CREATE TRIGGER voucher_opens_its_fund BEFORE INSERT ON voucher
BEGIN
    SELECT RAISE(ABORT, 'late-opening: an opening balance comes before every other voucher of its fund')
    WHERE NEW.kind = 'opening' AND NEW.reverses IS NULL
        AND EXISTS (SELECT 1 FROM voucher WHERE fund = NEW.fund AND kind <> 'opening');
    SELECT RAISE(ABORT, 'before-opening: what came before an opening balance is in it already')
    FROM voucher AS o -- the plus keeps SQLite from looking at every voucher that reverses none
    WHERE NEW.kind <> 'opening' AND o.kind = 'opening' AND o.fund = NEW.fund AND o.day > NEW.day AND +o.reverses IS NULL
        AND NOT EXISTS (SELECT 1 FROM voucher WHERE reverses = o.id);
END;

CREATE TRIGGER voucher_for_granted_uses BEFORE INSERT ON voucher WHEN NEW.reverses IS NULL AND NEW.kind <> 'opening'
BEGIN
    SELECT RAISE(ABORT, 'use-not-permitted: new spending needs a use granted on the date')
    FROM entry AS e
    JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code = CASE e.red WHEN 0 THEN e.debit ELSE e.credit END
    WHERE e.voucher = NEW.id AND a.kind = 'use' AND COALESCE((
        SELECT g.granted FROM use_grant AS g
        WHERE g.fund = a.fund AND g.unit = a.unit AND g.code = a.code AND g.day <= NEW.day
        ORDER BY g.day DESC, g.seq DESC LIMIT 1), 0) = 0;
END;

-- Spending executes quota, fen by fen, on lines of the use it is charged to; what is only applied for pays nothing yet.
-- So does spending that an adjustment moves to a fund; what one moves away restores its quota, or none in a later year.
-- An advance that comes back in a later year than that of its quota restores none either.
CREATE TRIGGER voucher_within_quota INSTEAD OF INSERT ON voucher_before WHEN NEW.kind <> 'opening'
    AND EXISTS (SELECT 1 FROM quota_heading WHERE fund = NEW.fund AND day <= NEW.day)
BEGIN
    SELECT RAISE(ABORT, 'no-quota: what a fund under quota control pays is paid from quota, and only that')
    FROM (SELECT
            SUM((1 - 2 * e.red) * e.amount * CASE NEW.kind
                WHEN 'adjustment' THEN (d.kind IN ('use', 'advance')) - (c.kind IN ('use', 'advance'))
                ELSE (c.kind = 'cash' AND d.kind IN ('use', 'advance', 'payable'))
                    - (d.kind = 'cash' AND c.kind IN ('use', 'advance', 'payable')) END) AS out,
            SUM((1 - 2 * e.red) * e.amount * ((c.kind = 'quota-paid') - (d.kind = 'quota-paid'))) AS executed
        FROM entry AS e
        JOIN account AS d ON d.fund = e.fund AND d.unit = e.unit AND d.code = e.debit
        JOIN account AS c ON c.fund = e.fund AND c.unit = e.unit AND c.code = e.credit
        WHERE e.voucher = NEW.id AND NEW.kind NOT IN ('carry-over', 'repayment')
            AND NOT (NEW.kind = 'refund' AND d.kind = 'advance' AND EXISTS (
                SELECT 1 FROM voucher AS p WHERE p.id = NEW.cites AND (p.year < NEW.year OR EXISTS (
                    SELECT 1 FROM entry AS x
                    JOIN account AS t ON t.fund = x.fund AND t.unit = x.unit AND t.code = x.credit AND t.kind = 'quota-paid'
                    JOIN quota AS q ON q.number = x.fund || '-' || substr(t.code, 6)
                    WHERE x.voucher = p.id AND q.year < NEW.year))))) AS moved
    WHERE moved.out IS NOT moved.executed
        AND NOT (NEW.kind = 'adjustment' AND moved.executed = 0 AND (moved.out < 0 OR NEW.reverses IS NOT NULL));
    SELECT RAISE(ABORT, 'quota-of-another-use: quota pays the use it was allotted to')
    FROM entry AS e
    JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code IN (e.debit, e.credit)
        AND a.kind IN ('quota-paid', 'quota-applied')
    JOIN quota AS q ON q.number = e.fund || '-' || substr(a.code, 6)
    WHERE e.voucher = NEW.id AND (q.project NOT IN ('', NEW.project) OR EXISTS (
        SELECT 1 FROM entry AS s JOIN account AS u ON u.fund = s.fund AND u.unit = s.unit AND u.code IN (s.debit, s.credit)
        WHERE s.voucher = NEW.id AND u.kind = 'use' AND u.code <> q.use));
END;

-- What is paid or comes back of what was reserved may be so later; so may be taken back what moved money as well.
CREATE TRIGGER voucher_in_the_year_of_its_quota INSTEAD OF INSERT ON voucher_before
WHEN EXISTS (SELECT 1 FROM quota_heading WHERE fund = NEW.fund)
BEGIN
    SELECT RAISE(ABORT, 'quota-of-another-year: quota moves in its own year; what was reserved in it is paid also later')
    FROM entry AS e
    JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code IN (e.debit, e.credit) AND a.kind LIKE 'quota-%'
    JOIN quota AS q ON q.number = e.fund || '-' || substr(a.code, 6)
    WHERE e.voucher = NEW.id AND q.year <> NEW.year AND NOT (q.year < NEW.year AND CASE WHEN NEW.reverses IS NULL
        THEN NOT EXISTS (SELECT 1 FROM account AS o WHERE o.fund = e.fund AND o.unit = e.unit
            AND o.code IN (e.debit, e.credit) AND o.kind NOT IN ('quota-applied', 'quota-paid'))
        ELSE NEW.kind NOT IN
            ('quota-received', 'allotment', 'quota-adjustment', 'commitment', 'application', 'carry-over') END);
    SELECT RAISE(ABORT, 'not-at-year-end: quota is carried over on the last day of its year, to the first of the next')
    FROM entry AS e
    JOIN account AS c ON c.fund = e.fund AND c.unit = e.unit AND c.code = e.credit
    WHERE e.voucher = NEW.id AND NEW.kind = 'carry-over' AND NEW.reverses IS NULL
        AND substr(NEW.date, 6) <> CASE c.kind WHEN 'quota-carried' THEN '12-31' ELSE '01-01' END;
END;

-- After the last day of its line nothing of it is bound, reserved or paid, but by a waiver (see the check `quota-expired`), and
-- none of it goes to another line.
CREATE TRIGGER voucher_spends_quota_in_its_time INSTEAD OF INSERT ON voucher_after
WHEN NEW.reverses IS NULL AND NEW.kind <> 'returned-payment' AND EXISTS (SELECT 1 FROM quota_heading WHERE fund = NEW.fund)
BEGIN
    SELECT RAISE(ABORT, 'quota-expired: nothing of a quota line is bound, applied for, paid or moved on after its last day')
    FROM entry AS e
    JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND (
        (a.code = CASE e.red WHEN 0 THEN e.credit ELSE e.debit END
            AND a.kind IN ('quota-committed', 'quota-applied', 'quota-paid')
            AND NOT (a.kind = 'quota-committed' AND NEW.kind IN ('refund', 'application')))
        OR (a.code = CASE e.red WHEN 0 THEN e.debit ELSE e.credit END AND NEW.kind IN ('allotment', 'quota-adjustment', 'carry-over', 'pooling')
            AND a.kind IN ('quota-unallotted', 'quota-available', 'quota-committed')))
    JOIN quota AS q ON q.number = e.fund || '-' || substr(a.code, 6) AND q.expires <> '' AND q.expires < NEW.date
    JOIN book_vouchers AS v ON v.voucher = e.voucher AND v.moved > q.expires
    WHERE e.voucher = NEW.id AND NOT EXISTS (
        SELECT 1 FROM waiver_ahead AS w WHERE w.page = 'quota-expired' AND w.voucher = NEW.id AND w.use IN ('', q.use));
END;

-- Quota moves only as its kind of voucher moves it, and within its line unless it is allotted or adjusted.
CREATE TRIGGER voucher_moves_quota_as_its_kind INSTEAD OF INSERT ON voucher_before
WHEN NEW.reverses IS NULL AND EXISTS (SELECT 1 FROM quota_heading WHERE fund = NEW.fund)
BEGIN
    SELECT RAISE(ABORT, 'quota-moved-wrongly: no voucher of this kind moves quota so')
    FROM entry AS e
    JOIN account AS d ON d.fund = e.fund AND d.unit = e.unit AND d.code = e.debit
    JOIN account AS c ON c.fund = e.fund AND c.unit = e.unit AND c.code = e.credit
    WHERE e.voucher = NEW.id AND (d.kind LIKE 'quota-%' OR c.kind LIKE 'quota-%') AND (
        (NEW.kind NOT IN ('opening', 'allotment', 'quota-adjustment') AND substr(d.code, 6) <> substr(c.code, 6))
        OR NOT EXISTS (SELECT 1 FROM quota_move AS m WHERE m.kind = NEW.kind AND m.moves LIKE '% ' || CASE e.red
            WHEN 0 THEN substr(d.kind, 7) || '>' || substr(c.kind, 7)
            ELSE substr(c.kind, 7) || '>' || substr(d.kind, 7) END || ' %'));
END;

-- Cash of a fund under quota control moves only as its kind of voucher moves it: none leaves by an act that spends no quota.
CREATE TRIGGER voucher_moves_money_as_its_kind INSTEAD OF INSERT ON voucher_before WHEN NEW.reverses IS NULL AND NEW.kind <> 'opening'
BEGIN
    SELECT RAISE(ABORT, 'money-moved-wrongly: no voucher of this kind moves cash so')
    FROM entry AS e
    JOIN account AS d ON d.fund = e.fund AND d.unit = e.unit AND d.code = e.debit
    JOIN account AS c ON c.fund = e.fund AND c.unit = e.unit AND c.code = e.credit
    WHERE e.voucher = NEW.id AND 'cash' IN (d.kind, c.kind) AND MONEY_MOVES(NEW.kind) NOT LIKE '% ' || CASE e.red
        WHEN 0 THEN d.kind || '>' || c.kind ELSE c.kind || '>' || d.kind END || ' %'
        AND EXISTS (SELECT 1 FROM quota_heading AS h WHERE h.fund = e.fund AND h.day <= NEW.day);
END;

-- Cash is pooled, or taken back, with quota of the same act, and no more of it; what no quota may spend is taken back alone, and
-- stands while it is. What takes back a part of an act leaves no cash gone whose quota is here again.
CREATE TRIGGER voucher_takes_cash_with_its_quota INSTEAD OF INSERT ON voucher_after
WHEN (NEW.kind IN ('pooling', 'reclaim') OR (NEW.kind IN ('refund', 'interest') AND NEW.reverses IS NOT NULL))
    AND EXISTS (SELECT 1 FROM quota_heading WHERE fund = NEW.fund AND day <= NEW.day)
BEGIN
    SELECT RAISE(ABORT, 'cash-without-quota: no more cash leaves a fund than quota leaves it in the same act')
    FROM (
        SELECT SUM(CASE WHEN a.kind <> 'transfer' THEN 0 WHEN (e.debit = a.code) = (e.red = 0) THEN e.amount ELSE -e.amount END) AS cash,
            SUM(CASE WHEN a.kind = 'transfer' THEN 0 WHEN (e.debit = a.code) = (e.red = 0) THEN -e.amount ELSE e.amount END) AS quota
        FROM voucher AS act
        JOIN voucher AS o ON (o.id = act.link OR (o.link = act.link AND o.link <> o.id)) AND o.fund = NEW.fund AND o.kind = NEW.kind
        JOIN voucher AS v ON v.id = o.id OR v.reverses = o.id
        JOIN entry AS e ON e.voucher = v.id
        JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code IN (e.debit, e.credit)
            AND a.kind IN ('transfer', 'quota-received', 'quota-reclaimed')
        WHERE act.id = COALESCE(NEW.reverses, NEW.id) AND NEW.kind IN ('pooling', 'reclaim')
            AND EXISTS (SELECT 1 FROM quota_heading AS h WHERE h.fund = NEW.fund AND h.day <= act.day)
    ) AS taken
    WHERE taken.cash > 0 AND taken.cash > taken.quota;
    SELECT RAISE(ABORT, 'cash-without-quota: no more is taken back without quota than came in without')
    WHERE EXISTS (SELECT 1 FROM money_without_quota WHERE voucher = NEW.id)
        AND (SELECT SUM(amount) FROM money_without_quota WHERE fund = NEW.fund AND since <= NEW.date) < 0;
END;

-- Out of what is owed beside quota a repayment takes no more than the reclaim or adjustment that it cites owes, which stands
-- while it is paid.
CREATE TRIGGER voucher_repays_what_is_owed INSTEAD OF INSERT ON voucher_after
WHEN (NEW.kind = 'repayment' OR (NEW.kind IN ('reclaim', 'adjustment') AND NEW.reverses IS NOT NULL))
    AND EXISTS (SELECT 1 FROM quota_heading WHERE fund = NEW.fund AND day <= NEW.day)
BEGIN
    SELECT RAISE(ABORT, 'repaid-beyond: no more is repaid than a reclaim or an adjustment owes')
    FROM entry AS n
    JOIN account AS p ON p.fund = n.fund AND p.unit = n.unit AND p.code IN (n.debit, n.credit) AND p.kind = 'payable'
    WHERE n.voucher = NEW.id AND COALESCE((
        SELECT SUM((1 - 2 * e.red) * CASE a.code WHEN e.credit THEN e.amount ELSE -e.amount END)
        FROM voucher AS o
        JOIN voucher AS v ON v.id = o.id OR v.reverses = o.id OR (v.cites = o.id AND v.kind = 'repayment')
        JOIN entry AS e ON e.voucher = v.id
        JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code IN (e.debit, e.credit) AND a.kind = 'payable'
        WHERE o.id = CASE NEW.kind WHEN 'repayment' THEN NEW.cites ELSE NEW.reverses END AND o.fund = NEW.fund
            AND o.kind IN ('reclaim', 'adjustment')), -1) < 0;
END;

-- What of an application is not paid may be released: back to where it was reserved from, in red, and what is owed with it.
-- Of what it reserved no more is paid and released together than there is, and nothing of one that was taken back: also
-- where what the bank returned of it is taken back, or paid again under the number of what came back.
CREATE TRIGGER voucher_within_its_application INSTEAD OF INSERT ON voucher_after
WHEN NEW.kind = 'application' OR (NEW.kind = 'returned-payment' AND NEW.reverses IS NOT NULL)
    OR (NEW.kind IN ('disbursement', 'advance') AND NEW.reverses IS NULL AND NEW.cites IS NOT NULL)
BEGIN
    SELECT RAISE(ABORT, 'not-as-reserved: what an application is released of goes back in red as it reserved it')
    FROM entry AS e
    JOIN account AS d ON d.fund = e.fund AND d.unit = e.unit AND d.code = e.debit
    WHERE e.voucher = NEW.id AND NEW.kind = 'application' AND NEW.reverses IS NULL
        AND (NEW.cites IS NOT NULL OR e.red = 1 OR d.kind = 'quota-applied') AND NOT EXISTS (
            SELECT 1 FROM voucher AS a
            JOIN entry AS o ON o.voucher = a.id AND o.line = e.line AND o.unit = e.unit AND o.debit = e.debit
                AND o.credit = e.credit AND o.red = 0
            WHERE a.id = NEW.cites AND a.kind = 'application' AND a.reverses IS NULL AND a.cites IS NULL
                AND a.fund = NEW.fund AND a.contract = NEW.contract AND a.day <= NEW.day AND a.entries = NEW.entries
                AND e.red = 1 AND e.amount = (SELECT MIN(amount) FROM entry WHERE voucher = NEW.id));
    SELECT RAISE(ABORT, 'beyond-application: no more of an application is paid and released than it reserved')
    FROM voucher AS a
    JOIN entry AS o ON o.voucher = a.id
    JOIN account AS p ON p.fund = o.fund AND p.unit = o.unit AND p.code = o.credit AND p.kind = 'quota-applied'
    WHERE a.kind = 'application' AND a.id IN (COALESCE(NEW.reverses, NEW.cites), (
            SELECT v.cites FROM voucher AS r JOIN voucher AS v ON v.id = r.cites
            WHERE r.id = COALESCE(NEW.reverses, NEW.cites)))
        AND CASE WHEN a.cites IS NOT NULL OR a.reverses IS NOT NULL OR EXISTS (
            SELECT 1 FROM voucher WHERE reverses = a.id) THEN 0 ELSE o.amount END < (
        SELECT SUM(MAX(s.settled, 0)) FROM (
            SELECT SUM((1 - 2 * e.red) * CASE o.credit WHEN e.debit THEN e.amount ELSE -e.amount END) AS settled
            FROM (
                SELECT id AS root, id, kind FROM voucher WHERE cites = a.id AND reverses IS NULL
                UNION ALL SELECT v.id, r.id, r.kind FROM voucher AS v
                    JOIN voucher AS r ON r.cites = v.id AND r.reverses IS NULL AND r.kind = 'returned-payment'
                    WHERE v.cites = a.id AND v.reverses IS NULL
                UNION ALL SELECT v.id, q.id, q.kind FROM voucher AS v
                    JOIN voucher AS r ON r.cites = v.id AND r.reverses IS NULL AND r.kind = 'returned-payment'
                    JOIN voucher AS q ON q.cites = r.id AND q.reverses IS NULL AND q.kind <> 'returned-payment'
                    WHERE v.cites = a.id AND v.reverses IS NULL AND EXISTS ( -- what gave it back; else it owes itself
                        SELECT 1 FROM entry WHERE voucher = r.id AND unit = o.unit AND debit = o.credit AND red = 1)
            ) AS m -- what was taken back counts as its red does: not at all
            JOIN entry AS e ON e.voucher = m.id AND e.unit = o.unit
                AND (e.debit = o.credit OR (e.credit = o.credit AND m.kind = 'application'))
            WHERE NOT EXISTS (SELECT 1 FROM voucher WHERE reverses = m.id)
            GROUP BY m.root) AS s);
END;

-- What the bank returned is paid again once: no more under its number than came back by it, and nothing of a return that was
-- taken back. What comes back once more within the year may be paid once more, under either number.
CREATE TRIGGER voucher_within_what_came_back INSTEAD OF INSERT ON voucher_after
WHEN (NEW.kind = 'returned-payment' AND NEW.reverses IS NOT NULL)
    OR (NEW.kind IN ('disbursement', 'advance') AND NEW.reverses IS NULL AND NEW.cites IS NOT NULL)
BEGIN
    SELECT RAISE(ABORT, 'beyond-return: no more of a returned payment is paid again than came back by it')
    FROM voucher AS r
    WHERE r.kind = 'returned-payment' AND r.id IN (COALESCE(NEW.reverses, NEW.cites), (
            SELECT v.cites FROM voucher AS b JOIN voucher AS v ON v.id = b.cites
            WHERE b.id = COALESCE(NEW.reverses, NEW.cites)))
        AND CASE WHEN r.reverses IS NOT NULL OR EXISTS (SELECT 1 FROM voucher WHERE reverses = r.id) THEN 0 ELSE (
            SELECT COALESCE(SUM((1 - 2 * e.red) * CASE c.code WHEN e.debit THEN e.amount ELSE -e.amount END), 0)
            FROM entry AS e
            JOIN account AS c ON c.fund = e.fund AND c.unit = e.unit AND c.code IN (e.debit, e.credit) AND c.kind = 'cash'
            WHERE e.voucher = r.id) END < (
        SELECT SUM(MAX(s.paid, 0)) FROM (
            SELECT SUM((1 - 2 * e.red) * CASE c.code WHEN e.credit THEN e.amount ELSE -e.amount END) AS paid
            FROM (
                SELECT id AS root, id FROM voucher
                WHERE cites = r.id AND reverses IS NULL AND kind IN ('disbursement', 'advance')
                UNION ALL SELECT v.id, b.id FROM voucher AS v
                    JOIN voucher AS b ON b.cites = v.id AND b.reverses IS NULL AND b.kind = 'returned-payment'
                        AND b.year = v.year
                    WHERE v.cites = r.id AND v.reverses IS NULL AND v.kind IN ('disbursement', 'advance')
                UNION ALL SELECT v.id, q.id FROM voucher AS v
                    JOIN voucher AS b ON b.cites = v.id AND b.reverses IS NULL AND b.kind = 'returned-payment'
                        AND b.year = v.year
                    JOIN voucher AS q ON q.cites = b.id AND q.reverses IS NULL AND q.kind IN ('disbursement', 'advance')
                    WHERE v.cites = r.id AND v.reverses IS NULL AND v.kind IN ('disbursement', 'advance')
            ) AS m -- what was taken back counts as its red does: not at all
            JOIN entry AS e ON e.voucher = m.id
            JOIN account AS c ON c.fund = e.fund AND c.unit = e.unit AND c.code IN (e.debit, e.credit) AND c.kind = 'cash'
            WHERE NOT EXISTS (SELECT 1 FROM voucher WHERE reverses = m.id)
            GROUP BY m.root) AS s);
END;

CREATE TRIGGER voucher_allots_of_its_parent INSTEAD OF INSERT ON voucher_before WHEN NEW.kind = 'allotment'
BEGIN
    SELECT RAISE(ABORT, 'allotted-elsewhere: a line is allotted quota of the line that it came of')
    FROM entry AS e
    JOIN quota_heading AS u ON u.fund = e.fund AND u.status = 'unallotted'
    JOIN quota_heading AS f ON f.fund = e.fund AND f.status = 'available'
    JOIN quota AS p ON p.fund = e.fund AND e.debit = u.code || ':' || p.name
    JOIN quota AS q ON q.fund = e.fund AND e.credit = f.code || ':' || q.name
    WHERE e.voucher = NEW.id AND q.parent IS NOT p.line;
END;

-- What is pooled is quota of another fund: no fund gets more of it than others gave in the same act, those first.
CREATE TRIGGER voucher_takes_what_another_gave INSTEAD OF INSERT ON voucher_before WHEN NEW.kind = 'pooling'
BEGIN
    SELECT RAISE(ABORT, 'pooled-from-nothing: a fund gets no more quota by pooling than another gave in the same act')
    FROM (
        SELECT SUM(m.got) AS got, SUM(CASE WHEN m.fund <> NEW.fund THEN m.gave ELSE 0 END) AS gave,
            SUM(CASE WHEN m.voucher = NEW.id THEN m.got ELSE 0 END) AS now
        FROM (
            SELECT e.voucher, e.fund, CASE WHEN (e.debit = a.code) = (e.red = 0) THEN e.amount ELSE 0 END AS got,
                CASE WHEN (e.debit = a.code) = (e.red = 0) THEN 0 ELSE e.amount END AS gave
            FROM entry AS e
            JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code IN (e.debit, e.credit)
                AND a.kind = 'quota-received'
            WHERE e.voucher = NEW.id OR e.voucher IN (
                SELECT v.id FROM voucher AS v
                WHERE (v.id = NEW.link OR (v.link = NEW.link AND v.link <> v.id))
                    AND v.kind = 'pooling' AND v.day = NEW.day)) AS m) AS pooled
    WHERE pooled.now > 0 AND pooled.got > pooled.gave;
END;

-- What a line received that was carried over came of the line before it: no more than that carried over, and still does.
CREATE TRIGGER voucher_brings_what_was_carried INSTEAD OF INSERT ON voucher_before
WHEN EXISTS (SELECT 1 FROM quota_heading WHERE fund = NEW.fund)
BEGIN
    SELECT RAISE(ABORT, 'carried-beyond: a line receives no more than the line before it carried over')
    FROM (
        SELECT e.fund, e.unit, CASE a.kind WHEN 'quota-received' THEN q.parent ELSE q.line END AS parent,
            SUM((1 - 2 * e.red) * e.amount * (a.kind = 'quota-received')
                * CASE a.code WHEN e.debit THEN 1 ELSE -1 END) AS received,
            SUM((1 - 2 * e.red) * e.amount * (a.kind = 'quota-carried')
                * CASE a.code WHEN e.credit THEN 1 ELSE -1 END) AS carried
        FROM entry AS e
        JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code IN (e.debit, e.credit)
            AND a.kind IN ('quota-received', 'quota-carried')
        JOIN quota AS q ON q.number = e.fund || '-' || substr(a.code, 6)
        WHERE e.voucher = NEW.id AND (a.kind = 'quota-carried' OR q.parent IS NOT NULL)
        GROUP BY 1, 2, 3
    ) AS r
    WHERE (r.received > 0 OR r.carried < 0) AND r.received + (
        SELECT COALESCE(SUM(b.total), 0) FROM quota AS q
        JOIN quota_heading AS h ON h.fund = q.fund AND h.status = 'received'
        JOIN balance AS b ON b.fund = q.fund AND b.unit = r.unit AND b.code = h.code || ':' || q.name
        WHERE q.fund = r.fund AND q.parent = r.parent
    ) > r.carried + (
        SELECT COALESCE(SUM(b.total), 0) FROM quota AS p
        JOIN quota_heading AS h ON h.fund = p.fund AND h.status = 'carried'
        JOIN balance AS b ON b.fund = p.fund AND b.unit = r.unit AND b.code = h.code || ':' || p.name
        WHERE p.fund = r.fund AND p.line = r.parent);
END;

-- What is adjusted stays with the document that gave it: no line has more than its document gave.
CREATE TRIGGER voucher_adjusts_within_its_document INSTEAD OF INSERT ON voucher_before WHEN NEW.kind = 'quota-adjustment'
BEGIN
    SELECT RAISE(ABORT, 'adjusted-across-documents: quota is adjusted between lines of what one document gave')
    FROM entry AS e
    JOIN quota_root AS f ON f.number = e.fund || '-' || substr(e.debit, 6)
    JOIN quota_root AS t ON t.number = e.fund || '-' || substr(e.credit, 6)
    WHERE e.voucher = NEW.id AND f.root <> t.root;
END;

-- A document gives what it says, once: with what came by those that follow from it, no more is received.
CREATE TRIGGER voucher_receives_what_its_document_gives INSTEAD OF INSERT ON voucher_before
WHEN NEW.kind = 'quota-received' AND NEW.reverses IS NULL
BEGIN
    SELECT RAISE(ABORT, 'received-beyond-document: the document gives less than would be received by it')
    FROM document_above AS u
    JOIN book_documents AS d ON d.document = u.above AND d.amount > 0
    JOIN (SELECT SUM((1 - 2 * red) * amount) AS amount FROM entry WHERE voucher = NEW.id) AS r ON r.amount > 0
    WHERE u.document = NEW.document AND d.amount < r.amount + (
        SELECT COALESCE(SUM(g.amount), 0) FROM document_above AS b JOIN document_given AS g ON g.document = b.document
        WHERE b.above = u.above);
END;

-- Nor is a document registered for less than came by it, below one that gives less, or without the amount that the entry
-- before it says while anything came by it. One that no quota names, and that nothing follows from, has nothing to
-- contradict.
CREATE TRIGGER document_gives_what_came_by_it AFTER INSERT ON document
WHEN NEW.withdrawn = 0 AND (EXISTS (SELECT 1 FROM quota WHERE NEW.document IN (document, upper_document))
    OR EXISTS (SELECT 1 FROM document WHERE parent = NEW.document))
BEGIN
    SELECT RAISE(ABORT, 'below-received: a document, or one that it would rest on, has less than is received by it')
    FROM document_above AS u
    JOIN book_documents AS d ON d.document = u.above AND (d.amount > 0 OR d.document = NEW.document AND (
        SELECT (1 - p.withdrawn) * p.amount FROM document AS p WHERE p.document = NEW.document AND p.seq < NEW.seq
        ORDER BY p.seq DESC LIMIT 1) > 0)
    WHERE u.document = NEW.document AND d.amount < (
        SELECT COALESCE(SUM(g.amount), 0) FROM document_above AS b JOIN document_given AS g ON g.document = b.document
        WHERE b.above = u.above);
END;

CREATE TRIGGER voucher_advances_lawfully BEFORE INSERT ON voucher WHEN NEW.reverses IS NULL AND NEW.kind <> 'opening'
    AND EXISTS (SELECT 1 FROM account WHERE fund = NEW.fund AND kind = 'due-from')
BEGIN
    SELECT RAISE(ABORT, 'may-not-advance: only a fund marked may-advance lends to another, and only by a loan')
    FROM entry AS e
    JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code = CASE e.red WHEN 0 THEN e.debit ELSE e.credit END
    WHERE e.voucher = NEW.id AND a.kind = 'due-from' AND (NEW.kind <> 'loan' OR COALESCE((
        SELECT t.may_advance FROM fund_terms AS t WHERE t.fund = NEW.fund ORDER BY t.chart DESC LIMIT 1), 0) = 0);
END;

CREATE TRIGGER voucher_reverses_exactly INSTEAD OF INSERT ON voucher_before WHEN NEW.reverses IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'not-a-reversal: a reversal repeats every entry of its original in red, under its contract')
    WHERE NEW.entries IS NOT (SELECT entries FROM voucher
            WHERE id = NEW.reverses AND fund = NEW.fund AND kind = NEW.kind AND day <= NEW.day AND reverses IS NULL
                AND contract = NEW.contract)
        OR NEW.entries <> (SELECT COUNT(*) FROM entry AS red JOIN entry AS original
            ON original.voucher = NEW.reverses AND original.line = red.line AND original.fund = red.fund
            AND original.unit = red.unit AND original.debit = red.debit AND original.credit = red.credit
            AND original.amount = red.amount AND original.red = 1 - red.red
            WHERE red.voucher = NEW.id);
END;

CREATE TRIGGER voucher_moves_balances AFTER INSERT ON voucher
BEGIN
    INSERT INTO daily_balance (fund, unit, code, day, date, change)
    SELECT e.fund, e.unit, e.debit, NEW.day, NEW.date, CASE WHEN b.code IS NULL
        THEN RAISE(ABORT, 'balance-missing: a controlled account has no stored balance that its entries could move')
        ELSE b.controlled * (1 - 2 * e.red) * e.amount END
    FROM entry AS e
    JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code = e.debit AND a.controlled <> 0
    LEFT JOIN balance AS b ON b.fund = e.fund AND b.unit = e.unit AND b.code = e.debit
    WHERE e.voucher = NEW.id
    ON CONFLICT (fund, unit, code, day) DO UPDATE SET change = change + excluded.change;

    INSERT INTO daily_balance (fund, unit, code, day, date, change)
    SELECT e.fund, e.unit, e.credit, NEW.day, NEW.date, CASE WHEN b.code IS NULL
        THEN RAISE(ABORT, 'balance-missing: a controlled account has no stored balance that its entries could move')
        ELSE -b.controlled * (1 - 2 * e.red) * e.amount END
    FROM entry AS e
    JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code = e.credit AND a.controlled <> 0
    LEFT JOIN balance AS b ON b.fund = e.fund AND b.unit = e.unit AND b.code = e.credit
    WHERE e.voucher = NEW.id
    ON CONFLICT (fund, unit, code, day) DO UPDATE SET change = change + excluded.change;
END;

-- What a voucher does to a balance is done at once, so that nothing is overspent half way. Almost every voucher has one
-- entry: its two accounts are moved by their keys, in a third of the time that adding up takes.
CREATE TRIGGER voucher_of_one_entry_moves_totals AFTER INSERT ON voucher WHEN NEW.entries = 1
BEGIN
    UPDATE balance SET (total, opening) = (
        SELECT total + controlled * moved, opening + CASE NEW.kind WHEN 'opening' THEN controlled * moved ELSE 0 END
        FROM (SELECT (1 - 2 * red) * amount AS moved FROM entry WHERE voucher = NEW.id))
    WHERE fund = NEW.fund AND (unit, code) = (SELECT unit, debit FROM entry WHERE voucher = NEW.id);

    UPDATE balance SET (total, opening) = (
        SELECT total - controlled * moved, opening - CASE NEW.kind WHEN 'opening' THEN controlled * moved ELSE 0 END
        FROM (SELECT (1 - 2 * red) * amount AS moved FROM entry WHERE voucher = NEW.id))
    WHERE fund = NEW.fund AND (unit, code) = (SELECT unit, credit FROM entry WHERE voucher = NEW.id);
END;

CREATE TRIGGER voucher_of_many_entries_moves_totals AFTER INSERT ON voucher WHEN NEW.entries > 1
BEGIN
    UPDATE balance SET total = total + controlled * (
            SELECT COALESCE(SUM((1 - 2 * red) * CASE balance.code WHEN debit THEN amount WHEN credit THEN -amount ELSE 0 END), 0)
            FROM entry WHERE voucher = NEW.id AND unit = balance.unit),
        opening = opening + CASE NEW.kind WHEN 'opening' THEN controlled * (
            SELECT COALESCE(SUM((1 - 2 * red) * CASE balance.code WHEN debit THEN amount WHEN credit THEN -amount ELSE 0 END), 0)
            FROM entry WHERE voucher = NEW.id AND unit = balance.unit) ELSE 0 END
    WHERE fund = NEW.fund AND unit IN (SELECT unit FROM entry WHERE voucher = NEW.id) AND code IN ( -- by its key: a fund
        -- may have thousands of quota lines. What no entry names, a code in another unit, moves by nothing.
        SELECT debit FROM entry WHERE voucher = NEW.id UNION ALL SELECT credit FROM entry WHERE voucher = NEW.id);
END;

CREATE TRIGGER commitment_never_overspent BEFORE UPDATE ON commitment WHEN NEW.total < 0
BEGIN
    SELECT RAISE(ABORT, 'beyond-contract: no more is freed, applied for or paid of a contract than is bound to it');
END;

-- What a line has bound to a contract is not freed while an application waits for it: nobody is paid under a void contract.
CREATE TRIGGER voucher_frees_what_is_not_asked_for INSTEAD OF INSERT ON voucher_before
WHEN NEW.contract <> '' AND (NEW.kind = 'commitment' OR NEW.reverses IS NOT NULL)
BEGIN
    SELECT RAISE(ABORT, 'asked-of-contract: applications wait for what would be freed of the contract')
    FROM (
        SELECT q.fund, q.line,
            SUM((1 - 2 * e.red) * CASE a.code WHEN e.debit THEN e.amount ELSE -e.amount END) AS freed
        FROM entry AS e
        JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code IN (e.debit, e.credit) AND a.kind = 'quota-committed'
        JOIN quota AS q ON q.number = e.fund || '-' || substr(a.code, 6)
        WHERE e.voucher = NEW.id
        GROUP BY q.fund, q.line
    ) AS f
    JOIN application_asked AS w ON w.fund = f.fund AND w.line = f.line AND w.contract = NEW.contract
    WHERE f.freed > 0 AND w.asked > w.bound - f.freed;
END;

CREATE TRIGGER voucher_moves_commitments AFTER INSERT ON voucher
WHEN EXISTS (SELECT 1 FROM quota_heading WHERE fund = NEW.fund)
BEGIN
    INSERT INTO commitment (fund, unit, code, contract, total)
    SELECT DISTINCT a.fund, a.unit, a.code, NEW.contract, 0
    FROM entry AS e
    JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code IN (e.debit, e.credit) AND a.kind = 'quota-committed'
    WHERE e.voucher = NEW.id AND NOT EXISTS (SELECT 1 FROM commitment AS c
        WHERE c.fund = a.fund AND c.unit = a.unit AND c.code = a.code AND c.contract = NEW.contract);

    UPDATE commitment SET total = total + (
        SELECT COALESCE(SUM((1 - 2 * red) * CASE commitment.code WHEN credit THEN amount WHEN debit THEN -amount ELSE 0 END), 0)
        FROM entry WHERE voucher = NEW.id AND unit = commitment.unit)
    WHERE fund = NEW.fund AND contract = NEW.contract AND unit IN (SELECT unit FROM entry WHERE voucher = NEW.id)
        AND code IN (SELECT debit FROM entry WHERE voucher = NEW.id UNION ALL SELECT credit FROM entry WHERE voucher = NEW.id);
END;

-- What is numbered has no gap: nobody takes the last number there is, or one that is not due.
CREATE TRIGGER audit_numbered_without_gap BEFORE INSERT ON audit WHEN NEW.audit <> 1
BEGIN
    SELECT RAISE(ABORT, 'number-gap: audits are numbered without gaps')
    WHERE NOT EXISTS (SELECT 1 FROM audit WHERE audit = NEW.audit - 1);
END;

CREATE TRIGGER finding_numbered_without_gap BEFORE INSERT ON finding WHEN NEW.finding <> 1
BEGIN
    SELECT RAISE(ABORT, 'number-gap: findings are numbered without gaps')
    WHERE NOT EXISTS (SELECT 1 FROM finding WHERE finding = NEW.finding - 1);
END;

CREATE TRIGGER side_numbered_without_gap BEFORE INSERT ON side WHEN NEW.seq <> 1
BEGIN
    SELECT RAISE(ABORT, 'number-gap: what is recorded of sides is numbered without gaps')
    WHERE NOT EXISTS (SELECT 1 FROM side WHERE seq = NEW.seq - 1);
END;

CREATE TRIGGER waiver_numbered_without_gap BEFORE INSERT ON waiver WHEN NEW.waiver <> 1
BEGIN
    SELECT RAISE(ABORT, 'number-gap: waivers are numbered without gaps')
    WHERE NOT EXISTS (SELECT 1 FROM waiver WHERE waiver = NEW.waiver - 1);
END;

-- The month after the last closed one is closed, or that one reopened; before the first there is no voucher.
CREATE TRIGGER period_act_in_order BEFORE INSERT ON period_act
BEGIN
    SELECT RAISE(ABORT, 'period-out-of-order: months are closed one after the other, and the last one is reopened first')
    WHERE NOT CASE NEW.seq WHEN 1 THEN NEW.act = 'close' AND NOT EXISTS (
            SELECT 1 FROM voucher WHERE day < NEW.day - CAST(substr(NEW.date, 9, 2) AS INTEGER) + 1)
        ELSE EXISTS (SELECT 1 FROM period_act AS a WHERE a.seq = NEW.seq - 1 AND CASE NEW.act
            WHEN 'close' THEN a.day = NEW.day - CAST(substr(NEW.date, 9, 2) AS INTEGER)
            ELSE a.day - CAST(substr(a.date, 9, 2) AS INTEGER) = NEW.day END) END;
END;

-- A day of grace, as for waivers.
CREATE TRIGGER period_act_after_its_end BEFORE INSERT ON period_act
BEGIN
    SELECT RAISE(ABORT, 'period-not-over: a month is closed when it is over') WHERE NEW.date > date('now', '+1 day');
END;

CREATE TRIGGER period_act_by_another BEFORE INSERT ON period_act WHEN NEW.act = 'reopen'
BEGIN
    SELECT RAISE(ABORT, 'own-period: a month is reopened by somebody else than who closed it')
    WHERE PERSON(NEW.acted_by) = (SELECT PERSON(acted_by) FROM period_act
        WHERE act = 'close' AND day >= (SELECT day FROM period_act WHERE seq = NEW.seq - 1) ORDER BY day, seq DESC LIMIT 1);
END;

CREATE TRIGGER period_act_of_the_moment BEFORE INSERT ON period_act
BEGIN
    SELECT RAISE(ABORT, 'act-stale: an act on a period names the last voucher there is')
    WHERE NEW.last_voucher IS NOT (SELECT COALESCE(MAX(id), 0) FROM voucher);
END;

CREATE TRIGGER audit_of_the_moment BEFORE INSERT ON audit
BEGIN
    SELECT RAISE(ABORT, 'audit-stale: an audit is recorded while the book is as it was seen')
    WHERE NEW.last_voucher IS NOT (SELECT COALESCE(MAX(id), 0) FROM voucher);
END;

CREATE TRIGGER finding_by_a_run BEFORE INSERT ON finding
BEGIN
    SELECT RAISE(ABORT, 'not-run: a finding is raised by the last audit, which ran its page')
    WHERE NEW.audit IS NOT (SELECT MAX(audit) FROM audit)
        OR NOT EXISTS (SELECT 1 FROM audit_check WHERE audit = NEW.audit AND page = NEW.page);
END;

CREATE TRIGGER sighting_by_a_run BEFORE INSERT ON sighting
BEGIN
    SELECT RAISE(ABORT, 'not-run: a finding is seen by the last audit, which ran its page')
    WHERE NEW.audit IS NOT (SELECT MAX(audit) FROM audit) OR NOT EXISTS (
        SELECT 1 FROM finding AS f JOIN audit_check AS c ON c.page = f.page
        WHERE f.finding = NEW.finding AND c.audit = NEW.audit);
END;

CREATE TRIGGER side_changed_by_another BEFORE INSERT ON side
BEGIN
    SELECT RAISE(ABORT, 'own-side: the side of a person is changed by somebody else, with a reason')
    WHERE EXISTS (SELECT 1 FROM side WHERE person = PERSON(NEW.name))
        AND (PERSON(NEW.recorded_by) = PERSON(NEW.name) OR NOT IS_SAID(NEW.reason));
END;

CREATE TRIGGER audit_by_one_side BEFORE INSERT ON audit
BEGIN
    SELECT RAISE(ABORT, 'other-side: a person acts for the side on record')
    WHERE NEW.side <> (SELECT side FROM side WHERE person = PERSON(NEW.audited_by) ORDER BY seq DESC LIMIT 1);
END;

-- The next check, by whomever, opens again what has to be: only who decides has to be on record.
CREATE TRIGGER finding_act_by_one_side BEFORE INSERT ON finding_act
BEGIN
    SELECT RAISE(ABORT, 'other-side: who decides acts for the side on record')
    WHERE NEW.side IS NOT COALESCE(
        (SELECT side FROM side WHERE person = PERSON(NEW.acted_by) ORDER BY seq DESC LIMIT 1),
        CASE NEW.act WHEN 'reopen' THEN NEW.side END);
END;

CREATE TRIGGER finding_act_by_its_side BEFORE INSERT ON finding_act WHEN NEW.act <> 'reopen'
BEGIN
    SELECT RAISE(ABORT, 'not-the-raiser: what an auditor saw an auditor decides, else the bureau')
    WHERE NEW.side IS NOT CASE WHEN EXISTS (SELECT 1 FROM sighting AS s JOIN audit AS a ON a.audit = s.audit
        WHERE s.finding = NEW.finding AND a.side = 'auditor') THEN 'auditor' ELSE 'bureau' END;
END;

CREATE TRIGGER finding_act_by_another BEFORE INSERT ON finding_act WHEN NEW.act <> 'reopen'
BEGIN
    SELECT RAISE(ABORT, 'own-voucher: who prepared or approved a voucher does not decide about it')
    FROM voucher WHERE id IN ((SELECT voucher FROM finding WHERE finding = NEW.finding), NEW.remedy)
        AND PERSON(NEW.acted_by) IN (PERSON(prepared_by), PERSON(approved_by));
END;

CREATE TRIGGER finding_act_of_another_entry BEFORE INSERT ON finding_act WHEN NEW.act <> 'reopen'
BEGIN
    SELECT RAISE(ABORT, 'own-entry: who put an entry in a register does not decide about it')
    FROM entry_hands WHERE person = PERSON(NEW.acted_by)
        AND entry IN ((SELECT entry FROM finding WHERE finding = NEW.finding), NEW.entry);
END;

CREATE TRIGGER finding_act_in_order BEFORE INSERT ON finding_act
BEGIN
    SELECT RAISE(ABORT, 'act-out-of-order: a lead is confirmed or dismissed, a confirmed finding closed, only a closed or dismissed one reopened')
    WHERE CASE COALESCE(CASE NEW.seq WHEN 1 THEN 'reopen' ELSE (
            SELECT act FROM finding_act WHERE finding = NEW.finding AND seq = NEW.seq - 1) END, '')
        WHEN 'reopen' THEN NEW.act = 'reopen' OR (NEW.act = 'close' AND NOT EXISTS (
            SELECT 1 FROM finding_act WHERE finding = NEW.finding AND seq < NEW.seq AND act = 'confirm'))
        WHEN 'confirm' THEN NEW.act NOT IN ('dismiss', 'close')
        WHEN '' THEN 1
        ELSE NEW.act <> 'reopen' END;
END;

CREATE TRIGGER finding_act_remedied BEFORE INSERT ON finding_act WHEN NEW.remedy IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'no-remedy: a finding is closed by a standing voucher that puts its own right, of a kind its page names')
    WHERE NOT EXISTS (SELECT 1 FROM book_remedies AS r JOIN finding AS f ON f.finding = r.finding
        WHERE r.finding = NEW.finding AND r.voucher = NEW.remedy
            AND ',' || f.remedied_by || ',' LIKE '%,' || r.remedy || ',%');
END;

CREATE TRIGGER finding_act_entered BEFORE INSERT ON finding_act WHEN NEW.entry IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'no-entry: a finding is closed by a later entry of the same key, once its check finds it no more')
    WHERE NOT EXISTS (SELECT 1 FROM finding AS f JOIN entry_succession AS e ON e.entry = f.entry
        JOIN book_findings AS b ON b.finding = f.finding
        WHERE f.finding = NEW.finding AND e.successor = NEW.entry AND b.found = 0
            AND ',' || f.remedied_by || ',' LIKE '%,entry,%');
END;

CREATE TRIGGER finding_act_waived BEFORE INSERT ON finding_act WHEN NEW.waiver IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'not-waived: the waiver does not cover the finding')
    WHERE NOT EXISTS (SELECT 1 FROM book_waived WHERE finding = NEW.finding AND waiver = NEW.waiver);
END;

CREATE TRIGGER waiver_by_high_authority BEFORE INSERT ON waiver
BEGIN
    SELECT RAISE(ABORT, 'authority-too-low: the document is of an authority below that of the fund')
    WHERE CASE NEW.document_level WHEN 'central' THEN 5 WHEN 'region' THEN 4 WHEN 'city' THEN 3 WHEN 'county' THEN 2
        ELSE 1 END < COALESCE((SELECT rank FROM fund_rank WHERE fund = NEW.fund), (SELECT MAX(rank) FROM fund_rank), 0);
END;

CREATE TRIGGER waiver_as_registered BEFORE INSERT ON waiver
BEGIN
    SELECT RAISE(ABORT, 'document-differs: the register of documents says another level or date')
    FROM book_documents WHERE document = NEW.document
        AND (level NOT IN ('', NEW.document_level) OR date NOT IN ('', NEW.document_date));
END;

-- A day of grace, for the book's day may have begun where the clock of the database still says yesterday.
CREATE TRIGGER waiver_decided_already BEFORE INSERT ON waiver
BEGIN
    SELECT RAISE(ABORT, 'not-decided-yet: a waiver rests on a document that there is already')
    WHERE NEW.document_date > date('now', '+1 day');
END;

CREATE TRIGGER waiver_by_another BEFORE INSERT ON waiver
BEGIN
    SELECT RAISE(ABORT, 'own-voucher: who prepared or approved a voucher does not approve its waiver')
    FROM voucher WHERE id IN (NEW.voucher, (SELECT voucher FROM finding WHERE finding = NEW.finding))
        AND PERSON(NEW.approved_by) IN (PERSON(prepared_by), PERSON(approved_by));
END;
