"""Openings: a book that starts in the middle of its funds' lives, tied to a trial balance."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from acts import refusal, standing, whole
from books import CHART, FUND, USES
from copies import copied
from fundtrack.book import create_book
from fundtrack.book.policy import apply_chart
from fundtrack.errors import FormatError, Refused, UsageError
from fundtrack.posting import post
from fundtrack.posting.advance import outstanding, verification
from fundtrack.posting.correct import reverse
from fundtrack.posting.opening import opening
from fundtrack.posting.vouchers import draft
from fundtrack.reporting import balances
from treasury import bring
from treasury import pay as row_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import URL

    from fundtrack.book import Book
    from fundtrack.posting import Posted
    from fundtrack.posting.opening import Opened

NEW_YEAR = date(2014, 12, 31)
JUNE = date(2015, 6, 1)

SOUND = """\
account,payee,bank,debit,credit
Assets:F01:1001,,45001234560001,"1,000.00",
Assets:F01-Relocation:1201-Advances,茂恒公司,,300.00,
Assets:F01-Relocation:1201-Advances,那满镇,,200.00,
F01:2301,,,,50.00
E支出:F01-资金:0601-Building,,,40.00,
Equity:F01:3001,,,,"1,490.00"
,,,,
Assets:F03:1001,,,,25.00
Equity:F03:3001,,,25.00,
total,,,"1,565.00","1,565.00"
"""


@pytest.fixture
def book(book_dir: Path, database_url: URL) -> Iterator[Book]:
    """Give an empty book with the small book's chart."""
    book = copied(book_dir, database_url, "opening", empty)
    yield book
    book.engine.dispose()


def empty(folder: Path, database: str) -> Book:
    """Make the empty book."""
    book = create_book(folder, title="Opening", language="en", database=database, schema_name="opening")
    apply_chart(book, CHART, by="founder", document="原文未载")
    return book


def opened(book: Book, text: str, encoding: str = "utf-8") -> Opened:
    """Open the book with the text of a file, at the end of 2014."""
    path = book.folder / "balances.csv"
    path.write_text(text, encoding)
    return opening(book, path, as_of=NEW_YEAR, by="clerk", document="移交〔2014〕1号", approved_by="manager")


def pay(book: Book, fund: str, amount: int) -> Posted:
    """Pay an amount of fen."""
    return post(book, lambda _, chart: [
        draft(chart, "disbursement", amount, fund=fund, date=JUNE, use=USES[fund], payee="农户")
    ], by="clerk")  # fmt: skip


def test_balances_are_those_of_the_file(book: Book) -> None:
    """One voucher a fund, one more for each holder of advances; Equity comes to what the file says."""
    done = opened(book, SOUND)
    assert (done.debits, done.credits) == (156_500, 156_500)
    assert done.posted.numbers == ("F01-2014-000001", "F01-2014-000002", "F01-2014-000003", "F03-2014-000001")
    found = {row.keys["fund"]: row.amounts for row in balances(book).rows}
    expected = {"opening": 149_000, "balance": 100_000, "advanced": 50_000, "lent": -5_000, "spent": 4_000}
    assert {name: amount for name, amount in found["F01"].items() if amount} == expected
    assert {name: amount for name, amount in found["F03"].items() if amount} == {"opening": -2_500, "balance": -2_500}


def test_opening_vouchers_are_debits_against_equity(book: Book) -> None:
    """What stands in credit is a debit in red; all are of one bill, of its document and its day."""
    numbers = opened(book, SOUND).posted.numbers
    said = {"date": NEW_YEAR, "kind": "opening", "document": "移交〔2014〕1号"}
    advances = "F01:1201", "F01:3001"
    assert [whole(book, number) for number in numbers] == [
        said | {"fund": "F01", "entries": [
            ("F01:1001", "F01:3001", 100_000, 0, "CNY"), ("F01:2301", "F01:3001", 5_000, 1, "CNY"),
            ("F01:0601", "F01:3001", 4_000, 0, "CNY"),
        ]},
        said | {"fund": "F01", "payee": "茂恒公司", "entries": [(*advances, 30_000, 0, "CNY")]},
        said | {"fund": "F01", "payee": "那满镇", "entries": [(*advances, 20_000, 0, "CNY")]},
        said | {"fund": "F03", "entries": [("F03:1001", "F03:3001", 2_500, 1, "CNY")]},
    ]  # fmt: skip
    vouchers = [standing(book, number) for number in numbers]
    assert {voucher.link for voucher in vouchers} == {vouchers[0].id}
    assert {(voucher.prepared_by, voucher.approved_by) for voucher in vouchers} == {("clerk", "manager")}


@pytest.mark.parametrize(
    "text",
    [
        "account,balance\nF01:1001,100\nF01:3001,-100\n",
        "Account , Balance ,remark\nF01:1001, 100.00 ,x\nF01:3001,(100)\n",
        "ACCOUNT,debit,credit,balance\nF01:1001,100,,7\nF01:3001,,100,7\n",
        "account,debit,credit\nF01:1001,150,50\nF01:3001,,100\nTotal,100\n",
        "account,debit\nF01:1001,100\nF01:3001,-100\n",
        "account,credit\nF01:1001,-100\nF01:3001,100\n",
        "account,debit,credit\nF01:1001,100,\nTotal,100,0\nF01:3001,,100\n",
        "会计科目,借贷方向,期末余额\nF01:1001,借,100\nF01:3001,贷,100\n总计,平,\n",
        "科目名称,余额方向,金额\nF01:1001,,100\nF01:3001,credit,100\n",
        "account,direction,balance\nF01:1001,Dr,100\nF01:3001,Cr,100\n",
        "科目,借方余额,贷方余额,账号\nA资产:F01-资金:1001,100,,B01\nF01:1201,0,,\nN净资产：F01:3001,,100,\n",
    ],
)
def test_many_ways_to_write_a_trial_balance(book: Book, text: str) -> None:
    """Two columns or one with a sign or a direction, headed in either language, with columns that mean nothing."""
    done = opened(book, text)
    assert (done.debits, done.credits) == (10_000, 10_000)
    (number,) = done.posted.numbers
    assert whole(book, number)["entries"] == [("F01:1001", "F01:3001", 10_000, 0, "CNY")]


def test_a_fund_in_dollars_is_opened_in_dollars(book: Book) -> None:
    """Each balance is in the unit of its account."""
    fund = FUND.format(fund="F05", name="Dollars", group="F05", may_advance="FALSE", use="0605").replace(" CNY", " USD")
    apply_chart(book, CHART + fund, by="founder", document="X")
    (number,) = opened(book, "account,balance\nF05:1001,100\nF05:3001,-100\n").posted.numbers
    assert whole(book, number)["entries"] == [("F05:1001", "F05:3001", 10_000, 0, "USD")]


def test_a_fund_without_equity_is_not_opened(book: Book) -> None:
    """There is nothing to open its balances against."""
    fund = FUND.format(fund="F05", name="Bare", group="F05", may_advance="FALSE", use="0605")
    bare = "\n".join(line for line in fund.splitlines() if "Equity" not in line)
    apply_chart(book, CHART + bare, by="founder", document="X")
    assert refusal(book, lambda: opened(book, "account,balance\nF05:1001,100\nF05:1201,-100\n")) == (
        "F05 has no Equity account to open its balances against. Open one in the chart."
    )


def test_advances_are_known_by_their_holders(book: Book) -> None:
    """A payee verifies what it held when the book began, and no more."""
    done = opened(book, SOUND)
    with book.reading() as connection:
        assert (outstanding(connection, "F01", "茂恒公司"), outstanding(connection, "F01", "那满镇")) == (
            30_000,
            20_000,
        )
    held = done.posted.numbers[2]
    with pytest.raises(UsageError):
        post(book, lambda c, chart: [verification(c, chart, held, 20_001, use="0601", date=JUNE)], by="clerk")
    post(book, lambda c, chart: [verification(c, chart, held, 20_000, use="0601", date=JUNE)], by="clerk")


def test_deficit_is_a_floor(book: Book) -> None:
    """It may be brought in, filled, and not deepened."""
    opened(book, SOUND)
    with pytest.raises(Refused) as refused:
        pay(book, "F03", 1)
    assert {getattr(finding, "check", "") for finding in refused.value.findings} == {"overdrawn"}
    post(book, lambda _, c: [draft(c, "transfer-received", 2_501, fund="F03", date=JUNE)], by="clerk")
    pay(book, "F03", 1)


def test_chinese_file(book: Book) -> None:
    """As a Chinese bureau's program writes it: GB18030, a direction and a balance."""
    opened(book, "科目,方向,余额\nA资产:F01:1001,借,100\nN净资产:F01:3001,贷,100\n合计,平,\n", "gb18030")
    assert balances(book).total["balance"] == 10_000


def test_signed_balances(book: Book) -> None:
    """A debit is positive."""
    opened(book, "account,balance\nF01:1001,100.00\nF01:3001,(100.00)\n")
    assert balances(book).total["opening"] == 10_000


CSV: Final = "Save it as CSV in UTF-8."
EMPTY: Final = "The file holds no balance. Give a row to each account that has a balance."
UNTIED: Final = ": The trial balance of {} does not tie: debits {}, credits {}, difference {}. Complete the file, "
PRINTED: Final = " [row 11]: The printed total {} is not the sum of the rows 1,565.00: difference {}."
HEADING: Final = " [row 1]: The first row is no heading of a trial balance. Head the columns account, debit, credit"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"1,490.00"', '"1,489.99"', UNTIED.format("F01", "1,540.00", "1,539.99", "0.01")),
        ("25.00,\n", "1024.00,\n", UNTIED.format("F03", "1,024.00", "25.00", "999.00")),
        ('"1,565.00","1,565.00"', '"565.00","1,565.00"', PRINTED.format("565.00", "-1,000.00")),
        ('"1,565.00","1,565.00"', ',"1,565.01"', PRINTED.format("1,565.01", "0.01")),
        ("F01:2301", "F01:9999", " [row 5]: The chart has no account F01:9999."),
        ("F01:2301", "Assets：F01:1001", " [row 5]: Assets：F01:1001 stands in row 2 already. Add the rows up, or say"),
        ("45001234560001", "999", " [row 2]: Assets:F01:1001 is not at bank account 999 but at 45001234560001."),
        ("F01:2301,,", "F01:2301,,999", " [row 5]: F01:2301 is not at bank account 999 but at —."),
        ("50.00", "5o.00", " [row 5]: '5o.00' is not an amount."),
        ("account,", "what,", HEADING),
        ("debit,credit", "what,else", HEADING),
    ],
)
def test_file_that_does_not_tie(book: Book, old: str, new: str, said: str) -> None:
    """The file, and where there is one the row, is named, and the difference; nothing is posted."""
    assert old in SOUND
    text = SOUND.partition("total")[0] if "does not tie" in said else SOUND
    printed = refusal(book, lambda: opened(book, text.replace(old, new, 1)))
    assert printed.startswith(f"{book.folder / 'balances.csv'}{said}")


def test_empty_and_missing_files(book: Book) -> None:
    """No heading, no balance, nothing but a total, no text, no file; the file is named."""
    path = book.folder / "balances.csv"
    assert refusal(book, lambda: opened(book, "")).startswith(f"{path} [row 1]: The first row is no heading")
    for text in ("account,balance\n", "account,balance\n,\ntotal,\n"):
        assert refusal(book, partial(opened, book, text)) == f"{path}: {EMPTY}"

    def open_file(name: str) -> None:
        opening(book, book.folder / name, as_of=NEW_YEAR, by="clerk", document="X")

    path.write_bytes(b"account\xff\xff")
    assert refusal(book, lambda: open_file(path.name)) == f"{path}: The file is neither UTF-8 nor GB18030. {CSV}"
    assert refusal(book, lambda: open_file("nowhere.csv")) == (
        f"{book.folder / 'nowhere.csv'}: The file cannot be read: No such file or directory. "
        "Check the name and that you may read it."
    )


def test_fund_is_opened_once_and_first(book: Book) -> None:
    """Again only after the opening was reversed, and only while nothing rests on it."""
    done = opened(book, SOUND)
    assert refusal(book, lambda: opened(book, SOUND)) == (
        "F01 is open already: voucher F01-2014-000001. An opening comes before every other voucher of its fund."
    )
    reverse(book, done.posted.numbers[0], reason="wrong file", date=NEW_YEAR, by="clerk")
    done = opened(book, SOUND)
    pay(book, "F01", 100)
    first = done.posted.numbers[0]
    assert refusal(book, lambda: reverse(book, first, reason="wrong file", date=JUNE, by="clerk")) == (
        f"{first} opened fund F01, which has other vouchers since. "
        "Correct the balance by an adjustment with its document."
    )


def test_nothing_but_zeros_is_no_opening(book: Book) -> None:
    """There would be no voucher to post; one fen is enough."""
    zeros = "account,balance\nF01:1001,0.00\nF01:3001,0\n"
    path = book.folder / "balances.csv"
    assert refusal(book, lambda: opened(book, zeros)) == f"{path}: {EMPTY}"
    path.write_text(zeros.replace("0.00", "0.01").replace(",0\n", ",-0.01\n"), "utf-8")
    done = opening(book, path, as_of=NEW_YEAR, by="clerk", document="X")
    assert (done.debits, done.credits) == (1, 1)
    assert standing(book, done.posted.numbers[0]).approved_by == ""


@pytest.mark.parametrize("cell", ["x" * 131_073, '"unclosed', '"stray" quote'])
def test_rows_that_cannot_be_told_apart(book: Book, cell: str) -> None:
    """A cell without end, and a quote that would swallow the rows behind it."""
    text = f"account,balance\nF01:1001,1\nF01:1201,1\n{cell},1\n"
    path = book.folder / "balances.csv"
    assert refusal(book, lambda: opened(book, text)).startswith(
        f"{path} [row 4]: A quotation mark or a cell is wrong ("
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_system(book: Book, end: str) -> None:
    """And a break within a cell stays what it is."""
    text = end.join(["account,payee,balance", 'F01:1201,"茂恒\r\n公司",1', "F01:3001,,-1", ""])
    (book.folder / "balances.csv").write_bytes(text.encode())
    done = opening(book, book.folder / "balances.csv", as_of=NEW_YEAR, by="clerk", document="X")
    assert standing(book, done.posted.numbers[0]).payee == "茂恒\r\n公司"


def test_holder_whose_name_could_not_be_published(book: Book) -> None:
    """The row is named."""
    with pytest.raises(FormatError) as refused:
        opened(book, SOUND.replace("那满镇", "那\u200b满镇"))
    assert refused.value.key == "text-unsafe"
    assert "[row 4]" in refused.value.where()


def test_what_an_opening_holds_is_not_imported_again(book: Book) -> None:
    """A row dated before its fund's opening balance waits and says so; the others of its file are posted."""
    opened(book, SOUND)
    rows = [row_of("1", 100, "F01", day=date(2014, 12, 30)), row_of("2", 100, "F01", day=NEW_YEAR)]
    report = bring(book, "payments", *rows)
    waiting = {held["row"]: [reason["check"] for reason in held["reasons"]] for held in report.held}
    assert waiting == {1: ["not-data-header"], 2: ["before-opening"]}
    assert report.rows["posted"] == 1
