"""What cash a fund holds of what a document gave, so that no more goes back with its quota than ever came.

Quota and cash fail separately: quota is received by a document, its cash comes later or never. What a line's document
brought is told by the vouchers that name it, in whichever brackets, and what it paid by the quota that was executed.
What came under no document that gave the fund quota may be any line's. What is owed to others is not there to be given
back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.book.documents import spelled
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fundtrack.chart.model import Quota

HELD: Final = """
SELECT CAST(COALESCE(SUM((1 - 2 * e.red) * e.amount * CASE WHEN a.code = e.debit THEN 1 ELSE -1 END), 0) AS BIGINT)
FROM account AS a
JOIN entry AS e ON e.fund = a.fund AND e.unit = a.unit AND a.code IN (e.debit, e.credit)
JOIN voucher AS v ON v.id = e.voucher
WHERE a.fund = :fund AND a.kind IN ('cash', 'payable')
"""
"""The cash of a fund less what it owes, for a payable stands on the other side."""

CAME: Final = """
SELECT v.document, CAST(SUM((1 - 2 * e.red) * e.amount * CASE WHEN a.code = e.debit THEN 1 ELSE -1 END) AS BIGINT)
FROM account AS a
JOIN entry AS e ON e.fund = a.fund AND e.unit = a.unit AND a.code IN (e.debit, e.credit)
JOIN voucher AS v ON v.id = e.voucher AND v.kind IN ('transfer-received', 'pooling', 'opening')
WHERE a.fund = :fund AND a.kind = 'cash'
GROUP BY v.document
"""
"""What came into a fund, by the document it came under."""

GAVE: Final = """
SELECT r.root, q.document, q.upper_document FROM quota AS q
JOIN quota_root AS r ON r.fund = q.fund AND r.line = q.line
WHERE q.fund = :fund AND q.parent IS NULL
UNION
SELECT r.root, v.document, '' FROM voucher AS v
JOIN entry AS e ON e.voucher = v.id
JOIN quota_root AS r ON r.fund = e.fund AND r.number = e.fund || '-' || substr(e.debit, 6)
WHERE v.fund = :fund AND v.kind = 'quota-received'
"""
"""Every document that gave a fund's root lines quota, or that one followed from."""

PAID: Final = """
SELECT r.root, CAST(SUM(b.total) AS BIGINT) FROM quota_root AS r
JOIN quota AS q ON q.fund = r.fund AND q.line = r.line
JOIN quota_heading AS h ON h.fund = q.fund AND h.status IN ('paid', 'applied')
JOIN balance AS b ON b.fund = q.fund AND b.unit = h.unit AND b.code = h.code || ':' || q.name
WHERE r.fund = :fund
GROUP BY r.root
"""
"""What was paid of each root line's quota, or is approved to be."""

WENT_BACK: Final = """
SELECT r.root, CAST(SUM((1 - 2 * c.red) * c.amount) AS BIGINT) FROM voucher AS v
JOIN entry AS c ON c.voucher = v.id
JOIN account AS a ON a.fund = c.fund AND a.unit = c.unit AND a.code = c.credit AND a.kind IN ('cash', 'payable')
JOIN (SELECT o.link, MIN(e.debit) AS debit FROM voucher AS o JOIN entry AS e ON e.voucher = o.id
    JOIN account AS q ON q.fund = e.fund AND q.unit = e.unit AND q.code = e.credit AND q.kind = 'quota-reclaimed'
    WHERE o.fund = :fund AND o.kind = 'reclaim' GROUP BY o.link) AS t ON t.link = v.link
JOIN quota_root AS r ON r.fund = v.fund AND r.number = v.fund || '-' || substr(t.debit, 6)
WHERE v.fund = :fund AND v.kind = 'reclaim'
GROUP BY r.root
"""
"""What went back, or is owed to the treasury, with the quota of each root line."""


class Taken(NamedTuple):
    """What of the quota taken back goes back in cash, of what the fund held of it before; in fen."""

    quota: int
    cash: int
    held: int


class Arrived:
    """The cash of one fund, as it is taken back line by line."""

    def __init__(self, connection: Connection, fund: str) -> None:
        """Look once; the caller holds the writer's turn."""
        asked = {"fund": fund}

        def by_root(select: str) -> Counter[int]:
            return Counter({int(root): int(fen) for root, fen in dialect.rows_of(connection, select, asked)})

        ((held,),) = dialect.rows_of(connection, HELD, asked)
        gave: defaultdict[str, set[int]] = defaultdict(set)
        for root, *documents in dialect.rows_of(connection, GAVE, asked):
            for document in documents:
                gave[spelled(document)].add(int(root))
        gave.pop("", None)
        self._held = int(held)
        self._anybodys = 0
        self._came: Counter[int] = Counter()
        for document, fen in dialect.rows_of(connection, CAME, asked):
            if spelled(document) not in gave:
                self._anybodys += int(fen)
            for root in gave.get(spelled(document), ()):
                self._came[root] += int(fen)
        self._came.subtract(by_root(PAID))
        self._came.subtract(by_root(WENT_BACK))

    def take(self, root: Quota, amount: int) -> Taken:
        """Take back the cash of an amount of quota of a root line, as far as it is there."""
        held = max(0, min(self._held, self._came[root.line] + self._anybodys))
        cash = min(amount, held)
        self._held -= cash
        self._came[root.line] -= cash
        return Taken(amount, cash, held)
