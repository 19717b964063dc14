"""Quota lines beside the chart: each has an account below the heading of every status that it can have.

The chart opens a heading for each status of a fund's quota: `Liabilities:F01-Relocation:2902-Available`. No entry names
a heading; what is posted are the accounts of the lines below it: `Liabilities:F01-Relocation:2902-Available:Q00001`. So
what a line may still pay is a balance, held like that of any other account, and Fava sums lines under their status.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fundtrack.chart.model import QUOTA, STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fundtrack.chart.model import Account, Chart, Quota

GIVEN: Final = ("received", "unallotted", "carried", "reclaimed")
"""The statuses of what a document gave, or what of it was carried over before it was allotted."""

ALLOTTED: Final = ("available", "committed", "applied", "paid", "carried", "reclaimed")
"""The statuses of what was allotted; a line that was carried over is `received` anew beside."""


def with_quotas(chart: Chart, quotas: Iterable[Quota]) -> Chart:
    """Return a chart with quota lines and their accounts."""
    lines = tuple(sorted(quotas, key=lambda quota: (quota.fund, quota.line)))
    if not lines:
        return chart
    accounts = chart.accounts | {account.path: account for account in _accounts(chart, lines)}
    return replace(chart, accounts=accounts, quotas=lines)


def headings(chart: Chart) -> dict[tuple[str, str], Account]:
    """Return the heading of each status of each fund under quota control."""
    return chart.headings


def is_heading(account: Account) -> bool:
    """Return whether an account is the heading of a status, below which the accounts of its lines stand."""
    return account.kind.startswith(QUOTA) and ":" not in account.code


def statuses(quota: Quota, lines: Iterable[Quota]) -> tuple[str, ...]:
    """Return the statuses that a line can have; `lines` have its parent."""
    if not quota.use:
        return GIVEN
    parent = next(one for one in lines if (one.fund, one.line) == (quota.fund, quota.parent))
    return ("received", *ALLOTTED) if parent.year < quota.year else ALLOTTED


def root(quota: Quota, lines: Iterable[Quota]) -> Quota:
    """Return the line that a document gave, of which a line was allotted or carried over."""
    known = {one.line: one for one in lines if one.fund == quota.fund}
    while quota.parent:
        quota = known[quota.parent]
    return quota


def _accounts(chart: Chart, lines: tuple[Quota, ...]) -> Iterator[Account]:
    above = headings(chart)
    known = {(quota.fund, quota.line): quota for quota in lines}
    for quota in lines:
        parents = [known[quota.fund, quota.parent]] if quota.parent else []
        for status in statuses(quota, parents):
            heading = above[quota.fund, status]
            yield replace(
                heading,
                code=f"{heading.code}:{quota.name}",
                controlled=1 if STATUSES[status] == "Assets" else -1,
                date=quota.date,
            )
