"""Books to import into, and the files of a treasury: a row for each thing that happens to rows."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import inspect

from books import CHART, RECEIVED, post_simple
from copies import Template, address
from fundtrack.book import create_book
from fundtrack.book.policy import apply_chart
from fundtrack.importing.batch.file import import_file
from fundtrack.importing.later.quarantine import waiting
from kill import HEADER, payment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from fundtrack.book import Book
    from fundtrack.importing.batch.report import Report
    from postgresql import Server

COMPANY: Final = "田阳县茂恒投资开发有限公司"
JUNE: Final = date(2015, 6, 1)

MORE: Final = f"""
2014-01-01 custom "intermediary" "{COMPANY}"
  project: "P01"
  role: "owner"
2014-01-01 custom "bank" "B02"
  name: "Special account"
  name-zh: "专户"
  number: "45001234560002"
2014-01-01 open Assets:F04-Local:1002-Special CNY
  bank: "B02"
"""

STATEMENT: Final = (
    "记账日期",
    "交易流水号",
    "摘要",
    "借方发生额",
    "贷方发生额",
    "余额",
    "对方户名",
    "对方账号",
    "附言",
)
CELLS: Final = {
    "date": "实际支付日期",
    "fund": "资金名称",
    "use": "列支科目",
    "project": "项目名称",
    "payee": "收款人全称",
    "note": "凭证摘要",
    "amount": "支付金额",
    "reference": "银行交易流水号",
    "bank": "付款人账号",
}  # fmt: skip
BLANK: Final = [""] * len(HEADER)


def fill(folder: Path, database: str) -> None:
    """Create the template."""
    book = create_book(folder, title="Import", language="en", database=database, schema_name="import")
    apply_chart(book, CHART + MORE, by="founder", document="原文未载")
    for fund, amount in RECEIVED.items():
        post_simple(book, fund, "transfer-received", amount, on=date(2015, 1, 5))
    book.engine.dispose()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    """Give a book to copy on each engine in turn: four funds that received money on 2015-01-05."""
    folder = tmp_path_factory.mktemp("treasury") / "book"
    if request.param == "sqlite":
        fill(folder, "")
        yield Template(folder)
        return
    server: Server = request.getfixturevalue("postgresql_server")
    with server.database() as url:
        fill(folder, address(url))
        yield Template(folder, server, str(url.database))


def total(amount: str) -> list[str]:
    """Return a row that prints a total."""
    at = HEADER.index(CELLS["amount"])
    return ["合计", *[""] * (at - 1), amount, *[""] * (len(HEADER) - at - 1)]


def pay(name: str, fen: int = 100, fund: str = "F03", day: date = JUNE, **cells: str) -> list[str]:
    """Return the row of a payment, other cells as given; one whose name ends in a number has a bank reference."""
    row = dict(zip(HEADER, payment(name, day, fund, fen), strict=True))
    return [*(row | {CELLS[name]: cell for name, cell in cells.items()}).values()]


def back(name: str, fen: int, original: str = "", **cells: Any) -> list[str]:  # noqa: ANN401 - cells and a date
    """Return the row of a payment that came back, citing the bank's number of its original."""
    return pay(name, -fen, note=f"户名不符退回，原流水 {original}" if original else "退回", **cells)


def file_of(book: Book, name: str, rows: Iterable[Sequence[str]], *, head: Iterable[Sequence[str]] = (HEADER,)) -> Path:
    """Write a file beside the book."""
    path = book.folder.parent / f"{name}.csv"
    with path.open("w", encoding="gb18030", newline="") as out:
        csv.writer(out).writerows([*head, *rows])
    return path


def bring(book: Book, name: str, *rows: Sequence[str], **options: Any) -> Report:  # noqa: ANN401 - of import_file
    """Import a file of these rows."""
    (report,) = import_file(book, file_of(book, name, rows), by="clerk", **options)
    return report


def counts(report: Report) -> tuple[int, ...]:
    """Return how many rows were posted, posted before, quarantined, and no data."""
    return tuple(report.rows[state] for state in ("posted", "already_posted", "quarantined", "not_data"))


def held(report: Report) -> dict[int, set[str]]:
    """Return why each row waits, by row."""
    return {
        row["row"]: {why["check"] for why in row["reasons"]} for row in report.held if row["state"] == "quarantined"
    }


def asked(book: Book, select: str) -> list[tuple[Any, ...]]:
    """Return the rows of a select."""
    with book.reading() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(select)]


def rejected(report: Report) -> dict[int, set[str]]:
    """Return why each row stays out that was rejected, by row; people are asked nothing about it."""
    rows = {row["row"]: {why["check"] for why in row["reasons"]} for row in report.held if row["state"] == "rejected"}
    assert len(rows) == report.rows["rejected"]
    return rows


def names(book: Book) -> list[tuple[str, int]]:
    """Return the names of the payments that were imported, with signed amounts, in the order of their numbers."""
    return [(name, (1 - 2 * red) * fen) for name, fen, red in asked(book, """
        SELECT v.narration, e.amount, e.red FROM voucher AS v JOIN entry AS e ON e.voucher = v.id
        WHERE v.batch IS NOT NULL ORDER BY v.id""")]  # fmt: skip


def everything(book: Book) -> dict[str, list[str]]:
    """Return every row of every table."""
    with book.reading() as connection:
        tables = inspect(connection).get_table_names()
        return {table: sorted(map(repr, connection.exec_driver_sql(f"SELECT * FROM {table}"))) for table in tables}


def bytes_of(book: Book) -> dict[Path, bytes]:
    """Return the files of a book that nobody has open, the database of SQLite among them."""
    book.engine.dispose()
    return {path: path.read_bytes() for path in book.folder.rglob("*") if path.is_file()}


def waits(book: Book) -> list[str]:
    """Return the names of the rows in quarantine."""
    with book.reading() as connection:
        return [row.name for row in waiting(connection)]
