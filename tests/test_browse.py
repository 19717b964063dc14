"""Browsing: the address that is served, and the pages as people see them in a browser."""

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
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import pytest
from playwright.sync_api import expect, sync_playwright

import books
import fundtrack
from fundtrack.book import create_book
from fundtrack.book.policy import apply_chart
from fundtrack.errors import LANGUAGES, UsageError
from fundtrack.importing.batch.file import import_file
from fundtrack.ledger import publish
from fundtrack.money import grouped, parse
from fundtrack.web import browse
from quotas import controlled, end_the_year, run_a_year

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from conftest import RunCli
    from fundtrack.errors import Language


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    """With what to do about it."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError, match="--port 0"):
        browse(tmp_path, ready=print, port=taken.getsockname()[1])


def test_only_this_machine_is_served(tmp_path: Path) -> None:
    """Another address needs a proxy in front, named."""
    with pytest.raises(UsageError, match="this machine only"):
        browse(tmp_path, ready=print, host="0.0.0.0")


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
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what is started in the background ignores it by heritage
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


AMOUNT: Final = re.compile(r"[\d,]+\.\d\d(?: CNY\.Q)?")


IN_QUOTA: Final = {"1,600.00", "1,000.00", "600.00", "400.00", "300.00", "200.00", "100.00"}
"""What stands in the statuses of the lines of `run_a_year` and `end_the_year`, and their sums."""


def figures(page: Page) -> tuple[set[str], set[str]]:
    """Return the amounts of the trees of a page: those in money, and those in quota, which say so."""
    found = AMOUNT.findall("\n".join(page.locator("article ol").all_inner_texts()))
    quota = {one for one in found if one.endswith("CNY.Q")}
    return {*found} - quota, {one.removesuffix(" CNY.Q") for one in quota}


@pytest.mark.parametrize("language", LANGUAGES)
def test_quota_stands_beside_cash_and_is_never_added_to_it(
    chromium: Browser, tmp_path: Path, language: Language
) -> None:
    """1,000.00 in cash and in quota, 300.00 paid, 600.00 carried over, 100.00 taken back: each page by its unit."""
    book = create_book(tmp_path / "book", title="Quota", language="en")
    apply_chart(book, controlled(date(2015, 1, 1)), by="founder", document="原文未载")
    run_a_year(book)
    end_the_year(book)
    publish(book, language)
    use = {"en": "Expenses:F01-Relocation:0601-Housing", "zh": "E支出:F01-中央易地搬迁:0601-Housing"}[language]
    with looking(chromium, book.folder) as look:
        for conversion in ("", "?conversion=CNY", "?conversion=units"):
            page = look(Sight("income_statement/", ("300.00",)))
            page.goto(page.url + conversion)
            expect(page.locator("article")).to_contain_text("900.00", timeout=15_000)
            assert figures(page) == ({"900.00", "300.00", "600.00"}, set())
            page = look(Sight("balance_sheet/", ("600.00",)))
            page.goto(page.url + conversion)
            expect(page.locator("article")).to_contain_text("1,600.00 CNY.Q", timeout=15_000)
            assert figures(page) == (
                {"600.00"},
                {"1,600.00", "1,000.00", "600.00", "200.00", "400.00", "300.00", "100.00"},
            )
        page = look(Sight(f"account/{use}/", ("300.00",)))
        page.goto(page.url + "?r=changes&interval=year")
        expect(page.locator("article")).to_contain_text("(+600.00)", timeout=15_000)
