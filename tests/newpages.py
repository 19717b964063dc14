"""How well a page is proposed for real files whose own page, and the words on it, are hidden.

`python tests/newpages.py FOLDER` does it for a folder of such files in folders by kind, with its `control_totals.csv`;
the tests do it for the copies in `tests/data/real`.
"""

from __future__ import annotations

import sys
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack import money, pages
from fundtrack.errors import FundtrackError
from fundtrack.importing import Importer, choose
from fundtrack.importing.elsewhere import is_system
from fundtrack.importing.proposing import Desk
from realfiles import COPIES, controls, currency_of

if TYPE_CHECKING:
    from fundtrack.importing.proposing import Fit, Proposal
    from realfiles import Control

TRUTH: Final = tomllib.loads((COPIES / "truth.toml").read_text("utf-8"))
"""What is so of every list, by the topics of a proposal."""

INSTALLED: Final = {name: page for name, page in pages.catalogue("importers").items() if not is_system(page)}


class Proposed(NamedTuple):
    """What was proposed for a file: what was asked, what was said that is not so, and how the file then reads."""

    hidden: str
    asked: tuple[str, ...]
    wrong: tuple[str, ...]
    fit: Fit | None
    text: str = ""
    refusal: str = ""

    def agrees(self, control: Control | None) -> bool:
        """Say whether the rows, their sum and their dates are what others counted."""
        if self.fit is None or control is None:
            return False
        read = Decimal(money.plain(self.fit.amount))
        return (self.fit.rows, read, self.fit.dates) == (control.rows, control.amount, control.dates)


def desk(path: Path, currency: str) -> tuple[Desk, str]:
    """Return where a page is proposed without the one that a file has, and the name of that one."""
    importers = {name: Importer(page, currency=currency) for name, page in INSTALLED.items()}
    try:
        hidden = choose(path, importers.values()).name
    except FundtrackError:
        hidden = ""
    return Desk({name: one for name, one in importers.items() if name != hidden}, {}, b"", currency), hidden


def proposed(path: Path, currency: str, truth: dict[str, str]) -> Proposed:
    """Propose a page for a file, answer what is asked by what is so, and read the file through the page."""
    at, hidden = desk(path, currency)
    answers: dict[str, str] = {}
    try:
        found = at.propose(path, answers)
        wrong = _wrong(found, truth)
        while found.open and found.open[0].topic in truth:
            answers[found.open[0].topic] = truth[found.open[0].topic]
            found = at.propose(path, answers)
        wrong |= _wrong(found, truth)
        asked = (*answers, *(point.topic for point in found.open))
        if found.open:
            return Proposed(hidden, asked, tuple(sorted(wrong)), None)
        text = at.text(found, "proposed")
        return Proposed(hidden, asked, tuple(sorted(wrong)), at.tried(path, text, "proposed"), text)
    except FundtrackError as error:
        return Proposed(hidden, (), (), None, refusal=error.text("en"))


def _wrong(found: Proposal, truth: dict[str, str]) -> set[str]:
    """Return what is said of a file without asking that is not so; another column that holds the same is so."""
    said = {point.topic: point for point in found.points if point.state != "open" and point.topic in truth}
    differ = {topic for topic, point in said.items() if _words(point.value) != _words(truth[topic])}
    return {topic for topic in differ if not _alike(found, said[topic].value, truth[topic])}


def _alike(found: Proposal, name: str, other: str) -> bool:
    """Say whether two columns hold the same."""
    one, another = found.look.of(name), found.look.of(other)
    return one is not None and another is not None and one.cells == another.cells


def _words(text: str) -> set[str]:
    """Return the words of an answer, whose order does not matter."""
    return {word.strip() for word in text.split(",")}


def main(folder: Path) -> int:
    """Propose a page for every file of a folder, say how it does, and return how many are wrong in silence."""
    silent = 0
    for kind, name, control in controls(folder):
        found = proposed(folder / kind / name, currency_of(kind, name), TRUTH.get(name, {}))
        said = "refused" if found.refusal else "asked" if not found.fit else "agrees" if found.agrees(control) else "!!"
        silent += bool(found.wrong)
        fit = found.fit
        got = f"{fit.rows} {money.plain(fit.amount)} {fit.dates} {dict(fit.reasons)}" if fit else found.refusal
        want = f"{control.rows} {control.amount} {control.dates}" if control and said == "!!" else ""
        sys.stdout.write(f"{name}: {said}; asked {found.asked}; wrong {found.wrong}; {got} {want}\n")
        sys.stdout.flush()
    return silent


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
