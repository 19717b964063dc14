"""Quota (预算指标): received by a document, allotted to uses, adjusted, carried over and reclaimed, each by a voucher.

Authority to spend and cash fail separately, so quota has its own unit beside cash. What was received always equals what
became of it; each act debits the status that quota leaves and credits the one that it enters (domain report, 3.1).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypedDict

from sqlalchemy import text

from fundtrack.beantext.escape import stored
from fundtrack.book.create import now
from fundtrack.book.person import named
from fundtrack.chart.model import Quota
from fundtrack.chart.quota import headings, root
from fundtrack.errors import UsageError, message, nearest
from fundtrack.posting.contractors import refuse_same_change
from fundtrack.posting.draft import Entry, Leg
from fundtrack.posting.given import refuse_exceeded, refuse_received
from fundtrack.posting.intime import is_expired, refuse_expired, refuse_other_year
from fundtrack.posting.kinds import use_of
from fundtrack.posting.requested import refuse_freed
from fundtrack.posting.vouchers import drafted, positive, refuse_unknown_project
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from datetime import date as Date  # noqa: N812 - `date` is what acts call their day
    from typing import Unpack

    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart
    from fundtrack.posting.draft import Draft, Kind
    from fundtrack.posting.given import Row
    from fundtrack.posting.vouchers import Details


class About(TypedDict, total=False):
    """What else is said of a quota line; the fields of `Quota` by the same names."""

    upper_document: str
    treasury_id: str
    department: str
    project: str
    expires: Date | None


class Signed(TypedDict, total=False):
    """What a commitment rests on: the document, and the number of the signed change of the contract.

    `pending` is what the same act binds to the contract before, in fen.
    """

    document: str
    change: str
    pending: int


COLUMNS: Final = (
    "fund", "line", "year", "parent", "use", "project", "department", "document", "upper_document", "treasury_id",
    "date", "day", "expires", "chart", "recorded_at", "recorded_by",
)  # fmt: skip

STANDING: Final = text("SELECT code, total FROM balance WHERE fund = :fund AND unit = :unit")

RECEIPT: Final = text("""
SELECT v.id FROM entry AS e
JOIN voucher AS v ON v.id = e.voucher
WHERE e.fund = :fund AND e.unit = :unit AND e.debit = :code AND e.red = 0 AND v.reverses IS NULL AND v.cites IS NULL
    AND NOT EXISTS (SELECT 1 FROM voucher AS back WHERE back.reverses = v.id)
ORDER BY v.id
""")
"""The voucher that received a line, and stands."""

COMMITTED: Final = text("""
SELECT c.contract, COALESCE((
        SELECT MAX(b.payee) FROM contract_bound AS b
        WHERE b.contract = c.contract AND b.fund = c.fund AND b.code = c.code), ''), c.total
FROM commitment AS c
WHERE c.fund = :fund AND c.unit = :unit AND c.code = :code AND c.total <> 0
ORDER BY c.contract
""")
"""What a line has committed to each contract, whoever was paid by it; and to whom it was committed."""


def receive(
    connection: Connection,
    chart: Chart,
    fund: str,
    amount: int,
    *,
    date: Date,
    by: str,
    document: str,
    row: Row | None = None,
    **about: Unpack[About],
) -> list[Draft]:
    """Open a line for what a document gives a fund, and return the voucher that receives it.

    `row` is what a row of a file says beside. Raises what `open_line` and `refuse_received` do.
    """
    line = open_line(connection, chart, Quota(fund, date, document, recorded_by=by, **about))
    refuse_received(connection, line, positive(amount), row)
    return received(chart, line, amount, date)


def received(chart: Chart, line: Quota, amount: int, date: Date) -> list[Draft]:
    """Return the voucher by which a line receives what it was opened for."""
    entry = entry_of(chart, (line, "received"), (line, "unallotted"), positive(amount))
    return [line_voucher(chart, "quota-received", line, (entry,), date, document=line.document)]


def allot(
    connection: Connection,
    chart: Chart,
    parent: str | Quota,
    amount: int,
    *,
    use: str,
    date: Date,
    by: str,
    document: str,
    **about: Unpack[About],
) -> list[Draft]:
    """Open a line for a use, and return the voucher that allots it quota of the line that a document gave.

    What is not said is as it was given. Raises UsageError: `quota-unknown`, `quota-not-given` where the line is no
    document's, `quota-year`, `quota-before` its first day, `apply-expired` after its last and `allot-outlives` for
    longer than that, `project-unknown`, `quota-use-ended`, and those of `open_line`; ChartError (`use-no-use`).
    """
    given = find_line(chart, parent)
    if given.use:
        raise UsageError("quota-not-given", number=given.number)
    refuse_other_year(given, date)
    if date < given.date:
        raise UsageError("quota-before", number=given.number, begins=given.date, date=date)
    refuse_expired(given, date)
    refuse_unknown_project(chart, about.get("project", ""))
    code = use_of(chart, use, given.fund).code
    _refuse_ungranted(chart, given.fund, code, date)
    until = about.pop("expires", None) or given.expires
    said: About = {"upper_document": given.document, "department": given.department, **about, "expires": until}
    own = Quota(given.fund, date, document, parent=given.line, use=code, recorded_by=by, **said)
    if until and is_expired(given, until):
        raise UsageError("allot-outlives", number=given.number, expires=given.expires, until=until)
    line = open_line(connection, chart, own)
    entry = entry_of(chart, (given, "unallotted"), (line, "available"), positive(amount))
    return [line_voucher(chart, "allotment", line, (entry,), date, document=line.document)]


def supplement(
    connection: Connection, chart: Chart, number: str, amount: int, *, date: Date, document: str
) -> list[Draft]:
    """Return the voucher by which a document gives more to a line that a document gave (追加); a negative amount cuts.

    What is cut (追减) is taken back in red, out of what is not allotted; the money is not touched. Both cite the
    receipt. Raises UsageError: `quota-unknown`, `supplement-allotted`, `quota-line-carried`, `supplement-document`,
    `quota-year` on a day of another year, `supplement-nothing` where nothing stands of the line, `document-exceeded`.
    """
    line = find_line(chart, number)
    if line.use:
        raise UsageError("supplement-allotted", number=line.number, given=root(line, chart.quotas).number)
    if line.parent:
        raise UsageError("quota-line-carried", number=line.number, parent=f"{line.fund}-Q{line.parent:05d}",
                         document=root(line, chart.quotas).document)  # fmt: skip
    if not document.strip():
        raise UsageError("supplement-document")
    refuse_other_year(line, date)
    asked = {"fund": line.fund, "unit": unit_of(chart, line.fund), "code": leg_of(chart, line, "received").code}
    receipt = connection.execute(RECEIPT, asked).first()
    if receipt is None:
        raise UsageError("supplement-nothing", number=line.number)
    entry = entry_of(chart, (line, "received"), (line, "unallotted"), positive(abs(amount)), red=amount < 0)
    if amount > 0:
        refuse_exceeded(connection, stored(document), amount, {})
    return [line_voucher(chart, "quota-received", line, (entry,), date, document=document, cites=receipt[0])]


def adjust(chart: Chart, source: str, target: str, amount: int, *, date: Date, document: str) -> list[Draft]:
    """Return the voucher that moves what is available from a line to another of its fund and year (调剂).

    To a line that a document gave, quota goes back unallotted. It stays with the document that gave it, or the lines of
    another would have more than that gives. Raises UsageError: `quota-unknown`, `quota-adjust-document`,
    `quota-adjust-across` between funds or years, `quota-adjust-root` between what two documents gave,
    `quota-adjust-same`, `quota-year`, `apply-expired` where what it would give has expired.
    """
    giving, taking = find_line(chart, source), find_line(chart, target)
    if not document.strip():
        raise UsageError("quota-adjust-document")
    if giving == taking:
        raise UsageError("quota-adjust-same", number=giving.number)
    if (giving.fund, giving.year) != (taking.fund, taking.year):
        raise UsageError("quota-adjust-across", source=giving.number, target=taking.number)
    here, there = (root(line, chart.quotas) for line in (giving, taking))
    if here != there:
        raise UsageError("quota-adjust-root", source=giving.number, target=taking.number, given=here.document,
                         root=here.number, other=there.document, other_root=there.number)  # fmt: skip
    refuse_other_year(giving, date)
    refuse_expired(giving, date)
    entry = entry_of(chart, (giving, _free(giving)), (taking, _free(taking)), positive(amount))
    return [line_voucher(chart, "quota-adjustment", taking, (entry,), date, document=document)]


def commit(
    connection: Connection,
    chart: Chart,
    number: str | Quota,
    amount: int,
    *,
    date: Date,
    contract: str,
    payee: str,
    **signed: Unpack[Signed],
) -> list[Draft]:
    """Return the voucher that binds what is available of a line to a contract; a negative amount frees it in red.

    `change` is the number of the signed change, as the register of contracts has it, by which the contract is larger or
    smaller; it stands in the narration, for what is bound is bound to the contract.

    Raises UsageError: `quota-unknown`, `quota-not-allotted`, `quota-year`, `commit-contract`, `commit-zero`,
    and what `refuse_freed` and `refuse_same_change` raise.
    """
    line = line_in(chart, number)
    contract = contract.strip()
    if not contract:
        raise UsageError("commit-contract")
    if not amount:
        raise UsageError("commit-zero", contract=contract)
    refuse_other_year(line, date)
    bound = next((held for one, _, held in committed(connection, chart, line) if one == contract), 0)
    bound += signed.get("pending", 0)
    if amount < 0:
        refuse_freed(connection, line, contract, -amount, bound)
    entry = entry_of(chart, (line, "available"), (line, "committed"), positive(abs(amount)), red=amount < 0)
    change, document = signed.get("change", "").strip(), signed.get("document", "")
    said = message("commit-change", chart.narrates, contract=contract, change=change) if change else ""
    if change:
        refuse_same_change(connection, entry, contract, said)
    return [line_voucher(
        chart, "commitment", line, (entry,), date, document=document, contract=contract, payee=payee, narration=said
    )]  # fmt: skip


def find_line(chart: Chart, number: str | Quota) -> Quota:
    """Return a quota line by the number that a person gives. Raises UsageError (`quota-unknown`)."""
    if isinstance(number, Quota):
        return number
    wanted = number.strip().upper()
    for quota in chart.quotas:
        if quota.number == wanted:
            return quota
    raise UsageError("quota-unknown", number=number, known=nearest(wanted, (quota.number for quota in chart.quotas)))


def statuses(connection: Connection, chart: Chart, line: Quota) -> dict[str, int]:
    """Return what a line has in each status, in minor units; 0 for a status that it cannot have."""
    unit = unit_of(chart, line.fund)
    totals = {row.code: int(row.total) for row in connection.execute(STANDING, {"fund": line.fund, "unit": unit})}
    return {
        status: totals.get(f"{account.code}:{line.name}", 0)
        for (fund, status), account in headings(chart).items()
        if fund == line.fund
    }


def committed(connection: Connection, chart: Chart, line: Quota) -> list[tuple[str, str, int]]:
    """Return what a line has committed, by contract and payee, in minor units."""
    asked = {"fund": line.fund, "unit": unit_of(chart, line.fund), "code": leg_of(chart, line, "committed").code}
    return [(contract, payee, int(held)) for contract, payee, held in connection.execute(COMMITTED, asked)]


def leg_of(chart: Chart, line: Quota, status: str) -> Leg:
    """Return the account of a line in a status."""
    return Leg(line.fund, f"{headings(chart)[line.fund, status].code}:{line.name}")


def _refuse_ungranted(chart: Chart, fund: str, use: str, date: Date) -> None:
    """Refuse a use that is not granted on a day, as the database does. Raises UsageError (`quota-use-ended`)."""
    ruled = {one.account: one.granted for one in chart.uses if one.date <= date}
    granted = {code for account in ruled if ruled[account] for _, of, code in [account.split(":")] if of == fund}
    if use not in granted:
        raise UsageError("quota-use-ended", fund=fund, use=use, date=date, known=nearest(use, granted))


def open_line(connection: Connection, chart: Chart, quota: Quota) -> Quota:
    """Insert a line as the next of its fund and the present chart's; the caller holds the writer's turn.

    Raises UsageError: `quota-none`, `quota-document`, `quota-expires-before` its first day.
    """
    if not any(fund == quota.fund and one.date <= quota.date for (fund, _), one in headings(chart).items()):
        raise UsageError("quota-none", fund=quota.fund)
    if not quota.document.strip():
        raise UsageError("quota-document")
    if is_expired(quota, quota.date):
        raise UsageError("quota-expires-before", begins=quota.date, expires=quota.expires)
    ((number, version),) = dialect.rows_of(
        connection,
        "SELECT (SELECT COALESCE(MAX(line), 0) + 1 FROM quota WHERE fund = :fund), (SELECT MAX(version) FROM chart)",
        {"fund": quota.fund},
    )
    line = replace(quota, line=int(number), chart=int(version), recorded_at=now(), recorded_by=named(quota.recorded_by))
    dialect.insert_rows(connection, "quota", COLUMNS, [(
        line.fund, line.line, line.year, line.parent or None, line.use, line.project, line.department, line.document,
        line.upper_document, line.treasury_id or None, line.date.isoformat(), line.date.toordinal(),
        line.expires.isoformat() if line.expires else "", line.chart, line.recorded_at, line.recorded_by,
    )])  # fmt: skip
    return line


def line_in(chart: Chart, number: str | Quota) -> Quota:
    """Return a line that is allotted to a use. Raises UsageError: `quota-unknown`, `quota-not-allotted`."""
    line = find_line(chart, number)
    if not line.use:
        raise UsageError("quota-not-allotted", number=line.number)
    return line


def _free(line: Quota) -> str:
    """Return the status of what of a line is bound to nothing."""
    return "available" if line.use else "unallotted"


def unit_of(chart: Chart, fund: str) -> str:
    """Return the unit of a fund's quota."""
    return headings(chart)[fund, "received"].unit


def entry_of(
    chart: Chart, debit: tuple[Quota, str], credit: tuple[Quota, str], amount: int, *, red: bool = False
) -> Entry:
    """Return the entry that moves quota, in fen, from the status of one line to that of another, or of the same."""
    unit = unit_of(chart, debit[0].fund)
    return Entry(leg_of(chart, *debit), leg_of(chart, *credit), amount, int(red), unit)


def line_voucher(
    chart: Chart, kind: Kind, line: Quota, entries: tuple[Entry, ...], date: Date, **details: Unpack[Details]
) -> Draft:
    """Return a voucher about a line, of its fund and, unless another is said, its project."""
    said: Details = {"project": line.project, **details}
    return drafted(chart, kind, entries, fund=line.fund, date=date, **said)
