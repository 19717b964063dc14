"""Files that say less than they should, or something else than the page: what is caught, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from books import small_book
from contracts import CONTRACTS, contract, enter
from fundtrack.errors import FormatError, PageError
from fundtrack.importing import Importer, choose
from fundtrack.importing.batch.file import import_file
from fundtrack.importing.later.quarantine import retry
from kill import HEADER
from test_importers import PAGES
from treasury import COMPANY, STATEMENT, asked, bring, counts, file_of, held, pay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from commands import Say
    from copies import Template
    from fundtrack.book import Book

DOCUMENTS: Final = ("文号", "文件标题", "文件类别", "发文机关", "发文层级", "成文日期", "上级文号")
RECIPIENTS: Final = (
    "户编号", "姓名", "身份证号码", "补助类别", "是否建档立卡", "家庭人口", "住房面积", "审批日期",
    "享受起始日期", "一卡通账号",
)  # fmt: skip


PAYMENTS_OF_OURS: Final = """# 清河-支付明细

Payments.

```toml
[file]
encoding = "gb18030"
header = ["日", "额", "人"]
[columns]
date = "日"
amount = "额"
payee = "人"
fund = { constant = "F03" }
use = { constant = "0603" }
[key]
columns = ["人"]
```
"""
MUCH: Final = """---
severity: fatal
basis: [本县]
parameters: {limit: 50}
title-zh: 大额
message-zh: 大额 {amount} {unit}。
reason-zh: 理由。
remedy-zh: 处理。
---
# 大额支付

Much: {amount} {unit}.

Why.

**Remedy.** None.

```sql scope=voucher
SELECT voucher, date, fund, unit, amount FROM postings WHERE account_kind = 'use' AND amount > :limit
```
"""


@pytest.fixture
def book(template: Template) -> Iterator[Book]:
    """Give a book of its own to a test."""
    with template.copy() as book:
        yield book


@pytest.mark.parametrize(
    "title",
    ["单位：万元", "金额单位:人民币万元", "国库集中支付明细表（单位：万元）", "支付明细(万元)", "以万元为单位",
     "单　位：万　元", "单位：千元", "万元", "All figures in £000", "Spend (£'000)", "£m", "in 000s", "in thousands",
     "GBP 000s", "£ thousands", "Thousands of pounds", "(£ millions)", "in ¥ million", "all amounts are in pence",
     "£bn", "Figures in 000's", "All figures x1000", "£1,000s", "All values in £1,000"],
)  # fmt: skip
def test_a_title_that_contradicts_the_page_refuses_the_file(book: Book, title: str) -> None:
    """Amounts ten thousand times too small are no detail, whatever the page says of them."""
    path = file_of(book, "a", [pay("1")], head=(["支付明细"], ["", title], HEADER))
    with pytest.raises(FormatError) as caught:
        import_file(book, path, by="clerk")
    assert caught.value.key == "unit-conflict"
    assert asked(book, "SELECT COUNT(*) FROM voucher WHERE batch IS NOT NULL") == [(0,)]


@pytest.mark.parametrize(
    "title",
    [
        "单位：元",
        "编制单位：田阳县财政局",
        "单位：元宝镇财政所",
        "下达100万元以上项目支付明细",
        "单位：元  2015年6月",
        "Spend over £25k",
        "Payments over £500,000 and under £1 million",
        "£25,000 and over",
        "Contract 000123",
        "Payments in excess of £1,000",
        "Payments rounded to £1,000 and more",
        "£m3 of gas",
    ],
)
def test_a_title_that_agrees_is_no_obstacle(book: Book, title: str) -> None:
    """The unit of the page, a bureau, and an amount in a title."""
    path = file_of(book, "a", [pay("1")], head=([title], HEADER))
    (report,) = import_file(book, path, by="clerk")
    assert counts(report)[0] == 1


def test_a_register_of_a_fixed_unit_is_held_to_it_too(book: Book) -> None:
    """And one whose unit stands in its title may say there who made it."""
    path = file_of(book, "a", [["县〔2015〕1号", "x", "批复", "县政府", "县", "2015-01-02", "", "1"]],
                   head=(["单位：万元"], [*DOCUMENTS, "涉及金额"]))  # fmt: skip
    with pytest.raises(FormatError, match="万元"):
        import_file(book, path, by="clerk")
    heads = [name.removesuffix("(元)") for name in CONTRACTS]
    path = file_of(book, "b", [contract(amount="3")], head=(["单位：田阳县财政局"], ["单位：万元"], heads))
    import_file(book, path, by="clerk")
    assert asked(book, "SELECT amount FROM contract") == [(3_000_000,)]


def test_a_payment_to_nobody_waits(book: Book) -> None:
    """As it is refused by hand; also what would be an advance. What comes back or is a charge names nobody."""
    report = bring(book, "a", pay("1"), pay("2", payee=""), pay("3", payee=" "), pay("4", payee=COMPANY, fund="F01"))
    assert held(report) == {3: {"payee-missing"}, 4: {"payee-missing"}}
    assert counts(report)[0] == 2
    assert [one.voucher for one in retry(book, [], by="clerk")] == ["", ""]


def test_a_use_goes_by_its_name(book: Book) -> None:
    """As the chart has it; another name waits, and the nearest is told."""
    book_uses = asked(book, "SELECT DISTINCT code FROM account WHERE kind = 'use' AND fund = 'F03'")
    assert ("0603",) in book_uses
    report = bring(book, "a", pay("1", use="Building"), pay("2", use="Bilding"), pay("3", use="0603建房"),
                   pay("4", fund="F01", use="Ended"))  # fmt: skip
    assert held(report) == {3: {"use-unknown"}, 4: {"use-unknown"}}
    said = {row["row"]: row["reasons"][0]["en"] for row in report.held if row["state"] == "quarantined"}
    assert "nearest: 0603-Building." in said[3]
    assert asked(book, "SELECT fund, debit FROM entry ORDER BY voucher DESC LIMIT 2") == [
        ("F01", "0611"),
        ("F03", "0603"),
    ]


def test_a_file_may_lack_what_its_page_calls_optional(book: Book) -> None:
    """It is empty then; what else is missing is told at once."""
    row = ["H1", "韦某一", "451021197001010015", "危房改造", "否", "3", "98.5", "2015-03-10", "2015-03-10", ""]
    report = enter(
        book,
        "a",
        row,
        header=(
            *RECIPIENTS[:6],
            "住房面积",
            *RECIPIENTS[7:],
        ),
        page="recipient-roster",
    )
    assert counts(report) == (0, 0, 0, 2) or counts(report)[0] == 1
    assert asked(book, "SELECT area, price, own_money, notice, valid_to FROM recipient") == [(9850, 0, 0, "", "")]
    with pytest.raises(FormatError) as caught:
        enter(book, "b", row[:8], header=RECIPIENTS[:8])
    assert caught.value.key == "column-missing"
    assert all(name in caught.value.text("zh") for name in ("享受起始日期", "一卡通账号"))
    assert "购房价款" not in caught.value.text("zh")


@pytest.mark.parametrize(
    ("was", "becomes"),
    [('contract = "no"', 'contract = { column = "no", optional = true }'),
     ('date = "day"', 'date = { column = "day", optional = true }'),
     ('amount = "sum"', 'amount = { column = "sum", optional = 1 }'),
     ('amount = "sum"', 'amount = { cell = "sum", optional = true }')],
)  # fmt: skip
def test_what_an_entry_cannot_do_without_is_never_optional(book: Book, was: str, becomes: str) -> None:
    """Neither its key nor what is needed."""
    page = book.folder / "importers" / "合同.md"
    toml = ('[register]\nname = "contract"\nneeded = ["date"]\n[file]\nheader = ["no"]\n[columns]\n'
            'contract = "no"\ndate = "day"\namount = "sum"\n')  # fmt: skip
    assert was in toml
    page.parent.mkdir(exist_ok=True)
    page.write_text(f"# 合同\n\nContracts.\n\n```toml\n{toml.replace(was, becomes)}```\n", "utf-8")
    with pytest.raises(PageError) as caught:
        enter(book, "a", contract())
    assert caught.value.key == "page-importer"


def test_a_page_may_have_a_chinese_name(book: Book) -> None:
    """An importer, and a check with a threshold; the name stands in the record of the batch."""
    (book.folder / "importers").mkdir(exist_ok=True)
    (book.folder / "importers" / "清河-支付明细.md").write_text(PAYMENTS_OF_OURS, "utf-8")
    (book.folder / "checks").mkdir(exist_ok=True)
    (book.folder / "checks" / "大额支付.md").write_text(MUCH, "utf-8")
    report = enter(book, "a", ["2015-06-01", "0.50", "甲"], ["2015-06-01", "0.51", "乙"], header=("日", "额", "人"))
    assert (report.page, held(report)) == ("清河-支付明细", {3: {"大额支付"}})


@pytest.mark.parametrize(
    ("column", "wrong", "why"),
    [
        ("level", "月球", "word-unknown"), ("sha256", "abc", "hash-unreadable"),
        ("fund", "不存在的资金", "fund-not-in-chart"),
    ],
)  # fmt: skip
def test_a_register_holds_only_words_it_knows(book: Book, column: str, wrong: str, why: str) -> None:
    """A level, a hash, a fund of the chart: another word waits and says which there are."""
    cells = {"level": "县级", "sha256": "9F" * 32, "fund": "F02"}
    header = (*DOCUMENTS, "资金名称", "电子件SHA256")
    enter(book, "a", _document(cells), header=header)
    assert asked(book, "SELECT level, sha256, fund FROM document") == [("county", "9f" * 32, "F02")]
    report = enter(book, "b", _document(cells | {column: wrong}), header=header)
    assert held(report) == {2: {why}}


def _document(cells: dict[str, str]) -> list[str]:
    return ["县〔2015〕1号", "x", "批复", "县政府", cells["level"], "2015-01-02", "", cells["fund"], cells["sha256"]]


def test_the_nearest_page_is_told(tmp_path: Path, say: Say) -> None:
    """With the columns that are missing, and nothing of a wrong usage; `explain` tells which there are."""
    book = small_book(tmp_path / "book")
    path = file_of(book, "a", [], head=([*HEADER[:-1], "流水"],))
    book.engine.dispose()
    answer = say("import", str(path), "--book", str(book.folder))
    assert answer.code == 2
    assert "treasury-payment" in answer.err
    assert "银行交易流水号" in answer.err
    assert "--help" not in answer.err
    other = file_of(book, "b", [], head=(["x", "y"],))
    both = say("import", str(other), str(path), "--book", str(book.folder))
    assert (both.code, both.err.count("treasury-payment") > 0, "--help" in both.err) == (2, True, False)
    told = say("explain", "treasury-payment", "--book", str(book.folder), "--lang", "zh").out
    needed, optional = (
        next(line for line in told.splitlines() if line.startswith(f"{word}")) for word in ("文件必须有", "可以没有")
    )
    assert "银行交易流水号" in needed
    assert "本级指标文号" in optional


def test_the_nearest_page_says_what_a_header_of_two_rows_lacks(tmp_path: Path) -> None:
    """What stands under a merged heading is there; only the day is not."""
    path = tmp_path / "台账.csv"
    path.write_text("项目名称,项目单位,资金来源,,下达日期\n,,合计,中央,\n道路,某公司,5,5,2015-04-02\n", "utf-8")
    with pytest.raises(FormatError) as refused:
        choose(path, map(Importer, PAGES.values()))
    assert refused.value.details["page"] == "project-ledger"
    assert refused.value.details["missing"] == "拨付日期 / 拨付时间 / 支付日期 / 支付时间"


def test_a_ledger_of_another_program_is_no_list_of_a_council(tmp_path: Path) -> None:
    """Its date, payee and amount are those of every ledger; the page of published ledgers says what it lacks."""
    path = tmp_path / "a.beancount"
    path.write_text('2013-06-01 * "A Ltd" "Care"\n  Expenses:Care  100.00 GBP\n  Assets:Bank\n', "utf-8")
    with pytest.raises(FormatError) as refused:
        choose(path, (Importer(page, currency="GBP") for page in PAGES.values()))
    assert (refused.value.key, refused.value.details["page"]) == ("file-nearest", "published-ledger")


def test_a_column_that_no_file_of_a_page_has_is_not_lacking(tmp_path: Path) -> None:
    """What the file has is not said to be what it lacks."""
    path = tmp_path / "statement.csv"
    path.write_text("交易日期,入账金额,交易摘要,余额\n2015-04-01,5.00,x,9.00\n", "utf-8")
    with pytest.raises(FormatError) as refused:
        choose(path, [Importer(PAGES["card-statement"])])
    assert refused.value.key == "file-unknown"


def test_what_was_rejected_ends_the_import_well(tmp_path: Path, say: Say) -> None:
    """The same file again has a line for it, and nothing that waits."""
    book = small_book(tmp_path / "book")
    path = file_of(book, "a", [pay("1", fund="F03"), pay("2", payee="")])
    book.engine.dispose()
    assert say("import", str(path), "--book", str(book.folder)).code == 1
    assert say("quarantine", "reject", "1:3", "--reason", "paid in cash", "--book", str(book.folder)).code == 0
    again = say("import", str(path), "--book", str(book.folder), "--lang", "zh")
    assert again.code == 0
    assert [line.split() for line in again.out.splitlines() if "已退回" in line] == [["已退回", "1", "1.00"]]


def test_a_reference_that_was_booked_before_names_who_has_it(book: Book) -> None:
    """The voucher, the row that it came from and whether the amounts agree; also of a row that is tried again."""
    bring(book, "a", pay("1"))
    again = bring(book, "b", pay("2", reference="GK1"))
    (why,) = again.held[-1]["reasons"]
    assert "(2015-06-01, 1.00, a.csv row 2) has that reference and the same amount" in why["en"]
    assert f"reject {again.batch}:2" in why["remedy-zh"]
    (other,) = bring(book, "c", pay("3", 101, reference="GK1")).held[-1]["reasons"]
    assert "with another amount, 1.00" in other["en"]
    assert ["a.csv 第 2 行" in one.reasons[0]["zh"] for one in retry(book, [], by="ann")] == [True, True]
    special = [["账号：45001234560002"], STATEMENT]
    for name, said, out, came in (("d", "县级配套拨入", "", "2.00"), ("e", "支付", "2.00", "")):
        row = ["2015-06-02", "GK1", said, out, came, "", "农户", "", "F04-0604"]
        (report,) = import_file(book, file_of(book, name, [row], head=special), by="clerk")
    told = {one["check"]: one["en"] for one in report.held[-1]["reasons"]}
    assert "2.00, d.csv row 3) has that reference and the same amount" in told["duplicate-payment"]


@pytest.mark.parametrize(("amounts", "refused"), [
    (["-1.00"] * 4 + ["2.00"], True), (["-1.00"] * 3 + ["2.00"] * 2, False), (["-1.00"] * 4, False),
])  # fmt: skip
def test_a_list_that_counts_payments_as_negative_is_refused(tmp_path: Path, amounts: list[str], refused: bool) -> None:  # noqa: FBT001
    """Four of five rows below zero are no refunds, and the fifth is no payment."""
    path = tmp_path / "a.csv"
    rows = (f"{at:02d}/09/2015,Supplier {at},{amount}" for at, amount in enumerate(amounts, 13))
    path.write_text("\n".join(["Date paid,Supplier name,Amount", *rows, ""]), "utf-8")
    reading = Importer(PAGES["uk-spend"], currency="GBP").candidates(path)
    if refused:
        with pytest.raises(FormatError) as caught:
            list(reading)
        assert (caught.value.key, caught.value.details["count"]) == ("signs-reversed", 4)
    else:
        assert len([row for row in reading if row.state == "data"]) == len(amounts)
