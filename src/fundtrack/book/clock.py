"""What day it is: the one door through which a day that was not named comes in."""

from __future__ import annotations

import datetime as dt
import os

from fundtrack.errors import UsageError


def today() -> dt.date:
    """Return the day where the person is, or the one that FUNDTRACK_TODAY asks about.

    It dates what no date was given for, and says which waivers are in force. When something was recorded is never
    taken from here, and nothing is recorded under another day. Raises UsageError (`today-no-date`).
    """
    return asked_day() or dt.datetime.now().astimezone().date()


def asked_day() -> dt.date | None:
    """Return the other day that FUNDTRACK_TODAY asks about. Raises UsageError (`today-no-date`)."""
    asked = os.environ.get("FUNDTRACK_TODAY", "")
    try:
        return dt.date.fromisoformat(asked) if asked else None
    except ValueError as error:
        raise UsageError("today-no-date", date=asked) from error


def refuse_another_day() -> None:
    """Refuse to record anything while another day is asked about. Raises UsageError (`today-asked`)."""
    if day := asked_day():
        raise UsageError("today-asked", date=day.isoformat())
