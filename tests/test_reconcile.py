"""Bank reconciliation: a sound book and its statement agree, and whatever is wrong is named where it is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fundtrack.checking.audit import audit_book
from fundtrack.posting.enter import NO_SOURCE, enter
from fundtrack.reporting.reconciliation import reconcile
from fundtrack.reporting.reconciliationtable import to_do
from fundtrack.schema.registers import REGISTERS
from shelf import ENGINES
from statements import (
    BEGIN,
    MONEY,
    TWO_BANKS,
    Line,
    Moved,
    book_money,
    book_payments,
    changed,
    lines_of,
    print_statement,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fundtrack.book import Book
    from fundtrack.reporting.reconciliation import Reconciliation
    from shelf import Shelf

END: Final = BEGIN + timedelta(200)
PARTIES: Final = ("甲公司", "乙公司", "丙公司")


def made(book: Book, moved: Sequence[Moved], lines: Sequence[Line], special: Sequence[Line] = ()) -> list[str]:
    """Make a book of payments, and the statements of its accounts; return the numbers of the payments."""
    book_money(book)
    numbers = book_payments(book, moved)
    print_statement(book, lines)
    print_statement(book, special or lines_of(moved, "B02"), "B02")
    return numbers


def reasons(found: Reconciliation) -> dict[str, str]:
    """Return why each item is open."""
    return {one.name: one.reason for one in found.open}


@st.composite
def distinct(draw: st.DrawFn) -> list[Moved]:
    """Draw payments of which no two could be taken for each other, some with references."""
    count = draw(st.integers(2, 8))
    days = draw(st.lists(st.integers(0, 60), min_size=count, max_size=count))
    return [
        Moved(
            day, 100_00 * (at + 1) + 7 * at, draw(st.sampled_from(PARTIES)), draw(st.sampled_from(["", f"G{at}"])),
            draw(st.integers(0, 3)), fund=draw(st.sampled_from(["F01", "F04"])),
        )
        for at, day in enumerate(days)
    ]  # fmt: skip


@st.composite
def alike(draw: st.DrawFn) -> list[Moved]:
    """Draw payments of few amounts, days and names, so that many could be taken for each other."""
    some = st.builds(
        Moved, day=st.integers(0, 12), amount=st.sampled_from([100_00, 200_00]), party=st.sampled_from(PARTIES[:2]),
        ref=st.just(""), bank_day=st.integers(0, 3),
    )  # fmt: skip
    return [*draw(st.lists(some, max_size=8))]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_sound_book_agrees(shelf: Shelf, engine: str) -> None:
    """Whatever day the bank takes, with names or without: both balances are one, and nothing is open."""

    @settings(max_examples=25 if engine == "sqlite" else 5)
    @given(moved=distinct(), named=st.booleans())
    def agrees(moved: list[Moved], named: bool) -> None:  # noqa: FBT001 - drawn
        with shelf.lend(engine, TWO_BANKS) as book:
            made(book, moved, lines_of(moved, named=named))
            found = reconcile(book, "B01", END)
            assert reasons(found) == {}
            assert (found.difference, found.book) == (0, found.bank)
            assert found.sound

    agrees()


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_is_guessed(shelf: Shelf, engine: str) -> None:
    """Of what could be several nothing is matched unless all of it is, and it never makes a difference."""

    @settings(max_examples=30 if engine == "sqlite" else 5)
    @given(moved=alike(), named=st.booleans())
    def unguessed(moved: list[Moved], named: bool) -> None:  # noqa: FBT001 - drawn
        with shelf.lend(engine, TWO_BANKS) as book:
            made(book, moved, lines_of(moved, named=named))
            found = reconcile(book, "B01", END)
            assert set(reasons(found).values()) <= {"ambiguous"}
            assert found.difference == 0
            assert all(one.candidates for one in found.open)
            assert accused(book) == {}

    unguessed()


def accused(book: Book) -> dict[str, set[str]]:
    """Return what the checks of book and bank accuse: numbers of vouchers, and entries of lines."""
    found: dict[str, set[str]] = {}
    for one in audit_book(book, only=("no-bank-line", "bank-line-without-voucher")).findings:
        found.setdefault(one.check, set()).add(one.subject.voucher or f"L{one.entry.rpartition(' ')[2]}")
    return found


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_reconciled_is_not_accused(shelf: Shelf, engine: str) -> None:
    """And what is not at the bank, or not in the book, is accused by the check, as soon as it is old enough."""
    stray = st.builds(
        Line, date=st.integers(0, 40).map(lambda day: BEGIN + timedelta(day)),
        amount=st.sampled_from([-100_00, -200_00, -300_00]),
        party=st.sampled_from(["", *PARTIES]), ref=st.sampled_from(["", "G1", "G2", "X"]),
    )  # fmt: skip
    paid = st.builds(
        Moved, day=st.integers(0, 40), amount=st.sampled_from([100_00, 200_00, 300_00]), party=st.sampled_from(PARTIES),
        ref=st.sampled_from(["", "", "G1", "G2"]),
    )  # fmt: skip

    @settings(max_examples=40 if engine == "sqlite" else 5)
    @given(moved=st.lists(paid, max_size=7), lines=st.lists(stray, max_size=7))
    def agree(moved: list[Moved], lines: list[Line]) -> None:
        with shelf.lend(engine, TWO_BANKS) as book:
            last = [Line(BEGIN + timedelta(at), 1, "", f"M{at}") for at in (0, 31, 60, 90)]
            post_last = Moved(120, 1, ref="LAST")
            made(book, [*moved, post_last], [*lines_of([]), *sorted([*lines, *last], key=lambda line: line.date)])
            found, faults = reconcile(book, "B01", END), accused(book)
            vouchers = {name for one in found.open if not one.at_bank for name in (one.name, *one.others)}
            assert faults.get("no-bank-line", set()) <= vouchers
            assert faults.get("bank-line-without-voucher", set()) <= {one.name for one in found.open if one.at_bank}
            alone = {"overdue", "other-month", "other-day", "transposed", "other-account"}
            assert {
                one.name
                for one in found.open
                if not one.at_bank and one.reason in alone and one.day < BEGIN.toordinal() + 60
            } <= (faults.get("no-bank-line", set()))

    agree()


FAULTS: Final[dict[str, Callable[[list[Moved], list[Line], int], tuple[list[Moved], list[Line], dict[str, str]]]]] = {}


def fault(plant: Callable[..., Any]) -> Callable[..., Any]:
    """Remember a planter by the name of what it plants."""
    FAULTS[plant.__name__.replace("_", "-")] = plant
    return plant


V, L = "the voucher", "the line"
"""What a planter says is open: the voucher of the payment, and its line."""


@fault
def overdue(moved: list[Moved], lines: list[Line], at: int) -> Any:  # noqa: ANN401 - see FAULTS
    """Leave the line out, and nothing was paid."""
    return moved, [*lines[:at], *lines[at + 1 :]], {V: "overdue"}


@fault
def line_missing(moved: list[Moved], lines: list[Line], at: int) -> Any:  # noqa: ANN401 - see FAULTS
    """Leave the line out, and the balances go on as if it were there."""
    later = Line(END - timedelta(9), -1, "丁公司", "END")
    paid = Moved((later.date - BEGIN).days, 1, "丁公司", "END")
    return [*moved, paid], [*changed(lines, at, gone=True), later], {V: "line-missing"}


@fault
def amount_differs(moved: list[Moved], lines: list[Line], at: int) -> Any:  # noqa: ANN401 - see FAULTS
    """Pay a fen less."""
    return moved, changed(lines, at, amount=lines[at].amount + 1), {V: "amount-differs", L: "amount-differs"}


@fault
def transposed(moved: list[Moved], lines: list[Line], at: int) -> Any:  # noqa: ANN401 - see FAULTS
    """Let two digits change places."""
    amount = -lines[at].amount
    typed, paid = (int(f"{digits}{amount}") for digits in (12, 21))
    moved = [replace(one, amount=typed) if one.amount == amount else one for one in moved]
    return moved, changed(lines, at, amount=-paid), {V: "transposed", L: "transposed"}


@fault
def line_twice(moved: list[Moved], lines: list[Line], at: int) -> Any:  # noqa: ANN401 - see FAULTS
    """Pay twice."""
    return moved, [*lines[: at + 1], lines[at], *lines[at + 1 :]], {"next": "line-twice"}


@fault
def line_again(moved: list[Moved], lines: list[Line], at: int) -> Any:  # noqa: ANN401 - see FAULTS
    """Pay once more days later, under a number of its own."""
    one = lines[at]
    day = one.date + timedelta(5)
    place = next((nth for nth, other in enumerate(lines) if other.date > day), len(lines))
    again = Line(day, one.amount, one.party, "AGAIN")
    return moved, [*lines[:place], again, *lines[place:]], {f"L{place + 1}": "line-twice"}


@fault
def returned(moved: list[Moved], lines: list[Line], at: int) -> Any:  # noqa: ANN401 - see FAULTS
    """Send it back, under another reference."""
    one = lines[at]
    back = Line(END - timedelta(20), -one.amount, one.party, "BACK", "退汇")
    return moved, [*lines, back], {"last": "returned"}


@fault
def bank_charge(moved: list[Moved], lines: list[Line], at: int) -> Any:  # noqa: ANN401 - see FAULTS
    """Take a fee that nobody booked."""
    del at
    return moved, [*lines, Line(END, -1050, "某银行", "FEE", "汇划费")], {"last": "bank-charge"}


@fault
def other_month(moved: list[Moved], lines: list[Line], at: int) -> Any:  # noqa: ANN401 - see FAULTS
    """Pay months later, under another reference."""
    one = Line(END - timedelta(1), lines[at].amount, lines[at].party, "LATE" if lines[at].ref else "")
    return moved, [*lines[:at], *lines[at + 1 :], one], {V: "other-month", "last": "other-month"}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", FAULTS)
def test_what_is_planted_is_named(shelf: Shelf, engine: str, kind: str) -> None:
    """At the voucher and the line that it is about, and nothing else is open."""

    @settings(max_examples=6 if engine == "sqlite" else 2)
    @given(moved=distinct(), draw=st.integers(0, 7))
    def named(moved: list[Moved], draw: int) -> None:
        with shelf.lend(engine, TWO_BANKS) as book:
            lines = lines_of(moved)
            at = 2 + draw % (len(lines) - 2)
            index = next(i for i, one in enumerate(moved) if one.amount == -lines[at].amount)
            gap = moved[index].amount if kind == "line-missing" else 0
            moved, lines, expected = FAULTS[kind](moved, lines, at)
            numbers = made(book, moved, lines)
            printed = [one for one in lines if not one.gone]
            where = {V: numbers[index], L: f"L{at + 1}", "next": f"L{at + 2}", "last": f"L{len(printed)}"}
            found = reconcile(book, "B01", END)
            assert reasons(found) == {where.get(name, name): reason for name, reason in expected.items()}
            assert not found.sound
            assert (found.difference, found.at_opening) == (gap, 0)

    named()


@pytest.mark.parametrize("engine", ENGINES)
def test_the_wrong_account(shelf: Shelf, engine: str) -> None:
    """A payment booked on one account and made from another is named on both."""
    wrong = Moved(5, 77_00, "乙公司", "G9", fund="F04")
    with shelf.lend(engine, TWO_BANKS) as book:
        _, number = made(
            book, [Moved(3, 50_00), wrong], lines_of([Moved(3, 50_00)]),
            [*lines_of([], "B02"), Line(wrong.date, -77_00, "乙公司", "G9")],
        )  # fmt: skip
        here, there = (reconcile(book, bank, END).open for bank in ("B01", "B02"))
        assert [(one.name, one.reason, one.candidates) for one in here] == [(number, "other-account", ("B02 L5",))]
        assert [(one.name, one.reason, one.candidates) for one in there] == [
            ("L5", "other-account", (f"B01 {number}",))
        ]


def test_what_came_back_is_entered(shelf: Shelf) -> None:
    """By the command that restores what is owed of that one payment, where there is one and it can be no other."""
    paid = [Moved(3, 50_00, "甲公司", "G1"), Moved(9, 50_00, "甲公司", "G2"), Moved(9, 60_00, "甲公司", "G3")]
    back = [Line(BEGIN + timedelta(at), 50_00, "甲公司", f"Z{at}") for at in (12, 13, 14)]
    with shelf.lend("sqlite", TWO_BANKS) as book:
        first, second, third = made(
            book, paid, [*lines_of(paid), *back, Line(BEGIN + timedelta(15), 60_00, "甲公司", "Z")]
        )
        found = reconcile(book, "B01", END)
        assert [(one.name, one.reason, one.candidates) for one in found.open] == [
            ("L6", "returned", (first, second)), ("L7", "returned", (first, second)), ("L8", "overdue", ()),
            ("L9", "returned", (third,)),
        ]  # fmt: skip
        assert [line.partition(": ")[2] for line in to_do(found, "en", ["return-payment"])] == [
            f"fundtrack return-payment {third} --date 2015-01-20 --bank-ref Z --reason …"
        ]
        assert [*to_do(found, "en", [])] == []


@pytest.mark.parametrize("engine", ENGINES)
def test_several_to_one(shelf: Shelf, engine: str) -> None:
    """Of one day and name, either way round; a fen less, and nothing is matched."""
    paid = [Moved(5, 30_00, "甲公司"), Moved(5, 70_00, "甲公司"), Moved(9, 90_00, "乙公司")]
    day = [BEGIN + timedelta(at) for at in (5, 9)]
    for short in (0, 1):
        with shelf.lend(engine, TWO_BANKS) as book:
            lines = [
                Line(day[0], -100_00 + short, "甲公司"),
                Line(day[1], -40_00, "乙公司"),
                Line(day[1], -50_00 + short, "乙公司"),
            ]
            made(book, paid, [*lines_of([]), *lines])
            found = reconcile(book, "B01", END)
            assert found.met.get("sum") == (None if short else (3, 3, -190_00))
            assert {one.reason for one in found.open} == ({"amount-differs"} if short else set())


@pytest.mark.parametrize(("paid", "reason"), [(60_000, "sum-same"), (59_000, "sum-differs"), (45_000, "overdue")])
@pytest.mark.parametrize("split", [False, True], ids=["one line", "one voucher"])
def test_several_of_a_day_and_one_are_named(shelf: Shelf, paid: int, reason: str, *, split: bool) -> None:
    """Under other names nobody matches them; what is off by more than a part of it may be anything."""
    parts, other = [10_000, 20_000, 30_000], 2 if split else 1
    many = [Moved(10, part, f"农户{part}", bank_day=None) for part in parts]
    one = Moved(11, paid, "批量代发", bank_day=None)
    day, whole = BEGIN + timedelta(10), BEGIN + timedelta(11)
    at_bank = [Line(day, -part, f"农户{part}") for part in parts] if split else [Line(whole, -paid, "批量代发")]
    with shelf.lend("sqlite", TWO_BANKS) as book:
        made(book, [one] if split else many, [*lines_of([]), *at_bank])
        found = reconcile(book, "B01", END)
        assert found.difference == 0
        assert [*reasons(found).values()] == [reason] * 4
        several = [item for item in found.open if item.at_bank is (other == 2)]
        (single,) = (item for item in found.open if item.at_bank is (other == 1))
        told = {item.name for item in several} if reason != "overdue" else set()
        assert {*single.candidates} == told
        assert {item.candidates for item in several} == ({(single.name,)} if told else {()})


@pytest.mark.parametrize("engine", ENGINES)
def test_several_to_several(shelf: Shelf, engine: str) -> None:
    """Is nobody's: that the sums of a day agree says nothing of what is what."""
    with shelf.lend(engine, TWO_BANKS) as book:
        day = BEGIN + timedelta(5)
        lines = [Line(day, -60_00, "甲公司"), Line(day, -40_00, "甲公司")]
        made(book, [Moved(5, 30_00, "甲公司"), Moved(5, 70_00, "甲公司")], [*lines_of([]), *lines])
        found = reconcile(book, "B01", END)
        assert (len(found.open), found.difference) == (4, 0)
        assert {one.reason for one in found.open} == {"amount-differs"}


@pytest.mark.parametrize("engine", ENGINES)
def test_at_a_day(shelf: Shelf, engine: str) -> None:
    """Only what was there by then: what the bank paid later was in transit, and older than may be was not."""
    paid = [Moved(5, 30_00, ref="G1", bank_day=20), Moved(6, 31_00, ref="G2")]
    with shelf.lend(engine, TWO_BANKS) as book:
        numbers = made(book, paid, lines_of(paid))
        for day, reason in ((15, "in-transit"), (16, "overdue"), (24, "overdue")):
            found = reconcile(book, "B01", BEGIN + timedelta(day))
            assert [(one.name, one.reason, found.age(one)) for one in found.open] == [(numbers[0], reason, day - 5)]
            assert found.difference == 0
        assert reconcile(book, "B01", BEGIN + timedelta(25)).open == ()
        assert reconcile(book, "B01", BEGIN + timedelta(25), BEGIN + timedelta(6)).met["reference"] == (1, 2, -61_00)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_nobody_knows_is_not_claimed(shelf: Shelf, engine: str) -> None:
    """Without a statement, or without balances in it, no difference is said to be zero."""
    paid = [Moved(5, 30_00)]
    with shelf.lend(engine, TWO_BANKS) as book:
        book_money(book)
        book_payments(book, paid)
        found = reconcile(book, "B01", END)
        assert (found.lines, found.bank, found.difference, found.sound) == (0, None, None, False)
        print_statement(book, lines_of(paid), printed=False)
        found = reconcile(book, "B01", END)
        assert (found.open, found.bank, found.difference, found.sound) == ((), None, None, False)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_latest_first(shelf: Shelf, engine: str) -> None:
    """A statement that has the latest line first closes with the first line of its last day."""
    with shelf.lend(engine, TWO_BANKS) as book:
        book_money(book)
        book_payments(book, [Moved(5, 30_00, "甲公司"), Moved(5, 20_00, "乙公司")])
        last = BEGIN + timedelta(5)
        of_day = {BEGIN: [(MONEY, "T1B01", 2 * MONEY), (MONEY, "T0B01", MONEY)],
                  last: [(-20_00, "", 2 * MONEY - 50_00), (-30_00, "", 2 * MONEY - 30_00)]}  # fmt: skip
        register = REGISTERS["bank_line"]
        rows = [
            (
                register.row(
                    {"bank": "B01", "date": day, "line": at, "amount": amount, "ref": ref, "balance": balance}
                ),
                NO_SOURCE,
            )
            for day, lines in of_day.items()
            for at, (amount, ref, balance) in enumerate(lines, 1)
        ]
        book.act(lambda connection: enter(connection, register, rows, by="importer"))
        found = reconcile(book, "B01", END)
        assert (found.bank, found.difference, found.open) == (2 * MONEY - 50_00, 0, ())
