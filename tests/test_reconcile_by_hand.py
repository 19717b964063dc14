"""Matches by hand: what they ask, who may make them, and that everything that looks at book and bank respects them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pytest

from fundtrack.checking.audit import audit_book, audit_ledger
from fundtrack.errors import UsageError
from fundtrack.importing.batch.file import import_file
from fundtrack.ledger import canonical, publish, read
from fundtrack.posting.correct import reverse
from fundtrack.posting.enter import NO_SOURCE, enter, restore, withdraw
from fundtrack.posting.matching import match, unmatch
from fundtrack.reporting.reconciliation import reconcile
from fundtrack.schema.registers import REGISTERS
from shelf import ENGINES
from statements import BEGIN, NUMBER, TWO_BANKS, Line, Moved, book_money, book_payments, lines_of, print_statement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fundtrack.book import Book
    from fundtrack.reporting.reconciliation import Reconciliation
    from shelf import Shelf

END: Final = BEGIN + timedelta(200)
CHECKS: Final = ("no-bank-line", "bank-line-without-voucher", "month-end-differs", "bank-amount-differs")
PAID: Final = (Moved(10, 500_00, "甲公司"), Moved(11, 500_00, "乙公司"), Moved(90, 1, "丁公司", "END"))
BANK: Final = (
    Line(BEGIN + timedelta(41), -500_00), Line(BEGIN + timedelta(42), -500_00),
    Line(BEGIN + timedelta(90), -1, "", "END"),
)  # fmt: skip
"""Two payments of one amount that the bank made a month later, without saying to whom."""


@pytest.fixture(params=ENGINES)
def book(shelf: Shelf, request: pytest.FixtureRequest) -> Iterator[Book]:
    """Give a book of those payments: F01-2015-000002 and 3 are L3 and L4, nobody knows which."""
    with shelf.book(request.param, TWO_BANKS) as book:
        book_money(book)
        book_payments(book, PAID)
        print_statement(book, [*lines_of([]), *BANK])
        print_statement(book, lines_of([], "B02"), "B02")
        yield book


def open_(book: Book) -> dict[str, str]:
    """Return what is open at the end, and why."""
    return {one.name: one.reason for one in reconciled(book).open}


def reconciled(book: Book) -> Reconciliation:
    """Return the reconciliation of the account at the end."""
    return reconcile(book, "B01", END)


def accused(book: Book) -> set[str]:
    """Return the checks that find anything."""
    return {one.check for one in audit_book(book, only=CHECKS).findings}


def test_a_match_is_used(book: Book) -> None:
    """By the next reconciliation, and by every check; also where it is of another month. Taken back, it is not."""
    assert set(open_(book)) == {"F01-2015-000002", "F01-2015-000003", "L3", "L4"}
    assert set(open_(book).values()) == {"other-month"}
    assert accused(book) == {"no-bank-line", "bank-line-without-voucher", "month-end-differs"}
    assert match(book, "B01", ["L3", "F01-2015-000002"], by="checker", reason="slip 17") == "M1"
    assert set(open_(book)) == {"F01-2015-000003", "L4"}
    assert match(book, "Treasury single account", ["bank_line 4", "f01-2015-000003"], by="checker") == "M3"
    found = reconciled(book)
    assert (found.open, found.difference, found.sound) == ((), 0, True)
    assert found.met["hand"] == (2, 2, -1000_00)
    assert accused(book) == set()
    assert unmatch(book, "B01", "M1", by="checker") == 2
    assert set(open_(book)) == {"F01-2015-000002", "L3"}
    assert match(book, "45001234560001", ["3", "F01-2015-000002"], by="checker") == "M7"
    assert open_(book) == {}


def test_several_to_one_and_one_to_several(book: Book) -> None:
    """Whatever comes to the same."""
    print_statement(book, [Line(END - timedelta(30), -700_00, "银行"), Line(END - timedelta(29), -300_00)])
    book_payments(book, [Moved(160, 1000_00, "戊公司")])
    match(book, "B01", ["L3", "L4", "F01-2015-000002", "F01-2015-000003"], by="checker")
    lines = [name for name in open_(book) if name.startswith("L")]
    match(book, "B01", [*lines, "F01-2015-000005"], by="checker")
    assert open_(book) == {}


@pytest.mark.parametrize(
    ("names", "by", "key"),
    [
        (["L3"], "checker", "match-sides"),
        (["F01-2015-000002"], "checker", "match-sides"),
        ([], "checker", "match-sides"),
        (["L3", "L4", "F01-2015-000002"], "checker", "match-differs"),
        (["L99", "F01-2015-000002"], "checker", "match-line"),
        (["L6", "F01-2015-000002"], "checker", "match-line"),
        (["L3", "F01-2015-000099"], "checker", "voucher-unknown"),
        (["L3", "F04-2015-000002"], "checker", "match-elsewhere"),
        (["L3", "nonsense"], "checker", "voucher-form"),
        (["L3", "F01-2015-000002"], "clerk", "match-own"),
        (["L3", "F01-2015-000002"], "Man ager", "match-own"),
    ],
)
def test_what_is_no_match(book: Book, names: list[str], by: str, key: str) -> None:
    """It is refused, and nothing is entered."""
    with pytest.raises(UsageError) as refused:
        match(book, "B01", names, by=by)
    assert refused.value.key == key
    assert entered(book) == 0


def entered(book: Book) -> int:
    """Return how many entries the register has."""
    with book.reading() as connection:
        return int(connection.exec_driver_sql("SELECT COUNT(*) FROM bank_match").scalar_one())


def test_nothing_is_matched_twice(book: Book) -> None:
    """Neither the line nor the voucher; and nothing is taken back that is none."""
    match(book, "B01", ["L3", "F01-2015-000002"], by="checker")
    for names in (["L3", "F01-2015-000003"], ["L4", "F01-2015-000002"]):
        with pytest.raises(UsageError, match="M1"):
            match(book, "B01", names, by="checker")
    with pytest.raises(UsageError) as refused:
        unmatch(book, "B01", "M9", by="checker")
    assert refused.value.key == "match-none"
    with pytest.raises(UsageError) as refused:
        match(book, "B09", ["L3", "F01-2015-000002"], by="checker")
    assert refused.value.key == "bank-unknown"


def test_who_pays_does_not_reconcile(book: Book) -> None:
    """As the register of staff has it today, unless a document permits both for a time."""
    staff = REGISTERS["staff"]

    def duty(document: str, until: object) -> None:
        said = {"name": "checker", "duty": "pay", "valid_from": BEGIN, "document": document, "valid_to": until}
        book.act(lambda connection: enter(connection, staff, [(staff.row(said), NO_SOURCE)], by="chief"))

    duty("", None)
    with pytest.raises(UsageError) as refused:
        match(book, "B01", ["L3", "F01-2015-000002"], by="Checker")
    assert refused.value.key == "match-duty"
    duty("阳财〔2015〕9号", END + timedelta(36500))
    assert match(book, "B01", ["L3", "F01-2015-000002"], by="checker") == "M1"


def test_a_match_that_got_in_elsewhere_counts_for_nothing(book: Book) -> None:
    """Whose sides differ, or that was made by who paid: where a ledger says so, or controls were away."""
    match(book, "B01", ["L3", "F01-2015-000002"], by="checker")
    published = publish(book, "en").main
    ledger = published.parent
    assert {one.check for one in audit_ledger(ledger, only=CHECKS).findings} == accused(book)
    (entries,) = ledger.glob("registers.*.beancount")
    text = entries.read_text("utf-8")
    before = {one.check: one.amount for one in audit_ledger(ledger, only=CHECKS[:2]).findings}
    assert before == {"no-bank-line": -500_00, "bank-line-without-voucher": -500_00}
    entries.write_text(text.replace('matched-by: "checker"', 'matched-by: "clerk"'), "utf-8")
    assert len([one for one in audit_ledger(ledger, only=CHECKS[:2]).findings if one.check in CHECKS]) == 4


def test_published_and_read_back(book: Book) -> None:
    """With what was taken back; and the ledger accuses exactly what the book does."""
    match(book, "B01", ["L3", "F01-2015-000002"], by="checker")
    match(book, "B01", ["L4", "F01-2015-000003"], by="checker", reason='"slip"')
    unmatch(book, "B01", "M1", by="other")
    published = publish(book, "zh")
    assert read(published.main) == canonical(book)
    of_book, of_ledger = (
        {(one.check, one.fingerprint) for one in audit.findings}
        for audit in (audit_book(book, only=CHECKS), audit_ledger(published.main.parent, only=CHECKS))
    )
    assert of_book == of_ledger != set()


HEADER: Final = "勾对号,账号,流水日期,流水行号,凭证号,勾对人,说明"


@pytest.mark.parametrize(("by", "who"), [("clerk", "checker"), ("importer", "clerk"), ("importer", "checker")])
def test_a_list_of_matches_is_imported(book: Book, tmp_path: Path, by: str, who: str) -> None:
    """By whoever had no part in the payments, of matches by such; else the file is refused whole."""
    path = tmp_path / "matches.csv"
    day = (BEGIN + timedelta(41)).isoformat()
    rows = [HEADER, f"K1,45001234560001,{day},1,,{who},", f"K1,45001234560001,,,F01-2015-000002,{who},"]
    path.write_text("\n".join(rows) + "\n", "gb18030")
    if (by, who) == ("importer", "checker"):
        (report,) = import_file(book, path, by=by)
        assert report.rows["posted"] == 2
        assert set(open_(book)) == {"F01-2015-000003", "L4"}
        withdraw(book, "bank_match", 2, by="importer")
        assert len(open_(book)) == 4
        with pytest.raises(UsageError, match="clerk"):
            restore(book, "bank_match", 2, by="clerk")
        return
    with pytest.raises(UsageError) as refused:
        import_file(book, path, by=by)
    assert refused.value.key == "match-own"
    assert entered(book) == 0


def test_a_reversal_and_what_it_takes_back(book: Book) -> None:
    """Where the bank has neither, they are each other's; a match of one of them holds all the same."""
    (number,) = book_payments(book, [Moved(120, 42_00, "己公司")])

    reverse(book, number, reason="twice", date=BEGIN + timedelta(121), by="clerk", approved_by="manager")
    found = reconciled(book)
    assert found.met["reversed"][:2] == (2, 0)
    assert number not in {one.name for one in found.open}
    lines = print_statement(book, [Line(BEGIN + timedelta(122), -42_00)])
    assert reconciled(book).met["amount"] == (1, 1, -42_00)
    assert not set(lines) & set(open_(book))


def test_a_match_whose_line_became_another_holds_no_more(book: Book) -> None:
    """The statement was imported anew, and the line has another amount: both are open again."""
    match(book, "B01", ["L3", "F01-2015-000002"], by="checker")
    register = REGISTERS["bank_line"]
    said = {"bank": NUMBER["B01"], "date": BANK[0].date, "line": 1, "amount": -400_00}
    book.act(lambda connection: enter(connection, register, [(register.row(said), NO_SOURCE)], by="importer"))
    assert {"F01-2015-000002", "F01-2015-000003"} < set(open_(book))
    assert len(open_(book)) == 4
    assert "hand" not in reconciled(book).met
