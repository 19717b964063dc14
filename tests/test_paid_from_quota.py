"""Payments of a file out of quota lines that it names, and what is rebooked under quota control."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from fundtrack import money
from fundtrack.cli.sheets import write
from fundtrack.errors import FundtrackError
from fundtrack.importing.later.amend import amend
from fundtrack.posting import post
from fundtrack.posting.application import apply_for, approve, payment
from fundtrack.posting.quota import commit
from fundtrack.posting.vouchers import draft
from quotafiles import CHART, CHIEF, CLERK, GIVEN, bring, file_of, given_row, reasons, status
from shelf import ENGINES
from test_correct_workbook import correct
from treasury import asked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fundtrack.book import Book
    from shelf import Shelf

HEADER: Final = (
    "支付申请编号", "支付凭证号", "实际支付日期", "资金名称", "项目名称", "列支科目", "付款人账号", "收款人全称",
    "凭证摘要", "支付金额", "银行交易流水号", "指标主键", "合同编号",
)  # fmt: skip


def paid_row(number: int, fen: int, line: str, use: str = "0601", **cells: str) -> dict[str, str]:
    """Return the row of a payment that names its quota line."""
    return dict(zip(HEADER, (
        f"SQ{number}", f"PZ{number}", "2015-03-05", "F01", "", f"F01-{use}", "45001234560001", "甲建筑公司", "",
        money.plain(fen), f"GK{number}", line, "",
    ), strict=True)) | cells  # fmt: skip


def paid(folder: Path, *rows: dict[str, str], name: str = "paid") -> Path:
    """Write a file of payments."""
    path = folder / f"{name}.csv"
    with path.open("w", encoding="gb18030", newline="") as out:
        writer = csv.DictWriter(out, HEADER)
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(params=ENGINES)
def book(shelf: Shelf, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Book]:
    """Give a book with money and two lines for 0601 (40.00 and 5.00) and one for 0602 (3.00), on each engine."""
    with shelf.lend(request.param, CHART) as book:
        post(
            book,
            lambda _, chart: [draft(chart, "transfer-received", 9000, fund="F01", date=date(2015, 1, 12))],
            by=CLERK,
        )
        second = given_row("1003", 500, "1001", 本级指标文号="本级6号")
        third = given_row("1004", 300, "1001", "0602", 本级指标文号="本级7号")
        assert bring(book, file_of(tmp_path, "quota", *GIVEN, second, third)).rows["posted"] == 4
        yield book


def test_a_payment_names_the_line_that_pays(book: Book, tmp_path: Path) -> None:
    """By our number, the treasury's, or a document that leaves one line; unnamed, two lines are one too many."""
    report = bring(book, paid(
        tmp_path, paid_row(1, 100, "F01-Q00002"), paid_row(2, 200, "1003"), paid_row(3, 50, "本级6号"),
        paid_row(4, 30, "", "0602"), paid_row(5, 10, ""),
    ))  # fmt: skip
    assert reasons(report) == {6: ["no-quota"]}
    assert status(book, "F01-Q00002") == {"available": 3900, "paid": 100}
    assert status(book, "F01-Q00003") == {"available": 250, "paid": 250}
    assert status(book, "F01-Q00004") == {"available": 270, "paid": 30}


def test_a_line_is_corrected_by_two(book: Book, tmp_path: Path) -> None:
    """It says of which fund the payment is; whoever named it stands behind the fund, and not the file."""
    bring(book, paid(tmp_path, paid_row(1, 100, "", 资金名称="", 付款人账号="")))
    path = tmp_path / "wrong.xlsx"
    write(book, path, "zh")
    correct(path, 2, r2={"指标主键": "1003", "理由": "核对指标"})
    with pytest.raises(FundtrackError) as alone:
        amend(book, path, by=CLERK)
    assert alone.value.key == "corrected-approver"
    assert [one.voucher for one in amend(book, path, by=CLERK, approved_by=CHIEF).tried] == ["F01-2015-000006"]
    assert status(book, "F01-Q00003") == {"available": 400, "paid": 100}
    assert asked(book, "SELECT fund, how, place, word, confirmed_by FROM fund_basis WHERE how <> 'column'") == [
        ("F01", "corrected", "指标主键", "F01", CHIEF)
    ]


def test_what_names_no_line_waits_with_the_nearest(book: Book, tmp_path: Path) -> None:
    """And so does one of another use or year, one that is not allotted, and what is more than the line has."""
    report = bring(book, paid(
        tmp_path, paid_row(1, 1, "10O3"), paid_row(2, 1, "1004"), paid_row(3, 1, "1001"),
        paid_row(4, 1, "1003", 实际支付日期="2016-03-05"), paid_row(5, 501, "1003"), paid_row(6, 1, "上级88号"),
    ))  # fmt: skip
    assert reasons(report) == {
        2: ["quota-unknown"], 3: ["quota-differs"], 4: ["quota-not-allotted"], 5: ["quota-differs"],
        6: ["over-allotment"], 7: ["quota-several"],
    }  # fmt: skip
    (said,) = (row["reasons"][0] for row in report.held if row["row"] == 2)
    assert "1003" in said["remedy-en"]
    assert "1003" in said["remedy-zh"]


def test_a_contract_takes_no_more_than_is_bound_to_it(book: Book, tmp_path: Path) -> None:
    """Row by row: what goes beyond waits, though the line has more; who names another contract takes what is free."""
    post(
        book,
        lambda c, chart: commit(
            c, chart, "F01-Q00002", 1000, date=date(2015, 2, 1), contract="HT-1", payee="甲建筑公司"
        ),
        by=CLERK,
    )
    of = {"合同编号": "HT-1"}
    report = bring(book, paid(
        tmp_path, paid_row(1, 600, "F01-Q00002", **of), paid_row(2, 600, "F01-Q00002", **of),
        paid_row(3, 400, "F01-Q00002", **of), paid_row(4, 1, "F01-Q00002", **of),
        paid_row(5, 70, "F01-Q00002", 合同编号="HT-2"),
    ))  # fmt: skip
    assert reasons(report) == {
        3: ["over-commitment", "paid-beyond-commitment"], 5: ["over-commitment", "paid-beyond-commitment"],
    }  # fmt: skip
    assert status(book, "F01-Q00002") == {"available": 2930, "paid": 1070}


def test_a_payment_that_comes_back_gives_its_line_its_quota_back(book: Book, tmp_path: Path) -> None:
    """Whatever the row of the return names; the same file again does nothing."""
    path = paid(
        tmp_path, paid_row(1, 100, "1003"),
        paid_row(2, -40, "1002", 凭证摘要="户名不符退回，原流水 GK1", 实际支付日期="2015-03-09"),
    )  # fmt: skip
    assert bring(book, path).rows["posted"] == 2
    assert status(book, "F01-Q00003") == {"available": 440, "paid": 60}
    assert bring(book, path).rows["already_posted"] == 2


@pytest.mark.parametrize(("year", "charged"), [(2015, ("0601", "1001", 1)), (2016, ("1001", "3001", 0))])
def test_what_comes_back_of_an_application_was_charged_by_it(
    book: Book, tmp_path: Path, year: int, charged: tuple[str, str, int]
) -> None:
    """The payment settled what was owed; it is the use that gets its money back, and nothing is owed again."""
    number = apply_for(book, "F01-Q00003", 100, payee="甲建筑公司", date=date(2015, 3, 1), by=CLERK)
    reserved = approve(book, number, date=date(2015, 3, 1), by=CHIEF).numbers[0]
    post(book, lambda c, chart: [payment(
        c, chart, reserved, None, date=date(2015, 3, 2), bank_ref="GK1"
    )], by=CLERK)  # fmt: skip
    report = bring(book, paid(
        tmp_path, paid_row(2, -40, "", 凭证摘要="退回，原流水 GK1", 实际支付日期=f"{year}-03-09"),
    ))  # fmt: skip
    assert report.rows["posted"] == 1, reasons(report)
    with book.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT e.debit, e.credit, e.red FROM voucher AS v JOIN entry AS e ON e.voucher = v.id AND e.line = 1"
            " WHERE v.kind = 'refund'"
        ).all()
    assert [tuple(row) for row in rows] == [charged]
    assert status(book, "F01-Q00003") == ({"available": 440, "paid": 60} if year == 2015 else {
        "available": 400, "paid": 100
    })  # fmt: skip


def test_the_treasury_may_name_lines_of_a_fund_without_quota_control(shelf: Shelf, tmp_path: Path) -> None:
    """Its number means nothing to the book then, and nothing waits for it."""
    chart = CHART.partition("2015-01-01 open Assets:F01-Relocation:1901")[0]
    with shelf.lend("sqlite", chart) as book:
        post(
            book,
            lambda _, chart: [draft(chart, "transfer-received", 9000, fund="F01", date=date(2015, 1, 12))],
            by=CLERK,
        )
        assert bring(book, paid(tmp_path, paid_row(1, 100, "4510211500000002"))).rows["posted"] == 1
