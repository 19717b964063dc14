"""A table, and how it is written: for people in columns, for spreadsheets as CSV, for programs as JSON.

Text in a cell may come from anybody's file. It never steers a terminal and never becomes a formula.
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from fundtrack import money
from fundtrack.checking.lens import unnamed

if TYPE_CHECKING:
    from collections.abc import Callable

    from fundtrack.errors import Language

Cell = str | int | None
Form = Literal["table", "json", "csv"]
Holds = Literal["text", "amount", "number", "date"]

FORMULA: Final = tuple("=+-@\t\r＝＋－＠")
"""What a spreadsheet takes for the beginning of a formula; the full-width forms where Chinese input is set."""

WIDE: Final = 1000
"""Columns of a terminal that no table of ours fills: an amount is never broken over two lines."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the name programs know it by, its headings, and what its cells are.

    An `amount` is fen, a `number` a count, a year or a month, a `date` an ISO date, everything else `text`.
    """

    name: str
    en: str
    zh: str
    kind: Holds = "text"

    def heading(self, language: Language) -> str:
        """Return the heading people read."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True)
class Table:
    """Rows of cells under columns. `named` adds to codes, for people, what they stand for."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    named: Callable[[Language, str, str], str] = unnamed

    def records(self) -> list[dict[str, Cell]]:
        """Return the rows by the names of the columns, amounts as decimal strings."""
        return [
            {column.name: _plain(column, cell) for column, cell in zip(self.columns, row, strict=True)}
            for row in self.rows
        ]

    def said(self, column: Column, cell: Cell, language: Language) -> str:
        """Return a cell as people read it: amounts grouped, codes with their names, nothing that steers a terminal."""
        if cell is None:
            return ""
        if column.kind == "amount":
            return money.grouped(int(cell))
        return printable(self.named(language, column.name, str(cell)))


def written(table: Table, form: Form, language: Language) -> str:
    """Return a table in a form, ending in a newline."""
    if form == "json":
        return json.dumps(table.records(), ensure_ascii=False, indent=2) + "\n"
    return as_csv(table) if form == "csv" else as_columns(table, language)


def as_csv(table: Table) -> str:
    """Return a table as CSV under the columns' names; a spreadsheet shows every text and runs none."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(column.name for column in table.columns)
    for row in table.rows:
        writer.writerow(
            safe(str(cell or "")) if column.kind == "text" else _plain(column, cell)
            for column, cell in zip(table.columns, row, strict=True)
        )
    return out.getvalue()


def as_columns(table: Table, language: Language) -> str:
    """Return a table in columns; a Chinese character is two wide, amounts stand to the right."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as Columns
    from rich.text import Text

    columns = Columns(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in table.columns:
        columns.add_column(
            Text(column.heading(language)), justify="left" if column.kind in {"text", "date"} else "right"
        )
    for row in table.rows:
        columns.add_row(
            *(Text(table.said(column, cell, language)) for column, cell in zip(table.columns, row, strict=True))
        )
    out = io.StringIO()
    Console(file=out, width=WIDE, color_system=None, legacy_windows=False).print(columns)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, and that stays on its line."""
    return printable(f"'{text}" if text.startswith(FORMULA) else text)


def width(text: str) -> int:
    """Return how many columns of a terminal or a sheet a text takes: a Chinese character takes two."""
    return sum(1 + (unicodedata.east_asian_width(character) in "WF") for character in text)


def printable(text: str) -> str:
    """Return a text in which control and formatting characters are shown as their codes."""
    return "".join(
        f"\\u{ord(character):04x}" if unicodedata.category(character)[0] == "C" else character for character in text
    )


def _plain(column: Column, cell: Cell) -> Cell:
    return money.plain(cell) if column.kind == "amount" and isinstance(cell, int) else cell
