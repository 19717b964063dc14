"""Figures as people read them: what a check compared and the thresholds it went by, each in its own unit.

A page says with `unit` in what a threshold is counted, and with `compared` what it compares where that is no money.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from fundtrack import money
from fundtrack.errors import message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fundtrack.errors import Language

UNITS: Final[Mapping[str, int]] = {"fen": 2, "days": 0, "percent": 0, "hundredths": 2, "area": 2, "households": 0}
"""What thresholds and figures are counted in, and how many of the last digits of a threshold are decimals."""

MONEY: Final = "fen"

IN_BRACKETS: Final = re.compile(r"\s*[(（][^()（）]*[)）]$")
"""The unit that a page repeats in brackets behind what a threshold means."""


def thresholds(front: Mapping[str, Any], values: Mapping[str, int | str], language: Language) -> Iterator[str]:
    """Yield each threshold in words: what it means, how much it is, and the name under which it is set."""
    for name, value in values.items():
        said, unit = front.get("parameters", {}).get(name), unit_of(front, name)
        if about := IN_BRACKETS.sub("", str(said.get(language, ""))) if isinstance(said, dict) else "":
            yield message("threshold-said", language, about=about, value=threshold(value, unit, language), name=name)
        else:
            yield f"{name} = {threshold(value, unit, language)}"


def unit_of(front: Mapping[str, Any], name: str) -> str:
    """Return in what a threshold of a page is counted."""
    said = front.get("parameters", {}).get(name)
    return str(said.get("unit", "")) if isinstance(said, dict) else ""


def threshold(value: int | str, unit: str, language: Language) -> str:
    """Return how much a threshold is."""
    if not isinstance(value, int) or unit not in UNITS:
        return str(value)
    return message(f"in-{unit}", language, value=money.grouped(value, UNITS[unit]))


def compared_in(front: Mapping[str, Any], unit: str) -> str:
    """Return in what a check counts what it compares: money of a `unit`, unless its page says otherwise."""
    said = str(front.get("compared", ""))
    if said or not {"actual", "expected"} & set(front.get("amounts", ("amount",))):
        return said
    return MONEY if unit else ""


def figure(value: str, counted: str, unit: str, language: Language) -> str:
    """Return a figure that was compared, a decimal string, with what it is counted in."""
    number = f"{Decimal(value):,}"
    if counted == MONEY:
        return f"{number} {unit}".rstrip()
    return message(f"in-{counted}", language, value=number) if counted else number


def counted_in(counted: str, unit: str, language: Language) -> str:
    """Return the word for what figures are counted in: that of the money, or what `in-…` adds to a number."""
    return unit if counted == MONEY else message(f"in-{counted}", language, value="").strip() if counted else ""


def arithmetic(compared: Mapping[str, str], counted: str, unit: str, language: Language) -> str:
    """Return what was compared as one line of arithmetic: `actual`, `expected` and, of numbers, their `difference`."""
    said = [compared[name] for name in ("actual", "expected") if compared[name]]
    if not compared["difference"]:
        return " / ".join(said)
    actual, expected, difference = (
        figure(compared[name], counted, unit, language) for name in ("actual", "expected", "difference")
    )
    return f"{actual} − {expected} = {difference}"
