"""Commands that check and explain: `check`, `explain`, `checks`."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from fundtrack.cli import show
from fundtrack.cli.options import (
    BookOption,
    Format,
    FormatOption,
    LanguageOption,
    PersonOption,
    SideOption,
    local_folder,
    opened,
    person,
    spoken,
)
from fundtrack.errors import BookError, Language, UsageError, message

if TYPE_CHECKING:
    from fundtrack.auditing.record import Recorded, Side
    from fundtrack.book import Book
    from fundtrack.checking.audit import Audit
    from fundtrack.pages import Page

FailOn = Literal["fatal", "error", "warn"]
SEVERITIES = ("fatal", "error", "warn")
SHOWN = 10
"""How many numbers of findings are printed in one line."""

FINDING_COLUMNS = ("severity", "check", "file", "line", "row", "voucher", "fund", "use", "amount", "message")


def check(
    path: Annotated[Path | None, typer.Argument(help="A Beancount ledger; without one the book. 账簿文件")] = None,
    *,
    only: Annotated[list[str] | None, typer.Option(help="Only this check; may be repeated. 仅此检查")] = None,
    fail_on: Annotated[FailOn, typer.Option(help="Findings from here on end with exit code 1. 失败级别")] = "error",
    fund_pattern: Annotated[str, typer.Option(help="A regular expression that finds funds in accounts. 资金代码")] = "",
    no_record: Annotated[bool, typer.Option("--no-record", help="Only look. 只查看，不留记录")] = False,
    side: SideOption = "bureau",
    by: PersonOption = None,
    form: FormatOption = "table",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """检查账套或任意账簿 Check the book, or any Beancount ledger without running what it names."""
    from fundtrack.checking.audit import audit_book, audit_ledger

    recorded: Recorded | str = ""
    if path:
        language = spoken(lang)
        audit = audit_ledger(
            path, only=only or (), fund_pattern=fund_pattern, pages=local_folder(book, "checks", search=False)
        )
    else:
        the_book = opened(book)
        language = spoken(lang, the_book)
        audit = audit_book(the_book, only=only or ())
        audit, recorded = kept(the_book, audit, by, side, wanted=not no_record)
    print_audit(audit, form, language, recorded)
    failing = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    if any(finding.severity in failing for finding in audit.findings if finding.is_open):
        raise typer.Exit(1)


def kept(book: Book, audit: Audit, by: str | None, side: Side, *, wanted: bool) -> tuple[Audit, Recorded | str]:
    """Record an audit where that is wanted; return it with what is on record of its findings, and what was added.

    Where the record cannot be written, by an auditor who may only read for example, why not is returned instead.
    """
    from fundtrack.auditing.record import record
    from fundtrack.auditing.standing import settled
    from fundtrack.checking import checks

    pages = checks(book.folder / "checks")
    recorded: Recorded | str = ""
    if wanted:
        try:
            recorded = record(book, audit, pages, by=person(by), side=side)
        except (BookError, UsageError) as error:
            if error.key == "other-side":
                raise
            recorded = str(error.details.get("cause", error))
    with book.reading() as connection:
        return replace(audit, findings=settled(connection, audit.findings, pages)), recorded


def print_audit(audit: Audit, form: Format, language: Language, recorded: Recorded | str = "") -> None:
    """Print what an audit found and what it looked at, and what was added to the record."""
    if form == "json":
        show.as_json(audit.record(language) | {"recorded": None if isinstance(recorded, str) else recorded.record()})
        if isinstance(recorded, str) and recorded:
            show.say(message("check-not-recorded", language, cause=recorded), error=True)
    elif form == "csv":
        show.rows([finding.record(language) for finding in audit.findings], form, language, FINDING_COLUMNS)
    else:
        show.findings(audit.findings, language)
        for one in audit.not_run:
            show.say_message("check-not-run", language, name=one.check, why=one.why[language])
        show.say_message("check-summary", language, findings=len(audit.findings), checks=len(audit.checks_run),
                         vouchers=audit.vouchers)  # fmt: skip
        print_recorded(audit, language, recorded)


def print_recorded(audit: Audit, language: Language, recorded: Recorded | str) -> None:
    """Print which of the findings are settled, and what is new on record."""
    settled = Counter(finding.state for finding in audit.findings if not finding.is_open)
    if settled:
        states = ", ".join(f"{message(f'state-{state}', language)} {count}" for state, count in settled.items())
        show.say_message("check-settled", language, count=settled.total(), states=states)
    if isinstance(recorded, str):
        if recorded:
            show.say_message("check-not-recorded", language, cause=recorded)
        return
    for name, numbers in (("new", recorded.new), ("gone", recorded.gone), ("reopened", recorded.reopened)):
        if numbers:
            some = ", ".join(map(str, numbers[:SHOWN])) + (" …" if len(numbers) > SHOWN else "")
            show.say_message(f"check-{name}", language, count=len(numbers), numbers=some)


def explain(
    name: Annotated[str, typer.Argument(help="A check, importer or report. 检查、导入格式或报表的名称")],
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """解释一项检查、格式或报表 Print a page: what it says, why, what to do, on what basis, and its definition."""
    from fundtrack.pages import Kind, catalogue

    kinds: tuple[Kind, ...] = ("checks", "importers", "reports")
    local = {kind: local_folder(book, kind) for kind in kinds}
    pages = {name: page for kind in kinds for name, page in catalogue(kind, local=local[kind]).items()}
    if name not in pages:
        raise UsageError("explain-unknown", name=name, known=", ".join(sorted(pages)))
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
    for key in ("catalogue", "severity", "from", "to", "parameters"):
        if key in front:
            show.say(f"{key}: {front[key]}")
    show.say(f"{page.path}  sha256 {page.digest}\n")
    show.say(page.definition.text.rstrip())


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
    front = page.front
    return {
        "name": page.name,
        "catalogue": front.get("catalogue"),
        "severity": front.get("severity"),
        "title": {"en": page.title, "zh": page.text("title", "zh")},
        "basis": front.get("basis", []),
        "parameters": front.get("parameters", {}),
        "from": str(front["from"]) if "from" in front else None,
        "to": str(front["to"]) if "to" in front else None,
    }
