"""Views of one fiscal year, for Fava: the balances it began with, and its vouchers or, where they are many, their sums.

A view is derived from the journals and is no part of the ledger. What earlier years received and spent stands in the
opening of the fund's balance account, so that a year's income and expenses are its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from fundtrack import money
from fundtrack.chart.model import QUOTA_UNIT
from fundtrack.errors import ChartError
from fundtrack.ledger.budgets import of_year
from fundtrack.ledger.main import heading, includes
from fundtrack.ledger.queries import queries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from fundtrack.chart.model import Account, Chart
    from fundtrack.errors import Language
    from fundtrack.ledger.manifest import Month

OF_A_YEAR: Final = frozenset({"Income", "Expenses"})
"""The roots whose accounts begin every year at nothing."""

DETAIL_MAX: Final = 20_000
"""Vouchers that Fava shows at ease; a view with more has their sums by month and pair of accounts."""

OPENING: Final[dict[Language, str]] = {"en": "Balance brought forward", "zh": "上年结转"}
ROLL_UP: Final[dict[Language, str]] = {"en": "Sum of the month", "zh": "本月合计"}

Balances = dict[tuple[str, str], int]

MOVED: Final = text("""
SELECT v.year, e.debit, e.credit, SUM((1 - 2 * e.red) * e.amount)
FROM voucher AS v JOIN entry AS e ON e.voucher = v.id AND e.fund = v.fund
WHERE v.fund = :fund AND e.unit = :unit
GROUP BY v.year, e.debit, e.credit ORDER BY v.year
""")


def assert_carried_forward(connection: Connection, chart: Chart) -> None:
    """Refuse to publish a fund that keeps something over the end of a year, and has nothing to carry it forward in.

    Raises ChartError (`no-balance-account`).
    """
    last = connection.exec_driver_sql("SELECT MAX(year) FROM voucher").scalar_one()
    held = (one for one in chart.accounts.values() if not one.unit.endswith(QUOTA_UNIT))
    units = {(one.fund, one.unit) for one in held}
    carried = {(one.fund, one.unit) for one in chart.accounts.values() if one.kind == "balance"}
    for fund, unit in sorted(units - carried):
        lasting = {one.code for one in chart.accounts.values() if one.fund == fund and one.root not in OF_A_YEAR}
        kept: Counter[str] = Counter()
        moved = connection.execute(MOVED, {"fund": fund, "unit": unit})
        for year, rows in groupby(moved, key=itemgetter(0)):
            for _, debit, credit, amount in rows:
                kept[debit] += int(amount)
                kept[credit] -= int(amount)
            if year < last and any(kept[code] for code in lasting):
                raise ChartError("no-balance-account", fund=fund, unit=unit)


class Years:
    """Writes the views of a chart in a language."""

    def __init__(
        self, chart: Chart, language: Language, accounts_files: Sequence[str], budgets: Mapping[int, list[str]]
    ) -> None:
        """Take the chart, the published files of its accounts, and what was allotted by year."""
        self._budgets = budgets
        self._chart = chart
        self._language: Language = language
        self._accounts_files = accounts_files
        self._accounts = {(one.fund, one.code): one for one in chart.accounts.values()}
        self._equity: dict[tuple[str, str], Account] = {}
        for one in chart.accounts.values():
            if one.kind == "balance":
                self._equity.setdefault((one.fund, one.unit), one)

    def views(self, months: Iterable[Month]) -> Iterator[tuple[str, str]]:
        """Yield each fiscal year and the text of its view, from the months in their order."""
        balances: Balances = defaultdict(int)
        for year, group in groupby(months, key=lambda month: month.name[:4]):
            months_of_it = list(group)
            yield year, self._view(year, months_of_it, balances)
            for month in months_of_it:
                for fund, debit, credit, amount in month.moved:
                    balances[fund, debit] += amount
                    balances[fund, credit] -= amount

    def _view(self, year: str, months: list[Month], balances: Balances) -> str:
        files = [*self._accounts_files]
        sums: Iterable[str] = ()
        if sum(month.vouchers for month in months) <= DETAIL_MAX:
            files += [month.file for month in months]
        else:
            sums = (text for month in months for text in self._sums(month))
        return "\n".join([
            heading(self._chart, self._language),
            includes(f"../{file}" for file in files),
            of_year(self._budgets, int(year)),
            *self._openings(f"{year}-01-01", balances),
            *sums,
            *queries(self._chart, self._language),
        ])  # fmt: skip

    def _openings(self, date: str, balances: Balances) -> Iterator[str]:
        """Yield what each account began the year with, against the balance account of its fund.

        Quota is of its year: what may go on is carried over to a line of the next, and nothing is brought forward.
        """
        for (fund, code), amount in sorted(balances.items()):
            account = self._accounts[fund, code]
            equity = self._equity.get((fund, account.unit))
            if account.unit.endswith(QUOTA_UNIT):
                continue
            if amount and account.root not in OF_A_YEAR and account is not equity:
                assert equity, account  # `assert_carried_forward` was asked before
                yield self._transaction(date, OPENING[self._language], "opening", account, equity, amount)

    def _sums(self, month: Month) -> Iterator[str]:
        """Yield what moved between each pair of accounts in a month: two postings each, which Fava indexes fastest."""
        for fund, debit, credit, amount in sorted(month.moved):
            if amount:
                debited, credited = self._accounts[fund, debit], self._accounts[fund, credit]
                yield self._transaction(month.until, ROLL_UP[self._language], "sum", debited, credited, amount)

    def _transaction(self, date: str, narration: str, tag: str, debit: Account, credit: Account, amount: int) -> str:
        names = [account.written(self._language, self._chart) for account in (debit, credit)]
        return (
            f'{date} * "{narration}" #{tag}\n'
            f"  {names[0]}  {money.plain(amount)} {debit.unit}\n  {names[1]}  {money.plain(-amount)} {debit.unit}\n"
        )
