"""Quota that went on: what a voucher gave a line is not taken back while others took it from there.

`over-allotment` would refuse it too, and say only that the line has too little.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from fundtrack import money
from fundtrack.errors import UsageError
from fundtrack.ledger.rows import voucher_number
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from fundtrack.posting.standing import Standing

FREE: Final = """
SELECT q.number, b.total FROM quota_heading AS h
JOIN quota AS q ON q.fund = h.fund AND h.code || ':' || q.name = :code
JOIN balance AS b ON b.fund = h.fund AND b.unit = h.unit AND b.code = :code
WHERE h.fund = :fund AND h.status IN ('unallotted', 'available')
"""
"""The line and what it has free, of an account that holds what is free of a line."""

TAKEN: Final = """
SELECT DISTINCT v.id, v.fund, v.year, v.number FROM entry AS e
JOIN voucher AS v ON v.id = e.voucher AND v.id > :first AND v.reverses IS NULL
WHERE e.fund = :fund AND e.unit LIKE '%.Q' AND CASE e.red WHEN 0 THEN e.debit ELSE e.credit END = :code
    AND NOT EXISTS (SELECT 1 FROM voucher AS back WHERE back.reverses = v.id)
ORDER BY v.id DESC
"""
"""The vouchers that stand and took of it, the last first."""

SHOWN: Final = 5
"""How many of them are named."""


def refuse_gone(connection: Connection, members: Collection[Standing]) -> None:
    """Refuse to take back what vouchers gave a line and others took from it. Raises UsageError (`reverse-gone`)."""
    gave: Counter[tuple[str, str]] = Counter()
    for member in members:
        for entry in member.entries:
            amount = (1 - 2 * entry.red) * entry.amount
            gave[entry.credit] += amount
            gave[entry.debit] -= amount
    first = max(member.id for member in members)
    for (fund, code), amount in gave.items():
        for line, free in dialect.rows_of(connection, FREE, {"fund": fund, "code": code}) if amount > 0 else ():
            taken = [voucher_number(*row[1:]) for row in
                     dialect.rows_of(connection, TAKEN, {"fund": fund, "code": code, "first": first})]  # fmt: skip
            if amount > int(free) and taken:
                raise UsageError(
                    "reverse-gone", number=min(members, key=lambda one: one.id).number, quota=line,
                    amount=money.grouped(amount), free=money.grouped(int(free)),
                    others=", ".join(taken[:SHOWN]) + (", …" if len(taken) > SHOWN else ""),
                )  # fmt: skip
