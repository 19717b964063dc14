"""The budget cycle against a model in plain Python: any acts in any order, the same on both engines.

Two hundred runs of fifty steps on each, in tests of their own so that they share the processors. Both are held to the
same model after every step, and each is told the same, number by number and refusal by refusal.
"""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from budget import BECAME, MONEY
from cycle import YEAR
from cycleended import Ending
from fundtrack.book.doctor import balances as wrong_balances
from fundtrack.book.doctor import numbers
from fundtrack.checking import checks
from fundtrack.posting import post
from fundtrack.posting.todo import owed, unpaid
from fundtrack.reporting.balance import balances
from quotas import agree, controlled
from shelf import ENGINES

if TYPE_CHECKING:
    from shelf import Shelf

PARTS: Final = 8
RUNS: Final = int(os.environ.get("FUNDTRACK_CYCLES", "200")) // PARTS
JUDGES: Final = (
    "unknown-fund-or-account", "no-quota",
    "over-allotment", "over-commitment", "paid-beyond-commitment", "overdrawn", "mixed-channel", "use-not-permitted",
)  # fmt: skip
"""The checks that the cycle is about, which makes time for so many runs; all of them are asked elsewhere."""

TOTALS: Final = "SELECT quota, status, amount FROM book_quota_statuses"
CASH: Final = "SELECT total FROM balance WHERE code = '1001'"
COLUMNS: Final = ("committed", "applied", "paid", "available")
GAVE: Final = ("quota_received", "pooled", "carried_in", "returned")
BECOME: Final = ("unallotted", *COLUMNS, "carried", "reclaimed")


class Cycle(Ending):
    """What is looked at behind every act, and now and then all of it."""

    def teardown(self) -> None:
        """Look once more at the end of a run."""
        try:
            self.look()
        finally:
            super().teardown()

    @invariant()
    def ties(self) -> None:
        """Every line is as the model has it, and what was received is what became of it, by year."""
        rows = self.book.connection.exec_driver_sql(TOTALS)
        stands = {(int(quota[5:]), status): int(total) for quota, status, total in rows}
        assert {line for line, _ in stands} == self.is_.lines.keys()
        left: defaultdict[int, int] = defaultdict(int)
        for line, of in self.is_.lines.items():
            for status in ("received", *BECAME):
                total = stands.get((line, status), 0)
                assert total == self.is_.has((line, status)), (line, status)
                left[of.year] += total if status == "received" else -total
        assert not any(left.values())
        (cash,) = self.book.connection.exec_driver_sql(CASH).scalars()
        assert int(cash) == self.is_.has(MONEY)

    @rule(_=st.just(0))
    def look(self, _: int = 0) -> None:
        """`balance` says the same of every line and of the fund, nothing is forgotten that is owed, the sums tie."""
        of_lines = {str(row.keys["quota"]): row.amounts for row in balances(self.book, ("fund", "quota")).rows}
        allotted = [line for line, of in self.is_.lines.items() if of.use]
        for line in allotted:
            shown = of_lines.get(self.name(line), {})
            has = {status: self.is_.has((line, status)) for status in BECAME}
            assert {name: shown.get(name, 0) for name in COLUMNS} == {name: has[name] for name in COLUMNS}
            came = {"allotted": sum(has.values()) - (before := self.is_.has((line, "received"))), "carried_in": before}
            assert {name: shown.get(name, 0) for name in came} == came
        (fund,) = balances(self.book).rows
        for name in COLUMNS:
            assert fund.amounts[name] == sum(self.is_.has((line, name)) for line in allotted)
        assert (fund.amounts["balance"], fund.amounts["advanced"]) == (self.is_.has(MONEY), self.is_.held)
        self.years(fund.amounts)
        connection = self.book.connection
        waits = sorted(item.amount for item in (*unpaid(connection), *owed(connection)) if item.amount)
        assert waits == sorted(claim.left for claim in self.is_.claims.values() if claim.left)
        assert [*wrong_balances(self.book, connection), *numbers(self.book, connection)] == []

    def years(self, whole: dict[str, int]) -> None:
        """Each opens with what the last one closed with, none is paid less than nothing, and they sum to the whole."""
        closed = 0
        several = [row.amounts for row in balances(self.book, ("fund", "year")).rows]
        for of in several:
            assert of["opening"] == closed
            came = sum(of[name] for name in ("opening", "received", "interest", "other", "recovered"))
            assert came == sum(of[name] for name in ("spent", "advanced", "lent", "due", "balance"))
            assert min(of[name] for name in ("paid", "carried_in", "carried")) >= 0
            assert sum(of[name] for name in GAVE) == sum(of[name] for name in BECOME)
            closed = of["balance"]
        assert closed == whole["balance"]
        total = {name: sum(of[name] for of in several) for name in whole}
        assert total["paid"] - total["returned"] == whole["paid"]
        assert total["carried"] - total["carried_in"] == whole["carried"]
        for name in ("received", "recovered", "spent", "allotted", "unallotted", "committed", "applied", "available"):
            assert total[name] == whole[name], name


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("engine", ENGINES)
def test_any_cycle(
    shelf: Shelf, engine: str, part: int, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs of fifty steps; the engine that ends last was told what the other was."""
    judges = {name: check for name, check in checks().items() if name in JUDGES}
    monkeypatch.setitem(post.__globals__, "checks", lambda *_, **__: judges)
    told: list[str] = []
    with shelf.lend(engine, controlled(date(YEAR, 1, 1))) as book:
        cycle = seed(part)(type("Cycle", (Cycle,), {"book": book, "told": told}))
        run_state_machine_as_test(cycle, settings=settings(
            max_examples=RUNS, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck),
            database=None, report_multiple_bugs=False,
        ))  # fmt: skip
    agree(tmp_path_factory.getbasetemp(), engine, part, told)
