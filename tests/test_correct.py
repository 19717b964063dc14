"""Corrections: reversals in red, records and money put where they belong."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from acts import COMPANY, JULY, JUNE, act, balances, funded, pay, vouchers
from books import RECEIVED, USES
from fundtrack.errors import ChartError, Refused, UsageError
from fundtrack.posting.advance import refund, verification
from fundtrack.posting.correct import Correction, give_back, rebook, reverse
from fundtrack.posting.loan import loan
from fundtrack.posting.split import split
from fundtrack.posting.standing import find_voucher
from fundtrack.posting.vouchers import draft

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import URL

    from fundtrack.book import Book


@pytest.fixture
def book(book_dir: Path, database_url: URL) -> Iterator[Book]:
    """Give a book in which four funds received money."""
    yield from funded(book_dir, database_url)


def test_reversal_mirrors_in_red_and_frees_the_bank_reference(book: Book) -> None:
    """The voucher and its reversal come to nothing, and the right voucher can be posted."""
    number = pay(book, 1000, payee="农户", bank_ref="GK1")
    with pytest.raises(Refused):
        pay(book, 900, payee="农户", bank_ref="GK1")
    red = reverse(book, number, reason="wrong amount", date=JULY, by="clerk")
    with book.reading() as connection:
        original, mirror = (find_voucher(connection, at) for at in (number, red.numbers[0]))
    assert [entry._replace(red=0) for entry in mirror.entries] == list(original.entries)
    assert original.reversed_by == mirror.number
    assert (mirror.reverses, mirror.bank_ref) == (original.id, "GK1")
    assert (mirror.prepared_by, mirror.approved_by) == ("clerk", "")
    assert "wrong amount" in mirror.narration
    assert "0601" not in balances(book, "F01")
    pay(book, 900, payee="农户", bank_ref="GK1")


def test_what_cannot_be_reversed(book: Book) -> None:
    """What was reversed, a reversal, what others rest on, a day before, without a reason; both numbers are named."""
    number = pay(book, 1000, payee="农户")
    back = act(book, lambda c, chart: [refund(c, chart, number, 100, date=JULY)]).numbers[0]
    expect_refusal(book, number, "reverse-cited", JULY, back)
    reverse(book, back, reason="x", date=JULY, by="clerk")
    expect_refusal(book, number, "reverse-before", date(2015, 5, 31), number)
    expect_refusal(book, number, "reverse-reason", JULY, "", reason=" ")
    red = reverse(book, number, reason="x", date=JULY, by="clerk").numbers[0]
    expect_refusal(book, number, "reverse-twice", JULY, red)
    expect_refusal(book, red, "reverse-reversal", JULY, number)


def expect_refusal(book: Book, number: str, key: str, on: date, named: str, reason: str = "x") -> None:
    """Expect that a voucher is not reversed, and nothing is posted."""
    before = vouchers(book)
    with pytest.raises(UsageError) as refused:
        reverse(book, number, reason=reason, date=on, by="clerk")
    assert refused.value.key == key
    assert named in refused.value.text("en")
    assert vouchers(book) == before


def test_verified_advance_is_not_reversed(book: Book) -> None:
    """First the verification, whichever advance it cites."""
    first = pay(book, 1000, payee=COMPANY)
    second = pay(book, 500, payee=COMPANY)
    checked = act(book, lambda c, chart: [verification(c, chart, first, 1200, use="0601", date=JULY)]).numbers[0]
    expect_refusal(book, second, "reverse-spent", JULY, COMPANY)
    reverse(book, checked, reason="x", date=JULY, by="clerk")
    reverse(book, second, reason="x", date=JULY, by="clerk")
    assert balances(book, "F01")["1201"] == 1000


def test_linked_vouchers_are_reversed_together(book: Book) -> None:
    """A bill falls as it stood."""
    posted = act(book, lambda _, c: split(c, {"F01": 60, "F03": 40}, 100, uses=USES, date=JUNE, bank_ref="S1"))
    red = reverse(book, posted.numbers[1], reason="x", date=JULY, by="clerk")
    assert len(red.numbers) == 2
    assert "0601" not in balances(book, "F01")
    assert "0603" not in balances(book, "F03")


def test_reversal_of_spent_money_is_refused(book: Book) -> None:
    """Taking back a transfer that was spent would overdraw the fund."""
    pay(book, RECEIVED["F03"], fund="F03")
    with pytest.raises(Refused):
        reverse(book, "F03-2015-000001", reason="never arrived", date=JULY, by="clerk")


def test_record_rebooked(book: Book) -> None:
    """A red voucher and the right one in one act; the use of the right fund, the same bank reference."""
    number = pay(book, 1000, payee="农户", bank_ref="GK1")
    posted = rebook(book, number, Correction(fund="F03", use="0603", project="P01"), mode="record",
                    document="田财〔2015〕2号", date=JULY, by="clerk", approved_by="manager")  # fmt: skip
    assert posted.numbers == ("F01-2015-000003", "F03-2015-000002")
    assert "0601" not in balances(book, "F01")
    assert balances(book, "F03")["0603"] == 1000
    with book.reading() as connection:
        red, correct = (find_voucher(connection, at) for at in posted.numbers)
    assert red.link == correct.link
    assert (correct.project, correct.bank_ref, correct.document) == ("P01", "GK1", "田财〔2015〕2号")
    reverse(book, correct.number, reason="neither", date=JULY, by="clerk")
    assert "0603" not in balances(book, "F03")


def test_record_rebooked_within_a_fund(book: Book) -> None:
    """Another use, or another project, of the same fund; not one that is not granted."""
    number = pay(book, 1000, payee="农户")
    with pytest.raises(Refused) as refused:
        rebook(book, number, Correction(use="0612"), mode="record", document="X", date=JULY, by="clerk")
    assert {getattr(finding, "check", "") for finding in refused.value.findings} == {"use-not-permitted"}
    rebook(book, number, Correction(use="0613"), mode="record", document="X", date=JULY, by="clerk")
    assert balances(book, "F01")["0613"] == 1000


def test_record_is_not_wrong_where_another_bank_account_paid(book: Book) -> None:
    """The paying account does not carry the other fund, so its money did not go out."""
    act(book, lambda _, chart: [draft(chart, "transfer-received", 1000, fund="F01", date=JUNE, bank="45001234560002")])
    number = pay(book, 1000, payee="农户", bank="45001234560002")
    with pytest.raises(Refused) as refused:
        rebook(book, number, Correction("F03", "0603"), mode="record", document="X", date=JULY, by="clerk")
    assert {getattr(finding, "check", "") for finding in refused.value.findings} == {"wrong-paying-account"}


def test_money_stays_open_until_the_bank_shows_it(book: Book) -> None:
    """The payment out of the wrong channel stands; spending moves at once, cash when it moves."""
    number = pay(book, 1000, fund="F03", payee="农户", bank_ref="GK1")
    owed = rebook(
        book, number, Correction("F01", "0601"), mode="money", document="审〔2015〕3号", date=JULY, by="clerk"
    )
    assert balances(book, "F03") == {"1001": RECEIVED["F03"] - 1000, "1401": 1000, "4001": -RECEIVED["F03"]}
    assert balances(book, "F01") == {"1001": RECEIVED["F01"], "2401": -1000, "0601": 1000, "4001": -RECEIVED["F01"]}
    expect_refusal(book, number, "reverse-cited", JULY, owed.numbers[0])

    with pytest.raises(UsageError) as twice:
        rebook(book, number, Correction("F01", "0601"), mode="money", document="X", date=JULY, by="clerk")
    assert twice.value.key == "reverse-cited"

    give_back(book, owed.numbers[1], date=date(2015, 7, 9), bank_ref="GK9", by="clerk")
    assert balances(book, "F03") == {"1001": RECEIVED["F03"], "4001": -RECEIVED["F03"]}
    assert balances(book, "F01")["1001"] == RECEIVED["F01"] - 1000
    with pytest.raises(UsageError) as done:
        give_back(book, owed.numbers[0], date=date(2015, 7, 9), by="clerk")
    assert done.value.key == "return-done"
    with pytest.raises(UsageError) as nothing:
        give_back(book, number, date=date(2015, 7, 9), by="clerk")
    assert nothing.value.key == "return-nothing"


@pytest.mark.parametrize(
    ("correction", "mode", "document", "key"),
    [
        (Correction("F03", "0603"), "record", "", "rebook-document"),
        (Correction("F03"), "record", "X", "rebook-use"),
        (Correction("F01", "0601"), "record", "X", "rebook-nothing"),
        (Correction(use="0613"), "money", "X", "rebook-money"),
    ],
)
def test_what_cannot_be_rebooked(book: Book, correction: Correction, mode: str, document: str, key: str) -> None:
    """No document, no use of the other fund, nothing to change, or no other channel's money."""
    number = pay(book, 1000)
    with pytest.raises(UsageError) as refused:
        rebook(book, number, correction, mode=mode, document=document, date=JULY, by="clerk")  # type: ignore[arg-type]
    assert refused.value.key == key


def test_transfer_to_the_wrong_fund_goes_back(book: Book) -> None:
    """What F01 received for F03 is owed to it until the bank shows it moved."""
    number = act(book, lambda _, chart: [draft(chart, "transfer-received", 900, fund="F01", date=JUNE)]).numbers[0]
    with pytest.raises(UsageError) as refused:
        rebook(book, number, Correction(quota="F01-Q00001"), mode="record", document="X", date=JULY, by="clerk")
    assert refused.value.key == "rebook-quota"
    owed = rebook(book, number, Correction("F03"), mode="money", document="X", date=JULY, by="clerk")
    assert balances(book, "F01")["2401"] == -900
    assert balances(book, "F01")["4001"] == -RECEIVED["F01"]
    assert balances(book, "F03")["1401"] == 900
    give_back(book, owed.numbers[0], date=JULY, by="clerk")
    assert balances(book, "F01") == {"1001": RECEIVED["F01"], "4001": -RECEIVED["F01"]}
    assert balances(book, "F03")["1001"] == RECEIVED["F03"] + 900


def test_payment_that_came_back_is_not_rebooked(book: Book) -> None:
    """First its refund is reversed."""
    number = pay(book, 1000, payee="农户")
    act(book, lambda c, chart: [refund(c, chart, number, 100, date=JULY)])
    with pytest.raises(UsageError) as refused:
        rebook(book, number, Correction(use="0613"), mode="record", document="X", date=JULY, by="clerk")
    assert refused.value.key == "reverse-cited"


def test_money_owed_needs_accounts_to_stay_open_in(book: Book) -> None:
    """F04 has none."""
    number = pay(book, 1000)
    with pytest.raises(ChartError) as refused:
        rebook(book, number, Correction("F04", "0604"), mode="money", document="X", date=JULY, by="clerk")
    assert refused.value.key == "rebook-account"


def test_loans_and_openings_are_not_rebooked(book: Book) -> None:
    """They are reversed and posted again."""
    lent = act(book, lambda _, chart: loan(chart, 500, lender="F01", borrower="F03", date=JUNE, document="X"))
    with pytest.raises(UsageError) as refused:
        rebook(book, lent.numbers[0], Correction(project="P01"), mode="record", document="X", date=JULY, by="clerk")
    assert refused.value.key == "rebook-kind"
