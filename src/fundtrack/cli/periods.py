"""Commands of the month's end: `period close`, `period reopen`, `period list`, and `todo`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fundtrack import money
from fundtrack.cli import show
from fundtrack.cli.options import (
    BookOption,
    DocumentOption,
    FormatOption,
    LanguageOption,
    PersonOption,
    ReasonOption,
    opened,
    person,
    spoken,
)
from fundtrack.errors import message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fundtrack.cli.options import Format
    from fundtrack.errors import Language
    from fundtrack.posting.todo import Group, Item

period = typer.Typer(no_args_is_help=True, help="会计期间 Months: closed one after the other, reopened by another.")

MonthArgument = Annotated[str, typer.Argument(metavar="YYYY-MM", help="The month, 2015-03. 会计期间")]
PreviewOption = Annotated[bool, typer.Option("--preview", help="Only say what it would do. 只预览，不办理")]
COLUMNS = ("what", "count", "sum", "oldest", "who", "command")
ACTS = ("period", "act", "until", "document", "reason", "by", "at")


@period.command()
def close(
    month: MonthArgument,
    preview: PreviewOption = False,
    document: DocumentOption = "",
    reason: ReasonOption = "",
    form: FormatOption = "table",
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """结账 Close a month: nothing more is dated in it. What keeps it open is printed, and nothing changed."""
    from fundtrack.book.periods import month_of
    from fundtrack.posting import periods

    the_book = opened(book)
    language = spoken(lang, the_book)
    wanted = month_of(month)
    if preview:
        found = periods.preview(the_book, wanted)
    else:
        found = periods.close(the_book, wanted, by=person(by), document=document, reason=reason)
    if form != "table":
        print_groups(found, form, language)
    elif found:
        show.say_message("period-blocked", language, month=wanted, count=sum(len(group.items) for group in found))
        print_groups(found, form, language)
    else:
        show.say_message("period-may-close" if preview else "period-is-closed", language, month=wanted)
    if found:
        raise typer.Exit(1)


@period.command()
def reopen(
    month: MonthArgument,
    document: DocumentOption = "",
    reason: ReasonOption = "",
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """反结账 Reopen the last closed month: by somebody else than who closed it, and by a document."""
    from fundtrack.book.periods import month_of
    from fundtrack.posting.periods import reopen

    the_book = opened(book)
    wanted = month_of(month)
    reopen(the_book, wanted, by=person(by), document=document, reason=reason)
    show.say_message("period-reopened", spoken(lang, the_book), month=wanted)


@period.command("list")
def list_(form: FormatOption = "table", book: BookOption = None, lang: LanguageOption = None) -> None:
    """期间一览 List every act on a month; the last says up to which day the book is closed."""
    from fundtrack.book.periods import period_acts

    the_book = opened(book)
    language = spoken(lang, the_book)
    with the_book.reading() as connection:
        rows = [
            {
                "period": str(one.month), "act": one.act, "until": one.date, "document": one.document,
                "reason": one.reason, "by": one.acted_by, "at": one.acted_at,
            }
            for one in period_acts(connection)
        ]  # fmt: skip
    told = [show.in_words(row, language, act="period-act") for row in rows] if form == "table" else rows
    show.rows(told, form, language, ACTS)


def todo(
    days: Annotated[int, typer.Option(min=0, help="Quota that expires within so many days. 临期天数")] = 60,
    form: FormatOption = "table",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """待办事项 What waits, for whom, since when, and the command that mends it; the oldest first."""
    from fundtrack.book.clock import today
    from fundtrack.posting.todo import todo

    the_book = opened(book)
    language = spoken(lang, the_book)
    found = todo(the_book, today=today(), days=days)
    print_groups(found, form, language)
    if form == "table" and not found:
        show.say_message("todo-nothing", language)
    if found:
        raise typer.Exit(1)


def print_groups(found: Sequence[Group], form: Format, language: Language) -> None:
    """Print what is to be done, a line a kind; for programs with each item of it."""
    if form == "table" and not found:
        return
    show.rows([told(group, form, language) for group in found], form, language, COLUMNS)


def told(group: Group, form: Format, language: Language) -> dict[str, Any]:
    """Return a group as it is printed."""
    amount, oldest = group.amount, group.oldest
    written = money.grouped if form == "table" else money.plain
    details = {"who": group.who or "–", "name": oldest.name, "date": oldest.date}
    head = {"kind": group.kind} if form != "table" else {}
    items = {"items": [_item(item) for item in group.items]} if form == "json" else {}
    return head | {
        "what": message(f"todo-{group.kind}", language),
        "count": len(group.items),
        "sum": "" if amount is None else written(amount),
        "oldest": f"{oldest.date} {oldest.name}".strip(),
        "who": message(f"todo-{group.kind}-who", language, **details),
        "command": message(f"todo-{group.kind}-do", language, **details),
    } | items  # fmt: skip


def _item(item: Item) -> dict[str, Any]:
    amount = None if item.amount is None else money.plain(item.amount)
    return {"name": item.name, "date": item.date, "amount": amount, "who": item.who}
