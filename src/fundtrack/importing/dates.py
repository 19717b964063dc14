"""Dates as files write them: one strict grammar, no guess about day and month."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from fundtrack.errors import FormatError

FOLDED: Final = str.maketrans("０１２３４５６７８９／．－：　\u00a0", "0123456789/.-:  ")
TIME: Final = r"(?:[T ]+\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?)?"
GRAMMAR: Final = re.compile(
    rf"(\d{{4}})(?:([-/.])(\d{{1,2}})\2(\d{{1,2}})|年(\d{{1,2}})月(\d{{1,2}})日|(\d\d)(\d\d)){TIME}", re.ASCII
)
SERIAL: Final = re.compile(r"\d{1,7}(?:\.\d+)?", re.ASCII)
FIRST_YEAR: Final = 1949


def read(text: str) -> dt.date:
    """Return the date a file wrote; a time of day behind it is dropped.

    Accepted after folding full-width digits: 2015-03-01, 2015/3/1, 2015.3.1, 2015年3月1日, 20150301. A bare serial
    number is refused: it means 2022 or 2026 depending on a setting of the workbook that is not in the cell.

    Raises FormatError (`date-empty`, `date-serial`, `date-unreadable`, `date-impossible`).
    """
    folded = text.translate(FOLDED).strip()
    if not folded:
        raise FormatError("date-empty")
    found = GRAMMAR.fullmatch(folded)
    if found is None:
        raise FormatError("date-serial" if SERIAL.fullmatch(folded) else "date-unreadable", text=text)
    year, month, day = (int(part) for part in (found[1], *found.group(3, 4, 5, 6, 7, 8)) if part)
    try:
        date = dt.date(year, month, day)
    except ValueError as error:
        raise FormatError("date-impossible", text=text) from error
    if not FIRST_YEAR <= year <= FIRST_YEAR + 150:
        raise FormatError("date-impossible", text=text)
    return date
