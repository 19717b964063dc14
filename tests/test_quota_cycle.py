"""The budget cycle against a model in plain Python: any acts in any order, the same on both engines."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fundtrack.errors import Refused, UsageError
from fundtrack.posting import post
from fundtrack.posting.advance import refund
from fundtrack.posting.application import applications, apply_for, approve, payment
from fundtrack.posting.correct import reverse
from fundtrack.posting.quota import adjust, allot, carry_over, commit, receive, reclaim, statuses
from fundtrack.posting.vouchers import draft
from quotas import MONEY, STATUSES, Model, controlled
from shelf import ENGINES

if TYPE_CHECKING:
    from collections.abc import Callable

    from fundtrack.book import Book
    from fundtrack.posting import Posted
    from quotas import Place
    from shelf import Shelf

YEAR = 2015
FIRST = date(YEAR, 1, 2)
AMOUNTS = st.integers(1, 60)
CLERK, CHIEF = "李会计", "王局长"
CONTRACT, PAYEE = "HT-1", "甲公司"

Move = dict["Place", int]


class Cycle(RuleBasedStateMachine):
    """Does everything twice, on both engines, and asks the model first whether it can be done."""

    shelf: ClassVar[Shelf]

    def __init__(self) -> None:
        """Begin without books."""
        super().__init__()
        self.stack = ExitStack()
        self.books: list[Book] = []
        self.model, self.days = Model(), 0
        self.lines: dict[int, tuple[int, int, str]] = {}  # year, parent, use
        self.approved: dict[str, tuple[int, int, str]] = {}  # line, amount left, status it was reserved from
        self.paid: dict[str, tuple[int, int, str]] = {}
        self.taken: dict[str, tuple[date, Move, bool]] = {}  # what may be reversed: its day, its move

    @initialize()
    def begin(self) -> None:
        """Two empty books; the fund has some money."""
        chart = controlled(date(YEAR, 1, 1))
        self.books = [self.stack.enter_context(self.shelf.lend(engine, chart)) for engine in ENGINES]
        self.say(
            FIRST,
            {MONEY: 300},
            lambda book: post(
                book, lambda _, chart: [draft(chart, "transfer-received", 300, fund="F01", date=FIRST)], by=CLERK
            ),
        )

    def teardown(self) -> None:
        """Give the books back."""
        self.stack.close()

    def day(self, year: int = YEAR) -> date:
        """Return a day later than those before."""
        self.days += 1
        return date(year, 1, 2) + timedelta(self.days)

    def say(self, day: date, move: Move, act: Callable[[Book], Posted], *, lawful: bool = True) -> Posted | None:
        """Do an act in both books, where the model agrees that it can be done, and see it refused by both if not."""
        if not (lawful and self.model.fits(day, move)):
            refused = []
            for book in self.books:
                with pytest.raises((Refused, UsageError)) as why:
                    act(book)
                refused.append(why.value.key)
            assert len({*refused}) == 1, refused
            return None
        posted = [act(book) for book in self.books]
        assert posted[0].numbers == posted[1].numbers
        self.model.make(day, move)
        return posted[0]

    def of(self, *, allotted: bool) -> list[int]:
        """Return the lines that are allotted, or are not."""
        return [line for line, (_, parent, _) in self.lines.items() if bool(parent) == allotted]

    def name(self, line: int) -> str:
        """Return the number of a line."""
        return f"F01-Q{line:05d}"

    def post(self, drafts: Callable[..., Any]) -> Callable[[Book], Posted]:
        """Return the act that posts drafts."""
        return lambda book: post(book, drafts, by=CLERK)

    @rule(amount=AMOUNTS)
    def receive(self, amount: int) -> None:
        """Receive quota by a document."""
        day, line = self.day(), len(self.lines) + 1
        assert self.say(
            day,
            {(line, "unallotted"): amount},
            self.post(lambda c, chart: receive(c, chart, "F01", amount, date=day, by=CLERK, document="文")),
        )
        self.lines[line] = (YEAR, 0, "")

    @precondition(lambda self: bool(self.of(allotted=False)))
    @rule(data=st.data(), amount=AMOUNTS, use=st.sampled_from(["0601", "0602"]))
    def allot(self, data: st.DataObject, amount: int, use: str) -> None:
        """Quota is allotted to a use."""
        root = data.draw(st.sampled_from(self.of(allotted=False)))
        day, line = self.day(), len(self.lines) + 1
        posted = self.say(
            day,
            {(root, "unallotted"): -amount, (line, "available"): amount},
            self.post(
                lambda c, chart: allot(c, chart, self.name(root), amount, use=use, date=day, by=CLERK, document="文")
            ),
        )
        if posted:
            self.lines[line] = (YEAR, root, use)

    @precondition(lambda self: len(self.of(allotted=True)) > 1)
    @rule(data=st.data(), amount=AMOUNTS)
    def adjust(self, data: st.DataObject, amount: int) -> None:
        """Move what is available to another line; to one of another year nothing moves."""
        here, there = data.draw(st.permutations(self.of(allotted=True)))[:2]
        same = self.lines[here][0] == self.lines[there][0]
        day = self.day(self.lines[here][0])
        self.say(day, {(here, "available"): -amount, (there, "available"): amount}, self.post(
            lambda _, chart: adjust(chart, self.name(here), self.name(there), amount, date=day, document="文")
        ), lawful=same)  # fmt: skip

    @precondition(lambda self: bool(self.of(allotted=True)))
    @rule(data=st.data(), amount=AMOUNTS, free=st.booleans())
    def commit(self, data: st.DataObject, amount: int, free: bool) -> None:  # noqa: FBT001 - drawn
        """Bind what is available to a contract, or free it."""
        line = data.draw(st.sampled_from(self.of(allotted=True)))
        day, signed = self.day(self.lines[line][0]), -amount if free else amount
        self.say(
            day,
            {(line, "available"): -signed, (line, "committed"): signed},
            self.post(
                lambda _, chart: commit(chart, self.name(line), signed, date=day, contract=CONTRACT, payee=PAYEE)
            ),
        )

    @precondition(lambda self: bool(self.of(allotted=True)))
    @rule(data=st.data(), amount=AMOUNTS, bound=st.booleans())
    def apply(self, data: st.DataObject, amount: int, bound: bool) -> None:  # noqa: FBT001 - drawn
        """Reserve what is applied for and approved; under the contract, out of what it has bound."""
        line = data.draw(st.sampled_from(self.of(allotted=True)))
        day = self.day(self.lines[line][0])
        status = "committed" if bound and self.model.has((line, "committed")) >= amount else "available"

        def act(book: Book) -> Posted:
            number = apply_for(book, self.name(line), amount, payee=PAYEE, date=day, by=CLERK,
                               contract=CONTRACT if bound else "")  # fmt: skip
            return approve(book, number, date=day, by=CHIEF)

        posted = self.say(day, {(line, status): -amount, (line, "applied"): amount}, act)
        if posted:
            self.approved[posted.numbers[0]] = (line, amount, status)

    @precondition(lambda self: self.approved)
    @rule(data=st.data(), amount=AMOUNTS)
    def pay(self, data: st.DataObject, amount: int) -> None:
        """Pay what was approved, in part or whole, and never more."""
        number = data.draw(st.sampled_from(sorted(self.approved)))
        line, left, status = self.approved[number]
        day = self.day(self.lines[line][0])
        posted = self.say(
            day,
            {(line, "applied"): -amount, (line, "paid"): amount, MONEY: -amount},
            self.post(lambda c, chart: [payment(c, chart, number, amount, date=day)]),
            lawful=amount <= left,
        )
        if posted:
            self.approved[number] = (line, left - amount, status)
            self.paid[posted.numbers[0]] = (line, amount, status)

    @precondition(lambda self: bool(self.of(allotted=True)))
    @rule(data=st.data(), amount=AMOUNTS)
    def pay_at_once(self, data: st.DataObject, amount: int) -> None:
        """Pay without an application, out of the line that the payment names."""
        line = data.draw(st.sampled_from(self.of(allotted=True)))
        year, _, use = self.lines[line]
        day = self.day(year)
        posted = self.say(day, {(line, "available"): -amount, (line, "paid"): amount, MONEY: -amount}, self.post(
            lambda _, chart: [draft(chart, "disbursement", amount, fund="F01", date=day, use=use, payee=PAYEE,
                                    quota=self.name(line))]))  # fmt: skip
        if posted:
            self.paid[posted.numbers[0]] = (line, amount, "available")

    @precondition(lambda self: self.paid)
    @rule(data=st.data(), amount=AMOUNTS)
    def come_back(self, data: st.DataObject, amount: int) -> None:
        """Money that comes back within the year restores its quota, to the fen and no more."""
        number = data.draw(st.sampled_from(sorted(self.paid)))
        line, left, status = self.paid[number]
        day = self.day(self.lines[line][0])
        if self.say(day, {(line, "paid"): -amount, (line, status): amount, MONEY: amount}, self.post(
            lambda c, chart: [refund(c, chart, number, amount, date=day)]), lawful=amount <= left):  # fmt: skip
            self.paid[number] = (line, left - amount, status)

    @precondition(lambda self: any(self.lines[one][0] == YEAR for one in self.of(allotted=True)))
    @rule(data=st.data())
    def carry(self, data: st.DataObject) -> None:
        """Carry over what a line has left, with its use; not while something is applied for."""
        line = data.draw(st.sampled_from([one for one in self.of(allotted=True) if self.lines[one][0] == YEAR]))
        has = {status: self.model.has((line, status)) for status in STATUSES}
        last, new = date(YEAR, 12, 31), len(self.lines) + 1
        lawful = not has["applied"] and has["available"] + has["committed"] > 0
        posted = self.say(last, {
            (line, "available"): -has["available"], (line, "committed"): -has["committed"],
            (line, "carried"): has["available"] + has["committed"],
        }, self.post(lambda c, chart: carry_over(c, chart, self.name(line), date=last, by=CLERK, document="文")),
            lawful=lawful)  # fmt: skip
        if posted:
            first = date(YEAR + 1, 1, 1)
            self.model.make(first, {(new, status): has[status] for status in ("available", "committed")})
            self.lines[new] = (YEAR + 1, line, self.lines[line][2])

    @precondition(lambda self: self.lines)
    @rule(data=st.data(), amount=AMOUNTS)
    def take_back(self, data: st.DataObject, amount: int) -> None:
        """Unspent quota is taken back, and its money with it."""
        line = data.draw(st.sampled_from(sorted(self.lines)))
        day = self.day(self.lines[line][0])
        status = "available" if self.lines[line][1] else "unallotted"
        posted = self.say(
            day,
            {(line, status): -amount, (line, "reclaimed"): amount, MONEY: -amount},
            self.post(lambda _, chart: reclaim(chart, self.name(line), amount, date=day, document="文")),
        )
        if posted:
            self.taken[posted.numbers[0]] = (
                day, {(line, status): amount, (line, "reclaimed"): -amount, MONEY: amount}, True
            )  # fmt: skip

    @precondition(lambda self: self.taken)
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        """Take an act back in red, once."""
        number = data.draw(st.sampled_from(sorted(self.taken)))
        day, move, stands = self.taken[number]
        if self.say(day, move, lambda book: reverse(book, number, reason="误", date=day, by=CLERK), lawful=stands):
            self.taken[number] = (day, move, False)

    @invariant()
    def ties(self) -> None:
        """Every line of both books is as the model has it, and what was received is what became of it."""
        for book in self.books:
            with book.reading() as connection:
                chart = book.chart(connection)
                for line in chart.quotas:
                    stands = statuses(connection, chart, line)
                    assert {status: stands[status] for status in STATUSES} == {
                        status: self.model.has((line.line, status)) for status in STATUSES
                    }, line
                assert len(applications(connection)) >= len(self.approved)
                received, became = connection.exec_driver_sql("""SELECT
                    (SELECT COALESCE(SUM(total), 0) FROM balance WHERE code IN (
                        SELECT code FROM account WHERE kind = 'quota-received')),
                    (SELECT COALESCE(SUM(total), 0) FROM balance WHERE code IN (
                        SELECT code FROM account WHERE kind LIKE 'quota-%%' AND kind <> 'quota-received'))""").one()
                assert received == became


def test_any_cycle(shelf: Shelf) -> None:
    """Two hundred runs of fifty steps."""
    Cycle.shelf = shelf
    run_state_machine_as_test(Cycle, settings=settings(
        max_examples=6, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
    ))  # fmt: skip
