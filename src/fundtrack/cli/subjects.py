"""What a command on books is about: the book, a ledger, the files of another system, or two of them."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fundtrack.cli.options import local_folder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from contextlib import AbstractContextManager

    from fundtrack.book import Book
    from fundtrack.checking.audit import Audit
    from fundtrack.checking.extent import Extent
    from fundtrack.checking.side import Side


def audited(subject: Path | Book, only: Collection[str], fund_pattern: str, book: Path | None, extent: Extent) -> Audit:
    """Return the audit of a book, or of what a path names by the pages of the checker's book if one is named.

    A folder with a book in it is the book.
    """
    from fundtrack.book.open import SETTINGS_FILE
    from fundtrack.checking.audit import audit_book, audit_source
    from fundtrack.importing.elsewhere import source_at

    if not isinstance(subject, Path):
        return audit_book(subject, only=only, extent=extent)
    if (subject / SETTINGS_FILE).is_file():
        with _book_in(subject) as found:
            return audit_book(found, only=only, extent=extent)
    pages, importers = (local_folder(book, "checks", search=False), local_folder(book, "importers", search=False))
    return audit_source(
        lambda: source_at(subject, importers), only=only, fund_pattern=fund_pattern, pages=pages, extent=extent
    )


def compared(
    subject: Path | Book, other: Path, only: Collection[str], fund_pattern: str, book: Path | None, extent: Extent
) -> Audit:
    """Return the audit of a book or what a path names against what another path names."""
    from fundtrack.checking.against import audit_against

    with ExitStack() as open_sides:
        here, there = (open_sides.enter_context(_side(one, fund_pattern, book)) for one in (subject, other))
        return audit_against(here, there, only=only, extent=extent)


def _side(subject: Path | Book, fund_pattern: str, book: Path | None) -> AbstractContextManager[Side]:
    """Return one side of a comparison; a folder with a book in it is the book."""
    from fundtrack.book.open import SETTINGS_FILE
    from fundtrack.checking.side import book_side, source_side
    from fundtrack.importing.elsewhere import source_at

    if not isinstance(subject, Path):
        return book_side(subject)
    if (subject / SETTINGS_FILE).is_file():
        return _side_in(subject)
    return source_side(source_at(subject, local_folder(book, "importers", search=False)), fund_pattern)


@contextmanager
def _side_in(folder: Path) -> Iterator[Side]:
    """Give the book in a folder as a side."""
    from fundtrack.checking.side import book_side

    with _book_in(folder) as book, book_side(book) as side:
        yield side


@contextmanager
def _book_in(folder: Path) -> Iterator[Book]:
    """Give the book in a folder."""
    from fundtrack.book import open_book

    book = open_book(folder.resolve())
    try:
        yield book
    finally:
        book.engine.dispose()
