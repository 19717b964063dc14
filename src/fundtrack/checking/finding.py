"""A finding: a row that a check returned, said in both languages."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from fundtrack import identifier, money
from fundtrack.checking.units import SCALES
from fundtrack.errors import message
from fundtrack.schema.registers import IDENTIFIERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fundtrack.checking.check import Check, Severity
    from fundtrack.checking.lens import Lens, Subject
    from fundtrack.errors import Language

State = Literal["lead", "confirmed", "dismissed", "closed", "waived"]
"""疑点, 问题, 排除, 销号, 例外: what was decided about a finding."""

PLACE: Final = "voucher"
"""The column of a key that says: at this voucher."""

OTHER_VOUCHERS: Final = frozenset({"original"})
"""Columns of a key that hold another voucher's number in the database."""


class Permit(NamedTuple):
    """What a waiver rests on, and the last day on which it holds."""

    document: str
    until: str


@dataclass(frozen=True)
class Finding:
    """A lead: what a check found, where, and what to do.

    `same` are the columns of the key with what they say everywhere: of an entry, or a voucher other than the one it
    stands at, what names it. `amount` is in minor units of `unit`, or None; `group` is the value of the check's scope
    that was judged together.
    `actual` and `expected` are what the check compared, as people read them, and `difference` the one less the other:
    empty where a check compares nothing. `entry` is the entry of a register at which it stands. `evidence` is the
    document, bank reference or register row it rests on, and `parameters` the thresholds it was judged by.
    `other_funds` are those it concerns beside its own. What the book knows of it is added by `auditing`: its `number`
    there, its `state`, and the `waiver` that covers it, 0 for none.
    """

    check: str
    severity: Severity
    subject: Subject
    voucher: int
    date: str
    fund: str
    use: str
    unit: str
    amount: int | None
    key: tuple[Any, ...]
    group: str
    measure: int
    messages: Mapping[Language, str] = field(compare=False)
    remedies: Mapping[Language, str] = field(compare=False)
    basis: tuple[str, ...] = field(compare=False)
    scale: int = field(compare=False, default=money.SCALE)
    actual: str = field(compare=False, default="")
    expected: str = field(compare=False, default="")
    difference: str = field(compare=False, default="")
    evidence: str = field(compare=False, default="")
    parameters: Mapping[str, int | str] = field(compare=False, default_factory=dict)
    project: str = field(compare=False, default="")
    entry: str = field(compare=False, default="")
    page_sha256: str = field(compare=False, default="")
    other_funds: tuple[str, ...] = field(compare=False, default=())
    same: tuple[tuple[str, str], ...] = field(compare=False, default=())
    number: int = field(compare=False, default=0)
    state: State = field(compare=False, default="lead")
    waiver: int = field(compare=False, default=0)

    @property
    def refuses(self) -> bool:
        """Whether a voucher is not posted for it: it is fatal, and no waiver covers it."""
        return self.severity == "fatal" and not self.waiver

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.state in {"lead", "confirmed"}

    @property
    def fingerprint(self) -> str:
        """What stays the same when the check is run again, over the book or over its published ledger.

        The check and the key. Where the key names the voucher, or there is none, that is the place: numbers of the
        database are not the same everywhere, and what a payment before it would move to another voucher is still one.
        """
        said: list[Any] = [self.check]
        for name, value in self.same or ((PLACE, ""), *(("", str(part)) for part in self.key)):
            said += self.subject.identity() if name == PLACE else [value]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:16]

    def record(self, language: Language) -> dict[str, Any]:
        """Return the finding as the machine-readable object of `check --format json`."""
        return {
            "check": self.check,
            "severity": self.severity,
            **self.subject.record(),
            "date": self.date,
            "fund": self.fund,
            "use": self.use,
            "project": self.project,
            "amount": None if self.amount is None else money.plain(self.amount, self.scale),
            "unit": self.unit,
            "actual": self.actual,
            "expected": self.expected,
            "difference": self.difference,
            "evidence": self.evidence,
            "parameters": dict(self.parameters),
            "message": self.messages[language],
            "remedy": self.remedies[language],
            "basis": list(self.basis),
            "fingerprint": self.fingerprint,
            "number": self.number or None,
            "state": self.state,
            "waiver": self.waiver or None,
        }


def finding_of(check: Check, row: Mapping[str, Any], lens: Lens) -> Finding:
    """Say what a row means. Every column of the select may stand in braces in the page's message.

    PostgreSQL gives a sum of whole numbers as a Decimal.
    """
    row = {name: int(value) if isinstance(value, Decimal) else value for name, value in row.items()}
    unit = str(row.get("unit") or "")
    scale = lens.scales.get(unit, money.SCALE)
    voucher = int(row.get("voucher") or 0)
    amount = row.get("amount", row.get(check.measure))
    compared = _compared(check, row, scale)
    texts: dict[str, dict[Language, str]] = {"message": {}, "remedy": {}}
    for language in ("en", "zh"):
        words = {name: _word(check, lens, language, name, value, scale) for name, value in row.items()}
        for part, said in texts.items():
            said[language] = check.page.text(part, language).format_map({**check.parameters, **words})
    return Finding(
        check=check.name,
        severity=row.get("severity") or check.severity,
        subject=lens.subject(voucher, str(row.get("entry") or "")),
        voucher=voucher,
        date=str(row.get("date") or ""),
        fund=str(row.get("fund") or ""),
        use=str(row.get("use") or ""),
        unit=unit,
        amount=None if amount is None else int(amount),
        key=tuple(row[name] for name in check.key),
        same=tuple((name, _same(name, row[name], lens)) for name in check.key),
        group=str(row.get("account" if check.scope == "balance" else check.scope) or ""),
        measure=int(row[check.measure]) if check.measure else 0,
        messages=texts["message"],
        remedies=texts["remedy"],
        basis=tuple(check.page.front["basis"]),
        scale=scale,
        actual=compared["actual"],
        expected=compared["expected"],
        difference=compared.get("difference", ""),
        evidence=str(row.get("evidence") or row.get("document") or ""),
        parameters=check.parameters,
        project=str(row.get("project") or ""),
        entry=str(row.get("entry") or ""),
        page_sha256=check.page.digest,
        other_funds=tuple(str(row[name]) for name in ("other_fund", "paying_fund") if row.get(name)),
    )


def _same(name: str, value: object, lens: Lens) -> str:
    """Return a value of a key as it is in every run: of what is numbered as it came, what names it instead."""
    if name == PLACE:
        return ""
    if name in OTHER_VOUCHERS:
        return " ".join(lens.subject(int(str(value or 0)), "").identity())
    return " ".join(lens.subject(0, str(value)).identity()) if name == "entry" and value else str(value)


def _compared(check: Check, row: Mapping[str, Any], scale: int) -> dict[str, str]:
    """Return `actual`, `expected` and their `difference` as they are written; amounts exactly, all else as it is."""
    said = {name: _whole(row.get(name)) for name in ("actual", "expected")}
    numbers = [value for value in said.values() if isinstance(value, int)]
    if len(numbers) == len(said):
        said["difference"] = numbers[0] - numbers[1]
    amounts = "actual" in check.amounts or "expected" in check.amounts

    def written(value: object) -> str:
        return money.plain(value, scale) if amounts and isinstance(value, int) else str("" if value is None else value)

    return {name: written(value) for name, value in said.items()}


def _whole(value: object) -> object:
    """Return a value as it is, but a whole number of PostgreSQL's `numeric`, which its sums are, as an integer."""
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value


def _word(check: Check, lens: Lens, language: Language, name: str, value: object, scale: int) -> str:
    """Return a column's value as people read it: amounts grouped, codes with their names."""
    if name in check.amounts and value is not None:
        return money.grouped(int(str(value)), scale)
    if name == "unit" and value in SCALES:
        return message(f"unit-{value}", language)
    if name in IDENTIFIERS:
        return identifier.shown(str(value))
    return lens.named(language, name, str(value))
