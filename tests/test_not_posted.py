"""Rows of which a cell says what no payment can: the faults of a spreadsheet, nobody's name, a day to come."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from fundtrack.book.clock import today
from fundtrack.errors import FormatError
from fundtrack.importing import Importer
from fundtrack.importing.importer import choose
from test_currencies import ROWS
from test_importers import PAGES
from treasury import bring, counts, held, pay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from copies import Template
    from fundtrack.book import Book


@pytest.fixture
def book(template: Template) -> Iterator[Book]:
    """Give a book of its own to a test."""
    with template.copy() as book:
        yield book


def test_a_fault_is_no_payee_and_a_day_to_come_no_payment(book: Book) -> None:
    """Each waits with its reason, and the sums tie."""
    rows = [pay("公司1", 100), pay("公司2", 200, payee="#N/A"), pay("公司3", 300, payee="NULL"),
            pay("公司4", 400, day=date(2095, 6, 1))]  # fmt: skip
    report = bring(book, "faults", *rows)
    assert counts(report) == (1, 0, 3, 1)
    assert held(report) == {3: {"cell-fault"}, 4: {"cell-fault"}, 5: {"date-ahead"}}
    amounts = report.amounts
    assert (amounts["read"], amounts["posted"], amounts["quarantined"]) == (1000, 100, 900)


@pytest.mark.parametrize("name", ["treasury-payment", "uk-spend"])
@pytest.mark.parametrize(
    ("payee", "waits"),
    [
        ("#VALUE!", True), ("####", True), ("#DIV/0!", True), ("Err:502", True), ("nan", True), ("None", True),
        ("(null)", True), ("Null Developments", False), ("Unit #4", False), ("Nan Li", False),
    ],
)  # fmt: skip
def test_what_stands_for_no_name_pays_nobody(tmp_path: Path, name: str, payee: str, waits: bool) -> None:  # noqa: FBT001
    """Only where it is all that a cell says: a name may have such a word in it."""
    header, first = ROWS[name]
    path = tmp_path / "a.csv"
    path.write_text(f"{header}\n{first.replace('甲公司', payee).replace('A Ltd', payee)}\n", "utf-8")
    importer = Importer(PAGES[name], currency="GBP" if name == "uk-spend" else "CNY")
    (row,) = (row for row in importer.candidates(path) if row.state == "data")
    assert ("cell-fault" in {error.key for error in row.problems}) == waits


@pytest.mark.parametrize(("days", "waits"), [(31, False), (32, True)])
def test_a_payment_may_be_ordered_a_month_ahead(tmp_path: Path, days: int, waits: bool) -> None:  # noqa: FBT001
    """The last allowed and the first refused day."""
    header, first = ROWS["treasury-payment"]
    path = tmp_path / "a.csv"
    path.write_text(f"{header}\n{first.replace('2015-06-03', str(today() + timedelta(days)))}\n", "utf-8")
    (row,) = (row for row in Importer(PAGES["treasury-payment"]).candidates(path) if row.state == "data")
    assert ("date-ahead" in {error.key for error in row.problems}) == waits


@pytest.mark.parametrize("other", ["Net amount £", "NET AMOUNT", "Date Paid"])
def test_two_columns_of_one_name_are_refused(tmp_path: Path, other: str) -> None:
    """The first is not read silently; the refusal names both, and whatever is no amount or day may stand twice."""
    header, first = ROWS["uk-spend"]
    path = tmp_path / "a.csv"
    path.write_text(f"{header},{other}\n{first},1.00\n", "utf-8")
    with pytest.raises(FormatError) as caught:
        list(Importer(PAGES["uk-spend"], currency="GBP").candidates(path))
    names = str(caught.value.details["name"]).casefold()
    assert caught.value.key == "column-twice"
    assert "、" in names
    path.write_text(f"{header},Service Label\n{first},1.00\n", "utf-8")
    assert any(row.candidate for row in Importer(PAGES["uk-spend"], currency="GBP").candidates(path))


def test_what_a_file_lacks_is_told_once(tmp_path: Path) -> None:
    """A field that is also of the key is not told twice."""
    path = tmp_path / "a.csv"
    path.write_text("Body name,Date paid,Transaction number,Net amount\nEx,26/09/2013,1,713.25\n", "utf-8")
    with pytest.raises(FormatError) as caught:
        choose(path, [Importer(PAGES["uk-spend"], currency="GBP")])
    assert str(caught.value.details["missing"]).count("Supplier name (T)") == 1


@pytest.mark.parametrize(("second", "waits"), [("B Ltd", True), ("", False)])
def test_a_grant_to_two_is_not_one_to_the_first(tmp_path: Path, second: str, waits: bool) -> None:  # noqa: FBT001
    """Of JSON as well: its list of recipients becomes columns by number."""
    one = {"id": "360G-EX-1", "title": "Coaching", "amountAwarded": 5, "awardDate": "2009-05-19", "currency": "CNY"}
    others = [{"name": second}] if second else []
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"grants": [one | {"recipientOrganization": [{"name": "A Ltd"}, *others]}]}), "utf-8")
    (row,) = (row for row in Importer(PAGES["grants-360"]).candidates(path) if row.state == "data")
    assert ("recipients-several" in {error.key for error in row.problems}) == waits
    assert bool(row.candidate) != waits
