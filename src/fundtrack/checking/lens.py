"""Lenses: what a check's select looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fundtrack.errors import message
from fundtrack.schema import payments, reconciling
from fundtrack.schema.registers import BY_RELATION

if TYPE_CHECKING:
    from collections.abc import Callable

    from fundtrack.checking.check import Check
    from fundtrack.errors import Language

POSTING_COLUMNS: Final = (
    "voucher, line, leg, date, day, year, period, kind, link, reverses, fund, account, account_kind, controlled, "
    'opened, unit, amount, red, weight_unit, weight, tolerance, "use", project, payee, narration, document, bank, '
    "bank_ref, occurrence, batch, row, chart, quota"
)
VOUCHER_COLUMNS: Final = (
    "voucher, number, date, day, year, period, kind, link, reverses, cites, fund, project, payee, narration, document, "
    "bank, bank_ref, payee_id, payee_account, contract, occurrence, batch, row, chart, prepared_by, approved_by, "
    "voucher_number, moved, moved_day"
)
REGISTERED: Final = {relation: f"SELECT * FROM book_{relation}" for relation in BY_RELATION}
"""The relations of registers; the same whether a candidate or the whole book is judged."""

POLICY: Final = {
    "funds": "SELECT * FROM book_funds",
    "accounts": "SELECT * FROM book_accounts",
    "banks": "SELECT * FROM book_banks",
    "grants": "SELECT * FROM book_grants",
    "quotas": "SELECT * FROM book_quotas",
    "quota_statuses": "SELECT * FROM book_quota_statuses",
    "quota_controls": "SELECT * FROM book_quota_controls",
    "batches": "SELECT * FROM book_batches",
    "replaced": "SELECT * FROM book_replaced",
    **REGISTERED,
}
"""The relations that say what is permitted; the same whether a candidate or the whole book is judged."""

LEFT: Final = {name: payments.select(name) for name in payments.NAMES}
"""The relations of what is left of payments, made of the vouchers and postings beside them."""

MET: Final = {name: reconciling.select(name) for name in reconciling.NAMES}
"""The relations of what of book and bank is one, made of those and of the registers; they have a threshold in them."""

IF_ASKED: Final = frozenset({*BY_RELATION, *LEFT, *MET})
"""Relations that stand before a select only where it reads them."""

WORKED_OUT_ONCE: Final = frozenset({"candidate_days", "candidate_touched"})
"""Relations behind others, of which no page knows: small sums that one statement asks for several times."""

Relations = Mapping[str, str]


class Origin(NamedTuple):
    """The file, sheet and row that something was imported from, and the hash of the file."""

    file: str = ""
    sheet: str = ""
    row: int = 0
    sha256: str = ""


NOWHERE: Final = Origin()


@dataclass(frozen=True)
class Subject:
    """Where a finding stands: a voucher of a book, a line of a ledger, or a row of a file.

    `came_from` is what a published ledger says of the file that the voucher at its line was imported from.
    `sha256` is the hash of the file that the voucher was imported from, where the book knows it. `content` stands for
    what a transaction without a number says: lines move when a ledger grows, and folders differ from desk to desk.
    """

    file: str = ""
    sheet: str = ""
    line: int = 0
    row: int = 0
    voucher: str = ""
    sha256: str = ""
    content: str = ""
    came_from: Origin = NOWHERE

    @property
    def origin(self) -> Origin:
        """The file that a person looks into: the one it was imported from, or else where it stands."""
        return self.came_from if self.came_from.file else Origin(self.file, self.sheet, self.row, self.sha256)

    @property
    def at(self) -> str:
        """The line of a ledger, without the folder."""
        return f"{PurePath(self.file).name}:{self.line}"

    def identity(self) -> tuple[str, ...]:
        """Return what names the place from one run to the next: the number, what is written, or file and row."""
        if self.voucher or self.content:
            return (self.voucher or self.content,)
        return (PurePath(self.file).name, self.sheet, str(self.line or self.row))

    def record(self) -> dict[str, Any]:
        """Return `file`, `line` or `row`, `voucher` and what it was imported from for machine-readable output."""
        place: dict[str, Any] = {"line": self.line} if self.line else {"row": self.row or None}
        source = {name: said or None for name, said in self.came_from._asdict().items()}
        return {
            "file": self.file or None,
            "sheet": self.sheet or None,
            **place,
            "voucher": self.voucher or None,
            "source": source if self.came_from.file else None,
        }

    def said(self, language: Language) -> str:
        """Return the place as editors and people read it: the line, the voucher, and the row it came from."""
        file, sheet, at, _ = self.origin
        said = {"file": f"{file} [{sheet}]" if sheet else file, "row": at}
        row = message("subject-row", language, **said) if at else ""
        known = " ".join(part for part in (self.voucher, row) if part)
        return ": ".join(part for part in (f"{self.file}:{self.line}" if self.line else "", known) if part)

    def __str__(self) -> str:
        """Return the place in English."""
        return self.said("en")


def unnamed(_language: Language, _column: str, value: str) -> str:
    """Return a value as it is, where no chart gives it a name."""
    return value


@dataclass(frozen=True)
class Lens:
    """The relations a select runs over, and what turns its rows into findings a person understands.

    `after(scope)` are the relations to judge; `before(scope)`, where given, the same without the candidates, so that
    an old finding is known. `subject` says where a voucher, or else an `entry` of a register, stands. `scales` are the
    decimals of each unit. `missing` are the relations that cannot be given, each with why, in both languages: a check
    that needs one is not run, and that is told. `said` remembers whether anything says the evidence that checks need: a
    lens looks at one moment. `quota_at_all`, where given, selects nothing where no candidate can touch quota: most
    funds are under no quota control, and what is about quota alone need not be asked of them. `scope_at_all`, by scope,
    does the same for what is judged together by that.
    """

    after: Callable[[str], Relations]
    subject: Callable[[int, str], Subject]
    before: Callable[[str], Relations] | None = None
    named: Callable[[Language, str, str], str] = unnamed
    scales: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, Mapping[Language, str]] = field(default_factory=dict)
    said: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)
    quota_at_all: str = ""
    scope_at_all: Mapping[str, str] = field(default_factory=dict)

    def why_not(self, check: Check) -> Mapping[Language, str]:
        """Return why a check cannot be run through this lens, in both languages; nothing where it can."""
        needed = (one for one in self.missing if check.needs_relation(one))
        return next((self.missing[one] for one in needed), {})
