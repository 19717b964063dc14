"""Which way money went: what proves it, and that a file is refused which is read the other way round."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from fundtrack.errors import FormatError
from fundtrack.importing import Importer
from test_importers import PAGES

if TYPE_CHECKING:
    from commands import Say

JOURNAL: Final = """\
银行存款日记账,,,,,,,
日期,凭证号,摘要,对方单位,借方金额,贷方金额,余额,银行流水号
2015-03-01,收-1,上级补助,田阳示例国库,500000.00,,500000.00,J1
2015-03-05,付-2,支付工程款,广西示例水利建筑有限公司,,120000.00,380000.00,J2
2015-03-06,收-3,收回多付,百色示例路桥有限公司,1234.56,,381234.56,J3
2015-03-07,付-4,支付设计费,百色示例路桥有限公司,,1000.00,380234.56,J4
"""
"""The bureau's own journal of its account at the bank: debit is what was received."""

AFTERWARDS: Final = JOURNAL.splitlines(keepends=True)[:2] + JOURNAL.splitlines(keepends=True)[:1:-1]
"""The same with its latest line first."""


def without_balance(text: str) -> str:
    """Return a journal without its balances."""
    rows = [line.split(",") for line in text.splitlines()]
    return "".join(",".join([*row[:6], *row[7:]]) + "\n" for row in rows)


def read(folder: Path, page: str, text: str) -> list[int | None]:
    """Return what each row of data of a file counts, read through a page."""
    path = folder / "file.csv"
    path.write_text(text, "utf-8")
    reading = Importer(PAGES[page]).candidates(path)
    return [row.amount for row in reading if row.state == "data"]


def refused(folder: Path, page: str, text: str) -> FormatError:
    """Return why a file cannot be read through a page."""
    with pytest.raises(FormatError) as caught:
        read(folder, page, text)
    return caught.value


@pytest.mark.parametrize("rows", [JOURNAL, "".join(AFTERWARDS), JOURNAL.replace("日记账", "对账单")])
def test_a_journal_is_no_statement_of_the_bank(tmp_path: Path, rows: str) -> None:
    """All its balances follow only if debit was received, whatever its title says and whichever line is first."""
    error = refused(tmp_path, "bank-two-columns", rows)
    assert (error.key, error.details["count"], error.details["of"]) == ("balances-reversed", 3, 3)
    assert error.details["columns"] == "借方金额"


def test_a_line_that_is_missing_hides_no_journal(tmp_path: Path) -> None:
    """Most balances tell, and none says otherwise."""
    lines = JOURNAL.replace("借方金额", "借方发生额").splitlines(keepends=True)
    more = "2015-03-08,付-5,支付监理费,百色示例路桥有限公司,,234.56,380000.00,J5\n"
    assert refused(tmp_path, "bank-two-columns", "".join([*lines, more])).details["of"] == 4
    assert refused(tmp_path, "bank-two-columns", "".join([*lines[:3], *lines[4:], more])).details["of"] == 3


def test_what_a_balance_proves_once_is_read_so(tmp_path: Path) -> None:
    """A statement that lacks lines breaks, and is no journal; its title may say so."""
    lines = JOURNAL.replace("借方金额,贷方金额", "贷方金额,借方金额").splitlines(keepends=True)
    assert read(tmp_path, "bank-two-columns", "".join(lines)) == [50000000, -12000000, 123456, -100000]
    assert len(read(tmp_path, "bank-two-columns", "".join([*lines[:3], *lines[4:]]))) == 3


def test_a_journal_without_balances_is_told_by_its_title(tmp_path: Path) -> None:
    """And asked about, unless its columns say themselves which way money went."""
    plain = without_balance(JOURNAL)
    error = refused(tmp_path, "bank-two-columns", plain)
    assert (error.key, error.details["title"]) == ("journal-as-statement", "银行存款日记账")
    assert refused(tmp_path, "bank-two-columns", plain.replace("日记账", "明细账")).key == "journal-as-statement"
    assert len(read(tmp_path, "bank-two-columns", plain.replace("日记账", "对账单"))) == 4
    named = plain.replace("借方金额,贷方金额", "收入,支出")
    assert read(tmp_path, "bank-two-columns", named) == [50000000, -12000000, 123456, -100000]


def test_a_journal_with_a_word_for_the_side(tmp_path: Path) -> None:
    """借 and 贷 in a column of their own are refused as those of two columns are."""
    rows = [line.split(",") for line in JOURNAL.splitlines()]
    made = [[*row[:4], "借" if row[4] else "贷", row[4] or row[5], *row[6:]] for row in rows[2:]]
    head = [["日期", "凭证号", "摘要", "对方单位名称", "借贷", "金额", "余额", "流水号"]]
    text = "".join(",".join(row) + "\n" for row in [*head, *made])
    assert refused(tmp_path, "bank-direction", text).key == "balances-reversed"
    assert refused(tmp_path, "bank-direction", "银行存款日记账,,,,,,,\n" + without_column(text, 6)).key == (
        "journal-as-statement"
    )


def without_column(text: str, at: int) -> str:
    """Return a table without one of its columns."""
    rows = (line.split(",") for line in text.splitlines())
    return "".join(",".join([*row[:at], *row[at + 1 :]]) + "\n" for row in rows)


def test_nothing_of_a_journal_is_posted_and_a_page_is_proposed(book: Path, say: Say) -> None:
    """The remedy proposes a page that the balances prove; through it the deposit waits, and is no payment."""
    Path("journal.csv").write_text(JOURNAL, "utf-8")
    told = say("import", "journal.csv", "--book", book, "--fund", "F01", "--use", "0601")
    assert (told.code, "follow only if" in told.err) == (2, True)
    made = say("formats", "new", "journal.csv", "--book", book, "--name", "journal")
    assert made.code == 0, made.err
    read_so = say("import", "journal.csv", "--book", book, "--as", "journal", "--dry-run", "--format", "json")
    assert read_so.json[0]["amounts"]["read"] == "380234.56"
    assert read_so.json[0]["balance_breaks"] == []


def test_which_side_of_a_journal_came_in_is_asked(book: Path, say: Say) -> None:
    """Where no balance proves it, the title tells what to suggest, and no page is written unasked."""
    Path("journal.csv").write_text(without_balance(JOURNAL), "utf-8")
    asked = say("formats", "new", "journal.csv", "--book", book, "--format", "json")
    assert asked.code == 2
    points = {point["topic"]: point for point in asked.json["points"]}
    assert (points["amount-in"]["value"], points["amount-in"]["state"]) == ("借方金额", "open")
    assert "日记账" in points["amount-in"]["evidence"]
    made = say("formats", "new", "journal.csv", "--book", book, "--name", "j", "--set", "amount-in=借方金额", "--set",
               "unit=元")  # fmt: skip
    assert made.code == 0, made.err
    read_so = say("import", "journal.csv", "--book", book, "--as", "j", "--dry-run", "--format", "json")
    assert read_so.json[0]["amounts"]["read"] == "380234.56"
