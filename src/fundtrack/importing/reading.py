"""A file read through a page: every physical row comes out once, as data or as something else with a reason."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from fundtrack import identifier
from fundtrack.errors import FormatError
from fundtrack.importing import cells, heading
from fundtrack.importing.blocks import not_data, rows_of
from fundtrack.importing.columns import Columns
from fundtrack.importing.entries import EntryColumns
from fundtrack.importing.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from fundtrack.importing.blocks import Piece, Row
    from fundtrack.importing.columns import Bound
    from fundtrack.importing.heading import Heading, Numbered
    from fundtrack.importing.layout import Layout
    from fundtrack.importing.totals import Balances, Break, Sums, Total
    from fundtrack.importing.workbook import Sheet


class Reading:
    """The rows of a file, given once by iteration, and what is known about the file after the last of them."""

    def __init__(
        self,
        path: Path,
        encoding: str,
        layout: Layout,
        sheets: Iterator[Sheet],
        words: Mapping[str, Mapping[str, str]],
        together: int,
        key: bytes,
    ) -> None:
        """Prepare to read the sheets of a file; nothing is read yet. `encoding` is empty for a workbook.

        At most `together` rows are read at a time: that decides about the time it takes and about nothing else.
        """
        self.path, self.encoding, self.layout = path, encoding, layout
        self.unit = ""
        self._sheets, self._words, self._together, self._key = sheets, words, together, key
        self._tables: list[tuple[Sums, Balances]] = []

    @property
    def totals(self) -> list[Total]:
        """Return every total the file prints."""
        return [total for sums, _ in self._tables for total in sums.totals]

    def total_of(self, sheet: str) -> tuple[int | None, bool | None]:
        """Return the total a sheet prints, in fen and counted as `Row.amount`, and whether all its totals agree.

        None without a total; agreement is None also when an amount cannot be read.
        """
        sums = next((sums for sums, _ in self._tables if sums.sheet == sheet), None)
        if sums is None or sums.whole is None:
            return None, None
        agree = [total.agrees for total in sums.totals]
        return self.layout.counted(*sums.whole.printed), None if None in agree else all(agree)

    @property
    def printed_total(self) -> int | None:
        """Return what the sheets of the file print as their totals, together; None without one."""
        printed = [total for sums, _ in self._tables if (total := self.total_of(sums.sheet)[0]) is not None]
        return sum(printed) if printed else None

    @property
    def printed_total_agrees(self) -> bool | None:
        """Say whether every printed total is the sum of its rows; None without one, or when a row cannot be read."""
        agree = [total.agrees for total in self.totals]
        return None if not agree or None in agree else all(agree)

    @property
    def breaks(self) -> list[Break]:
        """Return every row whose printed balance does not follow from the one before."""
        return [broken for _, balances in self._tables for broken in balances.breaks]

    def __iter__(self) -> Iterator[Row]:
        """Give every row. Raises FormatError when the file as a whole is not of the page's form."""
        return chain.from_iterable(map(rows_of, self.pieces()))

    def pieces(self) -> Iterator[Piece]:
        """Give every row, those that make candidates in blocks. Raises FormatError as iteration does."""
        for found in self._sheets:
            sheet = found._replace(name=self._named(found.name))
            head, above = heading.find(self.layout, sheet.rows)
            yield from self._aside(sheet, above, "preamble" if head else "sheet")
            if head is None:
                yield from self._aside(sheet, sheet.rows, "sheet")
            elif sheet.hidden:
                raise FormatError("sheet-hidden", path=self.path, sheet=sheet.name)
            else:
                yield from self._table(sheet, head)
        if not self._tables:
            raise FormatError("header-missing", path=self.path, header="、".join(self.layout.header))

    def _named(self, sheet: str) -> str:
        """Return a sheet's name as it is kept and published. Raises FormatError where it may not be."""
        if identifier.covered(sheet) != sheet:
            raise FormatError("sheet-private", path=self.path)
        try:
            return cells.text(sheet)
        except FormatError as error:
            raise FormatError(error.key, **error.details, path=self.path, sheet=ascii(sheet)) from error

    def _aside(self, sheet: Sheet, rows: Iterator[Numbered] | list[Numbered], why: str) -> Iterator[Row]:
        """Give rows outside a table."""
        for number, row in rows:
            yield not_data(number, sheet.name, cells.cautious(row), why if any(row) else "blank")

    def _bound(self, head: Heading) -> Bound:
        """Return what reads the rows below a header. Raises FormatError when a column or the unit is missing."""
        made = EntryColumns if self.layout.form else Columns
        return made(heading.fitted(self.layout, head), head, self._words, self._key)

    def _table(self, sheet: Sheet, head: Heading) -> Iterator[Piece]:
        """Give the header and the rows below it; of the table keep only its sums and balances."""
        place = {"path": self.path, "sheet": sheet.name} if sheet.name else {"path": self.path}
        try:
            columns = self._bound(head)
        except FormatError as error:
            raise FormatError(error.key, **error.details, **place) from error
        self.unit = columns.unit
        table = Table(self.layout, head, columns, place)
        self._tables.append((table.sums, table.balances))
        yield not_data(head.row, sheet.name, [*head.cells], "header")
        while numbered := [*islice(sheet.rows, self._together)]:
            yield from table.read(numbered)
        table.sums.finish()
