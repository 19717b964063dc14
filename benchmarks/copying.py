"""PostgreSQL: the floor, which is two tables filled by COPY with two foreign keys, and our book beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import psycopg

from benchmarks import books
from benchmarks.floors import accounts, rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.child import Clock

SCHEMA: Final = "fundtrack_benchmark"
BESIDE: Final = ("floor_posting", "floor_voucher", "floor_account", "orm_posting", "orm_voucher", "orm_account")
"""Tables of the floor and of the peer."""

TABLES: Final = """
DROP TABLE IF EXISTS floor_posting, floor_voucher, floor_account;
CREATE TABLE floor_account (id BIGINT PRIMARY KEY, fund TEXT NOT NULL, granted INTEGER NOT NULL, name TEXT NOT NULL);
CREATE TABLE floor_voucher (
    id BIGINT PRIMARY KEY, number TEXT NOT NULL, date TEXT NOT NULL, project TEXT NOT NULL, payee TEXT NOT NULL,
    narration TEXT NOT NULL, document TEXT NOT NULL, bank_ref TEXT NOT NULL
);
CREATE TABLE floor_posting (
    voucher BIGINT NOT NULL REFERENCES floor_voucher, leg INTEGER NOT NULL,
    account BIGINT NOT NULL REFERENCES floor_account, fen BIGINT NOT NULL
);
"""


def copy(clock: Clock, count: int, database: str) -> None:
    """Copy the vouchers in one durable transaction, from rows in memory."""
    heads, postings = rows(count)
    with _connect(database) as connection:
        connection.execute(TABLES)
        _copy(connection, "floor_account", accounts())
        connection.commit()
        with clock:
            _copy(connection, "floor_voucher", heads)
            _copy(connection, "floor_posting", postings)
            connection.commit()


def _copy(connection: psycopg.Connection, table: str, given: Iterable[Sequence[object]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copied:
        for row in given:
            copied.write_row(row)


def import_file(clock: Clock, path: str, folder: str, database: str) -> dict[str, int]:
    """Import a file into a new book on PostgreSQL."""
    clear(clock, database)
    return books.import_file(clock, path, folder, database, SCHEMA)


def clear(_clock: Clock, database: str) -> None:
    """Drop everything that the benchmark made in the database."""
    with _connect(database) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        connection.execute(f"DROP TABLE IF EXISTS {', '.join(BESIDE)}")


def _connect(database: str) -> psycopg.Connection:
    return psycopg.connect(database.replace("postgresql+psycopg:", "postgresql:", 1))
