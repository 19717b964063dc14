"""The register entries that a ledger carries, staged as a book holds them.

    2015-03-01 custom "register" "contract"
      contract: "HT-2015-01"
      payee: "茂恒公司"
      date: 2015-03-01
      amount: 300000.00 CNY

Each is an entry of the register behind the word; its metadata are the register's columns, with `-` for `_`.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from fundtrack.beantext.directives import Amount
from fundtrack.checking.book import no_register
from fundtrack.checking.lens import Subject
from fundtrack.errors import UsageError, nearest
from fundtrack.schema.registers import ABOUT, BESIDE, BY_RELATION, REGISTERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fundtrack.beantext.directives import Custom
    from fundtrack.checking.declared import Declared
    from fundtrack.checking.lens import Origin
    from fundtrack.checking.units import Units
    from fundtrack.errors import Language
    from fundtrack.schema.registers import Register

TYPES: Final[Mapping[str, Any]] = {
    "text": str, "identifier": str, "date": dt.date, "end": dt.date, "number": Decimal, "amount": Amount,
}  # fmt: skip
"""What the metadata of a column may be, by the column's type."""

WRITTEN: Final = {"date": "2015-01-01", "end": "2015-01-01", "number": "1", "amount": "1.00 CNY"}
"""How a value is written where it is not a text."""


NO_COLUMNS: Final = BESIDE | {"filename", "lineno"}
"""Metadata that say something of an entry itself."""


class Entries:
    """The register entries of a ledger. Amounts become integers when all of the ledger's amounts are known."""

    def __init__(self, declared: Declared, units: Units) -> None:
        """Read every entry. Raises UsageError (`register-unknown`, `register-field`), with its line."""
        self._entries: dict[str, list[Custom]] = {name: [] for name in REGISTERS}
        for values, entry in declared.customs.get("register", []):
            if len(values) != 1 or values[0] not in REGISTERS:
                said = " ".join(values)
                raise UsageError("register-unknown", **_place(entry), found=said, known=nearest(said, REGISTERS))
            self._entries[values[0]].append(entry)
            for name, value in fields_of(REGISTERS[values[0]], entry).items():
                if REGISTERS[values[0]].fields[name] == "amount":
                    units.met(value.number, value.currency)

    def tables(self, units: Units) -> Iterator[tuple[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]]]:
        """Yield the registers' tables with their columns and rows."""
        for name, entries in self._entries.items():
            register = REGISTERS[name]
            said = (integers_of(fields_of(register, entry), units) for entry in entries)
            rows = [
                (*register.row(one), seq, _withdrawn(entry), None, None, entry.date.isoformat(), "")
                for seq, (one, entry) in enumerate(zip(said, entries, strict=True), 1)
            ]
            yield name, ((*register.columns, *ABOUT), rows)

    def missing(self) -> dict[str, Mapping[Language, str]]:
        """Return the relations of the registers that the ledger has no entry of, each with why."""
        return {name: no_register(one) for name, one in BY_RELATION.items() if not self._entries[one.name]}

    def subject(self, entry: str, came_from: Callable[[Mapping[str, Any]], Origin]) -> Subject:
        """Return where an entry stands, and what it was imported from."""
        name, seq = entry.split(" ")
        register, found = REGISTERS[name], self._entries[name][int(seq) - 1]
        said = {key: _bare(value) for key, value in fields_of(register, found).items()}
        content = register.identity(register.row(said))
        file, line = str(found.meta["filename"]), int(found.meta["lineno"])
        return Subject(file=file, line=line, content=content, came_from=came_from(found.meta))


def _bare(value: Any) -> Any:  # noqa: ANN401 - whatever metadata hold
    """Return a value of a key, which is never an amount, as a register stores it."""
    return int(value) if isinstance(value, Decimal) else value


def _place(entry: Custom) -> dict[str, Any]:
    return {"path": entry.meta["filename"], "line": entry.meta["lineno"]}


def _withdrawn(entry: Custom) -> int:
    return int(entry.meta.get("withdrawn") is True)


def fields_of(register: Register, entry: Custom) -> dict[str, Any]:
    """Return what an entry says of the register's columns. Raises UsageError (`register-field`)."""
    said: dict[str, Any] = {
        key.replace("-", "_"): value
        for key, value in entry.meta.items()
        if key not in NO_COLUMNS or key in register.fields  # an import has a sheet of its own
    }
    for name, value in said.items():
        kind = register.fields.get(name)
        if kind is None or not isinstance(value, TYPES[kind]) or (kind == "number" and value % 1):
            form = WRITTEN.get(kind, '"…"') if kind else ", ".join(register.fields)
            raise UsageError("register-field", **_place(entry), register=register.name, field=name, form=form)
    return said


def integers_of(said: Mapping[str, Any], units: Units) -> dict[str, Any]:
    """Return the fields with integers for amounts and numbers, and the unit of the amounts."""
    amounts: dict[str, Any] = {name: value for name, value in said.items() if isinstance(value, Amount)}
    numbers = {name: int(value) for name, value in said.items() if isinstance(value, Decimal)}
    integers = {name: units.integer(value.number, value.currency) for name, value in amounts.items()}
    unit = [("unit", value.currency) for value in amounts.values()]
    return {**said, **numbers, **integers, **dict(unit)}
