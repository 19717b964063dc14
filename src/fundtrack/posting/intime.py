"""When a quota line may be acted on: in its year, and until the last day on which it may be spent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fundtrack.errors import UsageError

if TYPE_CHECKING:
    from datetime import date as Date  # noqa: N812 - `date` is what acts call their day

    from fundtrack.chart.model import Quota


def refuse_other_year(line: Quota, date: Date) -> None:
    """Refuse an act on a line on a day of another year. Raises UsageError (`quota-year`)."""
    if date.year != line.year:
        raise UsageError("quota-year", number=line.number, year=line.year, date=date)


def is_expired(line: Quota, date: Date) -> bool:
    """Return whether a day is behind the last on which a line may be spent."""
    return line.expires is not None and date > line.expires


def refuse_expired(line: Quota, date: Date) -> None:
    """Refuse what is left of a line after its last day: it is only taken back. Raises UsageError (`apply-expired`)."""
    if is_expired(line, date):
        raise UsageError("apply-expired", number=line.number, expires=line.expires, date=date)
