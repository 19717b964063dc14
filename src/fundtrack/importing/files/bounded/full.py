"""How much the sheets of a workbook hold, counted as they are unpacked: too much is refused before it is read."""

from __future__ import annotations

import re
from typing import Final

from .bounds import ROWS, VALUES, Unusable

DATA: Final = re.compile(rb"<(\w{1,64}:)?sheetData\b")
"""Where the rows of a sheet begin; some programs write a prefix before each of its names."""

ODS_VALUE: Final = (b"office:value-type=",)


class Full:
    """What is counted in a workbook. An empty cell is none: LibreOffice writes them for their styles."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._values = 0
        self.begin("")

    def begin(self, member: str) -> None:
        """Begin with a part of the workbook."""
        self._member, self._rows, self._row = member, 0, b""
        self._value: tuple[bytes, ...] = ODS_VALUE if member == "content.xml" else ()

    def count(self, chunk: bytes) -> None:
        """Count what a piece of a part holds. Raises Unusable. What is cut by a seam is not counted.

        A reader knows of rows only once it has made all of them, and they may say no place to search for.
        """
        if not self._value and (found := DATA.search(chunk)):
            prefix = found[1] or b""
            self._row, self._value = b"<%brow" % prefix, (b"</%bv>" % prefix, b"</%bis>" % prefix)
        values = sum(chunk.count(one) for one in self._value)
        if values and self._rows > ROWS:
            raise Unusable("workbook-too-far", {"member": self._member, "at": f"> {ROWS}"})
        self._rows += chunk.count(self._row) if self._row else 0
        self._values += values
        if self._values > VALUES:
            raise Unusable("workbook-stopped", {})
