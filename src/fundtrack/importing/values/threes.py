"""Three digits behind a point: thousands, or decimals? All amounts of a table decide, where its page does not say.

They are asked only when one is met that may be either: few files have any.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from fundtrack import money
from fundtrack.errors import FormatError
from fundtrack.importing.values.cells import Number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Below = Callable[[], Iterable[Sequence[str]]]
    """Gives the rows below a header once more."""

THREES: Final = re.compile(r"[^\d.．,，]*[1-9１-９]\d{0,2}[.．]\d{3}[^\d.．,，]*")
"""An amount that may be thousands as well as three decimals; no thousands begin with 0."""

POINTED: Final = re.compile(r"\d[.．,，]\d")


def accepted(_cell: str) -> None:
    """Doubt no amount."""


def doubted(unit: str, decimal: str, counted: Callable[[], Iterable[int]], below: Below) -> Callable[[str], None]:
    """Return what refuses an amount that may be read either way: it raises FormatError (`amount-threes`).

    `counted` gives the places of amounts. A page says by `decimal` what stands before decimals; in a unit of more or
    less than one, three of them are usual.
    """
    if decimal or money.factor(unit) != 1:
        return accepted

    @cache
    def proven() -> bool:
        places = [*counted()]
        return any(_proves(row[place], unit) for row in below() for place in places if place < len(row))

    def doubt(cell: str) -> None:
        if THREES.fullmatch(cell) and not proven():
            raise FormatError("amount-threes", text=str(cell))

    return doubt


def _proves(cell: str, unit: str) -> bool:
    """Say whether an amount has a point before its decimals, or a comma between its thousands, for sure."""
    if isinstance(cell, Number) or not POINTED.search(cell) or THREES.fullmatch(cell):
        return False
    try:
        money.parse(cell, unit)
    except FormatError as error:
        return error.key == "amount-fraction"
    return True
