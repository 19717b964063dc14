"""Bank accounts without a statement: what moved on them was compared with nothing.

An account whose statements are entered has one for every month in which it moves, from the first on: that of a month
which is missing keeps it open. One of which none was ever entered keeps nothing open, for a bureau may compare on
paper; but it is said whenever a month is closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fundtrack.schema import dialect

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fundtrack.book.periods import Month

FIRST: Final = """
SELECT a.bank, MIN(l.date) FROM bank_account AS a
JOIN book_bank_lines AS l ON l.bank IN (a.bank, a.number)
GROUP BY a.bank
"""
MOVED: Final = """
SELECT DISTINCT a.bank FROM account AS a
WHERE a.kind = 'cash' AND a.bank IS NOT NULL AND EXISTS (
    SELECT 1 FROM daily_balance AS d WHERE d.fund = a.fund AND d.unit = a.unit AND d.code = a.code AND d.day <= :day)
ORDER BY a.bank
"""
"""What moved, or was opened with something, by a day."""


def stated_since(connection: Connection) -> dict[str, str]:
    """Return the month of the first line of each account's statements, `2015-03`; no account without any."""
    return {bank: date[:7] for bank, date in dialect.rows_of(connection, FIRST)}


def unstated(connection: Connection, until: Month) -> list[str]:
    """Return the accounts that moved up to the end of a month and of which no statement up to then was ever entered."""
    since = stated_since(connection)
    moved = dialect.rows_of(connection, MOVED, {"day": until.last.toordinal()})
    return [bank for (bank,) in moved if since.get(bank, "9999-12") > str(until)]
