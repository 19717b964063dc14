"""Commands on the policy: `chart show`, `diff`, `apply`, `grant`, `end`, `restore`. They write the Beancount."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fundtrack.cli import show
from fundtrack.cli.options import (
    BookOption,
    DateOption,
    DocumentOption,
    FormatOption,
    LanguageOption,
    LedgerOption,
    PersonOption,
    opened,
    person,
    spoken,
)
from fundtrack.errors import Language, UsageError, message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fundtrack.book import Book
    from fundtrack.book.chartfile import Enacted
    from fundtrack.chart.change import Change
    from fundtrack.chart.model import Chart

    Edit = Callable[[str, str, dt.date, str, str], str]

chart = typer.Typer(help="科目表与用途 The chart of accounts and the uses it grants.", no_args_is_help=True)

FileArgument = Annotated[Path | None, typer.Argument(help="A chart; by default ledger/chart.beancount. 科目表文件")]
AccountArgument = Annotated[str, typer.Argument(help="F01-0601, F01:0601 or the account's whole name. 科目")]

FUND_COLUMNS = ("fund", "name", "department", "level", "regime", "valid_from", "valid_to", "authority")
ACCOUNT_COLUMNS = ("account", "kind", "granted", "written")


@chart.command("show")
def show_chart(
    form: FormatOption = "table", ledger: LedgerOption = None, book: BookOption = None, lang: LanguageOption = None
) -> None:
    """查看现行科目表 Show the chart in force: funds, accounts, and which uses are granted today."""
    the_book = opened(book, ledger)
    language = spoken(lang, the_book)
    with the_book.reading() as connection:
        in_force = the_book.policy(connection)
    funds, accounts = chart_records(in_force, language)
    if form == "json":
        show.as_json({"title": in_force.title, "funds": funds, "accounts": accounts})
        return
    if form == "table":
        funds = [show.in_words(one, language, level="level", regime="regime") for one in funds]
        accounts = [show.in_words(one, language, kind="account", granted="granted") for one in accounts]
        show.rows(funds, form, language, FUND_COLUMNS)
        show.say()
    show.rows(accounts, form, language, ACCOUNT_COLUMNS)


def chart_records(in_force: Chart, language: Language) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the funds and the accounts of a chart as rows; `granted` is None where an account is no use."""
    from fundtrack.book.clock import today

    funds = [
        {
            "fund": fund.code,
            "name": fund.name if language == "en" else fund.name_zh,
            "department": fund.department,
            "level": fund.level,
            "regime": fund.regime,
            "valid_from": str(fund.valid_from or "") or None,
            "valid_to": str(fund.valid_to or "") or None,
            "authority": fund.authority,
        }
        for fund in in_force.funds.values()
    ]
    standing = {use.account: use.granted for use in in_force.uses if use.date <= today()}
    accounts = [
        {
            "account": account.path,
            "kind": account.kind,
            "granted": standing.get(account.path, False) if account.kind == "use" else None,
            "written": account.written(language, in_force),
        }
        for account in in_force.accounts.values()
    ]
    return funds, accounts


@chart.command()
def diff(file: FileArgument = None, book: BookOption = None, lang: LanguageOption = None) -> None:
    """查看科目表将有何变更 Show what applying a chart would change; nothing is changed."""
    from fundtrack.book.chartfile import proposed_text, text_of
    from fundtrack.book.policy import in_force_before
    from fundtrack.chart.change import diff, forbidden
    from fundtrack.chart.read import read_chart

    the_book = opened(book)
    text = text_of(file) if file else proposed_text(the_book)[0]
    path = str(file or the_book.chart_file)
    proposed = read_chart(text, path)
    with the_book.reading() as connection:
        _, in_force = in_force_before(the_book, connection, proposed)
    print_changes(diff(in_force, proposed), spoken(lang, the_book))
    forbidden(in_force, proposed, path)


@chart.command()
def apply(
    file: FileArgument = None,
    document: DocumentOption = "",
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """启用科目表变更 Put a chart in force: recorded with who, when and by which document."""
    from fundtrack.book.chartfile import proposed_text, text_of

    the_book = opened(book)
    language = spoken(lang, the_book)
    text, after = (text_of(file), None) if file else proposed_text(the_book)
    print_changes(put_in_force(the_book, text, person(by), document, language, after), language)


@chart.command()
def grant(
    account: AccountArgument,
    date: DateOption = None,
    document: DocumentOption = "",
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """批准用途 Grant a use from a day on, by a document."""
    from fundtrack.chart.change import grant

    decide(grant, account, date, document, by, book, lang)


@chart.command()
def end(
    account: AccountArgument,
    date: DateOption = None,
    document: DocumentOption = "",
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """终止用途 End a use on a day, by a document; what was posted stays."""
    from fundtrack.chart.change import end

    decide(end, account, date, document, by, book, lang)


def decide(
    edit: Edit, account: str, date: dt.date | None, document: str, by: str | None, book: Path | None,
    lang: Language | None,
) -> None:  # fmt: skip
    """Write a decision on a use into the chart and put it in force."""
    from fundtrack.book.chartfile import text_to_change

    if date is None or not document:
        raise UsageError("decision-needs")
    the_book = opened(book)
    language, path = spoken(lang, the_book), the_book.chart_file
    text, after, behind = text_to_change(the_book)
    decided = edit(text, account, date, document, str(path))
    changes = put_in_force(the_book, decided, person(by), document, language, after)
    if behind:
        show.say_message("chart-was-behind", language, path=path)
    print_changes(changes, language)


@chart.command()
def quota(
    fund: Annotated[str, typer.Argument(help="A fund: F01. 资金代码")],
    date: DateOption = None,
    document: DocumentOption = "",
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """纳入指标控制 Put a fund under quota control from a day on: it then pays only from quota."""
    from fundtrack.chart.change import open_quota

    def edit(text: str, fund: str, day: dt.date, _document: str, path: str) -> str:
        return open_quota(text, fund, day, path)

    decide(edit, fund, date, document, by, book, lang)


@chart.command()
def restore(book: BookOption = None, lang: LanguageOption = None) -> None:
    """恢复科目表文件 Write the chart in force into ledger/chart.beancount again; what was edited is kept beside it."""
    from fundtrack.book.chartfile import restore

    the_book = opened(book)
    language = spoken(lang, the_book)
    differed, kept = restore(the_book)
    show.say_message("chart-restored" if differed else "chart-unchanged", language, path=the_book.chart_file)
    if kept:
        show.say_message("chart-kept", language, kept=kept)


def put_in_force(
    book: Book, text: str, by: str, document: str, language: Language, after: int | None = None
) -> Sequence[Change]:
    """Put a chart in force and into the book's file, and return what it changes; say what became of the file."""
    from fundtrack.book.chartfile import enact

    done = enact(book, text, by=by, document=document, after=after)
    say_of_file(book, done, language)
    return done.changes


def say_of_file(book: Book, done: Enacted, language: Language, *, error: bool = False) -> None:
    """Say what became of the chart's file: where its own text is kept, or why it could not be written."""
    if done.kept:
        show.say(message("chart-kept", language, kept=done.kept), error=error)
    if done.problem:
        cause = done.problem.strerror or done.problem
        show.problem(UsageError("chart-file-not-written", path=book.chart_file, cause=cause))


def print_changes(changes: Sequence[Change], language: Language) -> None:
    """Print changes of a chart, or that there are none."""
    for change in changes:
        show.say(change.describe(language))
    if not changes:
        show.say(message("chart-unchanged", language))
