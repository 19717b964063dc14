"""A row that names its fund is not booked to whatever is said of the whole file: 渠道不乱."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fundtrack.importing import Importer
from test_currencies import ROWS
from test_importers import PAGES

if TYPE_CHECKING:
    from pathlib import Path

    from fundtrack.importing.body.blocks import Row

LINE = ("记账日期,金额,余额,交易名称,对方账户名", "2015-04-02,-10.00,90.00,转账,示例公司")


def with_column(folder: Path, name: str, head: str, said: str) -> Row:
    """Return the row of a file of a page that has one more column, which says something."""
    header, row = ROWS.get(name, LINE)
    path = folder / "a.csv"
    path.write_text(f"{header},{head}\n{row},{said}\n", "utf-8")
    (found,) = (row for row in Importer(PAGES[name]).candidates(path) if row.state == "data")
    return found


@pytest.mark.parametrize(
    ("name", "head", "said", "waits"),
    [
        ("bank-signed", "资金来源", "农村危房改造", True),
        ("bank-signed", "资金渠道", "-", False),
        ("bank-signed", "交易渠道", "网银", False),
        ("treasury-payment", "资金名称", "F03", False),
        ("treasury-payment", "资金性质", "一般公共预算", False),
    ],
)
def test_what_a_page_does_not_read_of_the_fund_is_not_lost(
    tmp_path: Path,
    name: str,
    head: str,
    said: str,
    waits: bool,  # noqa: FBT001
) -> None:
    """The page that reads the column goes on as it did; a bank's own channel is no fund."""
    found = with_column(tmp_path, name, head, said)
    assert ("fund-unread" in {error.key for error in found.problems}) == waits
