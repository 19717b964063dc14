"""The rows of a delimited text file, with the line each begins on."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from fundtrack.errors import FormatError
from fundtrack.importing.files import decode
from fundtrack.importing.values.cells import CELL_MAX

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def read(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Give every row of a file and its first physical line; a quoted cell may reach over several lines.

    Strict: a stray quote, which would swallow the following rows, and a cell beyond CELL_MAX end the reading.
    Raises FormatError (`file-quoting`, and those of `decode.texts`).
    """
    csv.field_size_limit(CELL_MAX)  # of the whole process; no other cell read here may be larger either
    line = 1
    reader = csv.reader(_closed(decode.lines(path, encoding), delimiter), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise FormatError("file-quoting", path=path, row=line, why=error) from error


def _closed(lines: Iterator[str], delimiter: str) -> Iterator[str]:
    """Give lines without the blanks that banks put between a closing quote and what follows it."""
    blank = "[ ]" if delimiter == "\t" else "[ \t]"
    between = re.escape(delimiter)
    padded = re.compile(rf'((?:^|(?<={between}))"(?:[^"]|"")*"){blank}+(?={between}|\r|\n|$)')
    inside = False
    for line in lines:
        quotes = line.count('"')
        yield padded.sub(r"\1", line) if quotes and not inside and ('" ' in line or '"\t' in line) else line
        inside ^= quotes % 2 == 1
