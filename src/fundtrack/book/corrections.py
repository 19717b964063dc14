"""Corrections of rows that wait: what a cell of a file should have said, by whom and why; the original stays."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

GUARDED: Final = frozenset({"fund", "amount", "amount-in", "amount-out"})
"""Fields that nobody corrects alone: the channel, and the sum."""


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


def corrections(connection: Connection) -> list[Correction]:
    """Return every correction of a book, in the order in which they were made."""
    return [Correction(*row) for row in dialect.rows_of(connection, f"{SELECT} ORDER BY seq")]


def of_batch(connection: Connection, batch: int) -> list[Correction]:
    """Return the corrections of the rows of a batch, in their order."""
    return [Correction(*row) for row in dialect.rows_of(connection, f"{SELECT} WHERE batch = {batch:d} ORDER BY seq")]


def in_force(found: Iterable[Correction]) -> dict[int, dict[int, Correction]]:
    """Return the corrections that count, by row and cell."""
    last: defaultdict[int, dict[int, Correction]] = defaultdict(dict)
    for one in found:
        last[one.row][one.cell] = one
    return dict(last)
