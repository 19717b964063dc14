"""Printed totals: compared with the rows, reported, never posted and never repaired."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from fundtrack import money

SHARE: Final = 100
"""A sum that misses that of its rows by less than so small a part of it is wrong, and counts no more than they do."""

Sides = tuple[int, int]
"""What came in and what went out, in fen."""

SIDES: Final = ("come", "gone")
"""The two sides by name."""


class Total(NamedTuple):
    """A total a file prints: its row, what it says, and whether its rows sum to that; None when one cannot be read.

    `expected` is what they sum to: of all rows or of those since the last total, what is nearer. One may be `written`
    out, beside its digits; one is of one `side` alone, come or gone, and the other side of its sums is nothing. One may
    go `beyond` its file or sheet: it counts what was paid before.
    """

    row: int
    sheet: str
    printed: Sides
    agrees: bool | None
    expected: Sides
    written: bool = False
    side: str = ""
    beyond: bool = False


class Differing(NamedTuple):
    """A printed total that is not the sum of its rows, in fen and counted as `Row.amount`; `beyond` as of `Total`."""

    row: int
    printed: int
    expected: int
    written: bool
    beyond: bool = False

    @property
    def difference(self) -> int:
        """By how much the total is above the sum."""
        return self.printed - self.expected

    def record(self) -> dict[str, Any]:
        """Return it for machine-readable output."""
        amounts = {"expected": self.expected, "printed": self.printed, "difference": self.difference}
        told = {name: money.plain(amount) for name, amount in amounts.items()}
        return {"row": self.row} | told | {"written_out": self.written, "cumulative": self.beyond}


class Sums:
    """The sums of a table so far, and the totals it prints.

    A total of a table stands below its rows or directly under its header; a subtotal counts the rows since the last, or
    since one before it. What the first page brings from one before is in what is counted so far, and in no other.
    """

    def __init__(self, sheet: str) -> None:
        """Begin at nothing."""
        self.sheet = sheet
        self.incoming = self.outgoing = 0
        self.rows = 0
        self.unknown = False
        self.totals: list[Total] = []
        self.beyond: list[Total] = []
        self.whole: Total | None = None
        self._early: tuple[int, Sides] | None = None
        self._begun: set[Sides] = {(0, 0)}
        self._since: Sides = (0, 0)
        self._rows_since = 0
        self._brought: Sides = (0, 0)
        self._moved: dict[str, list[int]] = {side: [0] for side in SIDES}
        self._way_unknown = False

    def move(self, come: int, gone: int) -> None:
        """Count what came in and what went out, of a statement."""
        for side, amount in zip(SIDES, (come, gone), strict=True):
            self._moved[side][-1] += amount

    def lose(self) -> None:
        """Count a row of which nobody knows which way its money went."""
        self._way_unknown = True

    def compare_side(self, row: int, side: str, printed: int) -> None:
        """Note a printed total of what came in, or of what went out, and compare it."""
        since = self._moved[side]
        expected = min((sum(since), since[-1]), key=lambda amount: abs(amount - printed))
        agrees = None if self.unknown or self._way_unknown else printed == expected
        both = ((one if side == of else 0) for one in (printed, expected) for of in SIDES)
        come, gone, expected_come, expected_gone = both
        self.totals.append(Total(row, self.sheet, (come, gone), agrees, (expected_come, expected_gone), side=side))
        since.append(0)

    def add(self, rows: int, incoming: int, outgoing: int) -> None:
        """Count rows that together brought in and took out so much."""
        self.rows += rows
        self._rows_since += rows
        self.incoming += incoming
        self.outgoing += outgoing

    def compare(
        self,
        row: int,
        printed: Sides,
        *,
        brought: bool = False,
        grand: bool = False,
        cumulative: bool = False,
        written: bool = False,
    ) -> None:
        """Note a printed total, and compare it; one above all rows waits for `finish`, unless it is `brought` there.

        One that is `grand` must be the sum of all rows above it; one is `written` out. One that is `cumulative` may
        count what was paid before, the same each time that one is printed.
        """
        if not self.rows:
            if brought:
                self._brought = printed
            else:
                self._early = (row, printed)
            return
        above, since = self._so_far()
        if cumulative and self._goes_beyond(above, printed):
            self.beyond.append(Total(row, self.sheet, printed, None, above, beyond=True))
            return
        expected = min((above, above if grand else since), key=lambda sums: _apart(sums, printed))
        total = Total(row, self.sheet, printed, self._agrees(printed, grand=grand), expected, written)
        self.totals.append(total)
        if self.whole is None or printed == above or (printed != since and not written):
            self.whole = total
        self._begun.add(above)
        self._since, self._rows_since = above, 0

    def _goes_beyond(self, above: Sides, printed: Sides) -> bool:
        """Say whether a total counts clearly more than the rows above it, and as much more as one before it did."""
        more = (printed[0] - above[0], printed[1] - above[1])
        if self.unknown or min(more) < 0 or sum(more) * SHARE < sum(printed) or self._is_all(printed):
            return False
        before = {(one.printed[0] - one.expected[0], one.printed[1] - one.expected[1]) for one in self.beyond}
        return not before or more in before

    def reach(self, printed: Sides, fewest: int) -> bool:
        """Say whether the rows so far, or those since the last subtotal, are so many and sum to this."""
        sums = zip((self.rows, self._rows_since), self._so_far(), strict=True)
        return self._agree(printed, *(both for rows, both in sums if rows >= fewest)) is True

    def _agrees(self, printed: Sides, *, grand: bool) -> bool | None:
        """Say whether a printed total is the sum so far or, unless it is `grand`, since a total above it; if known."""
        above, _ = self._so_far()
        begun = (above[0] - printed[0], above[1] - printed[1]) in self._begun and printed != (0, 0) and not grand
        return None if self.unknown else begun or self._is_all(printed)

    def _is_all(self, printed: Sides) -> bool:
        """Say whether a printed total is the sum of all rows so far, with or without what was brought."""
        above, _ = self._so_far()
        return printed in {above, (above[0] + self._brought[0], above[1] + self._brought[1])}

    def finish(self) -> None:
        """Compare a total that stands above its rows; what was only the sum of some of them is none of the table."""
        if self._early:
            (row, printed), sums = self._early, (self.incoming, self.outgoing)
            self.whole = Total(row, self.sheet, printed, self._agree(printed, sums), sums)
            self.totals.insert(0, self.whole)
        elif self.whole and self.whole.agrees and not self._is_all(self.whole.printed):
            self.whole = None

    def _so_far(self) -> tuple[Sides, Sides]:
        """Return the sums of all rows and of those since the last subtotal."""
        above = (self.incoming, self.outgoing)
        return above, (above[0] - self._since[0], above[1] - self._since[1])

    def _agree(self, printed: Sides, *sums: Sides) -> bool | None:
        """Say whether a printed total is one of the sums, if they are known."""
        return None if self.unknown else printed in sums


def _apart(one: Sides, other: Sides) -> int:
    """Return how far two sums are apart."""
    return abs(one[0] - other[0]) + abs(one[1] - other[1])
