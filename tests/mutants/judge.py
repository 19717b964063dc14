"""Which mutants of a page its examples kill: read as ledgers first, and what survives that, staged and posted."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

import roads
import said
from fundtrack.beantext.booking import book as booked
from fundtrack.beantext.parse import parse_text
from fundtrack.book import create_book
from fundtrack.checking import checks, run
from fundtrack.checking.check import check_of
from fundtrack.checking.foreign import foreign
from fundtrack.checking.statement import stray
from fundtrack.errors import LANGUAGES, FundtrackError, PageError
from fundtrack.pages import load
from mutants.listed import equivalents
from mutants.make import mutants
from mutants.patience import patience
from roads import Found
from shelf import lent, rolled_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from fundtrack.checking import Check
    from fundtrack.checking.foreign import Foreign
    from mutants.make import Mutant
    from roads import Case, Example
    from shelf import Lent

    Road = Callable[[Check], bool]
    """Whether an example comes out as its page says, by one road, when a check is asked."""

LEAST: Final = 95

UNSEEN: Final = "Not seen: "
"""How a reason begins that says what no example shows: the mutant says something else, and counts as one that lives."""


class UnsoundError(Exception):
    """A page whose own examples do not come out as they say, so that no mutant of it can be judged."""


@dataclass
class Score:
    """What became of the mutants of a page; what does not run is no mutant, and `equivalent` ones say the same.

    `reasons` are those listed, by mutant.
    """

    page: str
    killed: list[str] = field(default_factory=list)
    equivalent: list[str] = field(default_factory=list)
    survived: list[str] = field(default_factory=list)
    stillborn: list[str] = field(default_factory=list)
    reasons: Mapping[str, str] = field(default_factory=dict)
    least: int = LEAST

    @classmethod
    def total(cls, scores: Iterable[Score]) -> Score:
        """Return the score of several pages together."""
        total = cls("in all")
        for one in scores:
            for part in ("killed", "equivalent", "survived", "stillborn"):
                getattr(total, part).extend(getattr(one, part))
        return total

    @property
    def mutants(self) -> list[str]:
        """All that run."""
        return self.killed + self.equivalent + self.survived

    @property
    def percent(self) -> float:
        """How many of a hundred mutants that say something else are killed."""
        return 100 * len(self.killed) / max(len(self.killed) + len(self.survived), 1)

    def faults(self) -> list[str]:
        """Return what is wrong: too many survive, or a reason is listed for what is killed or is no mutant."""
        low = [f"below {self.least} %"] if self.percent < self.least else []
        alive = {*self.equivalent, *self.survived}
        return low + [f"listed, but does not survive: {name}" for name in self.reasons if name not in alive]

    def live(self, names: Iterable[str]) -> None:
        """Note what survives, and which of it says the same by the reason that is listed."""
        for name in names:
            same = name in self.reasons and not self.reasons[name].startswith(UNSEEN)
            (self.equivalent if same else self.survived).append(name)


def judge(path: Path) -> Score:
    """Run the mutants of a check's page against the examples on it. Raises UnsoundError where the page itself fails."""
    check = check_of(load(path))
    score = Score(check.name, reasons=equivalents("sql").get(check.name, {}))
    alive = list(mutants(check.select))
    examples = roads.examples_on(check.page)
    with ExitStack() as stack:
        for example in examples:
            ledger = booked(parse_text(example.text, str(path)))
            loaded = stack.enter_context(foreign(ledger.entries, ledger.options))
            if example is examples[0]:
                score.stillborn = [one.name for one in alive if not runs(loaded, replace(check, select=one.select))]
                alive = [one for one in alive if one.name not in score.stillborn]
            alive = survivors(check, alive, partial(read, loaded, example), score, example)
    with TemporaryDirectory() as folder:
        create_book(Path(folder), title="Example", language="en").engine.dispose()
        for example in examples:
            if example.ledger_only:
                continue
            case = roads.read_case(example.text)
            with lent(Path(folder), case.chart) as book:
                case.enter(book)
                for road in (stage, force, post):
                    alive = survivors(check, alive, partial(road, book, case, example), score, example)
    score.live(one.name for one in alive)
    return score


def survivors(check: Check, alive: Iterable[Mutant], road: Road, score: Score, example: Example) -> list[Mutant]:
    """Return the mutants that an example does not kill by a road, and note those that it does."""
    if not road(check):
        raise UnsoundError(str(example))
    left = []
    for mutant in alive:
        try:
            with patience():
                sound = road(replace(check, select=mutant.select))
        except (SQLAlchemyError, FundtrackError):
            sound = False
        if sound:
            left.append(mutant)
        else:
            score.killed.append(mutant.name)
    return left


def runs(loaded: Foreign, check: Check) -> bool:
    """Return whether a select runs at all; one that does not, or that does not end, would be seen at once."""
    try:
        with patience():
            run(loaded.connection, [check], loaded.lens)
    except PageError as error:
        return not isinstance(error.__cause__, SQLAlchemyError)
    return stray(check.select) is None


def expected(example: Example, check: Check) -> set[Found]:
    """Return what an example says is found by a check."""
    return {one for one in example.expected if one.check == check.name}


def read(loaded: Foreign, example: Example, check: Check) -> bool:
    """Return whether a ledger says what its page shows, where it shows that, on the lines that it marks."""
    findings = run(loaded.connection, [check], loaded.lens)
    found = {Found(one.subject.line, one.check, one.severity) for one in findings}
    for language, text in zip(LANGUAGES, (example.said, example.said_zh), strict=True):
        if text is not None:
            shown = [line for line in text.splitlines() if line.startswith((f"{check.name} ", f"{check.name}:"))]
            if shown != said.said_of(findings, language):
                return False
    return found == expected(example, check)


def stage(book: Lent, case: Case, example: Example, check: Check) -> bool:
    """Return whether all vouchers as candidates show what the example says."""
    with rolled_back(book):
        found = roads.at_once(book, case.bills, {check.name: check})
    return check.scope == "book" or found | own(case, check) == expected(example, check)


def force(book: Lent, case: Case, example: Example, check: Check) -> bool:
    """Return whether an audit of the book finds it, where the database holds it at all."""
    try:
        with roads.by_force(book, case.bills, {check.name: check}, case.at) as found:
            return found | own(case, check) == expected(example, check)
    except DBAPIError:
        return True


def post(book: Lent, case: Case, example: Example, check: Check) -> bool:
    """Return whether posting one by one refuses just what the example says."""
    if check.scope == "book":
        return True
    every = checks() | {check.name: check}
    with rolled_back(book):
        verdicts = roads.one_by_one(book, case.bills, every)
    found = {one for verdict in verdicts for one in verdict.found} | case.impossible
    return found == {one for one in example.expected if every[one.check].scope != "book"}


def own(case: Case, check: Check) -> set[Found]:
    """Return what no draft can say, as far as a check is to find it."""
    return {one for one in case.impossible if one.check == check.name}
