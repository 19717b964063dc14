"""A table of another system, row by row: what is read, what cannot be, what is no data; nothing is left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fundtrack import money
from fundtrack.checking.accounted import Accounted
from fundtrack.checking.lens import Subject
from fundtrack.checking.objection import objected
from fundtrack.errors import FormatError
from fundtrack.importing import cells, dates
from fundtrack.importing.elsewhere.fields import Amounts, Moved, Texts
from fundtrack.importing.elsewhere.form import NEEDED
from fundtrack.importing.totals import Sums

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from fundtrack.checking.finding import Finding
    from fundtrack.importing.elsewhere.form import Form
    from fundtrack.importing.heading import Heading
    from fundtrack.importing.workbook import Sheet


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

    def __init__(self, form: Form, head: Heading, sheet: Sheet, path: str, page: str, *, above: int) -> None:
        """Prepare to read the rows below a header, the last of the `above` rows that are read already.

        Raises FormatError where a column or the unit is wrong.
        """
        self.problems: list[Finding] = []
        self.unread: list[Line] = []
        self.account = Accounted(path.rpartition("/")[2], sheet.name, page, read=above, aside=above)
        self._form, self._head, self._sheet, self._path = form, head, sheet, path
        self._texts = Texts(form, head)
        self._amounts = Amounts(form, head, self._texts)
        self._sums = Sums(sheet.name)
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
            elif line := self._line(number, row):
                yield line
        self._sums.finish()
        for total in self._sums.totals:
            if total.agrees is False:
                self._object("journal-total", total.row, printed=" / ".join(map(money.grouped, total.printed)))

    def _object(self, key: str, row: int, **details: object) -> None:
        self.problems.append(objected(key, Place(self._path, self._sheet.name, row).subject, **details))

    def _is_aside(self, number: int, row: list[str]) -> bool:
        """Say whether a row is no data: blank, a total, which is compared, a note, or the header once more."""
        filled = {at for at, cell in enumerate(row) if cell.strip()}
        first = cells.label(row[min(filled)]) if filled else ""
        if self._total.match(first):
            if printed := self._amounts.printed(row):
                self._sums.compare(number, printed)
            return True
        if first.startswith(self._notes) or filled.isdisjoint(self._texts.places):
            return True
        repeated = row[0] == self._head.cells[0]  # looked at first, for it costs little
        return repeated and tuple(cells.column(cell)[0] for cell in row) == self._head.names

    def _line(self, number: int, row: list[str]) -> Line | None:
        """Return what a row of data says, or note everything that is wrong with it."""
        width = len(self._head.names)
        if len(row) != width and (len(row) < width or any(row[width:])):
            self._sums.unknown = True
            self._unreadable(number, [FormatError("row-ragged", found=len(row), columns=width)])
            return None
        wrong: list[FormatError] = []
        moved = self._moved(row, wrong)
        said = self._said(row, wrong)
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

    def _said(self, row: list[str], wrong: list[FormatError]) -> Mapping[str, str]:
        """Return the texts of a row that are not empty."""
        said = {}
        for field, source in self._form.layout.columns.items():
            if field in self._form.sides:
                continue
            try:
                text = self._texts.of(row, field)
            except FormatError as error:
                wrong.append(FormatError(error.key, **error.details, column=source.name))
                continue
            if text:
                said[field] = text
        empty = [field for field in NEEDED[self._form.table] if field not in said and field not in ("date", "name")]
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
        """Note a row of data that is in no voucher."""
        self.account.unreadable += 1
        self._object("journal-row", number, why=[*wrong])
