"""Faults of amount and time, planted by AM-01 to AM-06 and TI-01 to TI-04."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planting.acts import pay, pay_contract, pay_person, receive
from planting.county import DAY
from planting.directives import Fen
from planting.fault import Fault, plants

if TYPE_CHECKING:
    import datetime as dt

    from planting.county import Contract
    from planting.directives import Value
    from planting.sound import Sound


@plants("unbalanced")
def unbalanced(county: Sound) -> Fault:
    """The debit is a fen more than the credit."""
    paid = pay(county, county.relocation, county.day(1), "0602", 60_000, payee=county.company())
    paid.legs = ((paid.legs[0][0], 60_001), paid.legs[1])
    return Fault(paid)


@plants("overdrawn")
def overdrawn(county: Sound) -> Fault:
    """A fen more is paid than the fund has."""
    fund, day = county.fund(fed=False), county.day(1)
    receive(county, fund, day, 59_999)
    return Fault(pay(county, fund, day, "0602", 60_000, payee=county.company()))


@plants("duplicate-payment")
def duplicate_payment(county: Sound) -> Fault:
    """One bank reference is booked twice, and the bank did pay twice."""
    first, second = (
        pay(county, county.relocation, day, "0602", amount, payee=county.company())
        for day, amount in ((county.day(1, 3), 60_000), (county.day(1, 5), 61_000))
    )
    second.says["bank-ref"] = first.says["bank-ref"]
    return Fault(second)


@plants("paid-again")
def paid_again(county: Sound) -> Fault:
    """One account gets one amount for one use twice within fifteen days."""
    payee, day, account = county.company(), county.day(1), county.person().card
    for _ in (1, 2):
        paid = pay(county, county.relocation, day, "0602", 60_000, payee=payee, payee_account=account)
        day += 15 * DAY
    return Fault(paid)


@plants("over-contract")
def over_contract(county: Sound) -> Fault:
    """The second payment under a contract goes a fen beyond it."""
    contract, day = county.contract(county.project(), 99_999), county.day(1)
    pay_contract(county, county.relocation, day, contract, 60_000)
    return Fault(pay_contract(county, county.relocation, day + DAY, contract, 40_000))


@plants("retention-paid-early")
def retention_paid_early(county: Sound) -> Fault:
    """The second payment under a contract takes a fen of what is kept back until the day after it."""
    day = county.day(1)
    contract = county.contract(county.project(), 100_000, retention=Fen(5_001), retention_due=day + 2 * DAY)
    pay_contract(county, county.relocation, day, contract, 60_000)
    return Fault(pay_contract(county, county.relocation, day + DAY, contract, 35_000))


def certified(county: Sound, kind: str, amount: int, date: dt.date) -> Contract:
    """Return a contract of which so much is certified or settled."""
    contract = county.contract(county.project(), 200_000)
    county.document(date, kind=kind, parent=contract.code, amount=Fen(amount))
    return contract


@plants("over-certified")
def over_certified(county: Sound) -> Fault:
    """A fen more is paid than the progress that was certified."""
    day = county.day(1)
    kind = ("progress", "acceptance")[county.fresh("certified") % 2]
    return Fault(pay_contract(county, county.relocation, day, certified(county, kind, 59_999, day - DAY), 60_000))


@plants("over-settlement")
def over_settlement(county: Sound) -> Fault:
    """A fen more is paid than the settlement allows."""
    day = county.day(1)
    paid = pay_contract(county, county.relocation, day, certified(county, "settlement", 59_999, day - DAY), 60_000)
    return Fault(paid, (("over-certified", paid, "a settlement is the last certificate"),))


@plants("over-standard")
def over_standard(county: Sound) -> Fault:
    """A household of four gets a fen more in a year than 600 yuan for each."""
    who, day = county.person(), county.day(1)
    county.recipient(who, "后期扶持")
    return Fault(pay_person(county, county.development, day, who, 240_001, "0606"))


@plants("house-too-large")
def house_too_large(county: Sound) -> Fault:
    """Four persons have a hundredth of a square metre more than a hundred."""
    return Fault(county.recipient(county.person(), area=10_001, approved=county.day(1)))


@plants("own-money-over-cap")
def own_money_over_cap(county: Sound) -> Fault:
    """A poor household brings a fen more than ten thousand."""
    said: dict[str, Value] = {"price": Fen(4_400_000), "own_money": Fen(1_000_001), "approved": county.day(1)}
    return Fault(county.recipient(county.person(), "购房补助", notice=f"购房{county.fresh('cap')}", **said))


@plants("parts-differ-from-whole")
def parts_differ_from_whole(county: Sound) -> Fault:
    """The parts of a document come to a fen less than it says."""
    day = county.day(1)
    whole = county.document(day, level="county", amount=Fen(80_600_000))
    entry = county.entries[-1]
    for amount in (53_600_000, 17_000_000, 9_999_999):
        county.document(day, level="county", kind="part", parent=whole, amount=Fen(amount))
    return Fault(entry)


@plants("split-contracts")
def split_contracts(county: Sound) -> Fault:
    """Two contracts of a firm for one project come to two million within the year, without a tender."""
    project, payee, day = county.project(), county.company(), county.day(0)
    county.contract(project, 100_000_000, payee, tender="", date=day)
    return Fault(county.contract(project, 100_000_000, payee, tender="", date=day + 300 * DAY).entry)


@plants("split-payments")
def split_payments(county: Sound) -> Fault:
    """Two payments without a contract to a firm for one project come to two million within the year."""
    project, payee, day = county.project(), county.company(), county.day(1, 3)
    pay(county, county.relocation, day, "0602", 100_000_000, project=project, payee=payee)
    return Fault(pay(county, county.relocation, day + 200 * DAY, "0602", 100_000_000, project=project, payee=payee))


@plants("passed-down-late")
def passed_down_late(county: Sound) -> Fault:
    """What was received is first paid from on the thirty-first day."""
    fund, day = county.fund(fed=False), county.day(1, 5)
    received = receive(county, fund, day, 60_000)
    pay(county, fund, day + 31 * DAY, "0602", 60_000, payee=county.company())
    return Fault(received)


@plants("document-passed-down-late")
def document_passed_down_late(county: Sound) -> Fault:
    """What the upper level gave is allotted by a document of the thirty-first day."""
    fund, day = county.fund(), county.day(1, 5)
    above = county.document(day, level="central", fund=fund.code, parent=fund.authority, amount=Fen(60_000))
    entry = county.entries[-1]
    county.document(day + 31 * DAY, level="county", fund=fund.code, parent=above, amount=Fen(60_000))
    return Fault(entry)


@plants("idle-fund")
def idle_fund(county: Sound) -> Fault:
    """Half of what was received in the first spring lies there to the end."""
    fund, day = county.fund(fed=False), county.day(0, 3)
    received = receive(county, fund, day, 60_000)
    pay(county, fund, day, "0602", 30_000, payee=county.company())
    return Fault(received, (("slow-spending", fund, "in the second year nothing is spent"),))
