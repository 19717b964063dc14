"""What stands below a header: another unit refuses the table, and below another header nothing is read by the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fundtrack import pages
from fundtrack.errors import FormatError
from fundtrack.importing import Importer

if TYPE_CHECKING:
    from pathlib import Path

    from fundtrack.importing import Row

HEAD = "支付申请编号,支付凭证号,实际支付日期,资金名称,列支科目,付款人账号,收款人全称,用途,支付金额,银行交易流水号"
FIRST = "SQ1,PZ1,2015-06-01,F01,0602,,那满镇财政所,工程款,100.00,GK1"
SECOND = "SQ2,PZ2,2015-06-04,F01,0602,,那满镇财政所,工程款,40.00,GK2"
TREASURY = Importer(pages.catalogue("importers")["treasury-payment"])


def rows_of(folder: Path, *lines: str, importer: Importer = TREASURY) -> list[Row]:
    """Return the rows of a file that has these lines."""
    path = folder / "a.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return list(importer.candidates(path))


@pytest.mark.parametrize(
    "below",
    [
        "单位：万元,,,,,,,,,",
        "说明：本表金额单位为万元。,,,,,,,,,",
        ",,,,,,,,（万元）,",
        f"单位：万元,,,,,,,,,\n{HEAD}",
        HEAD.replace("支付金额", "支付金额(万元)"),
    ],
)
def test_another_unit_below_the_header_refuses_the_table(tmp_path: Path, below: str) -> None:
    """Amounts that were read in yuan would be ten thousand times too small, and every sum would tie."""
    with pytest.raises(FormatError) as caught:
        rows_of(tmp_path, HEAD, FIRST, below, SECOND)
    assert (caught.value.key, caught.value.details["row"]) == ("unit-below", 3)


@pytest.mark.parametrize(
    "below", ["单位：元,,,,,,,,,", "填报单位：田东县财政局,,,,,,,,,", "单位：田东县财政局,,,,,,,,,", HEAD]
)
def test_the_same_unit_or_a_bureau_refuses_nothing(tmp_path: Path, below: str) -> None:
    """A page that prints its unit or its header once more is one table."""
    found = rows_of(tmp_path, HEAD, FIRST, below, SECOND)
    assert [row.amount for row in found if row.state == "data"] == [100_00, 40_00]


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ([HEAD.replace("实际支付日期", "退回日期").replace("支付金额", "退回金额")], "table-other"),
        ([HEAD.replace("收款人全称,用途", "用途,收款人全称")], "table-other"),
        (
            ["银行对账单,,,,,,,,,", "交易日期,借方发生额,贷方发生额,余额,摘要,对方户名,对方账号,凭证号,流水号,"],
            "table-other",
        ),
        (["六月退票清单,,,,,,,,,", HEAD], "table-unpaid"),
    ],
)
def test_below_the_header_of_another_table_every_row_waits(tmp_path: Path, lines: list[str], key: str) -> None:
    """Read by the first header it would be posted: what was returned as paid, to whom the purpose names."""
    first, second = [row for row in rows_of(tmp_path, HEAD, FIRST, *lines, SECOND) if row.state == "data"]
    assert first.candidate
    assert second.candidate is None
    assert [error.key for error in second.problems] == [key]


def test_the_first_table_may_go_on_behind_another(tmp_path: Path) -> None:
    """Below its own header, printed once more, rows are read again; totals of the other table are nobody's."""
    other = HEAD.replace("实际支付日期", "退回日期").replace("支付金额", "退回金额")
    found = rows_of(tmp_path, HEAD, FIRST, other, "合计,,,,,,,,7.00,", HEAD, SECOND)
    assert [bool(row.candidate) for row in found if row.state == "data"] == [True, False, True]


def test_a_header_of_two_rows_printed_once_more_is_the_same(tmp_path: Path) -> None:
    """On every page of a ledger both rows of its header stand."""
    upper, lower = "序号,项目名称,项目单位,拨付日期,资金来源（元）,,合计（元）", ",,,,中央,省级,"
    ledger = Importer(pages.catalogue("importers")["project-ledger"])
    lines = ["列支科目：0602,,,,,,", upper, lower, "1,甲项目,甲公司,2015-03-02,10.00,2.00,12.00"]
    again = [upper, lower, "2,乙项目,乙公司,2015-03-03,5.00,1.00,6.00"]
    found = rows_of(tmp_path, *lines, *again, importer=ledger)
    assert [row.amount for row in found if row.state == "data"] == [12_00, 6_00]
