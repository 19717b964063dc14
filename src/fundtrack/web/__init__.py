"""Looking at the published ledger in Fava: on this machine, read-only, behind a guard."""

from __future__ import annotations

from fundtrack.web.guard import Guard
from fundtrack.web.serve import browse

__all__ = ["Guard", "browse"]
