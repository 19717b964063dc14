"""One voucher at a time into a book, each durable, against bare commits on the same disk."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.books import BY
from benchmarks.child import Clock
from benchmarks.floors import connect
from benchmarks.vouchers import BANK, LAST
from fundtrack.book import open_book
from fundtrack.posting import Draft, Leg, post
from fundtrack.posting.kinds import simple_entry

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from fundtrack.book import Book

WARM_UP = 20
BACK = dt.timedelta(days=365)
"""How far a late voucher is dated back: the end of every day since is judged again."""


def post_singly(clock: Clock, book: str, small: str, times: int) -> dict[str, float]:
    """Commit a bare row, post into a small book, into a book, and back a year into it, in turn; tell the medians.

    Seconds, by name, of the processor behind `-cpu`.

    The books are copies: what is posted here is not there for the other rows.
    """
    copies = Path(book).with_name("posted")
    shutil.rmtree(copies, ignore_errors=True)
    with closing(connect(Path(book).parent / "commit.sqlite")) as floor:
        floor.execute("CREATE TABLE IF NOT EXISTS one (row TEXT NOT NULL) STRICT")
        acts = {
            "commit": lambda: commit(floor),
            "small": poster(copied(small, copies / "small")),
            "book": poster(copied(book, copies / "book")),
            "late": poster(copied(book, copies / "late"), LAST - BACK),
        }
        laps: dict[str, list[float]] = {name: [] for kind in acts for name in (kind, f"{kind}-cpu")}
        with clock:
            for at in range(WARM_UP + times):
                for name, act in acts.items():
                    lap = timed(act)
                    if at >= WARM_UP:
                        laps[name].append(lap.wall)
                        laps[f"{name}-cpu"].append(lap.cpu)
    return {name: median(measured) for name, measured in laps.items()}


def copied(book: str, to: Path) -> Book:
    """Return a copy of a book, open."""
    shutil.copytree(book, to)
    return open_book(to)


def timed(act: Callable[[], None]) -> Clock:
    """Return the clock that ran while something was done."""
    clock = Clock()
    with clock:
        act()
    return clock


def commit(connection: sqlite3.Connection) -> None:
    """Insert a row and commit it."""
    execute = connection.execute
    execute("BEGIN IMMEDIATE")
    execute("INSERT INTO one VALUES ('a row')")
    execute("COMMIT")


def poster(book: Book, day: dt.date = LAST) -> Callable[[], None]:
    """Return what posts one more voucher into a book as the command does, with every check."""
    with book.reading() as connection:
        chart = book.chart(connection)

    def act() -> None:
        entry = simple_entry(chart, "disbursement", 12_345, fund="F01", use=Leg("F01", "0601"))
        ref = f"ONE{time.time_ns()}"
        draft = Draft("F01", day, "disbursement", (entry,), payee="田州镇财政所", bank=BANK, bank_ref=ref)
        post(book, [draft], by=BY)

    return act
