"""Balances and reports: what the book comes to, and that no cell of it steers anything."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pytest

from books import CHART, FUND, USES, small_book
from fundtrack import money, pages
from fundtrack.book import create_book
from fundtrack.book.policy import apply_chart
from fundtrack.errors import PageError, UsageError
from fundtrack.pages import load
from fundtrack.posting import post
from fundtrack.posting.split import split
from fundtrack.posting.vouchers import draft
from fundtrack.reporting import Column, Table, balances, reports
from fundtrack.reporting.export import export
from fundtrack.reporting.report import report_of
from fundtrack.reporting.table import written
from roads import read_case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import URL

    from fundtrack.book import Book

GROUPED = CHART + FUND.format(fund="F02B", name="Guangzhou", group="F02", may_advance="FALSE", use="0602")


@pytest.fixture
def book(book_dir: Path, database_url: URL) -> Iterator[Book]:
    """Give the small book with a second fund in group F02 and a bill shared by two funds in 2016."""
    book = small_book(book_dir, database_url)
    apply_chart(book, GROUPED, by="founder", document="X")
    post(book, lambda _, chart: [
        draft(chart, "transfer-received", 3_708_580_000, fund="F02B", date=dt.date(2015, 1, 6)),
        draft(chart, "advance", 5_000, fund="F02B", date=dt.date(2015, 2, 6), payee="公司"),
        *split(chart, {"F01": 700, "F04": 300}, 1_000, uses=USES, date=dt.date(2016, 2, 1), project="P01"),
    ], by="clerk")  # fmt: skip
    yield book
    book.engine.dispose()


def test_machine_readable_balances(book: Book) -> None:
    """As DESIGN section 8 says: decimal strings by fund, the groups of several funds, the total."""
    found = balances(book).record("en")
    assert found["currency"] == "CNY"
    assert [row["fund"] for row in found["funds"]] == ["F01", "F02A", "F02B", "F03", "F04"]
    figures = (
        "opening",
        "interest",
        "other",
        "lent",
        "due",
        "quota_received",
        "pooled",
        "unallotted",
        "allotted",
        "committed",
        "applied",
        "paid",
        "available",
        "recovered",
        "carried_in",
        "returned",
        "carried",
        "reclaimed",
    )
    nothing = dict.fromkeys(figures, "0.00") | dict.fromkeys(("execution_rate", "time_elapsed"))
    assert found["funds"][0] == {
        "fund": "F01", "name": "Relocation", "received": "47034000.00", "spent": "607.00", "advanced": "0.00",
        "balance": "47033393.00", **nothing,
    }  # fmt: skip
    assert found["groups"] == [{
        "group": "F02", "funds": ["F02A", "F02B"], "received": "42085800.00", "spent": "0.00", "advanced": "50.00",
        "balance": "42085750.00", **nothing,
    }]  # fmt: skip
    assert found["total"]["received"] == "105491800.00"
    assert balances(book).record("zh")["funds"][0]["name"] == "资金"


def test_every_fund_balances_by_itself(book: Book) -> None:
    """What came in is what went out and what is left, in each row of each breakdown of all postings."""
    for by in (["fund"], ["group", "department"], ["year"]):
        for row in balances(book, by).rows:
            amounts = row.amounts
            came = sum(amounts[name] for name in ("opening", "received", "interest", "other", "recovered"))
            assert came == sum(amounts[name] for name in ("spent", "advanced", "lent", "due", "balance"))


@pytest.mark.parametrize("by", [["use"], ["project"], ["year", "period"], ["payee"], ["use", "project", "year"]])
def test_breakdowns_add_up_to_the_funds(book: Book, by: list[str]) -> None:
    """The same rows with extra keys; nothing is lost or counted twice."""
    broken = balances(book, by)
    assert broken.total == balances(book).total
    assert all(list(row)[: 1 + len(by)] == ["fund", *by] for row in broken.record("en")["funds"])


def test_breakdown_by_use_and_year(book: Book) -> None:
    """A row says what moved in it, and opens with what the year before closed with."""
    rows = {tuple(row.keys.values()): row.amounts for row in balances(book, ["use", "year"]).rows}
    assert rows["F01", "0601", 2015]["spent"] == 60_000
    assert rows["F01", "0601", 2016]["spent"] == 700
    assert rows["F01", "", 2015]["received"] == 4_703_400_000
    assert (rows["F01", "", 2015]["opening"], rows["F01", "", 2016]["opening"]) == (0, rows["F01", "", 2015]["balance"])
    assert rows["F01", "", 2016]["balance"] == rows["F01", "", 2015]["balance"] - 700
    for row in balances(book, ["year"]).rows:
        of = row.amounts
        came = of["opening"] + of["received"] + of["interest"] + of["other"] + of["recovered"]
        assert came == sum(of[name] for name in ("spent", "advanced", "lent", "due", "balance"))


def test_as_of_a_day(book: Book) -> None:
    """What stood at its end, which is what the year of that day closed with."""
    years = {row.keys["fund"]: row.amounts for row in balances(book, ["year"]).rows if row.keys["year"] == 2015}
    then = {row.keys["fund"]: row.amounts for row in balances(book, as_of=dt.date(2015, 12, 31)).rows}
    assert {fund: of["balance"] for fund, of in years.items()} == {fund: then[fund]["balance"] for fund in years}
    assert balances(book, as_of=dt.date(2014, 12, 31)).total["received"] == 0
    assert balances(book, as_of=dt.date(9999, 12, 31)).total == balances(book).total


def test_what_balances_know_nothing_about(book: Book) -> None:
    """The person is told what can be asked for."""
    with pytest.raises(UsageError) as refused:
        balances(book, ["fund", "colour"])
    assert "colour" in str(refused.value)
    assert "project" in str(refused.value)


def test_table_for_people(book: Book) -> None:
    """Amounts to the right with thousands, groups below their funds, a total last; no figures of nothing."""
    lines = written(balances(book).table("zh"), "table", "zh").splitlines()
    assert lines[0].split() == ["资金", "名称", "已到位", "已支出", "预拨未核销", "余额"]
    assert any(line.split()[:5] == ["F02", "F02A", "+", "F02B", "42,085,800.00"] for line in lines)
    assert lines[-1].split() == ["合计", "105,491,800.00", "610.00", "50.00", "105,491,140.00"]
    ends = {len(line.encode("gb18030")) for line in (lines[0], *lines[2:])}
    assert len(ends) == 1, "a Chinese character takes two columns"


def test_csv_is_for_programs(book: Book) -> None:
    """Codes and plain amounts of every row, no totals among them."""
    rows = list(csv.DictReader(io.StringIO(written(balances(book).table("en", people=False), "csv", "en"))))
    assert [row["fund"] for row in rows] == ["F01", "F02A", "F02B", "F03", "F04"]
    assert rows[0]["received"] == "47034000.00"


HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@A1",
    "\tx",
    "\rx",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "\x1b[31mred",
    "a\u202eb",
    "<b>&",
    "#N/A",
]


def hostile() -> Table:
    """Return a table of what no file should contain."""
    columns = (Column("payee", "Payee", "收款人"), Column("amount", "Amount", "金额", "amount"),
               Column("date", "Date", "日期", "date"), Column("year", "Year", "年度", "number"))  # fmt: skip
    return Table(columns, tuple((text, -123_450, "2015-03-01", 2015) for text in HOSTILE))


def test_csv_cells_are_no_formulas() -> None:
    """A text is quoted and stays on its line; an amount below zero stays a number."""
    _, *rows = csv.reader(io.StringIO(written(hostile(), "csv", "en"), newline=""))
    for row, text in zip(rows, HOSTILE, strict=True):
        shown = text.replace("\t", "\\u0009").replace("\r", "\\u000d")
        if text[0] in "=+-@\t\r＝＋－＠":
            assert row[0] == f"'{shown}"
        assert row[1:] == ["-1234.50", "2015-03-01", "2015"]


def test_terminal_is_not_steered() -> None:
    """Control characters are shown as their codes; JSON escapes them by itself."""
    shown = written(hostile(), "table", "en")
    assert not {"\x1b", "\t", "\r", "\u202e"} & set(shown)
    assert "\\u001b[31mred" in shown
    assert "-1,234.50" in shown
    assert [row["payee"] for row in json.loads(written(hostile(), "json", "en"))] == HOSTILE


def test_workbook_has_typed_cells(tmp_path: Path) -> None:
    """Amounts are exact numbers, dates are dates, and no text is a formula, an error or unreadable XML."""
    export(hostile(), tmp_path / "out.xlsx", title="收支: 2015", language="zh")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert sheet is not None
    heads, *rows = sheet.iter_rows()
    assert [cell.value for cell in heads] == ["收款人", "金额", "日期", "年度"]
    assert {cell.data_type for row in rows for cell in row[:1]} == {"s"}
    for row in rows:
        assert Decimal(str(row[1].value)) == Decimal("-1234.50")
        assert row[2].value == dt.datetime(2015, 3, 1)  # noqa: DTZ001 - a sheet knows no time zones
        assert row[3].value == 2015
        assert row[1].number_format == "#,##0.00"


def test_web_page_and_csv_file(tmp_path: Path) -> None:
    """Nothing of a cell is markup; a spreadsheet is told that the CSV is UTF-8."""
    export(hostile(), tmp_path / "out.html", title="<x>", language="zh")
    text = (tmp_path / "out.html").read_text("utf-8")
    assert "<b>" not in text
    assert "&lt;b&gt;&amp;" in text
    assert "<title>&lt;x&gt;</title>" in text
    export(hostile(), tmp_path / "out.csv", title="x", language="zh")
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbfpayee,amount")
    with pytest.raises(UsageError) as refused:
        export(hostile(), tmp_path / "out.doc", title="x", language="zh")
    assert refused.value.key == "export-suffix"


@pytest.mark.parametrize(
    ("name", "at"),
    [(name, at) for name, page in sorted(pages.catalogue("reports").items()) for at in range(len(page.examples))],
)
def test_report_page_gives_the_table_it_shows(name: str, at: int, book_dir: Path, database_url: URL) -> None:
    """The ledger of the page, posted voucher by voucher, comes to the table of the page."""
    report = reports()[name]
    example = report.page.examples[at]
    ledger, expected = (example.fence(language) for language in ("beancount", "csv"))
    assert ledger is not None
    assert expected is not None
    case = read_case(ledger.text)
    url = database_url.render_as_string(hide_password=False)
    book = create_book(book_dir, title="Report", language="en", database=url, schema_name="report")
    apply_chart(book, case.chart, by="clerk", document="X")
    case.enter(book)
    ids: dict[str, int] = {}
    for bill in case.bills:
        posted = post(book, [voucher.ready(ids, bill=1) for voucher in bill], by="clerk")
        ids |= {voucher.name: at for voucher, at in zip(bill, posted.vouchers, strict=True)}
    assert written(report.run(book), "csv", "en") == expected.text
    assert report.title("en")
    assert report.title("zh") != report.title("en")
    book.engine.dispose()


def test_balances_agree_with_the_report(book: Book) -> None:
    """Two selects, one truth."""
    by_fund = {row["fund"]: row for row in reports()["fund-balances"].run(book).records()}
    for row in balances(book).rows:
        assert money.plain(row.amounts["balance"]) == by_fund[str(row.keys["fund"])]["balance"]
        assert money.plain(row.amounts["spent"]) == by_fund[str(row.keys["fund"])]["spent"]


@pytest.mark.parametrize(
    ("columns", "select", "key"),
    [
        ("fund: {en: Fund, zh: 资金}", "SELECT fund, unit FROM postings", "report-select"),
        ("fund: {en: Fund, zh: 资金}", "SELECT nothing FROM postings", "report-select"),
        ("fund: Fund", "SELECT fund FROM postings", "report-page"),
        ("fund: {en: F, zh: 资, kind: amount}", "SELECT fund FROM postings", "report-select"),
        ("half: {en: F, zh: 资, kind: amount}", "SELECT 0.5 AS half", "report-select"),
        ("x: {en: X, zh: 甲}", "SELECT 1 AS x) AS report; SELECT * FROM (SELECT 2 AS x", "check-statement"),
        ("x: {en: X, zh: 甲}\nparameters:", "SELECT 1 AS x", "report-page"),
        ("x: {en: X, zh: 甲}\nparameters: {year: 2015}", "SELECT 1 AS x", "report-select"),
    ],
)
def test_broken_report_page(book: Book, tmp_path: Path, columns: str, select: str, key: str) -> None:
    """The page and the line are named."""
    path = tmp_path / "mine.md"
    page = f"---\ntitle-zh: 报表\ncolumns:\n  {columns}\n---\n# mine\n\nMine.\n\n```sql\n{select}\n```\n"
    path.write_text(page, "utf-8")
    with pytest.raises(PageError) as broken:
        report_of(load(path)).run(book)
    assert broken.value.key == key
    assert broken.value.where() == f"{path}:{page.splitlines().index('```sql') + 2}"


def test_report_of_the_book_with_its_parameters(book: Book, book_dir: Path) -> None:
    """A bureau adds a report as a page, and asks it with another value."""
    page = """---
title-zh: 某年支出
parameters: {year: 2015}
columns:
  fund: {en: Fund, zh: 资金}
  spent: {en: Spent, zh: 支出, kind: amount}
---
# spent-in-year

What each fund spent in a year.

```sql
SELECT fund, SUM(amount) AS spent FROM postings WHERE account_kind = 'use' AND year = :year GROUP BY fund ORDER BY fund
```
"""
    (book_dir / "reports" / "spent-in-year.md").write_text(page, "utf-8")
    report = reports(book_dir / "reports")["spent-in-year"]
    assert report.run(book).records() == [{"fund": "F01", "spent": "600.00"}]
    assert report.run(book, year=2016).records() == [{"fund": "F01", "spent": "7.00"}, {"fund": "F04", "spent": "3.00"}]
