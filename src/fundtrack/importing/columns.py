"""A page's columns bound to a found header: what makes a candidate voucher of a row."""

from __future__ import annotations

from operator import getitem
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fundtrack.errors import FormatError
from fundtrack.importing import cells, dates, fields, heading
from fundtrack.importing.cells import Memo
from fundtrack.importing.places import Places, picker

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from fundtrack.importing.heading import Heading
    from fundtrack.importing.layout import Layout, Source

COUNTED: Final = ("amount", "amount-in", "amount-out", "balance")


class Candidate(NamedTuple):
    """A voucher that a row asks for. `amount` is in fen and above zero; `kind` says which way it goes.

    A word that the words do not know stands in `fund`, `use` and `project` as the file wrote it. `fund` is empty when
    neither the file nor its bank account says it; `use_fund` is the fund whose use is charged. `reference` is the
    original that a refund returns. `source_account` and `natural_key` tell whether a row has been read before: the key
    is date, movement in fen, and the page's key columns, so that a corrected amount is another row.
    """

    date: dt.date
    kind: str
    amount: int
    fund: str
    use_fund: str
    use: str
    payee: str
    narration: str
    project: str
    document: str
    bank: str
    bank_ref: str
    reference: str
    source_account: str
    natural_key: tuple[str, ...]


class Field(NamedTuple):
    """A field: what a person calls it, its place in an extended row, and the values of its texts."""

    name: str
    place: int
    values: Memo[Any]


def _dated(cell: str) -> tuple[dt.date, str]:
    """Return a date and how ISO 8601 writes it. Raises FormatError."""
    date = dates.read(cell)
    return date, date.isoformat()


class Columns:
    """A layout bound to a header: what reads its rows. Raises FormatError when a column or the unit is missing."""

    def __init__(self, layout: Layout, head: Heading, words: Mapping[str, Mapping[str, str]]) -> None:
        """Find every field once."""
        spec = layout.columns
        sources = (*spec.values(), layout.key_account, layout.kind_column)
        self._layout, self._head = layout, head
        self._places = Places(head, [source for source in sources if source])
        self.width = len(head.names)
        self.counted = {self._places.of(spec[field]) for field in COUNTED if field in spec}
        read = [name for source in spec.values() for name in source.columns]
        self.mapped = {head.place(name) for name in (*read, *layout.key, *layout.private)}
        self._private = [(head.place(name), name, Memo(cells.private)) for name in layout.private]
        self._key = picker([head.place(name) for name in layout.key])
        self._name = layout.name
        self._bank_funds = words.get("bank", {})
        self._bind_amounts()
        self._bind_fields(words)

    def _bind_amounts(self) -> None:
        """Find the amounts and the balance, and choose what reads their unit."""
        layout, spec = self._layout, self._layout.columns
        names = [spec[field].columns[0] for field in COUNTED[:3] if field in spec]
        self.unit = heading.unit(layout, self._head, names)
        self._amount_names, self._two_sided = "、".join(names), layout.two_sided
        self._in, self._out = self._head.place(names[0]), self._head.place(names[-1])
        self._balance = self._places.of(spec["balance"]) if "balance" in spec else None
        self._amount = fields.side(self.unit) if layout.two_sided else fields.amount(self.unit)

    def _bind_fields(self, words: Mapping[str, Mapping[str, str]]) -> None:
        """Choose the place of every other field and what reads it."""
        layout, spec = self._layout, self._layout.columns
        readers: dict[str, Callable[[str], object]] = {
            "date": _dated,
            "fund": fields.worded(words.get("fund", {})),
            "use": fields.use(words.get("use", {})),
            "project": fields.worded(words.get("project", {})),
            "payee": cells.text,
            "narration": cells.text,
            "document": cells.identity,
            "bank": cells.identity,
            "reference": cells.identity,
        }
        self._fields = {field: self._field(spec.get(field), read) for field, read in readers.items()}
        self._fields["account"] = self._field(layout.key_account, cells.identity)
        self._pick = picker([field.place for field in self._fields.values()])
        self._values = [field.values for field in self._fields.values()]
        self._bank_ref = self._field(spec.get("bank-ref"), cells.identity)
        self._kind_in = self._field(layout.kind_column, fields.kind(layout.words_in, layout.kind_in))
        self._kind_out = self._field(layout.kind_column, fields.kind(layout.words_out, layout.kind_out))

    def _field(self, source: Source | None, function: Callable[[str], object]) -> Field:
        """Return where a field stands and what reads it there."""
        read = fields.found(source.pattern, function) if source and source.pattern else function
        return Field(source.name if source else "", self._places.of(source), Memo(read))

    def mask(self, row: list[str]) -> list[FormatError]:
        """Mask the private numbers of a row in place; return what is wrong with them."""
        problems = []
        for place, name, private in self._private:
            row[place], whole = private[row[place]]
            if not whole:
                problems.append(FormatError("digits-lost", text=row[place], column=name))
        return problems

    def amounts(self, row: list[str]) -> tuple[int, int]:
        """Return what came in and what went out, in fen. Raises FormatError."""
        try:
            incoming = self._amount(row[self._in]) if self._two_sided else 0
            outgoing = self._amount(row[self._out])
        except FormatError as error:
            raise FormatError(error.key, **error.details, column=self._amount_names) from error
        if incoming and outgoing:
            raise FormatError("amount-both-sides", column=self._amount_names)
        return incoming, outgoing

    def printed(self, row: list[str]) -> tuple[int, int] | None:
        """Return the amounts of a total row, which may have both, or None where they cannot be read."""
        try:
            return self._amount(row[self._in]) if self._two_sided else 0, self._amount(row[self._out])
        except (FormatError, IndexError):
            return None

    def balance(self, row: list[str]) -> int | None:
        """Return the balance a row prints, in fen, or None where there is none that can be read."""
        if self._balance is None:
            return None
        try:
            return self._amount(row[self._balance])
        except FormatError:
            return None

    def candidate(self, row: list[str], incoming: int, outgoing: int) -> Candidate:
        """Return the voucher that a row asks for. Raises FormatError."""
        extended = self._places.extend(row)
        (date, iso), fund, (use_fund, use), project, payee, narration, document, bank, reference, account = map(
            getitem, self._values, self._pick(extended)
        )
        if outgoing > 0:
            kind, amount = self._kind_out.values[extended[self._kind_out.place]], outgoing
        else:
            kind, amount = self._moved(extended, incoming, outgoing, reference)
        fund = fund or self._bank_funds.get(bank, "")
        bank_ref = cells.identity(extended[self._bank_ref.place])  # differs in every row: not worth keeping
        key = (iso, str(incoming - outgoing), *map(str.strip, self._key(row)))
        return Candidate._make((
            date, kind, amount, fund, use_fund or fund, use, payee, narration, project, document, bank, bank_ref,
            reference, account or self._name, key,
        ))  # fmt: skip

    def problems(self, row: list[str], sides: tuple[int, int] | None) -> Iterator[FormatError]:
        """Give everything for which a row makes no candidate, each once, but an amount that is not known."""
        extended, values, told = self._places.extend(row), {}, set()
        for key, field in {**self._fields, "bank-ref": self._bank_ref}.items():
            try:
                values[key] = field.values[extended[field.place]]
            except FormatError as error:
                if (error.key, field.name) not in told:
                    told.add((error.key, field.name))
                    yield FormatError(error.key, **error.details, column=field.name)
        try:
            if sides:
                self._moved(extended, *sides, values.get("reference", ""))
        except FormatError as error:
            yield error

    def _moved(self, extended: Sequence[str], incoming: int, outgoing: int, reference: str) -> tuple[str, int]:
        """Return the kind of a row and its amount above zero.

        A negative is a refund, and a refund cites its original: otherwise raises FormatError.
        """
        if outgoing > 0:
            return self._kind_out.values[extended[self._kind_out.place]], outgoing
        if incoming > 0:
            kind = self._kind_in.values[extended[self._kind_in.place]]
        elif outgoing < 0:
            kind = "refund"
        else:
            raise FormatError("negative-without-original" if incoming else "amount-zero")
        if kind == "refund" and not reference:
            raise FormatError("negative-without-original")
        return kind, incoming or -outgoing
