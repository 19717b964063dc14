"""Whether the months that were published are still what the book says: part of `doctor`.

A month is not written again as long as its vouchers are as many and end with the same one, so nobody who publishes
would see that one of them was changed past the program. Its list says what moved in each month; so do the entries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from fundtrack.book import periods
from fundtrack.errors import UsageError
from fundtrack.ledger.manifest import read_manifest
from fundtrack.money import plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from fundtrack.ledger.manifest import Month

MOVED: Final = """
SELECT e.fund, e.debit, e.credit, SUM((1 - 2 * e.red) * e.amount)
FROM voucher AS v JOIN entry AS e ON e.voucher = v.id
WHERE v.day BETWEEN :first AND :last AND v.id <= :until
GROUP BY e.fund, e.debit, e.credit
"""


def disagreements(connection: Connection, folder: Path) -> Iterator[UsageError]:
    """Yield the months in which a book moves something else than what it published."""
    for month in read_manifest(folder).months.values():
        published = {(fund, debit, credit): int(amount) for fund, debit, credit, amount in month.moved}
        now = _moved(connection, month)
        for fund, debit, credit in sorted(published.keys() | now.keys()):
            was, found = published.get((fund, debit, credit), 0), now.get((fund, debit, credit), 0)
            if was != found:
                sums = {"published": plain(was), "found": plain(found)}
                yield UsageError("published-differs", month=month.name, fund=fund, debit=debit, credit=credit, **sums)


def _moved(connection: Connection, month: Month) -> dict[tuple[str, str, str], int]:
    of = periods.Month(*map(int, month.name.split("-")))
    days = {"first": of.first.toordinal(), "last": of.last.toordinal(), "until": month.last}
    rows = connection.execute(text(MOVED), days).all()
    return {(fund, debit, credit): int(amount) for fund, debit, credit, amount in rows}
