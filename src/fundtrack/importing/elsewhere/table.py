"""A table of another system, row by row: what is read, what cannot be, what is no data; nothing is left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fundtrack import money
from fundtrack.checking.accounted import Accounted
from fundtrack.checking.lens import Subject
from fundtrack.checking.objection import objected
from fundtrack.errors import FormatError
from fundtrack.importing.body.totals import Sums
from fundtrack.importing.elsewhere.currency import Currency
from fundtrack.importing.elsewhere.fields import Amounts, Moved, Texts
from fundtrack.importing.values import cells, dates

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from fundtrack.checking.finding import Finding
    from fundtrack.importing.elsewhere.form import Form
    from fundtrack.importing.files.workbook import Sheet
    from fundtrack.importing.header.heading import Heading
    from fundtrack.importing.values.threes import Below


class Place(NamedTuple):
    """Where a row stands."""

    file: str
    sheet: str
    row: int

    @property
    def subject(self) -> Subject:
        """It, as what a finding is about."""
        return Subject(file=self.file, sheet=self.sheet, row=self.row)


class Line(NamedTuple):
    """What a row says: a posting of a voucher, or an account with what it began with; `date` is that of the voucher.

    A red entry, a negative of its side, is below zero on that side.
    """

    place: Place
    date: dt.date | None
    debit: int
    credit: int
    said: Mapping[str, str]


class Table:
    """A table under its header. Iterate over it for its lines; then its account, problems and `unread` are known."""

    def __init__(
        self, form: Form, head: Heading, sheet: Sheet, path: str, page: str, *, above: int, below: Below
    ) -> None:
        """Prepare to read the rows below a header, the last of the `above` rows that are read already.

        `below` gives them once more. Raises FormatError where a column, the unit or the currency is wrong.
        """
        self.problems: list[Finding] = []
        self.unread: list[Line] = []
        self.no_funds: dict[str, list[int]] = {}
        self.account = Accounted(path.rpartition("/")[2], sheet.name, page, read=above, aside=above)
        self._form, self._head, self._sheet, self._path = form, head, sheet, path
        self._texts = Texts(form, head)
        self._amounts = Amounts(form, head, self._texts, below)
        self._currency = Currency(form, head)
        self._sums = Sums(sheet.name)
        self._down: dict[int, str] = {
            head.index[name]: "" for word in form.filled_down if (name := cells.column(word)[0]) in head.index
        }
        for _, row in head.above:
            self._count_aside(row)
        totals, notes = ([cells.label(word) for word in words] for words in (form.layout.total, form.layout.notes))
        self._total, self._notes = (
            re.compile(rf"(?:{'|'.join(map(re.escape, totals)) or '(?!)'})(?![^\W\d])"),
            (*notes,),
        )

    def __iter__(self) -> Iterator[Line]:
        """Give what every row of data says that can be read."""
        for number, row in self._sheet.rows:
            self.account.read += 1
            if self._is_aside(number, row):
                self.account.aside += 1
            elif line := self._line(number, self._whole(row)):
                yield line
        self._sums.finish()
        for total in self._sums.totals:
            if total.agrees is False:
                self._object("journal-total", total.row, printed=" / ".join(map(money.grouped, total.printed)))
        for text, found in self.no_funds.items():
            self._object("journal-fund", found[0], text=text, rows=len(found))

    def _object(self, key: str, row: int, **details: object) -> None:
        self.problems.append(objected(key, Place(self._path, self._sheet.name, row).subject, **details))

    def _is_aside(self, number: int, row: list[str]) -> bool:
        """Say whether a row is no data: blank, a total, which is compared, a note, or the header once more.

        Whatever it begins with, a row that says a voucher and an account is data, and a note has no amount.
        """
        filled = {at for at, cell in enumerate(row) if cell.strip()}
        if filled.isdisjoint(self._texts.places):
            return True
        at = min(filled)
        first = cells.label(row[at])
        if self._total.match(first) and not self._texts.whole(filled - {at}, self._form.keys):
            return self._is_total(number, row)
        if first.startswith(self._notes) and not self._amounts.stand_in(row):
            return True
        repeated = row[0] == self._head.cells[0]  # looked at first, for it costs little
        return repeated and tuple(cells.column(cell)[0] for cell in row) == self._head.names

    def _is_total(self, number: int, row: list[str]) -> bool:
        """Compare a total with the rows; one that cannot be read is no total, and will be told as a row."""
        printed = self._count_aside(row)
        if printed and self._amounts.stand_in(row):
            self._sums.compare(number, printed)
        return printed is not None

    def _count_aside(self, row: list[str]) -> tuple[int, int] | None:
        """Count the amounts of a row that is no data, and return them; None where they cannot be read."""
        try:
            printed = self._amounts.printed(row)
        except FormatError:
            return None
        self.account.debit_aside += printed[0]
        self.account.credit_aside += printed[1]
        return printed

    def _whole(self, row: list[str]) -> list[str]:
        """Return a row with what it leaves to the row above, where the page says so: all of that is empty, or none."""
        if not self._down or len(row) < self._head.named:
            return row
        if any(row[at].strip() for at in self._down):
            self._down = {at: row[at] for at in self._down}
        return [self._down.get(at, cell) for at, cell in enumerate(row)]

    def _line(self, number: int, row: list[str]) -> Line | None:
        """Return what a row of data says, or note everything that is wrong with it."""
        width = len(self._head.names)
        if len(row) < self._head.named or any(row[width:]):
            self._sums.unknown = True
            self._unreadable(number, [FormatError("row-ragged", found=len(row), columns=width)])
            return None
        wrong: list[FormatError] = []
        moved = self._moved(row, wrong)
        wrong += self._currency.wrong(row)
        said = self._said(number, row, wrong)
        date = self._date(said, wrong)
        line = Line(Place(self._path, self._sheet.name, number), date, moved.debit, moved.credit, said)
        if wrong:
            self.unread.append(line)
            self._unreadable(number, wrong)
            return None
        self.account.taken += 1
        self.account.debit_taken += moved.debit
        self.account.credit_taken += moved.credit
        return line

    def _moved(self, row: list[str], wrong: list[FormatError]) -> Moved:
        """Return what a row moves, and count it, whatever else is wrong with the row."""
        try:
            moved = self._amounts.of(row)
        except FormatError as error:
            self._sums.unknown = True
            wrong.append(error)
            return Moved((0, 0), 0, 0)
        self._sums.add(1, *moved.written)
        self.account.debit += moved.debit
        self.account.credit += moved.credit
        if moved.debit and moved.credit:
            wrong.append(FormatError("amount-both-sides", column=self._amounts.name))
        if self._form.is_journal and not moved.debit and not moved.credit:
            wrong.append(FormatError("amount-zero", column=self._amounts.name))
        return moved

    def _fund(self, row: list[str], number: int) -> str:
        """Return the fund of a row, and note a word in its place that names none."""
        fund, instead = self._texts.fund(row)
        if instead:
            self.no_funds.setdefault(instead, []).append(number)
        return fund

    def _said(self, number: int, row: list[str], wrong: list[FormatError]) -> Mapping[str, str]:
        """Return the texts of a row that are not empty."""
        said = {}
        for field, source in self._form.layout.columns.items():
            if field in self._form.sides:
                continue
            try:
                text = self._fund(row, number) if field == "fund" else self._texts.of(row, field)
            except FormatError as error:
                wrong.append(FormatError(error.key, **error.details, column=source.name))
                continue
            if text:
                said[field] = text
        empty = [field for field in self._form.keys if field not in said or self._texts.lacks(row, field)]
        wrong += [FormatError("journal-empty", column=self._form.layout.columns[field].name) for field in empty]
        return said

    def _date(self, said: Mapping[str, str], wrong: list[FormatError]) -> dt.date | None:
        if not self._form.is_journal:
            return None
        try:
            return dates.read(said.get("date", ""))
        except FormatError as error:
            wrong.append(FormatError(error.key, **error.details, column=self._form.layout.columns["date"].name))
            return None

    def _unreadable(self, number: int, wrong: Sequence[FormatError]) -> None:
        """Note a row of data that is in no voucher, or no account of the chart."""
        self.account.unreadable += 1
        self._object("journal-row" if self._form.is_journal else "journal-account-row", number, why=[*wrong])
