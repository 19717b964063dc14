"""The gallery of errors: every message that ends a command is provoked by an example and shown as it is printed."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from errorpage import assert_order, assert_section
from fundtrack.errors import LANGUAGES, messages
from provoked import WRONG_USAGE, books, examples, play, says, toml, typed
from shell import Shell
from source import SRC, raised

if TYPE_CHECKING:
    from collections.abc import Callable

    from provoked import Example

TODAY: Final = "2015-12-31"

LARGE: Final = 2**24


class Desk(NamedTuple):
    """A folder of somebody's own, and the terminal they sit at."""

    home: Path
    shell: Shell

    def last(self, command: str) -> str:
        """Run a command and return what it prints, without the name of the folder."""
        return "\n".join(self.shell.run(typed(command))).replace(str(self.home), "~")


def desk(home: Path, programs: Path) -> Desk:
    """Return a desk in a folder."""
    programs.mkdir(exist_ok=True)
    shell = Shell(home, programs)
    shell.environment |= {"HOME": str(home), "FUNDTRACK_TODAY": TODAY}
    return Desk(home, shell)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, Path]]:
    """Return what makes a prepared folder, once, and says where in it examples begin."""
    made: dict[str, tuple[Path, Path]] = {}

    def prepare(name: str) -> tuple[Path, Path]:
        if name not in made:
            home = tmp_path_factory.mktemp(name)
            one = desk(home, tmp_path_factory.mktemp("programs"))
            play(books()[name], one.shell, books()[name].commands())
            made[name] = home, one.shell.folder.relative_to(home)
        return made[name]

    return prepare


@pytest.fixture
def sit(tmp_path: Path, prepared: Callable[[str], tuple[Path, Path]]) -> Callable[[str, str], Desk]:
    """Return what gives a desk of its own where a prepared folder is, in a language."""

    def sit(book: str, language: str) -> Desk:
        home, begin = prepared(book)
        one = desk(Path(shutil.copytree(home, tmp_path / language)), tmp_path / "programs")
        one.shell.folder /= begin
        if language != "en":
            one.shell.environment["FUNDTRACK_LANG"] = language
        return one

    return sit


@pytest.mark.parametrize("key", examples())
def test_gallery_shows_what_is_printed(key: str, sit: Callable[[str, str], Desk]) -> None:
    """The message in both languages, the right exit code, and nothing changed by what was wrongly asked."""
    said, printed = examples()[key], list[str]()
    for language in LANGUAGES:
        if not any(says(one, key, language) for one in printed):
            printed.append(provoked(said, sit(said.book, language)))
            assert says(printed[-1], key, language), printed[-1]
    assert_section(said, *printed)


def provoked(said: Example, one: Desk) -> str:
    """Play an example and return what its last command prints."""
    *before, last = said.commands()
    play(said, one.shell, before)
    there = content(one.home)
    printed = one.last(last)
    assert one.shell.last == said.exit, printed
    assert "Traceback" not in printed
    if said.exit == WRONG_USAGE:
        assert content(one.home) == there
    return printed


def content(folder: Path) -> dict[str, str]:
    """Return what a folder holds; of a database what it says, wherever SQLite keeps it at the moment."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(("-wal", "-shm")))
    return {str(path): dump(path) if path.suffix == ".sqlite" else held(path) for path in files}


def held(path: Path) -> str:
    """Return what a file holds, hashed; of a very large one how much and since when."""
    status = path.stat()
    return (
        f"{status.st_size} {status.st_mtime_ns}"
        if status.st_size > LARGE
        else hashlib.sha256(path.read_bytes()).hexdigest()
    )


def dump(database: Path) -> str:
    """Return what a database says, or its bytes where it is damaged."""
    try:
        with closing(sqlite3.connect(database)) as connection:
            return "\n".join(connection.iterdump())
    except sqlite3.Error:
        return database.read_bytes().hex()


def test_gallery_is_in_order() -> None:
    """Nothing else stands in the page: no section outlives its example."""
    assert_order()


@pytest.mark.parametrize("subject", toml("subjects"))
def test_gallery_shows_every_message(subject: str) -> None:
    """Of its file of messages, each that ends a command or says what to do."""
    said = tomllib.loads((SRC / "messages" / f"{subject}.toml").read_text("utf-8"))
    ends = {key for _, key, _ in raised()}
    wanted = {key for key, texts in said.items() if "remedy-en" in texts or key in ends}
    shown = {key for key, one in examples().items() if one.subject == subject}
    assert sorted(wanted - shown - toml("unshown").keys()) == []
    assert sorted(shown - said.keys()) == []


def test_gallery_says_what_it_cannot_show() -> None:
    """Why, in both languages; nothing that it does show, nor what is no message any more."""
    for key, why in toml("unshown").items():
        assert set(why) == set(LANGUAGES), key
        assert key in messages()
        assert key not in examples()
