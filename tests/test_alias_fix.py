"""What a word booked wrongly: every voucher that rests on it is found, and those that may be are rebooked."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import pytest

import quotafiles
from books import CHART, RECEIVED, post_simple, small_book
from contracts import enter
from fundtrack.book.policy import apply_chart
from fundtrack.errors import UsageError
from fundtrack.importing.later.fix import Wanted, affected, fields_of, fix, still
from fundtrack.importing.words.aliases import Said, confirm, say
from fundtrack.posting import post
from fundtrack.posting.advance import outstanding, refund, verification
from fundtrack.posting.application import approve, payment
from fundtrack.posting.correct import reverse
from quotafiles import applied_row, bound_row, given_row
from shelf import ENGINES
from test_rebook_quota import TWO_FUNDS, line
from treasury import COMPANY, MORE, asked, bring, pay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from commands import Say
    from fundtrack.book import Book
    from fundtrack.importing.later.fix import Affected, Fixed
    from shelf import Shelf

WHY: Final = "县里的叫法"
JULY: Final = date(2015, 7, 1)
TOWN: Final = "田州镇人民政府"
ROADS: Final = f"""
2014-01-01 custom "intermediary" "{TOWN}"
  project: "P01"
  role: "township"
2014-01-01 open Expenses:F03-Houses:0605-Roads CNY
  authority: "桂[2014]33号"
2014-01-01 custom "project" "P02"
  name: "Village roads"
  name-zh: "村道"
"""
OWN: Final = """# 乡镇支付

Payments of townships.

```toml
[file]
encoding = "gb18030"
header = ["日", "额", "人", "用途科目"]
[columns]
date = "日"
amount = "额"
payee = "人"
fund = { constant = "F03" }
use = "用途科目"
[key]
columns = ["人"]
```
"""
ENTRIES: Final = """SELECT v.fund, v.payee, v.project, e.debit, e.credit, (1 - 2 * e.red) * e.amount FROM voucher AS v
    JOIN entry AS e ON e.voucher = v.id WHERE v.id > 4 ORDER BY v.id, e.line"""


@pytest.fixture(params=ENGINES)
def book(request: pytest.FixtureRequest, shelf: Shelf) -> Iterator[Book]:
    """Give a book of four funds that received money; F03 has a second use."""
    with shelf.lend(request.param, CHART + MORE + ROADS) as lent:
        for fund, amount in RECEIVED.items():
            post_simple(lent, fund, "transfer-received", amount, on=date(2015, 1, 5))
        yield lent


def known(book: Book, field: str, word: str, meaning: str, page: str = "") -> None:
    """Let a word stand for something."""
    (made,) = say(book, [Said(field, word, meaning, page, WHY)], by="ann").new
    if field == "fund":
        confirm(book, [made.alias], by="ben")


def wanted(field: str, meaning: str, **said: Any) -> Wanted:  # noqa: ANN401 - of `Wanted`
    """Return what vouchers should have said."""
    return Wanted(**{"field": field, "meaning": meaning, "mode": "record", "document": "县〔2015〕9号", "date": JULY,
                     **said})  # fmt: skip


def mend(book: Book, word: str, right: Wanted) -> Fixed:
    """Rebook the vouchers of a word, by two people."""
    tried = fix(book, word, right, by="ann", approved_by="ben")
    done = fix(book, word, right, by="ann", approved_by="ben", trial=False)
    assert told(tried.affected) == told(done.affected)
    assert tried.posted.numbers == done.posted.numbers
    return done


def told(found: list[Affected]) -> list[tuple[str, str, str, str, str]]:
    """Return of each voucher where it is, where it should be, what became of it, and why it stays."""
    return [(one.voucher.number, one.value, one.wanted, one.settled, " ".join(why["check"] for why in one.why))
            for one in found]  # fmt: skip


def test_a_use_is_put_right_for_every_voucher_of_the_word(book: Book) -> None:
    """Those that said the word, and not those that said the use; once, by red and blue, and then nothing is left."""
    known(book, "use", "办公经费", "0605")
    bring(book, "a", pay("1", use="办公经费"), pay("2", 250, use="0605"), pay("3", 400, use="办公经费"))
    assert fields_of(book, "办公经费") == ["use"]
    assert told(affected(book, "办公经费", ["use"]).affected) == [
        ("F03-2015-000002", "0605", "", "", ""), ("F03-2015-000004", "0605", "", "", ""),
    ]  # fmt: skip
    before = asked(book, ENTRIES)
    fix(book, "办公经费", wanted("use", "0603"), by="ann")
    assert asked(book, ENTRIES) == before
    done = mend(book, "办公经费", wanted("use", "0603"))
    assert [one.rebooked for one in done.affected] == [
        ("F03-2015-000005", "F03-2015-000007"), ("F03-2015-000006", "F03-2015-000008"),
    ]  # fmt: skip
    assert [(debit, fen) for *_, debit, _, fen in asked(book, ENTRIES)[3:]] == [
        ("0605", -100), ("0603", 100), ("0605", -400), ("0603", 400),
    ]  # fmt: skip
    assert [one.settled for one in affected(book, "办公经费", ["use"]).affected] == [
        "F03-2015-000005", "F03-2015-000006",
    ]  # fmt: skip
    again = fix(book, "办公经费", wanted("use", "0603"), by="ann", trial=False)
    assert (len(again.affected), again.left, again.posted.numbers) == (2, [], ())
    with book.reading() as connection:
        assert still(connection, "办公经费", "use", "0603")
    with pytest.raises(UsageError) as caught:
        affected(book, "办公经费", ["fund"])
    assert caught.value.key == "alias-of-another"


def test_what_may_not_be_rebooked_stays_with_the_reason(book: Book) -> None:
    """What came back in part, was reversed, or is later than the rebooking; the others are rebooked all the same."""
    known(book, "use", "办公经费", "0605")
    bring(
        book,
        "a",
        *(pay(name, use="办公经费") for name in ("1", "2", "3")),
        pay("4", use="办公经费", day=date(2015, 8, 1)),
    )
    numbers = [f"F03-2015-{at:06d}" for at in range(2, 6)]
    post(book, lambda c, chart: [refund(c, chart, numbers[0], 40, date=date(2015, 6, 9))], by="ann")
    reverse(book, numbers[1], reason="重报", date=date(2015, 6, 9), by="ann")
    done = mend(book, "办公经费", wanted("use", "0603"))
    assert told(done.affected) == [
        (numbers[0], "0605", "0603", "", "reverse-cited"), (numbers[1], "0605", "0603", "F03-2015-000007", ""),
        (numbers[2], "0605", "0603", "", ""), (numbers[3], "0605", "0603", "", "reverse-before"),
    ]  # fmt: skip
    assert len(done.posted.numbers) == 2
    assert all(why["remedy-zh"] for one in done.left for why in one.why)


def test_what_a_check_refuses_stays_and_the_others_are_rebooked(book: Book) -> None:
    """A use that was not granted by the day of the rebooking, and money that the right fund has not got."""
    known(book, "use", "办公经费", "0601")
    bring(book, "a", pay("1", fund="F01", use="办公经费"))
    done = mend(book, "办公经费", wanted("use", "0612"))
    assert [one[4] for one in told(done.affected)] == ["use-not-permitted"]
    assert not done.posted.numbers
    known(book, "fund", "整合", "F01")
    amounts = (500, RECEIVED["F03"], 600)
    bring(book, "b", *(pay(f"b{fen}", fen, fund="整合", use="0601") for fen in amounts))
    moved = mend(book, "整合", wanted("fund", "F03", use="0603"))
    assert [one[4] for one in told(moved.affected)] == ["", "overdrawn", ""]
    assert len(moved.posted.numbers) == 4


def test_each_version_of_a_word_answers_for_its_own_vouchers(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the alias that stood when its row was read, that of its page first; a row of another word rests on none."""
    seconds = count()
    for module in ("importing.words.aliases", "posting.insert"):
        monkeypatch.setattr(f"fundtrack.{module}.now", lambda: f"2015-09-01T00:00:{next(seconds):02d}Z")
    bring(book, "a", pay("0", use="0605"))
    known(book, "use", "办公经费", "0603", page="project-ledger")
    known(book, "use", "办公经费", "0605")
    bring(book, "b", pay("1", use="办公经费"))
    known(book, "use", "办公经费", "0603")
    bring(book, "c", pay("2", use="办公经费"))
    known(book, "use", "办公经费", "0605", page="treasury-payment")
    bring(book, "d", pay("3", use="办公经费"))
    found = affected(book, "办公经费", ["use"]).affected
    assert [(one.voucher.number[-1], one.value, one.alias) for one in found] == [
        ("3", "0605", 2), ("4", "0603", 3), ("5", "0605", 4),
    ]  # fmt: skip
    done = mend(book, "办公经费", wanted("use", "0603"))
    assert [bool(one.rebooked) for one in done.affected] == [True, False, True]


def test_of_two_meanings_of_one_second_the_voucher_tells_which(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """Moments are kept to the second: what a voucher says is by the alias that means it."""
    for module in ("importing.words.aliases", "posting.insert"):
        monkeypatch.setattr(f"fundtrack.{module}.now", lambda: "2015-09-01T00:00:00Z")
    for name, meaning in (("1", "0605"), ("2", "0603")):
        known(book, "use", "办公经费", meaning)
        bring(book, name, pay(name, use="办公经费"))
    assert [(one.value, one.alias) for one in affected(book, "办公经费", ["use"]).affected] == [
        ("0605", 1),
        ("0603", 2),
    ]


def test_a_use_of_one_fund_is_none_of_another(book: Book) -> None:
    """A use that is said with its fund is right in that fund; of another fund the voucher stays."""
    known(book, "use", "建房", "Building")
    bring(book, "a", pay("1", use="建房"), pay("2", fund="F01", use="建房"))
    done = mend(book, "建房", wanted("use", "F03-0605"))
    assert told(done.affected) == [
        ("F03-2015-000002", "0603", "0605", "", ""), ("F01-2015-000002", "0601", "", "", "alias-other-fund"),
    ]  # fmt: skip


def test_another_payee_changes_the_text_and_no_money(book: Book) -> None:
    """The money went to the right one: red and blue of one account; where it did not, no entry puts that right."""
    known(book, "payee", "那满所", "那满镇财政所")
    bring(book, "a", pay("1", payee="那满所"), pay("2", payee="那满镇财政所"))
    for right, key in ((wanted("payee", "那坡镇财政所", mode="money"), "rebook-payee-money"),
                       (wanted("payee", COMPANY), "rebook-payee-kind")):  # fmt: skip
        stays = fix(book, "那满所", right, by="ann").affected
        assert [one[4] for one in told(stays)] == [key]
    done = mend(book, "那满所", wanted("payee", "那坡镇财政所"))
    assert told(done.affected) == [("F03-2015-000002", "那满镇财政所", "那坡镇财政所", "", "")]
    assert [entry[1] for entry in asked(book, ENTRIES)] == [
        "那满镇财政所",
        "那满镇财政所",
        "那满镇财政所",
        "那坡镇财政所",
    ]
    kept = asked(book, "SELECT bank_ref, payee_account, payee_id, date FROM voucher WHERE id IN (5, 8) ORDER BY id")
    assert [one[:3] for one in kept] == [kept[0][:3]] * 2


def test_who_holds_an_advance_is_put_right_before_it_is_verified(book: Book) -> None:
    """What is held goes over to the right one; what was verified stays, and so does what would be no advance then."""
    known(book, "payee", "茂恒", COMPANY)
    bring(book, "a", pay("1", fund="F01", payee="茂恒"), pay("2", 250, fund="F01", payee="茂恒"))
    no_advance = fix(book, "茂恒", wanted("payee", "农户"), by="ann")
    assert [one[4] for one in told(no_advance.affected)] == ["rebook-payee-kind"] * 2
    spent: Any = {"use": "0601", "date": date(2015, 6, 9)}
    post(book, lambda c, chart: [verification(c, chart, "F01-2015-000002", 30, **spent)], by="ann")
    done = mend(book, "茂恒", wanted("payee", TOWN))
    assert [one[4] for one in told(done.affected)] == ["reverse-cited", ""]
    with book.reading() as connection:
        assert [outstanding(connection, "F01", payee) for payee in (COMPANY, TOWN)] == [70, 250]


def test_a_project_is_put_right(book: Book) -> None:
    """As a voucher of the right project; also where the chart calls another project by the word since."""
    known(book, "project", "老家园", "P01")
    report = bring(book, "a", pay("1", project="老家园"))
    assert report.rows["posted"] == 1
    apply_chart(book, CHART + MORE + ROADS.replace("村道", "老家园"), by="founder", document="原文未载")
    done = mend(book, "老家园", wanted("project", "P02"))
    assert told(done.affected) == [("F03-2015-000002", "P01", "P02", "", "")]
    assert [entry[2] for entry in asked(book, ENTRIES)] == ["P01", "P01", "P02"]


def test_what_cannot_be_read_again_is_named(book: Book) -> None:
    """A batch whose page is another by now is looked through all the same; one without page or original is told."""
    page = book.folder / "importers" / "乡镇支付.md"
    page.parent.mkdir(exist_ok=True)
    page.write_text(OWN, "utf-8")
    known(book, "use", "盖房", "0603")
    try:
        enter(book, "支付", ["2015-06-01", "1.00", "甲", "盖房"], header=("日", "额", "人", "用途科目"))
        bring(book, "a", pay("1", use="盖房"))
        assert affected(book, "盖房", ["use"]).unread == []
        page.write_text(OWN.replace("townships", "towns"), "utf-8")
        found = affected(book, "盖房", ["use"])
        assert ([one.why for one in found.unread], len(found.affected)) == ([None], 2)
    finally:
        page.unlink()
    for original in book.folder.glob("originals/*/*"):
        original.unlink()
    found = affected(book, "盖房", ["use"])
    assert [one.why.key if one.why else "" for one in found.unread] == ["page-gone", "original-missing"]
    assert not found.affected


@pytest.mark.parametrize("engine", ENGINES)
def test_what_quota_and_applications_rest_on_is_listed(shelf: Shelf, engine: str, tmp_path: Path) -> None:
    """A document's department and use, a contract's and an application's payee: none of them is rebooked."""
    with shelf.lend(engine, quotafiles.CHART) as book:
        words = {"department": ("发改", "发展和改革局"), "use": ("安居", "0601"), "payee": ("甲公司", "甲建筑公司")}
        for field, (word, meaning) in words.items():
            known(book, field, word, meaning)
        post_simple(book, "F01", "transfer-received", 10**6, on=date(2015, 1, 5))
        files = {
            "quota": [given_row("1001", 5000, use="", 单位名称="发改"), given_row("1002", 4000, "1001", use="安居")],
            "bound": [bound_row("HT1", "1002", 900, 供应商名称="甲公司")],
            "applied": [applied_row(f"SQ{at}", "1002", 100 + at, 收款人全称="甲公司") for at in (1, 2)]
            + [applied_row("SQ3", "1002", 103)],
        }
        for kind, rows in files.items():
            quotafiles.bring(book, quotafiles.file_of(tmp_path, kind, *rows))
        approve(book, 1, date=date(2015, 3, 11), by=quotafiles.CHIEF)
        post(book, lambda c, chart: [payment(c, chart, "1", None, date=date(2015, 3, 12))], by=quotafiles.CLERK)
        found = {}
        for field, right in (("department", "财政局"), ("use", "0602"), ("payee", "乙公司")):
            done = mend(book, words[field][0], wanted(field, right))
            assert {one.value for one in done.affected} == {words[field][1]}
            assert not done.posted.numbers
            found[field] = [(one.voucher.kind, one.why[0]["check"]) for one in done.affected], done.waiting
        assert found == {
            "department": ([("quota-received", "rebook-kind")], []),
            "use": ([("allotment", "rebook-kind")], []),
            "payee": ([("commitment", "rebook-kind"), ("application", "rebook-kind"),
                       ("disbursement", "rebook-applied")], [2]),
        }  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_quota_goes_with_the_vouchers_as_far_as_there_is_any(shelf: Shelf, engine: str) -> None:
    """Of three payments the right use has quota for one; a year later none is taken back, for the year is over."""
    with shelf.lend(engine, TWO_FUNDS) as book:
        post_simple(book, "F01", "transfer-received", 9000, on=date(2015, 1, 5))
        for use, fen in (("0601", 4000), ("0602", 50)):
            line(book, "F01", use, fen)
        known(book, "use", "办公经费", "0601")
        bring(book, "a", *(pay(f"q{at}", 30 + at, fund="F01", use="办公经费") for at in range(3)))
        late = fix(book, "办公经费", wanted("use", "0602", date=date(2016, 1, 5)), by="ann")
        assert [one[4] for one in told(late.affected)] == ["reverse-year-paid"] * 3
        done = mend(book, "办公经费", wanted("use", "0602"))
        assert [one[4] for one in told(done.affected)] == ["", "over-allotment", "over-allotment"]
        assert quotafiles.status(book, "F01-Q00004") == {"available": 20, "paid": 30}


def test_what_the_command_says_to_programs(tmp_path: Path, say: Say) -> None:
    """What is tried and what was done tell themselves apart; the exit code is 1 while any voucher stays."""
    book = small_book(tmp_path / "book")
    known(book, "payee", "那满所", "那满镇财政所")
    bring(book, "a", pay("1", payee="那满所"), pay("2", payee="那满所", day=date(2015, 8, 1)))
    book.engine.dispose()
    there = ("--book", str(book.folder), "--by", "ann")
    fixing = ("alias", "fix", "那满所", "--payee", "那坡镇财政所", "--document", "9号", "--date", "2015-07-01", *there)
    assert say("alias", "fix", "那满所", "--format", "csv", *there).out.splitlines()[1] == (
        "F03-2015-000002,2015-06-01,那满镇财政所,1.00,payee,那满镇财政所,,1,,,"
    )
    tried = say(*fixing, "--format", "json")
    assert (tried.code, tried.json["posted"], len(tried.json["vouchers"])) == (1, False, 2)
    assert [bool(one["why"]) for one in tried.json["affected"]] == [False, True]
    out = say(*fixing, "--lang", "zh").out
    assert "尚未入账；加 --post 后将按上表记 2 张凭证。" in out
    assert "F03-2015-000003 不更正：F03-2015-000003 的日期为 2015-08-01，不能在 2015-07-01 冲销。" in out
    assert "已入账" not in out
    done = say(*fixing, "--format", "json", "--post")
    assert (done.code, done.json["posted"], done.json["vouchers"]) == (1, True, tried.json["vouchers"])
    again = say(*fixing[:5], "--document", "9号", "--date", "2015-08-02", *there, "--post")
    assert again.code == 0
    rest = say(*fixing, "--post")
    assert (rest.code, rest.out.splitlines()[-2][:20]) == (0, "No voucher that came")
    two = say("alias", "fix", "那满所", "--payee", "x", "--use", "0601", *there)
    assert (two.code, "2 were named" in two.err) == (2, True)
