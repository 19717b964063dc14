"""The working paper and the page of an audit as an auditor reads them: days, units, thresholds, sources, states."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import openpyxl
import pytest

from commands import PAYMENTS, in_both_languages
from fundtrack.checking.audit import audit_ledger
from fundtrack.checking.differences import NAMES
from fundtrack.errors import LANGUAGES
from fundtrack.reporting.audits import page
from fundtrack.reporting.audits.paper import COLUMNS, HEAD_ROW
from ledgers import CASH
from sariflog import valid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commands import Say
    from fundtrack.errors import Language


def findings_of(workbook: Any, sheet: str) -> list[Mapping[str, Any]]:  # noqa: ANN401 - openpyxl ships no types
    """Return the rows of a sheet of findings by the names of the columns."""
    rows = workbook[sheet].iter_rows(min_row=HEAD_ROW + 1)
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


LATE: Final = """
2015-01-05 * "Transfer received" #transfer-received
  Assets:F01-A:Cash                    1000.00 CNY
  Income:F01-A:4001-Transfer          -1000.00 CNY

2015-04-15 * "何建国" "Housing" #disbursement
  project: "P01"
  Expenses:F01-A:House                    1.00 CNY
  Assets:F01-A:Cash                      -1.00 CNY
"""


def dates_of(path: Path) -> list[Any]:
    """Return every cell of a workbook that holds a day, with whether a spreadsheet shows it as one."""
    return [
        cell
        for sheet in openpyxl.load_workbook(path)
        for row in sheet.iter_rows()
        for cell in row
        if getattr(cell, "is_date", False) or (isinstance(cell.value, int) and 36_526 < cell.value < 73_050)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_and_thresholds_of_a_working_paper(say: Say, tmp_path: Path, language: Language) -> None:
    """A day is shown as a day, and what is counted in days is no money; thresholds are in words, fen are yuan."""
    ledger = tmp_path / "late.beancount"
    ledger.write_text(CASH + '2015-01-01 open Income:F01-A:4001-Transfer CNY\n  kind: "transfer"\n' + LATE, "utf-8")
    answer = say("check", ledger, "--only", "passed-down-late", "--only", "split-payments", "--lang", language, "-o",
                 tmp_path / "paper.xlsx")  # fmt: skip
    assert answer.code in {0, 1}, answer.err
    days = dates_of(tmp_path / "paper.xlsx")
    assert len(days) > 1
    assert all(cell.is_date and cell.number_format == "yyyy-mm-dd" for cell in days)
    workbook = openpyxl.load_workbook(tmp_path / "paper.xlsx")
    rows = findings_of(workbook, {"en": "passed-down-late", "zh": "滞留应拨资金"}[language])
    (late,) = [row for row in rows if row["day"].value.isoformat().startswith("2015-01-05")]
    assert [late[name].value for name in ("actual", "expected", "difference")] == [100, 30, 70]
    assert {late[name].number_format for name in ("actual", "expected", "difference")} == {"#,##0"}
    assert (late["counted"].value, late["unit"].value) == ({"en": "days", "zh": "天"}[language], "CNY")
    assert late["message"].column_letter == "D"
    summary = "\n".join(str(cell) for row in workbook.worksheets[0].iter_rows(values_only=True) for cell in row if cell)
    wanted = {"en": "put out to tender: 4,000,000.00 CNY (limit)", "zh": "必须招标的限额：4,000,000.00 元（limit）"}
    assert wanted[language] in summary
    assert "400000000" not in summary
    shown = page(audit_ledger(ledger, only=["passed-down-late"]), language)
    assert {"en": "100 days − 30 days = 70 days", "zh": "100 天 − 30 天 = 70 天"}[language] in shown


def test_a_published_voucher_leads_to_the_row_of_the_bureau(say: Say, book: Path, tmp_path: Path) -> None:
    """From the ledger alone: file, sheet, row and hash of what it was imported from, in every form."""
    twins = tmp_path / "支付.csv"
    row = "SQ1,PZ1,2015-04-02,F01,,,F01-0601,45001234560001,某公司,,款,,10.00,\n"
    twins.write_text(PAYMENTS.splitlines(keepends=True)[0] + row * 2, "gb18030")
    digest = hashlib.sha256(twins.read_bytes()).hexdigest()
    assert say("--book", book, "import", twins).code == 0
    assert say("--book", book, "publish").code == 0
    (main,) = book.rglob("main.beancount")
    only = ("check", main, "--only", "duplicate-payment", "--lang", "zh")
    (found,) = say(*only, "--format", "json").json["findings"]
    assert found["source"] == {"file": "支付.csv", "sheet": None, "row": 3, "sha256": digest}
    assert "F01-2015-000004 支付.csv 第 3 行: duplicate-payment" in say(*only).out
    for suffix in (".xlsx", ".html", ".csv", ".sarif"):
        assert say(*only, "-o", tmp_path / f"out{suffix}").code == 1
    (paid_twice,) = findings_of(openpyxl.load_workbook(tmp_path / "out.xlsx"), "重复支付")
    assert [paid_twice[name].value for name in ("file", "row", "file-sha256")] == ["支付.csv", 3, digest]
    assert paid_twice["at"].value.partition(":")[0] == Path(found["file"]).name
    shown = (tmp_path / "out.html").read_text()
    assert "<dt>文件</dt><dd>支付.csv</dd>" in shown
    assert digest in shown
    (line,) = csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text("utf-8-sig")))
    assert [line[f"source_{name}"] for name in ("file", "sheet", "row", "sha256")] == ["支付.csv", "", "3", digest]
    run = valid(json.loads((tmp_path / "out.sarif").read_text()))
    (related,) = run["results"][0]["relatedLocations"]
    assert unquote(related["physicalLocation"]["artifactLocation"]["uri"]) == "支付.csv"
    assert related["physicalLocation"]["region"] == {"startLine": 3}
    pinned = {unquote(one["location"]["uri"]).rpartition("/")[2]: one["hashes"]["sha-256"] for one in run["artifacts"]}
    assert pinned["支付.csv"] == digest
    voucher = say("show", "F01-2015-000004", main.parent, "--format", "json").json
    assert (voucher["file"], voucher["row"], voucher["payee"]) == ("支付.csv", 3, "某公司")
    assert "支付.csv" in say("show", "F01-2015-000004", main.parent, "--lang", "zh").out
    unknown = say("show", "F01-2015-999999", main.parent)
    assert unknown.code == 2
    assert in_both_languages(unknown.err)
    assert pinned[main.name] == hashlib.sha256(main.read_bytes()).hexdigest()


@pytest.mark.parametrize("foreign", [False, True])
def test_what_was_audited_is_pinned(say: Say, tmp_path: Path, *, foreign: bool) -> None:
    """The hash of every file that was read stands in the summary, the page and the record; of a foreign export too."""
    path = tmp_path / ("凭证.csv" if foreign else "a.beancount")
    if foreign:
        path.write_text(
            "日期,凭证字,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额,资金\n"
            "2015-01-05,记,1,收款,1001,银行存款,100.00,,F01\n2015-01-05,记,1,收款,4001,拨入,,100.00,F01\n",
            "utf-8",
        )
    else:
        path.write_text(CASH, "utf-8")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert say("check", path, "-o", tmp_path / "out.xlsx").code in {0, 1}
    summary = openpyxl.load_workbook(tmp_path / "out.xlsx").worksheets[0]
    said = {row[0]: str(row[2]) for row in summary.iter_rows(values_only=True) if row[0]}
    assert digest in said["Files read"]
    record = say("check", path, "--format", "json").json
    assert record["read"] == [{"file": str(path), "sha256": digest}]
    assert ("Rows accounted for" in said) == foreign
    assert say("check", path, "-o", tmp_path / "out.html").code in {0, 1}
    assert digest in (tmp_path / "out.html").read_text()


def test_a_sampling_list_says_what_it_was_drawn_from(say: Say, tmp_path: Path) -> None:
    """Ledger, path, program, day and hash; and every word in the language of the list."""
    ledger = tmp_path / "a.beancount"
    ledger.write_text(CASH + LATE, "utf-8")
    out = tmp_path / "sample.xlsx"
    answer = say("sample", ledger, "--size", "4", "--seed", "s", "--lang", "zh", "-o", out)
    assert answer.code == 0, answer.err
    workbook = openpyxl.load_workbook(out)
    method = dict(workbook["抽样方法"].iter_rows(min_row=2, max_col=2, values_only=True))
    assert hashlib.sha256(ledger.read_bytes()).hexdigest() in method["读取的文件"]
    assert (method["账套（账簿）"], method["存放位置"]) == ("a.beancount", str(ledger))
    assert method["抽样程序"].startswith("fundtrack ")
    assert method["抽样日期"] == datetime.now().astimezone().date().isoformat()
    said = [str(cell) for sheet in workbook for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert not [word for word in said if word in {"disbursement", "advance"} or "seed|fund" in word]
    printed = say("sample", ledger, "--size", "4", "--seed", "s", "--lang", "zh").out
    assert "disbursement" not in printed


def test_more_selections_than_were_asked_for_are_told(say: Say, tmp_path: Path) -> None:
    """Each fund has one at least."""
    ledger = tmp_path / "a.beancount"
    other = LATE.replace("F01-A", "F03-B").replace("1.00 CNY", "2.00 CNY")
    ledger.write_text(CASH + LATE + (other if "F03-B" in CASH else ""), "utf-8")
    answer = say("sample", ledger, "--size", "1", "--seed", "s")
    drawn = sum(
        one["hits"] for one in say("sample", ledger, "--size", "1", "--seed", "s", "--format", "json").json["strata"]
    )
    assert drawn > 1
    assert f"{drawn} selections instead of 1" in answer.err


def test_wrong_names_are_refused(say: Say, book: Path, tmp_path: Path) -> None:
    """An evidence form is a page; a check that is none has no findings; first digits have their own words."""
    out = tmp_path / "x.pdf"
    for order, word in (
        (("finding", "paper", "1", "-o", out), ".html"),
        (("finding", "list", "--check", "nope"), "nope"),
        (("benford", "--by", "year"), "First digits"),
    ):
        answer = say("--book", book, *order)
        assert answer.code == 2, answer.out
        assert word in answer.err
        assert in_both_languages(answer.err)
    assert not out.exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_comparison_without_a_difference_says_what_was_compared(say: Say, tmp_path: Path, language: Language) -> None:
    """What was asked stands in the paper, each side under its own label."""
    ledger = tmp_path / "a.beancount"
    ledger.write_text(CASH, "utf-8")
    assert say("check", ledger, "--against", ledger, "--lang", language, "-o", tmp_path / "x.xlsx").code == 0
    summary = openpyxl.load_workbook(tmp_path / "x.xlsx").worksheets[0]
    rows = list(summary.iter_rows(values_only=True))
    assert [row[1] for row in rows if row[1] in NAMES] == list(NAMES)
    labels = [row[0] for row in rows]
    assert labels.count({"en": "Compared", "zh": "比对双方"}[language]) == 2
    assert {"en": "Left out", "zh": "未列入部分"}[language] not in labels
    assert say("check", ledger, "--against", ledger, "--format", "sarif").code == 0
