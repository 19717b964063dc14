"""Books that are made once and copied for whoever asks for the same again: making one takes longer than most tests."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from sqlalchemy import make_url

from fundtrack.book import open_book
from postgresql import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from sqlalchemy import URL

    from fundtrack.book import Book


@dataclass(frozen=True)
class Template:
    """A book to copy, on one engine: a folder, and on PostgreSQL the database that is copied with it."""

    folder: Path
    server: Server | None = None
    database: str = ""

    @contextmanager
    def copy(self) -> Iterator[Book]:
        """Give a copy that nobody else sees."""
        with TemporaryDirectory() as name:
            folder = shutil.copytree(self.folder, Path(name) / "book")
            if not self.server:
                yield from opened(folder)
                return
            with self.server.database(self.database) as url:
                toml = folder / "fundtrack.toml"
                toml.write_text(toml.read_text("utf-8").replace(self.database, str(url.database)), "utf-8")
                yield from opened(folder)


def opened(folder: Path) -> Iterator[Book]:
    """Give the book of a folder, and close it."""
    book = open_book(folder)
    yield book
    book.engine.dispose()


MADE: Final[dict[tuple[Hashable, str], Path]] = {}
KEPT: Final = TemporaryDirectory(prefix="books-")


def copied(folder: Path, database: URL | str, of: Hashable, make: Callable[[Path, str], Book]) -> Book:
    """Return a book of one's own in a folder and an empty database, if any: a copy of the first of its kind."""
    url = make_url(database) if database else None
    kind = (of, url.get_backend_name() if url else "")
    if kind not in MADE:
        MADE[kind] = _first(url, make)
    shutil.copytree(MADE[kind], folder, dirs_exist_ok=True)
    if url:
        template = _beside(url, MADE[kind])
        _copy(template, url)
        toml = folder / "fundtrack.toml"
        toml.write_text(toml.read_text("utf-8").replace(address(template), address(url)), "utf-8")
    return open_book(folder)


def _first(url: URL | None, make: Callable[[Path, str], Book]) -> Path:
    """Make a book to copy."""
    folder = Path(KEPT.name) / f"copied_{os.getpid()}_{len(MADE)}"
    template = _beside(url, folder) if url else None
    if template and template.get_backend_name() == "postgresql":
        _server(template).run(f"CREATE DATABASE {template.database}")
    make(folder, address(template) if template else "").engine.dispose()
    return folder


def _beside(url: URL, folder: Path) -> URL:
    """Return where the database of a folder is, on the engine of another."""
    return url.set(database=f"{folder}.sqlite" if url.get_backend_name() == "sqlite" else folder.name)


def _copy(template: URL, to: URL) -> None:
    if template.get_backend_name() == "sqlite":
        shutil.copy(str(template.database), str(to.database))
        return
    _server(to).run(f"DROP DATABASE {to.database}")
    _server(to).run(f"CREATE DATABASE {to.database} TEMPLATE {template.database} STRATEGY file_copy")


def _server(url: URL) -> Server:
    return Server(Path(str(url.query["host"])))


def address(url: URL) -> str:
    """Return a URL as settings spell it."""
    return url.render_as_string(hide_password=False)
