"""Keeping what was imported: the original bytes, by their content hash."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from fundtrack.errors import UsageError

if TYPE_CHECKING:
    from fundtrack.book import Book

INCOMING: Final = ".incoming-"
"""How a copy is called until it is whole: straight in originals/, where no original stands."""

IMPORTED: Final = text("SELECT 1 FROM batch WHERE sha256 = :sha256 LIMIT 1")

STALE: Final = 3600
"""Seconds after which nobody writes to a copy any more: whoever began it was killed."""


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hex. Raises UsageError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError("file-unreadable", path=path, cause=error.strerror) from error


def original(book: Book, sha256: str, suffix: str) -> Path:
    """Return where the original of a hash is kept; its name never comes from outside."""
    return book.folder / "originals" / sha256[:2] / f"{sha256}{suffix}"


def keep_original(book: Book, path: Path, sha256: str) -> Path:
    """Copy a file into the book's folder under its hash, once, read-only, whole or not at all."""
    kept = original(book, sha256, path.suffix.lower())
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        folder = kept.parent.parent
        _sweep(folder)
        descriptor, name = tempfile.mkstemp(dir=folder, prefix=f"{INCOMING}{os.getpid()}-")
        with os.fdopen(descriptor, "wb") as copy, path.open("rb") as file:
            shutil.copyfileobj(file, copy)
            copy.flush()
            os.fsync(copy.fileno())
        Path(name).chmod(0o440)
        Path(name).replace(kept)
    return kept


def forget_original(book: Book, kept: Path, sha256: str) -> None:
    """Delete a kept original that nothing was imported from."""
    with book.reading() as connection:
        imported = connection.execute(IMPORTED, {"sha256": sha256}).first()
    if imported is None:
        kept.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Remove the copies that killed imports left half-written."""
    for path in folder.glob(f"{INCOMING}*"):
        with suppress(FileNotFoundError):  # somebody else sweeps
            if path.stat().st_mtime < time.time() - STALE:
                path.unlink()


def find_original(book: Book, sha256: str) -> Path:
    """Return the kept original of a hash. Raises UsageError when it is gone."""
    found = sorted((book.folder / "originals" / sha256[:2]).glob(f"{sha256}*"))
    if not found:
        raise UsageError("original-missing", path=original(book, sha256, ""))
    return found[0]
