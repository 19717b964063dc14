"""Documents received once, with all that follows from them in one act: register, file, grants, quota, allotments."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from clerk import before_a_book
from fundtrack.book import policy
from fundtrack.book.documents import Paper
from fundtrack.errors import BookError, FundtrackError
from fundtrack.importing.batch.documents import receive_document
from fundtrack.posting.documents import Gift
from quotas import CHART, controlled
from shelf import ENGINES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from commands import Say
    from fundtrack.book import Book
    from shelf import Shelf

SECOND = """
2014-01-01 custom "fund" "F02"
  name: "Local"
  name-zh: "县级"
  department: "财政局"
  level: "county"
  regime: "earmarked"
  authority: "原文未载"
2014-01-01 open Assets:F02-Local:1001-Bank CNY
  bank: "B01"
2014-01-01 open Equity:F02-Local:3001-Balance CNY
2014-01-01 open Income:F02-Local:4001-Transfers-received CNY
2014-01-01 open Expenses:F02-Local:0601-Housing CNY
  authority: "原文未载"
2014-01-01 open Expenses:F01-Relocation:0603-Roads CNY
"""
"""A fund of the county, and a use of F01 that is not granted."""

WHOLE = ("document", "receive", "桂财农1号", "--fund", "F01", "--amount", "1000", "--level", "central", "--date",
         "2015-01-10")  # fmt: skip


@pytest.fixture(params=ENGINES)
def book(shelf: Shelf, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    """Give a book of two funds under quota control, on each engine; every command is about it."""
    both = controlled(date(2015, 1, 1), controlled(date(2015, 1, 1), CHART + SECOND), "F02")
    with before_a_book(shelf, request.param, both, monkeypatch) as made:
        yield made


def rows(book: Book, *tables: str) -> list[int]:
    """Return how many rows tables have."""
    with book.reading() as connection:
        return [connection.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar_one() for table in tables]


TABLES = ("document", "chart", "quota", "voucher", "use_grant", "refusal")


def test_one_act_does_all_of_it(book: Book, say: Say, tmp_path: Path) -> None:
    """The register, the file, the grant, the line and its allotments."""
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"%PDF-1.4 one")
    before = rows(book, *TABLES)
    done = say(*WHOLE, "--use", "0601=600", "--use", "0603=300", "--project", "P01", "--file", paper, "--issuer",
               "财政厅", "--department", "发改局", "--expires", "2016-12-31", "--format", "json")  # fmt: skip
    assert (done.code, done.json["vouchers"]) == (0, [f"F01-2015-{n:06}" for n in (1, 2, 3)])
    assert [after - was for after, was in zip(rows(book, *TABLES), before, strict=True)] == [1, 1, 3, 3, 1, 0]
    shown = say("document", "show", "桂财农1号", "--format", "json").json
    assert shown["sha256"] == hashlib.sha256(paper.read_bytes()).hexdigest()
    assert {name: shown[name] for name in ("level", "issuer", "date", "fund", "amount", "given", "left", "file")} == {
        "level": "central", "issuer": "财政厅", "date": "2015-01-10", "fund": "F01", "amount": "1000.00",
        "given": "1000.00", "left": "0.00", "file": "kept",
    }  # fmt: skip
    assert shown["grants"] == [{"account": "Expenses:F01:0603", "date": "2015-01-10"}]
    assert [(line["use"], line["project"], line["unallotted"], line["available"]) for line in shown["quotas"]] == [
        ("", "", "100.00", "0.00"), ("0601", "P01", "0.00", "600.00"), ("0603", "P01", "0.00", "300.00"),
    ]  # fmt: skip
    (kept,) = (book.folder / "originals").glob("*/*")
    assert kept.read_bytes() == paper.read_bytes()
    assert "0603" in (book.folder / "ledger" / "chart.beancount").read_text("utf-8").rpartition("桂财农1号")[0][-200:]


def test_nothing_is_committed_by_nothing(book: Book, say: Say) -> None:
    """It is said in the words of contracts."""
    assert say(*WHOLE, "--use", "0601=600").code == 0
    before = rows(book, *TABLES)
    refused = say(
        "commit", "F01-Q00002", "--amount", "0", "--contract", "HT-1", "--date", "2015-02-01", "--payee", "甲"
    )
    assert (refused.code, rows(book, *TABLES)) == (2, before)
    assert "Nothing is bound to HT-1" in refused.err
    assert "既未为合同 HT-1 占用指标" in refused.err


def test_the_file_is_watched(book: Book, say: Say, tmp_path: Path) -> None:
    """What was kept and is gone or altered is told."""
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"one")
    assert say("document", "enter", "财农9号", "--level", "中央级", "--file", paper).code == 0
    (kept,) = (book.folder / "originals").glob("*/*")
    kept.chmod(0o640)
    kept.write_bytes(b"two")
    assert say("document", "show", "财农9号", "--format", "json").json["file"] == "changed"
    kept.unlink()
    assert say("document", "show", "财农9号", "--format", "json").json["file"] == "missing"
    paper.write_bytes(b"another")
    refused = say("document", "receive", "财农9号", "--fund", "F01", "--amount", "5", "--file", paper)
    assert (refused.code, "not the one on record" in refused.err) == (2, True)
    assert not [*(book.folder / "originals").glob("*/*")]


@pytest.mark.usefixtures("book")
def test_no_document_is_registered_below_what_came_by_it(say: Say, tmp_path: Path) -> None:
    """Neither entered anew for less, nor below another, nor by an old entry or a file; the figures are named."""
    central = ("--level", "central", "--date", "2015-01-10")
    again = ("document", "enter", "桂财农1号", "--fund", "F01", *central, "--amount")
    withdraw = ("register", "withdraw", "document")
    for line, told in (((*again, "500"), 0), ((*withdraw, "1"), 0), (WHOLE, 0), ((*withdraw, "3"), 1),
                       (("document", "enter", "财农2号", *central, "--amount", "900"), 0)):  # fmt: skip
        done = say(*line)
        assert (done.code, "1,000.00 is received by 桂财农1号: register" in done.out) == (0, bool(told)), line
    refused = say(*again, "500")
    assert (refused.code, "with 500.00: 1,000.00 is received by it, 500.00 more" in refused.err) == (2, True)
    assert "桂财农1号 不能按 500.00 登记" in refused.err
    below = say(*again, "1000", "--upper", "财农2号").err
    assert "财农2号 has only 900.00 for it (of 900.00), and 1,000.00 is received by 桂财农1号" in below
    assert "桂财农1号 不能登记为依据 财农2号" in below
    assert "桂财农1号 cannot be registered" in say("register", "restore", "document", "1").err
    assert say(*again, "1000").code == 0
    for amount, code in (("999.99", 1), ("1000.01", 0)):
        (tmp_path / "documents.csv").write_text(LISTED.format(amount=amount), "utf-8")
        listed = say("import", tmp_path / "documents.csv")
        assert (listed.code, "with 999.99: 1,000.00 is received by it, 0.01 more" in listed.out) == (code, bool(code))
        assert say("document", "show", "桂财农2号").code == 0  # the other row stands
    (tmp_path / "documents.csv").write_text(LISTED.format(amount="-").replace("中央", "自治区"), "utf-8")
    kept = say("import", tmp_path / "documents.csv")
    assert (kept.code, "level: central → region" in kept.out, "amount:" in kept.out) == (0, True, False), kept
    (tmp_path / "documents.csv").write_text(LISTED.format(amount="0.00"), "utf-8")
    assert "with 0.00: 1,000.00 is received by it" in say("import", tmp_path / "documents.csv").out


LISTED: Final = """\
文号,文件标题,文件类别,发文机关,发文层级,成文日期,上级文号,资金名称,涉及金额,适用办法,电子件SHA256
桂财农1号,,,,中央,2015-01-10,,F01,{amount},,
桂财农2号,,,,中央,2015-01-10,,F01,1,,
"""


@pytest.mark.usefixtures("book")
def test_rows_of_documents_stand_in_any_order(say: Say, tmp_path: Path) -> None:
    """What one row needs of another may stand below it: the parent that gives more, or the child that leaves it."""
    assert say(*WHOLE).code == 0
    central = ("--level", "central", "--date", "2015-01-10")
    for number, amount in (("财农2号", "900"), ("财农3号", "2000")):
        assert say("document", "enter", number, *central, "--amount", amount).code == 0

    def listed(*rows: str) -> tuple[int, int]:
        (tmp_path / "documents.csv").write_text("\n".join((LISTED.splitlines()[0], *rows, "")), "utf-8")
        (done,) = say("import", tmp_path / "documents.csv", "--format", "json").json
        return done["rows"]["posted"], done["rows"]["quarantined"]

    child, parent = "桂财农1号,,,,中央,2015-01-10,{},F01,1000,,".format, "财农2号,,,,中央,2015-01-10,,,{},,".format
    another = "财农{}号,,,,中央,2015-01-10,,,1,,".format
    assert listed(child("财农2号"), another(4)) == (1, 1)
    assert listed(child("财农2号"), parent("1000")) == (2, 0)
    assert listed(parent("10"), child("财农3号")) == (2, 0)
    assert listed(child("财农2号"), another(5), parent("20")) == (2, 1)
    named, other = "县7号,,,,县,2015-01-10,财预[2015]5号,,1,,", "财预〔2015〕5号,,,,中央,2015-01-10,,,10,,"
    assert listed(named, other) == (1, 1)


REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "again": (("桂财农1号", "--fund", "F01", "--amount", "1"), "received for F01 already"),
    "of another amount": (("桂财农1号", "--fund", "F02", "--amount", "1", "--total", "2"), "another amount"),
    "for another fund beyond it": (("桂财农1号", "--fund", "F02", "--amount", "1"), "would exceed it"),
    "of another level": (("桂财农1号", "--fund", "F02", "--amount", "1", "--level", "county"), "another level"),
    "more uses than it gives": (("甲1号", "--fund", "F01", "--amount", "9.99", "--use", "0601=10"), "0.01 more"),
    "a use twice": (("甲1号", "--fund", "F01", "--amount", "9", "--use", "0601=1", "--use", "0601=1"), "named twice"),
    "a use without an amount": (("甲1号", "--fund", "F01", "--amount", "9", "--use", "0601"), "no use with its amount"),
    "an unknown use": (("甲1号", "--fund", "F01", "--amount", "9", "--use", "0699=1"), "Expenses:F01:0699"),
    "an unknown fund": (("甲1号", "--fund", "F09", "--amount", "9"), "no fund F09"),
    "an unknown project": (("甲1号", "--fund", "F01", "--amount", "9", "--level", "central", "--use", "0601=1",
                            "--project", "P77"), "P77"),
    "a level that may be two": (("甲1号", "--fund", "F01", "--amount", "9", "--level", "区级"), "a district of a city"),
    "no level": (("甲1号", "--fund", "F01", "--amount", "9"), "which level issued"),
    "too low a level": (("甲1号", "--fund", "F01", "--amount", "9", "--level", "region"), "of region level"),
    "an upper document nobody has": (("甲1号", "--fund", "F01", "--amount", "9", "--level", "county", "--upper",
                                      "乙1号"), "乙1号, which is not registered"),
    "a use opened from below": (("甲1号", "--fund", "F01", "--amount", "9", "--level", "county", "--upper", "财农1号",
                                 "--use", "0603=1"), "cannot open"),
    "beyond the one above": (("甲1号", "--fund", "F01", "--amount", "700.01", "--level", "county", "--upper",
                              "财农1号"), "财农1号 gives 700.00 in all"),
    "a circle": (("财农1号", "--fund", "F01", "--amount", "9", "--upper", "财农1号"), "follows from it"),
    "before it was issued": (("甲1号", "--fund", "F01", "--amount", "9", "--level", "central", "--date", "2015-02-02",
                              "--received", "2015-02-01"), "cannot have come"),
    "less than nothing": (("甲1号", "--fund", "F01", "--amount", "-9", "--level", "central"), "more than nothing"),
    "no number": ((" ", "--fund", "F01", "--amount", "9", "--level", "central"), "has a number"),
}  # fmt: skip


def test_what_is_refused_changes_nothing(book: Book, say: Say) -> None:
    """Every refusal says why, and neither the register nor the chart nor the quota has changed."""
    assert say(*WHOLE).code == 0
    assert (
        say("document", "enter", "财农1号", "--level", "central", "--amount", "700", "--date", "2015-01-02").code == 0
    )
    before = rows(book, *TABLES)
    for name, (words, why) in REFUSED.items():
        refused = say("document", "receive", *words)
        assert (refused.code, why in refused.err) == (2, True), (name, refused)
    assert rows(book, *TABLES) == before


@pytest.mark.usefixtures("book")
def test_a_document_of_the_county_hands_on_what_the_upper_one_gave(say: Say) -> None:
    """By its parent it reaches the fund's level; together its children get to the fen what it has."""
    assert (
        say("document", "enter", "财农1号", "--level", "central", "--amount", "700", "--date", "2015-01-02").code == 0
    )
    for number, amount, code in (("县1号", "400", 0), ("县2号", "300.01", 2), ("县2号", "300", 0)):
        done = say("document", "receive", number, "--fund", "F01", "--amount", amount, "--level", "county", "--upper",
                   "财农1号", "--date", "2015-02-01", "--use", "0601=100")  # fmt: skip
        assert done.code == code, done
    found = {one["document"]: one for one in say("document", "list", "--format", "json").json}
    assert (found["财农1号"]["given"], found["财农1号"]["left"]) == ("700.00", "0.00")
    assert say("document", "show", "财农1号", "--format", "json").json["below"] == ["县1号", "县2号"]


@pytest.mark.usefixtures("book")
def test_one_document_gives_two_funds(say: Say) -> None:
    """Up to its total; then it names no single fund."""
    assert say(*WHOLE, "--total", "1500").code == 0
    assert say("document", "receive", "桂财农1号", "--fund", "F02", "--amount", "500.01").code == 2
    assert say("document", "receive", "桂财农1号", "--fund", "F02", "--amount", "500").code == 0
    shown = say("document", "show", "桂财农1号", "--format", "json").json
    assert (shown["funds"], shown["fund"], shown["left"]) == ({"F01": "1000.00", "F02": "500.00"}, "", "0.00")


@pytest.mark.usefixtures("book")
def test_what_was_reversed_can_be_received_again(say: Say) -> None:
    """What a document no longer gives does not stand in its way."""
    assert say(*WHOLE).code == 0
    assert say("reverse", "F01-2015-000001", "--reason", "wrong", "--date", "2015-01-11").code == 0
    assert say("document", "receive", "桂财农1号", "--fund", "F01", "--amount", "900").code == 0
    assert say("document", "show", "桂财农1号", "--format", "json").json["funds"] == {"F01": "900.00"}


def test_a_refusal_of_the_checks_takes_the_chart_back(
    book: Book, say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chart, the register and the quota stand or fall together, and the file with them."""
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"one")
    before, text = rows(book, *TABLES[:5]), book.chart_file.exists()
    added = policy.add_policy

    def fail(*said: object) -> None:
        added(*said)  # type: ignore[arg-type]
        raise BookError("book-refused", cause="a disk that is full")

    with monkeypatch.context() as patch:
        patch.setattr(policy, "add_policy", fail)
        assert say(*WHOLE, "--use", "0603=1", "--file", paper).code == 2
    (book.folder / "checks").mkdir(exist_ok=True)
    (book.folder / "checks" / "never.md").write_text(NEVER, "utf-8")
    refused = say(*WHOLE, "--use", "0603=1", "--file", paper)
    assert (refused.code, "never" in refused.err) == (1, True), refused
    assert (rows(book, *TABLES[:5]), book.chart_file.exists()) == (before, text)
    assert not [*(book.folder / "originals").glob("*/*")]
    (book.folder / "checks" / "never.md").unlink()
    assert say(*WHOLE, "--use", "0603=1", "--file", paper).code == 0


NEVER = """\
---
severity: fatal
basis: [none]
title-zh: 从不
message-zh: 从不 {fund}。
reason-zh: 从不。
remedy-zh: 无。
key: [voucher]
---
# never

Never {fund}.

Never.

**Remedy.** None.

```sql scope=voucher
SELECT voucher, date, fund FROM vouchers WHERE kind = 'allotment'
```
"""


def test_a_line_is_supplemented_and_cut_by_documents(book: Book, say: Say) -> None:
    """A cut is red, only of what is not allotted, to the fen; both can be taken back; the money is not touched."""
    assert say(*WHOLE, "--use", "0601=600").code == 0

    def stands() -> tuple[str, str]:
        first = say("quota", "list", "--format", "json").json[0]
        return first["received"], first["unallotted"]

    said = ("F01-Q00001", "--date", "2015-05-01", "--document")
    assert say("quota", "supplement", *said, "桂财农2号", "--amount", "50.05").code == 0
    assert stands() == ("1050.05", "450.05")
    refused = say("quota", "cut", *said, "桂财农3号", "--amount", "450.06")
    assert (refused.code, "over-allotment" in refused.err, "0.01" in refused.err) == (1, True, True)
    assert say("quota", "cut", *said, "桂财农3号", "--amount", "450.05").code == 0
    assert stands() == ("600.00", "0.00")
    red = say("show", "F01-2015-000004", "--format", "json").json
    assert (red["cites"], red["document"], [entry["amount"] for entry in red["entries"]]) == (
        "F01-2015-000001", "桂财农3号", ["-450.05"],
    )  # fmt: skip
    with book.reading() as connection:
        assert not connection.exec_driver_sql("SELECT COUNT(*) FROM entry WHERE unit = 'CNY'").scalar_one()
    assert "F01-2015-000003" in say("reverse", "F01-2015-000001", "--reason", "x", "--date", "2015-05-02").err
    for number, after in (("4", ("1050.05", "450.05")), ("3", ("1000.00", "400.00"))):
        undone = say("reverse", f"F01-2015-00000{number}", "--reason", "x", "--date", "2015-05-02")
        assert (undone.code, stands()) == (0, after), undone
    found = say("check", "--only", "red-without-original", "--no-record")
    assert found.code == 0, found


@pytest.mark.parametrize("act", ["supplement", "cut"])
@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("F01-Q00001", "--document", " ", "--date", "2015-05-01", "--amount", "1"), "rests on a document"),
        (("F01-Q00002", "--document", "x", "--date", "2015-05-01", "--amount", "1"), "F01-Q00002 was allotted"),
        (("F01-Q00001", "--document", "x", "--date", "2016-01-01", "--amount", "1"), "is of 2015"),
        (("F01-Q00001", "--document", "x", "--date", "2015-05-01", "--amount", "-1"), "more than nothing"),
        (("F01-Q00009", "--document", "x", "--date", "2015-05-01", "--amount", "1"), "no quota line"),
        (("F02-Q00001", "--document", "x", "--date", "2015-05-01", "--amount", "1"), "could be changed"),
    ],
)
def test_what_is_no_change_of_a_line_is_refused(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, say: Say, act: str, words: tuple[str, ...], why: str
) -> None:
    """With the reason, before anything is posted."""
    both = controlled(date(2015, 1, 1), controlled(date(2015, 1, 1), CHART + SECOND), "F02")
    with before_a_book(shelf, "sqlite", both, monkeypatch) as book:
        assert say(*WHOLE, "--use", "0601=600", "--total", "2000").code == 0
        assert say("document", "receive", "桂财农1号", "--fund", "F02", "--amount", "500").code == 0
        assert say("reverse", "F02-2015-000001", "--reason", "x", "--date", "2015-02-01").code == 0
        before = rows(book, *TABLES)
        refused = say("quota", act, *words)
        assert (refused.code, why in refused.err, rows(book, *TABLES)) == (2, True, before), refused


@pytest.mark.parametrize("engine", ENGINES)
def test_of_clerks_at_once_one_receives_a_document(shelf: Shelf, engine: str) -> None:
    """However many take it up in the same moment, its quota comes once and its use is granted once."""
    both = controlled(date(2015, 1, 1), CHART + SECOND)
    with shelf.book(engine, both) as book:
        said = Paper("桂财农1号", level="central", date="2015-01-10", fund="F01")
        gift = Gift("F01", 1000, date(2015, 1, 10), {"0603": 400})

        def receive(_: int) -> str:
            try:
                receive_document(book, said, gift, file=None, by="li")
            except FundtrackError as error:
                return error.key
            return ""

        with ThreadPoolExecutor(4) as clerks:
            done = sorted(clerks.map(receive, range(4)))
        assert done[0] == ""
        assert {*done[1:]} <= {"document-received", "chart-meanwhile"}
        assert rows(book, "quota", "voucher", "document", "chart") == [2, 2, 1, 2]
