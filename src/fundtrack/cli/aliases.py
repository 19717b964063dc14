"""Commands on aliases (别名): what words of files stand for, proposed, confirmed, listed and edited as a CSV file."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from fundtrack.cli import prompts, show
from fundtrack.cli.options import (
    ApproverOption,
    BookOption,
    DateOption,
    DocumentOption,
    FormatOption,
    LanguageOption,
    PersonOption,
    ReasonOption,
    opened,
    person,
    spoken,
)
from fundtrack.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fundtrack.book.aliases import Alias
    from fundtrack.errors import Language
    from fundtrack.importing.words.aliases import Done

alias = typer.Typer(no_args_is_help=True, help="别名 Aliases: what words of files stand for.")

COLUMNS = ("alias", "field", "importer", "word", "meaning", "state", "said_by", "decided_by")
WordArgument = Annotated[str, typer.Argument(metavar="WORD", help="As the file writes it. 文件中的词")]
PageOption = Annotated[str, typer.Option(help="Only in files of this importer page; by default all. 导入页面")]
FundOption = Annotated[str, typer.Option(help="It is this fund. 资金")]
UseOption = Annotated[str, typer.Option(help="It is this use: 0601, F01-0601. 用途")]
ProjectOption = Annotated[str, typer.Option(help="It is this project. 项目")]
DepartmentOption = Annotated[str, typer.Option(help="It is this department. 部门")]
PayeeOption = Annotated[str, typer.Option(help="It is this payee. 收款人")]


@alias.command()
def add(
    word: WordArgument,
    *,
    fund: FundOption = "",
    use: UseOption = "",
    project: ProjectOption = "",
    department: DepartmentOption = "",
    payee: PayeeOption = "",
    page: PageOption = "",
    reason: ReasonOption = "",
    form: FormatOption = "table",
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """登记别名 Say what a word stands for; of a fund somebody else confirms it."""
    from fundtrack.importing.words.aliases import Said, say

    meanings = {"fund": fund, "use": use, "project": project, "department": department, "payee": payee}
    named = {field: meaning for field, meaning in meanings.items() if meaning}
    if len(named) != 1:
        raise UsageError("alias-one", count=len(named))
    ((field, meaning),) = named.items()
    the_book = opened(book)
    done = say(the_book, [Said(field, word, meaning, page, reason)], by=person(by))
    print_done(done, form, spoken(lang, the_book))


@alias.command()
def end(
    word: WordArgument,
    field: Annotated[str, typer.Option(help="What it stood for: fund, use, project, … 对照项目")] = "fund",
    page: PageOption = "",
    reason: ReasonOption = "",
    form: FormatOption = "table",
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """停用别名 Let a word stand for nothing any more; what was posted by it stands."""
    from fundtrack.importing.words.aliases import Said, say

    the_book = opened(book)
    print_done(say(the_book, [Said(field, word, "", page, reason)], by=person(by)), form, spoken(lang, the_book))


@alias.command()
def confirm(
    numbers: Annotated[list[int], typer.Argument(metavar="ALIAS...", help="The numbers of aliases. 别名编号")],
    form: FormatOption = "table",
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """确认别名 Let aliases stand that somebody else proposed."""
    from fundtrack.importing.words.aliases import confirm

    the_book = opened(book)
    print_decided(confirm(the_book, numbers, by=person(by)), "alias-confirmed", form, spoken(lang, the_book))


@alias.command()
def reject(
    number: Annotated[int, typer.Argument(metavar="ALIAS", help="The number of the alias. 别名编号")],
    reason: ReasonOption = "",
    form: FormatOption = "table",
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """退回别名 Let a proposed alias never stand, with a reason."""
    from fundtrack.importing.words.aliases import reject

    the_book = opened(book)
    found = reject(the_book, number, by=person(by), reason=reason)
    print_decided([found], "alias-rejected", form, spoken(lang, the_book))


@alias.command("list")
def list_(
    every: Annotated[bool, typer.Option("--all", help="Also what was replaced, ended or rejected. 含失效的")] = False,
    out: Annotated[Path | None, typer.Option("-o", "--output", help="Write it as CSV, to be edited. 写成 CSV")] = None,
    form: FormatOption = "table",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """列出别名 List what words stand for, and what is proposed."""
    from fundtrack.importing.words.aliases import TOLD, records
    from fundtrack.reporting.table import safe

    the_book = opened(book)
    language = spoken(lang, the_book)
    with the_book.reading() as connection:
        found = records(connection, every=every)
    if out:
        with out.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerows([TOLD, *([safe(str(one[name])) for name in TOLD] for one in found)])
        show.say_message("alias-written", language, count=len(found), path=out)
        return
    if form == "table":
        found = [
            show.in_words(one | {"importer": one["page"]}, language, state="alias-state", field="alias-field")
            for one in found
        ]
    show.rows(found, form, language, COLUMNS if form == "table" else TOLD)


@alias.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="As `alias list -o` writes it. 别名表")],
    reason: ReasonOption = "",
    form: FormatOption = "table",
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """导入别名表 Take what a CSV file says anew: all of it, or nothing; what it leaves out stands."""
    from fundtrack.importing.words.aliases import read_file, say

    the_book = opened(book)
    print_done(say(the_book, read_file(file, reason), by=person(by)), form, spoken(lang, the_book))


@alias.command()
def fix(
    word: WordArgument,
    *,
    fund: Annotated[str, typer.Option(help="It should have been this fund; without any, list only. 应列资金")] = "",
    use: Annotated[str, typer.Option(help="It should have been this use; with --fund the use there. 应列用途")] = "",
    project: Annotated[str, typer.Option(help="It should have been this project. 应列项目")] = "",
    department: Annotated[str, typer.Option(help="It should have been this department. 应列部门")] = "",
    payee: Annotated[str, typer.Option(help="The money went to this payee. 实际收款人")] = "",
    document: DocumentOption = "",
    wrong: Annotated[
        Literal["record", "money"] | None,
        typer.Option(help="Was the record wrong (调账), or did the wrong money go out (归还原渠道)?"),
    ] = None,
    post: Annotated[bool, typer.Option("--post", help="Post the rebookings; by default only say them. 入账")] = False,
    date: DateOption = None,
    form: FormatOption = "table",
    by: PersonOption = None,
    approved_by: ApproverOption = "",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """更正别名误列的凭证 List every voucher that rests on a word, and draft the rebookings."""
    from fundtrack.book.clock import today
    from fundtrack.cli.fixing import print_fixed, print_listed
    from fundtrack.importing.later import fix as fixing
    from fundtrack.importing.words.aliases import meant

    the_book = opened(book)
    language = spoken(lang, the_book)
    meanings = {"fund": fund, "use": "" if fund else use, "project": project, "department": department, "payee": payee}
    named = {field: meaning for field, meaning in meanings.items() if meaning}
    if not named:
        print_listed(fixing.affected(the_book, word, fixing.fields_of(the_book, word)), form, language)
        return
    if len(named) > 1:
        raise UsageError("alias-one", count=len(named))
    ((field, meaning),) = named.items()
    with the_book.reading() as connection:
        right = meant(field, meaning.strip(), the_book.chart(connection))
        again = fixing.still(connection, word, field, right)
    mode = wrong or prompts.record_or_money(fund, language)
    wanted = fixing.Wanted(field, right, mode, document, date or today(), use if fund else "")
    with show.refusal(form, language):
        fixed = fixing.fix(the_book, word, wanted, by=person(by), approved_by=approved_by, trial=not post)
    print_fixed(fixed, word, right, form, language, trial=not post)
    if again and form == "table":
        option = f"--{field} {right}" + (f" --page {again.page}" if again.page else "")
        show.say_message("alias-goes-on", language, **again._asdict(), option=option)
    if fixed.left or fixed.waiting or any(one.why for one in fixed.unread):
        raise typer.Exit(1)


def print_done(done: Done, form: str, language: Language) -> None:
    """Print what was said of words."""
    if form == "json":
        show.as_json({"new": [one._asdict() for one in done.new], "unchanged": done.unchanged})
    elif form == "csv":
        show.rows([one._asdict() for one in done.new], "csv", language, ("alias", "field", "page", "word", "meaning"))
    else:
        for one in done.new:
            key = "alias-ended" if not one.meaning else "alias-said" if one.applies else "alias-proposed"
            show.say_message(key, language, **one._asdict())
        if done.unchanged:
            show.say_message("alias-unchanged", language, count=done.unchanged)


def print_decided(found: Iterable[Alias], key: str, form: str, language: Language) -> None:
    """Print what was decided about aliases."""
    records = [one._asdict() for one in found]
    if form == "json":
        show.as_json(records)
    elif form == "csv":
        show.rows(records, "csv", language, ("alias", "field", "page", "word", "meaning"))
    else:
        for one in records:
            show.say_message(key, language, **one)
