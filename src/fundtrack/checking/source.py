"""Where directives come from that are to be checked: a Beancount ledger, or the files of another system."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.beantext.booking import book as booked
from fundtrack.beantext.parse import parse_ledger
from fundtrack.chart.model import ROOTS
from fundtrack.checking.lens import Subject
from fundtrack.checking.objection import objected
from fundtrack.errors import UsageError
from fundtrack.ledger.intact import ALTERATIONS, LEADS, objections
from fundtrack.ledger.main import MAIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fundtrack.beantext.booking import Booked
    from fundtrack.beantext.directives import Directive, Options
    from fundtrack.checking.accounted import Accounted
    from fundtrack.checking.finding import Finding
    from fundtrack.checking.limits import Limit
    from fundtrack.errors import Language

LEDGER_PROBLEM: Final = "ledger-problem"
"""The name under which Beancount's own objections stand among the findings."""

OF_READING: Final = ALTERATIONS | {LEDGER_PROBLEM}
"""The names of findings that no check makes: they are what reading a ledger shows."""

UNTITLED: Final = "Beancount"
"""What Beancount calls a ledger that has no title."""


class Read(NamedTuple):
    """A file that was read, and the SHA-256 of its bytes."""

    file: str
    sha256: str


def read_of(path: str | Path) -> Read:
    """Return a file with the hash of its bytes; of one that is gone by now, or no file, none."""
    try:
        with Path(path).open("rb") as file:
            return Read(str(path), file_digest(file, "sha256").hexdigest())
    except OSError:
        return Read(str(path), "")


@dataclass(frozen=True)
class Source:
    """Booked directives, what was wrong with what they were read from, and what can never be known of it.

    `files` account for every row, where the source is tables; `read` are the files themselves, the first one first.
    """

    entries: Sequence[Directive]
    options: Options
    title: str
    path: Path
    problems: tuple[Finding, ...] = ()
    files: tuple[Accounted, ...] = ()
    limits: tuple[Limit, ...] = ()
    read: tuple[Read, ...] = ()

    @property
    def language(self) -> Language | None:
        """The language of a ledger whose accounts have Chinese roots; English ones say nothing of who reads it."""
        return "zh" if self.options["name_assets"] == ROOTS["zh"]["Assets"] else None


def ledger_at(path: Path) -> Booked:
    """Return a Beancount ledger, or that of a folder that we published. Raises UsageError: `ledger-…`."""
    parsed = parse_ledger(path / MAIN if (path / MAIN).is_file() else path)
    if parsed.errors and not parsed.entries:
        first = parsed.errors[0]
        raise UsageError("ledger-not-beancount", path=first.path, line=first.line, why=first.message)
    return booked(parsed)


def ledger_source(path: Path) -> Source:
    """Return a Beancount ledger with Beancount's objections to it, and with what shows that it was changed.

    Raises UsageError: `ledger-…`, `include-outside`.
    """
    ledger = ledger_at(path)
    problems = [_at(LEDGER_PROBLEM, one.path, one.line, why=one.message) for one in ledger.errors]
    problems += [
        _at(one.key, one.path, one.line, **one.details)
        if one.key not in LEADS or one.path in ledger.options["include"]
        else replace(_at(one.key, one.path, one.line, **one.details), severity="warn")
        for one in objections(ledger.options["include"], ledger.entries)
    ]
    title = str(ledger.options["title"])
    named = path.name if title == UNTITLED else title
    read = tuple(read_of(file) for file in dict.fromkeys([str(ledger.options["filename"]), *ledger.options["include"]]))
    return Source(ledger.entries, ledger.options, named, path, tuple(problems), read=read)


def _at(key: str, path: str, line: int, **details: object) -> Finding:
    return objected(key, Subject(file=path, line=line, content=path.rpartition("/")[2]), **details)
