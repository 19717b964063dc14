"""A model of the budget cycle in plain Python, for tests: what the book must say after any acts in any order.

It knows nothing of tables, accounts or checks. A voucher moves something between places on a day; no place stands below
zero at the end of any day, and nothing that a contract has bound goes below zero. Acts stand or fall together, and
nothing falls on which something else rests.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from fundtrack.book.periods import Month

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Place = tuple[int, str]
"""A status of a line, or the money, which is line 0."""

MONEY: Final[Place] = (0, "money")
BECAME: Final = ("unallotted", "available", "committed", "applied", "paid", "carried", "reclaimed")
"""What becomes of what is received."""

LEFT: Final = ("unallotted", "available", "committed")
ALIVE: Final = (*LEFT, "applied")
CLOCK: Final = 2
LATER: Final = ("carry-over", "returned-payment", "refund", "transfer-received", "verification")
"""What may be taken back in a later year: all else moves quota of its own."""


@dataclass(frozen=True)
class Line:
    """A quota line; what has no use is not allotted."""

    begins: date
    parent: int
    use: str

    @property
    def year(self) -> int:
        """The year it is of."""
        return self.begins.year

    @property
    def free(self) -> str:
        """The status of what is bound to nothing."""
        return "available" if self.use else "unallotted"


@dataclass(frozen=True)
class Voucher:
    """What a voucher moves on a day, and of it what it binds to contracts of lines, what a document gives by it.

    `root` is the line of whose document money goes back, `original` the day of what a red voucher takes back.
    """

    kind: str
    day: date
    move: Mapping[Place, int]
    bound: Mapping[tuple[int, str], int] = field(default_factory=dict)
    document: str = ""
    root: int = 0
    original: date | None = None

    def red(self, day: date) -> Voucher:
        """Return its mirror; what was carried over is taken back on the days on which it left, and arrived."""
        moved, bound = ({key: -amount for key, amount in of.items()} for of in (self.move, self.bound))
        back = self.day if self.kind == "carry-over" else day
        return Voucher(self.kind, back, moved, bound, self.document, self.root, self.day)


@dataclass
class Act:
    """Vouchers that stand or fall together; `cites` is the number they rest on, `undo` what else falls with them."""

    vouchers: Sequence[Voucher]
    cites: str = ""
    undo: Callable[[], None] = lambda: None
    may_fall: Callable[[], bool] = lambda: True
    stands: bool = True


@dataclass
class Claim:
    """What is to be paid: approved, or returned by the bank (`again`); the quota came from a status of its line.

    What of it is released counts as settled.
    """

    line: int
    amount: int
    status: str
    contract: str
    payee: str
    day: date
    again: bool = False
    settled: int = 0
    stands: bool = True

    @property
    def left(self) -> int:
        """What is not paid."""
        return self.amount - self.settled if self.stands else 0


@dataclass
class Payment:
    """What was paid, and what of it came back; `claim` is the number of what it paid, if anything."""

    line: int
    amount: int
    status: str
    contract: str
    payee: str
    day: date
    claim: str = ""
    back: int = 0
    stands: bool = True


@dataclass
class Cash:
    """Money that is not owed, and what of it each document brought, or nobody's, that is not spent."""

    held: int
    of: dict[int, int]

    def take(self, root: int, amount: int) -> int:
        """Take back as much as is there."""
        taken = min(amount, max(0, min(self.held, self.of[root])))
        self.held -= taken
        self.of[root] -= taken
        return taken


@dataclass
class Budget:
    """A fund's budget."""

    lines: dict[int, Line] = field(default_factory=dict)
    moves: defaultdict[Place, defaultdict[date, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )
    bound: defaultdict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(int))
    binds: defaultdict[tuple[int, str], list[date]] = field(default_factory=lambda: defaultdict(list))
    papers: dict[str, tuple[int, str]] = field(default_factory=dict)
    given: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    came: int = 0
    went: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    acts: dict[str, Act] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    advances: dict[str, Payment] = field(default_factory=dict)
    held: int = 0
    waiting: dict[int, Claim] = field(default_factory=dict)
    closed: date = date.min

    def has(self, place: Place) -> int:
        """Return what a place has, whatever the day."""
        return sum(self.moves[place].values())

    def of(self, line: int) -> dict[str, int]:
        """Return what a line has in each status that goes on or is taken back at the end of its year."""
        return {status: self.has((line, status)) for status in LEFT if self.has((line, status))}

    def fits(self, vouchers: Iterable[Voucher]) -> bool:
        """Return whether all of them may be posted."""
        moved: defaultdict[Place, defaultdict[date, int]] = defaultdict(lambda: defaultdict(int))
        bound: defaultdict[tuple[int, str], int] = defaultdict(int)
        freed: defaultdict[tuple[int, str], int] = defaultdict(int)
        for voucher in vouchers:
            if voucher.day <= self.closed:
                return False
            for place, amount in voucher.move.items():
                moved[place][voucher.day] += amount
                if place[0] in self.lines and voucher.day < self.lines[place[0]].begins:
                    return False
            for contract, amount in voucher.bound.items():
                bound[contract] += amount
                freed[contract] += amount if voucher.original or voucher.kind == "commitment" else 0
        enough = all(self.bound[contract] + amount >= 0 for contract, amount in bound.items() if amount < 0)
        unasked = all(self.bound[of] + amount >= self.asked(*of) for of, amount in freed.items() if amount < 0)
        return enough and unasked and all(self._suffices(place, of) for place, of in moved.items())

    def asked(self, line: int, contract: str) -> int:
        """Return how much applications that wait ask for of what a line has bound to a contract."""
        return sum(one.amount for one in self.waiting.values() if (one.line, one.contract) == (line, contract))

    def _suffices(self, place: Place, moved: Mapping[date, int]) -> bool:
        total = 0
        for day in sorted({*self.moves[place], *moved}):
            total += self.moves[place].get(day, 0) + moved.get(day, 0)
            if total < 0:
                return False
        return True

    def make(self, vouchers: Iterable[Voucher]) -> None:
        """Post vouchers."""
        for voucher in vouchers:
            for place, amount in voucher.move.items():
                self.moves[place][voucher.day] += amount
            for contract, amount in voucher.bound.items():
                self.bound[contract] += amount
                if voucher.kind not in {"commitment", "carry-over"}:
                    continue
                if voucher.original and amount < 0:
                    self.binds[contract].remove(voucher.original)
                elif amount > 0 and not voucher.original:
                    self.binds[contract].append(voucher.day)
            if voucher.kind == "quota-received":
                self.given[voucher.document] += sum(
                    amount for (_, status), amount in voucher.move.items() if status == "received"
                )
            if voucher.kind == "transfer-received":
                self.came += voucher.move[MONEY]
            self.went[voucher.root] -= voucher.move.get(MONEY, 0) if voucher.root else 0

    def gives(self, document: str, amount: int) -> bool:
        """Return whether a document, and the one above it, still gives so much; one that is not registered does."""
        whole, upper = self.papers.get(document, (0, ""))
        of = [(whole, [document]), (self.papers.get(upper, (0, ""))[0], [upper])]
        of[1][1].extend(one for one, (_, above) in self.papers.items() if above == upper)
        if not upper:
            of[0][1].extend(one for one, (_, above) in self.papers.items() if above == document)
        return all(not most or sum(self.given[one] for one in {*below}) + amount <= most for most, below in of)

    def cash(self) -> Cash:
        """Return the money that is there to go back with quota."""
        lines = self.lines
        owed = sum(self.has((line, "applied")) for line in lines)
        paid: defaultdict[int, int] = defaultdict(int)
        for line in lines:
            paid[self.root(line)] += self.has((line, "paid")) + self.has((line, "applied"))
        return Cash(self.has(MONEY) - owed, {of: self.came - paid[of] - self.went[of] for of in map(self.root, lines)})

    def rests(self, number: str) -> bool:
        """Return whether something that stands rests on a voucher."""
        return any(act.stands and act.cites == number for act in self.acts.values())

    def may_fall(self, number: str, day: date) -> bool:
        """Return whether an act may be taken back on a day."""
        act = self.acts[number]
        together = [of for of, other in self.acts.items() if other is act]
        in_time = all(
            voucher.day <= day and (voucher.kind in LATER or voucher.day.year == day.year) for voucher in act.vouchers
        )
        return act.stands and in_time and not any(map(self.rests, together)) and act.may_fall()

    def receipt(self, line: int) -> str:
        """Return the number of the first voucher that received a line, and stands; empty where none does."""
        for number, act in self.acts.items():
            if act.stands and not act.cites:
                at = [of for of, other in self.acts.items() if other is act].index(number)
                if act.vouchers[at].move.get((line, "received"), 0) > 0:
                    return number
        return ""

    def from_contract(self, line: int, contract: str) -> str:
        """Return the status that what is asked under a contract comes from."""
        return "committed" if self.binds[line, contract] else "available"

    def parts(self, line: int) -> list[tuple[str, int, str]]:
        """Return what a line has left: status, amount, contract; what is free first."""
        bound = sorted((contract, held) for (of, contract), held in self.bound.items() if of == line and held)
        free = [(status, amount, "") for status, amount in self.of(line).items() if status != "committed"]
        return free + [("committed", held, contract) for contract, held in bound]

    def carried(self, line: int, into: int) -> list[Voucher]:
        """Return the vouchers that carry over what a line has left, in the order of posting."""
        year, parts = self.lines[line].year, self.parts(line)
        return [
            Voucher("carry-over", date(year, 12, 31), {(line, status): -amount, (line, "carried"): amount},
                    {(line, contract): -amount} if contract else {})
            for status, amount, contract in parts
        ] + [
            Voucher("carry-over", date(year + 1, 1, 1), {(into, "received"): amount, (into, status): amount},
                    {(into, contract): amount} if contract else {})
            for status, amount, contract in parts
        ]  # fmt: skip

    def reclaimed(self, line: int, day: date, parts: Sequence[tuple[str, int, str]], cash: int) -> list[Voucher]:
        """Return the vouchers that take back what a line has: the money goes with what is free, or alone."""
        free = {(line, status): -amount for status, amount, contract in parts if not contract}
        if free:
            free[line, "reclaimed"] = -sum(free.values())
        if cash:
            free[MONEY] = -cash
        return [Voucher("reclaim", day, free, root=self.root(line))] * bool(free) + [
            Voucher("reclaim", day, {(line, status): -amount, (line, "reclaimed"): amount}, {(line, contract): -amount})
            for status, amount, contract in parts if contract
        ]  # fmt: skip

    def year_end(self, year: int) -> Iterator[tuple[int, int, list[Voucher]]]:
        """Yield each line that has something left at the end of a year, the line it goes on to, and its vouchers."""
        into, cash = len(self.lines), self.cash()
        for line, of in self.lines.items():
            parts = self.parts(line)
            if of.year != year or not parts:
                continue
            if not self.is_over(line):
                into += 1
                yield line, into, self.carried(line, into)
                continue
            back = cash.take(self.root(line), sum(amount for _, amount, _ in parts))
            yield line, 0, self.reclaimed(line, date(year, 12, 31), parts, back)

    def is_over(self, line: int) -> bool:
        """Return whether what a line has left at the end of its year is carried over no more."""
        return self.lines[line].year - self.lines[self.root(line)].year + 1 >= CLOCK

    def root(self, line: int) -> int:
        """Return the line that a document gave."""
        parent = self.lines[line].parent
        return self.root(parent) if parent else line

    def may_ask(self, line: int, amount: int, contract: str, *, other: bool) -> bool:
        """Return whether so much may be applied for beside what waits; of what is bound, if ever, else what is free.

        What was bound and taken back in red never was.
        """
        asked: defaultdict[str, int] = defaultdict(int)
        for one in self.waiting.values():
            asked[one.contract] += one.amount if one.line == line else 0
        here = asked.pop(contract, 0) + amount
        if self.binds[line, contract]:
            return not other and here <= self.bound[line, contract]
        beyond = sum(max(0, wanted - self.bound[line, of]) for of, wanted in asked.items())
        return here + beyond <= self.has((line, "available"))

    def keeps_open(self, until: date) -> bool:
        """Return whether something undecided keeps a day open: an application, or a year that is over."""
        over = until.year + (until.month == 12)
        return any(one.day <= until for one in self.waiting.values()) or self.is_alive(over)

    def is_alive(self, before: int) -> bool:
        """Return whether lines of a year before one, that is not closed, have something left."""
        return any(
            of.year < before and self.closed < date(of.year, 12, 31) and self.has((line, status)) > 0
            for line, of in self.lines.items() for status in ALIVE
        )  # fmt: skip

    def keeps_year_open(self, year: int) -> bool:
        """Return whether something keeps a year open: a month, another year, what waits or is not paid."""
        last = date(year, 12, 31)
        return (
            self.closed < Month(year, 11).last
            or any(one.day <= last for one in self.waiting.values())
            or any(claim.left and not claim.again and claim.day <= last for claim in self.claims.values())
            or self.is_alive(year)
        )
