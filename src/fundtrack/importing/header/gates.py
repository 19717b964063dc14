"""What a row must say for its money to be taken as it stands: that it moved, that it stayed, and in which currency."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fundtrack.errors import FormatError
from fundtrack.importing import movement
from fundtrack.importing.header import called, channels, currencies, statuses
from fundtrack.importing.values import cells
from fundtrack.importing.values.fields import NOTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fundtrack.importing.layout import Layout
    from fundtrack.importing.source import Source

ZERO: Final = re.compile(r"[¥￥]?0+(?:\.0*)?", re.ASCII)


def gates(layout: Layout) -> Iterator[tuple[str, Source, Callable[[str], str]]]:
    """Give the columns of a layout that gate its rows, by a name each, and what reads a cell or raises FormatError.

    The names of those that say a currency begin with `currency`.
    """
    moved = layout.movement
    if moved.status:
        yield "status", moved.status, movement.settled(moved)
    if moved.refunded:
        yield "refunded", moved.refunded, kept
    if layout.currency_column:
        yield "currency", layout.currency_column, movement.currency(layout.book)
    for nth, source in enumerate(layout.currencies):
        yield f"currency {nth}", source, currencies.reader(layout.currency)
    for nth, source in enumerate(layout.statuses):
        yield f"status {nth}", source, statuses.reader(layout, source.name)
    for nth, (field, source) in enumerate(layout.named):
        yield f"{field} {nth}", source, channels.silent(field)
    for nth, source in enumerate(layout.called):
        yield f"called {nth}", source, called.reader(layout, source)


def kept(cell: str) -> str:
    """Read what of a payment was paid back, which is nothing. Raises FormatError (`paid-back`) for any more."""
    said = cells.text(cell)
    if said not in NOTHING and not ZERO.fullmatch(said):
        raise FormatError("paid-back", text=said)
    return ""
