"""Days that a statement writes without their year, as banks do of cards: read by the period that it states above."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.errors import FormatError
from fundtrack.importing.values import dates
from fundtrack.importing.values.cells import Number

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator

    from fundtrack.importing.header.heading import Heading

DATE: Final = r"\d{4}(?:年\d{1,2}月\d{1,2}日|[-/.]\d{1,2}[-/.]\d{1,2}|\d{4})"
RANGE: Final = re.compile(rf"(?<!\d)({DATE})\s*(?:[-–—~～]+|至|到|\bto\b)\s*({DATE})(?!\d)")
YEARLESS: Final = re.compile(r"(?:(\d{1,2})[-/](\d{1,2})|(\d{1,2})月(\d{1,2})日|(\d\d)(\d\d))", re.ASCII)
MONTHS: Final = 12


class Period(NamedTuple):
    """The first and the last day of a statement."""

    first: dt.date
    last: dt.date

    def years(self, month: int) -> list[int]:
        """Return the years in which a month may be meant: of the period, or right before, for what was booked later."""
        first, last = (of.year * MONTHS + of.month - 1 for of in self)
        return [at // MONTHS for at in range(first - 1, last + 1) if at % MONTHS == month - 1]


def stated(head: Heading) -> Period | None:
    """Return the one period that stands above a table; None where there is none, or there are several."""
    found = {*_ranges(" ".join(filter(None, row)) for _, row in head.above)}
    return found.pop() if len(found) == 1 else None


def _ranges(lines: Iterable[str]) -> Iterator[Period]:
    """Give the periods that lines state."""
    for line in lines:
        for said in RANGE.finditer(dates.folded(line)):
            with suppress(FormatError):
                first, last = dates.read(said[1]), dates.read(said[2])
                if first <= last:
                    yield Period(first, last)


def reader(read: Callable[[str], dt.date], head: Heading, column: str) -> Callable[[str], dt.date]:
    """Return what reads a column of days also without their year, by the period that the table states.

    The month stands first, as in Chinese; a column with another name is read as it is.

    It raises FormatError (`date-no-year`) for one of which the table does not say the year, or leaves two.
    """
    if column.isascii():
        return read
    period = stated(head)

    def dated(text: str) -> dt.date:
        found = None if isinstance(text, Number) else YEARLESS.fullmatch(dates.folded(text))
        month, day = (int(part) for part in found.groups() if part) if found else (0, 0)
        if not 1 <= month <= MONTHS:
            return read(text)
        years = period.years(month) if period else []
        if len(years) != 1:
            raise FormatError("date-no-year", text=text)
        return read(f"{years[0]}-{month:02}-{day:02}")

    return dated
