"""What is wrong with the record of findings, closings and applications: what was written past the program.

Whatever a control refuses is asked here of the rows that stand, for a control that was taken away and put back shows
nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fundtrack.book.periods import period_acts
from fundtrack.book.person import same_person
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

    from fundtrack.book.periods import PeriodAct

NUMBERED: Final = {"audit": "audit", "finding": "finding", "waiver": "waiver", "side": "seq", "period_act": "seq",
            "application": "application"}  # fmt: skip

UNFOUNDED: Final = """
SELECT f.finding FROM finding AS f LEFT JOIN audit AS a ON a.audit = f.audit
WHERE COALESCE(f.voucher, 0) > COALESCE(a.last_voucher, 0)
    OR NOT EXISTS (SELECT 1 FROM sighting AS s WHERE s.finding = f.finding AND s.audit = f.audit)
    OR EXISTS (SELECT 1 FROM sighting AS s WHERE s.finding = f.finding AND NOT EXISTS (
        SELECT 1 FROM audit_check AS c WHERE c.audit = s.audit AND c.page = f.page))
ORDER BY f.finding
"""
"""Findings of vouchers that there were not yet, or that no run of their check saw."""

UNLAWFUL: Final = """
SELECT d.finding, d.seq FROM finding_act AS d JOIN finding AS f ON f.finding = d.finding
LEFT JOIN finding_act AS b ON b.finding = d.finding AND b.seq = d.seq - 1
WHERE (d.seq <> 1 AND b.seq IS NULL)
    OR CASE COALESCE(b.act, 'reopen')
        WHEN 'reopen' THEN d.act = 'reopen' OR (d.act = 'close' AND NOT EXISTS (
            SELECT 1 FROM finding_act AS o WHERE o.finding = d.finding AND o.seq < d.seq AND o.act = 'confirm'))
        WHEN 'confirm' THEN d.act NOT IN ('dismiss', 'close')
        ELSE d.act <> 'reopen' END
    OR (d.act <> 'reopen' AND (
        d.side <> CASE WHEN EXISTS (SELECT 1 FROM sighting AS s JOIN audit AS a ON a.audit = s.audit
            WHERE s.finding = d.finding AND s.audit <= d.audit AND a.side = 'auditor') THEN 'auditor' ELSE 'bureau' END
        OR NOT EXISTS (SELECT 1 FROM side AS s WHERE s.person = PERSON(d.acted_by) AND s.side = d.side)
        OR EXISTS (SELECT 1 FROM voucher AS v WHERE v.id IN (f.voucher, d.remedy)
            AND PERSON(d.acted_by) IN (PERSON(v.prepared_by), PERSON(v.approved_by)))
        OR EXISTS (SELECT 1 FROM entry_hands AS h WHERE h.entry IN (f.entry, d.entry)
            AND h.person = PERSON(d.acted_by))))
    OR (d.entry IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM entry_succession AS e WHERE e.entry = f.entry AND e.successor = d.entry))
    OR (d.waiver IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM waiver AS w WHERE w.waiver = d.waiver AND w.page = f.page))
ORDER BY d.finding, d.seq
"""
"""Acts out of order, of the wrong side, by those whose own work they are about, or on grounds that are none."""

UNGRANTED: Final = """
SELECT w.waiver FROM waiver AS w LEFT JOIN finding AS f ON f.finding = w.finding
WHERE PERSON(w.asked_by) = PERSON(w.approved_by) OR NOT IS_DATE(w.valid_from) OR NOT IS_DATE(w.valid_to)
    OR NOT IS_DATE(w.document_date) OR w.valid_from > w.valid_to
    OR substr(w.granted_at, 1, 4) < substr(w.document_date, 1, 4)
    OR EXISTS (SELECT 1 FROM voucher AS v WHERE v.id IN (w.voucher, f.voucher)
        AND PERSON(w.approved_by) IN (PERSON(v.prepared_by), PERSON(v.approved_by)))
ORDER BY w.waiver
"""
"""Waivers that nobody could have granted."""


CONFIRMED_ALONE: Final = """
SELECT n.batch || ':' || n.row FROM decision AS n
JOIN voucher AS v ON v.id = n.voucher
JOIN input_row AS r ON r.batch = n.batch AND r.row = n.row
LEFT JOIN default_in_force AS d ON d.batch = n.batch
WHERE (n.reason = 'fund-by-default' OR (v.batch = r.batch AND v.row = r.row AND r.reasons LIKE '%"fund-by-default"%'))
    AND (d.said_by IS NULL OR PERSON(d.said_by) IN (PERSON(n.decided_by), PERSON(v.prepared_by)))
ORDER BY n.batch, n.row
"""
"""Rows whose fund or use nobody said, or who said it also confirmed it."""

AFTER_CLOSING: Final = """
SELECT v.voucher_number, v.date, a.date
FROM (
    SELECT date, day, last_voucher, LEAD(last_voucher) OVER (ORDER BY seq) AS next_last FROM period_act
) AS a
JOIN book_vouchers AS v ON v.day <= a.day AND v.voucher > a.last_voucher
    AND (a.next_last IS NULL OR v.voucher <= a.next_last)
ORDER BY v.voucher
"""
"""Vouchers that came after an act which closed their month, and before the next one."""

UNAPPROVED: Final = """
SELECT d.application FROM application_decision AS d LEFT JOIN application AS a ON a.application = d.application
WHERE a.application IS NULL OR (d.voucher IS NOT NULL AND (PERSON(d.decided_by) = PERSON(a.applied_by)
    OR NOT EXISTS (SELECT 1 FROM voucher AS v WHERE v.id = d.voucher AND v.kind = 'application' AND v.fund = a.fund
        AND v.payee = a.payee AND v.contract = a.contract AND v.document = a.document AND v.reverses IS NULL
        AND v.prepared_by = a.applied_by AND v.approved_by = d.decided_by AND EXISTS (
            SELECT 1 FROM entry AS e JOIN quota_heading AS h ON h.fund = e.fund AND h.status = 'applied'
            JOIN quota AS q ON q.fund = a.fund AND q.line = a.line
            WHERE e.voucher = v.id AND e.credit = h.code || ':' || q.name AND e.amount = a.amount AND e.red = 0))))
ORDER BY d.application
"""
"""Applications that nobody could have decided about as it is said."""

UNASKED: Final = """
SELECT v.voucher_number FROM book_vouchers AS v WHERE v.kind = 'application' AND v.reverses = 0
    AND NOT EXISTS (SELECT 1 FROM application_decision AS d WHERE d.voucher IN (v.voucher, v.cites))
ORDER BY v.voucher
"""
"""Vouchers that approve, or release, what nobody applied for."""


SELECTED: Final = {
    "finding-unfounded": (UNFOUNDED, ("finding",)),
    "act-unlawful": (UNLAWFUL, ("finding", "seq")),
    "waiver-unlawful": (UNGRANTED, ("waiver",)),
    "voucher-after-closing": (AFTER_CLOSING, ("voucher", "date", "until")),
    "approval-unlawful": (UNAPPROVED, ("application",)),
    "approval-unasked": (UNASKED, ("voucher",)),
    "confirmed-alone": (CONFIRMED_ALONE, ("row",)),
}
"""What a select finds, by name: the select, and what its columns are called."""


def faults(connection: Connection) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the name and the details of each thing that is wrong."""
    for table, number in NUMBERED.items():
        counted = f"SELECT COUNT(*), COALESCE(MIN({number}), 1), COALESCE(MAX({number}), 0) FROM {table}"
        for count, first, last in dialect.rows_of(connection, counted):
            if (first, last) != (1, count):
                yield "record-gap", {"table": table, "count": count, "first": first, "last": last}
    for name, (select, columns) in SELECTED.items():
        for row in dialect.rows_of(connection, select):
            yield name, dict(zip(columns, row, strict=True))
    acts = period_acts(connection)
    for before, act in zip([None, *acts], acts, strict=False):
        if not _lawful(before, act, acts):
            yield "period-unlawful", {"seq": act.seq, "month": act.month}


def _lawful(before: PeriodAct | None, act: PeriodAct, acts: Iterable[PeriodAct]) -> bool:
    """Return whether an act on a month could have followed the one before it."""
    if act.act == "close":
        follows = before is None or before.date == act.month.before.last.isoformat()
        return follows and act.date == act.month.last.isoformat()
    if before is None or (before.date, act.date) != (act.month.last.isoformat(), act.month.before.last.isoformat()):
        return False
    closers = [one for one in acts if one.act == "close" and one.seq < act.seq and one.date >= before.date]
    closer = min(closers, key=lambda one: (one.date, -one.seq))
    return not same_person(closer.acted_by, act.acted_by)
