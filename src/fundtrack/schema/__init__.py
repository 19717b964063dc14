"""The schema of a book: its tables, public views and controls, created and upgraded by migrations."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from fundtrack.schema import dialect

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

RELEASE: Final = "0001"
"""The migration this program works with."""


def upgrade(connection: Connection) -> None:
    """Bring the connection's schema to this release, inside the caller's transaction."""
    from alembic import command  # noqa: PLC0415 - 0.2 s that only creating and upgrading need
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "fundtrack.schema:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, RELEASE)


def fingerprint(connection: Connection) -> str:
    """Return one SHA-256 over every table, view, constraint, trigger and function of the schema."""
    return digest(dialect.fingerprint(connection))


def released(engine: Engine) -> dict[str, str]:
    """Return every object of a schema as this release makes it on the engine's database, with its SHA-256."""
    with dialect.empty_schema(engine) as connection:
        upgrade(connection)
        return dialect.fingerprint(connection)


def digest(objects: dict[str, str]) -> str:
    """Return one SHA-256 over the objects of a schema."""
    return hashlib.sha256(json.dumps(objects, sort_keys=True).encode()).hexdigest()
