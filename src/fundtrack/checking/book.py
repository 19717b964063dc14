"""The lens on the whole book."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from fundtrack.checking.lens import POLICY, POSTING_COLUMNS, VOUCHER_COLUMNS, Lens, Subject
from fundtrack.errors import message, messages
from fundtrack.ledger.rows import voucher_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from fundtrack.chart.model import Account, Chart
    from fundtrack.checking.lens import Relations
    from fundtrack.errors import Language


def book_lens(connection: Connection, chart: Chart) -> Lens:
    """Return the lens through which checks audit everything that was posted."""
    return Lens(after=whole_book, subject=vouchers_of(connection), named=names_of(chart))


def whole_book(_scope: str) -> Relations:
    """Every voucher, whatever belongs together."""
    return POLICY | {
        "postings": f"SELECT {POSTING_COLUMNS} FROM book_postings",
        "vouchers": f"SELECT {VOUCHER_COLUMNS} FROM book_vouchers",
        "daily_balances": "SELECT * FROM book_daily_balances",
    }


def vouchers_of(connection: Connection) -> Callable[[int, str], Subject]:
    """Return what names a posted voucher: its number, and the file and row it came from."""

    def subject(voucher: int, _account: str) -> Subject:
        row = connection.exec_driver_sql(
            "SELECT v.fund, v.year, v.number, COALESCE(b.file, ''), COALESCE(b.sheet, ''), COALESCE(v.row, 0), "
            "COALESCE(b.sha256, '') "
            f"FROM voucher AS v LEFT JOIN batch AS b ON b.batch = v.batch WHERE v.id = {voucher:d}"
        ).one_or_none()
        if row is None:
            return Subject()
        fund, year, number, file, sheet, at, sha256 = row
        return Subject(file=file, sheet=sheet, row=at, voucher=voucher_number(fund, year, number), sha256=sha256)

    return subject


def names_of(chart: Chart) -> Callable[[Language, str, str], str]:
    """Return what adds a name to the codes of funds, accounts and projects."""

    @cache
    def uses() -> dict[str, Account]:  # most vouchers are sound, and nothing has to be named
        return {account.path: account for account in chart.accounts.values()}

    def named(language: Language, column: str, value: str) -> str:
        if column in {"fund", "paying_fund", "other_fund"} and value in chart.funds:
            fund = chart.funds[value]
            return f"{value} {fund.name if language == 'en' else fund.name_zh}"
        if column == "account" and value in uses():
            return uses()[value].written(language, chart)
        if column == "kind" and f"kind-{value}" in messages():
            return message(f"kind-{value}", language)
        if column == "project" and value in chart.projects:
            project = chart.projects[value]
            return f"{value} {project.name if language == 'en' else project.name_zh}"
        return value

    return named
