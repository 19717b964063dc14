"""Eight clerks at once: the last balance is spent exactly as often as it suffices, on both engines."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Final

from books import USES, post_payment, post_simple, small_book
from fundtrack.book.doctor import balances, numbers
from fundtrack.checking import checks
from spenders import AMOUNT, balance, spenders
from stock import drop_sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import URL

    from fundtrack.book import Book

CLERKS: Final = 8
ROUNDS: Final = 50
DAY: Final = date(2015, 2, 1)


@contextmanager
def spent_book(folder: Path, database: URL | str, *funds: str) -> Iterator[Book]:
    """Give a small book in which these funds have spent everything."""
    book = small_book(folder, database)
    try:
        for fund in funds:
            post_payment(book, fund, USES[fund], balance(book, fund), on=DAY)
        yield book
    finally:
        book.engine.dispose()


def test_the_last_balance_is_spent_once(tmp_path: Path, database_url: URL) -> None:
    """Each round leaves room for 0 to 8 of the eight: so many are posted, the others refused, nothing else happens.

    Only the check this is about is asked, which makes time for many rounds; the test below asks all of them.
    """
    judges = {"overdrawn": checks()["overdrawn"]}
    with (
        spent_book(tmp_path / "book", database_url, "F03") as book,
        spenders(book.folder, CLERKS, judges=tuple(judges)) as clerks,
    ):
        for room in (turn % (CLERKS + 1) for turn in range(ROUNDS)):
            if room:
                post_simple(book, "F03", "transfer-received", room * AMOUNT, on=DAY, pages=judges)
            assert Counter(clerks.spend("F03")) == Counter(posted=room, refused=CLERKS - room)
            assert balance(book, "F03") == 0
        assert ailments(book) == []


def test_clerks_of_different_funds_do_not_hinder_each_other(tmp_path: Path, database_url: URL) -> None:
    """Two funds, two clerks each: what one fund has left says nothing about the other."""
    with spent_book(tmp_path / "book", database_url, "F03", "F04") as book, spenders(book.folder, 4) as clerks:
        for room in (0, 1, 2):
            if room:
                post_simple(book, "F03", "transfer-received", room * AMOUNT, on=DAY)
            post_simple(book, "F04", "transfer-received", 2 * AMOUNT, on=DAY)
            outcomes = clerks.spend("F03", "F04")
            assert Counter(outcomes[::2]) == Counter(posted=room, refused=2 - room)
            assert Counter(outcomes[1::2]) == Counter(posted=2)
            assert (balance(book, "F03"), balance(book, "F04")) == (0, 0)
        assert ailments(book) == []


def test_a_naive_transaction_overspends(tmp_path: Path) -> None:
    """The same harness catches what it is for: no IMMEDIATE, no control of the balance, and money is spent twice."""
    with spent_book(tmp_path / "book", "", "F03") as book:
        for control in ("balance_never_overspent", "balance_not_overspent"):
            drop_sqlite(book.folder / "book.sqlite", control)
        with spenders(book.folder, CLERKS, "naive") as clerks:
            for _ in range(ROUNDS):
                post_simple(book, "F03", "transfer-received", AMOUNT, on=DAY)
                assert {"posted", "refused"} >= set(clerks.spend("F03"))
                if balance(book, "F03") < 0:
                    return
    raise AssertionError


def ailments(book: Book) -> list[object]:
    """Return stored balances that differ from what the entries give, and gaps in the numbers."""
    with book.reading() as connection:
        return [*balances(book, connection), *numbers(book, connection)]
