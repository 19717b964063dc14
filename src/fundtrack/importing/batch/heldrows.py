"""The rows that are kept as rows, put aside in a file where there are many.

A list that is extended month by month has more rows that were posted before than memory should hold.
"""

from __future__ import annotations

import io
import json
import tempfile
import weakref
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fundtrack.importing.batch.tally import Reason
    from fundtrack.importing.body.blocks import Row

MOST: Final = 1 << 12
"""Rows that are held in memory."""


@dataclass(slots=True)
class Held:
    """A row that is kept as a row: it was not posted, or had been before."""

    sheet: str
    row: int
    state: str
    reasons: list[Reason]
    cells: list[str]
    amount: int | None
    natural_key: str = ""
    occurrence: int = 1
    says: str = ""

    def fields(self) -> tuple[object, ...]:
        """Return what it is made of, in order."""
        return (
            self.sheet, self.row, self.state, self.reasons, self.cells, self.amount, self.natural_key, self.occurrence,
            self.says,
        )  # fmt: skip


def holding(row: Row, state: str, reasons: list[Reason], key: str = "", occurrence: int = 1) -> Held:
    """Return a row as it is kept."""
    return Held(row.sheet, row.number, state, reasons, row.cells, row.amount, key, occurrence, row.says)


class HeldRows:
    """Rows in the order in which they came, counted and summed by state, in fen.

    What memory should not hold is in a file without a name, which goes with them.
    """

    def __init__(self, most: int = MOST) -> None:
        """Begin at none, to hold so many in memory at the most."""
        self._most = most
        self.counts: Counter[str] = Counter()
        self.amounts: Counter[str] = Counter()
        self._last: list[Held] = []
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - it ends with this
        weakref.finalize(self, self._file.close)

    def append(self, row: Held) -> None:
        """Hold a row."""
        self.counts[row.state] += 1
        self.amounts[row.state] += row.amount or 0
        self._last.append(row)
        if len(self._last) == self._most:
            self._file.seek(0, io.SEEK_END)
            self._file.writelines(json.dumps(one.fields()) + "\n" for one in self._last)
            self._last.clear()

    def __iter__(self) -> Iterator[Held]:
        """Give all rows. None may be held meanwhile."""
        self._file.seek(0)
        for line in self._file:
            yield Held(*json.loads(line))
        yield from self._last
