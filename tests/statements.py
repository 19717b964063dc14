"""Books and statements of the bank to reconcile: what moved is said once, and stands on both sides, or on one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from books import CHART
from fundtrack.posting import Draft, Entry, Leg, post
from fundtrack.posting.enter import NO_SOURCE, enter, next_entry
from fundtrack.schema.registers import REGISTERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from fundtrack.book import Book

TWO_BANKS: Final = (
    CHART.replace(
        '2014-01-01 custom "project" "P01"',
        """2014-01-01 custom "bank" "B02"
  name: "Special account"
  name-zh: "专户"
  number: "45001234560002"
2014-01-01 custom "project" "P01\"""",
    )
    + """
2014-01-01 open Assets:F04-Local:1003-Special CNY
  bank: "B02"
"""
)
"""The chart of the small book, with an account of F04 at another bank."""

BEGIN: Final = date(2015, 1, 5)
MONEY: Final = 1_000_000_00
CASH: Final = {("F01", "B01"): "1001", ("F04", "B01"): "1001", ("F04", "B02"): "1003"}
USE: Final = {"F01": "0601", "F04": "0604"}
NUMBER: Final = {"B01": "45001234560001", "B02": "45001234560002"}
STATEMENT: Final = """银行对账单明细,,,,,,,
账号：45001234560001,,,,,,,
行号,交易日期,银行流水号,支出金额,收入金额,账户余额,对方单位,对方账户
1,2015-01-20,GK1,7.00,,93.00,农户,
2,2015-01-31,GK2,7.00,,86.00,农户,
3,2015-02-01,GK3,7.00,,79.00,农户,
"""
"""The bank's lines as it exports them, across the end of January."""


@dataclass(frozen=True)
class Moved:
    """A payment: `amount` fen on a day after the beginning, and when the bank moved it; no bank day, never."""

    day: int
    amount: int
    party: str = "甲公司"
    ref: str = ""
    bank_day: int | None = 0
    fund: str = "F01"
    bank: str = "B01"
    narration: str = ""

    @property
    def date(self) -> date:
        """The day of the voucher."""
        return BEGIN + timedelta(self.day)


@dataclass(frozen=True)
class Line:
    """A line of a statement; what came in is positive, and `gone` ones moved the balance and are not printed."""

    date: date
    amount: int
    party: str = ""
    ref: str = ""
    narration: str = ""
    gone: bool = False


def lines_of(moved: Iterable[Moved], bank: str = "B01", *, named: bool = True) -> list[Line]:
    """Return the statement as it should be: the money at the beginning, and what moved, in the order of days."""
    found = [
        Line(one.date + timedelta(one.bank_day), -one.amount, one.party if named else "", one.ref)
        for one in moved
        if one.bank_day is not None and one.bank == bank
    ]
    funds = 2 if bank == "B01" else 1
    first = [Line(BEGIN, MONEY, "", f"T{at}{bank}") for at in range(funds)]
    return [*first, *sorted(found, key=lambda line: line.date)]


def book_money(book: Book) -> None:
    """Let the funds receive money at each account."""
    drafts = [received("F01", "1001", "T0B01"), received("F04", "1001", "T1B01"), received("F04", "1003", "T0B02")]
    post(book, drafts, by="clerk", approved_by="manager", pages={})


def received(fund: str, code: str, ref: str) -> Draft:
    """Return money received."""
    entry = Entry(Leg(fund, code), Leg(fund, "4001"), MONEY)
    return Draft(fund, BEGIN, "transfer-received", (entry,), bank_ref=ref, inflow=True)


def book_payments(book: Book, moved: Iterable[Moved]) -> list[str]:
    """Post payments, each by itself, and return their numbers."""
    drafts = [
        Draft(
            one.fund, one.date, "disbursement",
            (Entry(Leg(one.fund, USE[one.fund]), Leg(one.fund, CASH[one.fund, one.bank]), one.amount),),
            payee=one.party, bank_ref=one.ref, narration=f"{at}",
        )
        for at, one in enumerate(moved)
    ]  # fmt: skip
    return list(post(book, drafts, by="clerk", approved_by="manager", pages={}).numbers) if drafts else []


def print_statement(book: Book, lines: Iterable[Line], bank: str = "B01", *, printed: bool = True) -> list[str]:
    """Enter the lines of a statement, numbered by day, with its balances; return how a person names them."""
    register, balance, rows = REGISTERS["bank_line"], 0, []
    numbers: dict[date, int] = {}
    for line in lines:
        balance += line.amount
        if line.gone:
            continue
        numbers[line.date] = numbers.get(line.date, 0) + 1
        said = {
            "bank": NUMBER[bank], "date": line.date, "line": numbers[line.date], "ref": line.ref,
            "counterparty": line.party, "amount": line.amount, "balance": balance if printed else 0,
            "narration": line.narration,
        }  # fmt: skip
        rows.append((register.row(said), NO_SOURCE))

    def act(connection: Connection) -> list[str]:
        last = next_entry(connection, register) - 1
        enter(connection, register, rows, by="importer")
        return [f"L{last + at}" for at in range(1, len(rows) + 1)]

    return book.act(act)


def changed(lines: list[Line], at: int, **what: object) -> list[Line]:
    """Return a statement with one line changed."""
    return [*lines[:at], replace(lines[at], **what), *lines[at + 1 :]]  # type: ignore[arg-type]
