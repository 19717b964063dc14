"""Mistakes at the command line: each is told in both languages, changes nothing, and is never a traceback."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

import books
import fundtrack
from commands import in_both_languages

if TYPE_CHECKING:
    from commands import Say

SAMPLE: Final = Path(fundtrack.__file__).parent / "sample" / "tianyang" / "files"


def content(folder: Path) -> dict[str, str]:
    """Return what a folder holds, apart from what SQLite keeps beside a database that is open."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(("-wal", "-shm")))
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


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
        "rebook F01-2015-000002 --project P01", "rebook F01-2015-000002 --project P77 --document x",
        "post --fund F01 --use 0601 --amount 4 --date 2015-03-01 --payee x --project P77",
        "post --split F01=1,F03=3 --use F01-0601,F03-0603 --amount 4 --date 2015-03-01 --payee x --project P77",
        "post --kind refund --original F01-2015-000002 --amount 1 --date 2015-03-01 --project P77",
        "post --kind loan --fund F03 --to F01 --amount 1 --date 2015-03-01 --document x",
        "post --kind refund --original F01-2015-000001 --amount 1 --date 2015-03-01",
        "post --split F01=1,F03=2 --use F01-0601,F03-0603 --amount 4 --date 2015-03-01 --payee x",
        "post --kind interest --split F01=1,F03=3 --amount 4 --date 2015-03-01",
        "post --kind loan --fund F01 --to F03 --split F01=1,F03=3 --amount 4 --date 2015-03-01 --document x",
        "post --kind advance --fund F01 --split F01=1,F03=3 --use 0601 --amount 4 --date 2015-03-01 --payee x",
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
    "words",
    [
        "balance", "check", "publish", "chart show", "report voucher-list", "report fund-balances",
        "import payments.csv", "import payments.csv --dry-run", "post",
        "post --fund F01 --use 0601 --amount 4 --date 2015-03-01 --payee x",
        "rebook F01-2015-000001 --use 0602 --document x", "reverse F01-2015-000001 --reason x",
        "chart grant F01:0601 --date 2016-01-01 --document x", "chart end F01:0601 --date 2016-01-01 --document x",
        "opening payments.csv --as-of 2014-12-31",
    ],
)  # fmt: skip
def test_a_book_without_a_chart_says_what_comes_first(say: Say, tmp_path: Path, payments: Path, words: str) -> None:
    """Whatever is asked of it, before its chart is written and after; the chart is all it lacks."""
    assert payments.exists()
    assert say("init", "new").code == 0
    chart = tmp_path / "new" / "ledger" / "chart.beancount"
    for _ in ("not written", "not applied"):
        before = content(tmp_path)
        answer = say("--book", "new", *words.split())
        assert (answer.code, answer.out) == (2, ""), answer
        assert f"{chart}: The book has no chart of accounts yet." in answer.err
        assert "chart apply" in answer.err
        assert in_both_languages(answer.err)
        assert content(tmp_path) == before
        chart.write_text(books.CHART, "utf-8")
    assert "fund F01 added" in say("--book", "new", "chart", "diff").out
    assert say("--book", "new", "chart", "apply", "--document", "x").code == 0
    assert say("--book", "new", "balance").code == 0


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


def test_lines_to_be_compared_are_registered_and_not_posted(say: Say, book: Path) -> None:
    """What is never posted is not called so, neither when it is new nor when it was known; what waits is named too."""
    path = SAMPLE.parent / "statements" / "B01-2015.csv"
    for language, called in (("en", "already registered"), ("zh", "此前已登记")):
        for _ in range(2):
            printed = say("--book", book, "--lang", language, "import", path).out
            assert called in printed
            assert not {"posted", "已入账"} & {*printed.split()}


def test_import_says_which_balance_does_not_follow(say: Say, book: Path, tmp_path: Path) -> None:
    """A payment that was left out of a statement is told by the row behind it, to people and to programs."""
    whole = (SAMPLE / "2-local-finance-statement-2015.csv").read_text("gb18030").splitlines(keepends=True)
    path = tmp_path / "s.csv"
    path.write_text("".join(row for row in whole if "LS0316001" not in row and "合计" not in row), "gb18030")
    plain = ("--book", book, "import", path, "--by", "ann")
    dry = (*plain, "--dry-run")
    answer = say(*dry, "--format", "json")
    assert (answer.code, answer.json[0]["balance_breaks"]) == (
        1, [{"row": 6, "expected": "10832796.37", "printed": "10090496.37", "difference": "-742300.00"}],
    )  # fmt: skip
    assert "s.csv row 6: the balance printed, 10,090,496.37, does not follow" in say("--lang", "en", *dry).out
    assert (
        "s.csv 第 6 行：所列余额 10,090,496.37，按上一笔余额和本行金额应为 10,832,796.37，相差 -742,300.00。"
        in say("--lang", "zh", *dry).out
    )
    again = [say(*plain, "--format", "json") for _ in range(2)]
    assert [one.json[0]["balance_breaks"] for one in again] == [answer.json[0]["balance_breaks"]] * 2, "also when known"
    assert len({one.json[0]["batch"] for one in again}) == 1
    path.write_text("".join(whole), "gb18030")
    assert say(*dry, "--format", "json").json[0]["balance_breaks"] == []


def test_an_amount_of_nothing_is_not_missing(say: Say, book: Path) -> None:
    """It is said to be nothing, not that it is still to be given."""
    about = ("--fund", "F01", "--use", "0601", "--payee", "x", "--date", "2015-03-01")
    told = say("--book", book, "post", *about, "--amount", "0")
    assert (told.code, "not 0.00" in told.err) == (2, True)
