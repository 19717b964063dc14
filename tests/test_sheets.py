"""The sheets of a workbook: each is read by itself, and none that may hold a payment is passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest

from fundtrack.errors import FormatError
from fundtrack.importing import Importer
from test_importers import MINIMAL, page_of

if TYPE_CHECKING:
    from pathlib import Path


def test_each_sheet_of_a_workbook_has_its_own_total(tmp_path: Path) -> None:
    """Sheets are read one after the other; one the page does not describe is accounted for, not read."""
    book = openpyxl.Workbook()
    for name, amounts, total in (("one", (1, 2), 3), ("two", (4, 5), 10)):
        sheet = book.create_sheet(name)
        for line in (
            ["date", "amount", "payee"],
            *(["2015-01-02", amount, "a"] for amount in amounts),
            ["Total", total],
        ):
            sheet.append(line)
    book.worksheets[0].append(["some notes"])
    path = tmp_path / "a.xlsx"
    book.save(path)
    reading = Importer(page_of(tmp_path, MINIMAL)).candidates(path)
    rows = list(reading)
    assert [(row.sheet, row.why) for row in rows if row.state != "data"] == [
        ("Sheet", "sheet"),
        *[(name, why) for name in ("one", "two") for why in ("header", "total")],
    ]
    assert [reading.total_of(name) for name in ("Sheet", "one", "two")] == [(None, None), (300, True), (1000, False)]
    assert (reading.printed_total, reading.printed_total_agrees) == (1300, False)


def test_a_sheet_without_the_pages_headings_loses_no_payment(tmp_path: Path) -> None:
    """What goes on without headings, or under others, waits row by row; a summary without days says nothing new."""
    book = openpyxl.Workbook()
    book.worksheets[0].append(["date", "amount", "payee"])
    book.worksheets[0].append(["2015-01-02", 1, "a"])
    for row in (["2015-01-03", 2500, "b"], ["2015年1月4日", "9.50", "c"], ["", "", ""], ["note", "2015-01-05", ""]):
        book.create_sheet("next") if "next" not in book.sheetnames else None
        book["next"].append(row)
    book.create_sheet("other").append(["Paid on", "Value", "To"])
    book["other"].append(["30-May-15", "£1,000", "d"])
    book.create_sheet("summary").append(["a", 12509.50, 2015])
    path = tmp_path / "a.xlsx"
    book.save(path)
    rows = list(Importer(page_of(tmp_path, MINIMAL)).candidates(path))
    assert [(row.sheet, row.number, *(error.key for error in row.problems)) for row in rows if row.state == "data"] == [
        ("Sheet", 2),
        ("next", 1, "sheet-unread"),
        ("next", 2, "sheet-unread"),
        ("other", 2, "sheet-unread"),
    ]
    assert [row.why for row in rows if row.sheet == "summary"] == ["sheet"]


def test_a_hidden_sheet_with_payments_refuses_the_file(tmp_path: Path) -> None:
    """Nobody imports what nobody sees."""
    book = openpyxl.Workbook()
    for name in ("seen", "unseen"):
        book.create_sheet(name).append(["date", "amount", "payee"])
    book["unseen"].sheet_state = "hidden"
    path = tmp_path / "a.xlsx"
    book.save(path)
    with pytest.raises(FormatError, match="hidden sheet") as caught:
        list(Importer(page_of(tmp_path, MINIMAL)).candidates(path))
    assert caught.value.details["sheet"] == "unseen"
