"""Which page a file fits, tried by reading all of it: how many of its rows make something, or why it cannot be read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fundtrack import money
from fundtrack.errors import FormatError, FundtrackError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from fundtrack.errors import Language
    from fundtrack.importing.body.blocks import Row
    from fundtrack.importing.body.totals import Differing
    from fundtrack.importing.body.unseen import Unseen
    from fundtrack.importing.importer import Importer, Peek

PAID: Final = frozenset({"disbursement", "advance"})
"""What is paid to somebody, whom a row has to name."""

MOST: Final = 2
"""Of so many rows one at least has to make something, for a page to fit."""


class Fit(NamedTuple):
    """How a file reads through a page: its rows of data, how many make something, their sum and span, and what not.

    `differing` are the totals that it prints and that are not the sum of their rows; `unseen` is what of its sheets a
    workbook hides, and is read.
    """

    page: str
    rows: int = 0
    sound: int = 0
    amount: int = 0
    aside: int = 0
    dates: tuple[str, str] = ("", "")
    total: int | None = None
    agrees: bool | None = None
    reasons: Mapping[str, int] = Counter()
    error: FundtrackError | None = None
    differing: tuple[Differing, ...] = ()
    unseen: tuple[Unseen, ...] = ()

    @property
    def fits(self) -> bool:
        """Say whether it is read, and most of its rows make something."""
        return self.error is None and 0 < self.rows <= self.sound * MOST

    def record(self, language: Language) -> dict[str, Any]:
        """Return it for a machine."""
        return {
            "page": self.page,
            "fits": self.fits,
            "rows": self.rows,
            "sound": self.sound,
            "not_data": self.aside,
            "amount": money.plain(self.amount),
            "dates": list(self.dates) if any(self.dates) else [None, None],
            "printed_total": None if self.total is None else money.plain(self.total),
            "printed_total_agrees": self.agrees,
            "totals_differing": [total.record() for total in self.differing],
            "hidden": [one.record() for one in self.unseen],
            "reasons": dict(self.reasons),
            "error": self.error.text(language) if self.error else "",
        }


def fits(seen: Peek, importers: Iterable[Importer], currency: str) -> Iterator[Fit]:
    """Give how a file reads through every page that recognises it; a page of a family stands behind the others.

    A page whose files are in another currency than the book reads nothing for it.
    """
    found = [importer for importer in importers if importer.recognise(seen)]
    for importer in sorted(found, key=lambda one: one.layout.general):
        of = importer.layout.currency
        other = of != currency and not importer.layout.register
        error = FormatError("file-currency", path=seen.path, currency=of, book=currency) if other else None
        yield Fit(importer.name, error=error) if error else fit(seen.path, importer)


def fit(path: Path, importer: Importer) -> Fit:
    """Return how a file reads through a page."""
    rows = sound = amount = aside = 0
    reasons: Counter[str] = Counter()
    try:
        reading = importer.candidates(path)
        for row in reading:
            if row.state != "data":
                aside += 1
                continue
            why = _why(row)
            rows, amount, sound = rows + 1, amount + (row.amount or 0), sound + (not why)
            reasons.update(why)
    except FundtrackError as error:
        return Fit(importer.name, error=error)
    days = sorted({day for sheet in reading.sheets for day in reading.dates_of(sheet)})
    span = (days[0], days[-1]) if days else ("", "")
    total, agrees = reading.printed_total, reading.printed_total_agrees
    differing = tuple(one for sheet in reading.sheets for one in reading.differing_of(sheet))
    unseen = tuple(found for sheet in reading.sheets if (found := reading.unseen_of(sheet)))
    return Fit(importer.name, rows, sound, amount, aside, span, total, agrees, reasons, None, differing, unseen)


def _why(row: Row) -> set[str]:
    """Return why a row of data makes nothing."""
    if row.problems:
        return {error.key for error in row.problems}
    if row.candidate and row.candidate.kind in PAID and not row.candidate.payee:
        return {"payee-missing"}
    return set()
