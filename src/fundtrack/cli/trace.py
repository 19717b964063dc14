"""The command `trace`: where money came from, and what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fundtrack.cli import show
from fundtrack.cli.options import BookOption, FormatOption, LanguageOption, LedgerOption, opened, spoken

COLUMNS = ("trace", "node", "about", "amount", "left")
CSV_COLUMNS = ("direction", "depth", "node", "name", "kind", "date", "fund", "use", "project", "payee", "document",
               "said", "amount", "left")  # fmt: skip


def trace(
    subject: Annotated[
        str,
        typer.Argument(metavar="VOUCHER|QUOTA|DOCUMENT|CONTRACT", help="By its number. 凭证号、指标号、文号或合同号"),
    ],
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE.html", help="A page. 网页文件")] = None,
    form: FormatOption = "table",
    ledger: LedgerOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """资金溯源 Trace money up to its root document, and down to what was paid of it."""
    from fundtrack.reporting import lineagepage
    from fundtrack.reporting.tracing import trace

    the_book = opened(book, ledger)
    language = spoken(lang, the_book)
    with the_book.reading() as connection:
        found = trace(connection, the_book.chart(connection), subject)
    if output:
        lineagepage.write(found, output, language)
    elif form == "json":
        show.as_json(found.record())
    elif form == "csv":
        show.rows(found.flat(), form, language, CSV_COLUMNS)
    else:
        show.rows([*lineagepage.rows(found, language)], form, language, COLUMNS)
        show.say()
        show.say(lineagepage.resolved(found, language))
