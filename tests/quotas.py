"""A fund under quota control for the tests, and a model of its budget cycle in plain Python.

The model knows nothing of tables, accounts or checks: it is a list of moves, each on a day, and one rule: no status of
a line, and no money, stands below zero at the end of any day.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from fundtrack.chart.change import open_quota
from fundtrack.posting import post
from fundtrack.posting.application import apply_for, approve, payment
from fundtrack.posting.quota import allot, carry_over, commit, receive
from fundtrack.posting.reclaim import reclaim
from fundtrack.posting.vouchers import draft
from shelf import ENGINES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from fundtrack.book import Book

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


CLERK: Final = "李会计"


def say(book: Book, drafts: Callable[..., Any]) -> str:
    """Post what is said and return the first number."""
    return post(book, drafts, by=CLERK).numbers[0]


def run_a_year(book: Book) -> None:
    """Let F01 receive 1,000.00 for 2015, allot 900.00 to 0601, bind 500.00 and pay 300.00 of that for P01."""
    day = date(2015, 1, 12)
    say(book, lambda c, chart: receive(c, chart, "F01", 100_000, date=day, by=CLERK, document="本级3号"))
    say(book, lambda _, chart: [draft(chart, "transfer-received", 100_000, fund="F01", date=day)])
    say(book, lambda c, chart: allot(
        c, chart, "F01-Q00001", 90_000, use="0601", project="P01", date=day, by=CLERK, document="本级5号"
    ))  # fmt: skip
    day = date(2015, 2, 1)
    say(book, lambda c, chart: commit(c, chart, "F01-Q00002", 50_000, date=day, contract="HT-1", payee="甲公司"))
    asked = apply_for(book, "F01-Q00002", 30_000, date=day, by=CLERK, payee="甲公司", contract="HT-1")
    approved = approve(book, asked, date=day, by="王局长").numbers[0]
    say(book, lambda c, chart: [payment(c, chart, approved, None, date=date(2015, 3, 5))])


def end_the_year(book: Book) -> None:
    """Carry what the line has left over, 600.00, and take back what was never allotted, 100.00."""
    end = date(2015, 12, 31)
    say(book, lambda c, chart: carry_over(c, chart, "F01-Q00002", date=end, by=CLERK, document="本级90号"))
    say(book, lambda c, chart: reclaim(c, chart, "F01-Q00001", 10_000, date=end, document="上级99号")[1])


def agree(folder: Path, engine: str, part: int, told: list[str]) -> None:
    """Leave what an engine was told where the other finds it, or compare; the tests may run in several processes."""
    common = folder.parent if "popen" in folder.name else folder
    mine = folder / "told.txt"
    mine.write_text("\n".join(told), "utf-8")
    mine.replace(common / f"cycle-{engine}-{part}.txt")
    both = [common / f"cycle-{name}-{part}.txt" for name in ENGINES]
    if all(path.exists() for path in both):
        assert both[0].read_text("utf-8") == both[1].read_text("utf-8")
