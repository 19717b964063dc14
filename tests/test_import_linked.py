"""Pages whose rows become linked vouchers or returned payments: every example is imported on each engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from conftest import ROOT
from fundtrack import importing, money
from fundtrack.checking.book import book_lens
from fundtrack.checking.foreign import foreign
from fundtrack.checking.source import ledger_source
from fundtrack.importing import Importer
from fundtrack.importing.example import written
from fundtrack.importing.later import quarantine
from fundtrack.importing.later.fix import affected
from fundtrack.importing.words.aliases import Said, confirm, say
from fundtrack.ledger import canonical, publish, read
from fundtrack.posting import post
from fundtrack.posting.standing import find_voucher, linked
from fundtrack.posting.vouchers import draft
from fundtrack.reporting.population import Scope
from fundtrack.reporting.sampling import Plan
from fundtrack.reporting.sampling import sample as sample_of
from quotafiles import CHIEF, CLERK, bring, reasons, sound
from shelf import ENGINES
from test_importers import PAGES
from test_quota_pages import localised

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fundtrack.book import Book
    from fundtrack.importing.batch.report import Report
    from fundtrack.pages import Page, Section
    from shelf import Shelf

CHART: Final = (ROOT / "ledger" / "chart.beancount").read_text("utf-8")
EXAMPLES: Final = [
    pytest.param(PAGES[name], example, id=f"{name}: {example.title}")
    for name in ("project-ledger", "one-card-result")
    for example in PAGES[name].examples
]
SPLIT: Final = ("12.5,10,,2.5", "12.5,9,,3.5")
"""What the sources of a bill pay, in two ways."""

MADE: Final = """
SELECT v.date, v.payee, v.narration, e.fund, e.debit, e.amount, e.red, v.row, w.row AS of_link, v.batch, w.batch AS of
FROM voucher AS v JOIN entry AS e ON e.voucher = v.id JOIN voucher AS w ON w.id = v.link ORDER BY v.id, e.line
"""


@pytest.fixture(params=ENGINES)
def book(request: pytest.FixtureRequest, shelf: Shelf) -> Iterator[Book]:
    """Return a book with money in four funds, and a batch of subsidies of which two were paid."""
    with shelf.book(request.param, CHART) as made:
        funded(made)
        yield made


def funded(book: Book) -> None:
    """Receive money, and import the batch that the page of batches shows, without its last row."""
    with book.reading() as connection:
        chart = book.chart(connection)
    for fund in ("F01", "F03", "F04"):
        post(book, [draft(chart, "transfer-received", 10**9, fund=fund, date=date(2015, 1, 5))], by=CLERK)
    (example, *_) = PAGES["one-card-batch"].examples
    sample = example.fence("csv")
    assert sample is not None
    kept = "".join(line for line in sample.text.splitlines(keepends=True) if not line.startswith(("3,", "合计")))
    path = written(replace(sample, text=kept.replace("农村危房改造,,列支", "F03,,列支")), book.folder)
    report = bring(book, path)
    assert report.rows["posted"] == 2
    path.unlink()


def printed(book: Book, report: Report) -> str:
    """Return what became of a file as its page prints it."""
    told = [(row["row"], f"; row {row['row']}: {why['check']}\n") for row in report.held for why in row["reasons"]
            if row["state"] != "not-data"]  # fmt: skip
    with book.reading() as connection:
        for one in connection.exec_driver_sql(MADE):
            if report.batch in {one.batch, one.of}:
                amount = money.plain(one.amount * (1 - 2 * one.red))
                head = f'{one.date} * "{one.payee}" "{one.narration}"\n  {one.fund} {one.debit[-4:]}  {amount} CNY\n\n'
                told.append((one.row or one.of_link, head))
    return "".join(text for _, text in sorted(told, key=lambda one: one[0]))


def text_of(page: str) -> str:
    """Return the first sample of a page."""
    sample = PAGES[page].examples[0].fence("csv")
    assert sample is not None
    return sample.text


def file(folder: Path, name: str, text: str) -> Path:
    """Write a file in the encoding of the samples."""
    path = folder / f"{name}.csv"
    path.write_text(text, "gb18030")
    return path


@pytest.mark.parametrize(("page", "example"), EXAMPLES)
def test_a_sample_becomes_what_its_page_prints(page: Page, example: Section, book: Book, tmp_path: Path) -> None:
    """What a page shows is what its sample comes to in a book; it is known again, published, and read back."""
    sample, expected = example.fence("csv"), example.fence("beancount")
    assert sample is not None
    assert expected is not None
    path = written(sample, tmp_path)
    assert importing.choose(path, map(Importer, PAGES.values())).name == page.name
    report = bring(book, path, page=localised(page, example, book.folder))
    assert printed(book, report).replace("\n", "") == expected.text.replace("\n", "")
    assert report.printed_total_agrees is True
    again = bring(book, path, page=report.page)
    assert (again.new, again.rows["posted"]) == (False, 0)
    assert sound(book)
    assert read(publish(book).main) == canonical(book)


def test_each_voucher_of_a_row_says_its_file_and_row(book: Book, tmp_path: Path) -> None:
    """In what names a voucher in a finding, a list or on the screen, of the book and of its ledger."""
    example, *_ = PAGES["project-ledger"].examples
    sample = example.fence("csv")
    assert sample is not None
    report = bring(book, written(sample, tmp_path), page=localised(PAGES["project-ledger"], example, book.folder))
    with book.reading() as connection:
        made = [voucher for voucher, link, batch in connection.exec_driver_sql(
            "SELECT v.id, v.link, w.batch FROM voucher AS v JOIN voucher AS w ON w.id = v.link ORDER BY v.id"
        ) if batch == report.batch]  # fmt: skip
        said = [book_lens(connection, book.chart(connection)).subject(one, "") for one in made]
    assert len(made) > report.rows["posted"], "a row of the sample is shared"
    assert {one.file for one in said} == {report.file}
    assert all(one.row and one.sha256 for one in said)
    places = {one.voucher: one.row for one in said}
    source = ledger_source(publish(book).main)
    with foreign(source.entries, source.options) as loaded:
        told = [loaded.lens.subject(at, "") for at in range(1, len(loaded.transactions) + 1)]
    assert {one.voucher: one.came_from.row for one in told if one.voucher in places} == places
    for where in (book, publish(book).main):
        items = sample_of(where, Plan("1", 50), Scope()).items
        assert {one.voucher.number: one.voucher.source.row for one in items if one.voucher.number in places} == {
            number: row for number, row in places.items() if number in {one.voucher.number for one in items}
        }


def test_a_shared_bill_falls_together(book: Book, tmp_path: Path) -> None:
    """Where one fund may not pay its share, none does; granted, the whole row is posted, and linked."""
    example, *_ = PAGES["project-ledger"].examples
    sample = example.fence("csv")
    assert sample is not None
    path = written(replace(sample, text=sample.text.replace("2015.4.2,0602", "2015.4.2,0601")), tmp_path)
    report = bring(book, path, page=localised(PAGES["project-ledger"], example, book.folder))
    assert report.rows["posted"] == 1
    assert 5 in reasons(report), "F04 has no use 0601"
    with book.reading() as connection:
        assert not connection.exec_driver_sql("SELECT 1 FROM voucher WHERE payee = '广西示例路桥有限公司'").all()
    (tried,) = quarantine.retry(book, [f"{report.batch}:5"], by=CHIEF)
    assert tried.reasons
    assert sound(book)


def test_each_share_of_a_bill_rests_on_its_column(book: Book, tmp_path: Path) -> None:
    """Of the chart's own word, of the page's, and of an alias, by which its vouchers are found again."""
    example, *_ = PAGES["project-ledger"].examples
    sample = example.fence("csv")
    assert sample is not None
    (made,) = say(book, [Said("fund", "县级", "F04", "", "县里的叫法")], by="ann").new
    confirm(book, [made.alias], by="ben")
    say(book, [Said("use", "基建", "0602", "", "县里的叫法")], by="ann")
    path = written(replace(sample, text=sample.text.replace("中央", "F01").replace("0602", "基建")), tmp_path)
    report = bring(book, path)
    assert report.rows["posted"] == 2
    with book.reading() as connection:
        rests = connection.exec_driver_sql("""SELECT v.fund, b.how, b.place, b.word, b.alias FROM voucher AS v
            JOIN fund_basis AS b ON b.fund_basis = v.fund_basis WHERE b.page = 'project-ledger'
            ORDER BY v.date, v.fund""").all()
    assert [one.voucher.fund for one in affected(book, "县级", ["fund"]).affected] == ["F04"]
    assert [one.voucher.fund for one in affected(book, "基建", ["use"]).affected] == ["F01", "F04", "F01"]
    assert [tuple(one) for one in rests] == [
        ("F01", "column", "资金来源/F01", "F01", None), ("F04", "column", "资金来源/县级", "县级", 1),
        ("F01", "column", "资金来源/F01", "F01", None),
    ]  # fmt: skip
    assert sound(book)
    assert read(publish(book).main) == canonical(book)


def test_a_failed_row_is_owed_and_no_other(book: Book, tmp_path: Path) -> None:
    """The return cites the one payment that failed; the row that found none is posted once its payment stands."""
    example, *_ = PAGES["one-card-result"].examples
    sample = example.fence("csv")
    assert sample is not None
    report = bring(book, written(sample, tmp_path), page="one-card-result")
    with book.reading() as connection:
        paid, back = find_voucher(connection, "F03-2015-000003"), find_voucher(connection, "F03-2015-000004")
        assert (back.kind, back.cites, back.amount, back.payee) == ("returned-payment", paid.id, -paid.amount, "黄某二")
        assert linked(connection, back) == [back]
        other = find_voucher(connection, "F03-2015-000002")
    assert not other.reversed_by
    twice = replace(sample, text=sample.text.replace("处理日期：2015-07-12", "处理日期：2015-07-13"))
    later = bring(book, written(twice, tmp_path), page="one-card-result")
    assert reasons(later)[5] == ["payment-not-found"], "what came back does not come back twice"
    assert report.rows["already_posted"] == later.rows["already_posted"] == 1
    assert sound(book)


def test_a_second_batch_of_the_same_households_has_results_of_its_own(book: Book, tmp_path: Path) -> None:
    """The number of the batch tells its rows from those of the first, of the same day, households and amounts."""
    batch, result = (text_of(name) for name in ("one-card-batch", "one-card-result"))
    second = batch.replace("YKT2015-07", "YKT2015-08").replace("农村危房改造,,列支", "F03,,列支")
    assert bring(book, file(tmp_path, "second", second)).rows["posted"] == 3
    assert bring(book, file(tmp_path, "first", result), page="one-card-result").rows["posted"] == 1
    report = bring(book, file(tmp_path, "r", result.replace("YKT2015-07", "YKT2015-08")), page="one-card-result")
    assert report.rows["posted"] == 1
    with book.reading() as connection:
        assert connection.exec_driver_sql("""SELECT p.document FROM voucher AS b JOIN voucher AS p ON p.id = b.cites
            WHERE b.kind = 'returned-payment' ORDER BY b.id""").scalars().all() == ["YKT2015-07", "YKT2015-08"]


def test_a_split_that_comes_again_otherwise_is_told(book: Book, tmp_path: Path) -> None:
    """Of the same project, day and sum: what each fund pays stands beside what the file says by now."""
    example, *_ = PAGES["project-ledger"].examples
    page = localised(PAGES["project-ledger"], example, book.folder)
    text = text_of("project-ledger")
    assert bring(book, file(tmp_path, "a", text), page=page).rows["posted"] == 2
    report = bring(book, file(tmp_path, "b", text.replace(*SPLIT)), page=page)
    assert reasons(report)[5] == ["posted-otherwise"]
    (why,) = [row["reasons"][0]["zh"] for row in report.held if row["row"] == 5]
    assert why.endswith("资金来源为 F01 100,000.00 + F04 25,000.00，本行为 F01 90,000.00 + F04 35,000.00。")
    quarantine.reject(book, f"{report.batch}:5", by=CHIEF, reason="账上无误")
    assert bring(book, file(tmp_path, "c", text.replace(*SPLIT) + "\n"), page=page).rows["rejected"] == 1
    assert sound(book)


def test_a_result_that_comes_again_otherwise_is_told(book: Book, tmp_path: Path) -> None:
    """The bank says of what came back that it was paid: only one of the two can be."""
    text = text_of("one-card-result")
    assert bring(book, file(tmp_path, "a", text)).rows["posted"] == 1
    report = bring(book, file(tmp_path, "b", text.replace("失败,户名不符", "成功,")))
    assert reasons(report) == {5: ["posted-otherwise"], 6: ["payment-not-found"]}


def second(text: str) -> str:
    """Return a sample as one of another batch."""
    return text.replace("YKT2015-07", "YKT2015-08").replace("农村危房改造,,列支", "F03,,列支")


def test_results_that_came_before_their_batch_are_settled_by_a_retry(book: Book, tmp_path: Path) -> None:
    """What was paid stands, and is asked of nobody; what failed is owed again."""
    report = bring(book, file(tmp_path, "r", second(text_of("one-card-result"))))
    assert report.rows["quarantined"] == 3
    bring(book, file(tmp_path, "b", second(text_of("one-card-batch"))))
    done = quarantine.retry(book, [], by=CLERK)
    assert [(one.row.row, one.voucher, one.before) for one in done] == [
        (4, "F03-2015-000004", True), (5, "F03-2015-000007", False), (6, "F03-2015-000006", True),
    ]  # fmt: skip
    with book.reading() as connection:
        assert quarantine.waiting(connection) == []
    assert sound(book)
    assert read(publish(book).main) == canonical(book)


MASKED: Final = {
    "6231330000000000011": "6231********0011", "6231330000000000029": "尾号0029", "6231330000000000037": "****0037",
}  # fmt: skip


@pytest.mark.parametrize("said", [MASKED, dict.fromkeys(MASKED, "")])
def test_a_bank_that_masks_accounts_is_understood(book: Book, tmp_path: Path, said: dict[str, str]) -> None:
    """By payee and amount within the batch, and by the end of the account, where that leaves one."""
    text = text_of("one-card-result")
    for account, shown in said.items():
        text = text.replace(account, shown)
    report = bring(book, file(tmp_path, "r", text))
    assert (reasons(report), report.rows["posted"], report.rows["already_posted"]) == (
        {6: ["payment-not-found"]}, 1, 1,
    )  # fmt: skip


def test_namesakes_are_told_by_the_end_of_the_account_or_wait(book: Book, tmp_path: Path) -> None:
    """Where the bank says none, all who might be meant are named; another end is nobody's."""
    names = ("韦某一", "黄某二", "罗某三")
    batch, result = second(text_of("one-card-batch")), second(text_of("one-card-result"))
    for name in names:
        batch, result = batch.replace(name, "王建国"), result.replace(name, "王建国")
    batch = batch.replace("1.85,", "1.8,").replace("0.123456,", "1.8,").replace("3.773456", "5.4")
    result = (
        result.replace("18,500.00", "18,000.00")
        .replace('"1,234.56",成功', '"18,000.00",失败')
        .replace("37,734.56", "54,000.00")
    )
    bring(book, file(tmp_path, "b", batch))
    untold = result
    for account in MASKED:
        untold = untold.replace(account, "")
    report = bring(book, file(tmp_path, "r", untold))
    assert reasons(report) == {row: ["payment-several"] for row in (4, 5, 6)}
    assert "F03-2015-000004 (623133*********0011)、F03-2015-000005 (623133*********0029)" in str(report.held)
    told = result.replace("6231330000000000037", "****0099")
    for account, shown in MASKED.items():
        told = told.replace(account, shown)
    report = bring(book, file(tmp_path, "t", told))
    assert (reasons(report), report.rows["posted"]) == ({6: ["payment-not-found"]}, 1)
    assert [one.check for one in report.findings] == []
