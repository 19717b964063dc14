"""What a workbook, or a filter in it, hides of a table and is read all the same: told, for nobody sees it there."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, Any, NamedTuple

from fundtrack import money
from fundtrack.importing.body.blocks import Block

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fundtrack.importing.body.blocks import Piece
    from fundtrack.importing.body.bound import Bound
    from fundtrack.importing.files.workbook import Sheet, Spans
    from fundtrack.importing.header.heading import Heading


class Unseen(NamedTuple):
    """Rows of data that are hidden, what they count, and columns that are read and hidden."""

    rows: tuple[int, ...]
    amount: int
    columns: tuple[str, ...]

    def spans(self, most: int) -> str:
        """Return the numbers of the rows as people write them, 5, 7–9, so many spans of them."""
        spans: list[list[int]] = []
        for row in self.rows:
            if spans and spans[-1][-1] == row - 1:
                spans[-1] = [spans[-1][0], row]
            else:
                spans.append([row])
        return ", ".join("–".join(map(str, span)) for span in spans[:most]) + ", …" * (len(spans) > most)

    def record(self) -> dict[str, Any]:
        """Return it for machine-readable output."""
        return {"rows": [*self.rows], "amount": money.plain(self.amount), "columns": [*self.columns]}


class Noting:
    """Notes what is hidden of a table as its rows are read."""

    def __init__(self, sheet: Sheet, head: Heading, columns: Bound) -> None:
        """Know what the sheet hides, and which of its columns are read."""
        rows, hidden = sheet.unseen
        self._rows = {*_each(rows)}
        places = [at - 1 for at in _each(hidden) if at - 1 in columns.mapped]
        self._columns = tuple(head.names[at] for at in places)
        self._found: list[int] = []
        self._amount = 0

    def note(self, piece: Piece) -> None:
        """Note the rows of data that are hidden."""
        if not self._rows:
            return
        if isinstance(piece, Block):
            hidden = [number in self._rows for number in piece.numbers]
            self._found += compress(piece.numbers, hidden)
            self._amount += sum(compress(piece.amounts, hidden))
        elif piece.state == "data" and piece.number in self._rows:
            self._found.append(piece.number)
            self._amount += piece.amount or 0

    @property
    def found(self) -> Unseen | None:
        """What is hidden and was read; None where nothing is."""
        return Unseen(tuple(self._found), self._amount, self._columns) if self._found or self._columns else None


def _each(spans: Spans) -> Iterable[int]:
    return (at for first, last in spans for at in range(first, last + 1))
