"""Commands on files: `import`, `quarantine`."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fundtrack import money
from fundtrack.cli import near, show
from fundtrack.cli.imported import print_reasons, print_records, print_report
from fundtrack.cli.options import (
    ApproverOption,
    BookOption,
    Format,
    FormatOption,
    LanguageOption,
    PersonOption,
    opened,
    person,
    spoken,
)
from fundtrack.errors import FundtrackError, Language, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fundtrack.importing.batch.report import Report
    from fundtrack.importing.later.groups import Group
    from fundtrack.importing.later.quarantine import Retried, Waiting

quarantine = typer.Typer(help="待核实的行 Rows that wait, why, and what was decided.", invoke_without_command=True)


def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="The bureau's files. 文件")],
    page: Annotated[str, typer.Option("--as", metavar="PAGE", help="Read it as this format. 指定导入格式")] = "",
    fund: Annotated[str, typer.Option(help="The fund of rows that say none. 默认资金")] = "",
    use: Annotated[str, typer.Option(help="The use of rows that say none. 默认用途")] = "",
    project: Annotated[str, typer.Option(help="The project of rows that say none. 默认项目")] = "",
    bank: Annotated[str, typer.Option(help="Whose statement it is, where it says no account. 对账单账户")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, change nothing. 试运行")] = False,
    approved_by: ApproverOption = "",
    form: FormatOption = "table",
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """导入文件，逐行入账或待核实 Import files: every row is posted, already posted, waits, or is no data."""
    from fundtrack.importing.batch.default import default_of
    from fundtrack.importing.batch.file import Watcher, import_file

    the_book = opened(book)
    language = spoken(lang, the_book)
    who = person(by)
    default = partial(default_of, fund=fund, use=use, project=project)
    reports: list[Report] = []
    problems: list[FundtrackError] = []

    def unread(error: FundtrackError) -> None:
        problems.append(error)
        show.problem(error)

    watcher = Watcher(show.progress, unread)
    for file in files:
        try:
            done = import_file(
                the_book, file, by=who, page=page, default=default, dry_run=dry_run, approved_by=approved_by,
                bank=bank, watcher=watcher,
            )  # fmt: skip
        except FundtrackError as error:
            if file is files[-1] and not reports:
                raise
            unread(error)
            continue
        reports += done
        if form == "table":
            for report in done:
                print_report(report, language, dry_run=dry_run)
                near.tell_near(the_book, language, batch=report.batch)
    if form != "table":
        print_records(reports, form, language)
    if problems or any(
        one.rows["quarantined"] or one.printed_total_agrees is False or one.breaks or one.late for one in reports
    ):
        raise typer.Exit(1)


SHOWN = 8
"""So many rows of a group are named."""

WAITING_COLUMNS = ("name", "file", "sheet", "row", "amount", "checks")
RowArgument = Annotated[str, typer.Argument(metavar="ROW", help="As the list names it: 3:15. 批次:行号")]


@quarantine.command("list")
def list_(
    out: Annotated[Path | None, typer.Option("-o", "--output", help="A workbook to correct. 写成工作簿")] = None,
    form: FormatOption = "table",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """列出待核实的行 List the rows that wait; or write them to a workbook in which they are corrected."""
    from fundtrack.importing.later.quarantine import waiting

    the_book = opened(book)
    language = spoken(lang, the_book)
    if out:
        from fundtrack.cli.sheets import write

        write(the_book, out, language)
        return
    with the_book.reading() as connection:
        records = [waiting_record(row, language) for row in waiting(connection)]
    print_waiting(records, form, language)


@quarantine.callback()
def waiting_groups(context: typer.Context) -> None:
    """待核实的行 Rows that wait, why, and what was decided; without a command, grouped by reason and word."""
    if context.invoked_subcommand is None:
        groups()


@quarantine.command()
def groups(
    now: Annotated[bool, typer.Option("--now", help="Why they would wait if tried now. 按当前情况")] = False,
    form: FormatOption = "table",
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """按原因归类 Group the rows that wait by reason and word: one decision releases many."""
    from fundtrack.importing.later.groups import grouped
    from fundtrack.importing.later.quarantine import as_of_now, waiting

    the_book = opened(book)
    language = spoken(lang, the_book)
    rows, ready = as_of_now(the_book, by=person(by)) if now else ([], [])
    with the_book.reading() as connection:
        found = grouped(connection, the_book.chart(connection), rows if now else waiting(connection))
    if form == "table":
        for one in found:
            print_group(one, language)
        if ready:
            amount = show.yuan(sum(row.amount or 0 for row in ready))
            show.say_message("groups-ready", language, rows=len(ready), amount=amount)
    else:
        columns = ("check", "column", "word", "rows", "amount", "names")
        show.rows([one.record(language) for one in found], form, language, columns)


def print_group(group: Group, language: Language) -> None:
    """Print how many rows wait for one reason, and what may be done about all of them."""
    about = {"rows": len(group.rows), "amount": show.yuan(group.amount)}
    if group.word:
        column = group.column or message("group-place", language)
        show.say_message("group-word", language, word=group.word, column=column, **about)
    else:
        show.say_message("group-reason", language, check=group.check, **about)
    names = [row.name for row in group.rows]
    show.say(f"  {', '.join(names[:SHOWN])}{' …' * (len(names) > SHOWN)}")
    if not group.word:
        show.say(f"  {group.reason[language]}")
    for one in group.suggestions:
        key = "group-learned" if one.alias else "group-corrected" if one.corrected else "group-suggestion"
        show.say(f"  {message(key, language, **one._asdict())}")
    if group.alias:
        stands = message("group-alias", language, **group.alias._asdict())
        show.say(f"  → {stands}")
    elif remedy := group.remedy(language):
        show.say(f"  → {remedy}")


def print_waiting(records: Sequence[Mapping[str, Any]], form: Format, language: Language, *more: str) -> None:
    """Print rows that wait; for people a row is headed as what it is, and not as a name."""
    columns = (*WAITING_COLUMNS, *more)
    if form == "table":
        columns = ("waiting_row", *columns[1:])
        records = [one | {"waiting_row": one["name"]} for one in map(dict, records)]
    show.rows(records, form, language, columns)


def waiting_record(row: Waiting, language: Language) -> dict[str, Any]:
    """Return a waiting row for a machine."""
    return {
        "name": row.name,
        "batch": row.batch,
        "file": row.file,
        "sheet": row.sheet,
        "row": row.row,
        "amount": None if row.amount is None else money.plain(row.amount),
        "checks": [reason["check"] for reason in row.reasons],
        "reasons": [
            {"check": why["check"], "message": why[language], "remedy": why.get(f"remedy-{language}", "")}
            for why in row.reasons
        ],
        "cells": list(row.cells),
    }


@quarantine.command("show")
def show_row(
    row: RowArgument, form: FormatOption = "table", book: BookOption = None, lang: LanguageOption = None
) -> None:
    """查看一行及其原因 Show a row that waits, cell by cell, and why."""
    from fundtrack.importing.later.cellwise import cellwise
    from fundtrack.importing.later.quarantine import find

    the_book = opened(book)
    language = spoken(lang, the_book)
    with the_book.reading() as connection:
        found = find(connection, row)
        cells = cellwise(connection, the_book, found)
    if form != "table":
        print_waiting([waiting_record(found, language)], form, language)
        return
    mark = message("cell-wrong", language)
    for cell in cells:
        change = f" → {cell.corrected.new}" if cell.corrected else ""
        show.say(f"{cell.name or '–'} = {cell.said or '–'}{change}{mark if cell.wrong and not change else ''}")
        if cell.corrected:
            show.say_message("cell-corrected", language, **cell.corrected._asdict())
    if any(cell.corrected for cell in cells):
        show.say_message("row-corrected", language, name=found.name)
    print_reasons(place_of(found, language), found.reasons, language)


def place_of(row: Waiting, language: Language) -> str:
    """Return where a row stands, for people."""
    return message("place-row", language, file=row.file, sheet=f" [{row.sheet}]" if row.sheet else "", row=row.row)


@quarantine.command()
def retry(
    rows: Annotated[list[str] | None, typer.Argument(metavar="[ROW]...", help="By default all. 默认全部")] = None,
    approved_by: ApproverOption = "",
    form: FormatOption = "table",
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """重试入账 Try rows again: the chart or the cash may have changed."""
    from fundtrack.importing.later.quarantine import retry

    the_book = opened(book)
    print_tried(retry(the_book, rows or [], by=person(by), approved_by=approved_by), form, spoken(lang, the_book))


@quarantine.command()
def confirm(
    batch: Annotated[int, typer.Argument(metavar="BATCH", help="The number of the batch. 批次号")],
    approved_by: ApproverOption = "",
    form: FormatOption = "table",
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """确认默认资金 Confirm the fund and use that somebody else said of a file, and post what passes."""
    from fundtrack.importing.later.quarantine import confirm

    the_book = opened(book)
    tried = confirm(the_book, batch, by=person(by), approved_by=approved_by)
    if form == "table" and not all(one.voucher for one in tried):
        show.say_message("confirm-again", spoken(lang, the_book), by=person(by), batch=batch)
    print_tried(tried, form, spoken(lang, the_book))


def print_tried(tried: Sequence[Retried], form: Format, language: Language) -> None:
    """Print what became of rows that were tried again; exit with 1 where some still wait."""
    if form != "table":
        now = [replace(one.row, reasons=one.row.reasons if one.voucher else one.reasons) for one in tried]
        records = [
            waiting_record(row, language) | {"voucher": one.voucher or None}
            for row, one in zip(now, tried, strict=True)
        ]
        print_waiting(records, form, language, "voucher")
    else:
        for one in tried:
            if one.voucher:
                key = "retry-stands" if one.before else "retry-posted"
                show.say_message(key, language, place=place_of(one.row, language), voucher=one.voucher)
                if one.page:
                    show.say_message("retry-page", language, sha256=one.page[:8])
            else:
                print_reasons(place_of(one.row, language), one.reasons, language)
        posted, waiting = (
            sum(bool(one.voucher) and not one.before for one in tried),
            sum(not one.voucher for one in tried),
        )
        show.say_message("retry-summary", language, posted=posted, waiting=waiting)
    if not all(one.voucher for one in tried):
        raise typer.Exit(1)


@quarantine.command()
def reject(
    row: RowArgument,
    reason: Annotated[str, typer.Option(help="Why it stays out. 退回理由")] = "",
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """退回一行 Keep a row out for good, with a reason."""
    from fundtrack.importing.later.quarantine import reject

    the_book = opened(book)
    language = spoken(lang, the_book)
    rejected = reject(the_book, row, by=person(by), reason=reason)
    show.say_message("rejected", language, place=place_of(rejected, language))


@quarantine.command()
def refuse(
    batch: Annotated[int, typer.Argument(metavar="BATCH", help="The number of the batch. 批次号")],
    reason: Annotated[str, typer.Option(help="Why it is not so. 不予确认的理由")] = "",
    form: FormatOption = "table",
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """不予确认默认资金 Refuse the fund and use that somebody said of a file: its rows wait to be told their own."""
    from fundtrack.importing.batch.default import refuse
    from fundtrack.importing.later.quarantine import waiting

    the_book = opened(book)
    said = refuse(the_book, batch, by=person(by), reason=reason)
    language = spoken(lang, the_book)
    with the_book.reading() as connection:
        rows = [row for row in waiting(connection) if row.batch == batch]
    if form == "table":
        about = {"batch": batch, "fund": said.fund, "use": said.written or "–", "rows": len(rows)}
        show.say_message("default-is-refused", language, **about)
    else:
        print_waiting([waiting_record(row, language) for row in rows], form, language)
