"""An importer page's TOML: what the file looks like and which column is which field."""

from __future__ import annotations

import codecs
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fundtrack.errors import PageError
from fundtrack.money import FACTORS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fundtrack.pages import Page

INCOMING: Final = ("transfer-received", "interest", "refund")
OUTGOING: Final = ("disbursement", "bank-charge")
FIELDS: Final = (
    "date", "amount", "amount-in", "amount-out", "balance", "payee", "narration",
    "fund", "use", "project", "document", "bank", "bank-ref", "payee-id", "payee-account", "contract",
    "reference",
)  # fmt: skip
IDENTIFYING: Final = ("payee-id", "payee-account")
"""Fields whose columns are private, and that alone may read a private one."""

WORDED: Final = ("fund", "use", "project", "bank")
TABLES: Final = {
    "file": {"encoding", "delimiter", "header", "unit", "currency", "total", "notes", "private"},
    "columns": set(FIELDS),
    "key": {"columns", "account"},
    "kind": {"column", "in", "out", "in-words", "out-words"},
    "words": set(WORDED),
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field's text comes from: columns joined by a blank, or the cell beside a label above the header.

    `pattern` takes its first group out of that text; where it does not occur, the field is empty.
    """

    columns: tuple[str, ...] = ()
    label: str = ""
    pattern: re.Pattern[str] | None = None

    @property
    def name(self) -> str:
        """Return what a person calls it: its label or its columns."""
        return self.label or "、".join(self.columns)


@dataclass(frozen=True, slots=True)
class Layout:
    """What a page says about its files. Words and kinds are in the order of the page."""

    name: str
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    unit: str | Source
    currency: str
    total: tuple[str, ...]
    notes: tuple[str, ...]
    private: tuple[str, ...]
    columns: Mapping[str, Source]
    key: tuple[str, ...]
    key_account: Source | None
    kind_column: Source | None
    kind_in: str
    kind_out: str
    words_in: Mapping[str, str]
    words_out: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]

    @property
    def two_sided(self) -> bool:
        """Say whether what comes in and what goes out stand in two columns."""
        return "amount" not in self.columns

    def counted(self, incoming: int, outgoing: int) -> int:
        """Return what a row counts in the file's sums: the amount as printed, or what came in less what went out."""
        return incoming - outgoing if self.two_sided else outgoing


def layout(page: Page) -> Layout:
    """Read the TOML of a page. Raises PageError naming what is wrong."""
    try:
        form = tomllib.loads(page.definition.text)
        return _layout(page.name, form)
    except (ValueError, LookupError, TypeError, AttributeError, re.error) as error:
        line = page.definition.line
        raise PageError("page-importer", path=page.path, line=line, why=error) from error


def _layout(name: str, form: dict[str, dict[str, Any]]) -> Layout:
    """Check the TOML and make a layout of it. Raises ValueError and its like."""
    for table, content in form.items():
        if unknown := set(content) - TABLES[table]:
            raise ValueError(", ".join(sorted(unknown)))
    file, kind, words = form["file"], form.get("kind", {}), form.get("words", {})
    columns = {field: _source(spec) for field, spec in form["columns"].items()}
    if ("amount" in columns) == ("amount-in" in columns and "amount-out" in columns):
        raise ValueError("[columns] amount, or amount-in and amount-out")
    private = {*_texts(file.get("private", []))}
    for field, source in columns.items():
        if field in IDENTIFYING:
            private |= {*source.columns}
        elif private & {*source.columns}:
            raise ValueError(field, *source.columns)
    account, column, unit = form["key"].get("account"), kind.get("column"), file.get("unit", "元")
    if not isinstance(unit, dict):
        FACTORS[unit]
    codecs.lookup(file.get("encoding", "utf-8"))
    return Layout(
        name=name,
        encoding=file.get("encoding", "utf-8"),
        delimiter=file.get("delimiter", ","),
        header=_texts(file["header"]),
        unit=_source(unit) if isinstance(unit, dict) else unit,
        currency=file.get("currency", "CNY"),
        total=_texts(file.get("total", [])),
        notes=_texts(file.get("notes", [])),
        private=tuple(sorted(private)),
        columns=columns,
        key=_texts(form["key"]["columns"]),
        key_account=_source(account) if account else None,
        kind_column=_source(column) if column else None,
        kind_in=_kind(kind.get("in", ""), INCOMING),
        kind_out=_kind(kind.get("out", "disbursement"), OUTGOING),
        words_in={word: _kind(of, INCOMING) for word, of in kind.get("in-words", {}).items()},
        words_out={word: _kind(of, OUTGOING) for word, of in kind.get("out-words", {}).items()},
        words={field: {str(word): str(code) for word, code in of.items()} for field, of in words.items()},
    )


def _source(spec: str | list[str] | dict[str, Any]) -> Source:
    """Read where a field comes from: a column's name, several, `{cell = …}` or `{column = …, pattern = …}`."""
    if isinstance(spec, str):
        return Source((spec,))
    if isinstance(spec, list):
        return Source(_texts(spec))
    rest = set(spec) - {"column", "cell", "pattern"}
    if rest or ("column" in spec) == ("cell" in spec):
        raise ValueError(spec)
    pattern = re.compile(spec["pattern"]) if "pattern" in spec else None
    if pattern and pattern.groups != 1:
        raise ValueError(pattern.pattern)
    columns = _texts([spec["column"]] if isinstance(spec.get("column"), str) else spec.get("column", []))
    return Source(columns, spec.get("cell", ""), pattern)


def _kind(kind: str, kinds: tuple[str, ...]) -> str:
    """Return a kind of voucher that one of the two directions can bring; empty for none."""
    if kind not in ("", *kinds):
        raise ValueError(kind)
    return kind


def _texts(texts: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever the TOML holds
    """Return a list of texts. Raises TypeError when it is another thing."""
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        raise TypeError(texts)
    return tuple(texts)
