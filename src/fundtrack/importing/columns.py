"""A page's columns bound to a found header: what makes a candidate voucher of a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from fundtrack.errors import FormatError
from fundtrack.importing import cells, dates, fields, heading
from fundtrack.importing.layout import Source

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping

    from fundtrack.importing.heading import Heading
    from fundtrack.importing.layout import Layout

Value = TypeVar("Value")

COUNTED: Final = ("amount", "amount-in", "amount-out", "balance")
TEXTS: Final = ("payee", "narration")
IDENTITIES: Final = ("document", "bank", "bank-ref", "reference")
WORDS: Final = ("fund", "project")


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


class Columns:
    """A layout bound to a header. Raises FormatError when a column, a label or the unit is missing."""

    def __init__(self, layout: Layout, head: Heading, words: Mapping[str, Mapping[str, str]]) -> None:
        """Find every field once, so that a row costs no look-up by name."""
        spec = layout.columns
        amounts = [spec[field].columns[0] for field in COUNTED[:3] if field in spec]
        self.unit = heading.unit(layout, head, amounts)
        self.width = len(head.names)
        self.counted = {head.place(spec[field].columns[0]) for field in COUNTED if field in spec}
        self.mapped = {head.place(name) for source in spec.values() for name in source.columns}
        self._private = [(head.place(name), name) for name in layout.private]
        self._key = [head.place(name) for name in layout.key]
        self._bank_funds = words.get("bank", {})

        def bound(source: Source | None, function: Callable[[str], Value]) -> Callable[[list[str]], Value]:
            return fields.reader(source or Source(), head, function)

        amount = fields.side(self.unit) if layout.two_sided else fields.amount(self.unit)
        self._incoming = bound(Source((amounts[0],)), amount) if layout.two_sided else lambda _: 0
        self._outgoing = bound(Source((amounts[-1],)), amount)
        self.balance = bound(spec["balance"], fields.balance(self.unit)) if "balance" in spec else None
        self._date = bound(spec.get("date"), dates.read)
        self._use = bound(spec.get("use"), fields.use(words.get("use", {})))
        self._fund, self._project = (bound(spec.get(field), fields.worded(words.get(field, {}))) for field in WORDS)
        self._payee, self._narration = (bound(spec.get(field), cells.text) for field in TEXTS)
        document, bank, bank_ref, reference = (bound(spec.get(field), cells.identity) for field in IDENTITIES)
        self._document, self._bank, self._bank_ref, self._reference = document, bank, bank_ref, reference
        self._account = bound(layout.key_account, cells.identity) if layout.key_account else lambda _: layout.name
        self._kind_in = bound(layout.kind_column, fields.kind(layout.words_in, layout.kind_in))
        self._kind_out = bound(layout.kind_column, fields.kind(layout.words_out, layout.kind_out))

    def mask(self, row: list[str]) -> list[FormatError]:
        """Mask the private numbers of a row in place; return what is wrong with them."""
        problems = []
        for place, name in self._private:
            if not cells.whole(row[place]):
                problems.append(FormatError("digits-lost", text=cells.masked(row[place]), column=name))
            row[place] = cells.masked(row[place])
        return problems

    def amounts(self, row: list[str]) -> tuple[int, int]:
        """Return what came in and what went out, in fen. Raises FormatError."""
        incoming, outgoing = self._incoming(row), self._outgoing(row)
        if incoming and outgoing:
            raise FormatError("amount-both-sides")
        return incoming, outgoing

    def candidate(self, row: list[str], incoming: int, outgoing: int) -> Candidate:
        """Return the voucher that a row asks for. Raises FormatError."""
        reference = self._reference(row)
        kind, amount = self._moved(row, incoming, outgoing, reference)
        bank = self._bank(row)
        fund = self._fund(row) or self._bank_funds.get(bank, "")
        use_fund, use = self._use(row)
        date = self._date(row)
        return Candidate(
            date,
            kind,
            amount,
            fund,
            use_fund or fund,
            use,
            self._payee(row),
            self._narration(row),
            self._project(row),
            self._document(row),
            bank,
            self._bank_ref(row),
            reference,
            self._account(row),
            (date.isoformat(), str(incoming - outgoing), *[row[place].strip() for place in self._key]),
        )

    def printed(self, row: list[str]) -> tuple[int, int] | None:
        """Return the amounts of a total row, or None where it shows none that can be read."""
        try:
            return (self._incoming(row), self._outgoing(row)) if len(row) == self.width else None
        except FormatError:
            return None

    def problems(self, row: list[str], sides: tuple[int, int] | None) -> Iterator[FormatError]:
        """Give everything for which a row makes no candidate, but an amount that is not known."""

        reads: list[Callable[[list[str]], object]] = [
            self._date, self._fund, self._use, self._payee, self._narration, self._project,
            self._document, self._bank, self._bank_ref, self._reference, self._account,
        ]  # fmt: skip
        if sides:
            reads.insert(0, lambda row: self._moved(row, *sides, self._reference(row)))
        told = set()
        for read in reads:
            try:
                read(row)
            except FormatError as error:
                if (about := (error.key, error.details.get("column"))) not in told:
                    told.add(about)
                    yield error

    def _moved(self, row: list[str], incoming: int, outgoing: int, reference: str) -> tuple[str, int]:
        """Return the kind of a row and its amount above zero.

        A negative is a refund, and a refund cites its original: otherwise raises FormatError.
        """
        if outgoing > 0:
            return self._kind_out(row), outgoing
        if incoming > 0:
            kind = self._kind_in(row)
        elif outgoing < 0:
            kind = "refund"
        else:
            raise FormatError("negative-without-original" if incoming else "amount-zero")
        if kind == "refund" and not reference:
            raise FormatError("negative-without-original")
        return kind, incoming or -outgoing
