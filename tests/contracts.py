"""Registers to fill: contracts and a payroll, and books on each engine to fill them in."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any, Final

from fundtrack.identifier import normal
from fundtrack.importing.batch.file import import_file
from fundtrack.posting.enter import withdraw
from treasury import asked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fundtrack.book import Book
    from fundtrack.importing.batch.report import Report

CONTRACTS: Final = (
    "合同编号", "变更编号", "项目名称", "甲方", "乙方", "签订日期", "合同金额(元)", "质保金", "预付款", "采购方式",
)  # fmt: skip
PAYROLL: Final = ("姓名", "身份证号", "工资卡号", "工作单位", "起薪日期", "停薪日期")
OLD_CARD: Final = "451021800505005"
CARD: Final = normal(OLD_CARD)


def contract(no: str = "HT-1", amount: str = "300.00", change: str = "", day: str = "2015-01-02") -> list[str]:
    """Return the row of a contract."""
    return [no, change, "P01", "发展和改革局", "茂恒公司", day, amount, "", "", ""]


def file_of(book: Book, name: str, rows: Sequence[Sequence[str]], header: Sequence[str] = CONTRACTS) -> Path:
    """Write a file beside the book."""
    path = book.folder.parent / f"{name}.csv"
    with path.open("w", encoding="gb18030", newline="") as out:
        csv.writer(out).writerows([header, *rows])
    return path


def enter(book: Book, name: str, *rows: Sequence[str], header: Sequence[str] = CONTRACTS, **how: Any) -> Report:  # noqa: ANN401 - of import_file
    """Import a file of these rows."""
    (report,) = import_file(book, file_of(book, name, rows, header), by="clerk", **how)
    return report


def held_contracts(book: Book) -> list[tuple[Any, ...]]:
    """Return the contracts that hold, with the entry each is."""
    return asked(book, "SELECT contract, change, amount, entry FROM book_contracts ORDER BY contract, change")


def full(book: Book) -> None:
    """Enter contracts, one replaced, one withdrawn, one of a text that would break a ledger, and a person."""
    enter(book, "a", contract(), contract("HT-2"), contract('HT"3\\', change="-"))
    enter(book, "b", contract("HT-2", "(5.00)"))
    withdraw(book, "contract", 3, by='the "boss"')
    enter(book, "c", ("农某五", CARD, "", "镇", "2008-09-01", ""), header=PAYROLL)
