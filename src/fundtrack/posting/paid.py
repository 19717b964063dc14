"""What became of the payment of each approved application: which vouchers pay it, and whether all of it is paid."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from fundtrack.ledger.rows import voucher_number
from fundtrack.posting.release import released
from fundtrack.posting.returned import KIND
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from fundtrack.posting.application import Application

State = Literal["unpaid", "paid", "partly-paid", "returned", "reversed", "released"]

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
    """How far an application is paid, and the numbers of the vouchers that say so: the last one where it came back.

    `released` is what of it was freed, in fen: that is not paid any more, and with it the rest is paid whole.
    """

    state: State | Literal[""]
    vouchers: tuple[str, ...] = ()
    released: int = 0


def paid(connection: Connection, asked: Iterable[Application]) -> dict[int, Paid]:
    """Return of each application how far it is paid; of one that is not approved, nothing."""
    moved: defaultdict[int, list[tuple[str, str, int]]] = defaultdict(list)
    for application, kind, fund, year, number, amount in dialect.rows_of(connection, MOVED):
        moved[application].append((kind, voucher_number(fund, year, number), int(amount)))
    freed = {application: sum(amount for _, amount in of) for application, of in released(connection).items()}
    taken_back = {application for (application,) in dialect.rows_of(connection, TAKEN_BACK)}
    return {
        one.application: Paid("reversed")
        if one.application in taken_back
        else _of(one, moved[one.application], freed.get(one.application, 0))
        for one in asked
    }


def _of(one: Application, moved: list[tuple[str, str, int]], freed: int) -> Paid:
    if one.state != "approved":
        return Paid("")
    settled = sum(amount for _, _, amount in moved)
    if settled + freed < one.amount and moved and moved[-1][0] == KIND:
        return Paid("returned", (moved[-1][1],), freed)
    paying = tuple(number for kind, number, _ in moved if kind != KIND)
    if settled + freed >= one.amount:
        return Paid("paid" if settled else "released", paying, freed)
    return Paid("partly-paid" if paying else "unpaid", paying, freed)
