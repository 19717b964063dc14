"""How far quota is executed (执行率), beside how much of its year is gone (时间进度).

Both are hundredths of a per cent: the rate rounded half up, as amounts are; of the time what is wholly gone. What was
taken back is no allotment any more. Within a year what was carried over was not executed in it, and what a year before
left is to be executed too; over several years that would count twice, in its year and in the next.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from fundtrack.chart.quota import ALLOTTED

if TYPE_CHECKING:
    from collections.abc import Mapping

WHOLE: Final = 10_000
"""A hundred per cent."""

RATES: Final = ("execution_rate", "time_elapsed")
"""What they are called, in this order."""


def due(moved: Mapping[str, int], *, of_a_year: bool) -> int:
    """Return which amount is to be executed, of what moved by kind of account, debits positive."""
    counted = {*ALLOTTED, "returned"} - {"reclaimed"} | (set() if of_a_year else {"carried-in"})
    return -sum(moved.get(f"quota-{status}", 0) for status in counted)


def rates(paid: int, of: int, year: int, day: dt.date) -> tuple[int | None, int | None]:
    """Return which part of an amount is paid, and which part of the year is gone; None where nothing is to be paid."""
    return ((2 * paid * WHOLE + of) // (2 * of), elapsed(year, day)) if of > 0 else (None, None)


def elapsed(year: int, day: dt.date) -> int:
    """Return which part of a year is gone at the end of a day."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    gone = min(max((day - first).days + 1, 0), (last - first).days + 1)
    return gone * WHOLE // ((last - first).days + 1)
