"""The rows of a workbook, read by a process of its own that a hostile file may only harm within bounds."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.errors import FormatError
from fundtrack.importing.cells import number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

CHILD: Final = Path(__file__).with_name("bounded.py")
SIGNATURES: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""How XLSX (a zip) and XLS (a compound file) begin, whatever the file's name says."""


class Sheet(NamedTuple):
    """A table of a file; a text file is one without a name. `rows` are to be read before the next sheet's."""

    name: str
    hidden: bool
    rows: Iterator[tuple[int, list[str]]]


def is_workbook(path: Path) -> bool:
    """Say whether a file is XLSX or XLS, by its first bytes."""
    with path.open("rb") as file:
        return file.read(8).startswith(SIGNATURES)


def sheets(path: Path) -> Iterator[Sheet]:
    """Give the sheets of a workbook. Raises FormatError, also when the reading process was stopped or died."""
    command = [sys.executable, "-I", str(CHILD), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:  # noqa: S603 - our own file
        assert child.stdout is not None
        try:
            said = (_said(path, line) for line in child.stdout)
            for sheet in said:
                if sheet == "end":
                    return
                rows = islice(((int(row), cells) for row, cells in said), int(sheet["rows"]))
                yield Sheet(sheet["sheet"], sheet["hidden"], rows)
                for _ in rows:  # whatever the reader of this sheet left
                    pass
        finally:
            child.kill()
    raise FormatError("workbook-stopped", path=path)


def _said(path: Path, line: bytes) -> Any:  # noqa: ANN401 - a line of JSON
    """Read a line of the child. Raises the FormatError it names."""
    try:
        said = json.loads(line, parse_float=number, parse_int=number)
    except ValueError as error:  # stopped in the middle of a line
        raise FormatError("workbook-stopped", path=path) from error
    if isinstance(said, dict) and "error" in said:
        raise FormatError(said.pop("error"), path=path, **said)
    return said
