"""Surplus that is owed to the treasury (应缴结余): the cash of quota that was taken back, until it goes.

A reclaim that keeps its cash owes it by a payable; `pay` settles that from the fund's cash, in parts too. The quota
went back with the reclaim, so none is executed.

What came back of a payment of an earlier year is surplus as well, for it restored no quota, and so is interest: both
stand in the fund until they are taken back by a document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fundtrack import money
from fundtrack.errors import UsageError
from fundtrack.ledger.rows import voucher_number
from fundtrack.posting.arrived import HELD
from fundtrack.posting.draft import Entry, Leg
from fundtrack.posting.kinds import account_of, kind_of_account
from fundtrack.posting.standing import citing, linked, refuse_before
from fundtrack.posting.vouchers import drafted, positive
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date as Date  # noqa: N812 - `date` is what acts call their day

    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart
    from fundtrack.posting.draft import Draft
    from fundtrack.posting.standing import Standing

OWED: Final = """
SELECT o.fund, o.year, o.number, o.date, o.amount - COALESCE(p.amount, 0) FROM (
    SELECT v.id, v.fund, v.year, v.number, v.date, SUM(e.amount) AS amount
    FROM voucher AS v
    JOIN entry AS e ON e.voucher = v.id
    JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code = e.credit AND a.kind = 'payable'
    WHERE v.kind = 'reclaim' AND v.reverses IS NULL AND NOT EXISTS (SELECT 1 FROM voucher AS x WHERE x.reverses = v.id)
    GROUP BY v.id, v.fund, v.year, v.number, v.date
) AS o
LEFT JOIN (
    SELECT v.cites, SUM((1 - 2 * e.red) * e.amount) AS amount
    FROM voucher AS v JOIN entry AS e ON e.voucher = v.id
    WHERE v.kind = 'repayment' GROUP BY v.cites
) AS p ON p.cites = o.id
WHERE o.amount > COALESCE(p.amount, 0)
"""
"""What each reclaim owes, less what went of it."""


WITHOUT_QUOTA: Final = """
SELECT fund, CAST(SUM(amount) AS BIGINT) FROM money_without_quota WHERE since <= :until GROUP BY fund ORDER BY fund
"""
"""What came in by a day that may be spent by no quota (interest is not the fund's, domain.md 3.1: non-tax receipts)."""


RESTING: Final = """
SELECT v.fund, v.year, v.number FROM money_without_quota AS m
JOIN voucher AS v ON v.id = m.voucher AND v.kind = 'reclaim' AND v.reverses IS NULL
WHERE m.fund = :fund AND NOT EXISTS (SELECT 1 FROM voucher AS x WHERE x.reverses = v.id)
    AND (SELECT SUM(amount) FROM money_without_quota WHERE fund = :fund)
        < (SELECT SUM(amount) FROM money_without_quota WHERE voucher = :voucher)
ORDER BY v.id
"""
"""What took back money without quota that a voucher brought: once all is gone without which there is not enough."""


def refuse_taken_back(connection: Connection, brought: Standing) -> None:
    """Refuse to take back what brought money without quota that is taken back since.

    Raises UsageError (`reverse-reclaimed`).
    """
    resting = dialect.rows_of(connection, RESTING, {"fund": brought.fund, "voucher": brought.id})
    if resting:
        reclaims = ", ".join(voucher_number(*of) for of in resting)
        raise UsageError("reverse-reclaimed", number=brought.number, fund=brought.fund, reclaims=reclaims)


def without_quota(connection: Connection, until: Date) -> dict[str, int]:
    """Return how many fen each fund still holds of what came by a day without quota, and owes to nobody."""
    held = {}
    for fund, fen in dialect.rows_of(connection, WITHOUT_QUOTA, {"until": until.isoformat()}):
        ((cash,),) = dialect.rows_of(connection, HELD, {"fund": fund})
        held[fund] = min(int(fen), int(cash))
    return {fund: fen for fund, fen in held.items() if fen > 0}


def take_back(
    connection: Connection, chart: Chart, fund: str, amount: int, *, date: Date, document: str, cash: bool, bank: str
) -> Draft:
    """Return the voucher by which money without quota is taken back, its cash at once or else owed.

    Raises UsageError: `reclaim-document`; `reclaim-unbacked` for more than there is and is not owed to others.
    """
    if not document.strip():
        raise UsageError("reclaim-document")
    left = without_quota(connection, date).get(fund, 0)
    if positive(amount) > left:
        raise UsageError("reclaim-unbacked", fund=fund, amount=money.grouped(amount), left=money.grouped(left))
    balance, other = (
        Leg(fund, account_of(chart, fund, kind, bank)) for kind in ("balance", "cash" if cash else "payable")
    )
    entry = Entry(balance, other, amount, unit=chart.currency)
    return drafted(chart, "reclaim", (entry,), fund=fund, date=date, document=document, bank=bank)


def surplus_owed(connection: Connection) -> Iterator[tuple[str, str, int]]:
    """Yield every reclaim of which something is owed to the treasury: its number, its date, and how much, in fen."""
    for fund, year, number, date, amount in dialect.rows_of(connection, OWED):
        yield voucher_number(fund, year, number), date, int(amount)


def surrender(
    connection: Connection, chart: Chart, named: Standing, amount: int | None, *, date: Date, bank: str, bank_ref: str
) -> Draft:
    """Return the voucher that pays what a reclaim owes to the treasury, or `amount` fen of it; it cites the reclaim.

    Any voucher of the reclaim may be named. Raises UsageError: `pay-no-application` where it owes nothing or is
    reversed, `follows-before`, `pay-settled`, `pay-too-much`.
    """
    owing = [
        (one, entry)
        for one in linked(connection, named)
        for entry in one.in_money
        if one.kind == "reclaim" and kind_of_account(chart, entry.credit) == "payable"
    ]
    if named.reverses or named.reversed_by or not owing:
        raise UsageError("pay-no-application", number=named.number)
    ((owed, entry),) = owing
    refuse_before(owed.number, owed.date, date)
    left = entry.amount - sum(paid.amount for paid in citing(connection, owed))
    if left <= 0:
        raise UsageError("pay-settled", number=owed.number)
    paid = left if amount is None else positive(amount)
    if paid > left:
        raise UsageError("pay-too-much", number=owed.number, left=money.grouped(left), amount=money.grouped(paid))
    cash = Leg(owed.fund, account_of(chart, owed.fund, "cash", bank))
    return drafted(
        chart, "repayment", (Entry(entry.credit, cash, paid, 0, entry.unit),), fund=owed.fund, date=date,
        project=owed.project, document=owed.document, bank=bank, bank_ref=bank_ref, cites=owed.id,
    )  # fmt: skip
