"""Whether the kept originals are those that the book speaks of: part of `doctor`."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError

from fundtrack.book.doctor import Ailment, cause_of, unreachable
from fundtrack.errors import FundtrackError
from fundtrack.importing.files.keep import original
from fundtrack.importing.later import sheet
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fundtrack.book import Book

OURS: Final = """
SELECT sha256, file FROM batch
UNION SELECT workbook, 'workbook' FROM correction
UNION SELECT sha256, document FROM document WHERE batch IS NULL AND withdrawn = 0
ORDER BY 2, 1
"""
"""The files that were kept when they were brought, each with how it is called."""

TOLD: Final = """
SELECT sha256 FROM document UNION SELECT sha256 FROM evidence
"""
"""Hashes that registers speak of beside those: whoever filled them from a table gave no file."""


def kept(book: Book) -> Iterator[Ailment]:
    """Yield the originals that the book has a hash of and the folder lacks, and the files that nothing speaks of."""
    if unreachable(book):
        return
    try:
        with book.reading() as connection:
            ours = {sha256: name for sha256, name in dialect.rows_of(connection, OURS) if sha256}
            told = {sha256 for (sha256,) in dialect.rows_of(connection, TOLD)}
    except (DBAPIError, FundtrackError) as error:
        yield Ailment("not-examined", {"examination": "originals", "cause": cause_of(error)})
        return
    files = {path.name.partition(".")[0]: path for path in sorted((book.folder / "originals").glob("*/*"))}
    for sha256, name in ours.items():
        if sha256 not in files:
            yield Ailment("original-missing", {"file": name, "path": original(book, sha256, "")})
    for sha256, path in files.items():
        if sha256 not in ours and sha256 not in told and not _rejects(book, path):
            yield Ailment("original-unreferenced", {"path": path})


def _rejects(book: Book, path: Path) -> bool:
    """Return whether a file is a workbook of this book: one that only rejected rows is kept, and none speaks of it."""
    with suppress(FundtrackError):
        return any(line.cells[:1] and line.cells[0].startswith(f"{sheet.mark(book)}-") for line in sheet.read(path))
    return False
