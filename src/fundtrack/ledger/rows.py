"""The vouchers of a book as rows, one an entry, in the order in which the journals print them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection

AT_A_TIME: Final = 200
"""Rows fetched at a time: a month may have any number, and more would leave the processor's cache unread."""


class Row(NamedTuple):
    """One entry with its voucher. `link`, `reverses`, `cites` and `batch` are keys that only `References` resolves."""

    fund: str
    year: int
    number: int
    date: str
    kind: str
    project: str
    payee: str
    narration: str
    document: str
    bank: str
    bank_ref: str
    payee_id: str
    payee_account: str
    contract: str
    link: Any
    reverses: Any
    cites: Any
    occurrence: int
    batch: Any
    row: int | None
    chart: int
    fund_basis: int | None
    prepared_by: str
    approved_by: str
    recorded_at: str
    entries: int
    unit: str
    debit: str
    credit: str
    amount: int
    red: int


class References(NamedTuple):
    """What a voucher may refer to: another voucher, by its number, and the file and sheet it was imported from."""

    voucher: Callable[[Any], str]
    source: Callable[[Any], tuple[str, str]]


# The order is that of the index on fund and day, so that no row is sorted.
ROWS: Final = text("""
    SELECT v.fund, v.year, v.number, v.date, v.kind, v.project, v.payee, v.narration, v.document, v.bank, v.bank_ref,
        v.payee_id, v.payee_account, v.contract, NULLIF(v.link, v.id), v.reverses, v.cites, v.occurrence, v.batch,
        v.row, v.chart, v.fund_basis, v.prepared_by, v.approved_by,
        v.recorded_at, v.entries, e.unit, e.debit, e.credit, e.amount, e.red
    FROM voucher AS v JOIN entry AS e ON e.voucher = v.id
    WHERE v.fund IN (SELECT fund FROM fund) AND v.day BETWEEN :first AND :last
    ORDER BY v.fund, v.day, v.id, e.line""")


def rows_between(connection: Connection, first: int, last: int) -> Iterator[Sequence[Any]]:
    """Yield the entries dated from one day to another (ordinals, both included), by fund, day, voucher and line.

    They come some at a time, each in the order of `Row`: naming the fields would cost as much as fetching them.
    """
    days = {"first": first, "last": last}
    return connection.execute(ROWS, days, execution_options={"stream_results": True}).partitions(AT_A_TIME)


def references(connection: Connection) -> References:
    """Return what resolves the keys of a book's rows."""
    numbers = text("SELECT fund, year, number FROM voucher WHERE id = :key")
    files = text("SELECT file, sheet FROM batch WHERE batch = :key")

    def voucher(key: int) -> str:
        return voucher_number(*connection.execute(numbers, {"key": key}).one())

    @cache
    def source(key: int) -> tuple[str, str]:
        file, sheet = connection.execute(files, {"key": key}).one()
        return file, sheet

    return References(voucher, source)


NUMBER: Final = re.compile(r"(F\d{2}[A-Z]?)-(\d{4})-(\d{6,15})", re.ASCII)
"""A voucher's number: fund, year, and the count."""


def voucher_number(fund: str, year: int, number: int) -> str:
    """Return a voucher's number as it is shown: `F01-2015-000001`."""
    return f"{fund}-{year}-{number:06d}"
