"""The quota lines of a book, as its table keeps them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from fundtrack.chart.model import Quota

if TYPE_CHECKING:
    from sqlalchemy import Connection

LINES: Final = """
SELECT fund, date, document, upper_document, department, expires, COALESCE(parent, 0), use, project, line, chart,
    recorded_at, recorded_by
FROM quota ORDER BY fund, line
"""


def quotas(connection: Connection) -> list[Quota]:
    """Return every quota line, by fund and number."""
    found = []
    for fund, day, document, upper, department, expires, *rest in connection.exec_driver_sql(LINES):
        last = date.fromisoformat(expires) if expires else None
        found.append(Quota(fund, date.fromisoformat(day), document, upper, department, last, *rest))
    return found
