"""Nothing of another system's files is left out without a word: files, sheets, rows, funds, numbers, openings."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands import closed_book, in_both_languages
from fundtrack import pages
from fundtrack.beantext.directives import Transaction
from fundtrack.checking.audit import audit_source
from fundtrack.importing.elsewhere import source_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from commands import Say
    from fundtrack.checking.audit import Audit

HEAD: Final = ("日期", "凭证字", "凭证号", "摘要", "科目编码", "科目名称", "借方金额", "贷方金额", "资金")
Row = tuple[str, ...]


def row(number: str, account: str, debit: str = "", credit: str = "", fund: str = "F01", **said: str) -> Row:
    """Return a row of a voucher."""
    text, day = said.get("text", "款"), said.get("day", "2015-03-02")
    return day, said.get("word", "记"), number, text, account, "", debit, credit, fund


def voucher(number: str, amount: str, *, to: str = "5001", out: str = "1002", **said: str) -> list[Row]:
    """Return the two rows of a payment."""
    return [row(number, to, amount, **said), row(number, out, "", amount, **said)]


IN: Final = [row("1", "1002", "1000"), row("1", "4001", "", "1000")]


def written(rows: Iterable[Sequence[str]], head: Sequence[str] = HEAD) -> bytes:
    """Return rows as the county's software exports them."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([head, *rows])
    return out.getvalue().encode("gb18030")


def export(rows: Iterable[Sequence[str]], name: str = "export/v.csv", head: Sequence[str] = HEAD) -> Path:
    """Write a table into the folder of an export, which is returned."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written(rows, head))
    return Path("export")


def workbook(sheets: Mapping[str, Iterable[Sequence[str]]]) -> bytes:
    """Return a workbook of these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for one in rows:
            sheet.append([cell or None for cell in one])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def audited(path: Path) -> Audit:
    """Audit what a path names."""
    return audit_source(lambda: source_at(path))


def found(say: Say, path: str = "export") -> list[dict[str, Any]]:
    """Return what `check` finds, in the order it tells it."""
    answer = say("check", path, "--format", "json")
    return list(answer.json["findings"])


def limits(say: Say, path: str = "export") -> dict[str, str]:
    """Return what `check` says that it cannot prove, by its kind, in both languages."""
    both = [say("--lang", language, "check", path, "--format", "json").json for language in ("en", "zh")]
    pairs = zip(*(said["cannot_prove"] for said in both), strict=True)
    return {en["kind"]: f"{en['says']} {zh['says']}" for en, zh in pairs}


def test_cash_that_names_no_fund(say: Say) -> None:
    """Neither a mixture nor an overdraft can be seen there, and that is said with count and sum."""
    export([row("1", "1002", "1000", fund=""), IN[1], row("2", "5001", "200"), row("2", "1002", "", "200", "")])
    assert say("check", "export").code == 0
    said = limits(say)["cash-without-fund"]
    assert "1,200.00 CNY" in said
    assert in_both_languages(said)
    Path("own.beancount").write_text(
        "2015-01-01 open Assets:Bank CNY\n2015-01-01 open Expenses:F03:Works CNY\n"
        '2015-01-02 * "paid"\n  Expenses:F03:Works  900 CNY\n  Assets:Bank\n', "utf-8")  # fmt: skip
    assert "900.00 CNY" in limits(say, "own.beancount")["cash-without-fund"]
    export(IN, "sound/v.csv")
    assert "cash-without-fund" not in limits(say, "sound")


@pytest.mark.parametrize("written_so", ["f01", "Ｆ０１ 易地搬迁", "ｆ01", "F01 易地搬迁"])
def test_a_fund_is_the_same_however_it_is_typed(say: Say, written_so: str) -> None:
    """In small letters or in full width; what is paid out of it is counted."""
    export([*IN, *voucher("2", "1000.01", fund=written_so)])
    assert [one["check"] for one in found(say)] == ["overdrawn"]


def test_a_word_in_place_of_a_fund_is_told(say: Say) -> None:
    """Once for each word, at its first row, with how many say it."""
    export([*IN, *voucher("2", "10", fund="易地搬迁"), *voucher("3", "10", fund="危房")])
    told = [one for one in found(say) if one["check"] == "journal-fund"]
    assert [(one["row"], "(rows: 2)" in one["message"]) for one in told] == [(4, True), (6, True)]
    assert "易地搬迁" in told[0]["message"]


def test_every_file_and_sheet_that_is_not_read_is_named(say: Say) -> None:
    """A folder within the folder, other kinds of files, a sheet with another header; papers among the limits."""
    export(IN)
    export(voucher("2", "10"), "export/sub/v2.csv")
    Path("export/empty").mkdir()
    for name, data in (("april.xlsm", b"PK"), ("april.ods", b"x"), ("scan.pdf", b"%PDF"), ("out.txt", b"")):
        (Path("export") / name).write_bytes(data)
    april = [tuple("贷方" if name == "贷方金额" else name for name in HEAD), *voucher("3", "90000")]
    sheets = {"3月": [HEAD, *voucher("2", "10")], "4月": april, "空": []}
    (Path("export") / "w.xlsx").write_bytes(workbook(sheets))
    (Path("export") / "cut.xlsx").write_bytes(workbook(sheets)[:3000])
    told = {(Path(one["file"]).name, one["sheet"]) for one in found(say) if one["check"] == "journal-not-read"}
    assert told == {
        ("april.xlsm", None), ("april.ods", None), ("sub", None), ("out.txt", None), ("cut.xlsx", None),
        ("w.xlsx", "4月"),
    }  # fmt: skip
    assert "scan.pdf" in limits(say)["papers"]
    chinese = say("--lang", "zh", "check", "export")
    assert chinese.code == 1
    assert "4月" in chinese.out


def test_a_row_with_an_amount_is_no_note(say: Say) -> None:
    """Whatever its first cell begins with; a note has none, and a total says no voucher."""
    head = ("摘要", *HEAD[:3], *HEAD[4:])
    rows = [(one[3], *one[:3], *one[4:]) for one in [*IN, *voucher("2", "800", text="打印机采购")]]
    rows += [("合计还款", "2015-03-03", "记", "3", "5001", "", "9", "", "F01")]
    rows += [("合计", "", "", "", "", "", "1809", "1800", ""), ("打印人：某", *[""] * 8)]
    export(rows, head=head)
    answer = say("check", "export", "--format", "json")
    (file,) = answer.json["files"]
    assert [file[name] for name in ("taken", "unreadable", "aside", "debit_taken", "debit_aside", "credit_aside")] == [
        5, 0, 3, "1809.00", "1809.00", "1800.00",
    ]  # fmt: skip
    assert [one["check"] for one in answer.json["findings"]] == ["unbalanced"]
    assert "in totals: debit 1,809.00, credit 1,800.00" in say("check", "export").out


def test_a_total_that_cannot_be_read_is_told(say: Say) -> None:
    """It proves nothing; a total without amounts is a word."""
    export([*IN, ("合计", *[""] * 5, "l000", "1000", ""), ("合计", *[""] * 8)])
    assert [(one["check"], one["row"]) for one in found(say)] == [("journal-row", 4)]


def test_a_blank_number_makes_no_voucher(say: Say) -> None:
    """Rows without the last part of their number belong to nobody's voucher, and are told one by one."""
    export([*IN, *voucher("", "200"), *voucher(" ", "300", fund="F03")])
    told = found(say)
    assert [(one["check"], one["row"]) for one in told] == [("journal-row", at) for at in (4, 5, 6, 7)]
    assert "凭证号" in told[0]["message"]


CHART: Final = ("科目编码", "科目名称", "期初借方", "期初贷方")


def chart(*rows: Sequence[str]) -> Path:
    """Write a chart beside the vouchers."""
    return export(rows, "export/chart.csv", CHART)


REST: Final = (("3001", "净资产", "", "5000"), ("4001", "补助", "", ""), ("5001", "支出", "", ""))


def test_an_opening_of_no_fund_accuses_nobody_of_an_overdraft(say: Say) -> None:
    """What each fund began with is not known, and that is said."""
    export(voucher("1", "200"))
    chart(("1002", "银行存款", "5000", ""), *REST)
    assert found(say) == []
    assert "1002" in limits(say)["opening-without-fund"]
    assert in_both_languages(limits(say)["opening-without-fund"])


def test_an_account_may_begin_fund_by_fund(say: Say) -> None:
    """A row for each, and each is asked for its own."""
    export([*voucher("1", "2000"), *voucher("2", "3000.01", fund="F03")])
    of_funds = (("1002", "F01 银行存款", "2000", ""), ("1002", "F03 银行存款", "3000", ""))
    equity = (("3001", "F01 净资产", "", "2000"), ("3001", "F03 净资产", "", "3000"))
    chart(*of_funds, *equity, *REST[1:])
    told = found(say)
    assert [(one["check"], one["fund"]) for one in told] == [("overdrawn", "F03")]
    assert "opening-without-fund" not in limits(say)
    chart(*of_funds, of_funds[0], *equity, *REST[1:])
    assert "journal-account-twice" in [one["check"] for one in found(say)]


def test_a_row_of_the_chart_that_cannot_be_read_is_told_once(say: Say) -> None:
    """Its account is listed all the same; what it began with is not known."""
    export(voucher("1", "200"))
    chart(("1002", "银行存款", "abc", ""), ("3001", "净资产", "", ""), *REST[1:])
    told = found(say)
    assert [(one["check"], one["row"]) for one in told] == [("journal-account-row", 2)]
    assert "voucher" not in told[0]["message"]
    assert "1002" in limits(say)["opening-without-fund"]


def filled_down(folder: Path) -> Path:
    """Write the county's page with cells that may be left to the row above."""
    from fundtrack.pages import catalogue

    text = catalogue("importers")["county-voucher-list"].source
    folder.mkdir(parents=True)
    page = text.replace("# county-voucher-list", "# merged-cells", 1)
    page = page.replace("[file]\n", '[file]\nfill-down = ["日期", "凭证字", "凭证号"]\n', 1).replace(
        'date = "日期"', 'date = "日期"\ncontract = "合同"', 1
    )
    (folder / "merged-cells.md").write_text(page, "utf-8")
    return folder


def test_merged_cells_hold_for_the_rows_below(tmp_path: Path) -> None:
    """Where the page says so, and only where all of them are empty."""
    importers = filled_down(tmp_path / "importers")
    first, second = voucher("2", "10")
    rows = [(*one, "") for one in (*IN, first, ("", "", "", *second[3:]), row("", "5001", "7"))]
    path = tmp_path / "v.csv"
    path.write_bytes(written(rows, (*HEAD, "合同")))
    source = source_at(path, importers)
    entries = [one for one in source.entries if isinstance(one, Transaction)]
    assert [len(one.postings) for one in entries] == [2, 2]
    assert [(one.check, one.subject.row) for one in source.problems] == [("journal-row", 6)]


def test_a_folder_without_tables(say: Say) -> None:
    """Is told with what lies in it; a folder with a book in it is the book."""
    Path("export").mkdir()
    (Path("export") / "letter.pdf").write_bytes(b"%PDF")
    answer = say("check", "export")
    assert (answer.code, answer.out) == (2, "")
    assert "letter.pdf" in answer.err
    assert in_both_languages(answer.err)
    closed_book(Path("book"))
    assert (
        say("check", "book", "--format", "json").json
        == say("check", "--book", "book", "--no-record", "--format", "json").json
    )


@pytest.mark.parametrize(
    ("columns", "cells", "wrong"),
    [
        (("币种",), ("人民币", "CNY", "", "-"), []),
        (("币种",), ("人民币", "美元", "", "USD"), [3, 5]),
        (("币种", "原币金额"), ("人民币", "美元", "", "USD"), []),
        (("Currency", "Foreign amount"), ("CNY", "USD", "", ""), []),
    ],
)
def test_a_row_in_another_currency_is_in_no_voucher(
    say: Say, columns: tuple[str, ...], cells: tuple[str, ...], wrong: list[int]
) -> None:
    """It is told and counted in no other; what a currency says of amounts that the page does not read is theirs."""
    more = [""] * (len(columns) - 1)
    rows = [(*one, said, *more) for one, said in zip([*IN, *voucher("2", "7")], cells, strict=True)]
    export(rows, head=(*HEAD, *columns))
    told = [one for one in found(say) if one["check"] == "journal-row"]
    assert [(one["row"], "CNY" in one["message"]) for one in told] == [(at, True) for at in wrong]


def test_a_table_in_another_currency_is_not_read(say: Say) -> None:
    """What stands above its header holds for all of it."""
    Path("v.csv").write_bytes("币种：美元,,,,,,,,\n".encode("gb18030") + written(IN))
    answer = say("check", "v.csv")
    assert (answer.code, answer.out) == (2, "")
    assert in_both_languages(answer.err)
    assert "美元" in answer.err


@pytest.mark.parametrize(
    ("amounts", "decimal", "debit"),
    [
        (("1.000", "12.500"), "", None),
        (("1.000", "12.50"), "", 1350),
        (("1.000", "12.500"), ".", 1350),
        (("1.000,00", "12.500"), ",", 1_350_000),
        (("1 000,5", "3"), ",", 100_350),
    ],
)
def test_three_digits_behind_a_point_are_never_guessed(
    tmp_path: Path, amounts: tuple[str, str], decimal: str, debit: int | None
) -> None:
    """Another amount of the table, or the page, says what a point is; without either the rows are told."""
    rows = [*IN, *voucher("2", amounts[0]), *voucher("3", amounts[1])]
    path = tmp_path / "v.csv"
    path.write_bytes(written(rows, [name.replace("金额", "数") for name in HEAD]))
    text = pages.catalogue("importers")["county-voucher-list"].path.read_text("utf-8")
    said = f'decimal = "{decimal}"\nnumbering' if decimal else "numbering"
    text = text.replace("numbering", said, 1).replace("方金额", "方数").replace("# county-voucher-list", "# ours")
    (tmp_path / "ours.md").write_text(text, "utf-8")
    audit = audit_source(lambda: source_at(path, tmp_path))
    told = [one.subject.row for one in audit.findings if one.check == "journal-row"]
    assert told == ([4, 5, 6, 7] if debit is None else [])
    assert sum(one.debit_taken for one in audit.files) == 100_000 + (debit or 0)


NOTES: Final = ("制表：某", "打印采购", "合计", "本页合计", "总计款", "2015-03-02", "2015-13-99", "")
cells_of = st.tuples(
    st.sampled_from(NOTES), st.sampled_from(("记", "")), st.sampled_from(("1", "2", "")),
    st.sampled_from(("款", "打印", "")), st.sampled_from(("1002", "5001", "")), st.just(""),
    st.sampled_from(("", "7", "1,000.00", "l0", "-3")), st.sampled_from(("", "7", "0.01", "x")),
    st.sampled_from(("F01", "f01", "易地搬迁", "")),
)  # fmt: skip
tables = st.lists(cells_of, max_size=7)


@given(tables=st.lists(tables, min_size=1, max_size=2), other=tables, deep=tables)
def test_every_amount_ends_somewhere(
    tmp_path_factory: pytest.TempPathFactory, tables: list[list[Row]], other: list[Row], deep: list[Row]
) -> None:
    """Taken, of a row that is told, of a printed total, or in a file or sheet that is named; and the sums tie."""
    folder = tmp_path_factory.mktemp("any") / "export"
    (folder / "sub").mkdir(parents=True)
    (folder / "sound.csv").write_bytes(written(IN))
    renamed = [tuple("借方" if name == "借方金额" else name for name in HEAD), *other]
    sheets = {f"s{at}": [HEAD, *rows] for at, rows in enumerate(tables)} | {"other": renamed}
    (folder / "w.xlsx").write_bytes(workbook(sheets))
    (folder / "sub" / "deep.csv").write_bytes(written(deep))
    audit = audited(folder)
    at_rows = {(one.subject.sheet, one.subject.row) for one in audit.findings if one.check == "journal-row"}
    not_read = {
        Path(one.subject.file).name + one.subject.sheet for one in audit.findings if one.check == "journal-not-read"
    }
    assert not_read == {"w.xlsxother", "sub"}
    files = {one.sheet: one for one in audit.files}
    for name, rows in sheets.items():
        if name == "other":
            continue
        account = files[name]
        told = [line for at, line in enumerate(rows[1:], 2) if (name, at) in at_rows]
        assert account.read == account.taken + account.unreadable + account.aside
        assert account.unreadable == len(told)
        debit = sum(fen(line[6]) for line in rows[1:] if readable(line))
        of_told = sum(fen(line[6]) for line in told if readable(line))
        assert debit == account.debit_taken + account.debit_aside + of_told
        assert account.debit - account.debit_taken == of_told
        unreadable = [line for line in rows[1:] if not readable(line)]
        assert all(line in told for line in unreadable)


def readable(line: Row) -> bool:
    """Say whether both amounts of a row are amounts."""
    return line[6] != "l0" and line[7] != "x"


def fen(cell: str) -> int:
    """Return an amount of these tables in fen."""
    return {"": 0, "7": 700, "1,000.00": 100_000, "-3": -300}[cell]


def test_a_sample_of_another_system(say: Say) -> None:
    """Drawn from what `check` takes, down to sheet and row; what cannot be read may be missing from it."""
    rows = [HEAD, *IN, *voucher("2", "400", text="一"), *voucher("3", "500", text="二")]
    Path("export").mkdir()
    (Path("export") / "w.xlsx").write_bytes(workbook({"3月": rows}))
    asked = ("sample", "export", "--seed", "a", "--interval", "1")
    answer = say(*asked, "--format", "json")
    assert answer.code == 0, answer.err
    items = [[one[name] for name in ("voucher", "amount", "file", "sheet", "row")] for one in answer.json["items"]]
    assert sorted(items) == [
        ["2015-03 记 2", "400.00", "w.xlsx", "3月", 4], ["2015-03 记 3", "500.00", "w.xlsx", "3月", 6],
    ]  # fmt: skip
    (table,) = say("benford", "export", "--format", "json").json["tables"]
    assert [(one["digit"], one["count"]) for one in table["digits"] if one["count"]] == [(4, 1), (5, 1)]
    export(voucher("4", "l0"))
    assert say(*asked).code == 1
    closed_book(Path("book"))
    assert say("sample", "book", *asked[2:]).err == say("--book", "book", "sample", *asked[2:]).err
