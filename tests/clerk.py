"""A clerk at the command line before a book of any chart, on each engine."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import fundtrack.book.open
from copies import copied
from fundtrack.book import create_book
from fundtrack.book.policy import apply_chart
from shelf import OWNER

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from commands import Say
    from fundtrack.book import Book
    from shelf import Shelf


@contextmanager
def before_a_book(shelf: Shelf, engine: str, chart: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    """Give a book that every command is about."""
    with shelf.book(engine, chart) as book, _asked(book, monkeypatch):
        yield book


@contextmanager
def after(
    script: str, shelf: Shelf, engine: str, chart: str, monkeypatch: pytest.MonkeyPatch, say: Say
) -> Iterator[Book]:
    """Give a book that every command is about, in which those of a script were given, one a line: played once."""

    def play(folder: Path, database: str) -> Book:
        book = create_book(folder, title="Example", language="en", database=database)
        apply_chart(book, chart, by=OWNER, document="example")
        with _asked(book, monkeypatch):
            run(say, script)
        return book

    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory()))
        url = stack.enter_context(shelf.server.database()) if engine == "postgresql" else ""
        book = copied(home / "book", url, (chart, script), play)
        stack.callback(book.engine.dispose)
        stack.enter_context(_asked(book, monkeypatch))
        yield book


@contextmanager
def _asked(book: Book, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a clerk give commands about a book."""
    with monkeypatch.context() as patch, let_go(patch):
        patch.setenv("FUNDTRACK_BOOK", str(book.folder))
        patch.setenv("FUNDTRACK_BY", "li")
        yield


@contextmanager
def let_go(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close afterwards what commands leave open, which elsewhere ends with their process."""
    with ExitStack() as stack:

        def opened(folder: Path) -> Book:
            book = unverified_book(folder)
            stack.callback(book.engine.dispose)
            return book

        unverified_book = fundtrack.book.open.unverified_book
        patch.setattr("fundtrack.book.open.unverified_book", opened)
        yield


def run(say: Say, script: str) -> None:
    """Run commands, one a line."""
    for line in script.replace("\\\n", "").strip().splitlines():
        done = say(*line.split())
        assert done.code == 0, (line, done)
