"""Entries of registers: the only INSERTs into the registers of a book there are.

An entry is never changed. A later one of the same key takes its place, and one that is withdrawn takes it away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fundtrack.beantext.escape import stored
from fundtrack.book.create import now
from fundtrack.errors import UsageError, nearest
from fundtrack.posting.apart import REGISTER, assert_apart
from fundtrack.posting.given import DOCUMENT, Documents
from fundtrack.schema import dialect
from fundtrack.schema.registers import ABOUT, REGISTERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.schema.registers import Register

NO_SOURCE: Final = (None, None)
"""The batch and row of what a person entered."""


def next_entry(connection: Connection, register: Register) -> int:
    """Return the number of the next entry; the caller holds the writer's turn."""
    return int(dialect.rows_of(connection, f"SELECT COALESCE(MAX(seq), 0) + 1 FROM {register.name}")[0][0])


def enter(
    connection: Connection,
    register: Register,
    rows: Iterable[tuple[Sequence[Any], tuple[int, int] | tuple[None, None]]],
    *,
    by: str,
    withdrawn: bool = False,
) -> None:
    """Insert entries, each as `Register.row` gives it and with the batch and row it came from, in their order.

    The caller holds the writer's turn: `rows` may be worked out while they are inserted, but by no statement. Raises
    FormatError (`text-unsafe`) where who did it could not be published; UsageError (`match-own`) for a match by hand of
    what somebody had a part in.
    """
    if register.name == REGISTER and not withdrawn:
        rows = list(rows)
        assert_apart(connection, (row for row, _ in rows), by)
    first, at, who = next_entry(connection, register), now(), stored(by)

    def whole() -> Iterator[tuple[Any, ...]]:
        for seq, (row, source) in enumerate(rows, first):
            yield (*row, seq, int(withdrawn), *source, at, who)

    dialect.insert_rows(connection, register.name, (*register.columns, *ABOUT), whole())


def withdraw(book: Book, name: str, seq: int, *, by: str) -> tuple[str, int]:
    """Take away an entry that holds, by another one that says so; return a document, and what came by it in fen.

    That is told and not refused: so an entry is corrected by which less, or more, is given than the paper says.

    Raises UsageError: `register-none` for no such register, `entry-not-held` for an entry that does not hold.
    """
    register = register_of(name)

    def act(connection: Connection) -> tuple[str, int]:
        columns = ", ".join(register.columns)
        held = f"SELECT {columns} FROM book_{register.relation} WHERE entry = :entry"
        found = dialect.rows_of(connection, held, {"entry": f"{name} {seq}"})
        if not found:
            raise UsageError("entry-not-held", register=name, seq=seq)
        document = str(found[0][0]) if name == DOCUMENT else ""
        came = Documents(connection).came(document) if document else 0
        enter(connection, register, [(found[0], NO_SOURCE)], by=by, withdrawn=True)
        return document, came

    return book.act(act)


def restore(book: Book, name: str, seq: int, *, by: str) -> str:
    """Let an entry hold again after its key was withdrawn, by another one that says the same; return its name.

    Raises UsageError: `register-none` for no such register, `entry-not-withdrawn` where there is no such entry, or
    another of its key holds, `document-below-received` for a document by which more came than the entry says,
    `document-above-received` for one that would follow from another that gives less.
    """
    register = register_of(name)

    def act(connection: Connection) -> str:
        columns = ", ".join(register.columns)
        asked = f"SELECT {columns} FROM {name} WHERE seq = :seq"
        same = " AND ".join(f"{column} = :{column}" for column in register.key)
        found = dialect.rows_of(connection, asked, {"seq": seq})
        key = dict(zip(register.columns, found[0], strict=True)) if found else {}
        key = {column: key[column] for column in register.key} if found else {}
        if not found or dialect.rows_of(connection, f"SELECT 1 FROM book_{register.relation} WHERE {same}", key):
            raise UsageError("entry-not-withdrawn", register=name, seq=seq)
        entry = f"{name} {next_entry(connection, register)}"
        if name == DOCUMENT:
            said = dict(zip(register.columns, found[0], strict=True))
            Documents(connection).enter(said["document"], said["parent"], said["amount"])
        enter(connection, register, [(found[0], NO_SOURCE)], by=by)
        return entry

    return book.act(act)


def register_of(name: str) -> Register:
    """Return the register of a name. Raises UsageError (`register-none`)."""
    if name not in REGISTERS:
        raise UsageError("register-none", name=name, known=nearest(name, REGISTERS))
    return REGISTERS[name]
