"""What a user would pick to browse: stock Fava over a plain ledger of the same vouchers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fava.application import create_app
from werkzeug.test import Client

from benchmarks.browsing import PAGES, told

if TYPE_CHECKING:
    from benchmarks.child import Clock


def first_page(clock: Clock, path: str) -> dict[str, int]:
    """Load a ledger and show its income statement."""
    with clock:
        application = create_app([Path(path)], load=True)
        client = Client(application)
        answers = [client.get(page) for page in PAGES]
    return told(application, answers)
