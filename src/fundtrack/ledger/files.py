"""Files of the published set: each complete or not there at all, and untouched when it would stay the same."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping
    from pathlib import Path

HASHED: Final = re.compile(
    r"(accounts|aliases|applications|batches|periods|quotas|registers|\d{4}-\d\d)\.[0-9a-f]{16}\.beancount", re.ASCII
)
"""Names of files that never change: what they hold, and the first 64 bits of the SHA-256 of it."""

VIEW: Final = re.compile(r"year/\d{4}\.beancount", re.ASCII)
"""Names of the views of a year."""

CHART: Final = "chart.beancount"
"""The chart as people write it: no part of what is published, which has its own, but it lies beside it."""

TEMPORARY: Final = ".publishing-"
ABANDONED: Final = 24 * 60 * 60
"""Seconds after which no publication can still be under way."""


class Folder:
    """The folder of a ledger, and which of its files were written anew."""

    def __init__(self, path: Path) -> None:
        """Take the folder, made where it is missing."""
        path.mkdir(exist_ok=True)
        self.path = path
        self.written: list[Path] = []
        self._unsettled: set[Path] = set()

    def write_hashed(self, stem: str, texts: Iterable[str]) -> str:
        """Write texts to `stem.<hash>.beancount`, unless it is there, and return its name."""
        digest = hashlib.sha256()
        with _temporary(self.path) as file:
            for text in texts:
                data = text.encode()
                digest.update(data)
                file.write(data)
            name = f"{stem}.{digest.hexdigest()[:16]}.beancount"
            if not is_whole(self.path / name):
                self._put(file, self.path / name)
        return name

    def replace(self, name: str, text: str) -> str:
        """Give a file its text in one step, or leave it alone if it has it; return the SHA-256 of it."""
        path, data = self.path / name, text.encode()
        if not (path.is_file() and path.read_bytes() == data):
            path.parent.mkdir(exist_ok=True)
            with _temporary(path.parent) as file:
                file.write(data)
                self._put(file, path)
        return hashlib.sha256(data).hexdigest()

    def chart(self) -> dict[str, str]:
        """Return the file of the chart with the SHA-256 of it; nothing where there is none."""
        path = self.path / CHART
        return {CHART: hashlib.sha256(path.read_bytes()).hexdigest()} if path.is_file() else {}

    def settle(self) -> None:
        """Make the names of the files written so far durable, before any file that names them is written."""
        for path in self._unsettled:
            folder = os.open(path, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        self._unsettled.clear()

    def remove_stale(self, keep: Container[str], dropped: Container[str]) -> None:
        """Delete what no recent publication uses, and what publications that were killed left behind.

        A journal that holds something else than its name says is somebody's, and one that no publication remembers
        may be: those stay.
        """
        oldest = time.time() - ABANDONED
        for path in self.path.iterdir():
            killed = path.name.startswith(TEMPORARY) and path.stat().st_mtime < oldest
            if killed or (path.name in dropped and path.name not in keep and is_whole(path)):
                path.unlink(missing_ok=True)

    def may_be_under_way(self, name: str) -> bool:
        """Return whether a file may be a journal of a publication that is not at its end yet."""
        path = self.path / name
        return is_whole(path) and path.stat().st_mtime >= time.time() - ABANDONED

    def remove_views(self, views: Mapping[str, str], keep: Container[str]) -> None:
        """Delete views of an earlier publication that this one has not, as long as they are as they were published."""
        for name, digest in views.items():
            path = self.path / name
            if name not in keep and VIEW.fullmatch(name) and is_as_viewed(path, digest):
                path.unlink()

    def _put(self, file: IO[bytes], path: Path) -> None:
        """Let a temporary file take its place; what it holds is durable, its name when the folder is settled."""
        file.flush()
        os.fsync(file.fileno())
        os.replace(file.name, path)  # noqa: PTH105 - the one commit point is to be seen
        self._unsettled.add(path.parent)
        if path not in self.written:
            self.written.append(path)


@contextmanager
def _temporary(folder: Path) -> Iterator[IO[bytes]]:
    """Give a new file that is gone afterwards, unless it was put in its place."""
    path = folder / f"{TEMPORARY}{secrets.token_hex(8)}"
    try:
        with path.open("xb") as file:
            yield file
    finally:
        path.unlink(missing_ok=True)


def is_whole(path: Path) -> bool:
    """Return whether a file is there with the content its name says."""
    if not (HASHED.fullmatch(path.name) and path.is_file()):
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16] == path.name.split(".")[1]


def is_as_viewed(path: Path, digest: str) -> bool:
    """Return whether a view is there as it was published."""
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest
