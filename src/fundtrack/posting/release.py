"""What is not paid of an approved application is freed (释放): its quota is free again, and nothing more is owed.

It goes back in red the way that it was reserved, to what is available or to its contract, and what was booked as owed
with it. So an application that was paid in part need not be taken back whole, behind payments that the bank did make.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from fundtrack import money
from fundtrack.errors import UsageError, message
from fundtrack.ledger.rows import voucher_number
from fundtrack.posting.application import approving, owing, unpaid_of
from fundtrack.posting.standing import find_voucher, refuse_before
from fundtrack.posting.vouchers import drafted, positive

if TYPE_CHECKING:
    from datetime import date as Date  # noqa: N812 - `date` is what acts call their day

    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart
    from fundtrack.posting.draft import Draft

RELEASED: Final = text("""
SELECT d.application, v.fund, v.year, v.number, e.amount FROM application_decision AS d
JOIN voucher AS v ON v.cites = d.voucher AND v.kind = 'application' AND v.reverses IS NULL
JOIN entry AS e ON e.voucher = v.id AND e.line = 1
WHERE NOT EXISTS (SELECT 1 FROM voucher AS x WHERE x.reverses = v.id)
ORDER BY v.id
""")
"""What stands released of each application, and by which voucher."""


def release(
    connection: Connection, chart: Chart, number: str, amount: int | None, *, reason: str, date: Date
) -> Draft:  # fmt: skip
    """Return the voucher that frees `amount` fen of an approved application, or all that is not paid of it.

    The application is named as `payment` takes it; the voucher cites it, and is reversed as any other. Raises
    UsageError: `release-reason`, `application-unknown`, `release-no-application`, `release-year` on a day of another
    year, `release-nothing`, `follows-before`, `release-too-much`.
    """
    if not reason.strip():
        raise UsageError("release-reason")
    named = find_voucher(connection, approving(connection, number))
    owed = owing(connection, named)
    if owed.kind != "application" or owed.cites or owed.reverses or owed.reversed_by:
        raise UsageError("release-no-application", number=named.number)
    left = unpaid_of(connection, owed)
    if left <= 0:
        raise UsageError("release-nothing", number=owed.number)
    if owed.date.year != date.year:
        raise UsageError("release-year", number=owed.number, year=owed.date.year, date=date)
    refuse_before(named.number, max(named.date, owed.date), date)
    freed = left if amount is None else positive(amount)
    if freed > left:
        raise UsageError("release-too-much", number=owed.number, left=money.grouped(left), amount=money.grouped(freed))
    return drafted(
        chart, "application", tuple(entry._replace(amount=freed, red=1) for entry in owed.entries), fund=owed.fund,
        date=date, payee=owed.payee, project=owed.project, document=owed.document, contract=owed.contract,
        narration=message("release-narration", chart.narrates, number=owed.number, reason=reason), cites=owed.id,
    )  # fmt: skip


def released(connection: Connection) -> dict[int, list[tuple[str, int]]]:
    """Return by application what of it stands released: the number of each voucher, and its fen."""
    found: dict[int, list[tuple[str, int]]] = {}
    for application, fund, year, at, amount in connection.execute(RELEASED):
        found.setdefault(int(application), []).append((voucher_number(fund, year, at), int(amount)))
    return found
