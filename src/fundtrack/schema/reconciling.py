"""What of the book and of the bank's statements is the same movement: one definition, for checks and reconciliation.

The book has movements: the vouchers of one bank reference, or of one bill. The bank has lines. They meet in this order,
and what met once meets nothing else:

1. `hand`: a person said so, who neither prepared nor approved a voucher of it, and both sides come to the same.
2. `reference`: one bank reference; where the two sides come to different amounts it is `differs`.
3. `amount`: as many movements as lines of one amount and one name, however spelt, then one movement and one line of one
   amount, then one of either side on each day; no further apart than `:days` days, neighbour from neighbour.
4. `sum`: several vouchers and one line, or one voucher and several lines, of one day and name, that come to the same;
   then all that is left of one day of an import and one line, no further apart than the days, as of a one-card batch.
5. `reversed`: a voucher and the one that takes it back, where the bank has neither. One of which only the record was
   put right, by red and blue that come to nothing at the bank, was paid all the same, and stands.

Lines up to the day of an opening balance are `opening`, for that balance has them in it; what comes to nothing is
`nothing`.
What else could be meant by several is left open, and counted: nobody guesses. Nothing here looks at pairs: every step
sorts, so a million lines take as long as sorting them.
"""

from __future__ import annotations

from typing import Final

NAMES: Final = ("reconciled", "reconciled_items")
"""The relations there are: of movements and lines, and of each single voucher and line."""

READS: Final = ("bank_lines", "bank_matches")
"""Relations of registers that it is made of."""

NEEDS: Final = ("bank_lines",)
"""Those of them without which it says nothing."""

COLUMNS: Final = (
    "bank", "unit", "at_bank", "movement", "voucher", "entry", "date", "day", "line", "ref", "name", "amount",
    "stands", "how", "together", "others", "nth",
)  # fmt: skip

OF_ITEM: Final = ("bank", "unit", "at_bank", "voucher", "entry", "date", "day", "amount", "movement", "how", "together")

SAME_PERSON: Final = "lower(replace({}, ' ', '')) = lower(replace({}, ' ', ''))"

ITEMS: Final = f"""known AS (
    SELECT bank AS said, bank FROM banks UNION SELECT number, bank FROM banks
), cash AS (
    SELECT b.bank, p.unit, p.voucher, p.date, p.day, p.link, p.reverses, p.bank_ref, p.payee, p.batch,
        CAST(SUM(p.amount) AS BIGINT) AS amount
    FROM postings AS p
    JOIN (SELECT DISTINCT account, bank FROM banks) AS b ON b.account = p.account
    WHERE p.kind <> 'opening'
    GROUP BY b.bank, p.unit, p.voucher, p.date, p.day, p.link, p.reverses, p.bank_ref, p.payee, p.batch
), acts AS (
    SELECT bank, unit, link, MAX(reverses) AS reverses, CAST(SUM(amount) AS BIGINT) AS amount
    FROM cash
    GROUP BY bank, unit, link
), anew AS (
    SELECT c.bank, c.unit, c.voucher, c.link, a.reverses
    FROM cash AS c
    JOIN acts AS a ON a.bank = c.bank AND a.unit = c.unit AND a.link = c.link AND a.reverses > 0 AND a.amount = 0
    WHERE c.reverses = 0
), taken_back AS (
    SELECT c.bank, c.unit, c.reverses, COALESCE(n.reverses, 0) AS first
    FROM cash AS c
    JOIN acts AS a ON a.bank = c.bank AND a.unit = c.unit AND a.link = c.link AND a.amount <> 0
    LEFT JOIN anew AS n ON n.bank = c.bank AND n.unit = c.unit AND n.voucher = c.reverses
    WHERE c.reverses <> 0
), by_hand AS (
    SELECT k.bank, m.match, v.voucher, CASE
        WHEN {SAME_PERSON.format("m.matched_by", "v.prepared_by")} THEN 1
        WHEN {SAME_PERSON.format("m.matched_by", "v.approved_by")} THEN 1
        ELSE 0 END AS own
    FROM bank_matches AS m
    JOIN known AS k ON k.said = m.bank
    JOIN vouchers AS v ON v.voucher_number = m.voucher_number
    WHERE m.voucher_number <> ''
), items AS (
    SELECT c.bank, c.unit, 0 AS at_bank, c.voucher, '' AS entry, c.date, c.day, 0 AS line, c.bank_ref AS ref,
        c.payee AS name, c.amount, CASE WHEN c.reverses <> 0 OR r.voucher IS NOT NULL THEN 0 ELSE 1 END AS stands,
        CASE c.reverses WHEN 0 THEN c.voucher ELSE COALESCE(n.reverses, c.reverses) END AS root, c.batch,
        COALESCE(h.match, '') AS hand, COALESCE(h.own, 0) AS own,
        CASE c.bank_ref WHEN '' THEN 'voucher ' || c.link ELSE 'ref ' || c.bank_ref END AS movement
    FROM cash AS c
    LEFT JOIN (
        SELECT bank, unit, reverses AS voucher FROM taken_back
        UNION SELECT bank, unit, first FROM taken_back
    ) AS r ON r.bank = c.bank AND r.unit = c.unit AND r.voucher = c.voucher
    LEFT JOIN anew AS n ON n.bank = c.bank AND n.unit = c.unit AND n.voucher = c.reverses
    LEFT JOIN by_hand AS h ON h.bank = c.bank AND h.voucher = c.voucher
    UNION ALL
    SELECT k.bank, l.unit, 1, 0, l.entry, l.date, l.date_day, l.line, l.ref, l.counterparty, l.amount, 1, 0,
        0, COALESCE(h.match, ''), 0, CASE l.ref WHEN '' THEN 'line ' || l.entry ELSE 'ref ' || l.ref END
    FROM bank_lines AS l
    JOIN known AS k ON k.said = l.bank
    LEFT JOIN (
        SELECT g.bank, m.date, m.line, m.match
        FROM bank_matches AS m
        JOIN known AS g ON g.said = m.bank
        WHERE m.voucher_number = ''
    ) AS h ON h.bank = k.bank AND h.date = l.date AND h.line = l.line
), said AS (
    SELECT i.*, CASE
        WHEN i.hand <> '' AND SUM(i.amount * (1 - 2 * i.at_bank)) OVER h = 0 AND MIN(i.at_bank) OVER h = 0
            AND MAX(i.at_bank) OVER h = 1 AND MAX(i.own) OVER h = 0 THEN 1
        ELSE 0 END AS holds
    FROM items AS i
    WINDOW h AS (PARTITION BY i.bank, i.unit, i.hand)
), named AS (
    SELECT bank, unit, at_bank, voucher, entry, date, day, line, ref, name, amount, stands, root, batch,
        CASE holds WHEN 1 THEN 'hand ' || hand ELSE movement END AS movement, holds
    FROM said
), counted AS (
    SELECT n.*, SUM(1 - n.at_bank) OVER m AS in_book, SUM(n.at_bank) OVER m AS in_bank,
        SUM(n.amount * (1 - 2 * n.at_bank)) OVER m AS difference
    FROM named AS n
    WINDOW m AS (PARTITION BY n.bank, n.unit, n.movement)
), opened AS (
    SELECT b.bank, p.unit, MAX(p.day) AS day
    FROM postings AS p
    JOIN banks AS b ON b.account = p.account
    WHERE p.kind = 'opening'
    GROUP BY b.bank, p.unit
), judged AS (
    SELECT c.*, CASE
        WHEN c.in_book = 0 AND c.day <= o.day THEN 'opening'
        WHEN c.in_book = 0 OR c.in_bank = 0 THEN ''
        WHEN c.difference <> 0 THEN 'differs'
        WHEN c.holds = 1 THEN 'hand'
        ELSE 'reference' END AS how
    FROM counted AS c
    LEFT JOIN opened AS o ON o.bank = c.bank AND o.unit = c.unit
), whole AS (
    SELECT bank, unit, 0 AS at_bank, movement, MIN(voucher) AS voucher, '' AS entry, MIN(date) AS date, MIN(day) AS day,
        0 AS line, MIN(ref) AS ref, CASE WHEN MIN(SPELT(name)) = MAX(SPELT(name)) THEN MIN(name) ELSE '' END AS name,
        CAST(SUM(amount) AS BIGINT) AS amount, MAX(stands) AS stands, MIN(root) AS root, MIN(batch) AS batch, how
    FROM judged
    WHERE at_bank = 0
    GROUP BY bank, unit, movement, how
    UNION ALL
    SELECT bank, unit, 1, CASE WHEN in_book = 0 THEN 'line ' || entry ELSE movement END, 0, entry, date, day, line, ref,
        name, amount, 1, 0, 0, how
    FROM judged
    WHERE at_bank = 1
), loose AS (
    SELECT w.*, SPELT(w.name) AS called, '' AS matched, CASE
        WHEN w.at_bank = 1 THEN w.amount
        WHEN w.batch = 0 THEN 0
        ELSE CAST(SUM(w.amount) OVER (PARTITION BY w.bank, w.unit, w.at_bank, w.batch, w.day) AS BIGINT) END AS lump
    FROM whole AS w
    WHERE w.how = '' AND w.amount <> 0
)"""
"""Both sides, movement by movement and line by line, and what hands and references say; `loose` is the rest."""

OF_LOOSE: Final = (*COLUMNS[:13], "root", "lump", "called")

STEP: Final = """SELECT {columns}, CASE WHEN t.may = 1 AND {met} THEN '{how}' ELSE t.how END AS how,
        CASE WHEN t.may = 1 AND {met} THEN {first} ELSE t.matched END AS matched
    FROM (
        SELECT q.*{daily}
        FROM (
            SELECT s.*, SUM(1 - s.at_bank) OVER g AS vouchers, SUM(s.at_bank) OVER g AS lines,
                MIN(s.movement) OVER g AS first, SUM(s.amount * (1 - 2 * s.at_bank)) OVER g AS difference{by_day}
            FROM (
                SELECT r.*, SUM(r.apart) OVER (PARTITION BY r.may, {by} ORDER BY r.day) AS run
                FROM (
                    SELECT o.*, CASE
                        WHEN {near} THEN 0
                        ELSE 1 END AS apart
                    FROM (
                        SELECT l.*, CASE WHEN l.how = '' AND {may} THEN 1 ELSE 0 END AS may,
                            CASE WHEN l.amount < 0 THEN -1 ELSE 1 END AS side
                        FROM {source} AS l
                    ) AS o
                    WINDOW b AS (PARTITION BY o.may, {by_o} ORDER BY o.day)
                ) AS r
            ) AS s
            WINDOW g AS (PARTITION BY s.may, {by_s}, s.run), d AS (PARTITION BY s.may, {by_s}, s.run, s.day)
        ) AS q
    ) AS t"""
"""One step: of what may still meet, what is of one kind and no further apart than the days lies together in a run."""

NEAR: Final = "o.day - LAG(o.day) OVER b <= :days"

ONE_TO_ONE: Final = "t.vouchers = 1 AND t.lines = 1"
DAY_BY_DAY: Final = "t.uneven = 0"

BY_DAY: Final = """,
                CASE WHEN SUM(1 - s.at_bank) OVER d = 1 AND SUM(s.at_bank) OVER d = 1 THEN 0 ELSE 1 END AS uneven_day,
                MIN(s.movement) OVER d AS day_first"""
DAILY: Final = ", MAX(q.uneven_day) OVER (PARTITION BY q.may, {by_q}, q.run) AS uneven"
"""Whether there is a day in a run on which there is not just one of either side."""

AMOUNT: Final = ("bank", "unit", "amount")

STEPS: Final[tuple[tuple[tuple[str, ...], str, str, str, str, str], ...]] = (
    ((*AMOUNT, "called"), NEAR, "l.stands = 1 AND l.called <> ''", "t.vouchers = t.lines", "t.first", "amount"),
    (AMOUNT, NEAR, "l.stands = 1", ONE_TO_ONE, "t.first", "amount"),
    (AMOUNT, NEAR, "l.stands = 1", DAY_BY_DAY, "t.day_first", "amount"),
    (
        ("bank", "unit", "day", "called", "side"), "1 = 1", "l.stands = 1 AND l.called <> ''",
        "t.difference = 0 AND (t.vouchers = 1 OR t.lines = 1)", "t.first", "sum",
    ),
    (
        ("bank", "unit", "lump"), NEAR, "l.stands = 1 AND l.lump <> 0",
        "t.difference = 0 AND t.lines = 1 AND t.vouchers > 1", "t.first", "sum",
    ),
    (AMOUNT, NEAR, "1 = 1", ONE_TO_ONE, "t.first", "amount"),
    (
        ("bank", "unit", "root"), "1 = 1", "l.at_bank = 0 AND l.stands = 0",
        "t.difference = 0 AND t.vouchers > 1", "t.first", "reversed",
    ),
)  # fmt: skip
"""Of each step what must be one, whether days count, what may meet, when it does, by which name, and as what."""

OPEN: Final = """SELECT {columns}, t.how, CASE t.how WHEN '' THEN t.first ELSE t.matched END AS together,
        CAST(CASE t.at_bank WHEN 0 THEN t.lines ELSE t.vouchers END AS BIGINT) AS others, CASE
            WHEN t.may = 1 AND t.stands = 1 THEN ROW_NUMBER() OVER (
                PARTITION BY t.may, t.bank, t.unit, t.amount, t.run, t.at_bank ORDER BY {order}
            )
            ELSE 0 END AS nth
    FROM (
        SELECT s.*, SUM(1 - s.at_bank) OVER g AS vouchers, SUM(s.at_bank) OVER g AS lines,
            MIN(s.movement) OVER g AS first
        FROM (
            SELECT r.*, SUM(r.apart) OVER (PARTITION BY r.may, r.bank, r.unit, r.amount ORDER BY r.day) AS run
            FROM (
                SELECT o.*, CASE WHEN {near} THEN 0 ELSE 1 END AS apart
                FROM (SELECT l.*, CASE l.how WHEN '' THEN 1 ELSE 0 END AS may FROM {source} AS l) AS o
                WINDOW b AS (PARTITION BY o.may, o.bank, o.unit, o.amount ORDER BY o.day)
            ) AS r
        ) AS s
        WINDOW g AS (PARTITION BY s.may, s.bank, s.unit, s.amount, s.run)
    ) AS t"""
"""What is left, how many of its amount and days are left on the other side, and which of its own it is.

What is beyond the others there is nothing for, whoever is meant; what was taken back is none of them.
"""

ORDER: Final = "t.stands DESC, CASE t.at_bank WHEN 0 THEN 0 ELSE t.day END, t.line, t.voucher"


LAST: Final = {
    "reconciled": "SELECT {columns} FROM met",
    "reconciled_items": """SELECT j.bank, j.unit, j.at_bank, j.voucher, j.entry, j.date, j.day, j.amount, m.movement,
    m.how, m.together
FROM judged AS j
JOIN met AS m ON m.bank = j.bank AND m.unit = j.unit AND m.at_bank = 0 AND m.movement = j.movement
WHERE j.at_bank = 0
UNION ALL
SELECT bank, unit, at_bank, voucher, entry, date, day, amount, movement, how, together FROM met WHERE at_bank = 1""",
}  # fmt: skip
"""What of it a relation shows."""


def select(name: str) -> str:
    """Return the select that a relation is, over those of the vouchers, postings, banks and registers beside it."""
    steps = [ITEMS]
    source = "loose"
    for at, (by, near, may, met, first, how) in enumerate(STEPS):
        daily = met == DAY_BY_DAY
        text = STEP.format(
            daily=DAILY.format(by_q=_of("q", by)) if daily else "", by_day=BY_DAY if daily else "",
            columns=_of("t", OF_LOOSE), by=_of("r", by), by_o=_of("o", by), by_s=_of("s", by), near=near, may=may,
            met=met, first=first, how=how, source=source,
        )  # fmt: skip
        source = f"step_{at}"
        steps.append(f"{source} AS (\n    {text}\n)")
    left = OPEN.format(columns=_of("t", OF_LOOSE), near=NEAR, order=ORDER, source=source)
    columns = ", ".join(COLUMNS)
    steps.append(f"""left_open AS (
    {left}
), met AS (
    SELECT {columns} FROM left_open
    UNION ALL
    SELECT bank, unit, at_bank, movement, voucher, entry, date, day, line, ref, name, amount, stands,
        CASE how WHEN '' THEN 'nothing' ELSE how END, movement, 0, 0
    FROM whole
    WHERE how <> '' OR amount = 0
)""")
    return f"WITH {', '.join(steps)}\n{LAST[name].format(columns=columns)}"


def _of(table: str, columns: tuple[str, ...]) -> str:
    return ", ".join(f"{table}.{name}" for name in columns)
