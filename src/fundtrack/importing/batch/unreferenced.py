"""Payments and receipts that the book may have already, where one of the two lacks the bank's reference.

What somebody entered, or a list without references, and the bank's statement say one movement twice, and their natural
keys differ. What is of one account, party and amount within a few days may be one; a person has to look. Of a receipt
the payer may be said by one of the two only: who enters it need not name anybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fundtrack.importing.batch.tally import reason
from fundtrack.ledger.rows import voucher_number
from fundtrack.posting.draft import MONEY_IN
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from fundtrack.importing.batch.tally import Reason

RECEIPTS: Final = MONEY_IN - {"opening"}
"""What a bank's statement may say came in; a refund is tied to its payment by the bank's reference."""

DAYS: Final = 3
"""How far apart the day of a voucher and that of the bank may be, as where lines and vouchers are reconciled."""

OUT: Final = "kind IN ('disbursement', 'advance')"
IN: Final = f"kind IN {(*sorted(RECEIPTS),)}"

ASKED: Final = f"SELECT MIN(c.day), MAX(c.day) FROM candidate AS c WHERE (c.{OUT} AND c.payee <> '') OR c.{IN}"
MET: Final = """
    SELECT p.voucher, p.came, p.batch, p.row, s.fund, s.year, s.number, s.date, ABS(s.day - p.day) AS apart, s.id
    FROM moved AS p
    JOIN stood AS s ON s.came = p.came AND s.bare = 1 - p.bare AND s.amount = p.amount AND s.unit = p.unit
        AND s.bank = p.bank AND {parties} AND s.day BETWEEN p.day - :days AND p.day + :days AND s.batch <> p.batch
"""
SAME: Final = MET.format(parties="s.payee = p.payee")
UNSAID: Final = MET.format(parties="p.came = 1 AND s.payee <> p.payee AND '' IN (s.payee, p.payee)")
BARE: Final = "CASE {}.bank_ref WHEN '' THEN 1 ELSE 0 END AS bare"
"""Whether the bank's reference is not known: looked for by equality, so that rows which all have one meet nothing."""

STANDS: Final = f"""
WITH moved AS MATERIALIZED (
    SELECT c.voucher, COALESCE(c.batch, 0) AS batch, COALESCE(c.row, 0) AS row, c.day, c.payee, c.unit, c.amount,
        a.bank, {BARE.format("c")}, CASE WHEN c.{IN} THEN 1 ELSE 0 END AS came
    FROM candidate AS c
    JOIN account AS a ON a.fund = c.fund AND a.unit = c.unit
        AND a.code = CASE WHEN c.{IN} THEN c.debit ELSE c.credit END
    WHERE ((c.{OUT} AND c.payee <> '') OR c.{IN}) AND c.red = 0 AND a.bank <> ''
), stood AS MATERIALIZED (
    SELECT v.id, v.fund, v.year, v.number, v.date, v.day, v.payee, COALESCE(v.batch, 0) AS batch, e.unit, e.amount,
        a.bank, {BARE.format("v")}, CASE WHEN v.{IN} THEN 1 ELSE 0 END AS came
    FROM voucher AS v
    JOIN entry AS e ON e.voucher = v.id
    JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit
        AND a.code = CASE WHEN v.{IN} THEN e.debit ELSE e.credit END
    WHERE v.fund IN (SELECT fund FROM account WHERE bank <> '') AND v.day BETWEEN :first AND :last
        AND ((v.{OUT} AND v.payee <> '') OR v.{IN}) AND e.red = 0 AND a.bank <> ''
        AND v.reverses IS NULL AND NOT EXISTS (SELECT 1 FROM voucher AS back WHERE back.reverses = v.id)
), met AS ({SAME} UNION ALL {UNSAID})
SELECT voucher, came, batch, row, fund, year, number, date FROM met ORDER BY voucher, apart DESC, id DESC
"""
"""Candidates with the vouchers that each may be, the likeliest last; a voucher of the same batch is another row."""


def standing(connection: Connection) -> Iterator[tuple[int, Reason]]:
    """Give the candidates whose payment or receipt may stand in the book, with why they wait."""
    ((first, last),) = connection.exec_driver_sql(ASKED).all()
    if first is None:
        return
    asked = {"first": first - DAYS, "last": last + DAYS, "days": DAYS}
    found = {
        voucher: (came, f"{batch}:{row}", voucher_number(*number), date)
        for voucher, came, batch, row, *number, date in dialect.rows_of(connection, STANDS, asked)
    }
    for voucher, (came, row, number, date) in found.items():
        key = "stands-received" if came else "stands-unreferenced"
        yield voucher, reason(key, voucher=number, date=date, row=row)
