"""The command line as people use it: what it prints, its exit codes, and that no mistake of theirs is a traceback."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol
from unittest import mock

import pytest

import books
from fundtrack import cli
from fundtrack.cli import show

if TYPE_CHECKING:
    from conftest import RunCli

EXAMPLES: Final = Path(__file__).parent / "data" / "domain-examples"
CHART: Final = Path("ledger") / "chart.beancount"

PAYMENTS: Final = """\
支付申请编号,支付凭证号,实际支付日期,资金名称,项目名称,本级指标文号,列支科目,付款人账号,收款人全称,收款人账号,用途,凭证摘要,支付金额,银行交易流水号
SQ1,PZ1,2015-04-02,F01,老乡家园,阳财农〔2015〕12号,F01-0601,45001234560001,某建筑公司,6222020200001111222,进度款,,"1,250,000.00",GK1
SQ2,PZ2,2015-04-03,F03,,,F03-0699,45001234560001,那满镇财政所,6222020200001111222,补助,,18000.00,GK2
合计,,,,,,,,,,,,1268000.00,
"""


@dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever JSON says
        """What it printed, for a machine."""
        return json.loads(self.out)


class Say(Protocol):
    """Gives a command to fundtrack."""

    def __call__(self, *args: str | Path, typed: str | None = None) -> Answer:
        """Run it; `typed` is what a person at a terminal types."""


class Terminal(io.StringIO):
    """A standard input at which somebody sits."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Say:
    """Return the command line without the start of a process; a crash fails the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    language = dict.fromkeys(("LC_ALL", "LANG"), "C.UTF-8")

    def run(*args: str | Path, typed: str | None = None) -> Answer:
        monkeypatch.setattr(sys, "argv", ["fundtrack", *map(str, args)])
        monkeypatch.setattr(sys, "stdin", io.StringIO() if typed is None else Terminal(typed))
        with mock.patch.dict(os.environ, language), pytest.raises(SystemExit) as end:
            cli.main()
        printed = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return Answer(end.value.code, printed.out, printed.err)

    return run


@pytest.fixture(scope="module")
def small_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small book that nobody writes to."""
    folder = tmp_path_factory.mktemp("small") / "book"
    books.small_book(folder).engine.dispose()
    (folder / CHART).write_text(books.CHART, "utf-8")
    return folder


@pytest.fixture
def book(small_book: Path, tmp_path: Path) -> Path:
    """Return a small book of one's own."""
    return Path(shutil.copytree(small_book, tmp_path / "book"))


@pytest.fixture
def payments(tmp_path: Path) -> Path:
    """Return a file of the treasury: a sound payment, one for a use that does not exist, and a total."""
    path = tmp_path / "payments.csv"
    path.write_text(PAYMENTS, "gb18030")
    return path


def content(folder: Path) -> dict[str, str]:
    """Return what a folder holds, apart from what SQLite keeps beside a database that is open."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(("-wal", "-shm")))
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def in_both_languages(text: str) -> bool:
    """Say whether a text has English and Chinese words."""
    return any("a" <= character <= "z" for character in text) and any("一" <= character <= "龥" for character in text)


def test_help_names_every_command(run_cli: RunCli) -> None:
    """In both languages, quickly, and also as a module."""
    finished = run_cli("--help")
    assert finished.returncode == 0
    for name in ("init", "demo", "import", "quarantine", "post", "reverse", "rebook", "opening", "chart", "balance",
                 "check", "explain", "checks", "formats", "report", "publish", "browse", "doctor"):  # fmt: skip
        assert f"\n  {name} " in finished.stdout
    assert in_both_languages(finished.stdout)


def test_help_loads_nothing_slow() -> None:
    """What a command needs is imported when it runs."""
    program = "import sys, fundtrack.cli; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()
    assert not {"sqlalchemy", "pandas", "fava", "beancount", "openpyxl"} & set(loaded)


@pytest.mark.parametrize(
    "words",
    [
        "nonsense", "check --nonsense", "chart nonsense", "post --amount twelve", "post --amount 1.005",
        "post --date 2015-02-29", "post --kind gift", "import", "opening", "browse --port 99999",
        "check --fail-on none",
        "--lang fr checks", "balance --format xml",
    ],
)  # fmt: skip
def test_wrong_usage_changes_nothing(say: Say, book: Path, words: str) -> None:
    """Exit code 2, said in both languages, nothing on the standard output."""
    before = content(book)
    answer = say("--book", book, *words.split())
    assert answer.code == 2
    assert in_both_languages(answer.err)
    assert not answer.out
    assert content(book) == before


@pytest.mark.parametrize(
    "words",
    [
        "balance --by moon", "post --fund F01", "reverse F01-2015-000099 --reason x", "reverse 12 --reason x",
        "reverse F01-2015-000002", "rebook F01-2015-000002 --fund F03 --use 0603 --document x",
        "rebook F01-2015-000002 --project P01",
        "post --kind loan --fund F03 --to F01 --amount 1 --date 2015-03-01 --document x",
        "post --kind refund --original F01-2015-000001 --amount 1 --date 2015-03-01",
        "post --split F01=1,F03=2 --use F01-0601,F03-0603 --amount 4 --date 2015-03-01 --payee x",
        "post --split F01 --use 0601 --amount 4 --date 2015-03-01 --payee x", "import missing.csv", "import .",
        "import nonsense.bin", "import payments.csv --as nonsense", "quarantine show 9:9", "quarantine reject 1:1",
        "chart grant F01:9999 --date 2016-01-01 --document x", "chart grant F01:0612", "chart apply missing.beancount",
        "chart apply gb.beancount --document x", "chart apply nonsense.bin --document x", "check missing.beancount",
        "check nonsense.bin", "check --only moon", "check .", "explain moon", "report moon", "browse --no-open",
        "browse --no-open --host 0.0.0.0", "opening missing.csv --as-of 2014-12-31",
        "opening nonsense.bin --as-of 2014-12-31", "demo --sample moon", "init book",
        "init new --chart missing.beancount", "init new --chart book/ledger/chart.beancount", "init new --sample moon",
    ],
)  # fmt: skip
def test_mistakes_are_told_and_change_nothing(say: Say, book: Path, payments: Path, words: str) -> None:
    """Exit code 2, both languages, no traceback, and the book as it was."""
    payments.with_name("nonsense.bin").write_bytes(bytes(range(256)))
    payments.with_name("gb.beancount").write_text(books.CHART, "gb18030")
    before = content(book)
    answer = say("--book", book, *words.split())
    assert answer.code == 2, answer
    assert in_both_languages(answer.err)
    assert content(book) == before
    assert not book.with_name("new").exists()


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("fundtrack.toml", b"title = "), ("fundtrack.toml", b"\xff"), ("fundtrack.toml", b'language = "fr"'),
        ("fundtrack.toml", None), ("book.sqlite", b"not a database, only some text in a file" * 99),
        ("book.sqlite", b""), ("book.sqlite", None),
    ],
)  # fmt: skip
def test_a_damaged_book_is_told(say: Say, book: Path, file: str, text: bytes | None) -> None:
    """Every file without which there is no book."""
    for path in book.glob(f"{file}*"):
        path.unlink()
    if text is not None:
        (book / file).write_bytes(text)
    answer = say("--book", book, "balance")
    assert answer.code == 2, answer
    assert in_both_languages(answer.err)


def test_a_fault_of_ours_is_one_sentence(tmp_path: Path) -> None:
    """Exit code 70; who looks for the fault gets the traceback."""
    program = "import sys; from fundtrack import cli; cli.app.command('fail')(lambda: 1 / 0); cli.main()"
    command = [sys.executable, "-c", program, "fail"]
    finished = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", cwd=tmp_path)
    assert finished.returncode == 70
    assert "ZeroDivisionError" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert in_both_languages(finished.stderr)
    debugging = os.environ | {"FUNDTRACK_DEBUG": "1"}
    finished = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", env=debugging)
    assert "Traceback" in finished.stderr


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
    for reason in ("mixed-channel", "use-not-permitted", "overdrawn", "duplicate-payment", "amount-unreadable"):
        assert re.search(rf" row \d+ \(.*\): {reason}: ", finished.stdout)
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
        "printed_total_agrees", "reasons",
    }  # fmt: skip
    assert batch["rows"] == {"read": 4, "posted": 1, "already_posted": 0, "quarantined": 1, "not_data": 2}
    assert batch["amounts"] == {
        "read": "1268000.00", "posted": "1250000.00", "already_posted": "0.00", "quarantined": "18000.00",
        "not_data": "0.00",
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
    assert "那满镇财政所" in shown.out
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


def test_a_person_is_asked_for_what_is_missing(say: Say, book: Path) -> None:
    """One thing after the other, with what there is to choose from, and again where an answer cannot be read."""
    typed = "某公司\nF01-Relocation\n0601\ntwelve\n12.00\n2015-03-01\ny\n"
    answer = say("--book", book, "post", typed=typed)
    assert answer.code == 0, answer
    assert "F03-Houses" in answer.out
    assert "0601-Building" in answer.out
    assert "F01-2015-000003" in answer.out
    assert say("--book", book, "post", typed=typed.replace("y\n", "n\n")).code == 1
    assert say("--book", book, "balance", "--format", "json").json["funds"][0]["spent"] == "612.00"


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
    """The book is sound; a ledger from elsewhere is not, and says in which lines."""
    sound = say("--book", book, "check", "--format", "json")
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


def test_a_ledger_is_published_in_either_language(say: Say, book: Path) -> None:
    """The second time nothing is written."""
    assert "5 vouchers" in say("--book", book, "publish").out
    assert "0 files written" in say("--book", book, "publish").out
    say("--book", book, "publish", "--lang", "zh")
    assert "A资产" in "".join(path.read_text("utf-8") for path in (book / "ledger").glob("accounts*"))
