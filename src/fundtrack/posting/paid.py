"""What became of the payment of each approved application: which vouchers pay it, and whether all of it is paid."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from fundtrack.ledger.rows import voucher_number
from fundtrack.posting.returned import KIND
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from fundtrack.posting.application import Application

State = Literal["unpaid", "paid", "partly-paid", "returned", "reversed"]

MOVED: Final = """
SELECT f.application, v.kind, v.fund, v.year, v.number, SUM(
    (1 - 2 * e.red) * CASE WHEN a.code = e.credit THEN e.amount ELSE -e.amount END)
FROM (
    SELECT d.application, p.id FROM application_decision AS d JOIN voucher AS p ON p.cites = d.voucher
    UNION SELECT d.application, b.id FROM application_decision AS d JOIN voucher AS p ON p.cites = d.voucher
        JOIN voucher AS b ON b.cites = p.id AND b.kind = 'returned-payment'
    UNION SELECT d.application, q.id FROM application_decision AS d JOIN voucher AS p ON p.cites = d.voucher
        JOIN voucher AS b ON b.cites = p.id AND b.kind = 'returned-payment' JOIN voucher AS q ON q.cites = b.id
) AS f
JOIN voucher AS v ON v.id = f.id AND v.reverses IS NULL
JOIN entry AS e ON e.voucher = v.id
JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code IN (e.debit, e.credit) AND a.kind = 'cash'
WHERE NOT EXISTS (SELECT 1 FROM voucher AS x WHERE x.reverses = v.id)
GROUP BY f.application, v.id, v.kind, v.fund, v.year, v.number
ORDER BY v.id
"""
"""The cash that left by each payment of an application that stands; below zero what the bank returned of one."""

TAKEN_BACK: Final = """
SELECT d.application FROM application_decision AS d JOIN voucher AS r ON r.reverses = d.voucher
"""


class Paid(NamedTuple):
    """How far an application is paid, and the numbers of the vouchers that say so: the last one where it came back."""

    state: State | Literal[""]
    vouchers: tuple[str, ...] = ()


def paid(connection: Connection, asked: Iterable[Application]) -> dict[int, Paid]:
    """Return of each application how far it is paid; of one that is not approved, nothing."""
    moved: defaultdict[int, list[tuple[str, str, int]]] = defaultdict(list)
    for application, kind, fund, year, number, amount in dialect.rows_of(connection, MOVED):
        moved[application].append((kind, voucher_number(fund, year, number), int(amount)))
    taken_back = {application for (application,) in dialect.rows_of(connection, TAKEN_BACK)}
    return {
        one.application: Paid("reversed") if one.application in taken_back else _of(one, moved[one.application])
        for one in asked
    }


def _of(one: Application, moved: list[tuple[str, str, int]]) -> Paid:
    if one.state != "approved":
        return Paid("")
    settled = sum(amount for _, _, amount in moved)
    if settled < one.amount and moved and moved[-1][0] == KIND:
        return Paid("returned", (moved[-1][1],))
    paying = tuple(number for kind, number, _ in moved if kind != KIND)
    return Paid("paid" if settled >= one.amount else "partly-paid" if paying else "unpaid", paying)
