"""Payments that the book may have already, where one of the two lacks the bank's reference: nothing else tells them.

A payment that somebody entered, or a list without references, and the bank's statement say one payment twice, and their
natural keys differ. What is of one account, payee and amount within a few days may be one; a person has to look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fundtrack.importing.tally import reason
from fundtrack.ledger.rows import voucher_number
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from fundtrack.importing.tally import Reason

DAYS: Final = 3
"""How far apart the day of a voucher and that of the bank may be, as where lines and vouchers are reconciled."""

ASKED: Final = """
SELECT MIN(c.day), MAX(c.day) FROM candidate AS c WHERE c.kind IN ('disbursement', 'advance') AND c.payee <> ''
"""
STANDS: Final = """
WITH paid AS MATERIALIZED (
    SELECT c.voucher, c.batch, c.row, c.day, c.payee, c.bank_ref, c.unit, c.amount, a.bank
    FROM candidate AS c
    JOIN account AS a ON a.fund = c.credit_fund AND a.unit = c.unit AND a.code = c.credit
    WHERE c.kind IN ('disbursement', 'advance') AND c.payee <> '' AND c.red = 0 AND a.bank <> ''
), stood AS MATERIALIZED (
    SELECT v.id, v.fund, v.year, v.number, v.date, v.day, v.payee, v.bank_ref, COALESCE(v.batch, 0) AS batch, e.unit,
        e.amount, a.bank
    FROM voucher AS v
    JOIN entry AS e ON e.voucher = v.id
    JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code = e.credit
    WHERE v.fund IN (SELECT fund FROM account WHERE bank <> '') AND v.day BETWEEN :first AND :last
        AND v.kind IN ('disbursement', 'advance') AND v.payee <> '' AND e.red = 0 AND a.bank <> ''
        AND v.reverses IS NULL AND NOT EXISTS (SELECT 1 FROM voucher AS back WHERE back.reverses = v.id)
)
SELECT p.voucher, COALESCE(p.batch, 0), COALESCE(p.row, 0), s.fund, s.year, s.number, s.date
FROM paid AS p
JOIN stood AS s ON s.payee = p.payee AND s.amount = p.amount AND s.unit = p.unit AND s.bank = p.bank
    AND s.day BETWEEN p.day - :days AND p.day + :days AND s.batch <> COALESCE(p.batch, 0)
    AND CASE s.bank_ref WHEN '' THEN 1 ELSE 0 END <> CASE p.bank_ref WHEN '' THEN 1 ELSE 0 END
ORDER BY p.voucher, ABS(s.day - p.day) DESC, s.id DESC
"""
"""Candidates with the vouchers that each may be, the likeliest last; a voucher of the same batch is another row."""


def standing(connection: Connection) -> Iterator[tuple[int, Reason]]:
    """Give the candidates whose payment may stand in the book, with why they wait."""
    ((first, last),) = connection.exec_driver_sql(ASKED).all()
    if first is None:
        return
    asked = {"first": first - DAYS, "last": last + DAYS, "days": DAYS}
    found = {
        voucher: (f"{batch}:{row}", voucher_number(*number), date)
        for voucher, batch, row, *number, date in dialect.rows_of(connection, STANDS, asked)
    }
    for voucher, (row, number, date) in found.items():
        yield voucher, reason("stands-unreferenced", voucher=number, date=date, row=row)
