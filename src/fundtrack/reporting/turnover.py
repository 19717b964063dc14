"""What the postings of a book come to by fund, kind of account, use, and what is asked of the vouchers: one select."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

OF_VOUCHER: Final = {
    "project": "v.project",
    "payee": "v.payee",
    "year": "v.year",
    "period": "CAST(substr(v.date, 6, 2) AS INTEGER)",
    "quota_line": "COALESCE(own.line, cited.line, '')",
}

KIND: Final = """CASE
        WHEN a.kind = 'balance' AND s.act <> 'opening' THEN 'recovered'
        WHEN a.kind = 'quota-received' AND s.act = 'pooling' THEN 'quota-pooled'
        WHEN a.kind = 'quota-received' AND q.parent IS NOT NULL THEN 'quota-carried-in'{returned}
        ELSE a.kind END"""
"""What moved: the kind of the account, or what of it has a name of its own."""

RETURNED: Final = """
        WHEN a.kind = 'quota-paid' AND q.of_year < s.year THEN 'quota-returned'"""
"""By year, what a payment of an earlier year's line gives back is not paid less in this one."""

LINES: Final = """line_of AS MATERIALIZED (
    SELECT e.voucher, MIN(e.fund || '-' || substr(e.credit, 6)) AS line
    FROM entry AS e
    JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code = e.credit
    WHERE a.kind IN ('quota-paid', 'quota-applied')
    GROUP BY e.voucher
), """
"""The line that each voucher pays from or applies for."""

OF_LINE: Final = """
    LEFT JOIN line_of AS own ON own.voucher = v.id
    LEFT JOIN line_of AS cited ON cited.voucher = v.cites"""

ACT: Final = "CASE WHEN v.kind IN ('opening', 'pooling') THEN v.kind ELSE '' END"
"""The acts of which money and quota come to something else than by others."""

TURNOVER: Final = """
WITH {lines}summed AS MATERIALIZED (
    SELECT e.fund, {act} AS act, {expressions}e.debit, e.credit,
        SUM((1 - 2 * e.red) * e.amount) AS amount
    FROM voucher AS v{of_line}
    CROSS JOIN entry AS e
    WHERE e.voucher = v.id AND e.unit = :unit{until}
    GROUP BY e.fund, {act}, {names}e.debit, e.credit
)
SELECT s.fund, {kind} AS kind, CASE a.kind WHEN 'use' THEN a.code ELSE COALESCE(q.of_use, '') END AS "use",
    {quota}{names}SUM(s.amount) AS amount
FROM (
    SELECT fund, act, {names}debit AS code, amount FROM summed
    UNION ALL
    SELECT fund, act, {names}credit, -amount FROM summed
) AS s
JOIN account AS a ON a.fund = s.fund AND a.unit = :unit AND a.code = s.code
LEFT JOIN (
    SELECT fund AS of_fund, name AS line, use AS of_use, year AS of_year, parent FROM quota
) AS q ON q.of_fund = a.fund AND q.line = substr(a.code, 6)
GROUP BY s.fund, {kind}, "use"{grouped}
"""
"""What the postings of the views come to, in one pass: a million entries are summed before their accounts are joined.
An entry counts by its voucher, for on SQLite a stock client can leave one without any. `fund-balances` says the same
over the views."""


def turnover(asked: Sequence[str], as_of: date | None = None) -> str:
    """Return the select of what moved by fund, kind of account, use, and what is asked of the vouchers, up to a day."""
    of_line = "quota" in asked
    names = [key for key in (*asked, *["quota_line"] * of_line) if key in OF_VOUCHER]
    line = "CASE WHEN a.kind LIKE 'quota-%' THEN s.fund || '-' || substr(a.code, 6) ELSE quota_line END"
    return TURNOVER.format(
        lines=LINES if of_line else "",
        of_line=OF_LINE if of_line else "",
        quota=f"{line} AS quota, " if of_line else "",
        act=ACT,
        kind=KIND.format(returned=RETURNED if "year" in asked else ""),
        until=f" AND v.day <= {as_of.toordinal():d}" if as_of else "",
        expressions="".join(f"{OF_VOUCHER[name]} AS {name}, " for name in names),
        names="".join(f"{name}, " for name in names),
        grouped="".join(f", {name}" for name in names) + (f", {line}" if of_line else ""),
    )
