"""Faults of responsibility and credit, planted by RS-01 to RS-03: who acted, and who claims it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planting.acts import book, director, evidence, pay
from planting.county import DAY, DEPARTMENTS, LONG_AGO
from planting.fault import Fault, plants
from planting.sound import plan

if TYPE_CHECKING:
    from planting.directives import Entry, Voucher
    from planting.sound import Sound


def paid_by(county: Sound, **says: Any) -> Voucher:  # noqa: ANN401 - whatever a voucher says
    """Pay a firm, by other persons than usual."""
    return pay(county, county.relocation, county.day(1), "0602", 60_000, payee=county.company(), **says)


def officer(county: Sound, name: str, *duties: str) -> Entry:
    """Appoint somebody to duties; return the last entry."""
    for duty in duties:
        county.enter("staff", name=name, department=DEPARTMENTS[0], duty=duty, valid_from=LONG_AGO)
    return county.entries[-1]


@plants("nobody-approved")
def nobody_approved(county: Sound) -> Fault:
    """A payment names nobody who approved it."""
    paid = paid_by(county)
    del paid.says["approved-by"]
    return Fault(paid)


@plants("approver-not-appointed")
def approver_not_appointed(county: Sound) -> Fault:
    """Somebody approved whom nobody appointed."""
    return Fault(paid_by(county, approved_by=f"路人{county.fresh('passer')}"))


@plants("other-department-approved")
def other_department_approved(county: Sound) -> Fault:
    """The director of another department approved."""
    return Fault(paid_by(county, approved_by=director(DEPARTMENTS[2])))


@plants("self-approved")
def self_approved(county: Sound) -> Fault:
    """One person prepared and approved."""
    paid = paid_by(county, prepared_by=director(DEPARTMENTS[0]))
    return Fault(paid, (("duties-not-apart", paid, "whose duty is to approve prepared"),))


@plants("paid-by-approver")
def paid_by_approver(county: Sound) -> Fault:
    """The director pays himself what he approved."""
    fund, day, amount, payee = county.relocation, county.day(1), 60_000, county.company()
    payable = fund.account("Liabilities", "2001", "Payable")
    if (opened := f"{LONG_AGO} open {payable} CNY") not in county.chart:
        county.chart.append(opened)
    applied = book(county, fund, day, "application", ((fund.use("0602"), amount), (payable, -amount)), payee=payee)
    paid = book(county, fund, day + DAY, "disbursement", ((payable, amount), (fund.cash, -amount)), payee=payee,
                cites=applied, prepared_by=director(fund.department))  # fmt: skip
    del paid.says["approved-by"]
    evidence(county, paid, "approval")
    return Fault(paid, (("duties-not-apart", paid, "whose duty is to approve prepared"),))


@plants("duties-not-apart")
def duties_not_apart(county: Sound) -> Fault:
    """Whose duty is to approve prepared a voucher, which another approved."""
    return Fault(paid_by(county, prepared_by=director(DEPARTMENTS[1])))


@plants("incompatible-duties")
def incompatible_duties(county: Sound) -> Fault:
    """One person applies and pays at the same time, without a document."""
    return Fault(officer(county, f"两岗{county.fresh('both')}", "apply", "pay"))


@plants("own-work-reconciled")
def own_work_reconciled(county: Sound) -> Fault:
    """Who reconciles prepared a voucher of the month."""
    name = f"对账员{county.fresh('reconciler')}"
    officer(county, name, "reconcile")
    return Fault(paid_by(county, prepared_by=name))


@plants("credit-not-whole")
def credit_not_whole(county: Sound) -> Fault:
    """Nobody claims a hundredth of a per cent of an output, or two claim it."""
    share = (9999, 10001)[county.fresh("credit") % 2]
    return Fault(county.enter("output", output=f"道路{county.fresh('road')}", department=DEPARTMENTS[0], share=share))


@plants("credit-beyond-share")
def credit_beyond_share(county: Sound) -> Fault:
    """Of the houses one department claims seven tenths, and paid three."""
    project, day = county.project(), county.day(1)
    plan(county, project, county.relocation, county.local, shares=(7000, 3000))
    output = {"output": f"住房{county.fresh('houses')}", "project": project.code}
    for fund, amount, share in ((county.relocation, 70_000, 3000), (county.local, 30_000, 7000)):
        pay(county, fund, day, "0604", amount, project=project, payee=county.company())
        claim = county.enter("output", **output, department=fund.department, fund=fund.code, share=share)
    return Fault(claim)
