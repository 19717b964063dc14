"""The command line as people use it: what it prints, its exit codes, and the shapes that programs build on."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import books
from commands import CHART, in_both_languages
from fundtrack.checking import checks
from fundtrack.cli import show

if TYPE_CHECKING:
    import pytest

    from commands import Say
    from conftest import RunCli

EXAMPLES: Final = Path(__file__).parent / "data" / "domain-examples"


def test_help_names_every_command(run_cli: RunCli) -> None:
    """In both languages, quickly, and also as a module."""
    finished = run_cli("--help")
    assert finished.returncode == 0
    for name in ("init", "demo", "import", "quarantine", "post", "reverse", "rebook", "opening", "show", "refusals",
                 "chart", "balance", "check", "explain", "checks", "formats", "report", "publish",
                 "browse", "doctor"):  # fmt: skip
        assert f"\n  {name} " in finished.stdout
    assert in_both_languages(finished.stdout)
    assert not re.search(r"^  \S+ +[^\s\u4e00-\u9fff]", finished.stdout.partition("Commands:\n")[2], re.MULTILINE)


def test_help_loads_nothing_slow() -> None:
    """What a command needs is imported when it runs."""
    program = "import sys, fundtrack.cli; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()
    assert not {"sqlalchemy", "pandas", "fava", "beancount", "openpyxl"} & set(loaded)


def test_text_from_outside_does_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither escape sequences nor marks that reverse the reading order."""
    show.say("payee \x1b[2J\u202e1000 公司\u3000甲")
    assert capsys.readouterr().out == "payee \\u001b[2J\\u202e1000 公司\u3000甲\n"


def test_columns_stand_under_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    """A Chinese character is two columns wide; numbers stand to the right."""
    show.table(["资金", "yuan"], [["中央", "1,000.00"], ["F1", "2.00"]])
    assert capsys.readouterr().out == "资金      yuan\n----  --------\n中央  1,000.00\nF1        2.00\n"


def test_formulas_do_not_run_in_a_spreadsheet(capsys: pytest.CaptureFixture[str]) -> None:
    """A text may come from anybody's file; an amount may be negative."""
    show.rows([{"name": "=cmd()", "amount": "-1.00"}], "csv", "en", ("name", "amount"))
    assert capsys.readouterr().out == "name,amount\n'=cmd(),-1.00\n"


def test_init_makes_a_book(say: Say, tmp_path: Path) -> None:
    """With its chart, in the language asked for."""
    (tmp_path / "chart.beancount").write_text(books.CHART, "utf-8")
    answer = say("init", "new", "--chart", "chart.beancount", "--document", "桂[2014]33号", "--lang", "zh")
    assert (answer.code, answer.out) == (0, "已在 new 新建账套。\n")
    shown = say("--book", "new", "chart", "show", "--format", "json").json
    assert [fund["fund"] for fund in shown["funds"]] == ["F01", "F02A", "F03", "F04"]
    assert {row["account"]: row["granted"] for row in shown["accounts"]}["Expenses:F01:0611"] is False


def test_init_takes_the_chart_of_a_sample(say: Say) -> None:
    """With the four sources of the source document."""
    assert say("init", "new", "--sample", "tianyang").code == 0
    funds = say("--book", "new", "chart", "show", "--format", "json").json["funds"]
    assert [fund["fund"] for fund in funds] == ["F01", "F02A", "F02B", "F03", "F04"]


def test_the_demo_tells_the_whole_story(run_cli: RunCli, say: Say, tmp_path: Path) -> None:
    """The figures of the source document, each refusal with its row and reason, exit code 0."""
    finished = run_cli("demo", "--no-browse")
    assert (finished.returncode, finished.stderr) == (0, "")
    for figure in ("47,034,000.00", "5,000,000.00", "37,085,800.00", "42,085,800.00", "1,692,000.00", "14,680,000.00",
                   "105,491,800.00"):  # fmt: skip
        assert figure in finished.stdout
    for reason in ("mixed-channel", "use-not-permitted", "overdrawn", "duplicate-payment"):
        assert re.search(rf" row \d+ \(.*\): {reason}: ", finished.stdout)
    assert re.search(r" row \d+: amount-unreadable: ", finished.stdout)
    assert "Wrong: 0." in say("--book", tmp_path / "tianyang", "doctor").out
    total = say("--book", tmp_path / "tianyang", "balance", "--format", "json").json["total"]
    assert total["received"] == "105491800.00"


def test_a_second_demo_has_a_folder_of_its_own(say: Say, tmp_path: Path) -> None:
    """And nothing that exists is touched; the second sample is the second document's."""
    (tmp_path / "pingshan").mkdir()
    answer = say("demo", "--sample", "pingshan", "--no-browse", "--lang", "zh")
    assert answer.code == 0
    assert (tmp_path / "pingshan-2" / "ledger" / "fava.beancount").exists()
    assert "806,000.00" in answer.out
    assert say("demo", "pingshan-2", "--sample", "pingshan", "--no-browse").code == 2


def test_the_doctor_says_what_is_wrong(say: Say, book: Path) -> None:
    """Also where a book cannot be opened for anything else, and how to mend it."""
    assert say("--book", book, "doctor").code == 0
    with sqlite3.connect(book / "book.sqlite") as database:
        database.execute("DROP VIEW book_grants")
    database.close()
    assert say("--book", book, "balance").code == 2
    answer = say("--book", book, "doctor", "--format", "json")
    assert answer.code == 1
    assert "book_grants" in answer.json[0]["message"]
    assert answer.json[0]["remedy"]


def test_the_doctor_looks_beside_the_database_too(say: Say, book: Path) -> None:
    """At pages that stop every posting, and at what was published and altered since."""
    assert say("--book", book, "publish").code == 0
    assert say("--book", book, "doctor").code == 0
    page = book / "checks" / "mine.md"
    page.write_text("# mine\n", "utf-8")
    (journal,) = (book / "ledger").glob("2015-02.*")
    journal.chmod(0o600)
    journal.write_text(journal.read_text("utf-8").replace("600.00", "500.00"), "utf-8")
    answer = say("--book", book, "doctor", "--format", "json")
    assert answer.code == 1
    named = {ailment["name"]: ailment["message"] for ailment in answer.json}
    assert str(page) in " ".join(named.values())
    assert journal.name in named["published-altered"]


def test_a_book_is_found_from_within(say: Say, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By walking up, as by option and environment."""
    monkeypatch.chdir(book / "ledger")
    within = say("balance", "--format", "json")
    monkeypatch.chdir("/")
    assert within.json == say("balance", "--book", book, "--format", "json").json
    monkeypatch.setenv("FUNDTRACK_BOOK", str(book))
    assert within.json == say("balance", "--format", "json").json


def test_balance_has_its_shape(say: Say, book: Path) -> None:
    """Amounts are decimal strings, keys are stable."""
    found = say("--book", book, "balance", "--format", "json").json
    assert {"currency", "funds", "total"} <= found.keys()
    first = found["funds"][0]
    assert {"fund", "name", "received", "spent", "advanced", "balance"} <= first.keys()
    assert (first["fund"], first["received"], first["balance"]) == ("F01", "47034000.00", "47033400.00")
    assert found["total"]["received"] == "68406000.00"
    assert "68,406,000.00" in say("--book", book, "balance").out
    by_year = say("--book", book, "balance", "--by", "fund,year", "--format", "json").json["funds"]
    assert {row["year"] for row in by_year} == {2015}
    assert say("--book", book, "balance", "--format", "csv").out.startswith("fund,name,")


def test_import_has_its_shape(say: Say, book: Path, payments: Path) -> None:
    """Every row is in one state, and counts and sums tie; what waits ends the command with 1."""
    dry = say("--book", book, "import", payments, "--dry-run", "--format", "json")
    answer = say("--book", book, "import", payments, "--format", "json")
    assert (answer.code, dry.code) == (1, 1)
    (batch,) = answer.json
    assert {key: value for key, value in dry.json[0].items() if key != "batch"} == {
        key: value for key, value in batch.items() if key != "batch"
    }
    assert set(batch) >= {
        "file", "sha256", "page", "batch", "rows", "amounts", "unreadable_rows", "dates", "printed_total",
        "printed_total_agrees", "reasons", "replaced",
    }  # fmt: skip
    assert batch["rows"] == {
        "read": 4, "posted": 1, "already_posted": 0, "not_held": 0, "quarantined": 1, "rejected": 0, "not_data": 2,
    }  # fmt: skip
    assert batch["amounts"] == {
        "read": "1268000.00", "posted": "1250000.00", "already_posted": "0.00", "not_held": "0.00",
        "quarantined": "18000.00", "rejected": "0.00", "not_data": "0.00",
    }  # fmt: skip
    assert (batch["printed_total"], batch["printed_total_agrees"]) == ("1268000.00", True)
    assert [(reason["rows"], reason["amount"]) for reason in batch["reasons"]] == [(1, "18000.00")]


def test_import_says_where_each_row_that_waits_is(say: Say, book: Path, payments: Path) -> None:
    """File and row, why, and what to do; the sound files are imported whatever the others are."""
    answer = say("--book", book, "--lang", "zh", "import", "missing.csv", payments)
    assert answer.code == 1
    assert "missing.csv" in answer.err
    assert "payments.csv 第 3 行" in answer.out
    assert "  → " in answer.out
    again = say("--book", book, "import", payments)
    assert "had been imported before" in again.out


def test_rows_that_wait_are_decided(say: Say, book: Path, payments: Path) -> None:
    """Listed, shown with masked accounts, tried again in vain, and kept out with a reason."""
    say("--book", book, "import", payments)
    (row,) = say("--book", book, "quarantine", "list", "--format", "json").json
    assert (row["name"], row["row"], row["amount"]) == ("1:3", 3, "18000.00")
    shown = say("--book", book, "quarantine", "show", "1:3")
    assert "收款人全称 = 那满镇财政所\n" in shown.out
    assert "6222020200001111222" not in shown.out
    assert say("--book", book, "quarantine", "retry").code == 1
    assert say("--book", book, "quarantine", "reject", "1:3").code == 2
    assert say("--book", book, "quarantine", "reject", "1:3", "--reason", "科目有误").code == 0
    assert say("--book", book, "quarantine", "list", "--format", "json").json == []


def test_a_voucher_is_posted_or_refused(say: Say, book: Path) -> None:
    """Its number is printed; a refusal says why in both languages and ends with 1."""
    paying = ("--book", book, "post", "--fund", "F01", "--payee", "某公司", "--date", "2015年3月1日")
    answer = say(*paying, "--use", "0601", "--amount", "1,000.00", "--format", "json")
    assert (answer.code, answer.json["vouchers"]) == (0, ["F01-2015-000003"])
    refused = say(*paying, "--use", "0612", "--amount", "1")
    assert refused.code == 1
    assert "use-not-permitted" in refused.err
    assert in_both_languages(refused.err)
    assert not refused.out


def test_a_use_goes_by_its_name(say: Say, book: Path) -> None:
    """As by its code; a name that the fund has not is answered with the nearest, in both languages."""
    paying = ("--book", book, "post", "--fund", "F01", "--payee", "某公司", "--date", "2015-03-01", "--amount", "1")
    assert say(*paying, "--use", "building").code == 0
    assert say(*paying, "--amount", "2", "--use", "F01-Building").code == 0
    for language, said in (("en", "F01 has no use called Bilding"), ("zh", "资金 F01 没有名为“Bilding”的用途")):
        refused = say(*paying, "--use", "Bilding", "--lang", language)
        assert refused.code == 2
        assert said in refused.err
        assert "0601-Building" in refused.err


def test_a_person_is_asked_for_what_is_missing(say: Say, book: Path) -> None:
    """One thing after the other, with what there is to choose from, and again where an answer cannot be read."""
    typed = "\n某公司\nF01-Relocation\n0601\ntwelve\n12.00\n2015-03-01\ny\n"
    answer = say("--book", book, "post", typed=typed)
    assert (answer.code, answer.out.count("Nothing was said")) == (0, 1), answer
    assert "F03-Houses" in answer.out
    assert "0601-Building" in answer.out
    assert "F01-2015-000003" in answer.out
    assert say("--book", book, "post", typed=typed.replace("y\n", "n\n")).code == 1
    assert say("--book", book, "balance", "--format", "json").json["funds"][0]["spent"] == "612.00"


def test_what_the_chart_has_not_is_asked_again(say: Say, book: Path) -> None:
    """A fund and a use that there are not, and an answer that is neither yes nor no; names stand in the question."""
    typed = "某公司\nF09\nF01\n前期工作\n0601\n12.00\n2015-03-01\n好像\n是\n"
    answer = say("--book", book, "post", "--lang", "zh", typed=typed)
    assert answer.code == 0, answer
    for said in (
        "科目表中没有资金 F09。",
        "资金 F01 没有用途 前期工作。",
        "请回答“是”或“否”。",
        "确认入账：支付 F01-",
        "F01-2015-000003",
    ):
        assert said in answer.out, said
    assert "disbursement" not in answer.out
    refused = say("--book", book, "post", "--fund", "F09", "--payee", "x", "--use", "0601", "--amount", "1",
                  "--date", "2015-03-01")  # fmt: skip
    assert refused.code == 1
    assert "?:" not in refused.err


def test_a_reversal_is_asked_for(say: Say, book: Path) -> None:
    """At a terminal the reason is asked for, and once more whether; no leaves everything as it was."""
    refused = say("--book", book, "reverse", "F01-2015-000002", "--lang", "zh", typed="重复录入\n否\n")
    assert refused.code == 1
    answer = say("--book", book, "reverse", "F01-2015-000002", "--lang", "zh", typed="重复录入\n是\n")
    assert answer.code == 0, answer
    assert "确认红字冲销 F01-2015-000002？" in answer.out


def test_a_project_is_one_of_the_chart(say: Say, book: Path) -> None:
    """Misspelt, it is refused before anything is asked, and the known ones are named; also where a voucher is moved."""
    for words in (("post",), ("rebook", "F01-2015-000002", "--document", "更正1号")):
        answer = say("--book", book, *words, "--project", "P1O", typed="")
        assert (answer.code, answer.out) == (2, "")
        assert "P1O" in answer.err
        assert "P01 Hometown resettlement 老乡家园" in answer.err
    moved = say("--book", book, "rebook", "F01-2015-000002", "--document", "更正1号", "--project", "P01", "--date",
                "2015-07-01", "--format", "json")  # fmt: skip
    assert (moved.code, len(moved.json["vouchers"])) == (0, 2), moved


def test_one_bill_over_several_funds(say: Say, book: Path) -> None:
    """Linked vouchers, each of its fund."""
    answer = say("--book", book, "post", "--split", "F01=60.00,F03=40.00", "--use", "F01-0601,F03-0603", "--amount",
                 "100", "--date", "2015-03-01", "--payee", "某公司", "--format", "json")  # fmt: skip
    assert answer.json["vouchers"] == ["F01-2015-000003", "F03-2015-000002"]


def test_loans_are_lent_and_repaid(say: Say, book: Path) -> None:
    """Two linked vouchers each time."""
    loan = say("--book", book, "post", "--kind", "loan", "--fund", "F01", "--to", "F03", "--amount", "100", "--date",
               "2015-03-01", "--document", "借字1号", "--format", "json")  # fmt: skip
    assert loan.json["vouchers"] == ["F01-2015-000003", "F03-2015-000002"]
    back = say("--book", book, "post", "--kind", "repayment", "--original", "F01-2015-000003", "--amount", "100",
               "--date", "2015-04-01", "--format", "json")  # fmt: skip
    assert len(back.json["vouchers"]) == 2


def test_mistakes_are_reversed_in_red(say: Say, book: Path) -> None:
    """Nothing is edited."""
    answer = say("--book", book, "reverse", "F01-2015-000002", "--reason", "重复", "--date", "2015-03-01")
    assert (answer.code, answer.out) == (0, "Posted as F01-2015-000003.\n")
    again = say("--book", book, "reverse", "F01-2015-000002", "--reason", "重复", "--date", "2015-03-01")
    assert again.code == 2
    assert "F01-2015-000003" in again.err


def test_the_wrong_use_is_rebooked(say: Say, book: Path) -> None:
    """Where only the record can be wrong, nobody is asked."""
    answer = say("--book", book, "rebook", "F01-2015-000002", "--use", "0613", "--document", "更正1号", "--date",
                 "2015-07-01", "--format", "json")  # fmt: skip
    assert (answer.code, len(answer.json["vouchers"])) == (0, 2), answer


def test_a_chart_is_changed_by_dated_acts(say: Say, book: Path) -> None:
    """Nobody need write Beancount, and what is in force is what the file says."""
    assert "Nothing differs" in say("--book", book, "chart", "diff").out
    granted = say("--book", book, "chart", "grant", "F01:0612", "--date", "2016-01-01", "--document", "桂[2016]1号")
    assert granted.code == 0
    assert "Expenses:F01:0612" in granted.out
    ended = say("--book", book, "--lang", "zh", "chart", "end", "F01:0612", "--date", "2017-01-01", "--document", "桂1")
    assert "终止" in ended.out
    with (book / CHART).open("a", encoding="utf-8") as file:
        file.write("2014-01-01 open Expenses:F03-Houses:0699-Repair CNY\n")
    assert "0699" in say("--book", book, "chart", "diff").out
    refused = say("--book", book, "chart", "grant", "F03:0699", "--date", "2016-01-01", "--document", "桂[2016]1号")
    assert (refused.code, "chart apply" in refused.err) == (2, True)
    assert say("--book", book, "chart", "apply", "--document", "桂[2016]2号").code == 0


def test_check_has_its_shape(say: Say, book: Path) -> None:
    """The book is sound by what posting asks; a ledger from elsewhere is not, and says in which lines."""
    asked = [word for name, one in checks().items() if one.scope != "book" for word in ("--only", name)]
    sound = say("--book", book, "check", "--format", "json", *asked)
    assert (sound.code, sound.json["findings"], sound.json["vouchers"]) == (0, [], 5)
    answer = say("check", EXAMPLES / "mixed_channel_passes.beancount", "--format", "json")
    assert answer.code == 1
    found = answer.json
    assert {"findings", "checks_run", "not_run", "vouchers"} <= found.keys()
    assert set(found["findings"][0]) >= {
        "check", "severity", "file", "line", "voucher", "fund", "use", "amount", "message", "remedy", "basis",
        "fingerprint",
    }  # fmt: skip
    assert [one["check"] for one in found["findings"]].count("mixed-channel") == 2
    read = say("check", EXAMPLES / "mixed_channel_passes.beancount", "--lang", "zh", "--only", "overdrawn")
    assert f"{EXAMPLES / 'mixed_channel_passes.beancount'}:12: overdrawn" in read.out


def test_fail_on_decides_the_exit_code(say: Say, tmp_path: Path) -> None:
    """Only findings from that severity on."""
    page = tmp_path / "own" / "checks" / "any-payment.md"
    page.parent.mkdir(parents=True)
    (tmp_path / "own" / "fundtrack.toml").write_text("")
    page.write_text(
        "---\nseverity: warn\nbasis: [own]\ntitle-zh: 付款\nmessage-zh: 付款。\nremedy-zh: 无。\n---\n# any-payment\n\n"
        "A payment.\n\n**Remedy.** None.\n\n```sql scope=voucher\nSELECT voucher, date FROM vouchers\n```\n", "utf-8"
    )  # fmt: skip
    checking = ("--book", tmp_path / "own", "check", EXAMPLES / "lifecycle.beancount", "--only", "any-payment")
    assert say(*checking).code == 0
    assert say(*checking, "--fail-on", "warn").code == 1


def test_pages_are_listed_and_explained(say: Say) -> None:
    """Outside any book, in both languages."""
    listed = say("checks", "--format", "json").json
    assert {"name", "catalogue", "severity", "title", "basis", "parameters", "from", "to"} == set(listed[0])
    assert {"mixed-channel", "overdrawn"} <= {page["name"] for page in listed}
    assert "渠道混用" in say("checks", "--lang", "zh").out
    assert "treasury-payment" in say("formats").out
    explained = say("explain", "overdrawn", "--lang", "zh").out
    assert "超支" in explained
    assert "SELECT" in explained
    assert "不是单独成页的检查" in say("explain", "published-altered").err


def test_a_ledger_is_published_in_either_language(say: Say, book: Path) -> None:
    """The second time nothing is written."""
    assert "5 vouchers" in say("--book", book, "publish").out
    assert "0 files written" in say("--book", book, "publish").out
    say("--book", book, "publish", "--lang", "zh")
    assert "A资产" in "".join(path.read_text("utf-8") for path in (book / "ledger").glob("accounts*"))


def test_a_refusal_can_be_read_by_a_program(say: Say, book: Path) -> None:
    """As JSON on the standard output, whatever was to be posted; people read it on the standard error as ever."""
    much = ("post", "--payee", "x", "--fund", "F03", "--use", "0603", "--amount", "99999999", "--date", "2015-03-01")
    answer = say("--book", book, *much, "--format", "json")
    assert answer.code == 1
    assert answer.json["refused"] is True
    (finding,) = answer.json["findings"]
    assert (finding["check"], finding["severity"], finding["fund"]) == ("overdrawn", "fatal", "F03")
    assert "overdrawn" in answer.err
    spoken = say("--book", book, *much)
    assert (spoken.code, spoken.out, spoken.err) == (1, "", answer.err)
    spent = say(
        "--book", book, "reverse", "F01-2015-000001", "--reason", "x", "--date", "2015-02-01", "--format", "json"
    )
    assert (spent.code, spent.json["refused"]) == (1, True)
