"""The doctor names the originals that are gone, and those that nothing speaks of."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from fundtrack.importing.files.keep import digest, original
from fundtrack.importing.later.amend import amend
from fundtrack.importing.later.kept import kept
from test_correct_workbook import correct, sheet
from treasury import bring, pay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from copies import Template
    from fundtrack.book import Book


@pytest.fixture
def book(template: Template) -> Iterator[Book]:
    """Give a book with two imported files and a workbook that only rejected a row, on each engine."""
    with template.copy() as book:
        bring(book, "one", pay("1"))
        bring(book, "two", pay("2", use="0688"))
        amend(book, correct(sheet(book), batch=2, r2={"退回": "是", "理由": "重复"}), by="ann")
        yield book


def told(book: Book) -> list[tuple[str, str]]:
    """Return what is said of the originals, with the file it is said of."""
    return [(one.name, str(one.details.get("file", one.details["path"]))) for one in kept(book)]


def test_what_was_kept_and_is_gone_is_named(book: Book) -> None:
    """One file or the whole folder; a book that is whole has nothing, also where a workbook only rejected rows."""
    assert told(book) == []
    one = original(book, digest(book.folder.parent / "one.csv"), ".csv")
    one.unlink()
    assert told(book) == [("original-missing", "one.csv")]
    shutil.rmtree(book.folder / "originals")
    assert told(book) == [("original-missing", "one.csv"), ("original-missing", "two.csv")]


def test_what_nothing_speaks_of_is_named(book: Book) -> None:
    """As where somebody put another hash into the book."""
    more = original(book, "ab" * 32, ".pdf")
    more.parent.mkdir(exist_ok=True)
    more.write_bytes(b"x")
    assert told(book) == [("original-unreferenced", str(more))]
