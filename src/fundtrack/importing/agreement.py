"""Columns of a row that must say the same, such as whom a payment was meant for and who got it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fundtrack.errors import FormatError
from fundtrack.identifier import covered
from fundtrack.importing import cells
from fundtrack.importing.fields import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fundtrack.importing.heading import Heading
    from fundtrack.importing.layout import Layout

DECIMALS: Final = re.compile(r"-?\d+\.\d+", re.ASCII)


class Agreement:
    """The pairs of columns of a table that its page says are the same; one that is empty says nothing."""

    def __init__(self, layout: Layout, head: Heading) -> None:
        """Find those pairs of which the table has both. Raises FormatError where it has one twice."""
        has = (pair for pair in layout.same if not head.lacks(pair))
        self._pairs = [(names, tuple(map(head.place, names))) for names in has]

    def refuse(self, rows: Iterable[Sequence[str]]) -> None:
        """Raise FormatError (`columns-differ`) where any row differs."""
        for row in rows if self._pairs else ():
            for error in self.differing(row):
                raise error

    def differing(self, row: Sequence[str]) -> Iterator[FormatError]:
        """Give every pair of a row that differs; a number that may be a person's is masked."""
        for (name, other), (first, second) in self._pairs:
            one, two = _plain(row[first]), _plain(row[second])
            if one != two and NOTHING.isdisjoint((one, two)):
                yield FormatError("columns-differ", column=name, text=covered(one), other=other, said=covered(two))


def _plain(cell: str) -> str:
    """Return what two cells are compared by: without blanks, and an amount without commas and needless zeros."""
    text = cells.label(cell)
    bare = text.replace(",", "")
    return bare.rstrip("0").rstrip(".") if DECIMALS.fullmatch(bare) else bare if bare.isdigit() else text
