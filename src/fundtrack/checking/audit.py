"""Audits: every check over a whole book or over any Beancount ledger, and what was and was not checked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fundtrack.checking.book import book_lens, moment
from fundtrack.checking.check import checks
from fundtrack.checking.extent import EVERYTHING, assert_funds
from fundtrack.checking.foreign import foreign
from fundtrack.checking.limits import limits, without_fund
from fundtrack.checking.run import run, unsaid
from fundtrack.checking.source import OF_READING, ledger_source
from fundtrack.checking.summary import summed
from fundtrack.errors import LANGUAGES, UsageError, message, messages, nearest
from fundtrack.ledger.intact import ALTERATIONS
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.checking.accounted import Accounted
    from fundtrack.checking.against import Compared
    from fundtrack.checking.baseline import Comparison
    from fundtrack.checking.check import Check
    from fundtrack.checking.extent import Extent
    from fundtrack.checking.finding import Finding, Permit
    from fundtrack.checking.lens import Lens
    from fundtrack.checking.limits import Limit
    from fundtrack.checking.source import Read, Source
    from fundtrack.errors import Language


COUNTED: Final = "SELECT COUNT(*) FROM book_vouchers"


@dataclass(frozen=True)
class NotRun:
    """A check that was not run, and why."""

    check: str
    why: Mapping[Language, str]


@dataclass(frozen=True)
class Audit:
    """What was found, what was asked, of how many vouchers, by which pages: each with the SHA-256 of its text.

    `title` and `path` say of which book or ledger; `called` is what it calls itself, a book by its chart, as the ledger
    that it publishes does, and nothing where it has no title. `checks` are the checks that were chosen, run or not.
    `left_out` was found as well, but is of other funds or earlier days than the `extent` that was asked for. `limits`
    are what all this cannot prove. `files` account for every row, where tables were read; `compared` are the two sides,
    where one was held against another. `recorded` is what it added to the record of the book, if it was recorded;
    `moment` how far the book had come. `unseen` are findings that are open on record and were not found,
    `otherwise_unseen` likewise, but found by other thresholds then. `waivers` are those that cover a finding, by
    number. `read` are the files that were read, each with its hash: what was audited, and nothing else. `language` is
    that of the book or ledger, where it has one.
    """

    findings: tuple[Finding, ...]
    checks_run: tuple[str, ...]
    not_run: tuple[NotRun, ...]
    vouchers: int
    pages: tuple[tuple[str, str], ...]
    checks: tuple[Check, ...] = ()
    title: str = ""
    called: str = ""
    path: Path = Path()
    extent: Extent = EVERYTHING
    left_out: tuple[Finding, ...] = ()
    baseline: Comparison | None = None
    limits: tuple[Limit, ...] = ()
    recorded: Mapping[str, Any] | None = None
    files: tuple[Accounted, ...] = ()
    compared: Compared | None = None
    moment: tuple[int, ...] = ()
    unseen: tuple[int, ...] = ()
    otherwise_unseen: tuple[int, ...] = ()
    waivers: Mapping[int, Permit] = field(default_factory=dict)
    read: tuple[Read, ...] = ()
    language: Language | None = None

    def waiver_of(self, finding: Finding) -> Permit | None:
        """Return what the waiver that covers a finding says."""
        return self.waivers.get(finding.waiver)

    def record(self, language: Language) -> dict[str, Any]:
        """Return the machine-readable object of `check --format json`."""
        return {
            "title": self.title,
            "called": self.called,
            "findings": [finding.record(language) | {"measure": finding.measure} for finding in self.findings],
            "checks_run": list(self.checks_run),
            "not_run": [{"check": one.check, "why": one.why[language]} for one in self.not_run],
            "vouchers": self.vouchers,
            "pages": [{"check": name, "sha256": digest} for name, digest in self.pages],
            "summary": [one.record() for one in summed(self.findings)],
            "extent": {**self.extent.record(), "left_out": len(self.left_out)},
            "cannot_prove": [limit.record(language) for limit in self.limits],
            "baseline": self.baseline.record() if self.baseline else None,
            "recorded": self.recorded,
            "unseen": list(self.unseen),
            "otherwise_unseen": list(self.otherwise_unseen),
            "waivers": [{"waiver": number, **said._asdict()} for number, said in sorted(self.waivers.items())],
            "files": [one.record() for one in self.files],
            "read": [one._asdict() for one in self.read],
            "compared": self.compared.record() if self.compared else None,
        }


def audit_book(book: Book, *, only: Collection[str] = (), extent: Extent = EVERYTHING) -> Audit:
    """Run the installed checks and the book's own over everything that was posted.

    Raises PageError for a broken page, UsageError for a name in `only` (`check-unknown`, `check-of-reading`) or a fund
    of the `extent` (`check-fund`) that is none.
    """
    chosen = _chosen(checks(book.folder / "checks"), only)
    with book.reading() as connection, dialect.over_all_of_it(connection):
        vouchers = connection.exec_driver_sql(COUNTED).scalar_one()
        chart = book.chart(connection)
        lens = book_lens(connection, chart)
        assert_funds(connection, lens, extent)
        audited = _audit(connection, chosen, lens, int(vouchers), whole=not only)
        audited = replace(audited, moment=moment(connection))
    settings = book.settings
    named = replace(audited, title=settings.title, called=chart.title, path=book.folder, language=settings.language)
    return within(named, extent)


def audit_ledger(
    path: Path,
    *,
    only: Collection[str] = (),
    fund_pattern: str = "",
    pages: Path | None = None,
    extent: Extent = EVERYTHING,
) -> Audit:
    """Run the checks over a Beancount ledger, or a folder that we published: `audit_source` of `ledger_source`."""
    return audit_source(lambda: ledger_source(path), only=only, fund_pattern=fund_pattern, pages=pages, extent=extent)


def audit_source(
    read: Callable[[], Source],
    *,
    only: Collection[str] = (),
    fund_pattern: str = "",
    pages: Path | None = None,
    extent: Extent = EVERYTHING,
) -> Audit:
    """Run the checks over what `read` gives, without running any code that it names.

    Only the installed pages are used and those in the folder `pages`, which is the checker's: pages that lie beside
    the ledger are not looked at, for who is audited does not write the audit. What was wrong with the source itself
    stands among the findings.

    Raises UsageError for a ledger that cannot be read (`ledger-…`, `include-outside`) or knows no funds
    (`ledger-without-funds`), a wrong `fund_pattern`, a name in `only` or a fund of the `extent` that is none; PageError
    for a broken page.
    """
    chosen = _chosen(checks(pages), only)
    source = read()
    with foreign(source.entries, source.options, fund_pattern) as loaded:
        assert_funds(loaded.connection, loaded.lens, extent)
        vouchers = len(loaded.transactions)
        audited = _audit(loaded.connection, chosen, loaded.lens, vouchers, source.problems, whole=not only)
        nameless = without_fund(loaded.connection, loaded.lens, chosen)
        limited = replace(
            audited, limits=(*source.limits, *nameless, *audited.limits), files=source.files, read=source.read
        )
    called = "" if source.title == source.path.name else source.title
    named = replace(limited, title=source.title, called=called, path=source.path, language=source.language)
    return within(named, extent)


def _chosen(known: Mapping[str, Check], only: Collection[str]) -> list[Check]:
    for name in only:
        if name in OF_READING:
            raise UsageError("check-of-reading", name=name)
        if name not in known:
            raise UsageError("check-unknown", name=name, known=nearest(name, known))
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
    """Run the checks that the lens has everything for; what was altered first, then by files and lines."""
    reasons = [(check, why_not(connection, check, lens)) for check in chosen]
    ready = [check for check, why in reasons if not why]
    found = run(connection, ready, lens)
    return Audit(
        findings=tuple(sorted([*problems, *found], key=_place)),
        checks_run=tuple(check.name for check in ready),
        not_run=tuple(NotRun(check.name, why) for check, why in reasons if why),
        vouchers=vouchers,
        pages=tuple((check.name, check.page.digest) for check, _ in reasons),
        checks=tuple(check for check, _ in reasons),
        limits=limits(connection, lens, reasons, whole=whole),
    )


def _place(finding: Finding) -> tuple[bool, str, str, int, int]:
    """Return where a finding stands, to be sorted by; that a ledger was altered comes before all it says."""
    subject = finding.subject
    return finding.check not in ALTERATIONS, subject.file, subject.sheet, subject.line or subject.row, finding.voucher


def why_not(connection: Connection, check: Check, lens: Lens) -> Mapping[Language, str]:
    """Return why a check is not run, in both languages: what it needs is not there; nothing where it is."""
    if why := lens.why_not(check):
        return why
    if need := unsaid(connection, check, lens):
        column, said = ".".join(need), f"said-{need[1]}"
        called = {one: message(said, one) if said in messages() else need[1] for one in LANGUAGES}
        return {one: message("unsaid", one, column=column, said=called[one]) for one in LANGUAGES}
    return {}


def within(audit: Audit, extent: Extent) -> Audit:
    """Return the audit with what is outside the extent left out."""
    held = {within: tuple(one for one in audit.findings if extent.holds(one) == within) for within in (True, False)}
    return replace(audit, findings=held[True], left_out=held[False], extent=extent)
