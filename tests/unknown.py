"""Where a page is proposed for a file that no page describes."""

from __future__ import annotations

from typing import Final

from fundtrack import pages
from fundtrack.importing import Importer
from fundtrack.importing.elsewhere import is_system
from fundtrack.importing.proposing import Desk

INSTALLED: Final = [page for page in pages.catalogue("importers").values() if not is_system(page)]

ENGLISH: Final = "Date,Supplier,Amount\n"
SIDES: Final = "日期,摘要,借方金额,贷方金额,余额,对方户名\n"


def desk(currency: str = "CNY") -> Desk:
    """Return where pages are proposed beside all installed ones."""
    return Desk({page.name: Importer(page, currency=currency) for page in INSTALLED}, {}, b"", currency)
