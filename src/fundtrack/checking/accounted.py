"""Row accounting: what became of every row of a file, and what its amounts come to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from fundtrack import money
from fundtrack.errors import message

if TYPE_CHECKING:
    from fundtrack.errors import Language

AMOUNTS = ("debit", "credit", "debit_taken", "credit_taken", "debit_aside", "credit_aside")


@dataclass
class Accounted:
    """A table of a file: its rows and sums. `read` is `taken`, `unreadable` and `aside` together.

    `aside` are rows that are no data: blank ones, headers, totals, notes. `debit` and `credit` are the sums of every
    row of data whose amount can be read, `debit_taken` and `credit_taken` of those that were taken, `debit_aside` and
    `credit_aside` of the totals and of what stands above the header; all in minor units.
    """

    file: str
    sheet: str = ""
    page: str = ""
    read: int = 0
    taken: int = 0
    unreadable: int = 0
    aside: int = 0
    debit: int = 0
    credit: int = 0
    debit_taken: int = 0
    credit_taken: int = 0
    debit_aside: int = 0
    credit_aside: int = 0

    def record(self) -> dict[str, Any]:
        """Return it for machine-readable output."""
        return asdict(self) | {name: money.plain(getattr(self, name)) for name in AMOUNTS}

    def line(self, language: Language) -> str:
        """Return it as a line of print."""
        amounts = {name: money.grouped(getattr(self, name)) for name in AMOUNTS}
        file = f"{self.file} [{self.sheet}]" if self.sheet else self.file
        return message("accounted", language, **(asdict(self) | amounts | {"file": file}))
