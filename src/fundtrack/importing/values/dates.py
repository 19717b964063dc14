"""Dates as files write them: one strict grammar, no guess about day and month.

In 03/04/2015 a page says which is the day, or the column proves it: 15/04/2015 can only be day first. A column that
proves both was mangled by a spreadsheet, and is refused.
"""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from fundtrack.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FOLDED: Final = str.maketrans("０１２３４５６７８９／．－：　\u00a0", "0123456789/.-:  ")
CLOCK: Final = (
    r"\d{1,2}:\d\d(?::\d\d(?:[.:]\d+)?)?(?:\s?[AaPp]\.?[Mm]\.?)?(?:Z|[+-]\d\d:?\d\d)?"
    r"|\d{1,2}[时時]\d{1,2}分(?:\d{1,2}秒)?"
)
RUN: Final = r"(?:[01]\d|2[0-3])[0-5]\d[0-5]\d"
"""A time of day in six figures, as ABC and CCB write it."""

TIME: Final = rf"(?:(?:T|\s+|(?<=日))(?:(?:[上下]午\s?)?(?:{CLOCK})|{RUN})|-\d\d\.\d\d\.\d\d(?:\.\d+)?)?"
"""A time of day; 2015-04-01-09.12.33.123456 is how DB2 writes one, and ICBC with it."""
GRAMMAR: Final = re.compile(
    rf"(\d{{4}})(?:([-/.])(\d{{1,2}})\2(\d{{1,2}})|年(\d{{1,2}})月(\d{{1,2}})日|(\d\d)(\d\d)(?:{RUN})?){TIME}", re.ASCII
)
ISO: Final = "year-first"
DAY: Final = "day-first"
MONTH: Final = "month-first"
PROVEN: Final = "proven"
ORDERS: Final = (ISO, DAY, MONTH, PROVEN)
"""What a page may say of the order of its dates; `proven` where the column has to say it."""

OTHER: Final = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d\d){TIME}", re.ASCII)
WORDED: Final = re.compile(
    rf"(?:(\d{{1,2}})(?:st|nd|rd|th)?([-/. ]?)([A-Za-z]{{3,9}})(?:\2|,?\s)"
    rf"|([A-Za-z]{{3,9}})[-/. ](\d{{1,2}})(?:st|nd|rd|th)?,?[-/. ](?=\d{{4}}))(\d{{4}}|\d\d){TIME}",
    re.ASCII | re.IGNORECASE,
)
"""A date whose month is a word: 30-May-12, 1st April 2015, April 1, 2015."""

DAYS: Final = re.compile(
    r"(?:(mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.]?\s+(.*)|(.*?)\s*(?:星期|周)([一二三四五六日天]))",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
"""A date with its day of the week: Wednesday, May 04, 2022; 2022年5月4日星期三."""

NAMED: Final = ("mon一", "tue二", "wed三", "thu四", "fri五", "sat六", "sun日天")
MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
YEAR: Final = 12
CENTURY: Final = 2000
SERIAL: Final = re.compile(r"\d{1,7}(?:\.\d+)?", re.ASCII)
FIRST_YEAR: Final = 1949
AHEAD: Final = 31
"""Days by which a payment may be ordered before its day."""

YEAR_ALONE: Final = re.compile(r"(?:199\d|20\d\d|2100)(?:\.0+)?年?", re.ASCII)
"""What is a year that nobody would take for a day: as a serial number it were one of 1905."""

MONTH_ALONE: Final = re.compile(
    r"(?:199\d|20\d\d|2100)(?:年(?:0?[1-9]|1[0-2])月(?:份)?|[-/.](?:0?[1-9]|1[0-2])|(?:0[1-9]|1[0-2]))", re.ASCII
)
"""What is a month: 2015年3月, 2015-03, 2015.3, 201503, which as a serial number were a day of the year 2451."""


def read(text: str) -> dt.date:
    """Return the date a file wrote; a time of day behind it is dropped.

    Accepted after folding full-width digits: 2015-03-01, 2015/3/1, 2015.3.1, 2015年3月1日, 20150301. A bare serial
    number is refused: it means 2022 or 2026 depending on a setting of the workbook that is not in the cell.

    Raises FormatError (`date-empty`, `date-year`, `date-month`, `date-serial`, `date-unreadable`, `date-impossible`).
    """
    plain = folded(text)
    if not plain:
        raise FormatError("date-empty")
    if weekday := DAYS.fullmatch(plain):
        return _weekday(read(weekday[2] or weekday[3]), weekday[1] or weekday[4], text)
    found = GRAMMAR.fullmatch(plain)
    if found is None:
        kinds = (("date-year", YEAR_ALONE), ("date-month", MONTH_ALONE), ("date-serial", SERIAL))
        key = next((key for key, pattern in kinds if pattern.fullmatch(plain)), "date-unreadable")
        raise FormatError(key, text=text)
    year, month, day = (int(part) for part in (found[1], *found.group(3, 4, 5, 6, 7, 8)) if part)
    return _date(year, month, day, text)


def is_month(text: str) -> bool:
    """Say whether a text is a month of a year, and no day."""
    return bool(MONTH_ALONE.fullmatch(folded(text)))


def _weekday(date: dt.date, said: str, text: str) -> dt.date:
    """Return a date of which a text says the day of the week. Raises FormatError (`date-impossible`) for another."""
    if said.lower() not in NAMED[date.weekday()]:
        raise FormatError("date-impossible", text=text)
    return date


def bare(text: str) -> str:
    """Return a date folded, without the day of the week."""
    plain = folded(text)
    weekday = DAYS.fullmatch(plain)
    return (weekday[2] or weekday[3]) if weekday else plain


def folded(text: str) -> str:
    """Return a date with its full-width characters folded and no blanks around it."""
    return text.translate(FOLDED).strip()


def _date(year: int, month: int, day: int, text: str) -> dt.date:
    """Return the day that a text names. Raises FormatError (`date-impossible`)."""
    try:
        date = dt.date(year, month, day)
    except ValueError as error:
        raise FormatError("date-impossible", text=text) from error
    if not FIRST_YEAR <= year <= FIRST_YEAR + 150:
        raise FormatError("date-impossible", text=text)
    return date


def reader(order: str) -> Callable[[str], dt.date]:
    """Return what reads the dates of a column in an order. A year of two digits is of this century.

    A month may be a word, 30-May-12, wherever the year does not come first. Raises as `read` does.
    """
    if order == ISO:
        return read

    def other(text: str) -> dt.date:
        plain = folded(text)
        if weekday := DAYS.fullmatch(plain):
            return _weekday(other(weekday[2] or weekday[3]), weekday[1] or weekday[4], text)
        if found := OTHER.fullmatch(plain):
            first, second, year = int(found[1]), int(found[3]), found[4]
            day, month = (first, second) if order == DAY else (second, first)
        elif (found := WORDED.fullmatch(plain)) and (month := _month(found[3] or found[4])):
            day, year = int(found[1] or found[5]), found[6]
        else:
            return read(text)
        return _date(int(year) + (CENTURY if len(year) == len("12") else 0), month, day, text)

    return other


def meant(text: str, *orders: str) -> dt.date | None:
    """Return the day that a cell means in one of some orders, or else in any; None where it is no date."""
    for order in orders or (DAY, MONTH):
        with suppress(FormatError):
            return reader(order)(text)
    return None


def passed(read: Callable[[str], dt.date], today: dt.date) -> Callable[[str], dt.date]:
    """Return what reads days on which something happened: what was ordered ahead may be a month from today.

    It raises FormatError (`date-ahead`) for one beyond, as of a year whose digits were mistaken.
    """
    last = today + dt.timedelta(days=AHEAD)

    def happened(text: str) -> dt.date:
        day = read(text)
        if day > last:
            raise FormatError("date-ahead", text=text.strip(), today=today.isoformat())
        return day

    return happened


def _month(word: str) -> int:
    """Return the number of a month by its English name, whole or its first letters; 0 for another word."""
    said = word.lower().removesuffix("t") if word.lower() == "sept" else word.lower()
    return next((at for at, name in enumerate(MONTHS, 1) if said in {name, name[:3]}), 0)


def proven(texts: Iterable[str], order: str, column: str) -> str:
    """Return the order of the dates of a named column, whose page says it, or that the column has to prove it.

    Raises FormatError: `date-order-mixed` where some dates can only be day first and others month first,
    `date-order-other` where the page says another one, `date-order-unproven` where all of them can be both.
    """
    witness: dict[str, str] = {}
    both = ""
    for text in texts:
        if found := OTHER.fullmatch(bare(text)):
            first, second = int(found[1]), int(found[3])
            if first > YEAR >= second:
                witness.setdefault(DAY, text)
            elif second > YEAR >= first:
                witness.setdefault(MONTH, text)
            elif first != second:
                both = both or text
    if len(witness) > 1:
        raise FormatError("date-order-mixed", column=column, day=witness[DAY], month=witness[MONTH])
    known = next(iter(witness), "")
    if order == PROVEN and both and not known:
        raise FormatError("date-order-unproven", column=column, text=both)
    if order != PROVEN and known not in {"", order}:
        raise FormatError("date-order-other", column=column, text=witness[known])
    return (known or DAY) if order == PROVEN else order
