"""The options that several commands share, and what they are taken for: the book, the language, the person.

`--book` and `--lang` may also stand before the command, as `FUNDTRACK_BOOK` and `FUNDTRACK_LANG` in the environment.
"""

from __future__ import annotations

import datetime as dt
import getpass
import os
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from fundtrack.cli import show
from fundtrack.errors import FormatError, Language, UsageError, message

if TYPE_CHECKING:
    from fundtrack.book import Book
    from fundtrack.pages import Kind

Format = Literal["table", "json", "csv"]


def day(text: str) -> dt.date:
    """Return a date in any form the files have: 2015-03-01, 2015年3月1日, 20150301; in ISO 8601, any day there is."""
    from fundtrack.importing.values import dates

    with suppress(ValueError):
        return dt.date.fromisoformat(text.strip())
    try:
        return dates.read(text)
    except FormatError as error:
        raise typer.BadParameter(str(error)) from error


BookOption = Annotated[
    Path | None, typer.Option("--book", envvar="FUNDTRACK_BOOK", help="The book's folder. 账套目录", show_envvar=False)
]
LanguageOption = Annotated[
    Language | None, typer.Option("--lang", envvar="FUNDTRACK_LANG", help="Language. 语言", show_envvar=False)
]
LedgerOption = Annotated[
    Path | None,
    typer.Option("--ledger", metavar="PATH", help="A published ledger in place of the book. 已发布的账簿"),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How to print. 输出格式")]
PersonOption = Annotated[
    str | None, typer.Option("--by", envvar="FUNDTRACK_BY", help="Who does it; by default you. 经办人")
]
SideOption = Annotated[
    Literal["bureau", "auditor"] | None,
    typer.Option("--side", help="For whom you act; by default the side on record for you. 代表哪一方"),
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why. 理由")]
ApproverOption = Annotated[str, typer.Option("--approved-by", help="Who approved it: somebody else. 审批人")]
DocumentOption = Annotated[str, typer.Option("--document", help="The document it rests on. 依据文号")]
DateOption = Annotated[dt.date | None, typer.Option("--date", parser=day, metavar="DATE", help="The day. 日期")]

until_the_end = ExitStack()
"""What is open until the command ends."""


def opened(book: Path | None, ledger: Path | None = None) -> Book:
    """Open the book that is meant; for who has a published ledger alone, that which it says, until the command ends."""
    from fundtrack.book import find_book, open_book

    return restored_book(ledger) if ledger else open_book(find_book(book))


def restored_book(ledger: Path) -> Book:
    """Return a published ledger as a book; on standard error, what of its files is not as it was published."""
    from fundtrack.ledger.intact import altered_since
    from fundtrack.ledger.restored import main_of, restored

    the_book = until_the_end.enter_context(restored(ledger))
    language = the_book.settings.language
    for one in altered_since(main_of(ledger)):
        show.say(message(one.key, language, **one.details), error=True)
    return the_book


def local_folder(book: Path | None, kind: Kind, *, search: bool = True) -> Path | None:
    """Return the folder of a book's own pages of a kind; None outside any book, unless one is named.

    Without `search` only a book that was named counts, not one that lies around the current folder.
    """
    if not book and "FUNDTRACK_BOOK" not in os.environ and not (search and _in_a_book()):
        return None
    from fundtrack.book import find_book  # late: it takes longer than all else that `fundtrack checks` does

    return find_book(book) / kind


def _in_a_book() -> bool:
    here = Path.cwd()
    return any((folder / "fundtrack.toml").is_file() for folder in (here, *here.parents))


def spoken(language: Language | None, book: Book | Path | None = None) -> Language:
    """Return the language to speak: the one asked for, that of a book or a folder in it, or the system's."""
    if language:
        return language
    if isinstance(book, Path):
        from fundtrack.book.open import read_settings

        return read_settings(book.parent).language
    if book:
        return book.settings.language
    return show.spoken()


def person(named: str | None) -> str:
    """Return who acts: the person named, or the one logged in. Raises UsageError (`person-unknown`)."""
    from fundtrack.book.person import named as as_kept

    try:
        who = as_kept(getpass.getuser() if named is None else named)
    except (KeyError, OSError) as error:
        raise UsageError("person-unknown") from error
    if not who:
        raise UsageError("person-unknown")
    return who
