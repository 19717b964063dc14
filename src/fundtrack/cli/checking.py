"""Commands that check and explain: `check`, `explain`, `checks`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from fundtrack.cli import show
from fundtrack.cli.options import (
    BookOption,
    FormatOption,
    LanguageOption,
    PersonOption,
    SideOption,
    day,
    local_folder,
    opened,
    spoken,
)
from fundtrack.cli.recording import kept, print_recorded
from fundtrack.cli.subjects import audited, compared
from fundtrack.errors import Language, UsageError, message, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fundtrack.book import Book
    from fundtrack.checking.audit import Audit
    from fundtrack.checking.extent import Extent
    from fundtrack.pages import Page
    from fundtrack.reporting.sampling import Sample

FailOn = Literal["fatal", "error", "warn"]
SEVERITIES = ("fatal", "error", "warn")
SampleOption = Annotated[
    int, typer.Option(min=0, metavar="N", help="With a working paper: draw a sample into it. 附抽样清单")
]
CheckFormat = Literal["table", "json", "csv", "sarif"]


def check(
    path: Annotated[
        Path | None, typer.Argument(help="A ledger, or files of another system; without one the book. 账簿或外部数据")
    ] = None,
    *,
    only: Annotated[list[str] | None, typer.Option(help="Only this check; may be repeated. 仅此检查")] = None,
    fund: Annotated[list[str] | None, typer.Option(help="Only findings of this fund; repeatable. 仅此资金")] = None,
    since: Annotated[
        dt.date | None,
        typer.Option(parser=day, metavar="DATE", help="Only findings of vouchers from that day on. 自该日起的凭证"),
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="An earlier JSON or SARIF; only what is new. 比对基准")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Another book, ledger or folder; only what differs. 两账比对")
    ] = None,
    fail_on: Annotated[FailOn, typer.Option(help="Findings from here on end with exit code 1. 失败级别")] = "error",
    fail_on_gone: Annotated[
        bool, typer.Option("--fail-on-gone", help="Open findings no longer found too. 未处理而不再出现的也算失败")
    ] = False,
    fund_pattern: Annotated[str, typer.Option(help="A regular expression that finds funds in accounts. 资金代码")] = "",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE.xlsx/.html/.sarif/.json/.csv", help="文件")
    ] = None,
    sample: SampleOption = 0,
    seed: Annotated[str, typer.Option(help="With --sample: any text. 随机种子")] = "",
    form: Annotated[CheckFormat, typer.Option("--format", help="How to print. 输出格式")] = "table",
    no_record: Annotated[bool, typer.Option("--no-record", help="Only look. 只查看，不留记录")] = False,
    side: SideOption = None,
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """检查账套或任意账簿 Check the book, any ledger without running what it names, or the files of another system."""
    from fundtrack.checking.baseline import compare, read_baseline
    from fundtrack.checking.extent import Extent
    from fundtrack.reporting.audits import writing

    the_book = None if path else opened(book)
    known = read_baseline(baseline) if baseline else None
    refuse_sample(sample, seed, output, against)
    with writing(output, read_from(the_book, path, against)) as write:
        asked = (only or (), fund_pattern, book, Extent(tuple(fund or ()), since))
        subject = path or the_book
        assert subject is not None
        why_not: Mapping[Language, str] = {}
        if the_book and not against:
            audit, why_not = kept(the_book, lambda: audited(subject, *asked), by, side, wanted=not no_record)
        else:  # what two books differ in is on no record of either
            audit = compared(subject, against, *asked) if against else audited(subject, *asked)
        language = spoken(lang or audit.language, the_book)
        audit = compare(audit, known) if known else audit
        samples = drawn(the_book, path, book, audit.extent, fund_pattern, size=sample, seed=seed) if sample else None
        write(audit, language, samples)
    print_audit(audit, form, language, output)
    if why_not:
        show.say(message("check-not-recorded", language, cause=why_not[language]), error=form != "table")
    fail(audit, fail_on, gone=fail_on_gone)


def fail(audit: Audit, fail_on: FailOn, *, gone: bool) -> None:
    """End with exit code 1 where what is open, or is no longer found, counts as a failure."""
    failing = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    if any(finding.severity in failing for finding in audit.findings if finding.is_open):
        raise typer.Exit(1)
    if gone and (audit.unseen or audit.otherwise_unseen):
        raise typer.Exit(1)


def refuse_sample(size: int, seed: str, output: Path | None, against: Path | None) -> None:
    """Refuse a sample that has no place, or cannot be drawn again. Raises UsageError (`sample-paper`)."""
    from fundtrack.reporting.audits.file import PAPER

    if not size and not seed:
        return
    if not size or not seed.strip() or output is None or output.suffix.lower() != PAPER or against:
        raise UsageError("sample-paper")


def read_from(book: Book | None, *paths: Path | None) -> tuple[Path, ...]:
    """Return what is audited and must not be written over: files and folders, and the originals of a book."""
    kept = [book.folder / "originals"] if book else []
    return (*kept, *(path for path in paths if path))


def drawn(
    the_book: Book | None,
    path: Path | None,
    book: Path | None,
    extent: Extent,
    fund_pattern: str,
    *,
    size: int,
    seed: str,
) -> Sample:
    """Return a sample of what is audited, within the extent that is reported."""
    from fundtrack.cli import sampling as command
    from fundtrack.reporting.population import Scope
    from fundtrack.reporting.sampling import Plan, sample

    where = the_book or command.audited(path, book, None)[0]
    return sample(where, Plan(seed, size), Scope(extent.funds, since=extent.since), fund_pattern)


def print_audit(audit: Audit, form: CheckFormat, language: Language, output: Path | None = None) -> None:
    """Print what an audit found and what it looked at; findings that stand in a file are only summed up."""
    from fundtrack.reporting.audits import as_csv, as_sarif

    if form == "json":
        show.as_json(audit.record(language))
    elif form == "csv":
        typer.echo(as_csv(audit, language), nl=False)
    elif form == "sarif":
        typer.echo(as_sarif(audit, language), nl=False)
    else:
        if output is None:
            show.findings(audit.findings, language)
        print_summary(audit, language)
        if output is not None:
            show.say_message("check-written", language, path=output)


def print_summary(audit: Audit, language: Language) -> None:
    """Print how much each check found, what was not run, and what is not shown."""
    from fundtrack.checking.summary import summed
    from fundtrack.reporting.audits.sections import beside_said

    if audit.findings:
        sums = [
            {"check": one.check, "findings": one.findings, "amounts": [amount.grouped() for amount in one.amounts]}
            for one in summed(audit.findings)
        ]
        show.say()
        show.rows(sums, "table", language, ("check", "findings", "amounts"))
        show.say()
    if audit.limits:
        show.say_message("check-cannot-prove", language)
        for limit in audit.limits:
            show.say(f"  {limit.line(language)}")
        show.say()
    for _, said in beside_said(audit, language):
        show.say(said)
    show.say_message("check-summary", language, findings=len(audit.findings), checks=len(audit.checks_run),
                     vouchers=audit.vouchers)  # fmt: skip
    print_recorded(audit, language)


def explain(
    name: Annotated[str, typer.Argument(help="A check, importer or report. 检查、导入格式或报表的名称")],
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """解释一项检查、格式或报表 Print a page: what it says, why, what to do, on what basis, and its definition."""
    from fundtrack.checking.source import OF_READING
    from fundtrack.pages import Kind, catalogue

    kinds: tuple[Kind, ...] = ("checks", "importers", "reports")
    local = {kind: local_folder(book, kind) for kind in kinds}
    pages = {name: page for kind in kinds for name, page in catalogue(kind, local=local[kind]).items()}
    if name in OF_READING:
        raise UsageError("check-of-reading", name=name)
    if name not in pages:
        raise UsageError("explain-unknown", name=name, known=nearest(name, pages))
    print_page(pages[name], spoken(lang, local["checks"]))


def print_page(page: Page, language: Language) -> None:
    """Print a page for a person."""
    front = page.front
    show.say(f"{page.name} {page.text('title', language) if language != 'en' else ''}".rstrip())
    for part in ("message", "reason"):
        show.say(f"\n{page.text(part, language)}")
    if remedy := page.text("remedy", language):
        show.say()
        show.say_message("explain-remedy", language, remedy=remedy)
    if basis := front.get("basis"):
        show.say()
        show.say_message("explain-basis", language)
        for document in basis:
            show.say(f"- {document}")
    show.say()
    for key in ("catalogue", "severity", "from", "to"):
        if key in front:
            show.say(f"{key}: {front[key]}")
    for name, said in front.get("parameters", {}).items():
        about = f"  {said[language]} — {said['source']}" if isinstance(said, dict) else ""
        show.say(f"{name} = {said['value'] if about else said}{about}")
    print_columns(page, language)
    show.say(f"{page.path}  sha256 {page.digest}\n")
    show.say(page.definition.text.rstrip())


def print_columns(page: Page, language: Language) -> None:
    """Print which columns a file must have that an importer page reads, and which it may lack."""
    from fundtrack.importing.layout import columns_of

    if page.definition.language != "toml":
        return
    needed, optional = columns_of(page)
    if needed:
        show.say_message("explain-columns", language, columns="、".join(needed))
    if optional:
        show.say_message("explain-optional", language, columns="、".join(optional))


def checks(form: FormatOption = "table", book: BookOption = None, lang: LanguageOption = None) -> None:
    """列出全部检查 List the checks."""
    from fundtrack.pages import catalogue

    local = local_folder(book, "checks")
    language = spoken(lang, local)
    pages = catalogue("checks", local=local).values()
    records = [check_record(page) for page in pages]
    if form != "json":
        said = [page.text("title", "zh") if language == "zh" else page.reason.partition(". ")[0] for page in pages]
        records = [record | {"title": title} for record, title in zip(records, said, strict=True)]
    show.rows(records, form, language, ("name", "catalogue", "severity", "title"))


def check_record(page: Page) -> dict[str, Any]:
    """Return a check as the machine-readable object of `checks --format json`."""
    from fundtrack.checking.check import threshold

    front = page.front
    return {
        "name": page.name,
        "catalogue": front.get("catalogue"),
        "severity": front.get("severity"),
        "title": {"en": page.title, "zh": page.text("title", "zh")},
        "basis": front.get("basis", []),
        "parameters": {name: threshold(said) for name, said in front.get("parameters", {}).items()},
        "from": str(front["from"]) if "from" in front else None,
        "to": str(front["to"]) if "to" in front else None,
    }
