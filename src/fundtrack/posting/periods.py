"""Closing months, and reopening them: acts that stand for ever; the database then refuses what is dated there.

What keeps a month from being closed is looked for in the very act that closes it, while no other writer has its turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fundtrack.beantext.escape import stored
from fundtrack.book.clock import today
from fundtrack.book.create import now
from fundtrack.book.periods import closed_to, month_at, month_of, period_acts
from fundtrack.book.person import named, same_person
from fundtrack.errors import UsageError
from fundtrack.posting.todo import BANK, by_checks, grouped, months_open, rows_and_applications, years_open
from fundtrack.schema import dialect

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.book.periods import Month
    from fundtrack.posting.todo import Group, Item

COLUMNS: Final = (
    "seq", "year", "period", "act", "date", "day", "document", "reason", "last_voucher", "acted_by", "acted_at",
)  # fmt: skip
LAST: Final = "SELECT (SELECT COALESCE(MAX(seq), 0) FROM period_act), (SELECT COALESCE(MAX(id), 0) FROM voucher)"
DECEMBER: Final = 12


def blockers(connection: Connection, book: Book, month: Month, *, earlier: bool = False) -> list[Group]:
    """Return what keeps a month from being closed: all that is undecided and dated in it or before.

    That months before it are open does not, where these `earlier` ones are closed with it; but a year is closed only
    after its months, so that where a year is to be closed first they are named.
    """
    items = [item for item in _undecided(connection, book, month) if item.date <= month.last.isoformat()]
    with_it = earlier and not any(item.kind == "year-open" for item in items)
    return grouped(item for item in items if not (with_it and item.kind == "month-open"))


def close(
    book: Book, month: Month, *, by: str, document: str = "", reason: str = "", earlier: bool = False
) -> list[Group]:
    """Close a month, or with it all `earlier` ones, unless something keeps one open, and return what does.

    Raises UsageError: `period-not-over`, `period-closed-already`.
    """

    def act(connection: Connection) -> list[Group]:
        refuse_to_close(connection, month)
        found = blockers(connection, book, month, earlier=earlier)
        open_ones = [month_of(item.name) for item in months_open(connection, month.before)]
        for one in [] if found else [*open_ones, month]:
            record(connection, one, "close", by=by, document=document, reason=reason)
        return found

    return book.act(act)


def preview(book: Book, month: Month, *, earlier: bool = False) -> list[Group]:
    """Return what would keep a month from being closed, and change nothing. Raises UsageError as `close` does."""
    with book.reading() as connection:
        refuse_to_close(connection, month)
        return blockers(connection, book, month, earlier=earlier)


def reopen(book: Book, month: Month, *, by: str, document: str, reason: str) -> None:
    """Reopen the last closed month.

    Raises UsageError: `reopen-grounds` without a document and a reason; `period-not-closed`; `reopen-later-first` for
    another month than the last closed; `own-period` to who closed it.
    """
    if not (document.strip() and reason.strip()):
        raise UsageError("reopen-grounds")

    def act(connection: Connection) -> None:
        until = closed_to(connection)
        if until is None or until < month.last:
            raise UsageError("period-not-closed", month=month)
        if until != month.last:
            raise UsageError("reopen-later-first", month=month, last=month_at(until))
        closers = [one for one in period_acts(connection) if one.act == "close" and one.date >= until.isoformat()]
        closer = min(closers, key=lambda one: (one.date, -one.seq)).acted_by
        if same_person(by, closer):
            raise UsageError("own-period", month=month, who=closer)
        record(connection, month, "reopen", by=by, document=document, reason=reason)

    book.act(act)


def record(connection: Connection, month: Month, act: str, *, by: str, document: str, reason: str) -> None:
    """Insert an act; the caller holds the writer's turn and has asked whether it may be."""
    ((seq, voucher),) = dialect.rows_of(connection, LAST)
    until: dt.date = month.last if act == "close" else month.before.last
    dialect.insert_rows(connection, "period_act", COLUMNS, [(
        int(seq) + 1, month.year, month.period, act, until.isoformat(), until.toordinal(), stored(document),
        stored(reason), int(voucher), named(by), now(),
    )])  # fmt: skip


def refuse_to_close(connection: Connection, month: Month) -> None:
    """Refuse to close what is not over, or closed. Raises UsageError: `period-not-over`, `period-closed-already`."""
    if month.last > today():
        raise UsageError("period-not-over", month=month, last=month.last)
    until = closed_to(connection)
    if until and month.last <= until:
        raise UsageError("period-closed-already", month=month, until=until)


def _undecided(connection: Connection, book: Book, month: Month) -> Iterator[Item]:
    yield from rows_and_applications(connection)
    yield from by_checks(connection, book, BANK)
    yield from years_open(connection, before=month.year + (month.period == DECEMBER))
    yield from months_open(connection, month.before)
