"""The rows that wait as a workbook in which a clerk corrects them: what stands in it, and what comes back.

Each row has a key that only the book can make: of its batch and number, its cells, and how often it was corrected. So a
workbook of another book, a row that was decided or corrected meanwhile, and a key that was changed are told apart.
"""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.book.corrections import in_force, of_batch
from fundtrack.errors import FormatError, UsageError, message
from fundtrack.importing.batch.report import held_rows
from fundtrack.importing.files import workbook
from fundtrack.importing.header import heading
from fundtrack.importing.later.again import source_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.book.corrections import Correction
    from fundtrack.errors import Language
    from fundtrack.importing.importer import Importer
    from fundtrack.importing.later.quarantine import Waiting

BEFORE: Final = ("key", "row", "amount", "check", "why")
"""The columns that stand first; nobody writes in them."""

AFTER: Final = ("drop", "reason")
"""The columns that stand last: whether a row stays out, and why it is corrected or dropped."""

FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s/>]")
CHUNK: Final = 1 << 20

DROP: Final = frozenset({"x", "drop", "退回", "是", "yes"})
"""What is written where a row stays out."""


class Field(NamedTuple):
    """A column of a batch that a page reads: what it is read as, its name, and its place from 0."""

    field: str
    name: str
    cell: int


@dataclass(frozen=True)
class Line:
    """A row that waits: its key, and what it says in each field by now."""

    key: str
    row: Waiting
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """The rows of a batch that wait, and the fields that may be corrected in them."""

    batch: int
    file: str
    fields: tuple[Field, ...]
    lines: tuple[Line, ...]

    @property
    def name(self) -> str:
        """Return what the sheet is called."""
        return f"{self.batch} {self.file}"

    def heads(self, language: Language) -> list[str]:
        """Return the names of the columns: of each field what it says, and what it should say."""
        becomes = message("sheet-becomes", language)
        named = [head for one in self.fields for head in (one.name, f"{becomes}{one.name}")]
        return [*(message(f"sheet-head-{name}", language) for name in BEFORE), *named,
                *(message(f"sheet-head-{name}", language) for name in AFTER)]  # fmt: skip


def mark(book: Book) -> str:
    """Return what tells the workbooks of a book from those of others; nothing of its key can be told from it."""
    return blake2b(b"quarantine workbook", key=book.key, digest_size=4).hexdigest()


def key_of(book: Book, row: Waiting, corrected: int) -> str:
    """Return the key of a row as it stands after so many corrections."""
    said = json.dumps([row.batch, row.row, corrected, *row.cells], ensure_ascii=False).encode()
    return f"{mark(book)}-{row.batch}-{row.row}-{blake2b(said, key=book.key, digest_size=8).hexdigest()}"


def sheets(connection: Connection, book: Book, rows: Iterable[Waiting]) -> list[Sheet]:
    """Return the sheets of rows that wait, a batch each. Raises PageError where the page of a batch is gone."""
    by_batch: dict[int, list[Waiting]] = {}
    for row in rows:
        by_batch.setdefault(row.batch, []).append(row)
    return [_sheet(connection, book, batch, of) for batch, of in by_batch.items()]


def _sheet(connection: Connection, book: Book, batch: int, rows: Sequence[Waiting]) -> Sheet:
    made = of_batch(connection, batch)
    corrected = in_force(made)
    fields = tuple(fields_of(connection, source_of(connection, book, batch).importer, batch))
    lines = tuple(
        Line(
            key_of(book, row, sum(one.row == row.row for one in made)), row,
            tuple(_said(row, one, corrected.get(row.row, {})) for one in fields),
        )
        for row in rows
    )  # fmt: skip
    return Sheet(batch, rows[0].file, fields, lines)


def _said(row: Waiting, of: Field, corrected: dict[int, Correction]) -> str:
    if of.cell in corrected:
        return corrected[of.cell].new
    return row.cells[of.cell] if of.cell < len(row.cells) else ""


def fields_of(connection: Connection, importer: Importer, batch: int) -> Iterator[Field]:
    """Give the columns of a batch that its page reads, but those with numbers of persons, which nobody writes again."""
    heads = (row for row in held_rows(connection, batch) if any(why["check"] == "not-data-header"
                                                                for why in row["reasons"]))  # fmt: skip
    numbered = [(row["row"], row["cells"]) for row in heads]
    found, _ = heading.find(importer.layout, iter(numbered))
    if found is None:
        return
    fitted = heading.fitted(importer.layout, found)
    seen = set()
    for field, source in fitted.columns.items():
        for name in source.read:
            if name not in fitted.private and name not in seen:
                seen.add(name)
                yield Field(field, name, found.place(name))


class Returned(NamedTuple):
    """A line of a workbook that came back: where it stands, and its cells."""

    sheet: str
    number: int
    heads: tuple[str, ...]
    cells: tuple[str, ...]


def read(path: Path) -> Iterator[Returned]:
    """Give the lines of a workbook. Raises FormatError where it cannot be read, or holds a formula.

    UsageError (`corrected-no-workbook`) for another file.
    """
    if not workbook.is_workbook(path):
        raise UsageError("corrected-no-workbook", path=path)
    for sheet in workbook.sheets(path):
        rows = iter(sheet.rows)
        number, heads = next(rows, (0, []))
        for number, cells in rows:
            if any(map(str.strip, cells)):
                yield Returned(sheet.name, number, tuple(heads), tuple(cells))
    refuse_formulas(path)


def refuse_formulas(path: Path) -> None:
    """Refuse a workbook that computes anything: what a person sees there is not what stands there.

    Raises FormatError (`corrected-formula`). The reader has looked at the size of the zip before.
    """
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            if "worksheets/" in member:
                seam = b""
                with archive.open(member) as file:
                    while chunk := file.read(CHUNK):
                        if FORMULA.search(seam + chunk):
                            raise FormatError("corrected-formula", path=path, member=member)
                        seam = chunk[-16:]
