"""What `trace` is asked for by a number: a voucher, a quota line, a document, or a contract with all under it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.errors import UsageError, near
from fundtrack.posting.application import applications
from fundtrack.posting.quota import find_line
from fundtrack.posting.standing import NUMBER, find_voucher
from fundtrack.reporting.lineage import Lineage, Node, Tracer
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart
    from fundtrack.reporting.moves import Act

QUOTA_NUMBER: Final = re.compile(r"([A-Z0-9]+)-Q(\d+)", re.ASCII)

DIGITS: Final = 5
"""So many has the number of a line; that of a contract may look like it."""

CONTRACTS: Final = """
SELECT contract FROM voucher WHERE contract <> '' UNION SELECT contract FROM application WHERE contract <> ''
UNION SELECT contract FROM book_contracts
"""

NAMED: Final = "SELECT DISTINCT document FROM voucher WHERE document <> ''"

SIGNED: Final = """
SELECT project, payee, date FROM book_contracts WHERE contract = :contract
ORDER BY CASE change WHEN '' THEN 0 ELSE 1 END
"""
"""What the register says of a contract, by itself rather than by a change of it."""


def trace(connection: Connection, chart: Chart, subject: str) -> Lineage:
    """Return the lineage of a voucher, a quota line, a document or a contract, by its number.

    Raises UsageError: `voucher-unknown` or `voucher-none`, `quota-unknown`; `trace-unknown`, or `trace-nothing`
    where no number is like it.
    """
    tracer = Tracer(connection, chart)
    number = subject.strip()
    contracts = {str(contract) for (contract,) in dialect.rows_of(connection, CONTRACTS)}
    if number in contracts:
        return Under(tracer, number).lineage()
    if voucher := _voucher(connection, chart, number):
        act = tracer.moves.act(voucher)
        return Lineage(tracer.above_act(act), tracer.below_act(act))
    form = QUOTA_NUMBER.fullmatch(number.upper())
    if form and (form[1] in chart.funds or len(form[2]) == DIGITS):
        line = find_line(chart, number)
        return Lineage(tracer.above_line(line), tracer.below_line(line))
    known = tracer.papers
    if number not in {*known.numbers, *known.upper, *known.upper.values()} and not tracer.moves.naming(number):
        named = {str(document) for (document,) in dialect.rows_of(connection, NAMED)}
        like = near(number, known.numbers | contracts | named)
        raise UsageError("trace-unknown" if like else "trace-nothing", name=number, **{"known": like} if like else {})
    return Lineage(tracer.above_document(number), tracer.below_document(number))


def _voucher(connection: Connection, chart: Chart, number: str) -> int:
    """Return the id of the voucher of a number, 0 where what has its form begins with no fund: HT-2015-01."""
    form = NUMBER.fullmatch(number.upper())
    try:
        return find_voucher(connection, number).id if form else 0
    except UsageError:
        if form and form[1] in chart.funds:
            raise
        return 0


class Signed(NamedTuple):
    """What is said of a contract: by the register, or else by the first voucher under it."""

    project: str = ""
    payee: str = ""
    date: str = ""


class Under:
    """All that bound, applied for, paid and took back under a contract, line by line."""

    def __init__(self, tracer: Tracer, contract: str) -> None:
        """Read the vouchers and the applications that name it."""
        self._tracer, self._contract = tracer, contract
        connection = tracer.moves.connection
        self._acts = tracer.moves.under(contract)
        self._waiting = [one for one in applications(connection) if one.state == "waiting" and one.contract == contract]
        said = dialect.rows_of(connection, SIGNED, {"contract": contract})
        first = [Signed(one.project, one.payee, one.date) for one in self._acts[:1]]
        self._signed = Signed(*said[0]) if said else next(iter(first), Signed())

    def lineage(self) -> Lineage:
        """Return the contract: above it the lines it is paid from, below it each of them with what is under it."""
        moves, lines = self._tracer.moves, self._by_line()
        moves.read(moves.lines[line] for line in lines if line)
        below = [node for line, found in lines.items() for node in self._below(line, found)]
        above = [self._tracer.above_line(moves.lines[line]) for line in lines if line]
        documents = {one.name: one for act in self._first() if not act.quota for one in self._tracer.in_money(act)}
        made = [act.quota for act in self._acts if act.kind == "commitment"]
        funds = {act.fund for act in self._acts}
        node = Node(
            "contract", self._contract, date=self._signed.date, fund=min(funds) if len(funds) == 1 else "",
            project=self._signed.project, payee=self._signed.payee, amount=sum(made) if made else None,
            left=sum(one.left or 0 for one in below if one.node == "quota") if made else None,
        )  # fmt: skip
        return Lineage(replace(node, next=(*above, *documents.values())), replace(node, next=tuple(below)))

    def _first(self) -> list[Act]:
        """Return the vouchers that do not stand below another one under the contract."""
        known = {act.id for act in self._acts}
        return [act for act in self._acts if not {act.reverses, act.cites} & known]

    def _by_line(self) -> dict[str, list[Node]]:
        """Return what stands below each line, and by the empty name what is of none."""
        moves = self._tracer.moves
        moves.following(self._acts)
        found: defaultdict[str, list[Node]] = defaultdict(list)
        for act in self._first():
            line = moves.of_act(act)[0].entered[1] if act.quota else ""
            said = act.narration if act.kind == "commitment" else ""
            found[line].append(replace(self._tracer.below_act(act), said=said))
        for one in self._waiting:
            found[f"{one.fund}-Q{one.line:05d}"].append(Node(
                "application", str(one.application), date=one.date, fund=one.fund, payee=one.payee,
                document=one.document, amount=one.amount,
            ))  # fmt: skip
        return dict(sorted(found.items()))

    def _below(self, number: str, found: list[Node]) -> list[Node]:
        """Return a line with what it bound to the contract and has left of that, and what is under it."""
        if not number:
            return found
        line = self._tracer.moves.lines[number]
        bound = self._tracer.contracts(line, self._tracer.moves.of(line)).get(self._contract)
        figures = (bound.amount, bound.left) if bound else (None, None)
        node = replace(self._tracer.line(line), amount=figures[0], left=figures[1], unbound=not bound)
        return [replace(node, next=tuple(found))]
