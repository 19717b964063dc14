"""A small book for the tests: four funds, each with its own use, money received and one payment made.

`small_book(folder, database)` builds it; `post_payment(book, "F03", "0603", 100)` pays one fen-exact amount out of it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from copies import address, copied
from fundtrack.book import create_book
from fundtrack.book.policy import apply_chart
from fundtrack.posting import Draft, Leg, post
from fundtrack.posting.kinds import simple_entry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlalchemy import URL

    from fundtrack.book import Book
    from fundtrack.checking import Check
    from fundtrack.posting import Posted
    from fundtrack.posting.draft import Kind

RECEIVED: Final = {"F01": 4_703_400_000, "F02A": 500_000_000, "F03": 169_200_000, "F04": 1_468_000_000}
"""What each fund receives on 2015-01-05, in fen."""

USES: Final = {"F01": "0601", "F02A": "0602", "F03": "0603", "F04": "0604"}
"""The use of each fund that is granted from 2014 on. F01 has more, see CHART."""

SCHEMA: Final = "small"

HEAD: Final = """\
option "title" "A small book"
option "operating_currency" "CNY"

2014-01-01 custom "bank" "B01"
  name: "Treasury single account"
  name-zh: "国库单一账户"
  number: "45001234560001"
2014-01-01 custom "project" "P01"
  name: "Hometown resettlement"
  name-zh: "老乡家园"
"""

FUND: Final = """
2014-01-01 custom "fund" "{fund}"
  name: "{name}"
  name-zh: "资金"
  group: "{group}"
  department: "发展和改革局"
  level: "central"
  regime: "earmarked"
  may-advance: {may_advance}
  authority: "原文未载"
2014-01-01 open Assets:{fund}-{name}:1001-Treasury CNY
  bank: "B01"
2014-01-01 open Assets:{fund}-{name}:1201-Advances CNY
  kind: "advance"
2014-01-01 open Assets:{fund}-{name}:1301-Due-from CNY
  kind: "due-from"
2014-01-01 open Liabilities:{fund}-{name}:2301-Due-to CNY
  kind: "due-to"
2014-01-01 open Equity:{fund}-{name}:3001-Balance CNY
2014-01-01 open Income:{fund}-{name}:4001-Transfer CNY
2014-01-01 open Expenses:{fund}-{name}:{use}-Building CNY
  authority: "桂[2014]33号"
"""

MORE: Final = """
2014-01-01 open Assets:F03-Houses:1002-Special CNY
  bank: "B01"
2014-01-01 open Expenses:F01-Relocation:0611-Ended CNY
  authority: "桂[2014]34号"
2015-07-01 custom "use" Expenses:F01-Relocation:0611-Ended "ended"
  authority: "桂[2015]1号"
2014-01-01 open Expenses:F01-Relocation:0612-Never CNY
2014-01-01 open Expenses:F01-Relocation:0613-Later CNY
2015-06-01 custom "use" Expenses:F01-Relocation:0613-Later "granted"
  authority: "桂[2015]2号"
"""

CHART: Final = (
    HEAD
    + FUND.format(fund="F01", name="Relocation", group="F01", may_advance="TRUE", use="0601")
    + FUND.format(fund="F02A", name="Development", group="F02", may_advance="FALSE", use="0602")
    + FUND.format(fund="F03", name="Houses", group="F03", may_advance="FALSE", use="0603")
    + FUND.format(fund="F04", name="Local", group="F04", may_advance="FALSE", use="0604")
    + MORE
)


def small_book(folder: Path, database: URL | str = "", *, schema: str = SCHEMA) -> Book:
    """Give the small book: vouchers 1 to 4 receive the money of F01, F02A, F03, F04; 5 pays 600.00 out of F01.

    In the schema of everybody it is a copy, and the database given is nobody else's.
    """
    if schema == SCHEMA:
        return copied(folder, database, "small", _made)
    return _made(folder, database if isinstance(database, str) else address(database), schema)


def _made(folder: Path, database: str, schema: str = SCHEMA) -> Book:
    book = create_book(folder, title="Small", language="en", database=database, schema_name=schema)
    apply_chart(book, CHART, by="founder", document="原文未载")
    for fund, amount in RECEIVED.items():
        post_simple(book, fund, "transfer-received", amount, on=date(2015, 1, 5))
    post_payment(book, "F01", "0601", 60_000, on=date(2015, 2, 5))
    return book


def post_payment(
    book: Book,
    fund: str,
    use: str,
    amount: int,
    *,
    on: date = date(2015, 3, 1),
    payee: str = "农户",
    pages: Mapping[str, Check] | None = None,
) -> Posted:
    """Pay an amount of fen from a fund for a use."""
    return post_simple(book, fund, "disbursement", amount, on=on, use=Leg(fund, use), payee=payee, pages=pages)


def post_simple(
    book: Book,
    fund: str,
    kind: Kind,
    amount: int,
    *,
    on: date,
    use: Leg | None = None,
    payee: str = "",
    pages: Mapping[str, Check] | None = None,
) -> Posted:
    """Post one voucher of one entry."""
    with book.reading() as connection:
        chart = book.chart(connection)
    entry = simple_entry(chart, kind, amount, fund=fund, use=use)
    draft = Draft(fund, on, kind, (entry,), payee=payee, inflow=kind == "transfer-received")
    return post(book, [draft], by="clerk", approved_by="manager", pages=pages)
