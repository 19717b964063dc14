"""Who approved what a file pays: a column says it row by row, or the import for all the others; never who brings it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from contracts import CONTRACTS, contract, enter
from fundtrack.checking.audit import audit_book, audit_ledger
from fundtrack.errors import UsageError
from fundtrack.importing.batch.file import import_file
from fundtrack.importing.later.quarantine import retry
from fundtrack.ledger import canonical, publish, read
from kill import HEADER
from treasury import asked, everything, file_of, held, pay

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from copies import Template
    from fundtrack.book import Book
    from fundtrack.importing.batch.report import Report

HEAD: Final = (*HEADER, "审批人")
APPROVED: Final = "SELECT narration, prepared_by, approved_by FROM voucher WHERE batch IS NOT NULL ORDER BY row"
CHECKS: Final = {"nobody-approved", "self-approved", "approver-not-appointed", "duties-not-apart"}


@pytest.fixture
def book(template: Template) -> Iterator[Book]:
    """Give a book of its own to a test."""
    with template.copy() as book:
        yield book


def bring(book: Book, name: str, *rows: Sequence[str], by: str = "clerk", approved_by: str = "") -> Report:
    """Import a file with a column of approvers."""
    path = file_of(book, name, rows, head=(HEAD,))
    (report,) = import_file(book, path, by=by, approved_by=approved_by)
    return report


def test_a_column_names_who_approved_each_row(book: Book) -> None:
    """As it is kept of everybody; who brings the file approves nothing of it, however the name is written."""
    report = bring(
        book, "a", [*pay("1"), "王\u3000局长 "], [*pay("2"), ""], [*pay("3"), "Cle rk"], [*pay("4"), "\uff43lerk"],
        [*pay("5"), "clerk2"], [*pay("6"), "/"],
    )  # fmt: skip
    assert asked(book, APPROVED) == [
        ("1", "clerk", "王 局长"), ("2", "clerk", ""), ("5", "clerk", "clerk2"), ("6", "clerk", ""),
    ]  # fmt: skip
    assert held(report) == {4: {"own-approval"}, 5: {"own-approval"}}
    retry(book, [], by="boss")
    assert ("3", "boss", "Cle rk") in asked(book, APPROVED)


def test_the_import_names_who_approved_the_others(book: Book) -> None:
    """What a row says itself comes first; what is tried again is approved anew, for then something else is posted."""
    rows = ([*pay("1"), "王局长"], [*pay("2"), ""], [*pay("3", fund="F99"), ""])
    assert 4 in held(bring(book, "a", *rows, approved_by="李\u3000科长"))
    assert asked(book, APPROVED) == [("1", "clerk", "王局长"), ("2", "clerk", "李 科长")]
    before = everything(book)
    with pytest.raises(UsageError) as refused:
        retry(book, ["1:4"], by="boss", approved_by="B oss")
    assert refused.value.key == "duties-apart"
    assert everything(book) == before


def test_who_brings_a_file_does_not_approve_it(book: Book) -> None:
    """Nor does anybody approve what posts nothing; then nothing is kept."""
    before = everything(book)
    with pytest.raises(UsageError) as refused:
        bring(book, "a", [*pay("1"), ""], approved_by="CLERK")
    assert refused.value.key == "duties-apart"
    with pytest.raises(UsageError) as refused:
        enter(book, "contracts", contract(), header=CONTRACTS, approved_by="王局长")
    assert refused.value.key == "approver-of-nothing"
    assert everything(book) == before


def test_checks_of_approval_have_evidence_from_imports(book: Book) -> None:
    """In the book and in what it publishes."""
    bring(book, "a", [*pay("1"), "王局长"], [*pay("2", 7_700), ""])
    of_book, main = audit_book(book), publish(book).main
    assert read(main) == canonical(book)
    of_ledger = audit_ledger(main)
    for audit in (of_book, of_ledger):
        assert {"nobody-approved", "self-approved"} <= {*audit.checks_run}
        told = [one.amount for one in audit.findings if one.check == "nobody-approved"]
        assert told == [7_700]
    assert CHECKS & {*of_book.checks_run} == CHECKS & {*of_ledger.checks_run}
