"""Serving a published ledger with Fava."""

from __future__ import annotations

import gc
import socket
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from fundtrack.beantext.loading import spare_booking
from fundtrack.errors import UsageError
from fundtrack.web.filters import end_filters_in_time
from fundtrack.web.guard import Guard
from fundtrack.web.words import say_public_words, sentences

if TYPE_CHECKING:
    from collections.abc import Callable

    from cheroot.wsgi import Server
    from flask import Flask

LOOPBACK: Final = "127.0.0.1"
USUAL_PORT: Final = 5000
THREADS: Final = 8


def browse(
    ledger: Path,
    *,
    ready: Callable[[str], object],
    host: str = LOOPBACK,
    port: int | None = None,
    behind_proxy: str = "",
    auditor: bool = False,
) -> None:
    """Serve a ledger until interrupted; `ready` is called with the address when it answers.

    Only this machine is served, unless `behind_proxy` names the public host of a proxy that logs people in. Without a
    `port` it is the usual one, or any where that is taken. Raises UsageError: `browse-address` for another address
    without a proxy, `browse-port` where the port cannot be had.
    """
    if host != LOOPBACK and not behind_proxy:
        raise UsageError("browse-address", host=host)
    try:
        server = listening(host, USUAL_PORT if port is None else port)
    except UsageError:
        if port is not None:
            raise
        server = listening(host, 0)
    _, taken = server.bind_addr
    hosts = {f"{name}:{taken}" for name in (LOOPBACK, "localhost")} | {behind_proxy} - {""}
    try:
        with TemporaryDirectory() as folder:
            server.wsgi_app = guarded(ledger, hosts, Path(folder), auditor=auditor)
            ready(f"http://{LOOPBACK}:{taken}/")
            server.serve()
    finally:
        stop(server)


def stop(server: Server) -> None:
    """End a server and its workers, each of which is asked twice.

    Ctrl-C may come while Cheroot hands a request on, and then one worker is not woken by what it is asked next. Cheroot
    waits for it without a limit, and the program would never end.
    """
    from cheroot.workers import threadpool

    for _ in range(THREADS):
        server.requests.put(vars(threadpool)["_SHUTDOWNREQUEST"])
    server.stop()


def listening(host: str, port: int) -> Server:
    """Return a server that has its port, before the ledger is loaded, which may take long."""
    from cheroot import wsgi

    try:
        socket.create_server((host, port)).close()  # Cheroot itself leaves a socket open where the port is taken
    except OSError as error:
        cause = str(error.strerror).partition(" (while")[0]  # Python adds the address, which we name ourselves
        raise UsageError("browse-port", host=host, port=port, cause=cause) from error
    server = wsgi.Server((host, port), None, numthreads=THREADS, server_name="fundtrack")
    server.prepare()
    return server


def guarded(ledger: Path, hosts: set[str], folder: Path, *, auditor: bool = False) -> Guard:
    """Return Fava over a ledger, loaded and behind its guard; `folder`, empty, is where its words are kept."""
    from fava.application import create_app

    spare_booking()
    end_filters_in_time()
    gc.disable()  # a quarter of the time to load a ledger goes into looking for garbage, of which there is none
    try:
        application = create_app([ledger.resolve()], load=True, read_only=True)
        gc.freeze()  # nor does looking through it again find any, whatever the first visitor asks
    finally:
        gc.enable()
    say_public_words(application, folder)
    say_what_is_missing(application)
    return Guard(application, hosts, lambda: published_queries(application), auditor=auditor)


def say_what_is_missing(application: Flask) -> None:
    """Answer 404 for a file that no entry of the ledger names; Fava itself calls that a fault of its own."""
    from fava.core import EntryNotFoundForHashError, StatementMetadataInvalidError, StatementNotFoundError

    for missing in (EntryNotFoundForHashError, StatementMetadataInvalidError, StatementNotFoundError):
        application.register_error_handler(missing, _not_found)


def _not_found(_: Exception) -> tuple[str, int, dict[str, str]]:
    """Return what Flask answers."""
    return sentences("browse-missing") + "\n", 404, {"Content-Type": "text/plain; charset=utf-8"}


def published_queries(application: Flask) -> set[str]:
    """Return the texts of the queries that the ledgers carry, as they stand now."""
    ledgers = application.config["LEDGERS"].ledgers
    return {query.query_string for ledger in ledgers for query in ledger.all_entries_by_type.Query}
