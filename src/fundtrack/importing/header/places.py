"""Where each field's text stands: in a cell of the row, or behind the row, where joined and labelled texts are put."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fundtrack.importing.values.cells import STROKES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fundtrack.importing.header.heading import Heading
    from fundtrack.importing.source import Source

    Column = Sequence[str]


class Places:
    """The places of all sources of a layout under a header, so that a row costs no look-up by name.

    A row is read as its cells, an empty one, the cells above the header that labels name, with what is constant, its
    joined columns, and those that others are behind; rows are read together, so each of these is a column. `filled` are
    the places of the latter by the name of their first column.
    Raises FormatError when a column is missing.
    """

    def __init__(self, head: Heading, sources: Iterable[Source]) -> None:
        """Give every source its place."""
        self._head = head
        width = len(head.names)
        labels = [source for source in sources if source.label or source.constant or source.of_file]
        joined = [source for source in sources if len(source.columns) > 1]
        behind = [source for source in sources if source.behind]
        self._above = ("", *(source.constant or head.says(source) for source in labels))
        self._joined = [[head.place(name) for name in source.columns] for source in joined]
        self._filled = [[head.place(name) for name in source.read] for source in behind]
        self._behind = {source: width + nth for nth, source in enumerate([*labels, *joined, *behind], 1)}
        self.filled = {source.columns[0]: self._behind[source] for source in behind}
        self.same = range(width, width + len(self._above))

    def of(self, source: Source | None) -> int:
        """Return the place of a source in extended columns; that of the empty cell for none."""
        if source is None:
            return len(self._head.names)
        return self._behind[source] if source in self._behind else self._head.place(source.columns[0])

    def extend(self, columns: Sequence[Column]) -> Sequence[Column]:
        """Return the columns of rows with what is put behind them; those in `same` are the same in all rows."""
        above = [(text,) * len(columns[0]) for text in self._above]
        joined = [[*map(" ".join, zip(*[columns[at] for at in places], strict=True))] for places in self._joined]
        filled = [[*map(_first, *[columns[at] for at in places])] for places in self._filled]
        return [*columns, *above, *joined, *filled]


def _first(*cells: str) -> str:
    """Return the first cell that says something; strokes alone name nobody."""
    return next((cell for cell in cells if cell.strip().strip(STROKES)), cells[0])
