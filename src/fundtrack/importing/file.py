"""Importing a file: read through its page, each row posted or held with its reason, all in one transaction.

Killed at any moment an import has happened or has not; run again, it knows each row by its natural key.
"""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from fundtrack.book.create import now
from fundtrack.checking import candidates, checks
from fundtrack.checking.lens import Subject
from fundtrack.errors import PageError
from fundtrack.importing.importer import Importer, choose
from fundtrack.importing.keep import digest, keep_original
from fundtrack.importing.report import Report, reports_of
from fundtrack.importing.stage import Held, Stager, reason, reason_of
from fundtrack.importing.words import words_of
from fundtrack.pages import catalogue
from fundtrack.posting.batch import Batch
from fundtrack.posting.post import next_voucher, read_key
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.checking import Check, Finding
    from fundtrack.importing.reading import Reading
    from fundtrack.importing.table import Row

HELD_COLUMNS: Final = ("batch", "row", "state", "reasons", "cells", "amount", "natural_key", "occurrence")

STANDING: Final = """
SELECT c.voucher, v.fund, v.year, v.number FROM candidate AS c
JOIN voucher AS v ON v.natural_key = c.natural_key AND v.occurrence = c.occurrence
"""
REJECTED: Final = """
SELECT c.voucher, d.decided_at, d.decided_by, d.reason FROM candidate AS c
JOIN input_row AS r ON r.natural_key = c.natural_key AND r.occurrence = c.occurrence AND r.state = 'quarantined'
JOIN decision AS d ON d.batch = r.batch AND d.row = r.row AND d.decided = 'rejected'
"""
CITE: Final = text("""
UPDATE candidate SET cites = (
    SELECT MIN(v.id) FROM voucher AS v WHERE v.bank_ref = :reference AND v.fund = candidate.fund AND v.reverses IS NULL
) WHERE voucher = :voucher
""")


class _DryRun(Exception):  # noqa: N818 - not an error: it carries the reports out of the transaction that it undoes
    def __init__(self, reports: list[Report]) -> None:
        super().__init__()
        self.reports = reports


def importers_of(book: Book, words: Mapping[str, Mapping[str, str]] | None = None) -> dict[str, Importer]:
    """Return the importers a book has, installed and its own, by name."""
    pages = catalogue("importers", local=book.folder / "importers")
    return {name: Importer(page, words) for name, page in pages.items()}


def import_file(  # noqa: PLR0913 - what a person may say of an import
    book: Book,
    path: Path,
    *,
    by: str,
    page: str = "",
    dry_run: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> list[Report]:
    """Import a file and return what became of its rows, a report a sheet.

    The same bytes are one batch for ever: imported again, nothing changes and the report says what stands. Raises
    FormatError or UsageError where the file as a whole cannot be read; then nothing has changed.
    """
    sha256 = digest(path)
    judged_by = checks(book.folder / "checks")
    with book.reading() as connection:
        known = importers_of(book, words_of(book.chart(connection)))
    if page and page not in known:
        raise PageError("page-unknown", name=page, known=", ".join(known))
    importer = known[page] if page else choose(path, known.values())
    if not dry_run:
        keep_original(book, path, sha256)

    def act(connection: Connection) -> list[Report]:
        standing = reports_of(connection, sha256, path)
        if standing:
            return standing
        reports = [*_sheets(connection, book, importer, path, sha256, judged_by, by, progress)]
        if dry_run:
            raise _DryRun(reports)
        return reports

    try:
        return book.act(act)
    except _DryRun as dry:
        return dry.reports


def _sheets(  # noqa: PLR0913 - one act, all of whose circumstances the batch records
    connection: Connection, book: Book, importer: Importer, path: Path, sha256: str, judged_by: Mapping[str, Check],
    by: str, progress: Callable[[int], None],
) -> Iterator[Report]:
    """Import each sheet of a file as a batch; a text file is one sheet without a name."""
    reading = importer.candidates(path)
    for sheet, rows in groupby(_counted(reading, progress), key=lambda row: row.sheet):
        chart, version = book.chart(connection), book.chart_version(connection)
        batch = connection.exec_driver_sql("SELECT COALESCE(MAX(batch), 0) + 1 FROM batch").scalar_one()
        stager = Stager(chart, version, read_key(book), next_voucher(connection), batch)
        candidates.prepare(connection)
        candidates.stage(connection, stager.staged(rows))
        _hold_known(connection, stager)
        cite_originals(connection, stager)
        lens = candidates.candidate_lens(chart, place_of(stager, path.name))
        outcome = Batch(connection, judged_by, lens, by).post()
        for voucher, findings in outcome.refused.items():
            _hold(stager, voucher, "quarantined", [reason_of(finding) for finding in findings])
        yield _record(connection, stager, reading, sheet, importer, path, sha256, by, outcome.findings)


def _counted(rows: Iterable[Row], progress: Callable[[int], None]) -> Iterator[Row]:
    """Pass rows on, telling how many there were every so often."""
    for count, row in enumerate(rows, 1):
        if not count % 10_000:
            progress(count)
        yield row


def place_of(stager: Stager, file: str) -> Callable[[int, str], Subject]:
    """Return what says from which row of a file a candidate came."""

    def place(voucher: int, _account: str) -> Subject:
        row = stager.rows.get(voucher)
        return Subject(file=file, sheet=row.sheet, row=row.number) if row else Subject(file=file)

    return place


def _hold(stager: Stager, voucher: int, state: str, reasons: list[dict[str, str]]) -> None:
    """Hold a candidate's row instead of posting it."""
    row = stager.rows[voucher]
    key, occurrence = stager.keys[voucher]
    stager.held.append(Held(row.sheet, row.number, state, reasons, row.cells, row.amount, key, occurrence))


def _hold_known(connection: Connection, stager: Stager) -> None:
    """Take out of the candidates what stands in the book already, and what somebody decided to keep out."""
    drop = []
    for voucher, fund, year, number in connection.exec_driver_sql(STANDING).all():
        _hold(stager, voucher, "already-posted", [reason("already-posted", voucher=f"{fund}-{year}-{number:06d}")])
        drop.append(voucher)
    for voucher, at, who, why in connection.exec_driver_sql(REJECTED).all():
        _hold(stager, voucher, "quarantined", [reason("rejected-before", date=at, by=who, reason=why)])
        drop.append(voucher)
    for voucher in drop:
        connection.exec_driver_sql(f"DELETE FROM candidate WHERE voucher = {voucher:d}")


def cite_originals(connection: Connection, stager: Stager) -> None:
    """Let each refund cite the voucher it returns, found by the bank's reference; hold it where there is none."""
    for voucher, reference in stager.references.items():
        connection.execute(CITE, {"reference": reference, "voucher": voucher})
        cited = connection.exec_driver_sql(f"SELECT cites FROM candidate WHERE voucher = {voucher:d}").scalar()
        if cited is None:
            _hold(stager, voucher, "quarantined", [reason("original-not-found", reference=reference)])
            connection.exec_driver_sql(f"DELETE FROM candidate WHERE voucher = {voucher:d}")


def _record(  # noqa: PLR0913
    connection: Connection, stager: Stager, reading: Reading, sheet: str, importer: Importer, path: Path, sha256: str,
    by: str, findings: list[Finding],
) -> Report:
    """Write the batch and its held rows; the sums must tie before anything is committed."""
    held = {state: [row for row in stager.held if row.state == state]
            for state in ("already-posted", "quarantined", "not-data")}
    sums = {state: sum(row.amount or 0 for row in rows) for state, rows in held.items()}
    counts = {state: len(rows) for state, rows in held.items()}
    posted = stager.read - sum(counts.values())
    inserted = connection.exec_driver_sql(
        f"SELECT COUNT(*) FROM voucher WHERE batch = {stager.batch:d}").scalar_one()
    assert posted == inserted, (posted, inserted)
    amount = stager.amount - sums["already-posted"] - sums["quarantined"]
    dialect.insert_rows(connection, "batch", (
        "batch", "sha256", "sheet", "file", "page", "page_sha256", "encoding", "imported_at", "imported_by",
        "rows_read", "rows_posted", "rows_already_posted", "rows_quarantined", "rows_not_data", "amount_posted",
        "amount_already_posted", "amount_quarantined", "rows_unreadable", "date_first", "date_last", "printed_total",
    ), [(
        stager.batch, sha256, sheet, path.name, importer.name, importer.page.digest, reading.encoding, now(), by,
        stager.read, posted, counts["already-posted"], counts["quarantined"], counts["not-data"], amount,
        sums["already-posted"], sums["quarantined"], stager.unreadable, *(stager.dates or ["", ""]),
        reading.printed_total,
    )])  # fmt: skip
    dialect.insert_rows(connection, "input_row", HELD_COLUMNS, (
        (stager.batch, row.row, row.state, json.dumps(row.reasons, ensure_ascii=False),
         json.dumps(row.cells, ensure_ascii=False), row.amount, row.natural_key, row.occurrence)
        for row in stager.held
    ))  # fmt: skip
    (report,) = [report for report in reports_of(connection, sha256, path) if report.batch == stager.batch]
    return report.fresh(findings, reading.printed_total_agrees)

