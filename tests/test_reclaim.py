"""Surplus taken back: the quota whole, of its cash only what its document brought and nobody else is owed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from fundtrack.book.doctor import diagnose
from fundtrack.book.periods import Month
from fundtrack.errors import UsageError
from fundtrack.posting import post
from fundtrack.posting.advance import refund
from fundtrack.posting.application import apply_for, approve
from fundtrack.posting.correct import reverse
from fundtrack.posting.periods import close
from fundtrack.posting.quota import allot, commit, receive
from fundtrack.posting.reclaim import reclaim
from fundtrack.posting.surplus import without_quota
from fundtrack.posting.vouchers import draft
from fundtrack.posting.yearend import Terms, close_year
from quotas import CHART, CLERK, controlled
from shelf import ENGINES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from commands import Say
    from fundtrack.book import Book
    from shelf import Shelf

DAY = date(2015, 1, 10)


@pytest.fixture
def book(request: pytest.FixtureRequest, shelf: Shelf) -> Iterator[Book]:
    """Give a book of two documents: of the first all the cash came, 1,000.00; of the second 300.00 of 500.00."""
    with shelf.book(getattr(request, "param", "sqlite"), controlled(date(2015, 1, 1))) as book:
        for root, (document, gives, came) in enumerate((("文1", 100_000, 100_000), ("文2", 50_000, 30_000)), 1):
            post(book, lambda c, chart, d=document, q=gives, m=came: [  # type: ignore[misc]
                *receive(c, chart, "F01", q, date=DAY, by=CLERK, document=d),
                draft(chart, "transfer-received", m, fund="F01", date=DAY, document=d),
            ], by=CLERK)  # fmt: skip
            post(book, lambda c, chart, n=f"F01-Q{2 * root - 1:05d}": allot(  # type: ignore[misc]
                c, chart, n, 40_000, use="0601", date=DAY, by=CLERK, document="本级5号"), by=CLERK)  # fmt: skip
        yield book


def money(book: Book) -> tuple[int, int, int]:
    """Return the cash, what is owed, and the quota taken back, in fen."""
    with book.reading() as connection:
        kinds: dict[str, Any] = dict(connection.exec_driver_sql(
            "SELECT account_kind, CAST(SUM(amount) AS BIGINT) FROM book_postings GROUP BY account_kind"
        ).all())  # fmt: skip
    return kinds["cash"], -kinds.get("payable", 0), -kinds.get("quota-reclaimed", 0)


@pytest.mark.parametrize("owed", [(), ("--owed",)], ids=["at once", "owed"])
def test_no_more_cash_goes_back_than_came(book: Book, say: Say, owed: tuple[str, ...]) -> None:
    """Though the fund has plenty: it is another document's. What went back is there again once it is reversed."""
    at = ("--date", "2015-06-01", "--document", "上级99号", "--by", CLERK, "--lang", "en", "--book", book.folder)
    whole = say("quota", "reclaim", "F01-Q00004", "--amount", "200", *owed, *at)
    assert (whole.code, "of quota" in whole.out) == (0, False), whole
    short = say("quota", "reclaim", "F01-Q00004", "--amount", "200", *owed, *at)
    assert "200.00 of quota is taken back, and 100.00 in cash: the fund holds no more than 100.00" in short.out, short
    none = say("quota", "reclaim", "F01-Q00003", "--amount", "100", *owed, *at, "--lang", "zh")
    assert "收回指标 100.00，随退资金 0.00" in none.out, none
    assert money(book) == ((130_000, 30_000, 50_000) if owed else (100_000, 0, 50_000))
    reverse(book, "F01-2015-000007", reason="误", date=date(2015, 6, 1), by=CLERK)
    again = say("quota", "reclaim", "F01-Q00004", "--amount", "200", *owed, *at)
    assert (again.code, "of quota" in again.out) == (0, False)
    assert list(diagnose(book)) == []


def test_what_is_owed_to_the_treasury_is_paid(book: Book, say: Say) -> None:
    """In parts, from the fund's cash and no quota, also in a later year; `todo` names it until then."""
    at = ("--by", CLERK, "--lang", "en", "--book", book.folder)
    give = ("--owed", "--date", "2015-06-01", "--document", "上级99号")
    assert say("quota", "reclaim", "F01-Q00004", "--amount", "200", *give, *at).code == 0
    number = "F01-2015-000007"

    def left() -> list[tuple[str, str]]:
        found = say("todo", "--format", "json", "--book", book.folder).json
        return [(one["sum"], one["command"]) for one in found if one["kind"] == "surplus"]

    assert left() == [("200.00", f"fundtrack pay {number}")]
    paid = say("pay", number, "--amount", "50", "--date", "2015-06-02", *at)
    assert (paid.code, left()[0][0], money(book)) == (0, "150.00", (125_000, 15_000, 20_000)), paid
    for options, why in (
        (("--amount", "150.01", "--date", "2015-06-02"), "150.00 of"), (("--date", "2015-05-31"), "2015-06-01")
    ):  # fmt: skip
        refused = say("pay", number, *options, *at)
        assert (refused.code, why in refused.err) == (2, True), refused
    held = say("reverse", number, "--reason", "误", "--date", "2015-06-03", *at)
    assert (held.code, "F01-2015-000008" in held.err) == (2, True), held
    assert say("pay", number, "--date", "2016-01-05", *at).code == 0
    assert (left(), money(book)) == ([], (110_000, 0, 20_000))
    assert "paid in full" in say("pay", number, "--date", "2016-01-05", *at).err
    assert say("reverse", "F01-2016-000001", "--reason", "误", "--date", "2016-01-06", *at).code == 0
    assert left()[0][0] == "150.00"
    assert (
        say("quota", "reclaim", "F01-Q00004", "--amount", "1", "--date", "2015-06-01", "--document", "9", *at).code == 0
    )
    none = say("pay", "F01-2015-000009", "--date", "2016-01-05", "--lang", "zh", *at[:2], *at[4:])
    assert (none.code, "应缴财政的结余" in none.err) == (2, True), none
    assert list(diagnose(book)) == []


def came_back(book: Book) -> None:
    """Pay 100.00 in 2015, close the year, and have 30.00 of it back in 2016."""
    post(book, lambda _, chart: [
        draft(chart, "disbursement", 10_000, fund="F01", use="0601", date=DAY, payee="甲", quota="F01-Q00002")
    ], by=CLERK)  # fmt: skip
    for period in range(1, 12):
        close(book, Month(2015, period), by=CLERK)
    close_year(book, Terms(2015, CLERK, "上级99号"))
    post(book, lambda c, chart: [refund(c, chart, "F01-2015-000007", 3_000, date=date(2016, 2, 1))], by=CLERK)


@pytest.mark.parametrize("book", ENGINES, indirect=True)
@pytest.mark.parametrize("cash", [True, False])
def test_refunds_of_earlier_years_are_taken_back(book: Book, cash: bool) -> None:  # noqa: FBT001
    """By the fund, for no line has quota for them; no more than came, and there again once that is reversed."""
    came_back(book)

    def give(amount: int, document: str = "上级100号") -> str:
        return post(book, lambda c, chart: reclaim(
            c, chart, "f01", amount, date=date(2016, 3, 1), document=document, cash=cash
        )[1], by=CLERK).numbers[0]  # fmt: skip

    def left(until: date = date(2016, 12, 31)) -> dict[str, int]:
        with book.reading() as connection:
            return without_quota(connection, until)

    before = money(book)
    assert (left(), left(date(2016, 1, 31))) == ({"F01": 3_000}, {})
    with pytest.raises(UsageError, match=r"30\.01"):
        give(3_001)
    with pytest.raises(UsageError):
        give(1, document=" ")
    number = give(1_000)
    assert (left(), money(book)) == ({"F01": 2_000}, (before[0] - 1_000 * cash, 1_000 * (not cash), 0))
    reverse(book, number, reason="误", date=date(2017, 1, 5), by=CLERK)
    assert (left(), money(book)) == ({"F01": 3_000}, before)
    give(3_000)
    assert left() == {}
    with pytest.raises(UsageError, match=r"0\.00"):
        give(1)
    assert list(diagnose(book)) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_an_advance_that_came_back_and_interest_are_taken_back(shelf: Shelf, engine: str) -> None:
    """Neither has quota: not what of an advance came back in a later year, but what came back in its own year has."""
    chart = CHART + '2014-01-01 open Income:F01-Relocation:4002-Interest CNY\n  kind: "interest"\n'
    with shelf.book(engine, controlled(DAY, chart)) as book:
        post(book, lambda c, chart: [
            draft(chart, "interest", 500, fund="F01", date=DAY),
            draft(chart, "transfer-received", 10_000, fund="F01", date=DAY, document="文1"),
            *receive(c, chart, "F01", 10_000, date=DAY, by=CLERK, document="文1"),
        ], by=CLERK)  # fmt: skip
        post(book, lambda c, chart: allot(
            c, chart, "F01-Q00001", 10_000, use="0601", date=DAY, by=CLERK, document="5号"), by=CLERK)  # fmt: skip
        (paid,) = post(book, lambda _, chart: [
            draft(chart, "advance", 8_000, fund="F01", date=DAY, payee="甲", quota="F01-Q00002")
        ], by=CLERK).numbers  # fmt: skip

        def back(amount: int, day: date) -> str:
            return post(book, lambda c, chart: [refund(c, chart, paid, amount, date=day)], by=CLERK).numbers[0]

        def left(until: date = date(2016, 12, 31)) -> dict[str, int]:
            with book.reading() as connection:
                return without_quota(connection, until)

        back(1_000, date(2015, 6, 1))
        assert left() == {"F01": 500}
        later = back(3_000, date(2016, 2, 1))
        assert left() == {"F01": 3_500}
        reverse(book, later, reason="误", date=date(2016, 2, 2), by=CLERK)
        assert (left(), left(date(2016, 2, 1))) == ({"F01": 500}, {"F01": 500})
        last = back(2_000, date(2016, 2, 3))
        taken = [
            post(book, lambda c, chart, fen=amount, now=cash: reclaim(  # type: ignore[misc]
                c, chart, "F01", fen, date=date(2016, 3, 1), document="上级100号", cash=now)[1], by=CLERK).numbers[0]
            for cash, amount in ((True, 1_500), (False, 1_000))
        ]  # fmt: skip
        assert (left(), money(book)) == ({}, (500 + 10_000 - 8_000 + 1_000 + 2_000 - 1_500, 1_000, 0))
        day = date(2016, 3, 2)
        with pytest.raises(UsageError, match=rf"{taken[0]}.*{taken[1]}") as refused:
            reverse(book, last, reason="误", date=day, by=CLERK)
        assert refused.value.key == "reverse-reclaimed"
        for number in (*taken, last):
            reverse(book, number, reason="误", date=day, by=CLERK)
        assert (left(), money(book)) == ({"F01": 500}, (500 + 10_000 - 8_000 + 1_000, 0, 0))
        assert list(diagnose(book)) == []


def test_the_close_names_refunds_of_earlier_years(book: Book, say: Say) -> None:
    """Before and after, with the command that takes them back; nothing once it did."""
    came_back(book)
    say("period", "close", "2016-11", "--earlier", "--by", CLERK, "--book", book.folder)
    at = ("2016", "--by", CLERK, "--document", "上级99号", "--book", book.folder)
    for language, word in (("en", "30.00 of money without quota"), ("zh", "无指标资金 30.00")):
        shown = say("year-close", *at, "--preview", "--lang", language).out
        assert word in shown, shown
        assert "fundtrack quota reclaim F01 --amount 30.00 --document" in shown, shown
    (row,) = [one for one in say("year-close", *at, "--preview", "--format", "json").json if not one["from_year"]]
    assert (row["quota"], row["became"], row["amount"]) == ("F01", "surplus-by-hand", "30.00")
    give = ("--amount", "30", "--document", "上级99号", "--date", "2016-12-01", "--by", CLERK, "--book", book.folder)
    done = say("quota", "reclaim", "F01", *give)
    assert (done.code, "of quota" in done.out) == (0, False), done
    assert "without quota" not in say("year-close", *at, "--lang", "en").out


def test_what_is_owed_to_others_does_not_go_back(book: Book, say: Say) -> None:
    """Money for an approved bill is no surplus."""
    bill = apply_for(book, "F01-Q00004", 25_000, date=DAY, by=CLERK, payee="甲")
    approve(book, bill, date=DAY, by="王局长")
    at = ("--date", "2015-06-01", "--document", "上级99号", "--by", CLERK, "--lang", "en", "--book", book.folder)
    short = say("quota", "reclaim", "F01-Q00003", "--amount", "100", *at)
    assert "100.00 of quota is taken back, and 50.00 in cash: the fund holds no more than 50.00" in short.out, short


@pytest.mark.parametrize("book", ENGINES, indirect=True)
def test_the_end_of_the_year_says_both(book: Book) -> None:
    """What goes back in cash beside the quota, and what was held of it; a contract's quota goes under its name."""
    post(book, lambda c, chart: commit(
        c, chart, "F01-Q00004", 15_000, date=DAY, contract="HT-1", payee="甲公司"), by=CLERK)  # fmt: skip
    for period in range(1, 12):
        close(book, Month(2015, period), by=CLERK)
    terms = Terms(2015, CLERK, "上级99号", clock=1)
    seen, done = (close_year(book, terms, preview=preview) for preview in (True, False))
    assert [one._replace(into=None) for one in seen.lines] == [one._replace(into=None) for one in done.lines]
    assert {one.left.line.number: one.taken for one in done.lines} == {
        "F01-Q00001": (60_000, 60_000, 100_000), "F01-Q00002": (40_000, 40_000, 40_000),
        "F01-Q00003": (10_000, 10_000, 30_000), "F01-Q00004": (40_000, 20_000, 20_000),
    }  # fmt: skip
    assert money(book) == (0, 0, 150_000)
    with book.reading() as connection:
        bound = connection.exec_driver_sql("SELECT contract, total FROM commitment").all()
    assert [tuple(row) for row in bound] == [("HT-1", 0)]
    assert list(diagnose(book)) == []


def test_the_close_prints_both(book: Book, say: Say) -> None:
    """For people and for programs; where nothing is taken back, neither."""
    at = ("--by", CLERK, "--document", "上级99号", "--preview", "--book", book.folder)
    say("period", "close", "2015-11", "--earlier", "--by", CLERK, "--book", book.folder)
    rows = say("year-close", "2015", "--clock", "1", "--format", "json", *at).json
    assert [(one["cash"], one["cash_held"]) for one in rows][2:] == [("100.00", "300.00"), ("200.00", "200.00")]
    told = say("year-close", "2015", "--clock", "1", "--lang", "zh", *at).out
    assert ("随退资金" in told, "收回 1,500.00，其中资金 1,300.00" in told) == (True, True), told
    assert "随退资金" not in say("year-close", "2015", "--lang", "zh", *at).out


def test_a_clock_that_is_not_the_rule_is_told(book: Book, say: Say) -> None:
    """Longer than two years, in both languages, for a document must allow it; not where the rule is kept."""
    at = ("--by", CLERK, "--document", "上级99号", "--preview", "--book", book.folder)
    say("period", "close", "2015-11", "--earlier", "--by", CLERK, "--book", book.folder)
    for language, said in (("en", "unspent for 2 years is taken back"), ("zh", "连续 2 年未用完的即收回")):
        told = {clock: say("year-close", "2015", "--clock", clock, "--lang", language, *at).out for clock in "123"}
        assert [clock for clock, out in told.items() if said in out.replace("\n", " ")] == ["3"], told
