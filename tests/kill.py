"""Kills imports at random moments, then looks: an import has happened or it has not, and run again it is whole.

    python tests/kill.py FOLDER [--database URL] [--kills 100] [--seed 1] [--autocommit]

Each kill has a file of its own: a month of payments, among them rows that wait, rows that stood in the file before,
twins and a total, so that what must become of every row is known. A forked child imports the file and tells through a
pipe of its first INSERT, of each statement after it and of the end. The moment of the kill is drawn at random: most
often so many statements after the first insert, and a little later, which on a busy machine hits better than a time.
Where a kill landed is judged from outside: before the first insert if the child never told of one, after the last
commit if the batch stands, else between. `--autocommit` seeds the bug this must find: each statement commits by itself.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import random
import select
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

from sqlalchemy import event

from books import RECEIVED, USES, small_book
from fundtrack.book import open_book
from fundtrack.importing.batch.file import import_file
from fundtrack.importing.batch.report import STATES
from fundtrack.money import plain
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fundtrack.book import Book

ROWS: Final = 240
"""Ordinary payments in a file."""

FILES: Final = 34
"""Files imported into one book before the next is begun, so that looking at all of it stays quick."""

BETWEEN: Final = 0.6
"""The share of kills that must land between the first insert and the last commit."""

DRAWN: Final = {"before": 0.1, "between": 0.82, "after": 0.08}
"""How often a kill is aimed where; what it hits is judged afterwards."""

PATIENCE: Final = 60
"""Seconds after which a child that tells nothing, or a backend that does not end, is a fault."""

STATEMENT, END = b"s", b"e"
"""What a child tells: the first insert and each statement after it, and that all is committed."""

PAYING: Final = ("F01", "F02A", "F03")
BANK: Final = "45001234560001"
HEADER: Final = (
    "支付申请编号", "支付凭证号", "实际支付日期", "资金名称", "项目名称", "本级指标文号", "列支科目", "付款人账号",
    "收款人全称", "收款人账号", "用途", "凭证摘要", "支付金额", "银行交易流水号",
)  # fmt: skip
AMOUNT: Final = HEADER.index("支付金额")

WHOLE: Final = {
    "vouchers without their batch (half batch)":
        "SELECT COUNT(*) FROM voucher WHERE batch IS NOT NULL AND batch NOT IN (SELECT batch FROM batch)",
    "entries without their voucher (half batch)":
        "SELECT COUNT(*) FROM entry WHERE voucher NOT IN (SELECT id FROM voucher)",
    "batches without some of their rows (half batch)":
        """SELECT COUNT(*) FROM batch AS b
        WHERE rows_posted <> (SELECT COUNT(*) FROM voucher AS v WHERE v.batch = b.batch)
        OR rows_read - rows_posted <> (SELECT COUNT(*) FROM input_row AS r WHERE r.batch = b.batch)""",
    "rows in the book twice":
        "SELECT COUNT(*) FROM (SELECT 1 FROM voucher GROUP BY natural_key, occurrence HAVING COUNT(*) > 1) AS twice",
    "balances that are not what the entries say":
        """SELECT COUNT(*) FROM balance AS b LEFT JOIN (
            SELECT fund, unit, code, SUM(moved) AS moved FROM (
                SELECT fund, unit, debit AS code, (1 - 2 * red) * amount AS moved FROM entry
                UNION ALL SELECT fund, unit, credit, (2 * red - 1) * amount FROM entry) AS legs
            GROUP BY fund, unit, code) AS m ON m.fund = b.fund AND m.unit = b.unit AND m.code = b.code
        WHERE b.total <> b.controlled * COALESCE(m.moved, 0)""",
    "daily balances that are not the balance":
        """SELECT COUNT(*) FROM balance AS b WHERE total <> COALESCE((SELECT SUM(change) FROM daily_balance AS d
            WHERE d.fund = b.fund AND d.unit = b.unit AND d.code = b.code), 0)""",
}  # fmt: skip
"""What a whole book has none of."""


@dataclass
class File:
    """A file and what must become of it: rows and fen by state, and the payments that become vouchers."""

    path: Path
    rows: Counter[str] = field(default_factory=Counter)
    amounts: Counter[str] = field(default_factory=Counter)
    posted: Counter[str] = field(default_factory=Counter)
    lines: list[list[str]] = field(default_factory=list)

    def add(self, state: str, line: list[str]) -> None:
        """Add a row that ends in a state; the printed total of a file is no amount of it."""
        self.lines.append(line)
        self.rows.update((state, "read"))
        if state != "not_data":
            fen = int(line[AMOUNT].replace(".", ""))
            self.amounts.update({state: fen, "read": fen})
        if state == "posted":
            self.posted[line[HEADER.index("用途")]] += 1

    def write(self) -> File:
        """Write the file as the treasury would."""
        total = [""] * len(HEADER)
        total[0], total[AMOUNT] = "合计", plain(self.amounts["read"])
        self.add("not_data", total)
        with self.path.open("w", encoding="gb18030", newline="") as out:
            csv.writer(out).writerows([HEADER, *self.lines])
        self.rows.update(("not_data", "read"))  # the header
        return self


def month(folder: Path, number: int, before: File | None, chance: random.Random) -> File:
    """Return the file of a month: payments of every fund, some that stand already, some that cannot be posted."""
    file = File(folder / f"{number:03}.csv")
    day = date(2015 + (number + 2) // 12, (number + 2) % 12 + 1, 1)
    for at in range(ROWS):
        fund = chance.choice(PAYING) if at % 30 else "F04"  # whose rows wait for each other, where one overdraws
        file.add(
            "posted", payment(f"{number}-{at}", day.replace(day=1 + at * 28 // ROWS), fund, chance.randint(1, 999))
        )
    for line in (before.lines if before else [])[:20]:
        file.add("already_posted", line)
    twin = payment(f"{number}-twin", day, "F01", 100)
    for state, line in (
        ("posted", twin),
        ("posted", twin),
        ("quarantined", payment(f"{number}-overdraws", day.replace(day=15), "F04", 2 * RECEIVED["F04"])),
        ("quarantined", payment(f"{number}-of-no-fund", day, "F09", 100)),
        ("quarantined", [cell.replace(day.isoformat(), "2015-02-30") for cell in twin]),
        ("not_data", [""] * len(HEADER)),
    ):
        file.add(state, line)
    return file.write()


def payment(name: str, day: date, fund: str, fen: int) -> list[str]:
    """Return the row of a payment; one whose name ends in a number has the bank's reference."""
    use = f"{fund}-{USES.get(fund, '0601')}"
    reference = f"GK{name}" if name[-1].isdigit() else ""
    return [
        f"SQ{name}", f"PZ{name}", day.isoformat(), fund, "", "", use, BANK, "农户", "", name, "", plain(fen), reference,
    ]  # fmt: skip


def run_child(folder: Path, file: File, pipe: int, *, autocommit: bool) -> NoReturn:
    """Import a file, tell of the first insert, of each statement after it and of the end, and wait to be killed."""
    book = open_book(folder)
    if autocommit:
        book = committing_everything(book)
    inserting = False

    def tell(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal inserting
        inserting = inserting or statement.lstrip().startswith("INSERT INTO entry")
        if inserting:
            os.write(pipe, STATEMENT)

    event.listen(book.engine, "before_cursor_execute", tell)
    event.listen(book.engine, "commit", lambda _: os.write(pipe, STATEMENT))
    try:
        import_file(book, file.path, by="clerk")
        os.write(pipe, END)
        signal.pause()
    finally:
        sys.excepthook(*sys.exc_info())
        os._exit(1)


def committing_everything(book: Book) -> Book:
    """Return a book whose statements commit one by one, without the deferred keys that would refuse just that."""
    book.engine.dispose()
    if book.engine.dialect.name == "sqlite":
        event.remove(book.engine, "begin", dialect._begin_sqlite)
        event.listen(book.engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys = OFF"))
        return book
    with book.owning() as connection:
        for table, key in (("entry", "entry_voucher"), ("voucher", "voucher_batch"), ("input_row", "input_row_batch")):
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {key}")
    book.engine.dialect.supports_server_side_cursors = False  # they live as long as a transaction
    return replace(book, engine=book.engine.execution_options(isolation_level="AUTOCOMMIT"))


class Child:
    """A forked import, seen from outside."""

    def __init__(self, folder: Path, file: File, *, autocommit: bool) -> None:
        """Fork it."""
        self.told = b""
        self.started = time.monotonic()
        self._pipe, theirs = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            run_child(folder, file, theirs, autocommit=autocommit)
        os.close(theirs)

    def wait_for(self, statements: float) -> float:
        """Wait for so many statements, or the end; return the seconds since it began. Raises TimeoutError, EOFError."""
        while self.told.count(STATEMENT) < statements and END not in self.told:
            if not select.select([self._pipe], [], [], PATIENCE)[0]:
                raise TimeoutError
            told = os.read(self._pipe, 4096)
            if not told:
                raise EOFError
            self.told += told
        return time.monotonic() - self.started

    def kill(self) -> int:
        """Kill it, hear what it had told, and return the signal it died of."""
        os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        while told := os.read(self._pipe, 4096):
            self.told += told
        os.close(self._pipe)
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


class Pace(NamedTuple):
    """How an import goes that nobody kills: seconds to its first insert, then statements and seconds to its end."""

    first_insert: float
    statements: int
    seconds: float


@dataclass
class Harness:
    """Books in a folder, and a tally of where kills landed and what they left."""

    folder: Path
    database: str
    chance: random.Random
    autocommit: bool
    landed: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def run(self, kills: int) -> None:
        """Kill so many imports, in as many books as it takes; stop at the first fault of a seeded bug."""
        for first in range(0, kills, FILES):
            self.use_book(first, min(FILES, kills - first))
            if self.autocommit and self.faults:
                return

    def use_book(self, first: int, kills: int) -> None:
        """Import a file in peace, another to see how long a child takes, and kill the import of each further one."""
        folder = self.folder / f"book{first}"
        book = small_book(folder, self.database, schema=f"kill{first}")
        file = month(self.folder, 0, None, self.chance)
        import_file(book, file.path, by="clerk")
        prepare_fork(book)
        file = month(self.folder, 1, file, self.chance)
        calm = Child(folder, file, autocommit=False)
        first_insert, end = calm.wait_for(1), calm.wait_for(math.inf)
        calm.kill()
        pace = Pace(first_insert, calm.told.count(STATEMENT), end - first_insert)
        for number in range(2, kills + 2):
            file = month(self.folder, number, file, self.chance)
            self.kill_one(book, file, pace)
            if self.autocommit and self.faults:
                break
        book.engine.dispose()

    def kill_one(self, book: Book, file: File, pace: Pace) -> None:
        """Kill the import of a file, look, run it again, look."""
        child = Child(book.folder, file, autocommit=self.autocommit)
        (aim,) = self.chance.choices([*DRAWN], [*DRAWN.values()])
        statements, seconds = {
            "before": (0, pace.first_insert),
            "between": (self.chance.randint(1, pace.statements), pace.seconds / pace.statements),
            "after": (math.inf, 0.01),
        }[aim]
        try:
            child.wait_for(statements)
            time.sleep(self.chance.uniform(0, seconds))
        except (EOFError, TimeoutError) as error:
            self.fault(file, f"the import ended by itself: {error!r}")
        if child.kill() != signal.SIGKILL:
            self.fault(file, "the child was not killed: it had ended")
        with book.reading() as connection:
            wait_for_backends(connection)
        with book.reading() as connection:
            stands = batch_of(connection, file) is not None
            self.look(connection, file)
        self.landed["after" if stands else "between" if child.told else "before"] += 1
        if not (self.autocommit and self.faults):
            self.run_again(book, file, stands=stands)
        prepare_fork(book)

    def run_again(self, book: Book, file: File, *, stands: bool) -> None:
        """Import a file again, and compare what the report and the book say with what must have become of it."""
        (report,) = import_file(book, file.path, by="clerk")
        if report.new is stands:
            self.fault(file, f"the second run calls the batch {'new' if report.new else 'known'}")
        self.compare(file, "rows", by_state(report.rows, stands), by_state(file.rows, stands))
        self.compare(file, "fen", by_state(report.amounts, stands), by_state(file.amounts, stands))
        with book.reading() as connection:
            self.look(connection, file)
            select = f"SELECT narration, COUNT(*) FROM voucher WHERE batch = {report.batch:d} GROUP BY narration"
            posted = dict(map(tuple, connection.exec_driver_sql(select)))
        self.compare(file, "vouchers", posted, dict(file.posted))

    def look(self, connection: Connection, file: File) -> None:
        """Look whether the book is whole."""
        for what, counted in WHOLE.items():
            if count := connection.exec_driver_sql(counted).scalar():
                self.fault(file, f"{count} {what}")

    def compare(self, file: File, what: str, found: dict[str, int], wanted: dict[str, int]) -> None:
        """Note what differs."""
        if found != wanted:
            self.fault(file, f"{what}: {sorted(set(found.items()) ^ set(wanted.items()))[:6]}")

    def fault(self, file: File, what: str) -> None:
        """Note a fault."""
        self.faults.append(f"file {file.path.stem}: {what}")


def prepare_fork(book: Book) -> None:
    """Close SQLite's files, whose locks a child must not believe its own; PostgreSQL's warm connection may stay."""
    if book.engine.dialect.name == "sqlite":
        book.engine.dispose()


def by_state(counted: dict[str, Any] | Counter[str], stands: bool) -> dict[str, int]:  # noqa: FBT001
    """Return rows or fen by state; of a batch that stands, what it posted is called posted before."""
    states = {state: counted[state] for state in ("read", *STATES)}
    if stands:
        states["already_posted"] += states["posted"]
        states["posted"] = 0
    return states


def batch_of(connection: Connection, file: File) -> int | None:
    """Return the batch of a file, if it stands."""
    select = f"SELECT batch FROM batch WHERE file = '{file.path.name}'"
    found: int | None = connection.exec_driver_sql(select).scalar()
    return found


def wait_for_backends(connection: Connection) -> None:
    """Wait until PostgreSQL has noticed that a client is gone; what it was doing is then done or undone."""
    if connection.dialect.name == "sqlite":
        return
    others = """SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()
        AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""
    end = time.monotonic() + PATIENCE
    while connection.exec_driver_sql(others).scalar():
        connection.exec_driver_sql("SELECT pg_stat_clear_snapshot()")
        if time.monotonic() > end:
            raise TimeoutError(others)
        time.sleep(0.005)


def main() -> int:
    """Kill as asked, print where kills landed and what was found; return 1 for a fault or too few between."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--database", default="", help="a PostgreSQL database; without it, SQLite files in the folder")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--autocommit", action="store_true", help="seed the bug that must be found")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    harness = Harness(given.folder, given.database, random.Random(given.seed), given.autocommit)
    harness.run(given.kills)
    landed, kills = harness.landed, harness.landed.total()
    sys.stdout.write(
        f"{'PostgreSQL' if given.database else 'SQLite'}, seed {given.seed}: {kills} kills, "
        f"{landed['before']} before the first insert, {landed['between']} between first insert and last commit, "
        f"{landed['after']} after\n"
    )
    sys.stdout.writelines(f"{fault}\n" for fault in harness.faults)
    return int(bool(harness.faults) or landed["between"] < BETWEEN * kills)


if __name__ == "__main__":
    sys.exit(main())
