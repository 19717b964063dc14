"""Waivers: who may grant what, what they cover, from when and until when; and posting under one."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import TYPE_CHECKING, Final

import openpyxl
import pytest

from books import CHART
from commands import payments_file
from findings import CHECK, LAST, LOOK, NOT_CURABLE, granting, look, meant, pay, shown, states, write_page
from fundtrack.book.policy import apply_chart
from fundtrack.checking import checks
from fundtrack.errors import LANGUAGES, BookError
from fundtrack.reporting.audits.paper import COLUMNS, HEAD_ROW
from fundtrack.schema import dialect
from sariflog import valid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import URL

    from commands import Answer, Say
    from fundtrack.book import Book
    from fundtrack.errors import Language


@pytest.fixture(autouse=True)
def book(book_dir: Path, database_url: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    """Give a book on each engine in which F03, of the central level, paid too much on 2015-03-01."""
    with meant(book_dir, database_url, monkeypatch) as book:
        write_page(book, 100)
        pay(book, 150)
        yield book


@pytest.fixture
def grant(say: Say) -> Callable[..., Answer]:
    """Return what grants a waiver that covers the payment."""
    return granting(say)


def test_a_waived_finding_fails_nothing(say: Say, grant: Callable[..., Answer]) -> None:
    """It is shown, as waived, with the waiver's number; recorded or not."""
    assert grant().code == 0
    for more in ((), ("--no-record",)):
        answer = say(*LOOK, *more)
        (finding,) = answer.json["findings"]
        assert (answer.code, finding["state"], finding["waiver"]) == (0, "waived", 1)
    printed = say("check", "--only", CHECK, "--by", "looker", "--lang", "zh")
    assert "[错误, 例外]" in printed.out
    assert states(say) == {1: "waived"}
    assert shown(say)["waiver"] == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_waiver_stands_in_every_output(
    say: Say, grant: Callable[..., Answer], tmp_path: Path, language: Language
) -> None:
    """State, number, document and last day: in the working paper, the page, CSV, SARIF and the evidence form."""
    assert grant().code == 0
    outs = {suffix: tmp_path / f"out{suffix}" for suffix in (".xlsx", ".html", ".csv", ".sarif", ".json")}
    for out in outs.values():
        assert say("check", "--only", CHECK, "--by", "looker", "--lang", language, "-o", out).code == 0
    (said,) = json.loads(outs[".json"].read_text())["waivers"]
    workbook = openpyxl.load_workbook(outs[".xlsx"])
    assert workbook.sheetnames[1:] == [{"en": "Settled", "zh": "已有处理"}[language]]
    (cells,) = workbook.worksheets[1].iter_rows(min_row=HEAD_ROW + 1)
    row = dict(zip(COLUMNS, cells, strict=True))
    waived = {"en": "waived", "zh": "例外"}[language]
    assert (row["number"].value, row["state"].value) == (1, waived)
    assert said["document"] in row["waiver"].value
    assert said["until"] in row["waiver"].value
    assert outs[".html"].read_text().count(f"{waived}{ {'en': ': ', 'zh': '：'}[language] }") == 2
    (csv_row,) = csv.DictReader(io.StringIO(outs[".csv"].read_text("utf-8-sig")))
    wanted = ("1", "waived", "1", said["document"], said["until"])
    assert tuple(csv_row[name] for name in ("number", "state", "waiver", "waiver_document", "waiver_until")) == wanted
    (result,) = valid(json.loads(outs[".sarif"].read_text()))["results"]
    (suppression,) = result["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    assert said["document"] in suppression["justification"]
    assert say("finding", "paper", "1", "-o", tmp_path / "form.html", "--lang", language).code == 0
    form = (tmp_path / "form.html").read_text()
    assert f"{said['document']}" in form
    assert said["until"] in form


@pytest.mark.parametrize(("day", "state"), [
    ("2014-12-31", "lead"), ("2015-01-01", "waived"), (LAST, "waived"), ("3000-01-01", "lead"),
])  # fmt: skip
def test_it_ends_by_itself(
    say: Say, grant: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch, day: str, state: str
) -> None:
    """On the day after its last, without anybody doing anything; and it begins on its first."""
    look(say)
    assert grant().code == 0
    monkeypatch.setenv("FUNDTRACK_TODAY", day)
    assert states(say) == {1: state}
    assert say(*LOOK).code == int(state == "lead")


@pytest.mark.parametrize(("options", "covers"), [
    ({"document_date": "2015-03-01"}, True),
    ({"document_date": "2015-03-02"}, False),
    ({"from": "2015-03-01"}, True),
    ({"from": "2015-03-02"}, False),
    ({"to": "2015-07-01"}, False),
    ({"to": "9999-12-31"}, True),
    ({"fund": "F04"}, False),
    ({"use": "0603"}, False),
    ({"project": "P01"}, False),
    ({"fund": None, "voucher": "F03-2015-000002"}, True),
    ({"fund": None, "voucher": "F03-2015-000001"}, False),
    ({"fund": None, "finding": "1"}, True),
    ({"check": "duplicate-payment"}, False),
])  # fmt: skip
def test_it_covers_what_it_says(
    say: Say, grant: Callable[..., Answer], options: dict[str, str | None], *, covers: bool
) -> None:
    """Its check and scope; and nothing paid before it begins or was decided. The record and a fresh look agree."""
    look(say)
    assert grant(**options).code == 0
    assert states(say) == {1: "waived" if covers else "lead"}
    assert say(*LOOK).json["findings"][0]["state"] == ("waived" if covers else "lead")


@pytest.mark.parametrize("covers", [True, False])
def test_a_look_that_is_not_recorded_knows_waivers_too(say: Say, grant: Callable[..., Answer], *, covers: bool) -> None:
    """Of a voucher that no run has seen, by the same rule."""
    assert grant(fund=None, voucher="F03-2015-000002", document_date="2015-03-01" if covers else "2015-03-02").code == 0
    assert say(*LOOK, "--no-record").code == int(not covers)
    assert states(say) == {}


def test_a_fund_that_rises_leaves_its_waivers_behind(say: Say, book: Book, grant: Callable[..., Answer]) -> None:
    """A county decided about a county's fund: once the fund answers to a higher level, that is too low."""
    put_on_level(book, "county")
    assert grant(level="county").code == 0
    assert say(*LOOK, "--no-record").code == 0
    look(say)
    assert states(say) == {1: "waived"}
    put_on_level(book, "city")
    assert states(say) == {1: "lead"}
    pay(book, 150, "another")
    assert [one["state"] for one in look(say, "--no-record")["findings"]] == ["lead", "lead"]


def put_on_level(book: Book, level: str) -> None:
    """Put a chart in force in which F03 is of a level."""
    before, fund, rest = CHART.partition('custom "fund" "F03"')
    rest = rest.replace('level: "central"', f'level: "{level}"', 1)
    assert apply_chart(book, before + fund + rest, by="founder", document="x")


def test_a_page_forbids_waivers(say: Say, book: Book, grant: Callable[..., Answer]) -> None:
    """One that says so grants none; and what was granted before covers nothing that is found since."""
    assert grant().code == 0
    write_page(book, 100, "waivable: false\n")
    assert CHECK in refused(grant())
    assert say(*LOOK, "--no-record").code == 1
    assert say(*LOOK).code == 1
    assert states(say) == {1: "lead"}


def refused(answer: Answer) -> str:
    """Return why something was refused."""
    assert (answer.code, answer.out) == (2, ""), answer
    return answer.err


REFUSAL: Final = ("seq", "refused_at", "refused_to", "draft", "findings")

SAME: Final = (
    ("clerk", "clerk"), ("李会计", "李会计 "), ("李会计", "李\u3000会计"), ("Li", "li"), ("A", "\uff21"), ("é", "É"),
)  # fmt: skip
"""Names that mean one person."""


def test_what_is_refused(say: Say, grant: Callable[..., Answer]) -> None:
    """By which authority, by whom, and what cannot be permitted at all."""
    look(say)
    for level in ("county", "city", "region"):
        assert "authority-too-low" in refused(grant(level=level))
    assert "authority-too-low" in refused(grant(fund=None, project="P01", level="region"))
    for asker, approver in SAME:
        assert "cannot approve it" in refused(grant(asked_by=asker, approved_by=approver))
    for option in ("document", "reason", "asked_by", "approved_by"):
        for blank in ("  ", "\u3000", "\u00a0"):
            assert f"--{option.replace('_', '-')}" in refused(grant(**{option: blank}))
    assert "still to come" in refused(grant(document_date="2998-01-01"))
    for check in NOT_CURABLE:
        assert check in refused(grant(check=check))
    for option in ("document", "reason", "asked_by", "approved_by"):
        assert f"--{option.replace('_', '-')}" in refused(grant(**{option: None}))
    assert "--fund" in refused(grant(fund=None))
    assert "2014-01-01" in refused(grant(to="2014-01-01"))
    assert "F99" in refused(grant(fund="F99"))
    assert "F04-0604" in refused(grant(use="F04-0604"))
    assert "large" in refused(grant(check="large"))
    assert "finding 7" in refused(grant(finding="7"))
    assert "duplicate-payment" in refused(grant(finding="1", check="duplicate-payment"))
    assert say("waiver", "list", "--format", "json").json == []


def test_what_is_refused_is_said_in_chinese(say: Say, grant: Callable[..., Answer]) -> None:
    """Levels, kinds of remedy and states in the bureau's own words, not in ours."""
    look(say)
    low = refused(grant(level="county")).splitlines()[1]
    assert "文件出自县级机关" in low
    assert "批准权在中央级" in low
    assert say("finding", "confirm", "1", "--by", "looker", "--reason", "x").code == 0
    close = say("finding", "close", "1", "--by", "looker", "--remedy", "F03-2015-000001")
    assert "冲销、退款、调账、归还原渠道、更正登记" in refused(close).splitlines()[1]
    assert grant().code == 0
    why = refused(say("finding", "reopen", "1", "--by", "looker", "--reason", "x"))
    assert "疑点 1 当前状态为“例外”，不能重新打开" in why
    assert "is now: waived. It cannot be reopened" in why
    said = say("finding", "show", "1", "--lang", "zh").out
    assert all(head in said for head in ("归属方", "代表方", "整改凭证", "检查编号"))


def test_a_condition_of_the_tables_is_named(book: Book) -> None:
    """By its name, for `explain` knows no page of it."""
    with pytest.raises(BookError) as caught:
        book.act(lambda connection: dialect.insert_rows(connection, "refusal", REFUSAL, [(2**53, "", "x", "", "")]))
    assert (caught.value.key, caught.value.details["check"]) == ("book-refused-check", "refusal_id")


def test_the_pages_say_what_cannot_be_waived() -> None:
    """Mixing, use, balance and double entry: the same that the database holds."""
    assert {name for name, check in checks().items() if not check.waivable} >= set(NOT_CURABLE)


def test_a_revoked_waiver_covers_nothing(say: Say, grant: Callable[..., Answer]) -> None:
    """Once, with a reason; and it stays on the list."""
    look(say)
    assert grant(use="F03-").code == 0
    assert states(say) == {1: "waived"}
    assert "--reason" in refused(say("waiver", "revoke", "1", "--by", "director"))
    assert say("waiver", "revoke", "1", "--by", "director", "--reason", "no flood").code == 0
    assert states(say) == {1: "lead"}
    assert "director" in refused(say("waiver", "revoke", "1", "--by", "x", "--reason", "again"))
    assert "7" in refused(say("waiver", "revoke", "7", "--by", "x", "--reason", "x"))
    (listed,) = say("waiver", "list", "--format", "json").json
    assert (listed["state"], listed["revoked_reason"], listed["fund"]) == ("revoked", "no flood", "F03")
    assert "已撤销" in say("waiver", "list", "--lang", "zh").out


def test_a_waiver_closes_while_it_is_in_force(
    say: Say, grant: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A confirmed finding; when the waiver has ended, it is a fault again, and the next check says so in the record."""
    look(say)
    assert grant().code == 0
    assert grant(fund="F04").code == 0
    assert say("finding", "confirm", "1", "--by", "looker", "--reason", "x").code == 0
    close = ("finding", "close", "1", "--by", "looker", "--waiver")
    assert "2" in refused(say(*close, "2"))
    assert say(*close, "1").code == 0
    assert states(say) == {1: "closed"}
    assert look(say)["recorded"]["reopened"] == []
    monkeypatch.setenv("FUNDTRACK_TODAY", "3000-01-01")
    assert states(say) == {1: "confirmed"}
    monkeypatch.delenv("FUNDTRACK_TODAY")
    assert states(say) == {1: "closed"}
    assert say("waiver", "revoke", "1", "--by", "director", "--reason", "no flood").code == 0
    assert states(say) == {1: "confirmed"}
    assert "reopened" in refused(say(*close, "1"))
    assert look(say)["recorded"]["reopened"] == [1]
    assert "waiver" in shown(say)["acts"][-1]["reason"]
    assert refused(say(*close, "1"))


BANKED = ("post", "--fund", "F03", "--use", "0603", "--amount", "8.00", "--payee", "x", "--bank", "999", "--by",
          "poster")  # fmt: skip


def test_posting_under_a_waiver(say: Say, grant: Callable[..., Answer]) -> None:
    """What a fatal check would refuse is posted, and on record as waived at once; outside the waiver it is refused."""
    assert say(*BANKED, "--date", "2015-06-01").code == 1
    assert grant(check="wrong-paying-account", document_date="2015-06-01").code == 0
    posted = say(*BANKED, "--date", "2015-06-01", "--format", "json")
    (number,) = posted.json["vouchers"]
    assert posted.code == 0
    assert [one["waiver"] for one in posted.json["findings"] if one["check"] == "wrong-paying-account"] == [1]
    (finding,) = say("finding", "list", "--format", "json").json
    assert (finding["voucher"], finding["check"], finding["state"]) == (number, "wrong-paying-account", "waived")
    assert say(*BANKED, "--date", "2015-05-31").code == 1
    assert say("check", "--only", "wrong-paying-account", "--by", "looker", "--format", "json").json["recorded"] == {
        "audit": 2, "new": [], "gone": [], "reopened": [],
    }  # fmt: skip
    assert say("check", "--only", "overdrawn", "--by", "looker").code == 0
    assert states(say) == {1: "waived"}


def test_an_ended_waiver_permits_no_posting(say: Say, grant: Callable[..., Answer]) -> None:
    """Not even of a payment dated while it was in force."""
    assert grant(check="wrong-paying-account", to="2015-12-31").code == 0
    assert say(*BANKED, "--date", "2015-06-01").code == 1


@pytest.mark.parametrize("approver", ["poster", "Poster ", "ＰＯＳＴＥＲ"])
def test_nobody_posts_under_a_waiver_of_their_own(say: Say, grant: Callable[..., Answer], approver: str) -> None:
    """Who approved the waiver prepares no payment under it; who approves the payment is asked as well."""
    assert grant(check="wrong-paying-account", approved_by=approver).code == 0
    assert "wrong-paying-account" in say(*BANKED, "--date", "2015-06-01").err
    post = [word for word in BANKED if word != "poster"]
    assert say(*post, "cashier", "--approved-by", approver, "--date", "2015-06-01").code == 1
    assert say(*post, "cashier", "--approved-by", "head", "--date", "2015-06-01").code == 0


def test_no_waiver_permits_what_cannot_be(say: Say, grant: Callable[..., Answer]) -> None:
    """The faults beside it refuse as ever."""
    assert grant(check="wrong-paying-account").code == 0
    dear = ["169200000.00" if word == "8.00" else word for word in BANKED]
    assert "overdrawn" in say(*dear, "--date", "2015-06-01").err
    assert states(say) == {}


def test_an_auditor_posts_nothing_under_a_waiver(say: Say, grant: Callable[..., Answer]) -> None:
    """What is waived is recorded for the bureau, and a person acts for one side only."""
    assert grant(check="wrong-paying-account").code == 0
    assert say("finding", "side", "poster", "--side", "auditor", "--by", "x", "--reason", "appointed").code == 0
    assert "other side" in refused(say(*BANKED, "--date", "2015-06-01"))


def test_importing_under_a_waiver(say: Say, book: Book, grant: Callable[..., Answer], tmp_path: Path) -> None:
    """A row that would wait is posted, on record as waived, and not lost to the account of rows."""
    file = payments_file(tmp_path)
    text = file.read_text("gb18030").replace("45001234560001,某建筑公司", "999,某建筑公司")
    file.write_text(text, "gb18030")
    assert say("import", file, "--dry-run", "--format", "json").json[0]["rows"]["posted"] == 0
    assert grant(check="wrong-paying-account", fund="F01").code == 0
    assert say("import", file, "--dry-run", "--format", "json").json[0]["rows"]["posted"] == 1
    assert states(say) == {}
    assert say("import", file, "--format", "json").json[0]["rows"]["posted"] == 1
    (finding,) = say("finding", "list", "--format", "json").json
    assert (finding["voucher"], finding["state"]) == ("F01-2015-000003", "waived")
    assert shown(say)["file"] == "payments.csv"
    assert pay(book, 1, fund="F04", date=date(2015, 7, 1))  # nothing else is disturbed


def test_today_is_a_date(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """What FUNDTRACK_TODAY says otherwise is refused in a sentence."""
    monkeypatch.setenv("FUNDTRACK_TODAY", "tomorrow")
    assert "tomorrow" in refused(say("waiver", "list"))
