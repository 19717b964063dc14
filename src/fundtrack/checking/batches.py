"""The imports that a ledger tells of, as `fundtrack.ledger.batches` writes them, staged as a book shows its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from fundtrack.checking.book import no_import
from fundtrack.checking.declared import text
from fundtrack.checking.entries import fields_of, integers_of
from fundtrack.checking.lens import Origin, Subject
from fundtrack.ledger.batches import AMOUNTS, BATCH, TOTAL, identity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fundtrack.beantext.directives import Custom
    from fundtrack.checking.declared import Declared
    from fundtrack.checking.units import Units
    from fundtrack.errors import Language

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
        """Return where an import is told of; it is known by its file, as in a book."""
        entry = self._told[int(number)]
        said = dict.fromkeys(BATCH.key, "") | fields_of(BATCH, entry)
        came = Origin(text(entry.meta, "file"), text(entry.meta, "sheet"), 0, text(entry.meta, "sha256"))
        file, line = str(entry.meta["filename"]), int(entry.meta["lineno"])
        return Subject(file=file, line=line, content=identity(said), came_from=came)

    def origin(self, meta: Mapping[str, Any]) -> Origin:
        """Return what the metadata of a voucher or an entry say it was imported from, with the hash of that file.

        A name that stands for several files has no hash here.
        """
        file, sheet, row = (text(meta, name) for name in ("source", "sheet", "row"))
        hashes = {text(one.meta, "sha256") for one in self._told.values() if text(one.meta, "file") == file}
        return Origin(file, sheet, int(row) if NUMBER.fullmatch(row) else 0, hashes.pop() if len(hashes) == 1 else "")
