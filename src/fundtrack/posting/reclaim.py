"""Surplus taken back (收回): unspent quota leaves its line, and its cash goes back, or is owed to the treasury.

Both are said by one voucher, or several where contracts bind the quota: what leaves a contract bears its name. No more
cash goes back than the fund holds of what the line's document brought; the quota goes back whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fundtrack.chart.quota import root
from fundtrack.errors import UsageError
from fundtrack.posting.arrived import Arrived, Taken
from fundtrack.posting.draft import Entry, Leg
from fundtrack.posting.intime import refuse_other_year
from fundtrack.posting.kinds import account_of
from fundtrack.posting.quota import entry_of, find_line
from fundtrack.posting.surplus import take_back
from fundtrack.posting.vouchers import drafted, positive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date as Date  # noqa: N812 - `date` is what acts call their day

    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart, Quota
    from fundtrack.posting.draft import Draft


class Back(NamedTuple):
    """How surplus is taken back: so many fen of cash with it, from a bank account, or `owed` until it goes back."""

    cash: int
    date: Date
    document: str
    owed: bool = False
    bank: str = ""
    bill: int = 0


def reclaim(
    connection: Connection, chart: Chart, number: str, amount: int, *, date: Date, document: str, cash: bool = True,
    bank: str = "",
) -> tuple[Taken, list[Draft]]:  # fmt: skip
    """Return the voucher by which unspent quota is taken back, its cash with it, and how much that is.

    The cash goes back at once, or else is owed to the treasury. Where a fund is named, it is money without quota
    that is taken back, refunds of earlier years and interest. Raises UsageError: `quota-unknown`, `reclaim-document`,
    `quota-year`, `reclaim-unbacked`.
    """
    fund = number.strip().upper()
    if fund in chart.funds:
        given = take_back(connection, chart, fund, amount, date=date, document=document, cash=cash, bank=bank)
        return Taken(0, amount, amount), [given]
    line = find_line(chart, number)
    if not document.strip():
        raise UsageError("reclaim-document")
    refuse_other_year(line, date)
    taken = Arrived(connection, line.fund).take(root(line, chart.quotas), positive(amount))
    left = {"available" if line.use else "unallotted": amount}
    back = Back(taken.cash, date, document, owed=not cash, bank=bank)
    return taken, [*reclaimed(chart, line, left, (), back)]


def reclaimed(
    chart: Chart, line: Quota, left: Mapping[str, int], bound: Iterable[tuple[str, str, int]], back: Back
) -> Iterator[Draft]:
    """Yield the vouchers by which what a line has left is taken back, and so many fen of cash.

    `left` are fen by status, `bound` the contract, the contractor and the fen of what is committed. The cash is paid to
    nobody under a contract, so it goes with what is free, or alone, and last: once the quota has gone that it goes by.
    """
    free = [(status, amount) for status, amount in left.items() if status != "committed"]
    parts = [(contract, [("committed", held)]) for contract, _, held in bound]
    parts += [("", free)] if free or back.cash else []
    transfer, other = (
        Leg(line.fund, account_of(chart, line.fund, kind, back.bank))
        for kind in ("transfer", "payable" if back.owed else "cash")
    )
    for contract, stands in parts:
        entries = [entry_of(chart, (line, status), (line, "reclaimed"), amount) for status, amount in stands]
        if back.cash and not contract:
            entries.append(Entry(transfer, other, back.cash))
        yield drafted(
            chart, "reclaim", tuple(entries), fund=line.fund, date=back.date, project=line.project,
            document=back.document, bill=back.bill, contract=contract,
        )  # fmt: skip
