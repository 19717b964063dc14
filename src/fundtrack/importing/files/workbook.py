"""The rows of a workbook or a file like it, read by a process that a hostile file may only harm within bounds."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.errors import FormatError
from fundtrack.importing.values.cells import number, red

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from typing import Any

CHILD: Final = "import sys; sys.path.append(sys.argv.pop(1)); from bounded.__main__ import main; main(*sys.argv[1:])"
"""Runs the package `bounded` by itself: nothing else of ours is imported."""

SIGNATURES: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""How XLSX and ODS (zips) and XLS (a compound file) begin, whatever the file's name says."""


HEADED: Final = frozenset({"json", "xml", "ledger", "extracted"})
"""Kinds of files that name their own columns."""


Spans = tuple[tuple[int, int], ...]
"""The first and the last of what follows each other."""


class Sheet(NamedTuple):
    """A table of a file; a text file is one without a name. `rows` are to be read before the next sheet's.

    One that is `headed` has its header in the first row or has none. Of rows and columns that are `unseen` in the
    workbook, each span is told by its first and last, from 1.
    """

    name: str
    hidden: bool
    rows: Iterator[tuple[int, list[str]]]
    headed: bool = False
    unseen: tuple[Spans, Spans] = ((), ())


def is_workbook(path: Path) -> bool:
    """Say whether a file is XLSX or XLS, by its first bytes."""
    with path.open("rb") as file:
        return file.read(8).startswith(SIGNATURES)


def sheets(path: Path, kind: str = "workbook", *more: str) -> Iterator[Sheet]:
    """Give the sheets of a workbook, or the tables of a file of another kind.

    Raises FormatError, also when the reading process was stopped or died.
    """
    with closing(told(path, kind, *more)) as said:
        for sheet in said:
            rows = islice(((int(row), cells) for row, cells in said), int(sheet["rows"]))
            unseen = (_spans(sheet["unseen"][0]), _spans(sheet["unseen"][1])) if sheet["unseen"] else ((), ())
            yield Sheet(sheet["sheet"], sheet["hidden"], rows, kind in HEADED, unseen)
            for _ in rows:  # whatever the reader of this sheet left
                pass


def _spans(said: list[list[str]]) -> Spans:
    """Return spans as the child tells them."""
    return tuple((int(first), int(last)) for first, last in said)


def told(path: Path, kind: str, *more: str) -> Generator[Any]:
    """Give what the reading process says of a file. Raises FormatError, also when it was stopped or died."""
    command = [sys.executable, "-I", "-c", CHILD, str(Path(__file__).parent), kind, str(path), *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:  # noqa: S603 - our own
        assert child.stdout is not None
        try:
            for line in child.stdout:
                if (said := _said(path, line)) == "end":
                    return
                yield said
        finally:
            child.kill()
    raise FormatError("workbook-stopped", path=path)


def _said(path: Path, line: bytes) -> Any:  # noqa: ANN401 - a line of JSON
    """Read a line of the child. Raises the FormatError it names."""
    try:
        said = json.loads(line, parse_float=number, parse_int=number, object_hook=_marked)
    except ValueError as error:  # stopped in the middle of a line
        raise FormatError("workbook-stopped", path=path) from error
    if isinstance(said, dict) and "error" in said:
        raise FormatError(said.pop("error"), path=path, **said)
    return said


def _marked(said: dict[str, Any]) -> Any:  # noqa: ANN401 - a line of JSON
    """Return a cell with its colour, or what else is said."""
    return red(said["red"]) if "red" in said else said
