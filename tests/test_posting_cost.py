"""What one voucher costs, in instructions of SQLite's machine: they are the same on every computer."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from acts import JUNE, act, funded
from fundtrack.checking import checks
from fundtrack.posting.vouchers import draft

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import URL

    from fundtrack.book import Book


@pytest.fixture
def book(book_dir: Path, sqlite_url: URL) -> Iterator[Book]:
    """Give a book in which four funds received money."""
    yield from funded(book_dir, sqlite_url)


def pay_on(book: Book, *days: dt.date) -> None:
    """Pay a little on each of some days, in one act."""
    act(book, lambda _, chart: [draft(chart, "disbursement", 1, fund="F01", date=day, use="0601") for day in days])


def cost(book: Book, day: dt.date) -> int:
    """Return the instructions it takes to post a payment of a day."""
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    with book.engine.connect() as connection:  # the only one of its pool: posting takes the same
        driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    driver.set_progress_handler(step, 1)
    pay_on(book, day)
    driver.set_progress_handler(None, 0)
    return steps


def test_a_voucher_costs_the_same_in_a_fuller_book(book: Book) -> None:
    """Also where many vouchers of its fund stand on its day."""
    pay_on(book, JUNE)
    before = cost(book, JUNE)
    pay_on(book, *[JUNE] * 300)
    assert before > 100
    assert cost(book, JUNE) < 1.05 * before


def test_a_voucher_dated_back_costs_by_the_days_it_touches(book: Book) -> None:
    """Each day-end from its day on is judged, once."""
    days = [JUNE + dt.timedelta(at) for at in range(200)]
    pay_on(book, *days)
    few, many = (cost(book, day) - cost(book, days[-1]) for day in (days[-50], days[-200]))
    assert few > 100
    assert many < 5 * few


def test_only_checks_about_quota_alone_are_not_asked_of_funds_without_it() -> None:
    """Each of them finds nothing there: who adds a page that reads how quota stands says so here."""
    asked = checks(at_posting=True)
    assert {name for name, check in asked.items() if check.of_quota} == {
        "no-quota", "over-allotment", "over-cash-plan", "over-commitment", "quota-expired", "quota-nearly-used",
    }  # fmt: skip
