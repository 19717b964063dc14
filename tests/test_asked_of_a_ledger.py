"""What reads a book reads a published ledger the same: for whoever has the folder alone."""

from __future__ import annotations

import shutil
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from clerk import after, before_a_book
from fundtrack.ledger import canonical, publish, read
from fundtrack.ledger.restored import restored
from quotas import CHART, controlled
from shelf import ENGINES
from test_pooling import POOL, prepare
from test_pooling import TEXT as POOLS
from test_trace import CYCLE, OWNER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from commands import Say
    from fundtrack.book import Book
    from shelf import Shelf

MORE: Final = """
apply F01-Q00002 --amount 10 --payee 丙 --date 2015-05-02
reject 2 --reason 资料不全 --by wang
apply F01-Q00002 --amount 5 --payee 丁 --date 2015-05-03
chart end F01:0602 --date 2015-06-01 --document 县7号
period close 2015-01 --earlier
"""

ASKED: Final = (
    "balance", "balance --by fund,use,project,year", "balance --by quota", "report", "report fund-balances",
    "report voucher-list", "report use-drift", "report budget-comparison", "report open-advances",
    "report expiry-calendar", "document list", "document show 财农1号", "document show 县1号", "quota list",
    "applications", "period list", "chart show", "register list", "register show document",
    "register show document --all", "show F01-2015-000009", "show F01-2015-000010", "trace F01-2015-000009",
    "trace F01-2015-000013",
    "trace F01-Q00001", "trace HT-1", "trace 财农1号", "trace 县1号", "reconcile B01 --to 2015-06-30",
)  # fmt: skip


@pytest.fixture(params=ENGINES)
def book(shelf: Shelf, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, say: Say) -> Iterator[Book]:
    """Give a book in which money went all the ways there are within a year, published."""
    chart = controlled(date(2015, 1, 1), CHART + OWNER)
    with after(f"{CYCLE.rstrip()}{MORE}publish\n", shelf, request.param, chart, monkeypatch, say) as made:
        yield made


def test_a_ledger_answers_as_its_book(book: Book, say: Say, tmp_path: Path) -> None:
    """Word for word in every form, also where the folder was carried elsewhere."""
    ledger = shutil.copytree(book.folder / "ledger", tmp_path / "received")
    forms = ("table", "json", "csv")
    for at, asked in enumerate(ASKED):
        for form in forms if asked == "trace 县1号" else forms[at % 3 :][:1]:
            words = (*asked.split(), "--format", form)
            of_book = say(*words)
            assert (of_book.code, of_book.err) == (asked.startswith("reconcile"), ""), (words, of_book)
            assert say(*words, "--ledger", ledger) == of_book, words
    pages = [tmp_path / name for name in ("book.html", "ledger.html")]
    assert say("trace", "县1号", "-o", pages[0]).code == 0
    assert say("trace", "县1号", "-o", pages[1], "--ledger", ledger / "main.beancount").code == 0
    assert pages[0].read_bytes() == pages[1].read_bytes()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_restored_is_what_was_published(book: Book, language: str, say: Say) -> None:
    """Published once more, it says the same; and it speaks the language of the ledger."""
    main = publish(book, language).main  # type: ignore[arg-type]
    with restored(main) as back:
        assert canonical(back) == canonical(book) == read(main)
    assert say("trace", "县1号", "--ledger", main.parent) == say("trace", "县1号", "--lang", language)


def test_pools_answer_too(shelf: Shelf, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """Vouchers of several funds that stand together, in the order of the book."""
    chart = controlled(date(2015, 1, 1), controlled(date(2015, 1, 1), POOLS), "F09")
    with before_a_book(shelf, "sqlite", chart, monkeypatch) as book:
        prepare(say)
        assert say(*POOL, "100").code == 0
        ledger = publish(book).main.parent
        for asked in ("balance --by fund,year", "quota list", "trace F01-Q00001", "report voucher-list"):
            assert say(*asked.split(), "--ledger", ledger) == say(*asked.split()), asked


def test_nothing_is_written_into_a_ledger_or_left_behind(book: Book, say: Say, tmp_path: Path) -> None:
    """Acts are refused; what cannot be read is told, and what was altered is told beside the answer."""
    ledger = shutil.copytree(book.folder / "ledger", tmp_path / "received")
    before = sorted(path.read_bytes() for path in ledger.rglob("*") if path.is_file())
    refused = say("reconcile", "B01", "match", "1", "F01-2015-000009", "--reason", "x", "--ledger", ledger)
    assert refused.code == 2
    assert sorted(path.read_bytes() for path in ledger.rglob("*") if path.is_file()) == before
    (path,) = ledger.glob("2015-03.*")
    path.write_text(path.read_text("utf-8").replace("180.00", "170.00"), "utf-8")
    told = say("trace", "F01-2015-000009", "--ledger", ledger)
    assert told.code == 0
    assert path.name in told.err
    path.write_text(path.read_text("utf-8") + "2015-03-01 open Assets:F01:9999 CNY\n", "utf-8")
    assert say("balance", "--ledger", ledger).code == 2
    assert say("balance", "--ledger", tmp_path).code == 2
