"""The rows of the samples of importer pages."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from fundtrack.importing.files import given

if TYPE_CHECKING:
    from pathlib import Path

    from fundtrack.pages import Fence


def rows_in(fence: Fence, path: Path) -> list[list[str]]:
    """Return the rows of a sample: of text by the standard library, of another by its reader."""
    if fence.language == "csv":
        delimiter = "\t" if "\t" in "".join(fence.text.splitlines()[0]) else ","
        return [*csv.reader(io.StringIO(fence.text), delimiter=delimiter)]
    encoding = given.encoded(path, fence.language, "utf-8")
    return [row for sheet in given.sheets(path, fence.language, encoding, "") for _, row in sheet.rows]
