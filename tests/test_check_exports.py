"""What a check gives out, as a stranger reads it: SARIF, a working paper, a page, CSV; all, a part, or the news."""

from __future__ import annotations

import csv
import io
import json
import stat
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

import openpyxl
import pandas as pd
import pytest
from playwright.sync_api import sync_playwright

from books import small_book
from commands import PAYMENTS, in_both_languages
from fundtrack.checking import checks
from fundtrack.checking.audit import audit_ledger
from fundtrack.errors import LANGUAGES, messages
from fundtrack.ledger import publish
from fundtrack.reporting.audits import SUFFIXES, as_csv, page, working_paper
from fundtrack.reporting.audits.paper import COLUMNS, HEAD_ROW
from fundtrack.reporting.audits.sarif import sarif
from ledgers import BROKEN, CASH, post_troubles
from sariflog import valid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commands import Say
    from fundtrack.checking.audit import Audit
    from fundtrack.errors import Language

pytestmark = pytest.mark.usefixtures("only_at_posting")

DATA: Final = Path(__file__).parent / "data"
MIXED: Final = DATA / "domain-examples" / "mixed_channel_passes.beancount"

HOSTILE: Final = (
    "=1+1", "+1", "-1", "@A1", "＝HYPERLINK(1)", "－1", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>',
    "\u202egnp", "{{ 7*7 }}", "&lt;b&gt;", "' OR 1=1", "#N/A", "[x](javascript:alert(1))",
)  # fmt: skip
"""Whom a county may find among its payees."""

PAYEE_PAGE: Final = """\
---
catalogue: XX-02
severity: warn
basis: [本县规定]
title-zh: '=付款/名册:[全部]'
message-zh: '{{payee}} 收款 {{amount}} {{unit}}。'
reason-zh: 逐笔核对。
remedy-zh: 核对 {{payee}}。
parameters: {{limit: 0}}
amounts: [amount, actual, expected]
---
# {name}

{{payee}} was paid {{amount}} {{unit}}.

Every payment is looked at.

**Remedy.** Look at {{payee}}.

```sql scope=voucher
SELECT voucher, date, fund, unit, amount, payee, payee AS evidence, amount AS actual, :limit AS expected
FROM postings WHERE account_kind = 'use' AND amount > :limit
```
"""


def hostile_audit(folder: Path, name: str = "any-payee") -> Audit:
    """Audit a ledger that pays everybody, by a page that names everybody."""
    pages = folder / "pages"
    pages.mkdir()
    (pages / f"{name}.md").write_text(PAYEE_PAGE.format(name=name), "utf-8")
    paid = "".join(
        f'2015-03-{day:02d} * {json.dumps(payee, ensure_ascii=False)} "x"\n'
        f"  Expenses:F01-A:House  {day}.05 CNY\n  Assets:F01-A:Cash\n"
        for day, payee in enumerate(HOSTILE, 1)
    )
    ledger = folder / "县 账" / "主 账.beancount"
    ledger.parent.mkdir()
    ledger.write_text(CASH + paid + BROKEN, "utf-8")
    audited = audit_ledger(ledger, pages=pages)
    assert Counter(one.check for one in audited.findings)[name] == len(HOSTILE)
    return audited


def uris(value: object) -> list[str]:
    """Return every address in a SARIF run."""
    if isinstance(value, dict):
        own = [value["uri"]] if isinstance(value.get("uri"), str) else []
        return own + [uri for part in value.values() for uri in uris(part)]
    return [uri for part in value for uri in uris(part)] if isinstance(value, list) else []


def test_the_schema_refuses_what_is_no_sarif() -> None:
    """The yardstick itself measures."""
    log = sarif(audit_ledger(MIXED), "en")
    log["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(AssertionError, match="fatal"):
        valid(log)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sarif_of_a_ledger(language: Language, say: Say) -> None:
    """Rules are the pages, results the findings with file and line; what was not run is told, and no folder."""
    answer = say("check", MIXED, "--format", "sarif", "--lang", language)
    assert answer.code == 1
    run, audited = valid(answer.json), audit_ledger(MIXED)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [name for name, one in checks().items() if one.scope != "book"]
    for rule, check in zip(rules, [one for one in checks().values() if one.scope != "book"], strict=True):
        said = rule["properties"]
        assert (said["sha256"], said["catalogue"]) == (check.page.digest, check.page.front["catalogue"])
        assert said["basis"] == check.page.front["basis"]
        assert rule["fullDescription"]["text"] == check.page.text("reason", language)
        assert {said["en"]["reason"], said["zh"]["reason"]} == {check.page.reason, check.page.front["reason-zh"]}
        assert not [text for spoken in LANGUAGES for text in said[spoken].values() if "{" in text]
    lines = [one["locations"][0]["physicalLocation"]["region"]["startLine"] for one in run["results"]]
    assert lines == [one.subject.line for one in audited.findings]
    assert [one["message"]["text"] for one in run["results"]] == [one.messages[language] for one in audited.findings]
    assert [rules[one["ruleIndex"]]["id"] for one in run["results"]] == [one.check for one in audited.findings]
    assert {one["level"] for one in run["results"]} == {"error"}
    assert not any("baselineState" in one for one in run["results"])
    (invocation,) = run["invocations"]
    notes = invocation["toolExecutionNotifications"]
    assert [note["associatedRule"]["id"] for note in notes] == [one.check for one in audited.not_run]
    assert str(MIXED.parent) not in answer.out


def test_sarif_names_no_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses are relative and quoted: to where one stands, else to the ledger."""
    audited = hostile_audit(tmp_path)
    for here, expected, base in ((tmp_path, "县 账/主 账.beancount", "%SRCROOT%"), (DATA, "主 账.beancount", "LEDGER")):
        monkeypatch.chdir(here)
        log = sarif(audited, "zh")
        run = valid(log)
        places = [one["locations"][0]["physicalLocation"]["artifactLocation"] for one in run["results"]]
        assert {(unquote(one["uri"]), one["uriBaseId"]) for one in places} == {(expected, base)}
        assert all(not urlsplit(uri).scheme and not uri.startswith("/") and uri.isascii() for uri in uris(run))
        assert str(tmp_path) not in json.dumps(log, ensure_ascii=False)


def test_sarif_of_a_book(say: Say, book: Path, tmp_path: Path) -> None:
    """What came in by a file stands at its row, under the voucher's number, with the file's hash."""
    twins = tmp_path / "twins.csv"
    row = "SQ1,PZ1,2015-04-02,F01,,,F01-0601,45001234560001,某公司,,款,,10.00,\n"
    twins.write_text(PAYMENTS.splitlines(keepends=True)[0] + row * 2, "gb18030")
    assert say("--book", book, "import", twins).code == 0
    run = valid(say("--book", book, "check", "--format", "sarif").json)
    (result,) = run["results"]
    (place,) = result["locations"]
    assert place["physicalLocation"]["region"] == {"startLine": 3}
    assert {"name": "F01-2015-000004", "kind": "voucher"} in place["logicalLocations"]
    assert (result["level"], result["properties"]["severity"]) == ("error", "error")
    (artifact,) = run["artifacts"]
    assert artifact["location"] == place["physicalLocation"]["artifactLocation"] == {"uri": "twins.csv"}
    assert len(artifact["hashes"]["sha-256"]) == 64


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_altered_ledger_in_every_form(tmp_path: Path, language: Language) -> None:
    """What no page says has its rule, its section and its sheet as well."""
    book = small_book(tmp_path / "book")
    post_troubles(book)
    main = publish(book, language).main
    journal = next(main.parent.glob("2015-01.*"))
    journal.write_text(journal.read_text("utf-8").replace("47034000.00", "47034.00"), "utf-8")
    audited = audit_ledger(main.parent)
    run = valid(sarif(audited, language))
    assert {one["id"] for one in run["tool"]["driver"]["rules"]} - set(checks()) == {"published-altered"}
    assert "published-altered" in page(audited, language)
    assert "published-altered" in working_paper(audited, language).sheetnames
    assert "duplicate-payment" in as_csv(audited, language)


def findings_of(workbook: Any, sheet: str) -> list[Mapping[str, Any]]:  # noqa: ANN401 - openpyxl ships no types
    """Return the rows of a sheet of findings by the names of the columns."""
    rows = workbook[sheet].iter_rows(min_row=HEAD_ROW + 1)
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


@pytest.mark.parametrize("language", LANGUAGES)
def test_working_paper(say: Say, tmp_path: Path, language: Language) -> None:
    """A sheet for each check that found something, every finding in it, room for the auditor; pandas reads it too."""
    answer = say("check", MIXED, "--lang", language, "-o", tmp_path / "paper.xlsx")
    assert answer.code == 1
    workbook, audited = openpyxl.load_workbook(tmp_path / "paper.xlsx"), audit_ledger(MIXED)
    names = {"mixed-channel": "渠道混用", "overdrawn": "超支"} if language == "zh" else {}
    found = {check: [one for one in audited.findings if one.check == check] for check in ("mixed-channel", "overdrawn")}
    assert workbook.sheetnames[1:] == [names.get(check, check) for check in found]
    for check, findings in found.items():
        sheet = names.get(check, check)
        rows = findings_of(workbook, sheet)
        assert [row["amount"].value for row in rows] == [one.amount // 100 for one in findings if one.amount]
        assert {row["amount"].number_format for row in rows} == {"#,##0.00"}
        assert [row["row"].value for row in rows] == [one.subject.line for one in findings]
        assert [row["fingerprint"].value for row in rows] == [one.fingerprint for one in findings]
        assert all(row["verified"].value is None and row["conclusion"].value is None for row in rows)
        assert workbook[sheet].freeze_panes == f"A{HEAD_ROW + 1}"
        assert workbook[sheet].print_title_rows == f"${HEAD_ROW}:${HEAD_ROW}"
        frame = pd.read_excel(tmp_path / "paper.xlsx", sheet_name=sheet, header=HEAD_ROW - 1, engine="calamine")
        amount = messages()["paper-amount"][language]
        assert frame[amount].sum() == sum(one.amount // 100 for one in findings if one.amount)
        above = [cell for row in workbook[sheet].iter_rows(max_row=HEAD_ROW - 1, values_only=True) for cell in row]
        assert {findings[0].remedies[language], findings[0].page_sha256} <= set(above)
    summary = [cell for row in workbook[workbook.sheetnames[0]].iter_rows(values_only=True) for cell in row]
    assert {one.why[language] for one in audited.not_run} <= set(summary)
    assert {digest for _, digest in audited.pages if digest} & set(summary)
    assert "2,800,000.00 CNY" in summary
    assert (tmp_path / "paper.xlsx").exists()


def test_a_working_paper_runs_no_payee(tmp_path: Path) -> None:
    """No cell is a formula, whoever was paid; amounts stay exact numbers; names of sheets stay names."""
    audited = hostile_audit(tmp_path)
    for language in LANGUAGES:
        path = tmp_path / f"{language}.xlsx"
        working_paper(audited, language).save(path)
        workbook = openpyxl.load_workbook(path)
        assert all(len(name) <= 31 and not set(name) & set("\\*?:/[]") for name in workbook.sheetnames)
        assert not [c.value for sheet in workbook for row in sheet.iter_rows() for c in row if c.data_type in "fe"]
        rows = next(rows for sheet in workbook.sheetnames[1:] if len(rows := findings_of(workbook, sheet)) > 10)
        assert [row["evidence"].value for row in rows] == [one.replace("\u202e", "\\u202e") for one in HOSTILE]
        assert [Decimal(str(row["difference"].value)) for row in rows] == [
            Decimal(f"{day}.05") for day in range(1, len(HOSTILE) + 1)
        ]
        assert {row["evidence"].quotePrefix for row in rows} == {True}


def test_sheets_of_long_names_stay_apart(tmp_path: Path) -> None:
    """Two checks whose names begin alike have a sheet each."""
    audited = hostile_audit(tmp_path, "payments-to-anybody-whatsoever-of-one-kind")
    (one, *_) = [check for check in audited.checks if check.name.startswith("payments")]
    names = [f"payments-to-anybody-whatsoever-of-{kind}-kind" for kind in ("one", "another", "a-third")]
    several = replace(
        audited,
        checks=tuple(replace(one, name=name) for name in names),
        findings=tuple(replace(audited.findings[0], check=name) for name in names),
    )
    assert len({name.casefold() for name in working_paper(several, "en").sheetnames}) == 4


def test_the_sampling_list_stands_in_the_working_paper(say: Say, tmp_path: Path) -> None:
    """One order draws the sample into the paper, the same that `sample` draws, with all to draw it again."""
    paper = tmp_path / "x.xlsx"
    asked = ("--seed", "2015-审计", "--lang", "zh")
    assert say("check", MIXED, "-o", paper, "--sample", "3", *asked).code == 1
    workbook = openpyxl.load_workbook(paper)
    assert workbook.sheetnames[-3:] == ["抽样清单", "分层", "抽样方法"]
    drawn = say("sample", MIXED, "--size", "3", *asked, "--format", "json").json
    head, *rows = workbook["抽样清单"].iter_rows(values_only=True)
    assert [row[head.index("金额")] for row in rows] == [float(one["amount"]) for one in drawn["items"]]
    method = dict(workbook["抽样方法"].iter_rows(min_row=2, max_col=2, values_only=True))
    assert method["随机种子"] == "2015-审计"
    for lacking in (("--sample", "3"), ("--seed", "x")):
        answer = say("check", MIXED, "-o", paper, *lacking)
        assert answer.code == 2
        assert in_both_languages(answer.err)
    assert say("check", MIXED, "-o", tmp_path / "x.html", "--sample", "3", "--seed", "x").code == 2
    assert not (tmp_path / "x.html").exists()


def test_an_output_never_replaces_what_is_audited(say: Say, tmp_path: Path) -> None:
    """Neither the journal nor anything in its folder; the mode of an old output stays, and a protected one too."""
    folder = tmp_path / "c1"
    folder.mkdir()
    journal = folder / "v.csv"
    journal.write_text("日期,凭证字,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额,资金\n", "utf-8")
    for path, out in ((journal, journal), (folder, folder / "findings.csv"), (folder, folder / "sub" / "a.json")):
        answer = say("check", path, "-o", out)
        assert (answer.code, out == journal or not out.exists()) == (2, True)
        assert "not written over" in answer.err
        assert in_both_languages(answer.err)
    assert journal.read_text("utf-8").startswith("日期")
    out = tmp_path / "out.csv"
    for mode, written in ((0o600, True), (0o444, False)):
        out.write_text("old")
        out.chmod(mode)
        answer = say("check", MIXED, "-o", out)
        assert (answer.code, out.read_text() != "old") == (1 if written else 2, written)
        assert stat.S_IMODE(out.stat().st_mode) == mode
        out.chmod(0o600)


def test_csv_runs_no_payee(tmp_path: Path) -> None:
    """A text that begins like a formula is quoted; a difference below zero stays a number."""
    audited = hostile_audit(tmp_path)
    below = replace(audited.findings[-1], actual="-2.00", expected="1.00", difference="-3.00", amount=-200)
    rows = list(csv.DictReader(io.StringIO(as_csv(replace(audited, findings=(*audited.findings, below)), "zh"))))
    for row, payee in zip([row for row in rows if row["check"] == "any-payee"], HOSTILE, strict=False):
        formula = payee.startswith(tuple("=+-@＝－"))
        shown = payee.replace("\u202e", "\\u202e")
        assert row["evidence"] == (f"'{shown}" if formula else shown)
        assert row["message"].startswith("'") == (formula or payee.startswith("'"))
    assert (rows[-1]["amount"], rows[-1]["actual"], rows[-1]["difference"]) == ("-2.00", "-2.00", "-3.00")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_runs_no_payee(tmp_path: Path, browser: str, language: Language) -> None:
    """In a browser: every finding is read as it was written, nothing runs, nothing is fetched; drilled down by hand."""
    audited = hostile_audit(tmp_path)
    (tmp_path / "out.html").write_text(page(audited, language), "utf-8")
    complaints: list[str] = []
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        seen = opened.new_page(java_script_enabled=True)
        seen.on("dialog", lambda dialog: complaints.append(dialog.message))
        seen.on("request", lambda request: complaints.append(request.url) if "out.html" not in request.url else None)
        seen.goto((tmp_path / "out.html").as_uri())
        assert seen.locator("img, script").count() == 0
        assert seen.locator(".of").text_content() == "主 账.beancount"
        part = seen.locator("#any-payee")
        assert "=1+1" not in (part.locator("dl.say").text_content() or "")
        leads = part.locator("details.finding")
        assert leads.count() == len(HOSTILE)
        for at, finding in enumerate(one for one in audited.findings if one.check == "any-payee"):
            shown = finding.messages[language].replace("\u202e", "\\u202e")
            assert leads.nth(at).locator(".text").text_content() == shown
        detail = leads.nth(2).locator("dl.sum")
        assert not detail.is_visible()
        leads.nth(2).locator("summary").click()
        assert detail.is_visible()
        assert "3.05 CNY − 0.00 CNY = 3.05 CNY" in (detail.text_content() or "")
        seen.emulate_media(media="print")
        assert leads.nth(5).locator("dl.facts").is_visible()
        opened.close()
    assert complaints == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_of_each_kind(say: Say, tmp_path: Path, suffix: str) -> None:
    """The suffix decides; what was found is summed up on the terminal, and the exit code stays."""
    out = tmp_path / f"out{suffix.upper()}"
    out.write_bytes(b"old")
    answer = say("check", MIXED, "-o", out)
    assert (answer.code, answer.err) == (1, "")
    assert "mixed-channel" in answer.out
    assert "2,800,000.00 CNY" in answer.out
    assert str(out) in answer.out
    assert "may not" not in answer.out
    begins = {".json": b"{", ".sarif": b"{", ".csv": b"\xef\xbb\xbfseverity", ".xlsx": b"PK", ".html": b"<!doctype"}
    assert out.read_bytes().startswith(begins[suffix])
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_a_file_is_the_same_as_what_is_printed(say: Say) -> None:
    """JSON, SARIF and CSV, which take the same way."""
    for form in ("json", "sarif", "csv"):
        printed = say("check", MIXED, "--format", form, "-o", f"out.{form}").out
        assert Path(f"out.{form}").read_text("utf-8-sig") == printed


@pytest.mark.parametrize("name", ["out.doc", "out", "nowhere/out.json", "folder.json"])
def test_what_cannot_be_written_is_told_first(say: Say, tmp_path: Path, name: str) -> None:
    """Before anything is checked: not even that there is no such ledger."""
    (tmp_path / "folder.json").mkdir()
    answer = say("check", "no-such.beancount", "-o", name)
    assert (answer.code, answer.out) == (2, "")
    assert name in answer.err
    assert "no-such" not in answer.err
    assert in_both_languages(answer.err)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.json"]


def test_an_audit_that_fails_leaves_the_old_file(say: Say, tmp_path: Path) -> None:
    """And no draft beside it."""
    (tmp_path / "out.json").write_text("old")
    assert say("check", "no-such.beancount", "-o", "out.json").code == 2
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("out.json", "old")]


def test_the_sums_of_the_table(say: Say) -> None:
    """By check, how many and how much, in amounts that are those of JSON."""
    answer = say("check", MIXED)
    rows = [line.split() for line in answer.out.splitlines() if line.startswith(("mixed-channel ", "overdrawn "))]
    record = say("check", MIXED, "--format", "json").json
    amounts = [f"{Decimal(one['amounts']['CNY']):,}" for one in record["summary"]]
    assert rows == [["mixed-channel", "2", amounts[0], "CNY"], ["overdrawn", "1", amounts[1], "CNY"]]
    assert sum(one["findings"] for one in record["summary"]) == len(record["findings"])
    assert sum(Decimal(one["amount"]) for one in record["findings"]) == sum(starmap(_amount, enumerate(amounts)))


def _amount(_at: int, said: str) -> Decimal:
    return Decimal(said.replace(",", ""))
