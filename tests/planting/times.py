"""Faults of pace and sequence, planted by TI-03 and TI-04."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from planting.acts import evidence, pay, pay_contract, receive
from planting.county import DAY
from planting.fault import Fault, plants

if TYPE_CHECKING:
    from planting.sound import Sound


@plants("bank-before-payment")
def bank_before_payment(county: Sound) -> Fault:
    """The bank paid the day before."""
    paid = pay(county, county.relocation, county.day(1), "0602", 60_000, payee=county.company())
    paid.settled = paid.date - DAY
    return Fault(paid)


@plants("paid-before-approval")
def paid_before_approval(county: Sound) -> Fault:
    """The approval is dated the day after."""
    paid = pay(county, county.relocation, county.day(1), "0602", 60_000, payee=county.company(), papers=())
    evidence(county, paid, "approval", date=paid.date + DAY)
    return Fault(paid)


@plants("paid-before-contract")
def paid_before_contract(county: Sound) -> Fault:
    """The contract was signed the day after."""
    day = county.day(1)
    contract = county.contract(county.project(), 90_000, date=day + DAY)
    return Fault(pay_contract(county, county.relocation, day, contract, 60_000))


@plants("paid-before-document")
def paid_before_document(county: Sound) -> Fault:
    """The document that the payment rests on is dated the day after."""
    fund, day = county.relocation, county.day(1)
    later = county.document(day + DAY, level="county", fund=fund.code, parent=fund.authority)
    return Fault(pay(county, fund, day, "0602", 60_000, payee=county.company(), doc=later))


@plants("slow-spending")
def slow_spending(county: Sound) -> Fault:
    """A fen less than a fifth of what was received in March is spent in the year."""
    fund, day = county.fund(fed=False), county.day(1, 3)
    receive(county, fund, day, 100_000)
    pay(county, fund, day, "0602", 19_999, payee=county.company())
    return Fault(fund)


@plants("slow-three-years")
def slow_three_years(county: Sound) -> Fault:
    """Of what was received before the two years of the book a tenth is spent in each of three years."""
    fund, first = county.fund(fed=False), county.first - 2
    received = receive(county, fund, dt.date(first, 3, 3), 100_000)
    for year in range(first, first + 4):
        for month in (3, 12):
            pay(county, fund, dt.date(year, month, 10), "0602", 2000, payee=county.company())
    why = "what is not spent for three years lies idle, and is little in each"
    return Fault(fund, (("slow-spending", fund, why), ("idle-fund", received, why)))


@plants("year-end-rush")
def year_end_rush(county: Sound) -> Fault:
    """A fen more than half is spent in November."""
    fund, day = county.fund(fed=False), county.day(1, 9)
    receive(county, fund, day, 99_999)
    pay(county, fund, day, "0602", 49_999, payee=county.company())
    return Fault(pay(county, fund, day.replace(month=11), "0602", 50_000, payee=county.company()))
