"""A row that waits, cell by cell: the name of each column, what the row says there, and where it is wrong."""

from __future__ import annotations

from contextlib import suppress
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from fundtrack.errors import PageError
from fundtrack.importing.batch.report import held_rows
from fundtrack.importing.header import heading
from fundtrack.importing.later.again import source_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.book.corrections import Correction
    from fundtrack.importing.later.quarantine import Waiting


class Cell(NamedTuple):
    """A cell of a row: the name of its column, what it says, whether the row waits for it, and its correction."""

    name: str
    said: str
    wrong: bool
    corrected: Correction | None = None


def cellwise(connection: Connection, book: Book, row: Waiting) -> list[Cell]:
    """Return the cells of a row that waits; without names where the page of its batch is gone."""
    heads = (held for held in held_rows(connection, row.batch)
             if any(why["check"] == "not-data-header" for why in held["reasons"]))  # fmt: skip
    numbered = iter([(held["row"], held["cells"]) for held in heads])
    names: Sequence[str] = ()
    fields: dict[str, Sequence[str]] = {}
    corrected: Mapping[int, Correction] = {}
    with suppress(PageError):
        source = source_of(connection, book, row.batch)
        layout, corrected = source.importer.layout, source.corrected.get(row.row, {})
        found, _ = heading.find(layout, numbered)
        if found:
            names = found.names
            fields = {field: of.read for field, of in heading.fitted(layout, found).columns.items()}
            fields["kind-unknown"] = layout.kind_column.columns if layout.kind_column else ()
    told = {part for why in row.reasons for part in why["en"].partition(": ")[0].split("、")}
    told |= {name for why in row.reasons for of in (why.get("field", ""), why["check"]) for name in fields.get(of, ())}
    cells = zip_longest(names, row.cells, fillvalue="")
    return [Cell(name, said, bool(name) and name in told, corrected.get(at)) for at, (name, said) in enumerate(cells)]
