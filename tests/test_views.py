"""The reference of the views says every column there is, and no other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import inspect

import roads
from fundtrack.checking.book import whole_book
from fundtrack.checking.candidates import after, prepare
from fundtrack.checking.lens import MET, WORKED_OUT_ONCE
from fundtrack.schema.dialect import driver_words
from fundtrack.schema.registers import BY_RELATION
from shelf import ENGINES

if TYPE_CHECKING:
    from shelf import Shelf

REFERENCE: Final = (Path(__file__).parent.parent / "docs" / "reference" / "views.md").read_text("utf-8")
SECTION: Final = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
ROW: Final = re.compile(r"^\| `(\w+)` \| (text|integer) \| (.+) \|$", re.MULTILINE)

ON_RECORD: Final = {"findings", "waived", "waivers", "remedies"}
"""What a page may not ask: what was decided about a finding does not make it one."""

BEHIND: Final = {"candidate_vouchers", "candidate_postings", "fund_rank", "waiver_holding", "every_entry",
                  "entry_succession", "entry_hands", "quota_root", "application_asked", "document_given",
                  "document_above", "contract_bound", "quota_move", "default_in_force", "waiver_ahead",
                  "money_without_quota", "voucher_before", "voucher_after"}  # fmt: skip
"""Views that others are made of."""

TYPES: Final = {"text": str, "integer": int}


def described() -> dict[str, dict[str, str]]:
    """Return the columns the reference describes, with their types, by the name of the relation."""
    return {name: {row[1]: row[2] for row in ROW.finditer(body)} for name, body in SECTION.findall(REFERENCE)}


@pytest.mark.parametrize("engine", ENGINES)
def test_every_column_is_described(shelf: Shelf, engine: str) -> None:
    """What stands in the database stands in the reference, in the same order, with its type."""
    example = next(one for one in roads.examples() if len(one.expected) == 0 and "Shares" not in one.title)
    case = roads.read_case(example.text)
    with shelf.lend(engine, case.chart) as book:
        roads.one_by_one(book, case.bills, {})
        views = {name.removeprefix("book_") for name in inspect(book.connection).get_view_names()}
        assert views - BEHIND - BY_RELATION.keys() == described().keys() - MET.keys()
        for name, columns in described().items():
            if name in MET:
                continue
            result = book.connection.exec_driver_sql(f"SELECT * FROM book_{name}")
            assert list(result.keys()) == list(columns), name
            for row in result:
                assert [type(value) for value in row] == [TYPES[of] for of in columns.values()], name


@pytest.mark.parametrize("engine", ENGINES)
def test_pages_see_what_is_described(shelf: Shelf, engine: str) -> None:
    """The relations of a page have the columns of the reference, whichever way the page is run."""
    with shelf.lend(engine, roads.read_case(roads.examples()[0].text).chart) as book, book.writing() as connection:
        prepare(connection)
        for relations in (whole_book("voucher"), after("voucher")):
            assert relations.keys() - WORKED_OUT_ONCE - BY_RELATION.keys() == described().keys() - ON_RECORD
            with_ = ", ".join(f"{name} AS ({select.replace(':days', '3')})" for name, select in relations.items())
            for name in described().keys() - ON_RECORD:
                words, _ = driver_words(f"WITH {with_} SELECT * FROM {name} WHERE 0 = 1", connection.dialect)
                columns = connection.exec_driver_sql(words).keys()
                assert list(columns) == list(described()[name]), name
