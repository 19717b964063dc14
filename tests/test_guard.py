"""The guard before Fava: what it lets through and what it refuses, asked of both over HTTP."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import pytest
from werkzeug.test import Client

from fundtrack.errors import messages
from fundtrack.web import filters
from fundtrack.web.queries import FAVAS
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
        return self.ask(path, {"Host": host}, method, **query)

    def ask(self, path: str, headers: dict[str, str], method: str = "GET", **query: str) -> TestResponse:
        """Ask for a path with headers, the right host among them if they do not say otherwise."""
        path = path if path.startswith("/") else f"/county/{path}"
        return self.client.open(path, method=method, query_string=query, headers={"Host": HOST} | headers)


def refused(answer: TestResponse) -> str:
    """Return the key of the message with which a request was refused, in both languages."""
    said = json.loads(answer.text)["error"] if answer.mimetype == "application/json" else answer.text.rstrip("\n")
    assert answer.status_code >= 400, said
    keys = [key for key, texts in messages().items() if said == f"{texts['en']}\n{texts['zh']}"]
    assert keys, said
    return keys[0]


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


LITERAL: Final = re.compile(r"""(["'`])\s*(SELECT\s.*?)\s*\1""", re.DOTALL)
"""A literal of JavaScript that holds a query; Fava's have quotation marks of the other kind inside."""

HOLDINGS: Final = 'WHERE account_sortkey(account) ~ "^[01]" GROUP BY 1,3,4,5,6,7,8'
HEAD: Final = "SELECT account,  units(sum(position)) as units,"


@pytest.mark.parametrize(
    "query",
    [
        f'{HEAD} payee, narration, id, filename, lineno, entry_meta("prepared-by") {HOLDINGS}',
        f'{HEAD} grep("QQQ", account) {HOLDINGS}',
        f"{PUBLISHED} LIMIT 1",
        PUBLISHED.replace("'Assets'", "'Income'"),
        "SELECT account, count(account) ORDER BY account; SELECT filename",
    ],
)
def test_a_query_that_resembles_an_open_one_is_shut(visitor: Visitor, query: str) -> None:
    """A text between a known head and a known tail can ask for anything, and take for ever."""
    answer = visitor.get("api/query", query_string=query)
    assert answer.status_code == 403, answer.text
    assert "fava.beancount" not in answer.text


@pytest.mark.parametrize("query", [PUBLISHED, *sorted(FAVAS)])
def test_published_queries_run(visitor: Visitor, query: str) -> None:
    """What the sidebar offers, and what Fava's own statistics and holdings ask."""
    answer = visitor.get("api/query", query_string=query)
    assert answer.status_code == 200, answer.text
    assert "1000" in answer.text or "Treasury" in answer.text


def test_queries_of_fava_are_those_in_its_scripts(visitor: Visitor) -> None:
    """Another release of Fava that asks other queries is noticed here, not by who opens its holdings."""
    scripts = [file.read_text("utf-8") for file in (files("fava") / "static").iterdir() if file.name.endswith(".js")]
    asked = [text for script in scripts for _, text in LITERAL.findall(script)]
    assert {" ".join(text.split()) for text in asked} == FAVAS
    for query in asked:
        assert visitor.get("api/query", query_string=query).status_code == 200


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


ENDLESS: Final = (
    BOMB, "a*a*a*a*b", "(a{1,9}) {9}", "(x|x)?+", "a" * 501,
    ".?" * 9 + "QQQ", "(.|.)" * 9 + "QQQ", "a|b", "a{1,9}", ".*.+", r"\\(.|.)", r"[(]a*\\*", "x*?",
)  # fmt: skip
"""What can take for ever as a regular expression, and what is refused with it because it may only look so."""


@pytest.mark.parametrize("text", [*ENDLESS, "(F01)", 'any("F01")'])
def test_accounts_that_never_end_are_refused(anybody: Visitor, text: str) -> None:
    """One request must not hold the only interpreter, neither for clerks nor for an auditor."""
    assert refused(anybody.get("api/income_statement", account=text)) == "browse-filter"


@pytest.mark.parametrize("form", ['narration:"{}"', "any(account:'{}')", "#tag, -('{}')", '-payee:"x" "{}"'])
@pytest.mark.parametrize("text", [*ENDLESS, "any(.|.)all(.|.)", "any(x)"])
def test_filters_that_never_end_are_refused(anybody: Visitor, form: str, text: str) -> None:
    """Wherever the language of filters has a pattern; its own brackets, outside quotation marks, are not one."""
    assert refused(anybody.get("api/journal", filter=form.format(text))) == "browse-filter"


@pytest.mark.parametrize("text", [".?.?.?", "x|y", "a*b*", 'any(".*") .*', "\\.*.*"])
def test_filters_without_quotation_marks_are_patterns_too(anybody: Visitor, text: str) -> None:
    """A bare word is searched for like a quoted one."""
    assert refused(anybody.get("api/journal", filter=text)) == "browse-filter"


@pytest.mark.parametrize(
    "query",
    [
        {"account": "Expenses:F01"}, {"account": "F0[13].*"}, {"account": "^Assets:F01-Relocation:1001-Treasury$"},
        {"account": "E支出:F1-中央易地搬迁:01-住房建设（一期）"}, {"time": "2015-01 - 2015-06"}, {"time": "year-1"},
        {"time": "FY2015-Q1"}, {"time": "2015-W07 to 2016"}, {"time": "1900 - 2199"},
        {"time": "2010 - 2019", "interval": "day"}, {"filter": 'payee:"上级财政"'}, {"filter": "> 1000"},
        {"filter": '#tag -^link any(account:"Assets:F01")'}, {"filter": 'any(account:"F01"), any(account:"F03")'},
        {"filter": "(#a, #b) -all(account:'F0[13]:.*')"},
        {"filter": '拨款 payee:"^某公司\\(二期\\)\\*\\-\\?\\|\\+$"'},
    ],
)  # fmt: skip
def test_ordinary_filters_pass(visitor: Visitor, query: dict[str, str]) -> None:
    """What people type into Fava's filter boxes, and what it writes there itself when a name is clicked."""
    assert visitor.get("api/income_statement", **query).status_code == 200


@pytest.mark.parametrize(
    ("time", "interval"),
    [
        ("0001 - 9999", "day"), ("1000 - 5000", "day"), ("1899", "month"), ("2015 - 2300", "year"),
        ("٠٠٠١ - ٩٩٩٩", "day"), ("1900 - 2099", "day"), ("1900 - 2199", "Weekly"), ("2016 - 2015", "month"),
        ("2015 - 2016", "day"), ("2015-02-30", "month"), ("week+99999999999", "month"), ("0000", "month"),
    ],
)  # fmt: skip
def test_times_that_no_ledger_has_are_refused(anybody: Visitor, time: str, interval: str) -> None:
    """Fava makes a bar of every day between; a date that there is not is a fault in it."""
    assert refused(anybody.get("api/account_report", a="Assets", r="changes", time=time, interval=interval)) == (
        "browse-time"
    )


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"interval": "day"}, 400), ({"interval": "week"}, 400), ({"interval": "month"}, 200), ({}, 200),
        ({"interval": "day", "time": "2015"}, 200), ({"interval": "week", "time": "2012 - 2018"}, 200),
    ],
)  # fmt: skip
@pytest.mark.parametrize("table", ["changes", "balances"])
def test_a_table_has_a_column_for_each_day_of_a_year(
    visitor: Visitor, table: str, query: dict[str, str], status: int
) -> None:
    """Every column sums all accounts anew: ten years of 20,000 vouchers by day took a minute."""
    assert visitor.get("api/account_report", a="Assets", r=table, **query).status_code == status


def test_an_empty_time_is_none(visitor: Visitor) -> None:
    """Fava reads the first of several, also an empty one."""
    asked = "a=Assets&r=changes&interval=day&time=&time=2015"
    answer = visitor.client.get("/county/api/account_report", headers={"Host": HOST}, query_string=asked)
    assert refused(answer) == "browse-time"


def test_a_time_that_was_not_encoded_is_read_as_fava_reads_it(visitor: Visitor) -> None:
    """Digits of another script, sent as they are, are digits to Fava."""
    raw = "interval=day&time=٠٠٠١-٩٩٩٩".encode().decode("latin-1")
    environ = {"QUERY_STRING": raw}
    answer = visitor.client.get("/county/api/income_statement", headers={"Host": HOST}, environ_overrides=environ)
    assert refused(answer) == "browse-time"


def test_a_filter_ends_in_time(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a pattern may ask of a large ledger."""
    monkeypatch.setattr(filters, "SECONDS", 0)
    for query in {"account": "Treasury"}, {"filter": "拨款"}:
        assert refused(visitor.get("api/income_statement", **query)) == "browse-slow"


@pytest.mark.parametrize(
    ("path", "query", "status", "key"),
    [
        ("statement/", {"entry_hash": "x", "key": "source"}, 404, "browse-missing"),
        ("statement/", {"entry_hash": "", "key": "filename"}, 404, "browse-missing"),
        ("api/journal_page", {"page": "-5", "order": "asc"}, 500, "browse-fault"),
        ("download-journal/", {"filter": "((("}, 500, "browse-fault"),
    ],
)
def test_a_fault_is_told_in_a_sentence(
    anybody: Visitor, path: str, query: dict[str, str], status: int, key: str
) -> None:
    """Not by a page of Fava's insides."""
    if not query.get("entry_hash", "x"):
        entries = json.loads(anybody.get("api/journal").text)["data"]
        query = query | {"entry_hash": str(entries[-1]["entry_hash"])}
    answer = anybody.get(path, **query)
    assert answer.status_code == status
    assert refused(answer) == key


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


SAME: Final = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
TYPED: Final = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
LINK: Final = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
IMAGE: Final = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
FRAME: Final = LINK | {"Sec-Fetch-Dest": "iframe"}
NEIGHBOUR: Final = IMAGE | {"Sec-Fetch-Site": "same-site"}
QUERY: Final = {"query_string": PUBLISHED}


@pytest.mark.parametrize("headers", [SAME, TYPED, {}])
@pytest.mark.parametrize("path", ["income_statement/", "api/income_statement", "/static/app.js"])
def test_its_own_pages_may_ask(anybody: Visitor, path: str, headers: dict[str, str]) -> None:
    """And who types the address, and what is no browser."""
    with anybody.ask(path, headers) as answer:
        assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/", "/county/", "income_statement/", "account/Assets:F01-Relocation:1001-Treasury/"])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_link_elsewhere_may_lead_to_a_page(anybody: Visitor, path: str, site: str) -> None:
    """The county's portal has one."""
    assert anybody.ask(path, LINK | {"Sec-Fetch-Site": site}, time="2015").status_code in {200, 302}


@pytest.mark.parametrize(
    ("path", "headers", "query"),
    [
        ("api/income_statement", IMAGE, {}), ("api/income_statement", NEIGHBOUR, {}), ("income_statement/", IMAGE, {}),
        ("income_statement/", FRAME, {}), ("income_statement/", LINK | {"Sec-Fetch-Mode": "cors"}, {}),
        ("income_statement/", {"Sec-Fetch-Site": "cross-site"}, {}), ("api/income_statement", LINK, {}),
        ("/static/app.js", LINK, {}), ("api/query", LINK, QUERY), ("query/", LINK, QUERY), ("editor/", LINK, {}),
        ("download-journal/", LINK, {}), ("document/", LINK, {}), ("/jump", LINK, {}), ("/", IMAGE, {}),
    ],
)  # fmt: skip
def test_pages_elsewhere_may_not_ask(
    anybody: Visitor, path: str, headers: dict[str, str], query: dict[str, str]
) -> None:
    """A page of another site in the same browser reads nothing, but could keep the ledger busy for everybody."""
    answer = anybody.ask(path, headers, **query)
    assert answer.status_code == 403
    assert refused(answer) == "browse-elsewhere"
