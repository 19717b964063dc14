"""A ledger's amounts as integers: each unit at a scale of its own, wide enough for what was written, exact in sums."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Final

from fundtrack import money
from fundtrack.errors import UsageError

SUM_MAX: Final = 2**62
"""What the sums of all units together may not reach, so that no select overflows, whatever it adds up."""

SCALES: Final = {"CNY": money.SCALE, "CNY.Q": money.SCALE}
"""The fewest decimals of the units we know; others have as many as are written."""

WRITTEN_MAX: Final = 18
"""More decimals than any unit has. Who writes `100/3` gets 28 of them: a number without end, that is rounded."""

WEIGHT_DECIMALS: Final = 6
"""How many decimals a cost, a price or a division may add to a unit. Beancount divides to 28 digits; they are rounded
to these, which is far below any tolerance it infers."""

TOLERANCE_MAX: Final = Decimal("0.5")
"""The most that Beancount infers from a cost. A ledger may widen its tolerances by options, and whoever is audited
would turn off the audit with them: they count up to here."""


class Units:
    """The units of a ledger. First every amount is `met`; after `settle` each can be given as an integer."""

    def __init__(self) -> None:
        """Begin with no amounts."""
        self.scales: dict[str, int] = {}
        self._written: defaultdict[str, int] = defaultdict(int, SCALES)
        self._weighed: defaultdict[str, int] = defaultdict(int)
        self._total: defaultdict[str, Decimal] = defaultdict(Decimal)

    def met(self, number: Decimal, unit: str) -> None:
        """Take note of an amount as it is written."""
        decimals = _decimals(number)
        if decimals > WRITTEN_MAX:
            self.met_weight(number, unit)
            return
        self._written[unit] = max(self._written[unit], decimals)
        self._total[unit] += abs(number)

    def met_weight(self, number: Decimal, unit: str) -> None:
        """Take note of what a posting at cost or price counts for."""
        self._weighed[unit] = max(self._weighed[unit], _decimals(number))
        self._total[unit] += abs(number)

    def settle(self, path: str) -> None:
        """Fix the scale of every unit.

        Raises UsageError (`ledger-amounts`) where the sum of a unit has more digits than an integer holds.
        """
        most = SUM_MAX // max(len(self._total), 1)
        for unit, total in self._total.items():
            written = self._written[unit]
            scale = max(written, min(self._weighed[unit], written + WEIGHT_DECIMALS))
            while scale > written and total.scaleb(scale) >= most:
                scale -= 1
            if total.scaleb(scale) >= most:
                raise UsageError("ledger-amounts", path=path, unit=unit, total=f"{total:.3E}", decimals=written)
            self.scales[unit] = scale

    def integer(self, number: Decimal, unit: str) -> int:
        """Return a number at its unit's scale: as it is written exactly, and rounded where its decimals have no end."""
        return int(number.scaleb(self.scales[unit]).to_integral_value(ROUND_HALF_EVEN))

    def tolerance(self, number: Decimal | None, unit: str) -> int:
        """Return the largest integer that is no difference yet."""
        allowed = min(number or Decimal(), TOLERANCE_MAX)
        return int(allowed.scaleb(self.scales[unit]).to_integral_value(ROUND_FLOOR))


def _decimals(number: Decimal) -> int:
    """Return how many decimals a finite number is written with."""
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int), number
    return max(0, -exponent)
