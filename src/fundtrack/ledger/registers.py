"""The entries of a book's registers as Beancount directives, in the order in which they were made.

    2015-03-02 custom "register" "contract"
      contract: "HT-2015-01"
      amount: 300000.00 CNY
      source: "contracts.xlsx"
      row: 4
      recorded-at: "2015-03-02T08:00:00Z"
      recorded-by: "clerk"

The metadata are the register's columns, with `-` for `_`; what is empty is left out. The day is that on which it was
entered; should a clock have gone back, that of the entry before, for the later entry of a key is the one that holds.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import text

from fundtrack import money
from fundtrack.beantext.directives import Amount, Custom
from fundtrack.beantext.escape import string
from fundtrack.ledger.journal import NOTICE
from fundtrack.schema import dialect
from fundtrack.schema.registers import BESIDE, REGISTERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from fundtrack.beantext.directives import Directive
    from fundtrack.errors import Language
    from fundtrack.schema.registers import Register

STEM: Final = "registers"
"""How the file of the entries is called before its hash."""

AT_A_TIME: Final = 1000


class Entered(NamedTuple):
    """An entry: what it says, as the register stores it; `source` and `row` are None where a person made it."""

    register: str
    said: tuple[Any, ...]
    withdrawn: bool
    source: tuple[str, str] | None
    row: int | None
    recorded_at: str
    recorded_by: str


class Stated(NamedTuple):
    """An entry with its number, its key, and what became of it: it is `held`, was `replaced`, or is `withdrawn`."""

    seq: int
    key: tuple[str, ...]
    status: str
    entry: Entered


class Summary(NamedTuple):
    """A register: how many entries hold and were made, and of the newest the time and the file, if it has one."""

    register: str
    held: int
    entries: int
    recorded_at: str
    file: str

    def record(self) -> dict[str, Any]:
        """Return the counts and the newest entry for machine-readable output."""
        return {name: value for name, value in self._asdict().items() if name != "register"}


def summaries(connection: Connection) -> list[Summary]:
    """Return every register of a book."""
    found = []
    for name, register in REGISTERS.items():
        ((held,),) = dialect.rows_of(connection, f"SELECT COUNT(*) FROM book_{register.relation}")
        newest = dialect.rows_of(connection, f"""SELECT e.seq, e.recorded_at, COALESCE(b.file, '')
            FROM {name} AS e LEFT JOIN batch AS b ON b.batch = e.batch ORDER BY e.seq DESC LIMIT 1""")  # fmt: skip
        found.append(Summary(name, int(held), *(newest[0] if newest else (0, "", ""))))
    return found


def stated(connection: Connection, register: Register) -> list[Stated]:
    """Return every entry of a register with what became of it."""
    made = [(register.key_of(entry.said), entry) for entry in entries(connection, [register])]
    last = {key: seq for seq, (key, _) in enumerate(made, 1)}
    return [
        Stated(seq, key, "replaced" if seq < last[key] else "withdrawn" if entry.withdrawn else "held", entry)
        for seq, (key, entry) in enumerate(made, 1)
    ]


def entries(connection: Connection, registers: Iterable[Register] = tuple(REGISTERS.values())) -> Iterator[Entered]:
    """Yield every entry of a book, register by register, each from the first to the last."""
    for register in registers:
        name = register.name
        columns = ", ".join(f"e.{column}" for column in register.columns)
        rows = connection.execute(
            text(f"SELECT {columns}, e.withdrawn, e.batch, b.file, b.sheet, e.row, e.recorded_at, e.recorded_by "
                 f"FROM {name} AS e LEFT JOIN batch AS b ON b.batch = e.batch ORDER BY e.seq"),
            execution_options={"stream_results": True},
        )  # fmt: skip
        for *said, withdrawn, batch, file, sheet, row, at, by in chain.from_iterable(rows.partitions(AT_A_TIME)):
            yield Entered(name, tuple(said), bool(withdrawn), None if batch is None else (file, sheet), row, at, by)


def write_entries(found: Iterable[Entered], language: Language) -> Iterator[str]:
    """Yield the text of the file of entries; nothing where there are none."""
    register = day = ""
    for entry in found:
        if not register:
            yield NOTICE[language]
        day = max(day, entry.recorded_at[:10]) if entry.register == register else entry.recorded_at[:10]
        register = entry.register
        yield "".join(["\n", directive(REGISTERS[register], entry.said, day), *_beside(entry)])


def directive(register: Register, said: Sequence[Any], day: str) -> str:
    """Return the directive of an entry, dated on a day, without where it came from."""
    stored = dict(zip(register.columns, said, strict=True))
    fields = (
        f"  {name.replace('_', '-')}: {written}\n"
        for name, kind in register.fields.items()
        if (written := _written(kind, stored[name], str(stored.get("unit"))))
    )
    return f'{day} custom "register" "{register.name}"\n{"".join(fields)}'


def _written(kind: str, value: Any, unit: str) -> str:  # noqa: ANN401 - of the column's type
    """Return a value as Beancount reads it, nothing for an empty one; of amounts none is, for each says the unit."""
    if kind == "amount":
        return f"{money.plain(value)} {unit}"
    if not value:
        return ""
    return string(value) if kind in {"text", "identifier"} else str(value)


def _beside(entry: Entered) -> Iterator[str]:
    """Yield what an entry says beside its columns."""
    if entry.withdrawn:
        yield "  withdrawn: TRUE\n"
    if entry.source is not None:
        file, sheet = entry.source
        yield f"  source: {string(file)}\n"
        yield f"  sheet: {string(sheet)}\n" if sheet else ""
        yield f"  row: {entry.row}\n"
    yield f'  recorded-at: "{entry.recorded_at}"\n  recorded-by: {string(entry.recorded_by)}\n'


def read_entries(directives: Iterable[Directive]) -> Iterator[Entered]:
    """Yield the entries that directives say, in their order; raises whatever arises where they are none of ours."""
    for found in sorted(directives, key=lambda one: int(one.meta["lineno"])):
        if not isinstance(found, Custom) or found.type != "register":
            raise TypeError(found)
        (name,) = [str(one.value) for one in found.values or ()]
        meta = found.meta
        yield Entered(
            name,
            REGISTERS[name].row(_said(REGISTERS[name], meta)),
            bool(meta.get("withdrawn", False)),
            (meta["source"], meta.get("sheet", "")) if "source" in meta else None,
            int(meta["row"]) if "row" in meta else None,
            meta["recorded-at"],
            meta["recorded-by"],
        )


def _said(register: Register, meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return what metadata say of a register's columns, as `Register.row` takes it."""
    said: dict[str, Any] = {}
    for key, value in meta.items():
        name = key.replace("-", "_")
        if key in BESIDE or key in {"filename", "lineno"}:
            continue
        kind = register.fields[name]
        if isinstance(value, Amount):
            assert value.number is not None
            said["unit"] = value.currency
            said[name] = int(value.number * 10**money.SCALE)
        else:
            said[name] = int(value) if kind == "number" else value
    return said
