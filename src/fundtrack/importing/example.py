"""The examples of an importer page: a sample of a file and what its rows become, which is how a page is tested."""

from __future__ import annotations

import csv
import io
import tempfile
import tomllib
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fundtrack import money
from fundtrack.errors import FundtrackError, message
from fundtrack.importing.importer import Importer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fundtrack.errors import Language
    from fundtrack.importing.body.blocks import Candidate, Row
    from fundtrack.importing.reading import Reading
    from fundtrack.pages import Fence, Page, Section

SAMPLES: Final = ("csv", "html", "json", "ledger", "xml")
"""What a sample may be written as."""

NAMES: Final = {"project": "project", "document": "document", "bank_ref": "bank-ref", "reference": "reference"}
"""What a row may say beside its money, by the metadata it is shown as."""


def sample_of(example: Section) -> Fence:
    """Return the sample of an example, as whatever it is written."""
    return next(fence for fence in example.fences if fence.language in SAMPLES)


def written(fence: Fence, folder: Path) -> Path:
    """Write the sample of an example into a folder: as text in its encoding, or as a workbook."""
    if fence.options.get("as") == "xlsx":
        return _workbook(fence, folder / "sample.xlsx")
    path = folder / f"sample.{'xls' if fence.language == 'html' else fence.language}"
    path.write_bytes(fence.text.encode(fence.options["encoding"]))
    return path


def _workbook(fence: Fence, path: Path) -> Path:
    """Make the workbook of a sample: numbers in the columns it names, text elsewhere, the title merged."""
    import openpyxl

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


def read(page: Page, example: Section, folder: Path, currency: str = "CNY") -> tuple[Reading, list[Row], Path]:
    """Read the sample of an example, which is written into a folder, with the words that the example gives."""
    words, path = example.fence("toml"), written(sample_of(example), folder)
    importer = Importer(page, tomllib.loads(words.text) if words else None, currency=currency)
    reading = importer.candidates(path)
    return reading, list(reading), path


def shown(rows: Iterable[Row], currency: str) -> str:
    """Return what rows become, as pages print it: vouchers, and why a row of data makes none."""
    return "\n".join(rendered(row, currency) for row in rows if row.state == "data")


def rendered(row: Row, currency: str = "CNY") -> str:
    """Return a row of data as the pages print it."""
    if row.candidate is None:
        return f"; row {row.number}: {', '.join(error.key for error in row.problems)}\n"
    found = row.candidate
    lines = [f'{found.date} * "{found.payee}" "{found.narration}"', f'  kind: "{found.kind}"']
    lines += [f'  {name}: "{value}"' for field, name in NAMES.items() if (value := getattr(found, field))]
    lines += [f"  {account}  {money.plain(amount)} {currency}" for account, amount in postings(found)]
    return "\n".join(lines) + "\n"


def postings(found: Candidate) -> list[tuple[str, int]]:
    """Return what a candidate moves, debit first; a refund is red on the sides of its original."""
    cash = f"Assets:{found.fund}:{found.bank}"
    if found.kind in ("interest", "transfer-received"):
        return [(cash, found.amount), (f"Income:{found.fund}:{found.kind.capitalize()}", -found.amount)]
    amount = -found.amount if found.kind == "refund" else found.amount
    return [(f"Expenses:{found.use_fund}:{found.use}", amount), (cash, -amount)]


def differing(page: Page, example: Section, folder: Path, currency: str = "CNY") -> tuple[str, str] | None:
    """Return what the sample of an example becomes and what the page says of it, where the two differ."""
    reading, rows, _ = read(page, example, folder, currency)
    expected = example.fence("beancount")
    said = expected.text if expected else ""
    found = shown(rows, reading.layout.currency)
    return None if _lines(found) == _lines(said) else (found, said)


def tried(page: Page, currency: str, language: Language) -> Iterator[tuple[str, str]]:
    """Give the title of every example of a page, and what is wrong with it, or nothing."""
    if Importer(page, currency=currency).layout.form:
        return  # what enters a register is judged with the book
    for example in page.examples:
        with tempfile.TemporaryDirectory() as folder:
            try:
                differs = differing(page, example, Path(folder), currency)
            except FundtrackError as error:
                yield example.title, error.text(language)
                continue
        yield example.title, message("example-differs", language, found=_first(differs)) if differs else ""


def _first(differs: tuple[str, str]) -> str:
    """Return the first line that becomes something else than the page says."""
    found, said = map(_lines, differs)
    return next((one for one, other in zip_longest(found, said, fillvalue="") if one != other), "")


def _lines(text: str) -> list[str]:
    """Return the lines of a text that say something."""
    return [line for line in text.splitlines() if line.strip()]
