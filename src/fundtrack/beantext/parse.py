"""Read Beancount text with Beancount's parser alone.

The loader is never called: a ledger may name plugins, Python paths and files anywhere, and loading it would run them.
Here plugins are only listed, and includes are followed only below the folder of the ledger that was asked for.
"""

from __future__ import annotations

import decimal
import glob
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from beancount.core.data import entry_sortkey
from beancount.parser import parser

from fundtrack.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from beancount.core.data import BeancountError

    from fundtrack.beantext.directives import Directive, Options

BYTES_MAX: Final = 2 * 1024**3
"""Largest file read, in bytes: a million vouchers take about a quarter of it."""

FIXED: Final = re.compile(r"[^*?\[]*")
"""The part of an include's pattern before its first wildcard."""

SOURCE_PLACE: Final = re.compile(r"\s*\(\S+\.py:\d+\)\s*\Z")
"""Where in Beancount's own code an error arose, which says nothing to the reader of a ledger."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something Beancount objects to: in which file, at which line (0: unknown), in Beancount's words."""

    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin that a ledger names, which is never run."""

    name: str
    config: str | None


@dataclass(frozen=True, slots=True)
class Parsed:
    """Beancount text as its parser sees it: amounts may still be missing, plugins are listed and not run."""

    entries: list[Directive]
    options: Options
    errors: tuple[Problem, ...] = ()
    plugins: tuple[Plugin, ...] = ()
    files: tuple[Path, ...] = ()


def parse_text(text: str, path: str) -> Parsed:
    """Parse text that stands in `path`; its includes are not followed.

    Raises UsageError (`ledger-binary`, `ledger-unreadable`).
    """
    return _parse(text.removeprefix("\ufeff").encode(), path)


def parse_ledger(path: Path) -> Parsed:
    """Parse a ledger and what it includes below its folder, merged and sorted as Beancount's loader does.

    Raises UsageError: `ledger-missing`, `ledger-not-a-file`, `ledger-too-large`, `ledger-encoding`, `ledger-binary`,
    `ledger-unreadable`, and `include-outside` for an include that leaves the ledger's folder, also by a link.
    """
    folder = _real(path.parent)
    parts: dict[Path, Parsed] = {}
    errors: list[Problem] = []
    waiting = [path.parent.absolute() / path.name]
    while waiting:
        file = waiting.pop(0)
        if _real(file) in parts:
            errors.append(Problem(str(file), 0, f'Duplicate filename parsed: "{file}"'))
            continue
        parts[_real(file)] = part = _parse(_read(file), str(file))
        for pattern in part.options["include"]:
            found = list(_included(pattern, file, folder))
            waiting += found
            if not found:
                errors.append(Problem(str(file), 0, f'File glob "{pattern}" does not match any files'))
    return _merged(parts, errors)


def _parse(data: bytes, path: str) -> Parsed:
    if b"\0" in data:
        raise UsageError("ledger-binary", path=path)
    try:
        # Without traps a division by zero gives a number the parser rejects; with them it kills the process.
        with decimal.localcontext() as context:
            context.clear_traps()
            entries, errors, options = parser.parse_string(data, path)
    except (MemoryError, TypeError) as error:
        raise UsageError("ledger-unreadable", path=path, why=str(error)) from error
    for entry in entries:
        # Metadata may be called `filename` or `lineno` too; it may not move a finding to another place.
        line = entry.meta["lineno"]
        entry.meta.update(filename=path, lineno=line if isinstance(line, int) else 0)
    plugins = tuple(Plugin(name, config) for name, config in options["plugin"])
    return Parsed(entries, options, tuple(problems(errors, path)), plugins)


def problems(errors: Iterable[BeancountError], path: str) -> Iterator[Problem]:
    """Yield Beancount's errors as problems; those without a place in a ledger stand at line 0 of `path`."""
    for error in errors:
        source: dict[str, Any] = error.source or {}
        file = str(source.get("filename", ""))
        placed = not file.startswith("<") and not file.endswith(".py") and file != ""
        yield Problem(
            file if placed else path,
            int(source.get("lineno", 0)) if placed else 0,
            SOURCE_PLACE.sub("", error.message),
        )


def _read(path: Path) -> bytes:
    if not path.exists():
        raise UsageError("ledger-missing", path=path)
    if not path.is_file():
        raise UsageError("ledger-not-a-file", path=path)
    if path.stat().st_size > BYTES_MAX:
        raise UsageError("ledger-too-large", path=path, size=path.stat().st_size, limit=BYTES_MAX)
    try:
        data = path.read_bytes()
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError("ledger-encoding", path=path, line=line, byte=f"{data[error.start]:02X}") from error
    except OSError as error:
        raise UsageError("ledger-unreadable", path=path, why=error.strerror) from error
    return data.removeprefix(b"\xef\xbb\xbf")


def _included(pattern: str, file: Path, folder: Path) -> Iterator[Path]:
    """Yield the files an include names, in order of their names; raise if any lies outside the folder."""
    outside = UsageError("include-outside", path=file, include=pattern, folder=folder)
    fixed = FIXED.match(pattern)
    # Judged before looking, so that a ledger cannot make us walk through the rest of the disk.
    if fixed is None or ".." in pattern[fixed.end() :] or not _real(file.parent / fixed[0]).is_relative_to(folder):
        raise outside
    # Path.glob takes no absolute pattern, which Beancount allows.
    for name in sorted(glob.glob(pattern, root_dir=file.parent, recursive=True)):  # noqa: PTH207
        found = Path(os.path.normpath(file.parent / name))
        if not _real(found).is_relative_to(folder):
            raise outside
        yield found


def _real(path: Path) -> Path:
    """Return where a path leads after all links; unlike `Path.resolve`, a loop of links is no error."""
    return Path(os.path.realpath(path))


def _merged(parts: dict[Path, Parsed], errors: list[Problem]) -> Parsed:
    first, *others = parts.values()
    entries = [entry for part in parts.values() for entry in part.entries]
    entries.sort(key=entry_sortkey)
    currencies = [currency for part in parts.values() for currency in part.options["operating_currency"]]
    for other in others:
        first.options["dcontext"].update_from(other.options["dcontext"])
    found = [*errors, *(error for part in parts.values() for error in part.errors)]
    return Parsed(
        entries,
        first.options
        | {"operating_currency": list(dict.fromkeys(currencies)), "include": sorted(str(file) for file in parts)},
        tuple(sorted(found, key=lambda problem: (problem.path, problem.line))),
        tuple(plugin for part in parts.values() for plugin in part.plugins),
        tuple(parts),
    )
