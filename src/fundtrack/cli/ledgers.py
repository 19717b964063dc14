"""Commands on what others look at: `balance`, `report`, `publish`, `browse`."""

from __future__ import annotations

import datetime as dt
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from fundtrack.cli import show
from fundtrack.cli.options import BookOption, FormatOption, LanguageOption, LedgerOption, day, opened, spoken
from fundtrack.errors import FormatError, UsageError, message, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fundtrack.errors import Language
    from fundtrack.reporting import Report

ISO_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
"""How a parameter of a report that is a date is known."""

PortOption = Annotated[int | None, typer.Option(min=0, max=65535, help="By default 5000, or any that is free. 端口")]


def balance(
    by: Annotated[str, typer.Option(metavar="fund,use,year…", help="What to break it down by. 分组方式")] = "fund",
    as_of: Annotated[
        dt.date | None, typer.Option("--as-of", parser=day, metavar="DATE", help="At the end of that day. 截止日期")
    ] = None,
    form: FormatOption = "table",
    ledger: LedgerOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """资金余额 What each fund received, spent, advanced and still has."""
    from fundtrack.reporting import balances
    from fundtrack.reporting.table import written

    the_book = opened(book, ledger)
    language = spoken(lang, the_book)
    found = balances(the_book, [key.strip() for key in by.replace("，", ",").split(",") if key.strip()], as_of)
    if form == "json":
        show.as_json(found.record(language))
    else:
        typer.echo(written(found.table(language, people=form == "table"), form, language), nl=False)


def report(
    name: Annotated[str, typer.Argument(help="A report page; without one they are listed. 报表名称")] = "",
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE.xlsx/.html/.csv", help="文件")] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Another value for a parameter. 参数")
    ] = None,
    form: FormatOption = "table",
    ledger: LedgerOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """报表 Print a report page, or write it to a file."""
    from fundtrack.reporting import reports
    from fundtrack.reporting.export import export
    from fundtrack.reporting.table import written

    the_book = opened(book, ledger)
    language = spoken(lang, the_book)
    known = reports(the_book.folder / "reports")
    if not name:
        listed = [{"name": one.name, "title": one.title(language)} for one in known.values()]
        show.rows(listed, form, language, ("name", "title"))
        return
    if name not in known:
        raise UsageError("explain-unknown", name=name, known=nearest(name, known))
    table = known[name].run(the_book, **settings(known[name], setting or []))
    if output:
        export(table, output, title=known[name].title(language), language=language)
    else:
        typer.echo(written(table, form, language), nl=False)


def settings(report: Report, words: Sequence[str]) -> dict[str, str | int]:
    """Return parameters of a report from `NAME=VALUE`, each of the kind its page has: text, number or date.

    Raises UsageError.
    """
    given: dict[str, str | int] = {}
    for word in words:
        name, equals, value = (part.strip() for part in word.partition("="))
        if name not in report.parameters:
            raise UsageError("report-parameter", name=name, known=", ".join(report.parameters) or "–")
        if not equals:
            raise UsageError("report-value-missing", name=name)
        try:
            given[name] = _setting(report.parameters[name], value)
        except (ValueError, FormatError) as error:
            usual = report.parameters[name]
            raise UsageError("report-value", name=name, value=value, usual=usual) from error
    return given


def _setting(usual: str | int, value: str) -> str | int:
    """Return a value of the kind of the usual one. Raises ValueError, or FormatError for what is no date."""
    from fundtrack.importing.values import dates

    if isinstance(usual, int):
        return int(value)
    return dates.read(value).isoformat() if ISO_DATE.fullmatch(usual) else value


def publish(book: BookOption = None, lang: LanguageOption = None) -> None:
    """发布账簿 Write the ledger as Beancount text, in the book's language or another."""
    from fundtrack.ledger import publish

    the_book = opened(book)
    language = spoken(lang, the_book)
    published = publish(the_book, language, show.progress)
    show.say_message("published", language, path=published.main, vouchers=published.vouchers,
                     files=len(published.written))  # fmt: skip
    if published.strangers:
        show.say(message("published-beside", language, files=", ".join(published.strangers)), error=True)


def browse(
    port: PortOption = None,
    host: Annotated[str, typer.Option(help="The address to listen on. 监听地址")] = "127.0.0.1",
    behind_proxy: Annotated[
        str, typer.Option(metavar="NAME", help="The public name of the proxy in front, which logs people in. 代理域名")
    ] = "",
    auditor: Annotated[bool, typer.Option("--auditor", help="Allow any query and the sources. 审计人员模式")] = False,
    show_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the browser. 打开浏览器")] = True,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """浏览账簿 Look at the published ledger in Fava: this machine only, nothing can be changed."""
    the_book = opened(book)
    serve(the_book.folder / "ledger" / "fava.beancount", spoken(lang, the_book), port=port, host=host,
          behind_proxy=behind_proxy, auditor=auditor, show_browser=show_browser)  # fmt: skip


def serve(
    ledger: Path,
    language: Language,
    *,
    port: int | None,
    host: str,
    behind_proxy: str,
    auditor: bool,
    show_browser: bool,
) -> None:
    """Serve a published ledger until the person stops it."""
    from fundtrack.web import browse

    def ready(address: str) -> None:
        show.say_message("browsing", language, address=address)
        sys.stdout.flush()
        if show_browser:
            typer.launch(address)

    if not ledger.is_file():
        raise UsageError("not-published", path=ledger)
    browse(ledger, ready=ready, host=host, port=port, behind_proxy=behind_proxy, auditor=auditor)
