"""The queries a ledger carries, so that Fava and bean-query answer the usual questions without anybody writing BQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fundtrack.beantext.escape import string

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fundtrack.chart.model import Chart
    from fundtrack.errors import Language

CASH: Final = "currency ~ '^[A-Z]{3}$'"
FUND: Final = "splitcomp(account, ':', 1) AS fund"
USE: Final = "splitcomp(account, ':', 2) AS use"


def _of(kind: str) -> str:
    """Return the BQL of a sum over the accounts of a kind."""
    return f"sum(number * int(open_meta(account)['kind'] = '{kind}'))"


def _is(kind: str) -> str:
    """Return the BQL of what is in cash and on an account of a kind."""
    return f"{CASH} AND open_meta(account)['kind'] = '{kind}'"


FOUR: Final = (
    f"neg({_of('transfer')}) AS received, {_of('advance')} AS advanced, {_of('use')} AS spent, {_of('cash')} AS balance"
)
PAID: Final = f"{_of('advance')} AS advanced, {_of('use')} AS spent"

DOCUMENT: Final = "entry_meta('voucher') AS number, entry_meta('doc') AS doc"
VOUCHER: Final = f"SELECT date, {DOCUMENT}, payee, narration, account, position"

QUERIES: Final[tuple[tuple[dict[Language, str], str], ...]] = (
    (
        {"en": "Funds", "zh": "各资金收支"},
        f"SELECT {FUND}, {FOUR} WHERE {CASH} GROUP BY fund ORDER BY fund",
    ),
    (
        {"en": "Funds by year", "zh": "各资金分年度"},
        f"SELECT {FUND}, year, {FOUR} WHERE {CASH} GROUP BY fund, year ORDER BY fund, year",
    ),
    (
        {"en": "Uses", "zh": "各用途支出"},
        f"SELECT {FUND}, {USE}, sum(number) AS spent WHERE {_is('use')} GROUP BY fund, use ORDER BY fund, use",
    ),
    (
        {"en": "Departments", "zh": "各主管部门"},
        f"SELECT entry_meta('dept') AS department, {FOUR} WHERE {CASH} GROUP BY department ORDER BY department",
    ),
    (
        {"en": "Projects", "zh": "各项目"},
        f"SELECT entry_meta('project') AS project, {PAID} WHERE {CASH} GROUP BY project ORDER BY project",
    ),
    (
        {"en": "Advances outstanding", "zh": "预拨款余额"},
        f"SELECT payee, {FUND}, sum(number) AS outstanding WHERE {_is('advance')} GROUP BY payee, fund ORDER BY payee",
    ),
    (
        {"en": "Payees: the first 50", "zh": "收款方（前50名）"},
        f"SELECT payee, {PAID} WHERE {CASH} AND payee != '' GROUP BY payee ORDER BY spent DESC LIMIT 50",
    ),
    (
        {"en": "Red vouchers", "zh": "红字凭证"},
        f"{VOUCHER} WHERE bool(entry_meta('red')) ORDER BY date, number",
    ),
)
"""What each is called, and its BQL, whose column names must be ASCII."""

VOUCHERS: Final[dict[Language, str]] = {"en": "Vouchers of {}", "zh": "{} 凭证"}
"""Named by the fund's code alone: Fava shows a name of 25 characters or more by its tail."""


def queries(chart: Chart, language: Language) -> Iterator[str]:
    """Yield the `query` directives of a chart."""
    for names, query in QUERIES:
        yield _directive(names[language], query)
    for fund in chart.funds.values():
        component = fund.component(language)
        query = f"{VOUCHER} WHERE splitcomp(account, ':', 1) = '{component}' ORDER BY date, number"
        yield _directive(VOUCHERS[language].format(fund.code), query)


def _directive(name: str, query: str) -> str:
    return f"2000-01-01 query {string(name)} {string(query)}\n"
