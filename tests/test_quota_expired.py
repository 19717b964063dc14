"""The last day that a quota line may be spent on is kept by every road."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from fundtrack.auditing.waivers import Decision, Scope, grant
from fundtrack.checking import checks
from fundtrack.errors import Refused, UsageError
from fundtrack.posting import post
from fundtrack.posting.advance import refund
from fundtrack.posting.application import apply_for, approve, payment
from fundtrack.posting.canpay import Bill, can_pay
from fundtrack.posting.carry import carry_over
from fundtrack.posting.correct import Correction, rebook, reverse
from fundtrack.posting.quota import adjust, allot, commit, receive
from fundtrack.posting.release import release
from fundtrack.posting.vouchers import draft
from quotas import controlled
from shelf import ENGINES
from test_year_close import CHIEF, CLERK, given, stands

if TYPE_CHECKING:
    from fundtrack.book import Book
    from shelf import Shelf


@pytest.mark.parametrize("engine", ENGINES)
def test_expired_quota_is_not_spent(shelf: Shelf, engine: str) -> None:
    """On its last day it is; from the next on only what comes back passes, and `can-pay` says why not."""
    with shelf.book(engine, controlled(date(2015, 1, 1))) as book:
        kept(book)


def kept(book: Book) -> None:
    """Try each road on the last day and on the day after."""
    given(book, 2015, 100, first=1, expires=date(2015, 6, 30))
    line, last, late = "F01-Q00002", date(2015, 6, 30), date(2015, 7, 1)

    def binding(amount: int, day: date) -> None:
        post(book, lambda c, chart: commit(c, chart, line, amount, date=day, contract="HT-9", payee="甲"), by=CLERK)

    def spending(day: date) -> str:
        return post(book, lambda _, chart: [draft(
            chart, "disbursement", 10, fund="F01", date=day, use="0601", project="P01", quota=line
        )], by=CLERK).numbers[0]  # fmt: skip

    def paying(number: str, day: date) -> None:
        post(book, lambda c, chart: [payment(c, chart, number, None, date=day)], by=CLERK)

    binding(10, last)
    wrong = spending(last)
    for _ in range(3):
        apply_for(book, line, 10, payee="乙", date=last, by=CLERK)
    first, second = (approve(book, one, date=last, by=CHIEF).numbers[0] for one in (1, 2))
    paying(first, last)
    for refused in (
        lambda: binding(10, late), lambda: spending(late), lambda: paying(second, late),
        lambda: approve(book, 3, date=late, by=CHIEF),
    ):  # fmt: skip
        with pytest.raises(Refused) as told:
            refused()
        (finding,) = (one for one in told.value.findings if one.check == "quota-expired")
        for said in finding.messages.values():
            assert all(word in said for word in (line, "2015-06-30", "2015-07-01"))
    with pytest.raises(UsageError, match=r"2015-06-30.*2015-07-01"):
        apply_for(book, line, 10, payee="乙", date=late, by=CLERK)
    with pytest.raises(UsageError, match=r"2015-06-30.*2015-07-01"):
        post(book, lambda _, chart: adjust(chart, line, "F01-Q00001", 10, date=late, document="文"), by=CLERK)
    end = date(2015, 12, 31)
    with pytest.raises(UsageError, match=r"2015-06-30.*2016-01-01"):
        post(book, lambda c, chart: carry_over(c, chart, line, date=end, by=CLERK, document=""), by=CLERK)
    for day, why in ((last, []), (late, ["quota-expired"])):
        said = {one.quota: one for one in can_pay(book, Bill(10, day, "0601", "P01"), by=CLERK)}
        assert [reason.check for reason in said[line].reasons] == why
    binding(-10, late)
    reverse(book, second, date=late, reason="过期", by=CLERK)
    assert stands(book, line) == {"available": 30, "paid": 30}
    put = Correction(quota=line)
    rebook(book, wrong, put, mode="record", document="更正", date=late, by=CLERK)  # the money moved in time
    pages = checks(book.folder / "checks", at_posting=True)
    decision = Decision("桂延1号", "central", date(2015, 6, 30), "延期", CLERK, CHIEF)
    grant(book, pages, "quota-expired", Scope(fund="F01"), valid=(late, date(2099, 12, 31)), decision=decision,
          by=CLERK)  # fmt: skip
    spending(late)
    assert stands(book, line) == {"available": 20, "paid": 40}


@pytest.mark.parametrize("engine", ENGINES)
def test_what_comes_back_under_a_contract_is_bound_again(shelf: Shelf, engine: str) -> None:
    """After the last day as well: what of an application is not paid, and what of a payment is refunded."""
    with shelf.book(engine, controlled(date(2015, 1, 1))) as book:
        given(book, 2015, 100, first=1, expires=date(2015, 6, 30))
        line, last, late = "F01-Q00002", date(2015, 6, 30), date(2015, 7, 1)
        post(book, lambda c, chart: commit(c, chart, line, 50, date=last, contract="HT-9", payee="甲"), by=CLERK)
        asked = apply_for(book, line, 20, payee="甲", date=last, by=CLERK, contract="HT-9")
        approved = approve(book, asked, date=last, by=CHIEF).numbers[0]
        (paid,) = post(book, lambda _, chart: [draft(
            chart, "disbursement", 30, fund="F01", date=last, use="0601", project="P01", quota=line, payee="甲",
            contract="HT-9",
        )], by=CLERK).numbers  # fmt: skip
        post(book, lambda c, chart: [release(c, chart, approved, None, reason="结算核减", date=late)], by=CLERK)
        post(book, lambda c, chart: [refund(c, chart, paid, 10, date=late)], by=CLERK)
        assert stands(book, line) == {"committed": 30, "paid": 30}


def test_what_is_allotted_lasts_no_longer_than_what_it_came_of(shelf: Shelf) -> None:
    """What is not said is as it was given; an earlier day may be said; after the last day nothing is allotted."""
    with shelf.book("sqlite", controlled(date(2015, 1, 1))) as book:
        last = date(2015, 6, 30)
        day = date(2015, 2, 1)
        post(book, lambda c, chart: receive(
            c, chart, "F01", 100, date=day, by=CLERK, document="文", expires=last), by=CLERK)  # fmt: skip

        def give(on: date, until: date | None = None) -> None:
            post(book, lambda c, chart: allot(
                c, chart, "F01-Q00001", 10, use="0601", date=on, by=CLERK, document="文", expires=until
            ), by=CLERK)  # fmt: skip

        give(last)
        give(day, date(2015, 3, 1))
        with pytest.raises(UsageError, match=r"2015-06-30.*2015-07-01"):
            give(day, date(2015, 7, 1))
        with pytest.raises(UsageError, match=r"2015-06-30.*2015-07-01"):
            give(date(2015, 7, 1))
        with pytest.raises(UsageError, match=r"2015-02-02.*2015-02-01"):
            give(date(2015, 2, 2), day)
        with pytest.raises(UsageError, match=r"2015-07-01.*2015-06-30"):
            post(book, lambda c, chart: receive(
                c, chart, "F01", 100, date=date(2015, 7, 1), by=CLERK, document="文", expires=last
            ), by=CLERK)  # fmt: skip
        with book.reading() as connection:
            assert [line.expires for line in book.chart(connection).quotas] == [last, last, date(2015, 3, 1)]


def test_what_may_be_spent_to_the_end_of_its_year_is_not_carried_over(shelf: Shelf) -> None:
    """Nothing of the line that it went on to could be spent; a day longer, and it goes on."""
    new_year, end = date(2015, 1, 1), date(2015, 12, 31)
    with shelf.book("sqlite", controlled(new_year)) as book:

        def given(line: int, until: date) -> None:
            post(book, lambda c, chart: receive(
                c, chart, "F01", 100, date=new_year, by=CLERK, document=f"文{until}", expires=until
            ), by=CLERK)  # fmt: skip
            post(book, lambda c, chart: allot(
                c, chart, f"F01-Q{line:05d}", 10, use="0601", date=new_year, by=CLERK, document="文"
            ), by=CLERK)  # fmt: skip

        def carried(line: str) -> None:
            post(book, lambda c, chart: carry_over(c, chart, line, date=end, by=CLERK, document=""), by=CLERK)

        given(1, end)
        given(3, date(2016, 1, 1))
        with pytest.raises(UsageError, match=r"2015-12-31.*2016-01-01"):
            carried("F01-Q00002")
        carried("F01-Q00004")
        assert stands(book, "F01-Q00005") == {"available": 10, "received": 10}
