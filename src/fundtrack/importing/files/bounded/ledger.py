"""Beancount as a table, a transaction a row: a ledger that is only parsed, or what an importer of beangulp makes.

A ledger is read by the parser alone: nothing that it includes is opened, and no plugin of it runs. An importer is a
program of the bureau's own, which its page names; it is found beside its page, or where Python finds it.
"""

from __future__ import annotations

import importlib
import sys
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .bounds import Unusable, fits, head, say, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FIXED: Final = (
    "date", "flag", "payee", "narration", "tags", "links", "account", "amount", "currency", "debit", "credit", "moved",
)  # fmt: skip
"""Columns of every transaction: of its first posting, and of its debit, credit and what moved where it has one each."""

OURS: Final = frozenset({"filename", "lineno"})
QUOTA: Final = ".Q"
"""How a unit ends that is no money."""

PAIR: Final = 2

Row = dict[str, str]


def parsed(path: str) -> None:
    """Write the transactions of a ledger."""
    from beancount.parser import parser

    entries, errors, _ = parser.parse_string(Path(path).read_text("utf-8-sig"))
    for error in errors:
        line = error.source.get("lineno", 1) if error.source else 1
        raise Unusable("ledger-damaged", {"why": str(error.message)[:200], "line": line})
    _table(entries)


def extracted(path: str, importer: str, folder: str) -> None:
    """Write the transactions that an importer makes of a file, if it is one of its files."""
    sys.path.append(folder)
    sys.dont_write_bytecode = True  # into the folder of a book
    sys.excepthook = partial(_failed, importer)  # whatever a program of others may raise
    written, sys.stdout = sys.stdout, sys.stderr  # what an importer prints is no row
    module, _, name = importer.partition(":")
    made = getattr(importlib.import_module(module), name)
    made = made() if isinstance(made, type) else made
    known = made.identify(path)
    entries = made.extract(path, []) if known else []
    sys.stdout = written
    if not known:
        raise Unusable("importer-other", {"importer": importer})
    _table(entries)


def _failed(importer: str, kind: type[BaseException], error: BaseException, _where: object) -> None:
    """Say that an importer failed, as the last that this process does."""
    sys.stdout = sys.__stdout__
    say({"error": "importer-failed", "importer": importer, "why": f"{kind.__name__}: {error}"[:200]})


def _table(entries: Iterable[Any]) -> None:
    """Write transactions as rows below the names of their columns, metadata behind the others."""
    rows = [_row(entry) for entry in entries if type(entry).__name__ == "Transaction"]
    names = [*dict.fromkeys([*FIXED, *(name for row in rows for name in row)])]
    fits("", len(rows) + 1, len(names))
    head("", len(rows) + 1)
    say([1, names])
    for number, row in enumerate(rows, 2):
        say([number, [short(row.get(name, "")) for name in names]])


def _row(entry: Any) -> Row:  # noqa: ANN401 - beancount has no types
    """Return a transaction as a row."""
    made = {
        "date": entry.date.isoformat(),
        "flag": str(entry.flag or ""),
        "payee": entry.payee or "",
        "narration": entry.narration or "",
        "tags": " ".join(sorted(entry.tags or ())),
        "links": " ".join(sorted(entry.links or ())),
        **dict(_moved(entry.postings)),
    }
    said = {
        name: value for name, value in (entry.meta or {}).items() if name not in {*OURS, *FIXED} and name[:2] != "__"
    }
    return made | {name: "" if value is None else str(value) for name, value in said.items()}


def _moved(postings: list[Any]) -> Iterator[tuple[str, str]]:
    """Give what the first posting says and, of two that are money, what went where."""
    known = [one for one in postings if isinstance(getattr(one.units, "number", None), Decimal)]
    if known:
        first = known[0]
        yield from (
            ("account", first.account),
            ("amount", f"{first.units.number:f}"),
            ("currency", first.units.currency),
        )
    money = [one for one in known if not one.units.currency.endswith(QUOTA)]
    if len(money) == PAIR == len({one.account for one in money}) and len({one.units.currency for one in money}) == 1:
        credit, debit = sorted(money, key=lambda one: one.units.number)
        if credit.units.number + debit.units.number == 0:
            yield from (("debit", debit.account), ("credit", credit.account), ("moved", f"{debit.units.number:f}"))
