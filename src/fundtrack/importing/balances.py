"""The running balances of a statement: each compared with the one before it, reported, never repaired.

A statement has its first line first, or its latest: which, its days say, and of the lines of a day the fewer breaks.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from fundtrack import money

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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


class Line(NamedTuple):
    """A line of a statement: its row, the balance it prints, and by how much it changed that."""

    number: int
    printed: int | None
    moved: int | None


class Running:
    """The balance of one account, followed from its first line down and from its last line up.

    A line without a balance is counted with the next; behind one that moved nobody knows what, the next is believed.
    """

    def __init__(self, sheet: str) -> None:
        """Begin at an unknown balance: the first one that is printed is believed."""
        self._sheet = sheet
        self._next: int | None = None
        self._before: tuple[int, int, int] | None = None
        self.down: list[Break] = []
        self.up: list[Break] = []

    def follow(self, line: Line) -> None:
        """Compare a line with the one above it, whichever of them is the later one; go on from what is printed."""
        number, printed, moved = line
        expected = None if self._next is None or moved is None else self._next + moved
        if None not in (expected, printed) and expected != printed:
            self.down.append(Break(number, self._sheet, expected or 0, printed or 0))
        self._next = expected if printed is None else printed
        self._follow_up(number, printed, moved)

    def _follow_up(self, number: int, printed: int | None, moved: int | None) -> None:
        """Compare what stood before the lines above with what is printed here."""
        above, later, stood = self._before or (0, 0, None)
        if printed is not None:
            if stood not in {None, printed}:
                self.up.append(Break(above, self._sheet, later + printed - (stood or 0), later))
            above, later, stood = number, printed, printed
        self._before = None if stood is None or moved is None else (above, later, stood - moved)


class Account:
    """The lines of one account, followed as they stand, and with those of each day the other way round."""

    def __init__(self, sheet: str, day: Day) -> None:
        """Begin without any; `day` returns the day of a row in ISO 8601, nothing where it has none."""
        self._day, self._first, self._last = day, "", ""
        self._standing, self._turned = Running(sheet), Running(sheet)
        self._of_day: list[Line] = []

    def follow(self, line: Line, row: Sequence[str]) -> None:
        """Take the next line; one whose day nobody knows is of that of the line above."""
        day = self._day(row) or self._last
        if day != self._last:
            self._turn()
            self._first, self._last = self._first or day, day
        self._of_day.append(line)
        self._standing.follow(line)

    def _turn(self) -> None:
        """Follow the lines of a day from its last to its first."""
        for line in reversed(self._of_day):
            self._turned.follow(line)
        self._of_day = []

    def breaks(self) -> list[Break]:
        """Return every line whose balance does not follow from that of the line before it."""
        self._turn()
        if self._first == self._last:
            return min(self._standing.down, self._standing.up, key=len)
        if self._first < self._last:
            return min(self._standing.down, self._turned.down, key=len)
        return min(self._standing.up, self._turned.up, key=len)


class Balances:
    """The running balances of a table, those of every account and currency by themselves."""

    def __init__(self, sheet: str, day: Day) -> None:
        """Begin; `day` returns the day of a row in ISO 8601, nothing where it has none."""
        self._sheet, self._day = sheet, day
        self._accounts: dict[tuple[str, ...], Account] = {}

    def follow(
        self, of: tuple[str, ...], number: int, row: Sequence[str], printed: int | None, moved: int | None
    ) -> None:
        """Compare what a row prints with the rows of the same account."""
        if of not in self._accounts:
            self._accounts[of] = Account(self._sheet, self._day)
        self._accounts[of].follow(Line(number, printed, moved), row)

    @property
    def breaks(self) -> list[Break]:
        """Return every row whose printed balance does not follow from the one before, in the order of the file."""
        return sorted(chain.from_iterable(one.breaks() for one in self._accounts.values()))
