"""Two clerks do the same at the same moment: it is done once, and both are told so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from threading import Barrier
from typing import TYPE_CHECKING, Any, Final

import pytest

from books import CHART as CHART_OF_PAGES
from fundtrack.book import open_book
from fundtrack.book.doctor import balances, imports, numbers
from fundtrack.errors import UsageError
from fundtrack.importing.batch.default import Default
from fundtrack.importing.batch.file import import_file
from fundtrack.importing.batch.report import STATES
from fundtrack.importing.later.quarantine import confirm, retry, waiting
from fundtrack.posting import post
from fundtrack.posting.matching import match
from fundtrack.posting.vouchers import draft
from quotafiles import CHART, GIVEN, applied_row, bound_row, file_of
from shelf import ENGINES
from statements import TWO_BANKS, Line, Moved, book_money, book_payments, print_statement
from treasury import file_of as payments_of
from treasury import pay

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fundtrack.book import Book
    from fundtrack.importing.batch.report import Report
    from shelf import Shelf

FIRST: Final = date(2015, 1, 5)


def both(book: Book, act: Callable[[Book, str], Any]) -> list[Any]:
    """Let two clerks act at the same moment, each on a book of their own opening; return what each was told."""
    begun = Barrier(2)

    def one(who: str) -> Any:  # noqa: ANN401 - what the act returns
        own = open_book(book.folder)
        try:
            begun.wait(60)
            return act(own, who)
        except UsageError as error:
            return error.key
        finally:
            own.engine.dispose()

    with ThreadPoolExecutor(2) as pool:
        return [*pool.map(one, ("李会计", "陈会计"))]


def brought(path: Path, book: Book, who: str) -> list[Report]:
    """Import a file."""
    return import_file(book, path, by=who)


def files(folder: Path, book: Book) -> dict[str, Path]:
    """Write a file of each kind of thing that a file becomes: quota, commitments, applications, payments, entries."""
    departments = folder / "departments.csv"
    departments.write_text(
        "单位名称,单位类型,层级,主管部门\n财政局,财政部门,县,政府\n城投公司,业主单位,县,财政局\n", "gb18030"
    )
    return {
        "quota": file_of(folder, "quota", *GIVEN),
        "bound": file_of(folder, "bound", bound_row("HT-1", "1002", 1000), bound_row("HT-2", "1002", 500)),
        "applied": file_of(folder, "applied", applied_row("SQ1", "1002", 300), applied_row("SQ2", "1002", 200)),
        "paid": payments_of(book, "paid", [pay(str(at), fund="F01", use="F01-0601") for at in range(3)]),
        "entered": departments,
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_a_file_is_one_batch_whoever_brings_it(shelf: Shelf, engine: str, tmp_path: Path) -> None:
    """Of payments, of quota, of contracts, of applications and of a register: one brings it, the other is told so."""
    with shelf.book(engine, CHART) as book:
        post(book, lambda _, chart: [draft(chart, "transfer-received", 9000, fund="F01", date=FIRST)], by="王会计")
        for at, (kind, path) in enumerate(files(tmp_path, book).items(), 1):
            reports = [report for told in both(book, partial(brought, path)) for report in told]
            assert sorted(one.new for one in reports) == [False, True], kind
            assert {one.batch for one in reports} == {at}, kind
            (mine,) = (one for one in reports if one.new)
            (theirs,) = (one for one in reports if not one.new)
            assert mine.rows["posted"] == theirs.rows["already_posted"] == mine.rows["read"] - 1, kind
            assert mine.rows["read"] == theirs.rows["read"] == sum(theirs.rows[state] for state in STATES), kind
            assert theirs.amounts["already_posted"] == mine.amounts["posted"], kind
        whole(book)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_waits_is_confirmed_once(shelf: Shelf, engine: str) -> None:
    """One posts the rows whose fund somebody said; for the other nothing waits any more. So it is with a new try."""
    with shelf.book(engine, CHART_OF_PAGES) as book:
        post(book, lambda _, chart: [draft(chart, "transfer-received", 9000, fund="F03", date=FIRST)], by="王会计")
        unsaid = [pay(str(at), fund="", use="") for at in range(3)]
        import_file(
            book, payments_of(book, "unsaid", unsaid), by="王会计", default=lambda _: Default("F03", "F03", "0603")
        )
        told = both(book, lambda own, who: [one.voucher for one in confirm(own, 1, by=who)])
        assert sorted(map(len, told)) == [0, 3]
        import_file(book, payments_of(book, "late", [pay("7", 8800), pay("8", 200)]), by="王会计")
        post(book, lambda _, chart: [draft(chart, "transfer-received", 9000, fund="F03", date=FIRST)], by="王会计")
        told = both(book, lambda own, who: [one.voucher for one in retry(own, [], by=who)])
        assert sorted(map(len, told)) == [0, 1]
        with book.reading() as connection:
            assert not waiting(connection)
        whole(book)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_one_movement_is_matched_once(shelf: Shelf, engine: str) -> None:
    """One reconciles a line of the bank with a voucher, the other is told that it is taken."""
    with shelf.book(engine, TWO_BANKS) as book:
        book_money(book)
        book_payments(book, [Moved(10, 500_00)])
        print_statement(book, [Line(date(2015, 1, 20), -500_00, "银行")])
        told = both(book, lambda own, who: match(own, "B01", ["L1", "F01-2015-000002"], by=who))
        assert sorted(told) == ["M1", "match-taken"]
        whole(book)


def whole(book: Book) -> None:
    """See that nothing was done twice."""
    with book.reading() as connection:
        assert [*balances(book, connection), *numbers(book, connection), *imports(book, connection)] == []
