"""Money that came back: a refund of a file is made of the payment it returns, or it waits and says why."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from books import RECEIVED, post_payment, post_simple
from copies import opened
from fundtrack.checking.audit import audit_ledger
from fundtrack.errors import FormatError
from fundtrack.importing.batch.file import import_file
from fundtrack.importing.later.quarantine import retry
from fundtrack.ledger.publish import publish
from fundtrack.posting import post, refunds
from fundtrack.posting.advance import held_of, verification
from fundtrack.posting.correct import reverse
from treasury import (
    COMPANY,
    JUNE,
    asked,
    back,
    bring,
    counts,
    everything,
    file_of,
    fill,
    held,
    names,
    pay,
    waits,
)

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import URL, Connection

    from fundtrack.book import Book
    from fundtrack.importing.batch.report import Report

LATER = JUNE + timedelta(days=3)


@pytest.fixture
def book(tmp_path: Path, database_url: URL) -> Iterator[Book]:
    """Give a book in which four funds received money."""
    fill(tmp_path / "book", database_url.render_as_string(hide_password=False))
    yield from opened(tmp_path / "book")


def red(book: Book) -> list[tuple[str, str, str, str, int]]:
    """Return the refunds that were imported: payee, project, debit, credit, fen."""
    return asked(book, """SELECT v.payee, v.project, e.debit, e.credit, e.amount FROM voucher AS v
        JOIN entry AS e ON e.voucher = v.id WHERE v.kind = 'refund' AND e.red = 1 ORDER BY v.id""")  # fmt: skip


def test_no_more_comes_back_than_was_paid(book: Book) -> None:
    """Within a file, across files, and to the fen; what is too much waits and names what is left."""
    rows = [pay("1", 700), back("2", 500, "GK1", day=LATER), back("3", 201, "GK1", day=LATER)]
    report = bring(book, "a", *rows, back("4", 200, "GK1", day=LATER))
    assert held(report) == {4: {"refund-too-much"}}
    (why,) = report.held[-1]["reasons"]
    assert "2.00" in why["en"]
    assert "2.00" in why["zh"]
    assert held(bring(book, "b", back("5", 1, "GK1", day=LATER))) == {2: {"refund-too-much"}}
    assert names(book) == [("1", 700), ("2", -500), ("4", -200)]


def test_a_refund_is_of_the_payee_and_of_the_last_payment_of_its_reference(book: Book) -> None:
    """A bank that counts anew each year gives a reference twice; what comes back is of the later payment."""
    bring(book, "a", pay("1", 700, reference="GK7"))
    bring(book, "b", pay("2", 600, reference="GK7", day=date(2016, 6, 1)))
    bring(book, "c", back("3", 500, "GK7", day=date(2016, 6, 5)))
    (cited,) = asked(book, "SELECT o.date FROM voucher AS v JOIN voucher AS o ON o.id = v.cites")
    assert cited == ("2016-06-01",)
    same = "o.payee_id = v.payee_id AND o.payee_account = v.payee_account AND o.contract = v.contract"
    (party,) = asked(book, f"SELECT COUNT(*) FROM voucher AS v JOIN voucher AS o ON o.id = v.cites AND {same}")
    assert party == (1,)


def test_a_reversed_refund_is_no_refund(book: Book) -> None:
    """What it had taken back can come back again."""
    bring(book, "a", pay("1", 700), back("2", 700, "GK1", day=LATER))
    reverse(book, "F03-2015-000003", reason="another payment's", date=LATER, by="clerk")
    assert counts(bring(book, "b", back("3", 700, "GK1", day=LATER))) == (1, 0, 0, 1)


def test_an_advance_comes_back_to_the_advances(book: Book) -> None:
    """Not as spending, whatever use the row says or leaves out; its payee holds that much less."""
    bring(book, "a", pay("1", 700, fund="F01", payee=COMPANY, use=""))
    bring(book, "b", back("2", 300, "GK1", day=LATER, fund="F01", payee="某银行", use=""))
    bring(book, "c", back("3", 100, "GK1", day=LATER, fund="F01", payee="某银行", use="F01-0601"))
    assert [row[:1] + row[2:] for row in red(book)] == [(COMPANY, "1201", "1001", 300), (COMPANY, "1201", "1001", 100)]


def test_what_was_verified_does_not_come_back(book: Book) -> None:
    """Of two advances to one payee together no more than it still holds, also within one file."""
    bring(book, "a", pay("1", 700, fund="F01", payee=COMPANY), pay("2", 300, fund="F01", payee=COMPANY))
    post(book, lambda c, chart: [
        verification(c, chart, "F01-2015-000002", 600, use="0601", date=JUNE)
    ], by="clerk")  # fmt: skip
    rows = [back(name, 300, f"GK{paid}", day=LATER, fund="F01") for name, paid in (("3", 1), ("4", 2))]
    assert held(bring(book, "b", *rows)) == {3: {"refund-too-much"}}
    rest = [back(name, fen, "GK2", day=LATER, fund="F01") for name, fen in (("5", 60), ("6", 40), ("7", 1))]
    assert held(bring(book, "c", *rest)) == {4: {"refund-too-much"}}


def test_what_is_advanced_is_asked_once_for_all_refunds(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes as long as the fund has vouchers."""
    bring(book, "a", *(pay(str(nth), 700 + nth, fund="F01", payee=COMPANY) for nth in range(1, 5)))
    asked_of: list[str] = []

    def told(connection: Connection, fund: str) -> Counter[str]:
        asked_of.append(fund)
        return held_of(connection, fund)

    monkeypatch.setattr(refunds, "held_of", told)
    bring(book, "b", *(back(str(nth + 4), 300 + nth, f"GK{nth}", day=LATER, fund="F01") for nth in range(1, 5)))
    assert (len(red(book)), asked_of) == (4, ["F01"])


def test_only_a_standing_payment_comes_back(book: Book) -> None:
    """No transfer, no refund, nothing that was reversed, no payment of another fund; and not before it was paid."""
    bring(book, "a", pay("1", 700), pay("2", 700), back("3", 100, "GK2", day=LATER))
    reverse(book, "F03-2015-000002", reason="x", date=JUNE, by="clerk")
    early = JUNE - timedelta(days=1)
    report = bring(book, "b", back("4", 1, "GK1"), back("5", 1, "GK3", day=LATER), back("6", 1, "GK2", fund="F01"),
                   back("7", 1, "GK2", day=early))  # fmt: skip
    missing = {"original-not-found"}
    assert held(report) == {2: missing, 3: missing, 4: missing, 5: {"follows-before"}}


def test_the_right_voucher_comes_back_where_the_first_was_reversed(book: Book) -> None:
    """A reference may stand on a reversed voucher and on the one that was posted in its place."""
    bring(book, "a", pay("1", 700))
    reverse(book, "F03-2015-000002", reason="x", date=JUNE, by="clerk")
    bring(book, "b", pay("2", 600, reference="GK1"))
    assert held(bring(book, "c", back("3", 601, "GK1"), back("4", 600, "GK1"))) == {2: {"refund-too-much"}}


def test_a_refund_that_waits_is_posted_when_there_is_room(book: Book) -> None:
    """Once the wrong one is reversed."""
    bring(book, "a", pay("1", 700), back("2", 700, "GK1", day=LATER), back("3", 700, "GK1", day=LATER))
    assert waits(book) == ["1:4"]
    reverse(book, "F03-2015-000003", reason="x", date=LATER, by="clerk")
    assert [bool(one.voucher) for one in retry(book, [], by="clerk")] == [True]


def test_a_payment_that_cites_another_is_still_a_payment(book: Book) -> None:
    """Under the reference of the first it waits, whatever its memo says."""
    again = pay("2", 700, reference="GK1", note="户名更正，原流水 GK1")
    assert held(bring(book, "a", pay("1", 700), again)) == {3: {"duplicate-payment"}}
    assert asked(book, "SELECT COUNT(*) FROM voucher WHERE cites IS NOT NULL") == [(0,)]
    assert held(bring(book, "b", again, pay("3"))) == {2: {"duplicate-payment"}}


def test_a_refund_of_what_was_refused_waits_with_it(book: Book) -> None:
    """An overdrawn payment never left, so nothing of it came back."""
    report = bring(book, "a", pay("1", 2 * RECEIVED["F03"]), back("2", 5, "GK1", day=LATER))
    assert held(report) == {2: {"overdrawn"}, 3: {"original-not-found"}}


def test_who_imports_can_be_published(book: Book) -> None:
    """Their name stands on every voucher, for ever."""
    before = everything(book)
    with pytest.raises(FormatError) as refused:
        import_file(book, file_of(book, "a", [pay("1", day=date(2015, 6, 2))]), by="a\x07b")
    assert refused.value.key == "text-unsafe"
    assert everything(book) == before


def said(report: Report) -> dict[int, str]:
    """Return what is said in English of each row that waits, by row."""
    return {
        row["row"]: " / ".join(reason["en"] for reason in row["reasons"])
        for row in report.held
        if row["state"] == "quarantined"
    }


def test_what_is_said_of_a_refund_that_waits(book: Book) -> None:
    """The reference, the days and what is left; a payment without a reference is not the one that is meant."""
    post_payment(book, "F03", "0603", 500, on=JUNE)
    bring(book, "a", pay("1", 123_456), back("2", 23_456, "GK1", day=LATER))
    early = JUNE - timedelta(days=1)
    report = bring(book, "b", back("3", 1), back("4", 1, "GK9"), back("5", 1, "GK1", day=early),
                   back("6", 100_001, "GK1", day=LATER), back("7", 60_000, "GK1", day=LATER),
                   back("8", 30_000, "GK1", day=LATER), back("9", 10_001, "GK1", day=LATER))  # fmt: skip
    missing = "The row returns the payment {}, and the fund has no such payment that stands."
    assert said(report) == {
        2: "A negative amount or refund does not cite its original.",
        3: missing.format("GK9"),
        4: f"GK1 is dated {JUNE}; what follows it cannot be dated {early}.",
        5: "1,000.01 is more than is left of GK1 to come back: 1,000.00.",
        8: "100.01 is more than is left of GK1 to come back: 100.00.",
    }


def test_refunds_of_one_day_come_behind_their_payment(book: Book) -> None:
    """In a file of their own they come first, as all money that comes in."""

    def numbered(batch: int) -> list[str]:
        select = f"SELECT narration FROM voucher WHERE batch = {batch} ORDER BY number"
        return [name for (name,) in asked(book, select)]

    bring(book, "a", pay("1", 700), back("2", 300, "GK1"), pay("3", 300))
    assert numbered(1) == ["1", "3", "2"]
    bring(book, "b", pay("4", 200), back("5", 200, "GK1"))
    assert numbered(2) == ["5", "4"]
    bring(book, "c", pay("6", 700, day=JUNE), back("7", 300, "GK6", day=LATER), pay("8", 200, day=LATER))
    assert numbered(3) == ["6", "7", "8"]


def test_a_day_is_judged_at_its_end(book: Book) -> None:
    """A fund without money pays, and it comes back the same day: both are posted, the refund first, on both engines."""
    post_payment(book, "F03", "0603", RECEIVED["F03"], on=date(2015, 5, 1))
    rows = [pay("1", 700), pay("2", 500), back("3", 700, "GK1", day=JUNE), back("4", 500, "GK2", day=JUNE)]
    assert counts(bring(book, "a", *rows)) == (4, 0, 0, 1)
    numbers = asked(book, f"SELECT kind, number FROM voucher WHERE date = '{JUNE}' ORDER BY number")
    assert [kind for kind, _ in numbers] == ["refund", "disbursement", "refund", "disbursement"]
    assert asked(book, "SELECT total FROM balance WHERE fund = 'F03' AND code = '1001'") == [(0,)]
    publish(book)
    found = audit_ledger(book.folder / "ledger").findings
    assert not [finding for finding in found if finding.severity == "fatal"]


def test_a_day_that_ends_below_zero_is_refused(book: Book) -> None:
    """By a fen: the payment waits, what came back of it waits with it, and all else of the file is posted."""
    post_payment(book, "F03", "0603", RECEIVED["F03"], on=date(2015, 5, 1))
    report = bring(book, "a", pay("1", 700), back("2", 699, "GK1", day=JUNE), pay("3", 100, fund="F04"))
    assert counts(report) == (1, 0, 2, 1)
    assert held(report)[2] == {"overdrawn"}


def test_money_that_comes_back_later_pays_nothing_that_is_late(book: Book) -> None:
    """Rows that are dated before what stands are judged by the days behind them, as if each were posted alone."""
    days = [JUNE + timedelta(days=at) for at in range(9)]
    stand = [pay("1", 500, day=days[0]), pay("9", RECEIVED["F03"] - 630, day=days[8])]
    assert counts(bring(book, "a", *stand)) == (2, 0, 0, 1)
    fine = [pay(f"1{nth}", 10, day=days[nth]) for nth in (1, 2, 3)]  # judged together are one, then two, then four
    late = [pay("2", 300, day=days[4]), pay("3", 50, day=days[5]), back("4", 500, "GK1", day=days[6])]
    assert held(bring(book, "b", *fine, *late)) == {5: {"overdrawn"}}
    assert counts(bring(book, "c", pay("5", 250, day=days[4]), pay("6", 250, day=days[5]))) == (2, 0, 0, 1)


def test_a_refund_is_red_and_cites_its_original(book: Book) -> None:
    """In the same file and in a later one; one that cites nothing, or what is not in the book, waits."""
    day = JUNE + timedelta(days=3)
    report = bring(book, "a", pay("1", 700), back("2", 300, "GK1", day=day), back("3", 5), back("4", 5, "GK404"))
    assert held(report) == {4: {"negative-without-original"}, 5: {"original-not-found"}}
    assert report.amounts["posted"] == 400
    assert counts(bring(book, "b", back("5", 400, "GK1", day=day))) == (1, 0, 0, 1)
    assert names(book) == [("1", 700), ("2", -300), ("5", -400)]
    red = asked(
        book,
        """SELECT v.kind, e.red, e.debit, e.credit, o.narration FROM voucher AS v
        JOIN entry AS e ON e.voucher = v.id JOIN voucher AS o ON o.id = v.cites""",
    )
    assert red == [("refund", 1, "0603", "1001", "1")] * 2


def test_a_refund_of_the_same_day_stands_beside_its_original(book: Book) -> None:
    """Whichever of the two the file names first, and also where both must be posted one by one."""
    assert counts(bring(book, "a", pay("1", 700), back("2", 700, "GK1"))) == (2, 0, 0, 1)
    assert counts(bring(book, "b", back("4", 700, "GK3"), pay("3", 700))) == (2, 0, 0, 1)
    much = pay("9", 2 * RECEIVED["F03"])
    assert counts(bring(book, "c", back("6", 700, "GK5"), pay("5", 700), much)) == (2, 0, 1, 1)


def test_a_refund_waits_with_its_original(book: Book) -> None:
    """What was refused cannot be returned; when the original is posted at last, so is the refund."""
    day = JUNE + timedelta(days=3)
    report = bring(book, "a", pay("1", 2 * RECEIVED["F03"]), back("2", 100, "GK1", day=day), pay("3"))
    assert held(report) == {2: {"overdrawn"}, 3: {"original-not-found"}}
    post_simple(book, "F03", "transfer-received", 2 * RECEIVED["F03"], on=date(2015, 5, 1))
    assert [bool(one.voucher) for one in retry(book, [], by="clerk")] == [True, True]
    assert waits(book) == []
