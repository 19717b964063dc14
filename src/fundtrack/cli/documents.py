"""Commands on documents (文件): received once with all that follows, entered, listed, shown with what came of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from fundtrack import money
from fundtrack.chart.model import STATUSES
from fundtrack.cli import show
from fundtrack.cli.options import (
    ApproverOption,
    BookOption,
    FormatOption,
    LanguageOption,
    LedgerOption,
    PersonOption,
    day,
    opened,
    person,
    spoken,
)
from fundtrack.cli.order import coded
from fundtrack.cli.policy import say_of_file
from fundtrack.cli.quota import AmountOption, DepartmentOption, ExpiresOption
from fundtrack.cli.vouchers import ProjectOption, print_posted
from fundtrack.cli.vouchers import amount as yuan
from fundtrack.errors import UsageError, message

if TYPE_CHECKING:
    from fundtrack.book import Book
    from fundtrack.book.documents import Paper
    from fundtrack.cli.options import Format
    from fundtrack.errors import Language
    from fundtrack.importing.batch.documents import Received

document = typer.Typer(no_args_is_help=True, help="文件 Documents: what each gave, and what came of it.")

Level = Literal["central", "region", "city", "county", "township"]
DocumentArgument = Annotated[str, typer.Argument(metavar="NUMBER", help="The document. 文号")]
LEVELS: dict[str, Level] = {
    "中央": "central", "国家": "central", "省": "region", "省（区）": "region", "省(区)": "region",
    "自治区": "region", "直辖市": "region", "市": "city", "地市": "city", "州": "city", "县": "county",
    "区县": "county", "县区": "county", "乡镇": "township", "乡": "township", "镇": "township",
}  # fmt: skip
"""The levels as papers write them, also with 级 behind."""


def level_of(text: str) -> Level:
    """Return a level from its word in either language. Raises typer.BadParameter, in both."""
    said = text.strip()
    level = LEVELS.get(said if said in LEVELS else said.removesuffix("级"))
    level = level or next((one for one in LEVELS.values() if one == said.lower()), None)
    if said.removesuffix("级") == "区":
        raise typer.BadParameter(str(UsageError("level-ambiguous", level=said)))
    if level is None:
        raise typer.BadParameter(str(UsageError("level-unknown", level=said)))
    return level


LevelOption = Annotated[
    Level | None,
    typer.Option(
        parser=level_of,
        metavar="LEVEL",
        help="Who issued it: central, region, city, county, township. 中央、省、市、县、乡镇",
    ),
]
IssuerOption = Annotated[str, typer.Option(help="Who issued it. 发文机关")]
UpperOption = Annotated[str, typer.Option("--upper", metavar="NUMBER", help="The document it follows from. 上级文号")]
KindOption = Annotated[str, typer.Option(help="What kind of paper it is: quota, pooling-plan, … 文件类别")]
TitleOption = Annotated[str, typer.Option(help="Its title. 标题")]
FileOption = Annotated[Path | None, typer.Option(help="The file of it, which is kept. 电子件")]
IssuedOption = Annotated[
    dt.date | None, typer.Option("--date", parser=day, metavar="DATE", help="The day it was issued. 成文日期")
]
ReceivedOption = Annotated[
    dt.date | None, typer.Option(parser=day, metavar="DATE", help="The day it came; by default its date. 收文日期")
]
TotalOption = Annotated[
    int | None, typer.Option(parser=yuan, metavar="YUAN", help="What it gives several funds in all. 文件总额")
]
UsesOption = Annotated[
    list[str] | None, typer.Option(metavar="USE=YUAN", help="Allot so much of it: 0601=AMOUNT. 用途及金额")
]

LIST_COLUMNS = ("document", "level", "date", "fund", "parent", "amount", "given", "left")
QUOTA_COLUMNS = ("quota", "parent", "use", "project", *STATUSES)
SHOWN = (
    "document", "registered", "title", "kind", "level", "issuer", "date", "fund", "above", "rule", "sha256", "file",
    "amount", "given", "left", "below", "grants", "funds",
)  # fmt: skip


def parse_uses(words: list[str]) -> dict[str, int]:
    """Return the fen of each use, of `0601=40000000`. Raises UsageError: `document-use-form`, `document-use-twice`."""
    uses: dict[str, int] = {}
    for word in words:
        use, equals, amount = (part.strip() for part in word.partition("="))
        if not use or not equals:
            raise UsageError("document-use-form", word=word)
        if use in uses:
            raise UsageError("document-use-twice", use=use)
        uses[use] = yuan(amount)
    return uses


def paper(number: str, level: Level | None, date: dt.date | None, amount: int | None, **said: str) -> Paper:
    """Return what a person says of a document."""
    from fundtrack.book.documents import Paper

    return Paper(number, level=level or "", date=date.isoformat() if date else "", amount=amount or 0, **said)


@document.command()
def receive(
    number: DocumentArgument,
    fund: Annotated[str, typer.Option(help="The fund it gives to, F01. 资金代码")],
    amount: AmountOption,
    level: LevelOption = None,
    issuer: IssuerOption = "",
    date: IssuedOption = None,
    received: ReceivedOption = None,
    upper: UpperOption = "",
    kind: KindOption = "",
    title: TitleOption = "",
    total: TotalOption = None,
    use: UsesOption = None,
    project: ProjectOption = "",
    department: DepartmentOption = "",
    expires: ExpiresOption = None,
    file: FileOption = None,
    form: FormatOption = "table",
    by: PersonOption = None,
    approved_by: ApproverOption = "",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """收文 Receive a document: register it, keep its file, grant its uses, receive its quota and allot it, at once."""
    from fundtrack.book.clock import today
    from fundtrack.importing.batch.documents import dated, receive_document
    from fundtrack.posting.documents import Gift

    the_book = opened(book)
    language, uses = spoken(lang, the_book), parse_uses(use or [])
    with the_book.reading() as connection:
        to = coded(the_book.chart(connection), "fund", fund)
    said = dated(the_book, paper(number, level, date, total, issuer=issuer, parent=upper, kind=kind, title=title,
                                 fund=to), today())  # fmt: skip
    came = received or dt.date.fromisoformat(said.date)
    given = Gift(to, amount, came, uses, project, department, expires)
    with show.refusal(form, language):
        done = receive_document(the_book, said, given, file=file, by=person(by), approved_by=approved_by)
    print_received(the_book, said.document, done, form, language)


def print_received(book: Book, number: str, done: Received, form: Format, language: Language) -> None:
    """Print what a document did: the register, the chart, the vouchers."""
    people = form == "table"
    if done.behind:
        show.say(message("chart-was-behind", language, path=book.chart_file), error=not people)
    say_of_file(book, done.chart, language, error=not people)
    if people:
        show.say_message("document-entered", language, document=number)
        for change in done.chart.changes:
            show.say(change.describe(language))
    if form == "json":
        show.as_json({
            "document": number,
            "chart": [change.describe(language) for change in done.chart.changes],
            "vouchers": list(done.posted.numbers),
            "findings": [finding.record(language) for finding in done.posted.findings],
        })  # fmt: skip
    else:
        print_posted(done.posted, form, language)


@document.command()
def enter(
    number: DocumentArgument,
    fund: Annotated[str, typer.Option(help="The fund it gives to, F01. 资金代码")] = "",
    amount: Annotated[int | None, typer.Option(parser=yuan, metavar="YUAN", help="What it gives. 金额（元）")] = None,
    level: LevelOption = None,
    issuer: IssuerOption = "",
    date: IssuedOption = None,
    upper: UpperOption = "",
    kind: KindOption = "",
    title: TitleOption = "",
    file: FileOption = None,
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """登记文件 Enter a document in the register and keep its file; it gives no quota here."""
    from fundtrack.book.clock import today
    from fundtrack.importing.batch.documents import dated, enter_document

    the_book = opened(book)
    with the_book.reading() as connection:
        to = coded(the_book.chart(connection), "fund", fund)
    said = dated(the_book, paper(number, level, date, amount, issuer=issuer, parent=upper, kind=kind, title=title,
                                 fund=to), today())  # fmt: skip
    enter_document(the_book, said, file=file, by=person(by))
    show.say_message("document-entered", spoken(lang, the_book), document=said.document)


@document.command("list")
def list_(
    fund: Annotated[str, typer.Option(help="Only this fund. 资金代码")] = "",
    form: FormatOption = "table",
    ledger: LedgerOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """文件一览 List the documents: what each gives, what quota came by it, and what is left."""
    from fundtrack.reporting.documents import documents

    the_book = opened(book, ledger)
    language = spoken(lang, the_book)
    with the_book.reading() as connection:
        found = documents(connection, coded(the_book.chart(connection), "fund", fund))
    rows = [written(one, form) for one in found]
    if form == "table":
        people = [show.in_words(one, language, level="level") for one in rows]
        heads = [message(f"document-head-{name}", language) for name in LIST_COLUMNS]
        show.table(heads, [[one[name] or "" for name in LIST_COLUMNS] for one in people])
    else:
        show.rows(rows, form, language, LIST_COLUMNS)


@document.command("show")
def show_(
    number: DocumentArgument,
    form: FormatOption = "table",
    ledger: LedgerOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """查看文件 Show a document and what came of it: grants, lines, allotments, with their sums."""
    from fundtrack.importing.batch.documents import file_of
    from fundtrack.reporting.documents import document

    the_book = opened(book, ledger)
    language = spoken(lang, the_book)
    with the_book.reading() as connection:
        found = document(connection, the_book.chart(connection), number)
    found["file"] = file_of(the_book, found["sha256"])
    record = written(found, form)
    record["funds"] = {of: figure(amount, form) for of, amount in found["funds"].items()}
    record["quotas"] = [written(line, form) for line in found["quotas"]]
    if form == "json":
        show.as_json(record)
    elif form == "csv":
        show.rows([record | line for line in record["quotas"]], form, language, ("document", *QUOTA_COLUMNS))
    else:
        print_document(record, found, language)


def print_document(record: dict[str, Any], found: dict[str, Any], language: Language) -> None:
    """Print a document for people: what is said of it one thing a line, then the lines that came of it."""
    record = show.in_words(record, language, level="level", file="document-file") | {
        "above": " → ".join(record["above"]),
        "below": ", ".join(record["below"]),
        "grants": ", ".join(f"{one['account']} {one['date']}" for one in record["grants"]),
        "funds": ", ".join(f"{of} {amount}" for of, amount in record["funds"].items()),
        "registered": "" if record["registered"] else message("document-unregistered", language),
    }
    shown = [(message(f"document-head-{name}", language), record[name]) for name in SHOWN if record[name]]
    wide = max(show.width(head) for head, _ in shown)
    for head, said in shown:
        show.say(f"{head}{' ' * (wide - show.width(head))}  {said}")
    if lines := record["quotas"]:
        empty = {status for status in STATUSES if not any(line[status] for line in found["quotas"])}
        show.say()
        show.rows(lines, "table", language, tuple(column for column in QUOTA_COLUMNS if column not in empty))


def written(record: dict[str, Any], form: Format) -> dict[str, Any]:
    """Return a record with its amounts as they are printed."""
    return {name: figure(value, form) if type(value) is int else value for name, value in record.items()}


def figure(amount: int, form: Format) -> str:
    """Return an amount as it is printed: in groups for people."""
    return money.grouped(amount) if form == "table" else money.plain(amount)
