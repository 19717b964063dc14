"""What `sh tests/fuzz` asks of the readers: the first byte of an input says which one gets the rest.

An amount is read exactly or refused, a date is a day of a year that can be or refused, and every physical row of a
file comes out once, in order, or the file is refused. What a page does not read, it leaves a sound row as it is, or
makes it wait; so does what stands above a table. Anything else ends the run: another error, a hang, a change.
What reads JSON, HTML, XML and zips is asked here without the process and the bounds that it has in an import.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import tempfile
from contextlib import redirect_stdout, suppress
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

import atheris

with atheris.instrument_imports(include=["fundtrack.importing", "fundtrack.money", "fundtrack.identifier"]):
    from fundtrack import money, pages
    from fundtrack.errors import FormatError
    from fundtrack.importing import Importer
    from fundtrack.importing.elsewhere import is_system
    from fundtrack.importing.example import sample_of
    from fundtrack.importing.files import decode
    from fundtrack.importing.files.bounded import archive, iati, markup, records
    from fundtrack.importing.files.bounded.bounds import Unusable
    from fundtrack.importing.importer import delimited
    from fundtrack.importing.values import cells, dates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fundtrack.importing.body.blocks import Row

IMPORTERS: Final = [Importer(page) for _, page in sorted(pages.catalogue("importers").items()) if not is_system(page)]
UNITS: Final = ("元", "万元", "CNY", "GBP")
PLAIN: Final = re.compile(r"-?\d{1,12}(\.\d{1,2})?", re.ASCII)
TABLES: Final[tuple[tuple[Callable[..., None], tuple[str, ...]], ...]] = (
    (markup.tell, ("utf-8",)), (records.tell, ("utf-8", "")), (iati.tell, ()), (archive.tell, ()),
)  # fmt: skip
FILE: Final = Path(tempfile.mkdtemp()) / "file.csv"


def amounts(data: bytes) -> None:
    """Read an amount: what it is printed as is the same amount, and plain digits are what they say."""
    unit, text = UNITS[data[0] % len(UNITS)] if data else UNITS[0], data[1:].decode("utf-8", "replace")
    fen = money.parse(text, unit)
    assert money.parse(money.plain(fen)) == fen == money.parse(money.grouped(fen))
    if PLAIN.fullmatch(text):
        assert fen == Decimal(text) * 100 * money.factor(unit)


def days(data: bytes) -> None:
    """Read a date: its own spelling is the same day."""
    day = dates.read(data.decode("utf-8", "replace"))
    assert day.year >= dates.FIRST_YEAR
    assert dates.read(day.isoformat()) == day


def files(data: bytes) -> None:
    """Read a file through a page, in blocks and row by row: the same rows, each once, and no amount is lost."""
    if not data:
        return
    FILE.write_bytes(data[1:])
    importer = IMPORTERS[data[0] % len(IMPORTERS)]
    reading = importer.candidates(FILE)
    together, singly = ([row._replace(problems=()) for row in of] for of in (reading, importer.candidates(FILE, 1)))
    assert together == singly
    if reading.encoding:
        text = "".join(decode.texts(FILE, reading.encoding))
        assert [row.number for row in together] == begins(text, delimited(FILE, reading.encoding, importer.layout))


def begins(text: str, delimiter: str) -> list[int]:
    """Return the line that each row begins on, read by nobody of ours."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines, line = [], 1
    for _ in reader:
        lines.append(line)
        line = reader.line_num + 1
    return lines


def tables(data: bytes) -> None:
    """Read a file that only a process of its own reads: each table has the rows it announces, in order."""
    if not data:
        return
    tell, more = TABLES[data[0] % len(TABLES)]
    FILE.write_bytes(data[1:].decode("utf-8", "ignore").encode() if more else data[1:])
    with redirect_stdout(io.StringIO()) as out, suppress(Unusable):
        tell(str(FILE), *more)
        said = iter([json.loads(line) for line in out.getvalue().splitlines()])
        for sheet in said:
            if "rows" in sheet:
                numbers = [next(said)[0] for _ in range(sheet["rows"])]
                assert numbers == sorted(set(numbers))


HEADS: Final = (
    "资金来源", "列支科目", "用途", "预算科目", "币种", "Currency", "支付状态", "Payment status", "是否作废",
    "业务类型", "Document type", "备注", "Purpose",
)  # fmt: skip
"""Columns that are judged also where a page does not read them: funds, uses, currencies, statuses, kinds of rows."""


def sounds() -> Iterator[tuple[Importer, list[list[str]], int]]:
    """Give the pages of payments that show one in CSV: the rows of the sample up to it, and where the header is."""
    for importer in IMPORTERS:
        sample = sample_of(importer.page.examples[0])
        if importer.layout.form or sample.language != "csv" or {"as", "tabs"} & {*sample.options}:
            continue
        FILE.write_text(sample.text, "utf-8")
        read = [*importer.candidates(FILE)]
        first = next((row.number for row in read if row.candidate), 0)
        head = next(row.number for row in read if row.why == "header")
        if first:
            lines = [*csv.reader(io.StringIO(sample.text))]
            yield importer, [*lines[:head], lines[first - 1]], head


SOUND: Final = [*sounds()]


def guards(data: bytes) -> None:
    """Put a column beside a sound payment, or a line above the table: it stays as it is, waits, or is refused."""
    if len(data) < len("ab"):
        return
    importer, lines, head = SOUND[data[0] % len(SOUND)]
    text, column = data[2:].decode("utf-8", "ignore").replace("\0", ""), data[1] % (len(HEADS) + 2)
    (sound,) = payments(importer, lines)
    if column < len(HEADS):
        read = {cells.loose(name) for source in importer.layout.sources for name in (*source.columns, *source.any)}
        if cells.loose(HEADS[column]) in read:
            return
        beside = [*([""] * (head - 1)), HEADS[column], text]
        (row,) = payments(importer, [[*line, cell] for line, cell in zip(lines, beside, strict=True)])
        assert row.problems or row.candidate == sound.candidate or told(row) == told(sound)
        assert bool(row.candidate) != bool(row.problems)
        return
    above = [text, *[""] * (len(lines[0]) - 1)] if column == len(HEADS) else [*lines[head - 1], text]
    for row in payments(importer, [above, *lines] if column == len(HEADS) else [*lines[: head - 1], above, lines[-1]]):
        assert bool(row.candidate) != bool(row.problems)


def told(row: Row) -> object:
    """Return the payment that a row asks for, but for what else it says of its use: that is judged with the book."""
    return row.candidate and row.candidate._replace(told=())


def payments(importer: Importer, lines: list[list[str]]) -> list[Row]:
    """Write lines as a file, and return its rows of data."""
    with FILE.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    return [row for row in importer.candidates(FILE) if row.state == "data"]


TARGETS: Final[tuple[Callable[[bytes], None], ...]] = (amounts, days, files, tables, guards)


def one(data: bytes) -> None:
    """Give an input to its reader; a refusal is an answer."""
    if data:
        with suppress(FormatError):
            TARGETS[data[0] % len(TARGETS)](data[1:])


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
