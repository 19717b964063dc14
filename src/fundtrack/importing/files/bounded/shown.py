"""What the number formats of an XLSX workbook show beside its numbers: with 0.00"万元" people read 12.5 as 12.50万元.

The reader of its values does not tell formats. What is shown in another scale than it is held in, `0,"千"`, is held in
that of the amounts beside it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from defusedxml import ElementTree

from .red import MAIN, places, sheets_of

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator

PERCENT: Final = {"9": "0%", "10": "0.00%"}
"""The formats that every workbook knows, and that show what no amount has; those of currencies are the reader's own."""

DIGITS: Final = frozenset("0#?.,/")
ESCAPES: Final = frozenset("\\!")
BLANKS: Final = frozenset("_*")
"""Behind these stands how wide a blank is, or what fills the cell."""

SIGNIFICANT: Final = 15
"""The digits of a number that a spreadsheet holds exactly."""


class Beside(NamedTuple):
    """What a format shows before and behind a number above zero."""

    before: str
    behind: str


Formats = dict[tuple[int, int], Beside]
"""By the place of a cell: its row and column, from 0."""


def shown(archive: zipfile.ZipFile) -> dict[str, Formats]:
    """Return by sheet what stands beside the numbers of its cells; nothing where no format shows anything."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    root = ElementTree.fromstring(archive.read("xl/styles.xml"))
    codes = PERCENT | {
        one.get("numFmtId", ""): one.get("formatCode", "") for one in root.iterfind(f"{MAIN}numFmts/{MAIN}numFmt")
    }
    used = [codes.get(style.get("numFmtId", ""), "") for style in root.iterfind(f"{MAIN}cellXfs/{MAIN}xf")]
    styles = {nth: found for nth, code in enumerate(used) if (found := beside(code))}
    if not styles:
        return {}
    return {
        name: {place: styles[style] for place, style in places(archive.read(path), styles)}
        for name, path in sheets_of(archive)
    }


def beside(code: str) -> Beside | None:
    """Return what a format shows beside a number above zero; nothing where it shows nothing, or in another scale."""
    said = list(_tokens(code))
    numbers = [at for at, (_, literal) in enumerate(said) if not literal]
    if not numbers or said[numbers[-1]][0] == "," or numbers[-1] - numbers[0] >= len(numbers):
        return None
    before, behind = ("".join(text for text, _ in part) for part in (said[: numbers[0]], said[numbers[-1] + 1 :]))
    found = Beside(before.strip(), behind.strip())
    return found if any(found) else None


def _tokens(code: str) -> Iterator[tuple[str, bool]]:
    """Give what the first section of a format has, each with whether it stands as it is; nothing under a condition."""
    code = code.replace("G/通用格式", "0").replace("General", "0")
    at = 0
    while at < len(code) and code[at] != ";":
        mark, at = code[at], at + 1
        if mark == '"':
            end = code.find('"', at) % (len(code) + 1)
            yield code[at:end], True
            at = end + 1
        elif mark == "[":
            end = code.find("]", at) % (len(code) + 1)
            if code[at : at + 1] in {"<", ">", "="}:
                return
            if code[at : at + 1] == "$":
                yield code[at + 1 : end].partition("-")[0], True
            at = end + 1
        elif mark in ESCAPES:
            yield code[at : at + 1], True
            at += 1
        elif mark in BLANKS:
            at += 1
        else:
            yield mark, mark not in DIGITS


def as_shown(value: float, of: Beside) -> str:
    """Return a number above zero as it is shown, with all its decimals."""
    scaled = value * 100 if "%" in of.before + of.behind else value
    plain = f"{Decimal(f'{scaled:.{SIGNIFICANT}g}'):f}"
    return f"{of.before}{plain}{of.behind}"
