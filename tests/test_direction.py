"""Which way money went: what proves it, and that a file is refused which is read the other way round."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from fundtrack.errors import FormatError
from fundtrack.importing import Importer
from test_importers import PAGES

if TYPE_CHECKING:
    from commands import Say

JOURNAL: Final = """\
银行存款日记账,,,,,,,
日期,凭证号,摘要,对方单位,借方金额,贷方金额,余额,银行流水号
2015-03-01,收-1,上级补助,田阳示例国库,500000.00,,500000.00,J1
2015-03-05,付-2,支付工程款,广西示例水利建筑有限公司,,120000.00,380000.00,J2
2015-03-06,收-3,收回多付,百色示例路桥有限公司,1234.56,,381234.56,J3
2015-03-07,付-4,支付设计费,百色示例路桥有限公司,,1000.00,380234.56,J4
"""
"""The bureau's own journal of its account at the bank: debit is what was received."""

AFTERWARDS: Final = JOURNAL.splitlines(keepends=True)[:2] + JOURNAL.splitlines(keepends=True)[:1:-1]
"""The same with its latest line first."""


def without_balance(text: str) -> str:
    """Return a journal without its balances."""
    rows = [line.split(",") for line in text.splitlines()]
    return "".join(",".join([*row[:6], *row[7:]]) + "\n" for row in rows)


def read(folder: Path, page: str, text: str) -> list[int | None]:
    """Return what each row of data of a file counts, read through a page."""
    path = folder / "file.csv"
    path.write_text(text, "utf-8")
    reading = Importer(PAGES[page]).candidates(path)
    return [row.amount for row in reading if row.state == "data"]


def refused(folder: Path, page: str, text: str) -> FormatError:
    """Return why a file cannot be read through a page."""
    with pytest.raises(FormatError) as caught:
        read(folder, page, text)
    return caught.value


@pytest.mark.parametrize("rows", [JOURNAL, "".join(AFTERWARDS), JOURNAL.replace("日记账", "对账单")])
def test_a_journal_is_no_statement_of_the_bank(tmp_path: Path, rows: str) -> None:
    """All its balances follow only if debit was received, whatever its title says and whichever line is first."""
    error = refused(tmp_path, "bank-two-columns", rows)
    assert (error.key, error.details["count"], error.details["of"]) == ("balances-reversed", 3, 3)
    assert error.details["columns"] == "借方金额"


CARD: Final = """\
公务卡账单,,,,,
交易日期,摘要,对方户名,存入,支出,余额
2015-05-01,还款,,500.00,,100.00
2015-05-02,消费,示例文具店,,120.00,220.00
2015-05-03,消费,示例旅馆,,80.00,300.00
2015-05-04,消费,示例餐馆,,50.00,350.00
"""
"""The statement of a card, whose balance is what is owed."""


def test_a_balance_may_be_what_is_owed(tmp_path: Path) -> None:
    """Where the title says that it is a card's: what was spent raises it; without a word it may be a journal."""
    assert refused(tmp_path, "bank-two-columns", CARD.replace("公务卡账单", "账单")).key == "balances-reversed"
    assert read(tmp_path, "bank-two-columns", CARD) == [50000, -12000, -8000, -5000]
    reading = Importer(PAGES["bank-two-columns"]).candidates(tmp_path / "file.csv")
    assert [row.candidate.kind for row in reading if row.candidate] == ["disbursement"] * 3
    assert reading.breaks == []
    assert read(tmp_path, "bank-two-columns", CARD.replace("350.00", "350.01")) == [50000, -12000, -8000, -5000]
    reading = Importer(PAGES["bank-two-columns"]).candidates(tmp_path / "file.csv")
    assert len([*reading]) == 6
    assert [(one.row, one.difference) for one in reading.breaks] == [(6, 1)]
    assert refused(tmp_path, "bank-two-columns", CARD.replace("公务卡账单", "公务卡日记账")).key == "balances-reversed"
    lines = CARD.replace("公务卡账单", "公务卡账单 卡号：6227003320110001")
    assert refused(tmp_path, "bank-lines-two-columns", lines).key == "balances-owed"


def test_what_is_owed_proves_no_side(book: Path, say: Say) -> None:
    """Debit of a card is what was spent, though its balance rises by it: a proposal asks."""
    Path("card.csv").write_text(CARD.replace("存入", "贷方金额").replace("支出", "借方金额"), "utf-8")
    asked = say("formats", "new", "card.csv", "--book", book, "--format", "json", "--anyway")
    points = {point["topic"]: point for point in asked.json["points"]}
    assert (points["amount-out"]["value"], points["amount-in"]["state"]) == ("借方金额", "open")


def test_a_line_that_is_missing_hides_no_journal(tmp_path: Path) -> None:
    """Most balances tell, and none says otherwise."""
    lines = JOURNAL.replace("借方金额", "借方发生额").splitlines(keepends=True)
    more = "2015-03-08,付-5,支付监理费,百色示例路桥有限公司,,234.56,380000.00,J5\n"
    assert refused(tmp_path, "bank-two-columns", "".join([*lines, more])).details["of"] == 4
    assert refused(tmp_path, "bank-two-columns", "".join([*lines[:3], *lines[4:], more])).details["of"] == 3


def test_what_a_balance_proves_once_is_read_so(tmp_path: Path) -> None:
    """A statement that lacks lines breaks, and is no journal; its title may say so."""
    lines = JOURNAL.replace("借方金额,贷方金额", "贷方金额,借方金额").splitlines(keepends=True)
    assert read(tmp_path, "bank-two-columns", "".join(lines)) == [50000000, -12000000, 123456, -100000]
    assert len(read(tmp_path, "bank-two-columns", "".join([*lines[:3], *lines[4:]]))) == 3


def test_a_journal_without_balances_is_told_by_its_title(tmp_path: Path) -> None:
    """And asked about, unless its columns say themselves which way money went."""
    plain = without_balance(JOURNAL)
    error = refused(tmp_path, "bank-two-columns", plain)
    assert (error.key, error.details["title"]) == ("journal-as-statement", "银行存款日记账")
    assert refused(tmp_path, "bank-two-columns", plain.replace("日记账", "明细账")).key == "journal-as-statement"
    assert len(read(tmp_path, "bank-two-columns", plain.replace("日记账", "对账单"))) == 4
    named = plain.replace("借方金额,贷方金额", "收入,支出")
    assert read(tmp_path, "bank-two-columns", named) == [50000000, -12000000, 123456, -100000]


def test_a_journal_with_a_word_for_the_side(tmp_path: Path) -> None:
    """借 and 贷 in a column of their own are refused as those of two columns are."""
    rows = [line.split(",") for line in JOURNAL.splitlines()]
    made = [[*row[:4], "借" if row[4] else "贷", row[4] or row[5], *row[6:]] for row in rows[2:]]
    head = [["日期", "凭证号", "摘要", "对方单位名称", "借贷", "金额", "余额", "流水号"]]
    text = "".join(",".join(row) + "\n" for row in [*head, *made])
    assert refused(tmp_path, "bank-direction", text).key == "balances-reversed"
    assert refused(tmp_path, "bank-direction", "银行存款日记账,,,,,,,\n" + without_column(text, 6)).key == (
        "journal-as-statement"
    )


def without_column(text: str, at: int) -> str:
    """Return a table without one of its columns."""
    rows = (line.split(",") for line in text.splitlines())
    return "".join(",".join([*row[:at], *row[at + 1 :]]) + "\n" for row in rows)


def test_nothing_of_a_journal_is_posted_and_a_page_is_proposed(book: Path, say: Say) -> None:
    """The remedy proposes a page that the balances prove; through it the deposit waits, and is no payment."""
    Path("journal.csv").write_text(JOURNAL, "utf-8")
    told = say("import", "journal.csv", "--book", book, "--fund", "F01", "--use", "0601")
    assert (told.code, "follow only if" in told.err) == (2, True)
    made = say("formats", "new", "journal.csv", "--book", book, "--name", "journal")
    assert made.code == 0, made.err
    read_so = say("import", "journal.csv", "--book", book, "--as", "journal", "--dry-run", "--format", "json")
    assert read_so.json[0]["amounts"]["read"] == "380234.56"
    assert read_so.json[0]["balance_breaks"] == []


def test_which_side_of_a_journal_came_in_is_asked(book: Path, say: Say) -> None:
    """Where no balance proves it, the title tells what to suggest, and no page is written unasked."""
    Path("journal.csv").write_text(without_balance(JOURNAL), "utf-8")
    asked = say("formats", "new", "journal.csv", "--book", book, "--format", "json")
    assert asked.code == 2
    points = {point["topic"]: point for point in asked.json["points"]}
    assert (points["amount-in"]["value"], points["amount-in"]["state"]) == ("借方金额", "open")
    assert "日记账" in points["amount-in"]["evidence"]
    made = say("formats", "new", "journal.csv", "--book", book, "--name", "j", "--set", "amount-in=借方金额", "--set",
               "unit=元")  # fmt: skip
    assert made.code == 0, made.err
    read_so = say("import", "journal.csv", "--book", book, "--as", "j", "--dry-run", "--format", "json")
    assert read_so.json[0]["amounts"]["read"] == "380234.56"


BELOW_ZERO: Final = """\
交易日期,收入金额,支出金额,账户余额,对方户名,对方账号,交易流水号,摘要
2024-03-05,500.00,0.00,1500.00,示例甲公司,6222020200001111222,N1,往来款
2024-03-06,0.00,-120.00,1380.00,示例乙公司,6222020200001111223,N2,工程款
2024-03-07,0.00,-0.50,1379.50,示例丙公司,6222020200001111224,N3,工程款
"""
"""A statement that prints what went out below zero, in a column of its own."""


@pytest.mark.parametrize("total", ["", "合计,500.00,-120.50,,,,,\n", "合计,500.00,120.50,,,,,\n"])
def test_what_went_out_may_be_printed_below_zero(tmp_path: Path, total: str) -> None:
    """The balances prove it; a total may be printed either way."""
    (tmp_path / "a.csv").write_text(BELOW_ZERO + total, "utf-8")
    reading = Importer(PAGES["bank-two-columns"]).candidates(tmp_path / "a.csv")
    rows = [row for row in reading if row.state == "data"]
    assert [row.amount for row in rows] == [50000, -12000, -50]
    assert [row.candidate.kind for row in rows if row.candidate] == ["disbursement"] * 2
    assert ([one.key for row in rows for one in row.problems], reading.breaks) == (["kind-unknown"], [])
    assert reading.printed_total_agrees is (True if total else None)
    latest_first = BELOW_ZERO.splitlines(keepends=True)
    assert read(tmp_path, "bank-two-columns", latest_first[0] + "".join(latest_first[:0:-1])) == [-50, -12000, 50000]


def test_what_nothing_proves_to_have_gone_out_is_refused(tmp_path: Path) -> None:
    """Without balances, or where they prove neither; a single one waits as a refund, as those do that came back."""
    error = refused(tmp_path, "bank-two-columns", without_column(BELOW_ZERO, 3))
    assert (error.key, error.details["count"], error.details["column"]) == ("outs-negative", 2, "支出金额")
    broken = BELOW_ZERO.replace("1380.00", "7.00").replace("1379.50", "9.00")
    assert refused(tmp_path, "bank-two-columns", broken).key == "outs-negative"
    back = BELOW_ZERO.replace("1380.00", "1620.00").replace("1379.50", "1620.50")
    assert read(tmp_path, "bank-two-columns", back) == [50000, 12000, 50]
    alone = "".join(without_column(BELOW_ZERO, 3).splitlines(keepends=True)[:3])
    assert read(tmp_path, "bank-two-columns", alone) == [50000, 12000]
    mixed = without_column(BELOW_ZERO, 3) + "2024-03-08,,7.00,示例丙公司,6222020200001111224,N4,货款\n"
    assert read(tmp_path, "bank-two-columns", mixed) == [50000, 12000, 50, -700]


def test_lines_of_a_register_went_out_below_zero(tmp_path: Path) -> None:
    """They are kept as what went out, and refused where nothing proves it."""
    head = "账号：45001234560001,,,,,,,\n行号,交易日期,银行流水号,支出金额,收入金额,账户余额,对方单位,对方账户\n"
    rows = (
        "1,2015-01-20,GK1,-7.00,,93.00,农户,\n2,2015-01-31,GK2,-6.00,,87.00,农户,\n3,2015-02-01,GK3,,1.00,88.00,农户,\n"
    )
    assert read(tmp_path, "bank-statement-lines", head + rows) == [-700, -600, 100]
    (tmp_path / "b.csv").write_text(head + rows, "utf-8")
    entries = [row.entry for row in Importer(PAGES["bank-statement-lines"]).candidates(tmp_path / "b.csv") if row.entry]
    assert [one["amount"] for one in entries] == [-700, -600, 100]
    assert refused(tmp_path, "bank-statement-lines", (head + rows).replace(",93.00,", ",,")).key == "outs-negative"


OF_NO_PAGE: Final = """\
记账日,往来单位,收入,支出,余额,流水号,摘要
2015-03-01,田阳示例国库,500000.00,,500000.00,S1,补助
2015-03-05,示例水利,,-120000.00,380000.00,S2,工程款
2015-03-06,示例路桥,,-1234.56,378765.44,S3,工程款
2015-03-07,示例路桥,,-1000.00,377765.44,S4,工程款
"""
"""A statement that no page knows."""

ENGLISH: Final = """\
Date,Paid in,Paid out,Balance,Name,Reference
05/03/2024,500.00,,1500.00,Alpha Ltd,N1
16/03/2024,,-120.00,1380.00,Beta Ltd,N2
17/03/2024,,-0.50,1379.50,Gamma Ltd,N3
"""


@pytest.mark.parametrize(("text", "names", "sum_of", "payee"), [
    (OF_NO_PAGE, ("收入", "支出"), "377765.44", "往来单位"),
    (ENGLISH, ("Paid in", "Paid out"), "379.50", "Name"),
    (ENGLISH.replace("Paid in", "Credit").replace("Paid out", "Debit"), ("Credit", "Debit"), "379.50", "Name"),
])  # fmt: skip
def test_a_page_is_proposed_with_outs_below_zero(
    book: Path, say: Say, text: str, names: tuple[str, str], sum_of: str, payee: str
) -> None:
    """By what the columns are called, and by the balances; what is read through it is what the file says."""
    Path("a.csv").write_text(text, "utf-8")
    made = say("formats", "new", "a.csv", "--book", book, "--name", "below", "--format", "json", "--set", "unit=元",
               "--set", f"payee={payee}")  # fmt: skip
    points = {point["topic"]: (point["value"], point["state"]) for point in made.json["points"]}
    assert (points["amount-in"], points["amount-out"]) == ((names[0], "proven"), (names[1], "proven"))
    assert (points["sign"], made.code) == (("in", "proven"), 0)
    assert (made.json["read"]["amount"], made.json["read"]["reasons"]) == (sum_of, {"kind-unknown": 1})
    assert say("formats", "test", "--book", book).code == 0


def test_outs_below_zero_without_a_balance_are_asked_about(book: Path, say: Say) -> None:
    """Who says that they were paid gets a page that says so; what came back is not imported so."""
    Path("a.csv").write_text(without_column(OF_NO_PAGE, 4), "utf-8")
    new = ("formats", "new", "a.csv", "--book", book, "--name", "below", "--set", "unit=元", "--set", "payee=往来单位")
    asked = say(*new, "--format", "json")
    points = {point["topic"]: point["state"] for point in asked.json["points"]}
    assert (asked.code, points["sign"], points["amount-in"]) == (2, "open", "proven")
    told = say(*new, "--set", "sign=out")
    assert (told.code, "below zero" in told.err) == (2, True)
    made = say(*new, "--set", "sign=in", "--format", "json")
    assert (made.code, made.json["read"]["amount"]) == (0, "377765.44")


def test_a_name_that_says_the_way_is_not_overruled(book: Path, say: Say) -> None:
    """Balances that follow only the other way, as those of what is owed do, are a question."""
    text = OF_NO_PAGE.replace("-", "").replace("201503", "2015-03-").replace("收入,支出", "支出,收入")
    Path("a.csv").write_text(text, "utf-8")
    asked = say("formats", "new", "a.csv", "--book", book, "--format", "json", "--set", "unit=元")
    points = {point["topic"]: (point["value"], point["state"]) for point in asked.json["points"]}
    assert (asked.code, points["amount-in"]) == (2, ("收入", "open"))


EQUAL: Final = "Day,Sum,Balance,Name,Reference\n" + "".join(
    f"{day}/09/2015,-100.00,{balance}.00,Alpha Ltd,N{day}\n" for day, balance in ((15, 800), (14, 900), (13, 1000))
)
"""Equal payments, the latest first: read from the first to the last their balances rise by what was paid."""


def test_equal_amounts_prove_no_direction(book: Path, say: Say) -> None:
    """Their balances follow upwards as they stand, and downwards from their opposites."""
    Path("a.csv").write_text(EQUAL, "utf-8")
    asked = say("formats", "new", "a.csv", "--book", book, "--format", "json", "--set", "amount=Sum")
    assert {point["topic"]: point["state"] for point in asked.json["points"]}["sign"] == "open"
    Path("a.csv").write_text(EQUAL.replace("-100.00,800", "-99.00,801"), "utf-8")
    told = say("formats", "new", "a.csv", "--book", book, "--format", "json", "--set", "amount=Sum")
    points = {point["topic"]: (point["value"], point["state"]) for point in told.json["points"]}
    assert points["sign"] == ("in", "proven")


def test_equal_payments_are_no_journal(tmp_path: Path) -> None:
    """The days tell which line is the later one."""
    text = EQUAL.replace("Day", "Date").replace("Sum", "Amount").replace("Name", "Description")
    assert read(tmp_path, "bank-signed", text) == [-10000] * 3
    assert refused(tmp_path, "bank-signed", text.replace("-100.00", "100.00")).key == "balances-reversed"


WAN: Final = """\
支付日期,收款单位,支付金额(万元),摘要,凭证号
2015-05-01,广西示例甲公司,-0.123456,工程款,Z1
2015-05-02,广西示例乙公司,-2069.985898,工程款,Z2
"""
"""Payments in 万元 with six decimals, all below zero."""


@pytest.mark.parametrize(("text", "negative"), [
    (WAN, 2), (WAN.replace("万元", "元").replace("0.123456", "123.45").replace("2069.985898", "206.98"), 2),
    (WAN.replace("-0.123456", "0.123456"), 1),
])  # fmt: skip
def test_a_sign_is_asked_of_amounts_in_whatever_unit(book: Path, say: Say, text: str, negative: int) -> None:
    """Amounts of six decimals are counted as others are."""
    Path("a.csv").write_text(text, "utf-8")
    new = ("formats", "new", "a.csv", "--book", book, "--format", "json", "--anyway")
    asked = say(*new)
    (sign,) = [point for point in asked.json["points"] if point["topic"] == "sign"]
    assert (asked.code, sign["state"], f"{negative} of 2" in sign["evidence"]) == (2, "open", True)
    made = say(*new, "--set", "sign=in")
    sums = {1: "-20698624.42", 2: "-20701093.54"}
    assert (made.code, made.json["read"]["amount"]) == (0, sums[negative] if "万元" in text else "-330.43")


def test_a_total_of_six_decimals_is_found(book: Path, say: Say) -> None:
    """It is the sum of its rows, in the page's sample too."""
    Path("a.csv").write_text(WAN.replace("-", "").replace("201505", "2015-05-") + ",,2070.109354,,\n", "utf-8")
    made = say("formats", "new", "a.csv", "--book", book, "--format", "json", "--anyway", "--name", "wan")
    points = {point["topic"]: point["state"] for point in made.json["points"]}
    assert (made.code, points["total"], points["sign"]) == (0, "proven", "proven")
    assert "2070.109354" in (book / "importers" / "wan.md").read_text("utf-8")


def test_what_one_balance_proves_is_no_journal(tmp_path: Path) -> None:
    """Where one follows as it is read, the others are breaks, however many would follow the other way."""
    more = "2015-03-08,付-5,支付监理费,百色示例路桥有限公司,,34.56,380269.12,J5\n"
    assert len(read(tmp_path, "bank-two-columns", JOURNAL.replace("日记账", "对账单") + more)) == 5


def test_a_journal_of_one_day_is_one_in_either_order(tmp_path: Path) -> None:
    """Which line is the later one nobody knows then: the order in which its balances follow tells."""
    for text in (JOURNAL, "".join(AFTERWARDS)):
        for day in range(1, 8):
            text = text.replace(f"2015-03-0{day}", "2015-03-01")  # noqa: PLW2901
        assert refused(tmp_path, "bank-two-columns", text).key == "balances-reversed"


def test_a_column_that_says_what_was_paid_is_believed(tmp_path: Path) -> None:
    """Under the title of a journal as well."""
    plain = (
        without_balance(JOURNAL).replace("贷方金额", "贷方发生额/元(收入)").replace("借方金额", "借方发生额/元(支取)")
    )
    assert read(tmp_path, "bank-two-columns", plain)[0] == -50000000


def test_most_balances_prove_what_went_out_below_zero(tmp_path: Path) -> None:
    """One of three is no proof."""
    more = "2024-03-08,,-7.00,7.00,示例丙公司,6222020200001111224,N4,工程款\n"
    broken = BELOW_ZERO.replace("1379.50", "9.00") + more
    assert refused(tmp_path, "bank-two-columns", broken).key == "outs-negative"


def test_refunds_that_name_what_they_return_are_read(tmp_path: Path) -> None:
    """A page that reads which payment a refund returns knows what is below zero."""
    head = "账号：45001234560002,,,,,,,\n记账日期,交易流水号,摘要,借方发生额,贷方发生额,余额,对方户名,附言\n"
    rows = "".join(f"2015-05-0{n},L{n},支付,-{n}.00,,,农户,F04-0602 原流水 GK{n}\n" for n in (1, 2))
    assert read(tmp_path, "special-account-statement", head + rows) == [100, 200]
