"""Pooling (统筹整合): money of an earmarked fund passed to a pooled one, by a filed plan, as two linked vouchers.

What the giver passes on it no longer has: its receipts shrink by what the other's grow, in cash and in quota, so
nothing is counted twice and nothing counts as spent. The channel stays to be seen: the two are linked, the payee of
each is the other fund, and the new quota line names the document that the money first came by.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date as Date  # noqa: N812 - `date` is what acts call their day
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from fundtrack import money
from fundtrack.beantext.escape import stored
from fundtrack.book.documents import papers
from fundtrack.chart.model import Quota
from fundtrack.chart.quota import headings
from fundtrack.errors import ChartError, UsageError, nearest
from fundtrack.posting.draft import Entry, Leg
from fundtrack.posting.intime import is_expired, refuse_expired
from fundtrack.posting.kinds import account_of
from fundtrack.posting.quota import find_line, leg_of, open_line, received, statuses, unit_of
from fundtrack.posting.vouchers import drafted, positive

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart
    from fundtrack.posting.draft import Draft
    from fundtrack.posting.vouchers import Details

FIRST_DAY: Final = Date(2016, 4, 22)
"""When the pilot was published (国办发〔2016〕22号); before it nothing allowed pooling, as `pooled-too-early` says."""

PLAN: Final = "pooling-plan"
"""The kind under which filed plans stand in the register of documents, as `pooled-outside-plan` has it."""

POOLED: Final = text("""
SELECT COALESCE(SUM((1 - 2 * e.red) * e.amount), 0) FROM voucher AS v
JOIN entry AS e ON e.voucher = v.id
JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code = e.debit AND a.kind = 'cash'
WHERE v.kind = 'pooling' AND v.document = :plan
""")
"""What was pooled by a plan; what was taken back is not."""


@dataclass(frozen=True, slots=True)
class Pooling:
    """What is to be pooled, in fen: from which fund into which, by which plan; `quota` is the line that gives it."""

    giver: str
    taker: str
    amount: int
    plan: str
    date: Date
    quota: str = ""
    bank_ref: str = ""
    narration: str = ""


def pool(connection: Connection, chart: Chart, asked: Pooling, *, by: str) -> list[Draft]:
    """Return the two linked vouchers, and open the line that the taker gets.

    Raises ChartError (`chart-fund-unknown`); what `refuse_unplanned` and `giving_line` raise; UsageError: `pool-regime`
    unless an earmarked fund gives to a pooled one, `pool-control` where one of them is under quota control and the
    other is not.
    """
    asked = replace(asked, plan=stored(asked.plan.strip()))
    for fund in (asked.giver, asked.taker):
        if fund not in chart.funds:
            raise ChartError("chart-fund-unknown", fund=fund, known=nearest(fund, chart.funds))
    regimes = [chart.funds[fund].regime for fund in (asked.giver, asked.taker)]
    if regimes != ["earmarked", "pooled"]:
        raise UsageError("pool-regime", giver=asked.giver, taker=asked.taker)
    refuse_unplanned(connection, asked)
    controlled = [_controlled(chart, fund, asked.date) for fund in (asked.giver, asked.taker)]
    if len({*controlled}) > 1:
        raise UsageError("pool-control", giver=asked.giver, taker=asked.taker)
    line = giving_line(connection, chart, asked) if all(controlled) else None
    return [_given(chart, asked, line), _taken(connection, chart, asked, line, by)]


def refuse_unplanned(connection: Connection, asked: Pooling) -> None:
    """Refuse what no plan allows.

    Raises UsageError: `pool-too-early`, `pool-plan` without a plan in the register of documents, `pool-plan-later`
    where it was not filed by then, `pool-beyond-plan` beyond the amount it states.
    """
    if asked.date < FIRST_DAY:
        raise UsageError("pool-too-early", date=asked.date, first=FIRST_DAY)
    plan = papers(connection).of(asked.plan)
    if plan.kind != PLAN or not plan.date:
        raise UsageError("pool-plan", plan=asked.plan)
    if plan.date > asked.date.isoformat():
        raise UsageError("pool-plan-later", plan=asked.plan, filed=plan.date, date=asked.date)
    pooled = int(connection.execute(POOLED, {"plan": asked.plan}).scalar_one())
    if plan.amount and pooled + positive(asked.amount) > plan.amount:
        raise UsageError("pool-beyond-plan", plan=asked.plan, whole=money.grouped(plan.amount),
                         pooled=money.grouped(pooled), amount=money.grouped(asked.amount))  # fmt: skip


def giving_line(connection: Connection, chart: Chart, asked: Pooling) -> Quota:
    """Return the line that gives: the one named, or the only one of the fund and year that has so much unallotted.

    Raises UsageError: `quota-unknown`, `quota-not-given` for one that is allotted, `pool-line` for one of another fund
    or year, `apply-expired` after its last day, `pool-quota` where none or several would do.
    """
    if asked.quota:
        line = find_line(chart, asked.quota)
        if line.use:
            raise UsageError("quota-not-given", number=line.number)
        if (line.fund, line.year) != (asked.giver, asked.date.year):
            raise UsageError("pool-line", number=line.number, fund=asked.giver, year=asked.date.year)
        refuse_expired(line, asked.date)
        return line
    fitting = [
        line
        for line in chart.quotas
        if (line.fund, line.year, line.use) == (asked.giver, asked.date.year, "")
        and not is_expired(line, asked.date)
        and statuses(connection, chart, line)["unallotted"] >= asked.amount
    ]
    if len(fitting) != 1:
        known = ", ".join(line.number for line in fitting) or "–"
        raise UsageError("pool-quota", fund=asked.giver, amount=money.grouped(asked.amount), known=known)
    return fitting[0]


def _controlled(chart: Chart, fund: str, day: Date) -> bool:
    """Say whether a fund is under quota control on a day."""
    return any(one == fund and heading.date <= day for (one, _), heading in headings(chart).items())


def _given(chart: Chart, asked: Pooling, line: Quota | None) -> Draft:
    """Return the voucher by which money, and the quota of a line, leave the giver."""
    transfer, cash = (Leg(asked.giver, account_of(chart, asked.giver, kind)) for kind in ("transfer", "cash"))
    entries = [Entry(transfer, cash, positive(asked.amount))]
    if line:
        free, received = (leg_of(chart, line, status) for status in ("unallotted", "received"))
        entries.append(Entry(free, received, asked.amount, 0, unit_of(chart, line.fund)))
    return drafted(chart, "pooling", tuple(entries), fund=asked.giver, date=asked.date, **_details(asked, asked.taker))


def _taken(connection: Connection, chart: Chart, asked: Pooling, line: Quota | None, by: str) -> Draft:
    """Return the voucher by which it reaches the taker, on a line of its own."""
    cash, transfer = (Leg(asked.taker, account_of(chart, asked.taker, kind)) for kind in ("cash", "transfer"))
    entries: tuple[Entry, ...] = (Entry(cash, transfer, asked.amount),)
    if line:
        opened = open_line(connection, chart, Quota(
            asked.taker, asked.date, asked.plan, upper_document=line.document, expires=line.expires,
            department=chart.funds[asked.taker].department, recorded_by=by,
        ))  # fmt: skip
        entries += received(chart, opened, asked.amount, asked.date)[0].entries
    return drafted(chart, "pooling", entries, fund=asked.taker, date=asked.date, **_details(asked, asked.giver))


def _details(asked: Pooling, other: str) -> Details:
    return {
        "payee": other, "narration": asked.narration, "document": asked.plan, "bank_ref": asked.bank_ref, "bill": 1,
    }  # fmt: skip
