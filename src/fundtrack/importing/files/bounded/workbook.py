"""A workbook: its zip is looked at before any reader opens it."""

from __future__ import annotations

import datetime as dt
import math
import re
import zipfile
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from . import redbiff, redods
from .archive import DAMAGES, sound
from .bounds import UNPACKED, Unusable, fits, head, say, short
from .full import Full
from .red import POSITIVE, red
from .shown import as_shown, shown
from .unseen import hides, unseen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .red import Places
    from .shown import Formats
    from .unseen import Unseen

CHUNK: Final = 1 << 20
OVERLAP: Final = 8192
"""Bytes of a chunk looked at again with the next, so that nothing hides on the seam."""

DOCTYPE: Final = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
FAR: Final = re.compile(
    rb"""r=(?<=\br=)["'](?:(?:[A-Z]+(?:20[1-9]\d{3}|2[1-9]\d{4}|[3-9]\d{5}|\d{7,})|[A-Z]{3,}\d*|I[W-Z]\d*|[J-Z][A-Z]\d*)["']"""
    rb"""[^<>]{0,400}+(?<!/)>\s*+(?!</|<?\Z)|(?:20[1-9]\d{3}|2[1-9]\d{4}|[3-9]\d{5}|\d{7,})["']"""
    rb"""[^<>]{0,400}+(?<!/)>\s*+<(?:\w+:)?c\b(?![^<>]{0,400}\br=|[^<>]*\Z))""",
)
"""A cell with something in it beyond ROWS or beyond column IV, the 256th; or a row there with cells that say no place.

An empty one there is what LibreOffice writes for a style, and its reader passes it over. It begins with plain letters,
for which a search is three times as fast.
"""

EMPTY: Final = r"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
COMPUTED: Final = rf"(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*+{EMPTY}"
FORMULA: Final = re.compile(f"<f{COMPUTED}".encode())
PREFIXED: Final = re.compile(rf"<\w{{1,64}}:f{COMPUTED}".encode())
"""A formula whose value was never computed: readers take it for a blank cell. Blanks are passed once (`*+`).

It begins where the formula does, for to try at every cell takes ten times as long.
"""

CELL: Final = re.compile(rb"""\br=["']([A-Z]+\d+)["']""")
"""Which cell it is."""

BLANK_FORMULA: Final = re.compile(
    rb"""<table:table-cell\b(?=[^<>]*\btable:formula=)(?![^<>]*\boffice:(?:[a-z]+-)?value=)[^<>]*?"""
    rb"""(?:/>|>\s*</table:table-cell>)"""
)
"""The same in ODS."""

DECLARING: Final = (b"<!",)
FAILING: Final = (b't="e"', b"t='e'")
"""Without which there is nothing to search for: most workbooks have no formula, which saves half the look."""

TOO_MANY: Final = re.compile(r"Cell limit exceeded \((\d+) cells")
"""What the reader says of rows or columns that are repeated without end."""

LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
"""What a workbook with a password holds."""

FAULT: Final = re.compile(rb"""<(?:\w+:)?c\s[^<>]*\bt=["']e["'][^<>]*>""")
"""A cell that holds #N/A, #REF! or another fault: readers take it for a blank cell."""


class Looks(NamedTuple):
    """How a workbook looks, sheet by sheet: where its cells are red, what it hides, and what stands beside numbers."""

    reds: dict[str, Places]
    hidden: dict[str, Unseen]
    shown: dict[str, Formats]


def _look(path: str) -> Looks:
    """Refuse a zip that unpacks to too much, or whose XML reaches too far; return how it looks."""
    try:
        with zipfile.ZipFile(path) as archive:
            full, hiding = Full(), set[str]()
            for member in sound(archive):
                if member.filename.endswith((".xml", ".rels", ".vml")) and _look_into(archive, member, full):
                    hiding.add(member.filename)
            if "content.xml" in archive.namelist():
                return Looks(redods.red(archive), unseen(archive, hiding), {})
            return Looks(red(archive), unseen(archive, hiding), shown(archive))
    except SyntaxError:  # XML that is none: its reader tells that
        return Looks({}, {}, {})
    except DAMAGES as error:
        raise Unusable("workbook-damaged", {"why": str(error)}) from error


def _look_into(archive: zipfile.ZipFile, member: zipfile.ZipInfo, full: Full) -> bool:
    """Search one XML member of a zip for what no honest workbook has, or for too much; say whether it hides rows."""
    full.begin(member.filename)
    sheet = "worksheets/" in member.filename
    searches: list[tuple[re.Pattern[bytes], tuple[bytes, ...], str]] = [(DOCTYPE, DECLARING, "workbook-doctype")]
    if sheet:
        searches += [(FAR, (b"r=",), "workbook-too-far"), (FORMULA, (b"<f",), "workbook-formula")]
        searches += [(PREFIXED, (b":f",), "workbook-formula"), (FAULT, FAILING, "workbook-fault")]
    elif member.filename == "content.xml":
        searches += [(BLANK_FORMULA, (b"table:formula=",), "workbook-formula")]
    seam, read, hiding = b"", 0, False
    with archive.open(member) as file:
        while chunk := file.read(CHUNK):
            read += len(chunk)
            if read > UNPACKED:
                raise Unusable("workbook-too-large", {"limit": UNPACKED // 1_000_000})
            full.count(chunk)
            window = seam + chunk
            hiding = hiding or hides(window)
            for search, begins, key in searches:
                if any(one in window for one in begins) and (found := search.search(window)):
                    raise Unusable(key, {"member": member.filename, "at": _place(window, *found.span())})
            seam = window[-OVERLAP:]
    return hiding


def _place(window: bytes, begin: int, end: int) -> str:
    """Return which cell it is that something was found in, or what was found there."""
    found, before = window[begin:end], window[max(0, begin - OVERLAP) : begin]
    cell = CELL.search(found) or CELL.search(before, max(0, before.rfind(b"<")))
    at = cell[1] if cell else found.partition(b'formula="')[2].partition(b'"')[0] or found
    return at[:80].decode("utf-8", "replace")


def tell(path: str, most: int | None = None) -> None:
    """Write every sheet of a workbook, and every row or so many of each."""
    import python_calamine as calamine  # under the bounds that are set by now

    looks = Looks({}, {}, {})
    if zipfile.is_zipfile(path):
        looks = _look(path)
    elif _locked(path):
        raise Unusable("workbook-locked", {})
    try:
        book = calamine.CalamineWorkbook.from_path(path)
        for name, looked in _of_old(path, book.sheet_names).items():
            looks.reds[name], looks.hidden[name] = looked
        sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
        for sheet in sheets:
            content = book.get_sheet_by_name(sheet.name)
            height = content.end[0] + 1 if content.end else 0
            fits(sheet.name, height, content.width)
            told = height if most is None else min(height, most)
            visible = sheet.visible == calamine.SheetVisibleEnum.Visible
            head(sheet.name, told, hidden=not visible, unseen=looks.hidden.get(sheet.name, ()))
            reds, formats = looks.reds.get(sheet.name, set()), looks.shown.get(sheet.name, {})
            for row, cells in enumerate(islice(content.iter_rows(), told), 1):
                said = [_cell(cell) for cell in cells]
                marked = ((cell, (row - 1, at), reds, formats) for at, cell in enumerate(said))
                say([row, [_marked(*one) for one in marked] if reds or formats else said])
    except (calamine.CalamineError, OSError) as error:
        if found := TOO_MANY.search(str(error)):
            raise Unusable("workbook-too-far", {"member": "content.xml", "at": found[1]}) from error
        raise Unusable("workbook-damaged", {"why": str(error)}) from error


def _of_old(path: str, names: Sequence[str]) -> dict[str, tuple[Places, Unseen]]:
    """Return where the cells of a workbook are red that is no zip, and what it hides."""
    with open(path, "rb") as file:  # noqa: PTH123 - as the standard library does
        if file.read(len(redbiff.COMPOUND)) != redbiff.COMPOUND:
            return {}
        file.seek(0)
        return dict(zip(names, redbiff.look(file.read()), strict=False))


def _locked(path: str) -> bool:
    """Say whether a workbook is encrypted with a password: a compound file around the zip."""
    with open(path, "rb") as file:  # noqa: PTH123 - as the standard library does
        return any(LOCKED in chunk for chunk in iter(lambda: file.read(CHUNK), b""))


def _marked(cell: str | float, place: tuple[int, int], reds: Places, formats: Formats) -> object:
    """Return a cell as people see it: a number above zero with what stands beside it; its colour may be a sign."""
    if not isinstance(cell, str) and cell > 0 and place in formats:
        cell = as_shown(cell, formats[place])
    amount = POSITIVE.fullmatch(cell) if isinstance(cell, str) else cell > 0
    return {"red": cell} if amount and place in reds else cell


def _cell(value: Any) -> str | float:  # noqa: ANN401 - whatever a cell may hold
    """Return a cell's value as JSON can say it."""
    if isinstance(value, str):
        return short(value)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "seconds")
    return str(value)
