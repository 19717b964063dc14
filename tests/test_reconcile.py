"""Bank reconciliation: a sound book and its statement agree, and whatever is wrong is named where it is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fundtrack.checking.audit import audit_book
from fundtrack.reporting.reconciliation import reconcile
from shelf import ENGINES
from statements import BEGIN, TWO_BANKS, Line, Moved, book_money, book_payments, changed, lines_of, print_statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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
        Line, date=st.integers(0, 40).map(lambda day: BEGIN + timedelta(day)), amount=st.sampled_from([-100_00, -200_00, -300_00]),
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
    """Nothing was paid at the bank."""
    return moved, [*lines[:at], *lines[at + 1 :]], {V: "overdue"}


@fault
def line_missing(moved: list[Moved], lines: list[Line], at: int) -> Any:  # noqa: ANN401 - see FAULTS
    """The bank paid, and the statement leaves it out."""
    later = Line(END - timedelta(9), -1, "丁公司", "END")
    paid = Moved((later.date - BEGIN).days, 1, "丁公司", "END")
    return [*moved, paid], [*changed(lines, at, gone=True), later], {V: "line-missing"}


@fault
def amount_differs(moved: list[Moved], lines: list[Line], at: int) -> Any:  # noqa: ANN401 - see FAULTS
    """The bank paid a fen less."""
    return moved, changed(lines, at, amount=lines[at].amount + 1), {V: "amount-differs", L: "amount-differs"}


@fault
def transposed(moved: list[Moved], lines: list[Line], at: int) -> Any:  # noqa: ANN401 - see FAULTS
    """Two digits changed places."""
    amount = -lines[at].amount
    typed, paid = (int(f"{digits}{amount}") for digits in (12, 21))
    moved = [replace(one, amount=typed) if one.amount == amount else one for one in moved]
    return moved, changed(lines, at, amount=-paid), {V: "transposed", L: "transposed"}


@fault
def line_twice(moved: list[Moved], lines: list[Line], at: int) -> Any:  # noqa: ANN401 - see FAULTS
    """The bank paid twice."""
    return moved, [*lines[: at + 1], lines[at], *lines[at + 1 :]], {"next": "line-twice"}


@fault
def returned(moved: list[Moved], lines: list[Line], at: int) -> Any:  # noqa: ANN401 - see FAULTS
    """The bank got it back, under another reference."""
    one = lines[at]
    back = Line(END - timedelta(20), -one.amount, one.party, "BACK", "退汇")
    return moved, [*lines, back], {"last": "returned"}


@fault
def bank_charge(moved: list[Moved], lines: list[Line], at: int) -> Any:  # noqa: ANN401 - see FAULTS
    """The bank took its fee, and nobody booked it."""
    del at
    return moved, [*lines, Line(END, -1050, "某银行", "FEE", "汇划费")], {"last": "bank-charge"}


@fault
def other_month(moved: list[Moved], lines: list[Line], at: int) -> Any:  # noqa: ANN401 - see FAULTS
    """The bank paid months later, under another reference."""
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
            assert reasons(found) == {where[name]: reason for name, reason in expected.items()}
            assert not found.sound
            assert (found.difference, found.at_opening) == (gap, 0)

    named()
