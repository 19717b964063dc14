"""Closing the book: money is received as it was needed, the bank writes its statements, and all of it becomes text."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from itertools import accumulate
from typing import TYPE_CHECKING

from planting.acts import number_of, publish, receive
from planting.county import DAY, LONG_AGO, USES
from planting.directives import Entry, Fen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from planting.county import County, Fund
    from planting.directives import Voucher


def close(county: County) -> str:
    """Return the book as text; every voucher and entry then knows its number and its line."""
    for fund in [*county.funds.values()]:
        if fund.fed:
            feed(county, fund)
    library(county)
    number(county.vouchers)
    statements(county)
    return write(county)


def feed(county: County, fund: Fund) -> None:
    """Receive what the fund lacks, month by month, some days before the first payment of the month."""
    moves = sorted((voucher for voucher in county.vouchers if voucher.fund == fund.code), key=lambda one: one.order)
    held = 0
    months = defaultdict(list)
    for voucher in moves:
        months[voucher.date.year, voucher.date.month].append(voucher)
    for month in months.values():
        ends = list(accumulate((voucher.cash for voucher in month), initial=held))
        held = ends[-1]
        if (lacks := -min(ends)) > 0:
            first = next(one for one in month if one.kind in {"disbursement", "advance", "loan"})
            opened = dt.date(county.first, 1, 2)
            receive(county, fund, max(first.date - county.dice.randint(1, 5) * DAY, opened), lacks)
            held += lacks


def library(county: County) -> None:
    """Enter the projects, each with a budget for what was paid, and publish them."""
    paid: dict[object, int] = defaultdict(int)
    for voucher in county.vouchers:
        paid[voucher.says.get("project")] -= voucher.cash
    for project in county.projects:
        project.budget = project.budget or max(paid[project.code], 100)
        said = {"budget": Fen(project.budget), **project.says}
        project.entry = county.enter("project", LONG_AGO, project=project.code, department=project.department, **said)
        if project.published:
            publish(county, LONG_AGO, project=project.code, amount=Fen(project.budget))


def number(vouchers: list[Voucher]) -> None:
    """Number the vouchers of each fund and year without gaps, but where one is left out, or a number is given."""
    last: dict[tuple[str, int], int] = defaultdict(int)
    vouchers.sort(key=lambda one: one.order)
    for voucher in vouchers:
        if not voucher.number:
            year = voucher.date.year
            last[voucher.fund, year] += 1 + voucher.skipped
            voucher.number = f"{voucher.fund}-{year}-{last[voucher.fund, year]:06d}"


def statements(county: County) -> None:
    """Let the bank write a line for each movement, in order of the days, with the balance behind it."""
    moved: dict[tuple[dt.date, str, str], list[Voucher]] = defaultdict(list)
    balances: dict[str, int] = defaultdict(int)
    for voucher in (*county.vouchers, *county.only_at_bank):
        if voucher.settled:
            moved[voucher.settled, voucher.bank, str(voucher.says.get("bank-ref", voucher.number))].append(voucher)
        elif voucher.kind == "opening":
            balances[voucher.bank] += voucher.cash
    days: dict[tuple[dt.date, str], int] = defaultdict(int)
    for (date, bank, _), vouchers in sorted(moved.items(), key=lambda item: (item[0][0], item[1][0].cash < 0, item[0])):
        amount = sum(voucher.moved or voucher.cash for voucher in vouchers)
        balances[bank] += amount + vouchers[0].slip
        days[date, bank] += 1
        said = {"ref": ref} if (ref := str(vouchers[0].says.get("bank-ref", ""))) else {}
        line = Entry("bank_line", date, {
            "bank": bank, "date": date, "line": days[date, bank], **said, "amount": Fen(amount),
            "balance": Fen(balances[bank]), "counterparty": vouchers[0].payee,
        })  # fmt: skip
        county.bank_lines.append(line)
        for voucher in vouchers:
            voucher.statement = line


def write(county: County) -> str:
    """Write the chart, the registers and the vouchers."""
    lines = "\n".join([*chart(county), *county.chart]).split("\n")
    written: list[Entry | Voucher] = [*county.entries, *county.bank_lines, *county.vouchers]
    for one in written:
        one.line = len(lines) + 1
        lines += one.text()
    return "\n".join(lines) + "\n"


def chart(county: County) -> Iterator[str]:
    """Yield the chart: banks, projects and funds with their accounts and grants."""
    yield 'option "title" "County"'
    for bank in county.banks:
        yield f'{LONG_AGO} custom "bank" "{bank}"\n  name: "{bank}"\n  number: "{number_of(bank)}"'
    for project in county.projects:
        yield f'{LONG_AGO} custom "project" "{project.code}"\n  name: "{project.code}"'
    for fund in county.funds.values():
        yield f'{LONG_AGO} custom "fund" "{fund.code}"\n  name: "Fund"\n  department: "{fund.department}"'
        yield f'  level: "{fund.level}"\n  regime: "{fund.regime}"\n  authority: "{fund.authority}"'
        yield from (f"  {term}" for term in fund.terms)
        yield from accounts(fund)


def accounts(fund: Fund) -> Iterable[str]:
    """Yield the accounts of a fund."""
    yield f'{LONG_AGO} open {fund.cash} CNY\n  bank: "{fund.bank}"'
    yield f'{LONG_AGO} open {fund.advances} CNY\n  kind: "advance"'
    yield f"{LONG_AGO} open {fund.account('Income', '4001', 'Transfer')} CNY"
    yield f"{LONG_AGO} open {fund.account('Equity', '3001', 'Balance')} CNY"
    if "may-advance: TRUE" in fund.terms:
        yield f'{LONG_AGO} open {fund.account("Assets", "1301", "Due-from")} CNY\n  kind: "due-from"'
    else:
        yield f'{LONG_AGO} open {fund.account("Liabilities", "2301", "Due-to")} CNY\n  kind: "due-to"'
    for code in USES:
        yield f'{LONG_AGO} open {fund.use(code)} CNY\n  authority: "{fund.authority}"'
