"""Complete what the writer of a ledger left to Beancount: elided amounts, costs and lots, and `pad`.

All of it is Beancount's own arithmetic; no plugin is run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from beancount.core import convert, interpolate
from beancount.ops import pad as padding
from beancount.parser import booking

from fundtrack.beantext.parse import problems
from fundtrack.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from decimal import Decimal

    from beancount.core.data import BeancountError

    from fundtrack.beantext.directives import Amount, Directive, Options, Posting
    from fundtrack.beantext.parse import Parsed, Problem

    Transform = Callable[[list[Directive], Options], tuple[list[Directive], Sequence[BeancountError]]]


class Position(Protocol):
    """A sum of one unit, as Beancount's inventories yield it."""

    @property
    def units(self) -> Amount:
        """Its number and unit."""


@dataclass(frozen=True, slots=True)
class Booked:
    """Complete directives in Beancount's order, and what Beancount objected to while reading and booking them."""

    entries: list[Directive]
    options: Options
    errors: tuple[Problem, ...]


def book(parsed: Parsed) -> Booked:
    """Fill in elided amounts, match lots and apply `pad`; what cannot be booked is an error, its postings left out.

    Raises UsageError (`ledger-unbookable`) where Beancount's arithmetic itself gives up.
    """
    path = str(parsed.options["filename"])
    transforms = (cast("Transform", booking.book), cast("Transform", padding.pad))
    entries = parsed.entries
    errors = list(parsed.errors)
    try:
        for transform in transforms:
            entries, found = transform(entries, parsed.options)
            errors += problems(found, path)
    except (ArithmeticError, ValueError, AssertionError) as error:
        raise UsageError("ledger-unbookable", path=path, why=f"{type(error).__name__} {error}") from error
    return Booked(entries, parsed.options, tuple(errors))


def weight(posting: Posting) -> Amount:
    """Return what a booked posting counts for in its transaction: its units, or their cost, or their price."""
    return cast("Callable[[Posting], Amount]", convert.get_weight)(posting)


def residual(postings: Iterable[Posting]) -> dict[str, Decimal]:
    """Return what is left over of booked postings, by unit; nothing for a unit that sums to zero."""
    compute = cast("Callable[[Iterable[Posting]], Iterable[Position]]", interpolate.compute_residual)
    return {left.units.currency: cast("Decimal", left.units.number) for left in compute(postings)}


def tolerances(postings: Sequence[Posting], options: Options) -> dict[str, Decimal]:
    """Return how far from zero Beancount lets a transaction be, by unit; a unit that is absent must be exactly zero."""
    infer = cast("Callable[[Sequence[Posting], Options], dict[str, Decimal]]", interpolate.infer_tolerances)
    return dict(infer(postings, options))
