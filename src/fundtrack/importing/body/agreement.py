"""Columns of a row that must say the same, such as whom a payment was meant for and who got it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fundtrack import money
from fundtrack.errors import FormatError
from fundtrack.identifier import covered
from fundtrack.importing.values import cells
from fundtrack.importing.values.fields import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fundtrack.importing.header.heading import Heading
    from fundtrack.importing.layout import Layout


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
            if row[first] == row[second]:
                continue
            one, two = cells.label(row[first]), cells.label(row[second])
            if NOTHING.isdisjoint((one, two)) and not _same(one, two):
                yield FormatError("columns-differ", column=name, text=covered(one), other=other, said=covered(two))


def _same(one: str, two: str) -> bool:
    """Say whether two cells say the same: one amount, or one text, of which what is masked is not compared."""
    one, two = one.casefold(), two.casefold()
    if "*" in one + two:
        (head, tail), (first, last) = _ends(one), _ends(two)
        length, behind = min(len(head), len(first)), min(len(tail), len(last))
        return head[:length] == first[:length] and tail[:behind] == last[:behind]
    if one == two:
        return True
    if one.isdigit() and two.isdigit():
        return False
    try:
        return money.parse(one) == money.parse(two)
    except FormatError:
        return False


def _ends(cell: str) -> tuple[str, str]:
    """Return what stands before what is masked, and behind it backwards; of a cell that is not masked all, twice."""
    return cell.partition("*")[0], cell.rpartition("*")[2][::-1]
