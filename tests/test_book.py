"""Creating and opening a book: what is asserted before anything is posted."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import pytest

from books import CHART, SCHEMA, post_payment, small_book
from fundtrack.book import create_book, find_book, open_book
from fundtrack.book.policy import apply_chart
from fundtrack.errors import BookError, ChartError, UsageError
from fundtrack.schema import dialect
from stock import tamper

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import URL

    from fundtrack.book import Book
    from postgresql import Server


@pytest.fixture
def book(tmp_path: Path, database_url: URL) -> Iterator[Book]:
    """Give a small book on each engine."""
    book = small_book(tmp_path / "book", database_url)
    yield book
    book.engine.dispose()


def test_a_book_opens_as_it_was_created(book: Book) -> None:
    """The same funds, the same chart, and it takes the next voucher."""
    again = open_book(book.folder)
    with again.reading() as connection:
        assert sorted(again.chart(connection).funds) == ["F01", "F02A", "F03", "F04"]
        assert again.chart_version(connection) == 1
    assert post_payment(again, "F03", "0603", 100).numbers == ("F03-2015-000002",)
    again.engine.dispose()


def test_a_book_has_no_chart_at_first(tmp_path: Path, database_url: URL) -> None:
    """It says so, until the first version is applied."""
    url = database_url.render_as_string(hide_password=False)
    book = create_book(tmp_path / "book", title="New", language="en", database=url)
    for ask in (book.chart, book.chart_version):
        with pytest.raises(ChartError) as none, book.reading() as connection:
            ask(connection)
        assert none.value.key == "no-chart"
    apply_chart(book, CHART, by="founder", document="原文未载")
    with book.reading() as connection:
        assert book.chart_version(connection) == 1
    book.engine.dispose()


def test_every_connection_keeps_its_settings(book: Book) -> None:
    """The settings hold on a connection of the pool, not only on the first."""
    settings = dialect.SQLITE_SETTINGS if book.engine.dialect.name == "sqlite" else dialect.POSTGRESQL_SETTINGS
    ask = "PRAGMA {}" if book.engine.dialect.name == "sqlite" else "SHOW {}"
    with book.reading() as one, book.reading() as two:
        for connection in (one, two):
            found = {name: connection.exec_driver_sql(ask.format(name)).scalar_one() for name in settings}
            assert found == settings


@pytest.mark.parametrize("setting", ["foreign_keys", "journal_mode"])
def test_a_setting_that_does_not_hold_is_refused(
    book: Book, setting: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """A database that ignores a setting is not worked with."""
    if "sqlite" in request.node.name:
        monkeypatch.setitem(dialect.SQLITE_SETTINGS, setting, "impossible")
    else:
        monkeypatch.setitem(dialect.POSTGRESQL_SETTINGS, "TimeZone", "  utc")
    with pytest.raises(BookError, match=r"setting|cannot be opened"):
        open_book(book.folder)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP VIEW book_banks",
        "DROP INDEX voucher_fund_day",
        "CREATE VIEW mine AS SELECT 1",
        "ALTER TABLE balance ADD COLUMN mine INTEGER",
    ],
)
def test_a_changed_schema_is_refused(book: Book, statement: str) -> None:
    """Whatever object is gone, changed or new, nothing is posted until somebody has looked."""
    tamper(book, statement)
    with pytest.raises(BookError) as refused:
        open_book(book.folder)
    assert refused.value.key == "book-fingerprint"


@pytest.mark.parametrize("name", ["alembic_version", "sqlitexevil"])
def test_a_hidden_trigger_is_refused(tmp_path: Path, name: str) -> None:
    """By whatever name: SQLite's own tables and Alembic's are the only objects that are not looked at."""
    book = small_book(tmp_path / "book")
    book.engine.dispose()
    tamper(book, f"CREATE TRIGGER {name} AFTER INSERT ON voucher BEGIN DELETE FROM input_row; END")
    with pytest.raises(BookError) as refused:
        open_book(book.folder)
    assert refused.value.key == "book-fingerprint"


KEYS_OFF: Final = """DO $$ DECLARE name TEXT; BEGIN
    FOR name IN SELECT tgname FROM pg_trigger WHERE tgrelid = 'entry'::regclass AND tgisinternal LOOP
        EXECUTE format('ALTER TABLE entry DISABLE TRIGGER %I', name);
    END LOOP;
END $$"""


@pytest.mark.parametrize(
    "statement",
    [
        KEYS_OFF,
        "ALTER TABLE voucher ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE voucher FORCE ROW LEVEL SECURITY",
        "CREATE POLICY mine ON voucher USING (day < 735600)",
        "CREATE TRIGGER voucher_one_to_many BEFORE INSERT ON refusal EXECUTE FUNCTION append_only()",
        "CREATE FUNCTION refuse(INTEGER) RETURNS void LANGUAGE sql AS 'SELECT'",
        "ALTER TABLE balance SET UNLOGGED",
    ],
)
def test_what_postgresql_hides_is_refused(tmp_path: Path, postgresql_url: URL, statement: str) -> None:
    """Keys that no longer hold, rows that are not seen, and what takes the name of another object."""
    book = small_book(tmp_path / "book", postgresql_url)
    tamper(book, statement)
    with pytest.raises(BookError) as refused:
        open_book(book.folder)
    assert refused.value.key == "book-fingerprint"
    book.engine.dispose()


def test_a_changed_control_is_refused(book: Book) -> None:
    """A trigger that still has its name and no longer its text."""
    if book.engine.dialect.name == "sqlite":
        tamper(book, "DROP TRIGGER voucher_one_to_many")
        tamper(book, "CREATE TRIGGER voucher_one_to_many BEFORE INSERT ON voucher BEGIN SELECT 1; END")
    else:
        tamper(book, "ALTER TABLE voucher DISABLE TRIGGER voucher_one_to_many")
    with pytest.raises(BookError) as refused:
        open_book(book.folder)
    assert refused.value.key == "book-fingerprint"


def test_another_release_is_refused(book: Book) -> None:
    """A book of a release this program does not know is left alone."""
    tamper(book, "INSERT INTO release VALUES ('9999', '', '')")
    with pytest.raises(BookError) as refused:
        open_book(book.folder)
    assert refused.value.key == "book-release"


def test_a_book_is_found_from_below(book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By walking up, by the environment, by name; and a folder without one says so."""
    monkeypatch.delenv("FUNDTRACK_BOOK", raising=False)
    monkeypatch.chdir(book.folder / "ledger")
    assert find_book() == book.folder
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError):
        find_book()
    monkeypatch.setenv("FUNDTRACK_BOOK", str(book.folder))
    assert find_book() == book.folder
    with pytest.raises(UsageError):
        find_book(tmp_path)


def test_a_second_book_in_a_folder_is_refused(book: Book) -> None:
    """Nothing of the first is touched."""
    with pytest.raises(UsageError):
        create_book(book.folder, title="Second", language="en")
    open_book(book.folder).engine.dispose()


def test_a_lost_file_is_not_made_anew(tmp_path: Path) -> None:
    """SQLite would create an empty file where the book was; we say that it is gone."""
    book = small_book(tmp_path / "book")
    book.engine.dispose()
    (book.folder / "book.sqlite").unlink()
    with pytest.raises(BookError) as refused:
        open_book(book.folder)
    assert refused.value.key == "no-database"
    assert not (book.folder / "book.sqlite").exists()


@pytest.mark.parametrize("schema", ["v", "Tianyang", "田阳", "a-b", 'a"b', "pg_book", "1st", "a" * 42])
def test_a_schema_has_a_plain_name(tmp_path: Path, schema: str) -> None:
    """One that means the same with and without quotes; nothing is left behind."""
    with pytest.raises(BookError) as refused:
        create_book(tmp_path / "book", title="No", language="en", schema_name=schema)
    assert refused.value.key == "settings-schema"
    assert schema in refused.value.text("zh")
    assert not (tmp_path / "book" / "fundtrack.toml").exists()


def test_the_owners_acts_are_refused_in_words(book: Book) -> None:
    """What the database says to an act on the policy is an error a person can read."""
    with pytest.raises(BookError, match="append-only: a chart is never changed"), book.owning() as connection:
        connection.exec_driver_sql("DELETE FROM chart")
    with pytest.raises(BookError) as refused, book.owning() as connection:
        dialect.insert_rows(connection, "fund", ("fund", "chart"), [("F01", 1)])
    assert refused.value.key == "book-refused"


def test_a_clerk_does_not_change_the_chart(
    tmp_path: Path, postgresql_url: URL, postgresql_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL refuses it, and the clerk is told whom to ask."""
    small_book(tmp_path / "book", postgresql_url).engine.dispose()
    clerk = f"chart_clerk_{os.getpid()}"
    postgresql_server.run(f"CREATE ROLE {clerk} LOGIN IN ROLE {SCHEMA}_clerk")
    monkeypatch.setenv("FUNDTRACK_DATABASE", postgresql_url.set(username=clerk).render_as_string(hide_password=False))
    book = open_book(tmp_path / "book")
    with pytest.raises(BookError) as refused:
        apply_chart(book, CHART.replace("A small book", "Mine"), by="clerk", document="x")
    assert refused.value.key == "book-no-right"
    assert "owner" in refused.value.remedy("en")
    book.engine.dispose()


def test_a_book_that_cannot_be_created_leaves_no_settings(tmp_path: Path) -> None:
    """So that the next attempt finds nothing."""
    with pytest.raises(BookError) as refused:
        create_book(tmp_path / "book", title="No", language="en", database="postgresql+psycopg://127.0.0.1:1/none")
    assert refused.value.key == "book-not-created"
    assert "refused" in refused.value.text("zh")
    assert not (tmp_path / "book").exists()
