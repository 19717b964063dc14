"""Advances and refunds: what follows a payment, and never more than is left of it.

Disbursed is not spent (拨付不是支出): what an owner company or township received becomes spending when its use is
verified. What comes back is red on the sides of the voucher it takes back, so turnover is net.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from fundtrack import money
from fundtrack.errors import UsageError
from fundtrack.posting.draft import Entry, Leg
from fundtrack.posting.kinds import account_of, kind_of_account, use_of
from fundtrack.posting.standing import citing, find_voucher, refuse_application, refuse_before, voucher_of
from fundtrack.posting.vouchers import drafted, positive
from fundtrack.schema import dialect
from fundtrack.schema.functions import spelt

if TYPE_CHECKING:
    from datetime import date
    from typing import Unpack

    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart
    from fundtrack.posting.draft import Draft
    from fundtrack.posting.standing import Standing
    from fundtrack.posting.vouchers import Details

ADVANCED: Final = """
SELECT v.payee, SUM((1 - 2 * e.red) * CASE e.debit WHEN a.code THEN e.amount ELSE -e.amount END)
FROM voucher AS v
JOIN entry AS e ON e.voucher = v.id
JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code IN (e.debit, e.credit) AND a.kind = 'advance'
WHERE v.fund = :fund
"""
TO_PAYEE: Final = f"{ADVANCED} AND (v.payee = :payee OR SPELT(v.payee) = :spelt) GROUP BY v.payee"
TO_ALL: Final = f"{ADVANCED} GROUP BY v.payee"
"""What every payee holds: nearly as quick as what one does, for no index knows how a payee may be spelt."""

TAKEN_BACK: Final = text("""
SELECT COALESCE(SUM(CASE WHEN c.code IS NULL THEN 2 * e.red - 1 ELSE 1 - 2 * e.red END * e.amount), 0)
FROM voucher AS v
JOIN entry AS e ON e.voucher = v.id
LEFT JOIN account AS c ON c.fund = e.fund AND c.unit = e.unit AND c.code = e.debit AND c.kind = 'cash'
WHERE v.fund = :fund AND v.cites = :cites AND v.kind IN ('refund', 'returned-payment')
    AND e.line = 1
""")
"""What came back by its first entry: red as the payment's, or money in. Of what was reversed the mirror counts too."""


def verification(
    connection: Connection, chart: Chart, number: str, amount: int, *, use: str, date: date, **details: Unpack[Details]
) -> Draft:
    """Return the voucher that turns `amount` fen of an advance into spending; it cites the advance.

    One verification may cover several advances to a payee, but not more than the payee still holds of the fund.
    Raises UsageError: `verify-no-advance`, `follows-before`, `verify-too-much`.
    """
    advance = find_voucher(connection, number)
    held = next((leg for leg in _debits(advance) if kind_of_account(chart, leg) == "advance"), None)
    if held is None or advance.reverses or advance.reversed_by:
        raise UsageError("verify-no-advance", number=advance.number)
    refuse_before(advance.number, advance.date, date)
    left = outstanding(connection, advance.fund, advance.payee)
    if positive(amount) > left:
        raise UsageError(
            "verify-too-much", number=advance.number, payee=advance.payee, fund=advance.fund,
            amount=money.grouped(amount), left=money.grouped(left),
        )  # fmt: skip
    entry = Entry(use_of(chart, use, advance.fund), held, amount, unit=chart.currency)
    said: Details = {"project": advance.project, **details, "payee": advance.payee, "cites": advance.id}
    return drafted(chart, "verification", (entry,), fund=advance.fund, date=date, **said)


def outstanding(connection: Connection, fund: str, payee: str) -> int:
    """Return how many fen of a fund a payee, however it is spelt, holds that are not verified."""
    said = {"fund": fund, "payee": payee, "spelt": spelt(payee)}
    return sum(int(held) for _, held in dialect.rows_of(connection, TO_PAYEE, said))


def held_of(connection: Connection, fund: str) -> Counter[str]:
    """Return how many fen of a fund each payee holds that are not verified, by the one spelling of its name."""
    found: Counter[str] = Counter()
    for payee, held in dialect.rows_of(connection, TO_ALL, {"fund": fund}):
        found[spelt(payee)] += int(held)
    return found


def refund(
    connection: Connection, chart: Chart, number: str, amount: int, *, date: date, **details: Unpack[Details]
) -> Draft:
    """Return the red voucher for `amount` fen that came back of a payment; it cites it, for its payee and contract.

    What of an advance was verified is no longer held: it comes back of the verification, which had charged it to a use.
    Raises UsageError: what `refuse_application` does, `refund-no-payment` where money did not go out by one entry,
    `follows-before`, `refund-too-much`, `refund-other-use` where quota of the year paid what was verified for another.
    """
    paid = find_voucher(connection, number)
    refuse_application(connection, paid)
    if len(paid.in_money) != 1 or paid.reverses or paid.reversed_by or not _pays(chart, paid):
        raise UsageError("refund-no-payment", number=paid.number)
    refuse_before(paid.number, paid.date, date)
    entry = charged(connection, chart, paid)
    if paid.kind == "verification":
        advance = voucher_of(connection, paid.cites or paid.id)
        entry = entry._replace(credit=_paid_from(chart, advance, details.get("bank", "")))
        refuse_beyond(paid.number, positive(amount), _left_of_verified(connection, paid, advance))
        _refuse_other_use(chart, paid, advance, entry.debit, date)
    else:
        left_to_come_back(connection, chart, paid, positive(amount))
    back = Entry(entry.debit, entry.credit, amount, 1, entry.unit)
    party: Details = {"payee_id": paid.payee_id, "payee_account": paid.payee_account, "contract": paid.contract}
    said: Details = {"project": paid.project, **details, "payee": paid.payee, **party, "cites": paid.id}
    return drafted(chart, "refund", (back,), fund=paid.fund, date=date, **said)


def left_to_come_back(
    connection: Connection, chart: Chart, paid: Standing, amount: int | None, beyond: str = "refund-too-much"
) -> int:
    """Return what comes back of a payment of one entry, `amount` fen or all that is left of it.

    Of an advance no more is left than its payee still holds. Raises UsageError as `refuse_beyond` does.
    """
    entry = charged(connection, chart, paid)
    left = entry.amount - taken_back(connection, paid)
    if kind_of_account(chart, entry.debit) == "advance":
        left = min(left, outstanding(connection, paid.fund, paid.payee))
    back = amount or left or entry.amount
    refuse_beyond(paid.number, back, left, beyond)
    return back


def charged(connection: Connection, chart: Chart, paid: Standing) -> Entry:
    """Return the entry of a payment with what it was charged to, where what it paid was owed and charged before."""
    (entry,) = paid.in_money
    source = paid
    while kind_of_account(chart, entry.debit) == "payable" and source.cites:
        source = voucher_of(connection, source.cites)
        if source.kind == "returned-payment" and source.cites:  # it says what is owed, its payment what for
            source = voucher_of(connection, source.cites)
        (owed,) = source.in_money
        entry = entry._replace(debit=owed.debit)
    return entry


def _paid_from(chart: Chart, advance: Standing, bank: str) -> Leg:
    """Return the cash account that an advance was paid from; of one that was brought forward, that at a bank."""
    paid = advance.in_money
    if len(paid) == 1 and kind_of_account(chart, paid[0].credit) == "cash":
        return paid[0].credit
    return Leg(advance.fund, account_of(chart, advance.fund, "cash", bank))


def _refuse_other_use(chart: Chart, verified: Standing, advance: Standing, use: Leg, date: date) -> None:
    """Refuse to give back quota of the year that is for another use. Raises UsageError (`refund-other-use`)."""
    executed = {entry.credit.code.partition(":")[2] for entry in advance.entries}
    for line in chart.quotas:
        if (line.fund, line.year) == (verified.fund, date.year) and line.name in executed and line.use != use.code:
            raise UsageError(
                "refund-other-use", number=verified.number, use=use.code, quota=line.number, for_use=line.use
            )


def _left_of_verified(connection: Connection, verified: Standing, advance: Standing) -> int:
    """Return how many fen of a verification may still come back: no more than its advance paid by itself."""
    left = verified.amount - taken_back(connection, verified)
    if advance.kind == "opening":
        return left
    others = [one for one in citing(connection, advance) if one.kind == "verification"]
    gone = sum(taken_back(connection, one) for one in (advance, *others))
    return min(left, advance.amount - gone)


def taken_back(connection: Connection, paid: Standing) -> int:
    """Return how many fen of a payment came back already."""
    return int(connection.execute(TAKEN_BACK, {"fund": paid.fund, "cites": paid.id}).scalar_one())


def refuse_beyond(number: str, amount: int, left: int, beyond: str = "refund-too-much") -> None:
    """Refuse what comes back of a payment beyond the fen that are left of it.

    Raises UsageError: `refund-too-much`, or what is said instead (`return-too-much`).
    """
    if amount > left:
        raise UsageError(beyond, number=number, amount=money.grouped(amount), left=money.grouped(left))


def _debits(voucher: Standing) -> list[Leg]:
    return [entry.debit for entry in voucher.entries if not entry.red]


def _pays(chart: Chart, paid: Standing) -> bool:
    (entry,) = paid.in_money
    debit, credit = (kind_of_account(chart, leg) for leg in entry[:2])
    spent = credit == "cash" or paid.kind == "verification"
    return not entry.red and spent and debit in {"use", "advance", "payable"}
