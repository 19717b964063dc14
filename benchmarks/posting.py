"""One voucher at a time into a book, each durable, against bare commits on the same disk."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from fundtrack.book import open_book
from fundtrack.checking import checks
from fundtrack.posting import Draft, Leg, post
from fundtrack.posting.kinds import simple_entry

from benchmarks.books import BY
from benchmarks.floors import connect
from benchmarks.vouchers import BANK, LAST

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from benchmarks.child import Clock
    from fundtrack.book import Book

WARM_UP = 20


def post_singly(clock: Clock, book: str, small: str, times: int) -> dict[str, float]:
    """Commit a bare row, post into a book, post into a small book, in turn; return the median of each in seconds.

    The clock counts the posts into the book alone.
    """
    with closing(connect(Path(book).parent / "commit.sqlite")) as floor:
        floor.execute("CREATE TABLE IF NOT EXISTS one (row TEXT NOT NULL) STRICT")
        into = {"book": poster(open_book(Path(book))), "small": poster(open_book(Path(small)))}
        measured: dict[str, list[float]] = {"commit": [], "book": [], "small": []}
        for at in range(WARM_UP + times):
            laps = {"commit": seconds(lambda: commit(floor)), "small": seconds(into["small"])}
            if at < WARM_UP:
                into["book"]()
                continue
            with clock:
                laps["book"] = seconds(into["book"])
            for name, lap in laps.items():
                measured[name].append(lap)
    return {name: median(laps) for name, laps in measured.items()}


def seconds(act: Callable[[], None]) -> float:
    """Return how long an act took."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def commit(connection: sqlite3.Connection) -> None:
    """Insert a row and commit it."""
    execute = connection.execute
    execute("BEGIN IMMEDIATE")
    execute("INSERT INTO one VALUES ('a row')")
    execute("COMMIT")


def poster(book: Book) -> Callable[[], None]:
    """Return what posts one more voucher into a book, with every check, on the last day that has any."""
    with book.reading() as connection:
        chart = book.chart(connection)
    pages = checks(book.folder / "checks")

    def act() -> None:
        entry = simple_entry(chart, "disbursement", 12_345, fund="F01", use=Leg("F01", "0601"))
        ref = f"ONE{time.time_ns()}"
        draft = Draft("F01", LAST, "disbursement", (entry,), payee="田州镇财政所", bank=BANK, bank_ref=ref)
        post(book, [draft], by=BY, pages=pages)

    return act
