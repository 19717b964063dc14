"""A file read through a page: every physical row comes out once, as data or as something else with a reason."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from fundtrack import identifier
from fundtrack.errors import FormatError
from fundtrack.importing.body import astray, debit
from fundtrack.importing.body.blocks import not_data, rows_of
from fundtrack.importing.body.columns import Columns
from fundtrack.importing.body.entries import EntryColumns
from fundtrack.importing.body.table import Table
from fundtrack.importing.body.totals import Differing
from fundtrack.importing.body.unseen import Noting
from fundtrack.importing.header import heading, once, whose
from fundtrack.importing.values import cells, dates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from fundtrack.importing.body.balances import Balances, Break
    from fundtrack.importing.body.blocks import Piece, Row
    from fundtrack.importing.body.bound import Bound
    from fundtrack.importing.body.totals import Sums, Total
    from fundtrack.importing.body.unseen import Unseen
    from fundtrack.importing.files.workbook import Sheet
    from fundtrack.importing.header.heading import Heading
    from fundtrack.importing.layout import Layout


class Reading:
    """The rows of a file, given once by iteration, and what is known about the file after the last of them."""

    def __init__(
        self,
        path: Path,
        encoding: str,
        layout: Layout,
        sheets: Callable[[], Iterator[Sheet]],
        words: Mapping[str, Mapping[str, str]],
        together: int,
        key: bytes,
        uncorrected: Callable[[], Iterable[Sheet]],
    ) -> None:
        """Prepare to read the sheets of a file; nothing is read yet. `encoding` is empty for a workbook.

        `sheets` are asked for again for what a column has to say as a whole before its first row is read, and
        `uncorrected` as they were before anybody corrected a cell, for what no correction may decide about other rows.
        At most `together` rows are read at a time: that decides about the time it takes and about nothing else.
        """
        self.path, self.encoding, self.layout = path, encoding, layout
        self.unit = ""
        self._sheets, self._words, self._together, self._key, self._again = sheets(), words, together, key, sheets
        self._uncorrected = uncorrected
        self._tables: list[tuple[Sums, Balances]] = []
        self._days: dict[str, set[str]] = {}
        self._dated: dict[str, once.Dated] = {}
        self._noting: dict[str, Noting] = {}
        self.columns: dict[str, str] = {}

    @property
    def totals(self) -> list[Total]:
        """Return every total the file prints."""
        return [total for sums, _ in self._tables for total in sums.totals]

    def total_of(self, sheet: str) -> tuple[int | None, bool | None]:
        """Return the total a sheet prints, in fen and counted as `Row.amount`, and whether all its totals agree.

        None without a total; agreement is None also when an amount cannot be read.
        """
        sums = next((sums for sums, _ in self._tables if sums.sheet == sheet), None)
        if sums is None or not (sums.whole or any(total.side for total in sums.totals)):
            return None, None
        agree = [total.agrees for total in sums.totals]
        whole = self.layout.counted(*sums.whole.printed) if sums.whole else None
        return whole, None if None in agree else all(agree)

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

    def differing_of(self, sheet: str) -> list[Differing]:
        """Return the totals of a sheet that are not the sum of their rows, and those that go beyond them."""
        beyond = [total for sums, _ in self._tables for total in sums.beyond]
        differing = [total for total in self.totals if total.agrees is False]
        of = sorted(total for total in (*differing, *beyond) if total.sheet == sheet)

        def counted(of: Total, sides: tuple[int, int]) -> int:
            return sum(sides) if of.side else self.layout.counted(*sides)

        return [
            Differing(one.row, counted(one, one.printed), counted(one, one.expected), one.written, one.beyond)
            for one in of
        ]

    @property
    def breaks(self) -> list[Break]:
        """Return every row whose printed balance does not follow from the one before."""
        return [broken for _, balances in self._tables for broken in balances.breaks]

    def breaks_of(self, sheet: str) -> list[Break]:
        """Return those of a sheet that has been read."""
        return [broken for sums, balances in self._tables if sums.sheet == sheet for broken in balances.breaks]

    @property
    def sheets(self) -> list[str]:
        """Return the names of the sheets that have been read; that of a text file is empty."""
        return [*self._days]

    def dates_of(self, sheet: str) -> list[str]:
        """Return the first and the last date of the rows of a sheet, posted or not; nothing where none can be read."""
        days = self._days.get(sheet, set())
        return [min(days), max(days)] if days else []

    def unseen_of(self, sheet: str) -> Unseen | None:
        """Return what is hidden of a sheet and was read; None where nothing is."""
        return self._noting[sheet].found if sheet in self._noting else None

    def noted(self, sheet: str) -> dict[str, Any]:
        """Return what is told of a sheet that has been read and is kept nowhere, as a `Report` names it."""
        return {
            "columns": self.columns,
            "breaks": tuple(self.breaks_of(sheet)),
            "differing": tuple(self.differing_of(sheet)),
            "dated": self._dated.get(sheet),
            "unseen": self.unseen_of(sheet),
        }

    def __iter__(self) -> Iterator[Row]:
        """Give every row. Raises FormatError when the file as a whole is not of the page's form."""
        return chain.from_iterable(map(rows_of, self.pieces()))

    def pieces(self) -> Iterator[Piece]:
        """Give every row, those that make candidates in blocks. Raises FormatError as iteration does."""
        for found in self._sheets:
            sheet = found._replace(name=self._named(found.name))
            head, above = heading.find(self.layout, sheet.rows, headed=sheet.headed)
            if head is None:
                for number, row in chain(above, sheet.rows):
                    yield astray.of_row(number, sheet.name, row, self.path, self.layout.name)
                continue
            for number, row in above:
                yield not_data(number, sheet.name, cells.cautious(row), "preamble" if any(row) else "blank")
            if sheet.hidden:
                raise FormatError("sheet-hidden", path=self.path, sheet=sheet.name)
            yield from self._table(sheet, head, found.name)
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

    def _fitted(self, head: Heading, sheet: str) -> Layout:
        """Return the page as it stands for a header. Raises FormatError when a column is missing."""
        layout = heading.fitted(self.layout, head)
        if layout.form is None or layout.becomes:
            layout = once.dated(layout, head, partial(_below, self._again, head, sheet))
        once.refuse_silence(layout, head)
        proven = layout.form is None and layout.dates != dates.ISO
        return replace(layout, dates=self._order(layout, head, sheet)) if proven else layout

    def _note_day(self, layout: Layout, sheet: str) -> None:
        """Note under which label the day of all rows was found, where the page names another first."""
        first, date = self.layout.columns.get("date"), layout.columns.get("date")
        if first and date and date.labels and date.label != first.label:
            self._dated[sheet] = once.Dated(date.label, date.constant.strip(), first.label)

    def _bound(self, layout: Layout, head: Heading, sheet: str) -> Bound:
        """Return what reads the rows below a header. Raises FormatError when the unit is missing."""
        below = partial(_below, self._uncorrected, head, sheet)
        if layout.form:
            return EntryColumns(layout, head, self._words, self._key, below)
        named = ((field, source.name) for field, source in layout.columns.items() if source.columns)
        self.columns = dict(named) if layout.general or self.layout.general else {}
        return Columns(layout, head, self._words, self._key, below)

    def _order(self, layout: Layout, head: Heading, sheet: str) -> str:
        """Return the order of the dates of a sheet, proven by all of them. Raises FormatError where they are not."""
        source = layout.columns["date"]
        if not source.columns:
            return layout.dates
        place = head.place(source.columns[0])
        said = dict.fromkeys(row[place] for row in _below(self._again, head, sheet) if place < len(row))
        return dates.proven(said, layout.dates, source.name)

    def _table(self, sheet: Sheet, head: Heading, name: str) -> Iterator[Piece]:
        """Give the header and the rows below it; of the table keep only its sums, balances and days.

        `name` is what the file calls the sheet.
        """
        place = {"path": self.path, "sheet": sheet.name} if sheet.name else {"path": self.path}
        try:
            layout = whose.told(self._fitted(head, name), head)
            columns = self._bound(layout, head, name)
        except FormatError as error:
            raise FormatError(error.key, **(place | error.details)) from error
        self.unit = columns.unit
        self._note_day(layout, sheet.name)
        table = Table(layout, head, columns, place)
        self._tables.append((table.sums, table.balances))
        self._days[sheet.name] = columns.days
        noting = self._noting[sheet.name] = Noting(sheet, head, columns)
        yield not_data(head.row, sheet.name, [*head.physicals[-1]], "header")
        while numbered := [*islice(sheet.rows, self._together)]:
            for piece in table.read(numbered):
                noting.note(piece)
                yield piece
        table.refuse_reversed()
        if columns.outs:
            columns.outs.refuse(place)
        followed = table.balances.followed
        table.balances.owed = debit.refuse_reversed(layout, head, sheet.name, followed, place)
        if self.layout.general:  # who writes a page for one kind of file has decided what its columns say
            debit.refuse_journal(layout, head, sheet.name, followed, place)
        table.finish()


def _below(again: Callable[[], Iterable[Sheet]], head: Heading, sheet: str) -> Iterator[list[str]]:
    """Give the rows below a header of a file that is read once more."""
    for of in again():
        if of.name == sheet:
            yield from (row for number, row in of.rows if number > head.row)
