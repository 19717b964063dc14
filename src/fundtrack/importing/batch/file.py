"""Importing a file: read through its page, each row posted, entered or held with its reason, all in one transaction.

Killed at any moment an import has happened or has not; run again, it knows each row by its natural key.
"""

from __future__ import annotations

import json
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from fundtrack.book.aliases import aliases, bases, standing
from fundtrack.book.create import now
from fundtrack.book.person import same_person
from fundtrack.chart.model import CURRENCY
from fundtrack.chart.words import words_of
from fundtrack.checking import candidates, checks
from fundtrack.errors import BookError, FormatError, PageError, UsageError, nearest
from fundtrack.importing.batch.acts import Acts
from fundtrack.importing.batch.basis import Bases
from fundtrack.importing.batch.became import replaced_by
from fundtrack.importing.batch.default import keep
from fundtrack.importing.batch.enterer import Enterer
from fundtrack.importing.batch.judge import judge, place_of, rejected
from fundtrack.importing.batch.report import report_of, reports_of
from fundtrack.importing.batch.stage import Stager, keyed
from fundtrack.importing.body.blocks import Block
from fundtrack.importing.elsewhere.form import is_system
from fundtrack.importing.files import given
from fundtrack.importing.files.keep import Copy, digest
from fundtrack.importing.header.whose import refuse_bank, said_of_all
from fundtrack.importing.importer import Importer, choose
from fundtrack.importing.values import cells
from fundtrack.pages import catalogue
from fundtrack.posting.enter import enter
from fundtrack.posting.matching import bank_of
from fundtrack.posting.post import next_voucher
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.book.aliases import Alias
    from fundtrack.chart.model import Chart
    from fundtrack.checking import Check, Finding
    from fundtrack.importing.batch.default import Default
    from fundtrack.importing.batch.report import Report
    from fundtrack.importing.batch.stage import Keyed
    from fundtrack.importing.batch.tally import Tally
    from fundtrack.importing.body.blocks import Piece
    from fundtrack.importing.files.given import Part
    from fundtrack.importing.reading import Reading

    Brought = tuple[Part, Importer, str, Copy | None]
    """A file with what reads it, its hash, and its copy."""

HELD_COLUMNS: Final = ("batch", "row", "state", "reasons", "cells", "amount", "natural_key", "occurrence", "says")
BATCH_COLUMNS: Final = (
    "batch", "sha256", "sheet", "file", "page", "page_sha256", "encoding", "imported_at", "imported_by", "rows_read",
    "rows_posted", "rows_already_posted", "rows_quarantined", "rows_not_data", "amount_posted",
    "amount_already_posted", "amount_quarantined", "rows_unreadable", "date_first", "date_last", "printed_total",
    "bank",
)  # fmt: skip


MANY: Final = 1000
"""So many rows change what the database should know of a table; fewer are not worth its while."""


GROWN: Final = ("voucher", "entry", "daily_balance")
"""The tables that grow with the vouchers of a file."""


Result = TypeVar("Result")


class _DryRun(Exception):
    def __init__(self, reports: list[Report]) -> None:
        super().__init__()
        self.reports = reports


def importers_of(
    book: Book,
    words: Mapping[str, Mapping[str, str]] | None = None,
    currency: str = CURRENCY,
    aliases: Iterable[Alias] = (),
) -> dict[str, Importer]:
    """Return the importers a book has, installed and its own, by name."""
    pages, stand = catalogue("importers", local=book.folder / "importers"), [*aliases]
    return {
        name: Importer(page, words, book.key, currency, stand) for name, page in pages.items() if not is_system(page)
    }


def unsaid(_chart: Chart) -> None:
    """Say nothing of rows that say no fund."""


def silent(_rows: int) -> None:
    """Tell nobody how many rows were read."""


class Watcher(NamedTuple):
    """Who is told how many rows were read, and which files of a zip were not."""

    progress: Callable[[int], None] = silent
    unread: Callable[[FormatError], None] | None = None


NOBODY: Final = Watcher()


def import_file(  # noqa: PLR0913 - each is an option of the command
    book: Book,
    path: Path,
    *,
    by: str,
    page: str = "",
    default: Callable[[Chart], Default | None] = unsaid,
    dry_run: bool = False,
    approved_by: str = "",
    bank: str = "",
    watcher: Watcher = NOBODY,
) -> list[Report]:
    """Import a file and return what became of its rows, a report a sheet; of a zip, all its files or none.

    Of a zip with lists, `watcher.unread` is told what is none; where nobody is told, that refuses the zip.

    The same bytes are one batch for ever: imported again, nothing changes and the report says what stands.
    `approved_by` approved every row that does not name its own approver; a statement that does not say its account is
    that of the `bank`, by code, number or name. Raises FormatError or UsageError where the file as a whole cannot be
    read or approved; then nothing in the book has changed.
    """
    _name(path.name)
    given.weighed(path)
    judged_by = checks(book.folder / "checks", at_posting=True)
    with book.reading() as connection:
        chart = book.chart(connection)
    known, account = importers_of(book, words_of(chart), chart.currency), bank_of(chart, bank).number if bank else ""
    if page and page not in known:
        raise PageError("page-unknown", name=page, known=nearest(page, known))
    with given.parts(path) as found, ExitStack() as copies:
        parts = [part._replace(name=_name(part.name)) for part in found]
        reads = partial(_read, book, known=known, page=page, chart=chart, copies=copies, dry_run=dry_run)
        read = _lists(parts, reads, watcher.unread)
        for _, importer, _, _ in read:
            refuse_approval(importer, by, approved_by)
            refuse_bank(importer.layout, account)

        def act(connection: Connection) -> list[Report]:
            done: list[Report] = []
            stand = [*standing(aliases(connection)).values()]
            for part, importer, sha256, copy in read:
                at, knows = copy.path if copy else part.path, importer.knowing(words_of(chart), stand)
                file = _File(
                    book, at, part.name, sha256, knows, judged_by, by, watcher.progress, default(chart), approved_by,
                    account, page,
                )  # fmt: skip
                done += _told(part, partial(_said_of, connection, file))
            if dry_run:
                raise _DryRun(done)
            for _, _, _, copy in read:
                if copy:
                    copy.settle()
            return done

        try:
            reports = book.act(act)
        except _DryRun as dry:
            return dry.reports
    _measured(book, [importer for _, importer, _, _ in read], reports)
    return reports


def refuse_approval(importer: Importer, by: str, approved_by: str) -> None:
    """Refuse an approval of what posts nothing, or by who brings it. Raises UsageError.

    The keys are `approver-of-nothing` and `duties-apart`.
    """
    if not approved_by:
        return
    if importer.layout.register or importer.layout.becomes == "application":
        raise UsageError("approver-of-nothing", page=importer.page.name)
    if same_person(by, approved_by):
        raise UsageError("duties-apart", who=by, option="--approved-by")


def _told(part: Part, read: Callable[[], Result]) -> Result:
    """Return what is read of a file. Raises a FormatError that is told by the name of the file that a person knows."""
    try:
        return read()
    except FormatError as error:
        raise FormatError(error.key, **(error.details | {"path": part.label})) from error


def _lists(
    parts: list[Part], read: Callable[[Part], Brought], unread: Callable[[FormatError], None] | None
) -> list[Brought]:
    """Return the lists among files, and tell of those that are none. Raises FormatError where none is a list."""
    found, others = [], []
    for part in parts:
        try:
            found.append(_told(part, partial(read, part)))
        except FormatError as error:
            if unread is None or not given.is_letter(part.path):
                raise
            others.append(error)
    if not found:
        raise others[0]
    for other in others:
        if unread:
            unread(other)
    return found


def _read(
    book: Book, part: Part, known: Mapping[str, Importer], page: str, chart: Chart, copies: ExitStack, *, dry_run: bool
) -> Brought:
    """Return a file with what reads it, its hash and, unless it is only tried, a copy. Raises FormatError."""
    sha256 = digest(part.path)
    importer = known[page] if page else choose(part.path, known.values())
    if importer.layout.currency != chart.currency and not importer.layout.register:
        raise FormatError("file-currency", path=part.path, currency=importer.layout.currency, book=chart.currency)
    copy = None if dry_run else Copy(book, part.path, sha256)
    if copy:
        copies.callback(copy.discard)
    return part, importer, sha256, copy


def _said_of(connection: Connection, file: _File) -> list[Report]:
    """Import a file and keep what is said of it; the rows of one that stands wait for what is said of them now."""
    reports = _imported(connection, file)
    for report in reports:
        keep(connection, report.batch, file.default, file.by)
    return reports if file.default is None or all(one.new for one in reports) else _imported(connection, file)


def _imported(connection: Connection, file: _File) -> list[Report]:
    """Import a file, or return what stands of one that was imported before."""
    stand = reports_of(connection, file.sha256, file.name)
    if not stand:
        return [*file.sheets(connection)]
    return replace(file, bank=said_of_all(connection, [one.batch for one in stand], file.bank)).standing(stand)


def _measured(book: Book, importers: Iterable[Importer], reports: Iterable[Report]) -> None:
    """Tell the database how much its tables have grown, where they have."""
    if sum(report.rows["posted"] for report in reports) >= MANY:
        for register in {importer.layout.register and importer.layout.register.name for importer in importers}:
            dialect.measure_committed(book.engine, *([register] if register else GROWN))


def _name(name: str) -> str:
    """Return a file's name as it is kept and published: with long numbers, which may be a person's, masked.

    Raises FormatError where it hides or reorders what is read.
    """
    try:
        return cells.prose(name)
    except FormatError as error:
        raise FormatError("file-name", name=repr(name), **error.details) from error


@dataclass(frozen=True)
class _File:
    """A file that is being imported: its kept original, the name it came by, and who reads and judges it."""

    book: Book
    path: Path
    name: str
    sha256: str
    importer: Importer
    checks: Mapping[str, Check]
    by: str
    progress: Callable[[int], None]
    default: Default | None
    approved_by: str = ""
    bank: str = ""
    page: str = ""

    def sheets(self, connection: Connection) -> Iterator[Report]:
        """Import each sheet as a batch; a text file is one sheet without a name."""
        reading, key, register = self._reading(), self.book.key, self.importer.layout.register
        for sheet, rows in groupby(keyed(self._counted(reading.pieces()), key), key=lambda one: one[0].sheet):
            batch = connection.exec_driver_sql("SELECT COALESCE(MAX(batch), 0) + 1 FROM batch").scalar_one()
            if self.importer.layout.becomes:
                basis, becomes = self._bases(connection), self.importer.layout.becomes
                acts = Acts(connection, self.book, becomes, batch, self.by, basis, self.approved_by)
                findings = acts.done(rows, place_of(acts, self.name, sheet), self.checks)
                yield self._record(connection, acts, reading, sheet, findings)
                continue
            if register:
                enterer = Enterer(connection, register, batch)
                enter(connection, register, enterer.entered(rows), by=self.by)
                report = self._record(connection, enterer, reading, sheet, [])
                late = tuple(enterer.late)
                yield replace(report, replaced=tuple(enterer.replaced(connection)), registers=True, late=late)
                continue
            chart, version = self.book.chart(connection), self.book.chart_version(connection)
            basis = self._bases(connection)
            stager = Stager(chart, version, next_voucher(connection), batch, basis, self.default,
                            rejected=rejected(connection))  # fmt: skip
            candidates.prepare(connection)
            candidates.stage(connection, stager.staged(rows))
            candidates.measure(connection)
            why, findings = judge(connection, stager, place_of(stager, self.name, sheet), self.checks, self.by,
                                  self.approved_by)  # fmt: skip
            if why:  # few files are read twice
                stager.hold(self._again(sheet), why)
            copies = stager.copies(self._again(sheet)) if stager.twins else 0
            yield replace(self._record(connection, stager, reading, sheet, findings), copies=copies)

    def standing(self, reports: list[Report]) -> list[Report]:
        """Return the reports of a file that was imported before, with the balances that do not follow.

        These are kept nowhere, so a statement that prints them is read again; if its page reads it no more, they are
        not known. Raises UsageError (`imported-otherwise`) where somebody named another page than it was read as.
        """
        for one in reports:
            if self.page and one.page != self.page:
                raise UsageError("imported-otherwise", file=one.file, page=one.page, batch=one.batch, other=self.page)
        if "balance" not in self.importer.layout.columns or {one.page for one in reports} != {self.importer.name}:
            return reports
        reading = self._reading()
        with suppress(FormatError):
            for _ in reading.pieces():
                pass
            return [replace(one, breaks=tuple(reading.breaks_of(one.sheet))) for one in reports]
        return reports

    def _bases(self, connection: Connection) -> Bases:
        """Return on what the funds of the file may rest."""
        return Bases(bases(connection), self.importer.name, self.importer.fund_aliases)

    def _reading(self) -> Reading:
        """Return the reading of the file; its copy goes by another name than the one it may say something by."""
        return self.importer.candidates(self.path, name=self.name, whose=self.bank)

    def _again(self, sheet: str) -> Iterator[Keyed]:
        """Give the rows of a sheet once more."""
        again = keyed(self._reading().pieces(), self.book.key)
        return (one for one in again if one[0].sheet == sheet)

    def _counted(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """Pass rows on, telling how many there were every so often."""
        count = 0
        for piece in pieces:
            told, count = count // 10_000, count + (len(piece.numbers) if isinstance(piece, Block) else 1)
            if told < count // 10_000:
                self.progress(count)
            yield piece

    def _record(
        self, connection: Connection, tally: Tally, reading: Reading, sheet: str, findings: list[Finding]
    ) -> Report:
        """Write the batch and its held rows; the counts must tie before anything is committed."""
        states = ("already-posted", "quarantined", "not-data")
        counts = [tally.held.counts[state] for state in states]
        already, waiting = (tally.held.amounts[state] for state in states[:2])
        posted = tally.read - sum(counts)
        stand = connection.exec_driver_sql(tally.posted).scalar_one()
        if posted != stand:
            raise BookError("import-untied", path=self.name, sheet=sheet, posted=posted, stand=stand)
        total, agrees = reading.total_of(sheet)
        dialect.insert_rows(connection, "batch", BATCH_COLUMNS, [(
            tally.batch, self.sha256, sheet, self.name, self.importer.name, self.importer.page.digest,
            reading.encoding, now(), self.by, tally.read, posted, *counts, tally.amount - already - waiting, already,
            waiting, tally.unreadable, *(tally.dates or reading.dates_of(sheet) or ["", ""]), total, self.bank,
        )])  # fmt: skip
        dialect.insert_rows(connection, "input_row", HELD_COLUMNS, (
            (tally.batch, row.row, row.state, json.dumps(row.reasons, ensure_ascii=False),
             json.dumps(row.cells, ensure_ascii=False), row.amount, row.natural_key, row.occurrence, row.says)
            for row in tally.held
        ))  # fmt: skip
        report = report_of(connection, tally.batch, self.name)
        waited = tuple(replaced_by(connection, tally.batch))
        return replace(report.fresh(findings, agrees), waited=waited, **reading.noted(sheet))
