"""Commands on a book as a whole: `init`, `doctor`."""

from __future__ import annotations

import platform
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from fundtrack.cli import show
from fundtrack.cli.demo import chart_of, sample_folder
from fundtrack.cli.options import BookOption, FormatOption, LanguageOption, PersonOption, person, spoken
from fundtrack.cli.policy import put_in_force
from fundtrack.errors import ChartError, FundtrackError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fundtrack.book import Book

PACKAGES: Final = ("beancount", "fava", "sqlalchemy")
"""What a report of a fault must name the version of."""


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The new folder. 新账套目录")],
    *,
    title: Annotated[str, typer.Option(help="What the book is called; by default the folder's name. 账套名称")] = "",
    sample: Annotated[str, typer.Option(metavar="NAME", help="Take the chart of a sample. 采用示例的科目表")] = "",
    chart: Annotated[Path | None, typer.Option(help="A chart of accounts to apply. 科目表文件")] = None,
    document: Annotated[str, typer.Option(help="The document the chart rests on. 科目表依据文号")] = "",
    database: Annotated[str, typer.Option(help="A database URL instead of a file. 数据库地址")] = "",
    schema: Annotated[str, typer.Option(help="The schema of a PostgreSQL database. 数据库模式")] = "",
    by: PersonOption = None,
    lang: LanguageOption = None,
) -> None:
    """新建账套 Make a new book in a folder."""
    from fundtrack.book import create_book
    from fundtrack.book.chartfile import text_of
    from fundtrack.chart.read import read_chart

    language = spoken(lang)
    if sample:
        chart, document = chart_of(sample_folder(sample)), document or "原文未载"
    text = text_of(chart) if chart else ""
    if chart:
        read_chart(text, str(chart))  # a book is not begun that cannot be finished
        if not document:
            raise ChartError("chart-needs-document")
    book = create_book(folder, title=title or folder.resolve().name, language=language, database=database,
                       schema_name=schema)  # fmt: skip
    show.say_message("init-done", language, path=folder)
    if chart:
        put_in_force(book, text, person(by), document, language)
    else:
        show.say_message("init-chart", language, path=folder / "ledger" / "chart.beancount")


def doctor(form: FormatOption = "table", book: BookOption = None, lang: LanguageOption = None) -> None:
    """体检 What is wrong with the book and its environment, and how to mend it."""
    from fundtrack.book import find_book
    from fundtrack.book.doctor import diagnose
    from fundtrack.book.open import unverified_book
    from fundtrack.importing.later.kept import kept
    from fundtrack.importing.later.recounted import recounted

    the_book = unverified_book(find_book(book))
    language = spoken(lang, the_book)
    records = [
        {"name": one.name, "message": one.message(language), "remedy": one.remedy(language)}
        for one in (*diagnose(the_book), *kept(the_book), *recounted(the_book))
    ]
    records += [
        {
            "name": error.key,
            "message": f"{error.where(language)} {error.text(language)}".strip(),
            "remedy": error.remedy(language),
        }
        for error in faults_beside(the_book)
    ]
    if form == "table":
        versions = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
        python = platform.python_version()
        show.say_message("examined", language, path=the_book.folder, python=python, versions=versions)
        for record in records:
            show.say(f"{record['name']}: {record['message']}\n  → {record['remedy']}")
        show.say_message("examined-summary", language, ailments=len(records))
    else:
        show.rows(records, form, language, ("name", "message", "remedy"))
    if records:
        raise typer.Exit(1)


def faults_beside(book: Book) -> Iterator[FundtrackError]:
    """Yield what is wrong beside the database: pages that cannot be read, and files published and altered since."""
    from sqlalchemy.exc import DBAPIError

    from fundtrack.checking import checks
    from fundtrack.importing.batch.file import importers_of
    from fundtrack.ledger.agreeing import disagreements
    from fundtrack.ledger.intact import altered_since
    from fundtrack.ledger.main import MAIN
    from fundtrack.reporting import reports

    readers: tuple[Callable[[], object], ...] = (
        lambda: checks(book.folder / "checks"),
        lambda: importers_of(book),
        lambda: reports(book.folder / "reports"),
    )
    for read in readers:
        try:
            read()
        except FundtrackError as error:
            if error.key != "no-key":  # `diagnose` says it
                yield error
    main = book.folder / "ledger" / MAIN
    if main.is_file():
        yield from (UsageError(one.key, **one.details) for one in altered_since(main))
        with suppress(DBAPIError), book.reading() as connection:  # what cannot be read is told as such
            yield from disagreements(connection, main.parent)
