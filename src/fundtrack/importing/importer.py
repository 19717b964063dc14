"""An importer: a page that recognises files and reads them."""

from __future__ import annotations

import csv
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache, partial
from itertools import islice, product
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.chart.model import CURRENCY
from fundtrack.errors import FormatError, PageError
from fundtrack.importing.files import decode, given, rows, workbook
from fundtrack.importing.files.workbook import Sheet
from fundtrack.importing.header import heading, once
from fundtrack.importing.layout import BOOK, layout
from fundtrack.importing.reading import Reading
from fundtrack.importing.values import cells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from fundtrack.book.aliases import Alias
    from fundtrack.importing.header.heading import Heading
    from fundtrack.importing.layout import Layout
    from fundtrack.pages import Page

    Place = tuple[str, int]
    Cells = Mapping[int, str]

LOOKED_AT: Final = 1 << 16
"""Bytes of a text file in which its header must stand."""


DELIMITERS: Final = (",", "\t", ";", "|")
"""What may stand between the cells of a text file."""

NEAR: Final = 0.45
"""The share of a header that a file has to have to be told that it is near to the page."""

TOGETHER: Final = 256
"""Rows read together: enough that each costs little, and so few that a bad one among them costs little more."""


Head = tuple[tuple[int, list[str]], ...]
"""The rows at the beginning of a table."""


class Peek(NamedTuple):
    """The beginning of a file, as much as tells which page it is of: of text its bytes, of others that of each table.

    How a page says that a file of the latter is encoded, and where its records stand, decides what its tables are.
    """

    path: Path
    data: bytes
    kind: str
    heads: dict[tuple[str, str], tuple[Head, ...] | FormatError]

    def tables(self, layout: Layout) -> Iterator[Iterator[tuple[int, list[str]]]]:
        """Give the beginnings of the tables of a file, as a layout has its files written."""
        if self.kind == "text":
            encodings = ("utf-8-sig", layout.encoding, "utf-16")
            yield from (_split(self.data, *of) for of in product(encodings, between(layout)))
            return
        found = self.look(layout.encoding, layout.records if self.kind == "json" else "")
        yield from () if isinstance(found, FormatError) else map(iter, found)

    def fits(self, layout: Layout) -> bool:
        """Say whether a page may be of such a file: a ledger says of each entry which way it went, a list does not."""
        return self.kind != "ledger" or not layout.general

    def look(self, declared: str, records: str) -> tuple[Head, ...] | FormatError:
        """Return the beginnings of the tables, or why there are none; looked at once for all pages."""
        try:
            encoding = given.encoded(self.path, self.kind, declared)
        except FormatError as error:
            return self.heads.setdefault((f"no {declared}", records), error)
        if (encoding, records) not in self.heads:
            try:
                found = given.sheets(self.path, self.kind, encoding, records, heading.SEARCHED)
                self.heads[encoding, records] = tuple(
                    tuple(islice(of.rows, 1 if of.headed else heading.SEARCHED)) for of in found
                )
            except FormatError as error:
                self.heads[encoding, records] = error
        return self.heads[encoding, records]

    def refuse(self) -> None:
        """Raise the FormatError for which no page could look at the file, if there is one."""
        errors = [found for found in self.heads.values() if isinstance(found, FormatError)]
        for error in sorted(errors, key=lambda one: one.key == "file-encoding"):
            raise error


def peek(path: Path) -> Peek:
    """Look at the beginning of a file. Raises FormatError when it is empty, or a workbook that cannot be read."""
    seen = Peek(path, b"", given.kind(path), {})
    if seen.kind == "text":
        with path.open("rb") as file:
            seen = seen._replace(data=file.read(LOOKED_AT))
        if not seen.data:
            raise FormatError("file-empty", path=path)
    elif seen.kind == "workbook":
        seen.look("", "")
        seen.refuse()
    return seen


class Importer:
    """A page's layout with the words a book knows: names of funds, uses, projects, and accounts of banks."""

    def __init__(
        self,
        page: Page,
        words: Mapping[str, Mapping[str, str]] | None = None,
        key: bytes = b"",
        currency: str = CURRENCY,
        aliases: Iterable[Alias] = (),
    ) -> None:
        """Read a page. `words` holds `fund`, `use`, `project` (a name to its code) and `bank` (a number to its fund).

        `key` and `currency` are those of the book: private numbers are kept under the one, and a file that says no
        currency is in the other. The book's words come before the `aliases` that stand, and these before the page's.
        Raises PageError when the page is not an importer.
        """
        self.page = page
        made = layout(page)
        unit, said = (currency if one == BOOK else one for one in (made.unit, made.currency))
        self.layout: Layout = replace(made, book=currency, unit=unit, currency=str(said))
        self._key, self._currency = key, currency
        books = dict(words or {})
        if self.layout.form:
            books.pop("bank", None)  # makes a fund of an account, and a register is about the account
            self.layout = replace(self.layout, funds=frozenset(books.get("fund", {}).values()))
        pages = self.layout.words
        known: dict[str, dict[str, Alias]] = {}
        for one in sorted(aliases, key=lambda one: one.page):  # what is said of a page comes before what is of all
            if one.page in {"", self.name} and one.word not in books.get(one.field, {}):
                known.setdefault(one.field, {})[one.word] = one
        self.aliases = {field: {word: one.meaning for word, one in of.items()} for field, of in known.items()}
        self.fund_aliases = {word: one.alias for word, one in known.get("fund", {}).items()}
        self.words = {
            field: {**pages.get(field, {}), **self.aliases.get(field, {}), **books.get(field, {})}
            for field in self.layout.worded
        }

    def knowing(self, words: Mapping[str, Mapping[str, str]], aliases: Iterable[Alias]) -> Importer:
        """Return the importer of the same page that knows the words of a book, and the aliases that stand there."""
        return Importer(self.page, words, self._key, self._currency, aliases)

    @property
    def name(self) -> str:
        """Return the page's name."""
        return self.page.name

    def recognise(self, seen: Peek) -> bool:
        """Say whether a file has the page's header, or is one of those of the importer that the page names."""
        if self.layout.importer:
            return seen.kind == "text" and self._of_importer(seen)
        return seen.fits(self.layout) and head_of(seen, self.layout) is not None

    def _of_importer(self, seen: Peek) -> bool:
        """Say whether the importer of the page knows a file; that it failed is told where no other page does."""
        try:
            return any(True for _ in self._extracted(seen.path))
        except FormatError as error:
            if error.key != "importer-other":
                seen.heads["", self.layout.importer] = error
        return False

    def _extracted(self, path: Path) -> Iterator[Sheet]:
        """Give what the importer that the page names makes of a file, in a process of its own."""
        return workbook.sheets(path, "extracted", self.layout.importer, str(self.page.path.parent.resolve()))

    def candidates(
        self,
        path: Path,
        together: int = TOGETHER,
        name: str = "",
        corrected: Mapping[Place, Cells] | None = None,
        whose: str = "",
    ) -> Reading:
        """Return the reading of a file: iterate over it for its rows, then ask it for totals and breaks.

        Up to so many rows are read `together`, which changes nothing but the time; entries of a register are read one
        by one. The file may go by another `name`, be the statement of an account that it does not say, `whose`, and
        some of its cells may have been `corrected`. Raises FormatError, here or in the iteration, when the file as a
        whole cannot be read; and PageError (`page-unanswered`) where the page is a draft that leaves questions open.
        """
        if self.layout.open:
            raise PageError("page-unanswered", path=self.page.path, open=", ".join(self.layout.open), name=self.name)
        together = 1 if self.layout.form else together
        layout = replace(self.layout, columns=once.in_name(self.layout.columns, name or path.name), whose=whose)
        sheets: Callable[[], Iterator[Sheet]]
        kind = given.kind(path)
        if self.layout.importer:
            encoding, sheets = "", partial(self._extracted, path)
        elif kind == "text":
            encoding = decode.encoding(path, self.layout.encoding)
            sheets = partial(_text, path, encoding, delimited(path, encoding, self.layout))
        else:
            encoding = given.encoded(path, kind, self.layout.encoding)
            sheets = partial(given.sheets, path, kind, encoding, self.layout.records)
        read = partial(_corrected, sheets, corrected) if corrected else sheets
        return Reading(path, encoding, layout, read, self.words, together, self._key, sheets)


def _corrected(sheets: Callable[[], Iterator[Sheet]], corrected: Mapping[Place, Cells]) -> Iterator[Sheet]:
    """Give sheets of which some cells say something else than in the file."""
    for sheet in sheets():
        yield sheet._replace(rows=_with(cells.text(sheet.name), sheet.rows, corrected))


def _with(
    sheet: str, rows: Iterator[tuple[int, list[str]]], corrected: Mapping[Place, Cells]
) -> Iterator[tuple[int, list[str]]]:
    """Give the rows of a sheet, with cells replaced."""
    for number, row in rows:
        for at, new in corrected.get((sheet, number), {}).items():
            if at < len(row):
                row[at] = new
        yield number, row


def _text(path: Path, encoding: str, delimiter: str) -> Iterator[Sheet]:
    """Give the one sheet of a text file."""
    yield Sheet("", hidden=False, rows=rows.read(path, encoding, delimiter))


def delimited(path: Path, encoding: str, layout: Layout) -> str:
    """Return what stands between the cells of a text file: what the page says, or else proves to by its header."""
    with path.open("rb") as file:
        data = file.read(LOOKED_AT)
    found = (one for one in between(layout) if heading.find(layout, _split(data, encoding, one))[0])
    return next(found, layout.delimiter)


def between(layout: Layout) -> tuple[str, ...]:
    """Return what may stand between the cells of a page's text files, what it says first."""
    return tuple(dict.fromkeys((layout.delimiter, *DELIMITERS)))


def head_of(seen: Peek, layout: Layout) -> Heading | None:
    """Return the header that a layout describes, if the beginning of a file has it."""
    return next((head for table in seen.tables(layout) if (head := heading.find(layout, table)[0])), None)


def _nearest(seen: Peek, importers: Iterable[Importer]) -> tuple[str, list[str]]:
    """Return the page whose header the file has most of, and what it lacks of it; nothing where it has not half."""
    best: tuple[float, str, list[str]] = (NEAR, "", [])
    for importer in (one for one in importers if seen.fits(one.layout)):
        for table in seen.tables(importer.layout):
            for share, missing in heading.lacking(importer.layout, table):
                if share > best[0]:
                    best = share, importer.name, missing
    return best[1:]


def _split(data: bytes, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Give the rows at the beginning of a text file, were it in an encoding."""
    return iter(_begun(data, encoding, delimiter))


@lru_cache(maxsize=32)
def _begun(data: bytes, encoding: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """Return the rows in which a header must stand; every page is asked about the same ones."""
    lines = data.decode(encoding, "ignore").replace("\0", "").splitlines(keepends=True)
    rows: list[tuple[int, list[str]]] = []
    with suppress(csv.Error):  # then it is no table of ours
        rows.extend(islice(enumerate(csv.reader(lines, delimiter=delimiter), 1), heading.SEARCHED))
    return rows


def choose(path: Path, importers: Iterable[Importer]) -> Importer:
    """Return the one importer that recognises a file. Raises FormatError when none does, or several.

    A page of a family of files is asked only where no other knows the file; and one that only enters lines of what
    another makes vouchers of only where somebody names it.
    """
    seen, known = peek(path), [*importers]
    fitting = [importer for importer in known if importer.recognise(seen)]
    found = [importer for importer in fitting if not importer.layout.general] or fitting
    found = [importer for importer in found if not importer.layout.registers] or found
    if len(found) > 1:
        raise FormatError("file-ambiguous", path=path, pages=", ".join(importer.name for importer in found))
    if not found:
        seen.refuse()
        page, missing = _nearest(seen, known)
        raise FormatError("file-nearest" if page else "file-unknown", path=path, page=page, missing="、".join(missing))
    return found[0]
