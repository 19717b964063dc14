"""A check that passes over what says nothing needs that column, or the list says why not: nothing passes unseen."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from sqlglot import exp, parse_one

from fundtrack.checking import checks

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKS: Final = checks()
LISTED: Final[dict[str, dict[str, str]]] = tomllib.loads(
    Path(__file__).with_name("needless.toml").read_text("utf-8")
)  # fmt: skip
OF_VOUCHERS: Final = ("payments", "spending", "postings")
"""Relations that say of a payment what its voucher says."""


@pytest.mark.parametrize("name", CHECKS)
def test_what_says_nothing_is_told(name: str) -> None:
    """A column of which only what says something is looked at is needed: a book that never says it was not checked."""
    needed = {".".join(need) for need in CHECKS[name].needs}
    passed = {one for one in passed_over(CHECKS[name].select) if said_by(one) not in needed}
    assert passed == LISTED.get(name, {}).keys()


def test_what_is_listed_is_a_page() -> None:
    """A list for a page that is gone says nothing."""
    assert CHECKS.keys() >= LISTED.keys()


def test_what_is_passed_over() -> None:
    """Of a relation itself, by whichever name; not of what is worked out, nor where nothing is what is looked for."""
    select = """WITH a AS (SELECT payee FROM vouchers) SELECT 1 FROM postings AS p JOIN a ON a.payee <> ''
        WHERE p.document <> '' AND p.bank = '' AND EXISTS (SELECT 1 FROM funds WHERE department <> '')"""
    assert set(passed_over(select)) == {"postings.document", "funds.department"}


def passed_over(select: str) -> Iterator[str]:
    """Yield the columns of relations that a select compares with nothing and wants to be something else."""
    tree = parse_one(select, dialect="sqlite")
    worked_out = {one.alias for one in tree.find_all(exp.CTE)}
    for compared in tree.find_all(exp.NEQ):
        column, value = compared.left, compared.right
        if isinstance(column, exp.Column) and isinstance(value, exp.Literal) and value.is_string and not value.this:
            relation = relation_of(column)
            if relation not in worked_out | {""}:
                yield f"{relation}.{column.name}"


def relation_of(column: exp.Column) -> str:
    """Return the relation that a column belongs to; empty where it is worked out."""
    select = column.find_ancestor(exp.Select)
    assert select is not None
    joins = [join.this for join in select.args.get("joins") or ()]
    tables = {one.alias_or_name: one for one in (select.args["from_"].this, *joins)}
    table = tables.get(column.table) if column.table else next(iter(tables.values()))
    return table.name if isinstance(table, exp.Table) else ""


def said_by(column: str) -> str:
    """Return the column of a voucher that says the same, or the column itself."""
    relation, _, name = column.partition(".")
    return f"vouchers.{name}" if relation in OF_VOUCHERS else column
