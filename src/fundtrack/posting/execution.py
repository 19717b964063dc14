"""What payments execute of quota: each staged payment of a fund under quota control gets its entry beside the cash.

A payment comes out of the one line of its fund, year and use that pays for its project, or of the line that it names.
Where several would do nobody guesses, and `no-quota` says so. Under a contract to which the line has bound anything it
takes what is bound, never what is available: `paid-beyond-commitment` refuses more. A refund gives back to the line
what its payment took, within the year; what comes back of an earlier year's payment restores no quota and goes to the
fund's balance (domain report, 3.1, 9b), or off the advance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fundtrack.checking.candidates import CONTROLLED

if TYPE_CHECKING:
    from sqlalchemy import Connection


FITTING: Final = """
INSERT INTO execution (voucher, line, project, unit, freed, paid, amount, red)
SELECT c.voucher, q.line, q.project, paid.unit, free.code || ':' || q.name, paid.code || ':' || q.name, c.amount, c.red
FROM candidate AS c
JOIN quota_heading AS paid ON paid.fund = c.fund AND paid.status = 'paid' AND paid.day <= c.day
JOIN quota_heading AS free ON free.fund = c.fund AND free.status = 'available'
JOIN quota AS q ON q.fund = c.fund AND q.year = c.year AND q.use <> '' AND {}
WHERE c.entries = 1 AND c.red = 0 AND (c.kind IN ('disbursement', 'bank-charge', 'advance') OR (
    c.kind = 'adjustment' AND EXISTS (SELECT 1 FROM account AS a
        WHERE a.fund = c.fund AND a.unit = c.unit AND a.code = c.debit AND a.kind IN ('use', 'advance'))))
"""
"""Every line that could pay each payment, of those that one way of finding it gives."""

FOUND: Final = (
    "c.quota <> '' AND q.number = c.quota",
    "c.quota = '' AND q.use = c.debit AND q.project IN ('', c.project)",
    """c.quota = '' AND q.use <> c.debit AND q.project IN ('', c.project) AND (c.kind = 'advance' OR EXISTS (
        SELECT 1 FROM account AS a
        WHERE a.fund = c.fund AND a.unit = c.unit AND a.code = c.debit AND a.kind = 'advance'))""",
)
"""The line that is named; those of the use; for an advance, which charges no use yet, those of any."""

OWN_PROJECT: Final = """
DELETE FROM execution WHERE project = '' AND EXISTS (
    SELECT 1 FROM execution AS own WHERE own.voucher = execution.voucher AND own.project <> '')
"""
"""A line for the project itself comes before one for any."""

ONLY: Final = """
DELETE FROM execution WHERE voucher IN (SELECT voucher FROM execution GROUP BY voucher HAVING COUNT(*) > 1)
"""

BOUND: Final = """
UPDATE execution SET freed = (
    SELECT h.code || ':' || q.name FROM candidate AS c
    JOIN quota_heading AS h ON h.fund = c.fund AND h.status = 'committed'
    JOIN quota AS q ON q.fund = c.fund AND q.line = execution.line
    WHERE c.voucher = execution.voucher AND c.line = 1)
WHERE voucher IN (
    SELECT c.voucher FROM execution AS e
    JOIN candidate AS c ON c.voucher = e.voucher AND c.line = 1 AND c.contract <> ''
    JOIN quota AS q ON q.fund = c.fund AND q.line = e.line
    JOIN quota_heading AS h ON h.fund = c.fund AND h.status = 'committed'
    JOIN contract_bound AS m ON m.contract = c.contract AND m.fund = c.fund AND m.code = h.code || ':' || q.name)
"""
"""Once its line has bound anything to the contract of a payment, that is all that it may take."""

GIVEN_BACK: Final = """
INSERT INTO execution (voucher, line, project, unit, freed, paid, amount, red)
SELECT c.voucher, q.line, '', took.unit, COALESCE((
        SELECT reserved.debit FROM entry AS reserved JOIN quota_heading AS applied ON applied.fund = reserved.fund
            AND applied.status = 'applied' AND reserved.credit = applied.code || ':' || q.name
        WHERE reserved.voucher = took.cites AND reserved.debit <> took.credit), (
        SELECT came.debit FROM voucher AS back JOIN entry AS came ON came.voucher = back.cites
            AND came.unit = took.unit AND came.credit = took.credit
        WHERE back.id = took.cites AND back.kind = 'returned-payment'), took.debit),
    took.credit, c.amount, 1
FROM candidate AS c
LEFT JOIN voucher AS verified ON verified.id = c.cites AND verified.kind = 'verification'
JOIN (SELECT v.id, v.year, v.cites, e.fund, e.unit, e.debit, e.credit
    FROM voucher AS v JOIN entry AS e ON e.voucher = v.id
    UNION ALL SELECT p.voucher, p.year, p.cites, p.fund, p.unit, p.debit, p.credit FROM candidate AS p
) AS took ON took.id = COALESCE(verified.cites, c.cites) AND took.year = c.year
JOIN quota_heading AS paid ON paid.fund = c.fund AND paid.status = 'paid'
JOIN quota AS q ON q.fund = c.fund AND took.credit = paid.code || ':' || q.name AND q.year = c.year
WHERE c.kind = 'refund' AND c.entries = 1 AND c.red = 1
"""
"""What a refund gives back: to where its payment took it from, or the application or first payment that it paid.

What was verified was paid by the advance.
"""

EARLIER_YEAR: Final = """
UPDATE candidate SET debit = credit, red = 0,
    credit = (SELECT MIN(a.code) FROM account AS a
        WHERE a.fund = candidate.fund AND a.unit = candidate.unit AND a.kind = 'balance')
WHERE kind = 'refund' AND reverses = 0 AND entries = 1 AND red = 1
    AND NOT EXISTS (SELECT 1 FROM account AS a
        WHERE a.fund = candidate.fund AND a.unit = candidate.unit AND a.code = candidate.debit AND a.kind = 'advance')
    AND EXISTS (SELECT 1 FROM quota_heading AS h WHERE h.fund = candidate.fund AND h.day <= candidate.day)
    AND EXISTS (SELECT 1 FROM voucher AS v WHERE v.id = candidate.cites AND (v.year < candidate.year OR EXISTS (
        SELECT 1 FROM entry AS e
        JOIN quota_heading AS h ON h.fund = e.fund AND h.status = 'paid'
        JOIN quota AS q ON q.fund = e.fund AND e.credit = h.code || ':' || q.name AND q.year < candidate.year
        WHERE e.voucher = CASE v.kind WHEN 'verification' THEN v.cites ELSE v.id END)
        OR (v.kind = 'verification' AND EXISTS (
            SELECT 1 FROM voucher AS o WHERE o.id = v.cites AND (o.year < candidate.year OR o.kind = 'opening')))))
"""
"""What comes back of a payment of an earlier year, or out of a line of one, is the fund's balance.

So is what comes back of a verification whose advance was paid in one, or was brought forward.

An advance was never spent: what comes back of it is held no more by whom it was paid to, in whatever year.
"""

BESIDE: Final = """
INSERT INTO candidate (voucher, line, fund, year, date, day, kind, project, payee, narration, document, bank, bank_ref,
    payee_id, payee_account, contract, quota, link, reverses, cites, natural_key, occurrence, batch, row, chart,
    fund_basis, entries, outflow, unit, debit_fund, debit, credit_fund, credit, amount, red)
SELECT c.voucher, 2, c.fund, c.year, c.date, c.day, c.kind, c.project, c.payee, c.narration, c.document, c.bank,
    c.bank_ref, c.payee_id, c.payee_account, c.contract, c.quota, c.link, c.reverses, c.cites, c.natural_key,
    c.occurrence, c.batch, c.row, c.chart, c.fund_basis, 2, c.outflow, e.unit, c.fund, e.freed, c.fund, e.paid,
    e.amount, e.red
FROM execution AS e
JOIN candidate AS c ON c.voucher = e.voucher AND c.line = 1
"""

ENTRIES: Final = "UPDATE candidate SET entries = 2 WHERE line = 1 AND voucher IN (SELECT voucher FROM execution)"


def execute_quota(connection: Connection) -> None:
    """Give the staged payments and refunds of funds under quota control their entries in quota."""
    if connection.exec_driver_sql(CONTROLLED).first() is None:
        return
    for statement in ("DELETE FROM execution", *map(FITTING.format, FOUND), OWN_PROJECT, ONLY, BOUND, BESIDE, ENTRIES):
        connection.exec_driver_sql(statement)
    for statement in ("DELETE FROM execution", EARLIER_YEAR, GIVEN_BACK, BESIDE, ENTRIES):
        connection.exec_driver_sql(statement)
