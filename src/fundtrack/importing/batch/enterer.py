"""From the rows of a file to entries of a register: which are new, which are known, and which wait."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from fundtrack.book.periods import closed_to
from fundtrack.errors import UsageError
from fundtrack.importing.batch.heldrows import holding
from fundtrack.importing.batch.report import Replaced
from fundtrack.importing.batch.statement import Statement
from fundtrack.importing.batch.tally import Tally, reason, reason_of_error
from fundtrack.importing.body.blocks import Row
from fundtrack.importing.header.whose import REGISTER
from fundtrack.posting.enter import next_entry
from fundtrack.posting.given import DOCUMENT, Documents
from fundtrack.schema import dialect
from fundtrack.schema.registers import DATED

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from fundtrack.importing.batch.stage import Keyed
    from fundtrack.importing.batch.tally import Reason
    from fundtrack.schema.registers import Register

DIGEST_SIZE: Final = 16

REFUSED: Final = "refused"
"""The state of a row about which another may have the last word."""

REJECTED: Final = """
SELECT r.natural_key, r.occurrence, r.says, d.decided_at, d.decided_by, d.reason
FROM decision AS d JOIN input_row AS r ON r.batch = d.batch AND r.row = d.row
WHERE d.decided = 'rejected'
"""


class Enterer(Tally):
    """Takes of a file's rows the entries that are new, and remembers every other row.

    A row that says what holds already was posted before; one that says something else of the same key takes its place.
    Two rows of one file that contradict each other cannot both hold: the first is entered, and the others wait.
    """

    def __init__(
        self, connection: Connection, register: Register, batch: int, wanted: Container[int] | None = None
    ) -> None:
        """Begin a batch, or look again at the `wanted` rows of one."""
        super().__init__(batch)
        self.register, self._wanted = register, wanted
        self._next = next_entry(connection, register)
        self._held = _held(connection, register)
        self._rejected = {(key, nth, says): why for key, nth, says, *why in dialect.rows_of(connection, REJECTED)}
        self._documents = Documents(connection) if register.name == DOCUMENT else None
        self._statement = Statement(connection, register) if register.name == REGISTER else None
        self._seen: dict[bytes, tuple[bytes, int]] = {}
        self._dated = next((at for at, name in enumerate(register.columns) if register.fields.get(name) in DATED), None)
        self._days: set[str] = set()
        until = closed_to(connection) if register.name == REGISTER else None
        self._until = until.isoformat() if until else ""
        self.late: list[tuple[int, str]] = []
        self.entries: dict[int, str] = {}
        self._replaced: list[tuple[int, int, Sequence[Any]]] = []

    @property
    def dates(self) -> list[str]:
        """Return the first and the last of the dates that the entries bear, or nothing."""
        return [min(self._days), max(self._days)] if self._days else []

    @property
    def posted(self) -> str:
        """Return the select that counts the entries of the batch."""
        return f"SELECT COUNT(*) FROM {self.register.name} WHERE batch = {self.batch:d}"

    def entered(self, pieces: Iterable[Keyed]) -> Iterator[tuple[tuple[Any, ...], tuple[int, int]]]:
        """Give every new entry with the batch and row it comes from; hold the other rows.

        A document that would give less than came by it may rest on another row, whichever stands first: what is refused
        is judged again behind all others, until nothing more can be entered.
        """
        rows, before = self._placed(self._readable(pieces)), 0
        while True:
            refused: list[tuple[Row, tuple[Any, ...], tuple[str, int, str], list[Reason]]] = []
            for row, said, known_as in rows:
                state, why = self._judged(row, said, known_as)
                if state == REFUSED:
                    refused.append((row, said, known_as, why))
                elif state:
                    self.held.append(holding(row, state, why, *known_as[:2]))
                elif self._wants(row):
                    yield said, (self.batch, row.number)
            if len(refused) in {0, before}:
                break
            rows, before = iter([(row, said, known_as) for row, said, known_as, _ in refused]), len(refused)
        for row, _, known_as, why in refused:
            self.held.append(holding(row, "quarantined", why, *known_as[:2]))

    def _readable(self, pieces: Iterable[Keyed]) -> Iterator[tuple[Row, tuple[Any, ...], tuple[str, int, str]]]:
        """Give the rows that say something, as it is stored, and what each is known by; hold the others."""
        for row, keys, occurrences in pieces:
            assert isinstance(row, Row)
            self.read += 1
            if row.entry is None:
                self.hold_row(row, keys[0], occurrences[0])
                continue
            self.amount += row.amount or 0
            yield row, self._whole(row.entry), (keys[0], occurrences[0], row.says)

    def _placed(
        self, rows: Iterator[tuple[Row, tuple[Any, ...], tuple[str, int, str]]]
    ) -> Iterator[tuple[Row, tuple[Any, ...], tuple[str, int, str]]]:
        """Give rows as they are; those of a bank's statement at the places of the lines that they tell of."""
        if self._statement is None:
            yield from rows
            return
        for (row, _, known_as), said in self._statement.placed(rows, lambda one: one[1]):
            yield row, said, known_as

    def _whole(self, entry: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return what a row says as it is stored; a document of which it says no amount keeps the one that holds."""
        if self._documents is not None and entry.get("amount") is None:
            entry = {**entry, "amount": self._documents.gives(str(entry["document"]))}
        return self.register.row(entry)

    def _wants(self, row: Row) -> bool:
        return self._wanted is None or row.number in self._wanted

    def _judged(self, row: Row, said: Sequence[Any], known_as: tuple[str, int, str]) -> tuple[str, list[Reason]]:
        """Return the state of a row that is not entered and why, nothing for one that is; remember what it says.

        The state of one that would have less than came by it is REFUSED.
        """
        key, content = _digest(self.register.key_of(said)), _digest(said)
        before, first = self._seen.setdefault(key, (content, row.number))
        if before != content:
            return "quarantined", [reason("entry-contradicted", row=first)]
        if known_as in self._rejected:
            at, who, why = self._rejected[known_as]
            return "quarantined", [reason("entry-rejected", date=at, by=who, reason=why)]
        holds, seq = self._held.get(key, (b"", 0))
        if holds != content:
            seq = self._next
        name = f"{self.register.name} {seq}"
        if holds == content:
            self.entries[row.number] = name
            return "already-posted", [reason("already-entered", entry=name) | {"entry": name}]
        if self._wants(row):
            if why := self._below(said):
                return REFUSED, why
            if holds:
                self._replaced.append((row.number, self._held[key][1], said))
            self.entries[row.number] = name
            self._held[key] = content, seq
            self._next += 1
            if self._dated is not None and said[self._dated]:
                self._days.add(said[self._dated])
                if said[self._dated] <= self._until:  # evidence is taken whenever it comes, and told
                    self.late.append((row.number, said[self._dated][:7]))
        return "", []

    def _below(self, said: Sequence[Any]) -> list[Reason]:
        """Return why a document cannot be registered, where it or one above it would give less than came by it."""
        if self._documents is None:
            return []
        paper = dict(zip(self.register.columns, said, strict=True))
        try:
            self._documents.enter(paper["document"], paper["parent"], paper["amount"])
        except UsageError as error:
            return [reason_of_error(error)]
        return []

    def replaced(self, connection: Connection) -> Iterator[Replaced]:
        """Give what was entered in the place of what held, with what held and what holds where they differ."""
        of, columns = self.register, ", ".join(self.register.columns)
        for row, seq, said in self._replaced:
            (before,) = dialect.rows_of(connection, f"SELECT {columns} FROM {of.name} WHERE seq = {seq:d}")
            was, now = (dict(zip(of.columns, one, strict=True)) for one in (before, said))
            differ = [name for name in of.fields if was[name] != now[name]]
            was, now = ({name: of.shown(name, one[name]) for name in differ} for one in (was, now))
            yield Replaced(row, self.entries[row], f"{of.name} {seq}", was, now)


def _held(connection: Connection, register: Register) -> dict[bytes, tuple[bytes, int]]:
    """Return what holds in a register: for each key, by their hashes, what its entry says and its number."""
    columns = register.columns
    rows = dialect.rows_of(connection, f"SELECT {', '.join(columns)}, entry FROM book_{register.relation}")
    return {_digest(register.key_of(row)): (_digest(row[:-1]), int(row[-1].rpartition(" ")[2])) for row in rows}


def _digest(said: Sequence[Any]) -> bytes:
    """Return the hash of what a row says."""
    return blake2b(repr(tuple(said)).encode(), digest_size=DIGEST_SIZE).digest()
