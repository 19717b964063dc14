"""A clerk at the command line before a book of any chart, on each engine."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import fundtrack.book

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from fundtrack.book import Book
    from shelf import Shelf


@contextmanager
def before_a_book(shelf: Shelf, engine: str, chart: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    """Give a book that every command is about; what commands leave open is closed, which ends with a process."""
    with shelf.book(engine, chart) as book, ExitStack() as stack, monkeypatch.context() as patch:

        def opened(folder: Path) -> Book:
            one = open_book(folder)
            stack.callback(one.engine.dispose)
            return one

        open_book = fundtrack.book.open_book
        patch.setattr("fundtrack.book.open_book", opened)
        patch.setenv("FUNDTRACK_BOOK", str(book.folder))
        patch.setenv("FUNDTRACK_BY", "li")
        yield book
