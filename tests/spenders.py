"""Processes that all spend from the same balance at the same moment, kept alive over many rounds."""

from __future__ import annotations

import multiprocessing
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy import create_engine, text

from attacks import entry, voucher
from books import USES, post_payment
from fundtrack.book import open_book
from fundtrack.checking import checks
from fundtrack.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Barrier
    from pathlib import Path

    from fundtrack.book import Book

Manner = Literal["posting", "naive"]

AMOUNT: Final = 100
"""What each spends in a round, in fen."""


@dataclass(frozen=True)
class Spenders:
    """Processes that wait for the next round."""

    pipes: Sequence[Connection]

    def spend(self, *funds: str) -> list[str]:
        """Let all of them spend at once, from these funds in turn, and return how each ended: posted or refused."""
        for number, pipe in enumerate(self.pipes):
            pipe.send(funds[number % len(funds)])
        return [pipe.recv() for pipe in self.pipes]


@contextmanager
def spenders(folder: Path, count: int, manner: Manner = "posting", *, judges: Sequence[str] = ()) -> Iterator[Spenders]:
    """Start the processes on the book in a folder, and stop them at the end; `judges` are the checks asked, or all."""
    spawn = multiprocessing.get_context("spawn")
    barrier = spawn.Barrier(count)
    pipes = [spawn.Pipe() for _ in range(count)]
    processes = [spawn.Process(target=run, args=(folder, theirs, barrier, manner, judges)) for _, theirs in pipes]
    for process in processes:
        process.start()
    try:
        yield Spenders([ours for ours, _ in pipes])
    finally:
        for ours, _ in pipes:
            ours.send("")
        for process in processes:
            process.join(30)


def run(folder: Path, pipe: Connection, barrier: Barrier, manner: Manner, judges: Sequence[str]) -> None:
    """Spend once a round, together with the others, until told to stop."""
    book = open_book(folder) if manner == "posting" else None
    pages = {name: check for name, check in checks().items() if name in judges or not judges}
    while fund := pipe.recv():
        barrier.wait()
        try:
            if book:
                post_payment(book, fund, USES[fund], AMOUNT, payee=multiprocessing.current_process().name, pages=pages)
            outcome = "posted" if book or naive(folder, fund) else "refused"
        except Refused:
            outcome = "refused"
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must see it and not wait for ever
            outcome = repr(error)
        pipe.send(outcome)


def naive(folder: Path, fund: str) -> bool:
    """Spend as a program does that leaves transactions to SQLAlchemy and the driver: look first, then insert."""
    engine = create_engine(f"sqlite:///{folder / 'book.sqlite'}", connect_args={"timeout": 60})
    with engine.begin() as connection:
        left = text("SELECT total FROM balance WHERE fund = :fund AND code = '1001'")
        if connection.execute(left, {"fund": fund}).scalar_one() < AMOUNT:
            return False
        last = "(SELECT MAX(id) {} FROM voucher)"
        number = f"(SELECT MAX(number) + 1 FROM voucher WHERE fund = '{fund}')"
        connection.exec_driver_sql(entry(fund, AMOUNT, voucher="?").replace("'?'", last.format("+ 1")))
        post = voucher(fund, id="?", link=1, number="#", natural_key="@").replace("'?'", last.format("+ 1"))
        key = "(SELECT 'naive ' || MAX(id) FROM voucher)"
        connection.exec_driver_sql(post.replace("'#'", number).replace("'@'", key))
    engine.dispose()
    return True


def balance(book: Book, fund: str) -> int:
    """Return what a fund's treasury account holds, in fen."""
    with book.reading() as connection:
        total = connection.exec_driver_sql(f"SELECT total FROM balance WHERE fund = '{fund}' AND code = '1001'")
        return int(total.scalar_one())
