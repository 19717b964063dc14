"""What a file says of whether it paid counts also on pages that do not read it: what was cancelled is no payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fundtrack.importing import Importer
from test_currencies import ROWS
from test_importers import PAGES

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["treasury-payment", "uk-spend"])
@pytest.mark.parametrize(
    ("head", "said", "waits"),
    [
        ("Payment Status", "Cancelled", True),
        ("Status", "VOID", True),
        ("Cheque status", "Returned by bank", True),
        ("Transaction Status", "Not yet cleared", True),
        ("Status", "Paid", False),
        ("Status", "Voided area community centre", True),
        ("VAT status", "Avoided", False),
        ("Status", "", False),
        ("状态", "已作废", True),
        ("支付状态", "退票", True),
        ("处理结果", "失败：账号不符", True),
        ("凭证状态", "待复核", True),
        ("状态", "已支付", False),
        ("是否作废", "是", True),
        ("是否作废", "否", False),
        ("Void (Y/N)", "Y", True),
        ("Cancelled", "N", False),
        ("Transaction Type", "CREDIT NOTE", True),
        ("Document type", "Invoice", False),
        ("凭证类型", "年终结转", True),
        ("业务类型", "利息结转", False),
        ("是否删除", "1", True),
        ("Remarks", "replaces a cancelled cheque", False),
        ("备注", "补发上次退票", False),
    ],
)
def test_what_was_cancelled_is_not_paid(tmp_path: Path, name: str, head: str, said: str, waits: bool) -> None:  # noqa: FBT001
    """Only what surely says so, in a column that says what became of the payment, makes a row wait."""
    header, first = ROWS[name]
    path = tmp_path / "a.csv"
    path.write_text(f"{header},{head}\n{first},{said}\n", "utf-8")
    importer = Importer(PAGES[name], currency="GBP" if name == "uk-spend" else "CNY")
    (row,) = (row for row in importer.candidates(path) if row.state == "data")
    assert ("not-settled" in {error.key for error in row.problems}) == waits
    assert bool(row.candidate) != waits


@pytest.mark.parametrize(("said", "waits"), [("已作废", True), ("待支付", False)])
def test_an_application_may_wait_to_be_paid(tmp_path: Path, said: str, waits: bool) -> None:  # noqa: FBT001
    """What was cancelled reserves nothing."""
    path = tmp_path / "a.csv"
    path.write_text(
        "支付申请编号,申请日期,支付申请金额,指标主键,收款人全称,收款人账号,用途,状态\n"
        f"SQ1,2015-03-10,10.00,4510211500000002,甲公司,4500999988887777001,材料,{said}\n",
        "gb18030",
    )
    (row,) = (row for row in Importer(PAGES["payment-applications"]).candidates(path) if row.state == "data")
    assert ("not-settled" in {error.key for error in row.problems}) == waits
