"""Commands on quota (预算指标): what a document gives, allotted, adjusted, committed, carried over, reclaimed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from fundtrack import money
from fundtrack.chart.model import STATUSES
from fundtrack.cli import show
from fundtrack.cli.options import (
    ApproverOption,
    BookOption,
    DateOption,
    DocumentOption,
    FormatOption,
    LanguageOption,
    LedgerOption,
    PersonOption,
    day,
    opened,
    spoken,
)
from fundtrack.cli.order import coded
from fundtrack.cli.vouchers import Act, BankRefOption, ProjectOption, amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart
    from fundtrack.posting import Draft
    from fundtrack.posting.arrived import Taken

quota = typer.Typer(no_args_is_help=True, help="预算指标 Quota: authority to spend, beside the cash.")

LineArgument = Annotated[str, typer.Argument(metavar="QUOTA", help="A quota line: F01-Q00001. 指标号")]
AmountOption = Annotated[int, typer.Option(parser=amount, metavar="YUAN", help="The amount. 金额（元）")]
UpperOption = Annotated[str, typer.Option(help="The document of the level above. 上级文号")]
DepartmentOption = Annotated[str, typer.Option(help="The department that spends it. 预算单位")]
ExpiresOption = Annotated[
    dt.date | None, typer.Option(parser=day, metavar="DATE", help="The last day it may be spent on. 使用期限")
]
SAID = ("quota", "year", "department", "document", "upper_document", "expires")
"""What stands of lines in a table of its own: beside their amounts it would be too wide to read."""

AMOUNTS = ("quota", "parent", "use", "project", *STATUSES)
COLUMNS = ("quota", "parent", "year", "department", "use", "project", *SAID[3:], *STATUSES)


@quota.command()
def receive(
    fund: Annotated[str, typer.Option(help="The fund, F01. 资金代码")],
    amount: AmountOption,
    document: DocumentOption = "",
    upper_document: UpperOption = "",
    department: DepartmentOption = "",
    expires: ExpiresOption = None,
    date: DateOption = None,
    form: FormatOption = "table",
    by: PersonOption = None,
    approved_by: ApproverOption = "",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """指标下达 Receive quota by a document; it is unallotted at first."""
    from fundtrack.book.clock import today
    from fundtrack.posting.quota import receive

    act = Act(form, by, approved_by, book, lang)
    act.post(
        lambda connection, chart: receive(
            connection, chart, coded(chart, "fund", fund), amount, date=date or today(), by=act.by, document=document,
            upper_document=upper_document, department=department, expires=expires,
        )
    )  # fmt: skip


@quota.command()
def allot(
    line: LineArgument,
    use: Annotated[str, typer.Option(help="The use, 0601. 用途")],
    amount: AmountOption,
    project: ProjectOption = "",
    department: DepartmentOption = "",
    document: DocumentOption = "",
    expires: ExpiresOption = None,
    date: DateOption = None,
    form: FormatOption = "table",
    by: PersonOption = None,
    approved_by: ApproverOption = "",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """指标分配 Allot quota that a document gave to a use, and to a project and department."""
    from fundtrack.book.clock import today
    from fundtrack.posting.quota import About, allot

    act = Act(form, by, approved_by, book, lang)
    about: About = {}
    if project:
        about["project"] = project
    if department:
        about["department"] = department
    if expires:
        about["expires"] = expires
    act.post(
        lambda connection, chart: allot(
            connection, chart, line, amount, use=use, date=date or today(), by=act.by, document=document, **about,
        )
    )  # fmt: skip


@quota.command()
def supplement(
    line: LineArgument,
    amount: AmountOption,
    document: DocumentOption = "",
    date: DateOption = None,
    form: FormatOption = "table",
    by: PersonOption = None,
    approved_by: ApproverOption = "",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """指标追加 Receive more on a line that a document gave, by another document."""
    change(Act(form, by, approved_by, book, lang), line, amount, 1, document, date)


@quota.command()
def cut(
    line: LineArgument,
    amount: AmountOption,
    document: DocumentOption = "",
    date: DateOption = None,
    form: FormatOption = "table",
    by: PersonOption = None,
    approved_by: ApproverOption = "",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """指标追减 Take back in red, by a document, what a line has not allotted; the money is not touched."""
    change(Act(form, by, approved_by, book, lang), line, amount, -1, document, date)


def change(act: Act, line: str, amount: int, sign: int, document: str, date: dt.date | None) -> None:
    """Post a supplement, or with the sign -1 a cut."""
    from fundtrack.book.clock import today
    from fundtrack.posting.quota import supplement
    from fundtrack.posting.vouchers import positive

    more = sign * positive(amount)
    act.post(
        lambda connection, chart: supplement(connection, chart, line, more, date=date or today(), document=document)
    )


@quota.command()
def adjust(
    line: LineArgument,
    to: Annotated[str, typer.Option(metavar="QUOTA", help="The line that gets it. 调入指标号")],
    amount: AmountOption,
    document: DocumentOption = "",
    date: DateOption = None,
    form: FormatOption = "table",
    by: PersonOption = None,
    approved_by: ApproverOption = "",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """指标调剂 Move what is available to another line of the fund and year, by a document."""
    from fundtrack.book.clock import today
    from fundtrack.posting.quota import adjust

    Act(form, by, approved_by, book, lang).post(
        lambda _connection, chart: adjust(chart, line, to, amount, date=date or today(), document=document)
    )


@quota.command()
def carry(
    line: LineArgument,
    document: DocumentOption = "",
    date: DateOption = None,
    form: FormatOption = "table",
    by: PersonOption = None,
    approved_by: ApproverOption = "",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """指标结转 Carry over to the next year what a line has left, for the same use."""
    from fundtrack.posting.carry import carry_over
    from fundtrack.posting.quota import find_line

    act = Act(form, by, approved_by, book, lang)

    def say(connection: Connection, chart: Chart) -> Sequence[Draft]:
        last = dt.date(find_line(chart, line).year, 12, 31)
        return carry_over(connection, chart, line, date=date or last, by=act.by, document=document)

    act.post(say)


@quota.command()
def reclaim(
    line: Annotated[
        str,
        typer.Argument(
            metavar="QUOTA|FUND",
            help="A quota line; a fund: its money without quota. 指标号；资金代码",
        ),
    ],
    amount: AmountOption,
    document: DocumentOption = "",
    owed: Annotated[bool, typer.Option("--owed", help="The cash goes back later. 资金待上缴")] = False,
    bank: Annotated[str, typer.Option(help="The number of the bank account. 付款账号")] = "",
    date: DateOption = None,
    form: FormatOption = "table",
    by: PersonOption = None,
    approved_by: ApproverOption = "",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """指标收回 Take unspent quota back by a document, and its cash with it; or a fund's money without quota."""
    from fundtrack.book.clock import today
    from fundtrack.posting.reclaim import reclaim

    act = Act(form, by, approved_by, book, lang)
    told: list[Taken] = []

    def say(connection: Connection, chart: Chart) -> Sequence[Draft]:
        taken, drafts = reclaim(
            connection, chart, line, amount, date=date or today(), document=document, cash=not owed, bank=bank
        )
        told[:] = [taken]
        return drafts

    act.post(say)
    for taken in told if form == "table" else ():
        if taken.cash < taken.quota:
            show.say_message(
                "reclaim-less-cash", act.language, **{name: show.yuan(fen) for name, fen in taken._asdict().items()}
            )


def pool(
    giver: Annotated[str, typer.Option("--from", metavar="FUND", help="The earmarked fund that gives. 转出资金")],
    taker: Annotated[str, typer.Option("--to", metavar="FUND", help="The pooled fund that gets it. 转入资金")],
    amount: AmountOption,
    plan: Annotated[str, typer.Option(metavar="NUMBER", help="The filed plan. 整合方案文号")],
    quota: Annotated[str, typer.Option(metavar="QUOTA", help="The line that gives it. 转出指标号")] = "",
    narration: Annotated[str, typer.Option(help="What for. 摘要")] = "",
    bank_ref: BankRefOption = "",
    date: DateOption = None,
    form: FormatOption = "table",
    by: PersonOption = None,
    approved_by: ApproverOption = "",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """统筹整合 Pass money and quota of an earmarked fund to a pooled one, by a filed plan: two linked vouchers."""
    from fundtrack.book.clock import today
    from fundtrack.posting.pooling import Pooling, pool

    act = Act(form, by, approved_by, book, lang)

    def say(connection: Connection, chart: Chart) -> Sequence[Draft]:
        here, there = coded(chart, "fund", giver), coded(chart, "fund", taker)
        asked = Pooling(here, there, amount, plan, date or today(), quota, bank_ref, narration)
        return pool(connection, chart, asked, by=act.by)

    act.post(say)


@quota.command("list")
def list_(
    fund: Annotated[str, typer.Option(help="Only this fund. 资金代码")] = "",
    form: FormatOption = "table",
    ledger: LedgerOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """指标台账 List every line and what became of it."""
    from fundtrack.posting.quota import statuses

    the_book = opened(book, ledger)
    language = spoken(lang, the_book)
    with the_book.reading() as connection:
        chart = the_book.chart(connection)
        wanted = coded(chart, "fund", fund)
        lines = [line for line in chart.quotas if wanted in {"", line.fund}]
        stands = [statuses(connection, chart, line) for line in lines]
    written = money.grouped if form == "table" else money.plain
    rows = [
        {
            "quota": line.number,
            "parent": f"{line.fund}-Q{line.parent:05d}" if line.parent else "",
            "year": line.year,
            "department": line.department,
            "use": line.use,
            "project": line.project,
            "document": line.document,
            "upper_document": line.upper_document,
            "expires": line.expires.isoformat() if line.expires else "",
            **{status: written(total) for status, total in of_line.items()},
        }
        for line, of_line in zip(lines, stands, strict=True)
    ]
    if form != "table":
        show.rows(rows, form, language, COLUMNS)
        return
    empty = {status for status in STATUSES if not any(one[status] for one in stands)}
    show.rows(rows, form, language, tuple(column for column in AMOUNTS if column not in empty))
    show.say()
    said = tuple(column for column in SAID if column == "quota" or any(row[column] for row in rows))
    show.rows(rows, form, language, said)


def commit(
    line: LineArgument,
    amount: Annotated[
        int, typer.Option(parser=amount, metavar="YUAN", help="The amount; negative to free it. 金额，负数为释放")
    ],
    contract: Annotated[str, typer.Option(help="The contract. 合同编号")] = "",
    payee: Annotated[str, typer.Option(help="The contractor. 合同对方")] = "",
    change: Annotated[str, typer.Option(help="The signed change of the contract. 变更号")] = "",
    document: DocumentOption = "",
    date: DateOption = None,
    form: FormatOption = "table",
    by: PersonOption = None,
    approved_by: ApproverOption = "",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """合同占用 Bind what a quota line has available to a contract."""
    from fundtrack.book.clock import today
    from fundtrack.posting.quota import commit

    Act(form, by, approved_by, book, lang).post(
        lambda connection, chart: commit(
            connection, chart, line, amount, date=date or today(), contract=contract, payee=payee, document=document,
            change=change,
        )
    )  # fmt: skip
