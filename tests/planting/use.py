"""Faults of use, planted by US-01 to US-05: what the fund is not for."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from planting.acts import book, file, pay, pay_contract
from planting.county import DAY, LONG_AGO
from planting.directives import Fen
from planting.fault import Fault, plants

if TYPE_CHECKING:
    from planting.sound import Sound

BARRED = ("购置公务车辆", "发放奖金", "购置车辆", "修建办公楼", "偿还债务", "弥补企业亏损", "城市基础设施建设")


@plants("use-not-permitted")
def use_not_permitted(county: Sound) -> Fault:
    """A fund pays for a use that stands in the chart without any authority, or after its last day."""
    fund, day, amount = county.fund(), county.day(1), 40_000
    use = fund.account("Expenses", "0698", "Cars")
    county.chart.append(f"{LONG_AGO} open {use} CNY")
    if county.fresh("use") % 2:
        county.chart[-1] += f'\n  authority: "{fund.authority}"\n{day} custom "use" {use} "ended"'
        county.chart[-1] += f'\n  authority: "{fund.authority}"'
    paid = pay(county, fund, day, "0602", amount, payee=county.company())
    paid.legs = ((use, amount), paid.legs[1])
    return Fault(paid)


@plants("on-negative-list")
def on_negative_list(county: Sound) -> Fault:
    """Poverty alleviation money pays for what its rule of 2017 bars."""
    words = BARRED[county.fresh("barred") % len(BARRED)]
    paid = pay(county, county.development, county.day(1, 8), "0604", 40_000, payee=county.company(), narration=words)
    return Fault(paid, (("text-against-use", paid, "vehicles and bonuses are words against the use as well"),))


@plants("text-against-use")
def text_against_use(county: Sound) -> Fault:
    """The text says what no road and no house is."""
    words = ("接待", "礼品", "景观", "外墙", "亮化", "还贷")[county.fresh("words") % 6]
    paid = pay(county, county.relocation, county.day(1), "0602", 40_000, payee=county.company(), narration=f"{words}费")
    return Fault(paid)


@plants("adjustment-without-authority")
def adjustment_without_authority(county: Sound) -> Fault:
    """Spending is moved to another use by no document, by one too low, or by one that comes later."""
    fund, day, case = county.relocation, county.day(1), county.fresh("adjustment") % 3
    low, late = county.document(LONG_AGO, level="county"), county.document(day + DAY, level="central")
    document = ("", low, late)[case]
    legs = ((fund.use("0604"), 500), (fund.use("0602"), -500))
    cites = pay(county, fund, day, "0602", 5000, payee=county.company())
    return Fault(book(county, fund, day, "adjustment", legs, doc=document, cites=cites))


@plants("project-not-approved")
def project_not_approved(county: Sound) -> Fault:
    """A project is paid for a day before it is approved, or when it was given up."""
    day = county.day(1)
    said = {"approved": day + DAY} if county.fresh("approved") % 2 else {"state": "cancelled", "finished": day - DAY}
    return Fault(
        pay(county, county.relocation, day, "0602", 60_000, project=county.project(**said), payee=county.company())
    )


@plants("contract-of-another-owner")
def contract_of_another_owner(county: Sound) -> Fault:
    """Somebody else signed for the project's owner."""
    return Fault(county.contract(county.project(), 100_000, party="水利局").entry)


@plants("contract-of-another-project")
def contract_of_another_project(county: Sound) -> Fault:
    """A contract of one project is paid under another's name."""
    contract, other, fund = county.contract(county.project(), 100_000), county.project(), county.relocation
    paid = pay(
        county, fund, county.day(1), "0602", 60_000, project=other, contract=contract.code, payee=contract.payee,
        papers=("approval", "contract", "invoice"),
    )  # fmt: skip
    return Fault(paid)


@plants("contract-paid-to-another")
def contract_paid_to_another(county: Sound) -> Fault:
    """A contract is paid to a company that it was not signed with."""
    contract, fund = county.contract(county.project(), 100_000), county.relocation
    return Fault(pay_contract(county, fund, county.day(1), contract, 60_000, payee=county.company()))


@plants("contract-written-two-ways")
def contract_written_two_ways(county: Sound) -> Fault:
    """A contract is paid under a number with other marks, or in full width, than the register has."""
    contract, fund = county.contract(county.project(), 100_000), county.relocation
    typed = (contract.code.replace("-", "－"), contract.code.replace("-", " "), contract.code.lower())
    written = replace(contract, code=typed[county.fresh("typed") % len(typed)])
    return Fault(pay_contract(county, fund, county.day(1), written, 60_000))


@plants("too-much-other")
def too_much_other(county: Sound) -> Fault:
    """A fen more than a fifth of a project stands under other."""
    project, day, fund = county.project(), county.day(1), county.relocation
    pay(county, fund, day, "0602", 79_996, project=project, payee=county.company())
    return Fault(pay(county, fund, day, "0699", 20_000, project=project, payee=county.company()))


@plants("over-budget")
def over_budget(county: Sound) -> Fault:
    """A project is paid a fen more than was approved for it."""
    project = county.project()
    project.budget = 59_999
    return Fault(pay(county, county.relocation, county.day(1), "0602", 60_000, project=project, payee=county.company()))


@plants("limit-changed-after-payment")
def limit_changed_after_payment(county: Sound) -> Fault:
    """A contract is registered again a fen higher on the day after it was paid."""
    day = county.day(1)
    contract = county.contract(county.project(), 60_000)
    pay_contract(county, county.relocation, day, contract, 60_000)
    said = {**contract.entry.says, "amount": Fen(60_001)}
    return Fault(county.enter("contract", day + DAY, **said))


@plants("outside-validity")
def outside_validity(county: Sound) -> Fault:
    """A payment comes a day after the fund's last day."""
    day = county.day(1)
    fund = county.fund(terms=(f"valid-to: {day - DAY}",))
    return Fault(pay(county, fund, day, "0602", 60_000, payee=county.company()))


@plants("import-total-differs")
def import_total_differs(county: Sound) -> Fault:
    """The rows of a file come to a fen less than the file prints."""
    number = str(10 + county.fresh("batch"))
    entry = county.enter(
        "batch", dt.date(county.first, 3, 1), batch=number, file=f"{number}.csv", sha256=file(county), rows_read=1,
        rows_posted=1, amount_posted=Fen(9999), printed_total=Fen(10_000),
    )  # fmt: skip
    return Fault(entry)
