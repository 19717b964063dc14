"""Which months of a book are closed, and by whom they were closed and reopened.

Months are closed one after the other, and reopened the last one first, so that one day says it all: up to it the
book is closed, and the database takes no voucher dated up to it.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.errors import UsageError
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from sqlalchemy import Connection

FIRST_YEAR: Final = 1900
"""No book begins before: a year such as 0216 is a slip of the hand."""

FORM: Final = re.compile(r"(\d{4})-?(\d{2})", re.ASCII)
ACTS: Final = """
SELECT seq, year, period, act, date, document, reason, last_voucher, acted_by, acted_at FROM period_act ORDER BY seq
"""
CLOSED_TO: Final = "SELECT date FROM period_act ORDER BY seq DESC LIMIT 1"


class Month(NamedTuple):
    """A month of a fiscal year."""

    year: int
    period: int

    def __str__(self) -> str:
        """Return the month as a person writes it: `2015-03`."""
        return f"{self.year:04d}-{self.period:02d}"

    @property
    def first(self) -> dt.date:
        """Its first day."""
        return dt.date(self.year, self.period, 1)

    @property
    def last(self) -> dt.date:
        """Its last day."""
        return dt.date(self.year, self.period, calendar.monthrange(self.year, self.period)[1])

    @property
    def next(self) -> Month:
        """The month after it."""
        return Month(self.year + self.period // 12, self.period % 12 + 1)

    @property
    def before(self) -> Month:
        """The month before it."""
        return Month(self.year - (self.period == 1), (self.period + 10) % 12 + 1)


class PeriodAct(NamedTuple):
    """An act on a month; `date` is the day up to which the book is closed after it, in ISO 8601.

    `last_voucher` is the id of the last voucher there was.
    """

    seq: int
    year: int
    period: int
    act: str
    date: str
    document: str
    reason: str
    last_voucher: int
    acted_by: str
    acted_at: str

    @property
    def month(self) -> Month:
        """The month it is about."""
        return Month(self.year, self.period)


def month_of(text: str) -> Month:
    """Return the month that a person names, such as `2015-03`. Raises UsageError (`period-form`)."""
    form = FORM.fullmatch(text.strip())
    if form is None or not (int(form[1]) >= FIRST_YEAR and 1 <= int(form[2]) <= 12):  # noqa: PLR2004 - months
        raise UsageError("period-form", period=text)
    return Month(int(form[1]), int(form[2]))


def month_at(day: dt.date) -> Month:
    """Return the month of a day."""
    return Month(day.year, day.month)


def period_acts(connection: Connection) -> list[PeriodAct]:
    """Return every act on a month, the first first."""
    return [PeriodAct(*row) for row in dialect.rows_of(connection, ACTS)]


def closed_to(connection: Connection) -> dt.date | None:
    """Return the day up to which a book is closed, None where no month ever was."""
    found = dialect.rows_of(connection, CLOSED_TO)
    return dt.date.fromisoformat(found[0][0]) if found else None


def refuse_closed(connection: Connection, *days: dt.date) -> None:
    """Refuse what is dated into a closed month. Raises UsageError (`period-closed`)."""
    until = closed_to(connection)
    if until and days and (first := min(days)) <= until:
        raise UsageError("period-closed", date=first, month=month_at(first), until=until)
