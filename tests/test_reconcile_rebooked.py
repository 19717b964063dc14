"""What was rebooked, against the bank: it was paid once, as first recorded, unless it was taken back in the end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from fundtrack.posting.correct import Correction, rebook, reverse
from fundtrack.reporting.reconciliation import reconcile
from shelf import ENGINES
from statements import BEGIN, TWO_BANKS, Line, Moved, lines_of
from test_reconcile import END, accused, made

if TYPE_CHECKING:
    from shelf import Shelf


@pytest.mark.parametrize("engine", ENGINES)
def test_what_was_only_recorded_wrongly_was_paid_all_the_same(shelf: Shelf, engine: str) -> None:
    """A payee put right, twice: the bank paid once, in one sum with another of the day."""
    with shelf.lend(engine, TWO_BANKS) as book:
        paid = [Moved(5, 30_00, "甲公司"), Moved(5, 70_00, "甲公司")]
        numbers = made(book, paid, [*lines_of([]), Line(BEGIN + timedelta(5), -100_00, "甲公司")])
        for payee in ("乙公司", "丙公司"):
            right = Correction(payee=payee)
            rebooked = rebook(
                book, numbers[-1], right, mode="record", document="9号", date=BEGIN + timedelta(40), by="x"
            )
            numbers.append(rebooked.numbers[-1])
            found = reconcile(book, "B01", END)
            assert (found.met.get("sum"), found.open) == ((2, 1, -100_00), ())
            assert accused(book) == {}


@pytest.mark.parametrize("engine", ENGINES)
def test_what_was_rebooked_and_then_taken_back_was_never_paid(shelf: Shelf, engine: str) -> None:
    """The bank has neither: the first voucher and the last reversal are each other's, and nobody is accused."""
    with shelf.lend(engine, TWO_BANKS) as book:
        last = Moved(90, 1, "丁公司", "END")
        number, _ = made(book, [Moved(5, 30_00, "甲公司"), last], lines_of([last]))
        day = BEGIN + timedelta(40)
        right = Correction(payee="乙公司")
        rebooked = rebook(book, number, right, mode="record", document="9号", date=day, by="clerk")
        assert accused(book) == {"no-bank-line": {number}}
        reverse(book, rebooked.numbers[-1], reason="未付", date=day, by="clerk")
        found = reconcile(book, "B01", END)
        assert (found.met["reversed"][:2], found.open, accused(book)) == ((2, 0), (), {})
