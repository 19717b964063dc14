"""The doctor names what was done to a book past the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from attacks import BATCH, DECISION, INPUT_ROW, ROWS, row
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
        ("UPDATE balance SET opening = -500 WHERE fund = 'F03'", "opening-wrong", "-5.00 CNY"),
        ("UPDATE balance SET controlled = 0 WHERE fund = 'F03'", "control-wrong", "Assets:F03:1001"),
        ("UPDATE daily_balance SET change = 7 WHERE fund = 'F03'", "day-wrong", "on 2015-01-05 is 0.07 CNY"),
        (
            "INSERT INTO commitment VALUES ('F03', 'CNY', '1001', 'HT-1', 7)",
            "commitment-wrong",
            "is stored as 0.07 CNY",
        ),
        ("INSERT INTO daily_balance VALUES ('F03', 'CNY', '1001', 735659, '2015-03-02', 7)", "day-wrong", "2015-03-02"),
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
        (("DROP TRIGGER balance_never_deleted{on}", "DELETE FROM balance WHERE fund = 'F03'"),
         "balance-wrong", "1692000.00 CNY"),
        (("DROP TRIGGER daily_balance_never_deleted{on}", "DELETE FROM daily_balance WHERE fund = 'F03'"),
         "day-wrong", "1692000.00 CNY"),
        (("DROP TRIGGER voucher_one_to_many{on}",), "object-missing", "voucher_one_to_many"),
        (("CREATE VIEW mine AS SELECT 1",), "object-foreign", "view mine"),
        (("INSERT INTO use_grant VALUES (77, 'F01', 'CNY', '0612', '2014-01-01', 735234, 1, 'x', 1)",),
         "policy-added", "Expenses:F01:0612"),
        (("DROP TRIGGER use_grant_never_deleted{on}", "DELETE FROM use_grant WHERE code = '0601'"),
         "policy-lost", "Expenses:F01:0601"),
        (("INSERT INTO bank_account VALUES ('B09', '9', 1)",), "policy-added", "a bank account, B09 9"),
        (("DROP TRIGGER bank_account_never_updated{on}", "UPDATE bank_account SET number = '9'"),
         "policy-lost", "B01 45001234560001"),
        (("DROP TRIGGER fund_terms_never_updated{on}", "UPDATE fund_terms SET may_advance = 1 WHERE fund = 'F03'"),
         "policy-added", "F03 1 F03 发展和改革局 central earmarked   1"),
        (("DROP TRIGGER release_never_updated{on}", "UPDATE release SET fingerprint = 'x'"), "release-forged", "note"),
        (("DROP TABLE daily_balance{cascade}",), "not-examined", "balances"),
    ],
)  # fmt: skip
def test_what_was_written_past_the_program_is_named(
    book: Book, statements: tuple[str, ...], name: str, told: str
) -> None:
    """Whatever a client with keys and triggers off leaves behind."""
    forge(book, statements)
    assert told in found(book)[name]


def forge(book: Book, statements: tuple[str, ...]) -> None:
    """Write past the program, in the words of the engine."""
    for statement in statements:
        table = statement.split()[2].partition("_never")[0].partition("_one")[0]
        postgresql = book.engine.dialect.name == "postgresql"
        words = {"{on}": f" ON {table}" if postgresql else "", "{cascade}": " CASCADE" if postgresql else ""}
        for word, replacement in words.items():
            statement = statement.replace(word, replacement)  # noqa: PLW2901 - said in the words of the engine
        tamper(book, statement)


@pytest.mark.parametrize(
    ("statements", "name", "told"),
    [
        ((row("input_row", **INPUT_ROW),), "batch-wrong", "says that 2 of its rows are waiting; the book holds 3"),
        (("DROP TRIGGER input_row_never_deleted{on}", "DELETE FROM input_row WHERE row = 2"),
         "batch-wrong", "says that 2 of its rows are waiting; the book holds 1"),
        (("DROP TRIGGER voucher_never_updated{on}", "UPDATE voucher SET batch = 1, row = 9 WHERE id = 5"),
         "batch-wrong", "says that 0 of its rows are posted; the book holds 1"),
        ((row("decision", **DECISION | {"decided": "posted", "voucher": 5}),), "decision-groundless", "Row 1:2"),
        ((row("decision", **DECISION | {"row": 4}),), "decision-groundless", "Row 1:4"),
    ],
)  # fmt: skip
def test_imports_are_counted_again(book: Book, statements: tuple[str, ...], name: str, told: str) -> None:
    """Rows and vouchers are as many as their batch says, and a decision is on a row that waited."""
    tamper(book, *ROWS)
    assert found(book) == {}
    forge(book, statements)
    assert told in found(book)[name]


def test_a_row_that_was_posted_after_waiting_is_no_ailment(book: Book) -> None:
    """The voucher came from the row itself, or meanwhile from another file that has the same row."""
    same = {"row": 2, "natural_key": "k", "occurrence": 1}
    forge(book, (
        row("batch", **BATCH | {"batch": 1, "rows_read": 2, "rows_quarantined": 2}),
        row("input_row", **INPUT_ROW | {"row": 1}), row("input_row", **INPUT_ROW | same),
        row("decision", **DECISION | {"row": 1, "decided": "posted", "voucher": 5}),
        row("decision", **DECISION | {"row": 2, "decided": "posted", "voucher": 4}),
    ))  # fmt: skip
    assert "1:1" in found(book)["decision-groundless"]
    forge(book, (
        "DROP TRIGGER voucher_never_updated{on}", "UPDATE voucher SET batch = 1, row = 1 WHERE id = 5",
        "UPDATE voucher SET natural_key = 'k' WHERE id = 4",
    ))  # fmt: skip
    assert found(book).keys() == {"object-missing"}


@pytest.mark.parametrize("schema", ["entry", "added", "user", "search_path"])
def test_a_schema_may_be_called_as_a_word_of_its_own(tmp_path: Path, postgresql_url: URL, schema: str) -> None:
    """What the schema is called does not enter its fingerprint, nor takes anything out of it."""
    book = small_book(tmp_path / "book", postgresql_url, schema=schema)
    assert found(book) == {}
    book.engine.dispose()


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
