"""Vouchers as they stand in the book: every word of what was said, and of what each act makes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from acts import (
    COMPANY,
    JULY,
    JUNE,
    MORE,
    SAID,
    SPECIAL,
    TWO,
    act,
    balances,
    funded,
    pay,
    refusal,
    say,
    standing,
    whole,
)
from books import CHART, FUND, RECEIVED, USES
from fundtrack.book.policy import apply_chart
from fundtrack.errors import Refused
from fundtrack.posting import Draft, Entry, Leg, post
from fundtrack.posting.advance import refund, verification
from fundtrack.posting.correct import Correction, give_back, rebook, reverse
from fundtrack.posting.kinds import SIDES, parse_use, simple_entry
from fundtrack.posting.loan import loan, repayment
from fundtrack.posting.refusal import refusals
from fundtrack.posting.split import split
from fundtrack.posting.standing import Standing, citing, linked, voucher_of
from fundtrack.posting.vouchers import draft

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import URL

    from fundtrack.book import Book
    from fundtrack.posting.draft import Kind


@pytest.fixture
def book(book_dir: Path, database_url: URL) -> Iterator[Book]:
    """Give a book in which four funds received money; their vouchers are no. 1 of each."""
    yield from funded(book_dir, database_url)


def test_every_word_is_kept(book: Book) -> None:
    """As it was said, by whom, under which chart, and in the order of the entries."""
    cited = pay(book, 1)
    number = say(book, cites=standing(book, cited).id)
    found = standing(book, number)
    assert found == Standing(
        id=6, number="F01-2015-000003", fund="F01", date=JUNE, kind="disbursement", **SAID, link=6, reverses=None,
        cites=5, chart=1, prepared_by="clerk", approved_by="manager", recorded_at=found.recorded_at, reversed_by="",
        entries=TWO,
    )  # fmt: skip
    assert found.amount == 123_500
    dollars = replace(found, entries=(*TWO, TWO[0]._replace(red=1), TWO[0]._replace(unit="USD")))
    assert dollars.amount == 50
    with book.reading() as connection:
        assert voucher_of(connection, found.id) == found
        assert linked(connection, found) == [found]
        assert citing(connection, standing(book, cited)) == [found]


def test_what_was_refused_is_kept_whole(book: Book) -> None:
    """Each voucher it would have been, and each reason with its remedy, in both languages; the latest first."""
    dear = Entry(Leg("F01", "0601"), Leg("F01", "1001"), RECEIVED["F01"] + 1, 0)
    for payee in ("甲", "乙"):
        with pytest.raises(Refused):
            post(book, [Draft("F01", JUNE, "disbursement", (dear,), **SAID | {"payee": payee})], by=payee)
    with book.reading() as connection:
        latest, first = refusals(connection)
        (kept,) = connection.exec_driver_sql("SELECT draft FROM refusal WHERE seq = 1").scalars()
    assert (first.seq, first.refused_to, latest.seq, latest.refused_to) == (1, "甲", 2, "乙")
    assert first.refused_at.endswith("Z")
    assert "进度款" in kept  # a person who reads the database reads words
    entry = {"debit": "F01:0601", "credit": "F01:1001", "amount": RECEIVED["F01"] + 1, "red": 0, "unit": "CNY"}
    head = {"date": "2015-06-01", "kind": "disbursement", "fund": "F01", "reverses": None, "cites": None}
    assert first.drafts == [head | SAID | {"payee": "甲", "entries": [entry]}]
    (reason,) = first.reasons
    assert reason.keys() == {"check", "message-en", "message-zh", "remedy-en", "remedy-zh"}
    assert reason["check"] == "overdrawn"
    assert "short by 0.01 CNY" in reason["message-en"]
    assert "短缺 0.01 元" in reason["message-zh"]
    assert reason["remedy-en"].isascii()
    assert "一" <= reason["remedy-zh"][0] <= "龥"


def test_natural_keys_are_the_same_in_every_release(book: Book) -> None:
    """They are made of all that is said: the same again is a second one; one word other is another."""
    (book.folder / "natural.key").write_text("0" * 64, "ascii")
    book = replace(book)  # which has read no key yet
    first = say(book, bank_ref="", cites=1)

    def key(number: str) -> tuple[str, int]:
        with book.reading() as connection:
            select = f"SELECT natural_key, occurrence FROM voucher WHERE id = {standing(book, number).id}"
            return tuple(connection.exec_driver_sql(select).one())

    assert key(first) == ("20150601628cab6f1f1ec2bb9c39a212", 1)
    twins = [Draft("F01", JUNE, "disbursement", TWO, **SAID | {"bank_ref": ""}, cites=1)] * 2
    assert [key(number) for number in post(book, twins, by="clerk").numbers] == [(key(first)[0], 2), (key(first)[0], 3)]
    other = say(book, bank_ref="", cites=2)
    assert key(other)[0] != key(first)[0]


def test_vouchers_of_one_act_that_are_no_bill(book: Book) -> None:
    """Each stands by itself, and nobody has approved them."""
    numbers = post(book, [Draft("F01", JUNE, "disbursement", (entry,)) for entry in TWO], by="clerk").numbers
    for number in numbers:
        found = standing(book, number)
        assert (found.link, found.approved_by) == (found.id, "")


def test_shares_of_a_bill(book: Book) -> None:
    """Each says what the bill says, and pays from its fund's use."""
    shares = {"F01": 6000, "F03": 4000}
    posted = act(book, lambda _, chart: split(chart, shares, 10_000, uses=USES, date=JUNE, **SAID))
    said = {"date": JUNE, "kind": "disbursement", **SAID}
    first, second = posted.numbers
    assert whole(book, first) == said | {"fund": "F01", "entries": [("F01:0601", "F01:1001", 6000, 0, "CNY")]}
    assert whole(book, second) == said | {"fund": "F03", "entries": [("F03:0603", "F03:1001", 4000, 0, "CNY")]}
    assert standing(book, first).link == standing(book, second).link == posted.vouchers[0]
    with book.reading() as connection:
        assert [one.number for one in linked(connection, standing(book, second))] == [first, second]


def test_sides_of_each_kind(book: Book) -> None:
    """What it debits and credits of its fund, at the bank account that moved or else the first."""
    sides = {
        "transfer-received": ("F01:1001", "F01:4001"), "interest": ("F01:1001", "F01:4101"),
        "disbursement": ("F01:0613", "F01:1001"), "bank-charge": ("F01:0613", "F01:1001"),
        "refund": ("F01:0613", "F01:1001"), "advance": ("F01:1201", "F01:1001"),
        "verification": ("F01:0613", "F01:1201"),
    }  # fmt: skip
    with book.reading() as connection:
        chart = book.chart(connection)
    assert sides.keys() == SIDES.keys()
    for kind, (debit, credit) in sides.items():
        made = draft(chart, kind, 1, fund="F01", date=JUNE, use="0613", payee="x")  # type: ignore[arg-type]
        assert made.kind == kind
        (entry,) = made.entries
        assert (":".join(entry.debit), ":".join(entry.credit)) == (debit, credit)
        assert entry[2:] == (1, int(kind == "refund"), "CNY")
        assert made.inflow == (kind in {"transfer-received", "interest", "refund"})
    for bank, code in ((SPECIAL, "1003"), ("45001234560001", "1001"), ("999", "1001"), ("", "1001")):
        paid = draft(chart, "disbursement", 1, fund="F01", date=JUNE, use="0601", bank=bank)
        assert paid.entries[0].credit == Leg("F01", code)
    assert draft(chart, "interest", 1, fund="F03", date=JUNE).entries[0].credit == Leg("F03", "----interest")
    unknown = draft(chart, "disbursement", 1, fund="F01", date=JUNE, use="9999")  # which the checks refuse
    assert unknown.entries[0].debit == Leg("F01", "9999")
    abroad = replace(chart, currency="USD")
    assert simple_entry(abroad, "interest", 1, fund="F01", use=None).unit == "USD"
    passed_on = draft(chart, "disbursement", 1, fund="F01", date=JUNE, use="0601", payee=COMPANY)
    assert (passed_on.kind, passed_on.entries[0].debit) == ("advance", Leg("F01", "1201"))
    assert draft(chart, "bank-charge", 1, fund="F01", date=JUNE, use="0601", payee=COMPANY).kind == "bank-charge"


@pytest.mark.parametrize(
    ("written", "use"),
    [
        ("0601", "F03:0601"),
        ("9999", "F03:9999"),  # which the checks refuse
        ("F01-0601", "F01:0601"),
        ("F01-0601-Building", "F01:0601"),
        ("F01:0601", "F01:0601"),
        ("F01：0601", "F01:0601"),
        ("F01-Relocation:0601-Building", "F01:0601"),
        ("F01-资金：0601-Building-site", "F01:0601"),
        ("Expenses:F01-Relocation:0601-Building", "F01:0601"),
        ("E支出:F01-资金:0601-Building", "F01:0601"),
    ],
)
def test_a_use_is_named_in_many_ways(written: str, use: str) -> None:
    """By its code in the paying fund, with its fund, or by its whole name in either language and width."""
    assert ":".join(parse_use(written, "F03")) == use


def test_a_loan_and_its_repayment(book: Book) -> None:
    """Out of the bank account that is named; each side names the other fund, and is cited by its repayment."""
    act(book, lambda _, chart: [draft(chart, "transfer-received", 900, fund="F01", date=JUNE, bank=SPECIAL)])
    said: dict[str, Any] = {"document": "田财〔2015〕1号", "narration": "周转", "bank": SPECIAL, "bank_ref": "GK7"}
    lent, owed = act(
        book, lambda _, chart: loan(chart, 500, lender="F01", borrower="F04", date=JUNE, **said)
    ).numbers  # fmt: skip
    common = {"date": JUNE, "kind": "loan", **said}
    assert whole(book, lent) == common | {
        "fund": "F01", "payee": "F04", "entries": [("F01:1301", "F01:1003", 500, 0, "CNY")]
    }  # fmt: skip
    assert whole(book, owed) == common | {
        "fund": "F04", "payee": "F01", "entries": [("F04:1004", "F04:2301", 500, 0, "CNY")]
    }  # fmt: skip
    assert standing(book, lent).link == standing(book, owed).link

    back: dict[str, Any] = {"document": "田财〔2015〕2号", "narration": "归还", "project": "P01", "bank_ref": "GK8"}
    home, away = act(book, lambda c, chart: repayment(c, chart, owed, 200, date=JUNE, **back)).numbers
    common = {"date": JUNE, "kind": "repayment", **back}
    assert whole(book, home) == common | {
        "fund": "F01", "payee": "F04", "cites": standing(book, lent).id,
        "entries": [("F01:1003", "F01:1301", 200, 0, "CNY")],
    }  # fmt: skip
    assert whole(book, away) == common | {
        "fund": "F04", "payee": "F01", "cites": standing(book, owed).id,
        "entries": [("F04:2301", "F04:1004", 200, 0, "CNY")],
    }  # fmt: skip
    assert standing(book, home).link == standing(book, away).link
    reverse(book, home, reason="x", date=JULY, by="clerk")
    act(book, lambda c, chart: repayment(c, chart, lent, 500, date=JULY))
    assert "1301" not in balances(book, "F01")


def test_what_follows_an_advance(book: Book) -> None:
    """A verification and a refund are of its fund, payee and project, unless another project is named."""
    paid = pay(book, 1000, payee=COMPANY, project="P01")
    cites = standing(book, paid).id
    said = {name: SAID[name] for name in ("narration", "document", "bank_ref")}
    common = {"fund": "F01", "date": JUNE, "payee": COMPANY, "project": "P01", "cites": cites}
    (checked,) = act(book, lambda c, chart: [
        verification(c, chart, paid, 400, use="0601", date=JUNE, **said | {"payee": "somebody", "cites": 1})
    ]).numbers  # fmt: skip
    assert whole(book, checked) == common | said | {
        "kind": "verification", "entries": [("F01:0601", "F01:1201", 400, 0, "CNY")]
    }  # fmt: skip
    said["bank_ref"] = "GK2"
    (back,) = act(book, lambda c, chart: [
        refund(c, chart, paid, 600, date=JUNE, **said | {"payee": "somebody", "cites": 1})
    ]).numbers  # fmt: skip
    assert whole(book, back) == common | said | {
        "kind": "refund", "entries": [("F01:1201", "F01:1001", 600, 1, "CNY")]
    }  # fmt: skip
    assert refusal(book, lambda: act(book, lambda c, chart: [refund(c, chart, paid, 1, date=JUNE)])) == (
        f"0.01 is more than is left of {paid} to come back: 0.00. "
        "Check the amount with the bank's slip; what came back of another payment cites that one, "
        "and of a verified advance, its verification."
    )


def test_dollars_stay_dollars(book: Book) -> None:
    """What follows a voucher is in its unit: a refund, a reversal, a repayment, a rebooking and its return."""
    funds = ""
    for code in ("F05", "F06"):
        funds += FUND.format(fund=code, name="Dollars", group=code, may_advance="TRUE", use="0605")
        funds += f"2014-01-01 open Liabilities:{code}-Dollars:2401-To-return CNY\n"
        funds += f'2014-01-01 open Assets:{code}-Dollars:1401-To-come CNY\n  kind: "receivable"\n'
    apply_chart(book, CHART + MORE + funds.replace(" CNY", " USD"), by="founder", document="X")

    def dollars(fund: str, kind: Kind, debit: str, credit: str, **said: Any) -> Draft:  # noqa: ANN401 - of Draft
        entry = Entry(Leg(fund, debit), Leg(fund, credit), 600, 0, "USD")
        return Draft(fund, JUNE, kind, (entry,), inflow=debit == "1001", **said)

    def entries(numbers: Iterable[str]) -> list[Any]:
        return [entry for number in numbers for entry in whole(book, number)["entries"]]

    post(book, [dollars("F05", "transfer-received", "1001", "4001")] * 2, by="clerk")
    paid = post(book, [dollars("F05", "disbursement", "0605", "1001")], by="clerk").numbers[0]
    back = act(book, lambda c, chart: [refund(c, chart, paid, 100, date=JULY)]).numbers[0]
    assert entries([back]) == [("F05:0605", "F05:1001", 100, 1, "USD")]
    assert entries(reverse(book, back, reason="x", date=JULY, by="clerk").numbers) == [
        ("F05:0605", "F05:1001", 100, 0, "USD")
    ]
    owed = rebook(book, paid, Correction("F06", "0605"), mode="money", document="X", date=JULY, by="clerk").numbers
    assert entries(owed) == [("F05:0605", "F05:1401", 600, 1, "USD"), ("F06:0605", "F06:2401", 600, 0, "USD")]
    lent = [
        dollars("F05", "loan", "1301", "1001", bill=1, document="X"),
        dollars("F06", "loan", "1001", "2301", bill=1, document="X"),
    ]
    number = post(book, lent, by="clerk").numbers[0]
    assert entries(act(book, lambda c, chart: repayment(c, chart, number, 50, date=JULY)).numbers) == [
        ("F05:1001", "F05:1301", 50, 0, "USD"), ("F06:2301", "F06:1001", 50, 0, "USD")
    ]  # fmt: skip
    post(book, [dollars("F06", "transfer-received", "1001", "4001")], by="clerk")
    assert entries(give_back(book, owed[0], date=JULY, by="clerk").numbers) == [
        ("F05:1001", "F05:1401", 600, 0, "USD"), ("F06:2401", "F06:1001", 600, 0, "USD")
    ]  # fmt: skip
