"""Pooled money keeps its channel: linked vouchers by a filed plan, from an earmarked fund to a pooled one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest

from clerk import before_a_book
from quotas import CHART, controlled
from shelf import ENGINES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from commands import Say
    from fundtrack.book import Book
    from shelf import Shelf

FUND: Final = """
2014-01-01 custom "fund" "{code}"
  name: "{name}"
  name-zh: "{name}"
  department: "乡村振兴局"
  level: "county"
  regime: "{regime}"
  authority: "原文未载"
2014-01-01 open Assets:{code}-{name}:1001-Bank CNY
  bank: "B01"
2014-01-01 open Equity:{code}-{name}:3001-Balance CNY
2014-01-01 open Income:{code}-{name}:4001-Transfers-received CNY
2014-01-01 open Expenses:{code}-{name}:0701-Roads CNY
  authority: "原文未载"
"""
TEXT: Final = CHART + FUND.format(code="F09", name="Pooled", regime="pooled") + FUND.format(
    code="F08", name="Plain", regime="pooled"
)  # fmt: skip
PLAN: Final = ("document", "enter", "整合1号", "--kind", "pooling-plan", "--level", "county", "--date", "2016-06-01",
               "--amount", "500")  # fmt: skip
POOL: Final = ("pool", "--from", "F01", "--to", "F09", "--plan", "整合1号", "--date", "2016-07-01", "--amount")


def prepare(say: Say) -> None:
    """F01 has received 1000 in quota and 900 in money by a central document, and 600 of it is allotted."""
    for words in (
        ("document", "receive", "财农1号", "--fund", "F01", "--amount", "1000", "--level", "central", "--date",
         "2016-01-10", "--use", "0601=600"),
        ("post", "--kind", "transfer-received", "--fund", "F01", "--amount", "900", "--date", "2016-01-12",
         "--document", "财农1号"),
        PLAN,
    ):  # fmt: skip
        assert say(*words).code == 0


@pytest.fixture(params=ENGINES)
def book(shelf: Shelf, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, say: Say) -> Iterator[Book]:
    """Give a book of two funds under quota control, the second pooled, and of a third that is under none."""
    chart = controlled(date(2015, 1, 1), controlled(date(2015, 1, 1), TEXT), "F09")
    with before_a_book(shelf, request.param, chart, monkeypatch) as made:
        prepare(say)
        yield made


def figures(say: Say, *names: str) -> dict[str, tuple[str, ...]]:
    """Return figures of `balance` by fund."""
    found = say("balance", "--format", "json").json
    every = (*found["funds"], {**found["total"], "fund": ""})
    return {one["fund"]: tuple(one[name] for name in names) for one in every}


def lines(say: Say) -> dict[str, tuple[str, str, str]]:
    """Return what every line that a document gave has received, unallotted and available."""
    return {
        one["quota"]: (one["received"], one["unallotted"], one["available"])
        for one in say("quota", "list", "--format", "json").json
    }


def test_what_is_pooled_changes_its_fund_and_is_nothing_spent(book: Book, say: Say) -> None:
    """Cash and quota leave the one and reach the other; nothing is counted twice, and the way back is open."""
    before = figures(say, "received", "spent", "balance")
    done = say(*POOL, "250.05", "--format", "json")
    assert (done.code, done.json["vouchers"]) == (0, ["F01-2016-000004", "F09-2016-000001"]), done
    after = figures(say, "received", "spent", "balance")
    assert after == before | {
        "F01": ("649.95", "0.00", "649.95"), "F09": ("250.05", "0.00", "250.05"),
    }  # fmt: skip
    assert after[""] == before[""]
    assert lines(say) == {
        "F01-Q00001": ("749.95", "149.95", "0.00"), "F01-Q00002": ("0.00", "0.00", "600.00"),
        "F09-Q00001": ("250.05", "250.05", "0.00"),
    }  # fmt: skip
    taken = say("show", "F09-2016-000001", "--format", "json").json
    assert (taken["kind"], taken["payee"], taken["document"], taken["link"]) == (
        "pooling", "F01", "整合1号", "F01-2016-000004",
    )  # fmt: skip
    with book.reading() as connection:
        line = connection.exec_driver_sql("SELECT document, upper_document FROM quota WHERE fund = 'F09'").one()
    assert tuple(line) == ("整合1号", "财农1号")
    plan = say("document", "show", "整合1号", "--format", "json").json
    assert (plan["amount"], plan["given"], plan["left"], plan["funds"]) == (
        "500.00",
        "250.05",
        "249.95",
        {"F09": "250.05"},
    )
    upper = say("document", "show", "财农1号", "--format", "json").json
    assert (upper["given"], upper["funds"]) == ("1000.00", {"F01": "1000.00"})
    assert "整合1号" in say("document", "list", "--fund", "F09").out
    for checks in (
        ("mixed-channel", "red-without-original", "overdrawn", "over-allotment", "no-bank-line", "pooled-without-plan"),
    ):
        answer = say("check", "--no-record", *(word for check in checks for word in ("--only", check)))
        assert answer.code == 0, answer
    assert say("reverse", "F09-2016-000001", "--reason", "x", "--date", "2016-07-02").code == 0
    assert figures(say, "received", "spent", "balance") == before
    assert lines(say)["F01-Q00001"] == ("1000.00", "400.00", "0.00")


def test_the_pooled_fund_allots_and_pays_it(book: Book, say: Say) -> None:
    """What it got it may spend, and then nobody takes it back; published, the ledger reads back the same."""
    assert say(*POOL, "250").code == 0
    assert say("quota", "allot", "F09-Q00001", "--use", "0701", "--amount", "250", "--document", "县1号", "--date",
               "2016-07-02").code == 0  # fmt: skip
    assert say("post", "--fund", "F09", "--use", "0701", "--amount", "200", "--payee", "路桥", "--date",
               "2016-07-03").code == 0  # fmt: skip
    refused = say("reverse", "F01-2016-000004", "--reason", "x", "--date", "2016-07-04")
    assert (refused.code, "the rest went on by F09-2016-000002." in refused.err) == (2, True)
    assert say("publish").code == 0
    answer = say("check", book.folder / "ledger", "--only", "unbalanced", "--only", "no-quota")
    assert answer.code == 0, answer


REFUSED: Final = {
    "before the pilot": (("--date", "2016-04-21"), 2, "nothing allowed pooling"),
    "no plan": (("--plan", "财农1号"), 2, "no filed plan"),
    "a plan nobody has": (("--plan", "整合9号"), 2, "no filed plan"),
    "a plan filed later": (("--date", "2016-05-31"), 2, "was filed on 2016-06-01"),
    "to an earmarked fund": (("--to", "F01"), 2, "goes from an earmarked fund"),
    "from a pooled fund": (("--from", "F09"), 2, "goes from an earmarked fund"),
    "to a fund without quota": (("--to", "F08"), 2, "only one is under quota control"),
    "to no fund": (("--to", "F07"), 2, "no fund F07"),
    "from an allotment": (("--quota", "F01-Q00002"), 2, "was allotted itself"),
    "from a line that is not there": (("--quota", "F01-Q00007"), 2, "no quota line"),
    "beyond what is not allotted": (("--amount", "400.01"), 2, "these could: –"),
    "beyond it, by name": (("--amount", "400.01", "--quota", "F01-Q00001"), 1, "over-allotment"),
    "beyond the plan": (("--amount", "500.01"), 2, "pools 500.00 in all"),
    "nothing": (("--amount", "0"), 2, "more than nothing"),
    "in another year": (("--date", "2017-01-02", "--quota", "F01-Q00001"), 2, "not of F01 and 2017"),
}  # fmt: skip


def test_what_may_not_be_pooled_is_refused(book: Book, say: Say) -> None:
    """With the reason, and nothing has changed."""

    def stands() -> tuple[object, ...]:
        with book.reading() as connection:
            return tuple(connection.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar_one()
                         for table in ("voucher", "quota", "entry"))  # fmt: skip

    before = stands()
    for name, (words, code, why) in REFUSED.items():
        said = {word: words[at + 1] for at, word in enumerate(words) if not at % 2}
        asked = dict(zip(POOL[1::2], (*POOL[2::2], "1"), strict=True)) | said
        refused = say("pool", *(word for pair in asked.items() for word in pair))
        assert (refused.code, why in refused.err, stands()) == (code, True, before), (name, refused)


@pytest.mark.usefixtures("book")
def test_quota_past_its_last_day_is_not_pooled(say: Say) -> None:
    """Nor taken for one that would do, where no line is named; on its last day it is, and keeps it."""
    given = say("quota", "receive", "--fund", "F01", "--amount", "200", "--document", "县9号", "--date", "2016-01-10",
                "--expires", "2016-06-30")  # fmt: skip
    assert given.code == 0, given
    late = say(*POOL, "100", "--quota", "F01-Q00003", "--lang", "en")
    assert (late.code, "2016-06-30" in late.err, "2016-07-01" in late.err) == (2, True, True), late
    assert say(*POOL, "100").code == 0
    assert lines(say)["F01-Q00003"] == ("200.00", "200.00", "0.00")
    assert say(*POOL, "50", "--quota", "F01-Q00003", "--date", "2016-06-30").code == 0
    kept = {one["quota"]: one["expires"] for one in say("quota", "list", "--format", "json").json}
    assert (kept["F09-Q00001"] or "", kept["F09-Q00002"]) == ("", "2016-06-30")


@pytest.mark.usefixtures("book")
def test_money_that_has_not_come_cannot_be_pooled(say: Say) -> None:
    """Quota alone is not enough: the cash is judged at the day's end as ever."""
    assert say("document", "receive", "财农2号", "--fund", "F01", "--amount", "500", "--level", "central", "--date",
               "2016-02-10").code == 0  # fmt: skip
    assert say("post", "--fund", "F01", "--use", "0601", "--amount", "500", "--payee", "甲", "--date",
               "2016-03-10").code == 0  # fmt: skip
    refused = say(*POOL, "400.01", "--quota", "F01-Q00003")
    assert (refused.code, "overdrawn" in refused.err) == (1, True), refused
    assert say(*POOL, "400", "--quota", "F01-Q00003").code == 0


def test_funds_without_quota_pool_their_money(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, say: Say) -> None:
    """Only the cash moves."""
    with before_a_book(shelf, "sqlite", TEXT, monkeypatch):
        assert say("post", "--kind", "transfer-received", "--fund", "F01", "--amount", "9", "--date",
                   "2016-01-12").code == 0  # fmt: skip
        assert say(*PLAN).code == 0
        assert say(*POOL, "9").code == 0
        assert figures(say, "received", "balance")["F09"] == ("9.00", "9.00")


@pytest.mark.usefixtures("book")
def test_pooling_does_not_make_money_younger(say: Say) -> None:
    """What came in 2016 and is pooled in 2017 is taken back when 2017 is closed; calendar and check say so."""

    def done(*words: str) -> list[dict[str, Any]]:
        said = say(*words, "--format", "json")
        assert said.code == 0, said.err
        rows: list[dict[str, Any]] = said.json
        return rows

    for words in (
        ("period", "close", "2016-11", "--earlier"), ("year-close", "2016", "--document", "年结1号"),
        (*POOL, "100", "--quota", "F01-Q00003", "--date", "2017-03-01"), ("period", "close", "2017-11", "--earlier"),
    ):  # fmt: skip
        said = say(*words)
        assert said.code == 0, said.err
    until = {one["subject"]: (one["date"], one["amount"]) for one in done("report", "expiry-calendar")}
    assert (until["F09-Q00001"], until["F01-Q00003"]) == (("2017-12-31", "100.00"), ("2017-12-31", "300.00"))
    idle = say("check", "--only", "idle-quota", "--lang", "en").out
    assert "F09-Q00001 of fund F09 Pooled, 100.00 CNY.Q are still not paid 416 days after 2016-01-10" in idle
    ended = {one["quota"]: one for one in done("year-close", "2017", "--document", "年结2号", "--preview")}
    assert (ended["F09-Q00001"]["from_year"], ended["F09-Q00001"]["became"]) == (2016, "reclaimed-clock")


@pytest.mark.usefixtures("book")
def test_a_line_carried_over_shows_all_that_came_over(say: Say) -> None:
    """Also what was then pooled or allotted out of it, as the line of a document does."""
    for words in (
        ("period", "close", "2016-11", "--earlier"), ("year-close", "2016", "--document", "年结1号"),
        (*POOL, "100", "--quota", "F01-Q00003", "--date", "2017-03-01"),
        ("quota", "allot", "F01-Q00003", "--use", "0601", "--amount", "50", "--document", "县2号", "--date",
         "2017-03-02"),
    ):  # fmt: skip
        said = say(*words)
        assert said.code == 0, said.err
    whole = say("trace", "F01-Q00003", "--format", "json").json
    assert [(one["amount"], one["left"]) for one in (whole["subject"], *whole["below"])] == [
        ("400.00", "250.00"), ("50.00", "50.00"), ("100.00", None),
    ]  # fmt: skip
    assert [(one["name"], one["amount"]) for one in whole["above"]] == [("F01-Q00001", "1000.00")]
    own = say("trace", "F01-Q00004", "--format", "json").json
    assert (own["subject"]["amount"], own["above"][0]["name"]) == ("600.00", "F01-Q00002")


@pytest.mark.usefixtures("book")
def test_the_quota_of_both_funds_ties(say: Say) -> None:
    """What one gave another received: each row adds up, and all of them to what the document gave."""
    assert say(*POOL, "200").code == 0
    gave = ("quota_received", "pooled", "carried_in", "returned")
    became = ("unallotted", "available", "committed", "applied", "paid", "carried", "reclaimed")
    found = figures(say, *gave, *became)
    for of in found.values():
        amounts = [Decimal(one) for one in of]
        assert sum(amounts[: len(gave)]) == sum(amounts[len(gave) :])
    assert [found[fund][:2] for fund in ("F01", "F09", "")] == [
        ("1000.00", "-200.00"), ("0.00", "200.00"), ("1000.00", "0.00"),
    ]  # fmt: skip
