"""Reports: a page holds a select over the views, the headings of its table, and a ledger with the table it gives."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from fundtrack.checking.book import names_of, whole_book
from fundtrack.checking.lens import MET
from fundtrack.checking.statement import select_of
from fundtrack.errors import PageError
from fundtrack.pages import catalogue
from fundtrack.reporting.table import Column, Table
from fundtrack.schema.functions import with_functions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fundtrack.book import Book
    from fundtrack.errors import Language
    from fundtrack.pages import Page
    from fundtrack.reporting.table import Cell


ONE: Final = "always__one"
"""A parameter that every statement has, by a name that no page would give one of its own."""


@dataclass(frozen=True)
class Report:
    """A report page, ready to run. `columns` are the table's, by the names the select gives them.

    `parameters` are texts and whole numbers; a date is its ISO 8601 text.
    """

    name: str
    page: Page = field(repr=False)
    select: str = field(repr=False)
    columns: Mapping[str, Column]
    parameters: Mapping[str, str | int]

    def title(self, language: Language) -> str:
        """Return what the report is called."""
        return self.page.text("message", "en").rstrip(".") if language == "en" else self.page.text("title", "zh")

    def run(self, book: Book, **parameters: str | int) -> Table:
        """Return the table the book gives, with other values for the page's parameters where given.

        Raises PageError (`report-select`) where the select does not run or returns a column the page does not head.
        """
        relations = ", ".join(
            f"{name} AS NOT MATERIALIZED ({select})"
            for name, select in whole_book("").items()
            if name not in MET or name in self.select  # they have a parameter
        )
        # It always has a parameter, for PostgreSQL reads on behind a `;` only in a statement that has none.
        select = f"WITH {relations} SELECT * FROM ({self.select}\n) AS report WHERE 1 = :{ONE}"
        with book.reading() as connection:
            chart = book.chart(connection)
            statement = text(with_functions(select, connection.dialect.name))
            try:
                result = connection.execute(statement.bindparams(**{**self.parameters, **parameters, ONE: 1}))
                columns = tuple(self.columns[name] for name in result.keys())  # noqa: SIM118 - a result is no mapping
                rows = tuple(tuple(map(_cell, columns, row)) for row in result)
            except (SQLAlchemyError, KeyError, ValueError, TypeError, ArithmeticError) as error:
                cause = str(getattr(error, "orig", None) or error).splitlines()[0]
                line = self.page.definition.line
                raise PageError("report-select", path=self.page.path, line=line, name=self.name, cause=cause) from error
        return Table(columns, rows, names_of(chart))


def _cell(column: Column, value: Any) -> Cell:  # noqa: ANN401 - whatever a database gives
    """Return a value as a cell: an amount is whole minor units, and nothing is rounded to make it so.

    Raises ValueError where an amount is no whole number.
    """
    if value is None or (column.kind != "amount" and isinstance(value, str | int)):
        return value
    exact = Decimal(str(value))
    if exact != exact.to_integral_value():
        if column.kind == "amount":
            raise ValueError(f"{column.name}: {value}")  # noqa: EM102 - becomes part of a PageError
        return str(value)
    return int(exact)


def reports(local: Path | None = None) -> dict[str, Report]:
    """Return the installed reports and those in a book's own folder, by name. Raises PageError."""
    return {name: report_of(page) for name, page in catalogue("reports", local=local).items()}


def report_of(page: Page) -> Report:
    """Make a report of its page. Raises PageError (`report-page`) where the page does not say what a report must."""
    definition = page.definition
    headings: Mapping[str, Any] = page.front.get("columns", {})

    def refuse(why: str) -> PageError:
        return PageError("report-page", path=page.path, line=definition.line, why=why)

    if definition.language != "sql":
        raise refuse("```sql")
    if not page.text("message", "en") or not page.text("title", "zh"):
        raise refuse("message, title-zh")
    try:
        columns = {
            name: Column(name, heading["en"], heading["zh"], heading.get("kind", "text"))
            for name, heading in headings.items()
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise refuse("columns: {name: {en: …, zh: …, kind: …}}") from error
    given = page.front.get("parameters", {})
    if not isinstance(given, dict):
        raise refuse("parameters: {name: text | whole number | date}")
    parameters = {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in given.items()}
    if not all(type(value) in {str, int} for value in parameters.values()):
        raise refuse("parameters: {name: text | whole number | date}")
    return Report(
        name=page.name,
        page=page,
        select=select_of(page),
        columns=columns,
        parameters=parameters,
    )
