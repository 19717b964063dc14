"""The files that hold a set together: `main.beancount`, the whole ledger, and `fava.beancount`, the way in for Fava."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fundtrack.beantext.escape import string
from fundtrack.chart.write import root_options
from fundtrack.ledger.journal import NOTICE
from fundtrack.ledger.queries import QUERIES, queries

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fundtrack.chart.model import Chart
    from fundtrack.errors import Language

MAIN: Final = "main.beancount"
FAVA: Final = "fava.beancount"

LOCALES: Final[dict[Language, str]] = {"en": "en", "zh": "zh_CN"}
OPTIONS: Final = {
    "account-journal-include-children": "false",  # else a click on a fund's name loads every voucher of it
    "invert-income-liabilities-equity": "true",  # money received is read as a positive number
    "show-accounts-with-zero-transactions": "false",
    "default-page": "income_statement/",
    "auto-reload": "true",
}
EARNINGS: Final = {
    "account_previous_balances": "3901-以前年度余额",
    "account_previous_earnings": "3902-以前年度收支结余",
    "account_current_earnings": "3903-本年收支结余",
}
"""What Beancount and Fava name themselves when they show part of the time."""


def heading(chart: Chart, language: Language) -> str:
    """Return the notice and the options with which each ledger of ours begins."""
    earnings = EARNINGS.items() if language == "zh" else ()
    return "".join([
        f'{NOTICE[language]}option "title" {string(chart.title)}\n',
        f'option "operating_currency" {string(chart.currency)}\n',
        root_options(language),
        *(f'option "{name}" {string(text)}\n' for name, text in earnings),
    ])  # fmt: skip


def main_text(chart: Chart, language: Language, files: Iterable[str]) -> str:
    """Return `main.beancount`: the accounts and every journal, and the usual questions about them."""
    return "\n".join([heading(chart, language), includes(files), *queries(chart, language)])


def fava_text(chart: Chart, language: Language, shown: str, *, vouchers: bool, budgets: str = "") -> str:
    """Return the wrapper that Fava opens: its options, what is shown by default, and the budgets that this has not.

    Only where vouchers are shown does it name the plugin: a roll-up has no vouchers for a check to find fault with.
    """
    options = OPTIONS | {"language": LOCALES[language], "sidebar-show-queries": str(len(QUERIES))}
    return "\n".join([
        heading(chart, language) + 'option "render_commas" "TRUE"\n',
        *(['plugin "fundtrack.plugin"\n'] if vouchers else []),
        includes([shown]) + budgets,
        "".join(f'2000-01-01 custom "fava-option" "{name}" "{value}"\n' for name, value in options.items()),
    ])  # fmt: skip


def includes(files: Iterable[str]) -> str:
    """Return the include of each file."""
    return "".join(f'include "{file}"\n' for file in files)
