"""Which funds may pay: each is asked by posting the payment as in earnest, all of which is undone.

So the answer is the one that posting would give on that day, with its reasons, and there is no second set of rules.
What a fund and its quota have left only orders the funds and shares out a bill that no one of them can pay alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date as Date  # noqa: N812 - `date` is what acts call their day
from typing import TYPE_CHECKING, Final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundtrack.book.book import refused_by_database
from fundtrack.chart.quota import headings
from fundtrack.checking import checks
from fundtrack.errors import LANGUAGES, FundtrackError, Refused, UsageError, message, nearest
from fundtrack.posting.kinds import account_of, parse_use
from fundtrack.posting.post import enter
from fundtrack.posting.quota import leg_of, unit_of
from fundtrack.posting.requested import left_of
from fundtrack.posting.vouchers import draft, positive, refuse_unknown_project

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.chart.model import Account, Chart, Quota
    from fundtrack.checking import Check
    from fundtrack.errors import Language
    from fundtrack.posting import Draft

SHORT: Final = frozenset({"overdrawn", "over-allotment", "over-commitment", "paid-beyond-commitment"})
"""The checks that only say there is not enough: a smaller share of the bill may pass."""

LOWEST: Final = text("""
SELECT MIN(total) FROM (
    SELECT COALESCE(SUM(change), 0) AS total FROM daily_balance
    WHERE fund = :fund AND unit = :unit AND code = :code AND day <= :day
    UNION ALL
    SELECT total FROM (
        SELECT day, SUM(change) OVER (ORDER BY day) AS total FROM daily_balance
        WHERE fund = :fund AND unit = :unit AND code = :code) AS ends
    WHERE day > :day
) AS ends
""")
"""What may be taken from an account on a day: the least that it has at the end of that day or of any later."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What is to be paid: fen, for what, on which day."""

    amount: int
    date: Date
    use: str
    project: str = ""
    payee: str = ""
    contract: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not: the name of the check or message, and what it says."""

    check: str
    said: Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a fund, by a quota line where it has any, can pay of a bill, in fen; `yes` where it is all of it.

    `share` is what it pays where several share the bill, `alone` whether its line need not be named. Where the bill
    names no project, `project` is that of the line.
    """

    fund: str
    use: str
    quota: str
    expires: Date | None
    cash: int
    left: int | None
    alone: bool
    project: str = ""
    yes: bool = False
    reasons: tuple[Reason, ...] = ()
    share: int = 0

    @property
    def most(self) -> int:
        """What money and quota leave room for, if nothing else is in the way."""
        return max(0, self.cash if self.left is None else min(self.cash, self.left))


def can_pay(book: Book, bill: Bill, *, by: str) -> list[Answer]:
    """Return what each fund says to a bill: those that can pay it first, and of each kind what expires earliest.

    Where none can pay it alone and several together can, each has its share. Raises UsageError: `can-pay-use` where no
    fund has such a use, `amount-not-positive`, `project-unknown`.
    """
    positive(bill.amount)
    pages = checks(book.folder / "checks", at_posting=True)
    with book.trying() as connection:
        chart = book.chart(connection)
        refuse_unknown_project(chart, bill.project)
        trial = Trial(connection, book, chart, pages, bill, by)
        asked = [trial.asked(one) for one in _options(connection, chart, bill)]
        answers = sorted(asked, key=lambda one: (not one.yes, one.expires or Date.max, one.fund, one.quota))
        return answers if any(one.yes for one in answers) else trial.shared(answers)


@dataclass(frozen=True, slots=True)
class Trial:
    """A bill that is tried on funds, within a transaction that will be undone."""

    connection: Connection
    book: Book
    chart: Chart
    pages: Mapping[str, Check]
    bill: Bill
    by: str

    def asked(self, option: Answer) -> Answer:
        """Return what a fund answers for the whole bill."""
        if not option.use:
            said = {one: message("can-pay-no-use", one, fund=option.fund, use=self.bill.use) for one in LANGUAGES}
            return replace(option, reasons=(Reason("can-pay-no-use", said),))
        reasons = self.refused([replace(option, share=self.bill.amount)])
        return replace(option, yes=not reasons, reasons=reasons)

    def refused(self, shares: Iterable[Answer]) -> tuple[Reason, ...]:
        """Post what each pays, and take it back; return why it cannot be posted, nothing where it can."""
        trial = self.connection.begin_nested()
        try:
            said = [self._draft(one).storable() for one in shares]
            version = self.book.chart_version(self.connection)
            enter(self.connection, self.book, said, self.pages, (self.by, ""), version)
        except Refused as refused:
            return tuple(Reason(one.check, one.messages) for one in refused.findings if one.refuses)
        except FundtrackError as error:
            return (_reason(error),)
        except DBAPIError as error:
            return (_reason(refused_by_database(error)),)
        finally:
            trial.rollback()
        return ()

    def _draft(self, one: Answer) -> Draft:
        bill = self.bill
        return draft(
            self.chart, "disbursement", one.share, fund=one.fund, date=bill.date, use=one.use, project=one.project,
            payee=bill.payee, contract=bill.contract, quota=one.quota, bill=1,
        )  # fmt: skip

    def shared(self, answers: Sequence[Answer]) -> list[Answer]:
        """Share a bill out among funds that have not enough, the first to expire first, if that can be posted.

        It is of one project, whose lines share it with those that are of none.
        """
        for project in dict.fromkeys(one.project for one in answers):
            shared = self._shared(answers, {"", project})
            if sum(one.share for one in shared) == self.bill.amount:
                paying = [one for one in shared if one.share]
                if not self.refused(paying):
                    return shared
        return list(answers)

    def _shared(self, answers: Sequence[Answer], projects: set[str]) -> list[Answer]:
        """Share a bill out among those of some projects, as far as it goes."""
        wanted, spent = self.bill.amount, dict[str, int]()
        shared = []
        for one in answers:
            able = one.project in projects and all(reason.check in SHORT for reason in one.reasons)
            share = max(0, min(wanted, one.most, one.cash - spent.get(one.fund, 0))) if able else 0
            wanted -= share
            spent[one.fund] = spent.get(one.fund, 0) + share
            shared.append(replace(one, share=share))
        return shared


def _options(connection: Connection, chart: Chart, bill: Bill) -> list[Answer]:
    """Return what could pay, unasked: every line of every fund under quota control, every other fund."""
    uses = _uses(chart, bill.use)
    if not uses:
        known = {name for one in chart.accounts.values() if one.kind == "use" for name in _names(one)}
        raise UsageError("can-pay-use", use=bill.use, known=nearest(bill.use, known))
    found: list[Answer] = []
    wanted = parse_use(bill.use, "").fund
    for fund in chart.funds.values():
        if wanted not in {"", fund.code}:
            continue
        code = uses.get(fund.code, "")
        cash = _lowest(connection, fund.code, "CNY", account_of(chart, fund.code, "cash"), bill.date)
        lines = [one for one in chart.quotas if _fits(one, fund.code, code, bill)] if code else []
        option = Answer(fund.code, code, "", fund.valid_to, cash, None, alone=True, project=bill.project)
        if not lines:
            paid = headings(chart).get((fund.code, "paid"))
            left = 0 if paid and paid.date <= bill.date else None
            found.append(replace(option, left=left))
        for line in lines:
            expires = min((day for day in (line.expires, fund.valid_to) if day), default=None)
            left = _left(connection, chart, line, bill)
            project = bill.project or line.project
            alone = sum(one.project in {"", project} for one in lines) == 1
            own = replace(option, quota=line.number, project=project, alone=alone)
            found.append(replace(own, expires=expires, left=left))
    return found


def _fits(line: Quota, fund: str, use: str, bill: Bill) -> bool:
    """Return whether a line is one that a payment may name, any project's where the bill says none."""
    of_bill = (line.fund, line.use, line.year) == (fund, use, bill.date.year)
    return of_bill and (not bill.project or line.project in {"", bill.project}) and line.date <= bill.date


def _left(connection: Connection, chart: Chart, line: Quota, bill: Bill) -> int:
    """Return what a line has for a bill: what its contract has bound, else what is available."""
    free = _lowest(connection, line.fund, unit_of(chart, line.fund), leg_of(chart, line, "available").code, bill.date)
    bound = left_of(connection, line, bill.contract)
    return free if bound is None else bound


def _lowest(connection: Connection, fund: str, unit: str, code: str, day: Date) -> int:
    asked = {"fund": fund, "unit": unit, "code": code, "day": day.toordinal()}
    return int(connection.execute(LOWEST, asked).scalar_one() or 0)


def _uses(chart: Chart, said: str) -> dict[str, str]:
    """Return the code of the use that is meant, by fund: by its code or its name in either language."""
    bare = said.strip()
    code = parse_use(bare, "").code
    return {
        one.fund: one.code
        for one in chart.accounts.values()
        if one.kind == "use" and (one.code == code or bare.casefold() in {name.casefold() for name in _names(one)})
    }


def _names(use: Account) -> tuple[str, ...]:
    return use.code, use.name, use.name_zh


def _reason(error: FundtrackError) -> Reason:
    return Reason(error.key, {one: error.text(one) for one in LANGUAGES})
