"""Each example on each check's page, by every road: the roads must agree on what is refused and what passes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy.exc import DBAPIError

import roads
from fundtrack.checking import checks
from roads import Found, Shelf

if TYPE_CHECKING:
    from collections.abc import Iterator

    import postgresql
    from roads import Bill, Example

ENGINES: Final = ("sqlite", "postgresql")
CHECKS: Final = checks()
EXAMPLES: Final = roads.examples()

FORBIDDEN: Final = {"mixed-channel", "use-not-permitted", "unknown-fund-or-account"}
"""What no program can store, whatever it checks or does not check; overspending by the total beside it."""

by_engine = pytest.mark.parametrize("engine", ENGINES)
by_example = pytest.mark.parametrize("example", EXAMPLES, ids=str)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory, postgresql_server: postgresql.Server) -> Iterator[Shelf]:
    """Give empty books."""
    with postgresql_server.database() as template:
        yield Shelf.make(tmp_path_factory.mktemp("shelf"), postgresql_server, template)


def fatal(found: set[Found]) -> set[Found]:
    """Return what refuses."""
    return {one for one in found if one.severity == "fatal"}


@by_engine
@by_example
def test_posted_one_by_one(example: Example, engine: str, shelf: Shelf) -> None:
    """A voucher is refused if and only if its line says so, by just those checks; what remains is a sound book."""
    case = roads.read_case(example.text)
    with shelf.book(engine, case.chart) as book:
        found, refused = roads.one_by_one(book, case.bills, CHECKS)
        assert found | case.impossible == example.expected
        lines = {one.line for one in fatal(found)}
        assert refused == [bill for bill in case.bills if lines & {voucher.line for voucher in bill}]
        assert not fatal(roads.in_book(book, CHECKS))


@by_engine
@by_example
def test_staged_at_once(example: Example, engine: str, shelf: Shelf) -> None:
    """All vouchers of an example as candidates show just what its lines say."""
    case = roads.read_case(example.text)
    with shelf.book(engine, case.chart) as book:
        assert roads.at_once(book, case.bills, CHECKS) | case.impossible == example.expected


@by_engine
@by_example
def test_stored_past_the_checks(example: Example, engine: str, shelf: Shelf) -> None:
    """The database itself refuses what is forbidden outright; what it can hold, the audit of the book finds."""
    case = roads.read_case(example.text)
    with shelf.book(engine, case.chart) as book:
        if {one.check for one in example.expected} & FORBIDDEN or overspent(case.bills):
            with pytest.raises(DBAPIError):
                roads.by_force(book, case.bills)
        else:
            lines = roads.by_force(book, case.bills)
            assert roads.in_book(book, CHECKS, lines) | case.impossible == example.expected


def overspent(bills: list[Bill]) -> bool:
    """Return whether an account of cash ever stands below what its opening left: the one total a database holds."""
    held: dict[str, int] = {}
    floor: dict[str, int] = {}
    for voucher in (voucher for bill in bills for voucher in bill):
        for entry in voucher.draft.entries:
            for leg, sign in ((entry.debit, 1), (entry.credit, -1)):
                if leg.code.startswith("10"):
                    held[str(leg)] = held.get(str(leg), 0) + sign * (1 - 2 * entry.red) * entry.amount
                    if voucher.draft.kind == "opening":
                        floor[str(leg)] = min(0, held[str(leg)])
                    if held[str(leg)] < floor.get(str(leg), 0):
                        return True
    return False


@pytest.mark.parametrize("name", CHECKS)
def test_page_is_complete(name: str) -> None:
    """A page says itself in both languages, names what it rests on, and shows a sound, a faulty and a boundary case."""
    page = CHECKS[name].page
    for part in ("title", "message", "reason", "remedy"):
        assert page.text(part, "en"), part
        assert page.text(part, "zh"), part
    assert page.front["basis"]
    assert page.front["catalogue"]
    shown = [(example.expected, len(roads.read_case(example.text).bills)) for example in EXAMPLES if example.page == name]
    assert any(not expected for expected, _ in shown), "a sound example"
    assert any(name in {one.check for one in expected} for expected, _ in shown), "a faulty example"
    assert any(0 < len(expected) < bills for expected, bills in shown), "the last allowed beside the first refused"
