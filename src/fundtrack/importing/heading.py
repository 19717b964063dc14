"""The head of a table: where its header row stands, and what the cells above it say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from fundtrack.errors import FormatError
from fundtrack.importing import cells
from fundtrack.money import FACTORS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fundtrack.importing.layout import Layout

SEARCHED: Final = 50
"""Rows in which the header must stand."""

Numbered = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Heading:
    """A header row: its number and cells, the place and the unit in brackets of each column, and the rows above it."""

    row: int
    cells: tuple[str, ...]
    names: tuple[str, ...]
    index: Mapping[str, int]
    units: Mapping[str, str]
    above: tuple[Numbered, ...]

    def place(self, name: str) -> int:
        """Return where a column stands. Raises FormatError when the table has it not, or twice."""
        plain, _ = cells.column(name)
        if plain not in self.index:
            raise FormatError("column-missing", row=self.row, name=name)
        if self.names.count(plain) > 1:
            raise FormatError("column-twice", row=self.row, name=name)
        return self.index[plain]

    def beside(self, label: str) -> str:
        """Return what stands above the header behind a label and a colon, or in the cell beside it; else nothing."""
        pattern = re.compile(rf"(?:^|[\s(（,，;；]){re.escape(label)}\s*[:：]\s*([^\s:：)）]*)")
        for _, row in self.above:
            for at, cell in enumerate(row):
                found = pattern.search(cell)
                if found and found[1]:
                    return found[1]
                if found or cells.label(cell) == label:
                    return next((other.strip() for other in row[at + 1 :] if other.strip()), "")
        return ""


def find(layout: Layout, rows: Iterator[Numbered]) -> tuple[Heading | None, list[Numbered]]:
    """Read rows up to the header and return it, or nothing and the rows read."""
    wanted = {cells.column(name)[0] for name in layout.header}
    above: list[Numbered] = []
    for number, row in islice(rows, SEARCHED):
        named = [cells.column(cell) for cell in row]
        names = tuple(name for name, _ in named)
        if wanted.issubset(names):
            index = {name: at for at, name in reversed([*enumerate(names)]) if name}
            return Heading(number, tuple(row), names, index, dict(named), tuple(above)), above
        above.append((number, row))
    return None, above


def unit(layout: Layout, heading: Heading, columns: Sequence[str]) -> str:
    """Return the unit of the amounts: declared, in brackets behind a column, or beside a label; all must agree.

    Raises FormatError (`unit-missing`, `unit-conflict`, `unit-unknown`).
    """
    declared = layout.unit
    said = {heading.units[cells.column(name)[0]] for name in columns}
    if isinstance(declared, str):
        said.add(declared)
    else:
        said.add(heading.beside(declared.label).removeprefix("人民币"))
    said.discard("")
    if len(said) != 1:
        raise FormatError("unit-conflict" if said else "unit-missing", row=heading.row, units="、".join(sorted(said)))
    (stated,) = said
    if stated not in FACTORS:
        raise FormatError("unit-unknown", row=heading.row, unit=stated)
    return stated
