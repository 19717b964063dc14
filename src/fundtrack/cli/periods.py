"""Commands of the month's and the year's end: `period close`, `reopen` and `list`, `year-close`, and `todo`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fundtrack import money
from fundtrack.cli import show
from fundtrack.cli.options import (
    ApproverOption,
    BookOption,
    DocumentOption,
    FormatOption,
    LanguageOption,
    LedgerOption,
    PersonOption,
    ReasonOption,
    opened,
    person,
    spoken,
)
from fundtrack.errors import message, messages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fundtrack.book import Book
    from fundtrack.book.periods import Month
    from fundtrack.cli.options import Format
    from fundtrack.errors import Language
    from fundtrack.posting.todo import Group, Item
    from fundtrack.posting.yearend import Ended

period = typer.Typer(no_args_is_help=True, help="会计期间 Months: closed one after the other, reopened by another.")

MonthArgument = Annotated[str, typer.Argument(metavar="YYYY-MM", help="The month, 2015-03. 会计期间")]
PreviewOption = Annotated[bool, typer.Option("--preview", help="Only say what it would do. 只预览，不办理")]
COLUMNS = ("matter", "count", "sum", "oldest", "actor", "command")
YEAR = (
    "quota",
    "use",
    "project",
    "from_year",
    "became",
    "amount",
    "contracts",
    "cash",
    "cash_held",
    "into",
    "vouchers",
)
ACTS = ("period", "act", "until", "document", "reason", "by", "at")


@period.command()
def close(
    month: MonthArgument,
    preview: PreviewOption = False,
    earlier: Annotated[bool, typer.Option("--earlier", help="Also the open months before it. 连同以前各月")] = False,
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
        found = periods.preview(the_book, wanted, earlier=earlier)
    else:
        about = {"document": document, "reason": reason}
        found = periods.close(the_book, wanted, by=person(by), earlier=earlier, **about)
    if form != "table":
        print_groups(found, form, language, wanted)
    elif found:
        show.say_message("period-blocked", language, month=wanted, count=sum(len(group.items) for group in found))
        print_groups(found, form, language, wanted)
    else:
        show.say_message("period-may-close" if preview else "period-is-closed", language, month=wanted)
        _say_unsettled(the_book, wanted, language)
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
def list_(
    form: FormatOption = "table", ledger: LedgerOption = None, book: BookOption = None, lang: LanguageOption = None
) -> None:
    """期间一览 List every act on a month; the last says up to which day the book is closed."""
    from fundtrack.book.periods import period_acts

    the_book = opened(book, ledger)
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


def year_close(
    year: Annotated[int, typer.Argument(metavar="YYYY", min=1900, max=9998, help="The year, 2015. 年度")],
    preview: PreviewOption = False,
    document: DocumentOption = "",
    clock: Annotated[
        int, typer.Option(metavar="YEARS", help="Unspent so many years running is taken back. 连续几年未用完收回")
    ] = 2,
    owed: Annotated[bool, typer.Option("--owed", help="Cash taken back goes back later. 资金待上缴")] = False,
    form: FormatOption = "table",
    by: PersonOption = None,
    approved_by: ApproverOption = "",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """年终结转 Carry over what every quota line has left, or take it back after its years; and close the year."""
    from fundtrack.book.periods import Month
    from fundtrack.posting.ageing import CLOCK
    from fundtrack.posting.yearend import Terms, close_year

    the_book = opened(book)
    language = spoken(lang, the_book)
    terms = Terms(year, person(by), document, approved_by, clock=clock, owed=owed)
    with show.refusal(form, language):
        done = close_year(the_book, terms, preview=preview)
    if done.blocked:
        if form == "table":
            count = sum(len(group.items) for group in done.blocked)
            show.say_message("period-blocked", language, month=year, count=count)
        print_groups(done.blocked, form, language, Month(year, 12))
        raise typer.Exit(1)
    rows = [_ended(one, form) for one in done.lines]
    if form != "table":
        rows += [_left_over(fund, fen) for fund, fen in done.unbacked]
    total = {"carried": 0, "reclaimed": 0, "cash": sum(one.taken.cash for one in done.lines if one.taken)}
    for one in done.lines:
        total["carried" if one.into else "reclaimed"] += one.left.amount
    told = [show.in_words(row, language, became="year") for row in rows] if form == "table" else rows
    if form != "table" or rows:
        said = [name for name in YEAR if form != "table" or any(row[name] for row in told)]
        show.rows(told, form, language, said)
    if form == "table":
        sums = {name: money.grouped(amount) for name, amount in total.items()}
        sums["went"] = message("year-owed" if owed else "year-in-cash", language, cash=sums.pop("cash"))
        show.say_message("year-may-close" if preview else "year-is-closed", language, year=year, **sums)
        if clock > CLOCK:
            show.say_message("year-clock-longer", language, years=clock, law=CLOCK)
        for fund, fen in done.unbacked:
            of_fund = {"fund": fund, "amount": money.grouped(fen), "plain": money.plain(fen)}
            show.say_message("unbacked-is-surplus", language, **of_fund)
        _say_unsettled(the_book, Month(year, 12), language)


def todo(
    days: Annotated[int, typer.Option(min=0, help="Quota that expires within so many days. 临期天数")] = 60,
    form: FormatOption = "table",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """待办事项 What waits, for whom, since when, and the command that mends it; the oldest first."""
    from fundtrack.book.clock import today
    from fundtrack.book.periods import closed_to, month_at
    from fundtrack.posting.todo import todo

    the_book = opened(book)
    language = spoken(lang, the_book)
    found = todo(the_book, today=today(), days=days)
    with the_book.reading() as connection:
        closed = closed_to(connection)
    print_groups(found, form, language, month_at(closed).next if closed else None)
    if form == "table" and not found:
        show.say_message("todo-nothing", language)
    if found:
        raise typer.Exit(1)


def print_groups(found: Sequence[Group], form: Format, language: Language, month: Month | None) -> None:
    """Print what is to be done, a line a kind; for programs with each item of it. `month` is to be closed next."""
    if form == "table" and not found:
        return
    show.rows([told(group, found, form, language, month) for group in found], form, language, COLUMNS)


def told(
    group: Group, groups: Sequence[Group], form: Format, language: Language, month: Month | None = None
) -> dict[str, Any]:
    """Return a group of all that is to be done as it is printed."""
    from fundtrack.posting.todo import doing

    amount, oldest = group.amount, group.oldest
    written = money.grouped if form == "table" else money.plain
    sides = ((f"side-{one}", one) for one in group.who.split("、"))
    who = "、".join(message(key, language) if key in messages() else one for key, one in sides)
    details = {"who": (who if group.kind == "finding" else group.who) or "–", "name": oldest.name, "date": oldest.date}
    details |= {"day": _day(oldest, month)}
    kind, name = doing(group, groups)
    head = {"kind": group.kind} if form != "table" else {}
    items = {"items": [_item(item) for item in group.items]} if form == "json" else {}
    return head | {
        "matter": message(f"todo-{group.kind}", language),
        "count": len(group.items),
        "sum": "" if amount is None else written(amount),
        "oldest": f"{oldest.date} {oldest.name}".strip(),
        "actor": message(f"todo-{group.kind}-who", language, **details),
        "command": message(f"todo-{kind}-do", language, **(details | {"name": name})),
    } | items  # fmt: skip


def _day(item: Item, month: Month | None) -> str:
    """Return the day that a command has to say which executes quota of a year that is over; nothing within it.

    That is the last of the month that is to be closed, and no earlier than it waits: one that the book still takes.
    """
    from fundtrack.book.clock import today
    from fundtrack.book.periods import Month, month_of

    if not "" < item.year < str(today().year):
        return ""
    own = month_of(item.date[:7])
    return f" --date {min(max(own, month or own), Month(own.year, 12)).last}"


def _ended(one: Ended, form: Format) -> dict[str, Any]:
    """Return what became of a line as it is printed."""
    written = money.grouped if form == "table" else money.plain
    line, bound = one.left.line, one.left.stands.get("committed", 0)
    return {
        "quota": line.number, "use": line.use, "project": line.project, "from_year": one.left.since,
        "became": one.became, "amount": written(one.left.amount), "contracts": written(bound),
        "cash": written(one.taken.cash) if one.taken else "", "cash_held": written(one.taken.held) if one.taken else "",
        "into": one.into.number if one.into else "", "vouchers": list(one.vouchers),
    }  # fmt: skip


def _say_unsettled(book: Book, month: Month, language: Language) -> None:
    """Say what does not keep a month open, and is not settled by its end: errors found, accounts without statements."""
    from fundtrack.auditing.standing import unsettled
    from fundtrack.posting.unstated import unstated

    with book.reading() as connection:
        banks = unstated(connection, month)
        count = unsettled(connection, month.last.isoformat())
    if count:
        show.say_message("period-errors", language, month=month, count=count)
    if banks:
        show.say_message("period-unstated", language, month=month, banks=", ".join(banks))


def _left_over(fund: str, fen: int) -> dict[str, Any]:
    """Return what a fund holds of money without quota as programs read it, beside the lines: under the fund."""
    became = {"quota": fund, "became": "surplus-by-hand", "amount": money.plain(fen), "cash_held": money.plain(fen)}
    return dict.fromkeys(YEAR, "") | became | {"from_year": None, "vouchers": []}


def _item(item: Item) -> dict[str, Any]:
    amount = None if item.amount is None else money.plain(item.amount)
    return {"name": item.name, "date": item.date, "amount": amount, "who": item.who}
