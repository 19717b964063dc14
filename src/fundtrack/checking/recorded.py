"""What two books say beside their vouchers, held against each other: registers, quota lines, and what is on record.

Of each kind one side is kept in memory and the other read past it. A kind of which only one side says anything is not
compared, and that is told: a ledger from elsewhere has no registers, and nothing in it contradicts ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fundtrack import identifier, money
from fundtrack.beantext.directives import Custom
from fundtrack.checking.finding import Finding
from fundtrack.checking.lens import Subject
from fundtrack.checking.limits import limit
from fundtrack.errors import LANGUAGES, UsageError, message, messages
from fundtrack.ledger.aliases import FORMS, read_words, words
from fundtrack.ledger.applications import applications, read_applications
from fundtrack.ledger.batches import BATCH, batches, read_batches
from fundtrack.ledger.periods import acts, read_periods
from fundtrack.schema import dialect
from fundtrack.schema.registers import BY_RELATION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sqlalchemy import Connection

    from fundtrack.beantext.directives import Directive
    from fundtrack.checking.limits import Limit
    from fundtrack.checking.side import Side
    from fundtrack.errors import Language
    from fundtrack.schema.registers import Register

NAME: Final = "record-differs"

QUOTA: Final = ("quota", "fund", "year", "parent", "use", "project", "department", "document", "upper_document", "date",
                "expires")  # fmt: skip
"""What is compared of a quota line; the first is its number."""

AMOUNTS: Final = frozenset({"amount", "moves", *BATCH.amounts})
"""What of that is an amount, in minor units of the book's currency."""

READS: Final[Mapping[str, Callable[[Iterable[Directive]], Iterable[Any]]]] = {
    "period": read_periods, "application": read_applications, "batch": read_batches,
}  # fmt: skip
"""What reads the directives of a kind, beside the words of aliases."""


@dataclass(frozen=True)
class Record:
    """What is said under a key: `said` by column, as it is compared; `entry` where it is that of a register."""

    said: Mapping[str, Any]
    entry: str = ""


Kind = dict[tuple[str, ...], Record]


def on_record(connection: Connection) -> dict[str, Kind]:
    """Return what a book has on record, by kind."""
    said = words(connection)
    found: dict[str, Iterable[Any]] = {
        **dict(zip(FORMS, said, strict=True)), "period": acts(connection), "application": applications(connection),
        "batch": batches(connection),
    }  # fmt: skip
    return {kind: _by_number(of) for kind, of in found.items()}


def told(entries: Iterable[Directive]) -> dict[str, Kind]:
    """Return what the directives of a ledger say in its place; nothing of a kind that is none of ours."""
    customs: dict[str, list[Custom]] = {}
    for one in entries:
        if isinstance(one, Custom) and one.type in {*FORMS, *READS}:
            customs.setdefault("word" if one.type in FORMS else one.type, []).append(one)
    found: dict[str, Kind] = {}
    try:
        found |= {kind: _by_number(of) for kind, of in zip(FORMS, read_words(customs.get("word", ())), strict=True)}
        found |= {kind: _by_number(read(customs.get(kind, ()))) for kind, read in READS.items()}
    except (ValueError, LookupError, TypeError, AttributeError, UsageError):
        return found  # what cannot be read is told as not compared
    return found


def _by_number(found: Iterable[Any]) -> Kind:
    """Return what is numbered by its number, which is its first field."""
    return {(str(one[0]),): Record(_said(one)) for one in found}


def _said(one: Any) -> dict[str, Any]:  # noqa: ANN401 - one of the kinds
    said = dict(list(one._asdict().items())[1:])
    if "said" in said:  # an import says its fields together
        said = {"date": said["day"], **dict(zip(BATCH.fields, said["said"], strict=True))}
    return said | {name: money.plain(said[name]) for name in AMOUNTS if said.get(name) is not None}


def compared(here: Side, there: Side) -> tuple[list[Finding], list[Limit]]:
    """Return everything that the two do not say alike, and the kinds that were not compared."""
    found: list[Finding] = []
    aside: list[Limit] = []
    for name, one, other in _kinds(here, there):
        if one and other:
            for key in sorted({*one, *other}):
                a, b = one.get(key), other.get(key)
                if a is None or b is None or a.said != b.said:
                    found.append(_finding(name, key, (here, a), (there, b)))
        elif one or other:
            said = here if one else there
            called = {language: _called(name, language) for language in LANGUAGES}
            aside.append(limit("recorded-once", what=called, side=said.title, count=len(one) or len(other)))
    if all(_has_chart(side) for side in (here, there)):
        aside.append(limit("chart-not-compared"))
    return found, aside


def _has_chart(side: Side) -> bool:
    return bool(dialect.rows_of(side.connection, f"SELECT 1 FROM ({_relation(side, 'funds')}) AS f LIMIT 1"))


def _kinds(here: Side, there: Side) -> Iterator[tuple[str, Kind, Kind]]:
    """Yield each kind with what either side says of it."""
    for name, register in BY_RELATION.items():
        yield name, _entries(here, name, register), _entries(there, name, register)
    yield "quotas", _quotas(here), _quotas(there)
    for kind in (*FORMS, *READS):
        yield kind, here.on_record.get(kind, {}), there.on_record.get(kind, {})


def _entries(side: Side, name: str, register: Register) -> Kind:
    """Return the entries of a register, their amounts at the decimals at which both sides are compared."""
    columns = [*register.fields, *(["unit"] if register.amounts else []), "entry"]
    rows = dialect.rows_of(side.connection, f"SELECT {', '.join(columns)} FROM ({_relation(side, name)}) AS r")
    found: Kind = {}
    for row in rows:
        said = dict(zip(columns, row, strict=True))
        entry = str(said.pop("entry"))
        said |= {column: side.exact(said[column], said["unit"]) for column in register.amounts}
        found[tuple(str(said[column]) for column in register.key)] = Record(said, entry)
    return found


def _quotas(side: Side) -> Kind:
    columns = ", ".join(f'"{column}"' for column in QUOTA)
    rows = dialect.rows_of(side.connection, f"SELECT {columns} FROM ({_relation(side, 'quotas')}) AS r")
    return {(str(row[0]),): Record(dict(zip(QUOTA[1:], row[1:], strict=True))) for row in rows}


def _relation(side: Side, name: str) -> str:
    return side.lens.after("book")[name]


def _finding(
    name: str, key: tuple[str, ...], one: tuple[Side, Record | None], other: tuple[Side, Record | None]
) -> Finding:
    """Return a difference, at the place where either has it."""
    (here, a), (there, b) = one, other
    side, record = (here, a) if a else (there, b)
    assert record is not None
    said = {
        language: {
            "kind": _called(name, language), "key": " ".join(_shown(name, "", part) for part in key if part),
            "here": here.title, "there": there.title, "what": _what(name, one, other, language),
        }
        for language in LANGUAGES
    }  # fmt: skip
    return Finding(
        check=NAME,
        severity="error",
        subject=side.lens.subject(0, record.entry) if record.entry else Subject(content=side.title),
        voucher=0,
        date="",
        fund=str(record.said.get("fund", "")),
        use="",
        unit="",
        amount=None,
        key=(name, *key),
        group="",
        measure=0,
        messages={language: message(NAME, language, **details) for language, details in said.items()},
        remedies={language: messages()[NAME][f"remedy-{language}"] for language in LANGUAGES},
        basis=(),
    )


def _what(name: str, one: tuple[Side, Record | None], other: tuple[Side, Record | None], language: Language) -> str:
    """Return in words in what two records differ, or which side alone has it."""
    (here, a), (there, b) = one, other
    if a is None or b is None:
        return message("recorded-only", language, side=(here if a else there).title)
    apart = [column for column in a.said if a.said[column] != b.said.get(column)]
    unit = here.scale(str(a.said.get("unit", "")))
    told = [
        f"{_column(column, language)} " + " ≠ ".join(_shown(name, column, of.said.get(column), unit) for of in (a, b))
        for column in apart
    ]
    return ("; " if language == "en" else "；").join(told)


def _called(name: str, language: Language) -> str:
    register = BY_RELATION.get(name)
    return register.called(language) if register else message(f"recorded-{name}", language)


def _column(column: str, language: Language) -> str:
    """Return a column as files call it, or as the ledger does."""
    named = f"column-{column}"
    return message(named, language) if named in messages() else column.replace("_", "-")


def _shown(name: str, column: str, value: Any, scale: int = money.SCALE) -> str:  # noqa: ANN401 - of the column's type
    register = BY_RELATION.get(name)
    if value in {"", None}:
        return "–"
    if register and column in register.amounts:
        return money.grouped(value, scale)
    return identifier.shown(str(value)) if identifier.KEPT.fullmatch(str(value)) else str(value)
