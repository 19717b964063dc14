"""Recording an audit: one run of checks, what it saw for the first time, again, no more, and what it reopens."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from fundtrack.auditing.sides import refuse_other_side, side_of
from fundtrack.auditing.waivers import WAIVED_ON
from fundtrack.book.clock import today
from fundtrack.book.create import now
from fundtrack.book.person import named
from fundtrack.checking.book import moment, vouchers_of
from fundtrack.checking.check import SEVERITIES
from fundtrack.errors import UsageError, both
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from fundtrack.auditing.sides import Side
    from fundtrack.book import Book
    from fundtrack.checking import Check, Finding
    from fundtrack.checking.audit import Audit

AUDIT: Final = ("audit", "audited_at", "audited_by", "side", "restricted", "pages_sha256", "vouchers", "last_voucher")
AUDIT_CHECK: Final = ("audit", "page", "page_sha256", "parameters")
FINDING: Final = (
    "finding", "fingerprint", "audit", "page", "page_sha256", "severity", "waivable", "remedied_by", "voucher", "entry",
    "date", "fund", "use", "project", "unit", "scale", "evidence", "parameters", "basis", "messages", "remedies",
    "file", "sheet", "row", "sha256",
)  # fmt: skip
SIGHTING: Final = ("audit", "finding", "page_sha256", "amount", "measure", "actual", "expected", "difference")
ACT: Final = (
    "finding", "seq", "act", "audit", "side", "acted_by", "acted_at", "reason", "document", "remedy", "waiver",
    "entry",
)  # fmt: skip

KNOWN: Final = f"""
SELECT f.page, f.fingerprint, f.finding, f.state, f.found, f.remedy, f.acted_side, COALESCE(d.seq, 0) AS seq,
    s.measure, COALESCE(d.measure, s.measure) AS judged, COALESCE(d.last_voucher, 0) AS judged_to,
    CASE WHEN f.waiver <> 0 AND NOT EXISTS ({WAIVED_ON}) THEN 1 ELSE 0 END AS lapsed,
    CASE WHEN EXISTS (SELECT 1 FROM voucher AS back WHERE back.reverses = f.remedy) THEN 1 ELSE 0 END AS undone
FROM book_findings AS f
JOIN sighting AS s ON s.finding = f.finding AND s.audit = f.last_audit
LEFT JOIN (
    SELECT a.finding, a.seq, seen.measure, run.last_voucher FROM finding_act AS a
    JOIN sighting AS seen ON seen.finding = a.finding AND seen.audit = a.audit
    JOIN audit AS run ON run.audit = a.audit
) AS d ON d.finding = f.finding AND d.seq = (SELECT MAX(a.seq) FROM finding_act AS a WHERE a.finding = f.finding)
"""
"""What is on record, with the measure when it was last seen and when it was last judged, and up to which voucher."""

Mark = tuple[str, str]
"""What a finding is known by: its page and its fingerprint."""

GONE: Final = "SELECT finding FROM book_findings WHERE found = 0 ORDER BY finding"


@dataclass(frozen=True)
class Recorded:
    """What an audit added to the record: its number, and the findings that are new, gone or open again."""

    audit: int
    new: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()
    reopened: tuple[int, ...] = ()

    def record(self) -> dict[str, Any]:
        """Return the machine-readable object of `check --format json`."""
        return {"audit": self.audit, "new": self.new, "gone": self.gone, "reopened": self.reopened}


def record(book: Book, audit: Audit, *, by: str, side: Side | None = None) -> Recorded:
    """Record a run of checks and all that it found in the book, in one act.

    What was asked for, by fund or day, narrows what is shown: the checks looked at everything, and so is what is kept.
    The side is the one on record, or the bureau's; looking puts nobody on one. Raises UsageError: `other-side` for a
    person who acts for the other side, `audit-stale` where the book moved since; BookError where the database refuses.
    """
    by = named(by)
    pages = {check.name: check for check in audit.checks}

    def act(connection: Connection) -> Recorded:
        on = side or side_of(connection, by) or "bureau"
        refuse_other_side(connection, by, on)
        if moment(connection) != audit.moment:
            raise UsageError("audit-stale")
        known = known_findings(connection)  # as it was before this run
        number = add_audit(connection, by, on, audit.vouchers, "", pages, audit.checks_run)
        seen = _once((*audit.findings, *audit.left_out))
        new = add_sightings(connection, number, seen, known, pages)
        reopened = [
            (known[mark], why) for mark in seen if mark in known and (why := _why_open(known[mark], seen[mark], on))
        ]
        dialect.insert_rows(connection, "finding_act", ACT, list(_reopening(reopened, number, by, on)))
        missing = {row["finding"] for mark, row in known.items() if row["found"] and mark not in seen}
        gone = (one for one in connection.exec_driver_sql(GONE).scalars() if one in missing)
        return Recorded(number, tuple(new), tuple(gone), tuple(row["finding"] for row, _ in reopened))

    return book.act(act)


def add_audit(
    connection: Connection,
    by: str,
    side: Side,
    vouchers: int,
    restricted: str,
    pages: Mapping[str, Check],
    ran: Sequence[str],
) -> int:
    """Record that checks ran; return the number of the audit."""
    number = following(connection, "audit")
    digests = [(name, pages[name].page.digest, thresholds_of(pages[name])) for name in ran]
    pages_sha256 = hashlib.sha256(json.dumps(sorted(digests)).encode()).hexdigest()
    last = int(connection.exec_driver_sql("SELECT COALESCE(MAX(id), 0) FROM voucher").scalar_one())
    row = (number, now(), by, side, restricted, pages_sha256, vouchers, last)
    dialect.insert_rows(connection, "audit", AUDIT, [row])
    dialect.insert_rows(connection, "audit_check", AUDIT_CHECK, [(number, *digest) for digest in digests])
    return number


def thresholds_of(check: Check) -> str:
    """Return the thresholds by which a check runs, as one text."""
    return json.dumps(dict(check.parameters), ensure_ascii=False, sort_keys=True)


def following(connection: Connection, table: str) -> int:
    """Return the next number of a table that is numbered by its own name."""
    return int(connection.exec_driver_sql(f"SELECT COALESCE(MAX({table}), 0) + 1 FROM {table}").scalar_one())


def known_findings(connection: Connection) -> dict[Mark, dict[str, Any]]:
    """Return what is on record, see `KNOWN`, by page and fingerprint."""
    found = connection.execute(text(KNOWN), {"today": today().isoformat()}).mappings()
    return {(row["page"], row["fingerprint"]): dict(row) for row in found}


def _once(findings: Iterable[Finding]) -> dict[Mark, Finding]:
    """Return findings by page and fingerprint; of two with the same, the worse."""
    worst_last = sorted(findings, key=lambda one: (-SEVERITIES.index(one.severity), one.measure))
    worst = {(finding.check, finding.fingerprint): finding for finding in worst_last}
    return dict(sorted(worst.items(), key=lambda item: (item[1].voucher, item[1].check)))


def add_sightings(
    connection: Connection,
    audit: int,
    seen: Mapping[Mark, Finding],
    known: Mapping[Mark, Mapping[str, Any]],
    pages: Mapping[str, Check],
) -> list[int]:
    """Record that an audit saw findings; return the numbers of those that were not on record."""
    first = following(connection, "finding")
    fresh = [mark for mark in seen if mark not in known]
    numbers = {mark: number for number, mark in enumerate(fresh, first)}
    rows = [_finding(seen[mark], number, audit, pages[seen[mark].check]) for mark, number in numbers.items()]
    dialect.insert_rows(connection, "finding", FINDING, rows)
    sightings = [
        (
            audit, numbers.get(mark) or known[mark]["finding"], one.page_sha256, one.amount, one.measure, one.actual,
            one.expected, one.difference,
        )
        for mark, one in seen.items()
    ]  # fmt: skip
    dialect.insert_rows(connection, "sighting", SIGHTING, sightings)
    return list(numbers.values())


def _finding(one: Finding, number: int, audit: int, check: Check) -> tuple[Any, ...]:
    """Return the row of a finding that is seen for the first time."""
    return (
        number, one.fingerprint, audit, one.check, one.page_sha256, one.severity, int(check.waivable),
        ",".join(check.remedied_by), one.voucher or None, one.entry, one.date, one.fund, one.use, one.project,
        one.unit, one.scale, one.evidence, _json(dict(one.parameters)), _json(list(one.basis)),
        _json(dict(one.messages)), _json(dict(one.remedies)), one.subject.file,
        one.subject.sheet, one.subject.row, one.subject.sha256,
    )  # fmt: skip


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _why_open(row: Mapping[str, Any], finding: Finding, side: Side) -> str:
    """Return why a finding that was settled stands open again now that a side sees it, or nothing.

    What was put right may still be seen: a reversed twin remains a twin. It stands open again when it is worse than
    when it was judged, or of a voucher that there was not yet; when an auditor sees what the bureau settled; when it
    comes back after it was gone, or what closed it does not hold any more.
    """
    if row["state"] not in {"dismissed", "closed"}:
        return ""
    if finding.measure > row["judged"]:
        return "reopened-worse"
    if finding.voucher > row["judged_to"]:
        return "reopened-newer"
    if side == "auditor" and row["acted_side"] == "bureau":
        return "reopened-auditor"
    if row["state"] == "dismissed":
        return ""
    reasons = {"reopened-lapsed": row["lapsed"], "reopened-undone": row["undone"], "reopened-back": not row["found"]}
    return next((why for why, holds in reasons.items() if holds), "")


def _reopening(
    reopened: Iterable[tuple[Mapping[str, Any], str]], audit: int, by: str, side: Side
) -> Iterator[tuple[Any, ...]]:
    for row, why in reopened:
        said = both(why, audit=audit)
        yield (row["finding"], row["seq"] + 1, "reopen", audit, side, by, now(), said, "", None, None, None)


def record_waived(connection: Connection, findings: Iterable[Finding], pages: Mapping[str, Check], by: str) -> None:
    """Record those findings on vouchers just posted that would have refused them, were they not waived.

    Posting looks at these vouchers only, so it says of no other finding that it is gone.
    """
    of = vouchers_of(connection)
    seen = _once(replace(one, subject=of(one.voucher, "")) for one in findings if one.waiver)
    if seen:
        refuse_other_side(connection, by, "bureau")
        ran = sorted({one.check for one in seen.values()})
        audit = add_audit(connection, by, "bureau", len({one.voucher for one in seen.values()}), "posting", pages, ran)
        add_sightings(connection, audit, seen, known_findings(connection), pages)
