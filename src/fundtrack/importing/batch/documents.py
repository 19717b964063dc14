"""A document received once, and all that follows from it in one act: register, file, grants, quota and allotments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date as Date  # noqa: N812 - `date` is what acts call their day
from typing import TYPE_CHECKING, Literal

from fundtrack.beantext.escape import stored
from fundtrack.book.chartfile import Enacted, enacted, text_to_change
from fundtrack.book.documents import papers
from fundtrack.book.policy import put_in_force
from fundtrack.chart.change import grant
from fundtrack.errors import UsageError
from fundtrack.importing.files.keep import Copy, digest, find_original
from fundtrack.posting.documents import agreed, entered, received, ungranted
from fundtrack.posting.post import post

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.book.documents import Paper
    from fundtrack.chart.change import Change
    from fundtrack.chart.model import Chart
    from fundtrack.posting import Draft, Posted
    from fundtrack.posting.documents import Gift


FileState = Literal["none", "kept", "missing", "changed"]


@dataclass(frozen=True, slots=True)
class Received:
    """What was posted, and what became of the chart; `behind` tells that its file had to be caught up first."""

    posted: Posted
    chart: Enacted
    behind: bool


def dated(book: Book, said: Paper, day: Date) -> Paper:
    """Return what is said of a document with a date: its own, that on record, or else the day."""
    with book.reading() as connection:
        number = stored(said.document.strip())
        known = papers(connection).of(number)
    return replace(said, document=number, date=said.date or known.date or day.isoformat())


def enter_document(book: Book, said: Paper, *, file: Path | None, by: str) -> None:
    """Enter a document in the register, and keep its file.

    Raises what `agreed` and `entered` do, and `file-unreadable`.
    """
    said, copy = _copied(book, said, file)

    def act(connection: Connection) -> None:
        known = papers(connection)
        entered(connection, known, agreed(known, said), by)
        if copy:
            copy.settle()

    try:
        book.act(act)
    finally:
        if copy:
            copy.discard()


def receive_document(
    book: Book, said: Paper, gift: Gift, *, file: Path | None, by: str, approved_by: str = ""
) -> Received:
    """Enter a document, grant the uses it names, receive its quota and allot it: all of it, or nothing.

    `said` bears its date. Raises what `received`, `ungranted` and `text_to_change` do, and Refused.
    """
    with book.reading() as connection:
        opened = ungranted(book.chart(connection), gift)
    text, after, behind = text_to_change(book) if opened else ("", 0, False)
    for account in opened:
        text = grant(text, account, Date.fromisoformat(said.date), said.document, str(book.chart_file))
    said, copy = _copied(book, said, file)
    done: list[Posted] = []

    def say(connection: Connection, _chart: Chart) -> Sequence[Draft]:
        return received(book, connection, said, gift, opened, by)

    def settle(_connection: Connection, _posted: Posted) -> None:
        if copy:
            copy.settle()

    def act() -> list[Change]:
        changes: list[Change] = []

        def policy(connection: Connection) -> None:
            changes[:] = put_in_force(book, connection, text, by=by, document=said.document, after=after)

        done.append(
            post(book, say, by=by, approved_by=approved_by, then=settle, policy=policy if opened else None)
        )  # fmt: skip
        return changes

    try:
        chart = enacted(book, text, act) if opened else Enacted(act())
    finally:
        if copy:
            copy.discard()
    return Received(done[0], chart, behind)


def _copied(book: Book, said: Paper, file: Path | None) -> tuple[Paper, Copy | None]:
    """Return what is said of a document with the hash of its file, and a copy of that."""
    if file is None:
        return said, None
    sha256 = digest(file)
    return replace(said, sha256=sha256), Copy(book, file, sha256)


def file_of(book: Book, sha256: str) -> FileState:
    """Return what became of the file of a hash: none is on record, it is kept, is not kept here, or was changed."""
    if not sha256:
        return "none"
    try:
        return "kept" if digest(find_original(book, sha256)) == sha256 else "changed"
    except UsageError:
        return "missing"
