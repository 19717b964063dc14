"""What a person wants posted, complete or not, and the drafts it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from fundtrack.errors import UsageError, words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart
    from fundtrack.posting import Draft
    from fundtrack.posting.vouchers import Details

OrderKind = Literal[
    "transfer-received", "disbursement", "advance", "verification", "refund", "interest", "bank-charge", "loan",
    "repayment",
]  # fmt: skip

NEEDED: Final[dict[OrderKind, tuple[str, ...]]] = {
    "transfer-received": ("fund", "amount", "date"),
    "disbursement": ("payee", "fund", "use", "amount", "date"),
    "advance": ("payee", "fund", "amount", "date"),
    "verification": ("original", "use", "amount", "date"),
    "refund": ("original", "amount", "date"),
    "interest": ("fund", "amount", "date"),
    "bank-charge": ("fund", "use", "amount", "date"),
    "loan": ("fund", "to", "amount", "date", "document"),
    "repayment": ("original", "amount", "date"),
}
"""What each kind of voucher must say, in the order in which a person is asked."""


@dataclass
class Order:
    """The options of `post`. `to` is the borrower, `original` the number of the voucher this one follows."""

    kind: OrderKind
    fund: str
    use: str
    amount: int | None
    date: dt.date | None
    payee: str
    narration: str
    project: str
    document: str
    bank: str
    bank_ref: str
    contract: str
    quota: str
    to: str
    original: str
    split: str

    def __post_init__(self) -> None:
        """Refuse a split of what is no payment: its shares would be. Raises UsageError (`split-kind`)."""
        if self.split and self.kind != "disbursement":
            raise UsageError("split-kind", kind=words(f"kind-{self.kind}"))

    def coded(self, chart: Chart) -> None:
        """Put codes in place of the names a person gave."""
        self.fund, self.to = coded(chart, "fund", self.fund), coded(chart, "fund", self.to)
        self.project = coded(chart, "project", self.project)

    def missing(self, chart: Chart) -> list[str]:
        """Return what is still to be said. What goes to an owner company or township is advanced: it needs no use."""
        from fundtrack.posting.kinds import passes_on

        needed = [name for name in NEEDED[self.kind] if getattr(self, name) in {None, ""}]
        if passes_on(chart, self.payee) and self.kind == "disbursement" and "use" in needed:
            needed.remove("use")
        if self.split and "fund" in needed:
            needed.remove("fund")
        return needed

    def drafts(self, connection: Connection, chart: Chart) -> Sequence[Draft]:
        """Return the vouchers; nothing may be missing. Raises what the acts of `fundtrack.posting` do."""
        from fundtrack.posting import advance, loan, split, vouchers

        assert self.amount is not None
        assert self.date is not None
        details: Details = {name: value for name, value in self._details().items() if value}  # type: ignore[assignment]
        given: dict[str, Any] = {"date": self.date, **details}
        if self.split:
            shares = split.parse_shares(self.split)
            return split.split(chart, shares, self.amount, uses=self._uses(shares), **given)
        if self.kind == "loan":
            return loan.loan(chart, self.amount, lender=self.fund, borrower=self.to, **given)
        if self.kind == "repayment":
            return loan.repayment(connection, chart, self.original, self.amount, **given)
        if self.kind == "verification":
            return [advance.verification(connection, chart, self.original, self.amount, use=self.use, **given)]
        if self.kind == "refund":
            return [advance.refund(connection, chart, self.original, self.amount, **given)]
        return [vouchers.draft(chart, self.kind, self.amount, fund=self.fund, use=self.use, **given)]

    def _details(self) -> dict[str, str]:
        names = ("payee", "narration", "project", "document", "bank", "bank_ref", "contract")
        return {name: getattr(self, name) for name in names} | {"quota": self.quota.strip().upper()}

    def _uses(self, funds: Iterable[str]) -> dict[str, str]:
        """Return the use each fund is charged: one for all, or one each as `F01-0601,F03-0801`."""
        from fundtrack.posting.kinds import parse_use

        words = self.use.replace("，", ",").split(",")
        if len(words) == 1:
            return dict.fromkeys(funds, self.use)
        return {parse_use(word.strip(), "").fund: word.strip() for word in words}


def coded(chart: Chart, what: Literal["fund", "project"], said: str) -> str:
    """Return the code of a fund or project that goes by a name, as an import does; what the chart has not as it is."""
    from fundtrack.chart.words import words_of

    words, bare = words_of(chart)[what], said.strip()
    return words.get(bare) or words.get(bare.upper(), bare)
