"""An importer: a page that recognises files and reads them."""

from __future__ import annotations

import csv
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.errors import FormatError
from fundtrack.importing import decode, heading, rows, workbook
from fundtrack.importing.layout import layout
from fundtrack.importing.reading import Reading
from fundtrack.importing.workbook import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from fundtrack.importing.heading import Heading
    from fundtrack.importing.layout import Layout
    from fundtrack.pages import Page

LOOKED_AT: Final = 1 << 16
"""Bytes of a text file in which its header must stand."""


TOGETHER: Final = 256
"""Rows read together: enough that each costs little, and so few that a bad one among them costs little more."""


class Peek(NamedTuple):
    """The beginning of a file, as much as tells which page it is of."""

    path: Path
    data: bytes
    sheets: tuple[tuple[tuple[int, list[str]], ...], ...]


def peek(path: Path) -> Peek:
    """Look at the beginning of a file. Raises FormatError when it is empty, or a workbook that cannot be read."""
    if workbook.is_workbook(path):
        heads = (tuple(islice(sheet.rows, heading.SEARCHED)) for sheet in workbook.sheets(path))
        return Peek(path, b"", tuple(heads))
    with path.open("rb") as file:
        data = file.read(LOOKED_AT)
    if not data:
        raise FormatError("file-empty", path=path)
    return Peek(path, data, ())


class Importer:
    """A page's layout with the words a book knows: names of funds, uses, projects, and accounts of banks."""

    def __init__(self, page: Page, words: Mapping[str, Mapping[str, str]] | None = None, key: bytes = b"") -> None:
        """Read a page. `words` holds `fund`, `use`, `project` (a name to its code) and `bank` (a number to its fund).

        `key` is that of the book: private numbers are kept under it. The book's words come before the page's. Raises
        PageError when the page is not an importer.
        """
        self.page = page
        self.layout: Layout = layout(page)
        self._key = key
        books = dict(words or {})
        if self.layout.register:
            books.pop("bank", None)  # makes a fund of an account, and a register is about the account
        pages = self.layout.words
        self.words = {field: {**pages.get(field, {}), **books.get(field, {})} for field in self.layout.worded}

    @property
    def name(self) -> str:
        """Return the page's name."""
        return self.page.name

    def recognise(self, seen: Peek) -> bool:
        """Say whether a file has the page's header."""
        return head_of(seen, self.layout) is not None

    def candidates(self, path: Path, together: int = TOGETHER) -> Reading:
        """Return the reading of a file: iterate over it for its rows, then ask it for totals and breaks.

        Up to so many rows are read `together`, which changes nothing but the time; entries of a register are read one
        by one. Raises FormatError, here or in the iteration, when the file as a whole cannot be read.
        """
        together = 1 if self.layout.register else together
        if workbook.is_workbook(path):
            return Reading(path, "", self.layout, workbook.sheets(path), self.words, together, self._key)
        encoding = decode.encoding(path, self.layout.encoding)
        sheet = Sheet("", hidden=False, rows=rows.read(path, encoding, self.layout.delimiter))
        return Reading(path, encoding, self.layout, iter([sheet]), self.words, together, self._key)


def head_of(seen: Peek, layout: Layout) -> Heading | None:
    """Return the header that a layout describes, if the beginning of a file has it."""
    tables: Iterable[Iterator[tuple[int, list[str]]]] = (iter(sheet) for sheet in seen.sheets)
    if seen.data:
        tables = (_split(seen.data, encoding, layout) for encoding in ("utf-8-sig", layout.encoding, "utf-16"))
    return next((head for table in tables if (head := heading.find(layout, table)[0])), None)


def _split(data: bytes, encoding: str, layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """Give the rows at the beginning of a text file, were it in an encoding."""
    lines = data.decode(encoding, "ignore").replace("\0", "").splitlines(keepends=True)
    with suppress(csv.Error):  # then it is no table of ours
        yield from enumerate(csv.reader(lines, delimiter=layout.delimiter), 1)


def choose(path: Path, importers: Iterable[Importer]) -> Importer:
    """Return the one importer that recognises a file. Raises FormatError when none does, or several."""
    seen = peek(path)
    found = [importer for importer in importers if importer.recognise(seen)]
    if len(found) != 1:
        names = ", ".join(importer.name for importer in found)
        raise FormatError("file-ambiguous" if found else "file-unknown", path=path, pages=names)
    return found[0]
