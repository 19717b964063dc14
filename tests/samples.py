"""The samples of importer pages, as the files they stand for."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import openpyxl

from fundtrack.importing import given

if TYPE_CHECKING:
    from pathlib import Path

    from fundtrack.pages import Fence, Section

SAMPLES: Final = ("csv", "html", "json")


def sample_of(example: Section) -> Fence:
    """Return the sample of an example, as whatever it is written."""
    return next(fence for fence in example.fences if fence.language in SAMPLES)


def rows_in(fence: Fence, path: Path) -> list[list[str]]:
    """Return the rows of a sample: of text by the standard library, of another by its reader."""
    if fence.language == "csv":
        delimiter = "\t" if "\t" in "".join(fence.text.splitlines()[0]) else ","
        return [*csv.reader(io.StringIO(fence.text), delimiter=delimiter)]
    encoding = given.encoded(path, fence.language, "utf-8")
    return [row for sheet in given.sheets(path, fence.language, encoding, "") for _, row in sheet.rows]


def written(fence: Fence, folder: Path) -> Path:
    """Write the sample of an example: as text in its encoding, or as a workbook."""
    if fence.language != "csv":
        path = folder / f"sample.{'xls' if fence.language == 'html' else fence.language}"
        path.write_bytes(fence.text.encode(fence.options["encoding"]))
        return path
    if fence.options.get("as") != "xlsx":
        path = folder / "sample.csv"
        path.write_bytes(fence.text.encode(fence.options["encoding"]))
        return path
    return workbook(fence, folder / "sample.xlsx")


def workbook(fence: Fence, path: Path) -> Path:
    """Make the workbook of a sample: numbers in the columns it names, text elsewhere, the title merged."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    rows = list(csv.reader(io.StringIO(fence.text)))
    named = tuple(fence.options["numbers"].split(","))
    numeric = {at for row in rows for at, name in enumerate(row) if name.startswith(named)}
    for number, row in enumerate(rows, 1):
        for at, text in enumerate(row):
            is_number = at in numeric and text.replace(".", "").isdigit()
            sheet.cell(number, at + 1, Decimal(text) if is_number else text or None)
    for merged in fence.options["merged"].split(","):
        sheet.merge_cells(merged)
    book.save(path)
    return path
