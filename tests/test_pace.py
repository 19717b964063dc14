"""The rate of execution beside the time gone, and budgets in what Fava opens, of a fund over the end of its year."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from fundtrack.book import create_book
from fundtrack.book.policy import apply_chart
from fundtrack.errors import LANGUAGES
from fundtrack.ledger import publish
from fundtrack.posting.advance import verification
from fundtrack.posting.vouchers import draft
from fundtrack.reporting import balances
from fundtrack.reporting.pace import elapsed, rates
from fundtrack.reporting.table import written
from quotas import controlled, end_the_year, run_a_year, say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import URL

    from fundtrack.book import Book
    from fundtrack.errors import Language


@pytest.fixture
def book(book_dir: Path, database_url: URL) -> Iterator[Book]:
    """Give a book whose fund was allotted 900.00 and paid 300.00 of it in 2015."""
    url = database_url.render_as_string(hide_password=False)
    book = create_book(book_dir, title="Quota", language="en", database=url, schema_name="quota")
    apply_chart(book, controlled(date(2015, 1, 1)), by="founder", document="原文未载")
    run_a_year(book)
    yield book
    book.engine.dispose()


def row(book: Book, by: list[str], **keys: str | int) -> dict[str, str | None]:
    """Return the figures of the one row with these keys."""
    (found,) = [one for one in balances(book, by).record("en")["funds"] if keys.items() <= one.items()]
    return {name: value for name, value in found.items() if name not in keys}


@pytest.mark.parametrize(
    ("year", "day", "part"),
    [
        (2015, date(2014, 12, 31), 0),
        (2015, date(2015, 1, 1), 27),
        (2015, date(2015, 12, 30), 9972),
        (2015, date(2015, 12, 31), 10_000),
        (2015, date(2016, 6, 1), 10_000),
        (2016, date(2016, 7, 1), 5000),
    ],
)
def test_the_time_gone(year: int, day: date, part: int) -> None:
    """In hundredths of a per cent, the day itself counted, cut off; leap years have their day."""
    assert elapsed(year, day) == part


def test_execution_is_what_was_paid_of_the_allotment(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 900.00 a third is paid when half of the year is gone; what is not allotted has no rate."""
    monkeypatch.setenv("FUNDTRACK_TODAY", "2015-07-02")
    for by in (["use"], ["use", "project"], ["quota"], ["year", "quota"]):
        found = balances(book, by).record("en")
        of_line = [one for one in found["funds"] if one["execution_rate"] is not None]
        assert [(one["allotted"], one["paid"], one["spent"], one["execution_rate"], one["time_elapsed"])
                for one in of_line] == [("900.00", "300.00", "300.00", "33.33", "50.13")]  # fmt: skip
        assert (found["total"]["execution_rate"], found["total"]["time_elapsed"]) == ("33.33", "50.13")
    table = written(balances(book, ["use"]).table("zh"), "table", "zh")
    assert table.splitlines()[0].split()[-2:] == ["执行率%", "时间进度%"]
    assert table.splitlines()[-1].split()[-2:] == ["33.33", "50.13"]


@pytest.mark.parametrize(
    ("paid", "of", "part"), [(1_300_000, 4_500_000, 2889), (1, 3, 3333), (2, 3, 6667), (1, 20_000, 1), (0, 7, 0)]
)
def test_the_rate_is_rounded_half_up(paid: int, of: int, part: int) -> None:
    """To hundredths of a per cent."""
    assert rates(paid, of, 2015, date(2015, 7, 2))[0] == part


@pytest.mark.parametrize("by", [["payee"], ["period"], ["quota", "payee"]])
def test_no_rate_of_what_no_allotment_is_for(book: Book, by: list[str]) -> None:
    """Neither who is paid nor a month has an allotment of its own."""
    found = balances(book, by).record("en")
    assert {one["execution_rate"] for one in [*found["funds"], found["total"]]} == {None}


def test_what_is_carried_over_counts_once_but_in_its_years(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was not executed in its year, and is the allotment of the next; of both together it is allotted once.

    A rate is of one year, as the time beside it: of all together, of the last that has quota by then.
    """
    end_the_year(book)
    monkeypatch.setenv("FUNDTRACK_TODAY", "2016-07-01")
    first, next_ = (row(book, ["quota"], fund="F01", quota=line) for line in ("F01-Q00002", "F01-Q00003"))
    assert [first[name] for name in ("allotted", "execution_rate", "time_elapsed")] == ["900.00", "33.33", "100.00"]
    assert [next_[name] for name in ("allotted", "carried_in", "execution_rate", "time_elapsed")] == [
        "0.00", "600.00", "0.00", "50.00",
    ]  # fmt: skip
    assert balances(book, ["quota"]).record("en")["total"]["allotted"] == "900.00"
    assert balances(book, ["year"]).record("en")["total"]["execution_rate"] is None
    whole = row(book, ["fund"], fund="F01")
    assert [whole[name] for name in ("allotted", "paid", "execution_rate", "time_elapsed")] == [
        "900.00", "300.00", "0.00", "50.00",
    ]  # fmt: skip
    then = balances(book, as_of=date(2015, 12, 31)).record("en")["total"]
    assert [then[name] for name in ("execution_rate", "time_elapsed")] == ["33.33", "100.00"]


def test_what_was_taken_back_is_no_allotment(book: Book) -> None:
    """Nor is what was never allotted to a use; that stands by itself until then."""
    assert row(book, ["use"], fund="F01", use="")["unallotted"] == "100.00"
    end_the_year(book)
    assert [row(book, ["use"], fund="F01", use="")[name] for name in ("allotted", "unallotted")] == ["0.00", "0.00"]
    then = balances(book, as_of=date(2015, 2, 28)).record("en")["total"]
    assert [then[name] for name in ("unallotted", "allotted", "committed", "applied", "paid", "available")] == [
        "100.00", "900.00", "200.00", "300.00", "0.00", "400.00"
    ]  # fmt: skip


def test_money_stands_at_the_line_it_is_paid_from(book: Book) -> None:
    """An advance is paid of the line and not spent; what is verified of it is spent at the same line."""
    day = date(2015, 4, 1)
    number = say(
        book,
        lambda _, chart: [draft(chart, "advance", 20_000, fund="F01", date=day, payee="那满镇", project="P01")],
    )
    say(book, lambda c, chart: [verification(c, chart, number, 5_000, use="0602", date=day)])
    of_line = row(book, ["quota"], fund="F01", quota="F01-Q00002")
    assert [of_line[name] for name in ("paid", "spent", "advanced", "balance")] == [
        "500.00", "350.00", "150.00", None,
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_allotments_are_budgets_for_fava_alone(book: Book, language: Language) -> None:
    """Each year has its own, the year after none, in the account's written name; the record has none at all."""
    end_the_year(book)
    ledger = publish(book, language).main.parent
    name = {"en": "Expenses:F01-Relocation:0601-Housing", "zh": "E支出:F01-中央易地搬迁:0601-Housing"}[language]
    lines = [f'{year}-01-01 custom "budget" {name} "yearly" {amount}.00 CNY'
             for year, amount in ((2015, 900), (2016, 600), (2017, 0))]  # fmt: skip
    files = {path.relative_to(ledger).as_posix(): path.read_text("utf-8") for path in ledger.rglob("*.beancount")}
    said = {file: [line for line in text.splitlines() if '"budget"' in line] for file, text in files.items()}
    assert {name: found for name, found in said.items() if found} == {
        "fava.beancount": lines, "year/2015.beancount": lines[:2], "year/2016.beancount": lines[1:],
    }  # fmt: skip
