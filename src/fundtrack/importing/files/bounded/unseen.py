"""Which rows and columns a workbook hides, or a filter does: the reader of its values reads them as the others."""

from __future__ import annotations

import html
import re
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from .bounds import COLUMNS, ROWS
from .red import sheets_of

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator

CHUNK: Final = 1 << 20
LONGEST: Final = 1 << 13
"""Bytes of the longest tag that is looked at."""

XLSX: Final = re.compile(rb"<(?:\w{1,64}:)?(row|col)(?=[\s/>])([^<>]*)>")
ODS: Final = re.compile(rb"<table:(table|table-row|table-column)(?=[\s/>])([^<>]*)>")
HIDDEN: Final = re.compile(rb"""\bhidden=["'](?:1|true)["']|\btable:visibility=["'](?:collapse|filter)["']""")
HIDES: Final = (
    re.compile(rb"""hidden=["'](?:1|true)["']"""),
    re.compile(rb"""visibility=["'](?:collapse|filter)["']"""),
)
"""The same, found faster: each begins with plain letters."""

NUMBER: Final = re.compile(rb"""\br=["'](\d{1,7})["']""")
SPAN: Final = tuple(re.compile(rb"""\b%b=["'](\d{1,5})["']""" % name) for name in (b"min", b"max"))
REPEATED: Final = re.compile(rb"""\btable:number-(?:rows|columns)-repeated=["'](\d{1,7})["']""")
NAME: Final = re.compile(rb"""\btable:name=(?:"([^"<>]*)"|'([^'<>]*)')""")

ODS_CONTENT: Final = "content.xml"


class Unseen(NamedTuple):
    """What is hidden of a sheet: the first and the last of rows that follow each other, and columns; all from 1."""

    rows: list[list[int]]
    columns: list[list[int]]


def add(spans: list[list[int]], first: int, last: int, most: int) -> None:
    """Add what follows what is there, no more than a sheet may have."""
    if spans and spans[-1][1] + 1 >= first:
        spans[-1][1] = min(max(spans[-1][1], last), most)
    elif first <= most:
        spans.append([first, min(last, most)])


def hides(chunk: bytes) -> bool:
    """Say whether a piece of XML hides anything."""
    return any(one.search(chunk) for one in HIDES)


def unseen(archive: zipfile.ZipFile, members: set[str]) -> dict[str, Unseen]:
    """Return what is hidden by sheet, of the members of a workbook that hide something."""
    if ODS_CONTENT in members:
        with archive.open(ODS_CONTENT) as file:
            return _of_ods(file)
    found = {}
    for name, path in sheets_of(archive) if members else ():
        if path in members:
            with archive.open(path) as file:
                found[name] = _of_xlsx(file)
    return found


def _tags(file: IO[bytes], pattern: re.Pattern[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Give the tags that a pattern finds, with their attributes; one that is cut by a seam is looked at whole."""
    rest = b""
    while chunk := file.read(CHUNK):
        window = rest + chunk
        cut = window.rfind(b"<") if len(window) - window.rfind(b"<") <= LONGEST else len(window)
        for found in pattern.finditer(window, 0, cut):
            yield found[1], found[2]
        rest = window[cut:]


def _of_xlsx(file: IO[bytes]) -> Unseen:
    """Return what a sheet hides; a row that says no number is the next."""
    found, at = Unseen([], []), 0
    for tag, said in _tags(file, XLSX):
        hidden = HIDDEN.search(said)
        if tag == b"row":
            number = NUMBER.search(said)
            at = int(number[1]) if number else at + 1
            if hidden:
                add(found.rows, at, at, ROWS)
        elif hidden:
            first, last = (int(one[1]) if (one := part.search(said)) else 1 for part in SPAN)
            add(found.columns, first, last, COLUMNS)
    return found


def _of_ods(file: IO[bytes]) -> dict[str, Unseen]:
    """Return what the sheets of an ODS hide; one tag may stand for several rows or columns."""
    sheets: dict[str, Unseen] = {}
    found, at = Unseen([], []), {b"table-row": 0, b"table-column": 0}
    for tag, said in _tags(file, ODS):
        if tag == b"table":
            name = NAME.search(said)
            found, at = Unseen([], []), dict.fromkeys(at, 0)
            sheets[html.unescape((name[1] or name[2] or b"").decode("utf-8", "replace")) if name else ""] = found
            continue
        often = REPEATED.search(said)
        first, at[tag] = at[tag] + 1, at[tag] + (int(often[1]) if often else 1)
        if HIDDEN.search(said):
            spans, most = (found.rows, ROWS) if tag == b"table-row" else (found.columns, COLUMNS)
            add(spans, first, at[tag], most)
    return sheets
