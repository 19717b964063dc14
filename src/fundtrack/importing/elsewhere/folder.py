"""The files of a folder, each read by its page, into one source of directives to be checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.beantext.parse import parse_text
from fundtrack.checking.lens import Subject
from fundtrack.checking.limits import Limit
from fundtrack.checking.objection import objected
from fundtrack.checking.source import Source, ledger_source
from fundtrack.errors import LANGUAGES, FormatError, UsageError, message
from fundtrack.importing import decode, heading, rows, workbook
from fundtrack.importing.elsewhere.form import is_system, system
from fundtrack.importing.elsewhere.table import Table
from fundtrack.importing.elsewhere.vouchers import Vouchers
from fundtrack.importing.importer import head_of, peek
from fundtrack.importing.workbook import Sheet
from fundtrack.ledger.main import MAIN
from fundtrack.pages import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from fundtrack.checking.accounted import Accounted
    from fundtrack.checking.finding import Finding
    from fundtrack.importing.elsewhere.form import Form, System

SUFFIXES: Final = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xls"})
"""Files that may hold a table."""


class Chosen(NamedTuple):
    """A file with the page, and the part of the page, that describes it."""

    path: Path
    system: System
    form: Form


def source_at(path: Path, importers: Path | None = None) -> Source:
    """Return what a path names: the tables of another system, or else a Beancount ledger.

    `importers` is the checker's own folder of pages. Raises UsageError, and FormatError where no table can be read.
    """
    tables = _tables(path)
    systems = [system(page) for page in catalogue("importers", local=importers).values() if is_system(page)]
    if path.suffix.lower() == ".txt" and tables and not _recognised(path, systems):
        tables = []  # a ledger may be called so as well
    return _read(path, tables, systems) if tables else ledger_source(path)


def _tables(path: Path) -> list[Path]:
    """Return the files of a path that may hold tables; none where it is a ledger."""
    if path.is_file():
        return [path] if path.suffix.lower() in SUFFIXES else []
    if not path.is_dir() or (path / MAIN).is_file():
        return []
    return sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES and file.is_file())


def _recognised(path: Path, systems: Sequence[System]) -> list[Chosen]:
    """Return the pages that describe a file, those first of whose columns it has most."""
    seen = peek(path)
    found: list[tuple[int, Chosen]] = []
    for one in systems:
        for form in filter(None, (one.journal, one.accounts)):
            head = head_of(seen, form.layout)
            if head is not None:
                named = {name for source in form.layout.columns.values() for name in source.columns}
                found.append((len(named & set(head.names)), Chosen(path, one, form)))
    most = max((score for score, _ in found), default=0)
    return [chosen for score, chosen in found if score == most]


def _chosen(path: Path, systems: Sequence[System]) -> Chosen:
    """Return how a file is to be read. Raises FormatError (`file-unknown`, `file-ambiguous`)."""
    found = _recognised(path, systems)
    if len(found) != 1:
        names = ", ".join(f"{one.system.name} [{one.form.table}]" for one in found)
        raise FormatError("file-ambiguous" if found else "journal-unknown", path=path, pages=names)
    return found[0]


def _read(path: Path, tables: Sequence[Path], systems: Sequence[System]) -> Source:
    """Read every table of a path. Raises FormatError; UsageError where they are of two systems, or of none."""
    chosen, problems = [], []
    for table in tables:
        try:
            chosen.append(_chosen(table, systems))
        except FormatError as error:
            if len(tables) == 1 or error.key != "journal-unknown":
                raise
            problems.append(objected("journal-not-read", Subject(file=str(table)), file=table.name, why=error))
    names = sorted({one.system.name for one in chosen})
    if len(names) != 1 or not any(one.form.is_journal for one in chosen):
        raise UsageError("journal-none", path=path, pages=", ".join(names) or "–")
    return _source(path, sorted(chosen, key=lambda one: one.form.is_journal), problems)


def _source(path: Path, chosen: Sequence[Chosen], problems: list[Finding]) -> Source:
    """Return the tables of one system as a source; its charts come first."""
    vouchers = Vouchers(chosen[0].system)
    files: list[Accounted] = []
    for one in chosen:
        for table in _of_file(one):
            for line in table:
                (vouchers.add if one.form.is_journal else vouchers.add_account)(line)
            vouchers.add_unread(table.unread)
            problems += table.problems
            files.append(table.account)
    entries = vouchers.directives()
    if not entries:
        rows = sum(one.read for one in files)
        raise UsageError("journal-nothing", path=path, rows=rows, why=problems[0].messages["en"] if problems else "–")
    options = parse_text("", str(path)).options
    return Source(
        entries, options, path.name, path, (*problems, *vouchers.problems), tuple(files), tuple(_limits(vouchers))
    )


def _limits(vouchers: Vouchers) -> Iterator[Limit]:
    """Yield what files of another system leave unsaid."""
    if not vouchers.chart:
        yield Limit("no-chart", {language: message("limit-no-chart", language) for language in LANGUAGES})
    if not vouchers.opens:
        yield Limit("no-opening", {language: message("limit-no-opening", language) for language in LANGUAGES})


def _of_file(chosen: Chosen) -> Iterator[Table]:
    """Yield the tables of a file. Raises FormatError."""
    path, form = chosen.path, chosen.form
    found = False
    for sheet in _sheets(path, form):
        head, above = heading.find(form.layout, sheet.rows)
        if head is None:
            continue
        if sheet.hidden:
            raise FormatError("sheet-hidden", path=path, sheet=sheet.name)
        found = True
        try:
            yield Table(form, head, sheet, str(path), chosen.system.name, above=len(above) + 1)
        except FormatError as error:
            raise FormatError(error.key, **{**error.details, "path": path}) from error
    if not found:
        raise FormatError("header-missing", path=path, header="、".join(form.layout.header))


def _sheets(path: Path, form: Form) -> Iterator[Sheet]:
    if workbook.is_workbook(path):
        return workbook.sheets(path)
    encoding = decode.encoding(path, form.layout.encoding)
    return iter([Sheet("", hidden=False, rows=rows.read(path, encoding, form.layout.delimiter))])
