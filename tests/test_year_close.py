"""The end of a year: what is left goes on or is taken back, in one act, and a preview says exactly that."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest
from beancount import loader
from beancount.core.data import Transaction

from fundtrack.book.doctor import diagnose
from fundtrack.book.periods import Month, closed_to
from fundtrack.book.policy import apply_chart
from fundtrack.chart.change import end
from fundtrack.errors import Refused, UsageError
from fundtrack.ledger import canonical, publish, read
from fundtrack.posting import post
from fundtrack.posting.application import apply_for, approve, payment
from fundtrack.posting.carry import carry_over
from fundtrack.posting.correct import reverse
from fundtrack.posting.periods import close, reopen
from fundtrack.posting.quota import allot, commit, committed, find_line, receive, statuses, supplement
from fundtrack.posting.vouchers import draft
from fundtrack.posting.yearend import Terms, close_year
from quotafiles import bring, file_of, given_row
from quotas import CHART, controlled, say
from shelf import ENGINES
from test_documents import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fundtrack.book import Book
    from fundtrack.posting.yearend import YearEnd
    from shelf import Shelf

CLERK, CHIEF = "李会计", "王局长"
LEFT: Final = "SELECT COUNT(*) FROM {}"
DAYS: Final = "SELECT DISTINCT date FROM book_vouchers WHERE kind = 'carry-over' AND reverses > 0 ORDER BY 1"
TABLES: Final = ("voucher", "entry", "quota", "account", "balance", "daily_balance", "period_act", "refusal")


@pytest.fixture(params=ENGINES)
def book(request: pytest.FixtureRequest, shelf: Shelf) -> Iterator[Book]:
    """Give a book with quota and money of 2015: line 2 has 300 available and 200 bound by two contracts."""
    with shelf.book(request.param, controlled(date(2015, 1, 1))) as book:
        given(book, 2015, 1000, first=1)
        post(book, lambda c, chart: [
            *commit(c, chart, "F01-Q00002", 150, date=date(2015, 2, 1), contract="HT-1", payee="甲公司"),
            *commit(c, chart, "F01-Q00002", 50, date=date(2015, 2, 1), contract="HT-2", payee="甲公司"),
        ], by=CLERK)  # fmt: skip
        yield book


def given(book: Book, year: int, amount: int, *, first: int, expires: date | None = None) -> None:
    """Give quota and money: six tenths are allotted, a tenth is paid."""
    day = date(year, 1, 10)
    post(book, lambda c, chart: [
        *receive(c, chart, "F01", amount, date=day, by=CLERK, document=f"文{year}", expires=expires),
        draft(chart, "transfer-received", amount, fund="F01", date=day),
    ], by=CLERK)  # fmt: skip
    post(book, lambda c, chart: allot(
        c, chart, f"F01-Q{first:05d}", amount * 6 // 10, use="0601", project="P01", date=day, by=CLERK,
        document=f"文{year}", expires=expires,
    ), by=CLERK)  # fmt: skip
    post(book, lambda _, chart: [
        draft(chart, "disbursement", amount // 10, fund="F01", date=day, use="0601", payee="农户", project="P01",
              quota=f"F01-Q{first + 1:05d}")
    ], by=CLERK)  # fmt: skip


def months_closed(book: Book, year: int, *, last: int = 11) -> None:
    """Close the months of a year up to one."""
    for period in range(1, last + 1):
        assert close(book, Month(year, period), by=CLERK) == []


def ended(book: Book, year: int = 2015, *, preview: bool = False, **terms: object) -> YearEnd:
    """Close a year."""
    return close_year(book, Terms(year, CLERK, "本级90号", **terms), preview=preview)  # type: ignore[arg-type]


def became(done: YearEnd) -> list[tuple[str, str, int, str]]:
    """Return what became of each line, how much, and the line it went on to."""
    return [(one.left.line.number, one.became, one.left.amount, one.into.number if one.into else "")
            for one in done.lines]  # fmt: skip


def stands(book: Book, number: str) -> dict[str, int]:
    """Return what a line has in each status."""
    with book.reading() as connection:
        chart = book.chart(connection)
        found = statuses(connection, chart, find_line(chart, number))
    return {status: amount for status, amount in found.items() if amount}


def rows(book: Book) -> dict[str, int]:
    """Return how many rows each table has that a close could add to."""
    with book.reading() as connection:
        return {table: int(connection.exec_driver_sql(LEFT.format(table)).scalar_one()) for table in TABLES}


def transactions(path: Path) -> list[Any]:
    """Return the transactions of a ledger."""
    return [entry for entry in loader.load_file(str(path))[0] if isinstance(entry, Transaction)]


def posted(book: Book) -> dict[str, int]:
    """Return every carry-over and reclaim by its number, with its sum in quota."""
    ending = (
        "SELECT v.voucher_number, SUM(e.amount) FROM book_vouchers AS v JOIN entry AS e ON e.voucher = v.voucher"
        " WHERE v.kind IN ('carry-over', 'reclaim') AND e.unit = 'CNY.Q' GROUP BY v.voucher_number ORDER BY 1"
    )
    with book.reading() as connection:
        return {str(number): int(amount) for number, amount in connection.exec_driver_sql(ending)}


def test_what_is_left_goes_on(book: Book) -> None:
    """With its use, its project and its contracts, and what is not allotted as such; then the year is closed."""
    months_closed(book, 2015)
    done = ended(book)
    assert became(done) == [
        ("F01-Q00001", "carried", 400, "F01-Q00003"), ("F01-Q00002", "carried", 500, "F01-Q00004"),
    ]  # fmt: skip
    assert stands(book, "F01-Q00001") == {"received": 1000, "carried": 400}
    assert stands(book, "F01-Q00002") == {"paid": 100, "carried": 500}
    assert stands(book, "F01-Q00003") == {"received": 400, "unallotted": 400}
    assert stands(book, "F01-Q00004") == {"received": 500, "available": 300, "committed": 200}
    with book.reading() as connection:
        chart = book.chart(connection)
        line = find_line(chart, "F01-Q00004")
        assert (line.year, line.use, line.project, line.document) == (2016, "0601", "P01", "本级90号")
        assert committed(connection, chart, line) == [("HT-1", "甲公司", 150), ("HT-2", "甲公司", 50)]
        assert closed_to(connection) == date(2015, 12, 31)
    assert list(diagnose(book)) == []
    assert read(publish(book).main) == canonical(book)
    with pytest.raises(UsageError) as refused:
        ended(book)
    assert refused.value.key == "year-closed-already"


def test_every_contractor_has_its_part_next_year(book: Book) -> None:
    """Of what it was bound, less what it was paid; what one took too much, the largest has less. Each applies."""
    for payee, amount in (("甲公司", 50), ("乙公司", 60), ("丙公司", 40)):
        post(book, lambda c, ch, of=payee, fen=amount: commit(  # type: ignore[misc]
            c, ch, "F01-Q00002", fen, date=date(2015, 2, 2), contract="HT-3", payee=of), by=CLERK)  # fmt: skip
    for payee, amount in (("乙公司", 25), ("丙公司", 45)):
        bill = apply_for(book, "F01-Q00002", amount, date=date(2015, 3, 1), by=CLERK, payee=payee, contract="HT-3")
        approved = approve(book, bill, date=date(2015, 3, 2), by=CHIEF).numbers[0]
        post(book, lambda c, ch, of=approved: [payment(c, ch, of, None, date=date(2015, 3, 3))], by=CLERK)  # type: ignore[misc]
    months_closed(book, 2015)
    ended(book)
    with book.reading() as connection:
        parts = connection.exec_driver_sql("SELECT payee, amount FROM voucher JOIN entry ON entry.voucher = id"
            " WHERE contract = 'HT-3' AND kind = 'carry-over' AND year = 2016 ORDER BY 2").all()  # fmt: skip
    assert [tuple(one) for one in parts] == [("乙公司", 35), ("甲公司", 45)]
    for payee in ("甲公司", "乙公司"):
        assert apply_for(book, "F01-Q00004", 1, date=date(2016, 3, 1), by=CLERK, payee=payee, contract="HT-3")


def test_what_went_on_is_taken_back_in_its_year(book: Book) -> None:
    """Once the month is open again; then the year is closed anew. Of a contract that was paid what is left goes on."""
    bill = apply_for(book, "F01-Q00002", 30, date=date(2015, 3, 1), by=CLERK, payee="甲公司", contract="HT-1")
    approved = approve(book, bill, date=date(2015, 3, 2), by=CHIEF)
    post(book, lambda c, ch: [payment(c, ch, approved.numbers[0], None, date=date(2015, 3, 3))], by=CLERK)
    months_closed(book, 2015)
    done = ended(book)
    (number, *_) = done.lines[1].vouchers
    with pytest.raises(UsageError, match="2015-12"):
        reverse(book, number, reason="误", date=date(2016, 1, 5), by=CLERK)
    reopen(book, Month(2015, 12), by=CHIEF, document="文", reason="误")
    back = reverse(book, number, reason="误", date=date(2016, 1, 5), by=CLERK)
    with book.reading() as connection:
        assert connection.exec_driver_sql(DAYS).scalars().all() == ["2015-12-31", "2016-01-01"]
    assert {one[:8] for one in back.numbers} == {"F01-2015", "F01-2016"}
    assert stands(book, "F01-Q00002") == {"paid": 130, "available": 300, "committed": 170}
    assert became(ended(book)) == [("F01-Q00002", "carried", 470, "F01-Q00005")]
    with book.reading() as connection:
        chart = book.chart(connection)
        assert committed(connection, chart, find_line(chart, "F01-Q00005")) == [
            ("HT-1", "甲公司", 120), ("HT-2", "甲公司", 50),
        ]  # fmt: skip
    with pytest.raises(UsageError, match="F01-Q00002"):
        post(
            book,
            lambda c, ch: commit(c, ch, "F01-Q00002", 1, date=date(2016, 1, 6), contract="HT-1", payee="甲"),
            by=CLERK,
        )


def test_the_number_of_the_treasury_stays_with_its_line(book: Book) -> None:
    """What goes on has none of its own: it names one line."""
    day = date(2015, 4, 1)
    post(book, lambda c, chart: receive(
        c, chart, "F01", 50, date=day, by=CLERK, document="文", treasury_id="4510"), by=CLERK)  # fmt: skip
    months_closed(book, 2015)
    assert ("F01-Q00003", "carried", 50, "F01-Q00006") in became(ended(book))
    with book.reading() as connection:
        named = [line.number for line in book.chart(connection).quotas if line.treasury_id]
    assert named == ["F01-Q00003"]


def test_a_contract_frees_what_it_has(book: Book) -> None:
    """And no more: neither another's nor that of a contract that has none. A line is applied for within its year."""
    day = date(2015, 3, 1)
    for contract, amount in (("HT-1", -151), ("HT-9", -1)):
        with pytest.raises(UsageError, match=contract):
            post(book, lambda c, ch, of=contract, fen=amount: commit(  # type: ignore[misc]
                c, ch, "F01-Q00002", fen, date=day, contract=of, payee="甲公司"), by=CLERK)  # fmt: skip
    post(book, lambda c, ch: commit(c, ch, "F01-Q00002", -150, date=day, contract="HT-1", payee="甲公司"), by=CLERK)
    with pytest.raises(UsageError, match="2015"):
        apply_for(book, "F01-Q00002", 5, payee="甲公司", date=date(2016, 3, 1), by=CLERK)


def test_the_opening_is_the_closing(book: Book) -> None:
    """Of every account of money, to the fen, in what Fava shows of the new year; and of quota line by line."""
    months_closed(book, 2015)
    ended(book)
    given(book, 2016, 2000, first=5)
    main = publish(book).main
    closing: dict[str, Decimal] = defaultdict(Decimal)
    for entry in transactions(main):
        for posting in entry.postings if entry.date.year == 2015 else ():
            closing[posting.account] += posting.units.number
    new = transactions(main.parent / "year" / "2016.beancount")
    opening = {entry.postings[0].account: entry.postings[0].units.number
               for entry in new if "opening" in entry.tags}  # fmt: skip
    lasting = {
        name: amount for name, amount in closing.items() if amount and name.startswith(("Assets", "Liabilities"))
    }
    assert opening == {name: amount for name, amount in lasting.items() if ":Q" not in name}
    assert opening["Assets:F01-Relocation:1001-Bank"] == 9
    for before, after in (("F01-Q00001", "F01-Q00003"), ("F01-Q00002", "F01-Q00004")):
        assert stands(book, before)["carried"] == stands(book, after)["received"]


def test_what_went_on_unallotted_is_allotted_the_next_year(book: Book, tmp_path: Path) -> None:
    """It is quota like any other, but that its document gave it in its own year: what is too much is reclaimed."""
    months_closed(book, 2015)
    ended(book)
    for number, amount, key in (
        ("F01-Q00003", -50, "quota-line-carried"),
        ("F01-Q00003", 50, "quota-line-carried"),
        ("F01-Q00004", 50, "supplement-allotted"),
    ):
        with pytest.raises(UsageError) as told, book.reading() as connection:
            supplement(connection, book.chart(connection), number, amount, date=date(2016, 2, 1), document="文")
        assert told.value.key == key
    post(book, lambda c, chart: allot(
        c, chart, "F01-Q00003", 250, use="0602", date=date(2016, 2, 1), by=CLERK, document="文"
    ), by=CLERK)  # fmt: skip
    assert stands(book, "F01-Q00003") == {"received": 400, "unallotted": 150}
    assert stands(book, "F01-Q00005") == {"available": 250}
    row = given_row("2001", 50, "F01-Q00003", "0602", 预算年度="2016", 本级指标文号="文", 发文时间="2016-02-02")
    assert bring(book, file_of(tmp_path, "quota", row)).rows["posted"] == 1  # by a file too
    assert stands(book, "F01-Q00003") == {"received": 400, "unallotted": 100}


@pytest.mark.parametrize("years", [1, 2])
def test_a_preview_is_the_result(book: Book, years: int) -> None:
    """Line by line, voucher by voucher, to the fen; and it leaves nothing behind, in no table."""
    months_closed(book, 2015)
    if years == 2:
        ended(book)
        given(book, 2016, 2000, first=5)
        months_closed(book, 2016)
    before, already = rows(book), posted(book)
    preview = ended(book, 2014 + years, preview=True)
    assert rows(book) == before
    done = ended(book, 2014 + years)
    assert [one._replace(into=None) for one in preview.lines] == [one._replace(into=None) for one in done.lines]
    assert became(preview) == became(done)
    new = {number: amount for number, amount in posted(book).items() if number not in already}
    assert {number for one in preview.lines for number in one.vouchers} == new.keys()
    for one in preview.lines:
        leaves, enters = (sum(new[number] for number in one.vouchers if number.startswith(f"F01-{year}"))
                          for year in (2014 + years, 2015 + years))  # fmt: skip
        assert (leaves, enters) == (one.left.amount, one.left.amount if one.into else 0)


def test_the_two_year_clock(book: Book) -> None:
    """What was carried once and is still unspent is taken back, its money too, bound or not; newer money goes on."""
    months_closed(book, 2015)
    ended(book)
    given(book, 2016, 2000, first=5)
    months_closed(book, 2016)
    done = ended(book, 2016)
    assert became(done) == [
        ("F01-Q00003", "reclaimed-clock", 400, ""), ("F01-Q00004", "reclaimed-clock", 500, ""),
        ("F01-Q00005", "carried", 800, "F01-Q00007"), ("F01-Q00006", "carried", 1000, "F01-Q00008"),
    ]  # fmt: skip
    assert stands(book, "F01-Q00004") == {"received": 500, "reclaimed": 500}
    with book.reading() as connection:
        cash = connection.exec_driver_sql("SELECT total FROM balance WHERE fund = 'F01' AND code = '1001'").scalar_one()
        left = connection.exec_driver_sql(
            "SELECT SUM(amount) FROM book_quota_statuses WHERE status IN ('unallotted', 'available', 'committed')"
        ).scalar_one()
    assert (cash, left) == (1800, 1800)
    assert list(diagnose(book)) == []


def test_another_clock_and_money_that_is_owed(book: Book) -> None:
    """By another rule it is taken back after one year, or three; and the cash may go later."""
    months_closed(book, 2015)
    assert {one.became for one in ended(book, clock=3, preview=True).lines} == {"carried"}
    done = ended(book, clock=1, owed=True)
    assert {one.became for one in done.lines} == {"reclaimed-clock"}
    with book.reading() as connection:
        owed = connection.exec_driver_sql(
            "SELECT SUM(amount) FROM book_postings WHERE account_kind = 'payable'"
        ).scalar_one()
    assert owed == -900


def test_expired_quota_is_taken_back(book: Book) -> None:
    """What may not be spent after the year does not go on, however young; a day later it does."""
    given(book, 2015, 100, first=3, expires=date(2015, 12, 31))
    given(book, 2015, 100, first=5, expires=date(2016, 1, 1))
    months_closed(book, 2015)
    assert [(name, what) for name, what, *_ in became(ended(book))] == [
        ("F01-Q00001", "carried"), ("F01-Q00002", "carried"), ("F01-Q00003", "reclaimed-expired"),
        ("F01-Q00004", "reclaimed-expired"), ("F01-Q00005", "carried"), ("F01-Q00006", "carried"),
    ]  # fmt: skip


def test_what_keeps_a_year_open(book: Book) -> None:
    """Open months, an application that waits, one that is not paid: named, and nothing changed."""
    apply_for(book, "F01-Q00002", 10, payee="甲", date=date(2015, 3, 1), by=CLERK)
    before = rows(book)
    done = ended(book)
    assert [(group.kind, len(group.items)) for group in done.blocked] == [("waiting", 1), ("month-open", 11)]
    assert (rows(book), done.lines) == (before, ())
    approved = approve(book, 1, date=date(2015, 3, 1), by=CHIEF).numbers[0]
    months_closed(book, 2015)
    assert [group.kind for group in ended(book).blocked] == ["unpaid"]
    post(book, lambda c, chart: [payment(c, chart, approved, None, date=date(2015, 12, 30))], by=CLERK)
    assert ended(book).blocked == ()
    assert stands(book, "F01-Q00002") == {"paid": 110, "carried": 490}


def test_all_or_nothing(book: Book) -> None:
    """A close that is refused touches no line, and what was refused is kept, unless only asked."""
    months_closed(book, 2015)
    (book.folder / "checks").mkdir(exist_ok=True)
    (book.folder / "checks" / "never.md").write_text(NEVER.replace("'allotment'", "'reclaim'"), "utf-8")
    before = rows(book)
    for preview in (True, False):
        with pytest.raises(Refused) as refused:
            ended(book, clock=1, preview=preview)
        assert {finding.check for finding in refused.value.findings} == {"never"}
        assert rows(book) == before | {"refusal": int(not preview)}
    (book.folder / "checks" / "never.md").unlink()
    assert {one.became for one in ended(book).lines} == {"carried"}


def test_a_use_that_ended(book: Book) -> None:
    """Quota does not go on to a use that is not granted then; somebody has to say what becomes of it."""
    apply_chart(book, end(controlled(date(2015, 1, 1)), "Expenses:F01-Relocation:0601-Housing", date(2015, 12, 1), "x"),
                by=CLERK, document="x")  # fmt: skip
    months_closed(book, 2015)
    before = rows(book)
    with pytest.raises(UsageError) as refused:
        ended(book)
    assert (refused.value.key, rows(book)) == ("carry-use-ended", before)
    with pytest.raises(UsageError) as refused:
        say(book, lambda c, chart: carry_over(c, chart, "F01-Q00002", date=date(2015, 12, 31), by=CLERK, document="x"))
    assert (refused.value.key, rows(book)) == ("carry-use-ended", before)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_fund_without_quota(shelf: Shelf, engine: str) -> None:
    """There is nothing to carry over, and the year is closed."""
    with shelf.book(engine, CHART) as book:
        post(book, lambda _, chart: [draft(chart, "transfer-received", 1, fund="F01", date=date(2015, 3, 1))], by=CLERK)
        for period in range(3, 12):
            assert close(book, Month(2015, period), by=CLERK) == []
        assert ended(book, preview=True).lines == ended(book).lines == ()
        with book.reading() as connection:
            assert closed_to(connection) == date(2015, 12, 31)


def test_what_is_wrong_with_the_order(book: Book) -> None:
    """No document, no years, a year that is not over."""
    for terms, key in (
        (Terms(2015, CLERK, " "), "year-document"), (Terms(2015, CLERK, "x", clock=0), "year-clock"),
        (Terms(2999, CLERK, "x"), "period-not-over"),
    ):  # fmt: skip
        with pytest.raises(UsageError) as refused:
            close_year(book, terms)
        assert refused.value.key == key
