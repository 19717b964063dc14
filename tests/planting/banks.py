"""Faults between book and bank, planted by EV-02; each has a fund with a bank account of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planting.acts import pay, receive
from planting.county import DAY
from planting.directives import Entry, Fen, Voucher
from planting.fault import Fault, Statement, plants

if TYPE_CHECKING:
    from planting.county import Fund
    from planting.directives import Value
    from planting.sound import Sound

OPEN = "what is not on both sides is a difference at the end of the month after"


def three(county: Sound) -> tuple[Fund, list[Voucher]]:
    """Return a fund with a payment each in March, May and October of the second year."""
    fund = county.fund(fed=False)
    receive(county, fund, county.day(1, 3).replace(day=2), 90_000)
    days = [county.day(1, month) for month in (3, 5, 10)]
    paid = [pay(county, fund, day, "0602", 30_000, payee=county.company()) for day in days]
    for voucher in paid:
        voucher.settled = voucher.date
    return fund, paid


def open_item(paid: list[Voucher]) -> tuple[tuple[str, Statement, str], ...]:
    """Return what follows from an item that is not on both sides, at the end of one of the months with a statement."""
    return tuple(("month-end-differs", Statement(voucher), OPEN) for voucher in paid)


@plants("no-bank-line")
def no_bank_line(county: Sound) -> Fault:
    """A payment never reached the bank, which has another line in that month."""
    fund, paid = three(county)
    lost = pay(county, fund, paid[1].date, "0602", 1, payee=county.company(), settle=False)
    paid[0].legs = ((paid[0].legs[0][0], 29_999), (fund.cash, -29_999))
    return Fault(lost, open_item(paid))


@plants("bank-line-without-voucher")
def bank_line_without_voucher(county: Sound) -> Fault:
    """The bank moved what the book does not know."""
    fund, paid = three(county)
    says: dict[str, str | Voucher] = {"bank-ref": f"X{county.fresh('stray')}"}
    stray = Voucher(
        fund.code, paid[1].date - DAY, "", ((fund.cash, -777),), "某人", "", says, fund.bank, paid[1].date - DAY
    )
    county.only_at_bank.append(stray)
    return Fault(Statement(stray), open_item(paid))


@plants("bank-amount-differs")
def bank_amount_differs(county: Sound) -> Fault:
    """The bank paid a fen less under the reference than the book says."""
    _, paid = three(county)
    paid[1].moved = -29_999
    return Fault(paid[1], open_item(paid))


@plants("month-end-differs")
def month_end_differs(county: Sound) -> Fault:
    """A payment of March is not at the bank in May."""
    fund, paid = three(county)
    lost = pay(county, fund, paid[0].date, "0602", 500, payee=county.company(), settle=False)
    paid[0].legs = ((paid[0].legs[0][0], 29_500), (fund.cash, -29_500))
    return Fault(Statement(paid[1]), (("no-bank-line", lost, "it is not at the bank at all"),))


@plants("statement-balance-breaks")
def statement_balance_breaks(county: Sound) -> Fault:
    """A balance does not follow from the one before it, of the same month."""
    _, paid = three(county)
    paid[0].slip = 100
    return Fault(Statement(paid[0]), open_item(paid))


@plants("missing-statement")
def missing_statement(county: Sound) -> Fault:
    """What stood at the bank before its line of May is not what stood there behind the last one of March."""
    _, paid = three(county)
    paid[1].slip = 100
    return Fault(Statement(paid[1]), open_item(paid))


@plants("month-without-statement")
def month_without_statement(county: Sound) -> Fault:
    """There is no statement of a month in which the account moved."""
    _, paid = three(county)
    paid[1].settled = None
    return Fault(paid[1], open_item([paid[0], paid[2]]))


@plants("account-off-the-books")
def account_off_the_books(county: Sound) -> Fault:
    """There is a statement of an account that the chart does not have."""
    day = county.day(1)
    says: dict[str, Value] = {
        "bank": f"6222{county.fresh('off')}",
        "date": day,
        "line": 1,
        "amount": Fen(500),
        "balance": Fen(500),
    }
    line = Entry("bank_line", day + 0 * DAY, says)
    county.bank_lines.append(line)
    return Fault(line)
