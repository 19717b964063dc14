"""Beancount's loader, spared the booking of ledgers that have nothing to book.

Booking matches lots and fills in what the writer left out. A ledger that we publish has neither, and booking it takes
a quarter of the time to load it, only to put every posting back as it was.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, cast

from beancount import loader
from beancount.parser import booking

from fundtrack.beantext.directives import Amount, Transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fundtrack.beantext.directives import Directive, Options, Posting

    Book = Callable[[list[Directive], Options], tuple[list[Directive], list[Any]]]

BEANCOUNTS: Final = cast("Book", booking.book)


def spare_booking() -> None:
    """Let the loader of this process, Beancount's own and so Fava's, book only where there is something to book."""
    # The loader looks `book` up in what it imported as `booking`.
    loader.booking = SimpleNamespace(book=book_if_needed)  # type: ignore[attr-defined, assignment]


def book_if_needed(entries: list[Directive], options: Options) -> tuple[list[Directive], list[Any]]:
    """Return directives as they are if booking would change none, otherwise as Beancount books them; and its errors.

    It is all or nothing: a lot anywhere may depend on any posting before it.
    """
    if all(not isinstance(entry, Transaction) or is_plain(entry.postings) for entry in entries):
        return entries, []
    return BEANCOUNTS(entries, options)


def is_plain(postings: Sequence[Posting]) -> bool:
    """Return whether postings are amounts alone, nothing left out, those of each unit together."""
    units: list[str] = []
    for posting in postings:
        amount: Any = posting.units
        if posting.cost is not None or posting.price is not None or not isinstance(amount, Amount):
            return False
        number, unit = amount
        if not isinstance(number, Decimal) or not isinstance(unit, str):
            return False
        units.append(unit)
    # Beancount would bring the postings of a unit together.
    return len(set(units)) == 1 or len(set(units)) == len([*groupby(units)])
