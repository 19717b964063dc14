"""Terminals in prepared folders: each folder is made once, and everybody sits in a copy of their own."""

from __future__ import annotations

import datetime as dt
import platform
import shutil
import sqlite3
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final

import pytest

from fundtrack.cli.books import PACKAGES
from postgresql import SUPERUSER
from provoked import books, play
from shell import Shell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy import URL

    from postgresql import Server

TODAY: Final = "2015-12-31"

STOPPED: Final = SimpleNamespace(date=dt.date, datetime=SimpleNamespace(now=lambda: dt.datetime.fromisoformat(TODAY)))
"""A clock on which it is that day; a server is asked by a process of its own, in which it is today."""

ON_POSTGRESQL: Final = "postgresql"
"""The prepared folder whose book is on a server, which readers know by the address below."""

VERSIONS: Final = {"Python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
"""What `doctor` names the version of, which no example decides."""

ADDRESS: Final = "@db.example/finance"


@dataclass(frozen=True)
class Prepared:
    """A folder that is copied, where in it examples begin, and the database that is copied with it."""

    home: Path
    begin: Path
    database: URL | None


@dataclass
class Desks:
    """Gives terminals; the PostgreSQL server is started for the first that asks for a book on it."""

    folder: Path
    start: Callable[[], Server]
    stack: ExitStack
    made: dict[str, Prepared] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    @contextmanager
    def sit(self, book: str, language: str) -> Iterator[Shell]:
        """Give a terminal where a prepared folder is, in a language."""
        prepared = self.prepared(book)
        home = self.folder / f"{book}{next(self._numbers)}"
        shutil.copytree(prepared.home, home)
        with self._database(prepared.database) as database:
            shell = self._shell(home, database)
            shell.folder /= prepared.begin
            if language != "en":
                shell.environment["FUNDTRACK_LANG"] = language
            yield shell
        shutil.rmtree(home)

    def prepared(self, book: str) -> Prepared:
        """Return a prepared folder; the first who asks makes it."""
        if book not in self.made:
            home = self.folder / book
            home.mkdir()
            url = self.stack.enter_context(self.start().database()) if book == ON_POSTGRESQL else None
            shell = self._shell(home, url)
            play(books()[book], shell, books()[book].commands())
            for database in home.rglob("*.sqlite"):
                settle(database)
            self.made[book] = Prepared(home, shell.folder.relative_to(home), url)
        return self.made[book]

    def _database(self, template: URL | None) -> AbstractContextManager[URL | None]:
        return self.start().database(str(template.database)) if template else nullcontext()

    def _shell(self, home: Path, database: URL | None) -> Shell:
        programs = self.folder / "programs"
        programs.mkdir(exist_ok=True)
        shell = Shell(home, programs)
        shell.environment["HOME"] = str(home)
        shell.clock = STOPPED
        shell.named["~"] = str(home)
        shell.named |= {f"{name} …": f"{name} {known}" for name, known in VERSIONS.items()}
        if database:
            address = database.render_as_string()
            shell.named[ADDRESS] = address.removeprefix(f"postgresql+psycopg://{SUPERUSER}")
            shell.environment["FUNDTRACK_DATABASE"] = address
            shell.alone = True  # a server minds connections that are left open; the end of a process closes them
        return shell


def settle(database: Path) -> None:
    """Bring into a database what its journal still holds; an example that damages the file damages all of it."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.fixture(scope="session")
def desks(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Desks]:
    """Give terminals in prepared folders."""
    with ExitStack() as stack:
        yield Desks(tmp_path_factory.mktemp("desks"), lambda: request.getfixturevalue("postgresql_server"), stack)
