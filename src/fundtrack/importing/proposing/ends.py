"""What else stands below the header of an unknown table: totals, known by their sums, and notes; and unknown words."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.importing.body import repeats
from fundtrack.importing.proposing import grid as cells_of
from fundtrack.importing.proposing.point import Point, said
from fundtrack.importing.proposing.sides import side
from fundtrack.importing.values import cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from fractions import Fraction

    from fundtrack.importing.proposing.grid import Grid
    from fundtrack.importing.proposing.look import Column
    from fundtrack.importing.proposing.point import State

NOTE: Final = re.compile(r"^([^:：\d]{1,12})[:：]")
"""The label that begins a note; what stands behind it may be a name."""

NEAR: Final = 0.5
MOST: Final = 5
"""Words of totals that are shown: every village may have a subtotal of its own."""


class Ends(NamedTuple):
    """The words that begin totals and notes, and how they are known; whether totals stand there without a word.

    `totals` are those that a page has to say, for no list knows them.
    """

    totals: tuple[str, ...]
    notes: tuple[str, ...]
    points: tuple[Point, ...]
    bare: bool = False


def ends(grid: Grid, date: Column, amounts: Sequence[Column]) -> Ends:
    """Return the totals and notes of a table: rows without a date, told by what they sum to and where they stand."""
    totals, seen = list[str](), list[str]()
    sums: list[int | Fraction] = [0] * len(amounts)
    since = [*sums]
    found: dict[str, list[int]] = {"agrees": [], "differs": [], "undated": []}
    labels, bare = list[str](), False
    for number, row in grid.below:
        filled = [cell.strip() for cell in row if cell.strip()]
        first = filled[0] if filled else ""
        counts = [side(_at(row, one.place)) for one in amounts]
        if _is_payment(row, first, date, amounts, totals):
            sums, since = ([one + (other or 0) for one, other in zip(of, counts, strict=True)] for of in (sums, since))
            labels = []  # a note stands below the last of them
        elif first and any(counts):
            words = [" ".join(cell.split()) for cell in filled if not cells_of.is_number(cell)]
            reached, bare = counts in (sums, since), bare or not words
            if reached and words and not cells_of.is_number(first) and not _is(first, totals) and repeats.like(first):
                totals.append(words[0])
            told = not words or _is(first, totals) or all(_is(word, totals) for word in words)
            seen += words[:1] if told else []
            found["undated" if not told else "agrees" if reached else "differs"].append(number)
            since = [0] * len(amounts)
        elif match := NOTE.search(first):
            labels.append(match[1].strip())
    notes = [word for word in dict.fromkeys(labels) if not _is(word, totals)]
    return Ends(tuple(totals), tuple(notes), tuple(_points([*dict.fromkeys(seen)], found, notes)), bare)


def _is(word: str, totals: Iterable[str]) -> bool:
    """Say whether a label is nothing but the word of a total: of the list that all pages share, or of these."""
    return repeats.called(word) or cells.label(word).casefold() in {cells.label(one).casefold() for one in totals}


def _is_payment(row: Sequence[str], first: str, date: Column, amounts: Sequence[Column], totals: Sequence[str]) -> bool:
    """Say whether a row has an amount and what should be a date, and is no total that stands where dates do."""
    day = _at(row, date.place)
    told = any(_filled(_at(row, one.place)) for one in amounts)
    return bool(day) and told and (cells_of.date(day) is not None or not _is(first, totals))


def _points(seen: Sequence[str], found: Mapping[str, Sequence[int]], notes: Sequence[str]) -> Iterator[Point]:
    """Give what is known of totals and notes."""
    words = ", ".join(seen[:MOST]) + ", …" * (len(seen) > MOST) or "–"
    states: dict[str, State] = {"agrees": "proven", "differs": "named", "undated": "named"}
    for how, rows in found.items():
        if rows:
            value = "–" if how == "undated" else words
            why = said(f"new-total-{how}", rows=", ".join(map(str, rows[:5])), count=len(rows))
            yield Point("undated" if how == "undated" else "total", value, states[how], why)
    if notes:
        yield Point("notes", ", ".join(notes), "named", said("new-notes", count=len(notes)))


def _at(row: Sequence[str], place: int) -> str:
    """Return a cell of a row that may end before it."""
    return row[place].strip() if place < len(row) else ""


def _filled(cell: str) -> bool:
    """Say whether an amount, or what should be one, stands in a cell."""
    return bool(cell.strip("-—–/ "))


def unknown(field: str, column: Column, known: Mapping[str, str]) -> Point | None:
    """Return the words of a column that a book does not know, with the nearest; None where it knows all."""
    words = [word for word in column.words() if word not in known]
    if not words:
        return None
    shown = [f"{word} ({near[0]}?)" if (near := get_close_matches(word, known, n=1, cutoff=NEAR)) else word
             for word in words[:8]]  # fmt: skip
    more = "…" if len(words) > len(shown) else ""
    why = said("new-words", field=field, count=len(words), of=len(column.words()))
    return Point(f"words-{field}", "、".join(shown) + more, "named", why)
