"""Findings on record: what they are, what state they are in today, and everything that is known of one."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from fundtrack.auditing.record import thresholds_of
from fundtrack.auditing.waivers import WAIVED_ON, waived
from fundtrack.book.clock import today
from fundtrack.checking.book import vouchers_of
from fundtrack.errors import UsageError
from fundtrack.ledger.rows import voucher_number
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from fundtrack.auditing.sides import Side
    from fundtrack.checking import Check, Finding
    from fundtrack.checking.audit import Audit
    from fundtrack.checking.finding import State

LISTED: Final = f"""
SELECT f.*, t.messages, t.scale, t.file AS imported,
    COALESCE((SELECT MIN(c.waiver) FROM ({WAIVED_ON}) AS c), 0) AS covered
FROM book_findings AS f JOIN finding AS t ON t.finding = f.finding
WHERE :number IN (0, f.finding)
ORDER BY f.finding
"""
STATES: Final = f"""
SELECT f.page, f.fingerprint, f.finding, f.state, f.waiver, f.acted_side, c.parameters,
    COALESCE((SELECT MIN(w.waiver) FROM ({WAIVED_ON}) AS w), 0) AS covered,
    COALESCE((SELECT a.last_voucher FROM finding_act AS d JOIN audit AS a ON a.audit = d.audit
        WHERE d.finding = f.finding ORDER BY d.seq DESC LIMIT 1), 0) AS judged_to
FROM book_findings AS f JOIN audit_check AS c ON c.audit = f.last_audit AND c.page = f.page
ORDER BY f.finding
"""
REOPENED: Final[dict[str, State]] = {"dismissed": "lead", "closed": "confirmed"}
"""What is settled, and what it is again where that does not hold."""

SIGHTINGS: Final = """
SELECT s.audit, a.audited_at, a.audited_by, a.side, s.page_sha256, s.amount, s.measure, s.actual,
    s.expected, s.difference
FROM sighting AS s JOIN audit AS a ON a.audit = s.audit WHERE s.finding = :number ORDER BY s.audit
"""
ACTS: Final = """
SELECT d.seq, d.act, d.side, d.acted_by, d.acted_at, d.reason, d.document, COALESCE(d.remedy, 0) AS remedy,
    COALESCE(d.waiver, 0) AS waiver, COALESCE(d.entry, '') AS entry, v.fund, v.year, v.number
FROM finding_act AS d LEFT JOIN voucher AS v ON v.id = d.remedy WHERE d.finding = :number ORDER BY d.seq
"""
CELLS: Final = """
SELECT r.cells FROM finding AS f JOIN voucher AS v ON v.id = f.voucher
JOIN voucher AS w ON w.id IN (v.id, v.link) OR (w.link = v.link AND w.link <> w.id)
JOIN input_row AS r ON r.batch = w.batch AND r.row = w.row WHERE f.finding = :number
"""


@dataclass(frozen=True)
class Known:
    """A finding on record, with its history: `row` are its columns, each sighting and act a row of its own.

    `cells` is the source row as it was read, where the book keeps it.
    """

    row: Mapping[str, Any]
    state: State
    covered: int
    sightings: Sequence[Mapping[str, Any]]
    acts: Sequence[Mapping[str, Any]]
    cells: str

    @property
    def latest(self) -> Mapping[str, Any]:
        """What the last run that saw it compared."""
        return self.sightings[-1]


def seen_checks(connection: Connection) -> set[str]:
    """Return the checks that something on record was found by; their pages may be gone."""
    return set(connection.exec_driver_sql("SELECT DISTINCT page FROM finding").scalars())


def listed(
    connection: Connection,
    *,
    number: int = 0,
    states: Collection[str] = (),
    checks: Collection[str] = (),
    funds: Collection[str] = (),
) -> list[dict[str, Any]]:
    """Return the findings on record with their state today; one, or those of some states, checks or funds, if named."""
    found = connection.execute(text(LISTED), {"today": today().isoformat(), "number": number}).mappings()
    rows = [{**row, "state": state_of(dict(row)), "messages": json.loads(row["messages"])} for row in found]
    chosen = (("state", states), ("page", checks), ("fund", funds))
    return [row for row in rows if all(not some or row[name] in some for name, some in chosen)]


def unsettled(connection: Connection, until: str) -> int:
    """Return how many errors on record up to a day are not settled; one of an import counts from its first row on."""
    first = dict(dialect.rows_of(connection, "SELECT entry, date_first FROM book_batches"))
    found = (row for row in listed(connection, states=("lead", "confirmed")) if row["severity"] != "warn")
    return sum((first.get(row["entry"]) or row["date"] or "") <= until for row in found)


def state_of(row: Mapping[str, Any], side: Side = "bureau") -> State:
    """Return the state of a finding today, from the acts (`state`, `waiver`) and the waiver that `covered` it.

    For an auditor, what the bureau settled (`acted_side`) is not settled.
    """
    by_acts: State = row["state"]
    if side == "auditor" and row["acted_side"] == "bureau" and by_acts in REOPENED:
        by_acts = REOPENED[by_acts]
    if by_acts == "closed":
        return "closed" if row["covered"] or not row["waiver"] else "confirmed"
    return "waived" if row["covered"] and by_acts != "dismissed" else by_acts


def settled(
    connection: Connection, findings: Iterable[Finding], pages: Mapping[str, Check], side: Side = "bureau"
) -> tuple[Finding, ...]:
    """Return findings of the book with what is on record of them: number, state, and the waiver that covers them.

    The state is what it is for a side. One that is not on record is waived all the same, where a waiver covers it; one
    of a voucher that there was not yet when it was settled is not settled.
    """
    known = {(row["page"], row["fingerprint"]): row for row in _states(connection)}

    def settle(one: Finding) -> Finding:
        row = known.get((one.check, one.fingerprint))
        if row:
            newer = row["state"] in REOPENED and one.voucher > row["judged_to"]
            now = row | {"state": REOPENED[row["state"]]} if newer else row
            return replace(one, number=row["finding"], state=state_of(now, side), waiver=row["covered"])
        return replace(one, state="waived") if one.waiver else one

    return tuple(map(settle, waived(connection, findings, pages)))


def unseen(connection: Connection, audit: Audit, side: Side = "bureau") -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the numbers of what is open on record, of checks that ran, and was not found.

    The second were found by other thresholds than those of this run, which says nothing of them.
    """
    seen = {(one.check, one.fingerprint) for one in (*audit.findings, *audit.left_out)}
    pages = {check.name: check for check in audit.checks if check.name in audit.checks_run}
    missing = [
        row for row in _states(connection)
        if row["page"] in pages and (row["page"], row["fingerprint"]) not in seen
        and state_of(row, side) in {"lead", "confirmed"}
    ]  # fmt: skip
    alike = [row for row in missing if row["parameters"] == thresholds_of(pages[row["page"]])]
    others = [row for row in missing if row not in alike]
    return tuple(row["finding"] for row in alike), tuple(row["finding"] for row in others)


def _states(connection: Connection) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(text(STATES), {"today": today().isoformat()}).mappings()]


def known(connection: Connection, number: int) -> Known:
    """Return a finding on record with its history. Raises UsageError (`finding-unknown`)."""
    found = listed(connection, number=number) if number > 0 else []
    if not found:
        raise UsageError("finding-unknown", number=number)
    rows = {
        name: connection.execute(text(select), {"number": number}).mappings().all()
        for name, select in (("sightings", SIGHTINGS), ("acts", ACTS), ("cells", CELLS))
    }
    (first,) = connection.execute(text("SELECT * FROM finding WHERE finding = :number"), {"number": number}).mappings()
    said = {name: json.loads(first[name]) for name in ("messages", "remedies", "basis", "parameters")}
    if first["voucher"] and not first["file"]:  # raised while its file was still being imported
        source = vouchers_of(connection)(first["voucher"], "")
        said |= {name: getattr(source, name) for name in ("file", "sheet", "row", "sha256")}
    return Known(
        row={**first, **found[0], **said},
        state=found[0]["state"],
        covered=found[0]["covered"],
        sightings=[dict(row) for row in rows["sightings"]],
        acts=[{**row, "remedy_number": _number(dict(row))} for row in rows["acts"]],
        cells=rows["cells"][0]["cells"] if rows["cells"] else "",
    )


def _number(row: Mapping[str, Any]) -> str:
    """Return the number of the voucher a row names, empty for none."""
    return voucher_number(row["fund"], row["year"], row["number"]) if row["fund"] else ""
