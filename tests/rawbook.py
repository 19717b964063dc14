"""A book filled past everything but the database itself, so that vouchers may say whatever it can hold."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from copies import copied
from fundtrack.book import create_book
from fundtrack.book.policy import apply_chart
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy import URL

    from fundtrack.book import Book

CHART: Final = """\
option "title" "Tianyang: Hometown \\"resettlement\\""
option "operating_currency" "CNY"

2014-01-01 custom "fund" "F01"
  name: "Relocation"
  name-zh: "中央易地搬迁"
  department: "发展和改革局"
  level: "central"
  regime: "earmarked"
  authority: "原文未载"
2014-01-01 custom "fund" "F02A"
  name: "Alleviation"
  name-zh: "扶贫"
  department: "扶贫办"
  level: "region"
  regime: "pooled"
  may-advance: TRUE
  authority: "原文未载"
2014-01-01 custom "bank" "B01"
  name: "Treasury"
  name-zh: "国库单一账户"
  number: "45001234560001"
2014-01-01 custom "project" "P01"
  name: "Hometown"
  name-zh: "老乡家园"
"""

ACCOUNTS: Final = """
2014-01-01 open Assets:{fund}:1001-Treasury CNY
  bank: "B01"
  name-zh: "国库存款"
2014-01-01 open Assets:{fund}:1002-Special CNY
  bank: "B01"
  name-zh: "专户存款"
2014-01-01 open Assets:{fund}:1201-Advances CNY
  kind: "advance"
  name-zh: "预拨款"
2014-01-01 open Assets:{fund}:1901-Dollars USD
  kind: "receivable"
  name-zh: "美元"
2014-01-01 open Equity:{fund}:3001-Balance CNY
  name-zh: "结余"
2014-01-01 open Equity:{fund}:3901-Dollar-balance USD
  name-zh: "美元结余"
2014-01-01 open Income:{fund}:4001-Transfers CNY
  name-zh: "上级补助"
2014-01-01 open Expenses:{fund}:0601-Housing CNY
  name-zh: "住房建设"
  authority: "桂[2014]33号"
2014-01-01 open Expenses:{fund}:0602-Roads CNY
  name-zh: "道路"
  authority: "桂[2014]33号"
"""
TEXT: Final = CHART + ACCOUNTS.format(fund="F01-Relocation") + ACCOUNTS.format(fund="F02A-Alleviation")

VOUCHER: Final[dict[str, Any]] = {
    "kind": "disbursement", "project": "", "payee": "", "narration": "", "document": "", "bank": "", "bank_ref": "",
    "payee_id": "", "payee_account": "", "contract": "",
    "link": None, "reverses": None, "cites": None, "occurrence": 1, "batch": None, "row": None, "chart": 1,
    "prepared_by": "clerk", "approved_by": "", "recorded_at": "2026-11-22T08:00:00Z",
}  # fmt: skip
"""A voucher of which nothing is said but what it must have."""

BATCH: Final[dict[str, Any]] = {
    "sha256": "a", "file": 'a "file".xlsx', "page": "p", "page_sha256": "b", "encoding": "",
    "imported_at": "2026-11-22T08:00:00Z", "imported_by": "clerk", "date_first": "", "date_last": "",
    "printed_total": None,
} | dict.fromkeys((
    "rows_read", "rows_posted", "rows_already_posted", "rows_quarantined", "rows_not_data", "rows_unreadable",
    "amount_posted", "amount_already_posted", "amount_quarantined",
), 0)  # fmt: skip
"""A batch of which nothing is said but its file."""

Entry = tuple[str, str, str, int, int]


def book_in(folder: Path, url: URL | None = None) -> Book:
    """Return a new book with the chart."""
    return copied(folder, url or "", "raw", _made)


def _made(folder: Path, database: str) -> Book:
    book = create_book(folder, title="Tianyang", language="en", database=database)
    apply_chart(book, TEXT, by="manager", document="桂[2014]33号")
    return book


def post(book: Book, day: str, entries: Sequence[Entry], fund: str = "F01", **fields: Any) -> int:  # noqa: ANN401
    """Insert a voucher past everything but the database itself, and return its id."""
    on = date.fromisoformat(day)
    with book.writing() as connection:
        ids = "SELECT COALESCE(MAX(id), 0) + 1 FROM voucher"
        numbers = f"SELECT COALESCE(MAX(number), 0) + 1 FROM voucher WHERE fund = '{fund}' AND year = {on.year}"
        new, number = (connection.exec_driver_sql(query).scalar_one() for query in (ids, numbers))
        columns = ("voucher", "line", "fund", "unit", "debit", "credit", "amount", "red")
        lines = [(new, line, fund, *entry) for line, entry in enumerate(entries, 1)]
        dialect.insert_rows(connection, "entry", columns, lines)
        row = VOUCHER | {
            "id": new, "fund": fund, "year": on.year, "number": number, "date": day, "day": on.toordinal(),
            "natural_key": f"key {new}", "entries": len(entries), "link": new,
        } | fields  # fmt: skip
        dialect.insert_rows(connection, "voucher", list(row), [list(row.values())])
    return int(new)


def funded_book(folder: Path) -> None:
    """Make a book with the chart, money in both funds and two batches for vouchers to come from, and close it."""
    book = book_in(folder)
    for fund in ("F01", "F02A"):
        post(book, "2014-12-31", [("CNY", "1001", "3001", 10**12, 0)], fund, kind="opening")
        post(book, "2015-01-05", [("CNY", "1001", "4001", 10**12, 0)], fund, kind="transfer-received")
    with book.owning() as connection:
        for batch, sheet in ((1, "一月"), (2, "")):
            row = BATCH | {"batch": batch, "sheet": sheet}
            dialect.insert_rows(connection, "batch", list(row), [list(row.values())])
    book.engine.dispose()
