"""What the accounts of a fund changed by on each day: as its entries say, and as the book stores it."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from fundtrack.schema import dialect

if TYPE_CHECKING:
    from sqlalchemy import Connection

Days = dict[tuple[str, str], dict[int, int]]
"""What an account changed by on each day, by unit and code."""

CHANGES: Final = """
SELECT v.day, e.unit, e.debit, e.credit, SUM((1 - 2 * e.red) * e.amount)
FROM voucher AS v JOIN entry AS e ON e.voucher = v.id AND e.fund = v.fund
WHERE v.fund = :fund GROUP BY v.day, e.unit, e.debit, e.credit
"""
"""What moved between two accounts of a fund on each day: read once for all of them, for quota has hundreds."""

STORED_TOTALS: Final = "SELECT unit, code, controlled, total, opening FROM balance WHERE fund = :fund"
STORED_DAYS: Final = "SELECT unit, code, day, change FROM daily_balance WHERE fund = :fund"


def moved(connection: Connection, fund: str) -> Days:
    """Return what the entries of a fund change its accounts by."""
    changes: Days = defaultdict(Counter)
    for day, unit, debit, credit, amount in dialect.rows_of(connection, CHANGES, {"fund": fund}):
        changes[unit, debit][day] += int(amount)
        changes[unit, credit][day] -= int(amount)
    return changes


def stored_totals(connection: Connection, fund: str) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Return the side that is controlled of each account of a fund, its total and its opening, as stored."""
    rows = dialect.rows_of(connection, STORED_TOTALS, {"fund": fund})
    return {(unit, code): (side, total, opening) for unit, code, side, total, opening in rows}


def stored(connection: Connection, fund: str) -> Days:
    """Return what is stored of each account of a fund a day."""
    kept: Days = defaultdict(dict)
    for unit, code, day, change in dialect.rows_of(connection, STORED_DAYS, {"fund": fund}):
        kept[unit, code][int(day)] = int(change)
    return kept
