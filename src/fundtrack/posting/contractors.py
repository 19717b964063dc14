"""To whom what is bound to contracts is still bound: of each line and contract, every contractor's part.

The book holds what a line has left under a contract, whoever was paid of it. What each contractor was bound, less what
was freed, applied for or paid in its name, is its part; what was taken beyond a part came out of those of the others.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from fundtrack import money
from fundtrack.errors import UsageError
from fundtrack.ledger.rows import voucher_number
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fundtrack.posting.draft import Draft, Entry

SAME: Final = """
SELECT v.fund, v.year, v.number FROM voucher AS v
JOIN entry AS e ON e.voucher = v.id AND e.unit = :unit AND e.debit = :debit AND e.amount = :amount AND e.red = :red
WHERE v.contract = :contract AND v.fund = :fund AND v.kind = 'commitment' AND {alike}
    AND v.reverses IS NULL AND NOT EXISTS (SELECT 1 FROM voucher AS back WHERE back.reverses = v.id)
ORDER BY v.id LIMIT 1
"""
"""A commitment that stands and says the same."""

CHANGE: Final = SAME.format(alike="v.narration = :said")
DAY: Final = SAME.format(alike="v.date = :date AND v.document = :document")

BOUND: Final = """
SELECT fund, substr(code, 6), contract, total FROM commitment WHERE total > 0 ORDER BY fund, code, contract
"""
PARTS: Final = """
SELECT c.fund, substr(c.code, 6), c.contract, v.payee,
    SUM((1 - 2 * e.red) * CASE e.credit WHEN c.code THEN e.amount ELSE -e.amount END)
FROM commitment AS c
JOIN voucher AS v ON v.contract = c.contract AND v.contract <> '' AND v.fund || '' = c.fund
JOIN entry AS e ON e.voucher = v.id AND e.unit = c.unit AND c.code IN (e.debit, e.credit)
WHERE c.total > 0
GROUP BY c.fund, c.code, c.contract, v.payee
ORDER BY c.fund, c.code, c.contract, v.payee
"""
"""What each contractor was bound and took; without `|| ''`, SQLite reads all vouchers of a fund for each contract."""


def refuse_same_change(connection: Connection, entry: Entry, contract: str, said: str) -> None:
    """Refuse what a signed change of a contract bound already, out of the same line.

    Raises UsageError (`commit-same`).
    """
    if number := _same(connection, CHANGE, entry, contract, said=said):
        raise UsageError("commit-same", said=said, number=number, amount=money.grouped(entry.amount))


def bound_that_day(connection: Connection, draft: Draft) -> str:
    """Return the voucher that bound as much of the same line to the same contract by a document, on one day, if any."""
    asked = {"date": draft.date.isoformat(), "document": draft.document}
    return _same(connection, DAY, draft.entries[0], draft.contract, **asked)


def _same(connection: Connection, select: str, entry: Entry, contract: str, **alike: str) -> str:
    """Return the number of a commitment that stands and says the same; empty where there is none."""
    asked = {
        "fund": entry.debit.fund, "unit": entry.unit, "debit": entry.debit.code, "amount": entry.amount,
        "red": entry.red, "contract": contract, **alike,
    }  # fmt: skip
    found = dialect.rows_of(connection, select, asked)
    return voucher_number(*found[0]) if found else ""


def bound_by_contractor(connection: Connection) -> dict[tuple[str, str], tuple[tuple[str, str, int], ...]]:
    """Return, by fund and name of line, what is bound: the contract, the contractor and the fen of each part."""
    nets: defaultdict[tuple[str, str, str], dict[str, int]] = defaultdict(dict)
    for fund, name, contract, payee, net in dialect.rows_of(connection, PARTS):
        nets[fund, name, contract][payee] = int(net)
    bound: defaultdict[tuple[str, str], list[tuple[str, str, int]]] = defaultdict(list)
    for fund, name, contract, total in dialect.rows_of(connection, BOUND):
        parts = parted(int(total), nets.get((fund, name, contract), {}))
        bound[fund, name] += [(contract, payee, held) for payee, held in parts.items()]
    return {line: tuple(parts) for line, parts in bound.items()}


def parted(total: int, nets: dict[str, int]) -> dict[str, int]:
    """Return every contractor's part of what is bound; what others took too much is taken off the largest first."""
    parts = {payee: net for payee, net in nets.items() if net > 0} or {"": total}
    over = sum(parts.values()) - total
    for payee in sorted(parts, key=lambda one: -parts[one]):
        taken = min(over, parts[payee])
        over -= taken
        parts[payee] -= taken
    return {payee: held for payee, held in parts.items() if held}
