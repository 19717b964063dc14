"""What is advanced, verified and comes back of it, in the state machine of the budget cycle: 拨付不是支出."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from budget import MONEY, Payment, Voucher
from cycle import AMOUNTS, BACK, LATER, USES
from cyclespent import Spending
from fundtrack.posting.advance import refund, verification
from fundtrack.posting.vouchers import draft

if TYPE_CHECKING:
    from collections.abc import Callable

COMPANY: Final = "代建公司"


class Advancing(Spending):
    """An advance takes quota and money as a payment does; its company holds it until its use is verified."""

    @rule(data=st.data(), amount=AMOUNTS, back=BACK, later=LATER)
    def advance(self, data: st.DataObject, amount: int, back: int, later: int) -> None:
        """Pay in advance, out of what the line that it names has available."""
        line = self.line(data, allotted=True)
        day = self.day(self.is_.lines[line].year + later, back)
        paid = Payment(line, amount, "available", "", COMPANY, day)

        def undo() -> None:
            paid.stands = False
            self.holds(-amount)()

        posted = self.say(
            [Voucher("advance", day, {(line, "available"): -amount, (line, "paid"): amount, MONEY: -amount})],
            lambda _, chart: [draft(chart, "advance", amount, fund="F01", date=day, payee=COMPANY,
                                    quota=self.name(line))],
            lawful=not later,
            undo=undo,
            may_fall=lambda: self.is_.held >= amount,
        )  # fmt: skip
        if posted:
            self.holds(amount)()
            self.is_.advances[posted.numbers[0]] = paid

    @precondition(lambda self: self.is_.advances)
    @rule(data=st.data(), amount=AMOUNTS, use=USES, back=BACK, later=LATER)
    def verify(self, data: st.DataObject, amount: int, use: str, back: int, later: int) -> None:
        """Verify what became of an advance, or of several, and no more than is held: neither money nor quota moves."""
        number = data.draw(st.sampled_from(sorted(self.is_.advances)))
        paid = self.is_.advances[number]
        day = self.day(paid.day.year + later, back)
        if self.say(
            [Voucher("verification", day, {})],
            lambda c, chart: [verification(c, chart, number, amount, use=use, date=day)],
            lawful=paid.stands and paid.day <= day and amount <= self.is_.held,
            cites=number,
            undo=self.holds(amount),
        ):
            self.holds(-amount)()

    @precondition(lambda self: self.is_.advances)
    @rule(data=st.data(), amount=AMOUNTS, back=BACK, later=LATER)
    def give_back(self, data: st.DataObject, amount: int, back: int, later: int) -> None:
        """Money of an advance that is still held comes back, and restores its quota within the year."""
        number = data.draw(st.sampled_from(sorted(self.is_.advances)))
        paid = self.is_.advances[number]
        line, day = paid.line, self.day(paid.day.year + later, back)
        own = day.year == paid.day.year == self.is_.lines[line].year

        def undo() -> None:
            self.came(paid, -amount)
            self.holds(amount)()

        if self.say(
            [Voucher("refund", day, {MONEY: amount} | (
                {(line, "paid"): -amount, (line, paid.status): amount} if own else {}
            ))],
            lambda c, chart: [refund(c, chart, number, amount, date=day)],
            lawful=self.may_come_back(paid, amount, day) and amount <= self.is_.held,
            cites=number,
            undo=undo,
        ):  # fmt: skip
            self.came(paid, amount)
            self.holds(-amount)()

    def holds(self, amount: int) -> Callable[[], None]:
        """Return what lets the company hold so much more."""

        def change() -> None:
            self.is_.held += amount

        return change
