"""Posting: each kind of voucher, one bill over several funds, loans, reversals, rebookings; all or nothing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from books import CHART, RECEIVED, USES, post_simple
from fundtrack.book import create_book
from fundtrack.book.policy import apply_chart
from fundtrack.errors import ChartError, Refused, UsageError
from fundtrack.posting import Leg, post
from fundtrack.posting.advance import outstanding, refund, verification
from fundtrack.posting.correct import Correction, give_back, rebook, reverse
from fundtrack.posting.loan import loan, repayment
from fundtrack.posting.split import parse_shares, split
from fundtrack.posting.standing import find_voucher
from fundtrack.posting.vouchers import draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import URL, Connection

    from fundtrack.book import Book
    from fundtrack.chart.model import Chart
    from fundtrack.posting import Draft, Posted

COMPANY = "田阳县茂恒投资开发有限公司"
JUNE = date(2015, 6, 1)
JULY = date(2015, 7, 1)

MORE = f"""
2014-01-01 custom "intermediary" "{COMPANY}"
  project: "P01"
  role: "owner"
2014-01-01 custom "bank" "B02"
  name: "Special account"
  name-zh: "专户"
  number: "45001234560002"
2014-01-01 open Assets:F01-Relocation:1003-Special CNY
  bank: "B02"
2014-01-01 open Income:F01-Relocation:4101-Interest CNY
  kind: "interest"
2014-01-01 open Liabilities:F01-Relocation:2401-To-return CNY
2014-01-01 open Assets:F03-Houses:1401-To-come-back CNY
  kind: "receivable"
2014-01-01 open Expenses:F03-Houses:0699-Charges CNY
  authority: "桂[2014]33号"
"""


@pytest.fixture
def book(book_dir: Path, database_url: URL) -> Iterator[Book]:
    """Give a book in which four funds received money on 2015-01-05."""
    url = database_url.render_as_string(hide_password=False)
    book = create_book(book_dir, title="Posting", language="en", database=url, schema_name="posting")
    apply_chart(book, CHART + MORE, by="founder", document="原文未载")
    for fund, amount in RECEIVED.items():
        post_simple(book, fund, "transfer-received", amount, on=date(2015, 1, 5))
    yield book
    book.engine.dispose()


def act(book: Book, say: Callable[[Connection, Chart], Sequence[Draft]]) -> Posted:
    """Post what is said."""
    return post(book, say, by="clerk", approved_by="manager")


def pay(book: Book, amount: int, fund: str = "F01", **details: str) -> str:
    """Pay an amount of fen for the fund's own use on 2015-06-01; return the voucher's number."""
    posted = act(book, lambda _, chart: [
        draft(chart, "disbursement", amount, fund=fund, date=JUNE, use=USES[fund], **details)  # type: ignore[arg-type]
    ])  # fmt: skip
    return posted.numbers[0]


def balances(book: Book, fund: str) -> dict[str, int]:
    """Return the fen on each account of a fund that is not empty, debit positive."""
    with book.reading() as connection:
        rows = connection.exec_driver_sql(
            f"SELECT account, SUM(amount) FROM book_postings WHERE fund = '{fund}' GROUP BY account"
        )
        return {account.split(":")[2]: int(amount) for account, amount in rows if amount}


def vouchers(book: Book) -> int:
    """Return how many vouchers there are."""
    with book.reading() as connection:
        return int(connection.exec_driver_sql("SELECT COUNT(*) FROM voucher").scalar_one())


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
    """Refused before anything is looked up: no amount, no use, a kind of several vouchers."""
    with pytest.raises(UsageError) as nothing:
        pay(book, 0)
    assert nothing.value.key == "amount-not-positive"
    with pytest.raises(ChartError) as no_use:
        act(book, lambda _, chart: [draft(chart, "disbursement", 1, fund="F01", date=JUNE)])
    assert no_use.value.key == "use-needed"
    with pytest.raises(UsageError) as several:
        act(book, lambda _, chart: [draft(chart, "loan", 1, fund="F01", date=JUNE)])
    assert several.value.key == "kind-of-several"


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
        with pytest.raises(UsageError) as form:
            find_voucher(connection, "F01'; --")
        assert form.value.key == "voucher-form"
