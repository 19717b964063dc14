"""What is left of a payment after refunds, reversals and corrections, by the acts of a clerk."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import pytest

from acts import JULY, JUNE, MORE, act, funded, pay
from books import CHART, RECEIVED, post_simple
from fundtrack.book import create_book
from fundtrack.book.policy import apply_chart
from fundtrack.errors import Refused
from fundtrack.posting import post
from fundtrack.posting.advance import refund
from fundtrack.posting.correct import Correction, give_back, rebook, record_rebooked, reverse
from fundtrack.posting.standing import find_voucher
from fundtrack.posting.vouchers import draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import URL, Connection

    from fundtrack.book import Book
    from fundtrack.chart.model import Chart
    from fundtrack.posting import Draft

PARTY: Final = {"payee_id": "4510211970********#1", "payee_account": "6217********0001#1", "contract": "HT-1"}
LATE: Final = date(2016, 1, 15)


@pytest.fixture
def book(book_dir: Path, database_url: URL) -> Iterator[Book]:
    """Give a book in which four funds received money."""
    yield from funded(book_dir, database_url)


def left(book: Book, relation: str = "payments") -> list[tuple[object, ...]]:
    """Return what is left of the payments of the book."""
    said = {"payments": "voucher_number, paid, spent", "spending": 'voucher_number, "use", amount'}[relation]
    with book.reading() as connection:
        rows = connection.exec_driver_sql(f"SELECT {said} FROM book_{relation} ORDER BY voucher, 2")
        return [tuple(row) for row in rows]


def test_a_refund_is_of_the_payee_and_under_the_contract(book: Book) -> None:
    """It says what its payment says; what a clerk types beside it does not change that."""
    number = pay(book, 1000, payee="茂恒公司", **PARTY)
    back = act(book, lambda c, chart: [refund(c, chart, number, 300, date=JULY, contract="HT-2")]).numbers[0]
    with book.reading() as connection:
        said = find_voucher(connection, back)
    assert {name: getattr(said, name) for name in PARTY} == PARTY


def test_what_came_back_is_off_its_payment(book: Book) -> None:
    """A refund is; once it was reversed, it is not; and a payment that was reversed is none."""
    number = pay(book, 1000, payee="茂恒公司")
    back = act(book, lambda c, chart: [refund(c, chart, number, 300, date=JULY)]).numbers[0]
    assert left(book) == [(number, 700, 700)]
    reverse(book, back, reason="another payment's", date=JULY, by="clerk")
    assert left(book) == [(number, 1000, 1000)]
    act(book, lambda c, chart: [refund(c, chart, number, 1000, date=JULY)])
    assert left(book) == left(book, "spending") == []
    again = pay(book, 400)
    assert left(book) == [(again, 400, 400)]
    reverse(book, again, reason="x", date=JULY, by="clerk")
    assert left(book) == []


def test_a_payment_that_is_put_right_is_one(book: Book) -> None:
    """On the right use, on the right fund, and when the money is back in its channel: once, on the use it is on now."""
    number = pay(book, 1000, payee="韦屯", fund="F03", bank_ref="GK1", **PARTY)
    owed = rebook(book, number, Correction("F01", "0601"), mode="money", document="X", date=JULY, by="clerk")
    assert left(book) == [(number, 1000, 1000)]
    assert left(book, "spending") == [(number, "0601", 1000)]
    give_back(book, owed.numbers[1], date=date(2015, 7, 9), bank_ref="GK9", by="clerk")
    assert left(book) == [(number, 1000, 1000)]
    other = pay(book, 500, payee="韦屯")
    right = rebook(book, other, Correction(use="0613"), mode="record", document="X", date=JULY, by="clerk").numbers[1]
    assert left(book)[1:] == [(right, 500, 500)]


@pytest.fixture
def ended(book_dir: Path, database_url: URL) -> Iterator[Book]:
    """Give a book in which F01 may be spent until the end of 2015, and cash lies in two banks."""
    url = database_url.render_as_string(hide_password=False)
    book = create_book(book_dir, title="Ended", language="en", database=url, schema_name="ended")
    chart = CHART.replace('2014-01-01 custom "fund" "F01"', '2014-01-01 custom "fund" "F01"\n  valid-to: 2015-12-31', 1)
    chart = chart.replace('F04-Local:1001-Treasury CNY\n  bank: "B01"', 'F04-Local:1001-Treasury CNY\n  bank: "B02"', 1)
    apply_chart(book, chart + MORE, by="founder", document="原文未载")
    for fund, amount in RECEIVED.items():
        post_simple(book, fund, "transfer-received", amount, on=date(2015, 1, 5))
    yield book
    book.engine.dispose()


def wrong_use(book: Book) -> str:
    """Pay on the wrong use while the fund is valid; return the number."""
    return pay(book, 1000, payee="韦屯", bank_ref="GK1")


def test_a_wrong_use_is_put_right_after_the_end(ended: Book) -> None:
    """By the day of the payment, also where it was put right before; new spending is refused all the same."""
    number = wrong_use(ended)
    first = rebook(ended, number, Correction(use="0613"), mode="record", document="X", date=LATE, by="clerk").numbers[1]
    rebook(ended, first, Correction(use="0601"), mode="record", document="X", date=LATE, by="clerk")
    assert checks_of(ended, lambda chart: [spending(chart, LATE)]) == {"outside-validity"}
    for mode in ("record", "money"):
        other = pay(ended, 50, fund="F03")
        rebook(ended, other, Correction("F01", "0601"), mode=mode, document="X", date=LATE, by="clerk")


@pytest.mark.parametrize("change", ["amount", "payee"])
def test_no_new_spending_beside_a_reversal(ended: Book, change: str) -> None:
    """What is not for the same payee and amount is no correction."""
    number = wrong_use(ended)

    def say(connection: Connection, chart: Chart) -> list[Draft]:
        wrong = find_voucher(connection, number)
        red, right = record_rebooked(chart, wrong, Correction(use="0613"), "X", LATE)
        entry = right.entries[0]._replace(amount=999)
        return [red, replace(right, entries=(entry,)) if change == "amount" else replace(right, payee="农屯")]

    with pytest.raises(Refused) as refused:
        post(ended, say, by="clerk")
    assert {getattr(one, "check", "") for one in refused.value.findings} == {"outside-validity"}


def spending(chart: Chart, day: date, **said: str) -> Draft:
    """Return a payment out of F01."""
    return draft(chart, "disbursement", 10, fund="F01", use="0601", date=day, **said)  # type: ignore[arg-type]


def checks_of(book: Book, say: Callable[[Chart], list[Draft]]) -> set[str]:
    """Return the checks that refuse what is said; nothing where it is posted."""
    try:
        act(book, lambda _, chart: say(chart))
    except Refused as refused:
        return {getattr(one, "check", "") for one in refused.findings}
    return set()


def test_a_reference_is_of_its_account(ended: Book) -> None:
    """Another bank counts for itself; one bank may count anew after half a year, also where it is booked late."""
    pay(ended, 1000, bank_ref="0001")
    pay(ended, 1000, fund="F04", bank_ref="0001")
    half = timedelta(days=180)
    for day, why in ((JUNE + half, {"duplicate-payment"}), (JUNE - timedelta(days=31), {"duplicate-payment"}),
                     (JUNE + half + timedelta(days=1), set())):  # fmt: skip
        assert checks_of(ended, lambda chart, day=day: [spending(chart, day, bank_ref="0001")]) == why  # type: ignore[misc]


def test_what_is_booked_late_is_of_its_own_year(ended: Book) -> None:
    """A payment dated back by more than half a year is not the one that bears its reference now."""
    post_simple(ended, "F03", "transfer-received", 1000, on=date(2014, 6, 1))
    act(ended, lambda _, chart: [draft(chart, "disbursement", 10, fund="F03", use="0603", date=date(2015, 9, 1),
                                       bank_ref="0007")])  # fmt: skip
    posted = act(ended, lambda _, chart: [draft(chart, "disbursement", 10, fund="F03", use="0603",
                                                date=date(2014, 6, 2), bank_ref="0007")])  # fmt: skip
    assert [(one.check, one.severity) for one in posted.findings] == [("duplicate-payment", "warn")]
