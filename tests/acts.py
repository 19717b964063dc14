"""A book to act on, and the acts of a clerk: pay, look at what the accounts hold."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest

from books import CHART, RECEIVED, USES, post_simple
from copies import copied
from fundtrack.book import create_book
from fundtrack.book.policy import apply_chart
from fundtrack.errors import FundtrackError
from fundtrack.posting import Draft, Entry, Leg, post
from fundtrack.posting.standing import find_voucher
from fundtrack.posting.vouchers import draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import URL, Connection

    from fundtrack.book import Book
    from fundtrack.chart.model import Chart
    from fundtrack.posting import Posted
    from fundtrack.posting.standing import Standing

SPECIAL = "45001234560002"
COMPANY = "田阳县茂恒投资开发有限公司"
JUNE = date(2015, 6, 1)
JULY = date(2015, 7, 1)

SAID: Final[dict[str, Any]] = {
    "payee": "某建筑公司",
    "narration": "进度款",
    "project": "P01",
    "document": "阳财农〔2015〕12号",
    "bank": "45001234560001",
    "bank_ref": "GK1",
    "payee_id": "id",
    "payee_account": "account",
    "contract": "C1",
}
"""Every text of a voucher."""

PARTY: Final = {name: SAID[name] for name in ("payee_id", "payee_account", "contract")}
TWO: Final = (
    Entry(Leg("F01", "0601"), Leg("F01", "1001"), 123_450),
    Entry(Leg("F01", "0613"), Leg("F01", "1001"), 50),
)

MORE = f"""
2014-01-01 custom "intermediary" "{COMPANY}"
  project: "P01"
  role: "owner"
2014-01-01 custom "bank" "B02"
  name: "Special account"
  name-zh: "专户"
  number: "{SPECIAL}"
2014-01-01 open Assets:F01-Relocation:1003-Special CNY
  bank: "B02"
2014-01-01 open Assets:F04-Local:1004-Special CNY
  bank: "B02"
2014-01-01 open Income:F01-Relocation:4101-Interest CNY
  kind: "interest"
2014-01-01 open Liabilities:F01-Relocation:2401-To-return CNY
2014-01-01 open Assets:F03-Houses:1401-To-come-back CNY
  kind: "receivable"
2014-01-01 open Expenses:F03-Houses:0699-Charges CNY
  authority: "桂[2014]33号"
"""


def funded(folder: Path, database: URL) -> Iterator[Book]:
    """Give a book in which four funds received money on 2015-01-05."""
    book = copied(folder, database, "funded", _made)
    yield book
    book.engine.dispose()


def _made(folder: Path, database: str) -> Book:
    book = create_book(folder, title="Posting", language="en", database=database, schema_name="posting")
    apply_chart(book, CHART + MORE, by="founder", document="原文未载")
    for fund, amount in RECEIVED.items():
        post_simple(book, fund, "transfer-received", amount, on=date(2015, 1, 5))
    return book


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


def refused(book: Book, say: Callable[[Connection, Chart], Sequence[Draft]]) -> str:
    """Return what is printed in English where what is said is refused before any check; nothing is posted."""
    return refusal(book, lambda: act(book, say))


def refusal(book: Book, attempt: Callable[[], object]) -> str:
    """Return the same of any attempt."""
    before = vouchers(book)
    with pytest.raises(FundtrackError) as error:
        attempt()
    assert vouchers(book) == before
    return str(error.value).splitlines()[0]


def standing(book: Book, number: str) -> Standing:
    """Return a voucher that was posted."""
    with book.reading() as connection:
        return find_voucher(connection, number)


def whole(book: Book, number: str) -> dict[str, Any]:
    """Return all that a voucher says, as far as it says something; entries as debit, credit, fen, red, unit."""
    found = standing(book, number)
    kept = {"id", "number", "link", "chart", "prepared_by", "approved_by", "recorded_at", "entries"}
    entries = [(":".join(one.debit), ":".join(one.credit), *one[2:]) for one in found.entries]
    return {name: value for name, value in asdict(found).items() if value and name not in kept} | {"entries": entries}


def say(book: Book, **changed: Any) -> str:  # noqa: ANN401 - of Draft
    """Post a payment that says all there is to say; return its number."""
    whole_draft = replace(Draft("F01", JUNE, "disbursement", TWO, **SAID), **changed)
    return post(book, [whole_draft], by="clerk", approved_by="manager").numbers[0]
