"""Complete what the writer of a ledger left to Beancount: elided amounts, costs and lots, and `pad`.

All of it is Beancount's own arithmetic; no plugin is run.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol, cast

from beancount.core import convert, interpolate
from beancount.ops import pad as padding
from beancount.parser import booking

from fundtrack.beantext.directives import Custom, Transaction
from fundtrack.beantext.parse import problems
from fundtrack.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

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
    """Fill in elided amounts, match lots and apply `pad`; no plugin is run.

    What cannot be booked is an error: Beancount leaves its postings out, and we the transactions that it leaves
    incomplete. Raises UsageError (`ledger-unbookable`) where Beancount's arithmetic itself gives up.
    """
    path = str(parsed.options["filename"])
    fill, pad = cast("Transform", booking.book), cast("Transform", padding.pad)
    try:
        entries, unbooked = fill(parsed.entries, parsed.options)
        entries, unpadded = pad([_with_values(entry) for entry in entries if _complete(entry)], parsed.options)
    except (ArithmeticError, AssertionError) as error:
        why = type(error).__name__ if isinstance(error, ArithmeticError) else str(error).rstrip(".")
        raise UsageError("ledger-unbookable", path=path, why=why) from error
    errors = (*parsed.errors, *problems(unbooked, path), *problems(unpadded, path))
    return Booked(entries, parsed.options, errors)


def _complete(entry: Directive) -> bool:
    """Return whether nothing is missing from a directive: every posting has a number to weigh it by."""
    return not isinstance(entry, Transaction) or all(isinstance(weight(leg).number, Decimal) for leg in entry.postings)


def _with_values(entry: Directive) -> Directive:
    """Return a directive that Beancount's `pad` can read: it stumbles over a `custom` without values."""
    return entry._replace(values=[]) if isinstance(entry, Custom) and not entry.values else entry


def weight(posting: Posting) -> Amount:
    """Return what a booked posting counts for in its transaction: its units, or their cost, or their price."""
    return cast("Callable[[Posting], Amount]", convert.get_weight)(posting)


def residual(postings: Iterable[Posting]) -> dict[str, Decimal]:
    """Return what is left over of booked postings, by unit; nothing for a unit that sums to zero."""
    compute = cast("Callable[[Iterable[Posting]], Iterable[Position]]", interpolate.compute_residual)
    return {left.units.currency: cast("Decimal", left.units.number) for left in compute(postings)}


def tolerances(postings: Sequence[Posting], options: Options) -> dict[str, Decimal]:
    """Return how far from zero Beancount lets a transaction be, by unit; `get` has a default for units without one."""
    infer = cast("Callable[[Sequence[Posting], Options], dict[str, Decimal]]", interpolate.infer_tolerances)
    return infer(postings, options)
