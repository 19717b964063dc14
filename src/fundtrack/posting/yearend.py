"""The end of a year (年终结转): of every quota line what is left goes on to the next year, or is taken back.

What is left goes on once, with its use, its project and its contracts. Of money whose root line is older (of what was
pooled, the root of the line that gave it) it is taken back, bound by a contract or not: what is unspent two years
running is surplus (预算法：连续两年未用完的作为结余收回; 国办发〔2014〕70号). So is what may not be spent after the
year. It is one act, all of it or nothing; a preview is the very act, undone.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from fundtrack.book.periods import Month, closed_to
from fundtrack.chart.quota import root
from fundtrack.errors import UsageError
from fundtrack.posting.ageing import CLOCK, Ages
from fundtrack.posting.arrived import Arrived
from fundtrack.posting.carry import carried, ended_uses, next_year, refuse_ended
from fundtrack.posting.contractors import bound_by_contractor
from fundtrack.posting.periods import DECEMBER, blockers, record, refuse_to_close
from fundtrack.posting.post import post
from fundtrack.posting.reclaim import Back, reclaimed
from fundtrack.posting.surplus import without_quota
from fundtrack.posting.todo import grouped, unpaid
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.chart.model import Chart, Quota
    from fundtrack.posting.arrived import Taken
    from fundtrack.posting.draft import Draft
    from fundtrack.posting.post import Posted
    from fundtrack.posting.todo import Group

REASON: Final = "年终结转 year-close"
"""Why December is closed with the year."""

LEFT: Final = ("unallotted", "available", "committed")
"""The statuses that go on or are taken back; what is applied for must be paid or taken back before."""

Became = Literal["carried", "reclaimed-clock", "reclaimed-expired"]

STANDING: Final = """
SELECT a.fund, substr(a.code, 6), substr(a.kind, 7), b.total FROM account AS a
JOIN balance AS b ON b.fund = a.fund AND b.unit = a.unit AND b.code = a.code
WHERE a.kind IN ('quota-unallotted', 'quota-available', 'quota-committed') AND b.total > 0
"""


class Blocked(Exception):
    """Something keeps the year open."""

    def __init__(self, groups: list[Group]) -> None:
        """Take what it is."""
        super().__init__()
        self.groups = groups


@dataclass(frozen=True)
class Terms:
    """How a year is closed: by which document, after how many years what is unspent is taken back, and its cash.

    `owed` says that the cash goes back later: until then it is owed to the treasury.
    """

    year: int
    by: str
    document: str
    approved_by: str = ""
    clock: int = CLOCK
    owed: bool = False

    @property
    def last(self) -> dt.date:
        """The last day of the year."""
        return dt.date(self.year, 12, 31)


class Left(NamedTuple):
    """What a line has left at the end of the year, by status, and what contracts bind of it.

    `since` is the year that its money is of, in whichever fund it was then: pooling does not make it younger.
    """

    line: Quota
    root: Quota
    since: int
    stands: Mapping[str, int]
    bound: tuple[tuple[str, str, int], ...]

    @property
    def amount(self) -> int:
        """All of it."""
        return sum(self.stands.values())


class Ended(NamedTuple):
    """What became of a line, and by which vouchers; `into` is the line of the next year, None if it is taken back.

    `taken` is what of the quota taken back goes back in cash, None where nothing is.
    """

    left: Left
    became: Became
    into: Quota | None
    vouchers: tuple[str, ...]
    taken: Taken | None = None


class YearEnd(NamedTuple):
    """What closing a year did, or would do; nothing where something keeps the year open: `blocked`.

    `unbacked` is what each fund then still holds of money without quota: to take that back is decided by itself.
    """

    lines: tuple[Ended, ...] = ()
    blocked: tuple[Group, ...] = ()
    unbacked: tuple[tuple[str, int], ...] = ()


def close_year(book: Book, terms: Terms, *, preview: bool = False) -> YearEnd:
    """Close a year, unless something keeps it open; a preview does the same and undoes it.

    Raises UsageError: `year-document`, `year-clock`, `period-not-over`, `year-closed-already`, `carry-use-ended`; and
    Refused.
    """
    if not terms.document.strip():
        raise UsageError("year-document")
    if terms.clock < 1:
        raise UsageError("year-clock", years=terms.clock)
    ended: list[tuple[Left, Became, Quota | None, int]] = []
    taken: dict[str, Taken] = {}
    unbacked: dict[str, int] = {}

    def say(connection: Connection, chart: Chart) -> Sequence[Draft]:
        ended.clear()
        unbacked.clear()
        _refuse_blocked(connection, book, terms)
        drafts: list[Draft] = []
        books = Books(connection, chart, terms)
        for left, became, into in decided(books):
            of_line = [*books.drafts(left, into, bill=len(ended) + 1)]
            ended.append((left, became, into, len(of_line)))
            drafts += of_line
        taken.update(books.taken)
        return drafts

    def shut(connection: Connection, _posted: Posted) -> None:
        december = Month(terms.year, DECEMBER)
        record(connection, december, "close", by=terms.by, document=terms.document, reason=REASON)
        unbacked.update(without_quota(connection, terms.last))

    try:
        posted = post(book, say, by=terms.by, approved_by=terms.approved_by, then=shut, trial=preview)
    except Blocked as blocked:
        return YearEnd(blocked=tuple(blocked.groups))
    numbers = iter(posted.numbers)
    return YearEnd(tuple(
        Ended(left, became, into, tuple(islice(numbers, count)), taken.get(left.line.number))
        for left, became, into, count in ended
    ), unbacked=tuple(unbacked.items()))  # fmt: skip


def decided(books: Books) -> Iterator[tuple[Left, Became, Quota | None]]:
    """Yield what every line of a year has left, what becomes of it, and the line it goes on to, which is opened."""
    terms = books.terms
    for left in books.left():
        line = left.line
        if line.expires and line.expires <= terms.last:
            yield left, "reclaimed-expired", None
        elif books.ages.is_over(line, terms.clock):
            yield left, "reclaimed-clock", None
        else:
            refuse_ended(line, books.ended)
            yield left, "carried", books.opened(line)


class Books:
    """What stands in the quota of a year, and the vouchers that end it."""

    def __init__(self, connection: Connection, chart: Chart, terms: Terms) -> None:
        """Look once at all lines; the caller holds the writer's turn."""
        self.terms = terms
        self._connection, self._chart = connection, chart
        self.ages = Ages(connection, chart)
        self._arrived: dict[str, Arrived] = {}
        self.taken: dict[str, Taken] = {}
        self.ended = ended_uses(connection, terms.year)

    def left(self) -> Iterator[Left]:
        """Yield what each line of the year has left, where anything is."""
        stands: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        for fund, name, status, total in dialect.rows_of(self._connection, STANDING):
            stands[fund, name][status] = int(total)
        bound = bound_by_contractor(self._connection)
        for line in self._chart.quotas:
            of_line = stands.get((line.fund, line.name))
            if line.year == self.terms.year and of_line:
                in_order: dict[str, int] = {status: of_line[status] for status in LEFT if status in of_line}
                own, since = root(line, self._chart.quotas), self.ages.since(line)
                yield Left(line, own, since, in_order, bound.get((line.fund, line.name), ()))

    def opened(self, line: Quota) -> Quota:
        """Return the line of the next year that a line goes on to."""
        return next_year(self._connection, self._chart, line, by=self.terms.by, document=self.terms.document)

    def drafts(self, left: Left, into: Quota | None, *, bill: int) -> Iterator[Draft]:
        """Yield the vouchers of a line: what it has left leaves it, and enters the line of the next year."""
        line, terms = left.line, self.terms
        if into is not None:
            yield from carried(
                self._chart, line, into, left.stands, left.bound, date=terms.last, document=terms.document, bill=bill
            )
            return
        self.taken[line.number] = taken = self._taken(left)
        back = Back(taken.cash, terms.last, terms.document, owed=terms.owed, bill=bill)
        yield from reclaimed(self._chart, line, left.stands, left.bound, back)

    def _taken(self, left: Left) -> Taken:
        """Return what of a line goes back in cash; asked once a line."""
        fund = left.line.fund
        if fund not in self._arrived:
            self._arrived[fund] = Arrived(self._connection, fund)
        return self._arrived[fund].take(left.root, left.amount)


def _refuse_blocked(connection: Connection, book: Book, terms: Terms) -> None:
    """Refuse a year that is closed, not over, or kept open by more than its own quota. Raises UsageError, Blocked."""
    december = Month(terms.year, DECEMBER)
    until = closed_to(connection)
    if until and until >= terms.last:
        raise UsageError("year-closed-already", year=terms.year, until=until)
    refuse_to_close(connection, december)
    own = ("year-open", str(terms.year))
    waiting = (item for group in blockers(connection, book, december) for item in group.items)
    found = [item for item in waiting if (item.kind, item.name) != own]
    found += [item for item in unpaid(connection) if item.date <= terms.last.isoformat()]
    if found:
        raise Blocked(grouped(found))
