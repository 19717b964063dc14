"""How months and years end, and how anything is taken back, in the state machine of the budget cycle."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from budget import Act, Line
from cycle import BACK, CHIEF, CLERK, FIRST, LATER, YEAR, Blocked
from cycleadvanced import Advancing
from fundtrack.book.periods import Month, month_at
from fundtrack.posting import post
from fundtrack.posting.carry import carry_over
from fundtrack.posting.correct import reverse
from fundtrack.posting.periods import close, reopen
from fundtrack.posting.yearend import Terms, close_year

if TYPE_CHECKING:
    from fundtrack.book import Book
    from fundtrack.posting.yearend import Ended, YearEnd

DAYS: Final = 60
"""How far a run goes before its first month is closed, and its first year."""


class Ending(Advancing):
    """The acts that end, and those that take back."""

    @rule(data=st.data(), rested=st.integers(0, 3), back=BACK, later=LATER)
    def reverse(self, data: st.DataObject, rested: int, back: int, later: int) -> None:
        """Take any act back in red, once, in time, and not while something rests on it."""
        acts = sorted(self.is_.acts)
        alive = [one for one in acts if (act := self.is_.acts[one]).stands and self.is_open(act.vouchers[0].day.year)]
        number = self.mostly(data, alive if rested else list(filter(self.is_.rests, alive)), acts)
        act = self.is_.acts[number]
        day = self.day(max(voucher.day for voucher in act.vouchers).year + later, back)
        if self.do(
            [voucher.red(day) for voucher in reversed(act.vouchers)],
            lambda book: reverse(book, number, reason="误", date=day, by=CLERK),
            lawful=self.is_.may_fall(number, day),
            own=False,
        ):
            act.stands = False
            act.undo()

    @rule(data=st.data())
    def carry(self, data: st.DataObject) -> None:
        """Carry over what a line has left, with its use; not while something is applied for, and not a second time."""
        line = self.line(data, allotted=True)
        of, new = self.is_.lines[line], len(self.is_.lines) + 1
        left = self.is_.of(line)
        vouchers = self.is_.carried(line, new)
        if self.do(
            vouchers,
            lambda book: post(book, lambda c, chart: carry_over(
                c, chart, self.name(line), date=date(of.year, 12, 31), by=CLERK, document="文"
            ), by=CLERK),
            lawful=bool(left) and not self.is_.has((line, "applied")) and not self.is_.is_over(line),
        ):  # fmt: skip
            self.is_.lines[new] = Line(date(of.year + 1, 1, 1), line, of.use)

    @precondition(lambda self: self.days > DAYS)
    @rule(behind=st.integers(0, 2), earlier=st.booleans())
    def close_month(self, behind: int, earlier: bool) -> None:  # noqa: FBT001 - drawn
        """Close a month, or with it those before."""
        month = month_at(self.day(self.year))
        for _ in range(behind + 1):
            month = month.before
        self.shut(max(month, Month(YEAR, 1)), earlier=earlier)

    def shut(self, month: Month, *, earlier: bool) -> None:
        """Close a month, unless something undecided is dated in it or before."""
        first = month_at(FIRST) if self.is_.closed == date.min else month_at(self.is_.closed).next
        in_order = self.is_.closed < month.last and (earlier or first == month)

        def act(book: Book) -> None:
            if close(book, month, by=CLERK, earlier=earlier):
                raise Blocked

        if self.do([], act, lawful=in_order and not self.is_.keeps_open(month.last)):
            self.is_.closed = month.last

    @precondition(lambda self: self.is_.closed > FIRST)
    @rule(other=st.booleans())
    def reopen_month(self, other: bool) -> None:  # noqa: FBT001 - drawn
        """Reopen the last closed month: another person must."""
        month = month_at(self.is_.closed)
        by = CHIEF if other else CLERK

        def act(book: Book) -> None:
            reopen(book, month, by=by, document="文", reason="误")

        if self.do([], act, lawful=other):
            self.is_.closed = month.before.last

    @precondition(lambda self: self.days > (self.year - YEAR + 1) * DAYS)
    @rule(next_=LATER, ready=st.integers(0, 3))
    def close_year(self, next_: int, ready: int) -> None:
        """Close a year: everything goes on or is taken back, or nothing does; most often its months are closed first.

        A preview before says what it does, and changes nothing.
        """
        year = self.year + next_
        if ready and self.is_.closed < Month(year, 11).last:
            self.shut(Month(year, 11), earlier=True)
        ends = list(self.is_.year_end(year))
        lawful = self.is_.closed < date(year, 12, 31) and not self.is_.keeps_year_open(year)
        terms = Terms(year, CLERK, "本级90号")

        def act(book: Book) -> YearEnd:
            done = close_year(book, terms)
            if done.blocked:
                raise Blocked
            return done

        vouchers = [voucher for _, _, of in ends for voucher in of]
        shown = close_year(self.book, terms, preview=True) if lawful and self.is_.fits(vouchers) else None
        done = self.do(vouchers, act, lawful=lawful, own=False)
        if not done or shown is None:
            return
        assert list(map(told, done.lines)) == list(map(told, shown.lines))
        assert done.unbacked == shown.unbacked
        self.is_.closed = date(year, 12, 31)
        for (line, into, of_line), ended in zip(ends, done.lines, strict=True):
            of = self.is_.lines[line]
            self.is_.acts |= dict.fromkeys(ended.vouchers, Act(of_line))
            if into:
                self.is_.lines[into] = Line(date(year + 1, 1, 1), line, of.use)


def told(one: Ended) -> tuple[object, ...]:
    """Return what the end of a year says of a line, but for the second in which it was said."""
    return one.left, one.became, one.into and one.into.number, one.vouchers, one.taken
