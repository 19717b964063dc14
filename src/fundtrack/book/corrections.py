"""Corrections of rows that wait: what a cell of a file should have said, by whom and why; the original stays."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

CHANNEL: Final = ("fund", "bank", "quota", "source")
"""Fields that may say of which fund a row is: itself, by the account that pays, or by the quota that does."""

GUARDED: Final = frozenset({*CHANNEL, "amount", "amount-in", "amount-out", "approver"})
"""Fields that nobody corrects alone: the channel, the sum, and who answers for it."""


class Correction(NamedTuple):
    """A cell of a waiting row, by its place from 0, and what it says instead; a later one of a cell is what counts.

    `field` is what the page reads there, `workbook` the SHA-256 of the file in which somebody said so. The last of a
    row in a workbook says by how many fen the row `moves` the sum of its file, and whether its amount `reads` by now: 1
    where it did not before, -1 where it did.
    """

    seq: int
    batch: int
    row: int
    cell: int
    column_name: str
    field: str
    old: str
    new: str
    reason: str
    workbook: str
    corrected_at: str
    corrected_by: str
    approved_by: str
    moves: int | None = None
    reads: int | None = None


SELECT: Final = f"SELECT {', '.join(Correction._fields)} FROM correction"
OF_VOUCHER: Final = f"""
{SELECT} WHERE (batch, row) IN (
    SELECT COALESCE(v.batch, first.batch), COALESCE(v.row, first.row) FROM voucher AS v
    LEFT JOIN voucher AS first ON first.id = v.link WHERE v.id = :voucher)
ORDER BY seq
"""


def corrections(connection: Connection) -> list[Correction]:
    """Return every correction of a book, in the order in which they were made."""
    return [Correction(*row) for row in dialect.rows_of(connection, f"{SELECT} ORDER BY seq")]


def of_batch(connection: Connection, batch: int) -> list[Correction]:
    """Return the corrections of the rows of a batch, in their order."""
    return [Correction(*row) for row in dialect.rows_of(connection, f"{SELECT} WHERE batch = {batch:d} ORDER BY seq")]


def of_voucher(connection: Connection, voucher: int) -> list[Correction]:
    """Return the corrections that count of the row from which a voucher came; a share of a bill came by the first's."""
    found = in_force(Correction(*row) for row in dialect.rows_of(connection, OF_VOUCHER, {"voucher": voucher}))
    return [one for of in found.values() for _, one in sorted(of.items())]


def in_force(found: Iterable[Correction]) -> dict[int, dict[int, Correction]]:
    """Return the corrections that count, by row and cell."""
    last: defaultdict[int, dict[int, Correction]] = defaultdict(dict)
    for one in found:
        last[one.row][one.cell] = one
    return dict(last)
