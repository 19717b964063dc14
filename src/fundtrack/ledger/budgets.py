"""What was allotted, as budgets for Fava's own charts: in money, by use and year, in the views that Fava opens.

Fava spreads a budget over the days of its interval, so only a year comes out exact; and one goes on until another takes
its place, so the year behind the last one is told to have none. The record, `main.beancount`, knows nothing of them.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from fundtrack import money
from fundtrack.chart.model import QUOTA_UNIT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart
    from fundtrack.errors import Language

ALLOTTED: Final = text("""
SELECT q.fund, q."use", s.unit, q.year, SUM(s.amount) AS amount
FROM book_quotas AS q
JOIN book_quota_statuses AS s ON s.quota = q.quota
WHERE q.parent <> '' AND s.status NOT IN ('received', 'reclaimed')
GROUP BY q.fund, q."use", s.unit, q.year
ORDER BY q.fund, q."use", s.unit, q.year
""")
"""What each use may spend in a year: not what was taken back; what was carried over it might have spent."""


def budgets(connection: Connection, chart: Chart, language: Language) -> Mapping[int, list[str]]:
    """Return the budgets that begin with a year, by the year."""
    accounts = {(one.fund, one.code, one.unit): one for one in chart.accounts.values() if one.kind == "use"}
    allotted: defaultdict[tuple[str, str, str], dict[int, int]] = defaultdict(dict)
    for fund, use, unit, year, amount in connection.execute(ALLOTTED):
        allotted[fund, use, unit.removesuffix(QUOTA_UNIT)][int(year)] = int(amount)
    said: defaultdict[int, list[str]] = defaultdict(list)
    for of, by_year in allotted.items():
        name = accounts[of].written(language, chart)
        for year, amount in (dict.fromkeys((one + 1 for one in by_year), 0) | by_year).items():
            said[year].append(f'{year}-01-01 custom "budget" {name} "yearly" {money.plain(amount)} {of[2]}\n')
    return said


def of_year(said: Mapping[int, list[str]], year: int) -> str:
    """Return the budgets that a view of a year shows."""
    return "".join([*said.get(year, ()), *said.get(year + 1, ())])


def of_all(said: Mapping[int, list[str]]) -> str:
    """Return the budgets of every year."""
    return "".join(line for year in sorted(said) for line in said[year])
