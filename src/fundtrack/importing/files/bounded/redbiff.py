"""Which cells of an XLS workbook are written in red, and what it hides: the reader of its values tells neither."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Final

from .bounds import COLUMNS, ROWS, Unusable
from .red import INDEXED, is_red
from .unseen import Unseen, add

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .red import Places

COMPOUND: Final = bytes.fromhex("D0CF11E0A1B11AE1")
FREE: Final = 0xFFFFFFFA
"""Numbers of sectors from here on mean none."""

ENTRY, SMALL = 128, 64
"""Bytes of an entry of the directory, and of a small sector."""

FONT, PALETTE, STYLE, SHEET, BEGIN, END, MANY = 0x31, 0x92, 0xE0, 0x85, 0x809, 0x0A, 0xBD
CELLS: Final = frozenset({0x203, 0x27E, 0xFD, 0x204, 0x06, 0xD6})
"""Records of a cell with a value, each beginning with row, column and style; MANY has several numbers of a row."""

ROW, COLUMN = 0x208, 0x7D
UNSEEN_ROW, UNSEEN_COLUMN = 0x20, 0x01
ODD: Final = re.escape(bytes(range(1, 256, 2)))
HIDING: Final = re.compile(
    rb"\x08\x02\x10\x00.{12}[\x20-\x3f\x60-\x7f\xa0-\xbf\xe0-\xff]\x01|\x7d\x00[\x0a-\x0c]\x00.{8}[%b]" % ODD,
    re.DOTALL,
)
"""What may be the record of a row that is hidden, or that of columns: without one there is nothing to look at."""

OWN: Final = 8
"""The first colour that a workbook may define itself."""

UNUSED: Final = 4
"""The number that no font has."""


def look(data: bytes) -> list[tuple[Places, Unseen]]:
    """Return the places of red cells, sheet by sheet, each a row and a column from 0, and what is hidden.

    Raises Unusable where the file is damaged.
    """
    try:
        stream = _stream(data)
        styles, begins = _styles(stream)
        hiding = HIDING.search(stream) is not None
        return [
            (_places(stream, begin, styles) if styles else set(), _unseen(stream, begin) if hiding else Unseen([], []))
            for begin in begins
        ]
    except (struct.error, IndexError, ValueError) as error:
        raise Unusable("workbook-damaged", {"why": str(error)}) from error


def _number(data: bytes, at: int, form: str = "<I") -> int:
    return int(struct.unpack_from(form, data, at)[0])


def _chained(first: int, follows: tuple[int, ...]) -> Iterator[int]:
    """Give the sectors of a chain. Raises ValueError for one without end."""
    for _ in range(len(follows) + 1):
        if first >= FREE:
            return
        yield first
        first = follows[first]
    raise ValueError(first)


def _stream(data: bytes) -> bytes:
    """Return the workbook within a compound file."""
    size = 1 << _number(data, 30, "<H")

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    tables = [*struct.unpack_from("<109I", data, 76)]
    more = _number(data, 68)
    while more < FREE and len(tables) < len(data) // size:
        *listed, more = struct.unpack(f"<{size // 4}I", sector(more))
        tables += listed
    follows = struct.unpack(
        f"<{sum(one < FREE for one in tables) * (size // 4)}I", b"".join(map(sector, (n for n in tables if n < FREE)))
    )
    whole = b"".join(map(sector, _chained(_number(data, 48), follows)))
    entries = [whole[at : at + ENTRY] for at in range(0, len(whole), ENTRY)]
    named = {one[: max(_number(one, 64, "<H") - 2, 0)].decode("utf-16-le").lower(): one for one in entries}
    entry = named.get("workbook") or named["book"] if {"workbook", "book"} & named.keys() else b""
    if not entry:
        raise ValueError("no workbook")
    first, length = _number(entry, 116), _number(entry, 120)
    if length >= _number(data, 56):
        return b"".join(map(sector, _chained(first, follows)))[:length]
    small = b"".join(map(sector, _chained(_number(entries[0], 116), follows)))
    table = b"".join(map(sector, _chained(_number(data, 60), follows)))
    beside = struct.unpack(f"<{len(table) // 4}I", table)
    return b"".join(small[at * SMALL : (at + 1) * SMALL] for at in _chained(first, beside))[:length]


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Give the records of a part of the workbook, but not those of a chart in it."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == BEGIN) - (kind == END)
        if kind == END and not depth:
            return
        if depth == 1:
            yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _styles(stream: bytes) -> tuple[set[int], list[int]]:
    """Return the numbers of the styles whose font is red, and where each sheet begins."""
    colours, used, begins, own = list[int](), list[int](), list[int](), dict[int, bytes]()
    for kind, body in _records(stream, 0):
        if kind == FONT:
            colours.append(_number(body, 4, "<H"))
            if len(colours) == UNUSED:
                colours.append(0)
        elif kind == PALETTE:
            own = {OWN + nth: body[2 + 4 * nth : 5 + 4 * nth] for nth in range(_number(body, 0, "<H"))}
        elif kind == STYLE:
            used.append(_number(body, 0, "<H"))
        elif kind == SHEET:
            begins.append(_number(body, 0))
    reds = [is_red(own[one]) if one in own else str(one) in INDEXED for one in colours]
    return {nth for nth, font in enumerate(used) if font < len(reds) and reds[font]}, begins


def _places(stream: bytes, begin: int, styles: set[int]) -> Places:
    """Return the places of the cells of a sheet that have one of the styles."""
    found: Places = set()
    for kind, body in _records(stream, begin):
        if kind in CELLS:
            row, column, style = struct.unpack_from("<HHH", body)
            if style in styles:
                found.add((row, column))
        elif kind == MANY:
            row, first = struct.unpack_from("<HH", body)
            several = range((len(body) - 6) // 6)
            found |= {(row, first + nth) for nth in several if _number(body, 4 + 6 * nth, "<H") in styles}
    return found


def _unseen(stream: bytes, begin: int) -> Unseen:
    """Return what a sheet hides."""
    found = Unseen([], [])
    for kind, body in _records(stream, begin):
        if kind == ROW and _number(body, 12, "<H") & UNSEEN_ROW:
            row = _number(body, 0, "<H") + 1
            add(found.rows, row, row, ROWS)
        elif kind == COLUMN and _number(body, 8, "<H") & UNSEEN_COLUMN:
            first, last = struct.unpack_from("<HH", body)
            add(found.columns, first + 1, last + 1, COLUMNS)
    return found
