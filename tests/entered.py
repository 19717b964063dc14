"""What a ledger of an example carries beside its vouchers, as a book stores it: entries of registers, and imports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fundtrack.book.corrections import Correction
from fundtrack.checking.batches import COLUMNS, Batches
from fundtrack.checking.declared import FUND_COMPONENT, Declared
from fundtrack.checking.entries import Entries
from fundtrack.checking.units import Units
from fundtrack.importing.batch.file import BATCH_COLUMNS, HELD_COLUMNS
from fundtrack.ledger.quotas import read_quotas
from fundtrack.posting.quota import COLUMNS as COLUMNS_OF_QUOTA

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fundtrack.beantext.directives import Directive, Options

CLERK: Final = "zhang"
AT: Final = "2015-01-01T00:00:00Z"


class Entered(NamedTuple):
    """The rows of a table; `at` is what a book without its file calls each of them, and the line it stands on."""

    table: str
    columns: Sequence[str]
    rows: list[tuple[object, ...]]
    at: list[tuple[str, int]]


def entered(loaded: Sequence[Directive], options: Options) -> list[Entered]:
    """Return what a ledger carries, table by table."""
    units = Units()
    declared = Declared(loaded, options, FUND_COMPONENT)
    entries, batches = Entries(declared, units), Batches(declared, units)
    units.settle("example")
    return [*_quotas(loaded), *_registers(declared, entries, units), *_imports(declared, batches, units)]


def _quotas(loaded: Sequence[Directive]) -> Iterator[Entered]:
    rows: list[tuple[object, ...]] = [
        (one.fund, one.line, one.year, one.parent or None, one.use, one.project, one.department, one.document,
         one.upper_document, one.treasury_id or None, one.date.isoformat(), one.date.toordinal(),
         str(one.expires or ""), 1, AT, CLERK)
        for one in read_quotas(loaded)
    ]  # fmt: skip
    if rows:
        yield Entered("quota", COLUMNS_OF_QUOTA, rows, [])


def _registers(declared: Declared, entries: Entries, units: Units) -> Iterator[Entered]:
    lines: dict[str, list[int]] = {}
    for (name,), entry in declared.customs.get("register", []):
        lines.setdefault(name, []).append(entry.meta["lineno"])
    for table, (columns, rows) in entries.tables(units):
        if rows:
            at = [(f"{table} {nth}", line) for nth, line in enumerate(lines[table], 1)]
            yield Entered(table, columns, [(*row[:-2], f"{row[-2]}T00:00:00Z", CLERK) for row in rows], at)


def _imports(declared: Declared, batches: Batches, units: Units) -> Iterator[Entered]:
    lines = [entry.meta["lineno"] for entry in declared.named("batch").values()]
    told = [dict(zip(COLUMNS, row, strict=True)) for row in batches.rows(units)]
    if told:
        at = [(one["file"], line) for one, line in zip(told, lines, strict=True)]
        yield Entered("batch", BATCH_COLUMNS, [_batch(one) for one in told], at)
    if mended := [one for one in told if one["rows_mended"] or one["amount_mended"]]:
        waits: list[tuple[object, ...]] = [
            (one["batch"], 1, "quarantined", "[]", "[]", None, "", 1, "") for one in mended
        ]
        yield Entered("input_row", HELD_COLUMNS, waits, [])
        rows: list[tuple[object, ...]] = [
            (nth, one["batch"], 1, 0, "金额", "amount", "", "1", "核对", "", AT, CLERK, "ben",
             one["amount_mended"], one["rows_mended"] or None)
            for nth, one in enumerate(mended, 1)
        ]  # fmt: skip
        yield Entered("correction", Correction._fields, rows, [])


def _batch(told: Mapping[str, Any]) -> tuple[object, ...]:
    stored = {**told, "encoding": "utf-8", "imported_at": AT}
    stored["printed_total"] = told["printed_total"] if told["has_total"] else None
    return tuple(stored[column] for column in BATCH_COLUMNS)
