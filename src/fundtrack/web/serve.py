"""Serving a published ledger with Fava."""

from __future__ import annotations

import gc
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from fundtrack.errors import UsageError
from fundtrack.web.guard import Guard
from fundtrack.web.words import say_public_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

LOOPBACK: Final = "127.0.0.1"
THREADS: Final = 8


def browse(
    ledger: Path,
    *,
    ready: Callable[[str], object],
    host: str = LOOPBACK,
    port: int = 0,
    behind_proxy: str = "",
    auditor: bool = False,
) -> None:
    """Serve a ledger until interrupted; `ready` is called with the address when it answers.

    Only this machine is served, unless `behind_proxy` names the public host of a proxy that logs people in. Raises
    UsageError (`browse-address`) for another address without one, and OSError where the port is taken.
    """
    from cheroot import wsgi

    if host != LOOPBACK and not behind_proxy:
        raise UsageError("browse-address", host=host)
    server = wsgi.Server((host, port), None, numthreads=THREADS, server_name="fundtrack")
    server.prepare()  # takes the port before the ledger is loaded, which may take long
    _, taken = server.bind_addr
    hosts = {f"{name}:{taken}" for name in (LOOPBACK, "localhost")} | {behind_proxy} - {""}
    try:
        with TemporaryDirectory() as folder:
            server.wsgi_app = guarded(ledger, hosts, Path(folder), auditor=auditor)
            ready(f"http://{LOOPBACK}:{taken}/")
            server.serve()
    finally:
        server.stop()


def guarded(ledger: Path, hosts: set[str], folder: Path, *, auditor: bool = False) -> Guard:
    """Return Fava over a ledger, loaded and behind its guard; `folder`, empty, is where its words are kept."""
    from fava.application import create_app

    gc.disable()  # a quarter of the time to load a ledger goes into looking for garbage, of which there is none
    try:
        application = create_app([ledger.resolve()], load=True, read_only=True)
    finally:
        gc.enable()
    say_public_words(application, folder)
    return Guard(application, hosts, lambda: published_queries(application), auditor=auditor)


def published_queries(application: Flask) -> set[str]:
    """Return the texts of the queries that the ledgers carry, as they stand now."""
    ledgers = application.config["LEDGERS"].ledgers
    return {query.query_string for ledger in ledgers for query in ledger.all_entries_by_type.Query}
