"""A table as a file for people: a workbook, a page for a browser, a CSV."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from html import escape
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from fundtrack import money
from fundtrack.errors import UsageError
from fundtrack.reporting.table import as_csv, printable, width

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pandas import DataFrame, ExcelWriter

    from fundtrack.errors import Language
    from fundtrack.reporting.table import Cell, Column, Table

UNNAMEABLE: Final = re.compile(r"[\\*?:/\[\]]")
"""What the name of a sheet may not contain; nor may it be longer than 31 characters."""

SUFFIXES: Final = (".xlsx", ".csv", ".html")

FORMATS: Final = {"amount": "#,##0.00", "date": "yyyy-mm-dd", "number": "0", "text": "@"}
"""How a spreadsheet shows what a column holds."""

WIDEST: Final = 56
"""Characters of a cell a sheet shows without being asked."""

PAGE: Final = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ font: 14px/1.5 system-ui, sans-serif; margin: 2em }}
table {{ border-collapse: collapse }}
th, td {{ border-bottom: 1px solid #ddd; padding: .2em .8em; text-align: left }}
{right} {{ text-align: right; font-variant-numeric: tabular-nums }}
</style>
<h1>{title}</h1>
{table}
</html>
"""


def program() -> str:
    """Return the program and its version, by which a file was made."""
    return f"fundtrack {version('fundtrack')}"


def export(table: Table, path: Path, *, title: str, language: Language) -> None:
    """Write a table to a file of the kind its suffix says, under headings of a language.

    Raises UsageError (`export-suffix`, `export-unwritable`).
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError("export-suffix", path=path, suffixes=", ".join(SUFFIXES))
    try:
        if suffix == ".csv":
            path.write_text(as_csv(table), "utf-8-sig", newline="")
        elif suffix == ".html":
            path.write_text(_html(table, title, language), "utf-8")
        else:
            workbook({title: table}, path, language)
    except OSError as error:
        raise unwritable(path, error) from error


def workbook(sheets: Mapping[str, Table], path: Path, language: Language) -> None:
    """Write tables to a workbook, a sheet each under its name. Raises UsageError (`export-unwritable`)."""
    from pandas import ExcelWriter

    try:
        with ExcelWriter(path, engine="openpyxl") as writer:
            for name, table in sheets.items():
                sheet = UNNAMEABLE.sub(" ", printable(name))[:31]
                _frame(table, language, typed).to_excel(writer, sheet_name=sheet, index=False, freeze_panes=(1, 0))
                _format(writer, table, sheet)
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> UsageError:
    """Return the error of a file that the system does not let us write."""
    return UsageError("export-unwritable", path=path, cause=error.strerror or error)


def _format(writer: ExcelWriter, table: Table, sheet: str) -> None:
    """Make texts texts, whatever they begin with, and give each column its format and a width."""
    for column, cells in zip(table.columns, writer.sheets[sheet].iter_cols(), strict=True):
        for cell in cells:
            disarm(cell)
        for cell in cells[1:]:
            cell.number_format = FORMATS[column.kind]
        widest = max(width(str(cell.value or "")) for cell in cells)
        writer.sheets[sheet].column_dimensions[cells[0].column_letter].width = min(widest, WIDEST) + 4


def disarm(cell: Any) -> None:  # noqa: ANN401 - openpyxl ships no types
    """Let a cell that holds a text hold it as a text, whatever it begins with."""
    if isinstance(cell.value, str):
        cell.data_type = "s"
        cell.quotePrefix = True


def _html(table: Table, title: str, language: Language) -> str:
    numeric = [at for at, column in enumerate(table.columns, 1) if column.kind in {"amount", "number"}]
    right = ", ".join(f"td:nth-child({at}), th:nth-child({at})" for at in numeric)
    body = html_table(table, language)
    return PAGE.format(language=language, title=escape(title), right=right or "none", table=body)


def html_table(table: Table, language: Language) -> str:
    """Return a table as an element of a page."""
    return str(_frame(table, language, lambda column, cell: table.said(column, cell, language)).to_html(index=False))


def _frame(table: Table, language: Language, value: Callable[[Column, Cell], object]) -> DataFrame:
    """Return a table as a data frame of objects, so that no amount becomes a binary fraction."""
    from pandas import DataFrame

    rows = [[value(column, cell) for column, cell in zip(table.columns, row, strict=True)] for row in table.rows]
    return DataFrame(rows, columns=[column.heading(language) for column in table.columns], dtype=object)


def typed(column: Column, cell: Cell) -> object:
    """Return a cell as what it is: an exact number, a day, a text."""
    if cell is None or cell == "":
        return None
    if column.kind == "amount":
        return Decimal(money.plain(int(cell)))
    if column.kind == "date":
        return dt.date.fromisoformat(str(cell))
    return printable(cell) if isinstance(cell, str) else cell
