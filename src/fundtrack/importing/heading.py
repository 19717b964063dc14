"""The head of a table: where its header row stands, and what the cells above it say."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from fundtrack.errors import FormatError
from fundtrack.importing import cells
from fundtrack.money import FACTORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from fundtrack.importing.layout import Layout

SEARCHED: Final = 50
"""Rows in which the header must stand."""

UNIT: Final = r"(?:人\s*民\s*币\s*)?((?:[十百千万萬亿億]\s*)*元)"
STATED: Final = re.compile(rf"单\s*位\s*:?\s*{UNIT}(?!\w)|\(\s*{UNIT}\s*\)|^\s*{UNIT}\s*$|以\s*{UNIT}\s*为")
"""How a title states the unit of a table: 单位：万元, （万元）, 以万元为单位, or a cell of its own."""

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

    def lacks(self, names: Iterable[str]) -> list[str]:
        """Return the columns that the table has not."""
        return [name for name in names if cells.column(name)[0] not in self.index]

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

    def stated(self) -> set[str]:
        """Return the units that are stated above the header, however they are; a bureau is no unit."""
        cells_above = [cell for _, row in self.above for cell in row if "元" in cell]
        found = (one for cell in cells_above for one in STATED.finditer(unicodedata.normalize("NFKC", cell)))
        return {"".join(next(filter(None, one.groups())).split()) for one in found}


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


def fitted(layout: Layout, heading: Heading) -> Layout:
    """Return a layout without the optional columns that a table has not.

    Raises FormatError (`column-missing`) that names all the others that it lacks.
    """
    columns = {
        field: source
        for field, source in layout.columns.items()
        if not (source.optional and heading.lacks(source.columns))
    }
    sources = [source for source in (*columns.values(), layout.key_account, layout.kind_column) if source]
    needed = dict.fromkeys([*(name for source in sources for name in source.columns), *layout.key])
    if missing := heading.lacks(needed):
        raise FormatError("column-missing", row=heading.row, name="、".join(missing))
    absent = heading.lacks(layout.private)
    return replace(layout, columns=columns, private=tuple(name for name in layout.private if name not in absent))


def unit(layout: Layout, heading: Heading, columns: Sequence[str]) -> str:
    """Return the unit of the amounts: declared, in brackets behind a column, or above the header; all must agree.

    Raises FormatError (`unit-missing`, `unit-conflict`, `unit-unknown`).
    """
    declared, above = layout.unit, heading.stated()
    said = {heading.units[cells.column(name)[0]] for name in columns} | above
    beside = declared if isinstance(declared, str) else heading.beside(declared.label).removeprefix("人民币")
    if beside in FACTORS or not above:
        said.add(beside)
    said.discard("")
    if len(said) != 1:
        raise FormatError("unit-conflict" if said else "unit-missing", row=heading.row, units="、".join(sorted(said)))
    (stated,) = said
    if stated not in FACTORS:
        raise FormatError("unit-unknown", row=heading.row, unit=stated)
    return stated
