"""What a chart consists of. An account is known by its codes; its words are only names, in two languages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from fundtrack.errors import ChartError

if TYPE_CHECKING:
    from datetime import date

    Day = date

    from fundtrack.errors import Language

ROOTS: Final[dict[Language, dict[str, str]]] = {
    "en": {root: root for root in ("Assets", "Liabilities", "Equity", "Income", "Expenses")},
    "zh": {
        "Assets": "A资产",
        "Liabilities": "L负债",
        "Equity": "N净资产",
        "Income": "R收入",
        "Expenses": "E支出",
    },
}
"""The five roots as each language writes them, by the root of the identity."""

IDENTITIES: Final = {written: root for names in ROOTS.values() for root, written in names.items()}

FUND: Final = re.compile(r"F\d{2}[A-Z]?", re.ASCII)
CODE: Final = re.compile(r"\d{4}", re.ASCII)
LINE: Final = re.compile(r"Q\d{5}", re.ASCII)
"""What the codes of a fund, an account and a quota line are; all accounts' are of one width."""

NOT_IN_CHART: Final = "----"
"""The code of an account that a fund does not have, before its kind: `----interest`.

`unknown-fund-or-account` finds it, and says the kind.
"""

STATUSES: Final = {
    "received": "Assets",
    "unallotted": "Liabilities",
    "available": "Liabilities",
    "committed": "Liabilities",
    "applied": "Liabilities",
    "paid": "Liabilities",
    "carried": "Liabilities",
    "reclaimed": "Liabilities",
}
"""What becomes of quota (指标), and the root of the accounts that say so: what was received equals all the others."""

CURRENCY: Final = "CNY"
"""What a book is kept in where its chart does not say another currency."""

QUOTA_UNIT: Final = ".Q"
"""How a unit of quota ends; its accounts of status are liabilities and may not go into debit."""

QUOTA: Final = "quota-"
"""How the kind of a quota account begins, before its status."""

KINDS: Final = {
    "Assets": ("cash", "advance", "due-from", "receivable", "quota-received"),
    "Liabilities": (
        "payable", "due-to",
        *(f"quota-{status}" for status, root in STATUSES.items() if root == "Liabilities"),
    ),
    "Equity": ("balance",),
    "Income": ("transfer", "interest", "other-income"),
    "Expenses": ("use",),
}  # fmt: skip
"""The kinds of account under each root."""

LEVELS: Final = ("central", "region", "city", "county", "township")
REGIMES: Final = ("earmarked", "pooled")
ROLES: Final = ("owner", "township")


@dataclass(frozen=True, slots=True)
class Fund:
    """A channel: one source of money, from the upper-level document through one department."""

    code: str
    name: str
    name_zh: str
    group: str
    department: str
    level: str
    regime: str
    valid_from: date | None
    valid_to: date | None
    may_advance: bool
    authority: str
    date: date
    line: int = field(compare=False)

    def component(self, language: Language) -> str:
        """Return the fund as the second component of its accounts: `F01-Relocation`."""
        return f"{self.code}-{self.name if language == 'en' else self.name_zh}"


@dataclass(frozen=True, slots=True)
class Account:
    """An account of one fund in one unit; `controlled` is +1 where it may not go into credit, else 0."""

    root: str
    fund: str
    unit: str
    code: str
    kind: str
    controlled: int
    name: str
    name_zh: str
    bank: str
    date: date
    authority: str
    line: int = field(compare=False)

    @property
    def path(self) -> str:
        """The identity: `Expenses:F01:0601`."""
        return f"{self.root}:{self.fund}:{self.code}"

    def written(self, language: Language, chart: Chart) -> str:
        """Return the account as a ledger of this language writes it: `E支出:F01-中央易地搬迁:0601-住房建设`."""
        name = self.name if language == "en" else self.name_zh
        code, below, line = self.code.partition(":")
        fund = chart.funds[self.fund].component(language)
        return f"{ROOTS[language][self.root]}:{fund}:{code}-{name}{below}{line}"


@dataclass(frozen=True, slots=True)
class Use:
    """An expense account granted or ended on a date, by a document."""

    account: str
    date: date
    granted: bool
    document: str
    line: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank account; several funds may each hold a share of it."""

    code: str
    name: str
    name_zh: str
    number: str
    date: date
    line: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Project:
    """A project that funds are combined in."""

    code: str
    name: str
    name_zh: str
    date: date
    line: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Intermediary:
    """An owner company or township of a project: what is paid to it is advanced, not yet spent."""

    name: str
    project: str
    role: str
    date: date
    line: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Quota:
    """A quota line (指标): what a document gave a fund for a year, or what of it was allotted to a use and a project.

    `parent` is the line it was allotted or carried over from, 0 for one that a document gave; `use` is the code of a
    use of the fund, empty for what is not allotted yet. `document` is the bureau's own, `upper_document` that of
    the level above; `treasury_id` is the number by which the treasury's own system knows it. `expires` is the last day
    it may be spent on, None where nothing says one. `chart` is the version of the chart it is bound to.
    """

    fund: str
    date: date
    document: str
    upper_document: str = ""
    department: str = ""
    expires: Day | None = None
    parent: int = 0
    use: str = ""
    project: str = ""
    line: int = 0
    chart: int = 0
    recorded_at: str = ""
    recorded_by: str = ""
    treasury_id: str = ""

    @property
    def year(self) -> int:
        """The fiscal year it is for."""
        return self.date.year

    @property
    def name(self) -> str:
        """The line as a component of its accounts: `Q00001`; all are of one width, so none begins another."""
        return f"Q{self.line:05d}"

    @property
    def number(self) -> str:
        """The line as a person names it: `F01-Q00001`."""
        return f"{self.fund}-{self.name}"


@dataclass(frozen=True, slots=True)
class Chart:
    """The whole policy: what there is, by its code, and in order of date what uses were granted and ended.

    `quotas` are not policy but stand beside it, and their accounts among the others (`chart.quota.with_quotas`). All of
    it stands in one order, whatever the order it was given in. A book is kept in one `currency`. `language` is that of
    the roots of its accounts; `narrates`, of the book whose chart it is, that in which the program itself writes into
    the record. `headings` and `cash` are worked out of the accounts once: a fund may have thousands of quota lines,
    each with its accounts.
    """

    title: str
    language: Language
    funds: dict[str, Fund]
    accounts: dict[str, Account]
    uses: tuple[Use, ...]
    banks: dict[str, Bank]
    projects: dict[str, Project]
    intermediaries: dict[str, Intermediary]
    quotas: tuple[Quota, ...] = ()
    currency: str = CURRENCY
    narrates: Language = field(default="en", compare=False)
    headings: dict[tuple[str, str], Account] = field(default_factory=dict, init=False, compare=False, repr=False)
    cash: frozenset[tuple[str, str]] = field(default=frozenset(), init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Put everything in order: by code, accounts by root first, uses by date; and know headings and cash."""
        roots = list(ROOTS["en"])
        for name in ("funds", "banks", "projects", "intermediaries"):
            object.__setattr__(self, name, dict(sorted(getattr(self, name).items())))
        accounts = sorted(self.accounts.values(), key=lambda account: (roots.index(account.root), account.path))
        object.__setattr__(self, "accounts", {account.path: account for account in accounts})
        object.__setattr__(self, "uses", tuple(sorted(self.uses, key=lambda use: (use.date, use.account))))
        found = (one for one in accounts if one.kind.startswith(QUOTA) and ":" not in one.code)
        object.__setattr__(self, "headings", {(one.fund, one.kind.removeprefix(QUOTA)): one for one in found})
        cash = frozenset((account.fund, account.code) for account in accounts if account.kind == "cash")
        object.__setattr__(self, "cash", cash)

    def find(self, name: str) -> Account:
        """Return the account called `Expenses:F01:0601`, `F01:0601`, `F01-0601` or by its name as written.

        Raises ChartError (`chart-account-unknown`).
        """
        said = name.strip().replace("：", ":")
        for account in self.accounts.values():
            codes = {f"{account.fund}{mark}{account.code}" for mark in ":-"}
            if said in {account.path, *codes, *both(account, self)}:
                return account
        raise ChartError("chart-account-unknown", account=name)


def both(account: Account, chart: Chart) -> tuple[str, str]:
    """Return the written names of an account in English and Chinese."""
    return account.written("en", chart), account.written("zh", chart)


def identity(written: str) -> str:
    """Return the path of an account written in either language: its root in English, and the codes without names."""
    root, *components = written.split(":")
    return ":".join([IDENTITIES.get(root, root), *(component.partition("-")[0] for component in components)])
