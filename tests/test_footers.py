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
