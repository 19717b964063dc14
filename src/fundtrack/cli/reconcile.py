"""Bank reconciliation: `reconcile ACCOUNT --to DATE`, `reconcile ACCOUNT match …`, `reconcile ACCOUNT unmatch …`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fundtrack.cli import show
from fundtrack.cli.options import (
    BookOption,
    FormatOption,
    LanguageOption,
    LedgerOption,
    PersonOption,
    ReasonOption,
    day,
    opened,
    person,
    spoken,
)
from fundtrack.errors import UsageError, message

if TYPE_CHECKING:
    from collections.abc import Collection

    from fundtrack.cli.options import Format
    from fundtrack.errors import Language
    from fundtrack.reporting.reconciliation import Reconciliation

ToOption = Annotated[dt.date | None, typer.Option("--to", parser=day, metavar="DATE", help="Up to this day. 截止日期")]
FromOption = Annotated[
    dt.date | None, typer.Option("--from", parser=day, metavar="DATE", help="Count what met from this day on. 起始日期")
]
OutputOption = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE.xlsx/.html/.csv", help="文件")]


def reconcile(
    context: typer.Context,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="A bank account: code, number or name. 银行账户")],
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[match LINE VOUCHER… | unmatch MATCH]", help="By hand. 人工勾对")
    ] = None,
    until: ToOption = None,
    since: FromOption = None,
    output: OutputOption = None,
    reason: ReasonOption = "",
    form: FormatOption = "table",
    ledger: LedgerOption = None,
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """银行对账 Reconcile a bank account with its statement at a day; match by hand what could be several."""
    from fundtrack.posting.matching import match, unmatch
    from fundtrack.reporting.reconciliation import reconcile as reconciled

    the_book = opened(book, ledger)
    language = spoken(lang, the_book)
    verb, *names = words or [""]
    if verb == "match":
        show.say_message("match-made", language, match=match(the_book, account, names, by=person(by), reason=reason))
        return
    if verb == "unmatch" and len(names) == 1:
        items = unmatch(the_book, account, names[0], by=person(by))
        show.say_message("match-unmade", language, match=names[0], items=items)
        return
    if verb:
        raise UsageError("reconcile-words", words=" ".join(words or []))
    if until is None:
        raise UsageError("reconcile-to")
    if since and since > until:
        raise UsageError("reconcile-days", since=since, until=until)
    found = reconciled(the_book, account, until, since)
    print_reconciliation(found, form, language, output, commands_of(context))
    if not found.sound:
        raise typer.Exit(1)


def commands_of(context: typer.Context) -> list[str]:
    """Return the commands there are."""
    group = context.find_root().command
    return [*getattr(group, "commands", ())]


def print_reconciliation(
    found: Reconciliation, form: Format, language: Language, output: Path | None, commands: Collection[str]
) -> None:
    """Print the statement, or write it to a file."""
    from fundtrack.reporting.export import export
    from fundtrack.reporting.reconciliation import said_in, unit_in
    from fundtrack.reporting.reconciliationtable import record, table_of
    from fundtrack.reporting.table import written

    about = {"account": said_in(found.account, language), "until": found.until, "unit": unit_in(found, language)}
    title = message("reconcile-title", language, **about)
    table = table_of(found, language)
    if output:
        export(table, output, title=title, language=language)
        show.say_message("written-to", language, path=output)
    elif form == "json":
        show.as_json(record(found, language))
    elif form == "csv":
        typer.echo(written(table, form, language), nl=False)
    else:
        show.say(title)
        typer.echo(written(table, form, language), nl=False)
        print_beside(found, language, commands)


def print_beside(found: Reconciliation, language: Language, commands: Collection[str]) -> None:
    """Print what met and how, what the statement does not cover, what its checks find, and what is to be done."""
    from fundtrack.reporting.reconciliationtable import notes, to_do

    for how, (vouchers, lines, _) in found.met.items():
        show.say_message(f"met-{how}", language, vouchers=vouchers, lines=lines, days=found.days)
    for note in notes(found, language):
        show.say(note)
    show.findings(found.findings, language)
    for line in to_do(found, language, commands):
        show.say(line)
