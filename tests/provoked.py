"""Examples that provoke a message each: `tests/gallery/*.toml`, played on a terminal, and the page made of them.

A file of examples is named after the file of messages it is about, and an example after its message:

    [split-difference]                  # the message that it must print
    run = '''fundtrack post …'''        # commands as typed; only what the last one prints is shown
    exit = 1                            # the exit code of the last, where it is not 2
    book = "none"                       # the folder it begins in: one of books.toml, where it is not `tianyang`
    note-en = "…"                       # what a reader must know beside, where anything; with note-zh
    [split-difference.files]            # files there are; one named .xlsx, or .xlsx#SHEET, is a workbook of these cells
    "payments.csv" = '''…'''
    [split-difference.added]            # lines at the end of files that the book has
    "ledger/chart.beancount" = '''…'''

Whoever spoils a book from outside says `sqlite3 book.sqlite 'DELETE …'`. `subjects.toml` heads the files, in the order
of the page; `unshown.toml` has the messages that no example can provoke, each with its reason.
"""

from __future__ import annotations

import csv
import io
import re
import shlex
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any, Final

from openpyxl import Workbook

from fundtrack.errors import LANGUAGES, messages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shell import Shell

GALLERY: Final = Path(__file__).parent / "gallery"
USUAL_BOOK: Final = "tianyang"
WRONG_USAGE: Final = 2


@dataclass(frozen=True)
class Example:
    """What provokes a message, and how it ends; a prepared book is one too, without a message."""

    run: str
    subject: str = ""
    key: str = ""
    book: str = USUAL_BOOK
    exit: int = WRONG_USAGE
    note: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    added: Mapping[str, str] = field(default_factory=dict)

    def commands(self) -> list[str]:
        """Return its commands as typed; one goes on in the next line behind a backslash or within a quote."""
        found, command = [], ""
        for line in self.run.strip().splitlines():
            command += line
            if line.endswith("\\") or not closed(command):
                command += "\n"
            else:
                found.append(command)
                command = ""
        assert not command, self.key
        return found


def closed(command: str) -> bool:
    """Return whether every quote of a command has its end."""
    try:
        return bool(shlex.split(command))
    except ValueError:
        return False


def toml(name: str) -> dict[str, Any]:
    """Return what a file of the gallery says."""
    return tomllib.loads((GALLERY / f"{name}.toml").read_text("utf-8"))


def example(said: Mapping[str, Any], subject: str = "", key: str = "") -> Example:
    """Return an example as a table of a file says it."""
    note = {str(language): said[f"note-{language}"] for language in LANGUAGES if f"note-{language}" in said}
    rest = {name: value for name, value in said.items() if not name.startswith("note-")}
    return Example(**rest, note=note, subject=subject, key=key)


@cache
def examples() -> dict[str, Example]:
    """Return every example by its message, in the order of the page."""
    return {key: example(said, subject, key) for subject in toml("subjects") for key, said in toml(subject).items()}


@cache
def books() -> dict[str, Example]:
    """Return the folders that examples begin in by their names."""
    return {name: example(said) for name, said in toml("books").items()}


def prepare(said: Example, folder: Path) -> None:
    """Write the files of an example into the folder it is played in."""
    for name, text in said.files.items():
        plain, _, sheet = name.partition("#")
        path = folder / plain
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".xlsx":
            workbook(path, text, sheet)
        else:
            path.write_text(text, "utf-8")
    for name, text in said.added.items():
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)


def workbook(path: Path, text: str, sheet: str) -> None:
    """Write a workbook of one sheet, whose cells are all text."""
    book = Workbook()
    book.active.title = sheet or book.active.title
    for row in csv.reader(io.StringIO(text)):
        book.active.append(row)
    book.save(path)


def typed(command: str) -> str:
    """Return what the shell makes of a command over several lines."""
    return command.replace("\\\n", "")


def play(said: Example, shell: Shell, commands: Iterable[str]) -> None:
    """Play commands of an example, each of which must be understood."""
    prepare(said, shell.folder)
    for command in commands:
        printed = shell.run(typed(command))
        understood = (0, 1) if command.startswith("fundtrack ") else (0,)
        assert shell.last in understood, "\n".join([command, *printed])


def pattern(sentence: str) -> str:
    """Return the regular expression of a sentence whose details may be anything."""
    parts = Formatter().parse(sentence)
    return "".join(re.escape(text) + (".+?" if name is not None else "") for text, name, _, _ in parts)


def says(printed: str, key: str, language: str) -> bool:
    """Return whether what was printed has a message and its remedy in a language."""
    said = messages()[key]
    wanted = filter(None, [said[language], said.get(f"remedy-{language}", "")])
    return all(re.search(pattern(sentence), printed, re.DOTALL) for sentence in wanted)
