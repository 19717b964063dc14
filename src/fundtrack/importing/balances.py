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

    def __init__(self, sheet: str) -> None:
        """Begin without any."""
        self._sheet = sheet
        self._with_sign = self._against = self._of = 0
        self.breaks: list[Break] = []
        self.owing: list[Break] = []

    def compare(self, row: int, stood: int, moved: int, printed: int) -> None:
        """Compare what a row prints with what stood before, and what moved since."""
        if stood + moved != printed:
            self.breaks.append(Break(row, self._sheet, stood + moved, printed))
            if stood - moved == printed:
                self._against += 1
            else:
                self.owing.append(Break(row, self._sheet, stood - moved, printed))
        elif moved:
            self._with_sign += 1
        self._of += moved != 0

    @property
    def followed(self) -> Followed:
        """Return how the balances follow."""
        return Followed(self._with_sign, self._against, self._of)


class Running:
    """The balance of one account, followed from its first line down and from its last line up.

    A line without a balance is counted with the next; behind one that moved nobody knows what, the next is believed.
    """

    def __init__(self, sheet: str) -> None:
        """Begin at an unknown balance: the first one that is printed is believed."""
        self._stood: int | None = None
        self._since: int | None = 0
        self._later: tuple[int, int, int] | None = None
        self.down, self.up = Compared(sheet), Compared(sheet)

    def follow(self, line: Line) -> None:
        """Compare a line with the one above it, whichever of them is the later one; go on from what is printed."""
        number, printed, moved = line
        self._since = None if self._since is None or moved is None else self._since + moved
        self._follow_up(number, printed, moved)
        if printed is None:
            self._stood = None if self._since is None else self._stood
            return
        if self._stood is not None and self._since is not None:
            self.down.compare(number, self._stood, self._since, printed)
        self._stood, self._since = printed, 0

    def _follow_up(self, number: int, printed: int | None, moved: int | None) -> None:
        """Compare what is printed here, and what the lines above moved since, with what they print."""
        if printed is not None:
            if self._later:
                above, later, since = self._later
                self.up.compare(above, printed, since, later)
            self._later = (number, printed, 0)
        if self._later:
            above, later, since = self._later
            self._later = None if moved is None else (above, later, since + moved)


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

    def compared(self) -> Compared:
        """Return the lines compared in the order of their days, and within a day in that of the fewest breaks."""
        self._turn()
        standing, turned = self._standing, self._turned
        if self._first == self._last:
            orders = standing.down, standing.up
        else:
            orders = (standing.down, turned.down) if self._first < self._last else (standing.up, turned.up)
        return min(orders, key=lambda one: (len(one.breaks), -one.followed.against))


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
        self._accounts[of].follow(Line(number, printed, moved), row)

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
