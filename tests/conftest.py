"""Fixtures of the tests: a database on each engine, the folder of a book, the command line, a browser.

Nothing here skips. A machine without Chromium, or on which PostgreSQL does not start, fails the tests that need it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Final, Protocol

import hypothesis
import pytest
from sqlalchemy import URL

import commands
import fundtrack
import postgresql
from fundtrack import errors
from fundtrack.checking import audit, checks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from commands import Say

pytest_plugins = ["desks", "fresh", "shelf", "stock", "treasury"]
ROOT: Final = Path(__file__).parent.parent
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# How long an example takes says nothing on a machine that runs other tests at the same time.
hypothesis.settings.register_profile("fundtrack", deadline=None, print_blob=True)
hypothesis.settings.load_profile("fundtrack")

SERVER_FOLDER: Final = pytest.StashKey[Path]()
CLEANUP: Final = pytest.StashKey[ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """Choose the folder of the one PostgreSQL server that all processes of this run share."""
    worker = getattr(config, "workerinput", None)
    cleanup = config.stash[CLEANUP] = ExitStack()
    config.stash[SERVER_FOLDER] = (
        Path(worker["server_folder"]) if worker else cleanup.enter_context(postgresql.temporary_folder())
    )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker process of xdist the folder."""
    node.workerinput["server_folder"] = str(node.config.stash[SERVER_FOLDER])  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server, if any test started it, when all processes are done."""
    folder = config.stash[SERVER_FOLDER]
    if not hasattr(config, "workerinput") and (folder / "data" / "postmaster.pid").exists():
        postgresql.stop(folder)
    config.stash[CLEANUP].close()


@cache
def asked_by(key: str) -> frozenset[str]:
    """Return the details that a message says, in either language; a file of thousands of rows makes as many errors."""
    parsed = (Formatter().parse(said) for said in errors.messages()[key].values())
    return frozenset(name for parts in parsed for _, name, _, _ in parts if name)


@pytest.fixture(autouse=True)
def errors_can_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold every error to it where it is made, whether or not a test looks at the sentence: each detail is there."""
    made = errors.FundtrackError.__init__

    def make(error: errors.FundtrackError, key: str, /, **details: object) -> None:
        made(error, key, **details)
        assert not {name for name in asked_by(key) if details[name] is None}, f"{key} has to say None"

    monkeypatch.setattr(errors.FundtrackError, "__init__", make)


@pytest.fixture(scope="session")
def postgresql_server(pytestconfig: pytest.Config) -> postgresql.Server:
    """Return the PostgreSQL server of this run; the first to ask starts it."""
    folder = pytestconfig.stash[SERVER_FOLDER]
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "data" / "postmaster.pid").exists():
            return postgresql.Server(folder)
        return postgresql.start(folder)


@pytest.fixture
def postgresql_url(postgresql_server: postgresql.Server) -> Iterator[URL]:
    """Give the address of a fresh PostgreSQL database of its superuser, dropped after the test."""
    with postgresql_server.database() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> URL:
    """Return the address of a SQLite file that does not exist yet."""
    return URL.create("sqlite", database=str(tmp_path / "book.sqlite"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> URL:
    """Return the address for a new book, on each engine in turn."""
    url = request.getfixturevalue(f"{request.param}_url")
    assert isinstance(url, URL)
    return url


@pytest.fixture
def book_dir(tmp_path: Path) -> Path:
    """Return an empty folder for a book."""
    folder = tmp_path / "book"
    folder.mkdir()
    return folder


class RunCli(Protocol):
    """Runs `fundtrack` with arguments, as a person would, and returns what it printed and its exit code."""

    def __call__(
        self, *args: str | Path, cwd: Path | None = None, input: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run it in a folder (by default an empty one), with something typed in."""


@pytest.fixture
def run_cli(tmp_path: Path) -> RunCli:
    """Return the command line, in a process of its own, on a terminal of 100 columns without colours."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FUNDTRACK_")}
    environment |= {"COLUMNS": "100", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    environment["PYTHONPATH"] = str(Path(fundtrack.__file__).parent.parent)  # the very one the tests import

    def run(*args: str | Path, cwd: Path | None = None, input: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "fundtrack", *args],
            check=False,
            cwd=cwd or tmp_path,
            env=environment,
            input=input or "",
            capture_output=True,
            encoding="utf-8",
        )

    return run


@pytest.fixture
def say(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Say:
    """Return the command line in an empty folder, without the start of a process."""
    return commands.commands(tmp_path, capsys, monkeypatch)


@pytest.fixture(scope="session")
def small_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small book that nobody writes to."""
    return commands.closed_book(tmp_path_factory.mktemp("small") / "book")


@pytest.fixture
def book(small_book: Path, tmp_path: Path) -> Path:
    """Return a small book of one's own."""
    return Path(shutil.copytree(small_book, tmp_path / "book"))


@pytest.fixture
def payments(tmp_path: Path) -> Path:
    """Return a file of the treasury."""
    return commands.payments_file(tmp_path)


@pytest.fixture(scope="session")
def browser() -> str:
    """Return the path of Chromium or Chrome."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert found, "Install Chromium, for example: apt-get install chromium"
    return found


@pytest.fixture
def only_at_posting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let audits ask what posting asks: what else there is of a small book is told in other tests."""
    known = checks
    monkeypatch.setattr(
        audit,
        "checks",
        lambda local=None: {
            name: one for name, one in known(local).items() if one.scope != "book" or not one.is_installed
        },
    )
