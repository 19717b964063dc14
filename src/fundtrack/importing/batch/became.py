"""What became of rows that wait no more: posted, replaced by a row of another file, rejected, or waiting elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fundtrack.errors import UsageError
from fundtrack.ledger.rows import voucher_number
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection

ALIKE: Final = """
FROM input_row AS r JOIN input_row AS o ON o.natural_key = r.natural_key AND o.occurrence = r.occurrence
    AND o.state = 'quarantined'
LEFT JOIN decision AS d ON d.batch = o.batch AND d.row = o.row
WHERE r.batch = :batch AND r.row = :row
"""
"""The rows with the natural key of a row, itself among them."""

VOUCHER: Final = """
SELECT fund, year, number, batch, row FROM voucher
WHERE (natural_key = :key AND occurrence = :occurrence) OR id = :voucher ORDER BY id DESC LIMIT 1
"""
APPLICATION: Final = """
SELECT application, batch, row FROM application WHERE natural_key = :key AND occurrence = :occurrence
"""
REPLACED: Final = """
SELECT v.row, r.batch, r.row FROM input_row AS r
CROSS JOIN {table} AS v
LEFT JOIN decision AS d ON d.batch = r.batch AND d.row = r.row
WHERE v.natural_key = r.natural_key AND v.occurrence = r.occurrence
    AND r.state = 'quarantined' AND r.natural_key <> '' AND d.batch IS NULL
    AND v.batch = {batch:d} AND r.batch < {batch:d}
ORDER BY v.row, r.batch, r.row
"""
"""Rows of earlier batches that waited until a row of this batch was posted with their key.

They are few, so SQLite is told by the cross join to begin with them.
"""


def replaced_by(connection: Connection, batch: int) -> Iterator[tuple[int, str]]:
    """Give the rows of a batch by which others wait no more, each with the name of the one that waited."""
    for table in ("voucher", "application"):
        for row, of, waited in connection.exec_driver_sql(REPLACED.format(table=table, batch=batch)):
            yield row, f"{of}:{waited}"


def became(connection: Connection, held: Mapping[str, Any]) -> UsageError:
    """Return what became of a row that was held and waits no more."""
    own = {"batch": held["batch"], "row": held["row"]}
    name = f"{held['batch']}:{held['row']}"
    if held["state"] == "rejected":
        ((at, by, why),) = dialect.rows_of(connection, f"""SELECT d.decided_at, d.decided_by, d.reason {ALIKE}
            AND d.decided = 'rejected' AND o.says = r.says ORDER BY o.batch, o.row LIMIT 1""", own)  # fmt: skip
        return UsageError("row-rejected", name=name, date=at[:10], by=by, reason=why)
    if held["state"] == "posted":
        known = {"key": held["natural_key"] or "-", "occurrence": held["occurrence"]}
        for fund, year, number, *source in dialect.rows_of(
            connection, VOUCHER, {**known, "voucher": held["voucher"] or -1}
        ):
            return _posted(name, voucher_number(fund, year, number), source)
        for application, *source in dialect.rows_of(connection, APPLICATION, known):
            return _posted(name, f"application {application}", source)
        for (entry,) in dialect.rows_of(connection, f"""SELECT d.entry {ALIKE} AND d.entry IS NOT NULL
            ORDER BY o.batch, o.row LIMIT 1""", own):  # fmt: skip
            return UsageError("row-posted", name=name, voucher=entry)
    for batch, row in dialect.rows_of(connection, f"""SELECT o.batch, o.row {ALIKE} AND o.says = r.says
        AND o.batch < r.batch ORDER BY o.batch, o.row LIMIT 1""", own):  # fmt: skip
        return UsageError("row-waits-as", name=name, other=f"{batch}:{row}")
    return UsageError("not-waiting", name=name)


def _posted(name: str, voucher: str, source: list[Any]) -> UsageError:
    """Return that a row was posted, itself or another in its place."""
    other = f"{source[0]}:{source[1]}"
    if other in {name, "None:None"}:
        return UsageError("row-posted", name=name, voucher=voucher)
    return UsageError("row-replaced", name=name, voucher=voucher, other=other)
