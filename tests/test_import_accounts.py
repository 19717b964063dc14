"""Accounts of rows that a hostile reader would doubt: units, totals, twins, rows that come again, leftovers."""

from __future__ import annotations

import os
import time
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import openpyxl
import pytest

from books import RECEIVED, post_simple
from copies import opened
from fundtrack import pages
from fundtrack.book.doctor import originals
from fundtrack.errors import BookError, FormatError, PageError, UsageError
from fundtrack.importing import Importer
from fundtrack.importing.batch import report
from fundtrack.importing.batch.file import import_file
from fundtrack.importing.batch.report import held_rows
from fundtrack.importing.files.keep import INCOMING, STALE
from fundtrack.importing.later.quarantine import find, reject, retry, waiting
from fundtrack.posting.batch import Batch
from kill import HEADER
from treasury import BLANK, asked, bring, counts, everything, file_of, fill, held, names, pay, rejected, waits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import URL, Connection

    from fundtrack.book import Book
    from fundtrack.importing import Reading, Row
    from fundtrack.importing.batch.report import Report

AMOUNT: Final = HEADER.index("支付金额")
MUCH: Final = RECEIVED["F03"] + 1
"""One fen more than the fund has."""

TOO_DEAR: Final = """---
severity: fatal
basis: [own]
key: [voucher]
title-zh: 金额过大
message-zh: '{fund} 支付 {amount}。'
remedy-zh: 拆开支付。
---
# too-dear

{fund} pays {amount}.

**Remedy.** Pay in parts.

```sql scope=SCOPE
SELECT voucher, date, fund, account, amount, unit FROM postings WHERE account_kind = 'use' AND amount > 500
```
"""


@pytest.fixture
def book(tmp_path: Path, database_url: URL) -> Iterator[Book]:
    """Give a book of four funds on each engine."""
    folder = tmp_path / "books" / "book"
    folder.parent.mkdir()
    fill(folder, database_url.render_as_string(hide_password=False))
    yield from opened(folder)


def bare(amount: str) -> list[str]:
    """Return a row with nothing but an amount."""
    return [*BLANK[:AMOUNT], amount, *BLANK[AMOUNT + 1 :]]


def workbook(book: Book, name: str, sheets: dict[str, Sequence[Sequence[str]]]) -> Path:
    """Write a workbook of payments beside the book, all of it text."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in (HEADER, *rows):
            sheet.append(list(row))
    path = book.folder.parent / f"{name}.xlsx"
    made.save(path)
    return path


def bring_workbook(book: Book, name: str, **sheets: Sequence[Sequence[str]]) -> list[Report]:
    """Import a workbook of these sheets."""
    return import_file(book, workbook(book, name, sheets), by="clerk")


def households(path: Path, unit: str, *rows: tuple[Any, ...]) -> tuple[Reading, list[Row]]:
    """Write a batch of subsidies as a workbook and read it through the installed page."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(
        ["资金：F03", "列支科目：F03-0801", "付款账号：1", "批次号：7", "发放日期：2015-07-10", f"单位：{unit}"]
    )
    sheet.append(["序号", "乡镇", "村", "户主姓名", "身份证号", "补贴项目", "补贴金额", "一卡通账号", "联系电话"])
    for number, name, amount in rows:
        card = ["451021197001010015", "危房改造", amount, "6231330000000000011", ""]
        sheet.append([number, "那满镇", "治塘村", name, *card])
    made.save(path)
    reading = Importer(pages.catalogue("importers")["one-card-batch"]).candidates(path)
    return reading, list(reading)


@pytest.mark.parametrize(
    ("unit", "cell", "fen"),
    [
        ("万元", 12.345679, 12345679),
        ("万元", 12.3456789, "amount-fraction"),
        ("万元", 1.1 + 2.2, 3300000),
        ("亿元", 0.0000018, 18000),
        ("元", 0.1 + 0.2, 30),
        ("元", 18000.005, "amount-fraction"),
        ("万元", "5元", "amount-unreadable"),
        ("万元", "1.8万元", 1800000),
        ("元", "5元", 500),
        ("元", "5万元", "amount-unreadable"),
    ],
)
def test_an_amount_in_a_large_unit_is_exact_or_refused(
    tmp_path: Path, unit: str, cell: float | str, fen: int | str
) -> None:
    """Nothing is rounded before the unit is known, and a mark of another unit is no amount."""
    _, rows = households(tmp_path / "a.xlsx", unit, (1, "韦某一", cell))
    found = [row.amount or row.problems[0].key for row in rows if row.state == "data"]
    assert found == [fen]


def test_a_household_is_known_whatever_its_running_number(tmp_path: Path) -> None:
    """A list that was numbered anew holds the same payments, and a household listed twice is a twin."""
    _, rows = households(tmp_path / "a.xlsx", "元", (1, "韦某一", 5), (2, "黄某二", 5), (3, "韦某一", 5))
    keys = [row.candidate.natural_key for row in rows if row.candidate]
    assert keys[0] == keys[2] != keys[1]
    _, rows = households(tmp_path / "b.xlsx", "元", (8, "黄某二", 5), (9, "韦某一", 5))
    assert [row.candidate.natural_key for row in rows if row.candidate] == [keys[1], keys[0]]


def test_a_name_of_several_funds_is_none_of_them(book: Book) -> None:
    """All funds of this chart are called the same in Chinese: a row that says only that waits."""
    report = bring(book, "a", pay("1", fund="资金", use="0603"), pay("2"))
    assert held(report)[2] >= {"unknown-fund-or-account"}
    assert counts(report) == (1, 0, 1, 1)


def test_a_payment_is_charged_to_a_use(book: Book) -> None:
    """Not to cash or advances, whatever the file says; a use that the chart does not have is for the checks."""
    report = bring(book, "a", pay("1", use="F03-1001"), pay("2", use="F03-1201"), pay("3", use="F03-0688"), pay("4"))
    assert held(report) == {2: {"use-no-use"}, 3: {"use-no-use"}, 4: {"use-not-permitted"}}
    assert counts(report) == (1, 0, 3, 1)


def test_a_payment_without_words_is_no_total(book: Book) -> None:
    """An amount alone between payments waits for somebody, and is counted; one that is the sum so far is a total."""
    report = bring(book, "a", pay("1", 100), bare("5.00"), pay("2", 200))
    assert held(report)[3] >= {"date-empty"}
    assert (counts(report), report.amounts["quarantined"]) == ((2, 0, 1, 1), 500)
    below = pay("5", 300), pay("6", 100), bare("4.00"), bare("7.00")
    report = bring(book, "b", pay("3", 100), pay("4", 200), bare("3.00"), *below)
    assert (counts(report), report.printed_total, report.printed_total_agrees) == ((4, 0, 0, 4), 700, True)
    report = bring(book, "c", pay("7", 500), bare("5.00"))
    assert (counts(report), report.printed_total) == ((1, 0, 1, 1), None), "of one payment it may be another like it"


@pytest.mark.parametrize("before", [[], [pay("1", amount="one")], [pay("1", 400)]])
def test_an_amount_that_nothing_above_sums_to_waits(book: Book, before: list[list[str]]) -> None:
    """Above all rows, under a row that cannot be read, or simply another sum: nobody says that it is a total."""
    report = bring(book, "a", *before, bare("5.00"))
    assert 2 + len(before) in held(report)
    assert report.printed_total is None


def test_twins_on_two_sheets_are_two(book: Book) -> None:
    """Honest twins survive, wherever in the file they stand; the same payments in another file are known."""
    reports = bring_workbook(book, "a", one=[pay("x"), pay("y")], two=[pay("x"), pay("x")])
    assert [counts(report) for report in reports] == [(2, 0, 0, 1), (2, 0, 0, 1)]
    assert sorted(names(book)) == [("x", 100)] * 3 + [("y", 100)]
    reports = bring_workbook(book, "b", one=[pay("x")] * 3, two=[pay("x"), pay("z")])
    assert [counts(report) for report in reports] == [(0, 3, 0, 1), (2, 0, 0, 1)]


def test_the_rows_of_a_sheet_are_told_once(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of earlier sheets are not read anew for each that follows, which made a long workbook slow."""
    told: list[int] = []

    def noted(connection: Connection, batch: int) -> Iterator[dict[str, Any]]:
        told.append(batch)
        return held_rows(connection, batch)

    monkeypatch.setattr(report, "held_rows", noted)
    bring_workbook(book, "a", one=[pay("x")], two=[pay("y")], three=[pay("z")])
    assert told == [1, 2, 3]


def test_a_retry_counts_twins_over_the_sheets_too(book: Book) -> None:
    """The second of two rows that wait is posted from its own sheet, and no third comes of trying again."""
    one, two = bring_workbook(book, "a", one=[pay("x", MUCH)], two=[pay("x", MUCH)])
    assert (held(one), held(two)) == ({2: {"overdrawn"}}, {2: {"overdrawn", "duplicate-payment"}})
    assert waits(book) == ["1:2", "2:2"]
    post_simple(book, "F03", "transfer-received", 2 * MUCH, on=date(2015, 5, 1))
    assert bool(retry(book, ["2:2"], by="clerk")[0].voucher)
    assert asked(book, "SELECT batch, occurrence FROM voucher WHERE batch IS NOT NULL") == [(2, 2)]
    assert [bool(one.voucher) for one in retry(book, [], by="clerk")] == [True]
    assert names(book) == [("x", MUCH)] * 2
    assert waits(book) == []


def test_a_row_of_overlapping_files_waits_once(book: Book) -> None:
    """It is listed once, so that the sum that waits is right, until it is posted, by whichever file."""
    much = pay("1", MUCH)
    bring(book, "a", much)
    bring(book, "b", pay("2"), much)
    with book.reading() as connection:
        assert [(row.name, row.amount) for row in waiting(connection)] == [("1:2", MUCH)]
        with pytest.raises(UsageError, match="2:3"):
            find(connection, "2:3")
    post_simple(book, "F03", "transfer-received", 1000, on=date(2015, 5, 31))
    assert counts(bring(book, "c", much, pay("3"))) == (2, 0, 0, 1)
    assert waits(book) == []
    assert counts(bring(book, "a", much)) == (0, 1, 0, 1)
    assert counts(bring(book, "b", pay("2"), much)) == (0, 2, 0, 1)


def test_a_row_waits_once_for_each_of_its_twins(book: Book) -> None:
    """Two rows of one file are two payments, of which the next file brings a third."""
    much = pay("1x", MUCH)
    bring(book, "a", much, much)
    bring(book, "b", much, much, much)
    assert waits(book) == ["1:2", "1:3", "2:4"]


def test_a_row_that_cannot_be_read_waits_once_too(book: Book) -> None:
    """It has no date or amount to be known by, but its cells; rejected, it waits nowhere."""
    bad, cut = pay("1", date="2015-02-30"), pay("2")[:-3]
    bring(book, "a", bad, cut)
    bring(book, "b", bad, cut, bad)
    assert waits(book) == ["1:2", "1:3", "2:4"]
    for name in ("1:2", "1:3"):
        reject(book, name, by="manager", reason="no such day")
    assert counts(report := bring(book, "c", cut, bad)) == (0, 0, 0, 1)
    assert [*rejected(report)] == [2, 3]
    assert waits(book) == ["2:4"]


def test_what_was_rejected_is_decided_in_every_file(book: Book) -> None:
    """It is counted as rejected and says why, but waits nowhere, whether the other file came before or after."""
    wrong, twin = pay("1x", fund="F01", use="F03-0603"), pay("2")
    bring(book, "a", wrong)
    bring(book, "b", wrong, twin)
    reject(book, "1:2", by="manager", reason="wrong fund")
    assert waits(book) == []
    report = bring(book, "c", wrong, pay("3"))
    assert (counts(report), rejected(report)) == ((1, 0, 0, 1), {2: {"rejected-before"}})
    assert (held(report), report.reasons()) == ({}, [])
    assert (waits(book), retry(book, [], by="clerk")) == ([], [])
    with pytest.raises(UsageError, match="3:2"):
        reject(book, "3:2", by="manager", reason="again")
    bring(book, "d", wrong, wrong)
    assert waits(book) == ["4:3"]  # the rejected row was one payment; this is another


@pytest.mark.parametrize("name", ["a\u202efdp", "a\x1b[2Jb", "a\u200bb", "a\udcffb"])
def test_a_name_that_hides_or_reorders_is_refused(book: Book, name: str) -> None:
    """The name of a file is published with its rows; it is refused in words that anybody can print."""
    path = file_of(book, "a", [pay("1")])
    path = path.rename(path.with_name(f"{name}.csv"))
    before = everything(book)
    with pytest.raises(FormatError) as caught:
        import_file(book, path, by="clerk")
    assert caught.value.key == "file-name"
    assert str(caught.value).encode().decode().replace("\n", "").isprintable()
    assert everything(book) == before


def test_a_sheet_whose_name_reorders_is_refused(book: Book) -> None:
    """The name of a sheet is published like that of the file."""
    with pytest.raises(FormatError, match=r"\\u202e.*U\+202E"):
        bring_workbook(book, "a", **{"a\u202efdp": [pay("1")]})


def test_a_name_is_kept_on_one_line(book: Book) -> None:
    """A line break in a name is a blank."""
    assert bring(book, "支付\n明细", pay("1")).file == "支付 明细.csv"


def test_a_retry_without_the_page_tries_nothing(book: Book) -> None:
    """It names the page and the batch; the rows of other batches can be named."""
    installed = next(page for page in pages.catalogue("importers").values() if page.name == "treasury-payment")
    mine = book.folder / "importers" / "mine.md"
    mine.write_text(installed.path.read_text("utf-8").replace("# treasury-payment", "# mine"), "utf-8")
    bring(book, "a", pay("1", RECEIVED["F03"]), pay("2", 1000), page="treasury-payment")
    bring(book, "b", pay("3", 2000), page="mine")
    mine.unlink()
    post_simple(book, "F03", "transfer-received", 5000, on=date(2015, 5, 31))
    before = everything(book)
    with pytest.raises(PageError, match=r"Batch 2 .* mine") as caught:
        retry(book, [], by="clerk")
    assert caught.value.text("zh")
    assert everything(book) == before
    assert [bool(one.voucher) for one in retry(book, ["1:3"], by="clerk")] == [True]


def test_a_killed_copy_is_swept_by_a_later_import(book: Book) -> None:
    """What is still being written stays; the doctor takes neither for an original."""
    folder = book.folder / "originals"
    old, new = folder / f"{INCOMING}1-a", folder / f"{INCOMING}2-b"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 2 * STALE,) * 2)
    report = bring(book, "a", pay("1"))
    assert {path.name for path in folder.iterdir()} == {new.name, report.sha256[:2]}
    assert [path.name for path in (folder / report.sha256[:2]).iterdir()] == [f"{report.sha256}.csv"]
    assert list(originals(book)) == []


def test_an_account_that_does_not_tie_is_refused(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where assertions are switched off: a row that nobody accounts for stops the import, with both figures."""
    monkeypatch.setattr(Batch, "post", lambda batch: batch.outcome)
    before = everything(book)
    with pytest.raises(BookError, match=r"3 should .* 0 stand") as caught:
        bring(book, "a", pay("1"), pay("2"), pay("3"))
    assert caught.value.details["sheet"] == ""
    assert everything(book) == before


@pytest.mark.parametrize("scope", ["payee", "account"])
def test_a_page_of_ones_own_judges_rows_together(book: Book, scope: str) -> None:
    """By a column that it may forget to give: all in doubt are tried again by themselves, and the dear ones wait."""
    (book.folder / "checks").mkdir(exist_ok=True)
    (book.folder / "checks" / "too-dear.md").write_text(TOO_DEAR.replace("SCOPE", scope), "utf-8")
    report = bring(book, "a", pay("1", 600), pay("2", 400), pay("3", 700), pay("4", 500))
    assert held(report) == {2: {"too-dear"}, 4: {"too-dear"}}
    assert names(book) == [("2", 400), ("4", 500)]


def test_what_is_late_is_judged_by_itself(book: Book) -> None:
    """What comes in later in the file does not pay for it: by then the book had spent all there was."""
    bring(book, "a", pay("1", 1000, day=date(2015, 1, 10)), pay("2", RECEIVED["F03"] - 1000, day=date(2015, 6, 1)))
    rows = [
        pay("3", -50, day=date(2015, 2, 1), note="退回，原流水 GK1"), pay("4", 150, day=date(2015, 3, 1)),
        pay("5", -100, day=date(2015, 4, 1), note="退回，原流水 GK1"), pay("6", 150, day=date(2015, 5, 1)),
    ]  # fmt: skip
    assert held(bring(book, "b", *rows)) == {3: {"overdrawn"}}


def test_a_corrected_row_is_not_the_one_that_was_rejected(book: Book) -> None:
    """What says another fund or use under the same numbers is judged anew, and waits itself where it is wrong too."""
    bring(book, "a", pay("1", fund="F01", use="F03-0603"), pay("2"))
    reject(book, "1:2", by="manager", reason="更正文件后补")
    report = bring(book, "b", pay("1", fund="F01", use="F09-0603"), pay("3"))
    assert (rejected(report), [*held(report)], waits(book)) == ({}, [2], ["2:2"])
    assert counts(report := bring(book, "c", pay("1", payee="广西示例路桥有限公司"), pay("4"))) == (2, 0, 0, 1)
    assert report.waited == ((2, "2:2"),)
    with pytest.raises(UsageError, match=r"row 3:2, of another file, took its place"), book.reading() as connection:
        find(connection, "2:2")
    again = bring(book, "d", pay("1", fund="F01", use="F03-0603"), pay("5"))
    assert rejected(again) == {2: {"rejected-before"}}, "it says what was rejected, and not what stands"
    assert waits(book) == []
