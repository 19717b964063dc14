"""Rows that wait, written to a workbook for a clerk to correct."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fundtrack.cli import show

if TYPE_CHECKING:
    from pathlib import Path

    from fundtrack.book import Book
    from fundtrack.errors import Language
    from fundtrack.importing.later.sheet import Line, Sheet
    from fundtrack.reporting.quarantine import Sheet as Laid


def write(book: Book, out: Path, language: Language) -> None:
    """Write the rows that wait to a workbook, a sheet for each file."""
    from fundtrack.importing.later.quarantine import waiting
    from fundtrack.importing.later.sheet import sheets
    from fundtrack.reporting.quarantine import write_sheets

    with book.reading() as connection:
        found = sheets(connection, book, waiting(connection))
    write_sheets([_laid_out(one, language) for one in found], out)
    show.say_message("sheet-written", language, count=sum(len(one.lines) for one in found), path=out)
    for one in found:
        if not one.fields:
            show.say_message("sheet-without-cells", language, file=one.file, count=len(one.lines))


def _laid_out(one: Sheet, language: Language) -> Laid:
    from fundtrack.importing.later.sheet import AFTER, BEFORE
    from fundtrack.reporting.quarantine import Sheet as Written

    first, last = len(BEFORE), len(BEFORE) + 2 * len(one.fields)
    writable = frozenset((*range(first + 1, last, 2), *range(last, last + len(AFTER))))
    rows = [_cells(line, language) + [""] * len(AFTER) for line in one.lines]
    return Written(one.name, one.heads(language), rows, writable)


def _cells(line: Line, language: Language) -> list[str]:
    """Return what stands in a row of the sheet before anybody writes in it."""
    why = line.row.reasons
    told = [line.key, line.row.name, show.yuan(line.row.amount), ", ".join(one["check"] for one in why)]
    said = [text for cell in line.cells for text in (cell, "")]
    return [*told, " ".join(f"{one[language]} {one.get(f'remedy-{language}', '')}".strip() for one in why), *said]
