"""Write a chart as Beancount text, in English or Chinese: the same chart always gives the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fundtrack.beantext.escape import string
from fundtrack.chart.model import ROOTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fundtrack.chart.model import Account, Bank, Chart, Fund, Project, Use
    from fundtrack.errors import Language


def write_accounts(chart: Chart, language: Language) -> str:
    """Return the whole chart as a file that `read_chart` reads back to it, with its accounts named in this language.

    Raises FormatError (`text-unsafe`) for text that `read_chart` would not have let in.
    """
    currency = f'option "operating_currency" {string(chart.currency)}\n'
    options = f'option "title" {string(chart.title)}\n{currency}{root_options(language)}'
    return "\n".join([options, *_directives(chart, language)])


def root_options(language: Language) -> str:
    """Return the options that name the five roots, which every file of a Chinese ledger repeats; none in English."""
    names = ROOTS[language].items()
    return "".join(f'option "name_{root.lower()}" {string(name)}\n' for root, name in names if root != name)


def write_use(use: Use, language: Language, chart: Chart) -> str:
    """Return the directive that grants or ends a use."""
    account = chart.accounts[use.account].written(language, chart)
    word = "granted" if use.granted else "ended"
    return _block(f'{use.date} custom "use" {account} "{word}"', {"authority": string(use.document)})


def _directives(chart: Chart, language: Language) -> Iterator[str]:
    for fund in chart.funds.values():
        yield _block(f'{fund.date} custom "fund" {string(fund.code)}', _fund(fund))
    for bank in chart.banks.values():
        yield _block(f'{bank.date} custom "bank" {string(bank.code)}', _names(bank) | {"number": string(bank.number)})
    for project in chart.projects.values():
        yield _block(f'{project.date} custom "project" {string(project.code)}', _names(project))
    for one in chart.intermediaries.values():
        meta = {"project": string(one.project), "role": string(one.role)}
        yield _block(f'{one.date} custom "intermediary" {string(one.name)}', meta)
    for account in chart.accounts.values():
        if ":" in account.code:
            continue  # the account of a quota line is not the chart's
        head = f"{account.date} open {account.written(language, chart)} {account.unit}"
        yield _block(head, _account(account, language))
    for use in chart.uses:
        account = chart.accounts[use.account]
        if not (use.date == account.date and use.document == account.authority):
            yield write_use(use, language, chart)


def _fund(fund: Fund) -> dict[str, str]:
    return _names(fund) | {
        "group": string(fund.group),
        "department": string(fund.department),
        "level": string(fund.level),
        "regime": string(fund.regime),
        "valid-from": str(fund.valid_from or ""),
        "valid-to": str(fund.valid_to or ""),
        "may-advance": "TRUE" if fund.may_advance else "",
        "authority": string(fund.authority),
    }


def _account(account: Account, language: Language) -> dict[str, str]:
    other = {"name-zh": account.name_zh} if language == "en" else {"name-en": account.name}
    meta = other | {"kind": account.kind, "bank": account.bank, "authority": account.authority}
    return {key: string(text) for key, text in meta.items() if text}


def _names(named: Fund | Bank | Project) -> dict[str, str]:
    return {"name": string(named.name), "name-zh": string(named.name_zh)}


def _block(head: str, meta: dict[str, str]) -> str:
    """Return a directive with its metadata, one a line; what has no value is left out."""
    return "".join([f"{head}\n", *(f"  {key}: {value}\n" for key, value in meta.items() if value)])
