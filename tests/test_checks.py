"""Each example on each check's page, by every road: the roads must agree on what is refused and what passes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pytest
from beancount import loader
from sqlalchemy.exc import DBAPIError

import roads
import said
from fundtrack.checking import checks
from fundtrack.checking.audit import audit_ledger
from fundtrack.checking.source import LEDGER_PROBLEM
from fundtrack.errors import LANGUAGES
from fundtrack.plugin import LedgerError
from roads import Found
from shelf import ENGINES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from fundtrack.book import Book
    from roads import Bill, Case, Example
    from shelf import Shelf

CHECKS: Final = checks()
EXAMPLES: Final = roads.examples()
POSTABLE: Final = [example for example in EXAMPLES if not example.ledger_only]

FORBIDDEN: Final = {
    "mixed-channel", "use-not-permitted", "unknown-fund-or-account", "self-approved", "no-quota", "over-allotment",
    "over-commitment", "paid-beyond-commitment", "quota-expired",
}  # fmt: skip
"""What no program can store, whatever it checks or does not check; overspending by the total beside it."""


def at_posting(found: set[Found]) -> set[Found]:
    """Return what posting finds of this: not what only an audit asks for."""
    return {one for one in found if CHECKS[one.check].scope != "book"}


@dataclass(frozen=True)
class Stand:
    """An example, read, and an empty book with its chart on one of the engines."""

    example: Example
    case: Case
    book: Book


def stands(examples: Iterable[Example]) -> pytest.MarkDecorator:
    """Let a test try each example on both engines."""
    each = [pytest.param((one, engine), id=f"{one}, {engine}") for one in examples for engine in ENGINES]
    return pytest.mark.parametrize("stand", each, indirect=True, scope="module")


@pytest.fixture(scope="module")
def stand(request: pytest.FixtureRequest, shelf: Shelf) -> Iterator[Stand]:
    """Give each example with a book of its own. Only the last test that uses it leaves anything in the book.

    What only an audit asks is shown in a book that is lent, for making one takes longer than all that is tried, as is
    all on PostgreSQL, which then plans each statement once; other tests post on it as in real life.
    """
    example, engine = request.param
    case = roads.read_case(example.text)
    is_lent = engine == "postgresql" or CHECKS[example.page].scope == "book"
    give = shelf.lend if is_lent else shelf.book
    with give(engine, case.chart) as book:
        case.enter(book)
        yield Stand(example, case, book)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_in_beancount(example: Example, tmp_path: Path) -> None:
    """bean-check and Fava show what is found on the lines that say so, and Beancount itself objects to nothing else."""
    ledger = tmp_path / "example.beancount"
    ledger.write_text(example.text + 'plugin "fundtrack.plugin" "leads"\n', "utf-8")
    errors: list[Any] = loader.load_file(str(ledger))[1]
    ours = [error for error in errors if isinstance(error, LedgerError) and _named(error) in roads.judges(example)]
    assert {(error.source["lineno"], error.message.partition(":")[0]) for error in ours} == {
        (one.line, one.check) for one in example.expected
    }
    others = [error for error in errors if not isinstance(error, LedgerError)]
    assert {error.source["lineno"] for error in others} <= {one.line for one in example.expected}


def _named(error: LedgerError) -> str:
    """Return the check that an error is a finding of."""
    return error.message.partition(":")[0]


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_audited_as_a_ledger(example: Example, tmp_path: Path) -> None:
    """An audit of the text finds just what its lines say, with every check run that posting asks, and its own."""
    ledger = tmp_path / "example.beancount"
    ledger.write_text(example.text, "utf-8")
    audit = audit_ledger(ledger, only=roads.judges(example))
    found = {Found(one.subject.line, one.check, one.severity) for one in audit.findings if one.check != LEDGER_PROBLEM}
    assert found == example.expected
    assert not audit.not_run
    assert set(audit.checks_run) == set(roads.judges(example))


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.said is not None], ids=str)
def test_says_what_its_page_shows(example: Example, tmp_path: Path) -> None:
    """Where a page shows what is said of an example, that is what is said, finding by finding."""
    ledger = tmp_path / "example.beancount"
    ledger.write_text(example.text, "utf-8")
    found = [one for one in audit_ledger(ledger, only=roads.judges(example)).findings if one.check != LEDGER_PROBLEM]
    now, now_zh = ("".join(f"{line}\n" for line in said.said_of(found, language)) for language in LANGUAGES)
    assert example.said is not None
    if "FUNDTRACK_UPDATE_DOCS" in os.environ:
        path = CHECKS[example.page].page.path
        source = path.read_text("utf-8")
        if example.said_zh is not None:
            zh = partial(said.shown, example.said, options=" language=zh")
            source = source.replace(zh(said=example.said_zh), zh(said=now_zh))
        path.write_text(source.replace(said.shown(example.text, example.said), said.shown(example.text, now)), "utf-8")
    else:
        assert now == example.said
        assert example.said_zh in {None, now_zh}


@stands(one for one in POSTABLE if CHECKS[one.page].scope != "book")
def test_staged_at_once(stand: Stand) -> None:
    """All vouchers of an example as candidates show just what its lines say."""
    found = roads.at_once(stand.book, stand.case.bills, CHECKS)
    assert found | stand.case.impossible == at_posting(stand.example.expected)


@stands(POSTABLE)
def test_stored_past_the_checks(stand: Stand) -> None:
    """The database itself refuses what is forbidden outright; what it can hold, the audit of the book finds."""
    forbidden = {one.check for one in stand.example.expected} & FORBIDDEN
    if forbidden or overspent(stand.case.bills):
        with pytest.raises(DBAPIError), roads.by_force(stand.book, stand.case.bills, CHECKS):
            pass
    else:
        judged_by = roads.judges(stand.example)
        with roads.by_force(stand.book, stand.case.bills, judged_by, stand.case.at) as found:
            assert found | stand.case.impossible == stand.example.expected


@stands(one for one in POSTABLE if CHECKS[one.page].scope != "book")
def test_posted_one_by_one(stand: Stand) -> None:
    """A voucher is refused if and only if its line says so, by just those checks; what remains is a sound book."""
    verdicts = roads.one_by_one(stand.book, stand.case.bills, CHECKS)
    found = {one for verdict in verdicts for one in verdict.found}
    assert found | stand.case.impossible == at_posting(stand.example.expected)
    for verdict in verdicts:
        assert verdict.posted == all(one.severity != "fatal" for one in verdict.found), verdict
    assert not {one for one in roads.in_book(stand.book, CHECKS) if one.severity == "fatal"}


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
    shown = [(example.expected, roads.stated(example.text)) for example in EXAMPLES if example.page == name]
    assert any(not expected for expected, _ in shown), "a sound example"
    assert any(name in {one.check for one in expected} for expected, _ in shown), "a faulty example"
    assert any(0 < len(expected) < stated for expected, stated in shown), "the last allowed beside the first refused"
