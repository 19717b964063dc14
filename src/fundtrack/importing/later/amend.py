"""A corrected workbook taken back: every correction kept, the rows tried again, and every row accounted for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.book.corrections import GUARDED, Correction, of_batch
from fundtrack.book.create import now
from fundtrack.book.person import named, same_person
from fundtrack.checking import checks
from fundtrack.errors import LANGUAGES, UsageError
from fundtrack.identifier import covered
from fundtrack.importing.files.keep import Copy, digest
from fundtrack.importing.later import sheet
from fundtrack.importing.later.again import source_of
from fundtrack.importing.later.quarantine import decide, find, tried, waiting
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.importing.later.quarantine import Retried, Waiting
    from fundtrack.importing.later.sheet import Line, Returned, Sheet

KEY: Final = 0


class Change(NamedTuple):
    """A cell that should say something else."""

    row: Waiting
    of: sheet.Field
    old: str
    new: str
    reason: str


class Moved(NamedTuple):
    """By how many fen a corrected row moves the sum of its file, and whether its amount can be read by now."""

    moves: int | None = None
    reads: int | None = None


@dataclass
class Amended:
    """What became of the rows of a workbook: tried again, dropped, or left as they were; `ignored` columns are none."""

    changes: list[Change] = field(default_factory=list)
    tried: list[Retried] = field(default_factory=list)
    dropped: list[tuple[Waiting, str]] = field(default_factory=list)
    left: list[Waiting] = field(default_factory=list)
    moved: Mapping[str, Moved] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)

    def account(self) -> dict[str, tuple[int, int]]:
        """Return how many rows there were and what they come to as corrected, in all and by what became of them."""
        of = {
            "posted": [one.row for one in self.tried if one.voucher and not one.before],
            "already_posted": [one.row for one in self.tried if one.voucher and one.before],
            "rejected": [row for row, _ in self.dropped],
            "quarantined": [*self.left, *(one.row for one in self.tried if not one.voucher)],
        }
        counted = {state: (len(rows), sum(map(self._amount, rows))) for state, rows in of.items()}
        read = tuple(map(sum, zip(*counted.values(), strict=True)))
        return {"read": (read[0], read[1]), **counted}

    def _amount(self, row: Waiting) -> int:
        """Return what a row comes to, in fen: what it did when the workbook was written, and by how much that moved."""
        return (row.amount or 0) + (self.moved[row.name].moves or 0 if row.name in self.moved else 0)


def amend(book: Book, path: Path, *, by: str, approved_by: str = "", reason: str = "") -> Amended:
    """Take a workbook back as one act: all that it says, or nothing.

    Raises FormatError and UsageError where anything in it is not as it should be, naming the sheet and the row:
    `corrected-other-book`, `corrected-key`, `corrected-twice`, `corrected-decided`, `corrected-since`,
    `corrected-original`, `corrected-columns`, `corrected-private`, `corrected-both`, `corrected-approver`,
    `corrected-drop`, `corrected-empty`, `corrected-reason`, `duties-apart`.
    """
    by, approved_by, sha256 = named(by), named(approved_by), digest(path)
    if same_person(by, approved_by):
        raise UsageError("duties-apart", who=by, option="--approved-by")
    returned = [*sheet.read(path)]
    judged_by = checks(book.folder / "checks", at_posting=True)
    copy = Copy(book, path, sha256)

    def act(connection: Connection) -> Amended:
        done = _told(connection, book, path.name, returned, reason)
        moved = done.moved = _moved(connection, book, done.changes)
        for change in done.changes:
            if (change.of.field in GUARDED or change.row.name in moved) and not approved_by:
                raise UsageError("corrected-approver", path=path.name, cell=change.of.name, name=change.row.name)
        _keep(connection, done.changes, sha256, (by, approved_by), moved)
        for row, why in done.dropped:
            decide(connection, row, "rejected", reason=covered(why), by=by)
        rows: dict[int, dict[str, Waiting]] = {}
        for change in done.changes:
            rows.setdefault(change.row.batch, {})[change.row.name] = change.row
        for batch, of in rows.items():
            source = source_of(connection, book, batch)
            posts = not source.importer.layout.register and source.importer.layout.becomes != "application"
            hands = by, approved_by if posts else ""
            done.tried += tried(connection, book, source, [*of.values()], judged_by, hands)
        if done.changes or done.dropped:
            copy.settle()
        return done

    try:
        return book.act(act)
    finally:
        copy.discard()


def _told(connection: Connection, book: Book, name: str, returned: Sequence[Returned], reason: str) -> Amended:
    """Return what the lines of a workbook, told by its name, say; nothing is written yet."""
    known = {one.batch: one for one in sheet.sheets(connection, book, waiting(connection))}
    done, seen = Amended(), set[str]()
    for line in returned:
        place: dict[str, object] = {"path": name, "sheet": line.sheet, "row": line.number}
        key = line.cells[KEY].strip() if line.cells else ""
        if key in seen:
            raise UsageError("corrected-twice", **place)
        seen.add(key)
        of, found = _line(connection, book, known, key, place)
        done.ignored += [one for one in _compare(line, of, found, place) if one not in done.ignored]
        _take(done, line, of, found, reason, place)
    if not seen:
        raise UsageError("corrected-empty")
    return done


def _line(
    connection: Connection, book: Book, known: Mapping[int, Sheet], key: str, place: Mapping[str, object]
) -> tuple[Sheet, Line]:
    """Return the row of a key as it waits. Raises UsageError where there is none, saying why."""
    mark, _, rest = key.partition("-")
    batch, _, rest = rest.partition("-")
    row = rest.partition("-")[0]
    if not (batch.isdecimal() and row.isdecimal()):
        raise UsageError("corrected-key", **place)
    if mark != sheet.mark(book):
        raise UsageError("corrected-other-book", **place)
    of = known.get(int(batch))
    found = next((one for one in of.lines if one.row.row == int(row)), None) if of else None
    if of is None or found is None:
        name = f"{batch}:{row}"
        find_or_decided(connection, name, place)
        raise UsageError("corrected-key", **place)
    if key != found.key:
        earlier = range(sum(one.row == int(row) for one in of_batch(connection, int(batch))))
        stale = key in {sheet.key_of(book, found.row, count) for count in earlier}
        raise UsageError("corrected-since" if stale else "corrected-key", **place)
    return of, found


def find_or_decided(connection: Connection, name: str, place: Mapping[str, object]) -> None:
    """Say that a row waits no more. Raises UsageError (`corrected-decided`)."""
    try:
        find(connection, name)
    except UsageError as error:
        raise UsageError("corrected-decided", name=name, **place) from error


def _compare(line: Returned, of: Sheet, found: Line, place: Mapping[str, object]) -> list[str]:
    """Refuse a line whose headings or originals are not as they were written; return what somebody added behind them.

    That is nothing of the book's: notes of whoever went through the rows.
    """
    written = [of.heads(language) for language in LANGUAGES]
    wide = len(written[0])
    if list(line.heads[:wide]) not in written:
        raise UsageError("corrected-columns", path=place["path"], sheet=line.sheet)
    for at, one in enumerate(of.fields):
        if line.cells[len(sheet.BEFORE) + 2 * at] != shown(found.cells[at]):
            raise UsageError("corrected-original", column=one.name, **place)
    return [one.strip() for one in line.heads[wide:] if one.strip()]


def shown(text: str) -> str:
    """Return a cell as a workbook can hold it: what cannot be seen is not in it."""
    return "".join(character for character in text if character.isprintable())


def _take(done: Amended, line: Returned, of: Sheet, found: Line, reason: str, place: Mapping[str, object]) -> None:
    """Add what a line says. Raises UsageError as `amend` does."""
    first = len(sheet.BEFORE)
    last = first + 2 * len(of.fields)
    drop, why = (cell.strip() for cell in line.cells[last : last + len(sheet.AFTER)])
    why = why or reason.strip()
    said = (line.cells[first + 2 * at + 1].strip() for at in range(len(of.fields)))
    pairs = zip(of.fields, found.cells, said, strict=True)
    changes = [Change(found.row, one, old, new, why) for one, old, new in pairs if new and new != old]
    if drop and drop.lower() not in sheet.DROP:
        raise UsageError("corrected-drop", text=drop, **place)
    if drop and changes:
        raise UsageError("corrected-both", **place)
    if (drop or changes) and not why:
        raise UsageError("corrected-reason", **place)
    for change in changes:
        if covered(change.new) != change.new:
            raise UsageError("corrected-private", column=change.of.name, **place)
    if drop:
        done.dropped.append((found.row, why))
    elif not changes:
        done.left.append(found.row)
    done.changes += changes


def _moved(connection: Connection, book: Book, changes: Sequence[Change]) -> dict[str, Moved]:
    """Return by how much changes move the rows whose amount they change, by the names of the rows."""
    moved: dict[str, Moved] = {}
    of_batches: dict[int, list[Change]] = {}
    for one in changes:
        of_batches.setdefault(one.row.batch, []).append(one)
    for batch, of in of_batches.items():
        source = source_of(connection, book, batch)
        corrected = {row: dict(cells) for row, cells in source.corrected.items()}
        for one in of:
            corrected.setdefault(one.row.row, {})[one.of.cell] = _correction(0, one, "", ("", ""), Moved())
        before, after = source.amounts(), replace(source, corrected=corrected).amounts()
        for one in of:
            was, now_is = before.get(one.row.row), after.get(one.row.row)
            if was != now_is:
                reads = (now_is is not None) - (was is not None)
                moved[one.row.name] = Moved((now_is or 0) - (was or 0), reads or None)
    return moved


def _correction(seq: int, one: Change, sha256: str, hands: tuple[str, str], moved: Moved) -> Correction:
    """Return a change as it is kept."""
    return Correction(
        seq, one.row.batch, one.row.row, one.of.cell, one.of.name, one.of.field, covered(one.old), one.new,
        covered(one.reason), sha256, now(), *hands, *moved,
    )  # fmt: skip


def _keep(
    connection: Connection, changes: Sequence[Change], sha256: str, hands: tuple[str, str], moved: Mapping[str, Moved]
) -> None:
    """Keep corrections; the caller has the writer's turn."""
    ((last,),) = dialect.rows_of(connection, "SELECT COALESCE(MAX(seq), 0) FROM correction")
    ends = {one.row.name: at for at, one in enumerate(changes)}
    said = [
        _correction(last + 1 + at, one, sha256, hands,
                    moved.get(one.row.name, Moved()) if ends[one.row.name] == at else Moved())
        for at, one in enumerate(changes)
    ]  # fmt: skip
    if said:
        dialect.insert_rows(connection, "correction", Correction._fields, said)
