"""A payment that the book has without the bank's reference, and a file that has it with one, or the other way round."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pytest

from books import USES
from fundtrack.importing.quarantine import reject, retry
from fundtrack.posting import post
from fundtrack.posting.correct import reverse
from fundtrack.posting.vouchers import draft
from treasury import JUNE, bring, counts, held, pay, waits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from copies import Template
    from fundtrack.book import Book

PAYEE: Final = "示例施工队"
WHY: Final = {2: {"stands-unreferenced"}}


@pytest.fixture
def book(template: Template) -> Iterator[Book]:
    """Give a book of its own to a test."""
    with template.copy() as book:
        yield book


def enter(book: Book, *, fund: str = "F03", reference: str = "", amount: int = 100) -> str:
    """Enter a payment by hand."""
    with book.reading() as connection:
        chart = book.chart(connection)
    of = draft(chart, "disbursement", amount, fund=fund, date=JUNE, use=USES[fund], payee=PAYEE, bank_ref=reference)
    (number,) = post(book, [of], by="ann").numbers
    return str(number)


@pytest.mark.parametrize("days", [-3, 0, 3])
def test_a_payment_that_stands_without_a_reference_waits(book: Book, days: int) -> None:
    """Whichever of the two has the bank's reference; it stays out, or is posted once the other is reversed."""
    number = enter(book)
    report = bring(book, "a", pay("1", day=JUNE + timedelta(days), payee=PAYEE, reference="GK1"))
    assert held(report) == WHY
    assert number in str(report.held)
    reverse(book, number, by="ann", reason="twice", date=JUNE)
    assert [bool(one.voucher) for one in retry(book, [], by="ann")] == [True]
    enter(book, reference="GK2", amount=200)
    other = bring(book, "b", pay("2", 200, day=JUNE + timedelta(days), payee=PAYEE, reference=""))
    assert held(other) == WHY
    reject(book, "2:2", by="ann", reason="一笔")
    assert not waits(book)


def test_another_payment_is_posted(book: Book) -> None:
    """Of another day, payee or amount, or where both have a reference, or neither."""
    enter(book)
    enter(book, reference="GK0", amount=300)
    report = bring(
        book, "a",
        pay("1", day=JUNE + timedelta(4), payee=PAYEE, reference="GK1"),
        pay("2", payee="另一施工队", reference="GK2"),
        pay("3", 101, payee=PAYEE, reference="GK3"),
        pay("4", 300, payee=PAYEE, reference="GK4"),
        pay("5", 100, payee=PAYEE, reference=""),
    )  # fmt: skip
    assert (counts(report)[0], held(report)) == (5, {})


def test_an_account_is_of_the_bank_and_not_of_a_fund(book: Book) -> None:
    """Where two funds share one, a payment may have been entered for the other; another account is another payment."""
    enter(book, fund="F01")
    shared = bring(book, "a", pay("1", fund="F04", payee=PAYEE, reference="GK1", bank="45001234560001"))
    assert held(shared) == WHY
    special = bring(book, "b", pay("2", fund="F04", payee=PAYEE, reference="GK2", bank="45001234560002"))
    assert "stands-unreferenced" not in str(special.held)


def test_rows_of_one_file_are_no_doubt(book: Book) -> None:
    """A file that has references for some of its payments says each once."""
    report = bring(book, "a", pay("1", payee=PAYEE, reference="GK1"), pay("2", payee=PAYEE, reference=""))
    assert (counts(report)[0], held(report)) == (2, {})
