"""Row accounting as a property: of any file every row is posted, posted before, quarantined or no data, and sums tie.

The rows and what they state are counted here without any reader of ours. What is refused as a whole changes nothing.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books import CHART, RECEIVED, post_simple
from corrupted import REPEATS, begins, damaged, stated, tables, workbook, written
from fundtrack.book.doctor import balances, numbers
from fundtrack.errors import FormatError, UsageError
from fundtrack.importing.batch.file import import_file
from fundtrack.importing.batch.report import STATES
from shelf import rolled_back
from treasury import MORE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from corrupted import Kind, Rows
    from fundtrack.importing.batch.report import Report
    from shelf import Lent, Shelf

TABLES: Final = ("voucher", "entry", "batch", "input_row", "decision", "refusal", "balance", "daily_balance")
LABELS: Final = (
    "合计",
    "小计",
    "总计",
    "制表",
    "打印",
    "导出",
    "注",
    "审核",
    "负责人",
    "说明",
    "余额",
    "经办",
    "累计",
    "前页",
    "次页",
)
ENCODINGS: Final = ("gb18030", "utf-8", "utf-8-sig", "utf-16", "cp1252")
SPARING: Final = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture(scope="module")
def book(shelf: Shelf) -> Iterator[Lent]:
    """Give a book whose funds received money."""
    with shelf.lend("sqlite", CHART + MORE) as book:
        for fund, amount in RECEIVED.items():
            post_simple(book, fund, "transfer-received", amount, on=date(2015, 1, 5))
        yield book


@settings(SPARING, max_examples=40)
@given(file=tables())
def test_every_row_of_a_changed_table_is_accounted_for(book: Lent, tmp_path: Path, file: tuple[Kind, Rows]) -> None:
    """Rows cut, copied and moved, cells replaced, columns in another order."""
    kind, rows = file
    path = tmp_path / "file.csv"
    path.write_bytes(written(rows))
    with rolled_back(book):
        for report in accounted(book, path, begins(written(rows).decode("gb18030"))):
            states(kind, rows, report)


@settings(SPARING, max_examples=15)
@given(file=tables())
def test_every_row_of_a_changed_workbook_is_accounted_for(book: Lent, tmp_path: Path, file: tuple[Kind, Rows]) -> None:
    """The same in a workbook, whose numbers are numbers."""
    kind, rows = file
    path = workbook(rows, tmp_path / "file.xlsx")
    with rolled_back(book):
        last = max(number for number, row in enumerate(rows, 1) if any(row))  # a workbook ends with what is in it
        for report in accounted(book, path, [*range(1, last + 1)]):
            states(kind, rows[:last], report)


@settings(SPARING, max_examples=40)
@given(file=tables(), encoding=st.sampled_from(ENCODINGS), data=st.data())
def test_every_row_of_damaged_bytes_is_accounted_for(
    book: Lent, tmp_path: Path, file: tuple[Kind, Rows], encoding: str, data: st.DataObject
) -> None:
    """Bytes flipped, lost, doubled and put in, in any encoding; afterwards the sound file is brought as well."""
    _, rows = file
    path, original = tmp_path / "file.csv", written(rows, encoding)
    path.write_bytes(data.draw(damaged(original)))
    with rolled_back(book):
        for report in accounted(book, path, None):
            assert report.new
        path.write_bytes(original)
        accounted(book, path, None)


def accounted(book: Lent, path: Path, lines: list[int] | None) -> list[Report]:
    """Import a file; see that all its rows are accounted for, or that it is refused and nothing is changed."""
    before = contents(book)
    try:
        reports = import_file(book, path, by="clerk")
    except (FormatError, UsageError):
        assert contents(book) == before
        return []
    (report,) = reports
    ((encoding,),) = asked(book, f"SELECT encoding FROM batch WHERE batch = {report.batch:d}")
    physical = lines or begins(path.read_bytes().decode(encoding))
    assert report.rows["read"] == len(physical) == sum(report.rows[state] for state in STATES)
    assert report.amounts["read"] == sum(report.amounts[state] for state in STATES)
    vouchers = asked(book, f"""
        SELECT v.row, (1 - 2 * e.red) * e.amount, a.kind FROM voucher AS v JOIN entry AS e ON e.voucher = v.id
        JOIN account AS a ON a.fund = e.fund AND a.code = e.debit AND a.unit = e.unit WHERE v.batch = {report.batch:d}
    """)  # fmt: skip
    held = [row["row"] for row in report.held]
    if report.new:
        assert sorted([*(row for row, *_ in vouchers), *held]) == physical
        assert report.rows["posted"] == len(vouchers)
    again = import_file(book, path, by="clerk")
    assert [one.rows["read"] for one in again] == [report.rows["read"]]
    assert not again[0].new
    assert [*balances(book, book.connection), *numbers(book, book.connection)] == []
    return reports


def states(kind: Kind, rows: Rows, report: Report) -> None:
    """Compare what was read of each row with what it states, and see that what is no data states nothing."""
    no_data = {row["row"] for row in report.held if row["state"] == "not-data"}
    said = stated(kind, rows, padded=report.file.endswith("xlsx"))
    physical = dict(zip(begins(written(rows).decode("gb18030")), range(1, len(rows) + 1), strict=True))
    at = {number: number for number in said} if report.file.endswith("xlsx") else {
        line: number for line, number in physical.items() if number in said}  # fmt: skip
    assert report.amounts["read"] == sum(said[number] or 0 for line, number in at.items() if line not in no_data)
    assert report.unreadable_rows == sum(said[number] is None for line, number in at.items() if line not in no_data)
    held = {row["row"] for row in report.held}
    assert not [line for line in at if begun_by(rows[at[line] - 1]) and line not in held]  # none is posted
    for line in no_data & at.keys():
        row = rows[at[line] - 1]
        lone = sum(bool(cell.strip()) for cell in row) <= 1  # a note below the table, if it is anything
        assert lone or set(kind.header) <= {*row} or any(label in cell for cell in row for label in LABELS), row


def begun_by(row: list[str]) -> bool:
    """Say whether a row has only the word of those that repeat others, and perhaps a sum."""
    filled = [cell for cell in row if cell.strip()]
    return len(filled) in {1, 2} and not {*REPEATS}.isdisjoint(filled)


def contents(book: Lent) -> list[int]:
    """Return how many rows each table has that an import adds to."""
    return [asked(book, f"SELECT COUNT(*) FROM {table}")[0][0] for table in TABLES]


def asked(book: Lent, select: str) -> list[tuple[Any, ...]]:
    """Return the rows of a select."""
    return [tuple(row) for row in book.connection.exec_driver_sql(select)]
