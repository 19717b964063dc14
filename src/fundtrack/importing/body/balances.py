"""The running balances of a statement: each compared with the one before it, reported, never repaired.

A statement has its first line first, or its latest: which, its days say, and of the lines of a day the fewer breaks.
"""

from __future__ import annotations

from array import array
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fundtrack import money

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Day = Callable[[Sequence[str]], str]


class Break(NamedTuple):
    """A row whose printed balance does not follow from the one before, in fen."""

    row: int
    sheet: str
    expected: int
    printed: int

    @property
    def difference(self) -> int:
        """By how much the balance is above what follows."""
        return self.printed - self.expected

    def record(self) -> dict[str, Any]:
        """Return it for machine-readable output."""
        amounts = {"expected": self.expected, "printed": self.printed, "difference": self.difference}
        return {"row": self.row} | {name: money.plain(amount) for name, amount in amounts.items()}


Line = tuple[int, int, int]
"""A line of a statement: its row, the balance it prints, and by how much it changed that."""

NONE: Final = -(1 << 63)
"""What stands for a balance that is not printed, and for a change that nobody knows."""


class Followed(NamedTuple):
    """How many balances follow from amounts as they stand, how many from their opposites, of how many that moved."""

    with_sign: int
    against: int
    of: int

    @property
    def reversed(self) -> bool:
        """Say whether the balances prove that all amounts went the other way: none follows as they stand."""
        return not self.with_sign and self.against * 2 > self.of


class Compared:
    """The balances of one account compared in one order: which do not follow, and which would not the other way."""

    def __init__(self, sheet: str, lines: Iterable[Line]) -> None:
        """Follow the balance of an account from its first line on.

        It begins unknown: the first that is printed is believed. A line without a balance is counted with the next;
        behind one that moved nobody knows what, the next is believed.
        """
        self._sheet = sheet
        self._with_sign = self._against = self._of = 0
        self.breaks: list[Break] = []
        self.owing: list[Break] = []
        stood, since = NONE, 0
        for row, printed, moved in lines:
            since = NONE if NONE in {since, moved} else since + moved
            if printed == NONE:
                stood = NONE if since == NONE else stood
                continue
            if stood != NONE != since:
                if stood + since == printed:
                    self._with_sign += since != 0
                else:
                    self._break(row, stood, since, printed)
                self._of += since != 0
            stood, since = printed, 0

    def _break(self, row: int, stood: int, moved: int, printed: int) -> None:
        """Note what a row prints that does not follow from what stood before, and from what moved since."""
        self.breaks.append(Break(row, self._sheet, stood + moved, printed))
        if stood - moved == printed:
            self._against += 1
        else:
            self.owing.append(Break(row, self._sheet, stood - moved, printed))

    @property
    def followed(self) -> Followed:
        """Return how the balances follow."""
        return Followed(self._with_sign, self._against, self._of)


class Account:
    """The lines of one account, followed as they stand, and with those of each day the other way round."""

    def __init__(self, sheet: str, day: Day) -> None:
        """Begin without any; `day` returns the day of a row in ISO 8601, nothing where it has none."""
        self._sheet, self._day, self._first, self._last = sheet, day, "", ""
        self._rows, self._printed, self._moved = array("q"), array("q"), array("q")
        self._begun: list[int] = []
        self._compared: Compared | None = None

    def follow(self, line: Line, row: Sequence[str]) -> None:
        """Take the next line; one whose day nobody knows is of that of the line above."""
        day = self._day(row) or self._last
        if day != self._last:
            self._begun.append(len(self._rows))
            self._first, self._last = self._first or day, day
        for of, value in zip((self._rows, self._printed, self._moved), line, strict=True):
            of.append(value)
        self._compared = None

    def compared(self) -> Compared:
        """Return the lines compared in the order of their days, and within a day in that of the fewest breaks."""
        if self._compared is None:
            standing, turned = self._orders()
            self._compared = Compared(self._sheet, self._lines(standing))
            if self._compared.breaks:
                others = Compared(self._sheet, self._lines(turned))
                self._compared = min(self._compared, others, key=lambda one: (len(one.breaks), -one.followed.against))
        return self._compared

    def _orders(self) -> tuple[Iterable[int], Iterable[int]]:
        """Return the two orders in which the lines may have come to be, by their places."""
        every = range(len(self._rows))
        if self._first == self._last:
            return every, every[::-1]
        days = [every[begin:end] for begin, end in pairwise([0, *self._begun, len(every)])]
        if self._first < self._last:
            return every, chain.from_iterable(day[::-1] for day in days)
        return every[::-1], chain.from_iterable(days[::-1])

    def _lines(self, order: Iterable[int]) -> Iterable[Line]:
        """Give the lines in an order."""
        return ((self._rows[at], self._printed[at], self._moved[at]) for at in order)


class Balances:
    """The running balances of a table, those of every account and currency by themselves."""

    def __init__(self, sheet: str, day: Day) -> None:
        """Begin; `day` returns the day of a row in ISO 8601, nothing where it has none."""
        self._sheet, self._day, self.owed = sheet, day, False
        self._accounts: dict[tuple[str, ...], Account] = {}

    def follow(
        self, of: tuple[str, ...], number: int, row: Sequence[str], printed: int | None, moved: int | None
    ) -> None:
        """Compare what a row prints with the rows of the same account."""
        if of not in self._accounts:
            self._accounts[of] = Account(self._sheet, self._day)
        line = number, NONE if printed is None else printed, NONE if moved is None else moved
        self._accounts[of].follow(line, row)

    @property
    def breaks(self) -> list[Break]:
        """Return every row whose printed balance does not follow from the one before, in the order of the file.

        A balance that is `owed` rises by what is paid.
        """
        found = (one.compared() for one in self._accounts.values())
        return sorted(chain.from_iterable(one.owing if self.owed else one.breaks for one in found))

    @property
    def followed(self) -> Followed:
        """Return how the balances of all accounts follow from what their rows moved."""
        found = (one.compared().followed for one in self._accounts.values())
        return Followed(*map(sum, zip((0, 0, 0), *found, strict=True)))
