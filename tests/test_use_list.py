"""An allotment is bound to the use list that was in force: what the chart says later legalises nothing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest

from fundtrack.book import create_book
from fundtrack.book.policy import apply_chart
from fundtrack.chart.change import end, grant
from fundtrack.checking.audit import audit_book
from fundtrack.errors import Refused
from fundtrack.posting.advance import verification
from fundtrack.posting.quota import allot
from fundtrack.posting.vouchers import draft
from fundtrack.reporting import reports
from quotas import CHART, CLERK, controlled, run_a_year, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import URL

    from fundtrack.book import Book

SQUARE: Final = "Expenses:F01-Relocation:0603-Square"
CHARTED: Final = controlled(date(2015, 1, 1), CHART)
DAY: Final = date(2015, 6, 1)
LINE: Final = "F01-Q00002"
LATER: Final = CHARTED + f'2015-05-01 open {SQUARE} CNY\n  authority: "本级40号"\n'
DATED_BACK: Final = CHARTED + f'2015-01-01 open {SQUARE} CNY\n  authority: "本级40号"\n'
ENDED: Final = end(CHARTED, "Expenses:F01-Relocation:0601-Housing", date(2015, 5, 1), "本级41号")
RENEWED: Final = grant(ENDED, "Expenses:F01-Relocation:0601-Housing", date(2015, 7, 1), "本级42号")
RENAMED: Final = CHARTED.replace("0601-Housing", "0601-Square")


@pytest.fixture
def book(book_dir: Path, database_url: URL) -> Iterator[Book]:
    """Give a book in which 900.00 are allotted to 0601, of a use list that has no 0603."""
    url = database_url.render_as_string(hide_password=False)
    book = create_book(book_dir, title="Quota", language="en", database=url, schema_name="quota")
    apply_chart(book, CHARTED, by="founder", document="原文未载")
    run_a_year(book)
    yield book
    book.engine.dispose()


def put(book: Book, chart: str) -> None:
    """Put another chart in force."""
    apply_chart(book, chart, by="founder", document="本级40号")


def refused(book: Book, drafts: Callable[..., Any]) -> set[str]:
    """Return by which checks drafts are refused."""
    with pytest.raises(Refused) as why:
        say(book, drafts)
    return {finding.check for finding in why.value.findings if finding.refuses}


def pay(use: str, day: date = DAY) -> Callable[..., Any]:
    """Return what pays a fen for a use out of the line."""
    return lambda _, chart: [
        draft(chart, "disbursement", 1, fund="F01", use=use, date=day, payee="乙公司", project="P01", quota=LINE)
    ]


def drift(book: Book) -> list[tuple[Any, ...]]:
    """Return what the report says of each line and use: used, as approved, on the list, not on it."""
    rows = reports()["use-drift"].run(book).records()
    return [tuple(row[name] for name in ("quota", "used", "as_approved", "on_list", "off_list")) for row in rows]


AS_APPROVED: Final = ("F01-Q00002", "0601", "300.00", "0.00", "0.00")


@pytest.mark.parametrize("chart", [LATER, DATED_BACK])
def test_a_use_granted_later_is_paid_from_no_earlier_line(book: Book, chart: str) -> None:
    """Neither out of the line, nor by a line that is dated before the grant."""
    put(book, chart)
    assert refused(book, pay("0603")) == {"no-quota"}
    assert drift(book) == [AS_APPROVED]


@pytest.mark.parametrize("chart", [LATER, DATED_BACK])
def test_what_is_verified_on_it_is_shown_as_not_on_the_list(book: Book, chart: str) -> None:
    """The voucher can be posted, for the use is granted by now; that the quota was for another is found."""
    number = say(book, lambda _, chart: [
        draft(chart, "advance", 20_000, fund="F01", date=DAY, payee="那满镇", project="P01")
    ])  # fmt: skip
    put(book, chart)
    say(book, lambda c, chart: [verification(c, chart, number, 4_000, use="0603", date=DAY)])
    say(book, lambda c, chart: [verification(c, chart, number, 1_000, use="0602", date=DAY)])
    assert drift(book) == [
        AS_APPROVED, ("F01-Q00002", "0602", "0.00", "10.00", "0.00"), ("F01-Q00002", "0603", "0.00", "0.00", "40.00"),
    ]  # fmt: skip
    found = audit_book(book, only=["spent-on-another-use"]).findings
    assert [(one.use, one.amount, one.severity) for one in found] == [
        ("0603", 4_000, "error"),
        ("0602", 1_000, "error"),
    ]


def test_a_use_that_ended_is_paid_no_more_and_renewed_from_its_day_on(book: Book) -> None:
    """The line is still there; while the use is ended nothing of it is spent, whatever was allotted before."""
    put(book, ENDED)
    assert refused(book, pay("0601")) == {"use-not-permitted"}
    put(book, RENEWED)
    assert refused(book, pay("0601")) == {"use-not-permitted"}
    say(book, pay("0601", date(2015, 7, 1)))
    assert drift(book) == [("F01-Q00002", "0601", "300.01", "0.00", "0.00")]


def test_another_name_makes_no_other_use(book: Book) -> None:
    """A use is its code: what is allotted to houses pays for no square because houses are called one."""
    put(book, RENAMED)
    say(book, pay("0601"))
    assert drift(book) == [("F01-Q00002", "0601", "300.01", "0.00", "0.00")]


def test_nothing_is_allotted_to_a_use_before_it_is_granted(book: Book) -> None:
    """Also where the chart has it by now."""
    put(book, LATER)
    day = date(2015, 4, 30)
    with pytest.raises(Exception, match="0603 of F01 is not a granted use on 2015-04-30"):
        say(book, lambda c, chart: allot(
            c, chart, "F01-Q00001", 1, use="0603", date=day, by=CLERK, document="本级5号"
        ))  # fmt: skip
    assert drift(book) == [AS_APPROVED]
