"""A planted fault: where it must be found, and what else follows from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from planting.county import Fund, Project
from planting.directives import Entry, Voucher

if TYPE_CHECKING:
    from planting.sound import Sound

Place = Voucher | Entry | Project | Fund
"""Where a finding stands: at a voucher or an entry, or for a project or fund of its own, wherever it is shown."""


class Statement(NamedTuple):
    """The line of the bank's statement that belongs to a voucher."""

    of: Voucher


class Fault(NamedTuple):
    """A fault is found at its place; `also` are findings that may follow from it: the check, where, and why."""

    at: Place | Statement
    also: tuple[tuple[str, Place | Statement, str], ...] = ()


Planter = Callable[["Sound"], Fault]
PLANTERS: Final[dict[str, Planter]] = {}


def plants(check: str) -> Callable[[Planter], Planter]:
    """Say of which check a planter plants the fault."""

    def known(planter: Planter) -> Planter:
        PLANTERS[check] = planter
        return planter

    return known


def key(place: Place | Statement) -> tuple[str, str | int]:
    """Return how a place is known: by line, or by the fund or project."""
    if isinstance(place, Fund):
        return "fund", place.code
    if isinstance(place, Project):
        return "project", place.code
    if isinstance(place, Statement):
        assert place.of.statement
        return "line", place.of.statement.line
    return "line", place.line
