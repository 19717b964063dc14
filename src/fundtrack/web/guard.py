"""The guard before Fava, which by itself answers any host, every query and the source of every file.

Only what shows figures passes: a page or endpoint that is not named here is refused, so that what a later Fava adds
stays shut until somebody has looked at it.
"""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from fundtrack.errors import LANGUAGES, message

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from types import TracebackType
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]

CONTENT: Final = (
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
"""Fava compiles its parser from WebAssembly, styles elements from its scripts, and draws with `data:` images."""

HEADERS: Final = (
    ("Content-Security-Policy", "; ".join(CONTENT)),
    ("X-Frame-Options", "DENY"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)

PAGES: Final = frozenset(
    {
        "account", "balance_sheet", "commodities", "document", "documents", "download-journal", "errors", "events",
        "help", "holdings", "income_statement", "journal", "options", "query", "statement", "statistics",
        "trial_balance",
    }
)  # fmt: skip
"""Pages under a ledger that only show what it holds; the editor and the importer are not among them."""

API: Final = frozenset(
    {
        "account_report", "balance_sheet", "changed", "commodities", "context", "documents", "errors", "events", "help",
        "income_statement", "journal", "journal_page", "ledger_data", "narration_transaction", "narrations", "options",
        "payee_accounts", "payee_transaction", "source_slice", "statistics", "trial_balance",
    }
)  # fmt: skip
"""Endpoints of Fava's interface that only show what the ledger holds."""

OWN_QUERIES: Final = re.compile(
    r"SELECT account, count\(account\) ORDER BY account"
    r"|SELECT\s+(?:account|currency|cost_currency),\s+units\(sum\(position\)\) as units,[^;]*"
    r'WHERE account_sortkey\(account\) ~ "\^\[01\]"[^;~]*'
)
"""The queries behind Fava's own pages: statistics and holdings."""

BOMB: Final = re.compile(r"\)\s*[*+?{]|[*+}][^*+{]*[*+{]")
"""A repeated group, or two repetitions: a regular expression that can take for ever on a short text."""

FILTERS: Final = ("account", "filter", "time")
FILTER_MAX: Final = 500


class Guard:
    """A WSGI application that lets through to another only what is safe for everybody who can reach this port.

    `hosts` are the only `Host` headers answered, so that a hostile page cannot reach the ledger by rebinding its own
    name to this machine. `queries` gives the texts of the queries that the ledger itself publishes; with `auditor` any
    query, the sources and the endpoints of extensions are open as well.
    """

    def __init__(
        self,
        application: WSGIApplication,
        hosts: Collection[str],
        queries: Callable[[], Collection[str]],
        *,
        auditor: bool = False,
    ) -> None:
        """Stand before an application."""
        self.application = application
        self.hosts = frozenset(host.lower() for host in hosts)
        self.queries = queries
        self.auditor = auditor

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, or refuse it and say why."""
        start = _with_headers(start_response)
        refusal = self.refusal(environ)
        if refusal:
            return _refuse(environ, start, *refusal)
        if environ["REQUEST_METHOD"] != "HEAD":
            return self.application(environ, start)
        # Fava in read-only mode refuses HEAD, by which a watchdog asks whether it is alive.
        answer = self.application(environ | {"REQUEST_METHOD": "GET"}, start)
        if close := getattr(answer, "close", None):
            close()
        return []

    def refusal(self, environ: WSGIEnvironment) -> tuple[HTTPStatus, str] | None:
        """Return the status and the key of the message with which a request is refused; None where it may pass."""
        if environ.get("HTTP_HOST", "").lower() not in self.hosts:
            return HTTPStatus.MISDIRECTED_REQUEST, "browse-host"
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return HTTPStatus.METHOD_NOT_ALLOWED, "browse-method"
        asked = parse_qs(environ.get("QUERY_STRING", ""), errors="replace")
        filters = [text for name in FILTERS for text in asked.get(name, [])]
        if any(len(text) > FILTER_MAX or BOMB.search(text) for text in filters):
            return HTTPStatus.BAD_REQUEST, "browse-filter"
        parts = [part for part in environ.get("PATH_INFO", "").split("/") if part]
        if self.auditor or self._shows_only(parts, asked):
            return None
        return HTTPStatus.FORBIDDEN, "browse-auditor"

    def _shows_only(self, parts: list[str], asked: dict[str, list[str]]) -> bool:
        """Return whether a path is one that only shows what the ledger holds."""
        match parts:
            case [] | ["static", *_] | [_, "extension" | "extension_js_module", _]:
                return True
            case [only]:
                return only != "jump"  # it goes where the Referer says, which our headers keep browsers from telling
            case [_, "api", "query"]:
                return all(self._published(text) for text in asked.get("query_string", [""]))
            case [_, "api", name]:
                return name in API
            case [_, page, *_]:
                return page in PAGES
        return False

    def _published(self, query: str) -> bool:
        """Return whether a query is one that the ledger or Fava itself brings."""
        text = query.strip()
        return text in {published.strip() for published in self.queries()} or bool(OWN_QUERIES.fullmatch(text))


def _with_headers(start_response: StartResponse) -> StartResponse:
    """Return what starts a response with our headers, in place of any of the same names."""
    ours = {name.lower() for name, _ in HEADERS} | {"server"}

    def start(
        status: str, headers: list[tuple[str, str]], exc_info: ExceptionInfo | None = None
    ) -> Callable[[bytes], object]:
        kept = [(name, value) for name, value in headers if name.lower() not in ours]
        return start_response(status, [*kept, *HEADERS], exc_info)

    return start


def _refuse(environ: WSGIEnvironment, start: StartResponse, status: HTTPStatus, key: str) -> Iterable[bytes]:
    """Answer with a refusal in both languages; to Fava's own scripts in the form that they show."""
    said = "\n".join(message(key, language) for language in LANGUAGES)
    api = "/api/" in environ.get("PATH_INFO", "")
    body = (json.dumps({"error": said}) if api else f"{said}\n").encode()
    form = "application/json" if api else "text/plain; charset=utf-8"
    headers = [("Content-Type", form), ("Content-Length", str(len(body)))]
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append(("Allow", "GET, HEAD"))
    start(f"{status.value} {status.phrase}", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
