"""`can-pay` says of each fund what posting then does, and shares a bill out only where that can be posted."""

from __future__ import annotations

import shlex
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import commands as desk
from fundtrack.chart.change import open_quota
from fundtrack.cli.canpay import commands
from fundtrack.errors import Refused, UsageError
from fundtrack.posting import post
from fundtrack.posting.canpay import Bill, can_pay
from fundtrack.posting.quota import allot, commit, receive
from fundtrack.posting.split import split
from fundtrack.posting.vouchers import draft
from shelf import ENGINES

if TYPE_CHECKING:
    from fundtrack.book import Book
    from fundtrack.posting.canpay import Answer
    from shelf import Shelf

FUNDS: Final = {
    "F01": "", "F02": "  valid-to: 2015-06-30\n", "F03": "", "F04": "", "F05": "", "F06": "  valid-to: 2015-09-30\n",
}  # fmt: skip
"""F01 and F02 are under quota control; F02 ends with June, F06 with September; F04 has another use, F05 no more one."""

FUND: Final = """
2014-01-01 custom "fund" "{0}"
  name: "{0}-fund"
  name-zh: "资金{0}"
  department: "发展和改革局"
  level: "county"
  regime: "earmarked"
{1}  authority: "原文未载"
2014-01-01 open Assets:{0}-{0}-fund:1001-Bank CNY
  bank: "B01"
2014-01-01 open Equity:{0}-{0}-fund:3001-Balance CNY
2014-01-01 open Income:{0}-{0}-fund:4001-Transfers-received CNY
2014-01-01 open Expenses:{0}-{0}-fund:{2} CNY
  authority: "原文未载"
"""
CHART: Final = (
    """option "title" "Funds"
option "operating_currency" "CNY"
2014-01-01 custom "bank" "B01"
  name: "Treasury"
  name-zh: "国库"
  number: "45001234560001"
2014-01-01 custom "project" "P01"
  name: "Hometown"
  name-zh: "老乡家园"
"""
    + "".join(
        FUND.format(fund, terms, "0602-Roads" if fund == "F04" else "0601-Housing") for fund, terms in FUNDS.items()
    )
    + """
2015-04-01 custom "use" Expenses:F05-F05-fund:0601-Housing "ended"
  authority: "原文未载"
"""
)
DAYS: Final = [date(2015, month, 15) for month in (2, 5, 8, 11)]
CLERK: Final = "李会计"

amounts = st.integers(0, 60)
LINES: Final = st.tuples(st.sampled_from(["F01", "F02"]), st.sampled_from(["", "P01"]), st.integers(1, 60), amounts)


def chart() -> str:
    """Return the chart with two funds under quota control."""
    return open_quota(open_quota(CHART, "F01", date(2015, 1, 1)), "F02", date(2015, 1, 1))


def fill(book: Book, cash: dict[str, int], lines: list[tuple[str, str, int, int]]) -> None:
    """Give funds money and quota: of each line the fund, the project, what is allotted and what of it is bound."""
    for fund, amount in cash.items():
        if amount:
            money(book, fund, amount)
    for at, (fund, project, allotted, bound) in enumerate(lines):
        line(book, fund, project, allotted, bound, f"HT-{at}")


def money(book: Book, fund: str, amount: int) -> None:
    """Receive money."""
    day = date(2015, 1, 5)
    post(book, lambda _, c: [draft(c, "transfer-received", amount, fund=fund, date=day)], by=CLERK)


def line(book: Book, fund: str, project: str, allotted: int, bound: int, contract: str) -> None:
    """Receive quota of a fund, allot some, and bind some of that to a contract."""
    first = date(2015, 1, 5)
    post(book, lambda c, ch: receive(c, ch, fund, 1000, date=first, by=CLERK, document=contract), by=CLERK)
    root = last(book, fund)
    post(book, lambda c, ch: allot(
        c, ch, root, allotted, use="0601", date=first, by=CLERK, document="文", project=project
    ), by=CLERK)  # fmt: skip
    own = last(book, fund)
    if 0 < bound <= allotted:
        post(book, lambda c, ch: commit(c, ch, own, bound, date=first, contract=contract, payee="甲"), by=CLERK)


def last(book: Book, fund: str) -> str:
    """Return the number of the last line of a fund."""
    with book.reading() as connection:
        return [one.number for one in book.chart(connection).quotas if one.fund == fund][-1]


def accepted(book: Book, bill: Bill, one: Answer, amount: int) -> bool:
    """Return whether posting accepts what a fund is said to pay."""
    try:
        post(book, lambda _, c: [draft(
            c, "disbursement", amount, fund=one.fund, date=bill.date, use=one.use or bill.use, project=one.project,
            payee=bill.payee, contract=bill.contract, quota=one.quota,
        )], by=CLERK)  # fmt: skip
    except (Refused, UsageError):
        return False
    return True


@pytest.mark.parametrize("engine", ENGINES)
@given(
    cash=st.fixed_dictionaries(dict.fromkeys(FUNDS, amounts)),
    lines=st.lists(LINES, max_size=3),
    bill=st.builds(Bill, amount=st.integers(1, 60), date=st.sampled_from(DAYS), use=st.just("0601"),
                   project=st.sampled_from(["", "P01"]), payee=st.just("甲"), contract=st.sampled_from(["", "HT-0"])),
)  # fmt: skip
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_it_says_posting_does(
    shelf: Shelf, engine: str, cash: dict[str, int], lines: list[tuple[str, str, int, int]], bill: Bill
) -> None:
    """Of every fund and line, of the whole bill and of every share; and asking changes nothing."""
    with shelf.lend(engine, chart()) as book:
        fill(book, cash, lines)
        before = dump(book)
        answers = can_pay(book, bill, by=CLERK)
        assert dump(book) == before
        assert {one.fund for one in answers} == set(FUNDS)
        for one in answers:
            with book.trying():
                assert accepted(book, bill, one, bill.amount) == one.yes, one
            assert one.yes == (not one.reasons)
        sharing = [one for one in answers if one.share]
        assert sum(one.share for one in sharing) in {0, bill.amount}
        assert not (sharing and any(one.yes for one in answers))
        if sharing:
            assert all(accepted(book, bill, one, one.share) for one in sharing)
        orders = [(not one.yes, one.expires or date.max) for one in answers]
        assert orders == sorted(orders)


def dump(book: Book) -> list[tuple[object, ...]]:
    """Return what an act could change."""
    with book.reading() as connection:
        return [
            tuple(row)
            for table in ("voucher", "entry", "balance", "refusal", "quota")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1, 2, 3")
        ]


@pytest.mark.parametrize("engine", ENGINES)
def test_each_reason(shelf: Shelf, engine: str) -> None:
    """Earliest expiry first; each other fund says why not."""
    cash = {"F01": 100, "F02": 100, "F03": 5, "F04": 100, "F05": 100, "F06": 100}
    with shelf.lend(engine, chart()) as book:
        fill(book, cash, [("F02", "", 50, 0)])
        said = {
            one.fund: [reason.check for reason in one.reasons]
            for one in can_pay(book, Bill(20, DAYS[1], "0601"), by=CLERK)
        }
        assert said == {
            "F02": [], "F06": [], "F01": ["no-quota"], "F03": ["overdrawn"], "F04": ["can-pay-no-use"],
            "F05": ["use-not-permitted"],
        }  # fmt: skip
        assert list(said)[:2] == ["F02", "F06"]
        late = {
            one.fund: [reason.check for reason in one.reasons]
            for one in can_pay(book, Bill(20, DAYS[3], "housing"), by=CLERK)
        }
        assert late["F02"] == late["F06"] == ["outside-validity"]
        assert [one.fund for one in can_pay(book, Bill(20, DAYS[1], "F06-0601"), by=CLERK)] == ["F06"]
        with pytest.raises(UsageError, match="Housing"):
            can_pay(book, Bill(20, DAYS[1], "Hosing"), by=CLERK)


def reasons(book: Book, bill: Bill) -> dict[str, list[str]]:
    """Return why not, by fund in the order of the answers."""
    return {one.fund: [reason.check for reason in one.reasons] for one in can_pay(book, bill, by=CLERK)}


def test_shared_by_several(shelf: Shelf) -> None:
    """What expires first gives all it can; the command line posts it."""
    with shelf.lend("sqlite", chart()) as book:
        fill(book, {"F02": 30, "F03": 25, "F06": 10}, [("F02", "", 20, 0)])
        bill = Bill(50, DAYS[1], "0601", payee="甲 公司")
        answers = can_pay(book, bill, by=CLERK)
        shares = {one.fund: one.share for one in answers if one.share}
        assert shares == {"F02": 20, "F06": 10, "F03": 20}
        (line,) = commands(bill, answers)
        assert line == (
            "fundtrack post --split F02=0.20,F06=0.10,F03=0.20 --use F02-0601,F06-0601,F03-0601 --amount 0.50 "
            "--payee '甲 公司' --date 2015-05-15"
        )
        uses = {fund: f"{fund}-0601" for fund in shares}
        posted = post(book, lambda _, c: split(c, shares, 50, uses=uses, date=bill.date, payee=bill.payee), by=CLERK)
        assert len(posted.numbers) == 3
        assert commands(bill, can_pay(book, Bill(6, DAYS[1], "0601"), by=CLERK)) == []


def test_two_lines_of_one_fund_share_its_money(shelf: Shelf) -> None:
    """Each is named, and together they pay no more than the fund has."""
    with shelf.lend("sqlite", chart()) as book:
        fill(book, {"F01": 30}, [("F01", "", 20, 0), ("F01", "", 20, 0)])
        bill = Bill(30, DAYS[0], "0601", payee="甲")
        answers = can_pay(book, bill, by=CLERK)
        assert [(one.quota, one.share) for one in answers if one.share] == [("F01-Q00002", 20), ("F01-Q00004", 10)]
        assert [line.partition("--quota ")[2] for line in commands(bill, answers)] == ["F01-Q00002", "F01-Q00004"]
        assert not any(one.share for one in can_pay(book, Bill(31, DAYS[0], "0601"), by=CLERK))


def test_without_a_project_the_line_of_a_project_is_asked(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is shown with its project, and in the command that then posts; another's money stays where it is."""
    with shelf.book("sqlite", chart()) as book:
        fill(book, {"F01": 100}, [("F01", "", 10, 0), ("F01", "P01", 40, 0)])
        fundtrack = desk.commands(book.folder, capsys, monkeypatch)
        record = fundtrack(
            "can-pay", "0.30", "--for", "0601", "--date", "2015-05-15", "--by", CLERK, "--format", "json"
        )
        said = {one["quota"]: (one["project"], one["can_pay"]) for one in record.json["funds"] if one["fund"] == "F01"}
        assert said == {"F01-Q00002": ("", "no"), "F01-Q00004": ("P01", "yes")}
        (line,) = record.json["commands"]
        assert "--project P01" in line
        assert fundtrack(*shlex.split(line)[1:], "--payee", "甲", "--by", CLERK).code == 0


def test_the_command(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """In both languages and every form; it records nothing, on whatever day it is asked about."""
    with shelf.book("sqlite", chart()) as book:
        fill(book, {"F02": 30, "F06": 100}, [("F02", "", 20, 0)])
        fundtrack = desk.commands(book.folder, capsys, monkeypatch)
        monkeypatch.setenv("FUNDTRACK_TODAY", "2015-05-15")
        asked = ("can-pay", "0.20", "--for", "0601", "--by", CLERK)
        said = fundtrack(*asked)
        assert said.code == 0
        assert "fundtrack post --fund F02 --use 0601 --amount 0.20 --date 2015-05-15" in said.out
        record = fundtrack(*asked, "--format", "json").json
        assert record["can_be_paid"]
        assert [(one["fund"], one["can_pay"], one["quota_left"]) for one in record["funds"]][:2] == [
            ("F02", "yes", "0.20"), ("F06", "yes", "")
        ]  # fmt: skip
        none = fundtrack("can-pay", "99", "--for", "0601", "--by", CLERK, "--lang", "zh")
        assert none.code == 1
        assert "没有资金可依规支付 99.00" in none.out
        listed = fundtrack(*asked, "--format", "csv").out
        assert listed.startswith("can_pay,fund,name,use,project,quota,expires,quota_left,cash_left,share,reasons\n")
