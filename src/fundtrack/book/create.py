"""Creating a book: the folder, the settings, the database and the chart's first version."""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError

from fundtrack import schema
from fundtrack.book.open import SETTINGS_FILE, open_book, read_settings
from fundtrack.errors import BookError, UsageError
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from pathlib import Path

    from fundtrack.book.book import Book

FOLDERS: Final = ("ledger", "checks", "importers", "reports", "originals")


def create_book(folder: Path, *, title: str, language: str, database: str = "", schema_name: str = "") -> Book:
    """Create an empty book in a folder that holds none, and return it open; its chart is still to be applied.

    Raises UsageError (`book-exists`); BookError for settings no book can have, and where the database cannot be made
    (`book-not-created`): then there are neither settings nor empty folders.
    """
    if (folder / SETTINGS_FILE).exists():
        raise UsageError("book-exists", path=folder)
    made = [path for path in (folder, *(folder / name for name in FOLDERS)) if not path.exists()]
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    settings = {"title": title, "language": language, "database": database, "schema": schema_name}
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in settings.items() if value]
    (folder / SETTINGS_FILE).write_text("".join(lines), "utf-8")
    try:
        _create_database(folder)
    except (BookError, DBAPIError) as error:
        (folder / SETTINGS_FILE).unlink()
        for path in reversed(made):
            with suppress(OSError):  # a database that was begun lies in it
                path.rmdir()
        if isinstance(error, BookError):
            raise
        raise BookError("book-not-created", path=folder, cause=str(error.orig).splitlines()[0]) from error
    write_key(read_settings(folder).key)
    return open_book(folder)


def _create_database(folder: Path) -> None:
    """Create the schema and note its fingerprint, all or nothing."""
    settings = read_settings(folder)
    engine = dialect.engine_of(settings.database, settings.schema)
    try:
        with engine.begin() as connection:
            dialect.create_schema(connection, settings.schema)
            schema.upgrade(connection)
            dialect.insert_rows(
                connection,
                "release",
                ("release", "installed_at", "fingerprint"),
                [(schema.RELEASE, now(), schema.fingerprint(connection))],
            )
    finally:
        engine.dispose()


def write_key(path: Path) -> None:
    """Write the key of the natural keys, readable by its owner only; it never enters the database.

    One that stands elsewhere than in the folder of a book is that of other books, too.
    """
    if "FUNDTRACK_KEY" in os.environ and path.exists():
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))


def now() -> str:
    """Return the moment, in UTC to the second, as it is recorded with every act."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
