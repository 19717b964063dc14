"""Where each field's text stands: in a cell of the row, or behind the row, where joined and labelled texts are put."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from fundtrack.importing.heading import Heading
    from fundtrack.importing.layout import Source


def picker(places: Sequence[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Return what picks cells from a row, always as a tuple."""
    if len(places) == 1:
        return lambda row: (row[places[0]],)
    return itemgetter(*places)


class Places:
    """The places of all sources of a layout under a header, so that a row costs no look-up by name.

    A row is read as its cells, an empty one, the cells above the header that labels name, and its joined columns.
    Raises FormatError when a column is missing.
    """

    def __init__(self, head: Heading, sources: Iterable[Source]) -> None:
        """Give every source its place."""
        self._head = head
        width = len(head.names)
        labels = [source for source in sources if source.label]
        joined = [source for source in sources if len(source.columns) > 1]
        self._above = ("", *(head.beside(source.label) for source in labels))
        self._joined = [picker([head.place(name) for name in source.columns]) for source in joined]
        self._behind = {source: width + nth for nth, source in enumerate([*labels, *joined], 1)}

    def of(self, source: Source | None) -> int:
        """Return the place of a source in an extended row; that of the empty cell for none."""
        if source is None:
            return len(self._head.names)
        return self._behind[source] if source in self._behind else self._head.place(source.columns[0])

    def extend(self, row: list[str]) -> Sequence[str]:
        """Return a row with what is put behind it."""
        if self._joined:
            return (*row, *self._above, *[" ".join(pick(row)) for pick in self._joined])
        return (*row, *self._above)
