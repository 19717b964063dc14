"""Statements of one account that overlap: a line stands once, whatever its number in a file, and none is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from books import CHART
from fundtrack.book.doctor import diagnose
from fundtrack.checking.audit import audit_book
from fundtrack.importing.batch.file import import_file
from shelf import ENGINES
from treasury import asked, counts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fundtrack.book import Book
    from fundtrack.importing.batch.report import Report
    from shelf import Shelf

HEAD: Final = "账号：45001234560001,,,,,,,\n行号,交易日期,银行流水号,支出金额,收入金额,账户余额,对方单位,对方账户\n"
LINES: Final = "SELECT ref, amount, balance FROM book_bank_lines ORDER BY date, line"


class Said(NamedTuple):
    """A line as the bank has it; what it is numbered in a file the file says."""

    day: str
    ref: str
    amount: int
    balance: int

    @property
    def stored(self) -> tuple[str, int, int]:
        """Return it as the register has it."""
        return self.ref, 100 * self.amount, 100 * self.balance


YEAR: Final = [
    Said("2015-01-05", "G1", 1000, 1000),
    Said("2015-03-05", "G2", -100, 900),
    Said("2015-03-07", "G3", -10, 890),
    Said("2015-03-07", "G4", -7, 883),
    Said("2015-03-07", "G5", -7, 876),
    Said("2015-03-09", "G6", 10, 886),
]
BARE: Final = [one._replace(ref="") for one in YEAR]


@pytest.fixture(params=ENGINES)
def book(request: pytest.FixtureRequest, shelf: Shelf) -> Iterator[Book]:
    """Return an empty book."""
    with shelf.book(request.param, CHART) as made:
        yield made


def enter(book: Book, lines: Sequence[Said], *, numbers: Sequence[int] = ()) -> Report:
    """Import a statement of lines, numbered from 1 where nothing else is said."""
    path = book.folder.parent / "statement.csv"
    rows = [
        f"{n},{one.day},{one.ref},{-one.amount if one.amount < 0 else ''},{one.amount if one.amount > 0 else ''}"
        f",{one.balance},甲,\n"
        for n, one in zip(numbers or range(1, len(lines) + 1), lines, strict=True)
    ]
    path.write_text(HEAD + "".join(rows), "utf-8")
    (report,) = import_file(book, path, by="clerk")
    return report


def stands(book: Book, lines: Sequence[Said]) -> None:
    """See that the register has just these lines, in this order, and that nothing is wrong with them."""
    assert asked(book, LINES) == [one.stored for one in lines]
    assert not [one for one in audit_book(book, only=("statement-balance-breaks",)).findings if one.is_open]
    assert not diagnose(book)


@pytest.mark.parametrize("lines", [YEAR, BARE], ids=["numbered", "by balance"])
@pytest.mark.parametrize("first", [slice(1, 6), slice(2, 4), slice(0, 3)])
@pytest.mark.parametrize("turned", [False, True], ids=["latest last", "latest first"])
def test_statements_that_overlap_are_one(book: Book, lines: list[Said], first: slice, *, turned: bool) -> None:
    """Each numbers its lines from 1, and may begin or end within a day; the latest may stand first."""
    parts = [lines[first], lines, lines[1:]]
    for part in parts:
        report = enter(book, part[::-1] if turned else part)
        assert report.replaced == ()
        assert counts(report)[2] == 0
    assert asked(book, "SELECT COUNT(*) FROM bank_line") == [(len(lines),)], "nothing is entered twice or replaced"
    stands(book, sorted(lines[::-1] if turned else lines, key=lambda one: one.day))


def test_a_line_takes_no_other_lines_place(book: Book) -> None:
    """Its number in the file is another line's: it stands behind those of its day."""
    enter(book, YEAR[:4])
    report = enter(book, YEAR[4:5], numbers=[3])
    assert (counts(report)[0], report.replaced) == (1, ())
    stands(book, YEAR[:5])


def test_a_line_of_the_same_number_is_corrected(book: Book) -> None:
    """The bank says another amount of the number and place that it said before, or another name."""
    enter(book, YEAR[:3])
    report = enter(book, [*YEAR[:2], YEAR[2]._replace(amount=-20, balance=880)])
    assert [one.was for one in report.replaced] == [{"amount": "-10.00", "balance": "890.00"}]
    enter(book, [YEAR[2]._replace(amount=-20, balance=880)])
    assert asked(book, LINES) == [*(one.stored for one in YEAR[:2]), ("G3", -2000, 88000)]


def test_a_number_that_comes_later_is_taken(book: Book) -> None:
    """And one that the bank no longer prints is kept."""
    enter(book, BARE[:4])
    assert len(enter(book, YEAR[1:4]).replaced) == 3
    assert counts(enter(book, BARE[1:5]))[:2] == (1, 3)
    stands(book, [BARE[0], *YEAR[1:4], BARE[4]])


def test_one_number_of_several_equal_lines(book: Book) -> None:
    """As many as the file has more than the book are new."""
    batch = [Said("2015-03-05", "G2", -10, 990 - 10 * n) for n in range(3)]
    enter(book, batch[:2])
    assert counts(enter(book, batch))[:2] == (1, 2)
    stands(book, batch)


def test_two_lines_of_one_number_in_a_file_contradict(book: Book) -> None:
    """The first is entered, the other waits."""
    report = enter(book, YEAR[2:4], numbers=[1, 1])
    assert counts(report)[0::2] == (1, 1)
    assert asked(book, LINES) == [YEAR[2].stored]
