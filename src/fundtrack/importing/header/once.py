"""What a table says once for all its rows, of which each needs it: the day of a batch, the use of a ledger."""

from __future__ import annotations

import re
from collections import deque
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.book.clock import today
from fundtrack.errors import FormatError
from fundtrack.importing.layout import AMOUNTS
from fundtrack.importing.source import Source
from fundtrack.importing.values import cells, dates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from fundtrack.importing.header.heading import Heading
    from fundtrack.importing.layout import Layout

DAY: Final = r"\s*[-_:：]?\s*(\d{4}(?:年\d{1,2}月\d{1,2}日|([-.])\d{1,2}\2\d{1,2}|\d{4}))(?!\d)"
"""How a file's name says a day behind a label: 发放日期2015-07-10."""

FOOT: Final = 20
"""So many rows at the end of a table may be its foot."""

MONTHS: Final = ("发放月份", "补贴月份", "所属月份", "月份")
"""What a list calls the month that it is for, which is not the day on which it was paid."""


class Dated(NamedTuple):
    """Under which label the day of all rows was found, what stands there, and which label the page names first."""

    label: str
    text: str
    first: str


def in_name(columns: Mapping[str, Source], name: str) -> dict[str, Source]:
    """Return columns with what the name of a file says of them; of a day above the table, behind the same label."""
    found = {field: source.in_file(name) for field, source in columns.items()}
    date = found["date"] if "date" in found else Source()
    said = filter(None, (re.search(re.escape(label) + DAY, name) for label in date.labels))
    if named := next(said, None):
        found["date"] = replace(date, constant=named[1])
    return found


def dated(layout: Layout, head: Heading, below: Callable[[], Iterable[list[str]]]) -> Layout:
    """Return a layout as it stands for a table that says its day once: in the file's name, above it, or at its foot.

    A column that is called as the day is comes before. The first of the page's labels that says anything decides,
    whether above or `below` the header. Raises FormatError: `day-unsaid` where none does, `day-month` where there is
    only a month, `day-differs` where name and table say two, and what is wrong with one that the name says.
    """
    date = layout.columns["date"]
    column = next((label for label in date.labels if cells.column(label)[0] in head.index), "")
    if column or not date.labels:
        return replace(layout, columns={**layout.columns, "date": Source((column,))}) if column else layout
    read = dates.reader(layout.dates)
    label, text = _said(date.labels[:1] if date.constant else date.labels, layout, head, below)
    named = dates.passed(read, today())(date.constant) if date.constant else None
    said = None
    with suppress(FormatError):
        said = read(text)
    if named is None and said is None:
        raise _unsaid(label or date.label, text, head)
    if named and said and named != said:
        raise FormatError("day-differs", label=label, text=text, named=date.constant)
    found = replace(date, constant=date.constant or text, labels=date.labels if named else (label,))
    return replace(layout, columns={**layout.columns, "date": found})


def _said(
    labels: Sequence[str], layout: Layout, head: Heading, below: Callable[[], Iterable[list[str]]]
) -> tuple[str, str]:
    """Return the first label that says something, and what; the foot is looked at where nothing above it says more."""
    foot: Heading | None = None
    for label in labels:
        if above := head.beside(label):
            return label, above
        foot = foot or _foot(layout, head, below())
        if beneath := foot.beside(label):
            return label, beneath
    return "", ""


def _foot(layout: Layout, head: Heading, below: Iterable[list[str]]) -> Heading:
    """Return a table as if its last rows stood above it: those in which nothing stands for an amount."""
    amounts = [head.index[cells.column(name)[0]] for field in AMOUNTS if field in layout.columns
               for name in layout.columns[field].columns]  # fmt: skip
    rows = (row for row in deque(below, maxlen=FOOT) if not any(row[at].strip() for at in amounts if at < len(row)))
    return replace(head, above=tuple(enumerate(rows)))


def _unsaid(label: str, text: str, head: Heading) -> FormatError:
    """Return why a table says no day: there is none, or only a month."""
    if dates.is_month(text):
        return FormatError("day-month", label=label, of=label)
    month = next((name for name in MONTHS if not text and (name in head.index or head.beside(name))), "")
    return (
        FormatError("day-month", label=label, of=month)
        if month
        else FormatError("day-unsaid", label=label, text=text or "–")
    )


def refuse_silence(layout: Layout, head: Heading) -> None:
    """Refuse a table that has to say its use, and does so nowhere: raises FormatError (`use-unsaid`)."""
    use = layout.columns.get("use")
    if use and use.labels and "use" in layout.needed and not head.says(use):
        raise FormatError("use-unsaid", label=use.label)
