"""A book: the folder and the database of record of one bureau."""

from __future__ import annotations

from fundtrack.book.book import Book
from fundtrack.book.create import create_book
from fundtrack.book.open import find_book, open_book

__all__ = ["Book", "create_book", "find_book", "open_book"]
