"""Two books against each other: what only one has, what differs, which balances do not agree; and nothing else."""

from __future__ import annotations

import json
import secrets
import shutil
import tracemalloc
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import openpyxl
import pytest

from books import post_payment, post_simple, small_book
from commands import in_both_languages
from fundtrack.checking.against import audit_against
from fundtrack.checking.differences import NAMES
from fundtrack.checking.extent import EVERYTHING
from fundtrack.checking.side import book_side, source_side
from fundtrack.checking.source import ledger_source
from fundtrack.ledger import publish
from fundtrack.ledger.agreeing import disagreements
from fundtrack.posting import Draft, Entry, Leg, post
from ledgers import CASH, post_troubles
from sariflog import valid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import URL

    from commands import Say
    from fundtrack.book import Book
    from fundtrack.checking.audit import Audit

LEGS: Final = (Leg("F01", "0601"), Leg("F01", "1001"))

PAY: Final = '2015-{month:02d}-{day:02d} * "{payee}" "x"\n  Expenses:F01-A:House  {amount} CNY\n  Assets:F01-A:Cash\n'


class Make(Protocol):
    """Makes the small book."""

    def __call__(self, folder: Path, database: URL | str = "") -> Book:
        """Make it in a folder and a database."""


@pytest.fixture
def make() -> Iterator[Make]:
    """Give what makes the small book, and let go of its database afterwards."""
    with ExitStack() as stack:

        def made(folder: Path, database: URL | str = "") -> Book:
            book = small_book(folder, database)
            stack.callback(book.engine.dispose)
            return book

        yield made


def differences(audit: Audit) -> list[tuple[str, str]]:
    """Return the name and voucher of what is found by comparing."""
    return [(one.check, one.subject.voucher) for one in audit.findings if one.check in NAMES]


def against(here: Book, there: Path | Book) -> Audit:
    """Hold a book against a published ledger or another book."""
    with ExitStack() as stack:
        other = source_side(ledger_source(there)) if isinstance(there, Path) else book_side(there)
        sides = (stack.enter_context(book_side(here)), stack.enter_context(other))
        return audit_against(*sides, only=(), extent=EVERYTHING)


def tampered(ledger: Path, was: str, becomes: str) -> Path:
    """Change an amount in a published ledger, on both sides of the one voucher that has it."""
    (file,) = (one for one in ledger.glob("20*.beancount") if was in one.read_text("utf-8"))
    text = file.read_text("utf-8")
    assert text.count(was) == 2
    file.write_text(text.replace(was, becomes), "utf-8")
    return ledger


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_book_and_its_ledger_are_the_same(make: Make, book_dir: Path, database_url: URL, language: str) -> None:
    """On each engine, whatever was posted, in either language; and both sides are told with their days."""
    book = make(book_dir, database_url)
    post_troubles(book)
    published = publish(book, "zh" if language == "zh" else "en")
    audit = against(book, published.main.parent)
    with book.reading() as connection:
        assert [*disagreements(connection, published.main.parent)] == []
    assert audit.findings == ()
    assert audit.compared is not None
    here, there = audit.compared.here, audit.compared.there
    assert here[2:] == there[2:]
    assert here.vouchers > 10
    assert [one.kind for one in audit.limits] == ["chart-not-compared"]


def test_one_amount_changed_is_exactly_that_one(make: Make, book_dir: Path, database_url: URL) -> None:
    """The voucher, by its number, and the two balances that follow from it, to the fen."""
    book = make(book_dir, database_url)
    fen = 100 + secrets.randbelow(10_000)
    number = post_payment(book, "F03", "0603", fen).numbers[0]
    post_payment(book, "F03", "0603", fen + 1)
    ledger = publish(book, "en").main.parent
    written = f"{fen // 100}.{fen % 100:02d} CNY"
    more = f"{(fen + 20000) // 100}.{fen % 100:02d} CNY"
    audit = against(book, tampered(ledger, written, more))
    assert differences(audit) == [("differs", number), ("balance-differs", ""), ("balance-differs", "")]
    differs, *balances = (one for one in audit.findings if one.check in NAMES)
    assert (differs.difference, differs.fund, differs.date) == ("-200.00", "F03", "2015-03-01")
    assert {one.difference for one in balances} == {"200.00", "-200.00"}
    assert "published-altered" in [one.check for one in audit.findings]


CHANGES: Final = {
    "payee": ('"某公司"', '"另一公司"'),
    "date": ("2015-03-01 *", "2015-03-02 *"),
    "account": ("Expenses:F03-Houses:0603-Building", "Expenses:F03-Houses:0699-Building"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_differs_is_said(make: Make, tmp_path: Path, change: str) -> None:
    """In both languages, with both values."""
    book = make(tmp_path)
    (number,) = post_payment(book, "F03", "0603", 777, payee="某公司").numbers
    ledger = publish(book, "en").main.parent
    was, becomes = CHANGES[change]
    (journal,) = ledger.glob("2015-03.*.beancount")
    journal.write_text(journal.read_text("utf-8").replace(was, becomes), "utf-8")
    audit = against(book, ledger)
    (differs,) = (one for one in audit.findings if one.check == "differs")
    assert differs.subject.voucher == number
    said = {"payee": ("某公司 ≠ 另一公司"), "date": "2015-03-01 ≠ 2015-03-02", "account": "7.77 ≠ 0.00 CNY"}[change]
    assert all(said in differs.messages[language] for language in differs.messages)
    assert len(differences(audit)) == (3 if change == "account" else 1)
    if change == "account":
        told = [one.messages for one in audit.findings if one.check in NAMES]
        named = [("F03-Houses" in one["en"], "F03-资金" in one["zh"]) for one in told]
        assert sorted(named) == [(True, False), (True, True), (True, True)]  # the ledger is in English


def test_a_voucher_that_is_left_out(make: Make, book_dir: Path, database_url: URL) -> None:
    """Or added after the ledger was published: named on its side, whichever is asked first."""
    book = make(book_dir, database_url)
    ledger = publish(book, "en").main.parent
    (number,) = post_payment(book, "F03", "0603", 500).numbers
    lone = against(book, ledger)
    assert differences(lone)[0] == ("only-here", number)
    with source_side(ledger_source(ledger)) as here, book_side(book) as there:
        turned = audit_against(here, there, only=(), extent=EVERYTHING)
    assert differences(turned)[0] == ("only-there", number)
    assert len(differences(turned)) == 3


def test_two_books(make: Make, tmp_path: Path, book_dir: Path, database_url: URL) -> None:
    """One on SQLite, the other on each engine."""
    one, other = make(tmp_path / "one"), make(book_dir, database_url)
    assert against(one, other).findings == ()
    (number,) = post_simple(other, "F04", "transfer-received", 5, on=date(2015, 1, 6)).numbers
    assert differences(against(one, other))[0] == ("only-there", number)


def ledger_of(name: str, payments: Iterable[tuple[int, int, str, str]]) -> str:
    """Write a ledger by hand, and return its name."""
    rows = (PAY.format(month=m, day=d, payee=payee, amount=amount) for m, d, payee, amount in payments)
    Path(name).write_text(CASH + "".join(rows), "utf-8")
    return name


def test_ledgers_without_numbers_are_compared_by_what_they_say(say: Say) -> None:
    """Of twins the last is the one that is missing; the order within a day says nothing."""
    twins = [(3, 1, "甲", "5.00")] * 3
    ledger_of("a.beancount", [*twins, (3, 1, "乙", "1.00"), (3, 2, "丙", "1.00")])
    ledger_of("b.beancount", [(3, 1, "乙", "1.00"), *twins[1:], (3, 2, "丙", "1.00")])
    answer = say("check", "a.beancount", "--against", "b.beancount", "--format", "json")
    assert answer.code == 1
    found = [(one["check"], one.get("line")) for one in answer.json["findings"]]
    third = CASH.count("\n") + 2 * 3 + 1
    assert found == [("only-here", third), ("balance-differs", None), ("balance-differs", None)]
    assert answer.json["compared"]["here"]["vouchers"] == 6
    assert answer.json["compared"]["there"]["last"] == "2015-03-02"


def test_a_finer_amount_is_a_difference(say: Say) -> None:
    """A tenth of a fen, where the other side has only fen; zeros behind it are none."""
    ledger_of("a.beancount", [(3, 1, "甲", "5.000"), (3, 2, "甲", "5.001")])
    ledger_of("b.beancount", [(3, 1, "甲", "5.00"), (3, 2, "甲", "5.00")])
    found = say("check", "a.beancount", "--against", "b.beancount", "--format", "json").json["findings"]
    assert [one["check"] for one in found] == ["only-here", "only-there", "balance-differs", "balance-differs"]
    assert {one["difference"] for one in found[2:]} == {"0.001", "-0.001"}


def test_a_transaction_without_postings(say: Say) -> None:
    """Takes nothing from the one behind it."""
    ledger_of("a.beancount", [(3, 1, "甲", "5.00")])
    Path("b.beancount").write_text(Path("a.beancount").read_text("utf-8") + '2015-02-01 * "nothing"\n', "utf-8")
    answer = say("check", "a.beancount", "--against", "b.beancount", "--format", "json").json
    assert [(one["check"], one["date"]) for one in answer["findings"]] == [("only-there", "2015-02-01")]


EXPORT: Final = (
    "Posting Date,Journal No,Account,Account Name,Amount,Fund,Description\n"
    "2015-01-02,1,1001,Bank,100.00,F01,in\n2015-01-02,1,4001,In,-100.00,F01,in\n"
    "2015-02-02,2,5001,House,30.00,F01,out\n2015-02-02,2,1001,Bank,-30.00,F01,out\n"
)


def test_two_exports(say: Say) -> None:
    """By voucher number; findings stand at file and row."""
    for name, text in (("a.csv", EXPORT), ("b.csv", EXPORT.replace("30.00", "31.00"))):
        Path(name).write_text(text, "utf-8")
    assert say("check", "a.csv", "--against", "a.csv").code == 0
    answer = say("check", "a.csv", "--against", "b.csv", "--format", "json")
    assert [(one["check"], one["row"]) for one in answer.json["findings"]] == [
        ("differs", 4), ("balance-differs", None), ("balance-differs", None),
    ]  # fmt: skip
    assert answer.json["findings"][0]["evidence"] == "2015 2 b.csv row 4"


def test_an_export_against_a_ledger_that_numbers_otherwise(say: Say) -> None:
    """Where numbers have nothing in common they are not compared, and that is told; nor what only one side says."""
    Path("a.csv").write_text(EXPORT, "utf-8")
    Path("b.beancount").write_text(
        "2015-01-01 open Assets:F01:1001-Bank\n2015-01-01 open Income:F01:4001-In\n"
        "2015-01-01 open Expenses:F01:5001-House\n"
        '2015-01-02 * "in"\n  voucher: "X-1"\n  Assets:F01:1001-Bank  100.00 CNY\n  Income:F01:4001-In\n'
        '2015-02-02 * "甲" "out"\n  voucher: "X-2"\n  Expenses:F01:5001-House  30.00 CNY\n  Assets:F01:1001-Bank\n',
        "utf-8",
    )
    answer = say("check", "a.csv", "--against", "b.beancount")
    assert answer.code == 0, answer.out
    assert "number their vouchers differently" in answer.out
    assert "only one of the two says it, so it was not compared: payee" in answer.out


def test_every_form_of_output(say: Say, book: Path) -> None:
    """Table, JSON, CSV, SARIF, workbook, page, both languages; a fund, days, a baseline, the severity that fails."""
    say("--book", book, "publish")
    shutil.copytree(book / "ledger", "copy")
    (journal,) = Path("copy").glob("2015-02.*.beancount")
    journal.write_text(journal.read_text("utf-8").replace("600.00", "601.00"), "utf-8")
    command = ("--book", book, "check", "--against", "copy")
    assert say("--book", book, "check", "--against", book / "ledger").code == 0
    assert say("check", book / "ledger", "--against", book).code == 0
    table = say(*command)
    assert (table.code, table.out.count("differs [error]: ")) == (1, 3)
    assert "F01-2015-000002: differs" in table.out
    assert "不一致" in say("--lang", "zh", *command).out
    run = valid(say(*command, "--format", "sarif").json)
    assert {one["ruleId"] for one in run["results"]} == {"differs", "balance-differs", "published-altered"}
    for name in ("p.xlsx", "p.html", "p.json", "p.csv", "p.sarif"):
        assert say(*command, "-o", name).code == 1
    assert "differs" in openpyxl.load_workbook("p.xlsx").sheetnames
    assert "Two books against each other" in Path("p.html").read_text("utf-8")
    assert len(json.loads(Path("p.json").read_text("utf-8"))["findings"]) == 4
    assert say(*command, "--baseline", "p.json").code == 0
    assert [one["check"] for one in say(*command, "--fund", "F03", "--format", "json").json["findings"]] == [
        "published-altered"
    ]
    later = say(*command, "--since", "2015-02-06", "--format", "json").json["findings"]
    assert "differs" not in [one["check"] for one in later]
    only = say(*command, "--only", "differs", "--format", "json").json
    assert only["checks_run"] == ["differs"]
    assert say(*command, "--fail-on", "fatal").code == 0


@pytest.mark.parametrize("options", [("--only", "overdrawn"), ("--fund", "F77"), ("--against", "nowhere")])
def test_what_cannot_be_asked(say: Say, book: Path, options: tuple[str, ...]) -> None:
    """A check that compares nothing, a fund that neither has, a path that is none."""
    Path("a.beancount").write_text(CASH, "utf-8")
    answer = say("--book", book, "check", "--against", "a.beancount", *options)
    assert (answer.code, answer.out) == (2, "")
    assert in_both_languages(answer.err)


def test_memory_is_that_of_the_differences(make: Make, tmp_path: Path) -> None:
    """Comparing ten times as many vouchers that agree, a few a day, takes no more memory."""
    peaks = []
    for count in (300, 3000):
        book = make(tmp_path / f"{count}")
        drafts = [
            Draft("F01", date(2015, 3, 1) + timedelta(at % 300), "disbursement", (Entry(*LEGS, 100 + at),))
            for at in range(count)
        ]
        post(book, drafts, by="clerk", pages={})
        with book_side(book) as here, book_side(book) as there:
            tracemalloc.start()
            audit = audit_against(here, there, only=(), extent=EVERYTHING)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        assert (audit.vouchers, audit.findings) == (2 * (count + 5), ())
    assert peaks[1] < 2 * peaks[0]
