"""A terminal of somebody who has just installed fundtrack: what documents and examples of messages are played on."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
import pytest
from sqlalchemy import make_url

import fundtrack
from fundtrack.book import clock
from fundtrack.cli import main
from postgresql import SUPERUSER


def lines(printed: str) -> list[str]:
    """Return the lines of what was printed, without spaces at their ends or empty lines at the end."""
    return [line.rstrip() for line in printed.rstrip().splitlines()]


class Shell:
    """A terminal in a folder.

    The command itself runs in this process, unless it is to be `alone`, and so do `sqlite3` and `psql -c`, which not
    every system has; all else runs in `sh`. `clock` says what day it is, as `datetime` does. `named` is what things are
    called here that a reader knows by another name.
    """

    def __init__(self, folder: Path, programs: Path) -> None:
        """Put `fundtrack`, and what was installed with it, on the path; `programs` is an empty folder for that."""
        command = programs / "fundtrack"
        command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m fundtrack "$@"\n', "utf-8")
        command.chmod(0o755)
        self.folder = folder
        self.alone = False
        self.last = 0
        self.clock: Any = dt
        self.named: dict[str, str] = {}
        self.environment = {
            "PATH": os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTHONPATH": str(Path(fundtrack.__file__).parent.parent),
            "PYTHONDONTWRITEBYTECODE": "1",  # else an example with a full disk leaves half a file behind
            "PYTHONUNBUFFERED": "1",  # else errors come before what was printed earlier
            "HOME": str(programs),
            "LANG": "C.UTF-8",
            "COLUMNS": "100",
            "NO_COLOR": "1",
            "FUNDTRACK_BY": "李会计",
        }

    def run(self, command: str) -> list[str]:
        """Run a command and return the lines it prints, errors among them."""
        for known, here in self.named.items():
            command = command.replace(known, here)
        printed = "\n".join(self._run(command, shlex.split(command)))
        for known, here in self.named.items():
            printed = printed.replace(here, known)
        return printed.splitlines()

    def _run(self, command: str, words: list[str]) -> list[str]:
        if words[0] == "cd":
            self.folder /= words[1]
            return []
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            self.environment[name] = value
            return []
        if words[0] == "fundtrack" and not self.alone and not re.search(r"[|>$;&]", command):
            return self._fundtrack(words)
        if words[0] == "sqlite3":
            return self._sqlite3(*words[1:])
        if words[:2] == ["psql", "-c"]:
            return self._psql(*words[2:])
        finished = subprocess.run(
            ["sh", "-c", f"(exit {self.last}); {command}"],
            check=False,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        self.last = finished.returncode
        return lines(finished.stdout)

    def _fundtrack(self, words: list[str]) -> list[str]:
        printed = io.BytesIO()
        terminal = io.TextIOWrapper(printed, "utf-8", write_through=True)
        parts: dict[str, Any] = {"stdin": io.StringIO(), "stdout": terminal, "stderr": terminal}
        with (
            mock.patch.multiple(sys, argv=words, excepthook=sys.excepthook, **parts),
            mock.patch.dict(os.environ, self.environment, clear=True),
            mock.patch.object(clock, "dt", self.clock),
            contextlib.chdir(self.folder),
            pytest.raises(SystemExit) as end,
        ):
            main()
        assert isinstance(end.value.code, int)
        self.last = end.value.code
        return lines(printed.getvalue().decode())

    def _sqlite3(self, database: str, statements: str) -> list[str]:
        """Write to a database as any other program would, which leaves foreign keys off; what it prints is not kept."""
        assert (self.folder / database).is_file()
        with contextlib.closing(sqlite3.connect(self.folder / database)) as connection:
            connection.executescript(statements)
        self.last = 0
        return []

    def _psql(self, statements: str) -> list[str]:
        """Do what a superuser of the database can do."""
        address = make_url(self.environment["FUNDTRACK_DATABASE"]).set(drivername="postgresql", username=SUPERUSER)
        with psycopg.connect(address.render_as_string(), autocommit=True) as connection:
            connection.execute(statements.encode())
        self.last = 0
        return []
