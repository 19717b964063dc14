"""What stands in the columns of an unknown table, counted: dates, amounts, words, and which names are known."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from fundtrack.errors import UsageError
from fundtrack.identifier import LONG, covered, masked
from fundtrack.importing.body import repeats
from fundtrack.importing.files import given
from fundtrack.importing.proposing import grid as cells_of
from fundtrack.importing.proposing.point import Point, said
from fundtrack.importing.proposing.vocabulary import says
from fundtrack.importing.values.fields import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fundtrack.importing.proposing.grid import Grid
    from fundtrack.importing.proposing.vocabulary import Vocabulary

MOST: Final = 80
"""Per cent of the cells of a column that have to be dates, or amounts, for the column to be one of them."""

HUNDREDTHS: Final = re.compile(r"\d\.\d\d\D*$")
"""How an amount ends that is written with its hundredths."""

PHONE: Final = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)", re.ASCII)
"""A number of a mobile phone, in whatever column it stands."""

NONE: Final = "none"
"""What a person says where no column is meant."""


@dataclass(frozen=True, eq=False)
class Column:
    """A column: where it stands, its name and cells, and how many of them are filled, are dates, are numbers."""

    place: int
    name: str
    cells: Sequence[str]
    filled: int
    dates: int
    numbers: int

    @property
    def dated(self) -> bool:
        """Say whether it holds dates."""
        return bool(self.filled) and self.dates * 100 >= MOST * self.filled

    @property
    def counted(self) -> bool:
        """Say whether it holds amounts; digits that are a date everywhere are one."""
        return bool(self.filled) and self.numbers * 100 >= MOST * self.filled and not self.dated

    @property
    def texts(self) -> bool:
        """Say whether it holds words."""
        return bool(self.filled) and not (self.dated or self.counted)

    @property
    def fractions(self) -> int:
        """Return how many of its amounts are no whole number of the unit they are in, but one of its hundredths."""
        return sum(isinstance(found, int) and bool(found % 100) for found in map(cells_of.amount, self.cells))

    @property
    def printed(self) -> int:
        """Return how many of its amounts are written with hundredths, also with none of them."""
        return max(self.fractions, sum(HUNDREDTHS.search(cell.strip()) is not None for cell in self.cells))

    def words(self) -> Counter[str]:
        """Return its words with how often each stands."""
        return Counter(" ".join(cell.split()) for cell in self.cells if cell.strip())

    def sample(self) -> str:
        """Return its first three different cells, with numbers masked that may be a person's, or tell where one is."""
        cover = masked if says("private", self.name) else covered
        return " | ".join(
            PHONE.sub(lambda found: masked(found[0]), cover(word[:24])) for word in list(self.words())[:3]
        )


class Looked:
    """A table with its columns counted, over its rows that have a number or a date."""

    def __init__(self, grid: Grid, vocabulary: Vocabulary) -> None:
        """Count."""
        self.grid, self.vocabulary = grid, vocabulary
        self.rows = [row for _, row in grid.below if cells_of.is_data(row) and not self._is_total(row)]
        self.columns = [self._column(place, name) for place, name in enumerate(grid.names)]

    @cached_property
    def of_ledger(self) -> bool:
        """Say whether it is of a ledger, whose entries are of both ways."""
        return given.kind(self.grid.path) == "ledger"

    def _is_total(self, row: Sequence[str]) -> bool:
        """Say whether a row is a total by its first word, and has no date."""
        first = next(cell for cell in row if cell.strip())
        worded = repeats.called(first) or self.vocabulary.says("total", first)
        return worded and not any(map(cells_of.date, row))

    def _column(self, place: int, name: str) -> Column:
        """Count a column."""
        found = [row[place] if place < len(row) else "" for row in self.rows]
        told = [cell for cell in found if cell.strip() not in NOTHING and cell.strip("-—– \t")]
        dated = sum(cells_of.date(cell) is not None for cell in told)
        return Column(place, name, found, len(told), dated, sum(map(cells_of.is_number, told)))

    @cached_property
    def usable(self) -> list[Column]:
        """The columns that a page can name: with a name that no other column has."""
        names = Counter(column.name for column in self.columns)
        return [column for column in self.columns if column.name and names[column.name] == 1]

    def of(self, name: str) -> Column | None:
        """Return a column by its name."""
        return next((column for column in self.usable if column.name == name), None)

    def known(self, field: str) -> list[Column]:
        """Return the columns whose name is one of a field's, the first of the pages first."""
        found = [column for column in self.usable if self.vocabulary.knows(field, column.name)]
        return sorted(found, key=lambda column: self.vocabulary.rank(field, column.name))

    def saying(self, field: str) -> list[Column]:
        """Return the columns of which a part of the name, or likeness, says that they may be a field."""
        vocabulary = self.vocabulary
        return [one for one in self.usable if says(field, one.name) or vocabulary.near(field, one.name)]


def same(columns: Sequence[Column]) -> bool:
    """Say whether columns hold the same in every row: as dates, as amounts, or as texts."""
    first, *others = columns

    def value(cell: str) -> object:
        return cells_of.date(cell) or cells_of.amount(cell) or cell.strip()

    return all([*map(value, other.cells)] == [*map(value, first.cells)] for other in others)


def choices_of(columns: Iterable[Column], *, none: bool = False) -> dict[str, Mapping[str, str]]:
    """Return columns as what a person may choose, each with what stands in it."""
    found: dict[str, Mapping[str, str]] = {
        one.name: said("new-column-choice", filled=one.filled, sample=one.sample() or "–") for one in columns
    }
    return found | ({NONE: said("new-none-choice")} if none else {})


def answered(topic: str, answer: str, look: Looked, *, none: bool = False) -> Point:
    """Return a column that a person names. Raises UsageError (`new-choice`) where the table has it not."""
    column = look.of(" ".join(answer.split()))
    if column is None and not (none and answer == NONE):
        names = ", ".join([*(one.name for one in look.usable), *([NONE] if none else [])])
        raise UsageError("new-choice", topic=topic, value=answer, choices=names)
    return Point(topic, column.name if column else NONE, "answered", said("new-answered"))


def has_long(column: Column) -> int:
    """Return in how many cells of a column a number stands that may be a person's."""
    return sum(LONG.search(cell) is not None for cell in column.cells)
