"""The files of another system: vouchers and a chart of accounts as tables, read by a page into what a ledger says.

`source_at` reads whatever a path names: a Beancount ledger, or such tables.
"""

from __future__ import annotations

from fundtrack.importing.elsewhere.folder import source_at
from fundtrack.importing.elsewhere.form import is_system, system

__all__ = ["is_system", "source_at", "system"]
