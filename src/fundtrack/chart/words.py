"""The words a book's chart knows: what a file may call a fund, a use, a project or a bank account."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fundtrack.chart.model import Chart


def words_of(chart: Chart) -> Mapping[str, Mapping[str, str]]:
    """Return names to codes: funds and projects by code and both names, bank accounts to the one fund they carry.

    A name that two of them have says neither. A use's name stands for itself: which code it is, its fund says.
    """
    funds, projects = chart.funds.values(), chart.projects.values()
    carried = ((a.bank, a.fund) for a in chart.accounts.values() if a.bank)
    uses = (account for account in chart.accounts.values() if account.kind == "use")
    return {
        "fund": _one_each(
            [
                *((name, f.code) for f in funds for name in (f.code, f.name, f.name_zh, f.component("zh"))),
                *((f.group, f.group) for f in funds),
            ]
        ),
        "use": {name: name for use in uses for name in (use.name, use.name_zh, use.code, f"{use.fund}-{use.code}")},
        "project": _one_each((name, p.code) for p in projects for name in (p.code, p.name, p.name_zh)),
        "bank": _one_each((chart.banks[bank].number, fund) for bank, fund in carried),
    }


def _one_each(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return what each name means, where it means one thing."""
    meant: dict[str, set[str]] = {}
    for name, code in pairs:
        meant.setdefault(name, set()).add(code)
    return {name: next(iter(codes)) for name, codes in meant.items() if len(codes) == 1}
