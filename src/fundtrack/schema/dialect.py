"""Everything that SQLite and PostgreSQL do differently: this module may know, and `functions` beside it.

A book's SQL is written once. Here are the few words that differ in it, how each database is opened so that it keeps
its promises (measured failures of the defaults: docs/design.md, "Two databases"), and how its schema is fingerprinted.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import sqlite3
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from fundtrack.errors import BookError
from fundtrack.schema.functions import with_functions
from fundtrack.schema.registers import REGISTERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import psycopg
    from sqlalchemy import Connection, Dialect, Engine

WORDS: Final = {
    "sqlite": {  # by way of the day number: `date('2015-02-30')` is itself, no day of the calendar
        "ISO_DATE_IS_DAY": "day >= 1 AND date IS date(day + 1721424.5)",
        r"\bDEFAULT LOGIN\b": "DEFAULT ''",
    },
    "postgresql": {
        "ISO_DATE_IS_DAY": "date ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' AND day = date::date - DATE '0001-01-01' + 1",
        r"\bDEFAULT LOGIN\b": "DEFAULT session_user",
        r"\bINTEGER\b": "BIGINT",
        r"\bTEXT\b": 'TEXT COLLATE "C"',
        r"\) STRICT(, WITHOUT ROWID)?;": ");",
    },
}

INSERTED_BY_CLERKS: Final = (
    "batch", "quota", "application", "application_decision", "period_act", "voucher", "entry", "input_row", "decision",
    "batch_default", "alias", "alias_decision", "fund_basis", "correction", "refusal", "audit", "audit_check",
    "finding", "sighting", "side", "waiver", "waiver_revoked", "finding_act", *REGISTERS,
)  # fmt: skip
"""What the clerk role may insert on PostgreSQL; nobody but the owner updates, and the owner is refused by triggers."""

SQLITE_SETTINGS: Final = {
    "journal_mode": "wal",  # readers never wait for the writer
    "synchronous": 2,  # FULL: a commit outlives a power cut
    "foreign_keys": 1,  # off by default on every connection
    "recursive_triggers": 1,  # else REPLACE deletes without asking the delete triggers
    "trusted_schema": 0,  # a view or trigger in a stranger's file calls no function with side effects
    "busy_timeout": 60_000,  # milliseconds a writer waits for its turn
    "cache_size": -65_536,  # KiB; random keys of a large import stay in memory
    "temp_store": 1,  # what is staged for a large import spills to a file, not to memory
    "temp.page_size": 16_384,  # a staged row is ten times as long as one of most tables
}

POSTGRESQL_SETTINGS: Final = {
    "client_encoding": "UTF8",
    "TimeZone": "UTC",
    "lock_timeout": "1min",
    "synchronous_commit": "on",
    "jit": "off",  # compiling costs more than any select over what one voucher touches
    "default_transaction_isolation": "read committed",  # with `turn`, see postgresql.sql
}


def translated(script: str, name: str) -> str:
    """Return a script of tables or views in the words of a database."""
    for word, replacement in WORDS[name].items():
        script = re.sub(word, replacement, script)
    return with_functions(script, name)


def run_script(connection: Connection, script: str) -> None:
    """Execute the statements of a script inside the connection's transaction."""
    cursor = connection.connection.cursor()
    for statement in sqlite_statements(script) if connection.dialect.name == "sqlite" else [script]:
        cursor.execute(statement)
    cursor.close()


def sqlite_statements(script: str) -> Iterator[str]:
    """Yield the statements of a script; `executescript` would commit first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def engine_of(url: str, schema: str) -> Engine:
    """Return an engine whose every connection is set as a book needs it, and says so before it is used.

    Raises BookError (`database-unknown`) for an address that names no database fundtrack knows.
    """
    try:
        known = make_url(url).get_dialect().name in WORDS
    except SQLAlchemyError:
        known = False
    if not known:
        scheme, colon, rest = url.rpartition("://")
        raise BookError("database-unknown", url=f"{scheme}{colon}{rest.rpartition('@')[-1]}")  # without the password
    if url.startswith("sqlite"):
        engine = create_engine(url)
        event.listen(engine, "connect", _set_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(url, use_native_hstore=False)  # asking for a type we do not use costs as much as we do
        event.listen(engine, "connect", lambda connection, _: _set_postgresql(connection, schema))
    return engine


def _set_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Set and assert the settings; let SQLAlchemy's `begin` start the transaction, never the driver."""
    connection.isolation_level = None
    for setting, value in SQLITE_SETTINGS.items():
        connection.execute(f"PRAGMA {setting} = {value}")
        _assert_setting(setting, value, connection.execute(f"PRAGMA {setting}").fetchone()[0])


def _begin_sqlite(connection: Connection) -> None:
    """Take the writer's turn at once: a deferred transaction lets two clerks spend the same balance."""
    mode = "DEFERRED" if connection.get_execution_options().get("read_only") else "IMMEDIATE"
    rows_of(connection, f"BEGIN {mode}")


def _set_postgresql(connection: psycopg.Connection, schema: str) -> None:
    """Set and assert the settings. `pg_temp` last: a temporary table must not stand in for a table of the book."""
    wanted = {"search_path": f'"{schema}", pg_temp'} | POSTGRESQL_SETTINGS
    calls = ", ".join(f"set_config('{setting}', %s, false)" for setting in wanted)
    with connection.cursor() as cursor:
        found = cursor.execute(f"SELECT {calls}".encode(), list(wanted.values())).fetchone() or ()
    connection.commit()
    for (setting, value), is_now in zip(wanted.items(), found, strict=True):
        _assert_setting(setting, value, is_now)


def _assert_setting(setting: str, wanted: object, found: object) -> None:
    if wanted != found:
        raise BookError("book-setting", setting=setting, wanted=wanted, found=found)


def create_schema(connection: Connection, schema: str) -> None:
    """Make room for a book: a schema of its own on PostgreSQL; on SQLite the file is the book's own already."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f'CREATE SCHEMA "{schema}"')


def act_as_clerk(connection: Connection, schema: str) -> None:
    """Lay down the owner's rights until the transaction ends, where the book has a clerk role and we may take it."""
    if connection.dialect.name == "postgresql":
        role = f"{schema}_clerk"
        word = "SET" if (connection.dialect.server_version_info or ()) >= (16,) else "MEMBER"
        mine = f"SELECT pg_has_role(to_regrole(%(role)s), '{word}')"
        if connection.exec_driver_sql(mine, {"role": f'"{role}"'}).scalar():
            connection.exec_driver_sql(f'SET LOCAL ROLE "{role}"')


def take_turn(connection: Connection) -> None:
    """Wait until this connection is the only one posting; SQLite's `BEGIN IMMEDIATE` has done so already."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT take_turn()")


def has_temporary(connection: Connection, table: str) -> bool:
    """Return whether the connection has a temporary table; one made in a transaction that failed is gone with it."""
    if connection.dialect.name == "sqlite":
        return bool(rows_of(connection, "SELECT 1 FROM sqlite_temp_schema WHERE name = :table", {"table": table}))
    return connection.exec_driver_sql(f"SELECT to_regclass('pg_temp.{table}')").scalar() is not None


def see_one_moment(connection: Connection) -> None:
    """Let every statement of a transaction that only reads see the book as the first did; SQLite always does."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


@contextmanager
def in_little_memory(connection: Connection) -> Iterator[None]:
    """Keep few pages of the database in memory, for one pass over all of it."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA cache_size = -8192")
    yield
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size = {SQLITE_SETTINGS['cache_size']}")


@contextmanager
def over_all_of_it(connection: Connection) -> Iterator[None]:
    """Set a connection for selects that each look at all of a book, in little memory and in time that grows with it.

    PostgreSQL takes rows it has not counted for a few, and a condition for stricter than it is, and looks them up one
    by one; where all are wanted, joining them whole never takes long.
    """
    with in_little_memory(connection):
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_nestloop = off")
        yield
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_nestloop = on")


def insert_rows(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert many rows the fast way of each database: one prepared statement, or COPY.

    Raises DBAPIError, as every other statement does; the driver is asked directly, and would raise its own.
    """
    cursor = connection.connection.cursor()
    into = f"{table} ({', '.join(columns)})"
    try:
        if connection.dialect.name == "sqlite":
            marks = ", ".join("?" * len(columns))
            cursor.executemany(f"INSERT INTO {into} VALUES ({marks})", cast("Sequence[Any]", rows))
        else:
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
    except connection.dialect.loaded_dbapi.Error as error:
        raise DBAPIError(into, None, error) from error
    cursor.close()


def measure(connection: Connection, *tables: str) -> None:
    """Let PostgreSQL know how much tables hold, where it cannot wait to find out: it takes new ones for a guess."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {', '.join(tables)}")


def measure_committed(engine: Engine, *tables: str) -> None:
    """Let PostgreSQL count tables into which many rows were committed; it does not wait for who works on them.

    Who does not own them is told no by a warning that nobody sees: the server then counts by itself, within minutes.
    """
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.exec_driver_sql(f"ANALYZE (SKIP_LOCKED) {', '.join(tables)}")


def rows_of(connection: Connection, statement: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """Return the rows a statement gives, none where it changes some; its values stand in it as `:name`.

    The driver is asked directly: of the shortest statements SQLAlchemy's share is larger than the database's. Raises
    DBAPIError, as every other statement does.
    """
    words, order = driver_words(statement, connection.dialect)
    given = values or {}
    cursor = connection.connection.cursor()
    try:
        cursor.execute(words, dict(given) if order is None else tuple(given[name] for name in order))
        return cast("list[tuple[Any, ...]]", cursor.fetchall()) if cursor.description else []
    except connection.dialect.loaded_dbapi.Error as error:
        raise DBAPIError(statement, None, error) from error
    finally:
        cursor.close()


@lru_cache(maxsize=256)
def driver_words(statement: str, dialect: Dialect) -> tuple[str, tuple[str, ...] | None]:
    """Return a statement in the driver's words, and the order of its values where they have no names there."""
    compiled = text(with_functions(statement, dialect.name)).compile(dialect=dialect)
    order = tuple(compiled.positiontup or ()) if compiled.positional else None
    return compiled.string, order


SQLITE_FINGERPRINT: Final = """SELECT type || ' ' || name, sql FROM sqlite_schema
    WHERE sql IS NOT NULL AND NOT (type = 'table' AND (name = 'alembic_version' OR substr(name, 1, 7) = 'sqlite_'))"""


def fingerprint(connection: Connection) -> dict[str, str]:
    """Return every object of the schema that holds a promise, by kind and name, with its SHA-256."""
    sqlite = connection.dialect.name == "sqlite"
    objects = connection.exec_driver_sql(SQLITE_FINGERPRINT if sqlite else _script("postgresql_fingerprint.sql"))
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in objects}


@contextmanager
def empty_schema(engine: Engine) -> Iterator[Connection]:
    """Give a connection to an empty schema beside the book, which is gone afterwards with all that was made in it."""
    if engine.dialect.name == "sqlite":
        memory = create_engine("sqlite://")
        with memory.connect() as connection:
            yield connection
        memory.dispose()
    else:
        name = f"fresh_{secrets.token_hex(8)}"
        with engine.connect() as connection:  # never committed
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
            connection.exec_driver_sql(f"""SELECT set_config('search_path', '"{name}", pg_temp', true)""")
            yield connection


OLDEST: Final = {"sqlite": ("SQLite", (3, 39)), "postgresql": ("PostgreSQL", (15,))}
"""The oldest database of each kind that the tests were run with."""


def database_version(connection: Connection) -> tuple[int, ...]:
    """Return the version of the database the connection speaks to."""
    return tuple(int(part) for part in connection.dialect.server_version_info or ())


def damage(connection: Connection) -> list[str]:
    """Return what SQLite finds wrong in its file: pages, and rows that fail a CHECK that was switched off."""
    if connection.dialect.name != "sqlite":
        return []
    return [line for line in connection.exec_driver_sql("PRAGMA quick_check(10)").scalars() if line != "ok"]


def lacks_clerk(connection: Connection, schema: str) -> str:
    """Return the name of the clerk role where there is none, else an empty string; SQLite knows no roles."""
    role = f"{schema}_clerk"
    if connection.dialect.name == "sqlite":
        return ""
    found = connection.exec_driver_sql("SELECT 1 FROM pg_roles WHERE rolname = %(role)s", {"role": role}).scalar()
    return "" if found else role


def excessive_rights(connection: Connection) -> list[tuple[str, str, str]]:
    """Return rights that the release does not give: the role, the right, the table or function."""
    if connection.dialect.name == "sqlite":
        return []
    inserted = ", ".join(f"'{table}'" for table in INSERTED_BY_CLERKS)
    script = _script("postgresql_rights.sql").replace("INSERTED_BY_CLERKS", inserted)
    return [(row[0], row[1], row[2]) for row in connection.exec_driver_sql(script)]


def _script(name: str) -> str:
    return files("fundtrack.schema").joinpath(name).read_text("utf-8")
