"""Commands that say where an auditor looks: `sample`, `benford`."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fundtrack import money
from fundtrack.cli import show
from fundtrack.cli.options import BookOption, FormatOption, LanguageOption, day, local_folder, opened, spoken
from fundtrack.errors import FormatError, Language, UsageError, message

if TYPE_CHECKING:
    from fundtrack.book import Book
    from fundtrack.checking.source import Source
    from fundtrack.cli.options import Format
    from fundtrack.reporting.benford import Benford
    from fundtrack.reporting.sampling import Sample

PathArgument = Annotated[
    Path | None, typer.Argument(help="A ledger, or files of another system; without one the book. 账簿或外部数据")
]
FundOption = Annotated[list[str] | None, typer.Option("--fund", help="Only this fund; may be repeated. 仅此资金")]
KindOption = Annotated[
    list[str] | None,
    typer.Option("--kind", help="This kind of voucher, by default money paid; may be repeated. 凭证类别"),
]
SinceOption = Annotated[dt.date | None, typer.Option(parser=day, metavar="DATE", help="From this day on. 起始日期")]
UntilOption = Annotated[dt.date | None, typer.Option(parser=day, metavar="DATE", help="Up to this day. 截止日期")]
UnitOption = Annotated[str, typer.Option("--unit", help="The unit; by default the book's currency. 币种")]
PatternOption = Annotated[str, typer.Option(help="A regular expression that finds funds in accounts. 资金代码")]


def amount(text: str) -> int:
    """Return an amount in fen, as people write it: 50000, 50,000.00, 5万元."""
    try:
        if text.strip().endswith("万元"):
            return money.parse(text, "万元")
        return money.parse(text)
    except FormatError as error:
        raise typer.BadParameter(str(error)) from error


def sample(
    path: PathArgument = None,
    *,
    seed: Annotated[str, typer.Option(help="Any text; the same draws the same sample. 随机种子")] = "",
    size: Annotated[int, typer.Option(min=0, metavar="N", help="So many selections. 样本量")] = 0,
    interval: Annotated[
        int | None, typer.Option(parser=amount, metavar="AMOUNT", help="One in so much. 选样间隔")
    ] = None,
    tolerable: Annotated[
        int | None, typer.Option(parser=amount, metavar="AMOUNT", help="The misstatement to be found. 可容忍错报")
    ] = None,
    expected: Annotated[
        int | None, typer.Option(parser=amount, metavar="AMOUNT", help="The misstatement expected. 预计错报")
    ] = None,
    confidence: Annotated[int, typer.Option(metavar="PERCENT", help="With --tolerable. 置信度")] = 95,
    fund: FundOption = None,
    kind: KindOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    unit: UnitOption = "",
    fund_pattern: PatternOption = "",
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE.xlsx/.csv/.json", help="文件")] = None,
    form: FormatOption = "table",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """审计抽样 Draw a monetary-unit sample of what was paid, by fund, that anybody can draw again from its seed."""
    from fundtrack.reporting import sampling
    from fundtrack.reporting.population import Scope

    known_suffix(output, (".xlsx", ".csv", ".json"))
    plan = sampling.Plan(seed, size, interval or 0, tolerable or 0, expected or 0, confidence)
    scope = Scope(tuple(fund or ()), tuple(kind or ()), since, until, unit)
    where, language = audited(path, book, lang)
    drawn = sampling.sample(where, plan, scope, fund_pattern)
    print_sample(drawn, form, language, output)
    selections = sum(stratum.hits for stratum in drawn.strata)
    if size and selections != size:
        show.say(message("sample-rounded", language, size=size, drawn=selections), error=True)
    if incomplete(drawn.problems, language):  # a sample of a part proves nothing of the whole
        raise typer.Exit(1)


def benford(
    path: PathArgument = None,
    *,
    fund: FundOption = None,
    by: Annotated[str, typer.Option(metavar="fund", help="A table for each fund. 按资金分列")] = "",
    kind: KindOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    unit: UnitOption = "",
    fund_pattern: PatternOption = "",
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE.html/.xlsx", help="文件")] = None,
    form: FormatOption = "table",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """首位数字分析 Compare first digits of what was paid with Benford's law: a lead where to look, never a finding."""
    from fundtrack.reporting import benford
    from fundtrack.reporting.benfordchart import SUFFIXES, write
    from fundtrack.reporting.population import Scope

    known_suffix(output, SUFFIXES)
    if by not in {"", "fund"}:
        raise UsageError("benford-by", unknown=by)
    scope = Scope(tuple(fund or ()), tuple(kind or ()), since, until, unit)
    where, language = audited(path, book, lang)
    found = benford.benford(where, scope, by_fund=by == "fund", fund_pattern=fund_pattern)
    if output:
        write(found, output, language)
        show.say_message("written-to", language, path=output)
    else:
        print_benford(found, form, language)
    incomplete(found.problems, language)


def audited(path: Path | None, book: Path | None, lang: Language | None) -> tuple[Book | Source, Language]:
    """Return what a path names as `check` takes it, or the book that is meant, and the language to speak."""
    from fundtrack.book.open import SETTINGS_FILE
    from fundtrack.importing.elsewhere import source_at

    if path and (path / SETTINGS_FILE).is_file():
        book, path = path, None
    if path:
        source = source_at(path, local_folder(book, "importers", search=False))
        return source, spoken(lang or source.language)
    the_book = opened(book)
    return the_book, spoken(lang, the_book)


def known_suffix(output: Path | None, suffixes: tuple[str, ...]) -> None:
    """Refuse a file that cannot be written before the work is done. Raises UsageError (`export-suffix`)."""
    if output and output.suffix.lower() not in suffixes:
        raise UsageError("export-suffix", path=output, suffixes=", ".join(suffixes))


def incomplete(problems: int, language: Language) -> bool:
    """Return whether the population may be incomplete, and say so if it may."""
    if problems:
        show.say(message("population-problems", language, problems=problems), error=True)
    return problems > 0


def print_sample(drawn: Sample, form: Format, language: Language, output: Path | None) -> None:
    """Print the strata and the list; a list that goes to a file is not printed."""
    from fundtrack.reporting.samplelist import record, sampling_list, strata_list
    from fundtrack.reporting.table import written

    if output:
        write_sample(drawn, output, language)
    if form == "json":
        show.as_json(record(drawn))
    elif form == "csv":
        typer.echo(written(sampling_list(drawn), "csv", language), nl=False)
    else:
        typer.echo(written(strata_list(drawn, language), "table", language))
        if drawn.returned.vouchers:
            back = money.grouped(drawn.returned.amount, drawn.scale)
            show.say_message("sample-returned", language, count=drawn.returned.vouchers, amount=back)
            show.say()
        if output:
            show.say_message("written-to", language, path=output)
        else:
            typer.echo(written(sampling_list(drawn), "table", language), nl=False)


def write_sample(drawn: Sample, output: Path, language: Language) -> None:
    """Write the list to a file of the kind its suffix says."""
    from fundtrack.reporting.export import export
    from fundtrack.reporting.samplelist import record, sampling_list, write_workbook

    if output.suffix.lower() == ".json":
        output.write_text(json.dumps(record(drawn), ensure_ascii=False, indent=2) + "\n", "utf-8")
    elif output.suffix.lower() == ".csv":
        export(sampling_list(drawn, to_fill_in=True), output, title="", language=language)
    else:
        write_workbook(drawn, output, language)


def print_benford(found: Benford, form: Format, language: Language) -> None:
    """Print each table with its bars and what it says."""
    from fundtrack.reporting.benfordchart import digits_list, sentences, title
    from fundtrack.reporting.table import written

    if form == "json":
        show.as_json(found.record())
        return
    if form == "csv":
        columns = ("fund", "digit", "count", "share", "expected", "deviation")
        records = [table.record() for table in found.tables]
        show.rows([{"fund": one["fund"]} | row for one in records for row in one["digits"]], form, language, columns)
        return
    for table in found.tables:
        show.say(title(found, table, language))
        typer.echo(written(digits_list(table, bars=True), "table", language), nl=False)
        for sentence in sentences(table, language):
            show.say(sentence)
        show.say()
