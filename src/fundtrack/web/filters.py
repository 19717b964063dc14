"""What may stand in Fava's filters, so that no request holds the only interpreter.

Fava takes what is typed for regular expressions, and Python's go through every way to match: a pattern with choices
one after the other, `.?.?.?` or `(.|.)(.|.)`, doubles its time with each, and nothing can interrupt it. A pattern with
one repetition and no choice takes the square of the length of a text at most.
"""

from __future__ import annotations

import re
from datetime import date
from functools import wraps
from time import monotonic
from typing import TYPE_CHECKING, Final

from fundtrack.web.words import sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Asked = Mapping[str, Sequence[str]]

LENGTHS: Final = {"account": 200, "filter": 200, "time": 60, "conversion": 60}
"""The parameters that decide how much is computed, and how long they may be."""

QUOTED: Final = re.compile(r""""[^"]*"|'[^']*'""")
ESCAPED: Final = re.compile(r"\\.", re.DOTALL)
CHOICE: Final = re.compile(r"[?{|()]")
REPETITION: Final = re.compile(r"[*+]")

YEARS: Final = range(1900, 2200)
DAYS: Final = {"day": 1, "daily": 1, "week": 7, "weekly": 7}
MONTH: Final = 28
INTERVALS: Final = 4000
"""Ten years by day: Fava draws a bar for every interval of a time."""

TABLES: Final = frozenset({"changes", "balances"})
COLUMNS: Final = 400
"""A year by day: in these tables of an account every interval is a column, for which all accounts are summed anew."""

SECONDS: Final = 5
"""How long a filter may look through a ledger."""


def objection(asked: Asked) -> str | None:
    """Return the key of the message that says why filters are refused; None if they are sound."""
    if any(len(text) > length for name, length in LENGTHS.items() for text in asked.get(name, ())):
        return "browse-filter"
    patterns = [*asked.get("account", ()), *map(_patterns, asked.get("filter", ()))]
    if any(map(_may_be_endless, patterns)):
        return "browse-filter"
    if any(map(_is_no_pattern, asked.get("account", ()))):
        return "browse-pattern"
    return "browse-time" if _is_too_much(asked) else None


def _patterns(text: str) -> str:
    """Return what of a filter becomes a pattern: all but the brackets of its own language, outside quotation marks."""
    own = QUOTED.split(text)
    return " ".join([*QUOTED.findall(text), *(re.sub("[()]", " ", part) for part in own)])


def _may_be_endless(pattern: str) -> bool:
    """Return whether a pattern has a choice or more than one repetition; after a backslash a sign is only itself."""
    bare = ESCAPED.sub("", pattern)
    return bool(CHOICE.search(bare)) or len(REPETITION.findall(bare)) > 1


def _is_no_pattern(text: str) -> bool:
    """Return whether a text cannot be a pattern; in the box of accounts Fava fails on one, elsewhere it copes."""
    try:
        re.compile(text)
    except re.error:
        return True
    return False


def _is_too_much(asked: Asked) -> bool:
    """Return whether a time is none that a ledger has, or falls into more intervals than are shown."""
    days = min((DAYS.get(name.lower(), MONTH) for name in asked.get("interval", ())), default=MONTH)
    table = not TABLES.isdisjoint(asked.get("r", ()))
    if table and days < MONTH and not all(asked.get("time", [""])):
        return True  # the whole ledger then, however long it is; so also where the first of several times is empty
    return any(_is_absurd(time, days * (COLUMNS if table else INTERVALS)) for time in asked.get("time", ()))


def _is_absurd(time: str, days: int) -> bool:
    """Return whether a time has a date that there is not, ends before it begins, or has more than so many days."""
    from fava.util.date import parse_date

    try:
        begin, end = parse_date(time)
    except (ValueError, OverflowError):
        return True
    if begin is None or end is None:
        return False  # Fava itself says that it is no time
    in_years = begin.year in YEARS and (end.year in YEARS or end == date(YEARS.stop, 1, 1))  # the day after the last
    return not in_years or begin >= end or (end - begin).days > days


def end_filters_in_time() -> None:
    """Let Fava's filters, in this process, give up after a while, however many vouchers they have to look at.

    A single match cannot be interrupted, which is why patterns are also restricted; but matches are counted by the
    hundred thousand, over texts of any length.
    """
    from fava.core import filters

    within = getattr(filters.Match, "__wrapped__", filters.Match)

    @wraps(within)
    def timed(search: str) -> Callable[[object], bool]:
        """Return Fava's own matcher, which from now on has so many seconds; it is made when a filter is applied."""
        matches, end = within(search), monotonic() + SECONDS

        def match(value: object) -> bool:
            if monotonic() >= end:
                raise filters.FilterError("filter", sentences("browse-slow"))
            return bool(matches(value))

        return match

    filters.Match = timed  # type: ignore[assignment, misc]
