"""The close of a year: every voucher of it is paid from quota, and a thousand contracts go on to the next year."""

from __future__ import annotations

import datetime as dt
import shutil
from contextlib import closing
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.books import BY
from benchmarks.floors import ROLL_UP, connect
from benchmarks.vouchers import FIRST, FUNDS, GRANTED, RECEIVED, chart, vouchers, write_csv
from fundtrack.book import create_book, open_book
from fundtrack.book.periods import Month
from fundtrack.book.policy import apply_chart
from fundtrack.chart.change import open_quota
from fundtrack.importing.batch.file import import_file
from fundtrack.posting import post
from fundtrack.posting.periods import close
from fundtrack.posting.quota import allot, commit, receive
from fundtrack.posting.vouchers import draft
from fundtrack.posting.yearend import Terms, close_year

if TYPE_CHECKING:
    from benchmarks.child import Clock
    from benchmarks.vouchers import Voucher
    from fundtrack.book import Book

YEAR: Final = 2015
DOCUMENT: Final = "阳财〔2015〕1号"
CONTRACTS: Final = 50
"""Contracts of each line; of 20 lines they are 1,000."""

DAYS: Final = 365


def prepare(_clock: Clock, count: int, folder: str) -> dict[str, int]:
    """Make a book in which all vouchers are of one year and paid from quota, its months closed up to November."""
    shutil.rmtree(folder, ignore_errors=True)
    book = create_book(Path(folder), title="Benchmark", language="en")
    text = chart()
    for fund in FUNDS:
        text = open_quota(text, fund, FIRST)
    apply_chart(book, text, by=BY, document=DOCUMENT)
    for fund in FUNDS:
        give(book, fund)
    path = Path(folder) / "vouchers.csv"
    write_csv(path, starmap(of_the_year, ((count, one) for one in vouchers(count))))
    (report,) = import_file(book, path, by=BY)
    for period in range(1, 12):
        assert close(book, Month(YEAR, period), by=BY) == []
    book.engine.dispose()
    return {"posted": report.rows["posted"]}


def of_the_year(count: int, voucher: Voucher) -> Voucher:
    """Return a voucher as of a day of the year, in the same order."""
    return voucher._replace(date=(FIRST + dt.timedelta((voucher.number - 1) * DAYS // count)).isoformat())


def give(book: Book, fund: str) -> None:
    """Give a fund money and quota, a line for each of its uses, and contracts for some of each line."""
    part = RECEIVED // len(GRANTED[fund])
    first = [
        post(book, lambda c, chart, use=use: [  # type: ignore[misc]
            *receive(c, chart, fund, part, date=FIRST, by=BY, document=f"{DOCUMENT}附{use}"),
            draft(chart, "transfer-received", part, fund=fund, date=FIRST),
        ], by=BY)
        for use in GRANTED[fund]
    ]  # fmt: skip
    for at, use in enumerate(GRANTED[fund], 1):
        root = f"{fund}-Q{at:05d}"
        post(book, lambda c, chart, root=root, use=use: allot(  # type: ignore[misc]
            c, chart, root, part, use=use, date=FIRST, by=BY, document=DOCUMENT
        ), by=BY)  # fmt: skip
        line = f"{fund}-Q{len(first) + at:05d}"
        post(book, lambda c, chart, line=line: [  # type: ignore[misc]
            one for nth in range(CONTRACTS)
            for one in commit(c, chart, line, 1_000_000, date=FIRST, contract=f"HT-{line}-{nth}", payee="建筑公司")
        ], by=BY)  # fmt: skip


def close_it(clock: Clock, book: str) -> dict[str, int]:
    """Preview the close of the year, then close it, in a copy of the book; tell the seconds of each."""
    copy = Path(book).with_name("closed")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(book, copy)
    mine = open_book(copy)
    terms = Terms(YEAR, BY, DOCUMENT)
    seen = close_year(mine, terms, preview=True)
    with clock:
        done = close_year(mine, terms)
    mine.engine.dispose()
    assert [one.vouchers for one in seen.lines] == [one.vouchers for one in done.lines]
    return {"lines": len(done.lines), "vouchers": sum(len(one.vouchers) for one in done.lines)}


def sums(clock: Clock, folder: str) -> dict[str, int]:
    """Sum every account of the floor's tables in one scan."""
    with closing(connect(Path(folder) / "floor.sqlite")) as connection, clock:
        return {"accounts": len(connection.execute(ROLL_UP).fetchall())}
