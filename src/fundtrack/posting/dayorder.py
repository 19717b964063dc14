"""The order within a day in which no balance dips: a refund before a payment that only it lets the fund make.

A day is judged at its end (I4), and PostgreSQL looks at all that is posted together; SQLite moves balances voucher by
voucher and refuses the first that would stand below zero. So what comes back on the day of its own payment, and else
stands behind it, goes in before it where money is that short. Both databases number in the same order.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    Moves = dict[tuple[str, str, str], int]

BEHIND: Final = 2
"""The outflow of a refund behind an original of its own file and day: not before it with the other inflows."""

ANY: Final = f"SELECT 1 FROM candidate WHERE outflow = {BEHIND} LIMIT 1"

DIPS: Final = f"""
SELECT DISTINCT fund, day FROM (
    SELECT p.fund, p.day, b.opening, b.total + SUM(p.controlled * p.amount) OVER (
            PARTITION BY p.fund, p.unit, p.code ORDER BY p.day, c.outflow, p.voucher) AS held
    FROM candidate_postings AS p
    JOIN candidate AS c ON c.voucher = p.voucher AND c.line = p.line
    JOIN balance AS b ON b.fund = p.fund AND b.unit = p.unit AND b.code = p.code
    WHERE p.controlled <> 0 AND p.fund IN (SELECT fund FROM candidate WHERE outflow = {BEHIND})
) AS running
WHERE held < 0 AND held < opening
"""

MOVES: Final = text("""
SELECT p.voucher, p.day, c.outflow, p.unit, p.code, p.controlled * p.amount AS amount, b.total, b.opening
FROM candidate_postings AS p
JOIN candidate AS c ON c.voucher = p.voucher AND c.line = p.line
JOIN balance AS b ON b.fund = p.fund AND b.unit = p.unit AND b.code = p.code
WHERE p.controlled <> 0 AND p.fund = :fund AND p.day <= :day
ORDER BY p.day, c.outflow, p.voucher
""")

PLACE: Final = text("UPDATE candidate SET outflow = :place WHERE voucher = :voucher")


def order_days(connection: Connection) -> set[int]:
    """Put candidates into an order in which nothing dips; return those of days that have none."""
    if connection.exec_driver_sql(ANY).first() is None:
        return set()
    stuck: set[int] = set()
    for fund, day in connection.exec_driver_sql(DIPS).all():
        held, floors, vouchers = _day(connection, fund, day)
        placed = _placed(held, floors, vouchers)
        if len(placed) < len(vouchers):
            stuck |= vouchers.keys()
        for place, voucher in enumerate(placed):
            connection.execute(PLACE, {"place": place, "voucher": voucher})
    return stuck


def _day(connection: Connection, fund: str, day: int) -> tuple[Moves, Moves, dict[int, Moves]]:
    """Return what a fund's accounts hold before a day's candidates, how low each may go, and what each moves."""
    held: Moves = {}
    floors: Moves = {}
    vouchers: dict[int, Moves] = {}
    for row in connection.execute(MOVES, {"fund": fund, "day": day}):
        account = (fund, row.unit, row.code)
        held.setdefault(account, int(row.total))
        floors[account] = min(0, int(row.opening))
        if row.day < day:
            held[account] += row.amount
        else:
            vouchers.setdefault(row.voucher, defaultdict(int))[account] += row.amount
    return held, floors, vouchers


def _placed(held: Moves, floors: Mapping[tuple[str, str, str], int], vouchers: Mapping[int, Moves]) -> list[int]:
    """Return vouchers in order, each the first that leaves no account lower than it may go; as far as there is one."""
    waiting, placed = dict(vouchers), list[int]()
    while fits := next((one for one, moves in waiting.items() if _holds(held, floors, moves.items())), 0):
        for account, amount in waiting.pop(fits).items():
            held[account] += amount
        placed.append(fits)
    return placed


def _holds(
    held: Moves, floors: Mapping[tuple[str, str, str], int], moves: Iterable[tuple[tuple[str, str, str], int]]
) -> bool:
    return all(amount >= 0 or held[account] + amount >= floors[account] for account, amount in moves)
