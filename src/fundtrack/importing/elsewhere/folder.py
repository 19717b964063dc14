"""The files of a folder, each read by its page, into one source of directives to be checked."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.beantext.parse import parse_text
from fundtrack.checking.lens import Subject
from fundtrack.checking.limits import limit
from fundtrack.checking.objection import objected
from fundtrack.checking.source import Source, ledger_source, read_of
from fundtrack.errors import FormatError, UsageError
from fundtrack.importing.elsewhere.form import is_system, system
from fundtrack.importing.elsewhere.table import Table
from fundtrack.importing.elsewhere.vouchers import Vouchers
from fundtrack.importing.files import decode, rows, workbook
from fundtrack.importing.files.workbook import Sheet
from fundtrack.importing.header import heading
from fundtrack.importing.importer import head_of, peek
from fundtrack.ledger.main import MAIN
from fundtrack.pages import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from fundtrack.checking.accounted import Accounted
    from fundtrack.checking.finding import Finding
    from fundtrack.checking.limits import Limit
    from fundtrack.importing.elsewhere.form import Form, System
    from fundtrack.importing.elsewhere.table import Line

SUFFIXES: Final = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xls"})
"""Files that may hold a table."""

PAPERS: Final = frozenset({".pdf", ".ofd", ".doc", ".docx", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".md", ".html"})
"""Files that are looked at and hold no table: they are named among what was not read, and are no finding."""


NAMED: Final = 5
"""How many of the files of a folder without tables are named."""


class Chosen(NamedTuple):
    """A file with the page, and the part of the page, that describes it."""

    path: Path
    system: System
    form: Form


def source_at(path: Path, importers: Path | None = None) -> Source:
    """Return what a path names: the tables of another system, or else a Beancount ledger.

    `importers` is the checker's own folder of pages. Raises UsageError, and FormatError where no table can be read.
    """
    if path.is_dir() and not (path / MAIN).is_file():
        found = sorted(path.iterdir())
        tables = [one for one in found if one.suffix.lower() in SUFFIXES and one.is_file()]
        if not tables:
            names = ", ".join(one.name for one in found[:NAMED])
            raise UsageError("folder-without-tables", path=path, found=names or "–", main=MAIN)
        return _read(path, tables, _systems(importers), [one for one in found if one not in tables and _holds(one)])
    if path.is_file() and path.suffix.lower() in SUFFIXES:
        systems = _systems(importers)
        if path.suffix.lower() != ".txt" or _recognised(path, systems):  # a ledger may be called .txt as well
            return _read(path, [path], systems, [])
    return ledger_source(path)


def _systems(importers: Path | None) -> list[System]:
    return [system(page) for page in catalogue("importers", local=importers).values() if is_system(page)]


def _holds(path: Path) -> bool:
    """Say whether there may be anything in a path: a folder with nothing in it is nothing."""
    return not path.is_dir() or any(not one.is_dir() for one in path.rglob("*"))


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


def _read(path: Path, tables: Sequence[Path], systems: Sequence[System], others: Sequence[Path]) -> Source:
    """Read every table of a path, and name what is not read.

    Raises FormatError where there is one table alone; UsageError where they are of two systems, or of none.
    """
    chosen: list[Chosen] = []
    problems = [_not_read(one, FormatError("not-a-table")) for one in others if one.suffix.lower() not in PAPERS]
    for table in tables:
        try:
            chosen.append(_chosen(table, systems))
        except FormatError as error:
            if len(tables) == 1:
                raise
            problems.append(_not_read(table, error))
    names = sorted({one.system.name for one in chosen})
    if len(names) != 1 or not any(one.form.is_journal for one in chosen):
        raise UsageError("journal-none", path=path, pages=", ".join(names) or "–")
    papers = tuple(one.name for one in others if one.suffix.lower() in PAPERS)
    return _source(path, sorted(chosen, key=lambda one: one.form.is_journal), problems, papers)


def _not_read(path: Path, why: FormatError, sheet: str = "") -> Finding:
    """Return the finding that a file or folder, or a sheet, is in no account of this audit."""
    said = FormatError(
        why.key, **{name: value for name, value in why.details.items() if name != "path"} | {"path": path.name}
    )
    file = f"{path.name} [{sheet}]" if sheet else path.name
    return objected("journal-not-read", Subject(file=str(path), sheet=sheet), file=file, why=said)


def _source(path: Path, chosen: Sequence[Chosen], problems: list[Finding], papers: tuple[str, ...]) -> Source:
    """Return the tables of one system as a source; its charts come first."""
    vouchers = Vouchers(chosen[0].system)
    files: list[Accounted] = []
    for one in chosen:
        try:
            tables, unread = _of_file(one)
        except FormatError as error:
            if len(chosen) == 1:
                raise
            problems.append(_not_read(one.path, error))
            continue
        problems += unread
        for table, lines in tables:
            for line in lines:
                (vouchers.add if one.form.is_journal else vouchers.add_account)(line)
            (vouchers.add_unread if one.form.is_journal else vouchers.add_unread_accounts)(table.unread)
            problems += table.problems
            files.append(table.account)
    entries = vouchers.directives()
    if not entries:
        rows = sum(one.read for one in files)
        raise UsageError("journal-nothing", path=path, rows=rows, why=dict(problems[0].messages) if problems else "–")
    options = parse_text("", str(path)).options
    limits = tuple(_limits(vouchers, papers))
    read = tuple(read_of(one) for one in dict.fromkeys(one.path for one in chosen))
    return Source(entries, options, path.name, path, (*problems, *vouchers.problems), tuple(files), limits, read)


def _limits(vouchers: Vouchers, papers: tuple[str, ...]) -> Iterator[Limit]:
    """Yield what files of another system leave unsaid, and the papers beside them that nobody read."""
    if not vouchers.chart:
        yield limit("no-chart")
    if not vouchers.opens:
        yield limit("no-opening")
    if vouchers.unknown_starts:
        yield limit("opening-without-fund", ("overdrawn",), accounts=", ".join(vouchers.unknown_starts))
    if papers:
        yield limit("papers", files=", ".join(papers))


def _of_file(chosen: Chosen) -> tuple[list[tuple[Table, list[Line]]], list[Finding]]:
    """Return the tables of a file with their lines, and what says of each other sheet that it was not read.

    Nothing of a file counts that cannot be read to its end. Raises FormatError.
    """
    path, form = chosen.path, chosen.form
    found: list[tuple[Table, list[Line]]] = []
    unread: list[Finding] = []
    for sheet in _sheets(path, form):
        head, above = heading.find(form.layout, sheet.rows)
        if head is None:
            if any(cell.strip() for _, row in chain(above, sheet.rows) for cell in row):
                header = "、".join(form.layout.header)
                unread.append(_not_read(path, FormatError("header-missing", header=header), sheet.name))
            continue
        if sheet.hidden:
            raise FormatError("sheet-hidden", path=path, sheet=sheet.name)
        try:
            below = partial(_below, chosen, sheet.name, head.row)
            table = Table(form, head, sheet, str(path), chosen.system.name, above=len(above) + 1, below=below)
            found.append((table, list(table)))
        except FormatError as error:
            raise FormatError(error.key, **{**error.details, "path": path}) from error
    if not found:
        raise FormatError("header-missing", path=path, header="、".join(form.layout.header))
    return found, unread


def _below(chosen: Chosen, name: str, header: int) -> Iterator[list[str]]:
    """Give the rows below the header of a sheet of a file that is read once more."""
    for sheet in _sheets(chosen.path, chosen.form):
        if sheet.name == name:
            yield from (row for number, row in sheet.rows if number > header)


def _sheets(path: Path, form: Form) -> Iterator[Sheet]:
    if workbook.is_workbook(path):
        return workbook.sheets(path)
    encoding = decode.encoding(path, form.layout.encoding)
    return iter([Sheet("", hidden=False, rows=rows.read(path, encoding, form.layout.delimiter))])
