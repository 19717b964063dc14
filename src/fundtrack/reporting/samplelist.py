"""The sampling list: a sample as tables, as a workbook in which an auditor writes, and as a record for programs."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from fundtrack import money
from fundtrack.checking.foreign import KINDS
from fundtrack.errors import message
from fundtrack.reporting.export import program, workbook
from fundtrack.reporting.population import PAID
from fundtrack.reporting.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from fundtrack.errors import Language
    from fundtrack.reporting.sampling import Item, Sample
    from fundtrack.reporting.table import Cell, Holds

Columns = tuple[tuple[str, "Holds"], ...]

STRATUM: Final[Columns] = (
    ("fund", "text"), ("vouchers", "number"), ("amount", "amount"), ("interval", "amount"), ("start", "amount"),
    ("hits", "number"), ("items", "number"), ("certain", "number"), ("certain-amount", "amount"),
)  # fmt: skip
ITEM: Final[Columns] = (
    ("voucher", "text"), ("date", "date"), ("fund", "text"), ("kind", "text"), ("payee", "text"),
    ("narration", "text"), ("document", "text"), ("amount", "amount"), ("hits", "number"), ("cumulative", "amount"),
    ("certain-item", "text"), ("file", "text"), ("sheet", "text"), ("row", "number"),
)  # fmt: skip
FOR_THE_AUDITOR: Final[Columns] = (
    ("audited", "amount"), ("evidence", "text"), ("remark", "text"), ("checked-by", "text"),
)  # fmt: skip
"""Columns that the program leaves empty and an auditor fills in."""

METHOD: Final[Columns] = (("what", "text"), ("value", "text"))

SUMMED: Final = frozenset({"vouchers", "amount", "hits", "items", "certain", "certain-amount"})
"""Columns of the strata of which the total says something."""

START: Final = "1 + SHA-256(seed|fund|total) mod interval"


def sampling_list(sample: Sample, *, to_fill_in: bool = False) -> Table:
    """Return a row for each voucher of a sample; `to_fill_in` adds the columns that an auditor fills in."""
    more = FOR_THE_AUDITOR if to_fill_in else ()
    rows = (_shown(ITEM, _cells(item), sample.scale) + (None,) * len(more) for item in sample.items)
    return Table(_columns(ITEM + more, sample.scale), tuple(rows), _named(sample))


def _named(sample: Sample) -> Callable[[Language, str, str], str]:
    """Return what says of a code what it stands for, the kind of a voucher in words."""

    def named(language: Language, column: str, value: str) -> str:
        if column == "kind":
            return message(f"kind-{value}", language) if value in KINDS else value
        return sample.named(language, column, value)

    return named


def strata_list(sample: Sample, total: Language | None = None) -> Table:
    """Return a row for each fund, and of several their total in a language where that is asked for."""
    rows: list[tuple[Cell, ...]] = list(sample.strata)
    if total and len(rows) > 1:
        names = [name for name, _ in STRATUM]
        sums = zip(names, zip(*rows, strict=True), strict=True)
        summed = [sum(map(_whole, cells)) if name in SUMMED else None for name, cells in sums]
        rows.append((message("heading-total", total), *summed[1:]))
    shown = tuple(_shown(STRATUM, row, sample.scale) for row in rows)
    return Table(_columns(STRATUM, sample.scale), shown, sample.named)


def method(sample: Sample) -> dict[str, Any]:
    """Return all that must be known to draw the same sample again."""
    plan, scope = sample.plan, sample.scope
    size: dict[str, Any] = {"size": plan.size} if plan.size else {"interval": money.plain(plan.interval)}
    if plan.factor:
        size = {
            "tolerable": money.plain(plan.tolerable),
            "expected": money.plain(plan.expected),
            "confidence": plan.confidence,
            "factor": str(plan.factor),
        }
    return {
        "seed": plan.seed,
        **size,
        "unit": sample.unit,
        "funds": [stratum.fund for stratum in sample.strata],
        "kinds": [kind for kind in scope.kinds or PAID if kind],
        "since": scope.since and scope.since.isoformat(),
        "until": scope.until and scope.until.isoformat(),
        "vouchers": sum(stratum.vouchers for stratum in sample.strata),
        "amount": money.plain(sum(stratum.amount for stratum in sample.strata), sample.scale),
        "returned_vouchers": sample.returned.vouchers,
        "returned_amount": money.plain(sample.returned.amount, sample.scale),
        "start": START,
    }


def about(sample: Sample) -> dict[str, Any]:
    """Return what the sample was drawn from, by which program and when."""
    return {
        "book": sample.about.title,
        "path": sample.about.path,
        "read": [one._asdict() for one in sample.about.read],
        "program": program(),
        "date": dt.datetime.now().astimezone().date().isoformat(),
    }


def method_list(sample: Sample, language: Language) -> Table:
    """Return both as a table, a row each."""
    said = about(sample) | method(sample)
    said["read"] = [f"{one.file}  SHA-256 {one.sha256}" for one in sample.about.read]
    said["kinds"] = [message(f"kind-{kind}", language) for kind in said["kinds"]]
    said["start"] = message("sample-start", language)
    read: list[str] = said["read"]
    listed = {name: ", ".join(value) for name, value in said.items() if isinstance(value, list)}
    rows = [
        (message(f"sample-method-{name}", language), str(one))
        for name, value in (said | listed).items()
        for one in (read if name == "read" else [value])  # a file a row
        if one not in (None, "")
    ]
    return Table(_columns(METHOD, money.SCALE), tuple(rows))


def record(sample: Sample) -> dict[str, Any]:
    """Return the machine-readable object of `sample --format json`."""
    items = [dict(zip(_names(ITEM), _shown(ITEM, _cells(item), sample.scale, plain=True), strict=True))
             for item in sample.items]  # fmt: skip
    return {
        "about": about(sample),
        "method": method(sample),
        "strata": [
            dict(zip(_names(STRATUM), _shown(STRATUM, stratum, sample.scale, plain=True), strict=True))
            for stratum in sample.strata
        ],
        "items": [item | {"certain_item": bool(item["certain_item"])} for item in items],
        "problems": sample.problems,
    }


def write_workbook(sample: Sample, path: Path, language: Language) -> None:
    """Write the list to fill in, the strata, and how to draw the same again, a sheet each.

    Raises UsageError (`export-unwritable`).
    """
    workbook(sheets_of(sample, language), path, language)


def in_words(table: Table, language: Language) -> Table:
    """Return a list as people read it in a workbook: the kinds of vouchers in words."""
    at = [column.name for column in table.columns].index("kind")
    rows = ((*row[:at], table.named(language, "kind", str(row[at])), *row[at + 1 :]) for row in table.rows)
    return replace(table, rows=tuple(rows))


def sheets_of(sample: Sample, language: Language) -> dict[str, Table]:
    """Return the list to fill in, the strata and the method as tables by the names of their sheets."""
    sheets = {
        "list": sampling_list(sample, to_fill_in=True),
        "strata": strata_list(sample, language),
        "method": method_list(sample, language),
    }
    sheets["list"] = in_words(sheets["list"], language)
    return {message(f"sample-sheet-{name}", language): table for name, table in sheets.items()}


def _cells(item: Item) -> tuple[Cell, ...]:
    number, date, kind, payee, narration, document, (file, sheet, row) = item.voucher
    return (
        number, date, item.fund, kind, payee, narration, document, item.amount, item.hits, item.cumulative,
        "*" if item.certain else "", file, sheet, row or None,
    )  # fmt: skip


def _shown(columns: Columns, cells: Iterable[Cell], scale: int, *, plain: bool = False) -> tuple[Cell, ...]:
    """Return the cells of a row; amounts that a table would take for fen, and are not, are written out."""
    written = plain or scale != money.SCALE
    return tuple(
        money.plain(_whole(cell), scale) if kind == "amount" and written and cell is not None else cell
        for (_, kind), cell in zip(columns, cells, strict=True)
    )


def _columns(columns: Columns, scale: int) -> tuple[Column, ...]:
    return tuple(
        Column(
            name.replace("-", "_"),
            message(f"sample-head-{name}", "en"),
            message(f"sample-head-{name}", "zh"),
            "text" if kind == "amount" and scale != money.SCALE else kind,
        )
        for name, kind in columns
    )


def _names(columns: Columns) -> list[str]:
    return [name.replace("-", "_") for name, _ in columns]


def _whole(cell: Cell) -> int:
    assert isinstance(cell, int), cell
    return cell
