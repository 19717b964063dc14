"""Processes that all take from one allotment at the same moment: committing, paying, applying, giving back."""

from __future__ import annotations

import multiprocessing
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Final

from fundtrack.book import open_book
from fundtrack.checking import checks
from fundtrack.errors import Refused
from fundtrack.posting import post
from fundtrack.posting.application import apply_for, payment
from fundtrack.posting.quota import adjust, commit
from fundtrack.posting.vouchers import draft
from quotas import approved_or_rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Barrier
    from pathlib import Path

    from fundtrack.book import Book
    from fundtrack.checking import Check

    Taking = Callable[[Book, Mapping[str, Check], str], None]

AMOUNT: Final = 100
"""What each takes in a round, in fen."""

DAY: Final = date(2015, 3, 1)
RESERVE: Final = "F01-Q00002"
LINE: Final = "F01-Q00003"
"""The line that all take from, and before it the one from which it is filled again."""

JUDGES: Final = (
    "over-allotment",
    "over-commitment",
    "paid-beyond-commitment",
    "no-quota",
    "overdrawn",
    "mixed-channel",
)


def commits(book: Book, pages: Mapping[str, Check], who: str) -> None:
    """Bind it to a contract of one's own."""
    post(book, lambda c, chart: commit(c, chart, LINE, AMOUNT, date=DAY, contract=who, payee=who), by=who, pages=pages)


def pays(book: Book, pages: Mapping[str, Check], who: str) -> None:
    """Pay it without an application."""
    post(book, lambda _, chart: [
        draft(chart, "disbursement", AMOUNT, fund="F01", date=DAY, use="0601", payee=who, quota=LINE)
    ], by=who, pages=pages)  # fmt: skip


def applies(book: Book, pages: Mapping[str, Check], who: str) -> None:
    """Apply, have it approved, and pay what was."""
    number = apply_for(book, LINE, AMOUNT, payee=who, date=DAY, by=who)
    approved = approved_or_rejected(book, number, DAY, "王局长").numbers[0]
    post(book, lambda c, chart: [payment(c, chart, approved, None, date=DAY)], by=who, pages=pages)


def moves(book: Book, pages: Mapping[str, Check], who: str) -> None:
    """Move it to another line."""
    post(book, lambda _, chart: adjust(chart, LINE, RESERVE, AMOUNT, date=DAY, document="文"), by=who, pages=pages)


WRITERS: Final[tuple[Taking, ...]] = (commits, pays, applies, moves, commits, pays, applies, commits)


@contextmanager
def writers(folder: Path) -> Iterator[Callable[[], list[str]]]:
    """Start eight processes; give what lets all of them take at once, and returns how each ended."""
    spawn = multiprocessing.get_context("spawn")
    barrier = spawn.Barrier(len(WRITERS))
    pipes = [spawn.Pipe() for _ in WRITERS]
    processes = [spawn.Process(target=run, args=(folder, theirs, barrier, at)) for at, (_, theirs) in enumerate(pipes)]
    for process in processes:
        process.start()

    def take() -> list[str]:
        for ours, _ in pipes:
            ours.send("go")
        return [ours.recv() for ours, _ in pipes]

    try:
        yield take
    finally:
        for ours, _ in pipes:
            ours.send("")
        for process in processes:
            process.join(30)


def run(folder: Path, pipe: Connection, barrier: Barrier, at: int) -> None:
    """Take once a round, together with the others, until told to stop."""
    book = open_book(folder)
    pages = {name: check for name, check in checks().items() if name in JUDGES}
    while pipe.recv():
        barrier.wait()
        try:
            WRITERS[at](book, pages, f"经办{at}")
            outcome = "posted"
        except Refused as refused:
            outcome = "refused: " + ", ".join(
                sorted({finding.check for finding in refused.findings if finding.refuses})
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must see it and not wait for ever
            beyond = getattr(error, "key", "") == "apply-beyond"  # told before it is posted
            outcome = "refused: over-allotment" if beyond else repr(error)
        pipe.send(outcome)
