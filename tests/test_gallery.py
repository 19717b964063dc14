"""The gallery of errors: every message that ends a command is provoked by an example and shown as it is printed."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from desks import TODAY
from errorpage import assert_order, assert_section
from fundtrack.errors import LANGUAGES, messages
from provoked import WRONG_USAGE, examples, play, says, toml, typed
from source import SRC, raised

if TYPE_CHECKING:
    from desks import Desks
    from provoked import Example
    from shell import Shell

MOMENT: Final = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ")
"""When something was recorded, which no example decides."""

HASHED: Final = re.compile(
    r"(?:(?<=20\d\d-\d\d\.)|(?<=aliases\.)|(?<=applications\.)|(?<=quotas\.))[0-9a-f]{16}(?=\.beancount)"
)
"""What a published month, or the file of aliases or of applications, is called by: it holds when that was recorded."""

LARGE: Final = 2**24


@pytest.mark.parametrize("key", examples())
def test_gallery_shows_what_is_printed(key: str, desks: Desks) -> None:
    """The message in both languages, the right exit code, and nothing changed by what was wrongly asked."""
    said, printed = examples()[key], list[str]()
    for language in LANGUAGES:
        if not any(says(one, key, language) for one in printed):
            with desks.sit(said.book, language) as shell:
                printed.append(provoked(said, shell))
            assert says(printed[-1], key, language), printed[-1]
    assert_section(said, *printed)


def provoked(said: Example, shell: Shell) -> str:
    """Play an example and return what its last command prints."""
    *before, last = said.commands()
    play(said, shell, before)
    folder = Path(shell.environment["HOME"])
    there = content(folder)
    printed = HASHED.sub("0123456789abcdef", "\n".join(shell.run(typed(last))))
    printed = MOMENT.sub(f"{TODAY}T08:00:00Z", printed)
    assert shell.last == said.exit, printed
    assert "Traceback" not in printed
    if said.exit == WRONG_USAGE:
        assert content(folder) == there
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


def test_gallery_leaves_out_no_file_of_messages() -> None:
    """Each is a subject, so that what is complete stays so when there is a new one."""
    assert toml("subjects").keys() == {path.stem for path in (SRC / "messages").glob("*.toml")}


def test_gallery_says_what_it_cannot_show() -> None:
    """Why, in both languages; nothing that it does show, nor what is no message any more."""
    for key, why in toml("unshown").items():
        assert set(why) == set(LANGUAGES), key
        assert key in messages()
        assert key not in examples()
