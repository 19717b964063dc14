"""A page on another system: what its files look like, and which column is which field of a voucher or an account."""

from __future__ import annotations

import codecs
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from fundtrack.chart.model import KINDS
from fundtrack.checking.declared import OTHER
from fundtrack.errors import PageError
from fundtrack.importing.layout import Layout
from fundtrack.importing.source import source_of, texts_of
from fundtrack.money import FACTORS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fundtrack.importing.source import Source
    from fundtrack.pages import Page

JOURNAL: Final = re.compile(r"^\[journal\]", re.MULTILINE)

NEEDED: Final = {"journal": ("number", "date", "account"), "accounts": ("code", "name")}
"""Fields without which a file is none of its kind."""

TEXTS: Final = {
    "payee": "payee", "narration": "narration", "project": "project", "document": "doc", "bank-ref": "bank-ref",
    "contract": "contract", "prepared-by": "prepared-by", "approved-by": "approved-by", "attachments": "attachments",
}  # fmt: skip
"""Fields of a voucher that are texts, by the metadata they become; the first row that says one says it for all."""

AMOUNTS: Final = ("amount", "debit", "credit")
OPENING: Final = ("opening", "opening-debit", "opening-credit")
FIELDS: Final = {
    "journal": {*NEEDED["journal"], *AMOUNTS, "side", "account-name", "fund", *TEXTS},
    "accounts": {*NEEDED["accounts"], *OPENING, "side", "fund"},
}
FILE: Final = {
    "encoding",
    "delimiter",
    "decimal",
    "unit",
    "currency",
    "total",
    "notes",
    "numbering",
    "debit-words",
    "credit-words",
    "fill-down",
}

ROOTS: Final = {kind: root for root, kinds in KINDS.items() for kind in kinds} | {
    "asset": "Assets", "liability": "Liabilities", "equity": "Equity", "income": "Income", "expense": "Expenses",
}  # fmt: skip
"""What a page may call the accounts whose codes begin alike, and the root under which they stand."""

Numbering = Literal["month", "year", "never"]


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of file: its layout, in which `columns` are the fields; `sides` are those of its amounts.

    `filled_down` are columns that a row may leave to the row above it, as merged cells do.
    """

    table: str
    layout: Layout
    sides: tuple[str, ...]
    debit_words: tuple[str, ...]
    credit_words: tuple[str, ...]
    filled_down: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The fields without which a row is no posting and no account; a date has reasons of its own."""
        return ("number", "account") if self.is_journal else ("code",)

    @property
    def is_journal(self) -> bool:
        """Whether a row is a posting, and not an account."""
        return self.table == "journal"


@dataclass(frozen=True, slots=True)
class System:
    """A page on another system. `numbering` is how often its voucher numbers begin anew."""

    name: str
    journal: Form
    accounts: Form | None
    numbering: Numbering
    kinds: tuple[tuple[str, str], ...]

    def account(self, code: str) -> tuple[str, str]:
        """Return the root and the kind of an account by the longest beginning of its code that the page names."""
        kind = next((kind for beginning, kind in self.kinds if code.startswith(beginning)), "")
        root = ROOTS.get(kind, "")
        return root, kind if kind in KINDS.get(root, ()) else OTHER


def is_system(page: Page) -> bool:
    """Say whether a page is on another system, and not on files that are posted from."""
    return JOURNAL.search(page.definition.text) is not None


def system(page: Page) -> System:
    """Read the TOML of a page. Raises PageError naming what is wrong."""
    try:
        return _system(page.name, tomllib.loads(page.definition.text))
    except (ValueError, LookupError, TypeError, AttributeError, re.error) as error:
        raise PageError("page-importer", path=page.path, line=page.definition.line, why=error) from error


def _system(name: str, form: dict[str, dict[str, Any]]) -> System:
    """Check the TOML and make a system of it. Raises ValueError and its like."""
    if unknown := (set(form) - {"file", "kinds", *FIELDS}) | (set(form.get("file", {})) - FILE):
        raise ValueError(", ".join(sorted(unknown)))
    file = form.get("file", {})
    numbering = file.get("numbering", "year")
    if numbering not in get_args(Numbering):
        raise ValueError(numbering)
    kinds = [(str(start), kind) for kind, starts in form["kinds"].items() for start in texts_of(starts)]
    for kind in form["kinds"]:
        ROOTS[kind]
    return System(
        name=name,
        journal=_form(name, "journal", file, form["journal"]),
        accounts=_form(name, "accounts", file, form["accounts"]) if "accounts" in form else None,
        numbering=numbering,
        kinds=tuple(sorted(kinds, key=lambda one: -len(one[0]))),
    )


def _form(name: str, table: str, file: dict[str, Any], fields: dict[str, Any]) -> Form:
    """Return one kind of file. Raises ValueError and its like."""
    if unknown := set(fields) - FIELDS[table]:
        raise ValueError(", ".join(sorted(unknown)))
    columns = {field: source_of(spec) for field, spec in fields.items()}
    if marked := [field for field, source in columns.items() if source.optional or source.any]:
        raise ValueError("optional", *marked)
    sides = _sides(table, columns)
    needed = [columns[field] for field in (*NEEDED[table], *sides)]
    unit = file.get("unit", "元")
    if not isinstance(unit, dict):
        FACTORS[unit]
    codecs.lookup(file.get("encoding", "utf-8"))
    if (decimal := file.get("decimal", "")) not in {"", ".", ","}:
        raise ValueError(decimal)
    return Form(
        table=table,
        layout=_layout(name, file, unit, columns, tuple(one for source in needed for one in source.columns)),
        sides=sides,
        debit_words=texts_of(file.get("debit-words", [])),
        credit_words=texts_of(file.get("credit-words", [])),
        filled_down=texts_of(file.get("fill-down", [])),
    )


def _sides(table: str, columns: Mapping[str, Source]) -> tuple[str, ...]:
    """Return the fields of the amounts: debit and credit, or one that is signed, or one beside its side.

    A chart need not have any. Raises ValueError.
    """
    signed, *two = AMOUNTS if table == "journal" else OPENING
    found = tuple(field for field in (signed, *two) if field in columns)
    if found not in ((signed,), tuple(two)) and (found or table == "journal"):
        raise ValueError(table, signed, *two)
    return found


def _layout(
    name: str,
    file: Mapping[str, Any],
    unit: str | dict[str, Any],
    columns: Mapping[str, Source],
    header: tuple[str, ...],
) -> Layout:
    return Layout(
        name=name,
        encoding=file.get("encoding", "utf-8"),
        delimiter=file.get("delimiter", ","),
        decimal=file.get("decimal", ""),
        header=header,
        unit=source_of(unit) if isinstance(unit, dict) else unit,
        currency=file.get("currency", "CNY"),
        total=texts_of(file.get("total", [])),
        notes=texts_of(file.get("notes", [])),
        private=(),
        columns=columns,
        key=(),
        key_account=None,
        kind_column=None,
        kind_in="",
        kind_out="",
        words_in={},
        words_out={},
        words={},
    )
