"""What stands below a list and between its pages is no row of it; what may be a payment that lost its amount is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from fundtrack.importing import Importer
from test_importers import PAGES

if TYPE_CHECKING:
    from pathlib import Path

LISTS: Final = {
    "uk-spend": (
        "Date paid,Supplier name,Net Amount (£),Description\n26/09/2013,A Ltd,713.25,x\n27/09/2013,B Ltd,1139.50,x\n",
        "Supplier name,Net Amount (£),Date paid,Description\nA Ltd,713.25,26/09/2013,x\nB Ltd,1139.50,27/09/2013,x\n",
    ),
    "bank-two-columns": (
        "交易日期,对方户名,借方发生额,贷方发生额,余额,摘要\n2015-04-02,甲,713.25,,9286.75,x\n2015-04-03,乙,9.50,,9277.25,x\n",
    ),
}
FOOTERS: Final = (
    "© Copyright Exampleton Council 2013", "(c) 2013", "Printed on 01/10/2013", "End of report", "#end", "*** END ***",
    "Page 1 of 3", "Report generated 2013-10-01", "Run date: 01/10/2013", "借方合计：2笔",
    "借方合计：2笔，金额1852.75元", "打印日期：2015-06-30", "制表人：韦某", "第1页 共3页", "以上为全部明细",
    "--------------", "#-----账务明细列表结束-----",
    "Data provided under Open Government Licence v3.0", "制表人：,韦某,,", "Printed on,01/10/2013,,", "审核：,,,李某",
)  # fmt: skip
DATA: Final = (
    "########",
    "NULL",
    "30-Sep-13",
    "2013-09-30",
    "28/09/2013,,,",
    "Report Systems Ltd,,,x",
    ",C Ltd,,x",
    "1",
)


@pytest.mark.parametrize("last", [*FOOTERS, *DATA])
def test_what_stands_below_a_list_is_no_row_of_it(tmp_path: Path, last: str) -> None:
    """It counts as no data, cut short or with empty cells behind it; what may have lost an amount waits."""
    path = tmp_path / "a.csv"
    for name, texts in LISTS.items():
        importer = Importer(PAGES[name], currency="GBP" if name == "uk-spend" else "CNY")
        for text in texts[: 1 if last in DATA else None]:
            for row in (last, last.ljust(len(last) + 3 - last.count(","), ",")):
                path.write_text(f"{text}{row}\n", "utf-8")
                *_, found = importer.candidates(path)
                assert (found.state, found.candidate) == ("data" if last in DATA else "not-data", None), (name, row)
