"""The rows below a header, each told apart: a payment, a total, a note, or a row that cannot be read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.errors import FormatError
from fundtrack.importing import cells
from fundtrack.importing.totals import Balances, Sums

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fundtrack.importing.columns import Candidate, Columns
    from fundtrack.importing.heading import Heading
    from fundtrack.importing.layout import Layout

BLANKS: Final = frozenset({"", " ", "\t", "\u3000", "\u00a0"})


class Row(NamedTuple):
    """A physical row. Private numbers in `cells` are masked.

    `state` is `data` or `not-data`, then with `why`: preamble, header, blank, total, note, or sheet (one that the page
    does not describe). `amount` is what the row counts in the file's sums, in fen: as printed, or what came in less
    what went out; None when it cannot be read. Data makes a `candidate` or has `problems`.
    """

    number: int
    sheet: str
    cells: list[str]
    state: str
    why: str
    amount: int | None
    candidate: Candidate | None
    problems: tuple[FormatError, ...]


def not_data(number: int, sheet: str, row: list[str], why: str) -> Row:
    """Return a row that brings nothing to post."""
    return Row(number, sheet, row, "not-data", why, None, None, ())


class Table:
    """A table under its header: reads its rows one by one and keeps its sums and running balance."""

    def __init__(self, layout: Layout, head: Heading, columns: Columns, place: Mapping[str, object]) -> None:
        """Prepare what tells a total or a note from a payment by its first character, before looking closer.

        `place` is what errors are told with: the file and, in a workbook, the sheet.
        """
        self.layout, self.head, self.columns, self.place = layout, head, columns, place
        self.sheet = str(place.get("sheet", ""))
        self.sums, self.balances = Sums(self.sheet), Balances(self.sheet)
        self._width = len(head.names)
        self._two_sided = layout.two_sided
        self._balanced = "balance" in layout.columns
        totals, self._notes = ([cells.label(word) for word in words] for words in (layout.total, layout.notes))
        self._total = re.compile(rf"(?:{'|'.join(map(re.escape, totals)) or '(?!)'})(?![^\W\d])")
        self._suspect = BLANKS | {word[:1] for word in (*totals, *self._notes, head.names[0])}

    def row(self, number: int, row: list[str]) -> Row:
        """Return what a physical row is."""
        columns = self.columns
        if len(row) != self._width or row[0][:1] in self._suspect:
            if why := self._not_data(number, row):
                return not_data(number, self.sheet, cells.cautious(row), why)
            if len(row) != self._width:
                ragged = FormatError("row-ragged", found=len(row), columns=self._width)
                return self._unreadable(number, cells.cautious(row), None, [ragged])
        damaged = columns.mask(row)
        try:
            incoming, outgoing = columns.amounts(row)
        except FormatError as error:
            return self._unreadable(number, row, None, [*damaged, error, *columns.problems(row, None)])
        amount = incoming - outgoing if self._two_sided else outgoing
        self.sums.add(incoming, outgoing)
        if self._balanced:
            self.balances.follow(number, columns.balance(row), amount)
        try:
            candidate = columns.candidate(row, incoming, outgoing)
        except FormatError:
            return self._unreadable(number, row, amount, [*damaged, *columns.problems(row, (incoming, outgoing))])
        if damaged:
            return self._unreadable(number, row, amount, damaged)
        return Row(number, self.sheet, row, "data", "", amount, candidate, ())

    def _unreadable(self, number: int, row: list[str], amount: int | None, problems: Iterable[FormatError]) -> Row:
        """Return a row of data that makes no candidate; without an amount the sums no longer say anything."""
        if amount is None:
            self.sums.unknown = True
            self.balances.last = None
        told = tuple(FormatError(error.key, **error.details, **self.place, row=number) for error in problems)
        return Row(number, self.sheet, row, "data", "", amount, None, told)

    def _not_data(self, number: int, row: list[str]) -> str:
        """Say why a row is not data, or nothing. Counts a total; drops blank cells beyond the header's last column."""
        if not any(row[self._width :]):
            del row[self._width :]
        filled = {place for place, cell in enumerate(row) if cell.strip()}
        if not filled:
            return "blank"
        if tuple(cells.column(cell)[0] for cell in row) == self.head.names:
            return "header"
        first = cells.label(row[min(filled)])
        worded, bare = bool(self._total.match(first)), filled <= self.columns.counted
        printed = self.columns.printed(row) if worded or bare else None
        if printed and (worded or self.sums.reach(printed)):
            self.sums.compare(number, printed)
            return "total"
        noted = first.startswith(tuple(self._notes)) or filled.isdisjoint(self.columns.mapped)
        return "note" if noted and not worded else ""
