"""Which cells of an XLSX workbook are written in red: in a ledger the colour is a sign."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from defusedxml import ElementTree

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Container, Iterator
    from xml.etree.ElementTree import Element

MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
INDEXED: Final = frozenset({"2", "10", "16", "60"})
"""The reds of the palette of old workbooks."""

STRONG, WEAK = 0xC0, 0x40
STYLED: Final = re.compile(rb"""<(?:\w+:)?c\s([^<>]*)>""")
PLACE: Final = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
STYLE: Final = re.compile(rb"""\bs=["'](\d{1,6})["']""")
LETTERS: Final = 26

POSITIVE: Final = re.compile(r"\s*[¥￥]?\s*[\d０-９][\d０-９,，]*(?:[.．][\d０-９]+)?\s*元?\s*")
"""A text that may be an amount above zero."""

Places = set[tuple[int, int]]


def red(archive: zipfile.ZipFile) -> dict[str, Places]:
    """Return the places of red cells by sheet, each a row and a column from 0; nothing where no style is red."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    styles = _styles(ElementTree.fromstring(archive.read("xl/styles.xml")))
    if not styles:
        return {}
    return {name: {place for place, _ in places(archive.read(path), styles)} for name, path in sheets_of(archive)}


def _styles(root: Element) -> set[int]:
    """Return the numbers of the styles whose font is red."""
    fonts = [_of_red(font.find(f"{MAIN}color")) for font in root.iterfind(f"{MAIN}fonts/{MAIN}font")]
    used = [int(style.get("fontId", 0)) for style in root.iterfind(f"{MAIN}cellXfs/{MAIN}xf")]
    return {nth for nth, font in enumerate(used) if font < len(fonts) and fonts[font]}


def _of_red(color: Element | None) -> bool:
    """Say whether a colour is red."""
    if color is None:
        return False
    rgb = color.get("rgb", "")[-6:]
    if not re.fullmatch(r"[0-9A-Fa-f]{6}", rgb):
        return color.get("indexed", "") in INDEXED
    return is_red(bytes.fromhex(rgb))


def is_red(rgb: bytes) -> bool:
    """Say whether a colour is red by its three parts."""
    strong, *weak = rgb
    return strong >= STRONG and max(weak) <= WEAK


def sheets_of(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Return the names of the sheets and where they stand in the zip; none of what is no workbook of this kind."""
    known = {*archive.namelist()}
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= known:
        return []
    related = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {one.get("Id"): one.get("Target", "").removeprefix("/xl/") for one in related}
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    named = ((one.get("name", ""), targets.get(one.get(ID))) for one in book.iterfind(f"{MAIN}sheets/{MAIN}sheet"))
    return [(name, f"xl/{target}") for name, target in named if f"xl/{target}" in known]


def places(sheet: bytes, styles: Container[int]) -> Iterator[tuple[tuple[int, int], int]]:
    """Give the places of the cells of a sheet that have one of some styles, each with its style."""
    for cell in STYLED.finditer(sheet):
        place, said = PLACE.search(cell[1]), STYLE.search(cell[1])
        style = int(said[1]) if said else 0
        if place and style in styles:
            column = 0
            for letter in place[1]:
                column = column * LETTERS + letter - ord("A") + 1
            yield (int(place[2]) - 1, column - 1), style
