"""An importer page's TOML: what the file looks like and which column is which field."""

from __future__ import annotations

import codecs
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fundtrack.errors import PageError
from fundtrack.importing.becoming import FORMS, NEEDED
from fundtrack.money import FACTORS
from fundtrack.schema.registers import REGISTERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fundtrack.identifier import Form
    from fundtrack.pages import Page
    from fundtrack.schema.registers import Register

INCOMING: Final = ("transfer-received", "interest", "refund")
OUTGOING: Final = ("disbursement", "bank-charge")
FIELDS: Final = (
    "date", "amount", "amount-in", "amount-out", "balance", "payee", "narration",
    "fund", "use", "project", "document", "bank", "bank-ref", "payee-id", "payee-account", "contract",
    "quota", "reference",
)  # fmt: skip
IDENTIFYING: Final[Mapping[str, Form]] = {"payee-id": "person", "payee-account": "account"}
"""Fields whose columns are private, and that alone may read a private one, with what number each holds."""

WORDED: Final = ("fund", "use", "project", "bank")
FILE: Final = {"encoding", "delimiter", "header", "unit", "currency", "total", "notes", "private"}
TABLES: Final = {
    "file": FILE,
    "columns": set(FIELDS),
    "key": {"columns", "account"},
    "kind": {"column", "in", "out", "in-words", "out-words"},
    "words": set(WORDED),
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field's text comes from: columns joined by a blank, or the cell beside a label above the header.

    `pattern` takes its first group out of that text; where it does not occur, the field is empty. What is the same in
    every file of a page is its `constant`. A number of a register counts `times` as much as the file writes. A file may
    lack an `optional` column; the field is empty then.
    """

    columns: tuple[str, ...] = ()
    label: str = ""
    pattern: re.Pattern[str] | None = None
    constant: str = ""
    times: int = 1
    optional: bool = False

    @property
    def name(self) -> str:
        """Return what a person calls it: its label or its columns."""
        return self.label or "、".join(self.columns)


@dataclass(frozen=True, slots=True)
class Layout:
    """What a page says about its files. Words and kinds are in the order of the page.

    A file of a `register` has entries instead of vouchers; those of its columns that are `needed` may not be empty, and
    its `funds`, where any are known, are those of the chart. A row of another may become an act on quota, which
    `becomes` names.
    """

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
    register: Register | None = None
    becomes: str = ""
    needed: tuple[str, ...] = ()
    funds: frozenset[str] = frozenset()

    @property
    def two_sided(self) -> bool:
        """Say whether what comes in and what goes out stand in two columns."""
        return "amount" not in self.columns and "amount-in" in self.columns

    @property
    def form(self) -> Register | None:
        """What tells the columns of rows that are read one by one: a register, or an act; None of payments."""
        return FORMS[self.becomes] if self.becomes else self.register

    @property
    def worded(self) -> tuple[str, ...]:
        """The fields that words may stand for: a few of a voucher's, any of a register's."""
        return WORDED if self.form is None else tuple(self.form.fields)

    def counted(self, incoming: int, outgoing: int) -> int:
        """Return what a row counts in the file's sums: the amount as printed, or what came in less what went out."""
        return incoming - outgoing if self.two_sided else outgoing


def layout(page: Page) -> Layout:
    """Read the TOML of a page. Raises PageError naming what is wrong."""
    try:
        form = tomllib.loads(page.definition.text)
        single = "register" in form or "becomes" in form
        return _of_entries(page.name, form) if single else _layout(page.name, form)
    except (ValueError, LookupError, TypeError, AttributeError, re.error) as error:
        line = page.definition.line
        raise PageError("page-importer", path=page.path, line=line, why=error) from error


def columns_of(page: Page) -> tuple[list[str], list[str]]:
    """Return the columns that a page's files must have, and those they may lack; none where it says them otherwise.

    Raises PageError.
    """
    if "columns" not in tomllib.loads(page.definition.text):
        return [], []
    form = layout(page)
    sources = [source for source in (*form.columns.values(), form.key_account, form.kind_column) if source]
    needed = dict.fromkeys([*form.header, *(name for one in sources if not one.optional for name in one.columns)])
    needed |= dict.fromkeys(form.key)
    return [*needed], [*dict.fromkeys(name for one in sources for name in one.columns if name not in needed)]


def _layout(name: str, form: dict[str, dict[str, Any]]) -> Layout:
    """Check the TOML and make a layout of it. Raises ValueError and its like."""
    for table, content in form.items():
        if unknown := set(content) - TABLES[table]:
            raise ValueError(", ".join(sorted(unknown)))
    kind, words = form.get("kind", {}), form.get("words", {})
    columns = {field: source_of(spec) for field, spec in form["columns"].items()}
    if ("amount" in columns) == ("amount-in" in columns and "amount-out" in columns):
        raise ValueError("[columns] amount, or amount-in and amount-out")
    _needed(columns, ("date", "amount", "amount-in", "amount-out"))
    account, column = form["key"].get("account"), kind.get("column")
    return Layout(
        name=name,
        **_file(form["file"], columns, tuple(IDENTIFYING)),
        columns=columns,
        key=texts_of(form["key"]["columns"]),
        key_account=source_of(account) if account else None,
        kind_column=source_of(column) if column else None,
        kind_in=_kind(kind.get("in", ""), INCOMING),
        kind_out=_kind(kind.get("out", "disbursement"), OUTGOING),
        words_in={word: _kind(of, INCOMING) for word, of in kind.get("in-words", {}).items()},
        words_out={word: _kind(of, OUTGOING) for word, of in kind.get("out-words", {}).items()},
        words={field: {str(word): str(code) for word, code in of.items()} for field, of in words.items()},
    )


def _of_entries(name: str, form: dict[str, Any]) -> Layout:
    """Check the TOML of a page whose rows are read one by one, and make a layout of it.

    They are entries of a register, or become acts on quota; the latter have a key. Raises ValueError and its like.
    """
    becomes = form.pop("becomes", "")
    register = FORMS[becomes] if becomes else REGISTERS[form["register"]["name"]]
    fields = set(register.fields)
    needed = NEEDED[becomes] if becomes else texts_of(form["register"].get("needed", []))
    sided = {"amount-in", "amount-out"} if "amount" in fields and not becomes else set()
    own = {"key": {"columns"}} if becomes else {"register": {"name", "needed"}}
    tables = {**own, "file": FILE, "columns": fields | sided, "words": fields}
    for table, content in form.items():
        if unknown := set(content) - tables[table]:
            raise ValueError(", ".join(sorted(unknown)))
    columns = {field: source_of(spec) for field, spec in form["columns"].items()}
    if len(sided & {*columns}) == 1 or ("amount" in columns and sided & {*columns}):
        raise ValueError("[columns] amount, or amount-in and amount-out")
    known = {"amount" if field in sided else field for field in columns}
    if missing := {register.key[0], *needed} - known:
        raise ValueError("[columns]", *sorted(missing))
    _needed(columns, (register.key[0], *needed, *sided))
    identifying = tuple(field for field, kind in register.fields.items() if kind == "identifier")
    words = {field: {str(word): str(of) for word, of in to.items()} for field, to in form.get("words", {}).items()}
    return Layout(
        name=name,
        **_file(form["file"], columns, identifying),
        columns=columns,
        key=texts_of(form["key"]["columns"]) if becomes else (),
        key_account=None,
        kind_column=None,
        kind_in="",
        kind_out="",
        words_in={},
        words_out={},
        words=words,
        register=None if becomes else register,
        becomes=becomes,
        needed=tuple(dict.fromkeys((register.key[0], *needed))),
    )


def _file(file: dict[str, Any], columns: Mapping[str, Source], identifying: tuple[str, ...]) -> dict[str, Any]:
    """Return what the table [file] says, as a layout has it; of the columns it is told which are private."""
    private, unit = {*texts_of(file.get("private", []))}, file.get("unit", "元")
    for field, source in columns.items():
        if field in identifying:
            private |= {*source.columns}
        elif private & {*source.columns}:
            raise ValueError(field, *source.columns)
    if not isinstance(unit, dict):
        FACTORS[unit]
    codecs.lookup(file.get("encoding", "utf-8"))
    return {
        "encoding": file.get("encoding", "utf-8"),
        "delimiter": file.get("delimiter", ","),
        "header": texts_of(file["header"]),
        "unit": source_of(unit) if isinstance(unit, dict) else unit,
        "currency": file.get("currency", "CNY"),
        "total": texts_of(file.get("total", [])),
        "notes": texts_of(file.get("notes", [])),
        "private": tuple(sorted(private)),
    }


def source_of(spec: str | list[str] | dict[str, Any]) -> Source:
    """Read where a field comes from: a column's name, several, or a table.

    `{cell = …}` or `{column = …}`, either with a `pattern`, a column of numbers with `times`; or `{constant = …}`.
    """
    if isinstance(spec, str):
        return Source((spec,))
    if isinstance(spec, list):
        return Source(texts_of(spec))
    rest = set(spec) - {"column", "cell", "pattern", "constant", "times", "optional"}
    optional = spec.get("optional", False)
    if rest or len({"column", "cell", "constant"} & set(spec)) != 1 or not isinstance(optional, bool):
        raise ValueError(spec)
    if optional and "column" not in spec:  # what stands above the header is empty where it is not there
        raise ValueError(spec)
    pattern = re.compile(spec["pattern"]) if "pattern" in spec else None
    if pattern and pattern.groups != 1:
        raise ValueError(pattern.pattern)
    columns = texts_of([spec["column"]] if isinstance(spec.get("column"), str) else spec.get("column", []))
    constant, times = str(spec.get("constant", "")), int(spec.get("times", 1))
    return Source(columns, spec.get("cell", ""), pattern, constant, times, optional)


def _needed(columns: Mapping[str, Source], needed: Iterable[str]) -> None:
    """Raise ValueError where a field that a row cannot do without is optional."""
    for field in needed:
        if field in columns and columns[field].optional:
            raise ValueError(field, "optional")


def _kind(kind: str, kinds: tuple[str, ...]) -> str:
    """Return a kind of voucher that one of the two directions can bring; empty for none."""
    if kind not in ("", *kinds):
        raise ValueError(kind)
    return kind


def texts_of(texts: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever the TOML holds
    """Return a list of texts. Raises TypeError when it is another thing."""
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        raise TypeError(texts)
    return tuple(texts)
