"""The day of a table that says it once for all its rows: above it, in the file's name, or nothing is imported."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import pytest

from fundtrack.errors import FormatError
from fundtrack.importing import Importer
from fundtrack.importing.batch.file import import_file
from fundtrack.importing.later.quarantine import retry
from test_importers import PAGES
from treasury import asked, everything, held

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from copies import Template
    from fundtrack.book import Book

BATCH: Final = """\
资金：F03,列支科目：F03-0603,付款账号：45001234560001,批次号：K1,{day},单位：元,,{more}
序号,乡镇,村,户主姓名,身份证号,补贴项目,补贴金额,一卡通账号{head}
1,那满镇,治塘村,韦某一,451021197001010015,危房改造,180.00,6231330000000000011{said}
"""


@pytest.fixture
def book(template: Template) -> Iterator[Book]:
    """Give a book of its own to a test."""
    with template.copy() as book:
        yield book


def batch(folder: Path, name: str, day: str = "", head: str = "", said: str = "") -> Path:
    """Write a batch of one household."""
    path = folder / name
    path.write_text(BATCH.format(day=day, head=head, said=said, more="," if head else ""), "utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("一卡通.csv", "发放日期：2015-07-10"),
        ("一卡通 发放日期2015-07-10.csv", ""),
        ("一卡通_发放日期：2015年7月10日.csv", "发放日期："),
        ("发放日期20150710.csv", "发放日期：2015年7月"),
        ("发放日期2015.7.10.csv", "发放日期：2015/7/10"),
    ],
)
def test_the_day_stands_above_the_table_or_in_the_name(tmp_path: Path, name: str, day: str) -> None:
    """The clerk who knows the day says it in the name, which is kept with the batch."""
    (row,) = (one for one in Importer(PAGES["one-card-batch"]).candidates(batch(tmp_path, name, day)) if one.candidate)
    assert row.candidate
    assert row.candidate.date == dt.date(2015, 7, 10)


@pytest.mark.parametrize(
    ("day", "foot", "found", "told"),
    [
        ("", "发放日期：2015年7月10日", "2015-07-10", None),
        ("", "制表人：某,发放日期：,2015-07-10", "2015-07-10", None),
        ("", "制表人：某,,制表日期：2015.7.10", "2015-07-10", ("制表日期", "2015.7.10", "发放日期")),
        ("制表日期：2015-07-09", "", "2015-07-09", ("制表日期", "2015-07-09", "发放日期")),
        ("制表日期：2015-07-09", "发放日期：2015-07-10", "2015-07-10", None),
        ("发放日期：2015-07-10", "制表日期：2015-07-09", "2015-07-10", None),
    ],
)
def test_the_day_may_stand_at_the_foot(
    tmp_path: Path, day: str, foot: str, found: str, told: tuple[str, str, str] | None
) -> None:
    """The day of payment comes before that on which the list was made, wherever they stand; the latter is told."""
    path = batch(tmp_path, "一卡通.csv", day)
    path.write_text(f"{path.read_text('utf-8')}合计,,,,,,180.00,\n{foot}\n", "utf-8")
    reading = Importer(PAGES["one-card-batch"]).candidates(path)
    rows = [*reading]
    assert [row.candidate.date.isoformat() for row in rows if row.candidate] == [found]
    assert [row.number for row in rows if row.state == "data"] == [3]
    assert reading.noted("")["dated"] == told


def test_a_household_that_says_a_day_is_no_foot(tmp_path: Path) -> None:
    """What stands beside an amount is of that row."""
    path = batch(tmp_path, "一卡通.csv", head=",备注", said=",发放日期：2015-07-10")
    with pytest.raises(FormatError) as refused:
        [*Importer(PAGES["one-card-batch"]).candidates(path)]
    assert refused.value.key == "day-unsaid"


def test_a_column_of_days_says_them_row_by_row(tmp_path: Path) -> None:
    """What stands in the row is no worse than what stands above it."""
    path = batch(tmp_path, "一卡通.csv", head=",发放日期", said=",2015-07-11")
    (row,) = (one for one in Importer(PAGES["one-card-batch"]).candidates(path) if one.candidate)
    assert row.candidate
    assert row.candidate.date == dt.date(2015, 7, 11)


@pytest.mark.parametrize(
    ("name", "day", "key"),
    [
        ("一卡通20150710.csv", "", "day-unsaid"),
        ("一卡通.csv", "2015-07-10", "day-unsaid"),
        ("一卡通.csv", "发放日期：2015年7月", "day-month"),
        ("一卡通.csv", "发放月份：2015年7月", "day-month"),
        ("一卡通.csv", "制表日期：7月10日", "day-unsaid"),
        ("发放日期2015-07-11.csv", "发放日期：2015-07-10", "day-differs"),
        ("发放日期2015-07-32.csv", "", "date-impossible"),
        ("发放日期2099-07-10.csv", "", "date-ahead"),
    ],
)
def test_a_day_that_nobody_says_is_not_guessed(tmp_path: Path, name: str, day: str, key: str) -> None:
    """Of a date in the name that does not say whose it is, of a month, and of two days that differ."""
    with pytest.raises(FormatError) as refused:
        [*Importer(PAGES["one-card-batch"]).candidates(batch(tmp_path, name, day))]
    assert refused.value.key == key


def test_a_batch_without_its_day_changes_nothing_and_is_imported_once_its_name_says_it(book: Book) -> None:
    """The name stands with the batch, and a row that waited is read by it again."""
    before = everything(book)
    folder = book.folder.parent
    with pytest.raises(FormatError, match=r"一卡通\.csv"):
        import_file(book, batch(folder, "一卡通.csv"), by="clerk")
    assert everything(book) == before
    text = BATCH.format(day="", head="", said="", more="").replace("0603", "0699")
    (path := folder / "发放日期2015-07-10.csv").write_text(text, "utf-8")
    (report,) = import_file(book, path, by="clerk")
    assert [*held(report)] == [3]
    (tried,) = retry(book, [], by="clerk")
    assert "date-empty" not in {why["check"] for why in tried.reasons}
    (report,) = import_file(book, batch(folder, "发放日期2015-07-12.csv"), by="clerk")
    assert report.rows["posted"] == 1
    assert asked(book, "SELECT date FROM voucher WHERE batch = 2") == [("2015-07-12",)]
    assert asked(book, "SELECT file FROM batch WHERE batch = 2") == [("发放日期2015-07-12.csv",)]
