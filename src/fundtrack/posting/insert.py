"""Turning staged candidates into vouchers: the only INSERTs into `entry` and `voucher` there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fundtrack.book.create import now
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from sqlalchemy import Connection

ENTRIES: Final = """
INSERT INTO entry (voucher, line, fund, unit, debit, credit, amount, red)
SELECT voucher, line, debit_fund, unit, debit, credit, amount, red FROM candidate ORDER BY voucher, line
"""

VOUCHERS: Final = """
WITH place AS MATERIALIZED (
    SELECT c.voucher,
        b.base + ROW_NUMBER() OVER (
            PARTITION BY c.fund, CASE WHEN c.kind = 'carry-over' AND c.reverses > 0 THEN -c.year ELSE c.year END
            ORDER BY c.day, c.outflow, c.voucher) AS number
    FROM candidate AS c
    JOIN (
        SELECT f.fund, f.year, COALESCE((
            SELECT v.number FROM voucher AS v WHERE v.fund = f.fund AND v.year = f.year ORDER BY v.number DESC LIMIT 1
        ), 0) AS base
        FROM (SELECT DISTINCT fund, year FROM candidate) AS f
    ) AS b ON b.fund = c.fund AND b.year = c.year
    WHERE c.line = 1
    ORDER BY c.day, c.outflow, c.voucher
)
INSERT INTO voucher (id, fund, year, number, date, day, kind, project, payee, narration, document, bank, bank_ref,
    payee_id, payee_account, contract, link, reverses, cites, natural_key, occurrence, batch, row, chart, fund_basis,
    prepared_by, approved_by, recorded_at, entries)
SELECT c.voucher, c.fund, c.year, p.number, c.date, c.day, c.kind, c.project, c.payee, c.narration, c.document, c.bank,
    c.bank_ref, c.payee_id, c.payee_account, c.contract, c.link, NULLIF(c.reverses, 0), NULLIF(c.cites, 0),
    c.natural_key, c.occurrence, c.batch, c.row, c.chart, c.fund_basis,
    :prepared_by, COALESCE(NULLIF(c.approved_by, ''), :approved_by), :recorded_at, c.entries
FROM place AS p
CROSS JOIN candidate AS c
WHERE c.voucher = p.voucher AND c.line = 1
"""
"""Numbered by date, money in before money out, then row: the order in which one by one they would have been posted.

Only what decides the order is sorted, and not whole vouchers. SQLite inserts in the order of `place`, row by row, and
would refuse a gap in the numbers, and what was carried over taken back before what the new year received of it.
PostgreSQL looks at all of them together, in whatever order.
"""

POOLED: Final = "SELECT 1 FROM candidate WHERE kind = 'pooling' LIMIT 1"
GIVER_FIRST: Final = "ORDER BY c.voucher"
"""SQLite refuses a fund what is pooled before another gave it; what is pooled is an act of few vouchers."""


def insert_candidates(connection: Connection, prepared_by: str, approved_by: str) -> None:
    """Post everything that is staged: entries first, then their vouchers, as the database demands.

    `approved_by` approved what does not name its own approver.
    """
    connection.exec_driver_sql(ENTRIES)
    said = {"prepared_by": prepared_by, "approved_by": approved_by, "recorded_at": now()}
    pooled = dialect.rows_of(connection, POOLED)
    dialect.rows_of(connection, VOUCHERS + GIVER_FIRST if pooled else VOUCHERS, said)
