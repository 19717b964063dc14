"""`demo`: the whole job on a sample book, from the bureau's files to Fava, refusals included.

A sample is a folder of `fundtrack/sample`: `chart.beancount`, `transfers.toml` (the transfers received) and `files`,
which are imported in the order of their names. What lies in `statements` is only copied into the book's folder.
"""

from __future__ import annotations

import itertools
import shutil
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

import fundtrack
from fundtrack import money
from fundtrack.cli import checking, imported, ledgers, show
from fundtrack.cli.options import LanguageOption, PersonOption, person, spoken
from fundtrack.cli.policy import put_in_force
from fundtrack.errors import UsageError, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from fundtrack.book import Book
    from fundtrack.chart.model import Chart
    from fundtrack.errors import Language
    from fundtrack.posting import Draft

SAMPLES: Final = Path(fundtrack.__file__).parent / "sample"
CHECKOUT: Final = Path(fundtrack.__file__).parents[2]

SampleOption = Annotated[str, typer.Option("--sample", metavar="NAME", help="tianyang or pingshan. 示例名称")]


def demo(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="The new folder. 新账套目录")] = None,
    sample: SampleOption = "tianyang",
    browse: Annotated[bool, typer.Option("--browse/--no-browse", help="Look at it in Fava. 浏览账簿")] = True,
    port: ledgers.PortOption = None,
    by: PersonOption = None,
    lang: LanguageOption = None,
) -> None:
    """示例 The whole job on a sample book: chart, transfers, import, refusals, checks, Fava."""
    source = sample_folder(sample)
    language = spoken(lang)
    place = folder or free_folder(sample)
    book = build(source, place, language, person(by))
    audit_and_publish(book, language)
    show.say_message("demo-done", language, path=place)
    if browse:
        ledger = book.folder / "ledger" / "fava.beancount"
        ledgers.serve(ledger, language, port=port, host="127.0.0.1", behind_proxy="", auditor=False, show_browser=True)


def sample_folder(name: str) -> Path:
    """Return the folder of a sample. Raises UsageError (`sample-unknown`)."""
    known = sorted(path.parent.name for path in SAMPLES.glob("*/transfers.toml"))
    if name not in known:
        raise UsageError("sample-unknown", name=name, known=", ".join(known))
    return SAMPLES / name


def free_folder(name: str) -> Path:
    """Return a folder in the current one that does not exist yet: the name, or the name and a number."""
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    return next(path for path in map(Path, names) if not path.exists())


def build(source: Path, folder: Path, language: Language, by: str) -> Book:
    """Make the book of a sample, saying what is done: the chart, the transfers received, the files."""
    from fundtrack.book import create_book
    from fundtrack.chart.read import read_chart
    from fundtrack.importing.batch.file import import_file
    from fundtrack.posting import post

    text = chart_of(source).read_text("utf-8")
    given = tomllib.loads((source / "transfers.toml").read_text("utf-8"))
    book = create_book(folder, title=given["title"], language=language)
    heading("demo-chart", language, path=folder)
    put_in_force(book, text, by, given["document"], language)
    for kept in (
        "files",
        "statements",
    ):  # of the bank's statements no voucher is made: they are there to reconcile with
        if (source / kept).is_dir():
            shutil.copytree(source / kept, folder / kept)
    heading("demo-transfers", language)
    drafts = list(transfers(given, read_chart(text, str(folder))))
    for number, draft in zip(post(book, drafts, by=by).numbers, drafts, strict=True):
        show.say(f"{number}  {draft.date}  {show.yuan(draft.entries[0].amount):>16}  {draft.narration}")
    for file in sorted((folder / "files").iterdir()):
        heading("demo-import", language, file=file.name)
        for report in import_file(book, file, by=by):
            imported.print_report(report, language)
    return book


def chart_of(source: Path) -> Path:
    """Return the chart of a sample; Tianyang's is the repository's own `ledger/chart.beancount`, or in the wheel."""
    packaged = source / "chart.beancount"
    return packaged if packaged.exists() else CHECKOUT / "ledger" / "chart.beancount"


def transfers(given: Mapping[str, Any], chart: Chart) -> Iterator[Draft]:
    """Yield the vouchers of the transfers received."""
    from fundtrack.posting.vouchers import draft

    for transfer in given["transfer"]:
        amount = money.parse(transfer.pop("amount"))
        yield draft(chart, "transfer-received", amount, **transfer)


def audit_and_publish(book: Book, language: Language) -> None:
    """Check the book, publish it, and print the balances."""
    from fundtrack.checking.audit import audit_book
    from fundtrack.ledger import publish
    from fundtrack.reporting import balances
    from fundtrack.reporting.table import written

    heading("demo-checks", language)
    checking.print_audit(audit_book(book), "table", language)
    heading("demo-publish", language)
    published = publish(book, language)
    show.say_message("published", language, path=published.main, vouchers=published.vouchers,
                     files=len(published.written))  # fmt: skip
    heading("demo-balances", language)
    typer.echo(written(balances(book).table(language), "table", language), nl=False)


def heading(key: str, language: Language, **details: object) -> None:
    """Print what comes next."""
    show.say(f"\n== {message(key, language, **details)}")
