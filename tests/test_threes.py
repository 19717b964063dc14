"""Three digits behind a point: decimals where another amount or the page says so; else the row waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from fundtrack import pages
from fundtrack.importing.importer import Importer
from fundtrack.pages import load

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

INSTALLED: Final = pages.catalogue("importers")
LISTS: Final = {
    "uk-spend": ("Date,Supplier,Amount,Balance due", "22/01/2015,A Ltd,{},"),
    "quota-documents": (
        "指标主键,预算年度,本级指标文号,上级指标文号,发文时间,支出功能科目,政府经济科目,指标金额,源指标主键",
        "Z{at},2015,,桂财农〔2015〕1号,2015-03-02,,,{},",
    ),
}


def list_of(folder: Path, page: str, amounts: Sequence[str]) -> Path:
    """Write a file of a page with these amounts."""
    header, row = LISTS[page]
    path = folder / "list.csv"
    lines = [header, *(row.format(f'"{one}"', at=at) for at, one in enumerate(amounts, 1))]
    path.write_text("\n".join(lines) + "\n", "gb18030")
    return path


DOUBT: Final = "amount-threes"


@pytest.mark.parametrize("page", LISTS)
@pytest.mark.parametrize(
    ("amounts", "found"),
    [
        (("12.500", "3.000", "700"), [DOUBT, DOUBT, 70000]),
        (("12.500", "3.125"), [DOUBT, DOUBT]),
        (("-12.500", "1.000"), [DOUBT, DOUBT]),
        (("12.500", "3.00"), [1250, 300]),
        (("12.500", "0.500"), [1250, 50]),
        (("12.500", "3.0000"), [1250, 300]),
        (("12.500", "1234.500"), [1250, 123450]),
        (("12.500", "1,234"), [1250, 123400]),
        (("12.500", "n.a."), [DOUBT, "amount-unreadable"]),
        (("1.234,50", "12.500"), ["amount-unreadable", DOUBT]),
    ],
)
def test_what_may_be_thousands_waits(tmp_path: Path, page: str, amounts: Sequence[str], found: list[str | int]) -> None:
    """Where every amount with a point has three digits behind it; one that can be read one way only decides for all."""
    importer = Importer(INSTALLED[page], currency="GBP" if page == "uk-spend" else "CNY")
    rows = [row for row in importer.candidates(list_of(tmp_path, page, amounts)) if row.state == "data"]
    assert [row.problems[0].key if row.amount is None else row.amount for row in rows] == found


def test_a_page_may_say_it(tmp_path: Path) -> None:
    """What stands before decimals."""
    text = INSTALLED["uk-spend"].path.read_text("utf-8")
    for said, fen in ((".", 1250), (",", 1_250_000)):
        page = tmp_path / "uk-spend.md"
        page.write_text(text.replace("[file]\n", f'[file]\ndecimal = "{said}"\n', 1), "utf-8")
        rows = Importer(load(page), currency="GBP").candidates(list_of(tmp_path, "uk-spend", ["12.500"]))
        assert [row.amount for row in rows if row.state == "data"] == [fen]


def test_the_correction_of_a_row_decides_about_no_other(tmp_path: Path) -> None:
    """Who corrects one to 12,500.00 does not say that the next is three."""
    path = list_of(tmp_path, "uk-spend", ["12.500", "3.000"])
    corrected = {("", 2): {2: "12,500.00"}}
    rows = Importer(INSTALLED["uk-spend"], currency="GBP").candidates(path, corrected=corrected)
    assert [row.amount for row in rows if row.state == "data"] == [1_250_000, None]
