"""A draft: a voucher somebody wants to post. It may be wrong in every way; the checks say so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from fundtrack.beantext.escape import stored

if TYPE_CHECKING:
    from datetime import date

Kind = Literal[
    "opening", "transfer-received", "disbursement", "advance", "verification", "refund", "interest", "bank-charge",
    "loan", "repayment", "adjustment", "quota-received", "allotment", "quota-adjustment", "commitment", "application",
    "carry-over", "reclaim", "pooling", "returned-payment",
]  # fmt: skip

MONEY_IN: Final = frozenset({"transfer-received", "interest", "opening"})
"""Kinds that bring money in; of one day's vouchers they count first."""

PARTY: Final = ("payee_id", "payee_account", "contract")
"""The fields that tell who was paid, and by which contract, beyond a name."""


class Leg(NamedTuple):
    """An account by the codes of its fund and its own."""

    fund: str
    code: str


class Entry(NamedTuple):
    """One debit and one credit. `amount` is positive minor units; `red` 1 is a same-side negative (红字)."""

    debit: Leg
    credit: Leg
    amount: int
    red: int = 0
    unit: str = "CNY"


@dataclass(frozen=True, slots=True)
class Draft:
    """One voucher to post. Text fields are empty where the source does not say.

    `bank` is the number of the bank account that paid or received, as the source gives it; `bank_ref` the bank's own
    reference of the movement; `payee_id` and `payee_account` are the payee's identity card and account as
    `fundtrack.identifier` keeps them; `quota` is the line that pays, where somebody names one; `reverses` and `cites`
    are ids of standing vouchers; drafts with the same `bill` are linked and stand or fall together.
    """

    fund: str
    date: date
    kind: Kind
    entries: tuple[Entry, ...]
    payee: str = ""
    narration: str = ""
    project: str = ""
    document: str = ""
    bank: str = ""
    bank_ref: str = ""
    payee_id: str = ""
    payee_account: str = ""
    contract: str = ""
    quota: str = ""
    reverses: int | None = None
    cites: int | None = None
    bill: int = 0
    inflow: bool = False
    natural_key: str = ""
    occurrence: int = 1
    batch: int | None = None
    row: int | None = None

    def content(self) -> list[Any]:
        """Return all that makes two drafts the same, for their natural key."""
        return [
            self.fund, self.date.isoformat(), self.kind, [list(map(str, entry)) for entry in self.entries], self.payee,
            self.narration, self.project, self.document, self.bank, self.bank_ref, self.payee_id, self.payee_account,
            self.contract, self.reverses, self.cites,
        ]  # fmt: skip

    def record(self) -> dict[str, Any]:
        """Return the draft as it is kept where it is refused; amounts are minor units."""
        entries = [
            {"debit": ":".join(e.debit), "credit": ":".join(e.credit), "amount": e.amount, "red": e.red, "unit": e.unit}
            for e in self.entries
        ]
        said = (
            "kind", "fund", "payee", "narration", "project", "document", "bank", "bank_ref", *PARTY, "reverses",
            "cites",
        )  # fmt: skip
        return {"date": self.date.isoformat(), **{name: getattr(self, name) for name in said}, "entries": entries}

    def storable(self) -> Draft:
        """Return the draft with its texts as they are kept: posted for ever, each must be fit to publish.

        Raises FormatError (`text-unsafe`).
        """
        return replace(
            self, payee=stored(self.payee), narration=stored(self.narration), project=stored(self.project),
            document=stored(self.document), bank=stored(self.bank), bank_ref=stored(self.bank_ref),
            payee_id=stored(self.payee_id), payee_account=stored(self.payee_account), contract=stored(self.contract),
        )  # fmt: skip

    def staged(self, voucher: int, link: int, chart: int) -> list[tuple[Any, ...]]:
        """Return the rows of `checking.candidates.COLUMNS` that stage this draft under an id."""
        head = (
            self.fund, self.date.year, self.date.isoformat(), self.date.toordinal(), self.kind, self.project,
            self.payee, self.narration, self.document, self.bank, self.bank_ref, self.payee_id,
            self.payee_account, self.contract, self.quota, "", link, self.reverses or 0, self.cites or 0,
            self.natural_key, self.occurrence, self.batch, self.row, chart, len(self.entries),
            int(not self.inflow),
        )  # fmt: skip
        return [
            (voucher, line, *head, e.unit, e.debit.fund, e.debit.code, e.credit.fund, e.credit.code, e.amount, e.red)
            for line, e in enumerate(self.entries, 1)
        ]
