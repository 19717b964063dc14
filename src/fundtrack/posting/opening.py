"""A book that starts in the middle of its funds' lives: a trial balance becomes the opening vouchers.

The file is a CSV with a heading, one account a row: `account` (科目), and either `debit` and `credit` (借方余额,
贷方余额) or `balance` (余额), which is signed, debit positive, unless `direction` (方向) says 贷. `payee` (往来单位) is
who holds an advance; `bank` (银行账号) is compared with the chart's. Within each fund debits equal credits: the row of
its Equity balance account is what the others come to, and is the counter side of every opening entry.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from fundtrack import money
from fundtrack.beantext.escape import stored
from fundtrack.chart.model import identity
from fundtrack.errors import ChartError, FormatError, FundtrackError, UsageError
from fundtrack.ledger.rows import voucher_number
from fundtrack.posting.draft import Entry, Leg
from fundtrack.posting.kinds import account_of, has_account
from fundtrack.posting.post import post
from fundtrack.posting.vouchers import drafted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.chart.model import Account, Chart
    from fundtrack.posting.draft import Draft
    from fundtrack.posting.post import Posted

HEADINGS: Final = {
    "account": ("account", "科目", "会计科目", "科目名称"),
    "debit": ("debit", "借方", "借方余额", "借方金额"),
    "credit": ("credit", "贷方", "贷方余额", "贷方金额"),
    "balance": ("balance", "余额", "期末余额", "金额"),
    "direction": ("direction", "方向", "借贷方向", "余额方向"),
    "payee": ("payee", "往来单位", "收款人", "单位"),
    "bank": ("bank", "银行账号", "账号"),
}
"""What a column may be headed."""

TOTALS: Final = frozenset({"total", "合计", "总计"})

FIRST_OTHER: Final = text("""
SELECT v.fund, v.year, v.number
FROM voucher AS v
LEFT JOIN voucher AS r ON r.reverses = v.id
WHERE v.fund = :fund AND (v.kind <> 'opening' OR (v.reverses IS NULL AND r.id IS NULL))
ORDER BY v.id
LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Balance:
    """One row of the trial balance: fen of an account, debit positive, and who holds them."""

    account: Account
    amount: int
    payee: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What an opening posted: the vouchers and the trial balance's two equal sides in fen."""

    posted: Posted
    debits: int
    credits: int


def opening(book: Book, path: Path, *, as_of: date, by: str, document: str, approved_by: str = "") -> Opened:
    """Post the opening balances of a file at the end of a day, all of its funds or none.

    A deficit in cash is allowed here, and only here. Raises FormatError where the file is no trial balance that ties,
    or one of nothing but zeros, UsageError where a fund has vouchers already
    (`opening-late`) or an account is opened only later (`opening-before-account`), and Refused.
    """
    balances: list[Balance] = []

    def say(connection: Connection, chart: Chart) -> list[Draft]:
        balances[:] = read_balances(chart, path)
        tie(balances, path)
        for account in (balance.account for balance in balances):
            if account.date > as_of:
                raise UsageError("opening-before-account", account=account.path, opened=account.date, date=as_of)
        for fund in dict.fromkeys(balance.account.fund for balance in balances):
            first = connection.execute(FIRST_OTHER, {"fund": fund}).first()
            if first:
                raise UsageError("opening-late", fund=fund, number=voucher_number(*first))
        drafts = opened(chart, balances, as_of, document)
        if not drafts:
            raise FormatError("opening-empty", path=path)
        return drafts

    posted = post(book, say, by=by, approved_by=approved_by)
    return Opened(posted, *sides(balances))


def opened(chart: Chart, balances: Sequence[Balance], as_of: date, document: str) -> list[Draft]:
    """Return the opening vouchers: one a fund, and one more for each payee that holds advances of it.

    All are debits against the fund's Equity balance account; what an account stands in credit is a debit in red.
    """
    held: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for balance in balances:
        fund = balance.account.fund
        counter = account_of(chart, fund, "balance")
        if not has_account(chart, fund, "balance"):
            raise ChartError("opening-no-equity", fund=fund)
        if balance.account.kind != "balance" and balance.amount:
            leg, red = Leg(fund, balance.account.code), int(balance.amount < 0)
            held[fund, balance.payee].append(
                Entry(leg, Leg(fund, counter), abs(balance.amount), red, balance.account.unit)
            )
    return [
        drafted(chart, "opening", tuple(entries), fund=fund, date=as_of, payee=payee, document=document, bill=1)
        for (fund, payee), entries in held.items()
    ]


def tie(balances: Sequence[Balance], path: Path) -> None:
    """Refuse a trial balance whose sides differ in any fund. Raises FormatError (`opening-untied`)."""
    funds: dict[str, list[Balance]] = defaultdict(list)
    for balance in balances:
        funds[balance.account.fund].append(balance)
    for fund, its in funds.items():
        debits, credits_ = sides(its)
        if debits != credits_:
            raise FormatError(
                "opening-untied", path=path, fund=fund, difference=money.grouped(debits - credits_),
                debits=money.grouped(debits), credits=money.grouped(credits_),
            )  # fmt: skip


def sides(balances: Iterable[Balance]) -> tuple[int, int]:
    """Return the debits and the credits of balances, in fen."""
    amounts = [balance.amount for balance in balances]
    return sum(amount for amount in amounts if amount > 0), -sum(amount for amount in amounts if amount < 0)


def read_balances(chart: Chart, path: Path) -> list[Balance]:
    """Return the rows of a trial balance. Raises FormatError naming the row, and where a printed total disagrees."""
    balances: list[Balance] = []
    seen: dict[tuple[str, str], int] = {}
    for row, cells in _rows(path):
        try:
            amount = _amount(cells)
            if cells["account"].lower() in TOTALS:
                _compare_total(cells, balances)
                continue
            account, payee = _account(chart, cells["account"], cells["bank"]), stored(cells["payee"])
        except FundtrackError as error:
            raise FormatError(error.key, **error.details | {"path": path, "row": row}) from error
        first = seen.setdefault((account.path, payee), row)
        if first != row:
            raise FormatError("opening-twice", path=path, row=row, account=cells["account"], first=first)
        balances.append(Balance(account, amount, payee))
    if not balances:
        raise FormatError("opening-empty", path=path)
    return balances


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield the rows of a file that say something, by what their columns are, with their line."""
    lines = _lines(path)
    names = {heading: name for name, headings in HEADINGS.items() for heading in headings}
    heading = [names.get(cell.strip().lower()) for cell in lines[0]] if lines else []
    if "account" not in heading or not {"balance", "debit", "credit"} & set(heading):
        raise FormatError("opening-heading", path=path, row=1)
    for row, cells in enumerate(lines[1:], 2):
        if any(cell.strip() for cell in cells):
            said = {name: cell.strip() for name, cell in zip(heading, cells, strict=False) if name}
            yield row, dict.fromkeys(HEADINGS, "") | said


def _lines(path: Path) -> list[list[str]]:
    """Return the cells of a file. Raises FormatError (`file-quoting`) for a stray quote and a cell without end."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        raise FormatError("file-quoting", path=path, row=reader.line_num, why=error) from error


def _text(path: Path) -> str:
    """Return the text of a file in UTF-8 or, as Chinese spreadsheets save it, GB18030."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError("file-unreadable", path=path, cause=error.strerror) from error
    for encoding in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    raise FormatError("opening-encoding", path=path)


def _amount(cells: Mapping[str, str]) -> int:
    """Return the fen of a row, debit positive."""
    if cells["debit"] or cells["credit"]:
        return money.parse(cells["debit"] or "0") - money.parse(cells["credit"] or "0")
    amount = money.parse(cells["balance"] or "0")
    if cells["direction"] in {"贷", "credit", "Cr"}:
        return -amount
    return amount


def _account(chart: Chart, written: str, bank: str) -> Account:
    """Return the account a row names in any written form; refuse one at another bank account."""
    account = chart.accounts.get(identity(written.replace("：", ":"))) or chart.find(written)
    number = chart.banks[account.bank].number if account.bank else ""
    if bank and bank not in {number, account.bank}:
        raise FormatError("opening-bank", account=written, bank=bank, number=number or "—")
    return account


def _compare_total(cells: Mapping[str, str], balances: Sequence[Balance]) -> None:
    """Refuse a printed total that is not the sum of the rows above it."""
    for side, found in zip(("debit", "credit"), sides(balances), strict=True):
        if cells[side] and money.parse(cells[side]) != found:
            raise FormatError(
                "opening-total", printed=cells[side], found=money.grouped(found),
                difference=money.grouped(money.parse(cells[side]) - found),
            )  # fmt: skip
