"""The command `formats`: which files are recognised, which page a file fits, and a new page for one that fits none."""

from __future__ import annotations

import shlex
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fundtrack.cli import show
from fundtrack.cli.imported import Totals, print_totals, print_unseen
from fundtrack.cli.options import BookOption, Format, FormatOption, LanguageOption, local_folder, opened, spoken
from fundtrack.errors import FormatError, Language, PageError, UsageError, message, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fundtrack.importing.proposing import Desk, Fit, Looked, Point, Proposal
    from fundtrack.pages import Page

formats = typer.Typer(help="导入格式 Formats that files are recognised by.", invoke_without_command=True)
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A file of the bureau. 文件")]
UNKNOWN = frozenset({"file-unknown", "file-nearest"})
"""What is said of a file that can be read, and that no page describes."""

NAMED = 8
"""So many files of a zip are named."""

NameArgument = Annotated[str, typer.Argument(metavar="PAGE", help="The name of a page. 页面名")]


@formats.callback()
def listed(
    context: typer.Context, form: FormatOption = "table", book: BookOption = None, lang: LanguageOption = None
) -> None:
    """列出可导入的文件格式，或为新文件提出格式 List the formats that files are recognised by, or propose a new one."""
    if context.invoked_subcommand is None:
        list_(form, book, lang)


@formats.command("list")
def list_(form: FormatOption = "table", book: BookOption = None, lang: LanguageOption = None) -> None:
    """列出可导入的文件格式 List the formats that files are recognised by."""
    pages, language = _pages(book, lang)
    records: list[dict[str, Any]] = [
        {
            "name": page.name,
            "title": {"en": page.title, "zh": page.text("title", "zh")},
            "message": {"en": page.message, "zh": page.text("message", "zh")},
        }
        for page in pages.values()
    ]
    if form != "json":
        records = [record | {name: record[name][language] for name in ("title", "message")} for record in records]
    show.rows(records, form, language, ("name", "title", "message"))


def _pages(book: Path | None, lang: Language | None) -> tuple[dict[str, Page], Language]:
    """Return the pages there are, those of a book too, and the language to speak."""
    from fundtrack.pages import catalogue

    local = local_folder(book, "importers")
    return catalogue("importers", local=local), spoken(lang, local)


def _named(name: str, pages: dict[str, Page]) -> Page:
    """Return a page. Raises PageError (`page-unknown`)."""
    if name not in pages:
        raise PageError("page-unknown", name=name, known=nearest(name, pages))
    return pages[name]


@formats.command("show")
def show_(name: NameArgument, book: BookOption = None, lang: LanguageOption = None) -> None:
    """查看一种格式 Show a format: what its files are, their columns, and its definition."""
    from fundtrack.cli.checking import print_page

    pages, language = _pages(book, lang)
    print_page(_named(name, pages), language)


@formats.command("test")
def examples(
    name: Annotated[str, typer.Argument(metavar="[PAGE]", help="By default all of the book's. 默认本账套的全部")] = "",
    form: FormatOption = "table",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """检验格式页的样例 Read the samples of pages again: each must become what its page says."""
    from fundtrack.importing.elsewhere.form import is_system
    from fundtrack.importing.example import tried

    the_book = opened(book)
    pages, language = _pages(book, lang)
    own = the_book.folder / "importers"
    with the_book.reading() as connection:
        currency = the_book.chart(connection).currency
    chosen = [_named(name, pages)] if name else [page for page in pages.values() if page.path.parent == own]
    records: list[dict[str, Any]] = [
        {"page": page.name, "example": title, "agrees": not why, "message": why}
        for page in chosen
        if not is_system(page)
        for title, why in tried(page, currency, language)
    ]
    if form == "table":
        records = [one | {"agrees": message("yes" if one["agrees"] else "no", language)} for one in records]
    show.rows(records, form, language, ("page", "example", "agrees", "message"))
    if any(one["message"] for one in records):
        raise typer.Exit(1)


@formats.command()
def which(
    file: FileArgument, form: FormatOption = "table", book: BookOption = None, lang: LanguageOption = None
) -> None:
    """查看文件适用的格式 Say which formats recognise a file, how many rows each reads, and what an import would do."""
    desk, language, _ = _desk(book, lang)
    found = desk.looked(file)
    if (why := found[0].why) and len(found) == 1 and not found[0].fits and why.key not in UNKNOWN:
        raise why
    if form == "table":
        for one in found:
            _print_looked(one, language, alone=len(found) == 1)
    else:
        records = [record for one in found for record in one.records(language)]
        show.rows(records, form, language, ("file", "page", "fits", "imported", "rows", "sound", "amount", "error"))
    refused = [one.label for one in found if one.why and not one.letter]
    if form == "table" and refused and len(found) > 1:
        show.say_message("which-zip", language, files=", ".join(refused[:NAMED]) + ", …" * (len(refused) > NAMED))
    if refused or not any(one.taken for one in found):
        raise typer.Exit(1)


def _print_looked(one: Looked, language: Language, *, alone: bool) -> None:
    """Print how a file reads through the pages that recognise it, and what an import of it would do."""
    if not alone:
        show.say(one.label)
    elif not one.fits:
        show.say_message("which-none", language, file=one.label)
    if one.fits:
        records = one.records(language)
        for record in records:
            whys = ", ".join(f"{why} {count}" for why, count in record["reasons"].items())
            record |= {"fits": message("yes" if record["fits"] else "no", language), "reasons": record["error"] or whys}
        show.rows(records, "table", language, ("page", "fits", "rows", "sound", "amount", "reasons"))
    if one.taken:
        waiting = one.taken.rows - one.taken.sound
        show.say_message("which-import", language, page=one.taken.page, rows=one.taken.rows, waiting=waiting)
    elif one.letter:
        show.say_message("which-letter", language)
    elif one.why and (one.fits or not alone):
        show.say_message("which-refused", language, why=one.why.text(language))
    if alone and not any(fit.fits for fit in one.fits):
        show.say_message("which-new", language, command=shlex.join(["fundtrack", "formats", "new", one.label]))


def _desk(book: Path | None, lang: Language | None) -> tuple[Desk, Language, Path]:
    """Return where pages are proposed for a book, the language to speak, and the folder of the book's own pages."""
    from fundtrack.chart.words import words_of
    from fundtrack.importing.batch.file import importers_of
    from fundtrack.importing.proposing import Desk

    the_book = opened(book)
    with the_book.reading() as connection:
        chart = the_book.chart(connection)
    words = words_of(chart)
    importers = importers_of(the_book, words, chart.currency)
    return Desk(importers, words, the_book.key, chart.currency), spoken(lang, the_book), the_book.folder / "importers"


@formats.command()
def new(
    file: FileArgument,
    said: Annotated[list[str] | None, typer.Option("--set", metavar="TOPIC=VALUE", help="What is so. 写明某项")] = None,
    name: Annotated[str, typer.Option(help="The name of the page. 页面名")] = "",
    draft: Annotated[bool, typer.Option("--draft", help="Write it with open questions. 写成草稿")] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Also where a format fits. 已有格式时也提出")] = False,
    form: FormatOption = "table",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """为新文件提出格式页 Look at a file, propose a format with its evidence, ask what is not proven, write it."""
    from fundtrack.importing.proposing import answers_of

    desk, language, folder = _desk(book, lang)
    answers = answers_of(said or [])
    with _only(file) as seen:
        fitting = [one for one in desk.known(seen) if one.fits]
        if fitting and not anyway:
            alone = desk.finds(seen, fitting[0].page)
            _print_known(file, fitting[0], form, language, alone=alone)
            return
        called = desk.name(file, name, folder)
        found = desk.propose(seen, answers)
        if form == "table":
            _print_points(file, found, language)
        while found.open and found.open[0].choices and form == "table" and sys.stdin.isatty() and not draft:
            ask(found.open[0], answers, language)
            found = desk.propose(seen, answers)
        if found.open and not draft:
            _refuse_open(file, found, form, language)
        text = desk.text(found, called)
        tried = None if found.open else desk.tried(seen, text, called)
        written = desk.write(folder, called, text)
        alone = desk.chosen(seen, written)
    after = _after(file, called, found, alone=alone)
    if form != "table":
        _print_record(file, found, form, language, written=written, tried=tried, after=after)
        return
    show.say()
    show.say_message("new-draft" if found.open else "new-written", language, path=written, name=called)
    if tried:
        _print_tried(file, tried, language)
    show.say_message("new-after", language, command=after)
    if not found.open and not {"fund", "use"} <= {*found.columns}:
        show.say_message("new-no-fund", language)


@contextmanager
def _only(file: Path) -> Iterator[Path]:
    """Give the file itself, or the only one in a zip. Raises FormatError (`new-archive`) where there are several."""
    from fundtrack.importing.files.given import parts

    with parts(file) as found:
        if len(found) > 1:
            named = ", ".join(one.name.partition(":")[2] for one in found[:NAMED])
            raise FormatError("new-archive", path=file, count=len(found), files=named + ", …" * (len(found) > NAMED))
        try:
            yield found[0].path
        except FormatError as error:
            raise FormatError(error.key, **(error.details | {"path": found[0].label})) from error


def _after(file: Path, name: str, found: Proposal, *, alone: bool) -> str:
    """Return the command that comes next: a dry run, or the answers that a draft lacks."""
    if found.open:
        topics = [part for point in found.open for part in ("--set", f"{point.topic}={point.value or '?'}")]
        return shlex.join(["fundtrack", "formats", "new", str(file), "--name", name, *topics])
    return _dry_run(file, name, alone=alone)


def _dry_run(file: Path, name: str, *, alone: bool) -> str:
    """Return the command that tries an import; it names the page unless an import finds that by itself, `alone`."""
    chosen = [] if alone else ["--as", name]
    return shlex.join(["fundtrack", "import", "--dry-run", *chosen, str(file)])


def _print_known(file: Path, one: Fit, form: Format, language: Language, *, alone: bool) -> None:
    """Say that a page fits a file already."""
    after = _dry_run(file, one.page, alone=alone)
    if form != "table":
        show.rows([one.record(language) | {"next": after}], form, language, ("page", "rows", "sound", "amount", "next"))
        return
    show.say_message("new-known", language, file=file, page=one.page)
    _print_tried(file, one, language)
    show.say_message("new-after", language, command=after)


def _print_points(file: Path, found: Proposal, language: Language) -> None:
    """Print what was found, how sure it is, and on what evidence."""
    show.say_message("new-looked", language, file=file, rows=len(found.look.rows), columns=len(found.look.usable))
    records = [
        {"topic": message(f"topic-{one.topic}", language), "value": one.value, "evidence": one.why[language],
         "sure": message(f"known-{one.state}", language)}
        for one in found.points
    ]  # fmt: skip
    show.rows(records, "table", language, ("topic", "value", "sure", "evidence"))


def _print_question(point: Point, language: Language) -> None:
    """Print what is asked, and why."""
    topic = message(f"topic-{point.topic}", language)
    show.say_message("new-question", language, topic=topic, why=point.why[language])


def ask(point: Point, answers: dict[str, str], language: Language) -> None:
    """Ask a person at the terminal one question, with what there is to choose from; a number does, Enter does not."""
    show.say()
    _print_question(point, language)
    names = [*point.choices]
    for nth, name in enumerate(names, 1):
        show.say(f"  {nth}. {name}  {point.choices[name][language]}")
    while True:
        answer = str(typer.prompt(message("new-ask", language))).strip()
        if answer.isdecimal() and answer not in names and 0 < int(answer) <= len(names):
            answer = names[int(answer) - 1]
        parts = (
            [answer, *(part.strip() for part in answer.split(","))] if point.topic in {"in", "settled"} else [answer]
        )
        if answer in names or all(part in names for part in parts[1:] or parts):
            break
        show.say_message("ask-again-choice", language)
    answers[point.topic] = answer


def _refuse_open(file: Path, found: Proposal, form: Format, language: Language) -> None:
    """Say what is not proven, with what there is to choose from, and refuse to write a page of it."""
    if form != "table":
        _print_record(file, found, form, language)
    else:
        for point in found.open:
            show.say()
            _print_question(point, language)
            for name in [*point.choices][:12]:
                show.say(f"  --set {shlex.quote(f'{point.topic}={name}')}  {point.choices[name][language]}")
    topics = ", ".join(point.topic for point in found.open)
    raise UsageError("new-unanswered", path=file, topics=topics, count=len(found.open))


def _print_record(
    file: Path, found: Proposal, form: Format, language: Language, *, written: Path | None = None,
    tried: Fit | None = None, after: str = "",
) -> None:  # fmt: skip
    """Print a proposal for a machine; CSV has its points."""
    points = [point.record(language) for point in found.points]
    if form == "csv":
        show.rows(points, form, language, ("topic", "value", "state", "evidence"))
        return
    show.as_json({
        "file": str(file), "page": str(written) if written else None, "questions": len(found.open), "points": points,
        "read": tried.record(language) if tried else None, "next": after or None,
    })  # fmt: skip


def _print_tried(file: Path, one: Fit, language: Language) -> None:
    """Print how all rows of a file read through a page."""
    show.say_message(
        "new-tried", language, rows=one.rows, amount=show.yuan(one.amount), aside=one.aside,
        dates=" – ".join(dict.fromkeys(one.dates)) or "–", waiting=one.rows - one.sound,
    )  # fmt: skip
    for why, count in one.reasons.items():
        show.say(f"  {count} × {why}")
    for unseen in one.unseen:
        print_unseen(unseen, language)
    if one.agrees is not None:
        told = Totals(one.total, one.agrees, one.differing, one.amount)
        print_totals(told, lambda row: message("place-row", language, file=file, sheet="", row=row), language)
