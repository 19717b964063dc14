"""What a table says of its currency beyond what its page reads: a row in another one is never taken for the page's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fundtrack.importing import cells, movement
from fundtrack.importing.fields import NOTHING
from fundtrack.importing.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from fundtrack.importing.heading import Heading
    from fundtrack.importing.layout import Layout

NAMED: Final = re.compile(
    r".*currency(?:code|unit|name|iso|iso4217|type|symbol)?|currencyof.*|cc?y|curr|.*(?:币种|币别|币制|货币)(?:代码|名称|类型)?"
)
"""The name of a column of currencies, in the form of `cells.loose`."""

LABELS: Final = ("币种", "币别", "货币", "货币种类", "Currency")
"""What stands before the one currency of a table above its header."""

WORD: Final = re.compile(r"([^\W\d_]+|[$£€¥])")
ALL: Final = frozenset({"", "全部", "所有", "全部币种", "所有币种", "all"})
"""What is said of a table that may be in any currency: which one its rows are in, it does not say."""


def unread(layout: Layout, heading: Heading) -> tuple[Source, ...]:
    """Return what says a currency and is not read by the page: columns, or else what stands above the header.

    A page that reads one says by that which of several is the amount's.
    """
    if layout.currency_column:
        return ()
    read = {cells.column(name)[0] for source in layout.sources for name in source.columns}
    named = (name for name in dict.fromkeys(heading.names) if name and name not in read)
    if found := tuple(Source((name,)) for name in named if NAMED.fullmatch(cells.loose(name))):
        return found
    said = ((label, WORD.search(heading.beside(label))) for label in LABELS)
    return tuple(Source(label=label, pattern=WORD) for label, one in said if one and one[1].casefold() not in ALL)


def reader(currency: str) -> Callable[[str], str]:
    """Return what reads a currency that the page says for all its rows: empty is none other.

    It raises FormatError (`currency-other`) for another one.
    """
    read = movement.currency(currency)
    return lambda cell: "" if cell.strip() in NOTHING else read(cell)
