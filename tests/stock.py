"""Stock clients: programs that are not fundtrack reach a small book, attack it, and remove one control of it."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final, NamedTuple

import psycopg
import pytest

from attacks import ROWS
from books import small_book
from finding_attacks import FINDING_ROWS
from period_attacks import PERIOD_ROWS
from quota_attacks import QUOTA_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from attacks import Attack
    from fundtrack.book import Book
    from postgresql import Server

REFUSALS: Final = (sqlite3.Error, psycopg.Error)
SCHEMA: Final = f"controls_{os.getpid()}"
OWNER: Final = f"owner_{os.getpid()}"
CLERK: Final = f"login_{os.getpid()}"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a small book; each attack gets a copy."""
    folder = tmp_path_factory.mktemp("controls") / "book"
    small_book(folder).engine.dispose()
    file = folder / "book.sqlite"
    with closing(sqlite3.connect(file)) as client, client:
        for statement in ROWS + FINDING_ROWS + QUOTA_ROWS + PERIOD_ROWS:
            client.execute(statement)
    return file


@pytest.fixture
def sqlite_file(sqlite_template: Path, tmp_path: Path) -> Path:
    """Return the file of a small book that a test may ruin."""
    file = tmp_path / "book.sqlite"
    shutil.copy(sqlite_template, file)
    return file


class Postgresql(NamedTuple):
    """A small book on PostgreSQL, owned by a role that is no superuser; what attacks it is rolled back."""

    server: Server
    database: str

    def connect(self, user: str = OWNER) -> psycopg.Connection:
        """Return a stock client; only its search path is set, as a person would."""
        client = psycopg.connect(host=str(self.server.folder), user=user, dbname=self.database)
        client.execute(f"SET search_path TO {SCHEMA}".encode())
        client.commit()
        return client


@pytest.fixture(scope="session")
def postgresql_book(postgresql_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgresql]:
    """Give a small book whose owner may make roles, and a person who logs in as its clerk."""
    postgresql_server.run(f"CREATE ROLE {OWNER} LOGIN CREATEROLE")
    with postgresql_server.database() as url:
        assert url.database is not None
        postgresql_server.run(f"GRANT CREATE ON DATABASE {url.database} TO {OWNER}")
        folder = tmp_path_factory.mktemp("controls") / "book"
        small_book(folder, url.set(username=OWNER), schema=SCHEMA).engine.dispose()
        postgresql_server.run(f"CREATE ROLE {CLERK} LOGIN IN ROLE {SCHEMA}_clerk")
        book = Postgresql(postgresql_server, url.database)
        with book.connect() as client:
            for statement in ROWS + FINDING_ROWS + QUOTA_ROWS + PERIOD_ROWS:
                client.execute(statement.encode())
        yield book


def attack_sqlite(file: Path, attack: Attack) -> None:
    """Send an attack and commit it; raises what refuses it."""
    with closing(sqlite3.connect(file)) as client:
        client.execute(f"PRAGMA foreign_keys = {int(attack.keys)}")
        with client:
            for statement in attack.statements:
                client.execute(statement)


def attack_postgresql(client: psycopg.Connection, statements: Iterable[str]) -> None:
    """Send an attack and judge it as its commit would; raises what refuses it."""
    client.execute("SET CONSTRAINTS ALL DEFERRED")
    for statement in statements:
        client.execute(statement.encode())
    client.execute("SET CONSTRAINTS ALL IMMEDIATE")


def drop_sqlite(file: Path, control: str) -> None:
    """Remove one control: a trigger or index as it is, a constraint by building its table again without it."""
    with closing(sqlite3.connect(file, isolation_level=None)) as client:
        objects = dict(client.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"))
        for made, drop in (("CREATE TRIGGER", "DROP TRIGGER"), ("CREATE UNIQUE INDEX", "DROP INDEX")):
            if objects.get(control, "").startswith(made):  # other indexes hold nothing, and some go by a key's name
                client.execute(f"{drop} {control}")
                return
        table = next(name for name, sql in objects.items() if f"CONSTRAINT {control} " in sql)
        clause = rf",\n    CONSTRAINT {control} .*?(?=,\n    CONSTRAINT|\n\) STRICT)"
        bare = re.sub(clause, "", objects[table], flags=re.DOTALL)
        assert bare != objects[table]
        bare = bare if "PRIMARY KEY" in bare else bare.replace(", WITHOUT ROWID", "")
        attached = client.execute("SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND type <> 'table' AND sql <> ''",
                                  (table,)).fetchall()  # fmt: skip
        client.execute("PRAGMA legacy_alter_table = ON")
        client.execute(f"ALTER TABLE {table} RENAME TO former")
        client.execute(bare)
        columns = ", ".join(column[1] for column in client.execute(f"PRAGMA table_info({table})"))
        client.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM former")
        client.execute("DROP TABLE former")
        for (sql,) in attached:
            client.execute(sql)


def drop_postgresql(client: psycopg.Connection, control: str) -> None:
    """Remove one control in the client's transaction."""
    where = "WHERE {} = %s AND c.relnamespace = current_schema()::regnamespace"
    for kind, catalogue, column, table in (
        ("TRIGGER", "pg_trigger", "tgname", "tgrelid"), ("CONSTRAINT", "pg_constraint", "conname", "conrelid"),
    ):  # fmt: skip
        query = f"SELECT c.relname FROM {catalogue} JOIN pg_class AS c ON c.oid = {table} {where.format(column)}"
        for (relation,) in client.execute(query.encode(), [control]).fetchall():
            drop = "DROP TRIGGER {} ON {}" if kind == "TRIGGER" else "ALTER TABLE {1} DROP CONSTRAINT {0} CASCADE"
            client.execute(drop.format(control, relation).encode())
            return
    client.execute(f"DROP INDEX {control}".encode())


def tamper(book: Book, *statements: str) -> None:
    """Write past the program: on SQLite with any client, on PostgreSQL as a superuser with triggers and keys off."""
    url = book.engine.url
    if url.database and book.engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(url.database)) as file, file:
            for statement in statements:
                file.execute(statement)
        return
    with psycopg.connect(host=str(url.query["host"]), user=url.username, dbname=url.database) as client:
        for statement in (f"SET search_path TO {book.settings.schema}", "SET session_replication_role = replica"):
            client.execute(statement.encode())
        for statement in statements:
            client.execute(statement.encode())
