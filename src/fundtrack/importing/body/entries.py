"""A page's columns bound to a found header: what makes of rows entries of a register, or what acts on quota say."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from fundtrack import identifier
from fundtrack.book.clock import today
from fundtrack.errors import FormatError
from fundtrack.importing import movement
from fundtrack.importing.body import forms
from fundtrack.importing.body.agreement import Agreement
from fundtrack.importing.body.blocks import UNSAID, Row, Said, digest, saying
from fundtrack.importing.body.bound import Moved
from fundtrack.importing.body.outs import Outs
from fundtrack.importing.header import heading
from fundtrack.importing.header.gates import gates
from fundtrack.importing.header.places import Places
from fundtrack.importing.layout import LINE_PAYERS
from fundtrack.importing.values import cells, dates, fields, threes, written
from fundtrack.importing.values.cells import Memo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from fundtrack.importing.body.bound import Count
    from fundtrack.importing.header.heading import Heading
    from fundtrack.importing.header.places import Column
    from fundtrack.importing.layout import Layout
    from fundtrack.importing.source import Source
    from fundtrack.importing.values.threes import Below

SIDES: Final = ("amount-in", "amount-out")
"""The two columns of an amount that came in or went out, as a bank prints them."""

WORDS: Final = "amount-words"
"""The column of an amount that is written out: compared, and not kept."""

WAY: Final = "way"
"""What says which way an amount went that has no sign."""

BARE: Final = ("bank", "ref", "treasury-id", "source", "quota", "number")
"""Columns that hold numbers of the bank's or the treasury's own, as long as a person's."""

NAMES: Final = frozenset({
    "name", "legal_name", "payee", "payer", "party", "counterparty", "company", "department", "employer", "issuer",
})  # fmt: skip
"""Columns that name somebody: no long number belongs there."""


class Field(NamedTuple):
    """A column of the register: its name, what a person calls it, its place, its values, whether it is needed."""

    name: str
    label: str
    place: int
    values: Memo[str, Any]
    needed: bool


class EntryColumns:
    """A register's layout bound to a header. Raises FormatError when a column or the unit of an amount is missing."""

    def __init__(
        self, layout: Layout, head: Heading, words: Mapping[str, Mapping[str, str]], key: bytes, below: Below
    ) -> None:
        """Find every field once. Private numbers are kept under the `key` of the book; `below` are the rows."""
        form = layout.form
        assert form is not None
        self._layout, self._head, self._words, self._book_key, self._below = layout, head, words, key, below
        self.days: set[str] = set()
        self.telling: set[int] = set()
        payers = {payer: field for payer, field in LINE_PAYERS.items() if field in form.fields}
        of_payers = {payer: form.fields[field] for payer, field in payers.items()}
        self._kinds = {**form.fields, **of_payers, **dict.fromkeys(SIDES, "side"), WORDS: "words"}
        gated = [*gates(layout)]
        if layout.movement.column:
            gated.append((WAY, layout.movement.column, movement.direction(layout.movement)))
        keyed = [layout.key_account] if layout.key_account else []
        self._places = Places(head, (*layout.columns.values(), *(source for _, source, _ in gated), *keyed))
        read = [name for source in layout.columns.values() for name in source.columns]
        self._key = [head.place(name) for name in layout.key]
        self.mapped = {*self._key, *(head.place(name) for name in (*read, *layout.private))}
        amounts = {field for field, kind in self._kinds.items() if kind in {"amount", "side"}}
        self._amounts = [name for field, of in layout.columns.items() if field in amounts for name in of.columns]
        self._private = [(head.place(name), name) for name in layout.private]
        self._bare = {self._places.of(layout.columns[field]) for field in BARE if field in layout.columns}
        self._agreement = Agreement(layout, head)
        self._forms = {**form.forms, **{payer: form.forms[of] for payer, of in payers.items() if of in form.forms}}
        self._payers = [payer for payer in payers if payer in layout.columns]
        self._fields = [self._field(name, source, key) for name, source in layout.columns.items()]
        numbers = {"amount", "side", "number"}
        self._bind_channels()
        self.counted = {field.place for field in self._fields if self._kinds[field.name] in numbers}
        self.counted |= {place for _, place in self._channels}
        self.mapped |= {place for _, place in self._channels}
        self._sides = [field for field in self._fields if field.name in SIDES]
        self.outs = Outs(layout, self, below, self._printed) if self._sides else None
        summed = [] if self._sides else [name for name in ("amount", *form.amounts) if name in layout.columns]
        self._summed = next((field for field in self._fields if field.name in summed[:1]), None)
        self._balance = next((field for field in self._fields if field.name == "balance"), None)
        first = next(iter(self._sides), self._summed)
        self.unit = self._unit(layout.columns[first.name]) if first else ""
        self._gates = [self._gate(*gate) for gate in gated if first]
        self._way = next((gate for gate in self._gates if gate.name == WAY), None)
        self._numbered = "line" not in form.fields or "line" in layout.columns

    def _bind_channels(self) -> None:
        """Find the columns of funds that share a bill: those under the heading that the page names, but its sum."""
        under, known = f"{self._layout.channels}/", self._words.get("fund", {})
        sums = {cells.label(word) for word in self._layout.total}
        parts = [(name.removeprefix(under), at) for at, name in enumerate(self._head.names) if name.startswith(under)]
        parts = [(part, at) for part, at in parts if part not in sums and self._layout.channels]
        called = fields.known_as(known)
        found = self._channels = [(known.get(called(part), part), at) for part, at in parts]
        self._headed = {at: Said("column", f"{under}{part}", identifier.covered(called(part))) for part, at in parts}
        unit = heading.unit(self._layout, self._head, [self._head.cells[at] for _, at in found]) if found else ""
        self._share = Memo(self._side(unit or self._layout.currency))

    def _shares(self, row: Sequence[str]) -> dict[str, int]:
        """Return what each fund pays of a bill, in fen. Raises FormatError."""
        shares: dict[str, int] = {}
        for fund, at in self._channels:
            try:
                share = self._share[row[at]]
            except FormatError as error:
                raise FormatError(error.key, **error.details, column=self._head.names[at]) from error
            if share:
                shares[fund] = shares.get(fund, 0) + share
        return shares

    def _unit(self, source: Source) -> str:
        """Return the unit of an amount. Raises FormatError where it is not stated, or in two ways.

        A column that does not state its own has that of the others.
        """
        columns = source.columns
        if not any(self._head.units[cells.column(name)[0]] for name in columns):
            columns = tuple(self._amounts)
        return heading.unit(self._layout, self._head, columns)

    def _field(self, name: str, source: Source, key: bytes) -> Field:
        """Return where a field stands and what reads it there."""
        kind, words = self._kinds[name], self._words.get(name, {})
        acted = bool(self._layout.becomes) and name == "date"
        readers: dict[str, Callable[[str], Any]] = {
            "text": self._texts(name),
            "words": written.said,
            "date": dates.passed(dates.read, today()) if acted else dates.read,
            "end": dates.read,
            "number": partial(forms.number, times=source.times),
            "identifier": self._keeper(name, key),
        }
        if kind in {"amount", "side"}:
            readers[kind] = self._side(self._unit(source))
        found = fields.found(source.pattern, str) if source.pattern else None
        values = Memo(forms.reading(kind, readers[kind], words, found))
        return Field(name, source.name, self._places.of(source), values, name in self._layout.needed)

    def _gate(self, name: str, source: Source, read: Callable[[str], str]) -> Field:
        """Return where something stands that a row must say for its money to be taken, and what reads it there."""
        return Field(name, source.name, self._places.of(source), Memo(read), needed=False)

    def _side(self, unit: str) -> Callable[[str], int]:
        """Return what reads an amount in a unit, or nothing."""
        said = self._layout.decimal
        doubt = threes.doubted(unit, said, lambda: self.counted, self._below)
        return fields.side(unit, self._layout.red, comma=said == ",", doubt=doubt)

    def _keeper(self, name: str, key: bytes) -> Callable[[str], str]:
        """Return what makes of a person's number what is kept of it. It raises FormatError.

        Of what became of payments a bank may say the end of an account: that is looked for, and kept nowhere.
        """
        form = cast("identifier.Form", self._forms.get(name))
        ended = identifier.ended if self._layout.becomes == "result" else lambda _: ""
        return lambda number: ended(number) or identifier.kept(identifier.sound(number, form), key)

    def _texts(self, name: str) -> Callable[[str], str]:
        """Return what reads a text: one of the words there are, a hash, a fund of the chart, or anything else.

        It raises FormatError, and where a person's number stands in it.
        """
        form, words = self._forms.get(name), self._words.get(name, {})
        if isinstance(form, tuple):
            return partial(forms.one_of, known=form, words=tuple(words))
        if form == "sha256":
            return forms.sha256
        if name == "fund" and self._layout.funds:
            return partial(forms.fund, known=self._layout.funds)
        if name == "narration":
            return cells.prose
        return str if name in BARE else cells.name if name in NAMES else partial(cells.without, numbers=identifier.LIKE)

    def mask(self, row: list[str]) -> None:
        """Mask in place whatever may be a person's number."""
        cells.mask(row, self._private, self._bare)

    def piece(self, sheet: str, numbers: Sequence[int], rows: Sequence[list[str]], count: Count) -> Row:
        """Return the entry of a row, counted. Raises FormatError where it makes none."""
        (number,), (row,) = numbers, rows
        shown = [*row]
        for problem in (*cells.damage(row, self._private), *self._wrong(row)):
            raise problem
        self.mask(shown)
        entry = self._entry(row)
        if not self._numbered:  # a bank that prints no number of its lines: their order is that of the file
            entry = {**entry, "line": number}
        (amount,) = count(numbers, rows, self.amounts([(cell,) for cell in row]))
        said = self._said(row) if self._layout.becomes else UNSAID
        return Row(
            number, sheet, shown, "data", "", amount, None, (), entry, digest(row), self._content(row, entry), said,
            self.says(row),
        )  # fmt: skip

    def says(self, row: Sequence[str]) -> str:
        """Return the hash of all that is read of a row but its day and amount, which are in the key of an act."""
        extended = self._extended(row)
        said = {field.name: extended[field.place] for field in self._fields if field.name not in {"date", "amount"}}
        return saying(said | {f"share {fund} {at}": row[at] for fund, at in self._channels}, self._book_key)

    def has_day(self, _row: Sequence[str]) -> bool:
        """Say of no row that its day stands in its place: an entry may have several, or none."""
        return False

    def day(self, row: Sequence[str]) -> str:
        """Return the day of a row in ISO 8601, nothing where it has none or it cannot be read."""
        date = next((field for field in self._fields if field.name == "date"), None)
        with suppress(FormatError):
            return str(_read(date, self._extended(row)) or "") if date else ""
        return ""

    def _said(self, row: Sequence[str]) -> Said:
        """Return how a row says its fund."""
        source = self._layout.columns.get("fund")
        if source is None:
            return UNSAID
        cell = self._extended(row)[self._places.of(source)]
        word = fields.known_as(self._words.get("fund", {}))(cells.text(cell))
        return Said(source.how, source.name, identifier.covered(word))

    def _content(self, row: Sequence[str], entry: Mapping[str, Any]) -> str:
        """Return what makes the row of an act itself: the page, day, amount, and key columns; nothing of another."""
        if not self._key:
            return ""
        own = [row[place].strip() for place in self._key]
        if self._layout.key_account:
            own.append(self._extended(row)[self._places.of(self._layout.key_account)].strip())
        return "\x1f".join([self._layout.name, entry["date"].isoformat(), str(entry["amount"]), *own])

    def amounts(self, columns: Sequence[Column]) -> Moved:
        """Return what came in and what went out, in fen; of other registers, the amounts that are summed."""
        row = self._extended([column[0] for column in columns])
        if self.outs:
            come, gone = self._printed(row)
            if come and gone:
                raise FormatError("amount-both-sides", column="、".join(field.label for field in self._sides))
            return Moved((come,), self.outs.of((gone,)))
        return Moved((0,), ((_read(self._summed, row) or 0) if self._summed else 0,))

    def sums(self, row: list[str]) -> bool:
        """Say whether a total row has a sum of amounts: a register may have none, and a roster counts its heads."""
        places = [field.place for field in (*self._sides, self._summed) if field]
        return any(row[place].strip() for place in places if place < len(row))

    def printed(self, row: list[str]) -> tuple[int, int] | None:
        """Return the amounts of a total row, which may have both, or None where they cannot be read."""
        try:
            sides = {
                field.name: field.values[cells.black(row[field.place])]
                for field in (*self._sides, self._summed)
                if field
            }
        except (FormatError, IndexError):
            return None
        incoming = sides.pop("amount-in", 0) or 0
        outgoing = sum(amount or 0 for amount in sides.values())
        return incoming, self.outs.total(outgoing) if self.outs else outgoing

    def _printed(self, row: list[str]) -> tuple[int, int]:
        """Return both sides of a row as they are printed. Raises FormatError."""
        sides = {field.name: _read(field, row) or 0 for field in self._sides}
        return sides["amount-in"], sides["amount-out"]

    def balance(self, row: list[str]) -> int | None:
        """Return the balance a row prints, in fen, or None where there is none that can be read."""
        try:
            found = self._balance.values[row[self._balance.place]] if self._balance else None
        except FormatError:
            return None
        return None if found is None else int(found)

    def change(self, row: list[str], moved: tuple[int, int] | None) -> tuple[tuple[str, ...], int | None]:
        """Return the account of a row, and by how much it changed the balance; an amount is signed as it is kept."""
        of = tuple(row[one.place].strip() for one in self._fields if one.name == "bank" and one.place < len(row))
        if moved is None:
            return of, None
        if self._sides or not self._way:
            return of, (moved[0] - moved[1] if self._sides else moved[1])
        with suppress(FormatError):
            return of, -moved[1] if _read(self._way, self._extended(row)) == movement.OUT else moved[1]
        return of, None

    def problems(self, row: list[str], moved: Moved | None) -> Iterator[FormatError]:
        """Give everything for which a row makes no entry, each once."""
        told: set[object] = {field.label for field in (*self._sides, self._summed) if field and moved is None}
        for problem in (*cells.damage(row, self._private), *self._wrong(row)):
            if (label := problem.details.get("column")) not in told:
                told.add(label)
                yield problem

    def _wrong(self, row: Sequence[str]) -> Iterator[FormatError]:
        """Give what is wrong with the cells of a row, and with what they say together."""
        yield from self._agreement.differing(row)
        extended = self._extended(row)
        said: dict[str, Any] = {}
        for field in (*self._fields, *self._gates):
            try:
                said[field.name] = _read(field, extended)
            except FormatError as error:
                yield error
        try:
            self._shares(row)
        except FormatError as error:
            yield error
        try:
            written.refuse_other(said.get(WORDS), said.get("amount") or 0)
        except FormatError as error:
            yield error
        begin, end = said.get("valid_from"), said.get("valid_to")
        if begin and end and end < begin:
            yield FormatError("period-reversed", begin=begin, end=end)

    def _entry(self, row: Sequence[str]) -> Mapping[str, Any]:
        """Return what a sound row says, as `Register.row` takes it."""
        extended = self._extended(row)
        said = {field.name: _read(field, extended) for field in self._fields if field.name != WORDS}
        if self.outs:
            (gone,) = self.outs.of((said.pop("amount-out") or 0,))
            said["amount"] = (said.pop("amount-in") or 0) - gone
        if self._way and _read(self._way, extended) == movement.OUT:
            said["amount"] = -(said["amount"] or 0)
        if self._payers:  # a bank that names both sides has ourselves as the payee of what came in
            theirs = {LINE_PAYERS[payer]: said.pop(payer) for payer in self._payers}
            said |= theirs if (said["amount"] or 0) > 0 else {}
        if self._channels:
            said["shares"] = self._shares(row)
            said["channels"] = {fund: self._headed[at] for fund, at in self._channels[::-1] if self._share[row[at]]}
        return said | {"unit": self._layout.currency}

    def _extended(self, row: Sequence[str]) -> list[str]:
        """Return the cells of a row, and behind them what stands elsewhere."""
        return [column[0] for column in self._places.extend([(cell,) for cell in row])]


def _read(field: Field, extended: Sequence[str]) -> Any:  # noqa: ANN401 - of the column's type
    """Return the value of a field, None where it is empty. Raises FormatError, with the column's name."""
    try:
        value = field.values[extended[field.place]]
    except FormatError as error:
        raise FormatError(error.key, **error.details, column=field.label) from error
    if field.needed and value in {None, ""}:
        raise FormatError("cell-empty", column=field.label)
    return value
