"""The book that is measured: made from the generated chart, funded, filled by one import."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.vouchers import FIRST, FUNDS, RECEIVED, chart
from fundtrack.book import create_book
from fundtrack.book.policy import apply_chart
from fundtrack.importing.batch import file
from fundtrack.posting import Draft, post
from fundtrack.posting.kinds import simple_entry

if TYPE_CHECKING:
    from benchmarks.child import Clock
    from fundtrack.book import Book

BY = "benchmark"


def import_file(clock: Clock, path: str, folder: str, database: str = "", schema: str = "") -> dict[str, int]:
    """Import a file into a new book in a folder, with every check, in one durable transaction."""
    shutil.rmtree(folder, ignore_errors=True)
    book = funded_book(Path(folder), database, schema)
    with clock:
        (report,) = file.import_file(book, Path(path), by=BY)
    book.engine.dispose()
    return {"posted": report.rows["posted"], "quarantined": report.rows["quarantined"]}


def funded_book(folder: Path, database: str, schema: str) -> Book:
    """Return a new book in which each fund has received what it will spend."""
    book = create_book(folder, title="Benchmark", language="en", database=database, schema_name=schema)
    apply_chart(book, chart(), by=BY, document="阳财〔2014〕1号")
    with book.reading() as connection:
        accounts = book.chart(connection)
    entries = {fund: simple_entry(accounts, "transfer-received", RECEIVED, fund=fund, use=None) for fund in FUNDS}
    post(
        book, [Draft(fund, FIRST, "transfer-received", (entry,), inflow=True) for fund, entry in entries.items()], by=BY
    )
    return book
