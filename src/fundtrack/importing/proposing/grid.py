"""The cells of an unknown file: what stands between them, which row names the columns, and the rows below it."""

from __future__ import annotations

import re
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack import money
from fundtrack.errors import FormatError, UsageError
from fundtrack.importing.files import decode, given, rows
from fundtrack.importing.header import heading
from fundtrack.importing.importer import DELIMITERS
from fundtrack.importing.proposing import encoded
from fundtrack.importing.proposing.point import Point, said
from fundtrack.importing.values import cells, dates, written

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from fundtrack.importing.header.heading import Numbered
    from fundtrack.importing.proposing.point import State
    from fundtrack.importing.proposing.vocabulary import Vocabulary

ROWS: Final = 50_000
"""Rows by which a file is judged; the import reads, and proves again, all of them."""

NAMED: Final = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
LARGER: Final = ("万元", "亿元")
"""Units in which an amount has more decimals than hundredths."""

PRECISE: Final = re.compile(r"\.\d{3}")
KNOWN: Final = 3
"""Names of columns that must be known in a row to make it the header by itself."""

LONGEST: Final = 80
"""Characters that the name of a column may have."""


class Head(NamedTuple):
    """A row that may be the header: its place among the rows, its number, its names and how many are known."""

    at: int
    number: int
    names: tuple[str, ...]
    known: int
    tall: int = 1


class Grid(NamedTuple):
    """The table of a file: where its header stands, the rows above and below, and how the file is written."""

    path: Path
    encoding: str
    delimiter: str
    sheet: str
    head: Head
    above: Sequence[Numbered]
    header: Sequence[Numbered]
    below: Sequence[Numbered]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the columns as they stand."""
        return self.head.names

    @property
    def raw_head(self) -> list[Sequence[str]]:
        """Return the rows of the header as a page may show them, under a row that states the unit, where one does."""
        width = len(self.names)
        stated = [words for _, row in self.above for cell in row for words in heading.stated(cell).values()][:1]
        rows = [row for _, row in self.header] if self.head.tall > 1 else [self.names]
        return [*([one, *[""] * (width - 1)] for one in stated), *([*row] for row in rows)]

    @property
    def is_text(self) -> bool:
        """Say whether the file is text."""
        return bool(self.encoding)


@lru_cache(maxsize=1 << 16)
def amount(cell: str) -> int | Fraction | None:
    """Return what a cell counts as an amount of any currency, in hundredths; None where it is none.

    One with more decimals may be in a larger unit, such as 0.123456 万元: then it is a fraction of a hundredth.
    """
    plain = cell.strip().removeprefix("-") if cell.strip()[:2] in {"-¥", "-£", "-$", "-€"} else cell.strip()
    sign = -1 if plain != cell.strip() else 1
    for mark in ("HK$", "US$", "£", "$", "€"):
        plain = plain.replace(mark, "", 1)
    if plain != cell.strip() and plain.strip() in money.DASHES:
        return 0
    read = money.measured if isinstance(cell, cells.Number) else money.parse
    for unit in ("元", *LARGER):
        with suppress(FormatError):
            return sign * (read(plain, unit) if unit == "元" else Fraction(read(plain, unit), int(money.factor(unit))))
        if unit == "元" and not PRECISE.search(plain):
            return None
    return None


def figures(found: int | Fraction) -> str:
    """Return an amount in hundredths, or fractions of them, as a file writes it."""
    if isinstance(found, int) or found.denominator == 1:
        return money.plain(int(found))
    return f"{Decimal(found.numerator) / (found.denominator * 10**money.SCALE):f}"


@lru_cache(maxsize=1 << 16)
def is_written(cell: str) -> bool:
    """Say whether a cell is an amount written out: 壹拾贰万元整."""
    with suppress(FormatError):
        written.read(cell)
        return True
    return False


@lru_cache(maxsize=1 << 16)
def is_number(cell: str) -> bool:
    """Say whether a cell is an amount, of whatever unit."""
    if amount(cell) is not None:
        return True
    with suppress(FormatError):
        money.parse(cell, "亿元")
        return True
    return False


@lru_cache(maxsize=1 << 16)
def date(cell: str) -> dt.date | None:
    """Return the day a cell may mean, in whatever order; None where it is no date."""
    return dates.meant(cell)


def grid(path: Path, vocabulary: Vocabulary, answers: Mapping[str, str]) -> tuple[Grid, list[Point]]:
    """Return the table of a file and how its form is known.

    Raises FormatError where the file cannot be read at all, or where no row can be a header (`new-no-header`).
    """
    kind = given.kind(path)
    assert kind != "archive"
    if kind != "text":
        return _of_sheets(path, kind, vocabulary, answers)
    of = encoded.encoding(path, answers.get("encoding", ""))
    read_as = decode.encoding(path, of.value)
    tried = {mark: _begun(path, read_as, mark) for mark in DELIMITERS}
    said_mark = {name: mark for mark, name in NAMED.items()}.get(answers.get("delimiter", ""), "")
    heads = {mark: _heads(begun, vocabulary) for mark, begun in tried.items() if begun}
    if not heads:
        rows_of_it = islice(rows.read(path, read_as, ","), heading.SEARCHED)
        _ = [*rows_of_it]  # says what is wrong with it
    split = [mark for mark, found in heads.items() if found]
    if not split:
        raise FormatError("new-no-header", path=path)
    best = said_mark or max(split, key=lambda mark: (heads[mark][0].known, len(heads[mark][0].names)))
    if not heads.get(best):
        raise FormatError("new-no-header", path=path)
    whole = [*islice(rows.read(path, read_as, best), ROWS)]
    head, how = _header(whole, heads[best], answers)
    points = [of, _delimiter(best, split, heads, whole, head), how]
    return Grid(path, of.value, best, "", head, whole[: head.at], *_cut(whole, head)), points


def _of_sheets(path: Path, kind: str, vocabulary: Vocabulary, answers: Mapping[str, str]) -> tuple[Grid, list[Point]]:
    """Return the table of the sheet of a workbook, of HTML or of records whose header is known best."""
    encoding = given.encoded(path, kind, "utf-8")
    best: tuple[str, list[Numbered], list[Head]] | None = None
    for sheet in given.sheets(path, kind, encoding, ""):
        whole = [*islice(sheet.rows, ROWS)]
        heads = [] if sheet.hidden else _heads(whole[: heading.SEARCHED], vocabulary)
        if heads and (best is None or heads[0].known > best[2][0].known):
            best = sheet.name, whole, heads
    if best is None:
        raise FormatError("new-no-header", path=path)
    name, whole, heads = best
    head, how = _header(whole, heads, answers)
    return Grid(path, "", ",", name, head, whole[: head.at], *_cut(whole, head)), [how]


def _cut(whole: Sequence[Numbered], head: Head) -> tuple[Sequence[Numbered], Sequence[Numbered]]:
    """Return the rows of the header and those below it."""
    end = head.at + head.tall
    return whole[head.at : end], whole[end:]


def _begun(path: Path, encoding: str, delimiter: str) -> list[Numbered]:
    """Return the rows at the beginning of a text file, were its cells so delimited; none where they cannot be."""
    with suppress(FormatError):
        return [*islice(rows.read(path, encoding, delimiter), heading.SEARCHED + 5)]
    return []


def _delimiter(
    best: str, split: Sequence[str], heads: Mapping[str, list[Head]], whole: Sequence[Numbered], head: Head
) -> Point:
    """Return what stands between the cells, and that no other mark gives a header that is known as well."""
    rivals = [mark for mark in split if mark != best and heads[mark][0].known >= heads[best][0].known]
    width = len(head.names)
    same = sum(len(_names(row)) <= width for _, row in whole[head.at :])
    why = said("new-delimiter", rows=same, of=len(whole) - head.at, columns=width)
    choices = {NAMED[mark]: said("new-delimiter-choice", columns=len(heads[mark][0].names)) for mark in split}
    state: State = "open" if rivals else "proven"
    return Point("delimiter", NAMED[best], state, why, choices if rivals else {})


def _names(row: Sequence[str]) -> tuple[str, ...]:
    """Return the cells of a header as names, without the blanks around them and blank ones at its end."""
    names = [" ".join(cell.split()) for cell in row]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _is_head(row: Sequence[str]) -> bool:
    """Say whether a row may name columns: several texts, and none of them a date or an amount."""
    filled = [cell.strip() for cell in row if cell.strip()]
    return (
        len({*filled}) > 1
        and all(len(cell) <= LONGEST for cell in filled)
        and not any(is_number(cell) or date(cell) for cell in filled)
    )


def is_data(row: Sequence[str]) -> bool:
    """Say whether a row may be data: it has a number or a date, and more than that."""
    filled = [cell for cell in row if cell.strip()]
    return len(filled) > 1 and any(is_number(cell) or date(cell) for cell in filled)


def _heads(begun: Sequence[Numbered], vocabulary: Vocabulary) -> list[Head]:
    """Return the rows that may be the header, best first: what is known of it, then how near it stands to data."""
    found = []
    for at, (number, row) in enumerate(begun[: heading.SEARCHED]):
        if _is_head(row) and any(is_data(below) for _, below in begun[at + 1 :]):
            names = _names(row)
            found.append(Head(at, number, names, sum(bool(vocabulary.fields(name)) for name in names if name)))
    found += _tall(begun, vocabulary)
    first = next((at for at, (_, row) in enumerate(begun) if is_data(row) and not _is_head(row)), 0)
    return sorted(found, key=lambda head: (-head.tall, -head.known, abs(first - head.tall - head.at)))


def _tall(begun: Sequence[Numbered], vocabulary: Vocabulary) -> Iterator[Head]:
    """Give the two rows that are a header together: groups over columns, directly above the first row of data.

    The lower one leaves cells blank, and names columns of a group that the upper one names once.
    """
    threes = zip(enumerate(begun), begun[1:], begun[2:], strict=False)
    for (at, (number, upper)), (_, lower), (_, below) in threes:
        if not (_is_head(upper) and _is_head(lower) and is_data(below)):
            continue
        names = heading.joined([upper, lower])
        under = [place for place, cell in enumerate(lower) if cell.strip()]
        grouped = [place for place in under if place >= len(upper) or not upper[place].strip()]
        alone = [place for place, cell in enumerate(upper) if cell.strip() and place not in under]
        if grouped and alone and all(names[place].strip() for place in (*under, *alone)):
            known = sum(bool(vocabulary.fields(name)) for name in names if name.strip())
            yield Head(at, number, _names(names), known, 2)


def _header(whole: Sequence[Numbered], heads: Sequence[Head], answers: Mapping[str, str]) -> tuple[Head, Point]:
    """Return the header row and how it is known."""
    best = heads[0]
    choices = {str(head.number): said("new-header-choice", names=" | ".join(filter(None, head.names[:6])))
               for head in heads[:5]}  # fmt: skip
    if answer := answers.get("header", ""):
        if answer not in choices:
            raise UsageError("new-choice", topic="header", value=answer, choices=", ".join(choices))
        best = next(head for head in heads if str(head.number) == answer)
        return best, Point("header", answer, "answered", said("new-answered"), choices)
    known = said("new-header-known", known=best.known, columns=sum(map(bool, best.names)))
    if best.tall > 1:
        return best, Point("header", str(best.number), "proven", said("new-header-tall", row=best.number + 1))
    rivals = [head for head in heads[1:] if head.known >= best.known and abs(head.at - best.at) >= best.tall]
    if best.known >= KNOWN and not rivals:
        return best, Point("header", str(best.number), "proven", known)
    after = next((row for _, row in whole[best.at + best.tall :] if any(cell.strip() for cell in row)), [])
    if len(heads) == 1 or (is_data(after) and not rivals):
        return best, Point("header", str(best.number), "proven", said("new-header-above"))
    return best, Point("header", str(best.number), "open", known, choices)


def blank(row: Sequence[str]) -> bool:
    """Say whether nothing stands in a row."""
    return not any(cell.strip() for cell in row)


def column(below: Sequence[Numbered], place: int) -> Iterator[str]:
    """Give the cells of a column."""
    return (row[place] if place < len(row) else "" for _, row in below)
