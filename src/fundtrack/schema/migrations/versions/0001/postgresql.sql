-- What PostgreSQL itself refuses: the same controls, by the same names, as in sqlite.sql. Each `-- control` below is the
-- body of a statement trigger that `0001_book.py` creates; it judges all rows of a statement at once (`added`), so that
-- a COPY of a million vouchers costs one pass. That both accounts of an entry belong to its fund is a foreign key here.
-- `turn` is the row every writer of vouchers holds until it commits: without it an entry could slip into a voucher that
-- another session is posting (READ COMMITTED lets it: tests/test_controls.py shows it). It is updated, not only
-- locked, so that a REPEATABLE READ writer with an old snapshot is refused (40001) rather than blind.

CREATE TABLE turn (
    one INTEGER NOT NULL,
    vouchers BIGINT NOT NULL,
    CONSTRAINT turn_pk PRIMARY KEY (one),
    CONSTRAINT turn_one CHECK (one = 1)
);
INSERT INTO turn VALUES (1, 0);

CREATE FUNCTION take_turn() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS
$$ SELECT 1 FROM turn FOR UPDATE $$;

CREATE FUNCTION refuse(message TEXT) RETURNS void LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '%', message USING ERRCODE = 'integrity_constraint_violation'; END $$;

CREATE FUNCTION account_opens_balance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO balance VALUES (NEW.fund, NEW.unit, NEW.code, NEW.controlled, 0, 0);
    RETURN NULL;
END $$;
CREATE TRIGGER account_opens_balance AFTER INSERT ON account FOR EACH ROW WHEN (NEW.controlled <> 0)
EXECUTE FUNCTION account_opens_balance();
ALTER TABLE account ENABLE ALWAYS TRIGGER account_opens_balance;

CREATE FUNCTION quota_opens_accounts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO account (fund, unit, code, root, kind, controlled, bank, opened, chart)
    SELECT h.fund, h.unit, h.code || ':' || NEW.name, h.root, 'quota-' || h.status,
        CASE h.root WHEN 'Assets' THEN 1 ELSE -1 END, NULL, NEW.date, NEW.chart
    FROM quota_heading AS h
    WHERE h.fund = NEW.fund AND CASE h.status
        WHEN 'received' THEN NEW.parent IS NULL
            OR (SELECT p.year FROM quota AS p WHERE p.fund = NEW.fund AND p.line = NEW.parent) < NEW.year
        WHEN 'unallotted' THEN NEW.use = ''
        WHEN 'carried' THEN true
        WHEN 'reclaimed' THEN true
        ELSE NEW.use <> '' END;
    RETURN NULL;
END $$;
CREATE TRIGGER quota_opens_accounts AFTER INSERT ON quota FOR EACH ROW EXECUTE FUNCTION quota_opens_accounts();
ALTER TABLE quota ENABLE ALWAYS TRIGGER quota_opens_accounts;

-- control quota_under_control on quota
PERFORM take_turn();
PERFORM refuse('no-quota-control: the chart opens no quota accounts for the fund by that day')
FROM added WHERE NOT EXISTS (SELECT 1 FROM quota_heading AS h WHERE h.fund = added.fund AND h.day <= added.day);
PERFORM refuse('chart-not-in-force: a quota line is bound to the chart version in force')
FROM added WHERE added.chart IS DISTINCT FROM (SELECT MAX(version) FROM chart);
PERFORM refuse('number-gap: quota lines are numbered without gaps by fund')
FROM added WHERE added.line <> 1
    AND NOT EXISTS (SELECT 1 FROM quota AS q WHERE q.fund = added.fund AND q.line = added.line - 1);

-- control quota_of_its_parent on quota
PERFORM refuse('quota-use-changed: quota is allotted within its year, and carried over only to the same use and project')
FROM added WHERE added.parent IS NOT NULL AND NOT EXISTS (SELECT 1 FROM quota AS p
    WHERE p.fund = added.fund AND p.line = added.parent AND p.line < added.line AND p.day <= added.day
        AND CASE WHEN p.use = '' AND added.use <> '' THEN p.year = added.year
            ELSE p.use = added.use AND p.project = added.project AND p.year + 1 = added.year END);
PERFORM refuse('quota-outlives: nothing of a line may be spent longer than the line itself')
FROM added JOIN quota AS p ON p.fund = added.fund AND p.line = added.parent
WHERE p.expires <> '' AND (added.expires = '' OR added.expires > p.expires);

-- control quota_for_granted_uses on quota
PERFORM refuse('use-not-permitted: quota is allotted to a use granted on the date')
FROM added WHERE added.use <> '' AND COALESCE((
    SELECT g.granted FROM use_grant AS g WHERE g.fund = added.fund AND g.code = added.use AND g.day <= added.day
    ORDER BY g.day DESC, g.seq DESC LIMIT 1), 0) = 0;

-- control application_approved_by_another on application_decision
PERFORM refuse('not-this-application: the voucher reserves what was applied for, approved by somebody else')
FROM added WHERE added.voucher IS NOT NULL AND NOT EXISTS (SELECT 1 FROM application AS a JOIN voucher AS v ON v.id = added.voucher
    WHERE a.application = added.application AND v.kind = 'application' AND v.fund = a.fund AND v.payee = a.payee
        AND v.reverses IS NULL AND v.prepared_by = a.applied_by AND v.approved_by = added.decided_by
        AND added.decided_by <> a.applied_by AND EXISTS (
            SELECT 1 FROM entry AS e JOIN quota_heading AS h ON h.fund = e.fund AND h.status = 'applied'
            JOIN quota AS q ON q.fund = a.fund AND q.line = a.line
            WHERE e.voucher = v.id AND e.credit = h.code || ':' || q.name AND e.amount = a.amount AND e.red = 0));

-- control bank_match_by_another on bank_match
PERFORM refuse('duties-apart: nobody reconciles what he prepared or approved')
FROM added JOIN fund AS f ON added.voucher_number LIKE f.fund || '-____-%'
JOIN voucher AS v ON v.fund = f.fund AND v.year = CASE WHEN added.voucher_number ~ '-[0-9]{4}-[0-9]{6,15}$'
        THEN CAST(substr(added.voucher_number, length(f.fund) + 2, 4) AS BIGINT) END
    AND v.number = CASE WHEN added.voucher_number ~ '-[0-9]{4}-[0-9]{6,15}$'
        THEN CAST(substr(added.voucher_number, length(f.fund) + 7) AS BIGINT) END
WHERE added.withdrawn = 0 AND (PERSON(added.matched_by) IN (PERSON(v.prepared_by), PERSON(v.approved_by))
    OR PERSON(added.recorded_by) IN (PERSON(v.prepared_by), PERSON(v.approved_by)));

-- control alias_takes_its_place on alias
PERFORM take_turn();
PERFORM refuse('number-gap: aliases are numbered without gaps')
FROM added WHERE added.alias <> 1 AND NOT EXISTS (SELECT 1 FROM alias AS a WHERE a.alias = added.alias - 1);
PERFORM refuse('alias-forked: an alias takes the place of the last one for its word')
FROM added WHERE added.replaces IS DISTINCT FROM (SELECT MAX(a.alias) FROM alias AS a
    WHERE a.field = added.field AND a.page = added.page AND a.word = added.word AND a.alias < added.alias);

-- control alias_confirmed_by_another on alias_decision
PERFORM refuse('duties-apart: an alias that gives a fund is confirmed by somebody else than who proposed it')
FROM added WHERE added.decided = 'confirmed' AND NOT EXISTS (SELECT 1 FROM alias AS a WHERE a.alias = added.alias
    AND a.field = 'fund' AND PERSON(a.said_by) <> PERSON(added.decided_by));

-- control fund_basis_by_standing_alias on fund_basis
PERFORM refuse('alias-not-standing: a word gives a fund by an alias that was confirmed, and by no other')
FROM added WHERE added.alias IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM alias AS a JOIN alias_decision AS d ON d.alias = a.alias AND d.decided = 'confirmed'
    WHERE a.alias = added.alias AND a.field = 'fund' AND a.word = added.word AND a.meaning = added.fund
        AND a.page IN ('', added.page));

-- control fund_basis_confirmed_by_another on fund_basis
PERFORM refuse('duties-apart: the fund of a whole file is confirmed by somebody else than who said it')
FROM added WHERE added.how = 'default' AND NOT EXISTS (SELECT 1 FROM default_in_force AS d WHERE d.batch = added.batch
    AND d.fund = added.fund AND PERSON(d.said_by) <> PERSON(added.confirmed_by));

-- control default_said_anew on batch_default
PERFORM take_turn();
PERFORM refuse('number-gap: what is said of a file is numbered without gaps')
FROM added WHERE added.nth <> 1 AND NOT EXISTS (
    SELECT 1 FROM batch_default AS d WHERE d.batch = added.batch AND d.nth = added.nth - 1);
PERFORM refuse('default-stands: vouchers rest on what was said of the file')
FROM added JOIN fund_basis AS b ON b.batch = added.batch AND b.how = 'default'
JOIN voucher AS v ON v.fund_basis = b.fund_basis;

-- control fund_basis_corrected_by_two on fund_basis
PERFORM refuse('duties-apart: the fund of a corrected row rests on a correction that somebody else approved')
FROM added WHERE added.how = 'corrected' AND NOT EXISTS (SELECT 1 FROM correction AS c
    WHERE c.field IN ('fund', 'bank', 'quota', 'source') AND c.column_name = added.place AND c.approved_by = added.confirmed_by);

-- control correction_of_waiting_row on correction
PERFORM take_turn();
PERFORM refuse('number-gap: corrections are numbered without gaps')
FROM added WHERE added.seq <> 1 AND NOT EXISTS (SELECT 1 FROM correction AS c WHERE c.seq = added.seq - 1);
PERFORM refuse('not-waiting: only a row that waits is corrected')
FROM added WHERE NOT EXISTS (SELECT 1 FROM input_row AS r
        WHERE r.batch = added.batch AND r.row = added.row AND r.state = 'quarantined')
    OR EXISTS (SELECT 1 FROM decision AS d WHERE d.batch = added.batch AND d.row = added.row);

-- control voucher_of_its_basis on voucher
PERFORM refuse('fund-without-basis: what a voucher rests on gives another fund')
FROM added WHERE added.fund_basis IS NOT NULL AND NOT EXISTS (SELECT 1 FROM fund_basis AS b
    WHERE b.fund_basis = added.fund_basis AND b.fund = added.fund);
PERFORM refuse('fund-without-basis: what the voucher rests on is not said of its file, or not confirmed by another')
FROM added JOIN fund_basis AS b ON b.fund_basis = added.fund_basis AND b.how = 'default'
WHERE NOT EXISTS (SELECT 1 FROM default_in_force AS d WHERE d.batch = added.batch AND d.batch = b.batch
    AND d.fund = b.fund AND PERSON(d.said_by) <> PERSON(b.confirmed_by));

-- control default_confirmed_by_another on decision
PERFORM refuse('duties-apart: what one person says of a file another confirms')
FROM added JOIN voucher AS v ON v.id = added.voucher
JOIN input_row AS r ON r.batch = added.batch AND r.row = added.row
LEFT JOIN default_in_force AS d ON d.batch = added.batch
WHERE (added.reason = 'fund-by-default'
        OR (v.batch = r.batch AND v.row = r.row AND r.reasons LIKE '%"fund-by-default"%' AND NOT EXISTS (
            SELECT 1 FROM correction AS c WHERE c.batch = r.batch AND c.row = r.row
                    AND c.field IN ('fund', 'bank', 'quota', 'source'))))
    AND (d.said_by IS NULL OR PERSON(d.said_by) IN (PERSON(added.decided_by), PERSON(v.prepared_by)));

-- control entry_before_voucher on entry
PERFORM take_turn();
PERFORM refuse('late-entry: the voucher stands already; reverse it instead')
FROM added JOIN voucher ON voucher.id = added.voucher;

-- control voucher_with_its_entries on voucher
PERFORM refuse('voucher-without-entries: the entries of a voucher go in first, all of them in its fund')
FROM added LEFT JOIN entry ON entry.voucher = added.id
GROUP BY added.id, added.fund, added.entries
HAVING added.entries < 1 OR COUNT(entry.line) <> added.entries OR COUNT(*) FILTER (WHERE entry.fund <> added.fund) > 0;

-- control voucher_in_open_period on voucher
PERFORM refuse('period-closed: the month of the date is closed')
FROM added WHERE added.day <= (SELECT a.day FROM period_act AS a ORDER BY a.seq DESC LIMIT 1);

-- control application_in_open_period on application
PERFORM take_turn();
PERFORM refuse('period-closed: the month of the date is closed')
FROM added WHERE added.day <= (SELECT a.day FROM period_act AS a ORDER BY a.seq DESC LIMIT 1);

-- Once a line has bound anything to its contract, what waits comes out of that, for whom it was bound to or who is on
-- register with it; else, with all that waits beyond what is bound to other contracts, out of what the line has free.
-- control application_within_quota on application
PERFORM refuse('quota-of-another-year: what is applied for is paid in the year of its quota')
FROM added JOIN quota AS q ON q.fund = added.fund AND q.line = added.line
WHERE q.year <> CAST(substr(added.date, 1, 4) AS BIGINT);
PERFORM refuse('quota-expired: nothing of a quota line is bound, applied for, paid or moved on after its last day')
FROM added JOIN quota AS q ON q.fund = added.fund AND q.line = added.line AND q.expires <> '' AND q.expires < added.date;
PERFORM refuse('beyond-quota: no more is applied for than the line has bound to the contract, else available')
FROM added
JOIN application_asked AS w ON w.fund = added.fund AND w.line = added.line AND w.contract = added.contract
WHERE CASE w.ever
    WHEN 1 THEN w.asked > w.bound
    ELSE w.available < (
        SELECT SUM(o.asked - o.bound) FROM application_asked AS o
        WHERE o.fund = added.fund AND o.line = added.line AND o.asked > o.bound) END;
PERFORM refuse('not-as-bound: what is bound to a contract is applied for by then, for those it was bound to or who are registered')
FROM added
JOIN quota AS q ON q.fund = added.fund AND q.line = added.line
JOIN quota_heading AS h ON h.fund = q.fund AND h.status = 'committed'
JOIN contract_bound AS b ON b.contract = added.contract AND b.fund = q.fund AND b.code = h.code || ':' || q.name
GROUP BY added.application, added.date, added.contract, added.payee
HAVING MIN(b.date) > added.date OR (NOT BOOL_OR(SPELT(b.payee) IN ('', SPELT(added.payee))) AND NOT EXISTS (
    SELECT 1 FROM book_contracts AS r WHERE r.contract = added.contract AND SPELT(r.payee) = SPELT(added.payee)));

-- control voucher_one_to_many on voucher
PERFORM refuse('many-to-many: within a unit a voucher is one debit against many credits, or many against one')
FROM added JOIN entry ON entry.voucher = added.id
WHERE added.entries > 1
GROUP BY added.id, entry.unit HAVING COUNT(DISTINCT entry.debit) > 1 AND COUNT(DISTINCT entry.credit) > 1;

-- control voucher_numbered_without_gap on voucher
PERFORM refuse('number-gap: vouchers are numbered without gaps by fund and fiscal year')
FROM added WHERE added.number <> 1 AND NOT EXISTS (SELECT 1 FROM voucher AS v
    WHERE v.fund = added.fund AND v.year = added.year AND v.number = added.number - 1);

-- control voucher_under_current_chart on voucher
PERFORM refuse('chart-not-in-force: a voucher carries the chart version in force when it is posted')
FROM added WHERE added.chart IS DISTINCT FROM (SELECT MAX(version) FROM chart);

-- control voucher_opens_its_fund on voucher
PERFORM refuse('late-opening: an opening balance comes before every other voucher of its fund')
FROM added WHERE added.kind = 'opening' AND added.reverses IS NULL
    AND EXISTS (SELECT 1 FROM voucher AS v WHERE v.fund = added.fund AND v.kind <> 'opening');
PERFORM refuse('before-opening: what came before an opening balance is in it already')
FROM added JOIN voucher AS o ON o.fund = added.fund AND o.kind = 'opening' AND o.day > added.day AND o.reverses IS NULL
WHERE added.kind <> 'opening' AND NOT EXISTS (SELECT 1 FROM voucher AS r WHERE r.reverses = o.id);

-- control voucher_for_granted_uses on voucher
PERFORM refuse('use-not-permitted: new spending needs a use granted on the date')
FROM added
JOIN entry AS e ON e.voucher = added.id
JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code = CASE e.red WHEN 0 THEN e.debit ELSE e.credit END
WHERE added.reverses IS NULL AND added.kind <> 'opening' AND a.kind = 'use' AND COALESCE((
    SELECT g.granted FROM use_grant AS g
    WHERE g.fund = a.fund AND g.unit = a.unit AND g.code = a.code AND g.day <= added.day
    ORDER BY g.day DESC, g.seq DESC LIMIT 1), 0) = 0;

-- control voucher_within_quota on voucher
IF EXISTS (SELECT 1 FROM added JOIN quota_heading AS h ON h.fund = added.fund AND h.day <= added.day) THEN
    PERFORM refuse('no-quota: what a fund under quota control pays is paid from quota, and only that')
    FROM (SELECT
            added.kind, added.reverses, SUM((1 - 2 * e.red) * e.amount * CASE added.kind
                WHEN 'adjustment' THEN (d.kind IN ('use', 'advance'))::int - (c.kind IN ('use', 'advance'))::int
                ELSE (c.kind = 'cash' AND d.kind IN ('use', 'advance', 'payable'))::int
                    - (d.kind = 'cash' AND c.kind IN ('use', 'advance', 'payable'))::int END) AS out,
            SUM((1 - 2 * e.red) * e.amount * ((c.kind = 'quota-paid')::int - (d.kind = 'quota-paid')::int)) AS executed
        FROM added
        JOIN entry AS e ON e.voucher = added.id
        JOIN account AS d ON d.fund = e.fund AND d.unit = e.unit AND d.code = e.debit
        JOIN account AS c ON c.fund = e.fund AND c.unit = e.unit AND c.code = e.credit
        WHERE added.kind NOT IN ('opening', 'carry-over', 'repayment')
            AND EXISTS (SELECT 1 FROM quota_heading AS h WHERE h.fund = added.fund AND h.day <= added.day)
            AND NOT (added.kind = 'refund' AND d.kind = 'advance' AND EXISTS (
                SELECT 1 FROM voucher AS p WHERE p.id = added.cites AND (p.year < added.year OR EXISTS (
                    SELECT 1 FROM entry AS x
                    JOIN account AS t ON t.fund = x.fund AND t.unit = x.unit AND t.code = x.credit AND t.kind = 'quota-paid'
                    JOIN quota AS q ON q.number = x.fund || '-' || substr(t.code, 6)
                    WHERE x.voucher = p.id AND q.year < added.year))))
        GROUP BY added.id, added.kind, added.reverses) AS moved
    WHERE moved.out IS DISTINCT FROM moved.executed
        AND NOT (moved.kind = 'adjustment' AND moved.executed = 0 AND (moved.out < 0 OR moved.reverses IS NOT NULL));
    PERFORM refuse('quota-of-another-use: quota pays the use it was allotted to')
    FROM added
    JOIN entry AS e ON e.voucher = added.id
    JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code IN (e.debit, e.credit)
        AND a.kind IN ('quota-paid', 'quota-applied')
    JOIN quota AS q ON q.number = e.fund || '-' || substr(a.code, 6)
    WHERE q.project NOT IN ('', added.project) OR EXISTS (
        SELECT 1 FROM entry AS s JOIN account AS u ON u.fund = s.fund AND u.unit = s.unit AND u.code IN (s.debit, s.credit)
        WHERE s.voucher = added.id AND u.kind = 'use' AND u.code <> q.use);
END IF;

-- What is paid or comes back of what was reserved may be so later; so may be taken back what moved money as well.
-- control voucher_in_the_year_of_its_quota on voucher
IF EXISTS (SELECT 1 FROM added JOIN quota_heading AS h ON h.fund = added.fund) THEN
    PERFORM refuse('quota-of-another-year: quota moves in its own year; what was reserved in it is paid also later')
    FROM added
    JOIN entry AS e ON e.voucher = added.id
    JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code IN (e.debit, e.credit) AND a.kind LIKE 'quota-%'
    JOIN quota AS q ON q.number = e.fund || '-' || substr(a.code, 6)
    WHERE q.year <> added.year AND NOT (q.year < added.year AND CASE WHEN added.reverses IS NULL
        THEN NOT EXISTS (SELECT 1 FROM account AS o WHERE o.fund = e.fund AND o.unit = e.unit
            AND o.code IN (e.debit, e.credit) AND o.kind NOT IN ('quota-applied', 'quota-paid'))
        ELSE added.kind NOT IN
            ('quota-received', 'allotment', 'quota-adjustment', 'commitment', 'application', 'carry-over') END);
    PERFORM refuse('not-at-year-end: quota is carried over on the last day of its year, to the first of the next')
    FROM added
    JOIN entry AS e ON e.voucher = added.id
    JOIN account AS c ON c.fund = e.fund AND c.unit = e.unit AND c.code = e.credit
    WHERE added.kind = 'carry-over' AND added.reverses IS NULL
        AND substr(added.date, 6) <> CASE c.kind WHEN 'quota-carried' THEN '12-31' ELSE '01-01' END;
END IF;

-- After the last day of its line nothing of it is bound, reserved or paid, but by a waiver (see the check `quota-expired`), and
-- none of it goes to another line.
-- control voucher_spends_quota_in_its_time on voucher
IF EXISTS (SELECT 1 FROM added JOIN quota_heading AS h ON h.fund = added.fund) THEN
    PERFORM refuse('quota-expired: nothing of a quota line is bound, applied for, paid or moved on after its last day')
    FROM added
    JOIN entry AS e ON e.voucher = added.id
    JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND (
        (a.code = CASE e.red WHEN 0 THEN e.credit ELSE e.debit END
            AND a.kind IN ('quota-committed', 'quota-applied', 'quota-paid')
            AND NOT (a.kind = 'quota-committed' AND added.kind IN ('refund', 'application')))
        OR (a.code = CASE e.red WHEN 0 THEN e.debit ELSE e.credit END AND added.kind IN ('allotment', 'quota-adjustment', 'carry-over', 'pooling')
            AND a.kind IN ('quota-unallotted', 'quota-available', 'quota-committed')))
    JOIN quota AS q ON q.number = e.fund || '-' || substr(a.code, 6) AND q.expires <> '' AND q.expires < added.date
    JOIN book_vouchers AS v ON v.voucher = added.id AND v.moved > q.expires
    WHERE added.reverses IS NULL AND added.kind <> 'returned-payment' AND NOT EXISTS (
        SELECT 1 FROM waiver_ahead AS w WHERE w.page = 'quota-expired' AND w.voucher = added.id AND w.use IN ('', q.use));
END IF;

-- Quota moves only as its kind of voucher moves it, and within its line unless it is allotted or adjusted.
-- control voucher_moves_quota_as_its_kind on voucher
IF EXISTS (SELECT 1 FROM added JOIN quota_heading AS h ON h.fund = added.fund) THEN
    PERFORM refuse('quota-moved-wrongly: no voucher of this kind moves quota so')
    FROM added
    JOIN entry AS e ON e.voucher = added.id
    JOIN account AS d ON d.fund = e.fund AND d.unit = e.unit AND d.code = e.debit
    JOIN account AS c ON c.fund = e.fund AND c.unit = e.unit AND c.code = e.credit
    WHERE added.reverses IS NULL AND (d.kind LIKE 'quota-%' OR c.kind LIKE 'quota-%') AND (
        (added.kind NOT IN ('opening', 'allotment', 'quota-adjustment') AND substr(d.code, 6) <> substr(c.code, 6))
        OR NOT EXISTS (SELECT 1 FROM quota_move AS m WHERE m.kind = added.kind AND m.moves LIKE '% ' || CASE e.red
            WHEN 0 THEN substr(d.kind, 7) || '>' || substr(c.kind, 7)
            ELSE substr(c.kind, 7) || '>' || substr(d.kind, 7) END || ' %'));
END IF;

-- Cash of a fund under quota control moves only as its kind of voucher moves it: none leaves by an act that spends no quota.
-- control voucher_moves_money_as_its_kind on voucher
PERFORM refuse('money-moved-wrongly: no voucher of this kind moves cash so')
FROM added
JOIN entry AS e ON e.voucher = added.id
JOIN account AS d ON d.fund = e.fund AND d.unit = e.unit AND d.code = e.debit
JOIN account AS c ON c.fund = e.fund AND c.unit = e.unit AND c.code = e.credit
WHERE added.reverses IS NULL AND added.kind <> 'opening' AND 'cash' IN (d.kind, c.kind) AND MONEY_MOVES(added.kind) NOT LIKE '% ' || CASE e.red
    WHEN 0 THEN d.kind || '>' || c.kind ELSE c.kind || '>' || d.kind END || ' %'
    AND EXISTS (SELECT 1 FROM quota_heading AS h WHERE h.fund = e.fund AND h.day <= added.day);

-- Cash is pooled, or taken back, with quota of the same act, and no more of it; what no quota may spend is taken back alone, and
-- stands while it is. What takes back a part of an act leaves no cash gone whose quota is here again.
-- control voucher_takes_cash_with_its_quota on voucher
IF EXISTS (SELECT 1 FROM added WHERE kind IN ('pooling', 'reclaim') OR (kind IN ('refund', 'interest') AND reverses IS NOT NULL)) THEN
    PERFORM refuse('cash-without-quota: no more cash leaves a fund than quota leaves it in the same act')
    FROM (
        SELECT SUM(CASE WHEN a.kind <> 'transfer' THEN 0 WHEN (e.debit = a.code) = (e.red = 0) THEN e.amount ELSE -e.amount END) AS cash,
            SUM(CASE WHEN a.kind = 'transfer' THEN 0 WHEN (e.debit = a.code) = (e.red = 0) THEN -e.amount ELSE e.amount END) AS quota
        FROM added
        JOIN voucher AS act ON act.id = COALESCE(added.reverses, added.id)
        JOIN voucher AS o ON (o.id = act.link OR (o.link = act.link AND o.link <> o.id)) AND o.fund = added.fund AND o.kind = added.kind
        JOIN voucher AS v ON v.id = o.id OR v.reverses = o.id
        JOIN entry AS e ON e.voucher = v.id
        JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code IN (e.debit, e.credit)
            AND a.kind IN ('transfer', 'quota-received', 'quota-reclaimed')
        WHERE added.kind IN ('pooling', 'reclaim')
            AND EXISTS (SELECT 1 FROM quota_heading AS h WHERE h.fund = added.fund AND h.day <= act.day)
        GROUP BY added.id) AS taken
    WHERE taken.cash > 0 AND taken.cash > taken.quota;
    PERFORM refuse('cash-without-quota: no more is taken back without quota than came in without')
    FROM added
    WHERE (added.kind = 'reclaim' OR (added.kind IN ('refund', 'interest') AND added.reverses IS NOT NULL))
        AND EXISTS (SELECT 1 FROM quota_heading AS h WHERE h.fund = added.fund AND h.day <= added.day)
        AND EXISTS (SELECT 1 FROM money_without_quota AS n WHERE n.voucher = added.id)
        AND (SELECT SUM(o.amount) FROM money_without_quota AS o WHERE o.fund = added.fund AND o.since <= added.date) < 0;
END IF;

-- Out of what is owed beside quota a repayment takes no more than the reclaim or adjustment that it cites owes, which stands
-- while it is paid.
-- control voucher_repays_what_is_owed on voucher
IF EXISTS (SELECT 1 FROM added WHERE kind = 'repayment' OR (kind IN ('reclaim', 'adjustment') AND reverses IS NOT NULL)) THEN
    PERFORM refuse('repaid-beyond: no more is repaid than a reclaim or an adjustment owes')
    FROM added
    JOIN entry AS n ON n.voucher = added.id
    JOIN account AS p ON p.fund = n.fund AND p.unit = n.unit AND p.code IN (n.debit, n.credit) AND p.kind = 'payable'
    WHERE (added.kind = 'repayment' OR (added.kind IN ('reclaim', 'adjustment') AND added.reverses IS NOT NULL))
        AND EXISTS (SELECT 1 FROM quota_heading AS h WHERE h.fund = added.fund AND h.day <= added.day)
        AND COALESCE((
            SELECT SUM((1 - 2 * e.red) * CASE a.code WHEN e.credit THEN e.amount ELSE -e.amount END)
            FROM voucher AS o
            JOIN voucher AS v ON v.id = o.id OR v.reverses = o.id OR (v.cites = o.id AND v.kind = 'repayment')
            JOIN entry AS e ON e.voucher = v.id
            JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code IN (e.debit, e.credit) AND a.kind = 'payable'
            WHERE o.id = CASE added.kind WHEN 'repayment' THEN added.cites ELSE added.reverses END AND o.fund = added.fund
                AND o.kind IN ('reclaim', 'adjustment')), -1) < 0;
END IF;

-- What of an application is not paid may be released: back to where it was reserved from, in red, and what is owed with it.
-- Of what it reserved no more is paid and released together than there is, and nothing of one that was taken back: also
-- where what the bank returned of it is taken back, or paid again under the number of what came back.
-- control voucher_within_its_application on voucher
IF EXISTS (SELECT 1 FROM added WHERE reverses IS NULL AND kind = 'application') THEN
    PERFORM refuse('not-as-reserved: what an application is released of goes back in red as it reserved it')
    FROM added
    JOIN entry AS e ON e.voucher = added.id
    JOIN account AS d ON d.fund = e.fund AND d.unit = e.unit AND d.code = e.debit
    WHERE added.kind = 'application' AND added.reverses IS NULL
        AND (added.cites IS NOT NULL OR e.red = 1 OR d.kind = 'quota-applied') AND NOT EXISTS (
            SELECT 1 FROM voucher AS a
            JOIN entry AS o ON o.voucher = a.id AND o.line = e.line AND o.unit = e.unit AND o.debit = e.debit
                AND o.credit = e.credit AND o.red = 0
            WHERE a.id = added.cites AND a.kind = 'application' AND a.reverses IS NULL AND a.cites IS NULL
                AND a.fund = added.fund AND a.contract = added.contract AND a.day <= added.day
                AND a.entries = added.entries
                AND e.red = 1 AND e.amount = (SELECT MIN(x.amount) FROM entry AS x WHERE x.voucher = added.id));
END IF;
IF EXISTS (SELECT 1 FROM added WHERE COALESCE(reverses, cites) IS NOT NULL AND CASE WHEN reverses IS NULL
        THEN kind IN ('application', 'disbursement', 'advance') ELSE kind IN ('application', 'returned-payment') END) THEN
    PERFORM refuse('beyond-application: no more of an application is paid and released than it reserved')
    FROM (
        SELECT DISTINCT CASE of.up WHEN 1 THEN COALESCE(added.reverses, added.cites) ELSE (
            SELECT v.cites FROM voucher AS r JOIN voucher AS v ON v.id = r.cites
            WHERE r.id = COALESCE(added.reverses, added.cites)) END AS id
        FROM added CROSS JOIN (VALUES (1), (2)) AS of (up)
        WHERE COALESCE(added.reverses, added.cites) IS NOT NULL AND CASE WHEN added.reverses IS NULL
            THEN added.kind IN ('application', 'disbursement', 'advance')
            ELSE added.kind IN ('application', 'returned-payment') END
    ) AS n
    JOIN voucher AS a ON a.id = n.id AND a.kind = 'application'
    JOIN entry AS o ON o.voucher = a.id
    JOIN account AS p ON p.fund = o.fund AND p.unit = o.unit AND p.code = o.credit AND p.kind = 'quota-applied'
    WHERE CASE WHEN a.cites IS NOT NULL OR a.reverses IS NOT NULL OR EXISTS (
            SELECT 1 FROM voucher AS x WHERE x.reverses = a.id) THEN 0 ELSE o.amount END < (
        SELECT SUM(GREATEST(s.settled, 0)) FROM (
            SELECT SUM((1 - 2 * e.red) * CASE o.credit WHEN e.debit THEN e.amount ELSE -e.amount END) AS settled
            FROM (
                SELECT v.id AS root, v.id, v.kind FROM voucher AS v WHERE v.cites = a.id AND v.reverses IS NULL
                UNION ALL SELECT v.id, r.id, r.kind FROM voucher AS v
                    JOIN voucher AS r ON r.cites = v.id AND r.reverses IS NULL AND r.kind = 'returned-payment'
                    WHERE v.cites = a.id AND v.reverses IS NULL
                UNION ALL SELECT v.id, q.id, q.kind FROM voucher AS v
                    JOIN voucher AS r ON r.cites = v.id AND r.reverses IS NULL AND r.kind = 'returned-payment'
                    JOIN voucher AS q ON q.cites = r.id AND q.reverses IS NULL AND q.kind <> 'returned-payment'
                    WHERE v.cites = a.id AND v.reverses IS NULL AND EXISTS ( -- what gave it back; else it owes itself
                        SELECT 1 FROM entry AS b
                        WHERE b.voucher = r.id AND b.unit = o.unit AND b.debit = o.credit AND b.red = 1)
            ) AS m -- what was taken back counts as its red does: not at all
            JOIN entry AS e ON e.voucher = m.id AND e.unit = o.unit
                AND (e.debit = o.credit OR (e.credit = o.credit AND m.kind = 'application'))
            WHERE NOT EXISTS (SELECT 1 FROM voucher AS x WHERE x.reverses = m.id)
            GROUP BY m.root) AS s);
END IF;

-- What the bank returned is paid again once: no more under its number than came back by it, and nothing of a return that was
-- taken back. What comes back once more within the year may be paid once more, under either number.
-- control voucher_within_what_came_back on voucher
IF EXISTS (SELECT 1 FROM added WHERE COALESCE(reverses, cites) IS NOT NULL AND CASE WHEN reverses IS NULL
        THEN kind IN ('disbursement', 'advance') ELSE kind = 'returned-payment' END) THEN
    PERFORM refuse('beyond-return: no more of a returned payment is paid again than came back by it')
    FROM (
        SELECT DISTINCT CASE of.up WHEN 1 THEN COALESCE(added.reverses, added.cites) ELSE (
            SELECT v.cites FROM voucher AS b JOIN voucher AS v ON v.id = b.cites
            WHERE b.id = COALESCE(added.reverses, added.cites)) END AS id
        FROM added CROSS JOIN (VALUES (1), (2)) AS of (up)
        WHERE COALESCE(added.reverses, added.cites) IS NOT NULL AND CASE WHEN added.reverses IS NULL
            THEN added.kind IN ('disbursement', 'advance') ELSE added.kind = 'returned-payment' END
    ) AS n
    JOIN voucher AS r ON r.id = n.id AND r.kind = 'returned-payment'
    WHERE CASE WHEN r.reverses IS NOT NULL OR EXISTS (SELECT 1 FROM voucher AS x WHERE x.reverses = r.id) THEN 0 ELSE (
            SELECT COALESCE(SUM((1 - 2 * e.red) * CASE c.code WHEN e.debit THEN e.amount ELSE -e.amount END), 0)
            FROM entry AS e
            JOIN account AS c ON c.fund = e.fund AND c.unit = e.unit AND c.code IN (e.debit, e.credit) AND c.kind = 'cash'
            WHERE e.voucher = r.id) END < (
        SELECT SUM(GREATEST(s.paid, 0)) FROM (
            SELECT SUM((1 - 2 * e.red) * CASE c.code WHEN e.credit THEN e.amount ELSE -e.amount END) AS paid
            FROM (
                SELECT v.id AS root, v.id FROM voucher AS v
                WHERE v.cites = r.id AND v.reverses IS NULL AND v.kind IN ('disbursement', 'advance')
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
            WHERE NOT EXISTS (SELECT 1 FROM voucher AS x WHERE x.reverses = m.id)
            GROUP BY m.root) AS s);
END IF;

-- control voucher_allots_of_its_parent on voucher
PERFORM refuse('allotted-elsewhere: a line is allotted quota of the line that it came of')
FROM added
JOIN entry AS e ON e.voucher = added.id
JOIN quota_heading AS u ON u.fund = e.fund AND u.status = 'unallotted'
JOIN quota_heading AS f ON f.fund = e.fund AND f.status = 'available'
JOIN quota AS p ON p.fund = e.fund AND e.debit = u.code || ':' || p.name
JOIN quota AS q ON q.fund = e.fund AND e.credit = f.code || ':' || q.name
WHERE added.kind = 'allotment' AND q.parent IS DISTINCT FROM p.line;

-- What is pooled is quota of another fund: no fund gets more of it than others gave in the same act.
-- control voucher_takes_what_another_gave on voucher
IF EXISTS (SELECT 1 FROM added WHERE added.kind = 'pooling') THEN
    PERFORM refuse('pooled-from-nothing: a fund gets no more quota by pooling than another gave in the same act')
    FROM (
        SELECT m.id, SUM(m.got) AS got, SUM(CASE WHEN m.fund <> m.taker THEN m.gave ELSE 0 END) AS gave,
            SUM(CASE WHEN m.voucher = m.id THEN m.got ELSE 0 END) AS now
        FROM (
            SELECT added.id, added.fund AS taker, e.voucher, e.fund,
                CASE WHEN (e.debit = a.code) = (e.red = 0) THEN e.amount ELSE 0 END AS got,
                CASE WHEN (e.debit = a.code) = (e.red = 0) THEN 0 ELSE e.amount END AS gave
            FROM added
            JOIN voucher AS v ON v.link = added.link AND v.kind = 'pooling' AND v.day = added.day
            JOIN entry AS e ON e.voucher = v.id
            JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code IN (e.debit, e.credit)
                AND a.kind = 'quota-received'
            WHERE added.kind = 'pooling') AS m
        GROUP BY m.id) AS pooled
    WHERE pooled.now > 0 AND pooled.got > pooled.gave;
END IF;

-- control voucher_brings_what_was_carried on voucher
IF EXISTS (SELECT 1 FROM added JOIN quota_heading AS h ON h.fund = added.fund) THEN
    PERFORM refuse('carried-beyond: a line receives no more than the line before it carried over')
    FROM (
        SELECT m.fund, m.unit, m.parent, SUM(m.received) AS received, SUM(m.carried) AS carried
        FROM (
            SELECT e.fund, e.unit, CASE a.kind WHEN 'quota-received' THEN q.parent ELSE q.line END AS parent,
                (1 - 2 * e.red) * e.amount * (a.kind = 'quota-received')::int
                    * CASE a.code WHEN e.debit THEN 1 ELSE -1 END AS received,
                (1 - 2 * e.red) * e.amount * (a.kind = 'quota-carried')::int
                    * CASE a.code WHEN e.credit THEN 1 ELSE -1 END AS carried
            FROM added
            JOIN entry AS e ON e.voucher = added.id
            JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code IN (e.debit, e.credit)
                AND a.kind IN ('quota-received', 'quota-carried')
            JOIN quota AS q ON q.number = e.fund || '-' || substr(a.code, 6)
        ) AS m
        WHERE m.parent IS NOT NULL
        GROUP BY m.fund, m.unit, m.parent
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
END IF;

-- What is adjusted stays with the document that gave it: no line has more than its document gave.
-- control voucher_adjusts_within_its_document on voucher
IF EXISTS (SELECT 1 FROM added WHERE added.kind = 'quota-adjustment') THEN
    PERFORM refuse('adjusted-across-documents: quota is adjusted between lines of what one document gave')
    FROM added
    JOIN entry AS e ON e.voucher = added.id
    JOIN quota_root AS f ON f.number = e.fund || '-' || substr(e.debit, 6)
    JOIN quota_root AS t ON t.number = e.fund || '-' || substr(e.credit, 6)
    WHERE added.kind = 'quota-adjustment' AND f.root <> t.root;
END IF;

-- A document gives what it says, once: with what came by those that follow from it, no more is received.
-- control voucher_receives_what_its_document_gives on voucher
IF EXISTS (SELECT 1 FROM added WHERE added.kind = 'quota-received' AND added.reverses IS NULL) THEN
    PERFORM refuse('received-beyond-document: the document gives less than would be received by it')
    FROM (SELECT DISTINCT a.above FROM added JOIN document_above AS a ON a.document = added.document
        WHERE added.kind = 'quota-received' AND added.reverses IS NULL
            AND (SELECT SUM((1 - 2 * e.red) * e.amount) FROM entry AS e WHERE e.voucher = added.id) > 0) AS u
    JOIN book_documents AS d ON d.document = u.above AND d.amount > 0
    WHERE d.amount < (
        SELECT COALESCE(SUM(g.amount), 0) FROM document_above AS b JOIN document_given AS g ON g.document = b.document
        WHERE b.above = u.above);
END IF;

-- Nor is a document registered for less than came by it, below one that gives less, or without the amount that the entry
-- before it says while anything came by it.
-- control document_gives_what_came_by_it on document
PERFORM take_turn();
IF EXISTS (SELECT 1 FROM voucher WHERE kind = 'quota-received') THEN
    PERFORM refuse('below-received: a document, or one that it would rest on, has less than is received by it')
    FROM (SELECT DISTINCT a.above FROM added JOIN document_above AS a ON a.document = added.document
        WHERE added.withdrawn = 0) AS u
    JOIN book_documents AS d ON d.document = u.above AND (d.amount > 0 OR d.document IN (
        SELECT added.document FROM added WHERE added.withdrawn = 0 AND added.amount = 0 AND (
            SELECT (1 - p.withdrawn) * p.amount FROM document AS p WHERE p.document = added.document
                AND p.seq < added.seq ORDER BY p.seq DESC LIMIT 1) > 0))
    WHERE d.amount < (
        SELECT COALESCE(SUM(g.amount), 0) FROM document_above AS b JOIN document_given AS g ON g.document = b.document
        WHERE b.above = u.above);
END IF;

-- control voucher_advances_lawfully on voucher
PERFORM refuse('may-not-advance: only a fund marked may-advance lends to another, and only by a loan')
FROM added
JOIN entry AS e ON e.voucher = added.id
JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code = CASE e.red WHEN 0 THEN e.debit ELSE e.credit END
WHERE added.reverses IS NULL AND added.kind <> 'opening' AND a.kind = 'due-from' AND (added.kind <> 'loan' OR COALESCE((
    SELECT t.may_advance FROM fund_terms AS t WHERE t.fund = added.fund ORDER BY t.chart DESC LIMIT 1), 0) = 0);

-- control voucher_reverses_exactly on voucher
PERFORM refuse('not-a-reversal: a reversal repeats every entry of its original in red, under its contract')
FROM added
LEFT JOIN voucher AS o ON o.id = added.reverses AND o.fund = added.fund AND o.kind = added.kind
    AND o.day <= added.day AND o.reverses IS NULL AND o.entries = added.entries AND o.contract = added.contract
WHERE added.reverses IS NOT NULL AND (o.id IS NULL OR added.entries <> (
    SELECT COUNT(*) FROM entry AS red JOIN entry AS original
    ON original.voucher = added.reverses AND original.line = red.line AND original.fund = red.fund
    AND original.unit = red.unit AND original.debit = red.debit AND original.credit = red.credit
    AND original.amount = red.amount AND original.red = 1 - red.red
    WHERE red.voucher = added.id));

-- control voucher_has_its_balances on voucher
PERFORM refuse('balance-missing: a controlled account has no stored balance that its entries could move')
FROM account AS a
WHERE a.controlled <> 0
    AND NOT EXISTS (SELECT 1 FROM balance AS b WHERE b.fund = a.fund AND b.unit = a.unit AND b.code = a.code)
    AND EXISTS (SELECT 1 FROM added JOIN entry AS e ON e.voucher = added.id
        WHERE e.fund = a.fund AND e.unit = a.unit AND a.code IN (e.debit, e.credit));

-- control voucher_moves_balances on voucher
INSERT INTO daily_balance AS d (fund, unit, code, day, date, change)
SELECT b.fund, b.unit, b.code, added.day, added.date,
    SUM(b.controlled * (1 - 2 * e.red) * CASE b.code WHEN e.debit THEN e.amount ELSE -e.amount END)
FROM added
JOIN entry AS e ON e.voucher = added.id
JOIN balance AS b ON b.fund = e.fund AND b.unit = e.unit AND b.code IN (e.debit, e.credit)
GROUP BY b.fund, b.unit, b.code, added.day, added.date
ON CONFLICT (fund, unit, code, day) DO UPDATE SET change = d.change + excluded.change;

UPDATE balance SET total = total + moved.change, opening = balance.opening + moved.opened
FROM (SELECT b.fund, b.unit, b.code,
        SUM(b.controlled * (1 - 2 * e.red) * CASE b.code WHEN e.debit THEN e.amount ELSE -e.amount END) AS change,
        SUM(CASE added.kind WHEN 'opening' THEN 1 ELSE 0 END
            * b.controlled * (1 - 2 * e.red) * CASE b.code WHEN e.debit THEN e.amount ELSE -e.amount END) AS opened
    FROM added
    JOIN entry AS e ON e.voucher = added.id
    JOIN balance AS b ON b.fund = e.fund AND b.unit = e.unit AND b.code IN (e.debit, e.credit)
    GROUP BY b.fund, b.unit, b.code) AS moved
WHERE balance.fund = moved.fund AND balance.unit = moved.unit AND balance.code = moved.code;

-- What a line has bound to a contract is not freed while an application waits for it: nobody is paid under a void contract.
-- By its name it is asked before commitments move.
-- control voucher_frees_what_is_not_asked_for on voucher
IF EXISTS (SELECT 1 FROM added WHERE contract <> '' AND (kind = 'commitment' OR reverses IS NOT NULL)) THEN
    PERFORM refuse('asked-of-contract: applications wait for what would be freed of the contract')
    FROM (
        SELECT q.fund, q.line, added.contract,
            SUM((1 - 2 * e.red) * CASE a.code WHEN e.debit THEN e.amount ELSE -e.amount END) AS freed
        FROM added
        JOIN entry AS e ON e.voucher = added.id
        JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code IN (e.debit, e.credit)
            AND a.kind = 'quota-committed'
        JOIN quota AS q ON q.number = e.fund || '-' || substr(a.code, 6)
        WHERE added.contract <> '' AND (added.kind = 'commitment' OR added.reverses IS NOT NULL)
        GROUP BY q.fund, q.line, added.contract
    ) AS f
    JOIN application_asked AS w ON w.fund = f.fund AND w.line = f.line AND w.contract = f.contract
    WHERE f.freed > 0 AND w.asked > w.bound - f.freed;
END IF;

-- What a negative total would be is refused by the CHECK when it is moved; a row begins with nothing.
-- control voucher_moves_commitments on voucher
IF EXISTS (SELECT 1 FROM added JOIN quota_heading AS h ON h.fund = added.fund) THEN
    INSERT INTO commitment (fund, unit, code, contract, total)
    SELECT DISTINCT a.fund, a.unit, a.code, added.contract, 0
    FROM added
    JOIN entry AS e ON e.voucher = added.id
    JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code IN (e.debit, e.credit) AND a.kind = 'quota-committed'
    ON CONFLICT (fund, unit, code, contract) DO NOTHING;

    UPDATE commitment SET total = total + moved.change
    FROM (SELECT a.fund, a.unit, a.code, added.contract,
            SUM((1 - 2 * e.red) * CASE a.code WHEN e.credit THEN e.amount ELSE -e.amount END) AS change
        FROM added
        JOIN entry AS e ON e.voucher = added.id
        JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code IN (e.debit, e.credit)
            AND a.kind = 'quota-committed'
        GROUP BY a.fund, a.unit, a.code, added.contract) AS moved
    WHERE commitment.fund = moved.fund AND commitment.unit = moved.unit AND commitment.code = moved.code
        AND commitment.contract = moved.contract;
END IF;

-- control voucher_takes_its_turn on voucher
UPDATE turn SET vouchers = vouchers + (SELECT COUNT(*) FROM added);

-- What is numbered has no gap: nobody takes the last number there is, or one that is not due.
-- control audit_numbered_without_gap on audit
PERFORM refuse('number-gap: audits are numbered without gaps')
FROM added WHERE added.audit <> 1 AND NOT EXISTS (SELECT 1 FROM audit AS o WHERE o.audit = added.audit - 1);

-- control finding_numbered_without_gap on finding
PERFORM refuse('number-gap: findings are numbered without gaps')
FROM added WHERE added.finding <> 1 AND NOT EXISTS (SELECT 1 FROM finding AS o WHERE o.finding = added.finding - 1);

-- control side_numbered_without_gap on side
PERFORM refuse('number-gap: what is recorded of sides is numbered without gaps')
FROM added WHERE added.seq <> 1 AND NOT EXISTS (SELECT 1 FROM side AS o WHERE o.seq = added.seq - 1);

-- control waiver_numbered_without_gap on waiver
PERFORM refuse('number-gap: waivers are numbered without gaps')
FROM added WHERE added.waiver <> 1 AND NOT EXISTS (SELECT 1 FROM waiver AS o WHERE o.waiver = added.waiver - 1);

-- The month after the last closed one is closed, or that one reopened; before the first there is no voucher.
-- control period_act_in_order on period_act
PERFORM take_turn();
PERFORM refuse('period-out-of-order: months are closed one after the other, and the last one is reopened first')
FROM added WHERE NOT CASE added.seq WHEN 1 THEN added.act = 'close' AND NOT EXISTS (
        SELECT 1 FROM voucher AS v WHERE v.day < added.day - CAST(substr(added.date, 9, 2) AS INTEGER) + 1)
    ELSE EXISTS (SELECT 1 FROM period_act AS a WHERE a.seq = added.seq - 1 AND CASE added.act
        WHEN 'close' THEN a.day = added.day - CAST(substr(added.date, 9, 2) AS INTEGER)
        ELSE a.day - CAST(substr(a.date, 9, 2) AS INTEGER) = added.day END) END;

-- A day of grace, as for waivers.
-- control period_act_after_its_end on period_act
PERFORM take_turn();
PERFORM refuse('period-not-over: a month is closed when it is over')
FROM added WHERE added.date > to_char((now() AT TIME ZONE 'UTC') + INTERVAL '1 day', 'YYYY-MM-DD');

-- control period_act_by_another on period_act
PERFORM refuse('own-period: a month is reopened by somebody else than who closed it')
FROM added WHERE added.act = 'reopen' AND PERSON(added.acted_by) = (SELECT PERSON(a.acted_by) FROM period_act AS a
    WHERE a.act = 'close' AND a.day >= (SELECT b.day FROM period_act AS b WHERE b.seq = added.seq - 1)
        AND a.seq < added.seq ORDER BY a.day, a.seq DESC LIMIT 1);

-- control period_act_of_the_moment on period_act
PERFORM refuse('act-stale: an act on a period names the last voucher there is')
FROM added WHERE added.last_voucher <> (SELECT COALESCE(MAX(v.id), 0) FROM voucher AS v);

-- control audit_of_the_moment on audit
PERFORM take_turn();
PERFORM refuse('audit-stale: an audit is recorded while the book is as it was seen')
FROM added WHERE added.last_voucher <> (SELECT COALESCE(MAX(v.id), 0) FROM voucher AS v);

-- control finding_by_a_run on finding
PERFORM refuse('not-run: a finding is raised by the last audit, which ran its page')
FROM added WHERE added.audit <> (SELECT MAX(a.audit) FROM audit AS a)
    OR NOT EXISTS (SELECT 1 FROM audit_check AS c WHERE c.audit = added.audit AND c.page = added.page);

-- control sighting_by_a_run on sighting
PERFORM refuse('not-run: a finding is seen by the last audit, which ran its page')
FROM added WHERE added.audit <> (SELECT MAX(a.audit) FROM audit AS a) OR NOT EXISTS (
    SELECT 1 FROM finding AS f JOIN audit_check AS c ON c.page = f.page
    WHERE f.finding = added.finding AND c.audit = added.audit);

-- control side_changed_by_another on side
PERFORM take_turn();
PERFORM refuse('own-side: the side of a person is changed by somebody else, with a reason')
FROM added WHERE EXISTS (SELECT 1 FROM side AS s WHERE s.person = added.person AND s.seq < added.seq)
    AND (PERSON(added.recorded_by) = added.person OR NOT IS_SAID(added.reason));

-- control audit_by_one_side on audit
PERFORM refuse('other-side: a person acts for the side on record')
FROM added WHERE added.side <> (
    SELECT s.side FROM side AS s WHERE s.person = PERSON(added.audited_by) ORDER BY s.seq DESC LIMIT 1);

-- The next check, by whomever, opens again what has to be: only who decides has to be on record.
-- control finding_act_by_one_side on finding_act
PERFORM take_turn();
PERFORM refuse('other-side: who decides acts for the side on record')
FROM added WHERE added.side IS DISTINCT FROM COALESCE(
    (SELECT s.side FROM side AS s WHERE s.person = PERSON(added.acted_by) ORDER BY s.seq DESC LIMIT 1),
    CASE added.act WHEN 'reopen' THEN added.side END);

-- control finding_act_by_its_side on finding_act
PERFORM refuse('not-the-raiser: what an auditor saw an auditor decides, else the bureau')
FROM added WHERE added.act <> 'reopen' AND added.side <> CASE WHEN EXISTS (
    SELECT 1 FROM sighting AS s JOIN audit AS a ON a.audit = s.audit
    WHERE s.finding = added.finding AND a.side = 'auditor') THEN 'auditor' ELSE 'bureau' END;

-- control finding_act_by_another on finding_act
PERFORM refuse('own-voucher: who prepared or approved a voucher does not decide about it')
FROM added JOIN finding AS f ON f.finding = added.finding
JOIN voucher AS v ON v.id IN (f.voucher, added.remedy)
WHERE added.act <> 'reopen' AND PERSON(added.acted_by) IN (PERSON(v.prepared_by), PERSON(v.approved_by));

-- control finding_act_of_another_entry on finding_act
PERFORM refuse('own-entry: who put an entry in a register does not decide about it')
FROM added JOIN finding AS f ON f.finding = added.finding
JOIN entry_hands AS h ON h.entry IN (f.entry, added.entry)
WHERE added.act <> 'reopen' AND h.person = PERSON(added.acted_by);

-- control finding_act_in_order on finding_act
PERFORM refuse('act-out-of-order: a lead is confirmed or dismissed, a confirmed finding closed, only a closed or dismissed one reopened')
FROM added WHERE CASE COALESCE(CASE added.seq WHEN 1 THEN 'reopen' ELSE (
        SELECT a.act FROM finding_act AS a WHERE a.finding = added.finding AND a.seq = added.seq - 1) END, '')
    WHEN 'reopen' THEN added.act = 'reopen' OR (added.act = 'close' AND NOT EXISTS (
        SELECT 1 FROM finding_act AS a WHERE a.finding = added.finding AND a.seq < added.seq AND a.act = 'confirm'))
    WHEN 'confirm' THEN added.act NOT IN ('dismiss', 'close')
    WHEN '' THEN true
    ELSE added.act <> 'reopen' END;

-- control finding_act_remedied on finding_act
PERFORM refuse('no-remedy: a finding is closed by a standing voucher that puts its own right, of a kind its page names')
FROM added WHERE added.remedy IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM book_remedies AS r JOIN finding AS f ON f.finding = r.finding
    WHERE r.finding = added.finding AND r.voucher = added.remedy
        AND ',' || f.remedied_by || ',' LIKE '%,' || r.remedy || ',%');

-- control finding_act_entered on finding_act
PERFORM refuse('no-entry: a finding is closed by a later entry of the same key, once its check finds it no more')
FROM added WHERE added.entry IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM finding AS f JOIN entry_succession AS e ON e.entry = f.entry
    JOIN book_findings AS b ON b.finding = f.finding
    WHERE f.finding = added.finding AND e.successor = added.entry AND b.found = 0
        AND ',' || f.remedied_by || ',' LIKE '%,entry,%');

-- control finding_act_waived on finding_act
PERFORM refuse('not-waived: the waiver does not cover the finding')
FROM added WHERE added.waiver IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM book_waived AS w WHERE w.finding = added.finding AND w.waiver = added.waiver);

-- control waiver_by_high_authority on waiver
PERFORM refuse('authority-too-low: the document is of an authority below that of the fund')
FROM added WHERE CASE added.document_level
    WHEN 'central' THEN 5 WHEN 'region' THEN 4 WHEN 'city' THEN 3 WHEN 'county' THEN 2 ELSE 1 END
    < COALESCE((SELECT k.rank FROM fund_rank AS k WHERE k.fund = added.fund), (SELECT MAX(k.rank) FROM fund_rank AS k), 0);

-- control waiver_as_registered on waiver
PERFORM refuse('document-differs: the register of documents says another level or date')
FROM added JOIN book_documents AS d ON d.document = added.document
WHERE d.level NOT IN ('', added.document_level) OR d.date NOT IN ('', added.document_date);

-- A day of grace, for the book's day may have begun where the clock of the database still says yesterday.
-- control waiver_decided_already on waiver
PERFORM refuse('not-decided-yet: a waiver rests on a document that there is already')
FROM added WHERE added.document_date > to_char((now() AT TIME ZONE 'UTC') + INTERVAL '1 day', 'YYYY-MM-DD');

-- control waiver_by_another on waiver
PERFORM refuse('own-voucher: who prepared or approved a voucher does not approve its waiver')
FROM added LEFT JOIN finding AS f ON f.finding = added.finding
JOIN voucher AS v ON v.id IN (added.voucher, f.voucher)
WHERE PERSON(added.approved_by) IN (PERSON(v.prepared_by), PERSON(v.approved_by));

-- control audit_own_login on audit
PERFORM refuse('other-login: what is recorded bears the login of who records it')
FROM added WHERE added.login <> session_user;

-- control side_own_login on side
PERFORM refuse('other-login: what is recorded bears the login of who records it')
FROM added WHERE added.login <> session_user;

-- control finding_act_own_login on finding_act
PERFORM refuse('other-login: what is recorded bears the login of who records it')
FROM added WHERE added.login <> session_user;

-- control waiver_own_login on waiver
PERFORM refuse('other-login: what is recorded bears the login of who records it')
FROM added WHERE added.login <> session_user;

-- control waiver_revoked_own_login on waiver_revoked
PERFORM refuse('other-login: what is recorded bears the login of who records it')
FROM added WHERE added.login <> session_user;

-- control period_act_own_login on period_act
PERFORM refuse('other-login: what is recorded bears the login of who records it')
FROM added WHERE added.login <> session_user;
