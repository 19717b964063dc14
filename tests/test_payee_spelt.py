"""A payee is the same however blanks and full width are written: of advances, at the bank, and on registers."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from fundtrack.errors import UsageError
from fundtrack.posting import post
from fundtrack.posting.advance import outstanding, verification
from fundtrack.posting.vouchers import draft
from fundtrack.reporting.reconciliation import reconcile
from fundtrack.schema.functions import BLANK, WIDE, spelt
from shelf import ENGINES
from statements import TWO_BANKS, Line, Moved, lines_of
from test_reconcile import END, made, reasons
from treasury import COMPANY, asked, bring, pay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from copies import Template
    from fundtrack.book import Book
    from shelf import Shelf

OTHERWISE: Final = (f"{COMPANY[:5]} {COMPANY[5:]}", f"{COMPANY[:5]}\u3000{COMPANY[5:]} ")
JUNE: Final = date(2015, 6, 1)


@pytest.fixture
def book(template: Template) -> Iterator[Book]:
    """Give a book of its own to a test."""
    with template.copy() as book:
        yield book


def test_the_program_spells_as_the_database_does() -> None:
    """Every blank is gone, and of two widths the narrow is left."""
    assert spelt(f" 甲{WIDE}乙{BLANK}丙（市）".replace(WIDE, "ＡＢ（１）")) == "甲AB(1)乙丙(市)"


@pytest.mark.parametrize("payee", OTHERWISE)
def test_who_passes_money_on_is_advanced_however_it_is_written(book: Book, payee: str) -> None:
    """Booked as spending, the money would have been verified by nobody; of both spellings it holds one sum."""
    bring(book, "a", pay("1", 700, fund="F01", payee=payee, use=""), pay("2", 300, fund="F01", payee=COMPANY, use=""))
    assert asked(book, "SELECT DISTINCT kind FROM voucher WHERE batch = 1") == [("advance",)]
    with book.reading() as connection:
        chart = book.chart(connection)
        assert outstanding(connection, "F01", COMPANY) == outstanding(connection, "F01", payee.strip()) == 1000
    assert draft(chart, "disbursement", 1, fund="F01", date=JUNE, payee=payee).kind == "advance"


def test_verified_is_what_the_payee_holds_under_all_its_spellings(book: Book) -> None:
    """And no more than that."""
    both = [pay(f"{fen}", fen, fund="F01", payee=who, use="") for fen, who in ((700, OTHERWISE[0]), (300, COMPANY))]
    bring(book, "a", *both)
    number = "F01-2015-000002"

    def verify(fen: int) -> None:
        with book.reading() as connection:
            said = verification(connection, book.chart(connection), number, fen, use="0601", date=JUNE)
        post(book, [said], by="clerk", approved_by="manager", pages={})

    verify(900)
    with pytest.raises(UsageError) as more:
        verify(101)
    assert more.value.key == "verify-too-much"


@pytest.mark.parametrize("engine", ENGINES)
def test_the_bank_writes_names_in_its_own_width(shelf: Shelf, engine: str) -> None:
    """Payments of one amount and day are told apart by their names, and nobody is said to be called otherwise."""
    moved = [Moved(3, 100_00, "甲公司（市）"), Moved(3, 100_00, "乙 公司"), Moved(9, 7_00, "ＡＢＣ 公司")]
    lines = lines_of(moved)
    written = {"甲公司（市）": "甲公司(市)", "乙 公司": "乙公司", "ＡＢＣ 公司": "ABC公司"}
    printed = [Line(one.date, one.amount, written.get(one.party, ""), one.ref) for one in lines]
    with shelf.lend(engine, TWO_BANKS) as book:
        made(book, moved, printed)
        found = reconcile(book, "B01", END)
        assert (reasons(found), found.difference) == ({}, 0)
        assert found.names == ()
