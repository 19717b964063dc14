"""What moved the quota lines of a fund, and the vouchers that follow from others: what a lineage is read from."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import bindparam, text

from fundtrack.chart.model import QUOTA_UNIT
from fundtrack.chart.quota import headings
from fundtrack.ledger.rows import voucher_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, TextClause

    from fundtrack.chart.model import Chart, Quota

AT_ONCE: Final = 2000
"""Accounts that one select asks for; SQLite knows no more than some thousand values."""

MOVES: Final = """
SELECT v.id, e.line, e.debit, e.credit, (1 - 2 * e.red) * e.amount
FROM entry AS e
JOIN voucher AS v ON v.id = e.voucher
WHERE e.fund = :fund AND e.unit = :unit AND (e.debit IN :codes OR e.credit IN :codes){which}
ORDER BY v.day, v.id, e.line
"""

EVERY: Final = ""
STRUCTURAL: Final = """
    AND (v.kind IN ('quota-received', 'pooling', 'quota-adjustment', 'commitment', 'carry-over')
        OR (v.contract = :contract AND v.contract <> ''))"""
"""Which moves: those that tell where a line came from, and what a contract bound; few, however many were paid."""

FOLLOWED: Final = "SELECT id FROM voucher WHERE fund = :fund AND (cites IS NOT NULL OR reverses IS NOT NULL)"

OF_ACT: Final = text("""
SELECT debit, credit, (1 - 2 * red) * amount FROM entry WHERE voucher = :id AND unit LIKE :quota ORDER BY line
""")

ACTS: Final = """
SELECT v.id, v.fund, v.year, v.number, v.date, v.kind, v.project, v.payee, v.contract, v.document, v.narration, v.link,
    COALESCE(v.reverses, 0), COALESCE(v.cites, 0), s.money, s.quota
FROM voucher AS v
JOIN (
    SELECT e.voucher, CAST(SUM(CASE WHEN e.unit LIKE :quota THEN 0 ELSE (1 - 2 * e.red) * e.amount END) AS BIGINT)
        AS money, CAST(SUM(CASE WHEN e.unit LIKE :quota THEN (1 - 2 * e.red) * e.amount ELSE 0 END) AS BIGINT) AS quota
    FROM entry AS e WHERE e.voucher IN ({which}) GROUP BY e.voucher
) AS s ON s.voucher = v.id
ORDER BY v.day, v.fund, v.number
"""
"""The vouchers of some ids, and what each is about in money and in quota."""

OF_IDS: Final = "SELECT id FROM voucher WHERE id IN :ids"
FOLLOWING: Final = "SELECT id FROM voucher WHERE fund = :fund AND (cites IN :ids OR reverses IN :ids)"
LINKED: Final = "SELECT id FROM voucher WHERE kind = 'pooling' AND link IN :ids"
NAMING: Final = "SELECT id FROM voucher WHERE document = :document"
UNDER: Final = "SELECT id FROM voucher WHERE contract = :contract"

PAYMENTS: Final = ("disbursement", "advance")
RETURNED: Final = "returned-payment"


class Act(NamedTuple):
    """A voucher as a lineage sees it; `money` and `quota` are what it is about in each, in fen, red negative."""

    id: int
    fund: str
    year: int
    number_in_year: int
    date: str
    kind: str
    project: str
    payee: str
    contract: str
    document: str
    narration: str
    link: int
    reverses: int
    cites: int
    money: int
    quota: int

    @property
    def number(self) -> str:
        """The number as a person knows it."""
        return voucher_number(self.fund, self.year, self.number_in_year)

    @property
    def amount(self) -> int:
        """What it is about: money, where it moves any."""
        return self.money or self.quota


class Move(NamedTuple):
    """So much of a fund's quota, in fen, that left a status of a line and entered one; red took it back."""

    voucher: int
    left: tuple[str, str]
    entered: tuple[str, str]
    amount: int


@dataclass
class Moves:
    """The moves of quota lines and the acts that made them, each read once."""

    connection: Connection
    chart: Chart
    acts: dict[int, Act] = field(default_factory=dict)
    _of_line: dict[str, list[Move]] = field(default_factory=dict)
    _followers: dict[int, list[Act]] = field(default_factory=dict)

    @cached_property
    def lines(self) -> dict[str, Quota]:
        """The quota lines by number."""
        return {line.number: line for line in self.chart.quotas}

    @cached_property
    def children(self) -> dict[str, list[Quota]]:
        """What was allotted or carried over of each line."""
        found = defaultdict(list)
        for line in self.chart.quotas:
            if line.parent:
                found[self.parent(line)].append(line)
        return found

    @staticmethod
    def parent(line: Quota) -> str:
        """Return the number of the line that a line came of, empty for one that a document gave."""
        return f"{line.fund}-Q{line.parent:05d}" if line.parent else ""

    def read(self, lines: Iterable[Quota]) -> None:
        """Read all that moved lines, fund by fund, unless it was read before."""
        wanted = defaultdict(list)
        for line in lines:
            if line.number not in self._of_line:
                self._of_line[line.number] = []
                wanted[line.fund].append(line)
        for of_fund in wanted.values():
            numbers = {line.number for line in of_fund}
            for move in self._moves(of_fund, EVERY):
                for number in {move.left[1], move.entered[1]} & numbers:
                    self._of_line[number].append(move)

    def structural(self, line: Quota, contract: str = "") -> list[Move]:
        """Return what of a line's moves tells where it came from, and those of a contract."""
        return self._of_line[line.number] if line.number in self._of_line else self._moves([line], STRUCTURAL, contract)

    def _moves(self, lines: list[Quota], which: str, contract: str = "") -> list[Move]:
        """Return the moves of lines of one fund, the first first, and read the vouchers that made them."""
        fund = lines[0].fund
        above = [account for (one, _), account in headings(self.chart).items() if one == fund]
        codes = [f"{account.code}:{line.name}" for line in lines for account in above]
        select = _expanding(MOVES.format(which=which), "codes")
        found: dict[tuple[int, int], Move] = {}
        for first in range(0, len(codes), AT_ONCE):
            asked = {"fund": fund, "unit": above[0].unit, "codes": codes[first : first + AT_ONCE]}
            asked |= {"contract": contract} if which == STRUCTURAL else {}
            for voucher, line, debit, credit, amount in self.connection.execute(select, asked).all():
                move = Move(voucher, self._place(fund, debit), self._place(fund, credit), int(amount))
                found[voucher, line] = move
        self.know({move.voucher for move in found.values()})
        in_order = sorted(found, key=lambda one: (self.acts[one[0]].date, *one))
        return [found[one] for one in in_order]

    def _place(self, fund: str, code: str) -> tuple[str, str]:
        """Return the status and the line that an account stands for."""
        heading, _, name = code.partition(":")
        return self._statuses[fund, heading], f"{fund}-{name}"

    @cached_property
    def _statuses(self) -> dict[tuple[str, str], str]:
        return {(fund, account.code): status for (fund, status), account in headings(self.chart).items()}

    def of(self, line: Quota) -> list[Move]:
        """Return what moved a line, the first first."""
        self.read([line])
        return self._of_line[line.number]

    def of_act(self, act: Act) -> list[Move]:
        """Return the moves of a voucher."""
        rows = self.connection.execute(OF_ACT, {"id": act.id, **SAID}).all()
        return [Move(act.id, self._place(act.fund, row[0]), self._place(act.fund, row[1]), int(row[2])) for row in rows]

    def know(self, ids: Iterable[int]) -> None:
        """Read vouchers by id, unless they were read before."""
        self._acts(OF_IDS, sorted({*ids} - {*self.acts}))

    def act(self, voucher: int) -> Act:
        """Return a voucher by id."""
        self.know([voucher])
        return self.acts[voucher]

    def following(self, acts: Iterable[Act]) -> None:
        """Read what cites or reverses vouchers, and what that is cited by, unless it was read before."""
        waiting = [act for act in acts if act.id not in self._followers]
        while waiting:
            for act in waiting:
                self._followers[act.id] = []
            found: list[Act] = []
            for fund in {act.fund for act in waiting}:
                ids = [act.id for act in waiting if act.fund == fund]
                found += self._followed(fund) if len(ids) > AT_ONCE else self._acts(FOLLOWING, ids, fund=fund)
            for act in found:
                original = act.reverses or act.cites
                if original in self._followers and act not in self._followers[original]:
                    self._followers[original].append(act)
            waiting = [act for act in found if act.id not in self._followers]

    def _followed(self, fund: str) -> list[Act]:
        """Return every voucher of a fund that follows from another: with many to ask for, one look is quicker."""
        return self._all(FOLLOWED, fund=fund)

    def followers(self, act: Act) -> list[Act]:
        """Return the vouchers that take a voucher back, or else cite it."""
        self.following([act])
        return self._followers[act.id]

    def standing(self, act: Act) -> list[Act]:
        """Return what follows from a voucher and was not reversed."""
        after = [one for one in self.followers(act) if not one.reverses]
        return [one for one in after if not any(back.reverses == one.id for back in self.followers(one))]

    def restores(self, back: Act) -> bool:
        """Say whether a returned payment restores what its payment paid; else it is owed by its own voucher."""
        paid = self.act(back.cites)
        return bool(paid.cites) and paid.year == back.year

    def returned(self, paid: Act) -> list[Act]:
        """Return the returned payments by which what a payment paid is owed again."""
        return [one for one in self.standing(paid) if one.kind == RETURNED and self.restores(one)]

    def came_back(self, paid: Act) -> int:
        """Return what of a payment is owed again."""
        return sum(abs(one.amount) for one in self.returned(paid))

    def replaced(self, act: Act) -> list[Act]:
        """Return the returned payments that a payment pays once more: the first that came back is paid again first."""
        paid = [one for one in self.standing(self.act(act.cites)) if one.kind in PAYMENTS]
        came = [back for one in paid for back in self.returned(one)]
        waiting: dict[int, int] = {}
        for one in sorted([*paid, *came], key=lambda one: one.id):
            if one.kind == RETURNED:
                waiting[one.id] = abs(one.amount)
                continue
            pays, found = one.amount, []
            for back, amount in waiting.items():
                taken = min(pays, amount)
                pays, waiting[back] = pays - taken, amount - taken
                found += [back] if taken else []
            if one.id == act.id:
                return [self.act(back) for back in found]
        return []

    def pooled_with(self, act: Act) -> list[Act]:
        """Return the other vouchers of a pooling."""
        return [one for one in self._acts(LINKED, [act.link]) if one.id != act.id and one.fund != act.fund]

    def naming(self, document: str) -> list[Act]:
        """Return the vouchers that rest on a document."""
        return self._all(NAMING, document=document)

    def under(self, contract: str) -> list[Act]:
        """Return the vouchers that name a contract."""
        return self._all(UNDER, contract=contract)

    def _all(self, which: str, **asked: str) -> list[Act]:
        found = self.connection.execute(text(ACTS.format(which=which)), {**asked, **SAID}).all()
        return [self.acts.setdefault(row[0], Act(*row)) for row in found]

    def _acts(self, which: str, ids: list[int], **more: str) -> list[Act]:
        found: list[Act] = []
        select = _expanding(ACTS.format(which=which), "ids")
        for first in range(0, len(ids), AT_ONCE):
            asked = {"ids": ids[first : first + AT_ONCE], **more, **SAID}
            found += [Act(*row) for row in self.connection.execute(select, asked).all()]
        self.acts.update((act.id, act) for act in found)
        return found


SAID: Final = {"quota": f"%{QUOTA_UNIT}"}


def _expanding(select: str, name: str) -> TextClause:
    """Return a select in which a value stands for several."""
    return text(select).bindparams(bindparam(name, expanding=True))
