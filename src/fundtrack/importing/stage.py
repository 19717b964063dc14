"""From the rows of a file to staged candidates: what each row would debit and credit, and which of its twins it is."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from fundtrack.errors import LANGUAGES, UsageError
from fundtrack.posting.draft import MONEY_IN, Leg
from fundtrack.posting.kinds import SIDES, kind_of_payment, simple_entry
from fundtrack.posting.post import natural_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fundtrack.chart.model import Chart
    from fundtrack.checking import Finding
    from fundtrack.errors import FundtrackError
    from fundtrack.importing.columns import Candidate
    from fundtrack.importing.table import Row
    from fundtrack.posting.draft import Kind

    Keyed = tuple[Row, str, int]

Reason = dict[str, str]
"""Why a row was not posted: `check`, and the sentence and remedy in both languages."""


@dataclass(slots=True)
class Held:
    """A row that is kept as a row: it was not posted, or had been before."""

    sheet: str
    row: int
    state: str
    reasons: list[Reason]
    cells: list[str]
    amount: int | None
    natural_key: str = ""
    occurrence: int = 1


NOT_DATA: Final = {
    "blank": "not-data-blank",
    "header": "not-data-header",
    "preamble": "not-data-preamble",
    "total": "not-data-total",
    "note": "not-data-note",
    "sheet": "not-data-sheet",
}
"""The message that says why a row is not data."""


def _held(row: Row, state: str, reasons: list[Reason], key: str = "", occurrence: int = 1) -> Held:
    return Held(row.sheet, row.number, state, reasons, row.cells, row.amount, key, occurrence)


def reason(key: str, **details: object) -> Reason:
    """Return a reason that is a message of fundtrack's own."""
    return reason_of_error(UsageError(key, **details))


def reason_of_error(error: FundtrackError) -> Reason:
    """Return what is wrong with a row as its reason."""
    return {
        "check": error.key,
        **{language: error.text(language) for language in LANGUAGES},
        **{f"remedy-{language}": error.remedy(language) for language in LANGUAGES},
    }


def reason_of(finding: Finding) -> Reason:
    """Return a finding as the reason of a row."""
    return {
        "check": finding.check,
        "en": finding.messages["en"],
        "zh": finding.messages["zh"],
        "remedy-en": finding.remedies["en"],
        "remedy-zh": finding.remedies["zh"],
    }


def keyed(rows: Iterable[Row], key: bytes) -> Iterator[Keyed]:
    """Give each row of a file with its natural key and which of its twins it is, on whatever sheet they stand.

    One that cannot be read is known by its cells. Cells hold no control characters.
    """
    seen: Counter[str] = Counter()
    for row in rows:
        if row.state == "not-data":
            yield row, "", 1
            continue
        found = row.candidate
        known_by = (found.source_account, *found.natural_key) if found else ("", *row.cells)
        natural = natural_key(key, "\x1f".join(known_by))
        seen[natural] += 1
        yield row, natural, seen[natural]


class Stager:
    """Makes staging rows of candidates, and remembers every row that makes none.

    Of the others it keeps only the row's number, so that a million rows cost little memory; `hold` reads the few that
    were refused once more.
    """

    def __init__(self, chart: Chart, version: int, first: int, batch: int) -> None:
        """Begin a batch whose vouchers are numbered from `first`."""
        self.chart, self.version, self.batch, self.first = chart, version, batch, first
        self.held: list[Held] = []
        self.numbers = array("q")
        self.read = self.unreadable = self.amount = 0
        self.dates: list[str] = []
        self.references: dict[int, str] = {}
        self._sides: dict[tuple[str, ...], tuple[str, tuple[str, str, str, str, int, int]]] = {}

    def row_of(self, voucher: int) -> int:
        """Return the number of the row that a candidate came from; 0 where it is none of this batch's."""
        at = voucher - self.first
        return self.numbers[at] if 0 <= at < len(self.numbers) else 0

    def staged(self, rows: Iterable[Keyed]) -> Iterator[tuple[Any, ...]]:
        """Give the staging row of every candidate; hold the others."""
        first, last = "9999-12-31", "0001-01-01"
        for row, key, occurrence in rows:
            self.read += 1
            candidate = row.candidate
            if candidate is None:
                self._hold(row, key, occurrence)
                continue
            self.amount += row.amount or 0
            missing = self._missing(candidate)
            if missing:
                self.held.append(_held(row, "quarantined", [reason(missing)], key, occurrence))
                continue
            date = candidate.date.isoformat()
            first, last = min(first, date), max(last, date)
            self.numbers.append(row.number)
            yield self._row(row, candidate, date, key, occurrence)
        self.dates = [first, last] if first <= last else []

    def hold(self, rows: Iterable[Keyed], why: Mapping[int, tuple[str, list[Reason]]]) -> None:
        """Hold rows that were staged but not posted: read again, by number, with the state and reasons of each."""
        for row, key, occurrence in rows if why else ():
            if row.number in why:
                state, reasons = why[row.number]
                self.held.append(_held(row, state, reasons, key, occurrence))

    def _hold(self, row: Row, key: str, occurrence: int) -> None:
        """Hold a row that is not data, or that cannot be read."""
        if row.state == "not-data":
            self.held.append(_held(row, "not-data", [reason(NOT_DATA[row.why])]))
            return
        self.unreadable += row.amount is None
        self.amount += row.amount or 0
        reasons = [reason_of_error(error) for error in row.problems]
        self.held.append(_held(row, "quarantined", reasons, key, occurrence))

    def _missing(self, candidate: Candidate) -> str:
        """Return why a row cannot even be a candidate: it does not say what it is charged to, nor cites what does."""
        kind = kind_of_payment(self.chart, cast("Kind", candidate.kind), candidate.payee)
        return "use-missing" if "use" in SIDES[kind] and kind != "refund" and not candidate.use else ""

    def _row(self, row: Row, candidate: Candidate, date: str, key: str, occurrence: int) -> tuple[Any, ...]:
        """Return a row of `checking.candidates.COLUMNS`: one entry, so the voucher's own row too."""
        c, voucher = candidate, self.first + len(self.numbers) - 1
        sides = (c.kind, c.fund, c.use_fund, c.use, c.bank, c.payee if c.payee in self.chart.intermediaries else "")
        kind, (debit_fund, debit, credit_fund, credit, red, outflow) = self._sides.get(sides) or self._debited(sides)
        if kind == "refund":
            self.references[voucher] = c.reference
        return (
            voucher, 1, c.fund, c.date.year, date, c.date.toordinal(), kind, c.project, c.payee, c.narration,
            c.document, c.bank, c.bank_ref, voucher, 0, 0, key, occurrence, self.batch, row.number,
            self.version, 1, outflow, "CNY", debit_fund, debit, credit_fund, credit, c.amount, red,
        )  # fmt: skip

    def _debited(self, sides: tuple[str, ...]) -> tuple[str, tuple[str, str, str, str, int, int]]:
        """Return the kind a row really is, and what it debits and credits; once for all rows alike."""
        kind, fund, use_fund, use, bank, payee = sides
        really = kind_of_payment(self.chart, cast("Kind", kind), payee)
        e = simple_entry(self.chart, really, 1, fund=fund, use=Leg(use_fund, use), bank=bank)
        outflow = int(really not in MONEY_IN and not e.red)
        self._sides[sides] = really, (*e.debit, *e.credit, e.red, outflow)
        return self._sides[sides]
