"""Files of a treasury about quota, for the tests: their rows, what became of them, and what lines then have."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from fundtrack import money
from fundtrack.book import doctor
from fundtrack.importing.batch.file import import_file
from fundtrack.importing.batch.report import STATES
from fundtrack.posting.quota import find_line, statuses
from fundtrack.schema import dialect
from quotas import controlled

if TYPE_CHECKING:
    from pathlib import Path

    from fundtrack.book import Book
    from fundtrack.importing.batch.report import Report

CHART: Final = controlled(date(2015, 1, 1))
CLERK, CHIEF = "李会计", "王局长"

QUOTA: Final = ("指标主键", "预算年度", "本级指标文号", "上级指标文号", "发文时间", "资金名称", "单位名称", "项目名称",
                "支出功能科目", "政府经济科目", "指标金额", "源指标主键", "是否删除")  # fmt: skip
BOUND: Final = ("采购合同编号", "指标主键", "合同签订日期", "供应商名称", "占用指标金额")
APPLIED: Final = (
    "支付申请编号",
    "申请日期",
    "支付申请金额",
    "指标主键",
    "收款人全称",
    "收款人账号",
    "采购合同编号",
    "用途",
)
HEADS: Final = {"quota": QUOTA, "bound": BOUND, "applied": APPLIED}
COUNTED: Final = {"quota": "指标金额", "bound": "占用指标金额", "applied": "支付申请金额"}


def file_of(folder: Path, kind: str, *rows: dict[str, str], total: str = "", name: str = "") -> Path:
    """Write a file with the columns of a page."""
    path = folder / f"{name or kind}.csv"
    with path.open("w", encoding="gb18030", newline="") as out:
        writer = csv.DictWriter(out, HEADS[kind], restval="")
        writer.writeheader()
        writer.writerows(rows)
        if total:
            writer.writerow({HEADS[kind][0]: "合计", COUNTED[kind]: total})
    return path


def given_row(number: str, fen: int, source: str = "", use: str = "0601", **cells: str) -> dict[str, str]:
    """Return the row of a quota document: received, or allotted to a use where it names its source."""
    return {
        "指标主键": number, "预算年度": "2015", "本级指标文号": "本级5号", "上级指标文号": "上级88号",
        "发文时间": "2015-01-20", "资金名称": "F01", "支出功能科目": use, "指标金额": money.plain(fen),
        "源指标主键": source, "是否删除": "否",
    } | cells  # fmt: skip


def bound_row(contract: str, line: str, fen: int, **cells: str) -> dict[str, str]:
    """Return the row of a contract that binds quota."""
    return dict(zip(BOUND, (contract, line, "2015-03-01", "甲建筑公司", money.plain(fen)), strict=True)) | cells


def applied_row(number: str, line: str, fen: int, **cells: str) -> dict[str, str]:
    """Return the row of an application."""
    return dict(zip(
        APPLIED, (number, "2015-03-10", money.plain(fen), line, "甲建筑公司", "6222020200001111222", "", "进度款"),
        strict=True,
    )) | cells  # fmt: skip


GIVEN: Final = (given_row("1001", 5000, use=""), given_row("1002", 4000, "1001"))
"""5000 fen received, and 4000 of them allotted to 0601."""


def bring(book: Book, path: Path, by: str = CLERK, **said: Any) -> Report:  # noqa: ANN401 - of import_file
    """Import a file of one sheet, and see that its rows tie."""
    (report,) = import_file(book, path, by=by, **said)
    assert report.rows["read"] == sum(report.rows[state] for state in STATES)
    assert report.amounts["read"] == sum(report.amounts[state] for state in STATES)
    return report


def reasons(report: Report) -> dict[int, list[str]]:
    """Return why rows wait, by row."""
    held = [row for row in report.held if row["state"] == "quarantined"]
    return {row["row"]: [why["check"] for why in row["reasons"]] for row in held}


def status(book: Book, number: str) -> dict[str, int]:
    """Return what a line has, where it has anything."""
    with book.reading() as connection:
        chart = book.chart(connection)
        return {name: fen for name, fen in statuses(connection, chart, find_line(chart, number)).items() if fen}


def lines(book: Book) -> int:
    """Return how many quota lines there are."""
    with book.reading() as connection:
        return int(dialect.rows_of(connection, "SELECT COUNT(*) FROM quota")[0][0])


def sound(book: Book) -> bool:
    """Return whether the doctor finds every batch, decision and ground of a fund as the book says."""
    with book.reading() as connection:
        return not [*doctor.imports(book, connection), *doctor.funds(book, connection)]
