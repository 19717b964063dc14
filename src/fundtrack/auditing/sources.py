"""Where a finding came from: the page that found it, and the original of the file its voucher was imported from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fundtrack.pages import catalogue

if TYPE_CHECKING:
    from pathlib import Path

    from fundtrack.book import Book
    from fundtrack.pages import Page


def page_of(book: Book, name: str) -> Page | None:
    """Return the page of a check as it reads now, if there still is one."""
    return catalogue("checks", local=book.folder / "checks").get(name)


def original_of(book: Book, sha256: str) -> Path | None:
    """Return the kept original of a file by the hash of its bytes, if the book's folder has it."""
    return next(iter(sorted((book.folder / "originals").glob(f"*/{sha256}*"))), None) if sha256 else None
