"""Returned payments (退票): the bank sends back what it could not pay, one payment and not its batch.

Nothing was saved, so nothing is freed: what is owed stands again, and the quota stands reserved again, until `pay`
pays it once more. That is what tells it from a refund (退款), by which spending itself comes back. A payment of an
application restores the application, by the red of what it posted. Any other is owed from now on by the voucher that
returned it, and so is whatever comes back in a later year: its quota stays with the line of the year that it was of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fundtrack.chart.model import QUOTA_UNIT
from fundtrack.chart.quota import headings
from fundtrack.errors import UsageError, message
from fundtrack.posting.advance import left_to_come_back
from fundtrack.posting.draft import PARTY, Entry, Leg
from fundtrack.posting.kinds import account_of, has_account, kind_of_account
from fundtrack.posting.standing import find_voucher, refuse_application, refuse_before, voucher_of
from fundtrack.posting.vouchers import drafted, positive

if TYPE_CHECKING:
    from datetime import date as Date  # noqa: N812 - `date` is what acts call their day

    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart
    from fundtrack.posting.draft import Draft
    from fundtrack.posting.standing import Standing

KIND: Final = "returned-payment"
RETURNABLE: Final = ("disbursement", "advance")
"""What a bank sends back: what was paid to somebody."""


def return_payment(
    connection: Connection, chart: Chart, number: str, amount: int | None, *, reason: str, date: Date,
    bank_ref: str = "",
) -> Draft:  # fmt: skip
    """Return the voucher of `amount` fen, or all, that the bank sent back of a payment; it cites it.

    Raises UsageError: `return-reason`, what `refuse_application` does, `return-no-payment` where none such stands,
    `follows-before`, `return-too-much`, `return-payable` and `return-uncontrolled` where there is nothing to owe or
    reserve it by.
    """
    if not reason.strip():
        raise UsageError("return-reason")
    paid = find_voucher(connection, number)
    refuse_application(connection, paid)
    if paid.kind not in RETURNABLE or paid.reverses or paid.reversed_by or len(paid.in_money) != 1:
        raise UsageError("return-no-payment", number=paid.number)
    refuse_before(paid.number, paid.date, date)
    back = left_to_come_back(connection, chart, paid, amount if amount is None else positive(amount), "return-too-much")
    entries = _restored(paid, back) if restores(paid, date) else _owed(chart, paid, back, date)
    return drafted(
        chart, KIND, entries, fund=paid.fund, date=date, payee=paid.payee, project=paid.project,
        narration=message("return-narration", chart.narrates, number=paid.number, reason=reason),
        document=paid.document, bank=paid.bank, bank_ref=bank_ref, cites=paid.id,
        **{name: getattr(paid, name) for name in PARTY},
    )  # fmt: skip


def restores(paid: Standing, date: Date) -> bool:
    """Return whether what comes back on a day restores what its payment paid; else it is owed by its own voucher."""
    return bool(paid.cites) and paid.date.year == date.year


def _restored(paid: Standing, amount: int) -> tuple[Entry, ...]:
    """Return the red of what a payment posted."""
    return tuple(entry._replace(amount=amount, red=1 - entry.red) for entry in paid.entries)


def _owed(chart: Chart, paid: Standing, amount: int, date: Date) -> tuple[Entry, ...]:
    """Return what makes a payment owed that cited nothing: the money back, its quota reserved in its line."""
    (entry,) = paid.in_money
    executed = [one for one in paid.entries if one.unit.endswith(QUOTA_UNIT)]
    control = headings(chart).get((paid.fund, "applied"))
    if control and control.date <= date and not executed:
        raise UsageError("return-uncontrolled", number=paid.number, fund=paid.fund)
    reserved = tuple(Entry(one.credit, _beside(chart, one.credit), amount, 0, one.unit) for one in executed)
    payable = Leg(paid.fund, account_of(chart, paid.fund, "payable"))
    charged = kind_of_account(chart, entry.debit)
    if charged == "advance":
        return entry._replace(amount=amount, red=1), *reserved
    if has_account(chart, paid.fund, "payable"):
        return Entry(entry.credit, payable, amount, 0, entry.unit), *reserved
    if paid.date.year != date.year:
        raise UsageError("return-payable", number=paid.number, fund=paid.fund)
    return entry._replace(amount=amount, red=1), *reserved


def _beside(chart: Chart, leg: Leg) -> Leg:
    """Return where a line that executed quota has what is applied for."""
    line = leg.code.partition(":")[2]
    return Leg(leg.fund, f"{headings(chart)[leg.fund, 'applied'].code}:{line}")


def paying_again(returned: Standing, amount: int, cash: Leg) -> tuple[Entry, ...]:
    """Return the entries that pay once more, from a cash account, what came back by a voucher by which it is owed."""
    entries = []
    for entry in returned.entries:
        debit, credit = (entry.debit, entry.credit) if entry.red else (entry.credit, entry.debit)
        if not entry.unit.endswith(QUOTA_UNIT):
            credit = cash
        entries.append(entry._replace(debit=debit, credit=credit, amount=amount, red=0))
    return tuple(entries)


def paid_again(connection: Connection, chart: Chart, back: Standing) -> str:
    """Return what is said of a payment that pays once more what came back: what the first was for, and of which."""
    first = back
    while first.kind == KIND and first.cites:
        first = voucher_of(connection, first.cites)
        before = voucher_of(connection, first.cites) if first.cites else first
        first = before if before.kind == KIND else first
    said = message("paid-again-narration", chart.narrates, number=back.number)
    return f"{first.narration} ({said})" if first.narration else said
