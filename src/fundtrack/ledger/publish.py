"""Publish a book as Beancount text: chart, registers, imports, a journal a month, and what holds them together.

Every journal is named by its content and complete before `main.beancount`, which is replaced last, names it: whoever
reads the ledger sees the old set or the new one, never a mixture, whenever the program is killed.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import chain, groupby
from typing import TYPE_CHECKING

from sqlalchemy import text

from fundtrack.chart.write import write_accounts
from fundtrack.ledger import applications, batches, periods
from fundtrack.ledger.aliases import STEM as WORDS
from fundtrack.ledger.aliases import words, write_words
from fundtrack.ledger.belonging import strangers
from fundtrack.ledger.budgets import budgets, of_all
from fundtrack.ledger.files import Folder, is_whole
from fundtrack.ledger.history import history, write_history
from fundtrack.ledger.journal import Journal
from fundtrack.ledger.main import FAVA, MAIN, fava_text, main_text
from fundtrack.ledger.manifest import FILE, PUBLICATIONS_KEPT, Manifest, Month, names_of, read_manifest
from fundtrack.ledger.quotas import STEM as QUOTAS
from fundtrack.ledger.quotas import write_quotas
from fundtrack.ledger.registers import STEM, entries, write_entries
from fundtrack.ledger.rows import references, rows_between
from fundtrack.ledger.years import DETAIL_MAX, Years, assert_carried_forward
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.chart.model import Chart
    from fundtrack.errors import Language

    Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Published:
    """A published ledger: its files, how many vouchers it has, which files are new, and which are no part of it."""

    main: Path
    fava: Path
    language: Language
    vouchers: int
    written: tuple[Path, ...]
    strangers: tuple[str, ...] = ()


def publish(book: Book, language: Language | None = None, progress: Progress | None = None) -> Published:
    """Write the ledger of a book into its folder `ledger`, in its own language or another; nothing if nothing changed.

    `progress` is told how many vouchers are published of how many. Raises ChartError (`no-balance-account`) for a fund
    of several years without an account of kind `balance`, and FormatError for text that no ledger can hold.
    """
    language = language or book.settings.language
    folder = Folder(book.folder / "ledger")
    known = read_manifest(folder.path)
    with book.reading() as connection, dialect.in_little_memory(connection):
        chart = book.chart(connection)
        assert_carried_forward(connection, chart)
        past = write_history(history(connection), chart, language)
        allotted = budgets(connection, chart, language)
        months = list(_journals(connection, folder, chart, language, known, progress or _quiet))
        imported, asked = batches.batches(connection), applications.applications(connection)
        others = [
            *_others(folder, QUOTAS, write_quotas(chart, language)),
            *_others(folder, STEM, write_entries(entries(connection), language)),
            *_others(folder, batches.STEM, batches.write_batches(imported, language, chart.currency)),
            *_others(folder, WORDS, write_words(words(connection), language)),
            *_others(folder, applications.STEM, applications.write_applications(asked, language, chart.currency)),
            *_others(folder, periods.STEM, periods.write_periods(periods.acts(connection), language)),
        ]
    accounts = folder.write_hashed("accounts", [write_accounts(chart, language), past])
    folder.settle()
    last, shown_by = "", {}
    of_accounts = [accounts, *(file for file in others if file.startswith(QUOTAS))]
    for year, view in Years(chart, language, of_accounts, allotted).views(months):
        last = f"year/{year}.beancount"
        shown_by[last] = folder.replace(last, view)
    folder.settle()
    vouchers = sum(month.vouchers for month in months)
    few = vouchers <= DETAIL_MAX
    detail = few or sum(month.vouchers for month in months if month.name[:4] == months[-1].name[:4]) <= DETAIL_MAX
    shown = fava_text(chart, language, MAIN if few else last, vouchers=detail, budgets=of_all(allotted) if few else "")
    shown_by[FAVA] = folder.replace(FAVA, shown)
    current = [accounts, *others, *(month.file for month in months)]
    if known.publications[:1] != [current]:
        folder.replace(FILE, replace(known, under_way=current).text())
        folder.settle()
    folder.replace(MAIN, main_text(chart, language, current))
    by_name = {month.name: month for month in months}
    _remember(folder, known, Manifest(names_of(chart, language), by_name, [current], shown_by | folder.chart()))
    left = tuple(name for name in strangers(folder.path) if not folder.may_be_under_way(name))
    return Published(folder.path / MAIN, folder.path / FAVA, language, vouchers, tuple(folder.written), left)


def _others(folder: Folder, stem: str, texts: Iterator[str]) -> list[str]:
    """Write a file beside the journals, if there is anything to be said in it, and return its name."""
    first = next(texts, "")
    return [folder.write_hashed(stem, chain([first], texts))] if first else []


def _journals(
    connection: Connection, folder: Folder, chart: Chart, language: Language, known: Manifest, progress: Progress
) -> Iterator[Month]:
    """Yield every month with its journal, written where the one of the last publication does not stand."""
    same_names = known.names == names_of(chart, language)
    journal = Journal(chart, language, references(connection))
    months = _months(connection)
    total, done = sum(month.vouchers for month in months), 0
    for month in months:
        before = known.months.get(month.name)
        if before and same_names and before.says(month) and is_whole(folder.path / before.file):
            yield before
        else:
            yield _written(connection, folder, month, journal)
        done += month.vouchers
        progress(done, total)


def _written(connection: Connection, folder: Folder, month: Month, journal: Journal) -> Month:
    first = dt.date.fromisoformat(f"{month.name}-01")
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    vouchers = map(journal.text, rows_between(connection, first.toordinal(), last.toordinal()))
    file = folder.write_hashed(month.name, chain([journal.opening()], vouchers))
    return replace(month, file=file, moved=journal.take_moved())


def _months(connection: Connection) -> list[Month]:
    """Return the months that have vouchers, from an index and without reading any voucher."""
    days = connection.exec_driver_sql("""SELECT day, SUM(vouchers), MAX(last)
        FROM (SELECT day, COUNT(*) AS vouchers, MAX(id) AS last FROM voucher GROUP BY fund, day) AS day_of_fund
        GROUP BY day ORDER BY day""")
    dated = ((dt.date.fromordinal(day).isoformat(), int(vouchers), last) for day, vouchers, last in days)
    months = []
    marks = text("SELECT natural_key, occurrence, recorded_at FROM voucher WHERE id = :id")
    for name, group in groupby(dated, key=lambda day: day[0][:7]):
        dates, vouchers, last = zip(*group, strict=True)
        said = connection.execute(marks, {"id": max(last)}).one()
        mark = sha256(repr(tuple(said)).encode()).hexdigest()[:16]
        months.append(Month(name, sum(vouchers), max(last), dates[-1], mark))
    return months


def _remember(folder: Folder, known: Manifest, now: Manifest) -> None:
    """Note what was published, and delete what only publications long past used."""
    earlier = [files for files in known.publications if files != now.publications[0]]
    kept = now.publications + earlier[: PUBLICATIONS_KEPT - 1]
    folder.replace(FILE, replace(now, publications=kept).text())
    folder.settle()
    folder.remove_views(known.views, now.views)
    folder.remove_stale({name for files in kept for name in files}, {name for files in earlier for name in files})


def _quiet(_done: int, _total: int) -> None:
    """Show no progress."""
