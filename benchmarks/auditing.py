"""Every check over the whole book, and the balances."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fundtrack.book import open_book
from fundtrack.checking.audit import audit_book
from fundtrack.reporting.balance import balances

if TYPE_CHECKING:
    from benchmarks.child import Clock


def audit(clock: Clock, book: str) -> dict[str, int]:
    """Audit a book and add up its balances."""
    opened = open_book(Path(book))
    with clock:
        audited = audit_book(opened)
        total = balances(opened).total
    assert total["received"] == total["spent"] + total["balance"], total
    return {"findings": len(audited.findings), "vouchers": audited.vouchers, "checks": len(audited.checks_run)}
