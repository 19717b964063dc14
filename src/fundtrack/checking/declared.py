"""What a ledger declares: its accounts, and the funds, bank accounts and grants of our own directives, if it has any.

A ledger that fundtrack never saw names accounts as it likes, so the fund and the kind of an account are read from its
name and metadata here, and nowhere else.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, cast

from fundtrack.beantext.directives import Custom, Open
from fundtrack.chart.model import CODE, FUND, IDENTITIES, KINDS, LINE, QUOTA, QUOTA_UNIT, ROOTS, identity
from fundtrack.errors import LANGUAGES, message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from fundtrack.beantext.directives import CustomValue, Directive, Options
    from fundtrack.errors import Language

FUND_COMPONENT: Final = re.compile(r"(?:^|:)(F\d{2,}[A-Z]?)(?=[-:]|$)", re.ASCII)
"""The first component of an account that is a fund code, alone or before a hyphen."""

NOT_CASH: Final = {
    "due-from": ("duefrom", "interfund", "借出", "借垫"),
    "advance": ("advance", "prepaid", "prepay", "预付", "预拨"),
    "receivable": ("receivable", "应收"),
    "other": (
        "inventory", "fixed", "depreciation", "accumulated", "allowance", "quota", "存货", "库存", "固定资产", "折旧",
        "坏账", "指标", "额度",
    ),
}  # fmt: skip
"""Words in a component that say an asset is no cash, by the kind they make it, in lower case and without hyphens."""

NOT_NOT_CASH: Final = ("fixeddeposit", "库存现金", "零余额")
"""Words that say it is cash all the same, though a word above is part of them."""

FOREIGN_KINDS: Final = {"Liabilities": "other", "Equity": "other", "Income": "transfer", "Expenses": "use"}
"""The kind of an account that is not named our way and does not say its own, by root; assets by the words above."""

OTHER: Final = "other"
"""The kind of an account that is none of ours."""

FOREVER: Final = 9_000_000_000_000_000

UNKNOWN_START: Final = "__unknown_start__"
"""Metadata of an account, which no Beancount text can write: nobody knows with what share of a sum its fund began."""

VERSION: Final = re.compile(r"[1-9]\d{0,8}", re.ASCII)
"""A version of the chart, where a published ledger names one."""


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """An account of a ledger; `path` is its identity where it is named our way, else its written name.

    `fund` is empty where neither the name nor the `open` says it; `began` says whether it is known with how much.
    """

    written: str
    path: str
    root: str
    fund: str
    code: str
    kind: str
    bank: str
    began: bool = True

    @property
    def quota(self) -> str:
        """The quota line whose account it is, `F01-Q00001`; empty for any other account."""
        return f"{self.fund}-{self.code.partition(':')[2]}" if ":" in self.code else ""

    def controlled(self, unit: str) -> int:
        """Return +1 where the account may not go into credit, -1 where it may not go into debit, else 0."""
        if unit.endswith(QUOTA_UNIT):
            return {"Assets": 1, "Liabilities": -1}.get(self.root, 0)
        return int(self.kind == "cash" and self.began)


@dataclass(frozen=True)
class Declared:
    """What a ledger declares, and the rows of the staging tables that say so."""

    entries: Sequence[Directive]
    options: Options
    fund_pattern: re.Pattern[str]
    _accounts: dict[str, LedgerAccount] = field(default_factory=dict)

    def account(self, written: str) -> LedgerAccount:
        """Return an account by its written name, opened or not."""
        if written not in self._accounts:
            self._accounts[written] = self._read(written, meta_of(self.opens.get(written)))
        return self._accounts[written]

    def names(self) -> dict[str, str]:
        """Return the written name of every account met so far, by its path."""
        return {account.path: account.written for account in reversed(self._accounts.values())}

    @cached_property
    def knows_funds(self) -> bool:
        """Whether a fund is declared, or an account opened for one."""
        return bool(self.named("fund")) or any(self.account(one).fund for one in self.opens)

    @cached_property
    def opens(self) -> dict[str, Open]:
        """The `open` directives by account."""
        return {entry.account: entry for entry in self.entries if isinstance(entry, Open)}

    @cached_property
    def customs(self) -> dict[str, list[tuple[list[str], Custom]]]:
        """The `custom` directives by type, each with its values as text."""
        found: dict[str, list[tuple[list[str], Custom]]] = {}
        for entry in self.entries:
            if isinstance(entry, Custom):
                values = cast("Iterable[CustomValue]", entry.values or ())
                found.setdefault(entry.type, []).append(([str(value.value) for value in values], entry))
        return found

    def named(self, kind: str) -> dict[str, Custom]:
        """Return the directives of a kind that declare one thing, by its code."""
        return {values[0]: entry for values, entry in self.customs.get(kind, []) if len(values) == 1}

    @cached_property
    def decided(self) -> dict[tuple[date, str, str], int]:
        """The version of the chart that brought an act, by its date, account and word; what is not here came first."""
        return {
            (entry.date, values[0], values[1]): int(values[2])
            for values, entry in self.customs.get("use-since", [])
            if len(values) == len(("account", "word", "version")) and VERSION.fullmatch(values[2])
        }

    @cached_property
    def replaced(self) -> list[tuple[str, int, Custom]]:
        """The terms of funds that are no longer in force: the fund, the last version they held in, what they said."""
        found = {
            (values[0], int(values[1])): entry
            for values, entry in self.customs.get("fund-until", [])
            if len(values) == len(("fund", "version")) and VERSION.fullmatch(values[1])
        }
        return [(*which, found[which]) for which in sorted(found)]

    @cached_property
    def version(self) -> int:
        """The latest version of the chart that the ledger speaks of."""
        return max([1, *self.decided.values(), *(until + 1 for _, until, _ in self.replaced)])

    def funds(self) -> list[tuple[Any, ...]]:
        """Return the rows of `funds`: the terms of a fund by the versions of the chart they held in."""
        begins: defaultdict[str, int] = defaultdict(lambda: 1)
        rows = []
        for fund, until, entry in [*self.replaced, *((code, FOREVER, one) for code, one in self.named("fund").items())]:
            meta = meta_of(entry)
            rows.append((
                fund, text(meta, "group"), text(meta, "department"), text(meta, "level"), text(meta, "regime"),
                text(meta, "valid-from"), text(meta, "valid-to"), int(meta.get("may-advance") is True),
                text(meta, "authority"), begins[fund], until,
            ))  # fmt: skip
            begins[fund] = until + 1
        return rows

    def accounts(self, used: Iterable[tuple[str, str]]) -> list[tuple[Any, ...]]:
        """Return the rows of `accounts`; one opened without units holds those it is `used` with (account, unit)."""
        units: dict[str, set[str]] = {written: set(entry.currencies or ()) for written, entry in self.opens.items()}
        for written, unit in used:
            if written in self.opens and not self.opens[written].currencies:
                units[written].add(unit)
        return [
            (
                account.path,
                account.fund,
                unit,
                account.code,
                account.kind,
                account.controlled(unit),
                account.bank,
                self.opens[account.written].date.isoformat(),
            )
            for account, held in ((self.account(written), held) for written, held in units.items())
            for unit in sorted(held)
        ]

    def banks(self) -> list[tuple[Any, ...]]:
        """Return the rows of `banks`: which fund has its share in which bank account."""
        numbers = {code: text(meta_of(entry), "number") for code, entry in self.named("bank").items()}
        accounts = map(self.account, self.opens)
        return [(one.fund, one.path, one.bank, numbers[one.bank]) for one in accounts if one.bank in numbers]

    def grants(self) -> list[tuple[Any, ...]]:
        """Return the rows of `grants`: uses opened with an authority, and those granted or ended later."""
        given = [
            (entry.date, written, "granted", text(meta_of(entry), "authority"))
            for written, entry in self.opens.items()
            if self.account(written).kind == "use" and text(meta_of(entry), "authority")
        ]
        given += [
            (entry.date, values[0], values[1], text(meta_of(entry), "authority"))
            for values, entry in self.customs.get("use", [])
            if len(values) == len(("account", "word"))
        ]
        given.sort(key=lambda grant: grant[0])
        return [
            (
                self.account(written).path, day.toordinal(), day.isoformat(), int(word == "granted"), document,
                self.decided.get((day, written, word), 1), seq,
            )
            for seq, (day, written, word, document) in enumerate(given, 1)
        ]  # fmt: skip

    def quotas(self) -> list[tuple[Any, ...]]:
        """Return the rows of `quotas`: the lines that the ledger declares."""
        return [
            (
                number, number.partition("-")[0], entry.date.year, text(meta, "parent"),
                text(meta, "use"), text(meta, "project"), text(meta, "dept"), text(meta, "doc"),
                text(meta, "upper-doc"), entry.date.isoformat(), entry.date.toordinal(), text(meta, "expires"),
                int(text(meta, "chart")) if VERSION.fullmatch(text(meta, "chart")) else self.version,
            )
            for number, entry in self.named("quota").items()
            for meta in [meta_of(entry)]
        ]  # fmt: skip

    def quota_controls(self) -> list[tuple[Any, ...]]:
        """Return the rows of `quota_controls`: the funds whose quota accounts are opened, and since when."""
        since: dict[tuple[str, str], int] = {}
        for written, entry in self.opens.items():
            account = self.account(written)
            for unit in entry.currencies or ():
                if account.kind.startswith(QUOTA) and not account.quota:
                    day = entry.date.toordinal()
                    since[account.fund, unit] = min(day, since.get((account.fund, unit), day))
        return [(*which, day) for which, day in since.items()]

    def missing(self) -> dict[str, Mapping[Language, str]]:
        """Return the relations of the policy that this ledger cannot give, each with why."""
        lacks = [] if self.named("fund") else [("funds", "missing-funds"), ("grants", "missing-funds")]
        lacks += [] if self.named("bank") else [("banks", "missing-banks")]
        return {relation: {language: message(key, language) for language in LANGUAGES} for relation, key in lacks}

    def _read(self, written: str, meta: Mapping[str, Any]) -> LedgerAccount:
        """Read an account's name and the metadata of its `open`."""
        first = written.partition(":")[0]
        root = next((root for root in ROOTS["en"] if self.options[f"name_{root.lower()}"] == first), "")
        path = identity(written)
        root = root or IDENTITIES.get(first, first)
        _, *codes = path.split(":")
        coded = len(codes) > 1 and FUND.fullmatch(codes[0]) and CODE.fullmatch(codes[1])
        ours = coded and root in KINDS and (codes[2:] == [] or (len(codes) == 3 and LINE.fullmatch(codes[2])))  # noqa: PLR2004
        return LedgerAccount(
            written=written,
            path=f"{root}:{':'.join(codes)}" if ours else written,
            root=root,
            fund=self._fund_in(written) or text(meta, "fund"),
            code=":".join(codes[1:]) if ours else written.rpartition(":")[2],
            kind=_kind(root, written, meta, ours=bool(ours)),
            bank=text(meta, "bank"),
            began=UNKNOWN_START not in meta,
        )

    def _fund_in(self, written: str) -> str:
        """Return the fund that the name of an account says, by the first group of the pattern if it has one."""
        found = self.fund_pattern.search(written)
        return (found[min(1, found.re.groups)] or "") if found else ""


def _kind(root: str, written: str, meta: Mapping[str, Any], *, ours: bool) -> str:
    """Return the kind an account says it has, or that of its root and name."""
    said = text(meta, "kind")
    if said in KINDS.get(root, ()) or said == OTHER:
        return said
    if root == "Assets":
        return "cash" if meta.get("bank") else _kind_of_asset(written)
    return KINDS[root][0] if ours else FOREIGN_KINDS.get(root, "other")


def _kind_of_asset(written: str) -> str:
    name = written.lower().replace("-", "")
    for word in NOT_NOT_CASH:
        name = name.replace(word, "")
    return next((kind for kind, words in NOT_CASH.items() if any(word in name for word in words)), "cash")


def meta_of(directive: Open | Custom | None) -> Mapping[str, Any]:
    """Return the metadata of a directive, if there is one."""
    return directive.meta if directive is not None else {}


def text(meta: Mapping[str, Any] | None, key: str) -> str:
    """Return a metadata value as text; empty where there is none."""
    value = meta.get(key) if meta else None
    return "" if value is None else str(value)
