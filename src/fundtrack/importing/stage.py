"""From the rows of a file to staged candidates: what each row would debit and credit, and which of its twins it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fundtrack.errors import LANGUAGES, message
from fundtrack.posting.draft import MONEY_IN, Leg
from fundtrack.posting.kinds import SIDES, kind_of_payment, simple_entry
from fundtrack.posting.post import natural_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from fundtrack.chart.model import Chart
    from fundtrack.checking import Finding
    from fundtrack.importing.columns import Candidate
    from fundtrack.importing.table import Row

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


def reason(key: str, **details: object) -> Reason:
    """Return a reason that is a message of fundtrack's own."""
    said = {language: message(key, language, **details) for language in LANGUAGES}
    return {"check": key, "en": said["en"], "zh": said["zh"], "remedy-en": "", "remedy-zh": ""}


def reason_of(finding: Finding) -> Reason:
    """Return a finding as the reason of a row."""
    return {
        "check": finding.check,
        "en": finding.messages["en"],
        "zh": finding.messages["zh"],
        "remedy-en": finding.remedies["en"],
        "remedy-zh": finding.remedies["zh"],
    }


class Stager:
    """Makes staging rows of candidates, and remembers every row that makes none."""

    def __init__(self, chart: Chart, version: int, key: bytes, first: int, batch: int) -> None:
        """Begin a batch whose vouchers are numbered from `first`; `key` is the key of the natural keys."""
        self.chart, self.version, self.key, self.batch = chart, version, key, batch
        self.voucher = first - 1
        self.held: list[Held] = []
        self.rows: dict[int, Row] = {}
        self.keys: dict[int, tuple[str, int]] = {}
        self.read = self.unreadable = self.amount = 0
        self.dates: list[str] = []
        self.references: dict[int, str] = {}
        self.seen: Counter[str] = Counter()
        self._sides: dict[tuple[str, ...], tuple[str, tuple[str, str, str, str, int, int]]] = {}

    def staged(self, rows: Iterable[Row]) -> Iterator[tuple[Any, ...]]:
        """Give the staging row of every candidate; hold the others."""
        first, last = "9999-12-31", "0001-01-01"
        for row in rows:
            self.read += 1
            candidate = row.candidate
            if candidate is None:
                self._hold(row)
                continue
            self.amount += row.amount or 0
            key = natural_key(self.key, [candidate.source_account, *candidate.natural_key])
            self.seen[key] += 1
            missing = self._missing(candidate)
            if missing:
                self.held.append(
                    Held(
                        row.sheet,
                        row.number,
                        "quarantined",
                        [reason(missing)],
                        row.cells,
                        row.amount,
                        key,
                        self.seen[key],
                    )
                )
                continue
            date = candidate.date.isoformat()
            first, last = min(first, date), max(last, date)
            self.voucher += 1
            self.rows[self.voucher] = row
            self.keys[self.voucher] = (key, self.seen[key])
            yield self._row(row, candidate, date, key)
        self.dates = [first, last] if first <= last else []

    def _hold(self, row: Row) -> None:
        """Hold a row that is not data, or that cannot be read."""
        if row.state == "not-data":
            said = reason("not-data-" + row.why)
            self.held.append(Held(row.sheet, row.number, "not-data", [said], row.cells, None))
            return
        self.unreadable += row.amount is None
        self.amount += row.amount or 0
        reasons = [
            {
                "check": error.key,
                **{language: error.text(language) for language in LANGUAGES},
                **{f"remedy-{language}": error.remedy(language) for language in LANGUAGES},
            }
            for error in row.problems
        ]
        self.held.append(Held(row.sheet, row.number, "quarantined", reasons, row.cells, row.amount))

    def _natural_key(self, candidate: Candidate) -> str:
        content = json.dumps(
            [candidate.source_account, *candidate.natural_key], ensure_ascii=False, separators=(",", ":")
        )
        return hmac.digest(self.key, content.encode(), "sha256").hex()[:32]

    def _missing(self, candidate: Candidate) -> str:
        """Return why a row cannot even be a candidate: it does not say what it is charged to."""
        kind = kind_of_payment(self.chart, candidate.kind, candidate.payee)
        return "use-missing" if "use" in SIDES[kind] and not candidate.use else ""

    def _row(self, row: Row, candidate: Candidate, date: str, key: str) -> tuple[Any, ...]:
        """Return a row of `checking.candidates.COLUMNS`: one entry, so the voucher's own row too."""
        c, voucher = candidate, self.voucher
        sides = (c.kind, c.fund, c.use_fund, c.use, c.bank, c.payee if c.payee in self.chart.intermediaries else "")
        kind, (debit_fund, debit, credit_fund, credit, red, outflow) = self._sides.get(sides) or self._debited(sides)
        if c.reference:
            self.references[voucher] = c.reference
        return (
            voucher, 1, c.fund, c.date.year, date, c.date.toordinal(), kind, c.project, c.payee, c.narration,
            c.document, c.bank, c.bank_ref, voucher, None, None, key, self.seen[key], self.batch, row.number,
            self.version, 1, outflow, "CNY", debit_fund, debit, credit_fund, credit, c.amount, red,
        )  # fmt: skip

    def _debited(self, sides: tuple[str, ...]) -> tuple[str, tuple[str, str, str, str, int, int]]:
        """Return the kind a row really is, and what it debits and credits; once for all rows alike."""
        kind, fund, use_fund, use, bank, payee = sides
        really = kind_of_payment(self.chart, kind, payee)
        e = simple_entry(self.chart, really, 1, fund=fund, use=Leg(use_fund, use), bank=bank)
        outflow = int(really not in MONEY_IN and not e.red)
        self._sides[sides] = really, (*e.debit, *e.credit, e.red, outflow)
        return self._sides[sides]
