"""Browsing: what the guard lets through to Fava and what it refuses, and the pages as people see them in a browser."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import pytest
from playwright.sync_api import expect, sync_playwright
from werkzeug.test import Client

import books
import fundtrack
from fundtrack.errors import LANGUAGES, UsageError
from fundtrack.importing.file import import_file
from fundtrack.ledger import publish
from fundtrack.money import grouped, parse
from fundtrack.web import browse
from fundtrack.web.serve import guarded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page
    from werkzeug.test import TestResponse

    from conftest import RunCli
    from fundtrack.errors import Language
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


def test_a_taken_port_is_told(ledger: Path) -> None:
    """With what to do about it."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError, match="--port 0"):
        browse(ledger, ready=print, port=taken.getsockname()[1])


def test_only_this_machine_is_served(ledger: Path) -> None:
    """Another address needs a proxy in front, named."""
    with pytest.raises(UsageError, match="this machine only"):
        browse(ledger, ready=print, host="0.0.0.0")


TWINS: Final = """\
支付申请编号,支付凭证号,实际支付日期,资金名称,项目名称,本级指标文号,列支科目,付款人账号,收款人全称,收款人账号,用途,凭证摘要,支付金额,银行交易流水号
SQ1,PZ1,2015-04-02,F01,,,F01-0601,45001234560001,某建筑公司,,进度款,,1250000.00,
SQ1,PZ1,2015-04-02,F01,,,F01-0601,45001234560001,某建筑公司,,进度款,,1250000.00,
"""
"""Two payments in one file that nothing tells apart: both are posted, and shown as a lead."""


@dataclass(frozen=True)
class Sight:
    """A page of a published ledger and what a person must find on it; figures as Fava writes them."""

    path: str
    found: tuple[str, ...]


RECEIVED: Final = ("47,034,000.00", "5,000,000.00", "37,085,800.00", "1,692,000.00", "14,680,000.00")

WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {"statement": "Received less spent", "account": "Assets:F01-Relocation:1001-Bank", "none": "No errors"},
    "zh": {"statement": "收支结余", "account": "A资产:F01-中央易地扶贫搬迁:1001-银行存款", "none": "没有错误"},
}


def sights(language: Language, funds: list[dict[str, str]]) -> dict[str, Sight]:
    """Return what the README shows of the demo: on each page the figures of each fund that `balance` gives."""
    words = WORDS[language]
    spent, held, advanced = (
        {grouped(parse(fund[name])) for fund in funds} - {"0.00"} for name in ("spent", "balance", "advanced")
    )
    return {
        "income-statement": Sight("income_statement/", (*RECEIVED, *spent, words["statement"])),
        "balance-sheet": Sight("balance_sheet/", (*held, *advanced)),
        "fund-account": Sight(f"account/{words['account']}/", (RECEIVED[0], grouped(parse(funds[0]["balance"])))),
        "errors": Sight("errors/", (words["none"],)),
    }


LEAD: Final[dict[Language, Sight]] = {
    "en": Sight("errors/", ("某建筑公司", "1,250,000.00", "paid twice")),
    "zh": Sight("errors/", ("某建筑公司", "1,250,000.00", "重复支付")),
}


@pytest.fixture(scope="module")
def chromium(browser: str) -> Iterator[Browser]:
    """Give a browser without a window."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def browsing(book: Path) -> Iterator[str]:
    """Give the address at which `fundtrack browse` shows a book."""
    command = [sys.executable, "-m", "fundtrack", "--book", str(book), "browse", "--port", "0", "--no-open"]
    environment = os.environ | {"PYTHONPATH": str(Path(fundtrack.__file__).parent.parent), "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8", env=environment) as server:
        assert server.stdout is not None
        address = re.search(r"http://127\.0\.0\.1:\d+/", server.stdout.readline())
        assert address, server.poll()
        try:
            yield address[0]
        finally:
            server.send_signal(signal.SIGINT)
    assert server.returncode == 130


@contextmanager
def looking(chromium: Browser, book: Path) -> Iterator[Callable[[Sight], Page]]:
    """Give what opens a page of a book and finds there what must be found; no script may be stopped by the guard."""
    complaints: list[str] = []
    with browsing(book) as address, chromium.new_page(viewport={"width": 1280, "height": 800}) as page:
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(address)
        ledger = page.url.rpartition("income_statement")[0]

        def look(sight: Sight) -> Page:
            page.goto(ledger + quote(sight.path, safe="/:"))
            for text in sight.found:
                expect(page.locator("article")).to_contain_text(text, timeout=15_000)
            return page

        yield look
    assert not complaints


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_demo_shows_the_right_figures(
    run_cli: RunCli, chromium: Browser, tmp_path: Path, language: Language
) -> None:
    """Income statement, balance sheet and an account of a fund, and that nothing was found.

    With FUNDTRACK_SCREENSHOTS the pages are saved as pictures in the folder that it names.
    """
    assert run_cli("demo", "--no-browse", "--lang", language).returncode == 0
    funds = json.loads(run_cli("--book", "tianyang", "balance", "--format", "json").stdout)["funds"]
    with looking(chromium, tmp_path / "tianyang") as look:
        for name, sight in sights(language, funds).items():
            page = look(sight)
            if folder := os.environ.get("FUNDTRACK_SCREENSHOTS"):
                page.screenshot(path=Path(folder) / f"{name}-{language}.png", animations="disabled")


@pytest.mark.parametrize("language", LANGUAGES)
def test_findings_are_seen_in_fava(chromium: Browser, tmp_path: Path, language: Language) -> None:
    """Two payments that nothing tells apart stand in the book, and on the page of errors."""
    book = books.small_book(tmp_path / "book")
    (tmp_path / "twins.csv").write_text(TWINS, "gb18030")
    (report,) = import_file(book, tmp_path / "twins.csv", by="clerk")
    assert report.rows["posted"] == 2
    publish(book, language)
    with looking(chromium, book.folder) as look:
        look(LEAD[language])
