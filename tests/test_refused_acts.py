"""Acts that are refused before any check, with every number that the person at the desk is told."""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from acts import COMPANY, JULY, JUNE, MORE, act, funded, pay, refusal, refused
from books import CHART, USES
from fundtrack.book.policy import apply_chart
from fundtrack.errors import Refused
from fundtrack.posting import Draft, Entry, Leg, post
from fundtrack.posting.advance import refund, verification
from fundtrack.posting.correct import Correction, give_back, rebook, reverse
from fundtrack.posting.loan import loan, repayment
from fundtrack.posting.split import parse_shares, split
from fundtrack.posting.vouchers import draft, refuse_unknown_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from sqlalchemy import URL

    from fundtrack.book import Book
    from fundtrack.posting.post import Say

MAY: Final = date(2015, 5, 31)
AUGUST: Final = date(2015, 8, 1)
NO_USE: Final = (
    "No use of {} is named, and this kind of voucher needs one. Give --use with the code of an expense account, 0601; "
    "with --split one of each fund: F01-0601,F03-0801."
)
REVERSED: Final = "{} was reversed already, by {}. Nothing is left to reverse; post the right voucher if there is one."
TOO_EARLY: Final = (
    "{} is dated 2015-06-01; it cannot be reversed on 2015-05-31. "
    "Give the day of the reversal, which is no earlier than the voucher."
)


@pytest.fixture
def book(book_dir: Path, database_url: URL) -> Iterator[Book]:
    """Give a book in which four funds received money; their vouchers are no. 1 of each."""
    yield from funded(book_dir, database_url)


def lend(book: Book, amount: int = 500, **details: Any) -> str:  # noqa: ANN401 - of loan
    """Lend F03 fen of F01; return the number of the lender's voucher."""
    details = {"document": "田财〔2015〕1号", **details}
    return act(book, lambda _, c: loan(c, amount, lender="F01", borrower="F03", date=JUNE, **details)).numbers[0]


def take_back(book: Book, number: str, on: date = JULY) -> str:
    """Reverse a voucher; return the number of the reversal."""
    numbers = reverse(book, number, reason="x", date=on, by="clerk").numbers
    return next(one for one in numbers if one[:3] == number[:3])


def back(book: Book, number: str, amount: int) -> str:
    """Post a refund; return its number."""
    return act(book, lambda c, chart: [refund(c, chart, number, amount, date=JULY)]).numbers[0]


def test_simple_vouchers(book: Book) -> None:
    """No amount, less than none, no use, no kind of one voucher."""
    nothing = "An amount is more than nothing, not {}. Money that came back is a refund; a wrong voucher is reversed."
    assert refusal(book, lambda: pay(book, 0)) == nothing.format("0.00")
    assert refusal(book, lambda: pay(book, -123_450)) == nothing.format("-1,234.50")
    assert refused(book, lambda _, c: [draft(c, "bank-charge", 1, fund="F01", date=JUNE)]) == NO_USE.format("F01")
    assert refused(book, lambda _, c: [draft(c, "disbursement", 1, fund="F01", date=JUNE, use="1001")]) == (
        "What is to be charged is an account of another kind, and no use. "
        "Charge a use of the fund; `fundtrack chart show` lists them."
    )
    with pytest.raises(AssertionError, match="has an act of its own"):  # no command asks for it
        act(book, lambda _, c: [draft(c, "loan", 1, fund="F01", date=JUNE)])


def test_an_account_that_a_fund_lacks(book: Book) -> None:
    """By its kind, with the line that opens it; once that is in the chart, it is posted."""
    say: Say = lambda _, chart: [draft(chart, "interest", 100, fund="F03", date=JUNE)]  # noqa: E731
    with pytest.raises(Refused) as refused:
        act(book, say)
    (finding,) = refused.value.findings
    assert finding.messages["en"].startswith('On 2015-06-01 the chart has no account of kind interest (fund "F03 ')
    assert "没有 interest 类科目" in finding.messages["zh"]
    for remedy in finding.remedies.values():
        opened, kind = re.findall(r"`([^`]+)`", remedy)[:2]
        assert (opened, kind) == ("open Income:F03-Houses:4002-Interest CNY", 'kind: "interest"')
    apply_chart(book, f"{CHART}{MORE}2014-01-01 {opened}\n  {kind}\n", by="founder", document="文1")
    assert act(book, say).numbers
    with pytest.raises(Refused) as refused:
        act(book, lambda _, chart: [draft(chart, "interest", 100, fund="F09", date=JUNE)])
    assert not any("`open" in one.remedies["en"] for one in refused.value.findings)  # of a fund that nobody knows


def test_whoever_prepared_a_voucher_does_not_approve_it(book: Book) -> None:
    """However the name is written."""
    apart = "{} has prepared it and cannot approve it. Name another person with --approved-by."
    for by, approved_by in (("clerk", "clerk"), ("Jose\u0301", "Jos\u00e9")):
        same = partial(post, book, [], by=by, approved_by=approved_by)
        assert refusal(book, same) == apart.format(approved_by)


def test_a_project_that_the_chart_has_not(book: Book) -> None:
    """The nearest is named, by all its names; none is no project that is unknown."""
    with book.reading() as connection:
        chart = book.chart(connection)
    assert refusal(book, lambda: refuse_unknown_project(chart, "P02")) == (
        "The chart has no project P02; nearest: P01 Hometown resettlement 老乡家园. "
        "Give the code of one of them; a new project is added to the chart first (`chart apply`)."
    )
    refuse_unknown_project(chart, "P01")
    refuse_unknown_project(chart, "")


def test_shares(book: Book) -> None:
    """What is left over is named, with its sign; a word that says no share is repeated."""

    def bill(total: int) -> str:
        shares = {"F01": 6000, "F03": 4000}
        return refused(book, lambda _, c: split(c, shares, total, uses=USES, date=JUNE))

    remedy = "Change the shares so that they are the bill to the fen."
    assert bill(123_456) == f"The shares come to 100.00, the bill to 1,234.56: 1,134.56 is left over. {remedy}"
    assert bill(9_999) == f"The shares come to 100.00, the bill to 99.99: -0.01 is left over. {remedy}"
    for words, wrong in (("F01=1, F03", " F03"), ("F01=1,F01=2", "F01=2"), ("F01=x", "F01=x"), ("F01=1=2", "F01=1=2")):
        assert refusal(book, partial(parse_shares, words)) == (
            f"{wrong} does not say what a fund pays, or names it twice. "
            "Write --split F01=60000.00,F03=40000.00, each fund once, amounts without separators."
        )
    assert refused(book, lambda _, c: split(c, {"F01": 1, "F03": 1}, 2, uses={"F01": "0601"}, date=JUNE)) == (
        NO_USE.format("F03")
    )


def test_verifications(book: Book) -> None:
    """Of what is no advance that stands; more than the payee holds; before the advance."""

    def verify(number: str, amount: int = 1, on: date = JULY) -> str:
        return refused(book, lambda c, chart: [verification(c, chart, number, amount, use="0601", date=on)])

    none = (
        "{} is not an advance that stands. Name the voucher by which the money was advanced; "
        "a payment that was charged to a use needs no verification."
    )
    household, advance, wrong = pay(book, 1000), pay(book, 123_456, payee=COMPANY), pay(book, 2000, payee=COMPANY)
    assert verify(household.lower()) == none.format(household)
    red = take_back(book, wrong)
    assert verify(wrong) == none.format(wrong)
    assert verify(red) == none.format(red)
    unmade = take_back(book, back(book, advance, 100))  # in black, on the sides of the advance
    assert verify(unmade) == none.format(unmade)
    assert verify(advance, 234_567) == (
        f"2,345.67 is more than {COMPANY} still holds of F01: 1,234.56 (advance {advance}). "
        "Verify what was advanced; pay the rest as a new disbursement."
    )
    assert verify(advance, 0).startswith("An amount is more than nothing, not 0.00.")
    assert verify(advance, 1, MAY) == (
        f"{advance} is dated 2015-06-01; what follows it cannot be dated 2015-05-31. "
        "Check both dates with the bank's slips."
    )


def test_refunds(book: Book) -> None:
    """Of what is no payment of one entry that stands; more than is left; before the payment."""

    def give(number: str, amount: int = 1, on: date = JULY) -> str:
        return refused(book, lambda c, chart: [refund(c, chart, number, amount, date=on)])

    none = "{} is not a standing payment of one entry. Cite the payment whose money came back; a loan is repaid."
    paid, wrong, advance = pay(book, 123_456), pay(book, 1000), pay(book, 1000, payee=COMPANY)
    refunded = back(book, paid, 100_000)
    checked = act(book, lambda c, chart: [verification(c, chart, advance, 1, use="0601", date=JULY)]).numbers[0]
    assert give(checked, 2).startswith(f"0.02 is more than is left of {checked} to come back: 0.01.")
    two = (Entry(Leg("F01", "0601"), Leg("F01", "1001"), 1), Entry(Leg("F01", "0613"), Leg("F01", "1001"), 1))
    several = post(book, [Draft("F01", JUNE, "disbursement", two)], by="clerk").numbers[0]
    no_payments = [lend(book), refunded, several, "F01-2015-000001", take_back(book, wrong), wrong]
    no_payments.append(take_back(book, back(book, paid, 1)))  # in black, on the sides of the payment
    for number in no_payments:
        assert give(number) == none.format(number)
    assert give(paid, 234_567) == (
        f"2,345.67 is more than is left of {paid} to come back: 234.56. "
        "Check the amount with the bank's slip; what came back of another payment cites that one, "
        "and of a verified advance, its verification."
    )
    assert give(paid, -1).startswith("An amount is more than nothing, not -0.01.")
    assert give(paid, 1, MAY) == (
        f"{paid} is dated 2015-06-01; what follows it cannot be dated 2015-05-31. "
        "Check both dates with the bank's slips."
    )


def test_loans(book: Book) -> None:
    """Without a document, to oneself, of a fund that may not."""

    def borrow(lender: str, borrower: str, **details: Any) -> str:  # noqa: ANN401 - of loan
        return refused(book, lambda _, c: loan(c, 1, lender=lender, borrower=borrower, date=JUNE, **details))

    document = "An interfund loan needs a document. Give --document with the number of the decision that allows it."
    assert borrow("F01", "F03") == document
    assert borrow("F01", "F03", document=" ") == document
    assert borrow("F03", "F03", document="X") == "F03 cannot lend to itself. Name another fund with --to."
    assert borrow("F03", "F01", document="X") == (
        "F03 may not lend: its chart entry does not say may-advance. "
        "Borrow from a fund that may advance, or change the chart by a document first."
    )
    assert refusal(book, lambda: lend(book, 0)).startswith("An amount is more than nothing, not 0.00.")


def test_repayments(book: Book) -> None:
    """Of what is no loan that stands; more than is left; before the loan."""

    def repay(number: str, amount: int = 1, on: date = JULY) -> str:
        return refused(book, lambda c, chart: repayment(c, chart, number, amount, date=on))

    none = "{} is not a loan that stands. Name either voucher of a loan that was not reversed."
    lent, wrong, paid = lend(book, 123_456), lend(book), pay(book, 1)
    red, paid_red = take_back(book, wrong), take_back(book, paid)
    repaid = act(book, lambda c, chart: repayment(c, chart, lent, 100_000, date=JULY)).numbers[0]
    for number in (pay(book, 1), wrong, red, paid_red, repaid):
        assert repay(number) == none.format(number)
    assert repay(lent, 234_567) == (
        f"2,345.67 is more than is left of loan {lent}: 234.56. "
        "Pay back what is left at most; check the amount with the bank's slip."
    )
    assert repay(lent, 0).startswith("An amount is more than nothing, not 0.00.")
    assert repay(lent, 1, MAY) == (
        f"{lent} is dated 2015-06-01; what follows it cannot be dated 2015-05-31. "
        "Check both dates with the bank's slips."
    )


def test_numbers_of_vouchers(book: Book) -> None:
    """Of no form, of no voucher; the last number of the fund and year is named."""
    pay(book, 1)

    def find(number: str) -> str:
        return refused(book, lambda c, chart: [refund(c, chart, number, 1, date=JULY)])

    form = "{} is not the number of a voucher. A number is fund, year and six digits: F01-2015-000001."
    for number in ("F01-2015", "F01-2015-1234567890", "XF01-2015-000001 X"):
        assert find(number) == form.format(number)
    remedy = "Check the number; `fundtrack report voucher-list` lists those there are."
    assert find("f01-2015-9") == f"There is no voucher f01-2015-9; F01 has none beyond no. 2 in 2015. {remedy}"
    remedy = "Check the fund and the year; `fundtrack report voucher-list` lists the vouchers there are."
    assert find("F01-2014-1") == f"There is no voucher F01-2014-1; F01 has none in 2014. {remedy}"
    assert find("F09-2015-1") == f"There is no voucher F09-2015-1; F09 has none in 2015. {remedy}"


def test_reversals(book: Book) -> None:
    """Without a reason, again, of a reversal, too early, and of what others rest on: all of them are named."""

    def undo(number: str, on: date = JULY, reason: str = "x") -> str:
        return refusal(book, lambda: reverse(book, number, reason=reason, date=on, by="clerk"))

    paid = pay(book, 1000)
    first, second, third = (back(book, paid, fen) for fen in (100, 200, 300))
    assert undo(paid, reason=" ") == "A reversal needs a reason. Give --reason."
    assert undo(paid) == f"Other vouchers rest on {paid}: {first}, {second}, {third}. Reverse those first."
    red = take_back(book, second)
    assert undo(paid) == f"Other vouchers rest on {paid}: {first}, {third}. Reverse those first."
    assert undo(second) == REVERSED.format(second, red)
    assert undo(red) == f"{red} is itself the reversal of {second}. Post the right voucher again instead."
    assert undo(paid, MAY) == TOO_EARLY.format(paid)

    advance = pay(book, 123_456, payee=COMPANY)
    checked = act(book, lambda c, chart: [verification(c, chart, advance, 1, use="0601", date=JULY)]).numbers[0]
    later = pay(book, 123_456, payee=COMPANY)
    act(book, lambda c, chart: [verification(c, chart, advance, 123_456, use="0601", date=JULY)])
    assert undo(later) == (
        f"{COMPANY} has verified the use of advance {later}; only 1,234.55 of it is still held. "
        "Reverse the verification first."
    )
    take_back(book, checked)
    take_back(book, later)  # all of it is held again


def test_rebookings(book: Book) -> None:
    """Without a document, of another kind, of nothing, without a use, of no other channel's money."""

    def put(number: str, correction: Correction, mode: str = "record", document: str = "X", on: date = JULY) -> str:
        return refusal(book, lambda: rebook(book, number, correction, mode=mode,  # type: ignore[arg-type]
                                            document=document, date=on, by="clerk"))  # fmt: skip

    paid, right = pay(book, 1000, project="P01"), Correction("F03", "0603")
    assert put(paid, right, document=" ") == "To put a voucher elsewhere needs a document. Give --document."
    assert put(paid, Correction(project="P02")).startswith("The chart has no project P02;")
    refunded = back(book, paid, 1)
    assert (
        put(refunded, right)
        == f"{refunded} is of the kind refund, which is not put elsewhere. Reverse it and post the right one."
    )
    assert put(paid, right) == f"Other vouchers rest on {paid}: {refunded}. Reverse those first."
    red = take_back(book, refunded)
    assert put(red, right) == f"{red} is itself the reversal of {refunded}. Post the right voucher again instead."
    assert put(refunded, right) == REVERSED.format(refunded, red)
    assert put(paid, right, on=MAY) == TOO_EARLY.format(paid)
    nothing = f"{paid} says that already: nothing would change. "
    nothing += "Say what is right with --fund, --use, --project or --payee; "
    nothing += "of money received, --document names the right document."
    for same in (Correction(), Correction("F01"), Correction("F01", "F01-0601", "P01"), Correction(project="P01")):
        assert put(paid, same) == nothing
    assert put(paid, Correction("F03")) == (
        f"{paid} was charged to a use of its own fund; F03 has its own uses. "
        "Give --use with the code of the right fund's expense account."
    )
    assert put(paid, Correction("F03", "1001")).startswith("What is to be charged is an account of another kind")
    no_money = (
        "No money of another channel went out with {}. "
        "Name the fund that should have paid; within one fund, recover the money and post a refund."
    )
    assert put(paid, Correction(use="0613"), "money") == no_money.format(paid)
    advance = pay(book, 1000, payee=COMPANY)
    checked = act(book, lambda c, chart: [verification(c, chart, advance, 1, use="0601", date=JULY)]).numbers[0]
    assert put(checked, right, "money") == no_money.format(checked)
    assert put(paid, Correction("F03", "0603"), "money") == (
        "F01 has no account of kind receivable in which to keep the money open. Open one in the chart."
    )
    from_f03 = pay(book, 1000, fund="F03")
    assert put(from_f03, Correction("F04", "0604"), "money") == (
        "F04 has no account of kind payable in which to keep the money open. Open one in the chart."
    )


def test_returns(book: Book) -> None:
    """Of what keeps nothing open, too early, and twice."""

    def give(number: str, on: date = AUGUST) -> str:
        return refusal(book, lambda: give_back(book, number, date=on, by="clerk"))

    paid = pay(book, 1000, fund="F03")
    here, there = rebook(
        book, paid, Correction("F01", "0601"), mode="money", document="X", date=JULY, by="clerk"
    ).numbers
    none = (
        "{} keeps no money open that is to return to its channel. "
        "Name one of the two adjustments that `rebook --wrong money` posted."
    )
    adjusted = Entry(Leg("F01", "0613"), Leg("F01", "0601"), 1)
    closed = post(book, [Draft("F01", JULY, "adjustment", (adjusted,), document="X")], by="clerk").numbers[0]
    for number in (paid, closed):
        assert give(number) == none.format(number)
    assert give(there, JUNE) == (
        f"{there} is dated 2015-07-01; what follows it cannot be dated 2015-06-01. "
        "Check both dates with the bank's slips."
    )
    returned = give_back(book, here, date=AUGUST, by="clerk").numbers
    done = (
        "The money of {} is back already, by {}. Nothing is left to return; reverse that voucher first if it is wrong."
    )
    assert give(here) == done.format(here, returned[0])
    assert give(there) == done.format(there, returned[1])
    assert give(returned[0]) == none.format(returned[0])
    red = take_back(book, returned[0], AUGUST)
    assert give(returned[0]) == REVERSED.format(returned[0], red)
    assert give(red) == f"{red} is itself the reversal of {returned[0]}. Post the right voucher again instead."
