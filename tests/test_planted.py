"""Faults planted in a generated county of ten thousand vouchers are found, all of them, and nothing else is accused."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

import planting
import roads
from fundtrack.checking import checks
from fundtrack.checking.audit import audit_ledger
from planting import PLANTERS, Sound, close, key, lead
from shelf import ENGINES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fundtrack.checking import Finding
    from fundtrack.checking.audit import Audit
    from planting import Fault
    from shelf import Shelf

SEED: Final = 3
VOUCHERS: Final = 10_000
FAULTS: Final = 500
LATER: Final = {
    "person-with-several-cards": "one card for a person is asked for from 2020 on",
    "slow-three-years": "three years do not fit in two; the county of 2020 has money from before",
}
"""Faults that a county of 2016 and 2017 cannot have, with why; they are planted in a small one of 2020 and 2021."""

REFUSED: Final = {
    "mixed-channel": "both accounts of an entry are of its fund, by a key",
    "unknown-fund-or-account": "an account is a key",
    "use-not-permitted": "the grant is looked up by a trigger",
    "self-approved": "a row may not name one person twice",
    "loan-not-permitted": "a loan without a document violates a CHECK",
    "overdrawn": "the total stands under a CHECK",
    "no-quota": "what is paid and what is paid of quota are compared by a trigger",
    "over-allotment": "the total stands under a CHECK",
    "over-commitment": "the total stands under a CHECK",
    "quota-expired": "a trigger judges the day of what is spent of a line",
    "paid-beyond-commitment": "what a contract has bound stands under a CHECK",
    "received-beyond-document": "what is received by a document is compared with its amount by a trigger",
    "unbalanced": "an entry is one row with both its sides",
    "number-missing": "numbers go on without gaps",
    "number-repeated": "a number is a key",
    "number-out-of-order": "what is entered at once is numbered by date",
}
"""Faults that a database refuses from any program, with how."""


class Planted(NamedTuple):
    """A book with faults: its text, and what was planted, each with the check that must find it."""

    county: Sound
    text: str
    faults: Sequence[tuple[str, Fault]]


def planted(first: int, size: int, names: Sequence[str]) -> Planted:
    """Return a county in which the faults of these checks were planted, with sound business around them."""
    county = Sound(first, SEED)
    faults = [(check, PLANTERS[check](county)) for check in names]
    lead(county, size)
    return Planted(county, close(county), faults)


def audited(text: str, folder: Path) -> Audit:
    """Audit a text as a ledger from elsewhere."""
    path = folder / "county.beancount"
    path.write_text(text, encoding="utf-8")
    return audit_ledger(path)


def assert_found(book: Planted, findings: Sequence[Finding]) -> None:
    """Assert that each fault is found, and that nothing is found but these and what was said to follow from them."""
    by_place: dict[tuple[str, tuple[str, str | int]], set[Finding]] = defaultdict(set)
    for finding in findings:
        places: list[tuple[str, str | int]] = [("line", finding.subject.line), ("fund", finding.fund)]
        for place in (*places, ("project", finding.project)):
            by_place[finding.check, place].add(finding)
    missed = [(check, key(fault.at)) for check, fault in book.faults if not by_place[check, key(fault.at)]]
    assert not missed
    known = {one for check, fault in book.faults for one in by_place[check, key(fault.at)]}
    for _, fault in book.faults:
        known |= {one for check, place, _ in fault.also for one in by_place[check, key(place)]}
    accused = [(one.check, one.subject.line, one.messages["en"]) for one in findings if one not in known]
    assert not accused


def test_the_planter_shares_no_code_with_the_checks() -> None:
    """Nothing of it imports the program."""
    sources = [path.read_text("utf-8") for path in Path(planting.__file__).parent.glob("*.py")]
    assert not [source for source in sources if re.search(r"^\s*(from|import) fundtrack", source, re.MULTILINE)]


def test_every_check_has_its_planter() -> None:
    """A new page brings a fault of its own."""
    assert PLANTERS.keys() == checks().keys()


@pytest.mark.parametrize(("first", "size"), [(2016, VOUCHERS), (2020, VOUCHERS // 10)])
def test_a_sound_county_is_accused_of_nothing(tmp_path: Path, first: int, size: int) -> None:
    """Every check runs over it, and none finds anything."""
    county = Sound(first, SEED)
    lead(county, size)
    audit = audited(close(county), tmp_path)
    assert not audit.not_run
    assert not [(one.check, one.subject.line, one.messages["en"]) for one in audit.findings]


def test_every_planted_fault_is_found_and_no_sound_voucher_accused(tmp_path: Path) -> None:
    """Five hundred faults over all checks, in ten thousand vouchers."""
    names = [*islice(cycle(sorted(PLANTERS.keys() - LATER.keys())), FAULTS)]
    book = planted(2016, VOUCHERS, names)
    assert len(book.county.vouchers) >= VOUCHERS
    audit = audited(book.text, tmp_path)
    assert not audit.not_run
    assert set(audit.checks_run) == PLANTERS.keys()
    assert_found(book, audit.findings)


def test_faults_of_later_years(tmp_path: Path) -> None:
    """What cannot be at fault in 2016 and 2017."""
    book = planted(2020, VOUCHERS // 10, [*LATER] * 5)
    assert_found(book, audited(book.text, tmp_path).findings)


@pytest.mark.parametrize("engine", ENGINES)
def test_in_a_book_the_same_is_found(shelf: Shelf, tmp_path: Path, engine: str) -> None:
    """The same text, put into a book past posting, which would refuse some of it: the same findings."""
    names = sorted(PLANTERS.keys() - LATER.keys() - REFUSED.keys())
    book = planted(2016, VOUCHERS * 3 // 100, names)
    elsewhere = audited(book.text, tmp_path).findings
    assert_found(book, elsewhere)
    case = roads.read_case(book.text)
    with shelf.lend(engine, case.chart) as lent:
        case.enter(lent)
        with roads.by_force(lent, case.bills, roads.CHECKS, case.at) as found:
            here = {(one.check, one.severity, one.line) for one in found}
    assert here == {(one.check, one.severity, one.subject.line) for one in elsewhere}
