"""How far an audit reports: the findings of some funds, those of vouchers from a day on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fundtrack.errors import UsageError, nearest
from fundtrack.schema import dialect

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import Connection

    from fundtrack.checking.finding import Finding
    from fundtrack.checking.lens import Lens


@dataclass(frozen=True)
class Extent:
    """What is reported; without funds and without a day, everything.

    All vouchers are looked at whatever is reported: a balance of today rests on all that went before. What concerns the
    whole ledger, and so names neither a fund nor a voucher, is never left out: a ledger that was altered, or that
    Beancount objects to, is in doubt for every fund and every day.
    """

    funds: tuple[str, ...] = ()
    since: dt.date | None = None

    def holds(self, finding: Finding) -> bool:
        """Return whether a finding is reported. A voucher that mixes two funds concerns both."""
        named = {finding.fund, *finding.other_funds} - {""}
        whole = not finding.voucher
        of_these = not self.funds or bool(named & set(self.funds)) or (whole and not named)
        lately = self.since is None or finding.date >= self.since.isoformat() or (whole and not finding.date)
        return of_these and lately

    def record(self) -> dict[str, Any]:
        """Return it for machine-readable output."""
        return {"funds": list(self.funds), "since": self.since.isoformat() if self.since else None}


EVERYTHING = Extent()


def assert_funds(connection: Connection, lens: Lens, extent: Extent) -> None:
    """Refuse a fund that neither the chart nor any posting knows. Raises UsageError (`check-fund`)."""
    known = set[str]()
    for relation in ("funds", "postings"):
        if set(extent.funds) <= known:
            return
        select = lens.after("")[relation]
        known |= {str(fund) for (fund,) in dialect.rows_of(connection, f"SELECT DISTINCT fund FROM ({select}) AS seen")}
    for fund in extent.funds:
        if fund not in known:
            raise UsageError("check-fund", fund=fund, known=nearest(fund, known - {""}))
