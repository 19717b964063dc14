"""Which cells of an ODS workbook are written in red: the reader of its values does not tell their styles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from defusedxml import ElementTree

from .bounds import ROWS
from .red import is_red

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Mapping
    from xml.etree.ElementTree import Element

    from .red import Places

OF: Final = "{{urn:oasis:names:tc:opendocument:xmlns:{}:1.0}}"
TABLE, STYLE, OFFICE, FO = (OF.format(one) for one in ("table", "style", "office", "xsl-fo-compatible"))
COLOUR: Final = 7
"""Characters of a colour: #ff0000."""

WIDEST: Final = 256
"""Columns in which amounts are looked for; a wider sheet is refused by who reads it."""


def red(archive: zipfile.ZipFile) -> dict[str, Places]:
    """Return the places of red cells by sheet, each a row and a column from 0; nothing where no style is red.

    The content is read row by row: as a whole it may not fit into the memory there is.
    """
    said: dict[str, Element] = {}
    if "styles.xml" in archive.namelist():
        root = ElementTree.fromstring(archive.read("styles.xml"))
        said = {one.get(f"{STYLE}name", ""): one for one in root.iter(f"{STYLE}style")}
    tables: dict[str, Table] = {}
    table: Table | None = None
    with archive.open("content.xml") as file:
        for event, element in ElementTree.iterparse(file, ("start", "end")):
            if event == "start" and element.tag == f"{TABLE}table":
                styles = {name for name in said if _coloured(name, said)}
                if not styles:
                    return {}
                tables[element.get(f"{TABLE}name", "")] = table = Table(styles)
            elif event == "end" and element.tag == f"{STYLE}style":
                said[element.get(f"{STYLE}name", "")] = element
            elif event == "end" and element.tag == f"{TABLE}table-column" and table:
                table.column(element)
            elif event == "end" and element.tag == f"{TABLE}table-row" and table:
                table.row(element)
                element.clear()
    return {name: one.places for name, one in tables.items()}


def _coloured(name: str, said: Mapping[str, Element]) -> bool:
    """Say whether a style is red, itself or by those that it is made of."""
    seen = set[str]()
    while name in said and name not in seen:
        seen.add(name)
        text = said[name].find(f"{STYLE}text-properties")
        colour = "" if text is None else text.get(f"{FO}color", "")
        if len(colour) == COLOUR:
            return is_red(bytes.fromhex(colour[1:]))
        name = said[name].get(f"{STYLE}parent-style-name", "")
    return False


def _often(element: Element, what: str, most: int) -> int:
    return min(int(element.get(f"{TABLE}number-{what}-repeated", 1)), most)


class Table:
    """The places of the cells of a table that hold something in one of some styles."""

    def __init__(self, styles: set[str]) -> None:
        """Begin with nothing."""
        self.places: Places = set()
        self._styles, self._columns, self._at = styles, list[str](), 0

    def column(self, element: Element) -> None:
        """Note the style of cells of a column that say none."""
        usual = element.get(f"{TABLE}default-cell-style-name", "")
        self._columns += [usual] * _often(element, "columns", WIDEST - len(self._columns))

    def row(self, element: Element) -> None:
        """Look at the cells of a row, which may stand for several."""
        times, place = _often(element, "rows", ROWS - self._at), 0
        for cell in element:
            for _ in range(_often(cell, "columns", WIDEST - place)):
                if f"{OFFICE}value-type" in cell.attrib and self._style(element, cell, place) in self._styles:
                    self.places |= {(self._at + nth, place) for nth in range(times)}
                place += 1
        self._at += times

    def _style(self, row: Element, cell: Element, place: int) -> str:
        """Return the style of a cell: its own, or that of its row or of its column."""
        of_column = self._columns[place] if place < len(self._columns) else ""
        return cell.get(f"{TABLE}style-name") or row.get(f"{TABLE}default-cell-style-name") or of_column
