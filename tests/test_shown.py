"""What the number format of a workbook's cell shows beside its number is what a person read, and counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest

from fundtrack.importing import Importer
from fundtrack.importing.files import workbook
from fundtrack.importing.values.cells import Number
from test_importers import PAGES

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "支付申请编号,支付凭证号,实际支付日期,资金名称,列支科目,付款人账号,收款人全称,用途,支付金额,银行交易流水号"


def shown(folder: Path, code: str, value: float) -> str:
    """Return a cell of a format as it is read."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["name", value])
    sheet["B1"].number_format = code
    path = folder / "a.xlsx"
    book.save(path)
    ((_, cells),) = (row for sheet in workbook.sheets(path) for row in sheet.rows)
    return cells[1]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ('0.00"万元"', "12.5万元"),
        ("[$¥-804]#,##0.00", "¥12.5"),
        ('_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ', "¥12.5"),
        ('"$"#,##0.00', "$12.5"),
        ('0 "USD"', "12.5USD"),
        ("0%", "1250%"),
        ("0.0 %", "1250%"),
        ("-0.00", "-12.5"),
        ("(0.00)", "(12.5)"),
        ("G/通用格式\\元", "12.5元"),
    ],
)
def test_what_stands_beside_a_number_is_read_with_it(tmp_path: Path, code: str, text: str) -> None:
    """A unit, a currency, a sign or a part of a hundred: the number alone would be another amount."""
    found = shown(tmp_path, code, 12.5)
    assert (found, type(found)) == (text, str)


@pytest.mark.parametrize(
    "code",
    [
        "General",
        "#,##0.00",
        "#,##0.00_);(#,##0.00)",
        "0.00;[Red]-0.00",
        "000-0000",
        '#,##0,"千"',
        '0!.0,"万元"',
        '[>=10000]0!.0,"万";0',
        "# ?/?",
    ],
)
def test_a_format_that_shows_nothing_beside_it_leaves_a_number_one(tmp_path: Path, code: str) -> None:
    """So does one that shows the number in another scale than it is held in."""
    found = shown(tmp_path, code, 12.5)
    assert (found, type(found)) == ("12.5", Number)


def test_a_number_below_zero_is_one_whatever_its_format(tmp_path: Path) -> None:
    """Its own section of the format says how it is shown."""
    assert shown(tmp_path, '0.00"元"', -12.5) == "-12.5"


def test_noise_of_floats_is_not_shown(tmp_path: Path) -> None:
    """What a spreadsheet adds up is shown to the digits that it holds."""
    assert shown(tmp_path, '0.00"元"', 0.1 + 0.2) == "0.3元"


def test_an_amount_that_shows_another_unit_or_currency_is_not_posted(tmp_path: Path) -> None:
    """12.5 that people read as 12.50万元 was posted as 12.50, and $77.00 as yuan."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEAD.split(","))
    for nth, (code, value) in enumerate([('0.00"元"', 8), ('0.00"万元"', 12.5), ('"$"0.00', 77), ("-0.00", 88)], 1):
        sheet.append([f"SQ{nth}", f"PZ{nth}", "2015-06-01", "F01", "0602", "", "那满镇财政所", "x", value, f"GK{nth}"])
        sheet.cell(nth + 1, 9).number_format = code
    path = tmp_path / "a.xlsx"
    book.save(path)
    rows = [row for row in Importer(PAGES["treasury-payment"]).candidates(path) if row.state == "data"]
    assert [row.amount for row in rows] == [8_00, None, None, -88_00]
    assert [bool(row.candidate) for row in rows] == [True, False, False, False]
