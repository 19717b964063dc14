"""Interfund loans (资金间借垫款): two linked vouchers with a document, only from a fund that may advance.

The lender debits due-from and credits cash, the borrower debits cash and credits due-to: each fund balances by itself.
The payee of each voucher is the code of the other fund.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fundtrack import money
from fundtrack.errors import UsageError
from fundtrack.posting.draft import Entry, Leg
from fundtrack.posting.kinds import account_of
from fundtrack.posting.standing import citing, find_voucher, linked, refuse_before
from fundtrack.posting.vouchers import drafted, positive

if TYPE_CHECKING:
    from datetime import date
    from typing import Unpack

    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart
    from fundtrack.posting.draft import Draft
    from fundtrack.posting.standing import Standing
    from fundtrack.posting.vouchers import Details


def loan(
    chart: Chart, amount: int, *, lender: str, borrower: str, date: date, **details: Unpack[Details]
) -> list[Draft]:
    """Return the two vouchers of a loan of `amount` fen.

    Raises UsageError: `loan-document` without a document, `loan-same-fund`, `loan-may-not-advance` where the chart
    does not let the lender.
    """
    if not details.get("document", "").strip():
        raise UsageError("loan-document")
    if lender == borrower:
        raise UsageError("loan-same-fund", fund=lender)
    if lender in chart.funds and not chart.funds[lender].may_advance:
        raise UsageError("loan-may-not-advance", fund=lender)
    bank = details.get("bank", "")
    lent = Leg(lender, account_of(chart, lender, "due-from"))
    owed = Leg(borrower, account_of(chart, borrower, "due-to"))
    out, into = (Leg(fund, account_of(chart, fund, "cash", bank)) for fund in (lender, borrower))
    here: Details = {**details, "payee": borrower, "bill": 1}
    there: Details = {**details, "payee": lender, "bill": 1}
    paid = Entry(lent, out, positive(amount), unit=chart.currency)
    received = Entry(into, owed, amount, unit=chart.currency)
    return [
        drafted(chart, "loan", (paid,), fund=lender, date=date, **here),
        drafted(chart, "loan", (received,), fund=borrower, date=date, **there),
    ]


def repayment(
    connection: Connection, chart: Chart, number: str, amount: int, *, date: date, **details: Unpack[Details]
) -> list[Draft]:
    """Return the two vouchers that pay `amount` fen of a loan back, each citing its side of the loan.

    `number` is either voucher of the loan. Raises UsageError: `repay-no-loan`, `follows-before`; `repay-too-much`
    beyond what is left.
    """
    named = find_voucher(connection, number)
    sides = [side for side in linked(connection, named) if side.kind == "loan"]
    if named.kind != "loan" or named.reverses or named.reversed_by:
        raise UsageError("repay-no-loan", number=named.number)
    refuse_before(named.number, named.date, date)
    left = sides[0].amount - sum(paid.amount for paid in citing(connection, sides[0]))
    if positive(amount) > left:
        raise UsageError("repay-too-much", number=named.number, amount=money.grouped(amount), left=money.grouped(left))
    drafts = []
    for side in sides:
        said: Details = {**details, "payee": side.payee, "cites": side.id, "bill": 1}
        drafts.append(drafted(chart, "repayment", (_back(side, amount),), fund=side.fund, date=date, **said))
    return drafts


def _back(side: Standing, amount: int) -> Entry:
    """Return the entry that undoes `amount` fen of a side of a loan."""
    (lent,) = side.entries
    return Entry(lent.credit, lent.debit, amount, 0, lent.unit)
