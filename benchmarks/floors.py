"""The floors on SQLite, with the standard library alone, and of a workbook: the least that the work could cost.

Two tables and no control: a row a voucher and two a voucher for its postings, as a program would have them that only
stores.
"""

from __future__ import annotations

import csv
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from python_calamine import CalamineWorkbook

from benchmarks.vouchers import FUNDS, GRANTED, USES, account, cash, vouchers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.child import Clock

TABLES: Final = """
CREATE TABLE voucher (
    id INTEGER PRIMARY KEY, number TEXT NOT NULL, date TEXT NOT NULL, project TEXT NOT NULL, payee TEXT NOT NULL,
    narration TEXT NOT NULL, document TEXT NOT NULL, bank_ref TEXT NOT NULL
);
CREATE TABLE posting (
    voucher INTEGER NOT NULL, leg INTEGER NOT NULL, account INTEGER NOT NULL, fen INTEGER NOT NULL,
    PRIMARY KEY (voucher, leg)
) WITHOUT ROWID;
CREATE TABLE account (id INTEGER PRIMARY KEY, fund TEXT NOT NULL, granted INTEGER NOT NULL, name TEXT NOT NULL);
"""
AUDIT: Final = """
SELECT p.voucher FROM posting AS p JOIN account AS a ON a.id = p.account
GROUP BY p.voucher HAVING MIN(a.granted) = 0 OR MIN(a.fund) <> MAX(a.fund) OR SUM(p.fen) <> 0
"""
"""The rules in one scan: use, channel, balance."""

ROLL_UP: Final = "SELECT account, SUM(fen) FROM posting GROUP BY account"
VOUCHERS: Final = """
SELECT v.number, v.date, v.project, v.payee, v.narration, v.document, v.bank_ref, v.id, a.name, b.name, p.fen
FROM voucher AS v
JOIN posting AS p ON p.voucher = v.id AND p.leg = 0 JOIN posting AS q ON q.voucher = v.id AND q.leg = 1
JOIN account AS a ON a.id = p.account JOIN account AS b ON b.id = q.account ORDER BY v.id
"""


def connect(file: Path) -> sqlite3.Connection:
    """Open a database that keeps what it commits: WAL, and FULL as the book has it."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("PRAGMA synchronous = full")
    return connection


def accounts() -> Iterator[tuple[int, str, int, str]]:
    """Yield id, fund, whether granted, and name of each account: cash and uses."""
    for at, fund in enumerate(FUNDS):
        yield at * 100, fund, 1, cash(fund)
        for code, use in USES.items():
            yield at * 100 + int(code) - 600, fund, int(code in GRANTED[fund]), account("Expenses", fund, code, use)


def rows(count: int) -> tuple[list[tuple[object, ...]], list[tuple[int, int, int, int]]]:
    """Return the rows of the two tables."""
    ids = {name: at for at, _, _, name in accounts()}
    heads: list[tuple[object, ...]] = []
    postings: list[tuple[int, int, int, int]] = []
    for v in vouchers(count):
        number = f"{v.fund}-{v.date[:4]}-{v.number:06d}"
        heads.append((v.number, number, v.date, v.project, v.payee, v.narration, v.document, v.bank_ref))
        postings.append((v.number, 0, ids[account("Expenses", v.use_fund, v.use, USES[v.use])], v.fen))
        postings.append((v.number, 1, ids[cash(v.fund)], -v.fen))
    return heads, postings


def insert(clock: Clock, count: int, folder: str) -> None:
    """Insert the vouchers into the two tables in one durable transaction, from rows in memory."""
    file = Path(folder) / "floor.sqlite"
    for name in (file, *file.parent.glob(f"{file.name}-*")):
        name.unlink(missing_ok=True)
    heads, postings = rows(count)
    with closing(connect(file)) as connection:
        connection.executescript(TABLES)
        connection.executemany("INSERT INTO account VALUES (?, ?, ?, ?)", accounts())
        with clock:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO voucher VALUES (?, ?, ?, ?, ?, ?, ?, ?)", heads)
            connection.executemany("INSERT INTO posting VALUES (?, ?, ?, ?)", postings)
            connection.execute("COMMIT")


def read_workbook(clock: Clock, path: str) -> dict[str, int]:
    """Read every cell as a Python value with python-calamine, which reads workbooks for the book as well."""
    with clock:
        rows = sum(1 for _ in CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows())
    return {"rows": rows}


def read_csv(clock: Clock, path: str) -> dict[str, int]:
    """Read the file with the standard library's reader and do nothing with it."""
    with clock, Path(path).open(encoding="gb18030", newline="") as file:
        return {"rows": sum(1 for _ in csv.reader(file)) - 1}


def scan(clock: Clock, folder: str) -> dict[str, int]:
    """Apply the rules and sum every account in SQL."""
    with closing(connect(Path(folder) / "floor.sqlite")) as connection, clock:
        return {
            "findings": len(connection.execute(AUDIT).fetchall()),
            "accounts": len(connection.execute(ROLL_UP).fetchall()),
        }


def write_plain(clock: Clock, folder: str) -> None:
    """Write the vouchers as plain transactions, durably."""
    _write(clock, Path(folder), full=False)


def write_full(clock: Clock, folder: str) -> None:
    """Write the same text that `publish` writes: every voucher with all that is known of it."""
    _write(clock, Path(folder), full=True)


def _write(clock: Clock, folder: Path, *, full: bool) -> None:
    with closing(connect(folder / "floor.sqlite")) as connection, clock:
        found = connection.execute(VOUCHERS)
        with (folder / "floor.beancount").open("w", encoding="utf-8") as file:
            file.writelines(_full(found) if full else _plain(found))
            file.flush()
            os.fsync(file.fileno())


def _plain(found: sqlite3.Cursor) -> Iterator[str]:
    for _, date, _, payee, narration, _, ref, _, debit, credit, fen in found:
        yuan = f"{fen // 100}.{fen % 100:02d} CNY\n"
        yield f'{date} * "{payee}" "{narration}"\n  ref: "{ref}"\n  {debit}  {yuan}  {credit}  -{yuan}\n'


def _full(found: sqlite3.Cursor) -> Iterator[str]:
    for number, date, project, payee, narration, document, ref, at, debit, credit, fen in found:
        yuan = f"{fen // 100}.{fen % 100:02d} CNY\n"
        yield (
            f'{date} * "{payee}" "{narration}" #disbursement ^{project}\n  voucher: "{number}"\n  doc: "{document}"\n'
            f'  bank: "45001234560001"\n  bank-ref: "{ref}"\n  dept: "财政局"\n  project: "{project}"\n'
            f'  source: "vouchers.csv"\n  row: {at}\n  chart: 1\n  prepared-by: "benchmark"\n'
            f'  recorded-at: "2026-01-01T00:00:00Z"\n  {debit}  {yuan}  {credit}  -{yuan}\n'
        )
