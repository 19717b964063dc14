"""What is printed at the foot of a page is no data, and is told; what states an amount or a day always waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from commands import PAYMENTS
from fundtrack.importing import Importer
from test_importers import MINIMAL, PAGES, STATEMENTS, minimal

if TYPE_CHECKING:
    from pathlib import Path

    from commands import Say

FOOTERS: Final = (
    *("© Copyright Exampleton Council", "Printed on 2015-04-01", "End of report", "#end", "Page 1 of 3"),
    *(
        "Report generated",
        "借方合计：2笔",
        "贷方合计：0笔",
        "打印日期：2015-07-01",
        "制表人",
        "审核：张三",
        "第1页 共3页",
    ),
)
LISTS: Final = {
    "uk-spend": (
        "Date paid,Supplier name,Net Amount (£),Description\n26/09/2013,A Ltd,713.25,x\n27/09/2013,B Ltd,1139.50,x\n",
        "Supplier name,Net Amount (£),Date paid,Description\nA Ltd,713.25,26/09/2013,x\nB Ltd,1139.50,27/09/2013,x\n",
    ),
    "bank-two-columns": (
        "交易日期,对方户名,借方发生额,贷方发生额,余额,摘要\n2015-04-02,甲,713.25,,9286.75,x\n2015-04-03,乙,9.50,,9277.25,x\n",
    ),
}
BELOW: Final = (
    "© Copyright Exampleton Council 2013", "(c) 2013", "Printed on 01/10/2013", "End of report", "#end", "*** END ***",
    "Page 1 of 3", "Report generated on 2013-10-01", "Run date: 01/10/2013", "借方合计：2笔",
    "打印日期：2015-06-30", "制表人：韦某", "第1页 共3页", "以上为全部明细",
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
ROWS: Final = "payee,amount,date\na,1.00,2015-01-02\n{}\nb,2.00,2015-01-03\n"


@pytest.mark.parametrize("text", FOOTERS)
@pytest.mark.parametrize("row", ["{},,", "{}", ",,{}"])
def test_what_is_printed_at_the_foot_of_a_page_is_no_data(tmp_path: Path, text: str, row: str) -> None:
    """After the data or between pages, in whatever column; the rows around it are read on."""
    toml = MINIMAL.replace('["date", "amount", "payee"]', '["payee", "amount", "date"]')
    _, rows = minimal(tmp_path, ROWS.format(row.format(text)), toml)
    assert [(one.state, bool(one.candidate)) for one in rows[1::2]] == [("data", True)] * 2
    assert rows[2].why in {"footer", "total", "note"}
    assert text in rows[2].cells


@pytest.mark.parametrize(
    "text", ["Page Turner Ltd", "审核费", "借方合计：2笔 300.00", "Printed on £3", "制表人：300.00元"]
)
@pytest.mark.parametrize("row", ["x,,{}", "Page 1 of 3,{},", "Page 1 of 3,2.00,", "Page 1 of 3,,2015-01-04"])
def test_what_may_be_a_payment_is_no_footer(tmp_path: Path, text: str, row: str) -> None:
    """A row with an amount or a day is data, and so is a text that states one or that no program prints."""
    toml = MINIMAL.replace('["date", "amount", "payee"]', '["payee", "amount", "date"]')
    _, rows = minimal(tmp_path, ROWS.format(row.format(text)), toml)
    assert rows[2].state == "data"


@pytest.mark.parametrize("text", ["#end", "借方合计：2笔", "打印日期：2015-07-01"])
def test_a_footer_stands_where_a_statement_has_its_days(tmp_path: Path, text: str) -> None:
    """Also alone in its row, in the column of the dates."""
    head, row = STATEMENTS["special-account-statement"]
    lines = [head, row.format(n=1, day="2015-04-01", balance=10, out="5.00", came=""), text, ""]

    (path := tmp_path / "a.csv").write_text("\n".join(lines), "gb18030")
    assert [*Importer(PAGES["special-account-statement"]).candidates(path)][-1].state == "not-data"


def test_a_footer_is_told_with_its_text(book: Path, say: Say, tmp_path: Path) -> None:
    """It is counted as no data, and does not wait."""
    text = PAYMENTS.replace("合计,", "Page 1 of 3,,,,,,,,,,,,,\n合计,")
    path = tmp_path / "footed.csv"
    path.write_text(text, "gb18030")
    answer = say("--book", book, "import", path)
    assert "Page 1 of 3" in answer.out
    held = say("--book", book, "import", path, "--format", "json").json[0]
    assert (held["rows"]["not_data"], held["rows"]["quarantined"]) == (3, 1)  # a payment waits for its own reason


@pytest.mark.parametrize("last", [*BELOW, *DATA])
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
