"""Audits: every check over a whole book or over any Beancount ledger, and what was and was not checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fundtrack.beantext.booking import book as booked
from fundtrack.beantext.parse import parse_ledger
from fundtrack.checking.book import book_lens
from fundtrack.checking.check import checks
from fundtrack.checking.extent import EVERYTHING, assert_funds
from fundtrack.checking.finding import Finding
from fundtrack.checking.foreign import foreign
from fundtrack.checking.lens import Subject
from fundtrack.checking.limits import limits
from fundtrack.checking.run import run, unsaid
from fundtrack.checking.summary import summed
from fundtrack.errors import LANGUAGES, UsageError, message, messages
from fundtrack.ledger.intact import objections
from fundtrack.ledger.main import MAIN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy import Connection

    from fundtrack.beantext.booking import Booked
    from fundtrack.book import Book
    from fundtrack.checking.baseline import Comparison
    from fundtrack.checking.check import Check
    from fundtrack.checking.extent import Extent
    from fundtrack.checking.lens import Lens
    from fundtrack.checking.limits import Limit
    from fundtrack.errors import Language

LEDGER_PROBLEM: Final = "ledger-problem"
"""The name under which Beancount's own objections stand among the findings."""

UNTITLED: Final = "Beancount"
"""What Beancount calls a ledger that has no title."""


@dataclass(frozen=True)
class NotRun:
    """A check that was not run, and why."""

    check: str
    why: Mapping[Language, str]


@dataclass(frozen=True)
class Audit:
    """What was found, what was asked, of how many vouchers, by which pages: each with the SHA-256 of its text.

    `title` and `path` say of which book or ledger; `checks` are the checks that were chosen, run or not. `left_out` was
    found as well, but is of other funds or earlier days than the `extent` that was asked for. `limits` are what all
    this cannot prove. `recorded` is what it added to the record of the book, if it was recorded.
    """

    findings: tuple[Finding, ...]
    checks_run: tuple[str, ...]
    not_run: tuple[NotRun, ...]
    vouchers: int
    pages: tuple[tuple[str, str], ...]
    checks: tuple[Check, ...] = ()
    title: str = ""
    path: Path = Path()
    extent: Extent = EVERYTHING
    left_out: tuple[Finding, ...] = ()
    baseline: Comparison | None = None
    limits: tuple[Limit, ...] = ()
    recorded: Mapping[str, Any] | None = None

    def record(self, language: Language) -> dict[str, Any]:
        """Return the machine-readable object of `check --format json`."""
        return {
            "findings": [finding.record(language) for finding in self.findings],
            "checks_run": list(self.checks_run),
            "not_run": [{"check": one.check, "why": one.why[language]} for one in self.not_run],
            "vouchers": self.vouchers,
            "pages": [{"check": name, "sha256": digest} for name, digest in self.pages],
            "summary": [one.record() for one in summed(self.findings)],
            "extent": {**self.extent.record(), "left_out": len(self.left_out)},
            "cannot_prove": [limit.record(language) for limit in self.limits],
            "baseline": self.baseline.record() if self.baseline else None,
            "recorded": self.recorded,
        }


def audit_book(book: Book, *, only: Collection[str] = (), extent: Extent = EVERYTHING) -> Audit:
    """Run the installed checks and the book's own over everything that was posted.

    Raises PageError for a broken page, UsageError for a name in `only` (`check-unknown`) or a fund of the `extent`
    (`check-fund`) that is none.
    """
    chosen = _chosen(checks(book.folder / "checks"), only)
    with book.reading() as connection:
        vouchers = connection.exec_driver_sql("SELECT COUNT(*) FROM book_vouchers").scalar_one()
        lens = book_lens(connection, book.chart(connection))
        assert_funds(connection, lens, extent)
        audited = _audit(connection, chosen, lens, int(vouchers), whole=not only)
    return _within(replace(audited, title=book.settings.title, path=book.folder), extent)


def audit_ledger(
    path: Path,
    *,
    only: Collection[str] = (),
    fund_pattern: str = "",
    pages: Path | None = None,
    extent: Extent = EVERYTHING,
) -> Audit:
    """Run the checks over a Beancount ledger, or a folder that we published, without running any code that it names.

    Only the installed pages are used and those in the folder `pages`, which is the checker's: pages that lie beside
    the ledger are not looked at, for who is audited does not write the audit. What Beancount itself objects to stands
    among the findings, and so does what shows that a ledger of ours was changed since it was published.

    Raises UsageError for a ledger that cannot be read (`ledger-…`, `include-outside`) or knows no funds
    (`ledger-without-funds`), a wrong `fund_pattern`, a name in `only` or a fund of the `extent` that is none; PageError
    for a broken page.
    """
    chosen = _chosen(checks(pages), only)
    ledger = ledger_at(path)
    with foreign(ledger.entries, ledger.options, fund_pattern) as loaded:
        assert_funds(loaded.connection, loaded.lens, extent)
        problems = [_objected(LEDGER_PROBLEM, one.path, one.line, why=one.message) for one in ledger.errors]
        problems += [
            _objected(one.key, one.path, one.line, **one.details)
            for one in objections(ledger.options["include"], ledger.entries)
        ]
        vouchers = len(loaded.transactions)
        audited = _audit(loaded.connection, chosen, loaded.lens, vouchers, problems, whole=not only)
    title = str(ledger.options["title"])
    return _within(replace(audited, title=path.name if title == UNTITLED else title, path=path), extent)


def ledger_at(path: Path) -> Booked:
    """Return a Beancount ledger, or that of a folder that we published. Raises UsageError: `ledger-…`."""
    parsed = parse_ledger(path / MAIN if (path / MAIN).is_file() else path)
    if parsed.errors and not parsed.entries:
        first = parsed.errors[0]
        raise UsageError("ledger-not-beancount", path=first.path, line=first.line, why=first.message)
    return booked(parsed)


def _chosen(known: Mapping[str, Check], only: Collection[str]) -> list[Check]:
    for name in only:
        if name not in known:
            raise UsageError("check-unknown", name=name, known=", ".join(known))
    return [check for name, check in known.items() if not only or name in only]


def _audit(
    connection: Connection,
    chosen: Iterable[Check],
    lens: Lens,
    vouchers: int,
    problems: Iterable[Finding] = (),
    *,
    whole: bool,
) -> Audit:
    """Run the checks that the lens has everything for; findings in the order of files and lines."""
    reasons = [(check, why_not(connection, check, lens)) for check in chosen]
    ready = [check for check, why in reasons if not why]
    found = run(connection, ready, lens)
    return Audit(
        findings=tuple(sorted([*problems, *found], key=lambda one: (one.subject.file, one.subject.line, one.voucher))),
        checks_run=tuple(check.name for check in ready),
        not_run=tuple(NotRun(check.name, why) for check, why in reasons if why),
        vouchers=vouchers,
        pages=tuple((check.name, check.page.digest) for check, _ in reasons),
        checks=tuple(check for check, _ in reasons),
        limits=limits(connection, lens, reasons, whole=whole),
    )


def why_not(connection: Connection, check: Check, lens: Lens) -> Mapping[Language, str]:
    """Return why a check is not run, in both languages: what it needs is not there; nothing where it is."""
    if why := lens.why_not(check):
        return why
    if need := unsaid(connection, check, lens):
        column = ".".join(need)
        return {one: message("unsaid", one, column=column, said=message(f"said-{need[1]}", one)) for one in LANGUAGES}
    return {}


def _within(audit: Audit, extent: Extent) -> Audit:
    """Return the audit with what is outside the extent left out."""
    held = {within: tuple(one for one in audit.findings if extent.holds(one) == within) for within in (True, False)}
    return replace(audit, findings=held[True], left_out=held[False], extent=extent)


def _objected(key: str, path: str, line: int, **details: object) -> Finding:
    """Return an objection that is no check's as a finding, so that it is counted and shown wherever findings are."""
    return Finding(
        check=key,
        severity="error",
        subject=Subject(file=path, line=line, content=Path(path).name),
        voucher=0,
        date="",
        fund="",
        use="",
        unit="",
        amount=None,
        key=(*map(str, details.values()),),
        group="",
        measure=0,
        messages={language: message(key, language, **details) for language in LANGUAGES},
        remedies={language: messages()[key][f"remedy-{language}"] for language in LANGUAGES},
        basis=(),
    )
