"""What a table says once for all its rows, of which each needs it: the day of a batch, the use of a ledger."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fundtrack.book.clock import today
from fundtrack.errors import FormatError
from fundtrack.importing import cells, dates
from fundtrack.importing.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fundtrack.importing.heading import Heading
    from fundtrack.importing.layout import Layout

DAY: Final = r"\s*[-_:：]?\s*(\d{4}(?:年\d{1,2}月\d{1,2}日|([-.])\d{1,2}\2\d{1,2}|\d{4}))(?!\d)"
"""How a file's name says a day behind a label: 发放日期2015-07-10."""


def in_name(columns: Mapping[str, Source], name: str) -> dict[str, Source]:
    """Return columns with what the name of a file says of them; of a day above the table, behind the same label."""
    found = {field: source.in_file(name) for field, source in columns.items()}
    date = found["date"] if "date" in found else Source()
    if date.label and (said := re.search(re.escape(date.label) + DAY, name)):
        found["date"] = replace(date, constant=said[1])
    return found


def dated(layout: Layout, head: Heading) -> Layout:
    """Return a layout as it stands for a table that says its day once: above it, in the file's name, or in a column.

    Raises FormatError: `day-unsaid` where it does not, `day-differs` where name and table say two, and what is wrong
    with one that the name says.
    """
    date = layout.columns["date"]
    if not date.label:
        return layout
    if cells.column(date.label)[0] in head.index:
        return replace(layout, columns={**layout.columns, "date": Source((date.label,))})
    read, above = dates.reader(layout.dates), head.beside(date.label)
    named = dates.passed(read, today())(date.constant) if date.constant else None
    said = None
    with suppress(FormatError):
        said = read(above)
    if named is None and said is None:
        raise FormatError("day-unsaid", label=date.label, text=above or "–")
    if named and said and named != said:
        raise FormatError("day-differs", label=date.label, text=above, named=date.constant)
    return replace(layout, columns={**layout.columns, "date": replace(date, constant=date.constant or above)})


def refuse_silence(layout: Layout, head: Heading) -> None:
    """Refuse a table that has to say its use, and does so nowhere: raises FormatError (`use-unsaid`)."""
    use = layout.columns.get("use")
    if use and use.label and "use" in layout.needed and not head.beside(use.label):
        raise FormatError("use-unsaid", label=use.label)
