"""The account of a batch's rows: what was read, what it amounts to, and every row that made nothing new."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final

from fundtrack.errors import LANGUAGES, UsageError
from fundtrack.importing.batch.heldrows import HeldRows, holding
from fundtrack.importing.body.blocks import Block, digest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fundtrack.checking import Finding
    from fundtrack.errors import FundtrackError
    from fundtrack.importing.batch.stage import Keyed
    from fundtrack.importing.body.blocks import Row

Reason = dict[str, str]
"""Why a row was not posted: `check`, and the sentence and remedy in both languages."""
Cause = Reason | str
"""A reason or, of a row that stands in the book and says the same, its voucher, which takes a tenth of the memory."""

NOT_DATA: Final = {
    "blank": "not-data-blank",
    "header": "not-data-header",
    "preamble": "not-data-preamble",
    "total": "not-data-total",
    "note": "not-data-note",
    "footer": "not-data-footer",
    "sheet": "not-data-sheet",
}
"""The message that says why a row is not data."""


def reason(key: str, **details: object) -> Reason:
    """Return a reason that is a message of fundtrack's own."""
    return reason_of_error(UsageError(key, **details))


def told(said: Cause) -> Reason:
    """Return a reason as it is kept."""
    return reason("already-posted", voucher=said) if isinstance(said, str) else said


def reason_of_error(error: FundtrackError) -> Reason:
    """Return what is wrong with a row, and in which column, as its reason."""
    column = error.details.get("column")
    place = {"en": f"{column}: ", "zh": f"{column}："} if column else {"en": "", "zh": ""}
    return {
        "check": error.key,
        **_about(error, column),
        **{language: place[language] + error.text(language) for language in LANGUAGES},
        **{f"remedy-{language}": error.remedy(language) for language in LANGUAGES},
    }


WORDS: Final = {"fund-not-in-chart": ("fund", "text"), "use-unknown": ("use", "use")}
"""What is said of a word: what it should be, and the detail that has it."""


def _about(error: FundtrackError, column: object) -> dict[str, str]:
    """Return the word that an error is about, and its column, where an alias could mend it."""
    if error.key not in WORDS:
        return {}
    of, name = WORDS[error.key]
    return {"field": of, "word": str(error.details[name]), **({"column": str(column)} if column else {})}


def reason_of(finding: Finding) -> Reason:
    """Return a finding as the reason of a row."""
    return {
        "check": finding.check,
        "en": finding.messages["en"],
        "zh": finding.messages["zh"],
        "remedy-en": finding.remedies["en"],
        "remedy-zh": finding.remedies["zh"],
    }


def _printed(row: Row) -> dict[str, str]:
    """Return what a footer says, which is told with it."""
    return {"text": " ".join(cell.strip() for cell in row.cells if cell.strip())} if row.why == "footer" else {}


class Tally(ABC):
    """Counts the rows of a batch, and remembers every one that makes nothing new."""

    def __init__(self, batch: int) -> None:
        """Begin a batch."""
        self.batch = batch
        self.held = HeldRows()
        self.read = self.unreadable = self.amount = 0
        self.twins: set[str] = set()

    @property
    @abstractmethod
    def dates(self) -> list[str]:
        """Return the first and the last date of what is new, or nothing."""

    def copies(self, again: Iterable[Keyed]) -> int:
        """Return how many rows are exact copies of an earlier one, of the rows of a sheet, read again.

        Only rows of one key can be: the others are not looked at.
        """
        seen: set[tuple[str, str]] = set()
        count = 0
        for piece, keys, _ in again:
            raw = (piece.raw[at] for at in range(len(keys))) if isinstance(piece, Block) else ()
            digests = [*map(digest, raw)] or [getattr(piece, "digest", "")]
            for one in zip(keys, digests, strict=True):
                if one[0] in self.twins:
                    count += one in seen
                    seen.add(one)
        return count

    @property
    @abstractmethod
    def posted(self) -> str:
        """Return the select that counts what the book holds of the batch."""

    def hold_row(self, row: Row, key: str, occurrence: int) -> None:
        """Hold a row that is not data, or that cannot be read."""
        if row.state == "not-data":
            self.held.append(holding(row, "not-data", [reason(NOT_DATA[row.why], **_printed(row))]))
            return
        self.unreadable += row.amount is None
        self.amount += row.amount or 0
        reasons = [reason_of_error(error) for error in row.problems]
        if occurrence > 1:
            self.twins.add(key)
        self.held.append(holding(row, "quarantined", reasons, key, occurrence))
