"""Eight writers commit, pay, apply and move from one allotment at once: it is taken as often as it suffices."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import event

from fundtrack.book.doctor import balances, numbers
from fundtrack.posting import post
from fundtrack.posting.quota import adjust, allot, receive, statuses
from fundtrack.posting.vouchers import draft
from quota_writers import AMOUNT, DAY, LINE, RESERVE, WRITERS, commits, writers
from quotas import controlled
from shelf import ENGINES

if TYPE_CHECKING:
    from fundtrack.book import Book
    from shelf import Shelf

WAITING: Final = """
SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
"""
FIRST: Final = date(2015, 1, 2)
ROUNDS: Final = 9
MUCH: Final = 1_000_000


@pytest.mark.parametrize("engine", ENGINES)
def test_one_allotment_is_taken_once(shelf: Shelf, engine: str) -> None:
    """Each round leaves room for 0 to 8 of the eight: so many are posted, every other is told over-allotment."""
    with shelf.book(engine, controlled(date(2015, 1, 1))) as book:
        fill(book)
        taken = Counter[str]()
        with writers(book.folder) as take:
            for room in (turn % (len(WRITERS) + 1) for turn in range(ROUNDS)):
                refill(book, room)
                ended = take()
                assert Counter(ended) == +Counter({"posted": room, "refused: over-allotment": len(WRITERS) - room})
                taken.update(act.__name__ for act, how in zip(WRITERS, ended, strict=True) if how == "posted")
                assert stands(book)["available"] == 0
        assert stands(book) == {
            "available": 0, "committed": taken["commits"] * AMOUNT, "applied": 0,
            "paid": (taken["pays"] + taken["applies"]) * AMOUNT, "carried": 0, "reclaimed": 0,
        }  # fmt: skip
        with book.reading() as connection:
            assert [*balances(book, connection), *numbers(book, connection)] == []


def fill(book: Book) -> None:
    """Give the fund money, and all its quota to a line from which the other is filled."""
    post(book, lambda _, chart: [draft(chart, "transfer-received", MUCH, fund="F01", date=FIRST)], by="wang")
    post(book, lambda c, ch: receive(c, ch, "F01", MUCH + 1, date=FIRST, by="wang", document="文"), by="wang")
    for amount in (MUCH, 1):
        line(book, amount)
    post(book, lambda _, ch: adjust(ch, LINE, RESERVE, 1, date=FIRST, document="文"), by="wang")


def line(book: Book, amount: int) -> None:
    """Allot some of what was received."""
    post(book, lambda c, ch: allot(
        c, ch, "F01-Q00001", amount, use="0601", date=FIRST, by="wang", document="文"
    ), by="wang")  # fmt: skip


def refill(book: Book, room: int) -> None:
    """Let the line suffice for so many."""
    if room:
        say = partial(adjust, source=RESERVE, target=LINE, amount=room * AMOUNT, date=DAY, document="文")
        post(book, lambda _, chart: say(chart), by="wang")


def test_a_deadlock_is_tried_again(shelf: Shelf) -> None:
    """A rival holds what the writer needs and waits for the writer's turn: the writer is chosen, and begins anew."""
    with shelf.book("postgresql", controlled(date(2015, 1, 1))) as book, book.engine.connect() as rival:
        fill(book)
        refill(book, 1)
        # Who looks for a deadlock first is chosen: the rival never looks, the writer when both surely wait.
        rival.exec_driver_sql("SET deadlock_timeout = '1h'")
        event.listen(book.engine, "begin", lambda writer: writer.exec_driver_sql("SET deadlock_timeout = '3s'"))
        rival.exec_driver_sql("SELECT 1 FROM balance WHERE code = '2902:Q00003' FOR UPDATE")
        with ThreadPoolExecutor(1) as clerk:
            act = clerk.submit(commits, book, {}, "经办")
            waits_for_a_lock(book)
            rival.exec_driver_sql("SELECT take_turn()")
            rival.rollback()
            act.result(60)
        assert stands(book)["committed"] == AMOUNT
        with book.reading() as connection:
            again = connection.exec_driver_sql(
                "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
            )
            assert again.scalar_one() > 0


def waits_for_a_lock(book: Book) -> None:
    """Wait until somebody waits for a lock."""
    for _ in range(1000):
        with book.reading() as connection:
            if connection.exec_driver_sql(WAITING).scalar_one():
                return
        time.sleep(0.01)
    raise AssertionError


def stands(book: Book) -> dict[str, int]:
    """Return what the line has in each status."""
    with book.reading() as connection:
        chart = book.chart(connection)
        line = next(one for one in chart.quotas if one.number == LINE)
        found = statuses(connection, chart, line)
    return {name: found[name] for name in ("available", "committed", "applied", "paid", "carried", "reclaimed")}
