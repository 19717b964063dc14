"""Payment applications (支付申请): asked for by one person, approved by another, then paid.

Approval reserves the quota and, where the chart has a payable account, books what is owed; payment executes the quota
and settles what is owed (domain report, 3.1, 6 and 7). What an intermediary is paid is an advance, not spending.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, TypedDict

from sqlalchemy import text

from fundtrack import money
from fundtrack.beantext.escape import stored
from fundtrack.book.create import now
from fundtrack.book.person import named, same_person
from fundtrack.errors import UsageError, words
from fundtrack.posting.draft import Entry, Leg
from fundtrack.posting.kinds import NOT_IN_CHART, account_of, kind_of_payment
from fundtrack.posting.post import post
from fundtrack.posting.quota import committed, leg_of, line_in, unit_of
from fundtrack.posting.standing import find_voucher, refuse_before
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
    COALESCE(d.voucher, 0) AS voucher
FROM application AS a
LEFT JOIN application_decision AS d ON d.application = a.application
ORDER BY a.application
"""

SETTLED: Final = text("""
SELECT COALESCE(SUM((1 - 2 * e.red) * e.amount), 0) FROM voucher AS v
JOIN entry AS e ON e.voucher = v.id AND e.unit = :unit AND e.debit = :code
WHERE v.cites = :application OR v.reverses IN (SELECT p.id FROM voucher AS p WHERE p.cites = :application)
""")


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
    `apply-payee`, `amount-not-positive`.
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

    Raises UsageError: `apply-payee`, `amount-not-positive`; FormatError (`text-unsafe`).
    """
    if not said.get("payee", "").strip():
        raise UsageError("apply-payee")
    texts = [stored(str(said.get(name, ""))) for name in ("payee", "contract", "document", "narration", "number")]
    ((last,),) = dialect.rows_of(connection, "SELECT COALESCE(MAX(application), 0) FROM application")
    dialect.insert_rows(connection, "application", COLUMNS, [(
        int(last) + 1, line.fund, line.line, positive(amount), date.isoformat(), date.toordinal(), *texts,
        *(origin or (None, 1, None, None)), named(by), now(),
    )])  # fmt: skip
    return int(last) + 1


def applications(connection: Connection) -> list[Application]:
    """Return every application, the first first."""
    return [Application(*row) for row in connection.exec_driver_sql(APPLICATIONS)]


def approve(book: Book, application: int, *, date: Date, by: str) -> Posted:
    """Approve an application: post the voucher that reserves its quota, prepared by who applied for it.

    Raises UsageError: `application-unknown`, `application-decided`, `duties-apart`; and Refused.
    """
    with book.reading() as connection:
        asked = _waiting(connection, application)
    if same_person(by, asked.applied_by):
        raise UsageError("duties-apart", who=by)

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
    bank_ref: str = "",
) -> Draft:  # fmt: skip
    """Return the voucher that pays what was approved by another, all that is left of it or `amount` fen; it cites it.

    Raises UsageError: `pay-no-application`, `follows-before`, `pay-too-much`.
    """
    approved = find_voucher(connection, number)
    if approved.kind != "application" or approved.reverses or approved.reversed_by:
        raise UsageError("pay-no-application", number=approved.number)
    refuse_before(approved.number, approved.date, date)
    reserved = approved.entries[0]
    asked = {"unit": reserved.unit, "code": reserved.credit.code, "application": approved.id}
    left = reserved.amount - int(connection.execute(SETTLED, asked).scalar_one())
    paid = left if amount is None else positive(amount)
    if not 0 < paid <= left:
        raise UsageError("pay-too-much", number=approved.number, left=money.grouped(left), amount=money.grouped(paid))
    return _paying(chart, approved, paid, date, bank=bank, bank_ref=bank_ref)


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
    bound = {contract: held for contract, _, held in committed(connection, chart, line)}
    status = "committed" if asked.contract and bound.get(asked.contract, 0) >= asked.amount else "available"
    entries = [_quota_entry(chart, line, status, "applied", asked.amount)]
    owed = account_of(chart, line.fund, "payable")
    if owed != NOT_IN_CHART:
        entries.append(Entry(_charged(chart, line, asked.payee), Leg(line.fund, owed), asked.amount))
    return drafted(
        chart, "application", tuple(entries), fund=line.fund, date=date, payee=asked.payee, narration=asked.narration,
        project=line.project, document=asked.document, contract=asked.contract,
    )  # fmt: skip


def _paying(chart: Chart, approved: Standing, amount: int, date: Date, *, bank: str, bank_ref: str) -> Draft:
    reserved = approved.entries[0]
    line = next(one for one in chart.quotas if one.fund == approved.fund and reserved.credit.code.endswith(one.name))
    owed = [entry.credit for entry in approved.in_money]
    debit = owed[0] if owed else _charged(chart, line, approved.payee)
    cash = Leg(line.fund, account_of(chart, line.fund, "cash", bank))
    entries = (Entry(debit, cash, amount), _quota_entry(chart, line, "applied", "paid", amount))
    kind = kind_of_payment(chart, "disbursement", approved.payee)
    return drafted(
        chart, kind, entries, fund=line.fund, date=date, payee=approved.payee, narration=approved.narration,
        project=approved.project, document=approved.document, bank=bank, bank_ref=bank_ref,
        contract=approved.contract, cites=approved.id,
    )  # fmt: skip


def _charged(chart: Chart, line: Quota, payee: str) -> Leg:
    """Return what a payment from a line is charged to: its use, or the advances where the payee passes it on."""
    if kind_of_payment(chart, "disbursement", payee) == "advance":
        return Leg(line.fund, account_of(chart, line.fund, "advance"))
    return Leg(line.fund, line.use)


def _quota_entry(chart: Chart, line: Quota, left: str, entered: str, amount: int) -> Entry:
    return Entry(leg_of(chart, line, left), leg_of(chart, line, entered), amount, 0, unit_of(chart, line.fund))
