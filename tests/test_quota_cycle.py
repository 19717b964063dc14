"""The budget cycle against a model in plain Python: any acts in any order, the same on both engines.

Each engine does the same runs of fifty steps, in tests of their own so that they share the processors. Both
are held to the same model after every step, and each is told the same, number by number and refusal by refusal.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import ExitStack
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fundtrack.checking import checks
from fundtrack.errors import Refused, UsageError
from fundtrack.posting import post
from fundtrack.posting.advance import refund
from fundtrack.posting.application import apply_for, payment
from fundtrack.posting.correct import reverse
from fundtrack.posting.quota import adjust, allot, carry_over, commit, receive
from fundtrack.posting.reclaim import reclaim
from fundtrack.posting.returned import return_payment
from fundtrack.posting.vouchers import draft
from quotas import MONEY, STATUSES, Crash, Model, agree, approved_or_rejected, cash_of, controlled, root, standing
from shelf import ENGINES, rolled_back

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.chart.model import Chart
    from fundtrack.posting import Draft, Posted
    from quotas import Place
    from shelf import Lent, Shelf

YEAR = 2015
FIRST = date(YEAR, 1, 2)
MOST: Final = 12
CAME: Final = 300  # the money that came, under no document
AMOUNTS = st.integers(1, 60)
CLERK, CHIEF = "李会计", "王局长"
CONTRACT, PAYEE = "HT-1", "甲公司"
PARTS: Final = 8
RUNS: Final = int(os.environ.get("FUNDTRACK_CYCLES", "40")) // PARTS
"""Two hundred of fifty steps on both engines take ten minutes: `FUNDTRACK_CYCLES=200`, see CONTRIBUTING.md."""
JUDGES: Final = ("no-quota", "over-allotment", "over-commitment", "overdrawn", "mixed-channel", "use-not-permitted")
"""The checks that the cycle is about, which makes time for so many runs; all of them are asked elsewhere."""

Move = dict["Place", int]


class Cycle(RuleBasedStateMachine):
    """Asks the model first whether an act can be done."""

    book: ClassVar[Lent]
    told: ClassVar[list[str]]

    def __init__(self) -> None:
        """Begin without anything."""
        super().__init__()
        self.stack = ExitStack()
        self.model, self.days = Model(), 0
        self.lines: dict[int, tuple[int, int, str]] = {}  # year, parent, use
        self.claims: dict[str, tuple[int, int, str, int]] = {}  # line, amount left, status it came from, year to pay in
        self.paid: dict[str, tuple[int, int, str, str, int]] = {}  # line, amount left, status, claim, year
        self.returned: dict[str, tuple[str, str, int, bool]] = {}  # payment, claim it restores, amount, stands
        self.went: Counter[int] = Counter()  # money that went back with quota, by root
        self.taken: dict[str, tuple[date, Move, bool]] = {}  # what may be reversed: its day, its move

    @initialize()
    def begin(self) -> None:
        """Give the fund money, and quota to three lines, so that every act has something to act on."""
        self.stack.enter_context(rolled_back(self.book))
        self.stack.callback(self.book.forget)
        self.say(
            FIRST,
            {MONEY: CAME},
            self.post(lambda _, chart: [draft(chart, "transfer-received", CAME, fund="F01", date=FIRST)]),
        )
        self.given(120)
        self.allotted(1, 60, "0601")
        self.allotted(1, 40, "0602")

    def teardown(self) -> None:
        """Undo everything."""
        self.stack.close()
        self.told.append("end")

    def day(self, year: int = YEAR) -> date:
        """Return a day later than those before."""
        self.days += 1
        return date(year, 1, 2) + timedelta(self.days)

    def say(self, day: date, move: Move, act: Callable[[Book], Posted], *, lawful: bool = True) -> Posted | None:
        """Do an act where the model agrees that it can be done, and see it refused if not."""
        if not (lawful and self.model.fits(day, move)):
            with pytest.raises((Refused, UsageError)) as why:
                act(self.book)
            fatal = sorted({one.check for one in getattr(why.value, "findings", ()) if one.refuses})
            self.told.append(" ".join([why.value.key, *fatal]))
            return None
        posted = act(self.book)
        self.told.append(" ".join(posted.numbers))
        self.model.make(day, move)
        return posted

    def of(self, *, allotted: bool) -> list[int]:
        """Return the lines that are allotted, or are not."""
        return [line for line, (_, parent, _) in self.lines.items() if bool(parent) == allotted]

    def name(self, line: int) -> str:
        """Return the number of a line."""
        return f"F01-Q{line:05d}"

    def post(self, drafts: Callable[..., Any]) -> Callable[[Book], Posted]:
        """Return the act that posts drafts."""
        return lambda book: post(book, drafts, by=CLERK)

    @precondition(lambda self: len(self.lines) < MOST)
    @rule(amount=AMOUNTS)
    def receive(self, amount: int) -> None:
        """Receive quota by a document, also when much is spent already."""
        self.given(amount)

    def given(self, amount: int) -> None:
        """Receive quota on a new line."""
        day, line = self.day(), len(self.lines) + 1
        assert self.say(
            day,
            {(line, "unallotted"): amount},
            self.post(lambda c, chart: receive(c, chart, "F01", amount, date=day, by=CLERK, document=f"文{line}")),
        )
        self.lines[line] = (YEAR, 0, "")

    @precondition(lambda self: len(self.lines) < MOST)
    @rule(data=st.data(), amount=AMOUNTS, use=st.sampled_from(["0601", "0602"]))
    def allot(self, data: st.DataObject, amount: int, use: str) -> None:
        """Allot what a document gave."""
        self.allotted(data.draw(st.sampled_from(self.of(allotted=False))), amount, use)

    def allotted(self, root: int, amount: int, use: str) -> None:
        """Allot quota to a new line."""
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
        """Move what is available to another line; to one of another year or document nothing moves."""
        here, there = data.draw(st.permutations(self.of(allotted=True)))[:2]
        same = self.lines[here][0] == self.lines[there][0] and root(self.lines, here) == root(self.lines, there)
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
                lambda c, chart: commit(c, chart, self.name(line), signed, date=day, contract=CONTRACT, payee=PAYEE)
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
            return approved_or_rejected(book, number, day, CHIEF)

        posted = self.say(day, {(line, status): -amount, (line, "applied"): amount}, act)
        if posted:
            self.claims[posted.numbers[0]] = (line, amount, status, day.year)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), amount=AMOUNTS)
    def pay(self, data: st.DataObject, amount: int) -> None:
        """Pay what was approved, or what the bank returned, in part or whole, and never more."""
        number = data.draw(st.sampled_from(sorted(self.claims)))
        line, left, status, year = self.claims[number]
        day = self.day(year)
        posted = self.say(
            day,
            {(line, "applied"): -amount, (line, "paid"): amount, MONEY: -amount},
            self.post(lambda c, chart: [payment(c, chart, number, amount, date=day)]),
            lawful=amount <= left,
        )
        if posted:
            self.claims[number] = (line, left - amount, status, year)
            self.paid[posted.numbers[0]] = (line, amount, status, number, year)

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
            self.paid[posted.numbers[0]] = (line, amount, "available", "", year)

    @precondition(lambda self: self.paid)
    @rule(data=st.data(), amount=AMOUNTS, later=st.booleans())
    def come_back(self, data: st.DataObject, amount: int, later: bool) -> None:  # noqa: FBT001 - drawn
        """Money that comes back within the year restores its quota, to the fen and no more; later it does not."""
        number = data.draw(st.sampled_from(sorted(self.paid)))
        line, left, status, claim, year = self.paid[number]
        day = self.day(max(year, YEAR + 1) if later else year)
        own = day.year == self.lines[line][0]
        quota: Move = {(line, "paid"): -amount, (line, status): amount} if own else {}
        if self.say(day, {**quota, MONEY: amount}, self.post(
            lambda c, chart: [refund(c, chart, number, amount, date=day)]), lawful=amount <= left):  # fmt: skip
            self.paid[number] = (line, left - amount, status, claim, year)

    @precondition(lambda self: self.paid)
    @rule(data=st.data(), amount=AMOUNTS, later=st.booleans())
    def bank_returns(self, data: st.DataObject, amount: int, later: bool) -> None:  # noqa: FBT001 - drawn
        """Let the bank return something: it is reserved again in the line it was paid from, whatever the year."""
        number = data.draw(st.sampled_from(sorted(self.paid)))
        line, left, status, claim, year = self.paid[number]
        day = self.day(max(year, YEAR + 1) if later else year)
        posted = self.say(day, {(line, "paid"): -amount, (line, "applied"): amount, MONEY: amount}, self.post(
            lambda c, chart: [return_payment(c, chart, number, amount, reason="户名不符", date=day)]
        ), lawful=amount <= left)  # fmt: skip
        if not posted:
            return
        self.paid[number] = (line, left - amount, status, claim, year)
        restored = claim if day.year == year else ""
        self.returned[posted.numbers[0]] = (number, restored, amount, True)
        if restored:
            self.owe(restored, amount)
        else:
            self.claims[posted.numbers[0]] = (line, amount, status, day.year)

    def owe(self, claim: str, amount: int) -> None:
        """Let so much more, or less, be left of what is owed."""
        line, left, status, year = self.claims[claim]
        self.claims[claim] = (line, left + amount, status, year)

    @precondition(lambda self: self.returned)
    @rule(data=st.data())
    def not_returned(self, data: st.DataObject) -> None:
        """Take back, once, that the bank returned something, unless it is paid again."""
        number = data.draw(st.sampled_from(sorted(self.returned)))
        payment, restored, amount, stands = self.returned[number]
        line, left, status, claim, year = self.paid[payment]
        again = any(of == number for _, _, _, of, _ in self.paid.values())
        free = self.claims[restored][1] >= amount if restored else not again
        day = self.day(YEAR + 1)
        posted = self.say(
            day,
            {(line, "paid"): amount, (line, "applied"): -amount, MONEY: -amount},
            lambda book: reverse(book, number, reason="误", date=day, by=CLERK),
            lawful=stands and free,
        )
        if posted:
            self.returned[number] = (payment, restored, amount, False)
            self.paid[payment] = (line, left + amount, status, claim, year)
            if restored:
                self.owe(restored, -amount)
            else:
                del self.claims[number]

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
        """Unspent quota is taken back, and its money with it, as far as it is there."""
        line = data.draw(st.sampled_from(sorted(self.lines)))
        day = self.day(self.lines[line][0])
        status = "available" if self.lines[line][1] else "unallotted"
        of = root(self.lines, line)
        cash = min(amount, cash_of(self.model, self.lines, of, CAME - self.went[of]))
        posted = self.say(
            day,
            {(line, status): -amount, (line, "reclaimed"): amount, MONEY: -cash},
            self.post(lambda c, chart: reclaim(c, chart, self.name(line), amount, date=day, document="文")[1]),
        )
        if posted:
            self.went[of] += cash
            self.taken[posted.numbers[0]] = (
                day, {(line, status): amount, (line, "reclaimed"): -amount, MONEY: cash}, True
            )  # fmt: skip

    @precondition(lambda self: self.taken)
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        """Take an act back in red, once."""
        number = data.draw(st.sampled_from(sorted(self.taken)))
        day, move, stands = self.taken[number]
        if self.say(day, move, lambda book: reverse(book, number, reason="误", date=day, by=CLERK), lawful=stands):
            self.taken[number] = (day, move, False)
            ((line, _), *_) = move
            self.went[root(self.lines, line)] -= move[MONEY]

    @precondition(lambda self: self.lines)
    @rule(data=st.data(), amount=AMOUNTS, posted=st.booleans())
    def crash(self, data: st.DataObject, amount: int, posted: bool) -> None:  # noqa: FBT001 - drawn
        """Die in the middle, behind a line that was opened or a voucher that was posted: nothing is left."""
        root = data.draw(st.sampled_from(sorted(self.lines)))
        day = self.day(self.lines[root][0])

        def say(connection: Connection, chart: Chart) -> list[Draft]:
            drafts = receive(connection, chart, "F01", amount, date=day, by=CLERK, document="文")
            if not posted:
                raise Crash
            return drafts

        def die(*_: object) -> None:
            raise Crash

        with pytest.raises(Crash):
            post(self.book, say, by=CLERK, then=die)
        self.told.append("crash")

    @invariant()
    def ties(self) -> None:
        """Every line is as the model has it, and what was received is what became of it."""
        stands, cash = standing(self.book.connection)
        for line in self.lines:
            for status in STATUSES:
                assert stands.get((line, status), 0) == self.model.has((line, status)), (line, status)
        assert {line for line, _ in stands} == self.lines.keys()
        received = sum(total for (_, status), total in stands.items() if status == "received")
        assert received == sum(total for (_, status), total in stands.items() if status != "received")
        assert cash == self.model.has(MONEY)


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
            database=None,
        ))  # fmt: skip
    agree(tmp_path_factory.getbasetemp(), engine, part, told)
