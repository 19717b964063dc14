"""The doctor names what was done to a book past the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from books import SCHEMA, small_book
from fundtrack.book.doctor import diagnose
from fundtrack.book.open import unverified_book
from stock import tamper

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import URL

    from fundtrack.book import Book


@pytest.fixture
def book(tmp_path: Path, database_url: URL) -> Iterator[Book]:
    """Give a small book on each engine."""
    book = small_book(tmp_path / "book", database_url)
    yield book
    book.engine.dispose()


def found(book: Book) -> dict[str, str]:
    """Return what the doctor names, with the first sentence of each; all can be said and mended in both languages."""
    ailments = diagnose(unverified := unverified_book(book.folder))
    unverified.engine.dispose()
    for ailment in ailments:
        assert ailment.message("zh")
        assert ailment.remedy("en")
        assert ailment.remedy("zh")
    return {ailment.name: ailment.message("en") for ailment in reversed(ailments)}


def test_a_sound_book_has_nothing(book: Book) -> None:
    """And the examination itself leaves nothing behind: no schema, no role."""
    assert found(book) == {}
    assert found(book) == {}
    if book.engine.dialect.name == "postgresql":
        with book.reading() as connection:
            left = "SELECT COUNT(*) FROM {} WHERE {} LIKE 'fresh%'"
            assert connection.exec_driver_sql(left.format("pg_namespace", "nspname").replace("%", "%%")).scalar() == 0
            assert connection.exec_driver_sql(left.format("pg_roles", "rolname").replace("%", "%%")).scalar() == 0


@pytest.mark.parametrize(
    ("statement", "name", "told"),
    [
        ("UPDATE balance SET total = total + 1 WHERE fund = 'F03'", "balance-wrong", "1692000.01 CNY"),
        ("DELETE FROM balance WHERE fund = 'F03'", "balance-wrong", "1692000.00 CNY"),
        ("UPDATE balance SET opening = -500 WHERE fund = 'F03'", "opening-wrong", "-5.00 CNY"),
        ("UPDATE balance SET controlled = 0 WHERE fund = 'F03'", "control-wrong", "Assets:F03:1001"),
        ("UPDATE daily_balance SET change = 7 WHERE fund = 'F03'", "day-wrong", "on 2015-01-05 is 0.07 CNY"),
        ("INSERT INTO daily_balance VALUES ('F03', 'CNY', '1001', 735659, '2015-03-02', 7)", "day-wrong", "2015-03-02"),
        ("DELETE FROM daily_balance WHERE fund = 'F03'", "day-wrong", "1692000.00 CNY"),
    ],
)
def test_stored_balances_are_derived_again(book: Book, statement: str, name: str, told: str) -> None:
    """A raw write to a stored balance: refused to clerks by PostgreSQL's rights, and named here."""
    tamper(book, statement)
    assert told in found(book)[name]


@pytest.mark.parametrize(
    ("statements", "name", "told"),
    [
        (("INSERT INTO entry VALUES (77, 1, 'F03', 'CNY', '0603', '1001', 100, 0)",), "dangling", "entry_voucher"),
        (("DROP TRIGGER voucher_never_updated{on}", "UPDATE voucher SET fund = 'F03', number = 2 WHERE id = 5"),
         "dangling", "entry_voucher"),
        (("DROP TRIGGER voucher_never_deleted{on}", "DELETE FROM voucher WHERE id = 1"), "number-gap", "F01"),
        (("DROP TRIGGER voucher_one_to_many{on}",), "object-missing", "voucher_one_to_many"),
        (("CREATE VIEW mine AS SELECT 1",), "object-foreign", "view mine"),
        (("INSERT INTO use_grant VALUES (77, 'F01', 'CNY', '0612', '2014-01-01', 735234, 1, 'x', 1)",),
         "policy-added", "Expenses:F01:0612"),
        (("DROP TRIGGER use_grant_never_deleted{on}", "DELETE FROM use_grant WHERE code = '0601'"),
         "policy-lost", "Expenses:F01:0601"),
        (("DROP TRIGGER release_never_updated{on}", "UPDATE release SET fingerprint = 'x'"), "release-forged", "note"),
        (("DROP TABLE daily_balance{cascade}",), "not-examined", "balances"),
    ],
)  # fmt: skip
def test_what_was_written_past_the_program_is_named(
    book: Book, statements: tuple[str, ...], name: str, told: str
) -> None:
    """Whatever a client with keys and triggers off leaves behind."""
    for statement in statements:
        table = statement.split()[2].partition("_never")[0].partition("_one")[0]
        postgresql = book.engine.dialect.name == "postgresql"
        words = {"{on}": f" ON {table}" if postgresql else "", "{cascade}": " CASCADE" if postgresql else ""}
        for word, replacement in words.items():
            statement = statement.replace(word, replacement)  # noqa: PLW2901 - said in the words of the engine
        tamper(book, statement)
    assert told in found(book)[name]


def test_a_check_that_was_switched_off_is_named(tmp_path: Path) -> None:
    """SQLite lets any client ignore CHECK constraints; the rows it leaves are found."""
    book = small_book(tmp_path / "book")
    book.engine.dispose()
    tamper(book, "PRAGMA ignore_check_constraints = ON",
           "INSERT INTO entry VALUES (77, 1, 'F03', 'CNY', '0603', '1001', -100, 0)")  # fmt: skip
    assert "CHECK constraint failed in entry" in found(book)["damaged"]


def test_rights_and_roles_are_examined(tmp_path: Path, postgresql_url: URL) -> None:
    """A right on stored balances that somebody granted, and a clerk role that is not there."""
    book = small_book(tmp_path / "book", postgresql_url)
    tamper(book, f"GRANT UPDATE ON balance TO {SCHEMA}_clerk")
    assert "UPDATE on balance" in found(book)["right-excessive"]
    tamper(book, f"REVOKE UPDATE ON balance FROM {SCHEMA}_clerk", "GRANT EXECUTE ON FUNCTION refuse TO PUBLIC")
    assert "PUBLIC" in found(book)["right-excessive"]
    settings = book.folder / "fundtrack.toml"
    settings.write_text(settings.read_text("utf-8").replace(SCHEMA, "elsewhere"), "utf-8")
    tamper(book, f"ALTER SCHEMA {SCHEMA} RENAME TO elsewhere")
    assert "elsewhere_clerk" in found(book)["clerk-missing"]
    book.engine.dispose()


def test_the_folder_is_examined(book: Book) -> None:
    """The key and the originals beside the database."""
    key = book.folder / "natural.key"
    key.chmod(0o644)
    assert str(key) in found(book)["key-open"]
    key.unlink()
    assert str(key) in found(book)["key-missing"]
    original = book.folder / "originals" / "ab" / f"{'ab' * 32}.csv"
    original.parent.mkdir()
    original.write_bytes(b"other bytes")
    assert str(original) in found(book)["original-changed"]
