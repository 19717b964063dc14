"""The registers of a book, as `registers.toml` declares them: their tables, and views of the entries that hold.

An entry is never changed. Another one of the same key takes its place, and one that is `withdrawn` takes it away.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from fundtrack import identifier, money

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fundtrack.errors import Language

NO_END: Final = 9_999_999
"""The number of the day on which what has no end ends: later than any date there is."""

ABOUT: Final = ("seq", "withdrawn", "batch", "row", "recorded_at", "recorded_by")
"""What every entry says beside its own columns; `batch` and `row` are empty where a person made it."""

BESIDE: Final = frozenset({"withdrawn", "source", "sheet", "row", "recorded-at", "recorded-by"})
"""Metadata by which a published entry says the same; no register has columns of these names."""

FORMS: Final = {
    "person": "identifier", "party": "identifier", "account": "identifier", "plate": "identifier", "sha256": "text",
    "hundredths": "number",
}  # fmt: skip
"""The types of what a column may hold only in one form, by the form."""

DATED: Final = frozenset({"date", "end"})
WHOLE: Final = frozenset({"amount", "number"})


@dataclass(frozen=True)
class Register:
    """A register: the singular is its table, `relation` what a page selects from, `fields` its columns by type.

    `forms` says of a column what more an import asks of it: a form of `FORMS`, or the words that there are.
    """

    name: str
    relation: str
    title: Mapping[Language, str]
    key: tuple[str, ...]
    fields: Mapping[str, str]
    forms: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)

    def called(self, language: Language) -> str:
        """Return the register as a sentence names it: its title without what explains it."""
        return self.title[language].partition(":" if language == "en" else "：")[0].rstrip(".")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns as they are stored: behind each date its day, and a unit where there are amounts."""
        return tuple(self._columns())

    def _columns(self) -> Iterator[str]:
        for name, kind in self.fields.items():
            yield name
            if kind in DATED:
                yield f"{name}_day"
        if "amount" in self.fields.values():
            yield "unit"

    @property
    def amounts(self) -> tuple[str, ...]:
        """The columns that are amounts; the first that a file has is what its totals sum."""
        return tuple(name for name, kind in self.fields.items() if kind == "amount")

    def key_of(self, row: Sequence[Any]) -> tuple[str, ...]:
        """Return the values by which an entry, as it is stored, is known."""
        said = dict(zip(self.columns, row, strict=False))
        return tuple(str(said[name]) for name in self.key)

    def identity(self, row: Sequence[Any]) -> str:
        """Return what names an entry wherever it stands, in a book or a ledger: the hash of its register and key."""
        return sha256(repr((self.name, self.key_of(row))).encode()).hexdigest()[:16]

    @property
    def summed(self) -> str:
        """The column whose amounts the totals of a file sum, where it has any."""
        return "amount" if "amount" in self.fields else next(iter(self.amounts), "")

    def shown(self, name: str, value: Any) -> Any:  # noqa: ANN401 - of the column's type
        """Return a stored value as it is given out: amounts as decimal strings, numbers of persons masked."""
        if self.fields[name] == "amount" or self.forms.get(name) == "hundredths":
            return money.plain(value)
        return identifier.shown(value) if self.fields[name] == "identifier" else value

    def row(self, said: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return what an entry says as it is stored, in the order of `columns`; what it does not say is empty.

        Dates are dates, amounts and numbers integers; `unit` is CNY where it is not said.
        """
        row: list[Any] = []
        for name, kind in self.fields.items():
            value = said.get(name)
            if kind in DATED:
                open_day = NO_END if kind == "end" else 0
                row += [value.isoformat(), value.toordinal()] if value else ["", open_day]
            else:
                row.append(value or (0 if kind in WHOLE else ""))
        return (*row, said.get("unit", "CNY")) if "amount" in self.fields.values() else tuple(row)

    def table(self) -> str:
        """Return the statements that create the table, in the words of both databases (`dialect.translated`)."""
        whole = {name for name, kind in self.fields.items() if kind in WHOLE}
        whole |= {f"{name}_day" for name, kind in self.fields.items() if kind in DATED}
        own = "".join(f"    {name} {'INTEGER' if name in whole else 'TEXT'} NOT NULL,\n" for name in self.columns)
        return (
            f"CREATE TABLE {self.name} (\n    seq INTEGER NOT NULL,\n{own}"
            "    withdrawn INTEGER NOT NULL,\n    batch INTEGER,\n    row INTEGER,\n"
            "    recorded_at TEXT NOT NULL,\n    recorded_by TEXT NOT NULL,\n"
            f"    CONSTRAINT {self.name}_pk PRIMARY KEY (seq),\n"
            f"    CONSTRAINT {self.name}_id CHECK (seq BETWEEN 1 AND 9007199254740991),\n"
            f"    CONSTRAINT {self.name}_withdrawn CHECK (withdrawn IN (0, 1)),\n"
            f"    CONSTRAINT {self.name}_row CHECK ((batch IS NULL) = (row IS NULL))\n"
            ") STRICT;\n"
            f"CREATE INDEX {self.name}_key ON {self.name} ({', '.join((*self.key, 'seq'))});\n"
        )

    def same(self, one: str, other: str) -> str:
        """Return the condition that two entries, by their names in a select, have the same key."""
        return " AND ".join(f"{one}.{column} = {other}.{column}" for column in self.key)

    def view(self, prefix: str) -> str:
        """Return the statement that creates the view of what holds, named by the relation behind a prefix."""
        same = self.same("later", "e")
        return (
            f"CREATE VIEW {prefix}_{self.relation} AS\n"
            f"SELECT {', '.join(f'e.{column}' for column in self.columns)}, '{self.name} ' || e.seq AS entry\n"
            f"FROM {self.name} AS e\n"
            f"WHERE e.withdrawn = 0 AND NOT EXISTS (\n"
            f"    SELECT 1 FROM {self.name} AS later WHERE {same} AND later.seq > e.seq);\n"
        )


def _declared() -> dict[str, Register]:
    declared = tomllib.loads(files("fundtrack.schema").joinpath("registers.toml").read_text("utf-8"))
    return {name: declared_as(name, one) for name, one in declared.items()}


def declared_as(name: str, one: Mapping[str, Any]) -> Register:
    """Return a register as `registers.toml` declares it: each column by its type, its form or its words."""
    said: Mapping[str, str | list[str]] = one["columns"]
    forms = {column: form if isinstance(form, str) else tuple(form) for column, form in said.items()}
    fields = {column: FORMS.get(form, form) if isinstance(form, str) else "text" for column, form in forms.items()}
    forms = {column: form for column, form in forms.items() if form != fields[column]}
    return Register(name, one["relation"], {"en": one["en"], "zh": one["zh"]}, tuple(one["key"]), fields, forms)


REGISTERS: Final = _declared()
"""Every register by its name."""

BY_RELATION: Final = {register.relation: register for register in REGISTERS.values()}

IDENTIFIERS: Final = frozenset({
    "payee_id", "payee_account",
    *(name for one in REGISTERS.values() for name, kind in one.fields.items() if kind == "identifier"),
})  # fmt: skip
"""Columns that hold a person's number as it is kept: only what may be shown of it is ever printed."""


def every_entry() -> str:
    """Return the select that gives every entry of every register: which one it is, and where it came from."""
    return " UNION ALL ".join(
        f"SELECT '{name}' AS register, seq, '{name} ' || seq AS entry, withdrawn, batch, row, recorded_at, recorded_by "
        f"FROM {name}"
        for name in REGISTERS
    )


LIMITS: Final = {
    "contract": ("contract", "e.contract || CASE e.change WHEN '' THEN '' ELSE ' ' || e.change END", "amount"),
    "project": ("project", "e.project", "budget"),
    "standard": ("use", "e.benefit", "amount"),
}
"""Registers whose amount limits payments: the column by which vouchers name what is limited, its name, the amount."""


def replaced(prefix: str) -> str:
    """Return the statement that creates the view of the limits that were another amount before."""
    return (
        f"CREATE VIEW {prefix}_replaced AS\n"
        + "\nUNION ALL\n".join(
            f"""SELECT '{name}' AS register, '{name} ' || l.seq AS entry, {subject} AS subject, e.{under} AS under,
    e.unit, e.{amount} AS was, CASE l.withdrawn WHEN 1 THEN 0 ELSE l.{amount} END AS becomes,
    substr(l.recorded_at, 1, 10) AS changed
FROM {name} AS e
JOIN {name} AS l ON l.seq = (
    SELECT MIN(n.seq) FROM {name} AS n
    WHERE {" AND ".join(f"n.{column} = e.{column}" for column in REGISTERS[name].key)} AND n.seq > e.seq)
WHERE e.withdrawn = 0 AND (l.withdrawn = 1 OR l.{amount} <> e.{amount})"""
            for name, (under, subject, amount) in LIMITS.items()
        )
        + ";\n"
    )


def behind() -> str:
    """Return the statements that create the views of all entries, and of those that took another's place."""
    followed = " UNION ALL ".join(
        f"SELECT '{one.name} ' || e.seq AS entry, '{one.name} ' || later.seq AS successor FROM {one.name} AS e "
        f"JOIN {one.name} AS later ON {one.same('later', 'e')} AND later.seq > e.seq"
        for one in REGISTERS.values()
    )
    return f"CREATE VIEW every_entry AS {every_entry()};\nCREATE VIEW entry_succession AS {followed};\n"


def script(prefix: str) -> str:
    """Return the statements that create every register and its view, and that of the limits that were others."""
    tables = [register.table() + register.view(prefix) for register in REGISTERS.values()]
    return "\n".join([*tables, replaced(prefix)])
