"""Lineage (资金溯源): from a payment up to the root document of its money, and from a document down to what was paid.

A tree of nodes: documents, quota lines, contracts, vouchers. Above a node stands what it came of, below it what came of
it. The amount of a node is what it is about, `left` what of it went no further; both are fen.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

from fundtrack import money
from fundtrack.book.documents import papers
from fundtrack.chart.model import STATUSES
from fundtrack.reporting.moves import PAYMENTS, RETURNED, Moves

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart, Quota
    from fundtrack.reporting.moves import Act, Move

STANDING: Final = "SELECT quota, status, amount FROM book_quota_statuses"

POOLED: Final = """
SELECT a.fund || '-' || substr(a.code, 6), CAST(SUM(
    (1 - 2 * e.red) * e.amount * CASE WHEN a.code = e.credit THEN 1 ELSE -1 END) AS BIGINT)
FROM voucher AS v
JOIN entry AS e ON e.voucher = v.id
JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code IN (e.debit, e.credit)
    AND a.kind = 'quota-received'
WHERE v.kind = 'pooling'
GROUP BY a.fund, a.code
"""
"""What each line gave another fund, in fen; below zero what it got."""

RECEIVED: Final = ("quota-received", "pooling")
"""Kinds of voucher by which a line that a document gave is received."""

SHOWN: Final = ("application", "disbursement", "advance", "bank-charge", "reclaim", "quota-adjustment", "pooling")
"""Kinds of voucher that stand below a line in their own name; others are what its amount is made of."""

LEFT: Final = frozenset({"application", "disbursement", "advance", "bank-charge", RETURNED})
"""Kinds of voucher of which something may be left."""


@dataclass(frozen=True, slots=True)
class Node:
    """A document, a quota line, a contract, an application that waits or a voucher, and those next to it.

    `known` is false for a document that is not registered; `assumed` says that it is the fund's by the chart and that
    no voucher names it; `again` says that what follows stands elsewhere already; `unbound` that a line bound nothing to
    the contract that it is paid under; `share` that of a contract only what the line next to it bound is meant; `fed`
    that of a line only what the document next to it gave is meant, for others gave it quota too; `said` is what a
    voucher says of itself, where that tells it from others.
    """

    node: Literal["document", "quota", "contract", "application", "voucher"]
    name: str
    kind: str = ""
    date: str = ""
    fund: str = ""
    use: str = ""
    project: str = ""
    payee: str = ""
    document: str = ""
    amount: int | None = None
    left: int | None = None
    known: bool = True
    assumed: bool = False
    again: bool = False
    unbound: bool = False
    share: bool = False
    fed: bool = False
    said: str = ""
    next: tuple[Node, ...] = field(default=())

    def record(self, direction: str) -> dict[str, Any]:
        """Return the node and those next to it for a machine; `direction` is above or below."""
        said = {name: getattr(self, name) for name in
                ("node", "name", "kind", "date", "fund", "use", "project", "payee", "document")}  # fmt: skip
        figures = {name: None if (value := getattr(self, name)) is None else money.plain(value)
                   for name in ("amount", "left")}  # fmt: skip
        beside: dict[str, Any] = {"registered": self.known} if self.node == "document" else {}
        beside |= {name: True for name in ("assumed", "unbound", "share", "fed") if getattr(self, name)}
        beside |= {"said": self.said} if self.said else {}
        again = {"again": True} if self.again else {}
        return {**said, **figures, **beside, **again, direction: [one.record(direction) for one in self.next]}

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Node]]:
        """Yield the node and those next to it, each with how far it stands from the first."""
        yield depth, self
        for one in self.next:
            yield from one.walk(depth + 1)


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a subject came of, and what came of it; both begin with the subject itself."""

    above: Node
    below: Node

    @property
    def roots(self) -> list[Node]:
        """Where the money came from in the end, each once."""
        found = {node.name: node for _, node in self.above.walk() if not node.next and not node.again}
        return list(found.values())

    @property
    def resolved(self) -> bool:
        """Whether all of it came by documents that are registered."""
        return bool(self.roots) and all(root.node == "document" and root.known for root in self.roots)

    def flat(self) -> list[dict[str, Any]]:
        """Return a row for each node: first the subject, then what it came of, then what came of it."""
        return [
            {"direction": direction if depth else "subject", "depth": depth, **node.record("next")}
            for direction, tree in (("above", self.above), ("below", self.below))
            for depth, node in tree.walk()
            if depth or direction == "above"
        ]

    def record(self) -> dict[str, Any]:
        """Return the lineage for a machine."""
        above, below = self.above.record("above"), self.below.record("below")
        return {
            "subject": {**{name: value for name, value in below.items() if name != "below"}},
            "resolved": self.resolved,
            "roots": [root.name for root in self.roots],
            "above": above["above"],
            "below": below["below"],
        }


class Tracer:
    """Follows the money of a book at one moment."""

    def __init__(self, connection: Connection, chart: Chart) -> None:
        """Begin with nothing read but the documents."""
        self._connection, self._chart = connection, chart
        self.moves, self.papers = Moves(connection, chart), papers(connection)
        self._seen: set[str] = set()
        self._above: set[str] = set()

    @cached_property
    def _stands(self) -> dict[str, dict[str, int]]:
        """What every line has in each status."""
        found: defaultdict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(STATUSES, 0))
        for quota, status, amount in self._connection.exec_driver_sql(STANDING):
            found[quota][status] = int(amount)
        return found

    @cached_property
    def _pooled(self) -> dict[str, int]:
        """What every line gave other funds: it was received all the same."""
        return {quota: max(int(amount), 0) for quota, amount in self._connection.exec_driver_sql(POOLED)}

    def above_act(self, act: Act) -> Node:
        """Return a voucher above which stands what it came of: the one it follows from, lines, or documents."""
        if act.reverses or (act.cites and act.kind != "quota-received"):
            found = [self.above_act(self.moves.act(act.reverses or act.cites))]
            if act.kind in PAYMENTS and not act.reverses:
                found += [self._returned(back) for back in self.moves.replaced(act)]
        elif lines := {line: status for _, (status, line), _, _ in self.moves.of_act(act)}:
            found = [
                one for line, status in lines.items() for one in self._sources(act, status, self.moves.lines[line])
            ]
        else:
            found = self.in_money(act)
        return replace(self.voucher(act), next=tuple(found))

    def _sources(self, act: Act, status: str, line: Quota) -> list[Node]:
        """Return what a voucher came of that takes quota out of a status of a line, or out of a document."""
        if status != "received":
            above = self.above_line(line)
            bound = self.contracts(line, self.moves.structural(line, act.contract)).get(act.contract)
            return [replace(bound, next=(above,))] if bound and act.kind != "commitment" else [above]
        if act.kind == "pooling":
            return [self.above_act(giver) for giver in self.moves.pooled_with(act)]
        if line.parent:
            return [self.above_line(self.moves.lines[self.moves.parent(line)])]
        return [self.above_document(act.document)]

    def in_money(self, act: Act) -> list[Node]:
        """Return what a voucher came of that moves no quota: its document, or that of its fund."""
        fund = self._chart.funds[act.fund]
        if act.kind == "pooling" and fund.regime == "pooled":
            return [self.above_act(giver) for giver in self.moves.pooled_with(act)]
        if act.kind == "transfer-received" and act.document:
            return [self.above_document(act.document)]
        return [replace(self.above_document(fund.authority), assumed=True)]

    def above_line(self, line: Quota) -> Node:
        """Return a line above which stands the line it was allotted or carried over from, or the documents it came by.

        What stands elsewhere already is only named: quota may have gone to and fro, and lines have one that gave all.
        """
        node = self.line(line)
        if line.number in self._above:
            return replace(node, again=True)
        self._above.add(line.number)
        givers = [self.moves.parent(line)] if line.parent else []
        found = [self.above_line(self.moves.lines[one]) for one in (*givers, *self._adjusted_from(line))]
        if line.parent:
            return replace(node, next=tuple(found))
        by_document: defaultdict[str, int] = defaultdict(int)
        for act, amount in self._receipts(line):
            if act.kind == "pooling":
                found.append(self.above_act(act))
            else:
                by_document[act.document] += amount
        documents = [self.above_document(one) for one, amount in by_document.items() if amount > 0]
        return replace(node, next=(*documents, *found))

    def _adjusted_from(self, line: Quota) -> list[str]:
        """Return the lines that gave a line more than it gave them."""
        got: defaultdict[str, int] = defaultdict(int)
        for move in self.moves.structural(line):
            if self.moves.acts[move.voucher].kind == "quota-adjustment":
                other, sign = (move.left, 1) if move.entered[1] == line.number else (move.entered, -1)
                got[other[1]] += sign * move.amount
        return [other for other, amount in got.items() if amount > 0 and other != self.moves.parent(line)]

    def _receipts(self, line: Quota) -> list[tuple[Act, int]]:
        """Return the vouchers by which a line was received, with the amount; those that took it back are negative."""
        found = [(self.moves.acts[move.voucher], move.amount) for move in self.moves.structural(line)
                 if move.left == ("received", line.number)]  # fmt: skip
        undone = {act.reverses for act, _ in found}
        return [(act, amount) for act, amount in found
                if act.kind in RECEIVED and not act.reverses and act.id not in undone]  # fmt: skip

    def above_document(self, document: str) -> Node:
        """Return a document above which stands the one it follows from; a circle has no end."""
        chain = self.papers.chain(document)
        node = replace(self._document(chain[-1]), again=bool(self.papers.parent(chain[-1])))
        for one in reversed(chain[:-1]):
            node = replace(self._document(one), next=(node,))
        return node

    def below_document(self, document: str) -> Node:
        """Return a document below which stand those that follow from it, the lines it gave, and what rests on it."""
        if document in self._seen:
            return replace(self._document(document), again=True)
        self._seen.add(document)
        found = [self.below_document(one) for one in self.papers.children(document)]
        gave: defaultdict[str, int] = defaultdict(int)
        resting: list[Node] = []
        roots = [line for line in self._chart.quotas if not line.parent]
        self.moves.read([line for line in self._chart.quotas if self._comes_of(line, document)])
        by_receipt = {act.id: line.number for line in roots for act, _ in self._receipts_of(line, document)}
        named = {act.id: act for act in self.moves.naming(document)}
        for act in named.values():
            if act.id in by_receipt:
                gave[by_receipt[act.id]] += act.quota
            elif not {act.reverses, act.cites} & {*named} and self._rests(act, document):
                resting.append(self.below_act(act))
        lines = [self._given(document, self.moves.lines[one], amount) for one, amount in gave.items()]
        return replace(self._document(document), next=(*found, *lines, *resting))

    def _given(self, document: str, line: Quota, amount: int) -> Node:
        """Return what a document gave a line, and below it what came of that; of several givers it is nobody's alone.

        Then the whole line stands below the share of the document that opened it.
        """
        if len({act.document for act, _ in self._receipts(line)}) == 1:
            return replace(self.below_line(line), amount=amount)
        whole = (self.below_line(line),) if line.document == document else ()
        return replace(self.line(line), amount=amount, left=None, fed=True, next=whole)

    def _rests(self, act: Act, document: str) -> bool:
        """Say whether a voucher stands below its document by itself: not what stands below a line of that already.

        Pooling stands where it begins, and a receipt that gives no line anything, for it was taken back, by itself.
        """
        if act.kind == "pooling":
            return self._chart.funds[act.fund].regime != "pooled"
        lines = () if act.kind == "quota-received" else self.moves.of_act(act)
        return not any(self._comes_of(self.moves.lines[end[1]], document) for _, *ends, _ in lines for end in ends)

    def _comes_of(self, line: Quota, document: str) -> bool:
        """Say whether a line was given by a document, or came of one that was."""
        while line.parent:
            line = self.moves.lines[self.moves.parent(line)]
        return line.document == document

    def _receipts_of(self, line: Quota, document: str) -> list[tuple[Act, int]]:
        if line.document != document and line.fund not in self._supplemented(document):
            return []
        return [(act, amount) for act, amount in self._receipts(line)
                if act.document == document and act.kind == "quota-received"]  # fmt: skip

    def _supplemented(self, document: str) -> set[str]:
        """Return the funds that a document gave quota, on lines of its own or of others."""
        return {*self.papers.given.get(document, {})}

    def below_line(self, line: Quota) -> Node:
        """Return a line below which stands all that it was allotted, bound, applied for, paid and taken back by."""
        node = self.line(line)
        if line.number in self._seen:
            return replace(node, again=True)
        self._seen.add(line.number)
        found = [self.below_line(child) for child in self.moves.children.get(line.number, [])]
        acts = {move.voucher: self.moves.acts[move.voucher] for move in self.moves.of(line)
                if move.left[1] == line.number and move.left[0] != "received"}  # fmt: skip
        first = [act for act in acts.values()
                 if act.kind in SHOWN and not act.reverses and act.cites not in self.moves.acts]  # fmt: skip
        self.moves.following(first)
        contracts = self.contracts(line, self.moves.of(line))
        bound: defaultdict[str, list[Node]] = defaultdict(list)
        for act in first:
            below = self.below_act(act)
            bound[act.contract if act.contract in contracts else ""].append(below)
        found += [replace(contract, next=tuple(bound[name])) for name, contract in contracts.items()]
        return replace(node, next=(*found, *bound[""]))

    def contracts(self, line: Quota, moves: Iterable[Move]) -> dict[str, Node]:
        """Return what a line has bound by contract, with what is left of it, by moves of the line."""
        made: defaultdict[str, int] = defaultdict(int)
        left: defaultdict[str, int] = defaultdict(int)
        about: dict[str, Act] = {}
        carried: dict[str, int] = {}
        for move in moves:
            act, place = self.moves.acts[move.voucher], ("committed", line.number)
            change = move.amount * ((move.entered == place) - (move.left == place))
            if change and not act.contract:  # carried over whole, whichever contract; in red, all of it is back
                carried, left = ({**left}, defaultdict(int)) if change < 0 else ({}, defaultdict(int, carried))
            if change and act.contract:
                about.setdefault(act.contract, act)
                left[act.contract] += change
                if act.kind == "commitment" or move.left[0] == "received":
                    made[act.contract] += change
        return {
            name: Node("contract", name, date=act.date, fund=act.fund, use=line.use, project=line.project,
                       payee=act.payee, amount=made[name], left=left[name], share=True)
            for name, act in about.items()
        }  # fmt: skip

    def below_act(self, act: Act) -> Node:
        """Return a voucher below which stand those that cite it or take it back, and the line that it gave another."""
        found = [self.below_act(one) for one in self.moves.followers(act)]
        if act.kind == "allotment" and not act.reverses:
            found += [self.below_line(self.moves.lines[move.entered[1]]) for move in self.moves.of_act(act)]
        if act.kind == "pooling" and not act.reverses and self._chart.funds[act.fund].regime != "pooled":
            for other in self.moves.pooled_with(act):
                lines = [line for _, (status, line), _, _ in self.moves.of_act(other) if status == "received"]
                found += [self.below_line(self.moves.lines[line]) for line in lines] or [self.voucher(other)]
        return replace(self.voucher(act), next=tuple(found))

    def _document(self, document: str) -> Node:
        paper, given = self.papers.of(document), self.papers.passed_on(document)
        return Node(
            "document", document, kind=paper.kind, date=paper.date, fund=paper.fund,
            amount=paper.amount or given or None, left=paper.amount - given if paper.amount else None,
            known=bool(paper.entry),
        )  # fmt: skip

    def line(self, line: Quota) -> Node:
        """Return a line, and next to it nothing."""
        stands = self._stands[line.number]
        return Node(
            "quota", line.number, date=line.date.isoformat(), fund=line.fund, use=line.use, project=line.project,
            document=line.document,
            amount=sum(stands.values()) - stands["received"] if line.use
            else stands["received"] + self._pooled.get(line.number, 0),
            left=stands["available" if line.use else "unallotted"],
        )  # fmt: skip

    def voucher(self, act: Act) -> Node:
        """Return a voucher, and next to it nothing. What came back is negative, whatever it restores or is owed by."""
        came_back = act.kind in {"refund", RETURNED}
        return Node(
            "voucher", act.number, kind="reversal" if act.reverses else act.kind, date=act.date, fund=act.fund,
            project=act.project, payee=act.payee, document=act.document,
            amount=abs(act.amount) * (1 if act.reverses else -1) if came_back else act.amount,
            left=self._left(act),
        )  # fmt: skip

    def _left(self, act: Act) -> int | None:
        """Return what of a voucher still stands: to be paid, to be verified, or spent for good."""
        if act.kind not in LEFT or act.reverses or (act.kind == RETURNED and self.moves.restores(act)):
            return None
        if act.kind == "application" and act.cites:
            return None
        if any(one.reverses == act.id for one in self.moves.followers(act)):
            return 0
        standing = self.moves.standing(act)
        if act.kind in {"application", RETURNED}:
            return abs(act.amount) - sum(abs(one.amount) - self.moves.came_back(one) for one in standing)
        less = {"refund", RETURNED} if act.kind != "advance" else {one.kind for one in standing}
        return act.amount + sum(-abs(one.amount) if one.kind in less else one.amount for one in standing)

    def _returned(self, back: Act) -> Node:
        """Return a returned payment above which stands its payment, and no more: what that came of is told already."""
        paid = replace(self.voucher(self.moves.act(back.cites)), again=True)
        return replace(self.voucher(back), next=(paid,))
