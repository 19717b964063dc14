"""Reads one workbook and writes its cells as lines of JSON: run as a script, in a process of its own.

A workbook of five kilobytes can ask for gigabytes, or abort the process that reads it. So this process bounds its own
memory and time first, looks at the zip before any reader does, and imports nothing of fundtrack. It writes

    {"sheet": name, "hidden": bool, "rows": count}      before a sheet's rows
    [row, [cell, …]]                                    text as strings, numbers, dates in ISO 8601
    {"error": key of a message, …}  or  "end"           at the end
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import resource
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any, Final

MEMORY: Final = 1 << 30
SECONDS: Final = 30
BYTES: Final = 100_000_000
RATIO: Final = 100
MEMBERS: Final = 200
ROWS: Final = 200_000
COLUMNS: Final = 256
CELL_MAX: Final = 4096
CHUNK: Final = 1 << 20
OVERLAP: Final = 8192
"""Bytes of a chunk looked at again with the next, so that nothing hides on the seam."""

DOCTYPE: Final = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
FAR: Final = re.compile(
    rb"""\br=["'](?:[A-Z]*(?:[2-9]\d{5}|\d{7,})|[A-Z]{3,}\d*|I[W-Z]\d*|[J-Z][A-Z]\d*)["']""",
)
"""A cell or row beyond ROWS or beyond column IV, the 256th."""

EMPTY: Final = r"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
FORMULA: Final = re.compile(
    rf"""(?:<(?:\w+:)?c\s[^>]*>\s*)?<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*{EMPTY}""".encode()
)
"""A formula whose value was never computed: readers take it for a blank cell."""

CELL: Final = re.compile(rb"""\br=["']([A-Z]+\d+)["']""")
"""Which cell it is."""

FAULT: Final = re.compile(rb"""<(?:\w+:)?c\s[^>]*\bt=["']e["'][^>]*>""")
"""A cell that holds #N/A, #REF! or another fault: readers take it for a blank cell."""


class Unusable(Exception):
    """The workbook is refused: the key of a message and its details."""


def main(path: str) -> None:
    """Read a workbook under bounds and say what is in it, or why not."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        _weigh(path)
        if zipfile.is_zipfile(path):
            _look(path)
        _tell(path)
        _say("end")
    except Unusable as error:
        key, details = error.args
        _say({"error": key, **details})


def _weigh(path: str) -> None:
    """Refuse a file too large to be looked at."""
    if Path(path).stat().st_size > BYTES:
        raise Unusable("workbook-too-large", {"limit": BYTES // 1_000_000})


def _look(path: str) -> None:
    """Refuse a zip that unpacks to too much, or whose XML reaches too far."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            packed = sum(member.compress_size for member in members)
            if len(members) > MEMBERS or size > BYTES or size > RATIO * max(packed, 1):
                raise Unusable("workbook-too-large", {"limit": BYTES // 1_000_000})
            for member in members:
                if member.filename.endswith((".xml", ".rels", ".vml")):
                    _look_into(archive, member)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise Unusable("workbook-damaged", {"why": str(error)}) from error


def _look_into(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Search one XML member of a zip for what no honest workbook has."""
    sheet = "worksheets/" in member.filename
    searches = [(DOCTYPE, "workbook-doctype")]
    if sheet:
        searches += [(FAR, "workbook-too-far"), (FORMULA, "workbook-formula"), (FAULT, "workbook-fault")]
    seam, read = b"", 0
    with archive.open(member) as file:
        while chunk := file.read(CHUNK):
            read += len(chunk)
            if read > BYTES:
                raise Unusable("workbook-too-large", {"limit": BYTES // 1_000_000})
            window = seam + chunk
            for search, key in searches:
                if found := search.search(window):
                    cell = CELL.search(found[0])
                    at = cell[1] if cell else found[0][:80]
                    raise Unusable(key, {"member": member.filename, "at": at.decode("utf-8", "replace")})
            seam = window[-OVERLAP:]


def _tell(path: str) -> None:
    """Write every sheet and row of a workbook."""
    import python_calamine as calamine  # under the bounds set above

    try:
        book = calamine.CalamineWorkbook.from_path(path)
        sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
        for sheet in sheets:
            content = book.get_sheet_by_name(sheet.name)
            height = content.end[0] + 1 if content.end else 0
            if height > ROWS or content.width > COLUMNS:
                raise Unusable("workbook-too-far", {"member": sheet.name, "at": f"{height} x {content.width}"})
            hidden = sheet.visible != calamine.SheetVisibleEnum.Visible
            _say({"sheet": sheet.name, "hidden": hidden, "rows": height})
            for row, cells in enumerate(content.iter_rows(), 1):
                _say([row, [_cell(cell) for cell in cells]])
    except (calamine.CalamineError, OSError) as error:
        raise Unusable("workbook-damaged", {"why": str(error)}) from error


def _cell(value: Any) -> str | float:  # noqa: ANN401 - whatever a cell may hold
    """Return a cell's value as JSON can say it."""
    if isinstance(value, str):
        if len(value) > CELL_MAX:
            raise Unusable("cell-too-long", {"limit": CELL_MAX})
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "seconds")
    return str(value)


def _say(line: object) -> None:
    """Write one line of JSON."""
    sys.stdout.write(json.dumps(line, ensure_ascii=True, allow_nan=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
