"""The imports that a ledger tells of, staged as a book shows its own.

    2015-03-05 custom "batch" "1"
      file: "water.csv"
      amount-posted: 118000.00 CNY
      amount-quarantined: 900.00 CNY
      printed-total: 118900.00 CNY

The metadata are the columns of `batches`, with `-` for `_`; without `printed-total` the file printed none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from fundtrack.checking.book import no_import
from fundtrack.checking.entries import fields_of, integers_of
from fundtrack.checking.lens import Subject
from fundtrack.schema.registers import Register

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fundtrack.beantext.directives import Custom
    from fundtrack.checking.declared import Declared
    from fundtrack.checking.units import Units
    from fundtrack.errors import Language

ROWS: Final = (
    "rows_read", "rows_posted", "rows_already_posted", "rows_quarantined", "rows_not_data", "rows_unreadable",
)  # fmt: skip
AMOUNTS: Final = ("amount_posted", "amount_already_posted", "amount_quarantined")
TOTAL: Final = "printed_total"

BATCH: Final = Register(
    name="batch",
    relation="batches",
    title={},
    key=("batch",),
    fields={
        **dict.fromkeys(("file", "sheet", "sha256", "page", "page_sha256"), "text"),
        **dict.fromkeys(ROWS, "number"),
        **dict.fromkeys((*AMOUNTS, TOTAL), "amount"),
        **dict.fromkeys(("date_first", "date_last", "imported_by"), "text"),
    },
)
"""What may be said of an import; no register, but said and read like an entry of one."""

COLUMNS: Final = ("batch", "date", *BATCH.fields, "amount_read", "has_total", "unit", "entry")
NUMBER: Final = re.compile(r"[1-9]\d{0,14}", re.ASCII)


class Batches:
    """The imports a ledger tells of. Amounts become integers when all of the ledger's amounts are known."""

    def __init__(self, declared: Declared, units: Units) -> None:
        """Read every one. Raises UsageError (`register-field`), with its line."""
        self._told: dict[int, Custom] = {}
        for number, entry in declared.named("batch").items():
            if NUMBER.fullmatch(number):
                self._told[int(number)] = entry
                for name, value in fields_of(BATCH, entry).items():
                    if BATCH.fields[name] == "amount":
                        units.met(value.number, value.currency)

    def rows(self, units: Units) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of `batches`, in the order of `COLUMNS`."""
        for number, entry in self._told.items():
            said = integers_of(fields_of(BATCH, entry), units)
            values = dict(zip(BATCH.columns, BATCH.row(said), strict=True))
            read = sum(values[name] for name in AMOUNTS)
            own = (values[name] for name in BATCH.fields)
            yield number, entry.date.isoformat(), *own, read, int(TOTAL in said), values["unit"], f"batch {number}"

    def missing(self) -> dict[str, Mapping[Language, str]]:
        """Return the relation, with why, where nothing is told."""
        return {} if self._told else {BATCH.relation: no_import()}

    def subject(self, number: str) -> Subject:
        """Return where an import is told of."""
        meta = self._told[int(number)].meta
        return Subject(file=str(meta["filename"]), line=int(meta["lineno"]))
