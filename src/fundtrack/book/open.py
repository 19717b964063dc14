"""Finding and opening a book."""

from __future__ import annotations

import os
import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.exc import DBAPIError

from fundtrack import schema
from fundtrack.book.book import KEY_FILE, Book, Settings
from fundtrack.errors import LANGUAGES, BookError, UsageError
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from sqlalchemy import Connection

SETTINGS_FILE: Final = "fundtrack.toml"
DATABASE_DEFAULT: Final = "book.sqlite"
SCHEMA: Final = re.compile(r"(?!pg_)[a-z][a-z0-9_]{1,40}", re.ASCII)
"""What a PostgreSQL schema may be called: the same with and without quotes, and with room for its roles' names."""


def find_book(given: Path | None = None) -> Path:
    """Return the folder of the book: the one given, FUNDTRACK_BOOK, or the nearest at or above the current folder."""
    named = given or (Path(os.environ["FUNDTRACK_BOOK"]) if "FUNDTRACK_BOOK" in os.environ else None)
    if named is not None:
        if not (named / SETTINGS_FILE).is_file():
            raise UsageError("no-book", path=named)
        return named.resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / SETTINGS_FILE).is_file():
            return folder
    raise UsageError("no-book", path=here)


def read_settings(folder: Path) -> Settings:
    """Return the settings of the book in a folder; the environment comes before its database and its key.

    Raises BookError for settings that cannot be read, or that no book can have.
    """
    path = folder / SETTINGS_FILE
    stands = path.stat()
    given = _given(path, stands.st_mtime_ns, stands.st_size)
    database = os.environ.get("FUNDTRACK_DATABASE") or str(given.get("database", DATABASE_DEFAULT))
    if "://" not in database:
        database = f"sqlite:///{folder / database}"
    language = given.get("language", "en")
    if language not in LANGUAGES:
        raise BookError("settings-language", path=path, language=language)
    schema_name = str(given.get("schema", "fundtrack"))
    if not SCHEMA.fullmatch(schema_name):
        raise BookError("settings-schema", path=path, schema=schema_name)
    return Settings(
        title=str(given.get("title", folder.name)),
        language=language,
        database=database,
        schema=schema_name,
        key=folder / (os.environ.get("FUNDTRACK_KEY") or str(given.get("key", KEY_FILE))),
    )


def thresholds(folder: Path) -> dict[str, tuple[tuple[str, Any], ...]]:
    """Return the thresholds that a book's settings set for its checks, by the check; none without settings.

    Raises BookError for settings that cannot be read, or are no thresholds (`settings-checks`).
    """
    path = folder / SETTINGS_FILE
    if not path.is_file():
        return {}
    stands = path.stat()
    own = _given(path, stands.st_mtime_ns, stands.st_size).get("checks", {})
    if not isinstance(own, dict) or not all(isinstance(of, dict) for of in own.values()):
        raise BookError("settings-checks", path=path)
    return {check: tuple(sorted(of.items())) for check, of in own.items()}


@lru_cache(maxsize=16)
def _given(path: Path, _changed: int, _size: int) -> dict[str, Any]:
    """Read settings once as long as the file stays as it is: every act asks for the thresholds."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BookError("settings-unreadable", path=path, cause=error) from error


def unverified_book(folder: Path) -> Book:
    """Open the book in a folder as it is, for `doctor`, which says what is wrong with it."""
    settings = read_settings(folder)
    file = settings.database.removeprefix("sqlite:///")
    if settings.database.startswith("sqlite") and not Path(file).is_file():
        raise BookError("no-database", path=file)
    return Book(folder, settings, dialect.engine_of(settings.database, settings.schema))


def open_book(folder: Path) -> Book:
    """Open the book in a folder, refusing one whose schema is not this release's, object for object."""
    book = unverified_book(folder)
    try:
        with book.reading() as connection:
            assert_release(connection)
    except DBAPIError as error:
        book.engine.dispose()
        raise BookError("book-unreadable", path=folder, cause=str(error.orig).splitlines()[0]) from error
    except BookError:
        book.engine.dispose()
        raise
    return book


def assert_release(connection: Connection) -> None:
    """Refuse a schema of another release, or one in which a control was changed or removed."""
    release, expected = connection.exec_driver_sql(
        "SELECT release, fingerprint FROM release ORDER BY release DESC LIMIT 1"
    ).one()
    if release != schema.RELEASE:
        raise BookError("book-release", found=release, wanted=schema.RELEASE)
    if schema.fingerprint(connection) != expected:
        raise BookError("book-fingerprint")
