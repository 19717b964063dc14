"""What is rebooked under quota control: the line that paid has its quota back, and the right one executes it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest

from fundtrack.checking.audit import audit_book
from fundtrack.errors import Refused, UsageError
from fundtrack.ledger import canonical, publish, read
from fundtrack.posting import post
from fundtrack.posting.application import apply_for, approve, payment
from fundtrack.posting.correct import Correction, give_back, rebook, reverse
from fundtrack.posting.quota import allot, receive
from fundtrack.posting.vouchers import draft
from fundtrack.schema import dialect
from quotafiles import CLERK, status
from quotas import CHART, controlled
from shelf import ENGINES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fundtrack.book import Book
    from fundtrack.posting import Posted
    from shelf import Shelf

CHIEF: Final = "王局长"
FIRST: Final = date(2015, 1, 1)
TWO_FUNDS: Final = controlled(FIRST, controlled(FIRST, CHART + """
2014-01-01 open Assets:F01-Relocation:1301-Receivable CNY
  kind: "receivable"
2014-01-01 custom "fund" "F03"
  name: "Houses"
  name-zh: "农村危房改造"
  department: "住房和城乡建设局"
  level: "central"
  regime: "earmarked"
  authority: "原文未载"
2014-01-01 open Assets:F03-Houses:1001-Bank CNY
  bank: "B01"
2014-01-01 open Liabilities:F03-Houses:2001-Payable CNY
2014-01-01 open Equity:F03-Houses:3001-Balance CNY
2014-01-01 open Income:F03-Houses:4001-Transfers-received CNY
2014-01-01 open Expenses:F03-Houses:0601-Housing CNY
  authority: "原文未载"
"""), "F03")  # fmt: skip


def line(book: Book, fund: str, use: str, fen: int, year: int = 2015) -> None:
    """Receive quota for a fund and a year, and allot it to a use: the next two lines of the fund."""
    day = date(year, 1, 10)
    said: Any = {"date": day, "by": CLERK, "document": "本级3号"}
    post(book, lambda c, chart: receive(c, chart, fund, fen, **said), by=CLERK)
    with book.reading() as connection:
        root = [one for one in book.chart(connection).quotas if one.fund == fund][-1]
    post(book, lambda c, chart: allot(c, chart, root, fen, use=use, **said), by=CLERK)


@pytest.fixture(params=ENGINES)
def book(shelf: Shelf, request: pytest.FixtureRequest) -> Iterator[Book]:
    """Give a book in which F01 has F01-Q00002 for 0601 and F01-Q00004 for 0602, F03 has F03-Q00002; 1.00 was paid."""
    with shelf.book(request.param, TWO_FUNDS) as book:
        for fund in ("F01", "F03"):
            with book.reading() as connection:
                came = draft(book.chart(connection), "transfer-received", 9000, fund=fund, date=date(2015, 1, 5))
            post(book, [came], by=CLERK)
        for fund, use, fen in (("F01", "0601", 4000), ("F01", "0602", 50), ("F03", "0601", 300)):
            line(book, fund, use, fen)
        paid(book, 100)
        yield book


def paid(book: Book, fen: int) -> str:
    """Pay out of F01 for 0601; return the number."""
    (number,) = post(book, lambda _, chart: [
        draft(chart, "disbursement", fen, fund="F01", date=date(2015, 3, 1), use="0601", payee="甲公司")
    ], by=CLERK).numbers  # fmt: skip
    return number


def put(book: Book, number: str, right: Correction, mode: Any, on: date = date(2015, 4, 1)) -> Posted:  # noqa: ANN401
    """Rebook a voucher."""
    return rebook(book, number, right, mode=mode, document="本级批复9号", date=on, by=CLERK)


def stands(book: Book) -> list[dict[str, int]]:
    """Return what the three lines for uses have."""
    return [status(book, number) for number in ("F01-Q00002", "F01-Q00004", "F03-Q00002")]


def last(book: Book, year: int = 2015) -> str:
    """Return the number of the last voucher of F01."""
    with book.reading() as connection:
        (number,) = connection.exec_driver_sql(
            f"SELECT MAX(number) FROM voucher WHERE fund = 'F01' AND year = {year:d}"
        ).one()
    return f"F01-{year}-{number:06d}"


def is_sound(book: Book) -> None:
    """See that an audit finds no spending without quota, and that the published ledger says the same."""
    assert not [one for one in audit_book(book).findings if one.check in {"no-quota", "over-allotment"}]
    assert read(publish(book).main) == canonical(book)


def test_the_record_takes_its_quota_with_it(book: Book) -> None:
    """To another use of the fund, as far as that has quota."""
    first = last(book)
    with pytest.raises(Refused) as caught:
        put(book, first, Correction(use="0602"), "record")
    assert {one.check for one in caught.value.findings} == {"over-allotment"}
    assert stands(book) == [{"available": 3900, "paid": 100}, {"available": 50}, {"available": 300}]
    put(book, paid(book, 50), Correction(use="0602"), "record")
    assert stands(book)[:2] == [{"available": 3900, "paid": 100}, {"paid": 50}]
    is_sound(book)


def test_of_two_lines_the_right_one_is_named(book: Book) -> None:
    """Nothing is guessed; also within one use a payment can be put on the line that should have paid."""
    line(book, "F01", "0602", 700)
    first = last_payment = paid(book, 10)
    with pytest.raises(Refused) as caught:
        put(book, first, Correction(use="0602"), "record")
    assert {one.check for one in caught.value.findings} == {"no-quota"}
    put(book, last_payment, Correction(use="0602", quota="F01-Q00006"), "record")
    assert (status(book, "F01-Q00006"), status(book, "F01-Q00004")) == (
        {"available": 690, "paid": 10},
        {"available": 50},
    )
    is_sound(book)


def test_the_wrong_money_gives_its_quota_back(book: Book) -> None:
    """The line of the channel that paid has it back, and one of the right fund executes it; taken back, neither."""
    number = last(book)
    posted = put(book, number, Correction("F03", "0601"), "money")
    assert stands(book) == [{"available": 4000}, {"available": 50}, {"available": 200, "paid": 100}]
    is_sound(book)
    reverse(book, posted.numbers[0], reason="文件有误", date=date(2015, 4, 2), by=CLERK)
    assert stands(book) == [{"available": 3900, "paid": 100}, {"available": 50}, {"available": 300}]
    again = put(book, number, Correction("F03", "0601"), "money", date(2015, 4, 3))
    give_back(book, again.numbers[0], date=date(2015, 4, 9), by=CLERK, bank_ref="GK9")
    assert stands(book) == [{"available": 4000}, {"available": 50}, {"available": 200, "paid": 100}]
    is_sound(book)


def test_without_quota_of_the_right_fund_nothing_moves(book: Book) -> None:
    """Neither where it has too little, nor where it has none for the use or the year."""
    number = paid(book, 301)
    before = stands(book)
    with pytest.raises(Refused) as caught:
        put(book, number, Correction("F03", "0601"), "money")
    assert {one.check for one in caught.value.findings} == {"over-allotment"}
    with pytest.raises(Refused) as caught:
        put(book, number, Correction("F03", "0601"), "money", date(2016, 1, 15))
    assert {one.check for one in caught.value.findings} == {"no-quota"}
    assert stands(book) == before


def test_what_is_moved_in_a_later_year_restores_nothing(book: Book) -> None:
    """The line of the year it was paid in is past; the right fund executes one of the year in which it is moved."""
    line(book, "F03", "0601", 150, 2016)
    posted = put(book, last(book), Correction("F03", "0601"), "money", date(2016, 2, 1))
    assert stands(book)[0] == {"available": 3900, "paid": 100}
    assert status(book, "F03-Q00004") == {"available": 50, "paid": 100}
    is_sound(book)
    reverse(book, posted.numbers[0], reason="文件有误", date=date(2016, 2, 2), by=CLERK)
    assert status(book, "F03-Q00004") == {"available": 150}


def test_what_an_application_charged_is_moved_with_the_money(book: Book) -> None:
    """Its quota goes back to where the approval took it from; its record alone cannot be put elsewhere."""
    asked = apply_for(book, "F01-Q00002", 70, payee="乙公司", date=date(2015, 3, 2), by=CLERK)
    approval = approve(book, asked, date=date(2015, 3, 2), by=CHIEF).numbers[0]
    number = post(
        book, lambda c, chart: [payment(c, chart, approval, None, date=date(2015, 3, 3))], by=CLERK
    ).numbers[0]  # fmt: skip
    with pytest.raises(UsageError) as caught:
        put(book, number, Correction(use="0602"), "record")
    assert (caught.value.key, caught.value.details["approval"]) == ("rebook-applied", approval)
    put(book, number, Correction("F03", "0601"), "money")
    assert stands(book) == [{"available": 3900, "paid": 100}, {"available": 50}, {"available": 230, "paid": 70}]
    with book.reading() as connection:
        spent = dialect.rows_of(
            connection,
            """
            SELECT fund, SUM(amount) FROM book_postings WHERE account_kind = 'use' GROUP BY fund ORDER BY fund""",
        )
        owed = connection.exec_driver_sql("""
            SELECT SUM(amount) FROM book_postings WHERE account_kind = 'payable' AND fund = 'F01'""").scalar_one()
    assert ([*map(tuple, spent)], owed) == ([("F01", 100), ("F03", 70)], 0)
    is_sound(book)
