"""Empty books on both engines, made when first asked for: copied, or lent for a transaction that is rolled back."""

from __future__ import annotations

import shutil
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

import pytest

from copies import Template, address
from fundtrack.book import Book, create_book, open_book
from fundtrack.book.policy import apply_chart
from fundtrack.checking import candidates
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy import URL, Connection, NestedTransaction

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
    _desks: dict[str, Desk] = field(default_factory=dict)

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
        with self._copy(engine) as book:
            apply_chart(book, chart, by=OWNER, document="example")
            yield book

    @contextmanager
    def lend(self, engine: str, chart: str) -> Iterator[Lent]:
        """Give an empty book with a chart in force, and roll everything back: fast enough for hundreds.

        The book and its connection are the same each time, so that what was planned for one is planned for all.
        """
        if engine not in self._desks:
            self._desks[engine] = self.stack.enter_context(self._desk(engine))
        with self._desks[engine].lend(chart) as book:
            yield book

    @contextmanager
    def _desk(self, engine: str) -> Iterator[Desk]:
        """Give a copy of the empty book that is lent from now on."""
        with self._copy(engine) as book, desk(book) as made:
            yield made

    def _copy(self, engine: str) -> AbstractContextManager[Book]:
        """Return a copy of the empty book."""
        server = self.server if engine == "postgresql" else None
        return Template(self.empty(engine), server, str(self.template.database) if server else "").copy()


@dataclass
class Desk:
    """A book that is lent to one after another, over its one connection and within one transaction.

    A chart stays in force until somebody asks for another. The transaction goes on, for psycopg forgets what it
    prepared where one is rolled back.
    """

    book: Book
    connection: Connection
    is_free: bool = True
    chart: str = ""
    in_force: NestedTransaction | None = None

    @contextmanager
    def lend(self, chart: str) -> Iterator[Lent]:
        """Lend the book with a chart in force, to one at a time."""
        assert self.is_free, "who has it would see what the other does"
        self.is_free = False
        try:
            lent = self._with(chart)
            with rolled_back(lent):
                yield lent
        finally:
            shutil.rmtree(self.book.folder / "originals", ignore_errors=True)  # files are rolled back by nobody
            self.is_free = True

    def _with(self, chart: str) -> Lent:
        """Return the book with a chart in force."""
        lent = Lent(self.book.folder, self.book.settings, self.book.engine, self.connection)
        if not (self.in_force and self.in_force.is_active and self.chart == chart):
            if self.in_force and self.in_force.is_active:
                self.in_force.rollback()
            self.in_force, self.chart = self.connection.begin_nested(), ""
            with patch.object(dialect, "measure"):  # counted anew, PostgreSQL would plan everything anew
                apply_chart(lent, chart, by=OWNER, document="example")
            self.chart = chart
        return lent


@contextmanager
def desk(book: Book) -> Iterator[Desk]:
    """Lend a book from now on."""
    with book.engine.connect() as connection:
        prepared(connection)
        yield Desk(book, connection)


@contextmanager
def lent(folder: Path, chart: str) -> Iterator[Lent]:
    """Give the book of a folder with a chart in force, and roll everything back."""
    book = open_book(folder)
    try:
        with desk(book) as made, made.lend(chart) as one:
            yield one
    finally:
        book.engine.dispose()


def prepared(connection: Connection) -> None:
    """Let a connection keep the plans of its statements, whatever is rolled back on it.

    SQLite forgets them where a transaction made a table, so the temporary ones are made before; psycopg whenever
    something is rolled back, for that might have made one. Planning takes most of the time of an act on a small book.
    """
    candidates.prepare(connection)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET plan_cache_mode = force_generic_plan")
        driver: Any = connection.connection.driver_connection
        driver.prepare_threshold, driver.prepared_max = 0, None
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
