"""A page's columns bound to a found header: what makes candidate vouchers of rows.

Rows are read together, a column at a time: most columns repeat themselves, and a column is looked up in less time than
its cells one by one. One bad cell fails the rows it was read with; who reads them then splits them up.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from operator import mul
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fundtrack import identifier
from fundtrack.book.clock import today
from fundtrack.book.person import named
from fundtrack.errors import FormatError
from fundtrack.importing import movement
from fundtrack.importing.body import period
from fundtrack.importing.body.agreement import Agreement
from fundtrack.importing.body.blocks import Block, Candidates, Said, saying
from fundtrack.importing.body.bound import Moved
from fundtrack.importing.body.outs import Outs
from fundtrack.importing.header import channels, heading
from fundtrack.importing.header.gates import gates
from fundtrack.importing.header.places import Places
from fundtrack.importing.layout import IDENTIFYING, OUTGOING, PAYERS
from fundtrack.importing.values import cells, dates, fields, threes, written
from fundtrack.importing.values.cells import Memo

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Container, Iterator, Mapping, Sequence

    from fundtrack.importing.body.bound import Count
    from fundtrack.importing.header.heading import Heading
    from fundtrack.importing.header.places import Column
    from fundtrack.importing.layout import Layout
    from fundtrack.importing.source import Source

COUNTED: Final = ("amount", "amount-in", "amount-out", "balance")

BARE: Final = ("bank", "bank-ref", "quota", "reference")
"""Fields that hold numbers of the bank's own, or of the treasury's."""


class Field(NamedTuple):
    """A field: what a person calls it, its place in an extended row, and the values of its texts."""

    name: str
    place: int
    values: Memo[str, Any]


def _said(source: Source | None, words: Mapping[str, str]) -> Callable[[str], Said]:
    """Return what keeps how a file says a fund, by the known word that it means; what it may not keep is covered."""
    how, place = (source.how, source.name) if source else ("", "")
    known = fields.known_as(words)
    return lambda cell: Said(how, place, identifier.covered(known(cells.text(cell))))


def _each(read: Callable[[str], str], column: Column) -> Column:
    """Return what is read from every cell of a column."""
    return [*map(read, column)]


class Columns:
    """A layout bound to a header: what reads its rows. Raises FormatError when a column or the unit is missing."""

    def __init__(
        self, layout: Layout, head: Heading, words: Mapping[str, Mapping[str, str]], key: bytes, below: threes.Below
    ) -> None:
        """Find every field once. Private numbers are kept under the `key` of the book; `below` are the rows."""
        spec = layout.columns
        sources = layout.sources
        self._layout, self._head, self._book_key = layout, head, key
        self.days: set[str] = set()
        self._places = Places(head, sources)
        self.width = len(head.names)
        self.counted = {self._places.of(spec[field]) for field in COUNTED if field in spec}
        read = [name for source in spec.values() for name in source.read]
        self.mapped = {head.place(name) for name in (*read, *layout.key, *layout.private)}
        self.telling = {self._places.of(spec["date"]), *self.counted}
        self._private = [(head.place(name), name) for name in layout.private]
        self._key = [self._places.filled.get(name, head.place(name)) for name in layout.key]
        read_at = {*self._key, *(head.place(name) for source in sources for name in source.read)}
        self._kept = {place: Memo(self._keeper(place, key)) for place, _ in self._private if place in read_at}
        self._bare = {self._places.of(spec[field]) for field in BARE if field in spec}
        self._bank_funds = words.get("bank", {})
        self._agreement = Agreement(layout, head)
        self._bind_amounts(below)
        self._bind_fields(words)

    def _keeper(self, place: int, key: bytes) -> Callable[[str], str]:
        """Return what makes of a private number that is read what is kept of it. It raises FormatError."""
        columns = {field: self._places.of(source) for field, source in self._layout.columns.items()}
        form = next((form for field, form in IDENTIFYING.items() if columns.get(field) == place), None)

        def keep(number: str) -> str:
            if form == "account" and identifier.plain(number):
                return identifier.kept(number, key)
            told = "" if "*" in number or not number.strip(cells.STROKES) else number  # what a bank masked is not told
            return identifier.kept(identifier.sound(told, form) if form else told, key)

        return keep

    def _dated(self, read: Callable[[str], dt.date]) -> Callable[[str], tuple[dt.date, str]]:
        """Return what reads a date, and how ISO 8601 writes it; every day is noted."""

        def dated(cell: str) -> tuple[dt.date, str]:
            date = read(cell)
            self.days.add(iso := date.isoformat())
            return date, iso

        return dated

    def _bind_amounts(self, below: threes.Below) -> None:
        """Find the amounts and the balance, and choose what reads their unit."""
        layout, spec = self._layout, self._layout.columns
        names = [spec[field].columns[0] for field in COUNTED[:3] if field in spec]
        self.unit = heading.unit(layout, self._head, names)
        self._amount_names, self._two_sided = "、".join(names), layout.two_sided
        self._in, self._out = self._head.place(names[0]), self._head.place(names[-1])
        self._balance = self._places.of(spec["balance"]) if "balance" in spec else None
        self._signed = layout.signed
        comma = layout.decimal == ","
        doubt = threes.doubted(self.unit, layout.decimal, lambda: self.counted, below)
        read = fields.side if layout.two_sided else fields.amount
        self._amount = read(self.unit, layout.red, comma=comma, doubt=doubt)
        self._amounts = fields.amounts(self.unit, self._amount, comma=comma)
        self.outs = Outs(layout, self, below, self._printed) if layout.two_sided else None

    def _bind_fields(self, words: Mapping[str, Mapping[str, str]]) -> None:
        """Choose the place of every other field and what reads it."""
        layout, spec = self._layout, self._layout.columns
        self._day = period.reader(dates.reader(layout.dates), self._head, spec["date"].name)
        readers: dict[str, Callable[[str], object]] = {
            "date": self._dated(dates.passed(self._day, today())),
            "fund": fields.worded(words.get("fund", {})),
            "use": fields.use(words.get("use", {})),
            "project": fields.worded(words.get("project", {})),
            "payee": fields.renamed(words.get("payee", {}), cells.name),
            "narration": cells.prose,
            "document": cells.numbered,
            "bank": cells.identity,
            "payee-id": str,
            "payee-account": str,
            "contract": cells.numbered,
            "quota": cells.identity,
            "approver": lambda cell: named(cells.name(cell)),
            "reference": cells.identity,
        }
        self._fields = {field: self._field(spec.get(field), read) for field, read in readers.items()}
        self._payers = {
            field: self._field(spec[payer], readers[field]) for payer, field in PAYERS.items() if payer in spec
        }
        self._way = self._field(layout.movement.column, movement.direction(layout.movement))
        self._gates = {"way": self._way} if layout.movement.column else {}
        for name, source, read in gates(layout):
            self._gates[name] = self._field(source, read)
        self._said = self._field(said := spec.get("fund"), _said(said, words.get("fund", {})))
        self._fields["account"] = self._field(layout.key_account, cells.identity)
        self._bank_ref = self._field(bank_ref := spec.get("bank-ref"), cells.identity)
        found = bank_ref and bank_ref.pattern and fields.found(bank_ref.pattern, cells.identity)
        self._bank_refs = partial(_each, found) if found else cells.identities  # differs in every row: nothing to keep
        remark = channels.remark(words.get("use", {}))
        self._remarks = {f"remark {nth}": self._field(source, remark) for nth, source in enumerate(layout.remarks)}
        self._use_in_rows = "use" in spec and bool(spec["use"].columns)
        self._written = self._field(spec.get("amount-words"), written.said)
        self._kind_in = self._field(layout.kind_column, fields.kind(layout.words_in, layout.kind_in))
        self._kind_out = self._field(layout.kind_column, fields.kind(layout.words_out, layout.kind_out))

    def _field(self, source: Source | None, function: Callable[[str], object]) -> Field:
        """Return where a field stands and what reads it there."""
        read = fields.found(source.pattern, function) if source and source.pattern else function
        return Field(source.name if source else "", self._places.of(source), Memo(read))

    def mask(self, row: list[str]) -> None:
        """Mask in place whatever may be a person's number."""
        cells.mask(row, self._private, self._bare)

    def piece(self, sheet: str, numbers: Sequence[int], rows: Sequence[list[str]], count: Count) -> Block:
        """Return rows that all make candidates, counted. Raises FormatError, then none is counted."""
        self._agreement.refuse(rows)
        columns = self.of(rows)
        moved = self.amounts(columns)
        candidates = self.candidates(columns, moved)
        return Block(numbers, sheet, rows, count(numbers, rows, moved), candidates, self.mask, self.says)

    def says(self, row: Sequence[str]) -> str:
        """Return the hash of all that is read of a row but its day and amount, which are in its natural key."""
        extended = self._extended(row)
        read = {**self._fields, **self._gates, "bank-ref": self._bank_ref, "in": self._kind_in, "out": self._kind_out}
        read |= self._remarks | {f"payer {of}": one for of, one in self._payers.items()}
        return saying({of: extended[one.place][0] for of, one in read.items() if of != "date"}, self._book_key)

    def of(self, rows: Sequence[list[str]]) -> list[Column]:
        """Return rows as columns; a private number that is read is as it is kept.

        Raises FormatError where one is damaged.
        """
        columns: list[Column] = [*zip(*rows, strict=True)]
        for place, name in self._private:
            if not cells.whole(columns[place]):
                raise FormatError("digits-lost", text="", column=name)
            if place in self._kept:
                columns[place] = [*map(self._kept[place].__getitem__, columns[place])]
        return columns

    def amounts(self, columns: Sequence[Column]) -> Moved:
        """Return what came in and what went out, in fen. Raises FormatError."""
        try:
            incoming = self._amounts(columns[self._in]) if self._two_sided else (0,) * len(columns[self._out])
            outgoing = self._amounts(columns[self._out])
            outgoing = self.outs.of(outgoing) if self.outs else outgoing
        except FormatError as error:
            raise FormatError(error.key, **error.details, column=self._amount_names) from error
        if self._signed:
            return Moved([max(one, 0) for one in outgoing], [max(-one, 0) for one in outgoing])
        if self._two_sided and any(map(mul, incoming, outgoing)):
            raise FormatError("amount-both-sides", column=self._amount_names)
        return Moved(incoming, outgoing)

    def sums(self, row: list[str]) -> bool:
        """Say whether a total row has a sum of amounts: one carried over a page may have only the balance."""
        return any(row[at].strip() not in fields.NOTHING for at in {self._in, self._out} if at < len(row))

    def printed(self, row: list[str]) -> tuple[int, int] | None:
        """Return the amounts of a total row, which may have both, or None where they cannot be read."""
        try:
            amount = self._amount(cells.black(row[self._out]))
            if self._signed:
                return amount, 0
            return (self._amount(cells.black(row[self._in])), self.outs.total(amount)) if self.outs else (0, amount)
        except (FormatError, IndexError):
            return None

    def _printed(self, row: list[str]) -> tuple[int, int]:
        """Return both sides of a row as they are printed. Raises FormatError."""
        return self._amount(row[self._in]), self._amount(row[self._out])

    def balance(self, row: list[str]) -> int | None:
        """Return the balance a row prints, in fen, or None where there is none that can be read."""
        if self._balance is None or row[self._balance].strip() in fields.NOTHING:
            return None
        try:
            return self._amount(cells.black(row[self._balance]))
        except FormatError:
            return None

    def change(self, row: list[str], moved: tuple[int, int] | None) -> tuple[tuple[str, ...], int | None]:
        """Return the account and currency of a row, and by how much it changed the balance; None if nobody knows."""
        told = [self._fields["bank"], *(gate for name, gate in self._gates.items() if name.startswith("currency"))]
        of = tuple(row[one.place].strip() for one in told if one.place < self.width)
        gated = moved and self._gates and len(row) >= self.width
        extended = self._extended(row) if gated else ()
        try:
            way = [gate.values[extended[gate.place][0]] for gate in self._gates.values()] if extended else []
        except FormatError:
            return of, None
        return of, moved and (moved[1] if way[:1] == [movement.IN] else moved[0] - moved[1])

    def candidates(self, columns: Sequence[Column], moved: Moved) -> Candidates:
        """Return the vouchers that rows ask for. Raises FormatError where one of them asks for none."""
        extended = self._places.extend(columns)
        (
            when, fund, use, project, payee, narration, document, bank, payee_id, payee_account, contract, quota,
            approver, reference, account,
        ) = (self._values(field, extended) for field in self._fields.values())  # fmt: skip
        for gate in self._gates.values():
            self._values(gate, extended)
        kind, amount = self._moved(extended, moved, reference)
        payee = self._party("payee", payee, kind, extended)
        payee_account = self._party("payee-account", payee_account, kind, extended)
        for said, of in zip(self._values(self._written, extended), amount, strict=True) if self._written.name else ():
            written.refuse_other(said, of)
        date, iso = zip(*when, strict=True)
        use_fund, code = zip(*use, strict=True)
        fund_said = self._values(self._said, extended)
        if "" in fund:
            fund_said = [one if of else Said("bank", self._fields["bank"].name, by if by in self._bank_funds else "")
                         for one, of, by in zip(fund_said, fund, bank, strict=True)]  # fmt: skip
            fund = [said or self._bank_funds.get(of, "") for said, of in zip(fund, bank, strict=True)]
        if "" in use_fund:
            use_fund = tuple(said or of for said, of in zip(use_fund, fund, strict=True))
        if "" in account:
            account = [said or self._layout.name for said in account]
        counted = map(int.__sub__, moved.incoming, moved.outgoing)
        key = [iso, [*map(str, counted)], *(cells.alike(extended[place]) for place in self._key)]
        bank_ref = self._bank_refs(extended[self._bank_ref.place])
        return Candidates(
            date, kind, amount, fund, use_fund, code, payee, narration, project, document, bank, bank_ref, payee_id,
            payee_account, contract, quota, approver, reference, account, fund_said, self._told(extended, code), key,
        )  # fmt: skip

    def _party(
        self, field: str, said: Sequence[str], kinds: Sequence[str], extended: Sequence[Column]
    ) -> Sequence[str]:
        """Return what rows say of the other side: of what came in who paid it, where a column names them."""
        if field not in self._payers:
            return said
        payers = self._values(self._payers[field], extended)
        return [to if kind in OUTGOING else by for to, by, kind in zip(said, payers, kinds, strict=True)]

    def _told(self, extended: Sequence[Column], uses: Sequence[str]) -> Sequence[tuple[channels.Told, ...]]:
        """Return what rows tell of their uses that do not say them in a column of their own."""
        if not self._remarks:
            return ((),) * len(uses)
        told = zip(*(self._values(field, extended) for field in self._remarks.values()), strict=True)
        said = [bool(use) and self._use_in_rows for use in uses]
        return [() if of else tuple(filter(None, words)) for words, of in zip(told, said, strict=True)]

    def _values(self, field: Field, extended: Sequence[Column]) -> Sequence[Any]:
        """Return the values of a field. Raises FormatError."""
        column = extended[field.place]
        if field.values.function is str:  # worked out already, and mostly another in every row: nothing to keep
            return [*map(str, column)]
        if field.place in self._places.same:
            return (field.values[column[0]],) * len(column)
        return [*map(field.values.__getitem__, column)]

    def _moved(
        self, extended: Sequence[Column], moved: Moved, references: Sequence[str]
    ) -> tuple[Sequence[str], Sequence[int]]:
        """Return the kinds of rows and their amounts above zero. Raises FormatError."""
        if self._layout.movement.column:
            ways = self._values(self._way, extended)
            moved = Moved(*zip(*((one, 0) if way == movement.IN else (0, one)
                                 for way, one in zip(ways, moved.outgoing, strict=True)), strict=True))  # fmt: skip
        if min(moved.outgoing) > 0:
            return self._values(self._kind_out, extended), moved.outgoing
        said = zip(extended[self._kind_in.place], *moved, references, strict=True)
        kinds, amounts = zip(*(self._kind(*of_row) for of_row in said), strict=True)
        return kinds, amounts

    def _kind(self, words: str, incoming: int, outgoing: int, reference: str) -> tuple[str, int]:
        """Return the kind of a row and its amount above zero.

        A negative is a refund, and a refund cites its original: otherwise raises FormatError.
        """
        if outgoing > 0:
            return self._kind_out.values[words], outgoing
        if incoming > 0:
            kind = self._kind_in.values[words]
        elif outgoing < 0:
            kind = "refund"
        else:
            raise FormatError("negative-without-original" if incoming else "amount-zero")
        if kind == "refund" and not reference:
            raise FormatError("negative-without-original")
        return kind, incoming or -outgoing

    def day(self, row: Sequence[str]) -> str:
        """Return the day of a row in ISO 8601, nothing where it cannot be read."""
        date = self._fields["date"]
        with suppress(FormatError):
            cell = row[date.place] if date.place < self.width else self._extended(row)[date.place][0]
            return str(date.values[cell][1])
        return ""

    def has_day(self, row: Sequence[str]) -> bool:
        """Say whether a day stands in the place of one; it is none of the file's for that."""
        with suppress(FormatError):
            return bool(self._day(self._extended(row)[self._fields["date"].place][0]))
        return False

    def _extended(self, row: Sequence[str]) -> Sequence[Column]:
        """Return the cells of a row, and behind them what stands elsewhere, as columns."""
        return self._places.extend([(cell,) for cell in row])

    def problems(self, row: list[str], moved: Moved | None) -> Iterator[FormatError]:
        """Give everything for which a row makes no candidate, each once, but an amount that is not known."""
        extended, values, told = self._extended(row), {}, set()
        damaged = [*cells.damage(row, self._private)]
        yield from (*damaged, *self._agreement.differing(row))
        yield from self._unsound(row, {str(error.details["column"]) for error in damaged})
        beside = {"bank-ref": self._bank_ref, "amount-words": self._written}
        beside |= {f"payer {of}": one for of, one in self._payers.items()}
        for key, field in {**self._fields, **self._gates, **self._remarks, **beside}.items():
            try:
                values[key] = field.values[extended[field.place][0]]
            except FormatError as error:
                if (error.key, field.name) not in told:
                    told.add((error.key, field.name))
                    yield FormatError(error.key, **error.details, column=field.name)
        try:
            if moved and "way" not in {*self._gates} - {*values}:
                _, (amount,) = self._moved(extended, moved, [values.get("reference", "")])
                written.refuse_other(values.get("amount-words"), amount)
        except FormatError as error:
            yield error

    def _unsound(self, row: list[str], told: Container[str]) -> Iterator[FormatError]:
        """Give what cannot be the number of a person, but of columns of which more was told."""
        for place, name in self._private:
            if place in self._kept and name not in told:
                try:
                    self._kept[place][row[place]]
                except FormatError as error:
                    yield FormatError(error.key, **error.details, column=name)
