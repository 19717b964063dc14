"""The bounds of the reading process, and how it says what it found."""

from __future__ import annotations

import gc
import json
import re
import resource
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

MEMORY: Final = 1 << 30
SECONDS: Final = 4
"""Of processor time, whatever a file holds."""

PACE: Final = 3_000_000
"""Bytes of it, unpacked, for which there is another second."""

BYTES: Final = 100_000_000
UNPACKED: Final = 300_000_000
"""Bytes of the parts of a workbook: XML says around each cell where it stands, and 200,000 rows of 14 take 200 MB."""

UNPACKED_PACE: Final = 10_000_000
"""Bytes of those for which there is another second."""

RATIO: Final = 100
MEMBERS: Final = 200
ROWS: Final = 200_999
"""Two hundred thousand payments, and what stands above and below them."""

VALUES: Final = 6_000_000
"""Cells of a workbook that hold something: thirty in each row."""

COLUMNS: Final = 256
CELLS: Final = 20_000_000
"""Cells of a table of which most may be empty."""

DEPTH: Final = 32
"""How deep fields may stand in fields, or tables in tables."""

CELL_MAX: Final = 4096
UNFIT: Final = re.compile(r"[\0\ud800-\udfff]")


class Unusable(Exception):
    """The file is refused: the key of a message and its details."""


def bind() -> None:
    """Bound the memory and the time of this process."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + BYTES // PACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.disable()  # nothing read here is cyclic, and looking for that takes longer than reading


def weigh(size: int) -> None:
    """Refuse a file too large to be looked at, and allow the time for one of its size."""
    if size > BYTES:
        raise Unusable("file-too-large", {"limit": BYTES // 1_000_000})
    allow(size // PACE)


def allow(seconds: int) -> None:
    """Allow time beside that which any file has."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (min(most, SECONDS + seconds), most))


def fits(sheet: str, rows: int, columns: int, most: int = COLUMNS) -> None:
    """Refuse a table with too many rows or columns."""
    if rows > ROWS or columns > most:
        raise Unusable("workbook-too-far", {"member": sheet or "–", "at": f"{rows} x {columns}"})


def short(text: str) -> str:
    """Return a text that a cell may hold. Half of a character, or a NUL, is none that can be kept."""
    if found := UNFIT.search(text):
        raise Unusable("control-character", {"code": f"U+{ord(found[0]):04X}"})
    if len(text) > CELL_MAX:
        raise Unusable("cell-too-long", {"limit": CELL_MAX})
    return text


def head(sheet: str, rows: int, *, hidden: bool = False, unseen: Sequence[object] = ()) -> None:
    """Say that the rows of a sheet follow; whether it is hidden, and which of its rows and columns are `unseen`."""
    say({"sheet": sheet, "hidden": hidden, "rows": rows, "unseen": unseen})


def say(line: object) -> None:
    """Write one line of JSON."""
    sys.stdout.write(json.dumps(line, ensure_ascii=True, allow_nan=False) + "\n")
