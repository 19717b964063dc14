"""A payment that the book has without the bank's reference, and a file that has it with one, or the other way round."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pytest

from acts import act
from books import USES
from fundtrack.importing.batch.file import import_file
from fundtrack.importing.later.quarantine import reject, retry
from fundtrack.posting import post
from fundtrack.posting.correct import reverse
from fundtrack.posting.vouchers import draft
from treasury import JUNE, STATEMENT, bring, counts, file_of, held, pay, waits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from copies import Template
    from fundtrack.book import Book

PAYEE: Final = "示例施工队"
SPECIAL: Final = "45001234560002"
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


def receipt(day: int, what: str, amount: str, payer: str, reference: str = "") -> list[str]:
    """Return the line of a statement on what came in."""
    return [f"2015-06-{day:02d}", reference, what, "", amount, "", payer, "", ""]


@pytest.mark.parametrize(("payer", "reference"), [("县国库", "x"), ("", "x"), ("县国库", "")])
def test_what_came_in_and_stands_waits_too(book: Book, payer: str, reference: str) -> None:
    """Of the same account and amount, from the same payer as far as both name one."""
    act(book, lambda _, c: [
        draft(c, "transfer-received", fen, fund="F04", date=JUNE, payee=by, bank=SPECIAL, bank_ref=said)
        for fen, by, said in ((900, payer, reference), (70, "", reference * 2))
    ])  # fmt: skip
    other = "" if reference else "LS9"
    rows = (
        receipt(3, "财政拨款", "9.00", "县国库", other), receipt(1, "拨款", "0.70", "", other and "LS8"),
        receipt(2, "财政拨款", "9.01", "县国库", other and "LS7"),
        receipt(5, "财政拨款", "9.00", "县国库", other and "LS6"),
    )  # fmt: skip
    path = file_of(book, "s", rows, head=[[f"账号：{SPECIAL}"], STATEMENT])
    (report,) = import_file(book, path, by="clerk", page="special-account-statement")
    assert held(report) == {3: {"stands-received"}, 4: {"stands-received"}}
    assert report.rows["posted"] == 2
    reverse(book, "F04-2015-000002", by="ann", reason="重复", date=JUNE)
    assert [bool(one.voucher) for one in retry(book, [], by="ann")] == [True, False]


def test_another_payer_is_another_receipt(book: Book) -> None:
    """Two that gave the same on one day."""
    act(book, lambda _, c: [draft(c, "transfer-received", 900, fund="F04", date=JUNE, payee="甲", bank=SPECIAL)])
    path = file_of(book, "s", [receipt(1, "财政拨款", "9.00", "乙", "LS1")], head=[[f"账号：{SPECIAL}"], STATEMENT])
    (report,) = import_file(book, path, by="clerk", page="special-account-statement")
    assert held(report) == {}


def test_rows_of_one_file_are_no_doubt(book: Book) -> None:
    """A file that has references for some of its payments says each once."""
    report = bring(book, "a", pay("1", payee=PAYEE, reference="GK1"), pay("2", payee=PAYEE, reference=""))
    assert (counts(report)[0], held(report)) == (2, {})
