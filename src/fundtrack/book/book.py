"""The open book: connections that keep its promises, its settings and its chart."""

from __future__ import annotations

import re
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, TypeVar

from sqlalchemy.exc import DBAPIError

from fundtrack.book.clock import refuse_another_day
from fundtrack.book.quotas import quotas
from fundtrack.chart.quota import with_quotas
from fundtrack.chart.read import read_chart
from fundtrack.errors import BookError, ChartError
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from fundtrack.chart.model import Chart
    from fundtrack.errors import Language

Result = TypeVar("Result")

KEY_FILE: Final = "natural.key"
"""Where the key of a book stands, in its folder, unless its settings or FUNDTRACK_KEY say otherwise."""

RETRIES: Final = 20
"""How often an act is tried again when PostgreSQL asks for it (serialization failure, deadlock)."""

AGAIN: Final = ("40001", "40P01")
LOCK_TIMEOUT: Final = "55P03"
NO_RIGHT: Final = "42501"
CHECK: Final = re.compile(r"CHECK constraint failed: (\w+)|violates check constraint \"(\w+)\"")
"""How each database names the condition of a table that a row does not meet."""


@dataclass(frozen=True)
class Settings:
    """What `fundtrack.toml` says: `database` is a SQLAlchemy URL, `schema` a PostgreSQL schema, `key` a file."""

    title: str
    language: Language
    database: str
    schema: str
    key: Path


@dataclass(frozen=True)
class Book:
    """A book that is open: its folder, its settings and its engine."""

    folder: Path
    settings: Settings
    engine: Engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one moment of the book and writes nothing."""
        with self.engine.connect().execution_options(read_only=True) as connection, connection.begin():
            dialect.see_one_moment(connection)
            yield connection

    @contextmanager
    def writing(self, policy: Callable[[Connection], object] | None = None) -> Iterator[Connection]:
        """Give a connection that is the only one posting until it commits or is rolled back.

        `policy` is done first, with the owner's rights. Raises UsageError (`today-asked`): what is recorded is recorded
        today.
        """
        refuse_another_day()
        with ExitStack() as undone:
            undone.callback(self._charts.clear)  # it may have quota lines that are taken back
            with self.engine.begin() as connection:
                if policy:
                    undone.callback(self._policies.clear)  # the chart that it puts in force may be taken back
                    dialect.take_turn(connection)
                    policy(connection)
                dialect.act_as_clerk(connection, self.settings.schema)
                dialect.take_turn(connection)
                yield connection
            undone.pop_all()

    @contextmanager
    def trying(self) -> Iterator[Connection]:
        """Give a connection that posts as in earnest, and undo all of it: what is found out records nothing."""
        with self.engine.connect() as connection:
            transaction = connection.begin()
            try:
                dialect.act_as_clerk(connection, self.settings.schema)
                dialect.take_turn(connection)
                yield connection
            finally:
                transaction.rollback()
                self._charts.clear()

    @contextmanager
    def owning(self) -> Iterator[Connection]:
        """Give a connection with the owner's rights, for acts on the policy: the chart and the schema.

        Raises BookError for what the database refuses, for example to somebody who is not the owner; UsageError
        (`today-asked`) as `writing` does.
        """
        refuse_another_day()
        try:
            with self.engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise refused_by_database(error) from error

    def act(self, act: Callable[[Connection], Result], policy: Callable[[Connection], object] | None = None) -> Result:
        """Do an act in one writing transaction, again from its start where PostgreSQL asks for it; see `writing`."""
        for attempt in range(RETRIES):
            try:
                with self.writing(policy) as connection:
                    return act(connection)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in AGAIN or attempt == RETRIES - 1:
                    raise refused_by_database(error) from error
                time.sleep(0.01 * 2 ** min(attempt, 6))
        raise AssertionError

    @cached_property
    def _policies(self) -> dict[int, Chart]:
        return {}

    @cached_property
    def _charts(self) -> dict[tuple[int, int], Chart]:
        return {}

    @cached_property
    def key(self) -> bytes:
        """The key of the natural keys. Raises BookError where its file is missing or damaged."""
        try:
            return usable_key(self.settings.key.read_text("ascii"))
        except (OSError, ValueError) as error:
            raise BookError("no-key", path=self.settings.key) from error

    @property
    def chart_file(self) -> Path:
        """The chart as a person edits it; in force is what the database keeps."""
        return self.folder / "ledger" / "chart.beancount"

    def chart_version(self, connection: Connection) -> int:
        """Return the version of the chart in force. Raises ChartError (`no-chart`) where none is yet."""
        ((version,),) = dialect.rows_of(connection, "SELECT MAX(version) FROM chart")
        if version is None:
            raise ChartError("no-chart", path=self.chart_file)
        return int(version)

    def policy(self, connection: Connection, version: int = 0) -> Chart:
        """Return the chart in force, or of a version, without quota lines: what people write.

        Raises ChartError (`no-chart`) where none is in force yet.
        """
        version = version or self.chart_version(connection)
        if version not in self._policies:
            text = connection.exec_driver_sql(f"SELECT text FROM chart WHERE version = {version:d}").scalar_one()
            read = read_chart(text, str(self.chart_file))
            self._policies[version] = replace(read, narrates=self.settings.language)
        return self._policies[version]

    def chart(self, connection: Connection, version: int = 0) -> Chart:
        """Return the chart in force, or of a version, and beside it the quota lines there are by now.

        Raises ChartError (`no-chart`) where none is in force yet.
        """
        policy = self.policy(connection, version)
        ((lines,),) = dialect.rows_of(connection, "SELECT COUNT(*) FROM quota")
        if not lines:
            return policy
        known = (version or self.chart_version(connection), int(lines))
        if known not in self._charts:
            self._charts.clear()
            self._charts[known] = with_quotas(policy, quotas(connection))
        return self._charts[known]


def refused_by_database(error: DBAPIError) -> BookError:
    """Return the database's own refusal as an error a person can read."""
    cause = str(error.orig).splitlines()[0]
    state = getattr(error.orig, "sqlstate", None)
    if state == NO_RIGHT:
        return BookError("book-no-right", cause=cause)
    if check := CHECK.search(cause):
        return BookError("book-refused-check", check=check[1] or check[2], cause=cause)
    waited = state in {LOCK_TIMEOUT, *AGAIN} or "database is locked" in cause
    return BookError("book-busy" if waited else "book-refused", cause=cause)


def usable_key(text: str) -> bytes:
    """Return the key that a file holds as hex digits. Raises ValueError where it is none, or too long to be one.

    With an empty one the hash would have no key, and anybody could guess back what was hashed.
    """
    key = bytes.fromhex(text)
    if not 0 < len(key) <= blake2b.MAX_KEY_SIZE:
        raise ValueError(len(key))
    return key
