"""Every check over the whole book, and the balances."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fundtrack.book import open_book
from fundtrack.checking import checks
from fundtrack.checking.audit import audit_book
from fundtrack.reporting.balance import balances

if TYPE_CHECKING:
    from benchmarks.child import Clock


def audit(clock: Clock, book: str, *, whole: bool = False) -> dict[str, int]:
    """Audit a book by the checks that posting asks, or by the whole catalogue, and add up its balances."""
    opened = open_book(Path(book))
    asked = () if whole else [name for name, check in checks().items() if check.scope != "book"]
    with clock:
        audited = audit_book(opened, only=asked)
        total = balances(opened).total
    assert total["received"] == total["spent"] + total["balance"], total
    return {
        "findings": len(audited.findings),
        "vouchers": audited.vouchers,
        "checks": len(audited.checks_run),
        "all": len(checks()),
    }
