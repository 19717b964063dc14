"""What comes back of an advance once it is verified: it cites the verification, which had charged it to a use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fundtrack.errors import UsageError
from fundtrack.posting.advance import refund, verification
from fundtrack.posting.correct import Correction, rebook, reverse
from fundtrack.posting.vouchers import draft
from quotas import CHART, controlled
from shelf import ENGINES
from test_returned import LINE, NEW_YEAR, PAYEE, act, begin, named, on, stands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fundtrack.book import Book
    from shelf import Shelf


@pytest.fixture(params=ENGINES)
def book(request: pytest.FixtureRequest, shelf: Shelf) -> Iterator[Book]:
    """Give a book with 1000 fen of money and quota, 600 of it allotted and 400 of that committed to a contract."""
    with shelf.lend(request.param, controlled(NEW_YEAR, CHART)) as book:
        begin(book)
        yield book


@pytest.mark.parametrize(("verified", "came"), [(2015, 2015), (2015, 2016), (2016, 2016)])
def test_what_was_verified_comes_back_of_its_verification(book: Book, verified: int, came: int) -> None:
    """It is spent less and its quota is free again, or, where that is of an earlier year, the money is the balance."""
    paid = act(book, lambda _, chart: [
        draft(chart, "advance", 100, fund="F01", date=on(6), payee=PAYEE, quota=LINE)
    ])  # fmt: skip
    evidence = act(book, lambda c, chart: [
        verification(c, chart, paid, 80, use="0601", date=on(7) if verified == 2015 else on(1, 5, 2016))
    ])  # fmt: skip
    held, day = stands(book), on(8) if came == 2015 else on(2, 1, 2016)
    back = act(book, lambda c, chart: [refund(c, chart, evidence, 30, date=day)])
    less = (
        {"0601": held["0601"] - 30, "available": held["available"] + 30, "paid": 70} if came == 2015 else {"3001": -30}
    )
    assert stands(book) == held | {"1001": held["1001"] + 30} | less
    with pytest.raises(UsageError, match=r"0\.50"):
        act(book, lambda c, chart: [refund(c, chart, evidence, 51, date=day)])
    with pytest.raises(UsageError, match=back):
        reverse(book, evidence, reason="x", date=day, by="clerk")
    assert not [check for check, voucher in named(book) if voucher in {back, evidence}]
    reverse(book, back, reason="x", date=day, by="clerk")
    assert stands(book) == held
    act(book, lambda c, chart: [refund(c, chart, evidence, 80, date=day)])
    act(book, lambda c, chart: [refund(c, chart, paid, 20, date=day)])
    assert "1201" not in {account for account, total in stands(book).items() if total}


def test_no_more_of_a_verification_comes_back_than_its_advance_paid(book: Book) -> None:
    """One may verify what two advances paid; to the line of one goes back what that one took."""
    first = act(book, lambda _, chart: [draft(chart, "advance", 50, fund="F01", date=on(11), payee=PAYEE, quota=LINE)])
    act(book, lambda _, chart: [draft(chart, "advance", 70, fund="F01", date=on(11), payee=PAYEE, quota=LINE)])
    evidence = act(book, lambda c, chart: [verification(c, chart, first, 120, use="0601", date=on(12))])
    with pytest.raises(UsageError, match=r"0\.50"):
        act(book, lambda c, chart: [refund(c, chart, evidence, 51, date=on(12))])
    act(book, lambda c, chart: [refund(c, chart, evidence, 50, date=on(12))])


def test_what_was_verified_for_another_use_is_rebooked_before_it_comes_back(book: Book) -> None:
    """Its quota is for the use that it was allotted to; nothing else is given back to it."""
    paid = act(book, lambda _, chart: [draft(chart, "advance", 50, fund="F01", date=on(6), payee=PAYEE, quota=LINE)])
    evidence = act(book, lambda c, chart: [verification(c, chart, paid, 50, use="0602", date=on(7))])
    with pytest.raises(UsageError) as refused:
        act(book, lambda c, chart: [refund(c, chart, evidence, 50, date=on(8))])
    assert refused.value.key == "refund-other-use"
    *_, right = rebook(
        book, evidence, Correction(use="0601"), mode="record", document="田财〔2015〕9号", date=on(8), by="clerk"
    ).numbers
    act(book, lambda c, chart: [refund(c, chart, right, 50, date=on(9))])
    assert not {"0601", "0602", "paid"} & stands(book).keys()
