"""What is bound, applied for, paid and comes back, in the state machine of the budget cycle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from budget import MONEY, Claim, Payment, Voucher
from cycle import AMOUNTS, BACK, CHIEF, CLERK, CONTRACTS, LATER, UNDER, Acts
from fundtrack.posting.advance import refund
from fundtrack.posting.application import apply_for, approve, payment, reject
from fundtrack.posting.quota import commit
from fundtrack.posting.release import release
from fundtrack.posting.returned import return_payment
from fundtrack.posting.vouchers import draft

if TYPE_CHECKING:
    from datetime import date

    from fundtrack.book import Book


class Spending(Acts):
    """The acts that spend."""

    @rule(data=st.data(), amount=AMOUNTS, contract=st.sampled_from([*CONTRACTS]), free=st.booleans(), back=BACK,
          later=LATER)  # fmt: skip
    def commit(self, data: st.DataObject, amount: int, contract: str, free: bool, back: int, later: int) -> None:  # noqa: FBT001
        """Bind what is available to a contract, or free it, and never more than it has bound."""
        line = self.line(data, allotted=True)
        day, signed = self.day(self.is_.lines[line].year + later, back), -amount if free else amount
        self.say(
            [Voucher("commitment", day, {(line, "available"): -signed, (line, "committed"): signed},
                     {(line, contract): signed})],
            lambda c, chart: commit(
                c, chart, self.name(line), signed, date=day, contract=contract, payee=CONTRACTS[contract]
            ),
            lawful=not later,
        )  # fmt: skip

    @rule(data=st.data(), amount=AMOUNTS, contract=UNDER, other=st.booleans(), back=BACK, later=LATER)
    def apply(self, data: st.DataObject, amount: int, contract: str, other: bool, back: int, later: int) -> None:  # noqa: FBT001
        """Apply for a payment, to the contractor or to somebody else: nothing is reserved yet."""
        line = self.line(data, allotted=True)
        year = self.is_.lines[line].year
        day, payee = self.day(year + later, back), "丙公司" if other else CONTRACTS.get(contract, "丁公司")

        def act(book: Book) -> int:
            return apply_for(book, self.name(line), amount, payee=payee, date=day, by=CLERK, contract=contract)

        bound = min(self.is_.binds[line, contract], default=day)
        may = self.is_.may_ask(line, amount, contract, other=other) and day >= bound
        if number := self.do([], act, lawful=not later and day > self.is_.closed and may):
            self.is_.waiting[number] = Claim(line, amount, "", contract, payee, day)

    @precondition(lambda self: self.is_.waiting)
    @rule(data=st.data(), yes=st.integers(0, 3), back=BACK, later=LATER)
    def decide(self, data: st.DataObject, yes: int, back: int, later: int) -> None:
        """Approve what waits, or reject it; under a contract, out of what it has bound to its contractor."""
        number = data.draw(st.sampled_from(sorted(self.is_.waiting)))
        asked = self.is_.waiting[number]
        line, amount, contract = asked.line, asked.amount, asked.contract
        if not yes:
            if self.do([], lambda book: reject(book, number, reason="不符", by=CHIEF)):
                del self.is_.waiting[number]
            return
        day = self.day(self.is_.lines[line].year + later, back)
        status = self.is_.from_contract(line, contract)
        own = status == "available" or asked.payee == CONTRACTS[contract]
        claim = Claim(line, amount, status, contract, asked.payee, day)
        of_contract = {(line, contract): -amount} if status == "committed" else {}
        posted = self.do(
            [Voucher("application", day, {(line, status): -amount, (line, "applied"): amount}, of_contract)],
            lambda book: approve(book, number, date=day, by=CHIEF),
            lawful=not later and day >= asked.day and own,
            undo=lambda: setattr(claim, "stands", False),
        )
        if posted:
            self.is_.claims[posted.numbers[0]] = claim
            del self.is_.waiting[number]

    @precondition(lambda self: self.is_.claims)
    @rule(data=st.data(), amount=AMOUNTS, back=BACK, later=LATER)
    def pay(self, data: st.DataObject, amount: int, back: int, later: int) -> None:
        """Pay what was approved, or what the bank returned, in part or whole, and never more."""
        claims = self.is_.claims
        number = self.mostly(data, [one for one in sorted(claims) if claims[one].left], sorted(claims))
        claim = self.is_.claims[number]
        line, day = claim.line, self.day(claim.day.year + later, back)
        paid = Payment(line, amount, claim.status, claim.contract, claim.payee, day, number)
        in_time = claim.day <= day and (claim.again or claim.day.year == day.year)

        def undo() -> None:
            paid.stands = False
            claim.settled -= amount

        posted = self.say(
            [Voucher("disbursement", day, {(line, "applied"): -amount, (line, "paid"): amount, MONEY: -amount})],
            lambda c, chart: [payment(c, chart, number, amount, date=day)],
            lawful=claim.stands and in_time and amount <= claim.left,
            cites=number,
            undo=undo,
        )
        if posted:
            claim.settled += amount
            self.is_.payments[posted.numbers[0]] = paid

    @precondition(lambda self: self.is_.claims)
    @rule(data=st.data(), amount=AMOUNTS | st.none(), back=BACK, later=LATER)
    def release(self, data: st.DataObject, amount: int | None, back: int, later: int) -> None:
        """Free what is not paid of an application, in part or whole, within its year: back to where it came from."""
        claims = self.is_.claims
        usual = [one for one in sorted(claims) if claims[one].left and not claims[one].again]
        number = self.mostly(data, usual, sorted(claims))
        claim = self.is_.claims[number]
        line, day, freed = claim.line, self.day(claim.day.year + later, back), claim.left if amount is None else amount

        def undo() -> None:
            claim.settled -= freed

        posted = self.say(
            [Voucher("application", day, {(line, "applied"): -freed, (line, claim.status): freed},
                     {(line, claim.contract): freed} if claim.status == "committed" else {})],
            lambda c, chart: [release(c, chart, number, amount, reason="结算核减", date=day)],
            lawful=claim.stands and not claim.again and claim.day <= day and not later and 0 < freed <= claim.left,
            cites=number,
            undo=undo,
        )  # fmt: skip
        if posted:
            claim.settled += freed

    @rule(data=st.data(), amount=AMOUNTS, contract=UNDER, back=BACK, later=LATER)
    def pay_at_once(self, data: st.DataObject, amount: int, contract: str, back: int, later: int) -> None:
        """Pay without an application, out of the line that the payment names, and there of what its contract has."""
        line = self.line(data, allotted=True)
        of, payee = self.is_.lines[line], CONTRACTS.get(contract, "丁公司")
        day, status = self.day(of.year + later, back), self.is_.from_contract(line, contract)
        paid = Payment(line, amount, status, contract, payee, day)
        posted = self.say(
            [Voucher("disbursement", day, {(line, status): -amount, (line, "paid"): amount, MONEY: -amount},
                     {(line, contract): -amount} if status == "committed" else {})],
            lambda _, chart: [draft(chart, "disbursement", amount, fund="F01", date=day, use=of.use, payee=payee,
                                    contract=contract, quota=self.name(line))],
            lawful=not later,
            undo=lambda: setattr(paid, "stands", False),
        )  # fmt: skip
        if posted:
            self.is_.payments[posted.numbers[0]] = paid

    @precondition(lambda self: self.is_.payments)
    @rule(data=st.data(), amount=AMOUNTS, back=BACK, later=LATER)
    def come_back(self, data: st.DataObject, amount: int, back: int, later: int) -> None:
        """Money that comes back within the year restores its quota, to the fen and no more; later it does not."""
        number = data.draw(st.sampled_from(sorted(self.is_.payments)))
        paid = self.is_.payments[number]
        line, day = paid.line, self.day(paid.day.year + later, back)
        own = day.year == paid.day.year == self.is_.lines[line].year
        quota = {(line, "paid"): -amount, (line, paid.status): amount} if own else {}
        bound = {(line, paid.contract): amount} if own and paid.status == "committed" else {}
        if self.say(
            [Voucher("refund", day, {**quota, MONEY: amount}, bound)],
            lambda c, chart: [refund(c, chart, number, amount, date=day)],
            lawful=self.may_come_back(paid, amount, day),
            cites=number,
            undo=lambda: self.came(paid, -amount),
        ):
            self.came(paid, amount)

    @precondition(lambda self: self.is_.payments)
    @rule(data=st.data(), amount=AMOUNTS, back=BACK, later=LATER)
    def bank_returns(self, data: st.DataObject, amount: int, back: int, later: int) -> None:
        """Let the bank return something: it is reserved again in the line it was paid from, whatever the year."""
        payments = self.is_.payments
        approved = [one for one in sorted(payments) if payments[one].claim and payments[one].stands]
        number = self.mostly(data, approved, sorted(payments))
        paid = payments[number]
        line, day = paid.line, self.day(paid.day.year + later, back)
        claim = self.is_.claims.get(paid.claim) if day.year == paid.day.year else None
        owed = claim or Claim(line, amount, paid.status, paid.contract, paid.payee, day, again=True)

        def undo() -> None:
            self.came(paid, -amount)
            if claim:
                claim.settled += amount
            else:
                owed.stands = False

        posted = self.say(
            [Voucher("returned-payment", day, {(line, "paid"): -amount, (line, "applied"): amount, MONEY: amount})],
            lambda c, chart: [return_payment(c, chart, number, amount, reason="户名不符", date=day)],
            lawful=self.may_come_back(paid, amount, day),
            cites=number,
            undo=undo,
            may_fall=lambda: owed.left >= amount,
        )
        if posted:
            self.came(paid, amount)
            if claim:
                claim.settled -= amount
            else:
                self.is_.claims[posted.numbers[0]] = owed

    def came(self, paid: Payment, amount: int) -> None:
        """Let so much of a payment have come back."""
        paid.back += amount

    def may_come_back(self, paid: Payment, amount: int, day: date) -> bool:
        """Return whether so much of a payment can come back on a day."""
        return paid.stands and paid.day <= day and amount <= paid.amount - paid.back
