"""Who acts for which side, the bureau or the auditor: on record since the first act that decided, until corrected.

Looking puts nobody on a side. What was recorded wrongly is corrected by somebody else, with a reason; all of it stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import text

from fundtrack.beantext.escape import stored
from fundtrack.book.create import now
from fundtrack.book.person import named, same_person
from fundtrack.errors import UsageError, words
from fundtrack.schema import dialect
from fundtrack.schema.functions import PERSON

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fundtrack.book import Book

Side = Literal["bureau", "auditor"]

COLUMNS: Final = ("seq", "name", "side", "since", "recorded_by", "reason")
ON_RECORD: Final = f"SELECT side FROM side WHERE person = {PERSON.format(':who')} ORDER BY seq DESC LIMIT 1"
LISTED: Final = f"SELECT {', '.join(COLUMNS)} FROM side ORDER BY seq"


def side_of(connection: Connection, who: str) -> Side | None:
    """Return the side on record of a person."""
    found = dialect.rows_of(connection, ON_RECORD, {"who": named(who)})
    return found[0][0] if found else None


def refuse_other_side(connection: Connection, by: str, side: Side) -> None:
    """Refuse a person who is on record for the other side. Raises UsageError (`other-side`)."""
    if side_of(connection, by) not in {None, side}:
        raise UsageError("other-side", who=by, other=words(f"side-{'auditor' if side == 'bureau' else 'bureau'}"))


def take_side(connection: Connection, by: str, side: Side | None) -> Side:
    """Return the side for which a person decides; the first time it has to be said, and is put on record.

    Raises UsageError: `side-unknown` where nobody says, `other-side`.
    """
    known = side_of(connection, by)
    if known is None and side is None:
        raise UsageError("side-unknown", who=by)
    if known is None and side is not None:
        _put(connection, by, side, by, "")
        return side
    if side is not None:
        refuse_other_side(connection, by, side)
    assert known is not None
    return known


def correct_side(book: Book, who: str, side: Side, *, reason: str, by: str) -> None:
    """Record for whom a person acts from now on, which somebody else has to say.

    Raises UsageError: `act-needs` without a reason, `own-side`, `side-is-that`.
    """
    who, by, reason = named(who), named(by), stored(reason).strip()
    if not reason or not who:
        raise UsageError("act-needs", act="side", options="--reason")
    if same_person(who, by):
        raise UsageError("own-side", who=who)

    def act(connection: Connection) -> None:
        if side_of(connection, who) == side:
            raise UsageError("side-is-that", who=who, side=words(f"side-{side}"))
        _put(connection, who, side, by, reason)

    book.act(act)


def sides(connection: Connection) -> list[dict[str, Any]]:
    """Return all that was recorded of who acts for whom, in its order; the last of a person holds."""
    return [dict(row) for row in connection.execute(text(LISTED)).mappings()]


def _put(connection: Connection, who: str, side: Side, by: str, reason: str) -> None:
    seq = int(connection.exec_driver_sql("SELECT COALESCE(MAX(seq), 0) + 1 FROM side").scalar_one())
    dialect.insert_rows(connection, "side", COLUMNS, [(seq, who, side, now(), by, reason)])
