"""Corrections: nothing is edited, what was wrong is reversed in red (红字冲销) by a voucher that cites it.

A voucher on the wrong fund is one of two things. Either only the **record** is wrong (调账): the right channel's
money went out, and the entry says otherwise. Then a red voucher and a correct one are posted in one act; the bank
account that paid has to carry the right fund, or `wrong-paying-account` refuses.

Or the **money** is wrong (归还原渠道): another channel's money did go out, and the book must not pretend it did not.
The payment stands, and two linked adjustments, citing it, move the spending to the right fund and keep open what is
owed to the channel, a receivable of the one fund and a payable of the other, until the bank shows it (`give_back`).

Under quota control quota goes with the spending in the same act: back to the line that paid, within the year.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy import text

from fundtrack import money
from fundtrack.beantext.escape import stored
from fundtrack.errors import ChartError, UsageError, message, words
from fundtrack.posting.advance import outstanding
from fundtrack.posting.application import is_paid_again
from fundtrack.posting.draft import Entry, Leg
from fundtrack.posting.kinds import account_of, has_account, kind_of_account, parse_use, use_of
from fundtrack.posting.payees import refuse_other_payee
from fundtrack.posting.post import post
from fundtrack.posting.quota import committed, leg_of
from fundtrack.posting.requested import refuse_freed
from fundtrack.posting.standing import citing, find_voucher, linked, refuse_before, voucher_of
from fundtrack.posting.surplus import refuse_taken_back
from fundtrack.posting.vouchers import drafted, refuse_unknown_project
from fundtrack.posting.wenton import refuse_gone

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.chart.model import Chart
    from fundtrack.posting.draft import Draft
    from fundtrack.posting.post import Posted
    from fundtrack.posting.standing import Standing

Mode = Literal["record", "money"]

REBOOKED: Final = frozenset({"transfer-received", "disbursement", "advance", "verification", "bank-charge", "interest"})
"""Kinds that can be put on another fund, use or project, a receipt also on its document; others are reversed."""

UNLIMITED: Final = frozenset({"transfer-received", "verification", "interest"})
"""Kinds of those that take no quota: an advance took it before its verification."""

PENDING: Final = ("receivable", "payable")
"""Kinds of account that keep open what one fund has to receive and another to pay."""

BEYOND_ITS_YEAR: Final = frozenset({"carry-over", "returned-payment", "refund"})
"""The kinds that may be taken back in a later year although they moved quota: what went on comes back to its own year,
what was paid stands paid again. All else would free quota of a year that can no longer be closed with it."""

PAID: Final = frozenset({"disbursement", "advance", "bank-charge"})
"""The kinds of which money comes back by a refund."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What a voucher should have said; empty where it was right. `use` is a code of the right fund.

    `quota` is the line that should have paid, where several could; `payee` is who the money went to.
    """

    fund: str = ""
    use: str = ""
    project: str = ""
    quota: str = ""
    payee: str = ""


def reverse(book: Book, number: str, *, reason: str, date: date, by: str, approved_by: str = "") -> Posted:
    """Reverse a voucher, and those linked with it, in red. Raises what `reversal` does, and Refused."""

    def say(connection: Connection, chart: Chart) -> list[Draft]:
        return list(reversal(connection, chart, number, reason=reason, date=date))

    return post(book, say, by=by, approved_by=approved_by)


def rebook(
    book: Book,
    number: str,
    correction: Correction,
    *,
    mode: Mode,
    document: str,
    date: date,
    by: str,
    approved_by: str = "",
) -> Posted:
    """Put a voucher on the right fund, use or project, in one act. Raises what `rebooked` does, and Refused."""

    def say(connection: Connection, chart: Chart) -> list[Draft]:
        return rebooked(connection, chart, number, correction, mode, document, date)

    return post(book, say, by=by, approved_by=approved_by)


def rebooked(
    connection: Connection, chart: Chart, number: str, correction: Correction, mode: Mode, document: str, date: date
) -> list[Draft]:
    """Return the vouchers that put one elsewhere; `mode` says what was wrong, record or money.

    Raises what `rebookable`, `refuse_other_payee`, `refuse_rested_on`, `refuse_later_year` and `money_owed` do, and
    UsageError (`rebook-applied`).
    """
    make = record_rebooked if mode == "record" else money_owed
    wrong = rebookable(connection, chart, number, correction, document)
    refuse_other_payee(chart, wrong, correction.payee, mode)
    refuse_rested_on(connection, [wrong], date)
    if mode == "record":
        refuse_later_year(connection, [wrong], date)
        if approval := _approval(connection, wrong):
            raise UsageError("rebook-applied", number=wrong.number, approval=approval.number)
    return make(chart, wrong, correction, document, date)


def give_back(
    book: Book, number: str, *, date: date, by: str, bank_ref: str = "", document: str = "", approved_by: str = ""
) -> Posted:
    """Close a rebooking of money: the bank shows it back in its channel. Raises what `returned` does, and Refused."""

    def say(connection: Connection, chart: Chart) -> list[Draft]:
        return returned(connection, chart, number, date, bank_ref=bank_ref, document=document)

    return post(book, say, by=by, approved_by=approved_by)


def reversal(connection: Connection, chart: Chart, number: str, *, reason: str, date: date) -> list[Draft]:
    """Return the red mirrors of a voucher and of those linked with it; their bank references are free again.

    Raises UsageError: `reverse-reason`, `reverse-twice`, `reverse-reversal`, `reverse-before`, `reverse-year` of quota
    in another year than its own, `reverse-cited` while another voucher rests on it, `reverse-opening` while the fund
    has other vouchers, `reverse-spent` for an advance whose use was verified, what `refuse_freed` raises,
    `reverse-gone` where the quota that it gave a line went on from there.
    """
    if not reason.strip():
        raise UsageError("reverse-reason")
    named = find_voucher(connection, number)
    refuse_fallen(connection, named)
    members = [voucher for voucher in linked(connection, named) if not voucher.reverses and not voucher.reversed_by]
    refuse_later_year(connection, members, date)
    refuse_rested_on(connection, members, date)
    _refuse_freed(connection, chart, members)
    refuse_gone(connection, members)
    return [
        _red(chart, member, reason, _day(member, date)) for member in reversed(members)
    ]  # what rests on another goes first


def _day(voucher: Standing, date: date) -> date:
    """Return the day on which a voucher is taken back: what was carried over on that on which it left, or arrived.

    On any other the quota would stand in two years until then, or in none.
    """
    return voucher.date if voucher.kind == "carry-over" else date


def refuse_fallen(connection: Connection, voucher: Standing) -> None:
    """Refuse a voucher that was reversed, or is itself a reversal, naming both numbers."""
    if voucher.reversed_by:
        raise UsageError("reverse-twice", number=voucher.number, reversal=voucher.reversed_by)
    if voucher.reverses:
        original = voucher_of(connection, voucher.reverses)
        raise UsageError("reverse-reversal", number=voucher.number, original=original.number)


def _refuse_freed(connection: Connection, chart: Chart, members: Iterable[Standing]) -> None:
    """Refuse to take back what was bound to a contract and is bound no more, or asked for: see `refuse_freed`."""
    for member in (one for one in members if one.contract):
        names = {leg.code.partition(":")[2] for entry in member.entries for leg in entry[:2]}
        for line in (one for one in chart.quotas if one.use and one.fund == member.fund and one.name in names):
            of = leg_of(chart, line, "committed")
            freed = sum(
                (1 - 2 * entry.red) * entry.amount * ((entry.credit == of) - (entry.debit == of))
                for entry in member.entries
            )
            if freed > 0:
                bound = next((held for one, _, held in committed(connection, chart, line) if one == member.contract), 0)
                refuse_freed(connection, line, member.contract, freed, bound)


def refuse_later_year(connection: Connection, members: Iterable[Standing], date: date) -> None:
    """Refuse to take back what moved quota in a year behind its own. Raises UsageError (`reverse-year`, and `-paid`).

    What comes back of a payment is a refund of the payment, also where the application is named that it paid.
    """
    for member in members:
        if date.year > member.date.year and member.entries != member.in_money and member.kind not in BEYOND_ITS_YEAR:
            said = {"number": member.number, "year": member.date.year}
            paid = [one.number for one in (member, *citing(connection, member)) if one.kind in PAID]
            if not paid:
                raise UsageError("reverse-year", **said)
            first = ", ".join(dict.fromkeys((*reversed(paid), member.number)))
            raise UsageError("reverse-year-paid", **said, payment=paid[0], first=first)


def refuse_rested_on(connection: Connection, members: Iterable[Standing], date: date) -> None:
    """Refuse to take vouchers back on a date while something rests on them.

    Raises UsageError: `reverse-before`, `reverse-cited`, `reverse-opening`, `reverse-spent`, `reverse-reclaimed`,
    `reverse-paid-again` where what the bank returned of an application is paid again; see `reversal`.
    """
    for member in members:
        if date < member.date:
            raise UsageError("reverse-before", number=member.number, posted=member.date, date=date)
        resting = citing(connection, member)
        if resting:
            raise UsageError("reverse-cited", number=member.number, others=", ".join(v.number for v in resting))
        refuse_taken_back(connection, member)
        if member.kind == "returned-payment" and is_paid_again(connection, member):
            raise UsageError("reverse-paid-again", number=member.number)
        if member.kind == "opening" and not _only_opened(connection, member.fund):
            raise UsageError("reverse-opening", number=member.number, fund=member.fund)
        if member.kind == "advance" and outstanding(connection, member.fund, member.payee) < member.amount:
            left = money.grouped(outstanding(connection, member.fund, member.payee))
            raise UsageError("reverse-spent", number=member.number, payee=member.payee, left=left)


def rebookable(connection: Connection, chart: Chart, number: str, correction: Correction, document: str) -> Standing:
    """Return a voucher that may be put elsewhere.

    Raises UsageError: `rebook-document`, `rebook-kind`, `rebook-quota`, `rebook-nothing` where nothing would change,
    `rebook-use` where another fund is named without its use, and what `refuse_unknown_project`, `refuse_fallen` raise.
    """
    if not document.strip():
        raise UsageError("rebook-document")
    refuse_unknown_project(chart, correction.project)
    wrong = _as_charged(connection, find_voucher(connection, number))
    refuse_fallen(connection, wrong)
    if wrong.kind not in REBOOKED:
        raise UsageError("rebook-kind", number=wrong.number, kind=words(f"kind-{wrong.kind}"))
    if correction.quota and wrong.kind in UNLIMITED:
        raise UsageError("rebook-quota", number=wrong.number)
    uses = {leg for entry in wrong.entries for leg in entry[:2] if kind_of_account(chart, leg) == "use"}
    fund = correction.fund or wrong.fund
    if fund != wrong.fund and uses and not correction.use:
        raise UsageError("rebook-use", number=wrong.number, fund=fund)
    same_use = not correction.use or {parse_use(correction.use, fund)} == uses
    same = fund == wrong.fund and same_use and correction.project in {"", wrong.project} and not correction.quota
    same = same and correction.payee in {"", wrong.payee}
    if same and (wrong.kind != "transfer-received" or stored(document.strip()) == wrong.document):
        raise UsageError("rebook-nothing", number=wrong.number)
    return wrong


def record_rebooked(chart: Chart, wrong: Standing, correction: Correction, document: str, date: date) -> list[Draft]:
    """Return the red voucher and the correct one (调账)."""
    fund = correction.fund or wrong.fund
    entries = tuple(
        entry._replace(
            debit=_right_leg(chart, entry.debit, fund, correction, wrong.bank),
            credit=_right_leg(chart, entry.credit, fund, correction, wrong.bank),
        )
        for entry in wrong.in_money
    )
    correct = drafted(
        chart, wrong.kind, entries, fund=fund, date=date, payee=correction.payee or wrong.payee, document=document,
        narration=wrong.narration, project=correction.project or wrong.project, bank=wrong.bank,
        bank_ref=wrong.bank_ref, payee_id=wrong.payee_id, payee_account=wrong.payee_account, contract=wrong.contract,
        quota=correction.quota, cites=wrong.cites, bill=1,
    )  # fmt: skip
    return [_red(chart, wrong, document, date), correct]


def money_owed(chart: Chart, wrong: Standing, correction: Correction, document: str, date: date) -> list[Draft]:
    """Return the adjustments that move spending to the right fund and leave the money owed to its channel open.

    Raises UsageError (`rebook-money`) where no other fund is named or no money moved; ChartError
    (`rebook-account`) where a fund has no account to keep it open in.
    """
    fund = correction.fund or wrong.fund
    cash = {leg for entry in wrong.entries for leg in entry[:2] if kind_of_account(chart, leg) == "cash"}
    if fund == wrong.fund or len(cash) != 1:
        raise UsageError("rebook-money", number=wrong.number)
    paid = wrong.entries[0].credit in cash
    here, there = (
        _pending(chart, of, kind)
        for of, kind in zip((wrong.fund, fund), PENDING if paid else reversed(PENDING), strict=True)
    )
    taken, put = [], []
    for entry in wrong.in_money:
        debit, credit = (here if leg in cash else leg for leg in entry[:2])
        taken.append(entry._replace(debit=debit, credit=credit, red=1 - entry.red))
        debit, credit = (
            there if leg in cash else _right_leg(chart, leg, fund, correction, wrong.bank) for leg in entry[:2]
        )
        put.append(entry._replace(debit=debit, credit=credit))
    if date.year == wrong.date.year:  # what is moved later restores no quota, as money that comes back later
        taken += [entry._replace(red=1 - entry.red) for entry in wrong.entries if entry not in wrong.in_money]
    narration = message("rebook-narration", chart.narrates, number=wrong.number, document=document)
    return [
        drafted(chart, "adjustment", tuple(entries), fund=of, date=date, payee=wrong.payee, narration=narration,
                project=project, document=document, payee_id=wrong.payee_id, payee_account=wrong.payee_account,
                contract=wrong.contract, quota=quota, cites=wrong.id, bill=1)
        for of, entries, project, quota in (
            (wrong.fund, taken, wrong.project, ""),
            (fund, put, correction.project or wrong.project, correction.quota))
    ]  # fmt: skip


def _approval(connection: Connection, paid: Standing) -> Standing | None:
    """Return the approved application that a payment paid, if it paid one."""
    cited = voucher_of(connection, paid.cites) if paid.cites else None
    return cited if cited and cited.kind == "application" else None


def _as_charged(connection: Connection, paid: Standing) -> Standing:
    """Return a payment with what its approved application charged and reserved in place of what it settled."""
    approval = _approval(connection, paid)
    if approval is None:
        return paid
    reserved, owed = approval.entries[0], approval.in_money
    charged = (
        entry._replace(debit=reserved.debit)
        if entry.unit == reserved.unit
        else entry._replace(debit=owed[0].debit if owed else entry.debit)
        for entry in paid.entries
    )
    return replace(paid, entries=tuple(charged))


def returned(
    connection: Connection, chart: Chart, number: str, date: date, *, bank_ref: str, document: str
) -> list[Draft]:
    """Return the linked vouchers of money that came back to its channel; `number` is either adjustment.

    Raises UsageError: `return-nothing` where it is none, `return-done` where the money is back already,
    `follows-before`.
    """
    named = find_voucher(connection, number)
    refuse_fallen(connection, named)
    sides = [(side, leg) for side in linked(connection, named) if (leg := _open_leg(chart, side))]
    if named.kind != "adjustment" or not sides:
        raise UsageError("return-nothing", number=named.number)
    done = citing(connection, named)
    if done:
        raise UsageError("return-done", number=named.number, returned=done[0].number)
    refuse_before(named.number, named.date, date)
    drafts = []
    for side, leg in sides:
        cash = Leg(side.fund, account_of(chart, side.fund, "cash"))
        debit, credit = (cash, leg) if kind_of_account(chart, leg) == "receivable" else (leg, cash)
        entries = tuple(Entry(debit, credit, entry.amount, 0, entry.unit) for entry in side.in_money)
        drafts.append(drafted(chart, "repayment", entries, fund=side.fund, date=date, payee=side.payee,
                              narration=side.narration, project=side.project, document=document or side.document,
                              bank_ref=bank_ref, cites=side.id, bill=1))  # fmt: skip
    return drafts


def _red(chart: Chart, original: Standing, reason: str, date: date) -> Draft:
    """Return the exact mirror of a voucher in red."""
    return drafted(
        chart, original.kind, tuple(entry._replace(red=1 - entry.red) for entry in original.entries),
        fund=original.fund, date=date, payee=original.payee, project=original.project, document=original.document,
        narration=message("reversal-narration", chart.narrates, number=original.number, reason=reason),
        bank=original.bank, bank_ref=original.bank_ref, payee_id=original.payee_id,
        payee_account=original.payee_account, contract=original.contract, reverses=original.id, cites=original.cites,
        bill=1,
    )  # fmt: skip


def _right_leg(chart: Chart, leg: Leg, fund: str, correction: Correction, bank: str) -> Leg:
    """Return the account that should have been used in place of one."""
    kind = kind_of_account(chart, leg)
    if kind == "use":
        return use_of(chart, correction.use, fund) if correction.use else leg
    return leg if leg.fund == fund else Leg(fund, account_of(chart, fund, kind, bank))


def _pending(chart: Chart, fund: str, kind: str) -> Leg:
    if not has_account(chart, fund, kind):
        raise ChartError("rebook-account", fund=fund, kind=kind)
    return Leg(fund, account_of(chart, fund, kind))


def _open_leg(chart: Chart, side: Standing) -> Leg | None:
    return next((leg for leg in side.entries[0][:2] if kind_of_account(chart, leg) in PENDING), None)


def _only_opened(connection: Connection, fund: str) -> bool:
    others = text("SELECT COUNT(*) FROM voucher WHERE fund = :fund AND kind <> 'opening'")
    return not connection.execute(others, {"fund": fund}).scalar_one()
