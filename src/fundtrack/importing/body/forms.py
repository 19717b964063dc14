"""What reads the cells of a register, by the form that it gives a column: a word, a number, a hash, a fund."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from fundtrack import identifier
from fundtrack.errors import FormatError
from fundtrack.importing.values import cells, fields
from fundtrack.importing.values.cells import EXACT_DIGITS, Number, RedText

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

WHOLE: Final = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,8})?", re.ASCII)
SHA256: Final = re.compile(r"[0-9a-f]{64}")


def reading(
    kind: str, read: Callable[[str], Any], words: Mapping[str, str], found: Callable[[str], str] | None
) -> Callable[[str], Any]:
    """Return what reads a cell: the part of it that is meant, the word it stands for, and that by the column's type."""
    known = fields.known_as(words)

    def value(cell: str) -> Any:  # noqa: ANN401 - of the column's type
        if isinstance(cell, (Number, RedText)) and kind in {"amount", "side"}:
            return read(cell)
        if kind != "identifier" and _damaged(cell):
            raise FormatError("digits-lost", text=identifier.masked(cell))
        part = cells.text(found(cell) if found else cell)
        said = words.get(known(part), part)
        if said in fields.NOTHING:
            return "" if kind == "text" else None
        return read(said)

    return value


def one_of(cell: str, known: tuple[str, ...], words: tuple[str, ...]) -> str:
    """Return one of the words that a column may hold. Raises FormatError for another, telling those of the page."""
    if cell not in known:
        raise FormatError("word-unknown", text=cell, known="、".join(words or known))
    return cell


def sha256(cell: str) -> str:
    """Return the hash of a file. Raises FormatError where it is none."""
    if not SHA256.fullmatch(cell.lower()):
        raise FormatError("hash-unreadable", text=cell)
    return cell.lower()


def fund(cell: str, known: Collection[str]) -> str:
    """Return the code of a fund, or of a group of them. Raises FormatError where the chart has none of the name."""
    if cell not in known:
        raise FormatError("fund-not-in-chart", text=cell)
    return cell


def _damaged(cell: str) -> bool:
    """Say whether a spreadsheet may have taken digits from a number."""
    cut_off = isinstance(cell, Number) and len(cell) >= EXACT_DIGITS
    return cut_off or bool(cells.DAMAGED.fullmatch(cell.strip()))


def number(cell: str, times: int) -> int:
    """Return a number that a file wrote, so many times. Raises FormatError where that is no whole number."""
    bare = cell.replace(",", "").removesuffix("%").strip()
    if not WHOLE.fullmatch(bare):
        raise FormatError("number-unreadable", text=cell)
    value = Decimal(bare) * times
    if value != value.to_integral_value():
        raise FormatError("number-fraction", text=cell)
    return int(value)
