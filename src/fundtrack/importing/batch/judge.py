"""What becomes of staged rows: known before, refused with reasons, or posted."""

from __future__ import annotations

from array import array
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Final, Protocol

from fundtrack.book.periods import closed_to, month_of
from fundtrack.book.person import named
from fundtrack.checking.candidates import candidate_lens
from fundtrack.checking.lens import Subject
from fundtrack.importing.batch import otherwise, unreferenced
from fundtrack.importing.batch.samereference import again, reason_by_reference
from fundtrack.importing.batch.tally import reason, reason_of_error
from fundtrack.posting.advised import OF_FILE, OF_SOURCE, advised
from fundtrack.posting.batch import Batch
from fundtrack.posting.execution import execute_quota
from fundtrack.posting.refunds import tie
from fundtrack.schema import dialect
from fundtrack.schema.functions import PERSON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart
    from fundtrack.checking import Check, Finding
    from fundtrack.importing.batch.basis import Bases
    from fundtrack.importing.batch.tally import Cause, Reason

    Why = dict[int, tuple[str, Sequence[Cause]]]

REJECTED: Final = """
SELECT c.voucher, r.says, d.decided_at, d.decided_by, d.reason FROM candidate AS c
JOIN input_row AS r ON r.natural_key = c.natural_key AND r.occurrence = c.occurrence AND r.state = 'quarantined'
JOIN decision AS d ON d.batch = r.batch AND d.row = r.row AND d.decided = 'rejected'
"""
"""Candidates of the natural key of a row that was rejected; the same row is the one that says the same."""

REJECTED_KEYS: Final = """
SELECT DISTINCT r.natural_key FROM decision AS d JOIN input_row AS r ON r.batch = d.batch AND r.row = d.row
WHERE d.decided = 'rejected'
"""
EARLY: Final = """
SELECT c.voucher, MAX(o.date) FROM candidate AS c
JOIN voucher AS o ON o.kind = 'opening' AND o.fund = c.fund AND o.day > c.day AND COALESCE(o.reverses, 0) = 0
WHERE NOT EXISTS (SELECT 1 FROM voucher AS back WHERE back.reverses = o.id)
GROUP BY c.voucher
"""
"""Candidates dated before the opening balance of their fund, which the database refuses as well."""

SHUT: Final = "SELECT voucher, date FROM candidate WHERE line = 1 AND day <= {day:d}"
"""Candidates dated into a month that is closed, which the database refuses as well."""

OWN: Final = f"""
SELECT voucher, approved_by FROM candidate
WHERE line = 1 AND approved_by <> '' AND {PERSON.format("approved_by")} = {PERSON.format(":by")}
"""
"""Candidates that were approved by who brings them, which the database refuses as well."""


class Staged(Protocol):
    """What staged candidates, of which batch, by which chart, from which rows, and on what each rests.

    Whether an import `fills` in what they do not say: the fund, use and project of a whole file.
    """

    batch: int
    chart: Chart
    references: dict[int, str]
    bases: Bases
    fills: bool

    def row_of(self, voucher: int) -> int:
        """Return the number of the row that a candidate came from; 0 where it is of none."""

    def says_of(self, voucher: int) -> str:
        """Return the hash of what the row of a candidate says, of a row that may have been rejected before."""


def judge(
    connection: Connection,
    stager: Staged,
    place: Callable[[int, str], Subject],
    checks: Mapping[str, Check],
    by: str,
    approved_by: str = "",
) -> tuple[Why, list[Finding]]:
    """Post what passes of the staged rows.

    Returns the rows that were not posted, by number, each with its state and reasons; and the leads on what was.
    Raises FormatError (`text-unsafe`) where who did it could not be published.
    """
    why: Why = {}
    for voucher, state, said in chain(
        known(connection, stager.says_of, stager.bases), _own(connection, named(by)), _untied(connection, stager)
    ):
        why[stager.row_of(voucher)] = (state, (said,))
    execute_quota(connection)
    moved = again(connection)
    keep = partial(stager.bases.keep, connection)
    advise = partial(advised, connection, stager.chart, keys=OF_FILE if stager.fills else OF_SOURCE)
    lens = candidate_lens(stager.chart, place)
    outcome = Batch(connection, checks, lens, named(by), named(approved_by), keep, advise=advise).post()
    for voucher, findings in outcome.refused.items():
        row = stager.row_of(voucher)
        told = [
            reason_by_reference(connection, finding, f"{stager.batch}:{row}", moved)
            | (_lacking_project(finding) if stager.fills else {})
            for finding in findings
        ]
        why[row] = ("quarantined", told)
    for voucher in outcome.orphans:
        said = reason("original-not-found", reference=stager.references[voucher])
        why[stager.row_of(voucher)] = ("quarantined", [said])
    return why, outcome.findings


def place_of(stager: Staged, file: str, sheet: str) -> Callable[[int, str], Subject]:
    """Return what says from which row of a file a candidate came."""
    return lambda voucher, _account: Subject(file=file, sheet=sheet, row=stager.row_of(voucher))


def known(connection: Connection, says_of: Callable[[int], str], bases: Bases) -> Iterator[tuple[int, str, Cause]]:
    """Take out of the candidates what stands in the book already, by itself or in an opening, and what was rejected.

    So what stands there and says something else, or may stand there without the bank's reference. Of what stands there
    and says the same only the voucher is given, for there may be a million of them.
    """
    no = {
        voucher: reason("rejected-before", date=at, by=who, reason=why)
        for voucher, says, at, who, why in connection.exec_driver_sql(REJECTED).all()
        if says == says_of(voucher)
    }
    settled = array("q")
    for one in otherwise.posted(connection, bases):
        settled.append(one.candidate)
        if one.others:
            yield one.candidate, "quarantined", no.get(one.candidate) or one.told(one.row)
        else:
            yield one.candidate, "already-posted", one.voucher
    for voucher in settled:
        no.pop(voucher, None)
        _drop(connection, voucher)
    for voucher, said in no.items():
        yield voucher, "quarantined", said
        _drop(connection, voucher)
    for voucher, opening in connection.exec_driver_sql(EARLY).all():
        yield voucher, "quarantined", reason("before-opening", opening=opening)
        _drop(connection, voucher)
    for voucher, said in unreferenced.standing(connection):
        yield voucher, "quarantined", said
        _drop(connection, voucher)
    if until := closed_to(connection):
        for voucher, date in connection.exec_driver_sql(SHUT.format(day=until.toordinal())).all():
            yield voucher, "quarantined", reason("period-closed", date=date, month=month_of(date[:7]), until=until)
            _drop(connection, voucher)


def _lacking_project(finding: Finding) -> dict[str, str]:
    """Return what would mend a row that is refused: the project of its fund, where it names none and lacks quota."""
    return {"field": "project", "fund": finding.fund} if (finding.check, finding.project) == ("no-quota", "") else {}


def rejected(connection: Connection) -> frozenset[str]:
    """Return the natural keys of the rows that were rejected."""
    return frozenset(connection.exec_driver_sql(REJECTED_KEYS).scalars())


def _own(connection: Connection, by: str) -> Iterator[tuple[int, str, Reason]]:
    """Take out of the candidates what names as its approver who brings it: that takes two people."""
    for voucher, who in dialect.rows_of(connection, OWN, {"by": by}):
        yield voucher, "quarantined", reason("own-approval", who=who)
        _drop(connection, voucher)


def _untied(connection: Connection, stager: Staged) -> Iterator[tuple[int, str, Reason]]:
    """Tie each refund to the payment it returns, by the bank's reference; take out what cannot be one."""
    for voucher, error in tie(connection, stager.chart, stager.references):
        yield voucher, "quarantined", reason_of_error(error)
        _drop(connection, voucher)


def _drop(connection: Connection, voucher: int) -> None:
    connection.exec_driver_sql(f"DELETE FROM candidate WHERE voucher = {voucher:d}")
