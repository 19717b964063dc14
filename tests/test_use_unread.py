"""A row that names its use is not charged to another that is said of the whole file: 用途不变."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fundtrack.importing import Importer
from fundtrack.importing.batch.default import default_of
from fundtrack.importing.batch.file import import_file
from fundtrack.importing.later.quarantine import confirm as confirm_default
from fundtrack.importing.words.aliases import Said, say
from test_fund_unread import with_column
from test_importers import PAGES
from treasury import file_of, held, waits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from copies import Template
    from fundtrack.book import Book
    from fundtrack.importing.batch.report import Report

HEAD = ("记账日期", "金额", "余额", "交易名称", "对方账户名")


@pytest.fixture
def book(template: Template) -> Iterator[Book]:
    """Give a book of its own to a test; F01 may be spent on Building (0601), and on Ended (0611) until July."""
    with template.copy() as book:
        yield book


def paid(book: Book, head: str, *said: str) -> Report:
    """Import a statement with a column that its page does not read, all of it out of F01 for 0601."""
    rows = [["2015-06-02", "-1.00", f"{99 - at}.00", "转账", f"公司{at}", one] for at, one in enumerate(said)]
    path = file_of(book, "statement", rows, head=((*HEAD, head),))
    (report,) = import_file(book, path, by="clerk", default=lambda chart: default_of(chart, "F01", "0601", ""))
    return report


@pytest.mark.parametrize(
    ("name", "head", "said", "waits"),
    [
        ("bank-signed", "列支科目", "F01-0611", True),
        ("bank-signed", "用途科目名称", "安置补助", True),
        ("bank-signed", "列支科目", "-", False),
        ("bank-signed", "用途", "材料款", False),
        ("bank-signed", "预算科目", "2130504 农村基础设施建设", False),
        ("bank-signed", "用途", "Ended\u202e", True),
        ("treasury-payment", "列支科目", "F01-0611", False),
        ("treasury-payment", "列支用途", "F01-0611", True),
        ("treasury-payment", "资金来源", "F01", True),
    ],
)
def test_a_column_that_says_the_use_is_read_or_its_rows_wait(
    tmp_path: Path,
    name: str,
    head: str,
    said: str,
    waits: bool,  # noqa: FBT001
) -> None:
    """A page that may read a column of uses or funds, of a file that lacks it, is as one that reads none."""
    found = with_column(tmp_path, name, head, said)
    told = {"fund-unread", "use-unread", "text-control"}
    assert bool(told & {error.key for error in found.problems}) == waits == (found.candidate is None)


def test_a_use_that_stands_above_the_table_does_not_hide_a_column_of_uses(tmp_path: Path) -> None:
    """What is said of all rows is no better than what is said of the whole file."""
    path = tmp_path / "a.csv"
    path.write_text(
        "资金：F03,列支科目：F03-0801,付款账号：45001234560003,批次号：YKT2015-10,发放日期：2015年10月9日,单位：元,,,\n"
        "序号,乡镇,村,户主姓名,身份证号,补贴项目,补贴金额,一卡通账号,列支科目\n"
        "1,那满镇,治塘村,韦某一,451021197001010015,危房改造,18000,6231330000000000011,F03-0802\n",
        "utf-8",
    )
    (found,) = (row for row in Importer(PAGES["one-card-batch"]).candidates(path) if row.state == "data")
    assert [error.key for error in found.problems] == ["use-unread"]


@pytest.mark.parametrize("head", ["用途", "资金用途", "预算科目", "支出功能科目"])
def test_a_remark_counts_only_where_it_names_a_use_that_the_book_knows(book: Book, head: str) -> None:
    """What names the use that the row is charged to, or no use at all, waits for the default alone."""
    say(book, [Said("use", "安置补助", "0611", "", "县里的叫法")], by="ann")
    found = paid(book, head, "Building", "材料款", "", "Ended", "安置补助", "F01-0611", "2015 年工程款")
    default, other = {"fund-by-default"}, {"use-otherwise"}
    assert [*held(found).values()] == [default, default, default, other, other, other, default]
    confirm_default(book, found.batch, by="manager")
    assert sorted(waits(book)) == [f"{found.batch}:{row}" for row in (5, 6, 7)]


def test_what_a_row_says_in_a_column_of_uses_needs_no_remark(book: Book) -> None:
    """A remark tells nothing against the column that the page reads, and counts where that is empty."""
    head = (*HEAD, "列支科目", "用途")
    page = book.folder / "importers" / "own.md"
    page.parent.mkdir(exist_ok=True)
    text = PAGES["bank-signed"].path.read_text("utf-8")
    own = text.replace("narration = {", 'use = { any = ["列支科目"], optional = true }\nnarration = {').split("## ")[0]
    page.write_text(own.replace("# bank-signed", "# own"), "utf-8")
    rows = [["2015-06-02", "-1.00", f"{99 - at}.00", "转账", f"公司{at}", use, "Ended"]
            for at, use in enumerate(("0601", ""))]  # fmt: skip
    path = file_of(book, "statement", rows, head=(head,))
    (report,) = import_file(book, path, by="clerk", page="own", default=lambda of: default_of(of, "F01", "0601", ""))
    assert [*held(report).values()] == [{"fund-by-default"}, {"use-otherwise"}]
