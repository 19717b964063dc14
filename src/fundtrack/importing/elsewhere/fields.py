"""The cells of a row as fields: texts, and the amount with its side."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from fundtrack.chart.model import FUND
from fundtrack.errors import FormatError
from fundtrack.importing.header import heading
from fundtrack.importing.values import cells, fields, threes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from fundtrack.importing.elsewhere.form import Form
    from fundtrack.importing.header.heading import Heading
    from fundtrack.importing.source import Source
    from fundtrack.importing.values.threes import Below


class Moved(NamedTuple):
    """What a row moves, in minor units: `written` as its one or two columns count in a total, and by side."""

    written: tuple[int, int]
    debit: int
    credit: int


class Texts:
    """The fields of a form under a header: a field whose columns the table has not is empty in every row."""

    def __init__(self, form: Form, head: Heading) -> None:
        """Find every field once. Raises FormatError (`column-twice`)."""
        sources = form.layout.columns
        self.places = {head.place(name) for source in sources.values() for name in _there(source, head)}
        self._read = {field: _reader(source, head, folded=field == "fund") for field, source in sources.items()}
        self._at = {field: {head.place(name) for name in _there(source, head)} for field, source in sources.items()}
        self._last = {
            field: head.place([*_there(source, head)][-1])
            for field, source in sources.items()
            if len([*_there(source, head)]) > 1
        }
        own = sources["fund"].columns if "fund" in sources else ()
        others = {name for field, source in sources.items() if field != "fund" for name in source.columns}
        self._fund = [head.place(name) for name in own if name in head.index and name not in others]

    def whole(self, filled: set[int], fields: Iterable[str]) -> bool:
        """Say whether each of some fields has a cell among those that are filled."""
        return all(self._at[field] & filled for field in fields)

    def lacks(self, row: list[str], field: str) -> bool:
        """Say whether the last column of a field that joins several is empty: a kind of voucher alone is no number."""
        return field in self._last and not row[self._last[field]].strip()

    def fund(self, row: list[str]) -> tuple[str, str]:
        """Return the fund of a row, and what stands in its place where the page knows no fund by it.

        A fund is the same in capitals or not, in full width or half. A column that is not the fund's alone, as the name
        of an account, need not name one. Raises FormatError (`text-control`).
        """
        said = self.of(row, "fund")
        code = unicodedata.normalize("NFKC", said).upper()
        if said:
            return (code if FUND.fullmatch(code) else said), ""
        return "", " ".join(filter(None, (row[at].strip() for at in self._fund)))

    def of(self, row: list[str], field: str) -> str:
        """Return a field's text made clean. Raises FormatError (`text-control`)."""
        return self._read[field](row) if field in self._read else ""


def _there(source: Source, head: Heading) -> Iterator[str]:
    return (name for name in source.columns if cells.column(name)[0] in head.index)


def _reader(source: Source, head: Heading, *, folded: bool) -> Callable[[list[str]], str]:
    """Return what reads a source in a row; one that is `folded` is looked for in capitals and half width as well."""
    places = [head.place(name) for name in _there(source, head)]
    above = head.says(source)
    text = cells.Memo(cells.text)  # most columns repeat themselves

    def read(row: list[str]) -> str:
        said = above or " ".join(filter(None, (text[row[at]] for at in places)))
        if source.pattern is None:
            return said
        found = source.pattern.search(said)
        if found is None and folded:
            wide = unicodedata.normalize("NFKC", said)
            found = source.pattern.search(wide) or source.pattern.search(wide.upper())
        return (found[1] or "") if found else ""

    return read


class Amounts:
    """The columns of the amounts: debit and credit, one that is signed, or one beside a column that names its side."""

    def __init__(self, form: Form, head: Heading, texts: Texts, below: Below) -> None:
        """Find the columns. Raises FormatError where one, or the unit, is missing.

        `below` gives the rows below the header once more, for what an amount means that may be thousands.
        """
        names = [form.layout.columns[field].columns[0] for field in form.sides]
        self.name = "、".join(names)
        self.places = [head.place(name) for name in names]
        unit, decimal = heading.unit(form.layout, head, names) if names else "元", form.layout.decimal
        doubt = threes.doubted(unit, decimal, lambda: self.places, below)
        self._read = fields.side(unit, comma=decimal == ",", doubt=doubt)
        self._sided = "side" in form.layout.columns
        self._form, self._texts = form, texts

    def stand_in(self, row: list[str]) -> bool:
        """Say whether anything stands in the columns of the amounts; a row may be too short for them."""
        return any(row[at].strip() for at in self.places if at < len(row))

    def printed(self, row: list[str]) -> tuple[int, int]:
        """Return the amounts of a row of totals. Raises FormatError."""
        try:
            first, second, *_ = [*(self._read(row[at]) for at in self.places if at < len(row)), 0, 0]
        except FormatError as error:
            raise FormatError(error.key, **error.details, column=self.name) from error
        return first, second

    def of(self, row: list[str]) -> Moved:
        """Return what a row moves. Raises FormatError."""
        try:
            read = [self._read(row[at]) for at in self.places]
        except FormatError as error:
            raise FormatError(error.key, **error.details, column=self.name) from error
        if not read:
            return Moved((0, 0), 0, 0)
        if len(read) > 1:
            return Moved((read[0], read[1]), read[0], read[1])
        written = (read[0], 0)
        if not self._credit(row, read[0]):
            return Moved(written, read[0], 0)
        return Moved(written, 0, read[0] if self._sided else -read[0])

    def _credit(self, row: list[str], amount: int) -> bool:
        """Say whether the amount of one column is a credit. Raises FormatError (`journal-side`)."""
        if not self._sided:
            return amount < 0
        said = self._texts.of(row, "side")
        if said not in (*self._form.debit_words, *self._form.credit_words):
            raise FormatError("journal-side", text=said, column=self._form.layout.columns["side"].name)
        return said in self._form.credit_words
