"""The database itself refuses what breaks the rule, whoever asks: raw SQL from stock clients, on both engines.

Each attack is refused; then the one control that refuses it is removed, and the same attack succeeds: so none of these
tests can pass by accident, and no control stands idle.
"""

from __future__ import annotations

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from time import sleep
from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest

from alias_attacks import ALIAS_ATTACKS
from attacks import (
    APPEND_ONLY,
    ATTACKS,
    GUARDS,
    MATCHED,
    NEW_FUND,
    OPENED,
    REASONED,
    SOUND,
    Attack,
    entered,
    entry,
    voucher,
)
from confirming_attacks import CONFIRMING
from finding_attacks import FINDINGS
from money_attacks import IN_ORDER, MONEY_ATTACKS
from period_attacks import PERIODS
from quota_attacks import PAID, QUOTA_ATTACKS
from release_attacks import RELEASED, RELEASES
from stock import (
    CLERK,
    OWNER,
    REFUSALS,
    SCHEMA,
    Postgresql,
    attack_postgresql,
    attack_sqlite,
    drop_postgresql,
    drop_sqlite,
)

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING: Final = (
    ATTACKS + ALIAS_ATTACKS + FINDINGS + QUOTA_ATTACKS + RELEASES + MONEY_ATTACKS + PERIODS + CONFIRMING + GUARDS
)


def on(engine: str) -> list[Attack]:
    """Return the attacks there are on an engine."""
    return [attack for attack in EVERYTHING if getattr(attack, engine)]


@pytest.mark.parametrize("attack", on("sqlite"), ids=str)
def test_sqlite_refuses(sqlite_file: Path, attack: Attack) -> None:
    """Refused, though the client leaves foreign keys off."""
    with pytest.raises(REFUSALS):
        attack_sqlite(sqlite_file, attack)


@pytest.mark.parametrize("attack", on("sqlite"), ids=str)
def test_sqlite_refuses_by_this_control_alone(sqlite_file: Path, attack: Attack) -> None:
    """Without the control the attack succeeds; with any of several left, it does not."""
    for control in attack.sqlite[:-1]:
        drop_sqlite(sqlite_file, control)
        with pytest.raises(REFUSALS):
            attack_sqlite(sqlite_file, attack)
    drop_sqlite(sqlite_file, attack.sqlite[-1])
    attack_sqlite(sqlite_file, attack)


@pytest.mark.parametrize("user", [OWNER, CLERK], ids=["owner", "clerk"])
@pytest.mark.parametrize("attack", on("postgresql"), ids=str)
def test_postgresql_refuses(postgresql_book: Postgresql, attack: Attack, user: str) -> None:
    """Refused to the owner of the tables by the controls, and to a clerk by them or for want of the right."""
    with closing(postgresql_book.connect(user)) as client, pytest.raises(REFUSALS):
        attack_postgresql(client, attack.statements)


@pytest.mark.parametrize("attack", on("postgresql"), ids=str)
def test_postgresql_refuses_by_this_control_alone(postgresql_book: Postgresql, attack: Attack) -> None:
    """Without the control the attack succeeds."""
    with closing(postgresql_book.connect()) as client:
        for control in attack.postgresql:
            drop_postgresql(client, control)
        attack_postgresql(client, attack.statements)
        client.rollback()


def test_a_sound_voucher_is_accepted(sqlite_file: Path, postgresql_book: Postgresql) -> None:
    """The same clients may post what breaks nothing: the refusals above are not for want of a comma."""
    sound = (*SOUND, *PAID, entered("bank_match", **MATCHED))
    attack_sqlite(sqlite_file, Attack("", (), (), sound, keys=True))
    for user in (OWNER, CLERK):
        with closing(postgresql_book.connect(user)) as client:
            attack_postgresql(client, sound)


@pytest.mark.parametrize("released", RELEASED, ids=["at once", "return taken back", "paid again", "freed"])
def test_what_is_not_paid_is_released(
    sqlite_file: Path, postgresql_book: Postgresql, released: tuple[str, ...]
) -> None:
    """As its application reserved it, up to the fen: by who owns the tables, for a clerk opens no account."""
    attack_sqlite(sqlite_file, Attack("", (), (), released, keys=True))
    with closing(postgresql_book.connect(OWNER)) as client:
        attack_postgresql(client, released)


@pytest.mark.parametrize(
    "sound", IN_ORDER, ids=["in time", "waived", "again", "taken back", "pooled", "surplus", "interest", "repaid"]
)
def test_what_is_lawful_is_paid(sqlite_file: Path, postgresql_book: Postgresql, sound: tuple[str, ...]) -> None:
    """By who owns the tables."""
    attack_sqlite(sqlite_file, Attack("", (), (), sound, keys=True))
    with closing(postgresql_book.connect(OWNER)) as client:
        attack_postgresql(client, sound)


def test_every_control_is_attacked(sqlite_file: Path, postgresql_book: Postgresql) -> None:
    """Each trigger, named constraint and unique index stands in the table of attacks, or in the reasoned list."""
    with closing(sqlite3.connect(sqlite_file)) as client:
        alone = "SELECT name FROM sqlite_schema WHERE type = 'trigger' OR sql LIKE 'CREATE UNIQUE %'"
        sqlite_controls = {name for (name,) in client.execute(alone)}
        tables = client.execute("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'alembic%'")
        sqlite_controls |= {name for (sql,) in tables for name in re.findall(r"CONSTRAINT (\w+)", sql)}
    with closing(postgresql_book.connect()) as client:
        postgresql_controls = {name for (name,) in client.execute(
            "SELECT tgname FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = tgrelid "
            "WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace "
            "UNION SELECT conname FROM pg_constraint "
            "WHERE connamespace = current_schema()::regnamespace AND contype <> 'n' AND conname NOT LIKE 'alembic%' "
            "UNION SELECT relname FROM pg_index JOIN pg_class AS c ON c.oid = indexrelid WHERE indisunique "
            "AND relnamespace = current_schema()::regnamespace AND relname NOT LIKE 'alembic%'"
        )}  # fmt: skip
    attacked = {name for attack in EVERYTHING for name in attack.sqlite}
    # A primary key is what REPLACE must not pass by: the guard named after the table is attacked in its stead.
    attacked |= {f"{table}_pk" for table in APPEND_ONLY}
    assert sqlite_controls - attacked == REASONED.keys() & sqlite_controls
    attacked = {name for attack in EVERYTHING for name in attack.postgresql}
    assert postgresql_controls - attacked == REASONED.keys() & postgresql_controls
    assert REASONED.keys() <= sqlite_controls | postgresql_controls


def test_no_statement_fails_half_way_on_sqlite(sqlite_file: Path) -> None:
    """OR FAIL keeps what a statement did before its constraint failed: an overspending voucher would stand."""
    with closing(sqlite3.connect(sqlite_file, isolation_level=None)) as client:
        client.execute(entry(amount=169_200_001))
        with pytest.raises(sqlite3.IntegrityError, match="overdrawn"):
            client.execute(voucher(verb="INSERT OR FAIL"))
        assert client.execute("SELECT COUNT(*) FROM voucher WHERE id = 9").fetchone() == (0,)
        client.execute("DROP TRIGGER balance_never_overspent")
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            client.execute(voucher(verb="INSERT OR FAIL"))
        assert client.execute("SELECT COUNT(*) FROM voucher WHERE id = 9").fetchone() == (1,)


@pytest.mark.parametrize("table", ["release", "fund", "bank_account"])
def test_no_rowid_stands_beside_a_key(sqlite_file: Path, table: str) -> None:
    """REPLACE deletes by a hidden rowid too, which no guard sees; so there is none."""
    with closing(sqlite3.connect(sqlite_file)) as client, pytest.raises(sqlite3.OperationalError, match="rowid"):
        client.execute(f"REPLACE INTO {table} (rowid) VALUES (1)")


def test_a_temporary_table_does_not_stand_in_for_the_books(sqlite_file: Path, postgresql_book: Postgresql) -> None:
    """A client that hides `voucher` behind an empty table of its own cannot make a late entry look early."""
    late = entry("F01", voucher=5, line=2)
    with closing(sqlite3.connect(sqlite_file)) as client:
        client.execute("CREATE TEMPORARY TABLE voucher (id INTEGER)")
        with pytest.raises(sqlite3.IntegrityError, match="late-entry"):
            client.execute(late)
    with closing(postgresql_book.connect(CLERK)) as client:
        client.execute("CREATE TEMPORARY TABLE voucher (id BIGINT)")
        with pytest.raises(psycopg.errors.IntegrityError, match="late-entry"):
            client.execute(late.encode())


def test_no_fraction_of_a_fen_is_stored(sqlite_file: Path, postgresql_book: Postgresql) -> None:
    """SQLite refuses one; PostgreSQL makes the number whole before anybody sees it, and the book stays exact."""
    fraction = entry(amount=1.5)
    with closing(sqlite3.connect(sqlite_file)) as client, pytest.raises(sqlite3.IntegrityError):
        client.execute(fraction)
    with closing(postgresql_book.connect()) as client:
        client.execute(fraction.encode())
        assert client.execute("SELECT amount FROM entry WHERE voucher = 9").fetchone() == (2,)
        for amount in ("'NaN'", "'Infinity'", "'1e308'", "1e308"):
            with pytest.raises(psycopg.Error), client.transaction():
                client.execute(entry(line=2).replace("100", amount).encode())


@pytest.mark.parametrize("date", ["2015-02-30", "0000-00-00", "now", "20150301", "2015-03-01 ", "２０１５-03-01", ""])
def test_no_such_date(sqlite_file: Path, postgresql_book: Postgresql, date: str) -> None:
    """What is not a day of the calendar, written as ISO 8601 does, is no date, whatever its day number."""
    for day in (735658, 735659, 0):
        with pytest.raises(sqlite3.Error):
            attack_sqlite(sqlite_file, Attack("", (), (), (entry(), voucher(date=date, day=day))))
        with closing(postgresql_book.connect()) as client, pytest.raises(psycopg.Error):
            attack_postgresql(client, (entry(), voucher(date=date, day=day)))


@pytest.mark.parametrize("case", ["deficit", "deficit taken back", "surplus spent and taken back"])
def test_an_opening_gives_no_more_room_than_its_deficit(
    sqlite_file: Path, postgresql_book: Postgresql, case: str
) -> None:
    """A deficit enters only with an opening; taking one back, or a surplus after spending it, gives no credit."""
    opening, spending, back = {
        "deficit": (opens("3001", "1001"), (), ()),
        "deficit taken back": (opens("3001", "1001"), (), opens("3001", "1001", reverses=20)),
        "surplus spent and taken back": (opens("1001", "3001"), spends(5000, id=21, number=2), ()),
    }[case]
    sound = (*NEW_FUND, *opening, *spending, *back)
    attack = opens("1001", "3001", reverses=20) if spending else spends(1, id=22, number=3 if back else 2)
    with closing(sqlite3.connect(sqlite_file)) as client:
        for statement in (*sound, attack[0]):
            client.execute(statement)
        with pytest.raises(sqlite3.IntegrityError, match="overdrawn"):
            client.execute(attack[1])
    with closing(postgresql_book.connect()) as client:
        attack_postgresql(client, sound)
        with pytest.raises(psycopg.errors.CheckViolation, match="balance_not_overspent"):
            attack_postgresql(client, attack)


def test_an_opening_that_was_taken_back_holds_nobody_off(sqlite_file: Path, postgresql_book: Postgresql) -> None:
    """A wrong date is corrected by reversing the opening and opening earlier; then the months between are free."""
    back = entry("F05", 5000, voucher=21, debit="1001", credit="3001", red=1)
    on: dict[str, Any] = {"date": "2015-06-30", "day": 735779}
    again = entry("F05", 5000, voucher=22, debit="1001", credit="3001")
    statements = (
        *OPENED,
        *(back, voucher("F05", id=21, number=2, kind="opening", reverses=20, **on)),
        *(again, voucher("F05", id=22, number=3, kind="opening", date="2015-01-01", day=735599)),
        *spends(5000, id=23, number=4),
    )
    attack_sqlite(sqlite_file, Attack("", (), (), statements, keys=True))
    with closing(postgresql_book.connect()) as client:
        attack_postgresql(client, statements)


def opens(debit: str, credit: str, reverses: int | None = None) -> tuple[str, str]:
    """Return the statements of an opening balance of F05, or of its reversal."""
    at, number = (23, 3 if debit == "1001" else 2) if reverses else (20, 1)
    return (
        entry("F05", 5000, voucher=at, debit=debit, credit=credit, red=int(reverses is not None)),
        voucher("F05", id=at, number=number, kind="opening", reverses=reverses),
    )


def spends(amount: int, *, id: int, number: int) -> tuple[str, str]:
    """Return the statements of a payment out of F05."""
    return entry("F05", amount, voucher=id, debit="0605"), voucher("F05", id=id, number=number)


STORED_BALANCES: Final = (
    "UPDATE balance SET total = total + 1",
    "UPDATE daily_balance SET change = change + 1",
    "UPDATE commitment SET total = total + 1",
    "DELETE FROM balance",
    "DELETE FROM daily_balance",
    "TRUNCATE balance",
    "INSERT INTO daily_balance VALUES ('F01', 'CNY', '1001', 1, '0001-01-01', 1)",
)


@pytest.mark.parametrize("statement", STORED_BALANCES)
def test_a_clerk_has_no_right_to_stored_balances(postgresql_book: Postgresql, statement: str) -> None:
    """On PostgreSQL; what happens on SQLite, which has no rights, is told in test_doctor.py."""
    with closing(postgresql_book.connect(CLERK)) as client, pytest.raises(psycopg.errors.InsufficientPrivilege):
        client.execute(statement.encode())


def test_a_clerk_cannot_borrow_the_owners_controls(postgresql_book: Postgresql) -> None:
    """A control acts as the owner, so nobody may hang one on a table of invented vouchers."""
    with closing(postgresql_book.connect(CLERK)) as client:
        client.execute("CREATE TEMPORARY TABLE forged (id BIGINT, day BIGINT, date TEXT, kind TEXT)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            client.execute("CREATE TRIGGER forge AFTER INSERT ON forged REFERENCING NEW TABLE AS added "
                           "FOR EACH STATEMENT EXECUTE FUNCTION voucher_moves_balances()")  # fmt: skip


MERGE: Final = "MERGE INTO {}.voucher AS v USING {}.fund AS f ON v.fund = f.fund WHEN MATCHED THEN DELETE"


@pytest.mark.parametrize("statement", ["UPDATE {}.voucher SET payee = 'x'", "TRUNCATE {}.chart CASCADE", MERGE])
def test_a_false_refuse_function_refuses_no_less(postgresql_book: Postgresql, statement: str) -> None:
    """The guards call their own functions, whatever stands first in the client's search path."""
    with closing(postgresql_book.connect()) as client:
        client.execute("CREATE FUNCTION pg_temp.refuse(TEXT) RETURNS void LANGUAGE sql AS 'SELECT'")
        client.execute(f"CREATE SCHEMA {SCHEMA}_mine".encode())
        client.execute(f"CREATE FUNCTION {SCHEMA}_mine.refuse(TEXT) RETURNS void LANGUAGE sql AS 'SELECT'".encode())
        client.execute(f"SET search_path TO {SCHEMA}_mine, pg_temp".encode())
        with pytest.raises(psycopg.errors.IntegrityError, match="append-only"):
            client.execute(statement.replace("{}", SCHEMA).encode())


def test_controls_hold_where_a_superuser_switches_triggers_off(postgresql_book: Postgresql) -> None:
    """`session_replication_role = replica` skips ordinary triggers; the book's are always on."""
    for statements in ((voucher(),), (entry("F01", voucher=5, line=2),), ("DELETE FROM voucher",)):
        with closing(postgresql_book.connect("postgres")) as client, pytest.raises(psycopg.errors.IntegrityError):
            attack_postgresql(client, ("SET session_replication_role = replica", *statements))


LEVELS: Final = ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("waits", [True, False], ids=["while posting", "after posting"])
def test_no_entry_slips_into_a_voucher_being_posted(postgresql_book: Postgresql, level: str, *, waits: bool) -> None:
    """Two sessions at every isolation level: one posts, the other, begun before, adds an entry to its voucher."""
    outcome, entries = slip_in(postgresql_book, level, waits=waits, controls=True)
    assert outcome == "refused"
    assert entries == 1


def test_an_entry_would_slip_in_without_the_turn(postgresql_book: Postgresql) -> None:
    """The same race where entries take no turn ends with an entry that no control has judged.

    That is at READ COMMITTED; above it the entry's key to its voucher, judged by an older moment, refuses as well.
    """
    assert slip_in(postgresql_book, "READ COMMITTED", waits=True, controls=False) == ("stored", 2)


def slip_in(book: Postgresql, level: str, *, waits: bool, controls: bool) -> tuple[str, int]:
    """Run the race on a copy of the book, and return how it ended and how many entries the voucher then has."""
    with book.server.database(book.database) as url:
        assert url.database is not None
        copy = Postgresql(book.server, url.database)
        if not controls:
            without_turn(copy)
        with closing(copy.connect()) as poster, closing(copy.connect()) as intruder:
            intruder.execute(f"SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL {level}".encode())
            intruder.commit()
            intruder.execute("SELECT COUNT(*) FROM voucher")  # its moment of the book is now
            attack_postgresql(poster, SOUND)
            if not waits:
                poster.commit()
            outcome = intrude(intruder, poster)
            left = poster.execute("SELECT COUNT(*) FROM entry WHERE voucher = 9").fetchone()
            assert left is not None
            return outcome, left[0]


def intrude(intruder: psycopg.Connection, poster: psycopg.Connection) -> str:
    """Add an entry while the poster has not committed, let the poster commit, and then commit too."""

    def add() -> str:
        try:
            intruder.execute(entry(line=2).encode())
            sleep(0.3)
            intruder.commit()
        except psycopg.Error:
            return "refused"
        return "stored"

    with ThreadPoolExecutor() as pool:
        adding = pool.submit(add)
        sleep(0.2)
        poster.commit()
        return adding.result(timeout=30)


def without_turn(book: Postgresql) -> None:
    """Let entries be added without taking the turn, which is otherwise the same control."""
    with closing(book.connect()) as client:
        row = client.execute("SELECT prosrc FROM pg_proc WHERE proname = 'entry_before_voucher'").fetchone()
        assert row is not None
        body = row[0].replace("PERFORM take_turn();", "")
        assert body != row[0]
        client.execute(f"CREATE OR REPLACE FUNCTION entry_before_voucher() RETURNS trigger LANGUAGE plpgsql "
                       f"SET search_path TO {SCHEMA} AS $${body}$$".encode())  # fmt: skip
        client.commit()
