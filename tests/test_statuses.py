"""What a file says of whether it paid counts also on pages that do not read it: what was cancelled is no payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fundtrack.importing import Importer
from fundtrack.importing.batch.file import import_file
from fundtrack.importing.later.groups import grouped
from fundtrack.importing.later.quarantine import waiting
from kill import HEADER
from test_currencies import ROWS
from test_importers import PAGES
from treasury import counts, file_of, held, pay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from copies import Template
    from fundtrack.book import Book


@pytest.fixture
def book(template: Template) -> Iterator[Book]:
    """Give a book of its own to a test."""
    with template.copy() as book:
        yield book


def test_what_was_not_paid_waits_with_its_reason(book: Book) -> None:
    """Of payments, what was cancelled, what nobody knows, what is owed back and what closes a year are held apart."""
    said = [
        "已支付,授权支付",
        "已作废,授权支付",
        "已送审,授权支付",
        "待归档,授权支付",
        "已支付,红字发票",
        "已支付,年终结转",
        ",",
    ]
    rows = [[*pay(f"公司{nth}", 100 * nth), *one.split(",")] for nth, one in enumerate(said, 1)]
    path = file_of(book, "status", rows, head=[(*HEADER, "支付状态", "交易凭证类型")])
    (report,) = import_file(book, path, by="clerk")
    assert counts(report) == (2, 0, 5, 1)
    assert held(report) == {
        3: {"not-settled"}, 4: {"status-unknown"}, 5: {"status-unknown"}, 6: {"credit-note"}, 7: {"closing-entry"},
    }  # fmt: skip
    amounts = report.amounts
    assert (amounts["read"], amounts["posted"], amounts["quarantined"]) == (2800, 800, 2000)
    with book.reading() as connection:
        groups = grouped(connection, book.chart(connection), waiting(connection))
    assert [len(one.rows) for one in groups if one.check == "status-unknown"] == [2]


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
        ("Supplier status", "Ceased", False),
        ("Transaction status", "Payment completed 12/09/2013", False),
        ("Voided", "12/10/2013", True),
        ("Document type", "CREDIT NOTE", True),
        ("Type", "Invoice", False),
        ("Type", "CRN", True),
        ("Type", "Credit union", False),
        ("Description", "Credit note 12 set off", False),
        ("Remarks", "Year end closing entry", True),
        ("VAT status", "Avoided", False),
        ("Status", "", False),
        ("状态", "已作废", True),
        ("支付状态", "退票", True),
        ("处理结果", "失败：账号不符", True),
        ("凭证状态", "待复核", True),
        ("状态", "已支付", False),
        ("状态", "部分支付", True),
        ("交易状态", "交易成功", False),
        ("业务类型", "2014年年终结转", True),
        ("凭证摘要", "年末结转额度", True),
        ("凭证摘要", "2014年结转项目工程款", False),
        ("业务类型", "结转资金支付", False),
        ("是否作废", "是", True),
        ("是否作废", "否", False),
        ("Void (Y/N)", "Y", True),
        ("Cancelled", "N", False),
        ("Transaction Type", "CREDIT NOTE", True),
        ("Document type", "Invoice", False),
        ("凭证类型", "年终结转", True),
        ("业务类型", "利息结转", False),
        ("是否删除", "1", True),
        ("是否删除", "2", False),
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
    reasons = {"not-settled", "status-unknown", "credit-note", "closing-entry"}
    assert bool(reasons & {error.key for error in row.problems}) == waits
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
