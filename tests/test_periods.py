"""Months that are closed: what keeps them open, who may reopen them, and that nothing gets into them."""

from __future__ import annotations

import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import count
from threading import Barrier
from typing import TYPE_CHECKING, Final

import pytest

from attacks import row
from books import post_payment
from fundtrack.book import open_book
from fundtrack.book.doctor import diagnose
from fundtrack.book.periods import Month, month_of, period_acts
from fundtrack.checking.audit import audit_ledger
from fundtrack.cli.periods import told as printed
from fundtrack.errors import LANGUAGES, BookError, UsageError
from fundtrack.importing.later.quarantine import reject, retry
from fundtrack.ledger import canonical, publish, read
from fundtrack.posting import post
from fundtrack.posting.application import apply_for
from fundtrack.posting.application import reject as turn_down
from fundtrack.posting.enter import enter, register_of
from fundtrack.posting.periods import blockers, close, preview, record, reopen
from fundtrack.posting.quota import allot, receive
from fundtrack.posting.todo import todo
from fundtrack.posting.unstated import unstated
from period_attacks import ACT
from quotas import controlled
from shelf import ENGINES
from statements import STATEMENT
from stock import tamper
from test_doctor import found
from treasury import bring, pay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from commands import Say
    from copies import Template
    from fundtrack.book import Book
    from fundtrack.errors import Language
    from shelf import Shelf

JANUARY, FEBRUARY, MARCH = Month(2015, 1), Month(2015, 2), Month(2015, 3)
CLERK, CHIEF = "李会计", "王局长"
LINES: Final = count(1)
GROUNDS: Final = {"document": "田财〔2015〕9号", "reason": "补记漏记的凭证"}


@pytest.fixture
def book(template: Template) -> Iterator[Book]:
    """Give a book of its own to a test."""
    with template.copy() as book:
        yield book


def closed(book: Book, *months: Month, by: str = CLERK) -> None:
    """Close months that nothing keeps open."""
    for month in months:
        assert close(book, month, by=by) == [], month


def kinds(book: Book, month: Month) -> dict[str, list[str]]:
    """Return what keeps a month open, by kind."""
    with book.reading() as connection:
        return {group.kind: [item.name for item in group.items] for group in blockers(connection, book, month)}


def told(act: Callable[[], object]) -> str:
    """Return the key of the error that an act ends with."""
    with pytest.raises(UsageError) as refused:
        act()
    return refused.value.key


def test_a_closed_month_takes_nothing(book: Book) -> None:
    """The program says so and what to do; the database refuses whoever does not ask the program."""
    closed(book, JANUARY)
    with pytest.raises(UsageError) as refused:
        post_payment(book, "F03", "0603", 100, on=date(2015, 1, 31))
    assert "period reopen 2015-01" in str(refused.value)
    assert "2015-01-31 属于 2015-01" in str(refused.value)
    assert told(lambda: post_payment(book, "F03", "0603", 100, on=date(2014, 6, 1))) == "period-closed"
    post_payment(book, "F03", "0603", 100, on=date(2015, 2, 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules["fundtrack.posting.post"], "refuse_closed", lambda *_: None)
        with pytest.raises(BookError, match="period-closed"):
            post_payment(book, "F03", "0603", 100, on=date(2015, 1, 31))


def test_months_are_closed_one_after_the_other(book: Book) -> None:
    """Not one before the others, not twice, not before its end."""
    assert kinds(book, MARCH) == {"month-open": ["2015-01", "2015-02"]}
    closed(book, JANUARY)
    assert kinds(book, MARCH) == {"month-open": ["2015-02"]}
    assert [group.kind for group in close(book, MARCH, by=CLERK)] == ["month-open"]
    assert told(lambda: close(book, JANUARY, by=CLERK)) == "period-closed-already"
    assert told(lambda: preview(book, Month(2999, 1))) == "period-not-over"
    closed(book, FEBRUARY, MARCH)
    with book.reading() as connection:
        assert [(str(one.month), one.act, one.date) for one in period_acts(connection)] == [
            ("2015-01", "close", "2015-01-31"), ("2015-02", "close", "2015-02-28"), ("2015-03", "close", "2015-03-31"),
        ]  # fmt: skip


def test_months_are_closed_together(book: Book) -> None:
    """With those before it that are open, each by an act of its own; what keeps one of them open keeps all open."""
    bring(book, "payments", pay("1", 100, "F99", date(2015, 1, 9)))
    assert [group.kind for group in close(book, MARCH, by=CLERK, earlier=True)] == ["quarantined"]
    assert preview(book, MARCH, earlier=True) == close(book, MARCH, by=CLERK, earlier=True)
    reject(book, "1:2", by=CHIEF, reason="x")
    assert preview(book, MARCH, earlier=True) == close(book, MARCH, by=CLERK, earlier=True) == []
    with book.reading() as connection:
        assert [str(one.month) for one in period_acts(connection)] == ["2015-01", "2015-02", "2015-03"]


def test_the_first_month_closed_is_the_first_of_the_book(book: Book) -> None:
    """The database holds that too, for there is no act before it to follow."""
    with pytest.raises(BookError, match="period-out-of-order"):
        book.act(lambda connection: record(connection, FEBRUARY, "close", by=CLERK, document="", reason=""))


def test_a_preview_changes_nothing(book: Book) -> None:
    """It says what closing would say."""
    bring(book, "payments", pay("1", 100, "F99", date(2015, 1, 9)))
    assert preview(book, JANUARY) == close(book, JANUARY, by=CLERK)
    with book.reading() as connection:
        assert period_acts(connection) == []


def test_reopened_by_another_and_by_a_document(book: Book) -> None:
    """The last closed month first; then it takes vouchers again, and may be closed anew."""
    closed(book, JANUARY, FEBRUARY)
    assert told(lambda: reopen(book, FEBRUARY, by=CHIEF, document=" ", reason="x")) == "reopen-grounds"
    assert told(lambda: reopen(book, FEBRUARY, by=CHIEF, document="x", reason="")) == "reopen-grounds"
    assert told(lambda: reopen(book, FEBRUARY, by=CLERK, **GROUNDS)) == "own-period"
    assert told(lambda: reopen(book, FEBRUARY, by="李 会计", **GROUNDS)) == "own-period"
    assert told(lambda: reopen(book, JANUARY, by=CHIEF, **GROUNDS)) == "reopen-later-first"
    assert told(lambda: reopen(book, MARCH, by=CHIEF, **GROUNDS)) == "period-not-closed"
    reopen(book, FEBRUARY, by=CHIEF, **GROUNDS)
    post_payment(book, "F03", "0603", 100, on=date(2015, 2, 1))
    assert told(lambda: post_payment(book, "F03", "0603", 100, on=date(2015, 1, 31))) == "period-closed"
    closed(book, FEBRUARY, by=CHIEF)
    assert told(lambda: reopen(book, FEBRUARY, by=CHIEF, **GROUNDS)) == "own-period"
    reopen(book, FEBRUARY, by=CLERK, **GROUNDS)
    assert found(book) == {}


def test_a_row_that_waits_keeps_its_month_open(book: Book) -> None:
    """And those after it, until somebody decides; a later one does not."""
    bring(book, "payments", pay("1", 100, "F99", date(2015, 1, 31)), pay("2", 100, "F99", date(2015, 2, 1)))
    assert kinds(book, JANUARY) == {"quarantined": ["1:2"]}
    assert kinds(book, FEBRUARY) == {"quarantined": ["1:2", "1:3"], "month-open": ["2015-01"]}
    reject(book, "1:2", by=CHIEF, reason="not ours")
    closed(book, JANUARY)
    assert kinds(book, FEBRUARY) == {"quarantined": ["1:3"]}


def test_a_row_without_a_date_counts_from_the_first_of_its_file(book: Book) -> None:
    """It may be of any month of the file, and of none before."""
    undated = pay("1", 100, "F03", date(2015, 2, 1))
    undated = [("?" if cell == "2015-02-01" else cell) for cell in undated]
    bring(book, "payments", undated, pay("2", 100, "F03", date(2015, 2, 1)))
    assert kinds(book, JANUARY) == {}
    assert kinds(book, FEBRUARY) == {"quarantined": ["1:2"], "month-open": ["2015-01"]}


def test_a_row_of_which_only_the_amount_is_unreadable_counts_from_its_own_day(book: Book) -> None:
    """However early the others of its file are."""
    wrong = ["1,0x0" if cell == "1.00" else cell for cell in pay("1", 100, "F03", date(2015, 2, 1))]
    bring(book, "payments", wrong, pay("2", 100, "F03", date(2015, 1, 5)))
    assert kinds(book, JANUARY) == {}
    assert kinds(book, FEBRUARY) == {"quarantined": ["1:2"], "month-open": ["2015-01"]}


def test_imported_into_a_closed_month(book: Book) -> None:
    """The row waits with the reason, the others are posted; once the month is open again it is posted too."""
    closed(book, JANUARY)
    rows = [pay("1", 100, "F03", date(2015, 1, 31)), pay("2", 100, "F03", date(2015, 2, 1))]
    report = bring(book, "payments", *rows)
    assert {held["row"]: [why["check"] for why in held["reasons"]] for held in report.held} == {
        1: ["not-data-header"], 2: ["period-closed"],
    }  # fmt: skip
    assert report.rows["posted"] == 1
    (still,) = retry(book, [], by=CLERK)
    assert [why["check"] for why in still.reasons] == ["period-closed"]
    reopen(book, JANUARY, by=CHIEF, **GROUNDS)
    assert [tried.voucher for tried in retry(book, [], by=CLERK)] == ["F03-2015-000003"]


def line(ref: str, amount: int, day: date) -> tuple[tuple[object, ...], tuple[None, None]]:
    """Return an entry of the register of bank lines."""
    said = {"bank": "B01", "ref": ref, "date": day, "amount": amount, "unit": "CNY", "line": next(LINES)}
    return register_of("bank_line").row(said), (None, None)


def test_the_bank_keeps_a_month_open(book: Book) -> None:
    """By the two checks that know it: what the statement has and the book has not, and the other way round."""
    for day in (date(2015, 1, 6), date(2015, 2, 20)):
        post_payment(book, "F03", "0603", 777, on=day)
    with book.reading() as connection:
        cash = "SELECT amount FROM book_postings WHERE account_kind = 'cash' AND amount > 0"
        received = [int(total) for (total,) in connection.exec_driver_sql(cash)]
    lines = [line(f"R{at}", amount, date(2015, 1, 5)) for at, amount in enumerate(received)]
    lines += [line("X", -123, date(2015, 1, 8)), line("Y", -777, date(2015, 2, 20))]
    book.act(lambda connection: enter(connection, register_of("bank_line"), lines, by=CLERK))
    assert kinds(book, JANUARY).keys() == {"no-bank-line", "bank-line-without-voucher"}
    assert kinds(book, JANUARY)["no-bank-line"] == ["F03-2015-000002"]


def test_a_month_without_its_statement_stays_open(book: Book) -> None:
    """From the account's first statement on, also for `todo` once the month is over; where there is none it is said."""

    def has(ref: str, amount: int, day: date) -> None:
        book.act(lambda connection: enter(connection, register_of("bank_line"), [line(ref, amount, day)], by=CLERK))

    for month in (2, 3):
        post_payment(book, "F03", "0603", 100, on=date(2015, month, 3))

    def never(month: Month) -> list[str]:
        with book.reading() as connection:
            return unstated(connection, month)

    assert never(FEBRUARY) == ["B01"]
    has("X", -100, date(2015, 2, 3))
    assert (never(JANUARY), never(FEBRUARY)) == (["B01"], [])
    closed(book, JANUARY)
    assert kinds(book, FEBRUARY) == {}
    assert kinds(book, MARCH) == {"month-open": ["2015-02"], "month-without-statement": ["B01 2015-03"]}
    (missing,) = [group for group in preview(book, MARCH) if group.kind == "month-without-statement"]
    assert printed(missing, [], "table", "en")["command"].endswith(": the bank's statement of B01 2015-03")
    for today, waits in ((date(2015, 3, 31), []), (date(2015, 4, 1), ["B01 2015-03"])):
        waiting = {group.kind: [one.name for one in group.items] for group in todo(book, today=today, days=0)}
        assert waiting.get("month-without-statement", []) == waits
    has("Y", -100, date(2015, 3, 4))
    closed(book, FEBRUARY, MARCH)


def test_what_the_bank_charged_on_the_last_day_is_booked_first(book: Book) -> None:
    """Also after the last voucher; what it moved in the next month keeps this one open no longer."""
    with book.reading() as connection:
        cash = "SELECT amount FROM book_postings WHERE account_kind = 'cash' AND amount > 0"
        received = [int(total) for (total,) in connection.exec_driver_sql(cash)]
    lines = [line(f"R{at}", amount, date(2015, 1, 5)) for at, amount in enumerate(received)]
    charged = [line("X", -5, date(2015, 1, 31)), line("Y", -5, date(2015, 2, 1))]
    book.act(lambda connection: enter(connection, register_of("bank_line"), [*lines, *charged], by=CLERK))
    assert [len(names) for names in kinds(book, JANUARY).values()] == [1]
    assert kinds(book, JANUARY).keys() == {"bank-line-without-voucher"}
    post_payment(book, "F03", "0603", 5, on=date(2015, 1, 31))
    assert kinds(book, JANUARY) == {}


@pytest.mark.parametrize("engine", ENGINES)
def test_an_application_that_waits_keeps_its_month_open(shelf: Shelf, engine: str) -> None:
    """Until it is decided; and nobody applies for a day in a closed month."""
    with shelf.book(engine, controlled(date(2015, 1, 1))) as book:
        day = date(2015, 1, 10)
        post(book, lambda c, chart: receive(c, chart, "F01", 500, date=day, by=CLERK, document="文"), by=CLERK)
        post(book, lambda c, chart: allot(
            c, chart, "F01-Q00001", 500, use="0601", date=day, by=CLERK, document="文"
        ), by=CLERK)  # fmt: skip
        apply_for(book, "F01-Q00002", 100, payee="甲", date=day, by=CLERK)
        assert kinds(book, JANUARY) == {"waiting": ["1"]}
        turn_down(book, 1, reason="不符", by=CHIEF)
        closed(book, JANUARY)
        assert told(lambda: apply_for(book, "F01-Q00002", 100, payee="甲", date=day, by=CLERK)) == "period-closed"
        closed(book, *(Month(2015, period) for period in range(2, 12)))
        assert kinds(book, Month(2015, 12)) == {"year-open": ["2015"]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_published_and_read_back(book: Book, language: Language) -> None:
    """Every act, in its order; nothing is wrong with the ledger."""
    closed(book, JANUARY, FEBRUARY)
    reopen(book, FEBRUARY, by=CHIEF, **GROUNDS)
    post_payment(book, "F03", "0603", 100, on=date(2015, 2, 1))
    main = publish(book, language).main
    assert read(main) == canonical(book)
    assert [(str(one.month), one.act) for one in read(main).periods] == [
        ("2015-01", "close"), ("2015-02", "close"), ("2015-02", "reopen"),
    ]  # fmt: skip
    assert not [one for one in audit_ledger(main).findings if one.check.startswith("published")]
    assert publish(book, language).written == ()


def test_what_got_into_a_closed_month_is_found(book: Book) -> None:
    """By the doctor in the book, and by a stranger in the published ledger: somebody took the control away."""
    closed(book, JANUARY)
    late = date(2015, 1, 20)
    of = " ON voucher" if book.engine.dialect.name == "postgresql" else ""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules["fundtrack.posting.post"], "refuse_closed", lambda *_: None)
        patch.setattr("fundtrack.posting.insert.now", lambda: "2999-01-01T00:00:00Z")
        tamper(book, f"DROP TRIGGER voucher_in_open_period{of}")
        post_payment(book, "F03", "0603", 100, on=late)
    assert "F03-2015-000002, dated 2015-01-20" in found(book)["voucher-after-closing"]
    main = publish(book).main
    (altered,) = [one for one in audit_ledger(main).findings if one.check == "published-after-closing"]
    assert "F03-2015-000002 is dated 2015-01-20" in altered.messages["en"]


def test_unlawful_acts_are_found(book: Book) -> None:
    """An act on a month that follows none, and one by who had closed it."""
    closed(book, JANUARY)
    with book.reading() as connection:
        ((last,),) = connection.exec_driver_sql("SELECT MAX(id) FROM voucher").all()
    act = ACT | {"year": 2015, "last_voucher": last, "acted_by": CLERK}
    postgresql = book.engine.dialect.name == "postgresql"
    for control in ("period_act_by_another", "period_act_in_order"):
        tamper(book, f"DROP TRIGGER {control}{' ON period_act' if postgresql else ''}")
    tamper(book, row("period_act", **act | {"act": "reopen", "date": "2014-12-31", "day": 735598}))
    assert "Act 2 on month 2015-01" in found(book)["period-unlawful"]
    tamper(book, row("period_act", **act | {"seq": 3, "period": 3, "date": "2015-03-31", "day": 735688}))
    assert "Act 3 on month 2015-03" in "".join(one.message("en") for one in diagnose(book))


def test_closed_while_others_post(book: Book) -> None:
    """Whoever comes before the closing is in it, whoever comes after is refused; nobody slips between."""
    days = [date(2015, 1, 10 + at) for at in range(8)]
    begun = Barrier(9)

    def spend(day: date) -> int:
        mine = open_book(book.folder)
        done = 0

        def on_and_on() -> None:
            nonlocal done
            while True:
                post_payment(mine, "F01", "0601", 100, on=day)
                done += 1
                if done == 1:
                    begun.wait()

        assert told(on_and_on) == "period-closed"
        mine.engine.dispose()
        return done

    with ThreadPoolExecutor(8) as pool:
        spending = [pool.submit(spend, day) for day in days]
        mine = open_book(book.folder)
        begun.wait()
        assert close(mine, JANUARY, by=CLERK) == []
        done = sum(one.result() for one in spending)
        mine.engine.dispose()
    with book.reading() as connection:
        (act,) = period_acts(connection)
        ((last, paid),) = connection.exec_driver_sql(
            "SELECT MAX(id), COUNT(*) FROM voucher WHERE fund = 'F01' AND kind = 'disbursement'"
        ).all()
    assert (act.last_voucher >= last, paid) == (True, done)


@pytest.mark.parametrize("text", ["2015", "2015-13", "0000-01", "15-03", "2015/03", "二〇一五年三月"])
def test_what_is_no_month(text: str) -> None:
    """It is said."""
    assert told(lambda: month_of(text)) == "period-form"
    assert month_of(" 201503 ") == month_of("2015-03") == MARCH


def test_at_the_desk(small_book: Path, tmp_path: Path, say: Say) -> None:
    """Closed 0; what keeps a month open 1, with who acts and the command; no month 2, and nothing changed."""
    at = ("--book", shutil.copytree(small_book, tmp_path / "book"))
    blocked = say("period", "close", "2015-02", *at)
    assert blocked.code == 1
    assert "months that are not closed" in blocked.out
    assert "fundtrack period close 2015-01" in blocked.out
    (group,) = say("period", "close", "2015-02", "--format", "json", *at).json
    assert (group["kind"], group["count"]) == ("month-open", 1)
    assert [item["name"] for item in group["items"]] == ["2015-01"]
    may = say("period", "close", "2015-01", "--preview", "--lang", "zh", *at).out
    assert "可以结账" in may
    assert "截至 2015-01 从未录入银行对账单，账面收付未与银行核对" in may
    assert say("period", "list", "--format", "json", *at).json == []
    twice = ("post", "--fund", "F01", "--use", "0601", "--amount", "7", "--payee", "农户", "--date", "2015-01-20")
    assert [say(*twice, *at).code for _ in range(2)] == [0, 0]
    assert "未处理" not in say("period", "close", "2015-01", "--preview", "--lang", "zh", *at).out
    assert say("check", "--only", "duplicate-payment", "--by", CHIEF, *at).code == 1
    assert "检查发现的错误尚有 1 项未处理" in say("period", "close", "2015-01", "--preview", "--lang", "zh", *at).out
    assert say("period", "close", "2015-01", "--by", CLERK, *at).code == 0
    (tmp_path / "bank.csv").write_text(STATEMENT, "gb18030")
    come, again = (say("import", tmp_path / "bank.csv", *at) for _ in range(2))
    assert (come.code, "2015-01, which is closed: 2 rows (4, 5)" in come.out, again.code) == (1, True, 0), come
    grounds = ("--document", "x", "--reason", "x", *at)
    assert say("period", "reopen", "2015-01", "--by", CLERK, *grounds).code == 2
    assert say("period", "reopen", "2015-01", "--by", CHIEF, *grounds).code == 0
    assert say("period", "close", "2015", *at).code == 2
    assert "反结账" in say("period", "list", "--lang", "zh", *at).out
    assert [one["act"] for one in say("period", "list", "--format", "json", *at).json] == ["close", "reopen"]
