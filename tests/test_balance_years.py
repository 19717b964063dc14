"""Balances over the end of a year: what a year closed with opens the next, and no fen of quota counts twice."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest

from quotas import CHART, controlled
from test_year_close import CLERK, months_closed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from commands import Answer, Say
    from shelf import Shelf

TWO_FUNDS: Final = (
    CHART
    + """\
2014-01-01 custom "fund" "F03"
  name: "Houses"
  name-zh: "危房改造"
  department: "住房和城乡建设局"
  level: "central"
  regime: "earmarked"
  authority: "原文未载"
2014-01-01 open Assets:F03-Houses:1001-Bank CNY
  bank: "B01"
2014-01-01 open Income:F03-Houses:4001-Transfers-received CNY
2014-01-01 open Equity:F03-Houses:3001-Balance CNY
2014-01-01 open Expenses:F03-Houses:0801-Rebuilding CNY
  authority: "原文未载"
"""
)

ACTS: Final = """\
quota receive --fund F01 --amount 3000 --document 文1 --date 2015-01-05
post --kind transfer-received --fund F01 --amount 3000 --date 2015-01-05
post --kind transfer-received --fund F03 --amount 500 --date 2015-01-05
quota allot F01-Q00001 --use 0601 --project P01 --amount 2500 --document 文2 --date 2015-01-10
post --fund F01 --use 0601 --project P01 --amount 1300 --payee 甲公司 --date 2015-02-01
post --fund F01 --use 0601 --project P01 --amount 140 --payee 乙公司 --date 2015-02-02
post --fund F03 --use 0801 --amount 62 --payee 农户 --date 2015-03-01
"""

AFTER: Final = """\
return-payment F01-2015-000005 --amount 100 --reason 户名不符 --date 2016-02-01
post --fund F01 --use 0601 --project P01 --amount 10 --payee 丙公司 --date 2016-03-01
post --kind refund --fund F01 --original F01-2015-000004 --amount 50 --date 2016-04-01
"""


@pytest.fixture
def told(shelf: Shelf, say: Say) -> Iterator[Say]:
    """Give the desk of a book whose 2015 is closed, and to which in 2016 some of what it paid came back."""
    with shelf.book("sqlite", controlled(date(2015, 1, 1), TWO_FUNDS)) as book:

        def at_desk(*words: str | Path, typed: str | None = None) -> Answer:
            kept = [word for word in words if word != "--ledger"]
            at = ("--book", book.folder) if len(kept) == len(words) else ("--ledger", book.folder / "ledger")
            return say(*kept, *at, typed=typed)

        for act in ACTS.splitlines():
            assert at_desk(*act.split(), "--by", CLERK).code == 0, act
        months_closed(book, 2015)
        assert at_desk("year-close", "2015", "--document", "文9", "--by", CLERK).code == 0
        for act in AFTER.splitlines():
            answer = at_desk(*act.split(), "--by", CLERK)
            assert answer.code == 0, (act, answer)
        yield at_desk


CAME: Final = ("opening", "received", "interest", "other", "recovered")
WENT: Final = ("spent", "advanced", "lent", "due", "balance")
TO_USE: Final = ("unallotted", "committed", "applied", "paid", "available", "carried", "reclaimed")


def rows(told: Say, by: str, *more: str) -> list[dict[str, Any]]:
    """Return the rows, amounts as numbers."""
    texts = {"fund", "name", "use", "project", "payee", "quota", "year"}
    return [
        {name: value if name in texts or value is None else Decimal(value) for name, value in row.items()}
        for row in told("balance", "--by", by, "--format", "json", *more).json["funds"]
    ]


@pytest.mark.parametrize("by", ["year", "use,year"])
@pytest.mark.parametrize("at", ["--book", "--ledger"])
def test_a_year_opens_with_what_the_last_one_closed_with(told: Say, by: str, at: str) -> None:
    """Every fund, also one in which nothing moves; what came back of a year before is a movement of its year."""
    more = ["--ledger"] if at == "--ledger" and told("publish").code == 0 else []
    closed: dict[Any, Decimal] = defaultdict(Decimal)
    found = rows(told, by, *more)
    for row in sorted(found, key=lambda one: one["year"]):
        of = (row["fund"], row.get("use"))
        assert row["opening"] == closed[of], row
        if by == "year":
            assert sum(row[name] for name in CAME) == sum(row[name] for name in WENT), row
        closed[of] = row["balance"]
    money = {(row["fund"], row["year"]): row for row in found if not row.get("use")}
    assert [money["F03", 2016][name] for name in ("opening", "received", "spent", "balance")] == [438, 0, 0, 438]
    assert [money["F01", 2016][name] for name in ("opening", "recovered", "balance")] == [1560, 50, 1700]
    total = told("balance", "--by", by, "--format", "json", *more).json["total"]
    for name in total.keys() - {"opening", "balance", "execution_rate", "time_elapsed"}:
        assert Decimal(total[name]) == sum(row[name] for row in found), name
    assert [total[name] for name in ("opening", "allotted", "balance")] == ["0.00", "2500.00", "2138.00"]


def test_a_closed_year_stands(told: Say) -> None:
    """What comes back later is of the year it came in, in `balance` as in the comparison; no rate is below 0."""
    years = {row["year"]: row for row in rows(told, "year") if row["fund"] == "F01"}
    assert [years[2015][name] for name in ("allotted", "carried_in", "returned", "paid", "carried")] == [
        2500, 0, 0, 1440, 1560,
    ]  # fmt: skip
    assert [years[2016][name] for name in ("allotted", "carried_in", "returned", "paid", "applied")] == [
        0, 1560, 100, 10, 100,
    ]  # fmt: skip
    assert [years[year]["execution_rate"] for year in years] == [Decimal("57.60"), Decimal("0.94")]
    assert [years[year]["quota_received"] for year in years] == [3000, 0]
    for of in years.values():
        assert of["quota_received"] + of["carried_in"] + of["returned"] == sum(of[name] for name in TO_USE)
    compared: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in told("report", "budget-comparison", "--format", "json").json:
        for name in ("actual", "returned", "carried"):
            compared[int(row["year"])][name] += Decimal(row[name])
    for year, of in years.items():
        assert [compared[year][name] for name in ("actual", "returned", "carried")] == [
            of[name] for name in ("paid", "returned", "carried")
        ]  # fmt: skip


def test_the_last_day_of_the_year(told: Say) -> None:
    """What goes on was allotted all the same: the rate is that of the day before; of the day after, the new year's."""
    shown = {}
    for day, rate in (("2015-12-30", "57.60"), ("2015-12-31", "57.60"), ("2016-01-01", "0.00")):
        (of,) = [row for row in rows(told, "fund", "--as-of", day) if row["fund"] == "F01"]
        assert (of["allotted"], of["execution_rate"]) == (2500, Decimal(rate))
        shown[day] = [of[name] for name in ("unallotted", "available", "carried", "carried_in")]
    assert [*shown.values()] == [[500, 1060, 0, 0], [0, 0, 1560, 0], [500, 1060, 0, 0]]


def test_by_line_nothing_counts_twice(told: Say) -> None:
    """A line says what it was allotted itself beside what it was left."""
    lines = {row["quota"]: row for row in rows(told, "quota")}
    assert [(lines[name]["allotted"], lines[name]["carried_in"]) for name in ("F01-Q00002", "F01-Q00004")] == [
        (2500, 0), (0, 1060),
    ]  # fmt: skip
    assert told("balance", "--by", "quota", "--format", "json").json["total"]["allotted"] == "2500.00"


def test_what_is_of_no_project(told: Say) -> None:
    """Neither what is not allotted nor what is left of the money; the total knows both, and people see it empty."""
    of = {(row["fund"], row["project"]): row for row in rows(told, "project")}
    assert [of["F01", project]["unallotted"] for project in ("", "P01")] == [500, 0]
    assert {row["balance"] for by in ("project", "payee", "quota") for row in rows(told, by)} == {None}
    assert {row["available"] for by in ("payee", "period") for row in rows(told, by)} == {None}
    assert {(row["year"], row["period"]) for row in rows(told, "period")} >= {(2015, 2), (2016, 2)}
    assert "中央级 专款专用" in " ".join(told("balance", "--by", "level,regime", "--lang", "zh").out.split())
    assert told("balance", "--by", "project", "--format", "json").json["total"]["balance"] == "2138.00"
    heads = told("balance", "--by", "year", "--lang", "zh").out.splitlines()[0].split()
    assert {"收回以前年度", "上年结转指标", "以前年度支付退回", "结转下年指标"} <= {*heads}
