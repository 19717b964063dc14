"""A ledger from anywhere, loaded for the tests of what checks select from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fundtrack.beantext.booking import book as booked
from fundtrack.beantext.parse import parse_text
from fundtrack.checking.foreign import foreign

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from fundtrack.checking.foreign import Foreign

FUND: Final = '2014-01-01 custom "fund" "F01"\n'


def loaded(text: str, fund_pattern: str = "", *, whole: bool = True) -> AbstractContextManager[Foreign]:
    """Load a ledger to which Beancount has no objection."""
    ledger = booked(parse_text(text, "ledger.beancount"))
    assert not ledger.errors
    return foreign(ledger.entries, ledger.options, fund_pattern, whole=whole)


def rows(text: str, relation: str, *columns: str, whole: bool = True) -> list[tuple[Any, ...]]:
    """Return the rows of a relation in the order they were written, or only some columns of them."""
    with loaded(text, whole=whole) as ledger:
        said = ledger.connection.exec_driver_sql(ledger.lens.after("")[relation]).mappings().all()
    return [tuple(row[column] for column in columns) if columns else tuple(row.values()) for row in said]


def only(text: str, relation: str, *, whole: bool = True) -> dict[str, Any]:
    """Return what the last row of a relation says, without what is empty."""
    with loaded(text, whole=whole) as ledger:
        *_, row = ledger.connection.exec_driver_sql(ledger.lens.after("")[relation]).mappings().all()
    return {name: value for name, value in row.items() if value not in {"", 0}}
