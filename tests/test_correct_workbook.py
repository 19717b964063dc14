"""Rows that wait, corrected in a workbook and taken back: every decision kept, every row accounted for."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from acts import act
from aliased import CORRECTION
from attacks import row
from contracts import contract, enter
from fundtrack import money
from fundtrack.book.corrections import corrections
from fundtrack.book.doctor import diagnose
from fundtrack.checking.audit import audit_book, audit_ledger
from fundtrack.cli.sheets import write
from fundtrack.errors import FundtrackError
from fundtrack.importing.batch.default import default_of
from fundtrack.importing.batch.file import import_file
from fundtrack.importing.batch.report import STATES
from fundtrack.importing.later.amend import amend
from fundtrack.importing.later.quarantine import reject, retry, waiting
from fundtrack.importing.later.recounted import recounted
from fundtrack.importing.words.suggest import Suggestions
from fundtrack.ledger import canonical, publish, read
from fundtrack.posting.vouchers import draft
from kill import HEADER
from stock import tamper
from treasury import asked, bring, counts, everything, file_of, pay, total, waits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from commands import Say
    from copies import Template
    from fundtrack.book import Book
    from fundtrack.importing.later.amend import Amended

WHY: Final = "核对申请单"
SPECIAL: Final = "45001234560002"
"""The account of one fund alone."""

HEAD: Final = 1
ROWS: Final = (
    pay("1", fund="不明", use="0603"), pay("2", use="0688"), pay("3", payee=""), pay("4", amount="3,5OO.00"), pay("5"),
    pay("6", payee="=SUM(A1)", use="0688"),
)  # fmt: skip


@pytest.fixture
def book(template: Template) -> Iterator[Book]:
    """Give a book with rows that wait for what is wrong with their fund, amount, payee and use."""
    with template.copy() as book:
        assert counts(bring(book, "a", *ROWS)) == (1, 0, 5, 1)
        yield book


def sheet(book: Book, name: str = "wrong") -> Path:
    """Write the rows that wait, and return the workbook."""
    path = book.folder.parent / f"{name}.xlsx"
    write(book, path, "zh")
    return path


def edit(path: Path, change: Callable[[Any], object]) -> Path:
    """Let somebody write in the first sheet of a workbook."""
    workbook = load_workbook(path)
    change(workbook.worksheets[0])
    workbook.save(path)
    return path


def put(page: Any, row: str, column: str, text: str) -> None:  # noqa: ANN401 - openpyxl ships no types
    """Write into a cell that is found by the name of its row and its heading."""
    heads = [cell.value for cell in page[HEAD]]
    (number,) = [one[1].row for one in page.iter_rows(min_row=2) if one[1].value == row]
    page.cell(number, heads.index(column) + 1).value = text


def correct(path: Path, batch: int = 1, **rows: dict[str, str]) -> Path:
    """Write corrections with their reasons: of row `1:2`, named `r2`, a text for each heading."""

    def write_in(page: Any) -> None:  # noqa: ANN401 - openpyxl ships no types
        for name, cells in rows.items():
            for column, text in cells.items():
                known = {"退回": "退回（填“是”）", "理由": "理由"}
                put(page, f"{batch}:{name[1:]}", known.get(column, f"更正：{column}"), text)

    return edit(path, write_in)


def suggested(book: Book, of: str, word: str) -> list[tuple[str, str]]:
    """Return what a word may stand for, by the rows in which somebody corrected another."""
    with book.reading() as connection:
        found = Suggestions(book.chart(connection), [], corrections(connection)).of(of, word)
    return [(one.meaning, one.corrected) for one in found if one.corrected]


def account(done: Amended) -> list[int]:
    """Return how many rows were in the workbook, posted, posted before, dropped, and still wait."""
    counted = done.account()
    assert counted["read"][0] == sum(rows for rows, _ in list(counted.values())[1:])
    return [rows for rows, _ in counted.values()]


def test_a_corrected_workbook_is_taken_back(book: Book) -> None:
    """Corrected rows are posted by the same checks, dropped ones stay out, the others wait; all is on record."""
    path = correct(
        sheet(book),
        r2={"资金名称": "F03", "理由": WHY}, r4={"收款人全称": "甲公司", "理由": WHY},
        r5={"支付金额": "3500.00", "理由": WHY}, r3={"退回": "是", "理由": "重复申请"},
    )  # fmt: skip
    done = amend(book, path, by="ann", approved_by="ben")
    assert account(done) == [5, 3, 0, 1, 1]
    assert waits(book) == ["1:7"]
    assert asked(book, """SELECT v.row, v.fund, v.payee, v.prepared_by, v.approved_by, b.how, b.confirmed_by, e.amount
        FROM voucher AS v JOIN entry AS e ON e.voucher = v.id JOIN fund_basis AS b ON b.fund_basis = v.fund_basis
        WHERE v.row <> 6 ORDER BY v.row""") == [
        (2, "F03", asked(book, "SELECT payee FROM voucher WHERE row = 2")[0][0], "ann", "ben", "corrected", "ben", 100),
        (4, "F03", "甲公司", "ann", "ben", "column", "", 100),
        (5, "F03", asked(book, "SELECT payee FROM voucher WHERE row = 5")[0][0], "ann", "ben", "column", "", 350_000),
    ]  # fmt: skip
    kept = "SELECT row, field, old, new, reason, corrected_by, approved_by FROM correction ORDER BY seq"
    assert asked(book, kept) == [
        (2, "fund", "不明", "F03", WHY, "ann", "ben"), (4, "payee", "", "甲公司", WHY, "ann", "ben"),
        (5, "amount", "3,5OO.00", "3500.00", WHY, "ann", "ben"),
    ]  # fmt: skip
    assert asked(book, "SELECT row, decided, reason, decided_by FROM decision WHERE decided = 'rejected'") == [
        (3, "rejected", "重复申请", "ann")
    ]
    ((cells,),) = asked(book, "SELECT cells FROM input_row WHERE row = 5 AND batch = 1")
    assert "3,5OO.00" in cells  # the original stays
    assert suggested(book, "fund", "不明的") == [("F03", "1:2")]
    (sha256,) = {one for (one,) in asked(book, "SELECT DISTINCT workbook FROM correction")}
    assert [*(book.folder / "originals").rglob(f"{sha256}.xlsx")]
    assert read(publish(book).main) == canonical(book)


def test_a_file_that_comes_again_without_its_fault_is_known(book: Book, template: Template) -> None:
    """A corrected row is what the right row would have been, whichever of them comes first."""
    path = correct(sheet(book), r5={"支付金额": "3500.00", "理由": WHY})
    with template.copy() as other:
        bring(other, "b", pay("4", amount="3500.00"))
        bring(other, "a", *ROWS)
        wrong = correct(sheet(other), batch=2, r5={"支付金额": "3500.00", "理由": WHY})
        done = amend(other, wrong, by="ann", approved_by="ben")
        assert account(done) == [5, 0, 1, 0, 4]
        assert [*diagnose(other)] == []
    amend(book, path, by="ann", approved_by="ben")
    again = bring(book, "b", pay("4", amount="3500.00"), pay("5"), pay("4", amount="3,5OO.00"))
    assert (counts(again), waits(book)) == ((0, 3, 0, 1), ["1:2", "1:3", "1:4", "1:7"])


def test_what_stays_wrong_waits_with_what_was_corrected(book: Book, say: Say) -> None:
    """A correction counts from then on: another one completes it, and a retry goes by both."""
    done = amend(book, correct(sheet(book), r7={"收款人全称": "乙公司", "理由": WHY}), by="ann")
    assert (account(done)[4], [why["check"] for why in done.tried[0].reasons]) == (5, ["use-not-permitted"])
    assert not any(one.voucher for one in retry(book, ["1:7"], by="ann"))
    if book.engine.dialect.name == "sqlite":  # what is printed depends on no engine
        shown = say("--book", book.folder, "--lang", "zh", "quarantine", "show", "1:7").out
        assert f" → 乙公司\n  ann 已更正：{WHY}\n" in shown
        assert "以下为更正前待核实的原因" in shown
    second = amend(book, correct(sheet(book, "second"), r7={"列支科目": "0603", "理由": WHY}), by="eve")
    assert [one.voucher for one in second.tried] == ["F03-2015-000003"]
    assert asked(book, "SELECT payee FROM voucher WHERE row = 7") == [("乙公司",)]


def key(page: Any) -> None:  # noqa: ANN401 - openpyxl ships no types
    """Change the key of a row."""
    page["A2"].value = page["A2"].value[:-1] + ("0" if page["A2"].value[-1] != "0" else "1")


def twice(page: Any) -> None:  # noqa: ANN401 - openpyxl ships no types
    """Copy a row over another."""
    for at, cell in enumerate(page[2], 1):
        page.cell(3, at).value = cell.value


def test_notes_on_the_right_are_let_be(book: Book) -> None:
    """A column that somebody added behind the last is none of the book's: told, and nothing is taken from it."""

    def note(page: Any) -> None:  # noqa: ANN401 - openpyxl ships no types
        page.cell(HEAD, page.max_column + 1).value = "备注"
        page.cell(3, page.max_column).value = "已电话核对"

    done = amend(book, edit(correct(sheet(book), r4={"收款人全称": "甲公司", "理由": WHY}), note), by="ann")
    assert (account(done), done.ignored) == ([5, 1, 0, 0, 4], ["备注"])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (key, "corrected-key"), (twice, "corrected-twice"),
        (lambda page: put(page, "1:2", "资金名称", "F03"), "corrected-original"),
        (lambda page: put(page, "1:2", "更正：支付金额", "9.00"), "corrected-reason"),
        (lambda page: put(page, "1:2", "退回（填“是”）", "也许"), "corrected-drop"),
        (lambda page: page.insert_cols(3), "corrected-columns"),
        (lambda page: page.delete_rows(2, 9), "corrected-empty"),
    ],
)  # fmt: skip
def test_what_is_not_as_it_was_written_is_refused_whole(book: Book, change: Callable[[Any], object], why: str) -> None:
    """Nothing of it is done, though another row is corrected soundly."""
    path = correct(sheet(book), r4={"收款人全称": "甲公司", "理由": WHY})
    before = everything(book)
    with pytest.raises(FundtrackError) as caught:
        amend(book, edit(path, change), by="ann", approved_by="ben")
    assert caught.value.key == why
    assert everything(book) == before


def test_what_computes_is_refused(book: Book) -> None:
    """With a value or without."""
    path = edit(sheet(book), lambda page: put(page, "1:2", "理由", "=1+1"))
    with pytest.raises(FundtrackError) as bare:
        amend(book, path, by="ann")
    assert bare.value.key == "workbook-formula"
    computed = path.with_name("computed.xlsx")
    with ZipFile(path) as old, ZipFile(computed, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rb"<f>1\+1</f><v ?/?>(</v>)?", b"<f>1+1</f><v>2</v>", old.read(name)))
    with pytest.raises(FundtrackError) as valued:
        amend(book, computed, by="ann")
    assert valued.value.key == "corrected-formula"


@pytest.mark.parametrize(
    ("cells", "why", "approved_by"),
    [
        ({"支付金额": "9.00", "理由": WHY}, "corrected-approver", ""),
        ({"资金名称": "F03", "理由": WHY}, "corrected-approver", ""),
        ({"收款人全称": "甲", "理由": WHY}, "duties-apart", "A NN"),
        ({"收款人全称": "韦某一451021197001010015", "理由": WHY}, "corrected-private", "ben"),
        ({"收款人全称": "甲", "退回": "x", "理由": WHY}, "corrected-both", "ben"),
    ],
)  # fmt: skip
def test_who_may_correct_what(book: Book, cells: dict[str, str], why: str, approved_by: str) -> None:
    """Not the fund or the sum alone, nor a number of a person at all."""
    with pytest.raises(FundtrackError) as caught:
        amend(book, correct(sheet(book), r2=cells), by="ann", approved_by=approved_by)
    assert caught.value.key == why


def test_what_says_the_fund_is_corrected_by_two(template: Template, say: Say) -> None:
    """The account that pays as the fund itself, and who approved; the voucher says that it was, and by whom."""
    rows = [[*pay("1", fund="", use="0604", bank=""), ""], [*pay("2", payee=""), ""]]
    with template.copy() as book:
        act(book, lambda _, c: [
            draft(c, "transfer-received", 900, fund="F04", date=date(2015, 1, 6), bank=SPECIAL)
        ])  # fmt: skip
        (report,) = import_file(book, file_of(book, "a", rows, head=[(*HEADER, "审批人")]), by="clerk")
        assert counts(report) == (0, 0, 2, 1)
        by_bank = {"付款人账号": SPECIAL, "理由": WHY}
        forged = {"收款人全称": "甲公司", "审批人": "王局长", "理由": WHY}
        for nth, one in enumerate(({"r2": by_bank}, {"r3": forged})):
            with pytest.raises(FundtrackError) as alone:
                amend(book, correct(sheet(book, f"{nth}"), 1, **one), by="ann")
            assert alone.value.key == "corrected-approver"
        done = amend(book, correct(sheet(book), r2=by_bank, r3=forged), by="ann", approved_by="ben")
        assert account(done) == [2, 2, 0, 0, 0]
        assert asked(
            book,
            """SELECT v.fund, b.how, b.place, b.word, b.confirmed_by FROM voucher AS v
            JOIN fund_basis AS b ON b.fund_basis = v.fund_basis WHERE v.row = 2""",
        ) == [("F04", "corrected", "付款人账号", "F04", "ben")]
        if book.engine.dialect.name == "sqlite":  # what is printed depends on no engine
            paid, approved = (say("--book", book.folder, "--lang", "zh", "show", one.voucher).out for one in done.tried)
            assert "资金依据    F04，付款人账号 人工更正，ben 审批\n" in paid
            assert f"付款人账号：– → {SPECIAL}，ann 更正，ben 审批：{WHY}\n" in paid
            assert f"审批人：– → 王局长，ann 更正，ben 审批：{WHY}\n" in approved
        assert [*diagnose(book)] == []
        assert read(publish(book).main) == canonical(book)


def test_a_printed_total_is_compared_with_what_was_corrected(template: Template) -> None:
    """A row that could not be read, then a wrong amount, then the right one; in book and ledger."""
    with template.copy() as book:
        bring(book, "t", pay("1", amount="3,5OO.00", use="0688"), pay("2", amount="1000.00"), total("4500.00"))
        for amount, finds, agrees in (("", "warn", None), ("3,600.00", "error", False), ("3,500.00", "", True)):
            if amount:  # a use that there is not lets the row wait, so that it can be corrected again
                said = {"支付金额": amount, "理由": WHY} | ({} if finds else {"列支科目": "0603"})
                done = amend(book, correct(sheet(book), r2=said), by="ann", approved_by="ben")
                assert done.account()["read"][1] == money.parse(amount)
                with book.reading() as connection:
                    assert [one.amount for one in waiting(connection)] == [money.parse(amount)] * bool(finds)
            (report,) = import_file(book, book.folder.parent / "t.csv", by="ann")
            assert (report.printed_total_agrees, report.unreadable_rows) == (agrees, int(not amount))
            assert report.amounts["read"] == sum(report.amounts[state] for state in STATES)
            audits = audit_book(book), audit_ledger(publish(book).main)
            told = [[one.severity for one in audit.findings if one.check == "import-total-differs"] for audit in audits]
            assert told == [[finds] * bool(finds)] * 2
        assert waits(book) == []
        assert read(publish(book).main) == canonical(book)


def test_what_moves_a_printed_total_is_worked_out_again(template: Template) -> None:
    """By the kept original: a raw row that makes a total agree is named, though two names stand in it."""
    with template.copy() as book:
        bring(book, "t", pay("1", amount="3,5OO.00", use="0688"), pay("2", amount="1000.00"), total("4500.00"))
        amend(book, correct(sheet(book), r2={"支付金额": "3,600.00", "理由": WHY}), by="ann", approved_by="ben")
        assert [*recounted(book)] == []
        forged = row("correction", **CORRECTION | {"seq": 2, "approved_by": "ben", "moves": -10_000})
        tamper(book, forged)
        assert [(one.name, one.details) for one in recounted(book)] == [
            ("sum-wrong", {"row": "1:2", "stored": "3500.00", "derived": "3600.00", "reads": 1, "read": 1})
        ]


def test_a_workbook_grows_old(book: Book, template: Template) -> None:
    """Rows that were decided about or corrected since, and those of another book, change nothing."""
    path = sheet(book)
    correct(path, r4={"收款人全称": "甲公司", "理由": WHY}, r7={"收款人全称": "乙公司", "理由": WHY})
    with template.copy() as other:
        (other.folder / "natural.key").write_text("ab" * 32, "ascii")
        with pytest.raises(FundtrackError) as foreign:
            amend(other, path, by="ann")
    assert foreign.value.key == "corrected-other-book"
    amend(book, path, by="ann")
    with pytest.raises(FundtrackError) as again:
        amend(book, path, by="ann")
    assert again.value.key == "corrected-decided"
    old = correct(sheet(book, "b"), r7={"列支科目": "0603", "理由": WHY})
    amend(book, correct(sheet(book, "c"), r7={"收款人全称": "丙公司", "理由": WHY}), by="ann")
    with pytest.raises(FundtrackError) as since:
        amend(book, old, by="ann")
    assert since.value.key == "corrected-since"
    reject(book, "1:7", by="ben", reason="作废")
    with pytest.raises(FundtrackError) as decided:
        amend(book, old, by="ann")
    assert decided.value.key == "corrected-decided"


def test_entries_of_registers_are_corrected_too(template: Template, tmp_path: Path) -> None:
    """And another file is no workbook."""
    with template.copy() as book:
        enter(book, "other", contract("HT-2", day="x"))
        no_contract = correct(sheet(book), r2={"合同编号": "合计", "理由": WHY})  # which is then no row any more
        with pytest.raises(FundtrackError) as alone:
            amend(book, no_contract, by="ann")
        assert alone.value.key == "corrected-approver"
        reject(book, "1:2", by="ben", reason="作废")
        enter(book, "contracts", contract(amount="三百"))
        done = amend(book, correct(sheet(book), 2, r2={"合同金额": "300.00", "理由": WHY}), by="ann", approved_by="ben")
        assert account(done) == [1, 1, 0, 0, 0]
        assert asked(book, "SELECT amount FROM contract") == [(30_000,)]
        for name in ("a.csv", "b.xlsx"):
            (tmp_path / name).write_text("x", "utf-8")
            with pytest.raises(FundtrackError) as caught:
                amend(book, tmp_path / name, by="ann")
            assert caught.value.key == "corrected-no-workbook"
        Workbook().save(tmp_path / "empty.xlsx")
        with pytest.raises(FundtrackError) as empty:
            amend(book, tmp_path / "empty.xlsx", by="ann")
        assert empty.value.key == "corrected-empty"


def test_who_said_a_default_may_correct_it_with_another(template: Template) -> None:
    """The fund is then that of two people, and no default any more."""
    with template.copy() as book:
        bring(book, "a", pay("1", fund="", use="0603"), default=lambda chart: default_of(chart, "F01", "0601", ""))
        path = correct(sheet(book), r2={"资金名称": "F03", "理由": WHY})
        assert account(amend(book, path, by="clerk", approved_by="ben")) == [1, 1, 0, 0, 0]
        assert asked(book, "SELECT fund, approved_by FROM voucher WHERE batch IS NOT NULL") == [("F03", "ben")]
