"""What `check` adds to the record of the book, and what it says of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from fundtrack.cli import show
from fundtrack.cli.options import person
from fundtrack.errors import BookError, Language, UsageError, message

if TYPE_CHECKING:
    from fundtrack.auditing.record import Side
    from fundtrack.book import Book
    from fundtrack.checking.audit import Audit

SHOWN = 10
"""How many numbers of findings are printed in one line."""


def kept(book: Book, audit: Audit, by: str | None, side: Side, *, wanted: bool) -> tuple[Audit, str]:
    """Record an audit where that is wanted; return it with what is on record of its findings.

    Where the record cannot be written, by an auditor who may only read for example, why not is returned too.
    """
    from fundtrack.auditing.record import record
    from fundtrack.auditing.standing import settled

    why_not = ""
    if wanted:
        try:
            audit = replace(audit, recorded=record(book, audit, by=person(by), side=side).record())
        except (BookError, UsageError) as error:
            if error.key == "other-side":
                raise
            why_not = str(error.details.get("cause", error))
    with book.reading() as connection:
        known = settled(connection, audit.findings, {check.name: check for check in audit.checks})
    return replace(audit, findings=known), why_not


def print_recorded(audit: Audit, language: Language) -> None:
    """Print which of the findings are settled, and what is new on record."""
    settled = Counter(finding.state for finding in audit.findings if not finding.is_open)
    if settled:
        states = ", ".join(f"{message(f'state-{state}', language)} {count}" for state, count in settled.items())
        show.say_message("check-settled", language, count=settled.total(), states=states)
    for name in ("new", "gone", "reopened"):
        numbers = audit.recorded[name] if audit.recorded else ()
        if numbers:
            some = ", ".join(map(str, numbers[:SHOWN])) + (" …" if len(numbers) > SHOWN else "")
            show.say_message(f"check-{name}", language, count=len(numbers), numbers=some)
