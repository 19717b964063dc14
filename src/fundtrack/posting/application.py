"""Payment applications (支付申请): asked for by one person, approved by another, then paid.

Approval reserves the quota and, where the chart has a payable account, books what is owed; payment executes the quota
and settles what is owed (domain report, 3.1, 6 and 7). What an intermediary is paid is an advance, not spending.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple, TypedDict

from sqlalchemy import text

from fundtrack import money
from fundtrack.beantext.escape import stored
from fundtrack.book.create import now
from fundtrack.book.periods import refuse_closed
from fundtrack.book.person import named, same_person
from fundtrack.errors import UsageError, words
from fundtrack.ledger.rows import voucher_number
from fundtrack.posting import returned
from fundtrack.posting.draft import Entry, Leg
from fundtrack.posting.intime import refuse_expired, refuse_other_year
from fundtrack.posting.kinds import account_of, has_account, kind_of_payment
from fundtrack.posting.post import post
from fundtrack.posting.quota import entry_of, line_in
from fundtrack.posting.requested import (
    bound_elsewhere,
    bound_to,
    left_of,
    refuse_before_bound,
    refuse_beyond,
    refuse_numbered,
    settled,
)
from fundtrack.posting.standing import citing, find_voucher, refuse_before, voucher_of
from fundtrack.posting.surplus import surrender
from fundtrack.posting.vouchers import drafted, positive
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from datetime import date as Date  # noqa: N812 - `date` is what acts call their day
    from typing import Unpack

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.chart.model import Chart, Quota
    from fundtrack.posting.draft import Draft
    from fundtrack.posting.post import Posted
    from fundtrack.posting.standing import Standing

COLUMNS: Final = (
    "application", "fund", "line", "amount", "date", "day", "payee", "contract", "document", "narration", "number",
    "natural_key", "occurrence", "batch", "row", "applied_by", "applied_at",
)  # fmt: skip

APPLICATIONS: Final = """
SELECT a.application, a.fund, a.line, a.amount, a.date, a.payee, a.contract, a.document, a.narration, a.number,
    a.applied_by,
    CASE WHEN d.application IS NULL THEN 'waiting' WHEN d.voucher IS NULL THEN 'rejected' ELSE 'approved' END AS state,
    COALESCE(d.voucher, 0) AS voucher, COALESCE(v.year, 0) AS year, COALESCE(v.number, 0) AS number_in_year
FROM application AS a
LEFT JOIN application_decision AS d ON d.application = a.application
LEFT JOIN voucher AS v ON v.id = d.voucher
ORDER BY a.application
"""

SETTLED: Final = text(settled(application=":application", unit=":unit", code=":code"))
"""What of an application is paid or released: red by what the bank returned within the year and by reversals."""

PAID_AGAIN: Final = text("""
SELECT COALESCE(SUM((1 - 2 * e.red) * CASE WHEN c.code = e.credit THEN e.amount ELSE -e.amount END), 0)
FROM voucher AS v
JOIN entry AS e ON e.voucher = v.id
JOIN account AS c ON c.fund = e.fund AND c.unit = e.unit AND c.code IN (e.debit, e.credit) AND c.kind = 'cash'
WHERE v.cites = :returned OR (v.kind = 'returned-payment' AND v.cites IN (
    SELECT p.id FROM voucher AS p WHERE p.cites = :returned AND p.year = v.year))
""")
"""What is paid again of a returned payment, less what came back once more within the year."""


@dataclass(frozen=True, slots=True)
class Application:
    """What was applied for; `amount` in fen, `state` is waiting, approved or rejected, `voucher` the approval's id.

    `number` is the one it has in the file that it came from; empty where a person entered it.
    """

    application: int
    fund: str
    line: int
    amount: int
    date: str
    payee: str
    contract: str
    document: str
    narration: str
    number: str
    applied_by: str
    state: str
    voucher: int
    year: int
    number_in_year: int

    @property
    def approval(self) -> str:
        """The number of the voucher that approved it, which is what is paid; empty where there is none."""
        return voucher_number(self.fund, self.year, self.number_in_year) if self.voucher else ""


class Wanted(TypedDict, total=False):
    """What an application says beside its line and amount; the fields of `Application` by the same names."""

    payee: str
    contract: str
    document: str
    narration: str
    number: str


class Origin(NamedTuple):
    """The row of a file that asks for it: what it is known by, which of its twins it is, and where it stands."""

    natural_key: str
    occurrence: int
    batch: int
    row: int


def apply_for(book: Book, line: str, amount: int, *, date: Date, by: str, **said: Unpack[Wanted]) -> int:
    """Record an application for a payment from a quota line, and return its number.

    Nothing is reserved until it is approved. Raises UsageError: `quota-unknown`, `quota-not-allotted`,
    `apply-payee`, `amount-not-positive`, `period-closed`.
    """
    return book.act(
        lambda connection: record(connection, line_in(book.chart(connection), line), amount, date=date, by=by, **said)
    )


def record(
    connection: Connection,
    line: Quota,
    amount: int,
    *,
    date: Date,
    by: str,
    origin: Origin | None = None,
    **said: Unpack[Wanted],
) -> int:
    """Insert an application as the next, and return its number; the caller holds the writer's turn.

    Raises UsageError: `apply-payee`, `amount-not-positive`, `quota-year`, `apply-expired`, `apply-before-contract`,
    `apply-contract-payee`, `apply-number-taken`, and `apply-beyond` or `apply-beyond-contract` for more than the line
    has; FormatError (`text-unsafe`).
    """
    if not said.get("payee", "").strip():
        raise UsageError("apply-payee")
    refuse_other_year(line, date)
    refuse_expired(line, date)
    refuse_closed(connection, date)
    said["contract"] = said.get("contract", "").strip()
    texts = [stored(str(said.get(name, ""))) for name in ("payee", "contract", "document", "narration", "number")]
    ((last,),) = dialect.rows_of(connection, "SELECT COALESCE(MAX(application), 0) FROM application")
    payee, contract, *_, numbered = texts
    refuse_numbered(connection, numbered, date.year)
    refuse_before_bound(connection, line, contract, date)
    refuse_beyond(connection, line, positive(amount), contract=contract, payee=payee)
    dialect.insert_rows(connection, "application", COLUMNS, [(
        int(last) + 1, line.fund, line.line, positive(amount), date.isoformat(), date.toordinal(), *texts,
        *(origin or (None, 1, None, None)), named(by), now(),
    )])  # fmt: skip
    return int(last) + 1


def applications(connection: Connection) -> list[Application]:
    """Return every application, the first first."""
    return [Application(*row) for row in connection.exec_driver_sql(APPLICATIONS)]


def beside_contract(book: Book, application: int) -> tuple[str, dict[str, str]] | None:
    """Return the message that an application names a contract to which its line has bound nothing, if so.

    It names the other lines of the fund that have something bound to it.
    """
    with book.reading() as connection:
        asked = _waiting(connection, application)
        line = next(one for one in book.chart(connection).quotas if (one.fund, one.line) == (asked.fund, asked.line))
        bound = left_of(connection, line, asked.contract)
        elsewhere = bound_elsewhere(connection, line, asked.contract)
    others = [f"{number} {money.grouped(left)}" for number, left in elsewhere]
    if bound is not None or not asked.contract:
        return None
    said = {"contract": asked.contract, "number": line.number}
    return ("apply-bound-elsewhere", {**said, "others": ", ".join(others)}) if others else ("apply-unbound", said)


def approve(book: Book, application: int, *, date: Date, by: str) -> Posted:
    """Approve an application: post the voucher that reserves its quota, prepared by who applied for it.

    Raises UsageError: `application-unknown`, `application-decided`, `approve-before`, `duties-apart`,
    `apply-contract-payee`; and Refused.
    """
    with book.reading() as connection:
        asked = _waiting(connection, application)
    if date.isoformat() < asked.date:
        raise UsageError("approve-before", application=application, applied=asked.date, date=date)
    if same_person(by, asked.applied_by):
        raise UsageError("duties-apart", who=by, option="--by")

    def say(connection: Connection, chart: Chart) -> list[Draft]:
        return [_reserving(connection, chart, _waiting(connection, application), date)]

    def decide(connection: Connection, posted: Posted) -> None:
        _decide(connection, application, posted.vouchers[0], "", named(by))

    return post(book, say, by=asked.applied_by, approved_by=by, then=decide)


def reject(book: Book, application: int, *, reason: str, by: str) -> None:
    """Reject an application. Raises UsageError: `application-unknown`, `application-decided`, `reject-reason`."""
    if not reason.strip():
        raise UsageError("reject-reason")

    def act(connection: Connection) -> None:
        _waiting(connection, application)
        _decide(connection, application, None, stored(reason), named(by))

    book.act(act)


def payment(
    connection: Connection, chart: Chart, number: str, amount: int | None, *, date: Date, bank: str = "",
    bank_ref: str = "", payee_account: str = "",
) -> Draft:  # fmt: skip
    """Return the voucher that pays what stands of an approved application or of a returned payment, or `amount` fen.

    So is surplus that a reclaim owes to the treasury. An application may be named by its own number. Whichever of the
    two is owed is cited; the number of what the bank returned of an application stands for it. Raises UsageError:
    `application-unknown`, `pay-no-application`, `pay-settled` (`pay-came-back`, `pay-released`) whatever the day,
    `pay-year` (or `pay-year-part`), `follows-before`, `pay-too-much`.
    """
    named = find_voucher(connection, approving(connection, number))
    if named.kind == "reclaim":
        return surrender(connection, chart, named, amount, date=date, bank=bank, bank_ref=bank_ref)
    owed = owing(connection, named)
    released = owed.kind == "application" and owed.cites
    if owed.kind not in {"application", returned.KIND} or released or owed.reverses or owed.reversed_by:
        raise UsageError("pay-no-application", number=named.number)
    left = unpaid_of(connection, owed)
    if left <= 0:
        _refuse_came_back(connection, owed)
        _refuse_released(connection, owed)
        raise UsageError("pay-settled", number=named.number)
    if owed.kind != returned.KIND and owed.date.year < date.year:
        _refuse_year(connection, owed, left)
    refuse_before(named.number, max(named.date, owed.date), date)
    paid = left if amount is None else positive(amount)
    if paid > left:
        raise UsageError("pay-too-much", number=named.number, left=money.grouped(left), amount=money.grouped(paid))
    draft = _paying(chart, owed, paid, date, bank=bank, bank_ref=bank_ref)
    if owed.kind == returned.KIND:  # what it was paid for, and not why it came back
        draft = replace(draft, narration=returned.paid_again(connection, chart, owed))
    account = payee_account or owed.payee_account
    return replace(draft, payee_id=owed.payee_id, payee_account=account)


def pays_elsewhere(connection: Connection, number: str, payee_account: str) -> bool:
    """Return whether what is owed by a voucher is paid to another account than that which it was paid to before."""
    owed = owing(connection, find_voucher(connection, approving(connection, number)))
    known = [owed.payee_account, *(one.payee_account for one in citing(connection, owed))]
    return bool(payee_account) and any(one not in {"", payee_account} for one in known)


def approving(connection: Connection, number: str) -> str:
    """Return the number of the voucher that approved an application where its number is given, else what is given."""
    if not number.strip().isdecimal():
        return number
    for one in applications(connection):
        if one.application == int(number):
            return one.approval or number
    raise UsageError("application-unknown", application=int(number))


def is_paid_again(connection: Connection, back: Standing) -> bool:
    """Return whether what a returned payment gave back to an application is paid once more, or released, and stays."""
    owed = owing(connection, back)
    return owed.id != back.id and unpaid_of(connection, owed) < back.in_money[0].amount


def owing(connection: Connection, named: Standing) -> Standing:
    """Return the voucher by which money is owed: the named one, or the application that it gave back."""
    if named.kind != returned.KIND or named.reverses or named.reversed_by or not named.cites:
        return named
    paid = voucher_of(connection, named.cites)
    return voucher_of(connection, paid.cites) if paid.cites and returned.restores(paid, named.date) else named


def _refuse_came_back(connection: Connection, owed: Standing) -> None:
    """Name what is to be paid where the bank returned of an application in a later year (`pay-came-back`)."""
    for paid in citing(connection, owed):
        for back in citing(connection, paid):
            later = back.kind == returned.KIND and not returned.restores(paid, back.date)
            if later and unpaid_of(connection, back) > 0:
                raise UsageError("pay-came-back", number=owed.number, paid=paid.number, back=back.number)


def _refuse_released(connection: Connection, owed: Standing) -> None:
    """Name by what nothing is left to pay where something was released (`pay-released`)."""
    freed = [one for one in citing(connection, owed) if one.kind == owed.kind == "application"]
    if freed:
        raise UsageError("pay-released", number=owed.number, others=", ".join(one.number for one in freed),
                         amount=money.grouped(sum(one.entries[0].amount for one in freed)))  # fmt: skip


def _refuse_year(connection: Connection, owed: Standing, left: int) -> None:
    """Refuse to execute quota of an earlier year (`pay-year`), and say how much of what is paid in part is left.

    What is not paid is released in its own year (`pay-year-part`).
    """
    said = {"number": owed.number, "year": owed.date.year}
    if any(one.kind != "application" for one in citing(connection, owed)):
        raise UsageError("pay-year-part", **said, left=money.grouped(left))
    raise UsageError("pay-year", **said)


def unpaid_of(connection: Connection, owed: Standing) -> int:
    """Return how many fen of what is owed stand to be paid."""
    if owed.kind == returned.KIND:
        return owed.in_money[0].amount - int(connection.execute(PAID_AGAIN, {"returned": owed.id}).scalar_one())
    reserved = owed.entries[0]
    asked = {"unit": reserved.unit, "code": reserved.credit.code, "application": owed.id}
    return reserved.amount - int(connection.execute(SETTLED, asked).scalar_one())


def _waiting(connection: Connection, application: int) -> Application:
    for one in applications(connection):
        if one.application == application:
            if one.state != "waiting":
                raise UsageError("application-decided", application=application, state=words(f"state-{one.state}"))
            return one
    raise UsageError("application-unknown", application=application)


def _decide(connection: Connection, application: int, voucher: int | None, reason: str, by: str) -> None:
    columns = ("application", "voucher", "reason", "decided_by", "decided_at")
    dialect.insert_rows(connection, "application_decision", columns, [(application, voucher, reason, by, now())])


def _reserving(connection: Connection, chart: Chart, asked: Application, date: Date) -> Draft:
    """Return the voucher that reserves what an application asks for, and books what is owed for it."""
    line = next(one for one in chart.quotas if (one.fund, one.line) == (asked.fund, asked.line))
    refuse_other_year(line, date)
    bound = bound_to(connection, line, contract=asked.contract, payee=asked.payee)
    status = "available" if bound is None else "committed"
    entries = [entry_of(chart, (line, status), (line, "applied"), asked.amount)]
    if has_account(chart, line.fund, "payable"):
        owed = account_of(chart, line.fund, "payable")
        entries.append(Entry(_charged(chart, line, asked.payee), Leg(line.fund, owed), asked.amount))
    return drafted(
        chart, "application", tuple(entries), fund=line.fund, date=date, payee=asked.payee, narration=asked.narration,
        project=line.project, document=asked.document, contract=asked.contract,
    )  # fmt: skip


def _paying(chart: Chart, owed: Standing, amount: int, date: Date, *, bank: str, bank_ref: str) -> Draft:
    cash = Leg(owed.fund, account_of(chart, owed.fund, "cash", bank))
    if owed.kind == returned.KIND:
        entries = returned.paying_again(owed, amount, cash)
    else:
        reserved = owed.entries[0]
        line = next(one for one in chart.quotas if one.fund == owed.fund and reserved.credit.code.endswith(one.name))
        payable = [entry.credit for entry in owed.in_money]
        debit = payable[0] if payable else _charged(chart, line, owed.payee)
        entries = (Entry(debit, cash, amount), entry_of(chart, (line, "applied"), (line, "paid"), amount))
    return drafted(
        chart, kind_of_payment(chart, "disbursement", owed.payee), entries, fund=owed.fund, date=date,
        payee=owed.payee, narration=owed.narration, project=owed.project, document=owed.document, bank=bank,
        bank_ref=bank_ref, contract=owed.contract, cites=owed.id,
    )  # fmt: skip


def _charged(chart: Chart, line: Quota, payee: str) -> Leg:
    """Return what a payment from a line is charged to: its use, or the advances where the payee passes it on."""
    if kind_of_payment(chart, "disbursement", payee) == "advance":
        return Leg(line.fund, account_of(chart, line.fund, "advance"))
    return Leg(line.fund, line.use)
