"""The county: its funds, projects, people and firms, and what is done with the money; everything it does is in order.

A planter takes what it needs from here, fresh and of its own, and does one thing wrong.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Final

from planting.directives import Entry, Fen

if TYPE_CHECKING:
    from planting.directives import Value, Voucher

DEPARTMENTS: Final = ("发展和改革局", "扶贫办", "住房和城乡建设局", "财政局", "农业农村局")
CLERK: Final = "王会计"
LONG_AGO: Final = dt.date(2010, 1, 1)
DAY: Final = dt.timedelta(1)

USES: Final = {
    "0401": "Industry", "0601": "Relocation", "0602": "Building", "0603": "Purchase", "0604": "Roads",
    "0605": "Rebuilding", "0606": "Aftercare", "0607": "Land", "0699": "Other",
}  # fmt: skip


def code_of(nth: int) -> str:
    """Return the code of the nth fund: two digits, beyond them with a letter; none is grouped with the first."""
    first, letter = 10, (nth - 100) // 90
    return f"F{nth:02d}" if nth < 100 else f"F{first + (nth - 100) % 90:02d}{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[letter]}"


@dataclass(eq=False)
class Fund:
    """A fund of the county; `fed` if money is received as it is needed, so that it is never overdrawn nor idle."""

    code: str
    department: str
    level: str
    regime: str
    bank: str
    authority: str
    terms: tuple[str, ...] = ()
    fed: bool = True

    def account(self, root: str, code: str, name: str) -> str:
        """Return the written name of an account."""
        return f"{root}:{self.code}-Fund:{code}-{name}"

    @property
    def cash(self) -> str:
        """The account of its money in the bank."""
        return self.account("Assets", "1001", "Treasury")

    @property
    def advances(self) -> str:
        """The account of what was advanced."""
        return self.account("Assets", "1201", "Advances")

    def use(self, code: str) -> str:
        """Return the account of a use."""
        return self.account("Expenses", code, USES[code])


@dataclass(eq=False)
class Person:
    """A person on the register of recipients, or a stranger."""

    name: str
    number: str
    card: str
    household: str


@dataclass(eq=False)
class Project:
    """A project: what may be paid for it is settled when the book is closed, unless a planter says it."""

    code: str
    department: str
    says: dict[str, Value]
    budget: int = 0
    published: bool = True
    entry: Entry | None = None


@dataclass(eq=False)
class Contract:
    """A contract with a firm."""

    code: str
    project: Project
    payee: str
    amount: int
    entry: Entry


@dataclass
class County:
    """A county over two years from `first`, made of a seed."""

    first: int
    seed: int
    funds: dict[str, Fund] = field(default_factory=dict)
    banks: list[str] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    vouchers: list[Voucher] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    bank_lines: list[Entry] = field(default_factory=list)
    only_at_bank: list[Voucher] = field(default_factory=list)
    chart: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start its dice and its numbering."""
        self.dice = random.Random(self.seed)
        self._counts: dict[str, count[int]] = {}

    def fresh(self, kind: str) -> int:
        """Return a number that nothing of that kind has."""
        return next(self._counts.setdefault(kind, count(1)))

    @property
    def last(self) -> dt.date:
        """The last day of the book."""
        return dt.date(self.first + 1, 12, 31)

    def day(self, year: int, month: int = 0) -> dt.date:
        """Return some day of the first (0) or the second (1) year."""
        return dt.date(self.first + year, month or self.dice.randint(2, 10), self.dice.randint(3, 28))

    def enter(self, register: str, on: dt.date = LONG_AGO, /, **says: Value) -> Entry:
        """Enter something into a register."""
        entry = Entry(register, on, says)
        self.entries.append(entry)
        return entry

    def bank(self) -> str:
        """Open an account at the bank and return its code."""
        self.banks.append(f"B{len(self.banks) + 1:03d}")
        return self.banks[-1]

    def document(self, date: dt.date, **says: Value) -> str:
        """Enter a document and return its number."""
        number = f"田财[{date.year}]{self.fresh('document')}号"
        self.enter("document", date, document=number, date=date, **says)
        return number

    def fund(
        self, department: str = DEPARTMENTS[0], *, level: str = "central", regime: str = "earmarked", bank: str = "",
        rule: str = "other", fed: bool = True, terms: tuple[str, ...] = (),
    ) -> Fund:  # fmt: skip
        """Open a fund with its authority, of its own level."""
        code = code_of(self.fresh("fund"))
        authority = self.document(LONG_AGO, level=level, fund=code, rule=rule)
        self.funds[code] = Fund(code, department, level, regime, bank or self.bank(), authority, terms, fed)
        return self.funds[code]

    def project(self, department: str = DEPARTMENTS[0], **says: Value) -> Project:
        """Enter a project into the library, approved long before."""
        code = f"P{self.fresh('project'):03d}"
        made = Project(code, department, {"approved": LONG_AGO, "state": "approved", **says})
        self.projects.append(made)
        return made

    def company(self) -> str:
        """Return a firm that was registered long ago with money of its own."""
        name = f"百色第{self.fresh('company')}建筑有限公司"
        self.enter("company", company=name, registered=LONG_AGO, capital=Fen(5_000_000_000))
        return name

    def contract(self, project: Project, amount: int, payee: str = "", **says: Value) -> Contract:
        """Sign a contract that was put out to tender."""
        code, payee = f"HT-{self.fresh('contract'):04d}", payee or self.company()
        said: dict[str, Value] = {"party": project.department, "date": LONG_AGO, "tender": "公开招标", **says}
        entry = self.enter("contract", contract=code, project=project.code, payee=payee, amount=Fen(amount), **said)
        return Contract(code, project, payee, amount, entry)

    def person(self) -> Person:
        """Return somebody with a card and a household of one's own."""
        number = self.fresh("person")
        tail = f"{number % 10000:04d}"
        return Person(
            f"何{number}",
            f"451021********{tail}#{number:016x}",
            f"6217****{tail}#{number + 2**40:016x}",
            f"H{number:05d}",
        )

    def recipient(self, who: Person, benefit: str = "搬迁补助", **says: Value) -> Entry:
        """Put somebody on the register of a benefit: poor, four in the household."""
        return self.enter(
            "recipient",
            **{
                "person": who.number, "benefit": benefit, "household": who.household, "name": who.name,
                "card": who.card, "poor": 1, "members": 4, "valid_from": LONG_AGO, **says,
            },
        )  # fmt: skip
