"""A fund under quota control for the tests, and a model of its budget cycle in plain Python.

The model knows nothing of tables, accounts or checks: it is a list of moves, each on a day, and one rule: no status of
a line, and no money, stands below zero at the end of any day.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from fundtrack.chart.change import open_quota

if TYPE_CHECKING:
    from datetime import date

CHART: Final = """\
option "title" "A fund under quota control"
option "operating_currency" "CNY"

2014-01-01 custom "fund" "F01"
  name: "Relocation"
  name-zh: "中央易地搬迁"
  department: "发展和改革局"
  level: "central"
  regime: "earmarked"
  authority: "原文未载"
2014-01-01 custom "bank" "B01"
  name: "Treasury"
  name-zh: "国库"
  number: "45001234560001"
2014-01-01 custom "project" "P01"
  name: "Hometown resettlement"
  name-zh: "老乡家园"
2014-01-01 open Assets:F01-Relocation:1001-Bank CNY
  bank: "B01"
2014-01-01 open Assets:F01-Relocation:1201-Advances CNY
  kind: "advance"
2014-01-01 open Liabilities:F01-Relocation:2001-Payable CNY
2014-01-01 open Equity:F01-Relocation:3001-Balance CNY
2014-01-01 open Income:F01-Relocation:4001-Transfers-received CNY
2014-01-01 open Expenses:F01-Relocation:0601-Housing CNY
  authority: "原文未载"
2014-01-01 open Expenses:F01-Relocation:0602-Infrastructure CNY
  authority: "原文未载"
"""

Place = tuple[int, str]
"""A status of a line, or the money, which is line 0."""

MONEY: Final[Place] = (0, "money")
STATUSES: Final = ("unallotted", "available", "committed", "applied", "paid", "carried", "reclaimed")


def controlled(day: date, chart: str = CHART, fund: str = "F01") -> str:
    """Return a chart with a fund under quota control from a day on."""
    return open_quota(chart, fund, day)


@dataclass
class Model:
    """What moved, by place and day."""

    moves: defaultdict[Place, defaultdict[date, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )

    def fits(self, day: date, move: dict[Place, int]) -> bool:
        """Return whether a move leaves no day's end from its day on below zero, where it takes something away."""
        return all(self.lowest(place, day) + change >= 0 for place, change in move.items() if change < 0)

    def lowest(self, place: Place, day: date) -> int:
        """Return the least that a place has at the end of any day from a day on."""
        total = 0
        ends: dict[date, int] = {}
        for at in sorted(self.moves[place]):
            total += self.moves[place][at]
            ends[at] = total
        before = [end for at, end in ends.items() if at <= day]
        later = [end for at, end in ends.items() if at >= day]
        return min([before[-1] if before else 0, *later])

    def make(self, day: date, move: dict[Place, int]) -> None:
        """Make a move."""
        for place, change in move.items():
            self.moves[place][day] += change

    def has(self, place: Place) -> int:
        """Return what a place has, whatever the day."""
        return sum(self.moves[place].values())
