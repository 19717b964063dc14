"""A row that was posted before and comes again with something else in it: both are told, and somebody decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from fundtrack.book.doctor import diagnose
from fundtrack.errors import UsageError
from fundtrack.importing.later.quarantine import reject, retry
from fundtrack.importing.words.aliases import Said, confirm, say
from fundtrack.ledger import canonical, publish, read
from fundtrack.posting.correct import reverse
from treasury import JUNE, bring, counts, everything, held, pay, rejected, waits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from copies import Template
    from fundtrack.book import Book

WHY: Final = {"posted-otherwise"}


@pytest.fixture
def book(template: Template) -> Iterator[Book]:
    """Give a book in which a file of four payments was posted."""
    with template.copy() as book:
        rows = pay("1"), pay("2", payee="甲公司"), pay("3", payee="乙（广西）公司"), pay("4")
        assert counts(bring(book, "a", *rows)) == (4, 0, 0, 1)
        yield book


def test_another_fund_or_payee_is_told(book: Book) -> None:
    """Both stand side by side; what was decided of one file is decided of the next, and the others are no news."""
    corrected = (
        pay("1", fund="F01", use="F01-0601"),
        pay("2", payee="丙公司"),
        pay("3", payee="乙(广西) 公司"),
        pay("4"),
    )
    report = bring(book, "b", *corrected)
    assert (counts(report), held(report)) == ((0, 2, 2, 1), {2: WHY, 3: WHY})
    first, second = (row["reasons"][0] for row in report.held if row["state"] == "quarantined")
    assert first["zh"].endswith("但两者内容不一致：用途为 0603，本行为 0601；资金为 F03，本行为 F01。")
    assert second["en"].endswith("says something else: payee 甲公司, and here 丙公司.")
    assert waits(book) == ["2:2", "2:3"]
    again = bring(book, "c", *corrected, pay("5"))
    assert (counts(again), waits(book)) == ((1, 2, 2, 1), ["2:2", "2:3"])
    assert [one.voucher for one in retry(book, ["2:3"], by="ann")] == [""]
    reject(book, "2:2", by="ann", reason="凭证无误")
    assert rejected(bring(book, "d", corrected[0])) == {2: {"rejected-before"}}
    reverse(book, "F03-2015-000003", by="ann", reason="收款人有误", date=JUNE)
    assert [(one.voucher, one.before) for one in retry(book, [], by="ann")] == [("F03-2015-000003", True)]
    assert waits(book) == []
    assert [*diagnose(book)] == []
    assert read(publish(book).main) == canonical(book)


def test_what_a_word_stands_for_by_now_is_no_difference(book: Book) -> None:
    """The row says what it said; a payee that has another name by an alias, or a fund, is told by the alias."""
    rows = pay("6", payee="丁公司"), pay("7", fund="搬迁", use="0601")
    say(book, [Said("fund", "搬迁", "F01", "", "x")], by="ann")
    confirm(book, [1], by="ben")
    assert counts(bring(book, "b", *rows)) == (2, 0, 0, 1)
    for of, word, meaning in (("payee", "丁公司", "戊公司"), ("fund", "搬迁", "F04")):
        (made,) = say(book, [Said(of, word, meaning, "", "x")], by="ann").new
        confirm(book, [made.alias] if of == "fund" else [], by="ben")
    again = bring(book, "c", rows[0], pay("7", fund="搬迁", use="F04-0604"), pay("8"))
    assert counts(again) == (1, 2, 0, 1), held(again)


def test_a_file_is_not_read_by_a_second_page(book: Book) -> None:
    """Named by somebody, it is refused, with what the file was read as; not named, the file is what it was."""
    bring(book, "b", pay("1"))
    before = everything(book)
    with pytest.raises(UsageError) as caught:
        bring(book, "b", pay("1"), page="special-account-statement")
    assert (caught.value.key, caught.value.details["page"]) == ("imported-otherwise", "treasury-payment")
    assert everything(book) == before
    assert bring(book, "b", pay("1"), page="treasury-payment").new is False
