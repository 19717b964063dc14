"""Empty books on both engines, made when first asked for: copied, or lent for a transaction that is rolled back."""

from __future__ import annotations

import shutil
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import pytest

from copies import Template, address
from fundtrack.book import Book, create_book, open_book
from fundtrack.book.policy import apply_chart
from fundtrack.checking import candidates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import URL, Connection

    from postgresql import Server

ENGINES: Final = ("sqlite", "postgresql")
OWNER: Final = "wang"


@dataclass(frozen=True)
class Lent(Book):
    """A book whose every act is a savepoint of one transaction, which its lender rolls back."""

    connection: Connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give the connection."""
        yield self.connection

    @contextmanager
    def writing(self, policy: Callable[[Connection], object] | None = None) -> Iterator[Connection]:
        """Give the connection within a savepoint."""
        with ExitStack() as undone, self.connection.begin_nested():
            undone.callback(self.forget)
            if policy:
                policy(self.connection)
            yield self.connection
            undone.pop_all()

    owning = writing

    def forget(self) -> None:
        """Forget the charts whose quota lines were rolled back."""
        self._charts.clear()

    @contextmanager
    def trying(self) -> Iterator[Connection]:
        """Give the connection within a savepoint that is undone."""
        with rolled_back(self) as connection:
            yield connection


@dataclass
class Shelf:
    """Empty books on both engines; the PostgreSQL server is started for the first that asks for a book on it."""

    folder: Path
    start: Callable[[], Server]
    stack: ExitStack
    _numbers: Iterator[int] = field(default_factory=count)

    @cached_property
    def server(self) -> Server:
        """The server."""
        return self.start()

    @cached_property
    def template(self) -> URL:
        """A PostgreSQL database that holds an empty book and nothing else."""
        return self.stack.enter_context(self.server.database())

    def empty(self, engine: str) -> Path:
        """Return the folder of the empty book on an engine."""
        folder = self.folder / engine
        if not folder.exists():
            database = address(self.template) if engine == "postgresql" else ""
            create_book(folder, title="Example", language="en", database=database).engine.dispose()
        return folder

    @contextmanager
    def book(self, engine: str, chart: str) -> Iterator[Book]:
        """Give a copy of the empty book with a chart in force; in it everything is as in real life."""
        server = self.server if engine == "postgresql" else None
        with Template(self.empty(engine), server, str(self.template.database) if server else "").copy() as book:
            apply_chart(book, chart, by=OWNER, document="example")
            yield book

    @contextmanager
    def lend(self, engine: str, chart: str) -> Iterator[Lent]:
        """Give the empty book itself with a chart in force, and roll everything back: fast enough for hundreds."""
        with lent(self.empty(engine), chart) as book:
            yield book


@contextmanager
def lent(folder: Path, chart: str) -> Iterator[Lent]:
    """Give the book of a folder with a chart in force, and roll everything back."""
    book = open_book(folder)
    try:
        with book.engine.connect() as connection:
            prepared(connection)
            lent = Lent(book.folder, book.settings, book.engine, connection)
            apply_chart(lent, chart, by=OWNER, document="example")
            yield lent
    finally:
        book.engine.dispose()
        shutil.rmtree(folder / "originals", ignore_errors=True)  # files are rolled back by nobody


def prepared(connection: Connection) -> None:
    """Let a connection keep the plans of its statements, whatever is rolled back on it.

    SQLite forgets them where a transaction made a table, so the temporary ones are made before; psycopg whenever
    something is rolled back, for that might have made one. Planning takes most of the time of an act on a small book.
    """
    candidates.prepare(connection)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET plan_cache_mode = force_generic_plan")
        driver: Any = connection.connection.driver_connection
        driver._prepared._should_discard = lambda *_: False
    connection.commit()


@contextmanager
def rolled_back(book: Book) -> Iterator[Connection]:
    """Give a connection whose work is undone: a savepoint of a book that is lent, else a transaction."""
    with ExitStack() as stack:
        connection = book.connection if isinstance(book, Lent) else stack.enter_context(book.engine.connect())
        transaction = connection.begin_nested() if isinstance(book, Lent) else connection.begin()
        try:
            yield connection
        finally:
            transaction.rollback()


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Shelf]:
    """Give empty books."""
    with ExitStack() as stack:
        yield Shelf(tmp_path_factory.mktemp("shelf"), lambda: request.getfixturevalue("postgresql_server"), stack)
