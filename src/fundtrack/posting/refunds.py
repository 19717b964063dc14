"""Refunds among candidates: each is made of the payment it returns, by the rules of `posting.advance.refund`.

A file says of a refund how much came back, and by the bank's reference what had been paid. What it debits and credits
is the payment's own, in red: an advance goes back to the advances, a use is charged less.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from fundtrack.errors import UsageError
from fundtrack.posting.advance import charged, held_of, refuse_beyond
from fundtrack.posting.dayorder import BEHIND
from fundtrack.posting.draft import PARTY, Leg
from fundtrack.posting.kinds import kind_of_account
from fundtrack.posting.standing import refuse_before, voucher_of
from fundtrack.schema.functions import spelt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Connection, Row

    from fundtrack.chart.model import Chart

PAYMENTS: Final = "('disbursement', 'advance', 'bank-charge')"

REFUNDS: Final = "SELECT voucher, fund, date, amount FROM candidate WHERE kind = 'refund' ORDER BY day, voucher"

OF_PARTY: Final = ", ".join(f"v.{column}" for column in PARTY)
PARTY_OF: Final = ", ".join(PARTY)
SAME_PARTY: Final = ", ".join(f"{column} = :{column}" for column in PARTY)

PAID: Final = text(f"""
SELECT * FROM (
    SELECT v.id, 1 AS standing, v.kind, v.fund, v.date, v.payee, v.project, {OF_PARTY}, e.unit, e.debit, e.credit,
        e.amount
    FROM voucher AS v
    JOIN entry AS e ON e.voucher = v.id AND e.line = 1
    LEFT JOIN voucher AS r ON r.reverses = v.id
    WHERE v.bank_ref = :reference AND v.fund = :fund AND v.kind IN {PAYMENTS}
        AND NOT EXISTS (SELECT 1 FROM entry AS o WHERE o.voucher = v.id AND o.line > 1 AND o.unit = e.unit)
        AND v.reverses IS NULL AND r.id IS NULL
    UNION ALL
    SELECT voucher, 0, kind, fund, date, payee, project, {PARTY_OF}, unit, debit, credit, amount
    FROM candidate
    WHERE bank_ref = :reference AND bank_ref <> '' AND fund = :fund AND kind IN {PAYMENTS}
) AS paid
ORDER BY CASE WHEN date <= :date THEN 0 ELSE 1 END, CASE WHEN date <= :date THEN date ELSE '' END DESC, id
LIMIT 1
""")
"""What a reference names: of several payments the last made by the day of the refund, for banks begin to count anew."""

TAKEN_BACK: Final = """
SELECT v.cites, SUM(CASE WHEN c.code IS NULL THEN 2 * e.red - 1 ELSE 1 - 2 * e.red END * e.amount)
FROM voucher AS v
JOIN entry AS e ON e.voucher = v.id
LEFT JOIN account AS c ON c.fund = e.fund AND c.unit = e.unit AND c.code = e.debit AND c.kind = 'cash'
WHERE v.kind IN ('refund', 'returned-payment') AND v.cites IS NOT NULL AND e.line = 1
GROUP BY v.cites
"""

MAKE: Final = text(f"""
UPDATE candidate SET cites = :id, payee = :payee, {SAME_PARTY},
    project = CASE project WHEN '' THEN :project ELSE project END,
    unit = :unit, debit_fund = :fund, debit = :debit, credit_fund = :fund, credit = :credit, red = 1, outflow = :outflow
WHERE voucher = :voucher
""")


def tie(connection: Connection, chart: Chart, references: Mapping[int, str]) -> Iterator[tuple[int, UsageError]]:
    """Make the staged refunds of the payments they return; give those that cannot be made, each with the reason.

    `references` are the bank references of the payments by the ids of the refunds. The reasons are UsageErrors:
    `original-not-found`, `follows-before`, `refund-too-much`.
    """
    refunds = connection.exec_driver_sql(REFUNDS).all()
    taken: Counter[Any] = Counter()
    advanced = cache(partial(held_of, connection))
    for payment, amount in connection.exec_driver_sql(TAKEN_BACK) if refunds else ():
        taken[payment] = amount
    for refund in refunds:
        reference = references[refund.voucher]
        try:
            paid = _paid(connection, chart, refund, reference)
            refuse_beyond(reference, refund.amount, _left(paid, taken, advanced))
        except UsageError as error:
            yield refund.voucher, error
            continue
        taken[paid["id"]] += refund.amount
        if _held(paid):
            taken[paid["fund"], spelt(paid["payee"])] += refund.amount
        outflow = BEHIND if not paid["standing"] and paid["date"] == refund.date else 0
        connection.execute(MAKE, {**paid, "voucher": refund.voucher, "outflow": outflow})


def _paid(connection: Connection, chart: Chart, refund: Row[Any], reference: str) -> Mapping[str, Any]:
    """Return the payment that a refund returns, with what it was charged to where it settled what was owed."""
    asked = {"reference": reference, "fund": refund.fund, "date": refund.date}
    paid = connection.execute(PAID, asked).mappings().one_or_none() if reference else None
    if paid is None:
        raise UsageError("original-not-found", reference=reference)
    refuse_before(reference, *map(dt.date.fromisoformat, (paid["date"], refund.date)))
    if not paid["standing"] or kind_of_account(chart, Leg(paid["fund"], paid["debit"])) != "payable":
        return {**paid}
    return {**paid, "debit": charged(connection, chart, voucher_of(connection, paid["id"])).debit.code}


def _left(paid: Mapping[str, Any], taken: Counter[Any], advanced: Callable[[str], Counter[str]]) -> int:
    """Return how many fen of a payment may still come back; of an advance, no more than its payee still holds."""
    left = int(paid["amount"] - taken[paid["id"]])
    if not _held(paid):
        return left
    fund, payee = paid["fund"], spelt(paid["payee"])
    return min(left, advanced(fund)[payee] - taken[fund, payee])


def _held(paid: Mapping[str, Any]) -> bool:
    """Return whether a payment is one of the advances that count as a payee's in the book."""
    return bool(paid["standing"]) and paid["kind"] == "advance"
