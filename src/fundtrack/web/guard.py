"""The guard before Fava, which by itself answers any host, every query and the source of every file.

Only what shows figures passes: a page or endpoint that is not named here is refused, so that what a later Fava adds
stays shut until somebody has looked at it.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from fundtrack.web.filters import objection
from fundtrack.web.queries import is_open
from fundtrack.web.words import sentences

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

FILES: Final = frozenset({"document", "download-journal", "statement"})
"""Of the pages those that send a file instead of one to look at."""


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
        # Fava in read-only mode refuses HEAD, by which a watchdog asks whether it is alive.
        whole = environ["REQUEST_METHOD"] != "HEAD"
        faultless = _Faultless(environ, start)
        answer = self.application(environ | {"REQUEST_METHOD": "GET"}, faultless)
        if whole and faultless.instead is None:
            return answer
        if close := getattr(answer, "close", None):
            close()
        return faultless.instead or []

    def refusal(self, environ: WSGIEnvironment) -> tuple[HTTPStatus, str] | None:
        """Return the status and the key of the message with which a request is refused; None where it may pass."""
        if environ.get("HTTP_HOST", "").lower() not in self.hosts:
            return HTTPStatus.MISDIRECTED_REQUEST, "browse-host"
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return HTTPStatus.METHOD_NOT_ALLOWED, "browse-method"
        asked = _asked(environ)
        parts = [part for part in environ.get("PATH_INFO", "").split("/") if part]
        if _comes_from_elsewhere(environ) and not _opens_a_page(environ, parts, asked):
            return HTTPStatus.FORBIDDEN, "browse-elsewhere"
        if key := objection(asked):
            return HTTPStatus.BAD_REQUEST, key
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
                published = self.queries()
                return all(is_open(text, published) for text in asked.get("query_string", [""]))
            case [_, "api", name]:
                return name in API
            case [_, page, *_]:
                return page in PAGES
        return False


class _Faultless:
    """Starts a response, unless the application has failed: then our own sentence is said instead.

    What Fava's interface says itself, in JSON, stays; it tells an auditor what is wrong with a query.
    """

    def __init__(self, environ: WSGIEnvironment, start: StartResponse) -> None:
        self.environ = environ
        self.start = start
        self.instead: list[bytes] | None = None

    def __call__(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExceptionInfo | None = None, /
    ) -> Callable[[bytes], object]:
        kinds = [value for name, value in headers if name.lower() == "content-type"]
        if status.startswith("5") and "application/json" not in kinds:
            self.instead = _refuse(self.environ, self.start, HTTPStatus.INTERNAL_SERVER_ERROR, "browse-fault")
            return self.instead.append
        return self.start(status, headers, exc_info)


def _asked(environ: WSGIEnvironment) -> dict[str, list[str]]:
    """Return the parameters of a request, as Fava will read them: what was not encoded is UTF-8 to it."""
    text = environ.get("QUERY_STRING", "").encode("latin-1", "replace").decode("utf-8", "replace")
    return parse_qs(text, keep_blank_values=True, errors="replace")


def _comes_from_elsewhere(environ: WSGIEnvironment) -> bool:
    """Return whether the browser says that another site caused this, also one that differs only by port or first name.

    None means that the person typed the address or used a bookmark; what sends no such header is no browser of today.
    """
    return environ.get("HTTP_SEC_FETCH_SITE", "none") not in {"same-origin", "none"}


def _opens_a_page(environ: WSGIEnvironment, parts: list[str], asked: dict[str, list[str]]) -> bool:
    """Return whether a whole page is opened, as by a link on the county's portal, and no query runs on it."""
    kind = environ.get("HTTP_SEC_FETCH_MODE"), environ.get("HTTP_SEC_FETCH_DEST")
    if kind != ("navigate", "document") or "query_string" in asked:
        return False
    match parts:
        case []:
            return True
        case [only]:
            return only != "jump"
        case [_, page, *_]:
            return page in PAGES - FILES
    return False


def _with_headers(start_response: StartResponse) -> StartResponse:
    """Return what starts a response with our headers, in place of any of the same names."""
    ours = {name.lower() for name, _ in HEADERS} | {"server"}

    def start(
        status: str, headers: list[tuple[str, str]], exc_info: ExceptionInfo | None = None
    ) -> Callable[[bytes], object]:
        kept = [(name, value) for name, value in headers if name.lower() not in ours]
        return start_response(status, [*kept, *HEADERS], exc_info)

    return start


def _refuse(environ: WSGIEnvironment, start: StartResponse, status: HTTPStatus, key: str) -> list[bytes]:
    """Answer with a refusal in both languages; to Fava's own scripts in the form that they show."""
    said = sentences(key)
    api = "/api/" in environ.get("PATH_INFO", "")
    body = (json.dumps({"error": said}) if api else f"{said}\n").encode()
    form = "application/json" if api else "text/plain; charset=utf-8"
    headers = [("Content-Type", form), ("Content-Length", str(len(body)))]
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append(("Allow", "GET, HEAD"))
    start(f"{status.value} {status.phrase}", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
