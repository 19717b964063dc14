"""What a file proves of a page that is proposed for it, and what has to be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from fundtrack.importing.proposing.propose import propose
from unknown import ENGLISH, SIDES, desk

if TYPE_CHECKING:
    from pathlib import Path

WAYS: Final = """\
Date,Supplier,Type,Amount,Balance
19/01/2015,D,Credit,1.00,7.00
20/01/2015,E,Credit,1.25,8.25
21/01/2015,E,Credit,1.75,10.00
"""

CASES: Final = {
    "one order of the day": (ENGLISH + "22/01/2015,A,1.50\n03/04/2015,B,2.00\n", {"date-order": "dmy"}, ""),
    "the month first": (ENGLISH + "01/22/2015,A,1.50\n03/04/2015,B,2.00\n", {"date-order": "mdy"}, ""),
    "no order": (ENGLISH + "01/02/2015,A,1.50\n03/04/2015,B,2.00\n", {}, "date-order"),
    "a year of two digits": (ENGLISH + "13/04/05,A,1.50\n05/04/13,B,2.00\n", {}, "date-order"),
    "days of the week": (
        ENGLISH + '"Friday, February 13, 2015",A,1.50\nMonday 16/02/2015,B,2.00\n',
        {"date-order": "dmy"},
        "",
    ),
    "two dates": ("Invoice date,Payment date,Supplier,Amount\n22/01/2015,23/01/2015,A,1.50\n", {}, "date"),
    "years": ("Beneficiary,Sum,Year\nA,608.98,2014\nB,280.92,2014\n", {}, "date"),
    "a lost date among others": (ENGLISH + "22/01/2015,A,1.50\n23/01/2015,B,1.75\n####,B,2.50\n", {"date": "Date"}, ""),
    "two amounts": ("Date,Supplier,Net,Gross\n22/01/2015,A,1.50,1.80\n", {}, "amount"),
    "the same amount twice": ("Date,Supplier,Net,Gross\n22/01/2015,A,1.50,1.50\n", {"amount": "Net"}, ""),
    "mostly negative": (ENGLISH + "22/01/2015,A,-1.50\n23/01/2015,B,-2.00\n", {}, "sign"),
    "pounds or pence": (ENGLISH + "22/01/2015,A,150\n23/01/2015,B,200\n", {}, "unit"),
    "in thousands": ("Date,Supplier,Amount £000\n22/01/2015,A,1.50\n", {"currency": "GBP", "unit": "thousand"}, ""),
    "a title that states thousands": (
        "All figures in £'000,,\nDate,Supplier,Amount\n22/01/2015,A,1.50\n",
        {"unit": "thousand"},
        "",
    ),
    "a title that states two units": (
        "Payments in £m,,\nAll figures in thousands,,\nDate,Supplier,Amount\n22/01/2015,A,1.50\n",
        {},
        "unit",
    ),
    "a threshold is no unit": (
        "Payments over £25k (of £25,000 and more),,\nDate,Supplier,Amount\n22/01/2015,A,1.50\n",
        {"currency": "GBP"},
        "",
    ),
    "commas and semicolons": (
        "Date;Supplier;Amount\n22/01/2015;A;1,234\n23/01/2015;B;2.50\n",
        {"amount": "Amount"},
        "",
    ),
    "nothing but commas": ("Date;Supplier;Amount\n22/01/2015;A;1,234\n", {}, "decimal unit"),
    "nothing but threes": ("Date;Supplier;Amount\n22/01/2015;A;1.234\n23/01/2015;B;12.500\n", {}, "decimal"),
    "decimals behind a comma": (
        "Date;Supplier;Amount\n22/01/2015;A;1.234,50\n23/01/2015;B;12,5\n24/01/2015;C;2.000\n",
        {"decimal": "comma"},
        "",
    ),
    "a supplier called Total": (
        ENGLISH + "22/01/2015,Total Energy,1.50\n23/01/2015,Sum,2.00\n,Summe,3.50\n",
        {"total": "Summe"},
        "",
    ),
    "a bank's statement, newest first": (
        "Date,Supplier,Amount,Balance\n24/01/2015,A,-2.00,8.00\n23/01/2015,B,-1.50,10.00\n22/01/2015,C,5.00,11.50\n",
        {"sign": "in", "unit": "GBP"},
        "",
    ),
    "balances that fall with what is paid": (
        "Date,Supplier,Amount,Balance\n22/01/2015,A,2.00,8.00\n23/01/2015,B,1.50,6.50\n24/01/2015,C,1.00,5.50\n",
        {"sign": "out"},
        "",
    ),
    "a word for the way": (
        WAYS + "22/01/2015,A,Debit,2.00,8.00\n23/01/2015,B,Debit,1.50,6.50\n24/01/2015,C,Debit,0.50,6.00\n",
        {"direction": "Type", "in": "Credit", "out": "Debit"},
        "",
    ),
    "a word without a balance": (
        "Date,Supplier,Type,Amount\n22/01/2015,A,Debit,2.50\n25/01/2015,D,Credit,1.00\n",
        {"direction": "Type"},
        "in",
    ),
    "a word that says what the sign says": (
        "Date,Supplier,Type,Amount\n22/01/2015,A,Debit,-2.50\n25/01/2015,D,Credit,1.00\n",
        {"direction": "", "sign": "in"},
        "sign",
    ),
    "a clear word beside the sign": (
        "Date,Who,Type,Amount\n22/01/2015,A,Paid out,-2.50\n25/01/2015,D,Paid in,1.00\n",
        {"direction": "", "sign": "in"},
        "payee",
    ),
    "net of VAT": (
        "Date,Supplier,VAT,Value (net of VAT)\n22/01/2015,A,0.50,2.50\n25/01/2015,D,0.20,1.10\n",
        {"amount": "Value (net of VAT)"},
        "",
    ),
    "a number of suppliers and no name": (
        "Date,Supplier ID,Department,Amount\n22/01/2015,S1,Works,2.50\n25/01/2015,S2,Works,1.10\n",
        {"amount": "Amount"},
        "payee",
    ),
    "a slip number and a text that nobody calls so": (
        "办结时点,经手受益方,划拨数额,事由说明,流水票号,备考\n2015-01-22,村委会,1.50,路灯,X1,\n2015-01-23,水管站,2.05,阀门,X2,补\n",
        {"narration": "事由说明", "key": "流水票号", "unread": "经手受益方、备考"},
        "payee sign",
    ),
    "a number that is not one": (
        "办结时点,经手受益方,划拨数额,流水票号\n2015-01-22,村委会,1.50,X1\n2015-01-23,水管站,2.05,X1\n",
        {"key": "–"},
        "payee sign",
    ),
    "orders that were closed": (
        "Date,Supplier,Amount,Status\n22/01/2015,A,2.50,paid\n25/01/2015,D,1.00,void\n",
        {"status": "Status"},
        "settled",
    ),
}
"""A British list, what has to be proven of it, and what has to be asked."""


@pytest.mark.parametrize(("text", "proven", "asked"), CASES.values(), ids=CASES)
def test_what_is_proven_and_what_is_asked(tmp_path: Path, text: str, proven: dict[str, str], asked: str) -> None:
    """The data, or a name, prove a point; what they do not prove is a question."""
    path = tmp_path / "list.csv"
    path.write_text(text, "utf-8")
    found = desk("GBP").propose(path, {})
    assert " ".join(point.topic for point in found.open) == asked
    assert {topic: found.value(topic) for topic in proven} == proven


CHINESE: Final = {
    "the bank's debit": (
        SIDES + "2015-03-01,a,,9.00,9.00,甲\n2015-03-02,b,3.00,,6.00,乙\n2015-03-03,c,2.00,,4.00,乙\n",
        "贷方金额",
        "",
    ),
    "the book's own": (
        SIDES + "2015-03-01,a,9.00,,9.00,甲\n2015-03-02,b,,3.00,6.00,乙\n2015-03-03,c,,2.00,4.00,乙\n",
        "借方金额",
        "",
    ),
    "nobody's": (
        "日期,摘要,借方金额,贷方金额,对方户名\n2015-03-01,a,,9.00,甲\n2015-03-02,b,3.00,,乙\n",
        "贷方金额",
        "amount-in unit",
    ),
    "two pairs": (
        "日期,交易收入,交易支出,收入金额,支出金额,对方户名\n2015-03-01,9,,8,,甲\n2015-03-02,,3,,2,乙\n",
        "收入金额",
        "amount-in unit",
    ),
    "by name": ("日期,摘要,收入金额,支出金额,对方户名\n2015-03-01,a,9,,甲\n2015-03-02,b,,3,乙\n", "收入金额", "unit"),
}


@pytest.mark.parametrize(("text", "into", "asked"), CHINESE.values(), ids=CHINESE)
def test_whose_debit_it_is_the_balance_proves(tmp_path: Path, text: str, into: str, asked: str) -> None:
    """Or it is asked: a bank's debit left the account, the book's own came in."""
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode("gb18030"))
    found = desk().propose(path, {"encoding": "gb18030"})
    assert (found.value("amount-in"), " ".join(point.topic for point in found.open)) == (into, asked)


def test_a_wallet_from_which_only_was_paid(tmp_path: Path) -> None:
    """The column says so that has a word for it; its status beside accounts of payees is no bank's answer."""
    path = tmp_path / "wallet.csv"
    rows = "2025-01-07,甲店,商品,66.05,交易成功,支出,a@a.cn\n2025-01-09,乙店,日用,20.10,交易成功,支出,b@b.cn\n"
    path.write_text(f"下单日期,商户名称,交易说明,金额,交易状态,收/支,对方账号\n{rows}", "utf-8")
    found = desk().propose(path, {"unit": "元"})
    assert [found.value(topic) for topic in ("direction", "in", "out")] == ["收/支", "收入, Income", "支出"]
    assert [point.topic for point in found.open] == ["settled"]


def test_which_way_the_entries_of_a_ledger_went_is_asked(tmp_path: Path) -> None:
    """Its payee is also who paid: what somebody received would have become a payment without a question."""
    path = tmp_path / "other.beancount"
    entry = '2015-01-0{} * "{}" "x"\n  Assets:Bank  {}.05 CNY\n  {}\n'
    entries = (entry.format(1, "局", 5, "Income:Grant"), entry.format(2, "店", -3, "Expenses:Paper"))
    path.write_text("".join(("2015-01-01 open Assets:Bank\n", *entries)), "utf-8")
    assert [point.topic for point in desk().propose(path, {"unit": "元"}).open] == ["sign"]


def test_one_balance_that_follows_is_told_as_one(tmp_path: Path) -> None:
    """It proves no direction, and nothing is said of balances that do not follow."""
    path = tmp_path / "bank.csv"
    path.write_text("日期,摘要,金额,余额,对方户名\n2015-03-01,a,9.00,9.00,甲\n2015-03-02,b,-3.00,6.00,乙\n", "utf-8")
    (sign,) = (point for point in desk().propose(path, {"unit": "元"}).points if point.topic == "sign")
    assert (sign.state, sign.value) == ("open", "in")
    assert "only 1 of 1 balances" in sign.why["en"]


def test_a_column_of_funds_is_read_by_its_name_or_its_words(tmp_path: Path) -> None:
    """Whatever it is called, if the book knows its words; a bank's own 渠道 is none."""
    path = tmp_path / "list.csv"
    rows = ("2015-03-02,甲公司,{0},{1},1.50,P1", "2015-03-03,乙公司,{0},{1},2.05,P2")
    words = {"fund": {"危房改造": "F03"}, "use": {"补助": "F03-0603"}, "project": {}}
    for heads, cells, fund, use in (
        ("资金来源,列支科目", ("别处资金", "补助"), "资金来源", "列支科目"),
        ("资金渠道,用途科目", ("别处资金", "无名"), "资金渠道", "用途科目"),
        ("款源,办什么", ("危房改造", "补助"), "款源", "办什么"),
        ("渠道,附", ("网银", "无"), "", ""),
    ):
        path.write_text(
            f"日期,收款人,{heads},金额,单号\n" + "".join(f"{row.format(*cells)}\n" for row in rows), "utf-8"
        )
        found = propose(path, desk().vocabulary, {}, currency="CNY", words=words)
        assert (found.value("fund"), found.value("use")) == (fund, use), heads
