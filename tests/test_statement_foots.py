"""What stands between and beneath the lines of a bank's statement: totals of one side, carried balances, counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from fundtrack.importing import Importer
from fundtrack.importing.body.foots import foot
from test_importers import PAGES

if TYPE_CHECKING:
    from pathlib import Path

    from fundtrack.importing.reading import Reading

TWO: Final = """账号：45001234560001,,,,,,
交易日期,交易流水号,借方发生额,贷方发生额,账户余额,摘要,对方户名
{before}2024-01-02,T1,100.00,,400.00,工程款,甲公司
2024-01-02,T2,,30.00,430.00,退回,乙公司
{after}"""
WAY: Final = """账号：45001234560001,,,,,,
交易日期,借贷,交易金额,余额,对方户名,摘要,流水号
{before}2024-01-02,借,100.00,400.00,甲公司,工程款,T1
2024-01-02,借,-20.00,420.00,甲公司,冲正,T2
2024-01-02,贷,10.00,430.00,乙公司,退回,T3
{after}"""
SIGN: Final = """账号：45001234560001,,,,,,
交易日期,交易金额,余额,对方户名,摘要,流水号,币别
{before}2024-01-02,-100.00,400.00,甲公司,工程款,T1,人民币
2024-01-02,30.00,430.00,乙公司,退回,T2,人民币
{after}"""
STATEMENTS: Final = {"two-columns": TWO, "direction": WAY, "signed": SIGN}
SIDES: Final = {"two-columns": ("30.00", "100.00"), "direction": ("10.00", "80.00"), "signed": ("30.00", "100.00")}
FOOTS: Final = (
    "借方合计,{gone},贷方合计,{come},借方笔数,1,贷方笔数,1\n",
    "贷方合计,,1笔,{come},,,\n借方发生额合计：,,1笔,{gone},,,\n总笔数：2,,,,,,\n",
    "收入合计：{come}元 支出合计：{gone}元,,,,,,\n",
    "借方合计笔数,1,借方合计金额(元),{gone},贷方合计笔数,1,贷方合计金额(元),{come}\n",
)


def read(folder: Path, family: str, before: str, after: str, page: str = "bank-lines-") -> tuple[Reading, list[int]]:
    """Return the reading of a statement, and which of its rows are data."""
    (folder / "a.csv").write_text(STATEMENTS[family].format(before=before, after=after), "utf-8")
    reading = Importer(PAGES[f"{page}{family}"]).candidates(folder / "a.csv")
    return reading, [row.number for row in reading if row.state == "data"]


@pytest.mark.parametrize("page", ["bank-", "bank-lines-"])
@pytest.mark.parametrize("family", [*STATEMENTS])
def test_a_total_of_one_side_is_compared_with_that_side(tmp_path: Path, family: str, page: str) -> None:
    """Wherever in its row it stands: no column of the header says what it is."""
    come, gone = SIDES[family]
    for after in FOOTS:
        reading, data = read(tmp_path, family, "", after.format(come=come, gone=gone), page)
        assert (len(data), reading.total_of(""), reading.differing_of("")) == (
            3 - (family != "direction"),
            (None, True),
            [],
        )
        reading, _ = read(tmp_path, family, "", after.format(come=come, gone="90.00"), page)
        (wrong,) = reading.differing_of("")
        assert (wrong.printed, wrong.expected, reading.printed_total_agrees) == (9000, round(float(gone) * 100), False)


def test_totals_of_one_side_may_stand_above(tmp_path: Path) -> None:
    """As BOC prints them, each label once more in English."""
    for gone, agrees in (("100.00", True), ("100.01", False)):
        above = f"贷方发生总额[ Total Credit Amount ],30.00\n借方发生总额[ Total Debit Amount ],{gone}\n"
        (tmp_path / "a.csv").write_text(above + SIGN.format(before="", after=""), "utf-8")
        reading = Importer(PAGES["bank-lines-signed"]).candidates(tmp_path / "a.csv")
        assert len([row for row in reading if row.entry]) == 2
        assert (reading.total_of(""), [one.row for one in reading.differing_of("")]) == (
            (None, agrees),
            [2] * (not agrees),
        )


def test_totals_of_one_side_may_be_of_a_page(tmp_path: Path) -> None:
    """Those since the last, or all."""
    row = "2024-01-03,T3,7.00,,423.00,工程款,甲公司\n"
    for last, agrees in (("7.00", True), ("107.00", True), ("100.00", False)):
        after = f"本页借方合计,,100.00,,,,\n{row}借方合计,,{last},,,,\n"
        assert read(tmp_path, "two-columns", "", after)[0].printed_total_agrees is agrees


def test_a_row_that_nobody_can_read_leaves_a_side_unknown(tmp_path: Path) -> None:
    """As it does every other total."""
    reading, data = read(tmp_path, "direction", "2024-01-01,冻结,1.00,,甲,,\n", "借方合计,,80.00,,,,\n")
    assert (len(data), reading.printed_total_agrees, reading.differing_of("")) == (4, None, [])


@pytest.mark.parametrize("page", ["bank-", "bank-lines-"])
@pytest.mark.parametrize("family", [*STATEMENTS])
def test_what_there_was_is_no_line(tmp_path: Path, family: str, page: str) -> None:
    """A balance carried over a month or a page moves nothing, whether it has a day or not."""
    at = {"two-columns": "{day},,,,{balance},{word},", "direction": "{day},,,{balance},,{word},",
          "signed": "{day},,{balance},,{word},,人民币"}[family]  # fmt: skip
    for day in ("2024-01-01", ""):
        for before, after in (("上月结转", "期末余额"), ("承前页", "过次页"), ("期初余额", "结转下页")):
            first, last = (at.format(day=day, balance=b, word=w) for b, w in (("500.00", before), ("430.00", after)))
            reading, data = read(tmp_path, family, f"{first}\n", f"{last}\n", page)
            assert data == [4, 5, 6][: 2 + (family == "direction")], (day, before)
            assert (reading.printed_total, reading.differing_of(""), reading.breaks) == (None, [], [])


def test_a_total_with_a_balance_counts_no_balance(tmp_path: Path) -> None:
    """What a total says of the balance is none of what went out."""
    reading, _ = read(tmp_path, "two-columns", "", "合计,,100.00,30.00,430.00,,\n")
    assert (reading.total_of(""), reading.differing_of("")) == ((-7000, True), [])


def test_what_moved_is_a_line_whatever_it_is_called(tmp_path: Path) -> None:
    """And what is called a total, but has a name or a day beside it, is no foot."""
    _, data = read(tmp_path, "two-columns", "2024-01-01,T0,,500.00,500.00,上年结转,\n", "")
    assert data == [3, 4, 5]
    others = (
        ["借方合计", "甲公司", "1.00"], ["2024-01-02", "借方合计", "1.00"], ["借方合计", "1.00", "2.00"],
        ["合计", "1.00"], ["借方合计", "1.00", "借方合计", "2.00"], [""], ["甲公司"],
    )  # fmt: skip
    for row in others:
        assert foot(row) is None, row


def test_what_came_in_is_of_the_payer_in_lines_too(tmp_path: Path) -> None:
    """A bank that names both has ourselves as the payee of a receipt."""
    (tmp_path / "a.csv").write_text(
        "账号：4500123412341234001,,,,,,\n付款人账号,付款人名称,收款人账号,收款人名称,交易日期,交易金额,交易后余额\n"
        "4500123412341234001,局,4500888877776666001,甲公司,20240102,-100.00,900.00\n"
        "4500888877776666009,乙局,4500123412341234001,局,20240103,100.00,1000.00\n",
        "utf-8",
    )
    entries = [row.entry for row in Importer(PAGES["bank-lines-signed"]).candidates(tmp_path / "a.csv") if row.entry]
    assert [one["counterparty"] for one in entries] == ["甲公司", "乙局"]
    assert len({one["counterparty_account"] for one in entries}) == 2
    assert all(one["counterparty_account"].startswith("450088*****") for one in entries)
    assert not any({"payer", "payer_account"} & {*one} for one in entries)
