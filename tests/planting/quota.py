"""Faults of quota, planted by AM-01 and TI-01 to TI-03: it is paid as far as it goes, in its time, and by plan."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from planting.acts import advance, book, evidence, verify
from planting.county import DAY
from planting.directives import Fen, Quota
from planting.fault import Fault, plants

if TYPE_CHECKING:
    from planting.county import Fund
    from planting.directives import Voucher
    from planting.sound import Sound

HEADINGS: Final = {
    "received": ("Assets", "1901"), "unallotted": ("Liabilities", "2901"), "available": ("Liabilities", "2902"),
    "committed": ("Liabilities", "2903"), "applied": ("Liabilities", "2904"), "paid": ("Liabilities", "2905"),
    "carried": ("Liabilities", "2906"), "reclaimed": ("Liabilities", "2907"),
}  # fmt: skip
OF_RECEIVED: Final = ("received", "unallotted", "carried", "reclaimed")
OF_ALLOTTED: Final = ("available", "committed", "applied", "paid", "carried", "reclaimed")
USE: Final = "0602"


def status(fund: Fund, name: str, line: int = 0) -> str:
    """Return the account of a status of quota, of a line or the heading."""
    root, code = HEADINGS[name]
    return fund.account(root, code, name.capitalize()) + (f":Q{line:05d}" if line else "")


def opened(county: Sound, fund: Fund, date: dt.date, names: tuple[str, ...], line: int = 0) -> None:
    """Open accounts of quota."""
    for name in names:
        county.chart.append(f'{date} open {status(fund, name, line)} CNY.Q\n  kind: "quota-{name}"')


def controlled(county: Sound, day: dt.date, amount: int, about: str = "") -> Fund:
    """Return a fund under quota control: so much was received and allotted to building on that day."""
    fund, given, taken = ruled(county, day, about)
    move(county, fund, day, "quota-received", (("unallotted", 1), ("received", 1)), amount, given)
    allotted(county, fund, day, amount, taken)
    return fund


def ruled(county: Sound, day: dt.date, about: str = "") -> tuple[Fund, str, str]:
    """Return a fund under quota control from a day on, and the documents of its lines; nothing is received yet."""
    fund = county.fund()
    opened(county, fund, day, (*HEADINGS,))
    above = county.document(day, level=fund.level, fund=fund.code, parent=fund.authority)
    own = county.document(day, level="county", fund=fund.code, parent=above)
    county.chart.append(f'{day} custom "quota" "{fund.code}-Q00001"\n  doc: "{above}"')
    opened(county, fund, day, OF_RECEIVED, 1)
    county.chart.append(
        f'{day} custom "quota" "{fund.code}-Q00002"\n  parent: "{fund.code}-Q00001"\n  use: "{USE}"\n  doc: "{own}"'
        + about
    )
    opened(county, fund, day, OF_ALLOTTED, 2)
    return fund, above, own


def allotted(county: Sound, fund: Fund, day: dt.date, amount: int, document: str) -> Voucher:
    """Allot so much to building."""
    return move(county, fund, day, "allotment", (("available", 2), ("unallotted", 1)), amount, document)


def move(
    county: Sound, fund: Fund, day: dt.date, kind: str, to_from: tuple[tuple[str, int], tuple[str, int]], amount: int,
    document: str = "",
) -> Voucher:  # fmt: skip
    """Move quota from one status to another."""
    (to, at), (of, was) = to_from
    legs = ((status(fund, of, was), Quota(amount)), (status(fund, to, at), Quota(-amount)))
    return book(county, fund, day, kind, legs, doc=document)


def pay_of(
    county: Sound, fund: Fund, day: dt.date, amount: int, executed: int, of: str = "available", line: int = 2
) -> Voucher:  # fmt: skip
    """Pay for building, and so much of it from quota."""
    legs = (
        (fund.use(USE), amount), (fund.cash, -amount),
        (status(fund, of, line), Quota(executed)), (status(fund, "paid", line), Quota(-executed)),
    )  # fmt: skip
    paid = book(county, fund, day, "disbursement", legs, payee=county.company())
    evidence(county, paid, "approval")
    return paid


def used(county: Sound, fund: Fund, day: dt.date) -> None:
    """Allot a supplement too, in time and by a document that stands, and pay more than half of all."""
    own = county.document(day, level="county", fund=fund.code, parent=fund.authority)
    allotted(county, fund, day, 10_000, own)
    pay_of(county, fund, day, 40_000, 40_000)


@plants("no-quota")
def no_quota(county: Sound) -> Fault:
    """A fen more is paid than is paid from quota."""
    day = county.day(1)
    paid = pay_of(county, controlled(county, day, 60_000), day, 60_000, 59_999)
    return Fault(paid, (("quota-nearly-used", paid, "a fen is left"),))


@plants("over-allotment")
def over_allotment(county: Sound) -> Fault:
    """A fen more is paid than was allotted."""
    day = county.day(1)
    return Fault(pay_of(county, controlled(county, day, 59_999), day, 60_000, 60_000))


@plants("quota-expired")
def quota_expired(county: Sound) -> Fault:
    """It is paid a day after the last day of its quota."""
    day = county.day(1)
    fund = controlled(county, day, 60_000, f"\n  expires: {day}")
    return Fault(pay_of(county, fund, day + DAY, 60_000, 60_000))


@plants("received-beyond-document")
def received_beyond_document(county: Sound) -> Fault:
    """A fen more is received by a document than it gives."""
    day = county.day(1)
    fund = controlled(county, day, 60_000)
    more = county.document(day, level=fund.level, fund=fund.code, parent=fund.authority, amount=Fen(9_999))
    given = county.entries[-1]
    county.document(day, level="county", fund=fund.code, parent=more)
    move(county, fund, day, "quota-received", (("unallotted", 1), ("received", 1)), 10_000, more)
    used(county, fund, day)
    return Fault(given)


@plants("quota-without-source")
def quota_without_source(county: Sound) -> Fault:
    """A supplement by a document that nobody has."""
    day = county.day(1)
    fund = controlled(county, day, 60_000)
    nowhere = f"无{county.fresh('none')}号"
    received = move(county, fund, day, "quota-received", (("unallotted", 1), ("received", 1)), 10_000, nowhere)
    used(county, fund, day)
    return Fault(received)


@plants("over-commitment")
def over_commitment(county: Sound) -> Fault:
    """A fen more is paid under a contract than it bound."""
    day = county.day(1)
    fund = controlled(county, day, 70_000)
    move(county, fund, day, "commitment", (("committed", 2), ("available", 2)), 59_999)
    return Fault(pay_of(county, fund, day, 60_000, 60_000, "committed"))


@plants("paid-beyond-commitment")
def paid_beyond_commitment(county: Sound) -> Fault:
    """A fen more is paid under a contract than is bound to it, of a line that has bound more to another."""
    day = county.day(1)
    fund = controlled(county, day, 90_000)
    for code, amount in (("HT-1", 59_999), ("HT-2", 10_000)):
        bound = move(county, fund, day, "commitment", (("committed", 2), ("available", 2)), amount)
        bound.says["contract"] = f"{fund.code}-{code}"
    paid = pay_of(county, fund, day, 60_000, 60_000, "committed")
    paid.says["contract"] = f"{fund.code}-HT-1"
    evidence(county, paid, "contract", "invoice")
    return Fault(paid)


@plants("committed-beyond-contract")
def committed_beyond_contract(county: Sound) -> Fault:
    """A fen more is committed to a contract than it is for."""
    day = county.day(1)
    fund, contract = controlled(county, day, 70_000), county.contract(county.project(), 59_999)
    bound = move(county, fund, day, "commitment", (("committed", 2), ("available", 2)), 60_000)
    bound.says["contract"] = contract.code
    paid = pay_of(county, fund, day, 59_999, 59_999, "committed")
    paid.says["contract"] = contract.code
    paid.payee = contract.payee
    evidence(county, paid, "contract", "invoice")
    return Fault(bound)


@plants("paid-beside-commitment")
def paid_beside_commitment(county: Sound) -> Fault:
    """It is paid out of what a line has available, while another of the fund has a fen bound to its contract."""
    day, code = county.day(1), f"HT-{county.fresh('beside')}"
    fund, given, own = ruled(county, day)
    move(county, fund, day, "quota-received", (("unallotted", 1), ("received", 1)), 70_001, given)
    allotted(county, fund, day, 60_000, own)
    county.chart.append(
        f'{day} custom "quota" "{fund.code}-Q00003"\n  parent: "{fund.code}-Q00001"\n  use: "{USE}"\n  doc: "{own}"'
    )
    opened(county, fund, day, OF_ALLOTTED, 3)
    move(county, fund, day, "allotment", (("available", 3), ("unallotted", 1)), 10_001, own)
    move(county, fund, day, "commitment", (("committed", 3), ("available", 3)), 10_001).says["contract"] = code
    paid = pay_of(county, fund, day, 10_000, 10_000, "committed", 3), pay_of(county, fund, day, 50_000, 50_000)
    for one in paid:
        one.says["contract"] = code
        evidence(county, one, "contract", "invoice")
    return Fault(paid[1])


@plants("quota-nearly-used")
def quota_nearly_used(county: Sound) -> Fault:
    """Nine tenths of a line are paid."""
    day = county.day(1)
    return Fault(pay_of(county, controlled(county, day, 100_000), day, 90_000, 90_000))


@plants("over-cash-plan")
def over_cash_plan(county: Sound) -> Fault:
    """A fen more is paid than is planned up to the month."""
    day = county.day(1)
    fund = controlled(county, day, 80_000)
    county.enter("cash_plan", day, quota=f"{fund.code}-Q00002", month=day.month, amount=Fen(59_999))
    return Fault(pay_of(county, fund, day, 60_000, 60_000))


@plants("late-pass-down")
def late_pass_down(county: Sound) -> Fault:
    """What was received is allotted on the thirty-first day."""
    day = county.day(1, 3)
    fund, given, own = ruled(county, day)
    received = move(county, fund, day, "quota-received", (("unallotted", 1), ("received", 1)), 80_000, given)
    later = day + 31 * DAY
    allotted(county, fund, later, 80_000, own)
    pay_of(county, fund, later, 60_000, 60_000)
    return Fault(received)


@plants("idle-quota")
def idle_quota(county: Sound) -> Fault:
    """Half of what was allotted in the first year is not paid by the end of the second."""
    day = county.day(0, 3)
    fund, given, own = ruled(county, day)
    move(county, fund, day, "quota-received", (("unallotted", 1), ("received", 1)), 80_000, given)
    idle = allotted(county, fund, day, 80_000, own)
    pay_of(county, fund, day, 40_000, 40_000)
    return Fault(idle)


@plants("slow-execution")
def slow_execution(county: Sound) -> Fault:
    """A tenth of a line is paid by the end of its year."""
    day = county.day(1, 3)
    fund = controlled(county, day, 100_000)
    pay_of(county, fund, day, 10_000, 10_000)
    return Fault(fund)


@plants("year-end-quota-rush")
def year_end_quota_rush(county: Sound) -> Fault:
    """A fen more than half of a line is paid in November."""
    day = county.day(1, 9)
    fund = controlled(county, day, 99_999)
    pay_of(county, fund, day, 49_999, 49_999)
    rushed = pay_of(county, fund, dt.date(day.year, 11, day.day), 50_000, 50_000)
    return Fault(rushed, (("year-end-rush", rushed, "its money is spent at the end of the year too"),))


@plants("advance-unverified")
def advance_unverified(county: Sound) -> Fault:
    """A township accounts for none of what it got in March."""
    fund = county.fund()
    paid = advance(county, fund, county.day(1, 3), "那满镇", 60_000)
    return Fault(paid, (("slow-spending", fund, "what is advanced is not spent"),))


@plants("spent-on-another-use")
def spent_on_another_use(county: Sound) -> Fault:
    """A township accounts for another use of what it got out of the quota for building."""
    day = county.day(1)
    fund = controlled(county, day, 80_000)
    legs = (
        (fund.advances, 60_000), (fund.cash, -60_000),
        (status(fund, "available", 2), Quota(60_000)), (status(fund, "paid", 2), Quota(-60_000)),
    )  # fmt: skip
    paid = book(county, fund, day, "advance", legs, payee="那满镇")
    evidence(county, paid, "approval")
    return Fault(verify(county, fund, day + DAY, "0604", paid, cites=paid))
