"""The imports of a book as Beancount directives, in the order in which they were made.

    2015-03-05 custom "batch" "1"
      file: "water.csv"
      sha256: "…"
      rows-read: 3
      amount-posted: 118000.00 CNY
      amount-quarantined: 900.00 CNY
      printed-total: 118900.00 CNY

The metadata are the columns of `batches`, with `-` for `_`; what is empty or nought is left out, but a printed total of
nought was printed. So whoever has the ledger alone sees which files it came from, and whether their totals were right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fundtrack import money
from fundtrack.beantext.directives import Amount, Custom
from fundtrack.beantext.escape import string
from fundtrack.ledger.journal import NOTICE
from fundtrack.schema import dialect
from fundtrack.schema.registers import Register

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Connection

    from fundtrack.beantext.directives import Directive
    from fundtrack.errors import Language

STEM: Final = "batches"
"""How the file of the imports is called before its hash."""

ROWS: Final = (
    "rows_read", "rows_posted", "rows_already_posted", "rows_quarantined", "rows_not_data", "rows_unreadable",
    "rows_mended",
)  # fmt: skip
AMOUNTS: Final = ("amount_posted", "amount_already_posted", "amount_quarantined", "amount_mended")
MENDED: Final = frozenset({"rows_mended", "amount_mended"})
"""What follows from the corrections of its rows."""

TOTAL: Final = "printed_total"

BATCH: Final = Register(
    name="batch",
    relation="batches",
    title={},
    key=("sha256", "file", "sheet"),
    fields={
        **dict.fromkeys(("file", "sheet", "sha256", "page", "page_sha256"), "text"),
        **dict.fromkeys(ROWS, "number"),
        **dict.fromkeys((*AMOUNTS, TOTAL), "amount"),
        **dict.fromkeys(("date_first", "date_last", "imported_by", "bank"), "text"),
        **dict.fromkeys(("default_fund", "default_use", "default_project", "default_by"), "text"),
    },
)
"""What may be said of an import; no register, but said and read like an entry of one. The file and sheet name it."""


class Batch(NamedTuple):
    """An import: its number and day, and the values of `BATCH.fields`; the total is None where the file prints none."""

    number: int
    day: str
    said: tuple[Any, ...]


def identity(said: Mapping[str, Any]) -> str:
    """Return what names an import wherever it is told of: the hash of its file and sheet."""
    return BATCH.identity(BATCH.row({name: said[name] for name in BATCH.key}))


def batches(connection: Connection) -> Iterator[Batch]:
    """Yield the imports of a book."""
    columns = ", ".join(f"CASE WHEN has_total = 1 THEN {one} END" if one == TOTAL else one for one in BATCH.fields)
    for number, day, *said in dialect.rows_of(
        connection, f"SELECT batch, date, {columns} FROM book_batches ORDER BY batch"
    ):
        yield Batch(number, day, tuple(said))


def write_batches(found: Iterable[Batch], language: Language, currency: str) -> Iterator[str]:
    """Yield the text of the file of imports of a book in a currency; nothing where there are none."""
    first = True
    for one in found:
        yield f'{NOTICE[language] if first else ""}\n{one.day} custom "batch" "{one.number}"\n{_fields(one, currency)}'
        first = False


def _fields(one: Batch, currency: str) -> str:
    said = zip(BATCH.fields.items(), one.said, strict=True)
    told = ((name, kind, value) for (name, kind), value in said if value or (name == TOTAL and value == 0))
    return "".join(f"  {name.replace('_', '-')}: {_written(kind, value, currency)}\n" for name, kind, value in told)


def _written(kind: str, value: Any, currency: str) -> str:  # noqa: ANN401 - of the column's type
    """Return a value as Beancount reads it."""
    if kind == "amount":
        return f"{money.plain(value)} {currency}"
    return string(value) if kind == "text" else str(value)


def read_batches(directives: Iterable[Directive]) -> Iterator[Batch]:
    """Yield the imports that directives say, in their order; raises whatever arises where they are none of ours."""
    for found in sorted(directives, key=lambda one: int(one.meta["lineno"])):
        if not isinstance(found, Custom) or found.type != "batch":
            raise TypeError(found)
        (number,) = [str(one.value) for one in found.values or ()]
        said = {name: found.meta.get(name.replace("_", "-")) for name in BATCH.fields}
        values = (_read(name, kind, said[name]) for name, kind in BATCH.fields.items())
        yield Batch(int(number), found.date.isoformat(), tuple(values))


def _read(name: str, kind: str, value: Any) -> Any:  # noqa: ANN401 - whatever metadata hold
    """Return a value as a book stores it."""
    if isinstance(value, Amount):
        assert value.number is not None
        return int(value.number.scaleb(money.SCALE))
    if value is None:
        return None if name == TOTAL else "" if kind == "text" else 0
    return value if kind == "text" else int(value)
