"""Rows that may repeat others and do not say so: told by nobody's number, they have the sum of rows that are."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Final

from fundtrack import money
from fundtrack.errors import FormatError
from fundtrack.importing.body.repeats import called, heads, hinted, loosely

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from fundtrack.importing.body.bound import Moved
    from fundtrack.importing.header.heading import Heading
    from fundtrack.importing.layout import Layout

NUMBERED: Final = ("payee-id", "payee-account", "bank-ref")
"""Fields whose numbers tell a payment, or who was paid."""

FEWEST: Final = 2
"""Rows that make a sum of note: two equal payments follow one another often enough."""

SHARE: Final = 100
"""A sum that is meant is missed by less than so small a part of it; by more it may be any amount."""

NAMED: Final = 1_00
"""Fen by which the sum is missed by a row that says who was paid: a household may well get about what two others do."""


def numbered(layout: Layout, head: Heading) -> frozenset[int]:
    """Return the places of the numbers that tell a payment: of its payee, of the bank, of its key."""
    if layout.form:
        return frozenset()
    keyed = {head.place(name) for name in layout.key}
    others = _places(layout, head, [field for field in layout.columns if field not in NUMBERED])
    return frozenset((keyed | _places(layout, head, NUMBERED)) - others)


def _places(layout: Layout, head: Heading, fields: Iterable[str]) -> set[int]:
    """Return the places of the columns of fields."""
    sources = (layout.columns[field] for field in fields if field in layout.columns)
    return {head.place(name) for source in sources for name in source.columns}


class Run:
    """Rows one after another: how many, what came in and went out, and how many have a number that tells them."""

    def __init__(self, rows: int = 0, incoming: int = 0, outgoing: int = 0, told: int = 0) -> None:
        """Begin, without any rows."""
        self.rows, self.incoming, self.outgoing, self.told = rows, incoming, outgoing, told

    def add(self, rows: int, incoming: int, outgoing: int, told: int) -> None:
        """Go on by rows."""
        self.rows += rows
        self.incoming += incoming
        self.outgoing += outgoing
        self.told += told

    def copy(self) -> Run:
        """Return the same run, to go on with by itself."""
        return Run(self.rows, self.incoming, self.outgoing, self.told)

    def is_sum(self, incoming: int, outgoing: int, *, signed: bool) -> bool:
        """Say whether an amount is the sum of all these rows, of which there are some."""
        if not self.rows:
            return False
        return not self.missed(incoming, outgoing, signed=signed)

    def missed(self, incoming: int, outgoing: int, *, signed: bool) -> int:
        """Return by how much an amount misses the sum of these rows."""
        into, out = incoming - self.incoming, outgoing - self.outgoing
        return abs(into - out) if signed else abs(into) + abs(out)


class Doubts:
    """The rows of a table since its head, and since the last that repeats others."""

    def __init__(self, layout: Layout, head: Heading) -> None:
        """Find what tells a row; a page may say that one of some columns must be filled."""
        self.places = numbered(layout, head)
        self._signed = layout.signed
        self._days = _places(layout, head, ["date"])
        self._payee = set() if layout.form else _places(layout, head, ["payee"])
        self._entry = [_places(layout, head, [field]) for field in layout.needed if not field.startswith("amount")]
        self._form = layout.form is not None
        self._needed = [head.place(name) for name in layout.one_of]
        self._names = "、".join(layout.one_of)
        self._got: list[Callable[[Sequence[str]], str]] = [itemgetter(place) for place in sorted(self.places)]
        self._whole, self._since = Run(), Run()

    @property
    def loose(self) -> bool:
        """Say whether rows are payments by a day that stands elsewhere, so that anything may look like one."""
        return not (self._form or self._days)

    def lacks(self, row: Sequence[str], filled: set[int]) -> bool:
        """Say whether a row, by what it has in these places, lacks what no payment or entry is without.

        An entry lacks what it needs; a payment its day or, where that stands above all, every number that tells it.
        """
        if self._form:
            return any(not places & filled for places in self._entry if places)
        if self._days:
            return not any(map(str.isdigit, "".join(row[day] for day in self._days & filled)))
        return all(heads(row[place]) for place in (self.places or self._payee) & filled)

    def told(self, rows: Sequence[Sequence[str]]) -> bool:
        """Say whether each row has a number that tells it; of all rows the same column is asked first."""
        for got in self._got:
            numbers = [*map(got, rows)]
            if all(numbers) and ("".join(numbers).isdecimal() or not hinted(numbers)):
                return True
        return not any(map(self._untold, rows))

    def wrong(self, row: Sequence[str], moved: Moved) -> list[FormatError]:
        """Return what is doubtful about a row."""
        found = []
        if self._needed and not any(row[place].strip() for place in self._needed):
            found.append(FormatError("cells-empty", column=self._names))
        sums = self._whole, self._since
        if self._called(row) or self._repeats(row, sums, *moved.incoming, *moved.outgoing):
            found.append(FormatError("row-repeats"))
        elif by := self._missed(row, sums, *moved.incoming, *moved.outgoing):
            found.append(FormatError("total-unfit", by=money.plain(by)))
        return found

    def _untold(self, row: Sequence[str]) -> bool:
        """Say whether a row has no number that tells it; a word for a total is none."""
        return not any(row[place].strip() and not called(row[place]) for place in self.places)

    def _unpaid(self, row: Sequence[str]) -> bool:
        """Say whether a row says nothing of who was paid."""
        return bool(self._payee) and not any(row[place].strip() for place in self._payee)

    def _suspects(self, rows: Sequence[Sequence[str]]) -> Iterable[Sequence[str]]:
        """Return the rows of which it is worth asking what they are called: mostly none."""
        if not self._payee:
            return ()
        paid = [*map(itemgetter(*self._payee), rows)]
        if len(self._payee) > 1 or "" in paid:
            return rows
        return rows if hinted(paid) else ()

    def _words(self, row: Sequence[str]) -> list[str]:
        """Return what a row without a number is called that is paid to what is no name, or to nobody."""
        if not self._payee or not self._untold(row):
            return []
        said = row if self._unpaid(row) else [row[place] for place in self._payee]
        return [*filter(called, said)] if hinted(said) else []

    def _called(self, row: Sequence[str]) -> bool:
        """Say whether a row is called a total; what has a day, by a word that no payment is called."""
        words = self._words(row)
        if self._dated(row):
            return not all(map(loosely, words))
        return bool(words)

    def _repeats(self, row: Sequence[str], of: tuple[Run, Run], incoming: int, outgoing: int) -> bool:
        """Say whether a row without a number has the sum of those before it that have one.

        If it says nothing of who was paid, it is enough that one of them has; if it is called a total, that there are
        any. Where a page knows no numbers, it says nothing of who was paid, or has its day above.
        """
        if not (incoming or outgoing) or not self._untold(row):
            return False
        runs = [run for run in of if run.is_sum(incoming, outgoing, signed=self._signed)]
        unpaid = self._unpaid(row)
        if self.places:
            many = any(run.rows >= FEWEST and run.told and (run.told == run.rows or unpaid) for run in runs)
        else:
            many = (unpaid or self.loose) and any(run.rows >= FEWEST for run in runs)
        return many or bool(runs and self._words(row))

    def _missed(self, row: Sequence[str], of: tuple[Run, Run], incoming: int, outgoing: int) -> int:
        """Return by how much a row that nothing tells misses the sum of those before it; 0 where it may be a payment.

        It has neither a number nor a day. With a day it must say nothing of who was paid, on a page that knows no
        numbers; and one that is paid to somebody, and is dated above, must miss the sum by next to nothing.
        """
        if self._form or not (incoming or outgoing) or not self._untold(row):
            return 0
        unpaid = bool(self._payee) and all(heads(row[place]) for place in self._payee if row[place].strip())
        if (not unpaid and self._days) or (unpaid and self.places and self._dated(row)):
            return 0
        most = max(abs(incoming), abs(outgoing)) // SHARE
        missed = (run.missed(incoming, outgoing, signed=self._signed) for run in of if run.rows >= FEWEST)
        return min((by for by in missed if 0 < by <= (most if unpaid else min(most, NAMED))), default=0)

    def _dated(self, row: Sequence[str]) -> bool:
        """Say whether a row has a day of its own."""
        return any(map(str.isdigit, "".join(row[day] for day in self._days)))

    def refuse(self, rows: Sequence[Sequence[str]], moved: Moved) -> None:
        """Raise FormatError where one of several rows, not counted yet, is doubtful: `wrong` tells which and why."""
        if self._needed and not all(any(row[place].strip() for place in self._needed) for row in rows):
            raise FormatError("cells-empty", column=self._names)
        if self.told(rows):
            return
        suspects = self._suspects(rows)
        if any(self._called(row) for row in suspects):
            raise FormatError("row-repeats")
        whole, since = self._whole.copy(), self._since.copy()
        for row, incoming, outgoing in zip(rows, *moved, strict=True):
            untold = whole.told < whole.rows and since.told < since.rows
            if not (suspects or self.loose) and (not self.places or untold):
                return
            if self._repeats(row, (whole, since), incoming, outgoing):
                raise FormatError("row-repeats")
            if self._missed(row, (whole, since), incoming, outgoing):
                raise FormatError("total-unfit", by="")
            for run in (whole, since):
                run.add(1, incoming, outgoing, not self._untold(row))

    def add(self, rows: Sequence[Sequence[str]], moved: Moved, *, repeats: bool = False) -> None:
        """Count rows; behind one that `repeats` others, or may, sums begin anew."""
        if self._form:
            return
        if repeats:
            self.begin()
            return
        told = len(rows) if self.told(rows) else sum(not self._untold(row) for row in rows)
        for run in (self._whole, self._since):
            run.add(len(rows), sum(moved.incoming), sum(moved.outgoing), told)

    def begin(self) -> None:
        """Begin anew behind a row that repeats others."""
        self._since = Run()
