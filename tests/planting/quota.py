"""Faults of quota, planted by AM-01: a fund under quota control pays what was allotted to the use, fen by fen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planting.acts import book, evidence
from planting.directives import Fen, Quota
from planting.fault import Fault, plants

if TYPE_CHECKING:
    import datetime as dt

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


def controlled(county: Sound, day: dt.date, amount: int) -> Fund:
    """Return a fund under quota control: so much was received and allotted to building on that day."""
    fund = county.fund()
    opened(county, fund, day, (*HEADINGS,))
    above = county.document(day, level=fund.level, fund=fund.code, parent=fund.authority)
    own = county.document(day, level="county", fund=fund.code, parent=above)
    county.chart.append(f'{day} custom "quota" "{fund.code}-Q00001"\n  doc: "{above}"')
    opened(county, fund, day, OF_RECEIVED, 1)
    county.chart.append(
        f'{day} custom "quota" "{fund.code}-Q00002"\n  parent: "{fund.code}-Q00001"\n  use: "{USE}"\n  doc: "{own}"'
    )
    opened(county, fund, day, OF_ALLOTTED, 2)
    move(county, fund, day, "quota-received", (("unallotted", 1), ("received", 1)), amount, above)
    move(county, fund, day, "allotment", (("available", 2), ("unallotted", 1)), amount, own)
    return fund


def move(
    county: Sound, fund: Fund, day: dt.date, kind: str, to_from: tuple[tuple[str, int], tuple[str, int]], amount: int,
    document: str = "",
) -> None:  # fmt: skip
    """Move quota from one status to another."""
    (to, at), (of, was) = to_from
    legs = ((status(fund, of, was), Quota(amount)), (status(fund, to, at), Quota(-amount)))
    book(county, fund, day, kind, legs, doc=document)


def pay_of(county: Sound, fund: Fund, day: dt.date, amount: int, executed: int, of: str = "available") -> Voucher:
    """Pay for building, and so much of it from quota."""
    legs = (
        (fund.use(USE), amount), (fund.cash, -amount),
        (status(fund, of, 2), Quota(executed)), (status(fund, "paid", 2), Quota(-executed)),
    )  # fmt: skip
    paid = book(county, fund, day, "disbursement", legs, payee=county.company())
    evidence(county, paid, "approval")
    return paid


@plants("no-quota")
def no_quota(county: Sound) -> Fault:
    """A fen more is paid than is paid from quota."""
    day = county.day(1)
    return Fault(pay_of(county, controlled(county, day, 60_000), day, 60_000, 59_999))


@plants("over-allotment")
def over_allotment(county: Sound) -> Fault:
    """A fen more is paid than was allotted."""
    day = county.day(1)
    return Fault(pay_of(county, controlled(county, day, 59_999), day, 60_000, 60_000))


@plants("received-beyond-document")
def received_beyond_document(county: Sound) -> Fault:
    """A fen more is received by a document than it gives."""
    day = county.day(1)
    fund = controlled(county, day, 60_000)
    more = county.document(day, level=fund.level, fund=fund.code, parent=fund.authority, amount=Fen(9_999))
    given = county.entries[-1]
    county.document(day, level="county", fund=fund.code, parent=more)
    move(county, fund, day, "quota-received", (("unallotted", 1), ("received", 1)), 10_000, more)
    return Fault(given)


@plants("quota-without-source")
def quota_without_source(county: Sound) -> Fault:
    """A supplement by a document that nobody has."""
    day = county.day(1)
    fund = controlled(county, day, 60_000)
    move(
        county, fund, day, "quota-received", (("unallotted", 1), ("received", 1)), 10_000, f"无{county.fresh('none')}号"
    )
    return Fault(county.vouchers[-1])


@plants("over-commitment")
def over_commitment(county: Sound) -> Fault:
    """A fen more is paid under a contract than it bound."""
    day = county.day(1)
    fund = controlled(county, day, 70_000)
    move(county, fund, day, "commitment", (("committed", 2), ("available", 2)), 59_999)
    return Fault(pay_of(county, fund, day, 60_000, 60_000, "committed"))
