"""In which order the dates of an unknown table are written: proven by all of them, or asked."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from fundtrack.errors import UsageError
from fundtrack.importing.proposing.point import Point, said
from fundtrack.importing.values import dates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fundtrack.importing.proposing.point import Said, State

ORDERS: Final = {"ymd": dates.ISO, "dmy": dates.DAY, "mdy": dates.MONTH, "proven": dates.PROVEN}
"""The orders as a person says them, and as a page does."""

SHORT: Final = 2
"""Digits of a year that might be a day as well."""


def order(column: str, cells: Sequence[str], answers: Mapping[str, str]) -> Point:
    """Return the order of the dates of a column. Raises FormatError (`date-order-mixed`) where some prove each."""
    choices = {name: said(f"new-order-{name}") for name in ORDERS}
    counts = Counter(_kind(cell) for cell in cells if cell.strip())
    either = counts["either"] and not (counts["day"] or counts["month"])
    dates.proven(cells, dates.DAY if either else dates.PROVEN, column)
    if answer := answers.get("date-order", ""):
        if answer not in ORDERS:
            raise UsageError("new-choice", topic="date-order", value=answer, choices=", ".join(ORDERS))
        return Point("date-order", answer, "answered", said("new-answered"), choices)
    value, state, why = _judged(counts)
    ways = ("dmy", "mdy", "ymd") if counts["short"] else ("dmy", "mdy")
    return Point("date-order", value, state, why, {way: choices[way] for way in ways} if state == "open" else {})


def _judged(counts: Counter[str]) -> tuple[str, State, Said]:
    """Return the order, how it is known, and why."""
    of, parts = counts.total(), counts["day"] + counts["month"] + counts["either"] + counts["same"]
    ways: list[tuple[int, str, State, Said]] = [
        (counts["short"], "dmy", "open", said("new-order-short", count=counts["short"], of=of)),
        (counts["day"], "dmy", "proven", said("new-order-day", count=counts["day"], of=parts)),
        (counts["month"], "mdy", "proven", said("new-order-month", count=counts["month"], of=parts)),
        (parts, "dmy", "open", said("new-order-unproven", of=parts)),
        (counts["word"], "dmy", "proven", said("new-order-word", count=counts["word"], of=of)),
        (counts["year"], "ymd", "proven", said("new-order-year", count=counts["year"], of=of)),
    ]
    none: tuple[int, str, State, Said] = (1, dates.PROVEN, "taken", said("new-order-none", of=of))
    _, value, state, why = next(way for way in (*ways, none) if way[0])
    return value, state, why


def _kind(cell: str) -> str:
    """Return what a date proves: that the day, the month or the year comes first, or neither."""
    folded = dates.bare(cell)
    if dates.GRAMMAR.fullmatch(folded):
        return "year"
    if found := dates.OTHER.fullmatch(folded):
        first, second = int(found[1]), int(found[3])
        if len(found[4]) == SHORT and first > dates.YEAR and int(found[4]) <= 31 and second <= dates.YEAR:  # noqa: PLR2004 - days
            return "short"  # 13/04/05 may begin with the year
        if first > dates.YEAR or second > dates.YEAR:
            return "day" if first > dates.YEAR else "month"
        return "same" if first == second else "either"
    return "word" if dates.WORDED.fullmatch(folded) else "none"
