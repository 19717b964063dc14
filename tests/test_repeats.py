"""Rows that repeat others: totals and sums carried over, known by words and arithmetic, and never posted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from fundtrack.importing import Importer
from fundtrack.importing.body import repeats
from test_importers import MINIMAL, PAGES, STATEMENTS, minimal

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "word",
    [
        *("小计", "本页小计", "治塘村小计", "乡镇合计", "合计：2户", "累计", "本年累计", "本月合计"),
        *("承前页", "过次页", "转下页"),
        *("Sub-total", "Subtotal", "Page Total", "Carried forward", "Brought forward", "Balance c/f", "TOTAL PAYMENTS"),
        *("Grand total", "Total for March"),
    ],
)  # fmt: skip
def test_a_row_that_repeats_others_is_known_by_its_words(tmp_path: Path, word: str) -> None:
    """Whatever its page calls a total: it is compared, never posted, and what differs is told."""
    for printed, agrees in (("3.00", True), ("3.01", False)):
        text = f"date,amount,payee\n2015-01-02,1.00,a\n2015-01-03,2.00,b\n{word},{printed},\n"
        reading, rows = minimal(tmp_path, text)
        assert [row.why for row in rows] == ["header", "", "", "total"]
        assert reading.printed_total_agrees is agrees


@pytest.mark.parametrize(
    ("row", "problems"),
    [
        ("2015-01-04,3.00,合计科技有限公司", []),
        ("2015-01-04,3.00,小计", ["row-repeats"]),
        (",3.00,合计科技有限公司", ["date-empty"]),
        (",3.00,小计付款", ["date-empty"]),
        ("2015-01-04,3.00,Total Gas Ltd", []),
    ],
)
def test_a_payment_with_such_a_word_in_it_is_one(tmp_path: Path, row: str, problems: list[str]) -> None:
    """A word is meant only where it ends a cell; what has a day waits even so, without a number of its payee."""
    text = f"date,amount,payee\n2015-01-02,1.00,a\n2015-01-03,2.00,b\n{row}\n"
    _, rows = minimal(tmp_path, text)
    assert (rows[-1].state, [error.key for error in rows[-1].problems]) == ("data", problems)


@pytest.mark.parametrize(("printed", "agrees"), [("5.00,7.00", True), ("5.00,7.01", False)])
def test_a_statement_compares_what_it_prints_of_all_so_far(tmp_path: Path, printed: str, *, agrees: bool) -> None:
    """The page of a statement calls no cumulative total a note: then nobody would compare it."""
    head, row = STATEMENTS["special-account-statement"]
    sides = [{"out": "5.00", "came": ""}, {"out": "", "came": "7.00"}]
    rows = [row.format(n=n, day=f"2015-04-0{n}", balance=10 * n, **side) for n, side in enumerate(sides, 1)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join([head, *rows, f"累计,,,{printed},,,", ""]), "gb18030")
    reading = Importer(PAGES["special-account-statement"]).candidates(path)
    assert [one.why for one in reading][-1] == "total"
    assert [total.agrees for total in reading.totals] == [agrees]


def test_a_cumulative_total_may_count_what_was_paid_before(tmp_path: Path) -> None:
    """It is told apart and compared with nothing but the next of its kind; by a hundredth it is wrong, as any other."""
    rows = "2015-01-02,100,a\n2015-01-03,50,b\n本月合计,150,\n本年累计,{},\n2015-02-04,4,c\n本年累计,{},\n"
    text = f"date,amount,payee\n{rows}"
    for printed, told in (
        (("1150", "1154"), [(115000, 15000, True), (115400, 15400, True)]),
        (("150", "154"), []),
        (("150.01", "154"), [(15001, 15000, False)]),
        (("149", "154"), [(14900, 15000, False)]),
        (("1150", "1155"), [(115000, 15000, True), (115500, 15400, False)]),
    ):
        reading, _ = minimal(tmp_path, text.format(*printed))
        assert [(one.printed, one.expected, one.beyond) for one in reading.differing_of("")] == told
        assert reading.printed_total_agrees is not any(not beyond for *_, beyond in told)


def test_a_sum_carried_over_counts_what_was_brought(tmp_path: Path) -> None:
    """What stands on the pages before is in the sums carried on; a sum of some rows is no total of the table."""
    text = "date,amount,payee\n承前页,5,\n2015-01-02,1,a\n2015-01-03,2,b\n本页小计,3,\n2015-01-04,4,c\n{}"
    reading, rows = minimal(tmp_path, text.format("过次页,12,\n"))
    assert [row.why for row in rows] == ["header", "total", "", "", "total", "", "total"]
    assert (reading.printed_total, reading.printed_total_agrees) == (1200, True)
    assert minimal(tmp_path, text.format("累计,4,\n"))[0].printed_total_agrees is False  # it is only the last row
    reading, rows = minimal(tmp_path, text.format(""))
    assert (len(rows), reading.printed_total) == (6, None)


def test_groups_may_have_groups(tmp_path: Path) -> None:
    """A subtotal counts the rows since any total above it."""
    text = "date,amount,payee\n2015-01-02,1,a\n甲村小计,1,\n2015-01-03,2,b\n乙村小计,2,\n一镇合计,3,\n2015-01-04,4,c\n"
    text += "丙村小计,4,\n2015-01-05,5,d\n丁村小计,5,\n二镇合计,9,\n总计,12,\n"
    reading, _ = minimal(tmp_path, text)
    assert [total.agrees for total in reading.totals] == [True] * 7
    assert (reading.printed_total, reading.printed_total_agrees) == (1200, True)
    reading, _ = minimal(tmp_path, text.replace("二镇合计,9", "二镇合计,10"))
    assert (reading.printed_total, reading.printed_total_agrees) == (1200, False)


CARDS: Final = """资金：F03,列支科目：F03-0801,付款账号：45001234560003,批次号：K,发放日期：2015-07-10,单位：元,,
序号,乡镇,村,户主姓名,身份证号,补贴项目,补贴金额,一卡通账号
1,那满镇,治塘村,韦某一,451021197001010015,危房改造,1.00,6231330000000000011
2,那满镇,治塘村,黄某二,451021197202020025,危房改造,2.00,6231330000000000029
"""


@pytest.mark.parametrize(
    ("row", "is_", "agrees"),
    [
        ("本页小计,,,2户,,,3.00,", "total", True),
        ("治塘村小计,,,2户,,,3.01,", "total", False),
        (",,,2户,,,3.00,", "total", True),
        (",,,2户,,,3.01,", ["cells-empty", "total-unfit"], None),
        (",,,,,,3.01,", ["cells-empty", "total-unfit"], None),
        ("合总,,,,,,2.99,", ["cells-empty", "total-unfit"], None),
        (",,,,,,3.10,", ["cells-empty"], None),
        ("3,那满镇,治塘村,小计,,,3.00,2张", "total", True),
        ("3,那满镇,治塘村,小计,,,3.01,", ["cells-empty", "row-repeats"], None),
        ("3,那满镇,治塘村,农某四,,危房改造,3.00,", ["cells-empty", "row-repeats"], None),
        ("3,那满镇,治塘村,农某四,,危房改造,4.00,", ["cells-empty"], None),
        ("3,那满镇,治塘村,合计,451021197001010015,危房改造,3.00,", [], None),
        ("大写：叁元整,,,,,,,", "total", True),
        ("合计（大写）,叁元整,,,,,3.00,", "total", True),
        ("人民币大写：肆元整,,,,,,,", "total", False),
        ("大写：叁元多,,,,,,,", ["amount-empty"], None),
    ],
)
def test_a_household_without_a_number_is_none(
    tmp_path: Path,
    row: str,
    is_: str | list[str],
    agrees: bool | None,  # noqa: FBT001
) -> None:
    """A list of households is dated above: there a number tells a payment from what repeats others."""
    (path := tmp_path / "a.csv").write_text(f"{CARDS}{row}\n", "utf-8")
    reading = Importer(PAGES["one-card-batch"]).candidates(path)
    last = [*reading][-1]
    assert (last.why or [error.key for error in last.problems if error.key != "text-empty"]) == is_
    assert reading.printed_total_agrees is agrees


@pytest.mark.parametrize(
    ("rows", "is_"),
    [
        (["2,,,,,,1.00,"], ["cells-empty"]),
        ([",,,,,,1.00,"], ["cells-empty"]),
        (["治塘村小计,,,1户,,,1.00,", CARDS.splitlines()[3], "3,,,,,,2.00,"], ["cells-empty"]),
        ([CARDS.splitlines()[3], "3,,,,,,3.00,"], ["cells-empty", "row-repeats"]),
        ([CARDS.splitlines()[3], "2,,,,,,3.00,"], "total"),
    ],
)
def test_a_household_without_a_name_is_no_total(tmp_path: Path, rows: list[str], is_: str | list[str]) -> None:
    """Without a word a total is the sum of several rows, and has no running number of its own."""
    text = "\n".join([*CARDS.splitlines()[:3], *rows, ""])
    (path := tmp_path / "a.csv").write_text(text, "utf-8")
    *_, last = Importer(PAGES["one-card-batch"]).candidates(path)
    assert (last.why or [error.key for error in last.problems if error.key.startswith(("cells", "row"))]) == is_


@pytest.mark.parametrize(
    ("first", "row", "problems"),
    [
        ("", "2015-01-03,-3.00,7,两家,,本日", ["row-repeats"]),
        ("", "2015-01-03,-2.99,7,两家,,本日", []),
        ("", "2015-01-03,-3.00,7,,小计,", ["account-unsound", "row-repeats"]),
        ("2015-01-02,-0.50,9,,,手续费\n", "2015-01-03,-3.50,7,,,", ["row-repeats"]),
        ("2015-01-02,-0.50,9,,,手续费\n", "2015-01-03,-3.50,7,两家,,", []),
        ("2015-01-02,-0.50,9,,,手续费\n", "2015-01-03,-3.51,7,,,", []),
    ],
)
def test_a_sum_of_others_without_a_number_waits(tmp_path: Path, first: str, row: str, problems: list[str]) -> None:
    """Dated as it is, a row that comes to the sum of numbered ones and has no number itself may be their total.

    One that is paid to nobody may be also where another has no number.
    """
    text = f"交易日期,交易金额,账户余额,对方户名,对方账号,摘要\n{first}"
    text += "2015-01-02,-1.00,9,甲公司,21080001,货款\n2015-01-03,-2.00,7,乙公司,21080002,货款\n"
    text += f"{row}\n2015-01-04,-5.00,2,丙公司,21080003,货款\n"
    (path := tmp_path / "a.csv").write_text(text, "utf-8")
    *_, last, _ = Importer(PAGES["bank-signed"]).candidates(path)
    assert [error.key for error in last.problems if error.key != "text-empty"] == problems


@pytest.mark.parametrize(
    ("row", "problems"),
    [
        ("Ex,Care,30/09/2013,TOTAL,11.00,", ["row-repeats"]),
        ("Ex,Care,30/09/2013,Total,11.00,Total", ["row-repeats"]),
        ("Ex,Care,30/09/2013,Total,11.00,C", ["row-repeats"]),
        ("Ex,Care,30/09/2013,3,11.00,Total", []),
    ],
)
def test_a_word_for_a_total_is_no_number_of_a_payment(tmp_path: Path, row: str, problems: list[str]) -> None:
    """Where a total is called so in the column of the numbers, it has none."""
    text = "Body name,Service label,Date paid,Transaction number,Net Amount (£),Supplier name\n"
    text += f"Ex,Care,26/09/2013,1,5.00,A\nEx,Care,26/09/2013,2,6.00,B\n{row}\n"
    (path := tmp_path / "a.csv").write_text(text, "utf-8")
    *_, last = Importer(PAGES["uk-spend"], currency="GBP").candidates(path)
    assert [error.key for error in last.problems if error.key != "payee-empty"] == problems


@pytest.mark.parametrize(
    ("row", "problems"),
    [
        *((f"2015-01-04,{amount},{name}", ["row-repeats"] if amount == "3.00" else [])
          for amount in ("3.00", "3.01")
          for name in ("Total for Kids Ltd", "Jewson Total", "短信费合计", "本季利息累计")),
        *((f"2015-01-04,3.01,{name}", ["row-repeats"])
          for name in ("治塘村小计", "本月合计", "Page total", "Monthly Total", "Total payments")),
        (",3.01,2015年利息合计科技", ["date-empty"]),
    ],
)  # fmt: skip
def test_what_may_be_a_name_repeats_others_by_its_sum(tmp_path: Path, row: str, problems: list[str]) -> None:
    """With a day, a supplier or a fee called nearly as a total is one unless it comes to the sum of what is above."""
    text = f"date,amount,payee\n2015-01-02,1.00,a\n2015-01-03,2.00,b\n{row}\n"
    _, rows = minimal(tmp_path, text)
    assert [error.key for error in rows[-1].problems] == problems


DATED_ABOVE: Final = MINIMAL.replace('date = "date"', 'date = { cell = "Paid on" }').replace('"date", ', '"place", ')


@pytest.mark.parametrize(
    ("row", "problems"),
    [
        (",3.01,", ["total-unfit"]),
        (",2.98,2户", ["total-unfit"]),
        ("合总,3.01,", ["total-unfit"]),
        (",3.01,汇总数", ["total-unfit"]),
        (",3.00,汇总数", ["row-repeats"]),
        (",3.10,", []),
        (",3.10,c", []),
    ],
)
@pytest.mark.parametrize("more", ["", "x,9.00,d\n"])
def test_a_total_that_nobody_knows_and_that_does_not_fit_waits(
    tmp_path: Path, row: str, problems: list[str], more: str
) -> None:
    """By its place and its sum: where the day stands above, nothing else tells it from a payment."""
    text = f"Paid on: 2015-01-02,,\nplace,amount,payee\nx,1.00,a\ny,2.00,b\n{row}\n{more}"
    _, rows = minimal(tmp_path, text, DATED_ABOVE)
    assert [error.key for error in rows[4].problems] == problems


@pytest.mark.parametrize(
    ("row", "problems"),
    [
        ("2015-01-31,3.00,", ["row-repeats"]),
        ("2015-01-31,3.01,", ["total-unfit"]),
        ("2015-01-31,3.10,", []),
        ("2015-01-31,3.01,c", []),
        (",3.01,", ["date-empty", "total-unfit"]),
        (",3.01,c", ["date-empty"]),
    ],
)
def test_a_row_paid_to_nobody_that_comes_near_the_sum_waits(tmp_path: Path, row: str, problems: list[str]) -> None:
    """With a day it must say nothing of who was paid, and the page know no number that would tell a payment."""
    toml = MINIMAL.replace('columns = ["payee"]', 'fields = ["payee"]')
    _, rows = minimal(tmp_path, f"date,amount,payee\n2015-01-02,1.00,a\n2015-01-03,2.00,b\n{row}\n", toml)
    assert [error.key for error in rows[-1].problems if error.key != "payee-empty"] == problems


@pytest.mark.parametrize("said", [
    "SQ0000123", "平乐镇周记建筑有限公司", "小 计", "合计", "共 12 户", "前\u3000页", "TOTALS", "subtotals",
    "Brought over", "CARR\u0130ED", "carr\u0131ed", "runn\u0130ng", "cumulat\u0131ve", "c/f", "B/D", "A/B", "to-date",
    "YTD", "\u017fum", "total\u017f",
])  # fmt: skip
def test_a_short_look_passes_by_no_hint(said: str) -> None:
    """What is looked for first is in every text that has a hint, however it is written."""
    assert repeats.hinted(["x", said]) == bool(repeats.HINT.search(said))
