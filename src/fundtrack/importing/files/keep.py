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

from fundtrack.errors import UsageError

if TYPE_CHECKING:
    from fundtrack.book import Book

INCOMING: Final = ".incoming-"
"""How a copy is called until it is whole: straight in originals/, where no original stands."""

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


class Copy:
    """A copy of a file, read in its place; kept as the original once it is settled, and else nothing is kept."""

    def __init__(self, book: Book, path: Path, sha256: str) -> None:
        """Copy a file whole into the book's folder, unless its original is kept already."""
        self._kept = original(book, sha256, path.suffix.lower())
        self.path = self._kept if self._kept.exists() else _copied(path, self._kept.parent.parent)

    def settle(self) -> None:
        """Keep the copy as the original, read-only, under its hash."""
        if self.path != self._kept:
            self._kept.parent.mkdir(parents=True, exist_ok=True)
            self.path.chmod(0o440)
            self.path = self.path.replace(self._kept)

    def discard(self) -> None:
        """Remove a copy that was not settled."""
        if self.path != self._kept:
            self.path.unlink(missing_ok=True)


def _copied(path: Path, folder: Path) -> Path:
    """Copy a file to where no original stands."""
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=f"{INCOMING}{os.getpid()}-")
    with os.fdopen(descriptor, "wb") as copy, path.open("rb") as file:
        shutil.copyfileobj(file, copy)
        copy.flush()
        os.fsync(copy.fileno())
    return Path(name)


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
