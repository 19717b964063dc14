"""Faults of evidence, returns, numbers and notices, planted by EV-01 and EV-03 to EV-05."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planting.acts import evidence, file, pay, publish, receive, refund
from planting.county import DAY, LONG_AGO
from planting.directives import Fen
from planting.fault import Fault, plants

if TYPE_CHECKING:
    from planting.county import Fund
    from planting.directives import Voucher
    from planting.sound import Sound


def bought(county: Sound, amount: int = 60_000, fund: Fund | None = None) -> Voucher:
    """Pay a firm, with the approval behind it."""
    return pay(county, fund or county.relocation, county.day(1, 5), "0602", amount, payee=county.company())


@plants("evidence-missing")
def evidence_missing(county: Sound) -> Fault:
    """No approval lies behind a payment."""
    return Fault(pay(county, county.relocation, county.day(1), "0602", 60_000, payee=county.company(), papers=()))


@plants("evidence-altered")
def evidence_altered(county: Sound) -> Fault:
    """The file behind the voucher is not the one in the register of documents."""
    number = county.document(LONG_AGO, level="county", sha256=file(county))
    paid = bought(county)
    evidence(county, paid, "approval", document=number)
    return Fault(paid)


@plants("evidence-amount-differs")
def evidence_amount_differs(county: Sound) -> Fault:
    """The invoice is for a fen less, or more, than was paid."""
    paid = bought(county)
    evidence(county, paid, "invoice", amount=Fen((59_999, 60_001)[county.fresh("invoice") % 2]))
    return Fault(paid)


@plants("evidence-contradicts")
def evidence_contradicts(county: Sound) -> Fault:
    """One file is entered with two amounts."""
    said = {"document": f"验收{county.fresh('acceptance')}", "sha256": file(county)}
    first, second = bought(county), bought(county, 50_000)
    for paid in (first, second):
        evidence(county, paid, "acceptance", **said)
    return Fault(first)


@plants("evidence-used-twice")
def evidence_used_twice(county: Sound) -> Fault:
    """One invoice lies behind two payments of one fund, each in full."""
    said = {"document": f"发票{county.fresh('same')}", "sha256": file(county)}
    first, second = bought(county), bought(county)
    second.date = second.settled = first.date + 40 * DAY
    for paid in (first, second):
        evidence(county, paid, "invoice", **said)
    return Fault(second, also=(("invoice-charged-twice", second, "what is scanned twice has its number twice"),))


@plants("informal-evidence")
def informal_evidence(county: Sound) -> Fault:
    """A slip of paper lies behind the payment."""
    paid = bought(county)
    evidence(county, paid, "白条")
    return Fault(paid)


@plants("red-without-original")
def red_without_original(county: Sound) -> Fault:
    """A refund cites nothing."""
    paid = bought(county)
    back = refund(county, county.relocation, paid.date + DAY, paid, 1000)
    del back.says["cites"]
    return Fault(back)


@plants("refund-above-original")
def refund_above_original(county: Sound) -> Fault:
    """A fen more comes back than was paid."""
    paid = bought(county)
    return Fault(refund(county, county.relocation, paid.date + DAY, paid, 60_001))


@plants("refund-to-other-account")
def refund_to_other_account(county: Sound) -> Fault:
    """What was paid for building comes back to the roads."""
    paid = bought(county)
    return Fault(refund(county, county.relocation, paid.date + DAY, paid, 1000, "0604"))


@plants("number-missing")
def number_missing(county: Sound) -> Fault:
    """A number is left out."""
    paid = bought(county, fund=county.fund())
    paid.skipped = 1
    return Fault(paid)


@plants("number-repeated")
def number_repeated(county: Sound) -> Fault:
    """A voucher has the number of the payment before it, which follows the receipt."""
    fund = county.fund()
    first, second = bought(county, fund=fund), bought(county, 50_000, fund)
    second.date = second.settled = first.date + DAY
    second.number = f"{fund.code}-{first.date.year}-000002"
    return Fault(second)


@plants("number-out-of-order")
def number_out_of_order(county: Sound) -> Fault:
    """A voucher of the spring is numbered behind one that is dated 32 days later."""
    fund = county.fund()
    early, late = bought(county, fund=fund), bought(county, 50_000, fund)
    late.date = late.settled = early.date + 32 * DAY
    early.place = late.date + DAY
    return Fault(early)


@plants("allotment-not-published")
def allotment_not_published(county: Sound) -> Fault:
    """What was received is on no notice."""
    fund, day = county.fund(fed=False), county.day(1)
    received = receive(county, fund, day, 60_000, shown=0)
    pay(county, fund, day, "0602", 60_000, payee=county.company())
    return Fault(received)


@plants("notice-amount-differs")
def notice_amount_differs(county: Sound) -> Fault:
    """The notice says a fen less than was received."""
    fund, day = county.fund(fed=False), county.day(1)
    receive(county, fund, day, 60_000, shown=59_999)
    notice = county.entries[-1]
    pay(county, fund, day, "0602", 60_000, payee=county.company())
    return Fault(notice)


@plants("project-not-published")
def project_not_published(county: Sound) -> Fault:
    """A project is paid for and on no notice, or on one for nine days."""
    project = county.project()
    project.published = False
    if county.fresh("unpublished") % 2:
        publish(county, LONG_AGO, project=project.code, valid_to=LONG_AGO + 8 * DAY)
    return Fault(pay(county, county.relocation, county.day(1), "0602", 60_000, project=project, payee=county.company()))


@plants("notice-differs-from-budget")
def notice_differs_from_budget(county: Sound) -> Fault:
    """The notice of a project says a fen more than was approved."""
    project = county.project()
    project.budget, project.published = 70_000, False
    publish(county, LONG_AGO, project=project.code, amount=Fen(70_001))
    return Fault(county.entries[-1])
