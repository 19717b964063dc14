"""Faults of the channel, planted by CH-01 to CH-07: money of another fund, or of nobody knows which."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from planting.acts import book, evidence, file, lend, pay, pool, receive, repay
from planting.county import DAY, DEPARTMENTS, LONG_AGO
from planting.directives import Fen
from planting.fault import Fault, plants
from planting.sound import OWNER, plan

if TYPE_CHECKING:
    from planting.county import Fund
    from planting.sound import Sound


@plants("mixed-channel")
def mixed_channel(county: Sound) -> Fault:
    """One fund's use is paid from the cash of another, in one voucher; the total is right."""
    payer = county.fund(fed=False)
    user = county.fund(bank=payer.bank, fed=False)
    day, amount = county.day(1), 100_000
    receive(county, payer, day, 2 * amount)
    pay(county, payer, day, "0602", amount, payee=county.company())
    mixed = book(county, user, day, "disbursement", ((user.use("0602"), amount), (payer.cash, -amount)))
    evidence(county, mixed, "approval")
    return Fault(mixed)


@plants("unknown-fund-or-account")
def unknown_account(county: Sound) -> Fault:
    """An advance is charged to an account that the chart does not open."""
    fund, day, amount = county.relocation, county.day(1), 70_000
    unknown = fund.account("Assets", f"{1210 + county.fresh('unknown')}", "Suspense")
    voucher = book(county, fund, day, "advance", ((unknown, amount), (fund.cash, -amount)), payee=OWNER)
    evidence(county, voucher, "approval")
    return Fault(voucher)


@plants("wrong-paying-account")
def wrong_paying_account(county: Sound) -> Fault:
    """The bank says that an account paid which carries no money of the fund."""
    paid = pay(county, county.relocation, county.day(1), "0602", 50_000, payee=county.company())
    paid.says["bank"] = f"45001{county.development.bank}"
    return Fault(paid)


@plants("source-document-missing")
def source_document_missing(county: Sound) -> Fault:
    """Money of an upper level is received by a document that nobody registered."""
    fund, day = county.fund(fed=False), county.day(1)
    received = receive(county, fund, day, 90_000, doc=f"桂财[{day.year}]无{county.fresh('missing')}号")
    pay(county, fund, day, "0602", 90_000, payee=county.company())
    return Fault(received)


@plants("document-of-another-fund")
def document_of_another_fund(county: Sound) -> Fault:
    """A payment of one fund rests on the document of another."""
    other = county.development.authority
    return Fault(pay(county, county.relocation, county.day(1), "0602", 60_000, payee=county.company(), doc=other))


@plants("lineage-broken")
def lineage_broken(county: Sound) -> Fault:
    """The document above is not in the register."""
    fund, day = county.relocation, county.day(1)
    county.document(day, level="county", fund=fund.code, parent=f"无此文件{county.fresh('missing')}")
    return Fault(county.entries[-1])


@plants("allotted-beyond-document")
def allotted_beyond_document(county: Sound) -> Fault:
    """Two documents allot a fen more than the one they follow from."""
    day = county.day(1)
    above = county.document(day, level="county", amount=Fen(100_000))
    given = county.entries[-1]
    for amount in (60_000, 40_001):
        county.document(day + DAY, level="county", parent=above, amount=Fen(amount))
    return Fault(given)


@plants("authority-too-low")
def authority_too_low(county: Sound) -> Fault:
    """The county opens a use of a central fund by a document of its own."""
    fund, day = county.fund(), county.day(1)
    low = county.document(LONG_AGO, level="county")
    county.chart.append(f'{LONG_AGO} open {fund.account("Expenses", "0608", "Square")} CNY\n  authority: "{low}"')
    pay(county, fund, day, "0602", 30_000, payee=county.company())
    return Fault(fund)


@plants("loan-open-too-long")
def loan_open_too_long(county: Sound) -> Fault:
    """A loan of November is not paid back to the end of the book."""
    lender, borrower = two_funds(county)
    lent = lend(
        county, lender, borrower, dt.date(county.first + 1, 11, county.dice.randint(3, 20)), 80_000, county.loans
    )
    pay(county, borrower, lent.date, "0605", 80_000, payee=county.company())
    pay(county, lender, lent.date, "0607", 1000, payee=county.company())
    pay(county, lender, county.day(1, 6), "0607", 9000, payee=county.company())
    pay(county, lender, lent.date + 31 * DAY, "0607", 1000, payee=county.company())
    return Fault(lent, (
        ("loan-open-at-year-end", lent, "the book goes to the end of the year"),
        ("slow-spending", lender, "what is lent is not spent"),
    ))  # fmt: skip


@plants("loan-open-at-year-end")
def loan_open_at_year_end(county: Sound) -> Fault:
    """A loan is paid back within the thirty days, in the next year."""
    lender, borrower = two_funds(county)
    lent = lend(county, lender, borrower, dt.date(county.first, 12, county.dice.randint(12, 20)), 80_000, county.loans)
    pay(county, lender, lent.date, "0607", 1000, payee=county.company())
    back = dt.date(county.first + 1, 1, 5)
    repay(county, lender, borrower, back, lent)
    pay(county, lender, back, "0607", 80_000, payee=county.company())
    return Fault(lent, (("slow-spending", lender, "what is lent is not spent"),))


@plants("loan-not-permitted")
def loan_not_permitted(county: Sound) -> Fault:
    """A loan that is soon paid back rests on no document."""
    lender, borrower = two_funds(county)
    lent = lend(county, lender, borrower, dt.date(county.first, 6, county.dice.randint(3, 20)), 80_000, "")
    repay(county, lender, borrower, lent.date + dt.timedelta(days=10), lent)
    pay(county, lender, lent.date + dt.timedelta(days=20), "0607", 81_000, payee=county.company())
    return Fault(lent)


def two_funds(county: Sound) -> tuple[Fund, Fund]:
    """Return a fund that may lend, and one at the same bank."""
    lender = county.fund(DEPARTMENTS[3], level="county", terms=("may-advance: TRUE",))
    return lender, county.fund(DEPARTMENTS[2], bank=lender.bank)


@plants("fund-outside-financing-plan")
def fund_outside_financing_plan(county: Sound) -> Fault:
    """A third fund pays for a project that two have a plan for."""
    project, day = county.project(), county.day(1)
    plan(county, project, county.relocation, county.local, shares=(6000, 4000))
    paid = [
        pay(county, fund, day, "0604", 40_000 + at, project=project, payee=county.company())
        for at, fund in enumerate((county.relocation, county.local, county.development))
    ]
    return Fault(paid[-1])


@plants("shares-not-whole")
def shares_not_whole(county: Sound) -> Fault:
    """The shares of an item come to a ten-thousandth less than the whole."""
    plan(county, county.project(), county.relocation, county.local, shares=(7000, 2999))
    return Fault(county.entries[-2])


@plants("invoice-charged-twice")
def invoice_charged_twice(county: Sound) -> Fault:
    """Two funds charge one invoice in full, each with a scan of its own."""
    payee, day, invoice = county.company(), county.day(1), f"FP-{county.fresh('twice')}"
    for fund in (county.relocation, county.local):
        paid = pay(county, fund, day, "0604", 70_000, payee=payee)
        evidence(county, paid, "invoice", document=invoice, sha256=file(county))
        day += 20 * DAY
    return Fault(paid)


@plants("not-integrated")
def not_integrated(county: Sound) -> Fault:
    """A fund that the filed plan pools is paid out as earmarked."""
    fund, project = county.fund(DEPARTMENTS[4], level="region"), county.project(DEPARTMENTS[4])
    county.enter("financing", project=project.code, item="建设", fund=fund.code, purpose="production", share=10000,
                 document=county.plan)  # fmt: skip
    return Fault(pay(county, fund, county.day(1), "0401", 60_000, project=project, payee=county.company()))


@plants("pooled-outside-plan")
def pooled_outside_plan(county: Sound) -> Fault:
    """Pooled money pays for a project that is in no filed plan."""
    project = county.project(DEPARTMENTS[4])
    return Fault(pay(county, county.pooled, county.day(1), "0401", 60_000, project=project, payee=county.company()))


@plants("pooled-too-early")
def pooled_too_early(county: Sound) -> Fault:
    """Money is used as pooled before the pilot."""
    fund = county.fund(DEPARTMENTS[4], level="region", regime="pooled")
    day = dt.date(2016, county.dice.randint(2, 4), county.dice.randint(10, 21))
    return Fault(pay(county, fund, day, "0401", 60_000, payee=county.company()))


@plants("pooled-without-plan")
def pooled_without_plan(county: Sound) -> Fault:
    """Earmarked money is pooled by a paper that is no filed plan."""
    given, taken = pool(county, county.development, county.pooled, county.day(1), 60_000, county.bills)
    return Fault(given, (("pooled-without-plan", taken, "the other of the two vouchers"),))


@plants("transfer-as-spending")
def transfer_as_spending(county: Sound) -> Fault:
    """What goes to the owner company is booked as spent, and nothing proves it."""
    return Fault(pay(county, county.relocation, county.day(1, 3), "0602", 60_000, payee=OWNER))


@plants("paid-to-own-department")
def paid_to_own_department(county: Sound) -> Fault:
    """A department pays itself."""
    fund = county.development
    paid = pay(county, fund, county.day(1), "0604", 60_000, payee=fund.department)
    return Fault(paid, (("transfer-as-spending", paid, "a department is a unit of the register, and proves nothing"),))
