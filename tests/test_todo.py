"""What is to be done: every kind of thing that waits, for whom, since when, and the command that mends it."""

from __future__ import annotations

import csv
import io
import shutil
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import pytest

from fundtrack.auditing.record import record as record_audit
from fundtrack.book.periods import Month
from fundtrack.checking.audit import audit_book
from fundtrack.cli.periods import told
from fundtrack.errors import LANGUAGES, message
from fundtrack.posting import post
from fundtrack.posting.advance import verification
from fundtrack.posting.application import apply_for, approve, payment
from fundtrack.posting.correct import reverse
from fundtrack.posting.periods import close
from fundtrack.posting.quota import allot, receive
from fundtrack.posting.returned import return_payment
from fundtrack.posting.todo import KINDS, todo
from fundtrack.posting.vouchers import draft
from fundtrack.posting.yearend import Terms, close_year
from quotas import CHART, controlled
from shelf import ENGINES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from commands import Say
    from fundtrack.book import Book
    from fundtrack.posting.todo import Group, Kind
    from shelf import Shelf

CLERK, CHIEF = "李会计", "王局长"
TODAY: Final = date(2015, 4, 10)
COMPANY: Final = "茂恒公司"
OWNER: Final = f"""
2014-01-01 custom "intermediary" "{COMPANY}"
  project: "P01"
  role: "owner"
"""
FEBRUARY: Final = date(2015, 2, 3)


@pytest.fixture(params=ENGINES)
def book(request: pytest.FixtureRequest, shelf: Shelf) -> Iterator[Book]:
    """Give a book with quota and money of January: 500 for houses, of which the line expires in June."""
    with shelf.book(request.param, controlled(date(2015, 1, 1), CHART + OWNER)) as book:
        day = date(2015, 1, 10)
        post(book, lambda c, chart: [
            *receive(c, chart, "F01", 1000, date=day, by=CLERK, document="文"),
            draft(chart, "transfer-received", 1000, fund="F01", date=day),
        ], by=CLERK)  # fmt: skip
        post(book, lambda c, chart: allot(
            c, chart, "F01-Q00001", 500, use="0601", date=day, by=CLERK, document="文", expires=date(2015, 6, 9),
            department="住建局",
        ), by=CLERK)  # fmt: skip
        assert close(book, Month(2015, 1), by=CLERK) == []
        yield book


def asked(book: Book, *, days: int = 60) -> dict[Kind, Group]:
    """Return what is to be done on the day of the tests."""
    return {group.kind: group for group in todo(book, today=TODAY, days=days)}


def items(book: Book, kind: Kind, *, days: int = 60) -> list[tuple[str, str, int | None, str]]:
    """Return the items of a kind: name, date, amount, who."""
    found = asked(book, days=days)
    return [(one.name, one.date, one.amount, one.who) for one in found[kind].items] if kind in found else []


def test_months_to_close(book: Book) -> None:
    """Those that are over and open."""
    assert items(book, "month-open") == [
        ("2015-02", "2015-02-28", None, ""), ("2015-03", "2015-03-31", None, ""),
    ]  # fmt: skip


def test_applied_for_and_not_paid(book: Book) -> None:
    """It waits for somebody else's approval; approved, for payment of what is left; paid or taken back, for nothing."""
    apply_for(book, "F01-Q00002", 100, payee="甲", date=FEBRUARY, by=CLERK)
    assert items(book, "waiting") == [("1", "2015-02-03", 100, CLERK)]
    (approved,) = approve(book, 1, date=FEBRUARY, by=CHIEF).numbers
    assert items(book, "waiting") == []
    assert items(book, "unpaid") == [(approved, "2015-02-03", 100, CHIEF)]
    (paid,) = post(book, lambda c, chart: [payment(c, chart, approved, 60, date=FEBRUARY)], by=CLERK).numbers
    assert items(book, "unpaid") == [(approved, "2015-02-03", 40, CHIEF)]
    reverse(book, paid, reason="x", date=FEBRUARY, by=CLERK)
    assert items(book, "unpaid") == [(approved, "2015-02-03", 100, CHIEF)]
    reverse(book, approved, reason="x", date=FEBRUARY, by=CLERK)
    assert items(book, "unpaid") == []


def test_returned_by_the_bank(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the number of the return, which is what is paid once more."""
    apply_for(book, "F01-Q00002", 100, payee="甲", date=FEBRUARY, by=CLERK)
    (approved,) = approve(book, 1, date=FEBRUARY, by=CHIEF).numbers
    (paid,) = post(book, lambda c, chart: [payment(c, chart, approved, None, date=FEBRUARY)], by=CLERK).numbers
    (back,) = post(book, lambda c, chart: [
        return_payment(c, chart, paid, None, reason="户名不符", date=FEBRUARY + timedelta(1))
    ], by=CLERK).numbers  # fmt: skip
    assert items(book, "unpaid") == []
    assert [item[:3] for item in items(book, "returned")] == [(back, "2015-02-04", 100)]
    group = asked(book)["returned"]
    assert told(group, [group], "table", "en")["command"] == f"fundtrack pay {back} --date 2015-02-28"
    for month, day in (((2015, 1), "2015-02-28"), ((2015, 4), "2015-04-30"), ((2016, 2), "2015-12-31")):
        named = told(group, [group], "table", "en", Month(*month))["command"]
        assert named == f"fundtrack pay {back} --date {day}"
    with monkeypatch.context() as within:
        within.setenv("FUNDTRACK_TODAY", "2015-03-01")
        assert told(group, [group], "table", "en")["command"] == f"fundtrack pay {back}"
    assert "退票" in told(group, [group], "table", "zh")["matter"]
    post(book, lambda c, chart: [payment(c, chart, back, None, date=FEBRUARY + timedelta(2))], by=CLERK)
    assert items(book, "returned") == []


@pytest.mark.parametrize("applied", [True, False])
def test_returned_in_the_next_year(book: Book, applied: bool) -> None:  # noqa: FBT001
    """It is the next year's to pay: the old year closes, and stays closed; paid again, in parts, nothing waits."""
    year_end = date(2015, 12, 30)
    post(book, lambda c, chart: allot(
        c, chart, "F01-Q00001", 400, use="0601", date=FEBRUARY, by=CLERK, document="文"
    ), by=CLERK)  # fmt: skip
    if applied:
        apply_for(book, "F01-Q00003", 100, payee="甲", date=year_end, by=CLERK)
        approve(book, 1, date=year_end, by=CHIEF)
    (paid,) = post(book, lambda c, chart: [
        payment(c, chart, "1", None, date=year_end) if applied
        else draft(chart, "disbursement", 100, fund="F01", use="0601", payee="甲", date=year_end, quota="F01-Q00003")
    ], by=CLERK).numbers  # fmt: skip
    (back,) = post(book, lambda c, chart: [
        return_payment(c, chart, paid, None, reason="户名不符", date=date(2016, 1, 4))
    ], by=CLERK).numbers  # fmt: skip
    assert [item[:3] for item in items(book, "returned")] == [(back, "2016-01-04", 100)]
    assert items(book, "unpaid") == []
    assert not close(book, Month(2015, 11), by=CLERK, earlier=True)
    assert not close_year(book, Terms(2015, CLERK, "文")).blocked
    assert not [one for one in todo(book, today=date(2016, 3, 1), days=0) if one.kind == "year-open"]
    (first,) = post(book, lambda c, chart: [payment(c, chart, back, 40, date=date(2016, 1, 5))], by=CLERK).numbers
    assert [item[:3] for item in items(book, "returned")] == [(back, "2016-01-04", 60)]
    post(book, lambda c, chart: [
        return_payment(c, chart, first, None, reason="户名不符", date=date(2016, 1, 6))
    ], by=CLERK)  # fmt: skip
    assert [item[:3] for item in items(book, "returned")] == [(back, "2016-01-04", 100)]
    (whole,) = post(book, lambda c, chart: [payment(c, chart, back, None, date=date(2016, 1, 7))], by=CLERK).numbers
    assert items(book, "returned") == items(book, "unpaid") == []
    reverse(book, whole, reason="x", date=date(2016, 1, 8), by=CLERK)
    assert [item[:3] for item in items(book, "returned")] == [(back, "2016-01-04", 100)]


def test_returned_without_quota(shelf: Shelf) -> None:
    """A fund without quota control owes what the bank returned as well."""
    with shelf.lend("sqlite", CHART) as book:
        day = date(2015, 3, 1)
        (_, paid) = post(book, lambda _, chart: [
            draft(chart, "transfer-received", 100, fund="F01", date=day),
            draft(chart, "disbursement", 100, fund="F01", use="0601", payee="甲", date=day),
        ], by=CLERK).numbers  # fmt: skip
        (back,) = post(book, lambda c, chart: [
            return_payment(c, chart, paid, 70, reason="户名不符", date=day)
        ], by=CLERK, approved_by=CHIEF).numbers  # fmt: skip
        assert items(book, "returned") == [(back, "2015-03-01", 70, CLERK)]
        (again,) = post(book, lambda c, chart: [payment(c, chart, back, None, date=day)], by=CLERK).numbers
        assert items(book, "returned") == []
        for number in (again, back):
            reverse(book, number, reason="x", date=day, by=CLERK)
        assert items(book, "returned") == []


def test_advances_by_who_holds_them(book: Book) -> None:
    """Since the first that is not verified to the end: the oldest is verified first."""
    numbers = [
        post(book, lambda _, chart, day=day: [  # type: ignore[misc]
            draft(chart, "disbursement", 100, fund="F01", use="0601", payee=COMPANY, date=date(2015, 2, day))
        ], by=CLERK).numbers[0]
        for day in (3, 5, 9)
    ]  # fmt: skip
    assert items(book, "advanced") == [(f"F01 {COMPANY}", "2015-02-03", 300, COMPANY)]
    for amount, left in ((99, "2015-02-03"), (1, "2015-02-05"), (101, "2015-02-09")):
        post(book, lambda c, chart, amount=amount: [  # type: ignore[misc]
            verification(c, chart, numbers[2], amount, use="0601", date=date(2015, 3, 1))
        ], by=CLERK)  # fmt: skip
        assert [one[1] for one in items(book, "advanced")] == [left]
    assert items(book, "advanced") == [(f"F01 {COMPANY}", "2015-02-09", 99, COMPANY)]


def test_quota_that_expires(book: Book) -> None:
    """Within so many days, the last of them included; what is paid to the end does not. Past its day it did expire."""
    assert items(book, "expiring") == [("F01-Q00002", "2015-06-09", 500, "住建局")]
    assert items(book, "expiring", days=59) == []
    last, after = (todo(book, today=day, days=0) for day in (date(2015, 6, 9), date(2015, 6, 10)))
    assert [one.kind for one in last if "expir" in one.kind] == ["expiring"]
    (past,) = [one for one in after if "expir" in one.kind]
    assert (past.kind, past.oldest.name, past.oldest.amount) == ("expired", "F01-Q00002", 500)
    post(book, lambda _, chart: [
        draft(chart, "disbursement", 500, fund="F01", use="0601", payee="农户", date=FEBRUARY)
    ], by=CLERK)  # fmt: skip
    assert items(book, "expiring") == []


def test_findings_on_record(book: Book) -> None:
    """Those that are open, by their number and check, for the side that decides."""
    post(book, lambda _, chart: [
        draft(chart, "disbursement", 100, fund="F01", use="0601", payee="农户", date=date(2015, 3, 20))
    ], by=CLERK)  # fmt: skip
    assert items(book, "finding") == []
    recorded(book)
    found = items(book, "finding")
    assert "passed-down-late" in {name.split()[1] for name, *_ in found}
    assert {who for *_, who in found} == {"bureau"}


def recorded(book: Book) -> None:
    """Check the book and record what was found."""
    record_audit(book, audit_book(book), by=CLERK, side="bureau")


def test_loans_that_are_due(small_book: Path, tmp_path: Path, say: Say) -> None:
    """By the checks that know it, each loan once."""
    at = ("--book", shutil.copytree(small_book, tmp_path / "book"))
    day = ("--document", "x", "--date", "2015-03-01")
    loan = ("--kind", "loan", "--fund", "F01", "--to", "F03", "--amount", "1", *day)
    assert say("post", *loan, *at).code == 0
    later = ("--kind", "transfer-received", "--fund", "F01", "--amount", "1")
    assert say("post", *later, "--date", "2015-03-31", *at).code == 0
    assert "lent" not in {group["kind"] for group in say("todo", "--format", "json", *at).json}
    assert say("post", *later, "--date", "2016-01-02", *at).code == 0
    (lent,) = [group for group in say("todo", "--format", "json", *at).json if group["kind"] == "lent"]
    assert (lent["count"], lent["sum"], lent["items"][0]["who"]) == (1, "1.00", "F01")
    assert lent["items"][0]["name"].startswith("F01-2015-")


def test_a_year_that_is_over(book: Book) -> None:
    """Its quota is to be carried over or taken back."""
    assert items(book, "year-open") == []
    (group,) = [one for one in todo(book, today=date(2016, 1, 1), days=0) if one.kind == "year-open"]
    assert [(one.name, one.date, one.amount) for one in group.items] == [("2015", "2015-12-31", 1000)]


def test_what_waited_longest_comes_first(book: Book) -> None:
    """Group by group, and within a group."""
    for day in (5, 3):
        apply_for(book, "F01-Q00002", 10 * day, payee="甲", date=date(2015, 2, day), by=CLERK)
    found = todo(book, today=TODAY, days=60)
    assert [one.oldest.date for one in found] == sorted(one.oldest.date for one in found)
    assert [group.kind for group in found] == ["waiting", "month-open", "expiring"]
    assert ([one.name for one in found[0].items], found[0].amount, found[0].who) == (["2", "1"], 80, CLERK)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_said(kind: Kind) -> None:
    """What it is, who acts, and a command that there is."""
    from typer.main import get_command

    from fundtrack.cli import app

    for language in LANGUAGES:
        said = {"who": CLERK, "name": "2015", "date": "2015-02-03", "day": ""}
        texts = [message(f"todo-{kind}{part}", language, **said) for part in ("", "-who", "-do")]
        assert all(texts)
        _, name, *_ = texts[2].split()
        assert name in get_command(app).commands  # type: ignore[attr-defined]


def test_at_the_desk(shelf: Shelf, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """1 while anything is to be done, in a table, as JSON with each item, and as CSV, in both languages."""
    with shelf.book("sqlite", CHART) as book:
        at = ("todo", "--book", book.folder)
        assert (say(*at).code, say(*at).out) == (0, "Nothing is to be done.\n")
        post(book, lambda _, chart: [draft(chart, "transfer-received", 1, fund="F01", date=date(2015, 1, 3))], by=CLERK)
        monkeypatch.setenv("FUNDTRACK_TODAY", "2015-02-01")
        table = say(*at, "--lang", "zh")
        assert table.code == 1
        assert "未结账的月份" in table.out
        assert "fundtrack period close 2015-01" in table.out
        (group,) = say(*at, "--format", "json").json
        assert (group["kind"], group["count"], group["sum"]) == ("month-open", 1, "")
        assert group["items"] == [{"name": "2015-01", "date": "2015-01-31", "amount": None, "who": ""}]
        (head, row) = csv.reader(io.StringIO(say(*at, "--format", "csv").out))
        assert (head[1], row[1]) == ("count", "1")


def test_the_calendar_has_waivers(small_book: Path, tmp_path: Path, say: Say) -> None:
    """Until they run out or are revoked; and from one day to another only what ends between."""
    at = ("--book", shutil.copytree(small_book, tmp_path / "book"))
    said = ("--document", "x", "--document-date", "2015-05-20", "--level", "central", "--reason", "x")
    people = ("--asked-by", CLERK, "--approved-by", CHIEF)
    days = ("--from", "2015-06-01", "--to", "2035-12-31")
    granted = say("waiver", "grant", "--check", "wrong-paying-account", "--fund", "F01", *days, *said, *people, *at)
    assert granted.code == 0
    calendar = ("report", "expiry-calendar", "--format", "json", *at)
    ends = [(row["date"], row["kind"], row["subject"], row["fund"], row["document"]) for row in say(*calendar).json
            if row["kind"] == "ends-waiver"]  # fmt: skip
    assert ends == [("2035-12-31", "ends-waiver", "wrong-paying-account 1", "F01", "x")]
    assert "例外审批截止" in say("report", "expiry-calendar", "--lang", "zh", *at).out
    ended = "2015-07-01"
    assert [row["date"] for row in say(*calendar, "--set", "to=2035-12-30").json] == [ended]
    assert [row["date"] for row in say(*calendar, "--set", "from=2035-12-31").json] == ["2035-12-31"]
    assert say("waiver", "revoke", "1", "--reason", "x", *at).code == 0
    assert [row["date"] for row in say(*calendar).json] == [ended]
