"""Returned payments (退票): owed and reserved again, then paid again; no refunds. By the acts of a clerk."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from fundtrack.checking.audit import audit_book
from fundtrack.errors import UsageError
from fundtrack.posting import post
from fundtrack.posting.advance import refund, verification
from fundtrack.posting.application import apply_for, approve, payment, pays_elsewhere
from fundtrack.posting.correct import reverse
from fundtrack.posting.quota import allot, commit, receive, statuses
from fundtrack.posting.reclaim import reclaim
from fundtrack.posting.release import release
from fundtrack.posting.returned import return_payment
from fundtrack.posting.standing import find_voucher
from fundtrack.posting.vouchers import draft
from quotas import CHART, controlled
from shelf import ENGINES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.chart.model import Chart
    from fundtrack.posting.draft import Draft
    from fundtrack.posting.post import Say
    from shelf import Shelf

NEW_YEAR: Final = date(2015, 1, 1)
PAYEE: Final = "甲公司"
WHY: Final = "账号户名不符"
LINE: Final = "F01-Q00002"


def on(month: int, day: int = 1, year: int = 2015) -> date:
    """Return a day."""
    return date(year, month, day)


@pytest.fixture(params=ENGINES)
def book(request: pytest.FixtureRequest, shelf: Shelf) -> Iterator[Book]:
    """Give a book with 1000 fen of money and quota, 600 of it allotted and 400 of that committed to a contract."""
    with shelf.lend(request.param, controlled(NEW_YEAR, CHART)) as book:
        begin(book)
        yield book


def begin(book: Book) -> None:
    """Receive and allot."""
    act(book, lambda _, chart: [draft(chart, "transfer-received", 1000, fund="F01", date=on(1, 2))])
    act(book, lambda c, chart: receive(c, chart, "F01", 1000, date=on(1, 2), by="clerk", document="文"))
    act(book, lambda c, chart: allot(c, chart, "F01-Q00001", 600, use="0601", date=on(1, 3), by="clerk", document="文"))
    act(book, lambda c, chart: commit(c, chart, LINE, 400, date=on(1, 4), contract="HT-1", payee=PAYEE))


def act(book: Book, say: Say) -> str:
    """Post one voucher; return its number."""
    return post(book, say, by="clerk").numbers[0]


def approved(book: Book, amount: int, contract: str = "HT-1") -> str:
    """Apply and approve; return the number of what reserves it."""
    number = apply_for(book, LINE, amount, payee=PAYEE, date=on(2), by="clerk", contract=contract)
    return approve(book, number, date=on(2), by="chief").numbers[0]


def pay(book: Book, number: str, amount: int | None = None, *, date: date, **said: str) -> str:
    """Pay what is owed."""
    return act(book, lambda c, chart: [payment(c, chart, number, amount, date=date, **said)])


def send_back(book: Book, number: str, amount: int | None = None, *, date: date) -> str:
    """Return a payment."""
    return act(book, lambda c, chart: [return_payment(c, chart, number, amount, reason=WHY, date=date)])


def pay_at_once(
    book: Book, amount: int, *, date: date, bank_ref: str = "", payee_account: str = "", narration: str = ""
) -> str:
    """Pay without an application."""
    return act(book, lambda _, chart: [
        draft(chart, "disbursement", amount, fund="F01", date=date, use="0601", payee=PAYEE, bank_ref=bank_ref,
              payee_account=payee_account, narration=narration)
    ])  # fmt: skip


def stands(book: Book, line: int = 2) -> dict[str, int]:
    """Return what a line has, and the fund's accounts in money."""
    with book.reading() as connection:
        chart = book.chart(connection)
        quota = next(one for one in chart.quotas if one.line == line)
        by_status = {name: total for name, total in statuses(connection, chart, quota).items() if total}
        rows = connection.exec_driver_sql(
            "SELECT account, CAST(SUM(amount) AS BIGINT) FROM book_postings WHERE unit = 'CNY' GROUP BY account"
        )
        return by_status | {account.split(":")[2]: int(total) for account, total in rows if total}


def test_an_application_stands_again(book: Book) -> None:
    """What is owed and reserved is as before the payment, in part too; it is paid again, and no more than that."""
    number = approved(book, 300)
    before = stands(book)
    paid = pay(book, number, date=on(3))
    back = send_back(book, paid, 100, date=on(3, 5))
    assert stands(book) == before | {"applied": 100, "paid": 200, "1001": 800, "2001": -100}
    send_back(book, paid, date=on(3, 6))
    assert stands(book) == before
    with pytest.raises(UsageError, match=r"0\.00"):
        send_back(book, paid, date=on(3, 6))
    with pytest.raises(UsageError, match=r"3\.00"):
        pay(book, number, 301, date=on(3, 7))
    again = pay(book, back, 250, date=on(3, 7), payee_account="6217********0002#2", bank_ref="GK2")
    assert stands(book) == before | {"applied": 50, "paid": 250, "1001": 750, "2001": -50}
    with book.reading() as connection:
        said = find_voucher(connection, again)
        assert (said.cites, said.payee_account) == (find_voucher(connection, number).id, "6217********0002#2")
    pay(book, number, date=on(3, 8))
    with pytest.raises(UsageError, match="paid in full"):
        pay(book, back, date=on(3, 9))


def test_a_payment_without_application_is_owed(book: Book) -> None:
    """By the voucher that returned it: the spending stays, the quota goes from paid to applied for."""
    paid = pay_at_once(book, 150, date=on(3), narration="建房")
    with pytest.raises(UsageError):
        pay(book, paid, date=on(3, 2))
    back = send_back(book, paid, date=on(3, 5))
    owed = {"available": 50, "committed": 400, "applied": 150, "1001": 1000, "2001": -150, "0601": 150, "4001": -1000}
    assert stands(book) == owed
    again = pay(book, back, date=on(3, 7))
    assert stands(book) == {
        "available": 50, "committed": 400, "paid": 150, "1001": 850, "0601": 150, "4001": -1000
    }  # fmt: skip
    with pytest.raises(UsageError, match="paid in full"):
        pay(book, back, date=on(3, 8))
    second = send_back(book, again, 70, date=on(3, 9))
    with pytest.raises(UsageError, match=r"0\.70"):
        pay(book, second, 71, date=on(3, 9))
    third = pay(book, second, date=on(3, 9))
    assert stands(book)["paid"] == 150
    with book.reading() as connection:
        said = [find_voucher(connection, number).narration for number in (again, third)]
    assert said == [f"建房 (paid again after {back} came back)"] * 2


def test_without_a_payable_account_the_spending_is_taken_back(shelf: Shelf) -> None:
    """Until it is paid again; in a later year there must be one, for this year has not spent it."""
    chart = controlled(NEW_YEAR, "".join(line for line in CHART.splitlines(keepends=True) if "2001" not in line))
    with shelf.lend("sqlite", chart) as book:
        begin(book)
        paid = pay_at_once(book, 150, date=on(3))
        before = stands(book)
        back = send_back(book, paid, date=on(3, 5))
        assert stands(book) == {"available": 50, "committed": 400, "applied": 150, "1001": 1000, "4001": -1000}
        pay(book, back, date=on(3, 7))
        assert stands(book) == before
        number = approved(book, 40)
        reserved = stands(book)
        paid = pay(book, number, date=on(3, 8))
        send_back(book, paid, date=on(3, 9))
        assert stands(book) == reserved
        paid = pay(book, number, date=on(3, 10))
        with pytest.raises(UsageError, match="2001-Payable"):
            send_back(book, paid, date=on(1, 5, 2016))


@pytest.mark.parametrize("applied", [True, False])
def test_in_a_later_year_it_keeps_the_quota_of_its_own(book: Book, applied: bool) -> None:  # noqa: FBT001
    """The line of the year of the payment owes it, no other line pays it; a refund of it is a later year's."""
    number = approved(book, 100, "") if applied else ""
    paid = pay(book, number, date=on(12)) if applied else pay_at_once(book, 100, date=on(12))
    settled = stands(book)
    back = send_back(book, paid, date=on(1, 5, 2016))
    assert stands(book) == {
        **{key: value for key, value in settled.items() if key != "paid"}, "applied": 100, "1001": 1000, "2001": -100
    }  # fmt: skip
    if applied:
        with pytest.raises(UsageError, match=f"pay {back}`"):
            pay(book, number, date=on(1, 6, 2016))
    again = pay(book, back, date=on(1, 6, 2016))
    assert stands(book) == settled
    act(book, lambda c, chart: [refund(c, chart, again, 30, date=on(2, 1, 2016))])
    assert stands(book) == settled | {"1001": settled["1001"] + 30, "3001": -30}
    once_more = send_back(book, again, date=on(3, 1, 2016))
    assert stands(book)["applied"] == 70
    pay(book, once_more, date=on(3, 2, 2016))
    assert stands(book)["paid"] == 100


@pytest.mark.parametrize("again", [False, True])
def test_an_advance_that_comes_back_in_a_later_year_is_held_no_more(book: Book, again: bool) -> None:  # noqa: FBT001
    """It was never spent: it comes off the advance, restores no quota, and is not verified; that may be reversed."""
    paid = act(book, lambda _, chart: [
        draft(chart, "advance", 100, fund="F01", date=on(12), payee=PAYEE, quota=LINE)
    ])  # fmt: skip
    if again:  # paid in the later year, out of what the line of its own has reserved
        paid = pay(book, send_back(book, paid, date=on(1, 5, 2016)), date=on(1, 6, 2016))
    held = stands(book)
    back = act(book, lambda c, chart: [refund(c, chart, paid, 30, date=on(2, 1, 2016))])
    less = held | {"1001": held["1001"] + 30, "1201": 70}
    assert stands(book) == less
    for too_much in (
        lambda c, chart: [verification(c, chart, paid, 71, use="0601", date=on(3, 1, 2016))],
        lambda c, chart: [refund(c, chart, paid, 71, date=on(3, 1, 2016))],
    ):
        with pytest.raises(UsageError, match=r"0\.70"):
            act(book, too_much)
    with pytest.raises(UsageError, match=r"退票 0\.71 超过 F01.* 0\.70"):
        send_back(book, paid, 71, date=on(3, 1, 2016))
    reverse(book, back, reason="x", date=on(3, 1, 2016), by="clerk")
    assert stands(book) == held
    act(book, lambda c, chart: [refund(c, chart, paid, 30, date=on(3, 2, 2016))])
    act(book, lambda c, chart: [verification(c, chart, paid, 70, use="0601", date=on(3, 2, 2016))])
    assert "1201" not in {account for account, total in stands(book).items() if total}


def test_an_application_of_another_year_is_not_paid(book: Book) -> None:
    """Only what was paid in time and came back is."""
    number = approved(book, 100)
    with pytest.raises(UsageError, match="2015"):
        pay(book, number, date=on(1, 6, 2016))
    paid = pay(book, number, date=on(12))
    with pytest.raises(UsageError) as told:  # and not that it is to be reversed and applied for again
        pay(book, number, date=on(1, 6, 2016))
    assert told.value.key == "pay-settled"
    for named in (number, paid):
        with pytest.raises(UsageError, match=rf"--kind refund --original {paid}`") as told:
            reverse(book, named, reason="x", date=on(1, 6, 2016), by="clerk")
        assert told.value.key == "reverse-year-paid"
    reverse(book, paid, reason="x", date=on(12, 2), by="clerk")
    with pytest.raises(UsageError) as told:
        reverse(book, number, reason="x", date=on(1, 6, 2016), by="clerk")
    assert told.value.key == "reverse-year"


def test_what_comes_back_is_of_the_payment(book: Book) -> None:
    """An application is refused by the number of what paid it and stands; a refund is of that."""
    number = approved(book, 300)

    def told(say: Say) -> UsageError:
        with pytest.raises(UsageError) as refused:
            act(book, say)
        return refused.value

    def back(c: Connection, chart: Chart) -> list[Draft]:
        return [refund(c, chart, number, 10, date=on(5))]

    def sent(c: Connection, chart: Chart) -> list[Draft]:
        return [return_payment(c, chart, number, 10, reason=WHY, date=on(5))]

    assert [told(say).key for say in (back, sent)] == ["back-of-unpaid"] * 2
    wrong, paid = pay(book, number, 50, date=on(3)), pay(book, number, 100, date=on(3))
    reverse(book, wrong, reason="x", date=on(3), by="clerk")
    for say in (back, sent):
        assert (told(say).key, told(say).details["payments"]) == ("back-of-application", paid)


def test_an_application_paid_in_part_is_freed_as_it_is_told(book: Book) -> None:
    """What is not paid of it, within its year; the payments stand."""
    number = approved(book, 300)
    send_back(book, pay(book, number, 100, date=on(3)), 100, date=on(3, 2))
    pay(book, number, 80, date=on(4))
    with pytest.raises(UsageError, match=rf"2015.*2\.20.*release {number} --date 2015-12-31") as told:
        pay(book, number, date=on(1, 6, 2016))
    assert told.value.key == "pay-year-part"
    act(book, lambda c, chart: [release(c, chart, number, None, reason="x", date=on(12, 31))])
    assert not stands(book).get("applied")
    assert stands(book)["committed"] == 400 - 80


def test_reversed_in_red(book: Book) -> None:
    """Each may be reversed, the later first; what is reversed counts for nothing."""
    number = approved(book, 300)
    paid = pay(book, number, date=on(3))
    settled = stands(book)
    back = send_back(book, paid, 120, date=on(3, 5))
    with pytest.raises(UsageError):
        reverse(book, paid, reason="x", date=on(3, 6), by="clerk")
    reverse(book, back, reason="x", date=on(3, 6), by="clerk")
    assert stands(book) == settled
    with pytest.raises(UsageError, match="paid in full"):
        pay(book, number, date=on(3, 7))
    with pytest.raises(UsageError):
        pay(book, back, date=on(3, 7))
    direct = pay_at_once(book, 100, date=on(4))
    back = send_back(book, direct, date=on(4, 2))
    again = pay(book, back, date=on(4, 3))
    with pytest.raises(UsageError):
        reverse(book, back, reason="x", date=on(4, 4), by="clerk")
    reverse(book, again, reason="x", date=on(4, 4), by="clerk")
    reverse(book, back, reason="x", date=on(4, 4), by="clerk")
    act(book, lambda c, chart: [refund(c, chart, direct, 100, date=on(4, 5))])
    assert stands(book) == settled


def test_a_refund_of_what_was_paid_again(book: Book) -> None:
    """It frees the quota that the first payment took, and takes back what that was charged to; together never more."""
    direct = pay_at_once(book, 100, date=on(3))
    before = stands(book)
    again = pay(book, send_back(book, direct, 60, date=on(3, 2)), date=on(3, 3))
    assert stands(book) == before
    with pytest.raises(UsageError, match=r"0\.40"):
        act(book, lambda c, chart: [refund(c, chart, direct, 41, date=on(3, 4))])
    act(book, lambda c, chart: [refund(c, chart, again, 60, date=on(3, 4))])
    act(book, lambda c, chart: [refund(c, chart, direct, 40, date=on(3, 4))])
    assert stands(book) == {"available": 200, "committed": 400, "1001": 1000, "4001": -1000}
    contract = pay(book, approved(book, 300), date=on(4))
    back = send_back(book, contract, date=on(4, 2))
    again = pay(book, back, date=on(4, 3))
    act(book, lambda c, chart: [refund(c, chart, again, 300, date=on(4, 4))])
    assert stands(book) == {"available": 200, "committed": 400, "1001": 1000, "4001": -1000}


def test_what_is_no_payment_is_not_returned(book: Book) -> None:
    """Nor without a reason, nor before it was paid."""
    paid = pay_at_once(book, 100, date=on(3))
    for number in ("F01-2015-000001", "F01-2015-000002", send_back(book, paid, 10, date=on(3, 2))):
        with pytest.raises(UsageError):
            send_back(book, number, date=on(4))
    with pytest.raises(UsageError):
        send_back(book, paid, date=on(2, 28))
    with pytest.raises(UsageError):
        act(book, lambda c, chart: [return_payment(c, chart, paid, None, reason=" ", date=on(4))])


def test_nothing_accuses_the_second_payment(book: Book) -> None:
    """One payment is left of two, also under the bank's reference of the first; another account wants an approval."""
    paid = pay_at_once(book, 100, date=on(3), payee_account="6217********0001#1", bank_ref="GK1")
    back = act(book, lambda c, chart: [
        return_payment(c, chart, paid, None, reason=WHY, date=on(3, 2), bank_ref="GK1")
    ])  # fmt: skip
    again = pay(book, back, date=on(3, 3), bank_ref="GK2")
    number = approved(book, 120)
    first = pay(book, number, date=on(4), bank_ref="GK3", payee_account="6217********0003#1")
    send_back(book, first, date=on(4, 2))
    elsewhere = pay(book, number, 50, date=on(4, 3), bank_ref="GK4", payee_account="6217********0004#1")
    post(book, lambda c, chart: [
        payment(c, chart, number, None, date=on(4, 4), payee_account="6217********0004#1")
    ], by="clerk", approved_by="chief")  # fmt: skip
    found = [one for one in named(book) if one[1] >= paid]
    assert found == [("nobody-approved", paid), ("nobody-approved", elsewhere)]
    assert left(book) == [(again, 100), (elsewhere, 50), ("F01-2015-000012", 70)]
    with book.reading() as connection:
        other = [pays_elsewhere(connection, back, f"6217********000{nth}#1") for nth in (1, 9)]
        assert (other, pays_elsewhere(connection, back, "")) == ([False, True], False)


def test_what_was_reversed_is_no_twin(book: Book) -> None:
    """Lawful are two equal parts of an application, what a contract frees, and what is said again in place of it."""
    number = approved(book, 200)
    for _ in range(2):
        pay(book, number, 100, date=on(3))
    act(book, lambda c, chart: commit(c, chart, LINE, -50, date=on(3, 2), contract="HT-1", payee=PAYEE))
    for _ in range(3):
        taken = act(book, lambda c, chart: reclaim(c, chart, "F01-Q00001", 10, date=on(4), document="文")[1])
        reverse(book, taken, reason="x", date=on(4), by="clerk")
    assert not {"duplicate-payment", "red-without-original"} & {check for check, _ in named(book)}
    numbers = [pay_at_once(book, 10, date=on(5)) for _ in range(3)]
    assert [one for one in named(book) if one[0] == "duplicate-payment"] == [
        ("duplicate-payment", number) for number in numbers[1:]
    ]


def left(book: Book) -> list[tuple[str, int]]:
    """Return the payments of which something is left."""
    with book.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT voucher_number, paid FROM book_payments WHERE paid <> 0 ORDER BY voucher"
        )
        return [(number, paid) for number, paid in rows]


def named(book: Book) -> list[tuple[str, str]]:
    """Return what the checks find, by check and voucher."""
    return [(finding.check, finding.subject.voucher) for finding in audit_book(book).findings]
