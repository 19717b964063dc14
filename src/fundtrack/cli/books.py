"""Commands on a book as a whole: `init`, `demo`, `doctor`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fundtrack.cli import show
from fundtrack.cli.options import LanguageOption, PersonOption, person, spoken
from fundtrack.cli.policy import text_of


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The new folder. 新账套目录")],
    title: Annotated[str, typer.Option(help="What the book is called; by default the folder's name. 账套名称")] = "",
    chart: Annotated[Path | None, typer.Option(help="A chart of accounts to apply. 科目表文件")] = None,
    document: Annotated[str, typer.Option(help="The document the chart rests on. 科目表依据文号")] = "",
    database: Annotated[str, typer.Option(help="A database URL instead of a file. 数据库地址")] = "",
    schema: Annotated[str, typer.Option(help="The schema of a PostgreSQL database. 数据库模式")] = "",
    by: PersonOption = None,
    lang: LanguageOption = None,
) -> None:
    """新建账套 Make a new book in a folder."""
    from fundtrack.book import create_book
    from fundtrack.book.policy import apply_chart

    language = spoken(lang)
    text = text_of(chart) if chart else ""
    book = create_book(folder, title=title or folder.resolve().name, language=language, database=database,
                       schema_name=schema)  # fmt: skip
    show.say_message("init-done", language, path=folder)
    if chart:
        apply_chart(book, text, by=person(by), document=document)
        (folder / "ledger" / "chart.beancount").write_text(text, "utf-8")
    else:
        show.say_message("init-chart", language, path=folder / "ledger" / "chart.beancount")
