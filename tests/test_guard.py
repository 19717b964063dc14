"""The guard before Fava: what it lets through and what it refuses, asked of both over HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest
from werkzeug.test import Client

from fundtrack.web.serve import guarded

if TYPE_CHECKING:
    from pathlib import Path

    from werkzeug.test import TestResponse

    from fundtrack.web import Guard

HOST: Final = "127.0.0.1:5000"
LEDGER: Final = """
option "title" "County"
option "operating_currency" "CNY"
2014-01-01 open Assets:F01-Relocation:1001-Treasury CNY
2014-01-01 open Income:F01-Relocation:4001-Transfer CNY
2015-01-05 * "上级财政" "拨款"
  Assets:F01-Relocation:1001-Treasury  1000.00 CNY
  Income:F01-Relocation:4001-Transfer
2015-01-01 query "Cash" "SELECT account, sum(position) WHERE account ~ 'Assets' GROUP BY account"
"""
PUBLISHED: Final = "SELECT account, sum(position) WHERE account ~ 'Assets' GROUP BY account"
BOMB: Final = "(a+)+$"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small ledger."""
    path = tmp_path_factory.mktemp("browse") / "fava.beancount"
    path.write_text(LEDGER, "utf-8")
    return path


class Visitor:
    """Asks a guarded Fava for pages of its one ledger, `county`."""

    def __init__(self, guard: Guard) -> None:
        """Stand before the guard."""
        self.client = Client(guard)

    def get(self, path: str, host: str = HOST, method: str = "GET", **query: str) -> TestResponse:
        """Ask for a path, by default below the ledger."""
        path = path if path.startswith("/") else f"/county/{path}"
        return self.client.open(path, method=method, query_string=query, headers={"Host": host})


@pytest.fixture(scope="module")
def visitor(ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Visitor:
    """Return somebody who may look."""
    return Visitor(guarded(ledger, {HOST}, tmp_path_factory.mktemp("words")))


@pytest.fixture(scope="module")
def auditor(ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Visitor:
    """Return somebody who may look at everything."""
    return Visitor(guarded(ledger, {HOST}, tmp_path_factory.mktemp("words"), auditor=True))


@pytest.fixture(params=["visitor", "auditor"])
def anybody(request: pytest.FixtureRequest) -> Visitor:
    """Return each of them in turn."""
    anybody = request.getfixturevalue(request.param)
    assert isinstance(anybody, Visitor)
    return anybody


@pytest.mark.parametrize(
    "path",
    [
        "income_statement/", "balance_sheet/", "trial_balance/", "journal/", "errors/", "statistics/", "query/",
        "account/Assets:F01-Relocation:1001-Treasury/", "api/income_statement", "api/balance_sheet", "api/errors",
        "api/statistics", "api/options", "api/journal_page?page=1&order=desc", "download-journal/",
    ],
)  # fmt: skip
def test_what_shows_figures_is_open(visitor: Visitor, path: str) -> None:
    """Every page that a clerk looks at."""
    path, _, query = path.partition("?")
    assert visitor.get(path, **dict(pair.split("=") for pair in query.split("&") if pair)).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:5000", "127.0.0.1", "127.0.0.1:8080", "", "[::1]:5000"])
def test_other_hosts_are_misdirected(visitor: Visitor, host: str) -> None:
    """A hostile page that rebinds its name to this machine reads nothing."""
    answer = visitor.get("api/balance_sheet", host=host)
    assert answer.status_code == 421
    assert "1000" not in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["api/source", "api/add_entries", "income_statement/"])
def test_nothing_is_written(anybody: Visitor, ledger: Path, method: str, path: str) -> None:
    """Neither by a clerk nor by an auditor."""
    answer = anybody.get(path, method=method)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"
    assert ledger.read_text("utf-8") == LEDGER


def test_head_is_answered_without_a_body(visitor: Visitor) -> None:
    """A watchdog may ask whether the page is there."""
    answer = visitor.get("income_statement/", method="HEAD")
    assert answer.status_code == 200
    assert answer.data == b""


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("api/query", {"query_string": "SELECT filename"}),
        ("api/query", {"query_string": "CREATE TABLE x USING 'csv:/etc/passwd'"}),
        ("api/query", {"query_string": f"SELECT 'aaaaaaaaaaaaaaaaaaaaaaaaaaaa!' ~ '{BOMB}'"}),
        ("api/query", {"query_string": f"{PUBLISHED}; SELECT filename"}),
        ("api/query/", {"query_string": "SELECT filename"}),
        ("download-query/query_result.csv", {"query_string": PUBLISHED}),
        ("api/source", {"filename": "/etc/passwd"}),
        ("api/extract", {"filename": "x", "importer": "y"}),
        ("api/imports", {}),
        ("editor/", {}),
        ("import/", {}),
        ("/jump", {"time": "2015"}),
        ("extension/Any/endpoint", {}),
        ("api/anything-new", {}),
        ("anything-new/", {}),
    ],
)
def test_what_shows_more_is_for_auditors(visitor: Visitor, path: str, query: dict[str, str]) -> None:
    """Queries nobody published, sources, importers, endpoints of extensions, and what a later Fava may add."""
    answer = visitor.get(path, **query)
    assert answer.status_code == 403
    assert "--auditor" in answer.text
    if "api/" in path:
        assert "--auditor" in json.loads(answer.text)["error"]


@pytest.mark.parametrize("query", [PUBLISHED, "SELECT account, count(account) ORDER BY account"])
def test_published_queries_run(visitor: Visitor, query: str) -> None:
    """What the sidebar offers, and what Fava's own statistics ask."""
    answer = visitor.get("api/query", query_string=query)
    assert answer.status_code == 200, answer.text
    assert "1000" in answer.text or "Treasury" in answer.text


def test_auditors_may_query_and_read_the_source(auditor: Visitor, ledger: Path) -> None:
    """With the option that says so."""
    assert auditor.get("api/query", query_string="SELECT sum(number)").status_code == 200
    assert json.loads(auditor.get("api/source", filename=str(ledger)).text)["data"]["source"] == LEDGER


@pytest.mark.parametrize("path", ["api/source", "document/", "statement/"])
def test_files_outside_the_ledger_are_shut(anybody: Visitor, path: str) -> None:
    """For everybody."""
    answer = anybody.get(path, filename="/etc/passwd", entry_hash="x", key="x")
    assert answer.status_code >= 400
    assert "root:" not in answer.text


@pytest.mark.parametrize("name", ["account", "filter", "time"])
@pytest.mark.parametrize("text", [BOMB, 'payee:"(a|a)*$"', "a*a*a*a*b", "(a{1,9}) {9}", "(x|x)?+", "a" * 501])
def test_filters_that_never_end_are_refused(anybody: Visitor, name: str, text: str) -> None:
    """One request must not hold the only interpreter."""
    answer = anybody.get("api/income_statement", **{name: text})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        {"account": "Expenses:F01"}, {"account": "F0[13].*"}, {"time": "2015-01 - 2015-06"}, {"time": "year-1"},
        {"filter": 'payee:"上级财政"'}, {"filter": '#tag -^link any(account:"Assets:F01")'}, {"filter": "> 1000"},
    ],
)  # fmt: skip
def test_ordinary_filters_pass(visitor: Visitor, query: dict[str, str]) -> None:
    """What people type into Fava's filter boxes."""
    assert visitor.get("api/income_statement", **query).status_code == 200


@pytest.mark.parametrize(
    ("path", "host"), [("income_statement/", HOST), ("editor/", HOST), ("errors/", "evil.example")]
)
def test_every_answer_has_the_headers(visitor: Visitor, path: str, host: str) -> None:
    """Refusals too."""
    headers = visitor.get(path, host=host).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Server" not in headers
