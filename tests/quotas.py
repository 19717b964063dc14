"""A fund under quota control for the tests, and a year of its budget."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from fundtrack.chart.change import open_quota
from fundtrack.errors import Refused
from fundtrack.posting import post
from fundtrack.posting.application import apply_for, approve, payment, reject
from fundtrack.posting.carry import carry_over
from fundtrack.posting.quota import allot, commit, receive
from fundtrack.posting.reclaim import reclaim
from fundtrack.posting.vouchers import draft
from shelf import ENGINES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from fundtrack.book import Book
    from fundtrack.posting import Posted

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


def controlled(day: date, chart: str = CHART, fund: str = "F01") -> str:
    """Return a chart with a fund under quota control from a day on."""
    return open_quota(chart, fund, day)


def approved_or_rejected(book: Book, application: int, day: date, by: str) -> Posted:
    """Approve an application; one that cannot be is rejected, for what waits is asked for too."""
    try:
        return approve(book, application, date=day, by=by)
    except Refused:
        reject(book, application, reason="不足", by=by)
        raise


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
