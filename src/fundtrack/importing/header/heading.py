"""The head of a table: where its header row stands, and what the cells above it say."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Final

from fundtrack.errors import FormatError
from fundtrack.importing.header import called, channels, currencies, statuses
from fundtrack.importing.layout import IDENTIFYING
from fundtrack.importing.values import cells
from fundtrack.money import is_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from fundtrack.importing.layout import Layout
    from fundtrack.importing.source import Source

FILLED: Final = ("payee", "narration")
"""Fields that a row may say in any of several columns; two dates or amounts are never one for the other."""

LINE: Final = "quota"
"""A field that also acts may say in any of several columns: the line by its own number, or by its document's."""

ONE_OF_A_NAME: Final = frozenset({"date", "amount", "amount-in", "amount-out"})
"""Fields that a page reads under one name, of which a file has no two."""

SEARCHED: Final = 50
"""Rows in which the header must stand."""

UNIT: Final = r"(?:人\s*民\s*币\s*)?((?:[十百千万萬亿億]\s*)*元)"
STATED: Final = re.compile(rf"单\s*位\s*[:为是]?\s*{UNIT}(?!\w)|\(\s*{UNIT}\s*\)|^\s*{UNIT}\s*$|以\s*{UNIT}\s*为")
"""How a title states the unit of a table: 单位：万元, （万元）, 以万元为单位, or a cell of its own."""

OPENED: Final = r"[\[［(（【]"
IN_FOURS: Final = r"(?:\d{4} ){2,}\d{1,4}(?!\d)"
"""A number as cards bear it: 6227 0033 2011."""

NUMBER: Final = re.compile(r"[\d*][\d*-]{4,}\d")
"""The number of an account, of which a bank may mask some figures."""

SIGN: Final = r"(?:[£$€¥]|\b(?:gbp|usd|eur|cny|rmb|pounds?|dollars?|euros?)\b)"
SCALES: Final = {
    "thousand": re.compile(
        rf"{SIGN}\s*['’]?0{{3}}['’]?s?(?!\w)|(?<![\w.,])['’]0{{3}}s?(?!\w)|(?<![\w.,])0{{3}}['’]?s(?!\w)"
        rf"|\bin 0{{3}}(?!\w)|{SIGN}\s*1,?0{{3}}['’]?s(?!\w)|\bin (?:units of |multiples of )?{SIGN}\s*1,?0{{3}}$"
        rf"|(?<!\w)[x×] ?1,?0{{3}}(?!\w)"
        rf"|{SIGN}\s*(?:k|thousands?)\b|\b(?:in|as) thousands?\b|\bthousands? of (?:{SIGN}|yuan)",
        re.IGNORECASE,
    ),
    "million": re.compile(
        rf"{SIGN}\s*(?:m|mn|mill?|millions?)\b|\b(?:in|as) millions?\b|\bmillions? of (?:{SIGN}|yuan)", re.IGNORECASE
    ),
    "billion": re.compile(rf"{SIGN}\s*(?:bn|billions?)\b|\b(?:in|as) billions?\b", re.IGNORECASE),
    "pence": re.compile(r"\bin (?:pence|cents)\b", re.IGNORECASE),
}
"""How a title in English states a unit other than that of the currency: £000, in thousands; not £25k or £1 million."""

Numbered = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Heading:
    """A header row: its number and cells, the place and the unit in brackets of each column, and the rows above it.

    Of a header of several rows it is the last; the cells are its columns' whole names then, and `physicals` are the
    rows themselves.
    """

    row: int
    cells: tuple[str, ...]
    names: tuple[str, ...]
    index: Mapping[str, int]
    units: Mapping[str, str]
    above: tuple[Numbered, ...]
    physicals: tuple[tuple[str, ...], ...] = ()

    @property
    def named(self) -> int:
        """How many cells a whole row has at least: up to the last column that has a name."""
        return max((at for at, name in enumerate(self.names, 1) if name), default=0)

    def place(self, name: str) -> int:
        """Return where a column stands. Raises FormatError when the table has it not, or twice."""
        plain, _ = cells.column(name)
        if plain not in self.index:
            raise FormatError("column-missing", row=self.row, name=name)
        if self.names.count(plain) > 1:
            raise FormatError("column-twice", row=self.row, name=name)
        return self.index[plain]

    def lacks(self, names: Iterable[str]) -> list[str]:
        """Return the columns that the table has not."""
        return [name for name in names if cells.column(name)[0] not in self.index]

    def unread(self, layout: Layout) -> list[str]:
        """Return the names of the columns that a page does not read, each once."""
        read = {cells.column(name)[0] for source in layout.sources for name in source.columns}
        return [name for name in dict.fromkeys(self.names) if name and name not in read]

    def beside(self, label: str, *, whole: bool = False) -> str:
        """Return what stands above the header behind a label and a colon, or in the cell beside it; else nothing.

        Behind the colon it is one word, or the `whole` of what is said; in brackets behind the label, a number.
        """
        text = r"[^:：)）,，;；]*" if whole else r"[^\s:：()（）\[\]［］【】]*"
        spaced = r"\s*".join(map(re.escape, label))
        pattern = re.compile(
            rf"(?:^|[\s/(（,，;；]){spaced}\s*(?:[:：]\s*{OPENED}?|{OPENED}(?=\s*[\d*]))\s*({IN_FOURS}|{text})"
        )
        for _, row in self.above:
            for at, cell in enumerate(row):
                found = pattern.search(cell)
                if found and found[1]:
                    return re.sub(r"(?<=\d) (?=\d)", "", found[1]) if re.fullmatch(IN_FOURS, found[1]) else found[1]
                if found or cells.glossed(cell) == label:
                    return next((other.strip() for other in row[at + 1 :] if other.strip()), "")
        return ""

    def says(self, source: Source) -> str:
        """Return what stands above the header beside a label of a source, or as a number beside one of `numbered`."""
        return next(filter(None, map(self.beside, source.labels)), "") or self._number(source.numbered)

    def _number(self, labels: Iterable[str]) -> str:
        """Return the first number that stands above the header beside one of some labels; else nothing."""
        return next((said for label in labels if NUMBER.fullmatch(said := self.beside(label))), "")

    def stated(self) -> set[str]:
        """Return the units that are stated above the header, however they are; a bureau is no unit."""
        return {unit for _, row in self.above for cell in row for unit in stated(cell)}


def stated(cell: str) -> dict[str, str]:
    """Return the units that a title states, in Chinese or in English, and the words that do."""
    said = unicodedata.normalize("NFKC", cell)
    found = {"".join(next(filter(None, one.groups())).split()): one[0] for one in STATED.finditer(said)}
    scaled = {unit: one[0] for unit, pattern in SCALES.items() if (one := pattern.search(said))}
    return found | scaled


class Wanted:
    """What a header row must have for a layout: its columns, and of each that goes by several names one of them."""

    def __init__(self, layout: Layout) -> None:
        """Prepare to look for them."""
        self._names = {cells.column(name)[0]: name for name in layout.header}
        named = (source for source in layout.sources if source.any and not (source.optional or source.label))
        self._any = [*dict.fromkeys(named)]  # what is also of the key is wanted once
        self._groups = [frozenset(map(cells.loose, source.any)) for source in self._any]
        self._without = frozenset(map(cells.loose, layout.without))
        self.count = len(self._names) + len(self._groups)
        self.fewest = max(len(self._names), 1)

    def missing(self, names: Sequence[str]) -> list[str]:
        """Return the columns that a row does not name."""
        lacking = [name for plain, name in self._names.items() if plain not in names]
        if self._groups:
            loose = {*map(cells.loose, names)}
            lacking += [of.name for of, group in zip(self._any, self._groups, strict=True) if group.isdisjoint(loose)]
        return lacking

    def heads(self, names: Sequence[str]) -> bool:
        """Say whether a row names all columns, and none that no file of the page has."""
        return not self.missing(names) and (not self._without or self._without.isdisjoint(map(cells.loose, names)))


def find(layout: Layout, rows: Iterator[Numbered], *, headed: bool = False) -> tuple[Heading | None, list[Numbered]]:
    """Read rows up to the header and return it, or nothing and the rows read; where `headed`, no more than one."""
    wanted = Wanted(layout)
    above: list[Numbered] = []
    for number, row in islice(rows, 1 if headed else SEARCHED):
        head = _head(layout, above, row)
        if len(head) < wanted.fewest:  # as where a file is looked at with what does not stand between its cells
            above.append((number, row))
            continue
        named = [cells.column(cell) for cell in head]
        names = tuple(name for name, _ in named)
        if wanted.heads(names):
            index = {name: at for at, name in reversed([*enumerate(names)]) if name}
            physicals = (*(tuple(of) for _, of in above[len(above) + 1 - layout.header_rows :]), tuple(row))
            return Heading(number, tuple(head), names, index, dict(named), tuple(above), physicals), above
        above.append((number, row))
    return None, above


def lacking(layout: Layout, rows: Iterable[Numbered]) -> Iterator[tuple[float, list[str]]]:
    """Give, for each row that may be meant as the header, the share of it that it has, and what it lacks."""
    wanted = Wanted(layout)
    above: list[Numbered] = []
    for number, row in islice(rows, SEARCHED):
        if missing := wanted.missing([cells.column(cell)[0] for cell in _head(layout, above, row)]):
            yield 1 - len(missing) / wanted.count, missing
        above.append((number, row))


def _head(layout: Layout, above: Sequence[Numbered], row: Sequence[str]) -> Sequence[str]:
    """Return the names of columns that a row would be, with those rows above it that a header of the page has."""
    head = row
    if layout.header_rows > 1:
        head = joined([*(of for _, of in above[1 - layout.header_rows :]), row])
    return _called(head, layout.also) if layout.also else head


def _called(head: Sequence[str], also: Iterable[tuple[str, str]]) -> list[str]:
    """Return a header in which a column that the page calls otherwise goes by the page's name, with its own unit."""
    named = [cells.column(cell) for cell in head]
    has = {name for name, _ in named}
    known = {name: of for name, of in also if of not in has}
    new = (known.get(name, "") for name, _ in named)
    return [
        (f"{name}({unit})" if unit else name) if name else cell
        for cell, name, (_, unit) in zip(head, new, named, strict=True)
    ]


def joined(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the names of columns under a header of several rows, `资金来源/中央(万元)`.

    A merged cell has its text at its left: it reaches to the right as far as cells below it have some and none beside
    it. The unit in brackets of any part is that of the whole.
    """
    names: list[str] = []
    before: list[str] = []
    for column in zip_longest(*rows, fillvalue=""):
        parts = [cell.strip() for cell in column]
        for level, part in enumerate(parts):
            if part or not any(parts[level:]) or level >= len(before) or parts[:level] != before[:level]:
                break
            parts[level] = before[level]
        before = parts
        named = [cells.column(part) for part in dict.fromkeys(filter(None, parts))]
        unit = next((unit for _, unit in named if unit), "")
        names.append("/".join(name for name, _ in named) + (f"({unit})" if unit else ""))
    return names


def fitted(layout: Layout, heading: Heading) -> Layout:
    """Return a layout without the optional columns that a table has not.

    Raises FormatError (`column-missing`) that names all the others that it lacks.
    """
    layout = _resolved(layout, heading)
    columns = {
        field: source
        for field, source in layout.columns.items()
        if not (source.optional and (heading.lacks(source.columns) or source.any))
    }
    sources = [source for source in replace(layout, columns=columns).sources if not source.optional]
    needed = dict.fromkeys([*(source.any[0] for source in sources if source.any), *layout.key,
                            *(name for source in sources for name in source.columns)])  # fmt: skip
    if missing := heading.lacks(needed):
        raise FormatError("column-missing", row=heading.row, name="、".join(missing))
    absent = heading.lacks(layout.private)
    private = {*layout.private, *(name for field in IDENTIFYING if field in columns for name in columns[field].columns)}
    keyed = [name for source in layout.key_sources for name in source.columns]
    return replace(
        layout,
        columns=columns,
        key=tuple(dict.fromkeys([*layout.key, *keyed])),
        private=tuple(sorted(private - {*absent})),
    )


def _resolved(layout: Layout, heading: Heading) -> Layout:
    """Return a layout whose columns go by the names that a header has: of several the first there is.

    Of what a row may say in any of them, the others stand behind it.
    """
    known = {cells.loose(name): cell for name, cell in reversed([*zip(heading.names, heading.cells, strict=True)])}

    def one(source: Source) -> Source:
        found = next((known[name] for name in map(cells.loose, source.any) if name in known), None)
        if found:
            return replace(source, columns=(found,), any=(), labels=(), numbered=())
        return replace(source, any=(), numbered=(*source.numbered, *source.any)) if source.label else source

    def filled(source: Source) -> Source:
        made = one(source)
        names = (known[name] for name in map(cells.loose, source.any) if name in known)
        others = (name for name in names if heading.names.count(cells.column(name)[0]) == 1)
        return replace(made, behind=tuple(name for name in dict.fromkeys(others) if name not in made.columns))

    def beside(source: Source | None) -> Source | None:
        made = one(source) if source else None
        return None if made and made.optional and (made.any or heading.lacks(made.columns)) else made

    moved = layout.movement
    made = replace(
        layout,
        columns={
            field: filled(source)
            if field == LINE or (field in FILLED and layout.form is None)
            else one(_only(field, source, heading))
            for field, source in layout.columns.items()
        },
        key_account=beside(layout.key_account),
        key_sources=tuple(found for found in map(beside, layout.key_sources) if found),
        kind_column=beside(layout.kind_column),
        currency_column=beside(layout.currency_column),
        movement=replace(
            moved, column=beside(moved.column), status=beside(moved.status), refunded=beside(moved.refunded)
        ),
    )
    return replace(
        made,
        currencies=currencies.unread(made, heading),
        statuses=statuses.unread(made, heading),
        called=called.called(made, heading),
        named=channels.unread(made, heading),
        remarks=channels.remarks(made, heading),
    )


def _only(field: str, source: Source, heading: Heading) -> Source:
    """Return a source of a day or an amount. Raises FormatError (`column-twice`) where two columns go by one name.

    Amount and AMOUNT are one name, as Amount (£) is; which of them the page means nobody can tell.
    """
    if field in ONE_OF_A_NAME:
        read = next((name for name in map(cells.loose, source.any) if name in map(cells.loose, heading.names)), "")
        found = [name for name in dict.fromkeys(heading.names) if read and cells.loose(name) == read]
        if len(found) > 1:
            raise FormatError("column-twice", row=heading.row, name="、".join(found))
    return source


def unit(layout: Layout, heading: Heading, columns: Sequence[str]) -> str:
    """Return the unit of the amounts: declared, in brackets behind a column, or above the header; all must agree.

    Raises FormatError (`unit-missing`, `unit-conflict`, `unit-unknown`).
    """
    declared, above = layout.unit, heading.stated()
    said = {heading.units[cells.column(name)[0]] for name in columns} | above
    beside = declared if isinstance(declared, str) else heading.says(declared).removeprefix("人民币")
    if is_unit(beside) or not above:
        said.add(beside)
    said.discard("")
    if len(said) != 1:
        raise FormatError("unit-conflict" if said else "unit-missing", row=heading.row, units="、".join(sorted(said)))
    (stated,) = said
    if not is_unit(stated):
        raise FormatError("unit-unknown", row=heading.row, unit=stated)
    return stated
