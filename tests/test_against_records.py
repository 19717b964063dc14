"""Two books against each other beside their vouchers: registers, quota lines, and what is on record."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from typing import TYPE_CHECKING

import pytest

from contracts import contract, enter, full
from fundtrack.book.periods import Month
from fundtrack.checking.against import audit_against
from fundtrack.checking.extent import EVERYTHING
from fundtrack.checking.side import book_side, source_side
from fundtrack.checking.source import ledger_source
from fundtrack.importing.words.aliases import Said, confirm
from fundtrack.importing.words.aliases import say as say_words
from fundtrack.ledger import publish
from fundtrack.ledger.agreeing import disagreements
from fundtrack.posting.periods import close
from quotas import CHART, controlled, run_a_year
from shelf import ENGINES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from copies import Template
    from fundtrack.book import Book
    from fundtrack.checking.audit import Audit
    from shelf import Shelf


@pytest.fixture
def book(template: Template) -> Iterator[Book]:
    """Give a book with entries of registers, an alias and a closed month, on each engine."""
    with template.copy() as book:
        full(book)
        say_words(book, [Said("fund", "危改资金", "F03", reason="县里的叫法")], by="clerk")
        confirm(book, [1], by="chief")
        assert close(book, Month(2014, 12), by="chief", earlier=True) == []
        yield book


def against(here: Book, there: Path) -> Audit:
    """Hold a book against a published ledger."""
    with ExitStack() as stack:
        sides = [stack.enter_context(one) for one in (book_side(here), source_side(ledger_source(there)))]
        return audit_against(sides[0], sides[1], only=(), extent=EVERYTHING)


def changed(folder: Path, stem: str, was: str, becomes: str) -> None:
    """Change a text in a file of a published ledger."""
    (file,) = folder.glob(f"{stem}.*.beancount")
    text = file.read_text("utf-8")
    assert was in text
    file.write_text(text.replace(was, becomes, 1), "utf-8")


def test_a_book_says_of_its_registers_what_its_ledger_does(book: Book) -> None:
    """Nothing differs; that charts are not compared is told."""
    audit = against(book, publish(book).main.parent)
    assert audit.findings == ()
    assert [one.kind for one in audit.limits] == ["chart-not-compared"]


@pytest.mark.parametrize(
    ("stem", "was", "becomes", "told"),
    [
        ("registers", "amount: 300.00 CNY", "amount: 900.00 CNY", "amount 300.00 ≠ 900.00"),
        ("registers", 'payee: "茂恒公司"', 'payee: "某公司"', "payee 茂恒公司 ≠ 某公司"),
        ("aliases", 'meaning: "F03"', 'meaning: "F01"', "meaning F03 ≠ F01"),
        ("aliases", 'decided-by: "chief"', 'decided-by: "nobody"', "decided-by chief ≠ nobody"),
        ("periods", 'recorded-by: "chief"', 'recorded-by: "nobody"', "acted-by chief ≠ nobody"),
        ("batches", "rows-posted: 3", "rows-posted: 4", "rows-posted 3 ≠ 4"),
    ],
)
def test_what_was_changed_there_is_told(book: Book, stem: str, was: str, becomes: str, told: str) -> None:
    """With what either says, in both languages, and as an error."""
    folder = publish(book, "en").main.parent
    changed(folder, stem, was, becomes)
    audit = against(book, folder)
    (one,) = [one for one in audit.findings if one.check == "record-differs"]
    assert told in one.messages["en"]
    assert (one.severity, bool(one.remedies["zh"])) == ("error", True)


def test_what_only_one_has_is_told(book: Book) -> None:
    """An entry that the ledger has not; and of a kind that it says nothing of, that it was not compared."""
    folder = publish(book, "en").main.parent
    enter(book, "d", contract("HT-9"))
    audit = against(book, folder)
    only = [one for one in audit.findings if one.check == "record-differs"]
    assert [one.key[:2] for one in only] == [("contracts", "HT-9"), ("batch", "4")]
    assert all("only " in one.messages["en"] for one in only)
    (file,) = folder.glob("registers.*")
    file.write_text("", "utf-8")
    limits = [one.says["zh"] for one in against(book, folder).limits]
    assert len([one for one in limits if "未作比对，仅" in one]) == 2


@pytest.mark.parametrize("engine", ENGINES)
def test_quota_lines_and_applications_are_compared(shelf: Shelf, engine: str) -> None:
    """Line by line, and with who asked."""
    with shelf.book(engine, controlled(date(2015, 1, 1), CHART)) as book:
        run_a_year(book)
        folder = publish(book, "en").main.parent
        with book.reading() as connection:
            assert [*disagreements(connection, folder)] == []
        changed(folder, "quotas", 'doc: "本级5号"', 'doc: "本级6号"')
        changed(folder, "applications", "amount: 300.00 CNY", "amount: 200.00 CNY")
        told = [one.messages["zh"] for one in against(book, folder).findings if one.check == "record-differs"]
    assert ["指标：F01-Q00002" in told[0], "本级5号 ≠ 本级6号" in told[0]] == [True, True]
    assert "金额 300.00 ≠ 200.00" in told[1]
