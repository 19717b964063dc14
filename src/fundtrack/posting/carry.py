"""Quota carried over (结转): what a line has left at the end of its year goes on to the next, with use and project."""

from __future__ import annotations

from dataclasses import replace
from datetime import date as Date  # noqa: N812 - `date` is what acts call their day
from typing import TYPE_CHECKING, Final

from fundtrack import money
from fundtrack.errors import UsageError
from fundtrack.posting.ageing import Ages
from fundtrack.posting.contractors import bound_by_contractor
from fundtrack.posting.intime import refuse_expired
from fundtrack.posting.quota import entry_of, line_in, line_voucher, open_line, statuses
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart, Quota
    from fundtrack.posting.draft import Draft

UNSPENT: Final = ("available", "committed")
"""The statuses whose quota goes on to the next year; what is applied for must be paid or taken back first."""

ENDED: Final = """
SELECT q.fund, q.line FROM quota AS q WHERE q.year = :year AND q.use <> '' AND COALESCE((
    SELECT g.granted FROM use_grant AS g WHERE g.fund = q.fund AND g.code = q.use AND g.day <= :day
    ORDER BY g.day DESC, g.seq DESC LIMIT 1), 0) = 0
"""
"""The lines of a year whose use is not granted on a day."""


def carry_over(connection: Connection, chart: Chart, number: str, *, date: Date, by: str, document: str) -> list[Draft]:
    """Open the line of the next year for what a line has left, and return the vouchers that carry it over (结转).

    The use and the project stay. Commitments are bound again to their contracts. `date` is the last day of the line's
    year; the new line begins on the first day of the next. Raises UsageError: `quota-unknown`, `quota-not-allotted`,
    `carry-date`, `apply-expired`, `carry-clock`, `carry-use-ended`, `carry-nothing`, `carry-applied` while something of
    the line is applied for and not paid.
    """
    line = line_in(chart, number)
    if date != Date(line.year, 12, 31):
        raise UsageError("carry-date", number=line.number, year=line.year, date=date)
    refuse_expired(line, first_day(line))  # of which nothing could be spent
    Ages(connection, chart).refuse_over(line)
    refuse_ended(line, ended_uses(connection, line.year))
    stands = statuses(connection, chart, line)
    if stands["applied"]:
        raise UsageError("carry-applied", number=line.number, amount=money.grouped(stands["applied"]))
    if not any(stands[status] for status in UNSPENT):
        raise UsageError("carry-nothing", number=line.number)
    into = next_year(connection, chart, line, by=by, document=document or line.document)
    left = {status: stands[status] for status in UNSPENT if stands[status]}
    bound = bound_by_contractor(connection).get((line.fund, line.name), ())
    return [*carried(chart, line, into, left, bound, date=date, document=document, bill=1)]


def first_day(line: Quota) -> Date:
    """Return the first day of the line that a line goes on to."""
    return Date(line.year + 1, 1, 1)


def ended_uses(connection: Connection, year: int) -> frozenset[tuple[str, int]]:
    """Return the lines of a year, by fund and number, whose use is not granted on the first day of the next."""
    asked = {"year": year, "day": Date(year + 1, 1, 1).toordinal()}
    return frozenset((fund, int(line)) for fund, line in dialect.rows_of(connection, ENDED, asked))


def refuse_ended(line: Quota, ended: frozenset[tuple[str, int]]) -> None:
    """Refuse to carry a line over to a use that is not granted then. Raises UsageError (`carry-use-ended`)."""
    if (line.fund, line.line) in ended:
        raise UsageError("carry-use-ended", number=line.number, use=line.use)


def next_year(connection: Connection, chart: Chart, line: Quota, *, by: str, document: str) -> Quota:
    """Open the line of the next year that a line goes on to; the treasury's number stays with the one that it names."""
    return open_line(connection, chart, replace(
        line, parent=line.line, date=first_day(line), recorded_by=by, document=document, treasury_id=""
    ))  # fmt: skip


def carried(
    chart: Chart,
    line: Quota,
    into: Quota,
    left: Mapping[str, int],
    bound: Iterable[tuple[str, str, int]],
    *,
    date: Date,
    document: str,
    bill: int,
) -> Iterator[Draft]:
    """Yield the vouchers by which what a line has left leaves it and enters the next year's, bound to its contracts.

    `left` are fen by status, `bound` the contract, the contractor and the fen of what is committed; what leaves a
    contract bears its name, so that it takes nothing that is bound to another.
    """
    free = [(status, amount, "", "") for status, amount in left.items() if status != "committed"]
    parts = [*free, *(("committed", held, contract, payee) for contract, payee, held in bound)]
    for of, day in ((line, date), (into, into.date)):
        for status, amount, contract, payee in parts:
            ends = ((line, status), (line, "carried")) if of is line else ((into, "received"), (into, status))
            yield line_voucher(
                chart, "carry-over", of, (entry_of(chart, *ends, amount),), day, document=document, bill=bill,
                contract=contract, payee=payee,
            )  # fmt: skip
