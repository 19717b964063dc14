"""The file of the chart, `ledger/chart.beancount`: people edit it, acts on the chart write it, the book decides.

In force is what the database keeps, every version of the text. An act has its text ready beside the file before it
commits, and gives it the file's place afterwards: what cannot be written is refused while nothing has changed, and
whoever is killed between the two leaves a file that is *behind*. It says what an earlier version said, so nothing in it
is anybody's work, and the next act writes it again. What no version ever said is somebody's work and is never written
over: it is kept beside the file.
"""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from fundtrack.book.policy import apply_chart
from fundtrack.chart.change import diff
from fundtrack.chart.read import read_chart
from fundtrack.errors import ChartError, FormatError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from fundtrack.book.book import Book
    from fundtrack.chart.change import Change


class Enacted(NamedTuple):
    """What an act changed; where the file's own text is kept, if nobody else has it; why the file was not written."""

    changes: list[Change]
    kept: Path | None = None
    problem: OSError | None = None


def enact(book: Book, text: str, *, by: str, document: str, after: int | None = None) -> Enacted:
    """Put a chart in force and into the book's file; `after` is the version that it was made from.

    Raises what `apply_chart` does, and OSError where the file cannot be written: then nothing has changed.
    """
    return enacted(book, text, lambda: apply_chart(book, text, by=by, document=document, after=after))


def enacted(book: Book, text: str, act: Callable[[], list[Change]]) -> Enacted:
    """Do an act that puts a chart in force, among other things, and put its text into the book's file; see `enact`."""
    with _beside(book, text) as take_place:
        changes = act()
        try:
            return Enacted(changes, take_place())
        except OSError as problem:  # too late to refuse: what is in force is in force
            return Enacted(changes, problem=problem)


def restore(book: Book) -> tuple[bool, Path | None]:
    """Write the chart in force into the book's file. Returns whether it said something else, and where that is kept."""
    with book.reading() as connection:
        version = book.chart_version(connection)
        text = texts(connection)[version - 1]
    if _text_or_bytes(book.chart_file) == text:
        return False, None
    with _beside(book, text) as take_place:
        return True, take_place()


def text_to_change(book: Book) -> tuple[str, int, bool]:
    """Return the text of the chart in force, for an act to add to, its version, and whether the file is behind.

    It is the file's own, with its remarks, unless that is behind. Raises ChartError (`no-chart`); UsageError
    (`chart-not-applied`) where the file has changes that are not in force.
    """
    with book.reading() as connection:
        chart, versions = book.policy(connection), texts(connection)
    text = _not_behind(book, versions)
    if text is None:
        return versions[-1], len(versions), True
    if diff(chart, read_chart(text, str(book.chart_file))):
        raise UsageError("chart-not-applied", path=book.chart_file)
    return text, len(versions), False


def proposed_text(book: Book) -> tuple[str, int]:
    """Return the text of the book's file, to be put in force, and the version in force.

    Raises UsageError (`chart-behind`) where it is behind: put in force, it would take back what was decided since.
    """
    with book.reading() as connection:
        versions = texts(connection)
    text = _not_behind(book, versions)
    if text is None and not versions:
        raise ChartError("no-chart", path=book.chart_file)
    if text is None:
        raise UsageError("chart-behind", path=book.chart_file, version=len(versions))
    return text, len(versions)


def is_behind(text: str, versions: Sequence[str]) -> bool:
    """Return whether a text is what an earlier version of the chart said, and not what the one in force says."""
    return text in versions and text != versions[-1]


def texts(connection: Connection) -> list[str]:
    """Return the text of every version of the chart, that in force last."""
    return list(connection.exec_driver_sql("SELECT text FROM chart ORDER BY version").scalars())


def text_of(path: Path) -> str:
    """Return the text of a file. Raises FormatError where it is not UTF-8."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError("text-not-utf8", path=path, byte=error.start) from error


def _not_behind(book: Book, versions: Sequence[str]) -> str | None:
    """Return what the book's file says, None where it is behind or gone."""
    try:
        text = text_of(book.chart_file)
    except FileNotFoundError:
        return None
    return None if is_behind(text, versions) else text


@contextmanager
def _beside(book: Book, text: str) -> Iterator[Callable[[], Path | None]]:
    """Give what lets a text, durable beside the book's file already, take its place.

    It returns where the file's own text is kept, None where the book or the new text has it. A file that is a link
    stays one, and keeps its rights.
    """
    path = book.chart_file.resolve()
    path.parent.mkdir(exist_ok=True)
    with book.reading() as connection:
        versions = texts(connection)
    new = path.with_name(f".{path.name}-{secrets.token_hex(8)}")

    def take_place() -> Path | None:
        said = _text_or_bytes(path)
        if said == text:
            return None
        kept = None if _has(said, [*versions, text]) else _put_aside(path)
        os.replace(new, path)  # noqa: PTH105 - the one commit point is to be seen
        return kept

    try:
        with new.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, new)
        yield take_place
    finally:
        new.unlink(missing_ok=True)


def _text_or_bytes(path: Path) -> str | bytes:
    """Return what a file says, as bytes where it is no text; nothing where it is gone."""
    try:
        return text_of(path)
    except FileNotFoundError:
        return ""
    except FormatError:
        return path.read_bytes()


def _has(said: str | bytes, versions: Sequence[str]) -> bool:
    """Return whether one of the texts has all that a file said: is the same, or goes on where it ends."""
    return isinstance(said, str) and any(version.startswith(said.rstrip()) for version in versions)


def _put_aside(path: Path) -> Path:
    """Give a file a second name beside its own, and return it; it keeps the first until another file takes it."""
    names = (path.with_name(f"{path.stem}-kept-{number}{path.suffix}") for number in count(1))
    text = path.read_bytes()
    kept = next(name for name in names if not name.exists() or name.read_bytes() == text)
    shutil.copy2(path, kept)
    return kept
