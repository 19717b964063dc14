"""The quota lines of a book, as its table keeps them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from fundtrack.chart.model import Quota
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from sqlalchemy import Connection

COLUMNS: Final = """
SELECT fund, date, document, upper_document, department, expires, COALESCE(parent, 0), use, project, line, chart,
    recorded_at, recorded_by, COALESCE(treasury_id, '')
FROM quota
"""
LINES: Final = f"{COLUMNS} ORDER BY fund, line"
LAST: Final = f"{COLUMNS} WHERE fund = :fund ORDER BY line DESC LIMIT 1"


def quotas(connection: Connection) -> list[Quota]:
    """Return every quota line, by fund and number."""
    return [_line(*row) for row in connection.exec_driver_sql(LINES)]


def last_line(connection: Connection, fund: str) -> Quota:
    """Return the quota line of a fund that was opened last; it must have one."""
    (row,) = dialect.rows_of(connection, LAST, {"fund": fund})
    return _line(*row)


def _line(
    fund: str,
    day: str,
    document: str,
    upper: str,
    department: str,
    expires: str,
    *rest: Any,  # noqa: ANN401 - of the columns
) -> Quota:
    last = date.fromisoformat(expires) if expires else None
    return Quota(fund, date.fromisoformat(day), document, upper, department, last, *rest)
