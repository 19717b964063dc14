"""Commands on the registers: `register list`, `register show`, `register withdraw`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fundtrack import identifier, money
from fundtrack.cli import show
from fundtrack.cli.options import (
    BookOption,
    FormatOption,
    LanguageOption,
    LedgerOption,
    PersonOption,
    opened,
    person,
    spoken,
)
from fundtrack.errors import UsageError, message, messages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fundtrack.book import Book
    from fundtrack.cli.options import Format
    from fundtrack.errors import Language
    from fundtrack.ledger.registers import Stated
    from fundtrack.schema.registers import Register

register = typer.Typer(help="登记簿 What stands beside the vouchers: contracts, persons, …", no_args_is_help=True)

LIST_COLUMNS = ("name", "held", "entries", "recorded_at", "file", "title")
NO_AMOUNT = money.plain(0)
SOURCE_COLUMNS = ("file", "sheet", "row", "recorded_at", "recorded_by")


def entry_number(text: str) -> int:
    """Return the number of an entry. Raises typer.BadParameter, in both languages, for what is none."""
    if not (text.isascii() and text.isdecimal()):
        raise typer.BadParameter(str(UsageError("entry-number", text=text)))
    return int(text)


NumberArgument = Annotated[
    int, typer.Argument(metavar="SEQ", parser=entry_number, help="The first column of `register show`. 序号")
]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="As `register list` names it. 登记簿名称")]


@register.command("list")
def list_(
    form: FormatOption = "table", ledger: LedgerOption = None, book: BookOption = None, lang: LanguageOption = None
) -> None:
    """列出登记簿 List the registers: how many entries hold, how many were made, and the newest."""
    from fundtrack.ledger.registers import summaries
    from fundtrack.schema.registers import REGISTERS

    the_book = opened(book, ledger)
    language = spoken(lang, the_book)
    with the_book.reading() as connection:
        found = [(REGISTERS[one.register], one) for one in summaries(connection)]
    records = [
        {"name": of.name, "title": of.called(language), "relation": of.relation, **one.record()} for of, one in found
    ]
    show.rows(records, form, language, LIST_COLUMNS)


@register.command("show")
def show_(
    name: NameArgument,
    key: Annotated[
        list[str] | None, typer.Option("--key", metavar="VALUE", help="Of one key: its columns in turn. 按主键查找")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also replaced and withdrawn ones. 含已替换和撤销的")
    ] = False,
    form: FormatOption = "table",
    ledger: LedgerOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """查看登记簿 Show the entries of a register that hold; numbers of persons are masked."""
    from fundtrack.ledger.registers import stated
    from fundtrack.posting.enter import register_of

    the_book = opened(book, ledger)
    language = spoken(lang, the_book)
    of = register_of(name)
    with the_book.reading() as connection:
        found = [one for one in stated(connection, of) if everything or one.status == "held"]
    found = [one for one in found if is_of(one.key, key or [], of, the_book)]
    print_entries(found, of, form, language, everything=everything)


def is_of(key: Sequence[str], asked: Sequence[str], of: Register, book: Book) -> bool:
    """Say whether a key begins as somebody asks; a person's number may be given whole, or as it is shown."""
    return all(
        text in {found, identifier.shown(found)} or identifier.kept(text, book.key) == found
        if of.fields[name] == "identifier"
        else text == found
        for name, found, text in zip(of.key, key, asked, strict=False)
    )


def print_entries(found: Sequence[Stated], of: Register, form: Format, language: Language, *, everything: bool) -> None:
    """Print entries: for people with the columns that any of them fills, headed in the language."""
    records = [record(one, of) for one in found]
    filled = [name for name in of.fields if any(one[name] not in {"", 0, NO_AMOUNT} for one in records)]
    if form == "table":
        columns = ["seq", *filled, *(["status"] if everything else []), "file", "row"]
        words = {status: message(f"status-{status}", language) for status in ("held", "replaced", "withdrawn")}
        people = [{**one, "status": words[one["status"]], **grouped(one, of)} for one in records]
        if "level" in of.fields:
            people = [show.in_words(one, language, level="level") for one in people]
        show.table(
            [headed(name, language) for name in columns], [[said(one[name]) for name in columns] for one in people]
        )
    else:
        unit = ["unit"] if of.amounts else []
        show.rows(records, form, language, ["seq", *of.fields, *unit, "status", *SOURCE_COLUMNS])


def headed(name: str, language: Language) -> str:
    """Return what stands above a column: as the bureau calls it, or its own name where no message says more."""
    known = next((key for key in (f"column-{name}", f"head-{name}") if key in messages()), "")
    return message(known, language) if known else name


def said(value: Any) -> str:  # noqa: ANN401 - whatever a column holds
    """Return a value as a cell of a table; nothing for what is not known."""
    return "" if value is None else str(value)


def record(one: Stated, of: Register) -> dict[str, Any]:
    """Return an entry for a machine: amounts as decimal strings, numbers of persons masked."""
    stored = dict(zip(of.columns, one.entry.said, strict=True))
    fields = {name: of.shown(name, stored[name]) for name in of.fields}
    file, sheet = one.entry.source or ("", "")
    unit = {"unit": stored["unit"]} if of.amounts else {}
    return {
        "register": of.name,
        "seq": one.seq,
        **fields,
        **unit,
        "status": one.status,
        "file": file,
        "sheet": sheet,
        "row": one.entry.row,
        "recorded_at": one.entry.recorded_at,
        "recorded_by": one.entry.recorded_by,
    }


def grouped(one: dict[str, Any], of: Register) -> dict[str, str]:
    """Return the amounts of an entry, and what has two decimals, for people; none where it says none."""
    amounts = {name: show.yuan(money.parse(one[name]) or None) for name in of.amounts}
    decimal = [name for name, form in of.forms.items() if form == "hundredths"]
    return amounts | {name: one[name].rstrip("0").rstrip(".") if money.parse(one[name]) else "" for name in decimal}


@register.command()
def withdraw(
    name: NameArgument,
    seq: NumberArgument,
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """撤销一条记录 Take away an entry that holds; it stays on record."""
    from fundtrack.posting.enter import withdraw

    the_book = opened(book)
    document, came = withdraw(the_book, name, seq, by=person(by))
    show.say_message("entry-withdrawn", spoken(lang, the_book), entry=f"{name} {seq}")
    if came > 0:
        show.say_message("withdrawn-given", spoken(lang, the_book), document=document, came=money.grouped(came))


@register.command()
def restore(
    name: NameArgument,
    seq: NumberArgument,
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """恢复一条已撤销的记录 Let an entry hold again that was withdrawn, as a new one that says the same."""
    from fundtrack.posting.enter import restore

    the_book = opened(book)
    entry = restore(the_book, name, seq, by=person(by))
    show.say_message("entry-restored", spoken(lang, the_book), entry=f"{name} {seq}", new=entry)
