"""Rows that wait as a workbook: what they say is locked, what they should say is written beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fundtrack.reporting.export import UNNAMEABLE, WIDEST, disarm, unwritable
from fundtrack.reporting.table import width

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

LOCKED, OPEN = "EEEEEE", "FFF7CC"
"""The grounds of cells that may not be written in, and of those that may."""

NARROWEST: Final = 8


class Sheet(NamedTuple):
    """A sheet: its name, headings, rows of texts, and the places from 0 of the columns that are written in."""

    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    writable: frozenset[int]


def write_sheets(sheets: Iterable[Sheet], path: Path) -> None:
    """Write sheets to a workbook, all cells as texts. Raises UsageError (`export-unwritable`)."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    book.remove(book.active)
    for one in sheets:
        page = book.create_sheet(UNNAMEABLE.sub(" ", one.name)[:31])
        for cells in (one.heads, *one.rows):
            page.append([None] * len(cells))
            for at, text in enumerate(cells):
                _put(page.cell(page.max_row, at + 1), text, writable=at in one.writable and cells is not one.heads)
        for cell in page[1]:
            cell.font = Font(bold=True)
        for at, column in enumerate(zip(one.heads, *one.rows, strict=True)):
            widest = max(NARROWEST, *(min(width(text), WIDEST) for text in column))
            page.column_dimensions[page.cell(1, at + 1).column_letter].width = widest + 4
        page.column_dimensions["A"].hidden = True
        page.freeze_panes = "C2"
        page.protection.sheet = True
        page.protection.formatColumns = False
        page.protection.autoFilter = False
        page.auto_filter.ref = page.dimensions
    try:
        book.save(path)
    except OSError as error:
        raise unwritable(path, error) from error


def _put(cell: Any, text: str, *, writable: bool) -> None:  # noqa: ANN401 - openpyxl ships no types
    """Put a text into a cell as a text, whatever it begins with."""
    from openpyxl.styles import PatternFill, Protection

    cell.value = "".join(character for character in text if character.isprintable()) or None
    disarm(cell)
    cell.number_format = "@"
    cell.fill = PatternFill("solid", start_color=OPEN if writable else LOCKED)
    cell.protection = Protection(locked=not writable)
