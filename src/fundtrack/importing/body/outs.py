"""What went out, printed below zero in a column of its own: read so where the page says it, or the balances prove it.

A page says it by `positive = "in"`. Without that all amounts of the column decide, with the balances, and only where
one is below zero: few files have any. What nothing proves may be payments as well as refunds, and is refused.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Final

from fundtrack.errors import FormatError
from fundtrack.importing.body.balances import Balances
from fundtrack.importing.movement import IN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from fundtrack.importing.body.bound import Bound
    from fundtrack.importing.layout import Layout
    from fundtrack.importing.values.threes import Below

FEWEST: Final = 2
"""So many amounts below zero, and none above, are no accident; a single one waits as a refund does."""


class Outs:
    """The amounts of what went out of a table, as its page or the table itself prints them."""

    def __init__(
        self, layout: Layout, bound: Bound, below: Below, sides: Callable[[list[str]], tuple[int, int]]
    ) -> None:
        """Prepare to look at the rows `below` a header; `sides` reads both amounts of one, as they are printed."""
        self._layout, self._bound, self._below, self._sides = layout, bound, below, sides
        self._said = layout.movement.positive == IN
        self._looked = self._proven = False
        self._count = 0

    @property
    def negative(self) -> bool:
        """Say whether what went out is printed below zero."""
        return self._said or self._found

    def of(self, printed: Sequence[int]) -> Sequence[int]:
        """Return what went out by the amounts that are printed."""
        turned = self._said or (min(printed) < 0 and self._found)
        return [-amount for amount in printed] if turned else printed

    def total(self, printed: int) -> int:
        """Return what went out by a total, which may be printed either way."""
        return -printed if printed < 0 and self.negative else printed

    def refuse(self, place: Mapping[str, object]) -> None:
        """Refuse a table of which nothing says whether it was payments. Raises FormatError (`outs-negative`)."""
        if self._looked and not self._proven and self._count >= FEWEST and "reference" not in self._layout.columns:
            name, page = self._layout.columns["amount-out"].name, self._layout.name
            raise FormatError("outs-negative", **place, count=self._count, column=name, page=page)

    @cached_property
    def _found(self) -> bool:
        """Say whether all that went out is printed below zero, and the balances prove that it went out."""
        refunds, payments = Balances("", self._bound.day), Balances("", self._bound.day)
        outs = []
        for number, (row, balance, come, gone) in enumerate(self._rows()):
            outs += [gone] if gone else []
            for follows, out in ((refunds, gone), (payments, -gone)):
                of, change = self._bound.change(row, (come, out))
                follows.follow(of, number, row, balance, change)
        if max(outs, default=0) > 0:
            return False
        stand, turned = refunds.followed, payments.followed
        paid = turned.with_sign > stand.with_sign and turned.with_sign * 2 > turned.of
        self._looked, self._proven, self._count = True, paid or stand.with_sign > turned.with_sign, len(outs)
        return paid

    def _rows(self) -> Iterator[tuple[list[str], int | None, int, int]]:
        """Give the rows with a day and amounts that can be read, with the balance and these."""
        for found in self._below():
            row = [*found]
            with suppress(FormatError, IndexError):
                if self._bound.day(row):
                    yield row, self._bound.balance(row), *self._sides(row)
