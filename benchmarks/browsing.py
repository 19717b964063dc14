"""The first page that Fava shows of a published book."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import fava.application  # noqa: F401 - before the clock starts
from werkzeug.test import Client

from fundtrack.web.serve import guarded

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from benchmarks.child import Clock

HOST: Final = "127.0.0.1:5000"
PAGES: Final = ("/benchmark/income_statement/", "/benchmark/api/income_statement")
"""The page, and the figures that it then asks for."""


def first_page(clock: Clock, path: str) -> dict[str, int]:
    """Load a ledger behind our guard and show its income statement."""
    with TemporaryDirectory() as folder:
        with clock:
            guard = guarded(Path(path), {HOST}, Path(folder))
            client = Client(guard)
            answers = [client.get(page, headers={"Host": HOST}) for page in PAGES]
        return told(guard.application, answers)  # type: ignore[arg-type]


def told(application: Flask, answers: list[TestResponse]) -> dict[str, int]:
    """Return how many transactions and errors the ledger has; every page must have been shown."""
    assert [answer.status_code for answer in answers] == [HTTPStatus.OK] * len(answers), answers
    (ledger,) = application.config["LEDGERS"].ledgers
    return {"transactions": len(ledger.all_entries_by_type.Transaction), "errors": len(ledger.errors)}
