"""What `check` adds to the record of the book, and what it says of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fundtrack.cli import show
from fundtrack.cli.options import person
from fundtrack.errors import LANGUAGES, BookError, Language, UsageError, message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fundtrack.auditing.sides import Side
    from fundtrack.book import Book
    from fundtrack.checking.audit import Audit

SHOWN = 10
"""How many numbers of findings are printed in one line."""


TRIES: Final = 5
"""How often a book that moves while it is looked at is looked at again."""


def kept(
    book: Book, look: Callable[[], Audit], by: str | None, side: Side | None, *, wanted: bool
) -> tuple[Audit, Mapping[Language, str]]:
    """Look at a book, and record it where that is wanted; return the audit with what is on record of its findings.

    Where it is not recorded, by an auditor who may only read for example, why not is returned too; and another day that
    is asked about is never recorded.
    """
    from fundtrack.auditing.sides import side_of
    from fundtrack.auditing.standing import settled, unseen
    from fundtrack.auditing.waivers import permits
    from fundtrack.book.clock import asked_day

    day = asked_day()
    if wanted and not day:
        audit, why_not = recorded(book, look, person(by), side)
    else:
        audit = look()
        why_not = {one: message("today-look", one, date=day.isoformat()) for one in LANGUAGES} if wanted and day else {}
    with book.reading() as connection:
        on = side or side_of(connection, by or "") or "bureau"
        known = settled(connection, audit.findings, {check.name: check for check in audit.checks}, on)
        gone, otherwise = unseen(connection, audit, on)
        covering = permits(connection, {one.waiver for one in known})
    return replace(audit, findings=known, unseen=gone, otherwise_unseen=otherwise, waivers=covering), why_not


def recorded(
    book: Book, look: Callable[[], Audit], who: str, side: Side | None
) -> tuple[Audit, Mapping[Language, str]]:
    """Look at a book until it stands still, and record it; return the audit, and why not if it is not recorded."""
    from fundtrack.auditing.record import record

    for _ in range(TRIES):
        audit = look()
        try:
            return replace(audit, recorded=record(book, audit, by=who, side=side).record()), {}
        except (BookError, UsageError) as error:
            if error.key == "other-side":
                raise
            why_not = {one: str(error.details.get("cause") or error.text(one)).rstrip(".。") for one in LANGUAGES}
            if error.key != "audit-stale":
                break
    return audit, why_not


def print_recorded(audit: Audit, language: Language) -> None:
    """Print which of the findings are settled, and what is new on record."""
    settled = Counter(finding.state for finding in audit.findings if not finding.is_open)
    if settled:
        states = ", ".join(f"{message(f'state-{state}', language)} {count}" for state, count in settled.items())
        show.say_message("check-settled", language, count=settled.total(), states=states)
    news = {name: audit.recorded[name] if audit.recorded else () for name in ("new", "gone", "reopened")}
    for name, numbers in (news | {"unseen": audit.unseen, "otherwise": audit.otherwise_unseen}).items():
        if numbers:
            some = ", ".join(map(str, numbers[:SHOWN])) + (" …" if len(numbers) > SHOWN else "")
            show.say_message(f"check-{name}", language, count=len(numbers), numbers=some)
