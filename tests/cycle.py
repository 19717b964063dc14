"""What can be done to a budget in a book, each act against the model: the rules of the state machine.

Every act asks the model first whether it may be done, sees it refused if not, and dies on the way where it is told to.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar
from unittest.mock import patch

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import event

from budget import MONEY, Act, Budget, Line, Voucher
from fundtrack.book.documents import Paper
from fundtrack.errors import Refused, UsageError
from fundtrack.posting import post
from fundtrack.posting.documents import Gift, received
from fundtrack.posting.quota import adjust, allot, receive, supplement
from fundtrack.posting.reclaim import reclaim
from fundtrack.posting.vouchers import draft
from fundtrack.schema import dialect
from shelf import rolled_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.posting import Posted
    from shelf import Lent

One = TypeVar("One")
YEAR: Final = 2015
FIRST: Final = date(YEAR, 1, 2)
MOST: Final = 16
AMOUNTS = st.integers(1, 24)
GIVEN = st.integers(16, 80)
USES = st.sampled_from(["0601", "0602"])
BACK = st.sampled_from([0, 0, 0, 0, 0, 40])
"""How many days an act is dated back."""

LATER = st.sampled_from([0, 0, 0, 0, 0, 0, 0, 1])
"""How many years behind its own an act is dated."""

CLERK, CHIEF = "李会计", "王局长"
CONTRACTS: Final = {"HT-1": "甲公司", "HT-2": "乙公司"}
UNDER = st.sampled_from(["", *CONTRACTS])
UPPER, WHOLE = "上级1号", 500
DOCUMENTS = st.sampled_from(["本级1号", "本级2号", "本级3号"])
"""What a document gives follows from the upper level's, and is registered when it is received."""


DIED: Final = object()
"""What an act returns that died."""


class Crash(Exception):
    """What happens in the middle of an act."""


class Blocked(Exception):
    """Something keeps a month or a year open."""


class Acts(RuleBasedStateMachine):
    """The acts, and the model beside the book."""

    book: ClassVar[Lent]
    told: ClassVar[list[str]]

    def __init__(self) -> None:
        """Begin without anything."""
        super().__init__()
        self.stack = ExitStack()
        self.is_, self.days, self.dying = Budget(), 0, 0

    @initialize()
    def begin(self) -> None:
        """Give the fund money and a document, and quota to lines, so that every act has something to act on."""
        self.stack.enter_context(rolled_back(self.book))
        self.stack.callback(self.book.forget)
        for year in (YEAR, YEAR + 1):
            day = date(year, 1, 2)
            money = Voucher("transfer-received", day, {MONEY: 300})
            self.say([money], lambda _, chart, day=day: [
                draft(chart, "transfer-received", 300, fund="F01", date=day)])  # fmt: skip
        self.come(UPPER, 200, FIRST, 80)
        self.allotted(1, 60, "0602", FIRST)

    def teardown(self) -> None:
        """Undo everything."""
        self.stack.close()
        self.told.append("end")

    def day(self, year: int, back: int = 0) -> date:
        """Return a day later than those before, or so much earlier; the steps of a run go through a year."""
        self.days += 5
        return date(year, 1, 2) + timedelta(max(0, self.days - back) % 360)

    def do(self, vouchers: Sequence[Voucher], act: Callable[[Book], Any], *, lawful: bool = True, **about: Any) -> Any:  # noqa: ANN401 - what the act returns
        """Do an act where the model agrees that it can be done, and see it refused if not; None where it was not."""
        if not (lawful and self.is_.fits(vouchers)):
            with pytest.raises((Refused, UsageError, Blocked)) as why:
                act(self.book)
            fatal = sorted({one.check for one in getattr(why.value, "findings", ()) if one.refuses})
            self.told.append(" ".join([getattr(why.value, "key", "blocked"), *fatal]))
            return None
        done = self.done(act)
        if done is DIED:
            return None
        numbers = list(getattr(done, "numbers", ()))
        self.told.append(" ".join(numbers))
        self.is_.make(vouchers)
        if numbers and about.pop("own", True):
            self.is_.acts |= dict.fromkeys(numbers, Act(vouchers, **about))
        return done or True

    def say(self, vouchers: Sequence[Voucher], drafts: Callable[..., Any], **about: Any) -> Any:  # noqa: ANN401
        """Post drafts."""
        return self.do(vouchers, lambda book: post(book, drafts, by=CLERK), **about)

    def done(self, act: Callable[[Book], Any]) -> Any:  # noqa: ANN401 - what the act returns
        """Do an act, or let it die so many statements before its end and see that nothing of it is left."""
        left, self.dying = self.dying, 0
        if not left:
            return act(self.book)
        with rolled_back(self.book), dying(self.book.connection, 0) as whole:
            act(self.book)
        self.book.forget()
        before = contents(self.book.connection)
        with pytest.raises(Crash), dying(self.book.connection, max(1, -whole[0] - left + 1)):
            act(self.book)
        self.told.append("crash")
        assert contents(self.book.connection) == before
        return DIED

    @rule(left=st.integers(1, 8) | st.integers(1, 40))
    def crash(self, left: int) -> None:
        """Let the next act that can be done die, so many statements before its end."""
        self.dying = left

    @property
    def year(self) -> int:
        """The first year that is open."""
        return next(year for year in range(YEAR, YEAR + 9) if self.is_open(year))

    def is_open(self, year: int) -> bool:
        """Return whether a year is open."""
        return self.is_.closed < date(year, 12, 31)

    def line(self, data: st.DataObject, *, allotted: bool | None = None) -> int:
        """Draw a line, most often one that is open and has something to go on with."""
        lines = [at for at, of in self.is_.lines.items() if allotted in {None, bool(of.use)}]
        alive = [at for at in lines if self.is_open(self.is_.lines[at].year) and self.is_.of(at)]
        return self.mostly(data, alive, lines)

    def mostly(self, data: st.DataObject, likely: Sequence[One], all_: Sequence[One]) -> One:
        """Draw something that can be acted on, and now and then anything."""
        usual: int = data.draw(st.integers(0, 7)) if likely else 0
        of = likely if usual else all_
        return of[data.draw(st.integers(0, len(of) - 1))]

    def name(self, line: int) -> str:
        """Return the number of a line."""
        return f"F01-Q{line:05d}"

    # What a document gives

    @precondition(lambda self: len(self.is_.lines) < MOST)
    @rule(amount=GIVEN, back=BACK, later=LATER)
    def receive(self, amount: int, back: int, later: int) -> None:
        """Receive quota that no document of the register gives."""
        day = self.day(self.year + later, back)
        new = len(self.is_.lines) + 1
        given = Voucher("quota-received", day, {(new, "received"): amount, (new, "unallotted"): amount}, {}, f"文{new}")
        if self.say([given], lambda c, chart: receive(
            c, chart, "F01", amount, date=day, by=CLERK, document=f"文{new}"
        )):  # fmt: skip
            self.is_.lines[new] = Line(day, 0, "")

    @precondition(lambda self: len(self.is_.lines) < MOST)
    @rule(document=DOCUMENTS, amount=GIVEN, part=st.integers(0, 30), back=BACK, later=LATER)
    def document(self, document: str, amount: int, part: int, back: int, later: int) -> None:
        """Receive a document, which allots some of what it gives at once."""
        self.come(document, amount, self.day(self.year + later, back), part)

    def come(self, document: str, amount: int, day: date, part: int) -> None:
        """Receive a document once, of no more than it and the one above it say."""
        new, whole = len(self.is_.lines) + 1, WHOLE if document == UPPER else 0
        uses = {"0601": part} if part else {}
        said = Paper(document, level="central", date=FIRST.isoformat(), amount=whole,
                     parent="" if document == UPPER else UPPER)  # fmt: skip
        got = Voucher("quota-received", day, {(new, "received"): amount, (new, "unallotted"): amount}, {}, document)
        vouchers = [got, *(
            Voucher("allotment", day, {(new, "unallotted"): -part, (new + 1, "available"): part}) for _ in uses
        )]  # fmt: skip
        known = self.is_.papers.get(document, (whole or amount, "" if document == UPPER else UPPER))
        fits = document == UPPER or self.is_.gives(UPPER, amount)
        lawful = self.is_.given[document] <= 0 and self.is_.gives(document, amount) and fits and part <= amount
        gift = Gift("F01", amount, day, uses)

        def act(book: Book) -> Posted:
            if part > amount:
                raise UsageError("document-uses-exceed", uses=part, amount=amount, more=part - amount)
            return post(book, lambda c, _: received(book, c, said, gift, [], CLERK), by=CLERK)

        if done := self.do(vouchers, act, lawful=lawful, own=False):
            self.is_.papers[document] = known
            self.is_.lines[new] = Line(day, 0, "")
            for voucher, number in zip(vouchers, done.numbers, strict=True):
                self.is_.acts[number] = Act([voucher])
            if uses:
                self.is_.lines[new + 1] = Line(day, new, "0601")

    @rule(data=st.data(), amount=AMOUNTS, less=st.booleans(), by=DOCUMENTS, back=BACK, later=LATER)
    def supplement(self, data: st.DataObject, amount: int, less: bool, by: str, back: int, later: int) -> None:  # noqa: FBT001
        """Give more to a line that a document gave, or cut it; both rest on its receipt."""
        line = self.line(data)
        of, signed = self.is_.lines[line], -amount if less else amount
        day, receipt = self.day(of.year + later, back), self.is_.receipt(line)
        self.say(
            [Voucher("quota-received", day, {(line, "received"): signed, (line, "unallotted"): signed}, {}, by)],
            lambda c, chart: supplement(c, chart, self.name(line), signed, date=day, document=by),
            lawful=bool(not of.parent and receipt and not later) and (less or self.is_.gives(by, amount)),
            cites=receipt,
        )

    @precondition(lambda self: len(self.is_.lines) < MOST)
    @rule(data=st.data(), amount=GIVEN, use=USES, back=BACK, later=LATER)
    def allot(self, data: st.DataObject, amount: int, use: str, back: int, later: int) -> None:
        """Allot what a document gave, in its year."""
        root = self.mostly(data, [at for at in self.is_.lines if self.is_.has((at, "unallotted"))], [*self.is_.lines])
        self.allotted(root, amount, use, self.day(self.is_.lines[root].year + later, back))

    def allotted(self, root: int, amount: int, use: str, day: date) -> None:
        """Allot quota to a new line."""
        new, of = len(self.is_.lines) + 1, self.is_.lines[root]
        posted = self.say(
            [Voucher("allotment", day, {(root, "unallotted"): -amount, (new, "available"): amount})],
            lambda c, chart: allot(
                c, chart, self.name(root), amount, use=use, date=day, by=CLERK, document="文"
            ),
            lawful=not of.use and of.year == day.year and of.begins <= day,
        )  # fmt: skip
        if posted:
            self.is_.lines[new] = Line(day, root, use)

    @precondition(lambda self: len(self.is_.lines) > 1)
    @rule(data=st.data(), amount=AMOUNTS, back=BACK, later=LATER)
    def adjust(self, data: st.DataObject, amount: int, back: int, later: int) -> None:
        """Move what is free to another line; to one of another year nothing moves."""
        here, there = self.line(data), self.line(data)
        giving, taking = self.is_.lines[here], self.is_.lines[there]
        day = self.day(giving.year + later, back)
        self.say(
            [Voucher("quota-adjustment", day, {(here, giving.free): -amount, (there, taking.free): amount})],
            lambda _, chart: adjust(chart, self.name(here), self.name(there), amount, date=day, document="文"),
            lawful=here != there
            and self.is_.root(here) == self.is_.root(there)
            and giving.year == taking.year == day.year,
        )

    @rule(data=st.data(), amount=AMOUNTS, back=BACK, later=LATER)
    def take_back(self, data: st.DataObject, amount: int, back: int, later: int) -> None:
        """Unspent quota is taken back, and its money with it."""
        line = self.line(data)
        of = self.is_.lines[line]
        day, parts = self.day(of.year + later, back), [(of.free, amount, "")]
        cash = self.is_.cash().take(self.is_.root(line), amount)
        self.say(
            self.is_.reclaimed(line, day, parts, cash),
            lambda c, chart: reclaim(c, chart, self.name(line), amount, date=day, document="文")[1],
            lawful=not later,
        )


TABLES: Final = (
    "voucher", "entry", "quota", "account", "balance", "daily_balance", "application", "application_decision",
    "period_act", "refusal", "document",
)  # fmt: skip


def contents(connection: Connection) -> list[int]:
    """Return how many rows each table has that an act adds to."""
    return [int(connection.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar_one()) for table in TABLES]


@contextmanager
def dying(connection: Connection, at: int) -> Iterator[list[int]]:
    """Raise Crash in place of a statement, the first or a later one; at 0 only count them, below zero."""
    left = [at]

    def count(*said: object) -> None:
        if "SAVEPOINT" in str(said[2:3]):  # the lender's own
            return
        left[0] -= 1
        if at and not left[0]:
            raise Crash

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*said: Any, **more: Any) -> Any:  # noqa: ANN401 - as the function is
            count()
            return function(*said, **more)

        return call

    event.listen(connection, "before_cursor_execute", count)
    try:
        with patch.multiple(dialect, rows_of=counted(dialect.rows_of), insert_rows=counted(dialect.insert_rows)):
            yield left
    finally:
        event.remove(connection, "before_cursor_execute", count)
