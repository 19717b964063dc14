"""Posting: each kind of voucher, one bill over several funds, loans; all or nothing."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Final

import pytest

from acts import COMPANY, JULY, JUNE, SAID, act, balances, funded, pay, vouchers
from books import RECEIVED, USES
from fundtrack.errors import ChartError, FormatError, Refused, UsageError
from fundtrack.posting import Draft, Leg, post
from fundtrack.posting.advance import outstanding, refund, verification
from fundtrack.posting.correct import reverse
from fundtrack.posting.loan import loan, repayment
from fundtrack.posting.split import parse_shares, split
from fundtrack.posting.standing import find_voucher
from fundtrack.posting.vouchers import draft

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import URL

    from fundtrack.book import Book

UNSAFE: Final = ("a\x07b", "a\u202eb", "a\u200bb", "a\ud800b")


@pytest.fixture
def book(book_dir: Path, database_url: URL) -> Iterator[Book]:
    """Give a book in which four funds received money."""
    yield from funded(book_dir, database_url)


def test_simple_kinds(book: Book) -> None:
    """Each kind debits and credits its accounts, at the bank account that moved."""
    act(book, lambda _, chart: [
        draft(chart, "transfer-received", 700, fund="F01", date=JUNE, bank="45001234560002"),
        draft(chart, "interest", 30, fund="F01", date=JUNE, bank="45001234560002"),
        draft(chart, "bank-charge", 5, fund="F03", date=JUNE, use="0699"),
        draft(chart, "disbursement", 100, fund="F03", date=JUNE, use="F03-0603", payee="农户"),
    ])  # fmt: skip
    assert balances(book, "F01") == {
        "1001": RECEIVED["F01"], "1003": 730, "4001": -RECEIVED["F01"] - 700, "4101": -30
    }  # fmt: skip
    assert balances(book, "F03") == {
        "1001": RECEIVED["F03"] - 105, "0603": 100, "0699": 5, "4001": -RECEIVED["F03"]
    }  # fmt: skip


def test_what_is_no_simple_voucher(book: Book) -> None:
    """Refused before anything is looked up: no amount, no use, an account of another kind."""
    with pytest.raises(UsageError) as nothing:
        pay(book, 0)
    assert nothing.value.key == "amount-not-positive"
    with pytest.raises(ChartError) as no_use:
        act(book, lambda _, chart: [draft(chart, "disbursement", 1, fund="F01", date=JUNE)])
    assert no_use.value.key == "use-needed"

    def charge(use: str) -> None:
        act(book, lambda _, chart: [draft(chart, "disbursement", 1, fund="F01", date=JUNE, use=use)])

    for other in ("1001", "1201", "F01-4001"):  # cash, advances, transfers received
        with pytest.raises(ChartError) as other_kind:
            charge(other)
        assert other_kind.value.key == "use-no-use"


def test_payment_to_an_owner_company_is_advanced_then_verified(book: Book) -> None:
    """It becomes spending when its use is verified, and no more than was advanced."""
    number = pay(book, 1000, payee=COMPANY, project="P01")
    assert balances(book, "F01")["1201"] == 1000
    assert "0601" not in balances(book, "F01")

    act(book, lambda c, chart: [verification(c, chart, number, 600, use="0601", date=JULY)])
    assert balances(book, "F01")["1201"] == 400
    assert balances(book, "F01")["0601"] == 600
    with book.reading() as connection:
        assert outstanding(connection, "F01", COMPANY) == 400
    with pytest.raises(UsageError) as too_much:
        act(book, lambda c, chart: [verification(c, chart, number, 401, use="0601", date=JULY)])
    assert too_much.value.key == "verify-too-much"
    assert "4.01" in too_much.value.text("zh")
    assert "4.00" in too_much.value.text("zh")


def test_only_an_advance_is_verified(book: Book) -> None:
    """A payment to a household was spent at once."""
    number = pay(book, 1000, payee="农户")
    with pytest.raises(UsageError) as refused:
        act(book, lambda c, chart: [verification(c, chart, number, 1, use="0601", date=JULY)])
    assert refused.value.key == "verify-no-advance"


def test_refund_is_red_and_never_more_than_is_left(book: Book) -> None:
    """Turnover stays net; what was taken back cannot come back twice, unless that refund was wrong."""
    number = pay(book, 1000, payee="农户")
    first = act(book, lambda c, chart: [refund(c, chart, number, 700, date=JULY, bank_ref="R7")])
    assert balances(book, "F01")["0601"] == 300
    with book.reading() as connection:
        red = find_voucher(connection, first.numbers[0])
        assert (red.entries[0].red, red.amount, red.payee) == (1, -700, "农户")
        assert red.cites == find_voucher(connection, number).id
    with pytest.raises(UsageError) as too_much:
        act(book, lambda c, chart: [refund(c, chart, number, 301, date=JULY)])
    assert too_much.value.key == "refund-too-much"
    assert "3.00" in too_much.value.text("en")
    reverse(book, first.numbers[0], reason="another payment's", date=JULY, by="clerk")
    act(book, lambda c, chart: [refund(c, chart, number, 1000, date=JULY, bank_ref="R7")])
    assert "0601" not in balances(book, "F01")


def test_split_bill_is_linked_and_all_or_nothing(book: Book) -> None:
    """One bank reference, a voucher in each fund; if one share is refused, nothing is posted."""
    shares = parse_shares("F01=60.00，F03=40.00")
    assert shares == {"F01": 6000, "F03": 4000}
    posted = act(book, lambda _, chart: split(chart, shares, 10_000, uses=USES, date=JUNE, bank_ref="S1", payee="公司"))
    assert posted.numbers == ("F01-2015-000002", "F03-2015-000002")
    with book.reading() as connection:
        links = {find_voucher(connection, number).link for number in posted.numbers}
    assert links == {posted.vouchers[0]}

    before = vouchers(book)
    too_much = {"F01": 6000, "F03": RECEIVED["F03"]}
    with pytest.raises(Refused) as refused:
        act(book, lambda _, chart: split(chart, too_much, sum(too_much.values()), uses=USES, date=JUNE))
    assert {getattr(finding, "check", "") for finding in refused.value.findings} == {"overdrawn"}
    assert vouchers(book) == before


def test_shares_are_the_bill_to_the_fen(book: Book) -> None:
    """The difference is named."""
    with pytest.raises(UsageError) as refused:
        act(book, lambda _, chart: split(chart, {"F01": 6000, "F03": 3999}, 10_000, uses=USES, date=JUNE))
    assert refused.value.key == "split-difference"
    assert "0.01" in str(refused.value)
    for words in ("F01", "F01=1,F01=2", "F01=x", "=1", "F01=1.005"):
        with pytest.raises(UsageError) as form:
            parse_shares(words)
        assert form.value.key == "split-form"


def test_loan_is_two_linked_vouchers_and_is_paid_back(book: Book) -> None:
    """Each fund balances by itself; no more comes back than was lent."""
    lent = act(
        book, lambda _, chart: loan(chart, 500, lender="F01", borrower="F03", date=JUNE, document="田财〔2015〕1号")
    )
    assert balances(book, "F01")["1301"] == 500
    assert balances(book, "F03")["2301"] == -500
    assert balances(book, "F03")["1001"] == RECEIVED["F03"] + 500
    act(book, lambda c, chart: repayment(c, chart, lent.numbers[1], 200, date=JULY))
    assert balances(book, "F01")["1301"] == 300
    with pytest.raises(UsageError) as too_much:
        act(book, lambda c, chart: repayment(c, chart, lent.numbers[0], 301, date=JULY))
    assert too_much.value.key == "repay-too-much"
    act(book, lambda c, chart: repayment(c, chart, lent.numbers[0], 300, date=JULY))
    assert "1301" not in balances(book, "F01")
    assert "2301" not in balances(book, "F03")


@pytest.mark.parametrize(
    ("lender", "borrower", "document", "key"),
    [
        ("F01", "F03", " ", "loan-document"),
        ("F01", "F01", "X", "loan-same-fund"),
        ("F03", "F01", "X", "loan-may-not-advance"),
    ],
)
def test_unlawful_loan(book: Book, lender: str, borrower: str, document: str, key: str) -> None:
    """It needs a document, two funds, and a lender that may."""
    with pytest.raises(UsageError) as refused:
        act(book, lambda _, c: loan(c, 500, lender=lender, borrower=borrower, date=JUNE, document=document))
    assert refused.value.key == key


def test_voucher_is_found_by_its_number(book: Book) -> None:
    """In any case; a wrong form and a wrong number are told apart, with the last number there is."""
    with book.reading() as connection:
        found = find_voucher(connection, " f01-2015-1 ")
        assert (found.number, found.date, found.kind) == ("F01-2015-000001", date(2015, 1, 5), "transfer-received")
        assert found.entries[0][:3] == (Leg("F01", "1001"), Leg("F01", "4001"), RECEIVED["F01"])
        with pytest.raises(UsageError) as unknown:
            find_voucher(connection, "F01-2015-000009")
        assert unknown.value.key == "voucher-unknown"
        assert "no. 1" in unknown.value.text("en")
        with pytest.raises(UsageError) as none:
            find_voucher(connection, "F01-2019-000001")
        assert none.value.key == "voucher-none"
        with pytest.raises(UsageError) as form:
            find_voucher(connection, "F01'; --")
        assert form.value.key == "voucher-form"


def test_nothing_follows_before_its_original(book: Book) -> None:
    """A day before is refused, of a refund, a verification and a repayment; the day itself is not."""
    may = date(2015, 5, 31)
    paid, advanced = pay(book, 1000, payee="农户"), pay(book, 1000, payee=COMPANY)
    lent = act(book, lambda _, c: loan(c, 500, lender="F01", borrower="F03", date=JUNE, document="X")).numbers[0]
    before = vouchers(book)
    with pytest.raises(UsageError, match=r"2015-05-31") as early:
        act(book, lambda c, chart: [refund(c, chart, paid, 1, date=may)])
    assert early.value.key == "follows-before"
    with pytest.raises(UsageError, match=r"2015-05-31"):
        act(book, lambda c, chart: [verification(c, chart, advanced, 1, use="0601", date=may)])
    with pytest.raises(UsageError, match=r"2015-05-31"):
        act(book, lambda c, chart: repayment(c, chart, lent, 1, date=may))
    assert vouchers(book) == before
    act(book, lambda c, chart: [refund(c, chart, paid, 1, date=JUNE)])


def test_what_followed_too_early_is_counted(book: Book) -> None:
    """In a book of an earlier release a refund may stand that is dated before its payment."""
    number = pay(book, 1000, payee="农户")
    with book.reading() as connection:
        paid = find_voucher(connection, number)
    early = Draft("F01", date(2015, 5, 1), "refund", (paid.entries[0]._replace(amount=900, red=1),), cites=paid.id)
    post(book, [early], by="clerk")
    with pytest.raises(UsageError) as too_much:
        act(book, lambda c, chart: [refund(c, chart, number, 101, date=JULY)])
    assert too_much.value.key == "refund-too-much"
    with pytest.raises(UsageError) as cited:
        reverse(book, number, reason="x", date=JULY, by="clerk")
    assert cited.value.key == "reverse-cited"


def test_refund_of_an_advance_is_its_payees(book: Book) -> None:
    """Whoever is named: what came back can no longer be verified, and what is verified cannot come back."""
    number = pay(book, 1000, payee=COMPANY)
    act(book, lambda c, chart: [refund(c, chart, number, 300, date=JULY, payee="somebody")])
    with book.reading() as connection:
        assert outstanding(connection, "F01", COMPANY) == 700
    act(book, lambda c, chart: [verification(c, chart, number, 600, use="0601", date=JULY)])
    with pytest.raises(UsageError, match=r"1\.00"):
        act(book, lambda c, chart: [refund(c, chart, number, 101, date=JULY)])


def test_text_that_could_never_be_published_is_not_posted(book: Book) -> None:
    """A voucher stays for ever, so its texts are refused before: control, direction-changing, invisible, broken."""
    before = vouchers(book)
    for field, text in product(SAID, UNSAFE):
        with pytest.raises(FormatError) as refused:
            pay(book, 1, **{field: text})
        assert refused.value.key == "text-unsafe"
    for who in ({"by": UNSAFE[0]}, {"by": "clerk", "approved_by": UNSAFE[0]}):
        with pytest.raises(FormatError):
            post(book, lambda _, chart: [draft(chart, "interest", 1, fund="F01", date=JUNE)], **who)  # type: ignore[arg-type]
    number = pay(book, 1)
    with pytest.raises(FormatError):
        reverse(book, number, reason=UNSAFE[0], date=JULY, by="clerk")
    assert vouchers(book) == before + 1


def test_text_is_kept_composed(book: Book) -> None:
    """One form of a name, however it was typed."""
    number = pay(book, 1000, payee="Cafe\u0301")
    with book.reading() as connection:
        assert find_voucher(connection, number).payee == "Caf\u00e9"
