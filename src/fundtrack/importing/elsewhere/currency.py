"""What a table of another system says of its currency: a row in another than the page's is never taken for that."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fundtrack.errors import FormatError
from fundtrack.importing.header import currencies
from fundtrack.importing.values import cells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fundtrack.importing.elsewhere.form import Form
    from fundtrack.importing.header.heading import Heading

ORIGINAL: Final = re.compile(r"原币|外币|(?:foreign|original|transaction|entered)(?:currency)?(?:amount|debit|credit)")
"""What a column of amounts is called of which a currency beside it is said, where the books are kept in another."""

OWN: Final = re.compile(r"本位币|本币|local|functional|basecurrency|lcy")
"""What one is called that is in the currency of the books, whatever stands beside it."""


class Currency:
    """The columns of currencies that a page does not read."""

    def __init__(self, form: Form, head: Heading) -> None:
        """Find them. Raises FormatError (`currency-other`) where what stands above the header is another currency."""
        self._gates: list[tuple[int, str, Callable[[str], str]]] = []
        layout = form.layout
        amounts = (name for field in form.sides for name in layout.columns[field].columns)
        if any(OWN.search(cells.loose(name)) for name in amounts) or any(
            ORIGINAL.search(cells.loose(name)) for name in head.unread(layout)
        ):
            return
        own = cells.Memo(currencies.reader(layout.currency))
        for source in currencies.unread(layout, head):
            if source.constant:
                own[source.constant]
            self._gates += [(head.place(name), name, own.__getitem__) for name in source.columns]

    def wrong(self, row: list[str]) -> Iterator[FormatError]:
        """Give why a row is in another currency."""
        for place, name, read in self._gates:
            try:
                read(row[place])
            except FormatError as error:
                yield FormatError(error.key, **error.details, column=name)
