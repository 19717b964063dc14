"""What a correction makes of a voucher, word for word: reversed, rebooked of its record or its money, given back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest

from acts import JULY, JUNE, PARTY, SAID, SPECIAL, act, funded, pay, say, standing, whole
from fundtrack.posting import Draft, Entry, Leg, post
from fundtrack.posting.correct import Correction, give_back, rebook, reverse
from fundtrack.posting.vouchers import draft

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import URL

    from fundtrack.book import Book

AUGUST: Final = date(2015, 8, 1)


@pytest.fixture
def book(book_dir: Path, database_url: URL) -> Iterator[Book]:
    """Give a book in which four funds received money; their vouchers are no. 1 of each."""
    yield from funded(book_dir, database_url)


def test_a_reversal(book: Book) -> None:
    """All that the voucher said, in red, with the reason."""
    cites = standing(book, pay(book, 1)).id
    number = say(book, cites=cites)
    red = reverse(book, number, reason="记错", date=JULY, by="clerk", approved_by="manager").numbers[0]
    assert whole(book, red) == SAID | {
        "fund": "F01", "date": JULY, "kind": "disbursement", "cites": cites, "reverses": standing(book, number).id,
        "narration": f"Reverses {number}: 记错",
        "entries": [("F01:0601", "F01:1001", 123_450, 1, "CNY"), ("F01:0613", "F01:1001", 50, 1, "CNY")],
    }  # fmt: skip
    assert (standing(book, red).prepared_by, standing(book, red).approved_by) == ("clerk", "manager")
    assert whole(book, number) == SAID | {
        "fund": "F01", "date": JUNE, "kind": "disbursement", "cites": cites, "reversed_by": red,
        "entries": [("F01:0601", "F01:1001", 123_450, 0, "CNY"), ("F01:0613", "F01:1001", 50, 0, "CNY")],
    }  # fmt: skip


def test_a_rebooking_of_the_record(book: Book) -> None:
    """The red voucher and the right one, at the bank account that paid, of all the words of the wrong one."""
    act(book, lambda _, c: [
        draft(c, "transfer-received", 900, fund=fund, date=JUNE, bank=SPECIAL) for fund in ("F01", "F04")
    ])  # fmt: skip
    cites = standing(book, pay(book, 1, fund="F04")).id
    number = act(book, lambda _, c: [
        draft(c, "disbursement", 700, fund="F04", date=JUNE, use="0604", **SAID | {"bank": SPECIAL}, cites=cites)
    ]).numbers[0]  # fmt: skip
    red, right = rebook(
        book, number, Correction("F01", "0601"), mode="record", document="调〔2015〕2号", date=JULY, by="clerk",
        approved_by="manager",
    ).numbers  # fmt: skip
    said = SAID | {"date": JULY, "kind": "disbursement", "bank": SPECIAL, "cites": cites}
    assert whole(book, red) == said | {
        "fund": "F04", "reverses": standing(book, number).id, "narration": f"Reverses {number}: 调〔2015〕2号",
        "entries": [("F04:0604", "F04:1004", 700, 1, "CNY")],
    }  # fmt: skip
    assert whole(book, right) == said | {
        "fund": "F01", "document": "调〔2015〕2号", "entries": [("F01:0601", "F01:1003", 700, 0, "CNY")]
    }  # fmt: skip
    assert standing(book, red).link == standing(book, right).link
    assert (standing(book, right).prepared_by, standing(book, right).approved_by) == ("clerk", "manager")


def test_a_receipt_is_rebooked_at_its_bank_account(book: Book) -> None:
    """The money came in there, for the other fund."""
    number = act(book, lambda _, c: [
        draft(c, "transfer-received", 700, fund="F04", date=JUNE, bank=SPECIAL)
    ]).numbers[0]  # fmt: skip
    _, right = rebook(book, number, Correction("F01"), mode="record", document="X", date=JULY, by="clerk").numbers
    assert whole(book, right)["entries"] == [("F01:1003", "F01:4001", 700, 0, "CNY")]
    assert standing(book, right).approved_by == ""


def test_what_was_right_of_a_record_stays(book: Book) -> None:
    """Another account of the fund paid, though the source did not say so; part of it was taken back in red."""
    act(book, lambda _, c: [draft(c, "transfer-received", 900, fund="F01", date=JUNE, bank=SPECIAL)])
    paid = Entry(Leg("F01", "0601"), Leg("F01", "1003"), 700)
    number = post(
        book, [Draft("F01", JUNE, "disbursement", (paid, paid._replace(amount=200, red=1)))], by="clerk"
    ).numbers[0]
    _, right = rebook(book, number, Correction(use="0613"), mode="record", document="X", date=JULY, by="clerk").numbers
    assert whole(book, right)["entries"] == [
        ("F01:0613", "F01:1003", 700, 0, "CNY"), ("F01:0613", "F01:1003", 200, 1, "CNY")
    ]  # fmt: skip


def test_what_was_taken_back_of_money_is_owed_less(book: Book) -> None:
    """An entry in red is moved in black."""
    paid = Entry(Leg("F03", "0603"), Leg("F03", "1001"), 700)
    number = post(
        book, [Draft("F03", JUNE, "disbursement", (paid, paid._replace(amount=200, red=1)))], by="clerk"
    ).numbers[0]
    here, there = rebook(
        book, number, Correction("F01", "0601"), mode="money", document="X", date=JULY, by="clerk"
    ).numbers
    assert whole(book, here)["entries"] == [
        ("F03:0603", "F03:1401", 700, 1, "CNY"), ("F03:0603", "F03:1401", 200, 0, "CNY")
    ]  # fmt: skip
    assert whole(book, there)["entries"] == [
        ("F01:0601", "F01:2401", 700, 0, "CNY"), ("F01:0601", "F01:2401", 200, 1, "CNY")
    ]  # fmt: skip


def test_a_project_alone_is_put_right(book: Book) -> None:
    """The fund and the use stay."""
    number = pay(book, 700, payee="农户")
    _, right = rebook(
        book, number, Correction(project="P01"), mode="record", document="X", date=JUNE, by="clerk"
    ).numbers
    assert whole(book, right) == {
        "fund": "F01", "date": JUNE, "kind": "disbursement", "payee": "农户", "project": "P01", "document": "X",
        "entries": [("F01:0601", "F01:1001", 700, 0, "CNY")],
    }  # fmt: skip


def test_a_rebooking_of_money_and_its_return(book: Book) -> None:
    """The spending moves with all its words; what is owed stays open until the bank's reference closes it."""
    number = act(book, lambda _, c: [
        draft(c, "disbursement", 700, fund="F03", date=JUNE, use="0603", **SAID)
    ]).numbers[0]  # fmt: skip
    here, there = rebook(
        book, number, Correction("F01", "0613"), mode="money", document="审〔2015〕3号", date=JULY, by="clerk",
        approved_by="manager",
    ).numbers  # fmt: skip
    narration = f"Money of {number} to be returned to its channel: 审〔2015〕3号"
    common: dict[str, Any] = {"payee": SAID["payee"], "project": "P01", "narration": narration}
    said = {"date": JULY, "kind": "adjustment", "document": "审〔2015〕3号", "cites": standing(book, number).id}
    assert whole(book, here) == common | said | PARTY | {
        "fund": "F03", "entries": [("F03:0603", "F03:1401", 700, 1, "CNY")]
    }  # fmt: skip
    assert whole(book, there) == common | said | PARTY | {
        "fund": "F01", "entries": [("F01:0613", "F01:2401", 700, 0, "CNY")]
    }  # fmt: skip
    assert standing(book, here).link == standing(book, there).link
    assert (standing(book, here).prepared_by, standing(book, here).approved_by) == ("clerk", "manager")

    home, away = give_back(
        book, there, date=JULY, bank_ref="GK9", document="行〔2015〕1号", by="clerk", approved_by="manager"
    ).numbers
    said = {"date": JULY, "kind": "repayment", "bank_ref": "GK9", "document": "行〔2015〕1号"}
    assert whole(book, home) == common | said | {
        "fund": "F03", "cites": standing(book, here).id, "entries": [("F03:1001", "F03:1401", 700, 0, "CNY")]
    }  # fmt: skip
    assert whole(book, away) == common | said | {
        "fund": "F01", "cites": standing(book, there).id, "entries": [("F01:2401", "F01:1001", 700, 0, "CNY")]
    }  # fmt: skip
    assert standing(book, home).link == standing(book, away).link
    assert (standing(book, home).prepared_by, standing(book, home).approved_by) == ("clerk", "manager")


def test_a_receipt_is_owed_the_other_way(book: Book) -> None:
    """The project may be put right with the fund; without a word of the bank, the return repeats the document."""
    number = act(book, lambda _, c: [draft(c, "transfer-received", 900, fund="F01", date=JUNE)]).numbers[0]
    here, there = rebook(
        book, number, Correction("F03", project="P01"), mode="money", document="X", date=JULY, by="clerk"
    ).numbers
    assert whole(book, here)["entries"] == [("F01:2401", "F01:4001", 900, 1, "CNY")]
    assert whole(book, there)["entries"] == [("F03:1401", "F03:4001", 900, 0, "CNY")]
    assert [whole(book, one).get("project") for one in (here, there)] == [None, "P01"]
    home, away = give_back(book, here, date=AUGUST, by="clerk").numbers
    assert whole(book, home)["entries"] == [("F01:2401", "F01:1001", 900, 0, "CNY")]
    assert whole(book, away)["entries"] == [("F03:1001", "F03:1401", 900, 0, "CNY")]
    assert [whole(book, one).get(name) for one in (home, away) for name in ("document", "bank_ref")] == ["X", None] * 2
    assert [standing(book, one).approved_by for one in (here, home)] == ["", ""]
