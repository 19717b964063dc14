"""The folder of a published ledger holds what was published and nothing else unseen, whoever put it there."""

from __future__ import annotations

import os
import shutil
from datetime import date
from typing import TYPE_CHECKING

import pytest

from books import post_payment, small_book
from fundtrack.checking.audit import audit_ledger
from fundtrack.ledger import canonical, publish, read
from fundtrack.ledger.files import ABANDONED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from commands import Say
    from fundtrack.book import Book

STRANGERS = {
    "notes.txt": "mine", "main-copy.beancount": "", "2014-01.0123456789abcdef.beancount": "; not what its name says",
    "year/2013.beancount": "; of another book", "sub/x.beancount": "",
}  # fmt: skip


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    """Give a small book with payments in 2015."""
    book = small_book(tmp_path / "book")
    yield book
    book.engine.dispose()


def told(folder: Path, key: str) -> str:
    """Return what is said of a folder under a key; nothing where nothing is."""
    return "".join(one.messages["en"] for one in audit_ledger(folder).findings if one.check == key)


def test_what_belongs_to_no_publication_is_named_and_left(book: Book, say: Say) -> None:
    """By `publish` and by `check`, which fails for it only if asked; the chart and hidden files belong."""
    folder = publish(book).main.parent
    assert publish(book).strangers == ()
    assert told(folder, "published-stranger") == ""
    for name, text in STRANGERS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (folder / "chart-kept-1.beancount").write_text("", "utf-8")
    (folder / ".notes").write_text("", "utf-8")
    long_ago = folder.stat().st_mtime - 2 * ABANDONED
    for name in STRANGERS:
        os.utime(folder / name, (long_ago, long_ago))
    post_payment(book, "F03", "0603", 100, on=date(2015, 6, 1))
    assert set(publish(book).strangers) == set(STRANGERS)
    assert {name: (folder / name).read_text("utf-8") for name in STRANGERS} == STRANGERS
    assert all(name in say("publish", "--book", book.folder).err for name in STRANGERS)
    assert told(folder, "published-stranger").startswith(
        "What is in this folder belongs to none of its publications (5): "
    )
    assert say("check", folder, "--only", "overdrawn").code == 0
    assert say("check", folder, "--only", "overdrawn", "--fail-on", "warn").code == 1


def test_a_journal_of_another_publication_is_not_taken_for_ours(book: Book) -> None:
    """One that nobody lists stays, is named, and after a day `publish` names it too: then none can be under way."""
    folder = publish(book).main.parent
    journal = min(folder.glob("2015-*.beancount"))
    copied = folder / "2010-01.x"
    shutil.copy(journal, copied)
    name = f"2010-01.{journal.name.split('.')[1]}.beancount"
    copied.rename(folder / name)
    assert publish(book).strangers == ()
    assert name in told(folder, "published-stranger")
    long_ago = folder.stat().st_mtime - 2 * ABANDONED
    os.utime(folder / name, (long_ago, long_ago))
    assert publish(book).strangers == (name,)


def test_a_year_that_is_gone_is_removed_as_it_was_published(book: Book, tmp_path: Path) -> None:
    """The folder of a book that began anew has no view of a year it has no voucher in; an edited one is named."""
    post_payment(book, "F03", "0603", 100, on=date(2016, 6, 1))
    folder = publish(book).main.parent
    other = small_book(tmp_path / "other")
    for edited in (False, True):
        shutil.rmtree(other.folder / "ledger", ignore_errors=True)
        shutil.copytree(folder, other.folder / "ledger")
        view = other.folder / "ledger" / "year" / "2016.beancount"
        if edited:
            view.write_text(view.read_text("utf-8") + "; mine\n", "utf-8")
        published = publish(other)
        assert view.exists() is edited
        assert published.strangers == (("year/2016.beancount",) if edited else ())
        assert read(published.main) == canonical(other)
    other.engine.dispose()


def test_a_journal_of_another_book_is_written_again(book: Book, tmp_path: Path) -> None:
    """Though it has as many vouchers, of the same days, under the same names."""
    main = publish(book).main
    other = small_book(tmp_path / "other")
    post_payment(book, "F03", "0603", 100, on=date(2015, 6, 1))
    post_payment(other, "F03", "0603", 200, on=date(2015, 6, 1))
    main = publish(book).main
    shutil.copytree(main.parent, other.folder / "ledger", dirs_exist_ok=True)
    assert read(publish(other).main) == canonical(other)
    other.engine.dispose()


def test_a_chart_that_was_altered_is_named(book: Book) -> None:
    """It lies beside the ledger for people, and whoever received the folder reads it."""
    book.chart_file.write_text("; the chart\n", "utf-8")
    folder = publish(book).main.parent
    assert told(folder, "published-chart-altered") == ""
    for text in ("; another chart\n", None):
        book.chart_file.unlink() if text is None else book.chart_file.write_text(text, "utf-8")
        assert told(folder, "published-chart-altered").startswith("chart.beancount")
    publish(book)
    assert told(folder, "published-chart-altered") == ""


def test_a_view_that_was_altered_is_named(book: Book) -> None:
    """Fava shows it, and nothing reads it back."""
    folder = publish(book).main.parent
    for name in ("fava.beancount", "year/2015.beancount"):
        text = (folder / name).read_text("utf-8")
        (folder / name).write_text(f"{text}\n2015-01-01 open Assets:F99:1001 CNY\n", "utf-8")
        assert told(folder, "published-view-altered").startswith(name)
        publish(book)
        assert told(folder, "published-view-altered") == ""
