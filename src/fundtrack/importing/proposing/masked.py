"""A few rows of a file as a page may show them: who and what is replaced, when and how much stays as it is."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from fundtrack.importing.proposing import grid as cells_of
from fundtrack.importing.proposing.decimals import COMMA
from fundtrack.importing.values.cells import STROKES
from fundtrack.importing.values.fields import SWAPPED

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from fundtrack.importing.proposing.propose import Proposal

SHOWN: Final = 3
"""Rows of data that are shown, beside the first that is negative or cannot be read."""

FEW: Final = 12
"""A column of no more words than that is a list of terms, and not of persons or texts."""

HAN: Final = re.compile(r"[\u4e00-\u9fff]")
CALLED: Final[Mapping[str, tuple[str, str]]] = {
    "payee": ("Payee", "收款人"), "narration": ("Text", "摘要"), "fund": ("Fund", "资金"), "use": ("Use", "用途"),
    "project": ("Project", "项目"), "total": ("Total", "合计"),
}  # fmt: skip
"""What stands for a name in the sample, numbered, so that the same name has the same number."""

ACCOUNT: Final = "4500********0001"
READABLE: Final = {"date": cells_of.date, "amount-words": cells_of.is_written}
"""What says whether a cell is sound, and so stays as it is; of amounts that is whether it is a number."""


def sample(found: Proposal, telling: Collection[str] = (), words: Collection[str] = ()) -> str:
    """Return a few rows of the file, masked, as text in the form of the file; with a total where it prints one.

    Of a cell in the columns `telling` what a row is, one of the `words` that tell it is left.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=found.grid.delimiter, lineterminator="\n")
    for row in found.grid.raw_head:
        writer.writerow(row)
    rows = _chosen(found)
    cover = _Cover(found, telling, words)
    for row in [*map(cover.row, rows), _total(found, rows)]:
        if row:
            writer.writerow(_as_written(found, row))
    return out.getvalue()


def _as_written(found: Proposal, row: Sequence[str]) -> list[str]:
    """Return a row whose amounts have a comma before their decimals, where those of the file do."""
    turned = _amounts(found) if found.value("decimal") == COMMA else []
    return [cell.translate(SWAPPED) if at in turned else cell for at, cell in enumerate(row)]


def _amounts(found: Proposal) -> list[int]:
    """Return the places of the amounts."""
    columns = map(found.column, ("amount", "amount-in", "amount-out"))
    return [one.place for one in columns if one]


def _chosen(found: Proposal) -> list[Sequence[str]]:
    """Return the first rows with a date and an amount, and the first of another kind."""
    date, places = found.column("date"), _amounts(found)
    rows = [row for row in found.look.rows if len(row) >= max((*places, date.place if date else 0)) + 1]
    rows = [row for row in rows if date and row[date.place].strip()]
    first, others = rows[:SHOWN], rows[SHOWN:]
    negative = [row for row in others if any((cells_of.amount(row[at]) or 0) < 0 for at in places)][:1]
    unread = [row for row in others if date and cells_of.date(row[date.place]) is None][:1]
    return [*first, *negative, *(row for row in unread if row not in negative)]


class _Cover:
    """Masks rows: the same name is always replaced by the same one."""

    def __init__(self, found: Proposal, telling: Collection[str], words: Collection[str]) -> None:
        """Know what stands in which column."""
        self._telling, self._words = {of.place for name in telling if (of := found.look.of(name))}, words
        self._chinese = any(map(HAN.search, found.grid.names))
        self._width = len(found.grid.names)
        self._fields = {of.place: field for field in found.columns if (of := found.look.of(found.columns[field]))}
        self._plain = {of.place for topic in ("direction", "status", "currency") if (of := found.column(topic))}
        self._key = {of.place for name in found.key if (of := found.look.of(name))}
        several = {of.place: len(of.words()) for of in found.look.columns}
        self._terms = {place for place, field in self._fields.items()
                       if field in {"fund", "use"} and several[place] <= FEW}  # fmt: skip
        self._names: defaultdict[str, dict[str, int]] = defaultdict(dict)

    def row(self, row: Sequence[str]) -> list[str]:
        """Return a row masked."""
        cells = [*row[: self._width], *[""] * (self._width - len(row))]
        return [self._cell(at, cell) for at, cell in enumerate(cells)]

    def _cell(self, at: int, cell: str) -> str:
        """Return a cell masked."""
        field, bare = self._fields.get(at, ""), cell.strip()
        if not bare.strip(STROKES) or at in self._plain or at in self._terms:
            return " ".join(bare.split())
        if field == "date" or field.startswith("amount"):
            read = READABLE.get(field, cells_of.is_number)(cell)
            return bare if read else re.sub(r"[^\W_]", "#", bare)
        if at in self._telling and (told := next((word for word in self._words if word in bare), "")):
            return told
        if field == "payee-account":
            return ACCOUNT
        if field in {"balance", "payee-id"} or not (field or at in self._key):
            return ""
        return self._named(CALLED.get(field, ("N", "N"))[self._chinese], cell)

    def _named(self, word: str, cell: str) -> str:
        """Return a word with the number of a cell among those that it stands for."""
        known = self._names[word]
        return f"{word}{known.setdefault(' '.join(cell.split()), len(known) + 1)}"


def _total(found: Proposal, rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a total of rows as the file would print it; nothing where it prints none."""
    if not any(point.topic == "total" and point.state == "proven" for point in found.points):
        return []
    total = [""] * len(found.grid.names)
    for at in (places := _amounts(found)):
        total[at] = cells_of.figures(sum(cells_of.amount(row[at]) or 0 for row in rows))
    if 0 not in places and found.ends.bare is False:
        chinese = any(map(HAN.search, found.grid.names))
        total[0] = next(iter(found.ends.totals), CALLED["total"][chinese])
    return total
