"""What is to be done (待办): everything that waits for somebody, by kind, the oldest first.

Some of it keeps a month from being closed: see `posting.periods`. What a check knows is asked of the check.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, get_args

from fundtrack.auditing.standing import listed, settled
from fundtrack.book.periods import closed_to, month_at
from fundtrack.checking import checks, run
from fundtrack.checking.book import book_lens
from fundtrack.ledger.rows import voucher_number
from fundtrack.posting.held import HELD
from fundtrack.posting.surplus import surplus_owed
from fundtrack.posting.unstated import stated_since
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.book.periods import Month
    from fundtrack.checking import Finding

Kind = Literal[
    "quarantined", "waiting", "unpaid", "returned", "surplus", "no-bank-line", "bank-line-without-voucher",
    "month-without-statement", "advanced", "lent", "finding", "expired", "expiring", "month-open", "year-open",
]  # fmt: skip
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
BANK: Final[tuple[Kind, ...]] = ("no-bank-line", "bank-line-without-voucher", "month-without-statement")
"""Kinds that are what the check of the same name finds."""

AT_ONCE: Final = {name: {"transit": -10_000_000} for name in ("bank-line-without-voucher", "month-without-statement")}
"""Thresholds by which nothing may wait: a month is closed with its statement, and all that the bank moved is booked."""

LOANS: Final = ("loan-open-too-long", "loan-open-at-year-end")
ALIVE: Final = "'unallotted', 'available', 'committed', 'applied'"
"""The statuses of quota that is still to be spent or allotted."""

QUARANTINED: Final = f"""
SELECT h.batch || ':' || h.row, CASE WHEN substr(h.natural_key, 1, 8) > '00000000' THEN
        substr(h.natural_key, 1, 4) || '-' || substr(h.natural_key, 5, 2) || '-' || substr(h.natural_key, 7, 2)
    ELSE b.date_first END AS date, h.amount, b.imported_by
FROM ({HELD} WHERE r.state = 'quarantined') AS h
JOIN batch AS b ON b.batch = h.batch
WHERE h.state = 'quarantined' AND h.waits = 1
"""
"""A row whose date cannot be read counts from the first day of its file on; where no day can be read, always."""

WAITING: Final = """
SELECT a.application, a.date, a.amount, a.applied_by FROM application AS a
WHERE NOT EXISTS (SELECT 1 FROM application_decision AS d WHERE d.application = a.application)
"""

UNPAID: Final = """
SELECT CASE WHEN b.id IS NULL THEN 'unpaid' ELSE 'returned' END, v.fund,
    COALESCE(b.year, v.year), COALESCE(b.number, v.number), COALESCE(b.date, v.date), m.reserved, v.approved_by
FROM (
    SELECT CASE
            WHEN b.kind = 'application' THEN COALESCE(b.cites, b.id)
            WHEN b.kind = 'returned-payment' AND (p.cites IS NULL OR p.year <> b.year) THEN b.id
            WHEN p.kind IN ('application', 'returned-payment') THEN p.id
            ELSE p.cites END AS id,
        SUM(e.amount) AS reserved
    FROM (
        SELECT e.voucher, (1 - 2 * e.red) * e.amount AS amount
        FROM entry AS e JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code = e.credit
        WHERE a.kind = 'quota-applied'
        UNION ALL
        SELECT e.voucher, (2 * e.red - 1) * e.amount
        FROM entry AS e JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code = e.debit
        WHERE a.kind = 'quota-applied'
    ) AS e
    JOIN voucher AS x ON x.id = e.voucher
    JOIN voucher AS b ON b.id = COALESCE(x.reverses, x.id)
    LEFT JOIN voucher AS p ON p.id = b.cites
    GROUP BY 1
) AS m
JOIN voucher AS v ON v.id = m.id AND v.kind = 'application'
LEFT JOIN (
    SELECT p.cites AS owed, MAX(r.id) AS id
    FROM voucher AS r JOIN voucher AS p ON p.id = r.cites AND p.year = r.year
    WHERE r.kind = 'returned-payment' AND r.reverses IS NULL AND p.cites IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM voucher AS x WHERE x.fund = r.fund AND x.reverses = r.id)
        AND NOT EXISTS (
            SELECT 1 FROM voucher AS x WHERE x.fund = r.fund AND x.cites = p.cites AND x.id > r.id
                AND x.kind IN ('disbursement', 'advance')
                AND NOT EXISTS (SELECT 1 FROM voucher AS y WHERE y.fund = x.fund AND y.reverses = x.id)
        )
    GROUP BY p.cites
) AS back ON back.owed = m.id
LEFT JOIN voucher AS b ON b.id = back.id
WHERE m.reserved > 0
"""
"""What moved on the accounts of what is applied for, by the application that it belongs to.

Where the bank returned a payment of it, and nothing was paid since, it goes by the number of the return. What a return
owes itself belongs to that: see `OWED`.
"""

OWED: Final = """
SELECT o.fund, o.year, o.number, o.date, o.amount - COALESCE(a.amount, 0), o.who
FROM (
    SELECT r.id, r.fund, r.year, r.number, r.date, COALESCE(NULLIF(p.approved_by, ''), r.prepared_by) AS who,
        SUM(e.amount) AS amount
    FROM voucher AS r
    JOIN voucher AS p ON p.id = r.cites AND (p.cites IS NULL OR p.year <> r.year)
    JOIN entry AS e ON e.voucher = r.id
    WHERE r.kind = 'returned-payment' AND r.reverses IS NULL AND EXISTS (
        SELECT 1 FROM account AS c
        WHERE c.fund = e.fund AND c.unit = e.unit AND c.code IN (e.debit, e.credit) AND c.kind = 'cash'
    ) AND NOT EXISTS (SELECT 1 FROM voucher AS x WHERE x.reverses = r.id)
    GROUP BY r.id, r.fund, r.year, r.number, r.date, p.approved_by, r.prepared_by
) AS o
LEFT JOIN (
    SELECT COALESCE(q.cites, v.cites) AS owed,
        SUM((1 - 2 * e.red) * CASE WHEN c.code = e.credit THEN e.amount ELSE -e.amount END) AS amount
    FROM voucher AS v
    LEFT JOIN voucher AS q ON v.kind = 'returned-payment' AND q.id = v.cites AND q.year = v.year
    JOIN entry AS e ON e.voucher = v.id
    JOIN account AS c ON c.fund = e.fund AND c.unit = e.unit AND c.code IN (e.debit, e.credit) AND c.kind = 'cash'
    WHERE v.cites IS NOT NULL
    GROUP BY 1
) AS a ON a.owed = o.id
WHERE o.amount > COALESCE(a.amount, 0)
"""
"""What a returned payment owes itself, less what was paid again of it: of no application, or of one of another year."""

ADVANCED: Final = """
SELECT fund, payee, MIN(date), MAX(held)
FROM (
    SELECT fund, payee, date, SUM(amount) OVER (PARTITION BY fund, payee) AS held,
        SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END) OVER (PARTITION BY fund, payee ORDER BY day, voucher, line)
        + SUM(CASE WHEN amount < 0 THEN amount ELSE 0 END) OVER (PARTITION BY fund, payee) AS beyond, amount
    FROM book_postings WHERE account_kind = 'advance'
) AS a
WHERE held > 0 AND amount > 0 AND beyond > 0
GROUP BY fund, payee
"""
"""What each payee holds, since the first advance that is not verified to the end; the oldest is verified first."""

EXPIRING: Final = f"""
SELECT q.quota, q.expires, SUM(s.amount), q.department
FROM book_quotas AS q JOIN book_quota_statuses AS s ON s.quota = q.quota AND s.status IN ({ALIVE})
WHERE q.expires <> '' AND q.expires <= :until
GROUP BY q.quota, q.expires, q.department HAVING SUM(s.amount) > 0
"""

YEAR_OPEN: Final = f"""
SELECT q.year, SUM(s.amount)
FROM book_quotas AS q JOIN book_quota_statuses AS s ON s.quota = q.quota AND s.status IN ({ALIVE})
GROUP BY q.year HAVING SUM(s.amount) > 0
"""

FIRST: Final = "SELECT MIN(day) FROM voucher"
LATER: Final = "9999-12"
"""A month behind every other."""


class Item(NamedTuple):
    """One thing to be done: since when, how much in minor units, what it is called, and who is concerned.

    `date` is empty where nothing says one, `amount` None where no money is at stake; `year` is that whose quota alone
    it may execute.
    """

    kind: Kind
    date: str
    amount: int | None
    name: str
    who: str
    year: str = ""


class Group(NamedTuple):
    """All that is to be done of one kind, the oldest first."""

    kind: Kind
    items: tuple[Item, ...]

    @property
    def amount(self) -> int | None:
        """What it amounts to; None where no money is at stake."""
        known = [item.amount for item in self.items if item.amount is not None]
        return sum(known) if known else None

    @property
    def oldest(self) -> Item:
        """The item that waits longest."""
        return self.items[0]

    @property
    def who(self) -> str:
        """Everybody who is concerned, each once."""
        return "、".join(dict.fromkeys(item.who for item in self.items if item.who))


def todo(book: Book, *, today: dt.date, days: int) -> list[Group]:
    """Return all that is to be done, of quota what expired or soon will; what has waited longest first."""
    with book.reading() as connection:
        items = [
            *rows_and_applications(connection),
            *unpaid(connection),
            *owed(connection),
            *(Item("surplus", day, amount, number, "") for number, day, amount in surplus_owed(connection)),
            *by_checks(connection, book, (*BANK, *LOANS), today),
            *_advanced(connection),
            *_on_record(connection),
            *_expiring(connection, today, days),
            *years_open(connection, before=today.year),
            *months_open(connection, _month_before(today)),
        ]
    return sorted(grouped(items), key=lambda group: (group.oldest.date, KINDS.index(group.kind)))


def grouped(items: Iterable[Item]) -> list[Group]:
    """Return items by kind, each the oldest first."""
    by_kind: dict[Kind, list[Item]] = {kind: [] for kind in KINDS}
    for item in items:
        by_kind[item.kind].append(item)
    return [
        Group(kind, tuple(sorted(of, key=lambda item: (item.date, item.name)))) for kind, of in by_kind.items() if of
    ]


def doing(group: Group, groups: Iterable[Group]) -> tuple[str, str]:
    """Return which command mends a group, of all that is to be done, and its subject.

    Months are closed together, up to the December of a year that is still to be closed: that closes with the year.
    """
    if group.kind != "month-open":
        return group.kind, group.oldest.name
    years = [one.oldest.name for one in groups if one.kind == "year-open"]
    months = [item.name for item in group.items if not years or item.name < f"{years[0]}-12"]
    if not months:
        return "year-open", years[0]
    return "months-open" if len(months) > 1 else "month-open", months[-1]


def rows_and_applications(connection: Connection) -> Iterator[Item]:
    """Yield the rows in quarantine, and the applications that nobody has decided about."""
    for name, date, amount, who in dialect.rows_of(connection, QUARANTINED):
        yield Item("quarantined", date, amount, name, who)
    for number, date, amount, who in dialect.rows_of(connection, WAITING):
        yield Item("waiting", date, int(amount), str(number), who, date[:4])


def by_checks(connection: Connection, book: Book, names: Sequence[str], today: dt.date | None = None) -> Iterator[Item]:
    """Yield what checks find that is not settled; one that the book cannot answer finds nothing.

    What the bank moved is found from its day on; as of `today`, of the month that is not over only by the threshold of
    the page. A statement is missing of a month that is over, from the account's first on.
    """
    pages = checks(book.folder / "checks")
    transit = int(pages["bank-line-without-voucher"].parameters["transit"])
    due = max(_month_before(today).last, today - dt.timedelta(transit + 1)) if today else dt.date.max
    for name, at_once in AT_ONCE.items():
        pages[name] = replace(pages[name], parameters={**pages[name].parameters, **at_once})
    lens = book_lens(connection, book.chart(connection))
    asked = [pages[name] for name in names if not lens.why_not(pages[name])]
    since, over = stated_since(connection), _month_before(today) if today else None
    seen: set[tuple[str, int]] = set()
    for one in settled(connection, run(connection, asked, lens), pages):
        kind: Kind = next((kind for kind in BANK if kind == one.check), "lent")
        if kind == "bank-line-without-voucher" and one.date > due.isoformat():
            continue
        if kind == "month-without-statement" and not since.get(str(one.key[0]), LATER) <= one.date[:7] <= str(
            over or LATER
        ):
            continue
        if one.is_open and (kind != "lent" or ("lent", one.voucher) not in seen):
            seen.add((kind, one.voucher))
            yield Item(kind, one.date, None if one.amount is None else abs(one.amount), _place(one), one.fund)


def years_open(connection: Connection, *, before: int) -> Iterator[Item]:
    """Yield the years whose quota is not all spent, carried over or reclaimed, of those that are over.

    Of a year that is closed only what the bank returned since can be left, and that waits by itself.
    """
    closed = closed_to(connection)
    for year, amount in dialect.rows_of(connection, YEAR_OPEN):
        if year < before and not (closed and closed >= dt.date(year, 12, 31)):
            yield Item("year-open", f"{year}-12-31", int(amount), str(year), "")


def months_open(connection: Connection, until: Month) -> Iterator[Item]:
    """Yield the months that are not closed, from the first of the book to the last one asked for."""
    closed = closed_to(connection)
    ((day,),) = dialect.rows_of(connection, FIRST)
    month = month_at(closed).next if closed else month_at(dt.date.fromordinal(day)) if day else until.next
    while month <= until:
        yield Item("month-open", month.last.isoformat(), None, str(month), "")
        month = month.next


def _place(finding: Finding) -> str:
    if finding.check == "month-without-statement":
        return " ".join(map(str, finding.key[:2]))
    return finding.subject.voucher or str(finding.subject)


def owed(connection: Connection) -> Iterator[Item]:
    """Yield what the bank returned that no application of the year is paid by; a year is closed without it."""
    for fund, year, number, date, amount, who in dialect.rows_of(connection, OWED):
        yield Item("returned", date, int(amount), voucher_number(fund, year, number), who)


def unpaid(connection: Connection) -> Iterator[Item]:
    """Yield the approved applications of which something is not paid or was returned."""
    for kind, fund, year, number, date, amount, who in dialect.rows_of(connection, UNPAID):
        yield Item(kind, date, int(amount), voucher_number(fund, year, number), who, str(year))


def _advanced(connection: Connection) -> Iterator[Item]:
    for fund, payee, date, amount in dialect.rows_of(connection, ADVANCED):
        yield Item("advanced", date, int(amount), f"{fund} {payee}".strip(), payee)


def _on_record(connection: Connection) -> Iterator[Item]:
    """Yield the findings on record that are open, without those that a kind of their own asks the check for."""
    rows: list[dict[str, Any]] = listed(connection, states=("lead", "confirmed"))
    for row in rows:
        if row["page"] not in {*BANK, *LOANS}:
            date = row["date"] or str(row["first_seen"])[:10]
            yield Item("finding", date, None, f"{row['finding']} {row['page']}", row["side"])


def _expiring(connection: Connection, today: dt.date, days: int) -> Iterator[Item]:
    until = today + dt.timedelta(days)
    for quota, expires, amount, who in dialect.rows_of(connection, EXPIRING, {"until": until.isoformat()}):
        past = expires < today.isoformat()
        yield Item("expired" if past else "expiring", expires, int(amount), quota, who)


def _month_before(day: dt.date) -> Month:
    return month_at(day.replace(day=1) - dt.timedelta(1))
