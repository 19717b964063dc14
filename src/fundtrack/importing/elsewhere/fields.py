"""The cells of a row as fields: texts, and the amount with its side."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fundtrack.errors import FormatError
from fundtrack.importing import cells, fields, heading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fundtrack.importing.elsewhere.form import Form
    from fundtrack.importing.heading import Heading
    from fundtrack.importing.layout import Source


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
        self._read = {field: _reader(source, head) for field, source in sources.items()}

    def of(self, row: list[str], field: str) -> str:
        """Return a field's text made clean. Raises FormatError (`text-control`)."""
        return self._read[field](row) if field in self._read else ""


def _there(source: Source, head: Heading) -> Iterator[str]:
    return (name for name in source.columns if cells.column(name)[0] in head.index)


def _reader(source: Source, head: Heading) -> Callable[[list[str]], str]:
    """Return what reads a source in a row."""
    places = [head.place(name) for name in _there(source, head)]
    above = head.beside(source.label) if source.label else ""
    text = cells.Memo(cells.text)  # most columns repeat themselves

    def read(row: list[str]) -> str:
        said = above or " ".join(filter(None, (text[row[at]] for at in places)))
        if source.pattern is None:
            return said
        found = source.pattern.search(said)
        return (found[1] or "") if found else ""

    return read


class Amounts:
    """The columns of the amounts: debit and credit, one that is signed, or one beside a column that names its side."""

    def __init__(self, form: Form, head: Heading, texts: Texts) -> None:
        """Find the columns. Raises FormatError where one, or the unit, is missing."""
        names = [form.layout.columns[field].columns[0] for field in form.sides]
        self.name = "、".join(names)
        self._places = [head.place(name) for name in names]
        self._read = fields.side(heading.unit(form.layout, head, names) if names else "元")
        self._sided = "side" in form.layout.columns
        self._form, self._texts = form, texts

    def printed(self, row: list[str]) -> tuple[int, int] | None:
        """Return the amounts of a row of totals, or None where they cannot be read."""
        try:
            first, *second = (self._read(row[at]) for at in self._places)
        except (FormatError, IndexError, ValueError):
            return None
        return first, second[0] if second else 0

    def of(self, row: list[str]) -> Moved:
        """Return what a row moves. Raises FormatError."""
        try:
            read = [self._read(row[at]) for at in self._places]
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
