"""An importer page's TOML: what the file looks like and which column is which field."""

from __future__ import annotations

import codecs
import re
import tomllib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from fundtrack import money
from fundtrack.errors import PageError
from fundtrack.importing.becoming import FORMS, NEEDED
from fundtrack.importing.movement import IN, PAID, movement_of
from fundtrack.importing.source import Source, source_of, texts_of
from fundtrack.importing.values import cells
from fundtrack.importing.values.dates import ISO, ORDERS
from fundtrack.importing.values.fields import ASKED, REDDENED
from fundtrack.schema.registers import REGISTERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fundtrack.identifier import Form
    from fundtrack.importing.movement import Movement
    from fundtrack.pages import Page
    from fundtrack.schema.registers import Register

INCOMING: Final = ("transfer-received", "interest", "refund")
OUTGOING: Final = ("disbursement", "bank-charge")
FIELDS: Final = (
    "date", "amount", "amount-in", "amount-out", "balance", "payee", "narration",
    "fund", "use", "project", "document", "bank", "bank-ref", "payee-id", "payee-account", "contract",
    "quota", "approver", "reference", "amount-words", "payer", "payer-account",
)  # fmt: skip
PAYERS: Final = {"payer": "payee", "payer-account": "payee-account"}
"""Fields that say of what came in what others say of what went out."""

LINE_PAYERS: Final = {"payer": "counterparty", "payer_account": "counterparty_account"}
"""The same of lines of a bank's statement."""

AMOUNTS: Final = ("amount", "amount-in", "amount-out")
"""The fields of what moved; their columns may name its currency: Amount (USD), 金额（美元）."""

IDENTIFYING: Final[Mapping[str, Form]] = {"payee-id": "person", "payee-account": "account", "payer-account": "account"}
"""Fields whose columns are private, and that alone may read a private one, with what number each holds."""

WORDED: Final = ("fund", "use", "project", "payee", "bank")
FILE: Final = {
    "encoding", "delimiter", "header", "without", "unit", "currency", "total", "notes", "private", "dates", "records",
    "header-rows", "red", "importer", "decimal",
    "also", "same",
}  # fmt: skip
YUAN: Final = "CNY"
BOOK: Final = "book"
"""What a page says of its unit or currency where its files do not say any: that of the book."""

TABLES: Final = {
    "file": FILE,
    "columns": set(FIELDS),
    "key": {"columns", "fields", "account", "one-of"},
    "movement": {"positive", "column", "in", "out", "status", "settled", "refunded"},
    "kind": {"column", "in", "out", "in-words", "out-words"},
    "words": set(WORDED),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """What a page says about its files. Words and kinds are in the order of the page.

    A file of a `register` has entries instead of vouchers; those of its columns that are `needed` may not be empty,
    and its `funds`, where any are known, are those of the chart. A row of another may become an act, which
    `becomes` names; of a bill over several funds, the `channels` are the columns under one heading of `header_rows`
    rows. A column that some files call `also` something else goes by the page's name; pairs of columns are the
    `same`. What a table says of its currency, or of whether rows were paid, and the page does not read are its
    `currencies` and `statuses`; where it calls its rows something, they are `called` so, and columns that it does
    not read are `named` after the fund or the use that they say; `remarks` may name a use beside other things. A
    page that was drafted has `open` questions, and no file is read through it. Of the columns `one_of`, a payment fills
    at least one. `whose` statement a file is that does not say it, who imports it does.
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
    without: tuple[str, ...] = ()
    also: tuple[tuple[str, str], ...] = ()
    same: tuple[tuple[str, ...], ...] = ()
    dates: str = ISO
    records: str = ""
    header_rows: int = 1
    channels: str = ""
    red: str = ASKED
    decimal: str = ""
    importer: str = ""
    key_sources: tuple[Source, ...] = ()
    movement: Movement = PAID
    book: str = ""
    currency_column: Source | None = None
    currencies: tuple[Source, ...] = ()
    statuses: tuple[Source, ...] = ()
    called: tuple[Source, ...] = ()
    named: tuple[tuple[str, Source], ...] = ()
    remarks: tuple[Source, ...] = ()
    open: tuple[str, ...] = ()
    whose: str = ""
    one_of: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return every source of a voucher's field, and of what says its kind, its way and its key."""
        beside = (
            self.key_account, self.kind_column, self.currency_column, self.unit, *self.movement.sources,
            *self.key_sources, *self.currencies, *self.statuses, *self.called, *self.remarks,
            *(source for _, source in self.named),
        )  # fmt: skip
        return (*self.columns.values(), *(one for one in beside if isinstance(one, Source)))

    @property
    def general(self) -> bool:
        """Say whether it is of a family of files, whose columns go by several names; optional ones make none."""
        return any(source.any and not source.optional for source in self.sources)

    @property
    def registers(self) -> bool:
        """Say whether its rows are only entries of a register, and no payments or acts."""
        return bool(self.register) and not self.becomes

    @property
    def signed(self) -> bool:
        """Say whether one amount says by its sign what came in and what went out."""
        return "amount" in self.columns and self.movement.positive == IN and not self.movement.column

    @property
    def netted(self) -> bool:
        """Say whether what went out counts against what came in."""
        return self.two_sided or self.signed

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
        return WORDED if self.form is None else (*self.form.fields, *(("fund",) if self.channels else ()))

    def counted(self, incoming: int, outgoing: int) -> int:
        """Return what a row counts in the file's sums: the amount as printed, or what came in less what went out."""
        return incoming - outgoing if self.netted else outgoing


def layout(page: Page) -> Layout:
    """Read the TOML of a page. Raises PageError naming what is wrong."""
    try:
        form = tomllib.loads(page.definition.text)
        single = "register" in form or "becomes" in form
        unanswered = texts_of(form.pop("open", []))
        made = _of_entries(page.name, form) if single else _layout(page.name, form)
        return replace(made, open=unanswered)
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
    named = [(source.columns or ((source.name,) if source.any else ()), source.optional) for source in form.sources]
    needed = dict.fromkeys([*form.header, *(name for names, optional in named if not optional for name in names)])
    needed |= dict.fromkeys(form.key)
    return [*needed], [*dict.fromkeys(name for names, _ in named for name in names if name not in needed)]


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
        key=_plain(form["key"]),
        key_sources=_keyed(form["key"], columns),
        one_of=texts_of(form["key"].get("one-of", [])),
        movement=movement_of(form.get("movement", {})),
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
    channels = form.pop("channels", {}) if becomes == "bill" else {}
    if (becomes == "bill") != bool(channels.get("under")) or set(channels) - {"under"}:
        raise ValueError("[channels] under")
    own = {"key": {"columns", "fields", "account"}} if becomes else {"register": {"name", "needed"}}
    written = {"amount-words"} if "amount" in fields else set()
    payers = {payer for payer, field in LINE_PAYERS.items() if field in fields}
    worded = fields | ({"fund"} if channels else set())
    tables = {**own, "file": FILE, "columns": fields | sided | written | payers, "words": worded}
    tables |= {"movement": {"column", "in", "out"}} if sided else {}
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
    kinds = {**register.fields, **{payer: register.fields[LINE_PAYERS[payer]] for payer in payers}}
    identifying = tuple(field for field, kind in kinds.items() if kind == "identifier")
    words = {field: {str(word): str(of) for word, of in to.items()} for field, to in form.get("words", {}).items()}
    return Layout(
        name=name,
        **_file(form["file"], columns, identifying),
        columns=columns,
        key=_plain(form["key"]) if becomes else (),
        key_sources=_keyed(form["key"], columns) if becomes else (),
        key_account=source_of(form["key"]["account"]) if "account" in form.get("key", {}) else None,
        kind_column=None,
        kind_in="",
        kind_out="",
        words_in={},
        words_out={},
        words=words,
        movement=movement_of(form.get("movement", {})),
        register=None if becomes else register,
        becomes=becomes,
        channels=str(channels.get("under", "")),
        needed=tuple(dict.fromkeys((register.key[0], *needed))),
    )


def _file(file: dict[str, Any], columns: Mapping[str, Source], identifying: tuple[str, ...]) -> dict[str, Any]:
    """Return what the table [file] says, as a layout has it; of the columns it is told which are private."""
    private, unit, currency = {*texts_of(file.get("private", []))}, file.get("unit", "元"), file.get("currency", YUAN)
    any_name = any(source.any for source in columns.values())
    for field, source in columns.items():
        if field in identifying:
            private |= {*source.columns}
        elif private & {*source.columns}:
            raise ValueError(field, *source.columns)
    if not (isinstance(unit, dict) or unit == BOOK or money.is_unit(unit)) or file.get("dates", ISO) not in ORDERS:
        raise ValueError(unit, file.get("dates", ISO))
    if file.get("red", ASKED) not in REDDENED or file.get("decimal", ".") not in {".", ","}:
        raise ValueError(file.get("red"), file.get("decimal"))
    if not (file.get("header") or any_name):
        raise ValueError("[file] header")
    same = tuple(map(texts_of, file.get("same", [])))
    if {*map(len, same)} - {2}:
        raise ValueError("[file] same")
    codecs.lookup(file.get("encoding", "utf-8"))
    return {
        "encoding": file.get("encoding", "utf-8"),
        "delimiter": file.get("delimiter", ","),
        "header": texts_of(file.get("header", [])),
        "without": texts_of(file.get("without", [])),
        "also": tuple((cells.column(name)[0], cells.column(str(of))[0]) for name, of in file.get("also", {}).items()),
        "same": same,
        "dates": file.get("dates", ISO),
        "records": str(file.get("records", "")),
        "importer": str(file.get("importer", "")),
        "red": file.get("red", ASKED),
        "decimal": file.get("decimal", "." if file.get("importer") else ""),  # a Decimal is written with a point
        "header_rows": int(file.get("header-rows", 1)),
        "unit": source_of(unit) if isinstance(unit, dict) else unit,
        "currency": (YUAN if unit in (*money.OF_YUAN,) else BOOK) if isinstance(currency, dict) else currency,
        "currency_column": source_of(currency) if isinstance(currency, dict) else None,
        "total": texts_of(file.get("total", [])),
        "notes": texts_of(file.get("notes", [])),
        "private": tuple(sorted(private)),
    }


def _plain(key: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the columns of a key that go by one name."""
    return texts_of([one for one in key.get("columns", []) if isinstance(one, str)])


def _keyed(key: Mapping[str, Any], columns: Mapping[str, Source]) -> tuple[Source, ...]:
    """Return what is part of the key beside plain columns: those of fields, and columns that go by several names.

    Raises ValueError where there is no key at all. A field that stands above the table is the same in all rows, and
    tells none from another.
    """
    tables = [source_of(one) for one in key.get("columns", []) if not isinstance(one, str)]
    sources = (*tables, *(columns[field] for field in texts_of(key.get("fields", []))))
    if any(not (source.columns or source.any) for source in sources) or not (sources or key.get("columns")):
        raise ValueError("[key]", *key)
    return sources


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
