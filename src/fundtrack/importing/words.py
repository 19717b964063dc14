"""The words a book's chart knows: what a file may call a fund, a project or a bank account."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fundtrack.chart.model import Chart


def words_of(chart: Chart) -> Mapping[str, Mapping[str, str]]:
    """Return names to codes: funds and projects by code and both names, bank accounts to the one fund they carry."""
    carried: dict[str, set[str]] = {}
    for account in chart.accounts.values():
        if account.bank:
            carried.setdefault(chart.banks[account.bank].number, set()).add(account.fund)
    return {
        "fund": {name: f.code for f in chart.funds.values() for name in (f.code, f.name, f.name_zh, f.component("zh"))},
        "project": {name: p.code for p in chart.projects.values() for name in (p.code, p.name, p.name_zh)},
        "bank": {number: next(iter(funds)) for number, funds in carried.items() if len(funds) == 1},
    }
