"""A mutant that never ends: what takes longer than the select of any page is stopped, and so is killed."""

from __future__ import annotations

import time
from contextlib import contextmanager
from math import inf
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import event
from sqlalchemy.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from sqlite3 import Connection as SqliteConnection

SECONDS: Final = 5.0
"""Processor seconds. The slowest select of a page takes a tenth of one on its examples."""

STEPS: Final = 100_000
"""How many steps of SQLite's machine pass between two looks at the clock."""

_until = [inf]


@contextmanager
def patience() -> Iterator[None]:
    """Stop what runs on SQLite once it has taken too long; it then fails as any statement that is interrupted."""
    _until[0] = time.process_time() + SECONDS
    try:
        yield
    finally:
        _until[0] = inf


@event.listens_for(Engine, "connect")
def _watch(connection: SqliteConnection, _record: Any) -> None:  # noqa: ANN401 - the pool's own record
    if hasattr(connection, "set_progress_handler"):
        connection.set_progress_handler(lambda: time.process_time() > _until[0], STEPS)
