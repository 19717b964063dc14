"""What one person says of a whole file another may refuse: its rows wait to be told their fund, and none is posted."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

import quotafiles
from books import post_simple, small_book
from fundtrack.book.doctor import diagnose
from fundtrack.cli.sheets import write
from fundtrack.errors import UsageError
from fundtrack.importing.batch.default import default_of, refuse
from fundtrack.importing.later.quarantine import as_of_now, confirm, retry, waiting
from fundtrack.ledger import canonical, publish, read
from kill import payment
from shelf import ENGINES
from treasury import asked, bring, everything, file_of, held, pay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from commands import Say
    from copies import Template
    from fundtrack.book import Book
    from fundtrack.importing.batch.report import Report
    from shelf import Shelf

BILL: Final = (
    ("单位：元", "", "", "", "", ""),
    ("项目名称", "项目单位", "资金来源", "", "拨付日期", "列支科目"),
    ("", "", "F01", "合计", "", ""),
)

WHY: Final = "这批款不是易地搬迁资金"


@pytest.fixture
def book(template: Template) -> Iterator[Book]:
    """Give a book of its own to a test."""
    with template.copy() as book:
        yield book


def said(book: Book, fund: str, use: str) -> Report:
    """Import two payments that say no fund, with what somebody says of both."""
    rows = [pay("1", fund="", use=""), pay("2", fund="", use="")]
    return bring(book, "a", *rows, default=lambda chart: default_of(chart, fund, use, ""))


def reasons(book: Book) -> list[list[tuple[str, str]]]:
    """Return why each row waits."""
    with book.reading() as connection:
        return [[(why["check"], why["en"]) for why in row.reasons] for row in waiting(connection)]


def test_a_default_that_is_refused_posts_nothing_until_another_is_said_and_confirmed(book: Book) -> None:
    """Who refused it and why stands with each row; the clerk says another fund, and it is confirmed as ever."""
    said(book, "F01", "0601")
    refused = refuse(book, 1, by="ben", reason=WHY)
    assert (refused.fund, refused.use) == ("F01", "0601")
    assert [[key for key, _ in row] for row in reasons(book)] == [["default-refused"]] * 2
    assert all(part in reasons(book)[0][0][1] for part in ("ben", WHY, "F01"))
    with pytest.raises(UsageError) as none:
        confirm(book, 1, by="ben")
    assert none.value.key == "default-missing"
    assert {why["check"] for one in retry(book, [], by="ann") for why in one.reasons} == {"fund-missing"}
    assert not diagnose(book)
    assert read(publish(book).main) == canonical(book)
    again = said(book, "F03", "0603")
    assert [*held(again).values()] == [{"fund-by-default"}] * 2
    assert [bool(one.voucher) for one in confirm(book, 1, by="ben")] == [True, True]
    assert asked(book, "SELECT DISTINCT fund FROM voucher WHERE batch = 1") == [("F03",)]
    assert not diagnose(book)


def test_who_said_it_may_try_again_and_ask_what_would_pass(book: Book) -> None:
    """Their rows wait for another to confirm them; no other row of the book waits for that."""
    said(book, "F03", "0603")
    bring(book, "b", pay("9", fund="F03", use="0603", payee=""))
    for asking in (lambda: as_of_now(book, by="clerk")[0], lambda: retry(book, [], by="clerk")):
        assert [[why["check"] for why in one.reasons] for one in asking()] == [
            ["fund-by-default"], ["fund-by-default"], ["payee-missing"],
        ]  # fmt: skip
    assert asked(book, "SELECT COUNT(*) FROM decision") == [(0,)]


def test_the_same_may_be_said_again_and_who_said_it_may_take_it_back(book: Book) -> None:
    """A refusal refuses what was said, and no fund for good."""
    said(book, "F01", "0601")
    refuse(book, 1, by="clerk", reason=WHY)
    said(book, "F01", "0601")
    assert [bool(one.voucher) for one in confirm(book, 1, by="ben")] == [True, True]
    assert asked(book, "SELECT nth, fund, reason FROM batch_default ORDER BY nth") == [
        (1, "F01", ""), (2, None, WHY), (3, "F01", ""),
    ]  # fmt: skip


def test_nothing_is_refused_that_was_not_said_or_is_rested_on_or_without_a_reason(book: Book) -> None:
    """Then nothing in the book has changed."""
    bring(book, "b", pay("9", fund="F03", use="0603"))
    before = everything(book)
    for batch, reason, key in ((1, WHY, "default-missing"), (77, WHY, "batch-unknown"), (1, " ", "reason-needed")):
        with pytest.raises(UsageError) as none:
            refuse(book, batch, by="ben", reason=reason)
        assert none.value.key == key
    with pytest.raises(UsageError) as unknown:
        confirm(book, 77, by="ben")
    assert unknown.value.key == "batch-unknown"
    assert everything(book) == before
    report = said(book, "F01", "0601")
    confirm(book, report.batch, by="ben")
    with pytest.raises(UsageError) as rested:
        refuse(book, report.batch, by="ann", reason=WHY)
    assert rested.value.key == "default-stands"


def test_it_is_refused_by_a_command(tmp_path: Path, say: Say) -> None:
    """Which says what the rows wait for now, in both languages and for machines."""
    book = small_book(tmp_path / "book")
    said(book, "F01", "0601")
    there = ("--book", book.folder)
    told = say("quarantine", "refuse", "1", "--reason", WHY, "--by", "ben", "--format", "json", *there).json
    assert [(one["name"], one["checks"]) for one in told] == [
        ("1:2", ["default-refused"]),
        ("1:3", ["default-refused"]),
    ]
    said(book, "F01", "0601")
    assert "F01" in say("quarantine", "refuse", "1", "--reason", WHY, "--by", "ben", *there).out


@pytest.fixture(params=ENGINES)
def quota_book(shelf: Shelf, request: pytest.FixtureRequest) -> Iterator[Book]:
    """Give a book whose fund is under quota control, on each engine in turn."""
    with shelf.lend(request.param, quotafiles.CHART) as book:
        yield book


def test_a_file_without_its_project_is_told_the_one_of_its_line(
    quota_book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row says what `post` says; said of the whole file, and confirmed by another, the project gives it its quota."""
    book = quota_book
    allotted = quotafiles.given_row("1002", 4000, "1001", 项目名称="P01")
    assert (
        quotafiles.bring(book, quotafiles.file_of(book.folder.parent, "quota", quotafiles.GIVEN[0], allotted)).rows[
            "posted"
        ]
        == 2
    )
    post_simple(book, "F01", "transfer-received", 5000, on=date(2015, 1, 25))
    rows = [payment("1", date(2015, 3, 1), "F01", 300), payment("2", date(2015, 3, 2), "F01", 5001)]
    path = file_of(book, "paid", rows)
    first = quotafiles.bring(book, path)
    assert quotafiles.reasons(first) == {2: ["no-quota"], 3: ["no-quota"]}
    told = first.held[-1]["reasons"][0]
    assert "`--fund F01 --project P01`" in told["remedy-en"]
    assert told["remedy-zh"].startswith("指标 F01-Q00002 属项目 P01")
    with pytest.raises(UsageError) as alone:
        quotafiles.bring(book, path, default=lambda chart: default_of(chart, "", "", "P01"))
    assert alone.value.key == "default-without-fund"
    assert first.held[-1]["reasons"][0]["field"] == "project"
    again = quotafiles.bring(book, path, default=lambda chart: default_of(chart, "F01", "", "P01"))
    assert quotafiles.reasons(again) == {2: ["fund-by-default"], 3: ["fund-by-default"]}
    assert "P01" in again.held[-1]["reasons"][0]["en"]
    with pytest.raises(UsageError) as own:
        confirm(book, first.batch, by=quotafiles.CLERK)
    assert own.value.key == "default-own"
    assert [one.voucher for one in confirm(book, first.batch, by=quotafiles.CHIEF)] == ["F01-2015-000004", ""]
    assert quotafiles.status(book, "F01-Q00002") == {"available": 3700, "paid": 300}
    assert quotafiles.sound(book)
    bill = file_of(book, "bill", [["道路", "甲公司", "1", "1", "2015-03-03", "0601"]], head=BILL)
    (why,) = quotafiles.bring(book, bill).held[-1]["reasons"]
    assert why["remedy-zh"].startswith("指标 F01-Q00002 属项目 P01，该行未写项目：请在原文件中")
    write(book, book.folder.parent / "wrong.xlsx", "zh")
    assert "bill.csv：1 行只能在工作簿中退回，不能更正" in capsys.readouterr().out
