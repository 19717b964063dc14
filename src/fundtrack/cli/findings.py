"""Commands on findings: `finding list`, `show`, `confirm`, `dismiss`, `close`, `reopen`, `side`, `paper`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fundtrack import money
from fundtrack.cli import show as printed
from fundtrack.cli.options import (
    BookOption,
    DocumentOption,
    FormatOption,
    LanguageOption,
    PersonOption,
    ReasonOption,
    SideOption,
    opened,
    person,
    spoken,
)
from fundtrack.errors import Language, UsageError, message, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fundtrack.auditing.acts import Act, Grounds
    from fundtrack.auditing.sides import Side
    from fundtrack.auditing.standing import Known
    from fundtrack.book import Book

finding = typer.Typer(help="疑点与问题 Findings on record, and what was decided about them.", no_args_is_help=True)

NumberArgument = Annotated[int, typer.Argument(help="The number of a finding. 疑点编号")]
PAGES = (".html", ".htm")
STATES = ("lead", "confirmed", "dismissed", "closed", "waived")
COLUMNS = (
    "finding", "state", "severity", "check", "voucher", "place", "fund", "use", "project", "amount", "first_seen",
    "last_seen", "found",
)  # fmt: skip
SHOWN = (
    "check", "severity", "state", "side", "message", "remedy", "basis", "date", "voucher", "fund", "use", "project",
    "amount", "arithmetic", "parameters", "evidence", "entry", "file", "sheet", "row", "sha256", "original", "cells",
    "page", "page_sha256",
)  # fmt: skip
SIGHTING_COLUMNS = ("audit", "when", "who", "acting_side", "amount", "arithmetic", "page_sha256")
ACT_COLUMNS = ("act", "when", "who", "acting_side", "reason", "document", "remedied", "waiver", "entry")
SIDE_COLUMNS = ("who", "acting_side", "when", "recorded_by", "reason")


@finding.command("list")
def list_(
    state: Annotated[list[str] | None, typer.Option(help="Only in this state; may be repeated. 仅此状态")] = None,
    check: Annotated[list[str] | None, typer.Option(help="Only of this check; may be repeated. 仅此检查")] = None,
    fund: Annotated[list[str] | None, typer.Option(help="Only of this fund; may be repeated. 仅此资金")] = None,
    form: FormatOption = "table",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """列出疑点与问题 List the findings on record with their state today."""
    from fundtrack.auditing.standing import listed, seen_checks
    from fundtrack.pages import names

    if unknown := sorted(set(state or ()) - set(STATES)):
        raise UsageError("finding-state", name=unknown[0], known=", ".join(STATES))
    the_book = opened(book)
    known = {*names("checks")} | {page.stem for page in (the_book.folder / "checks").glob("*.md")}
    language = spoken(lang, the_book)
    with the_book.reading() as connection:
        known |= seen_checks(connection)
        for name in check or ():
            if name not in known:
                raise UsageError("check-unknown", name=name, known=nearest(name, sorted(known)))
        rows = listed(connection, states=state or (), checks=check or (), funds=fund or ())
    records = [list_record(row, language) for row in rows]
    if form == "table":
        records = [in_words(one, language) for one in records]
    printed.rows(records, form, language, COLUMNS if form == "table" else (*COLUMNS, "message"))


def in_words(record: dict[str, Any], language: Language) -> dict[str, Any]:
    """Return a finding of the list as people read it: its state in words, days instead of moments."""
    days = {name: record[name][:10] for name in ("first_seen", "last_seen")}
    found = message("found-yes" if record["found"] else "found-no", language)
    amount = money.parse(record["amount"]) if record["amount"] else 0
    said = days | {"found": found, "amount": money.grouped(amount) if amount else ""}
    return printed.in_words(record, language, state="state", severity="severity") | said


def list_record(row: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """Return a finding as the machine-readable object of `finding list --format json`."""
    said = ("finding", "fingerprint", "state", "severity", "date", "fund", "use", "project", "first_seen", "last_seen")
    return {
        **{name: row[name] for name in said},
        "check": row["page"],
        "voucher": row["voucher_number"] or None,
        "place": place_of(row, language),
        "amount": money.plain(row["amount"], row["scale"]),
        "found": bool(row["found"]),
        "waiver": row["covered"] or None,
        "message": row["messages"][language],
    }


def place_of(row: Mapping[str, Any], language: Language) -> str:
    """Return where a finding without a voucher stands: an import by its file and number, or the entry of a register."""
    if not row["entry"].startswith("batch "):
        return row["entry"] if not row["voucher_number"] else ""
    batch = message("place-batch", language)
    return f"{row['imported']} · {batch} {row['entry'].removeprefix('batch ')}"


@finding.command("show")
def show_finding(
    number: NumberArgument, form: FormatOption = "table", book: BookOption = None, lang: LanguageOption = None
) -> None:
    """查看一项疑点 Show a finding, down to the row it came from: arithmetic, evidence, page, who decided what."""
    from fundtrack.auditing.standing import known

    the_book = opened(book)
    language = spoken(lang, the_book)
    with the_book.reading() as connection:
        found = known(connection, number)
    record = finding_record(the_book, found, language)
    if form == "json":
        printed.as_json(record)
    elif form == "csv":
        printed.rows([record], form, language, ("finding", *SHOWN))
    else:
        print_finding(the_book, record, found, language)


def finding_record(book: Book, found: Known, language: Language) -> dict[str, Any]:
    """Return everything that is known of a finding as the machine-readable object of `finding show --format json`."""
    from fundtrack.auditing.sources import original_of, page_of

    row = found.row
    page, original = page_of(book, row["page"]), original_of(book, row["sha256"])
    latest = found.latest
    return list_record(row, language) | {
        "side": row["side"],
        "remedy": row["remedies"][language],
        "basis": row["basis"],
        "parameters": row["parameters"],
        "evidence": row["evidence"],
        "entry": row["entry"] or None,
        **{name: latest[name] for name in ("actual", "expected", "difference")},
        "arithmetic": compared(latest),
        **{name: row[name] or None for name in ("file", "sheet", "row", "sha256")},
        "original": str(original) if original else None,
        "cells": found.cells or None,
        "page": str(page.path) if page else None,
        "page_sha256": latest["page_sha256"],
        "page_unchanged": page is not None and page.digest == latest["page_sha256"],
        "page_text": page.source if page else None,
        "sightings": [sighting_record(one, row["scale"]) for one in found.sightings],
        "acts": [act_record(one) for one in found.acts],
    }


def compared(latest: Mapping[str, Any]) -> str:
    """Return what was compared, as one line of arithmetic; empty where nothing was."""
    if latest["difference"]:
        return f"{latest['actual']} − {latest['expected']} = {latest['difference']}"
    return " / ".join(filter(None, (latest["actual"], latest["expected"])))


def sighting_record(one: Mapping[str, Any], scale: int) -> dict[str, Any]:
    """Return that a run saw a finding."""
    return {
        "audit": one["audit"],
        "when": one["audited_at"],
        "who": one["audited_by"],
        "side": one["side"],
        "amount": None if one["amount"] is None else money.plain(one["amount"], scale),
        "arithmetic": compared(one),
        "page_sha256": one["page_sha256"],
    }


def act_record(one: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was decided about a finding."""
    said = {name: one[name] for name in ("act", "side", "reason", "document")}
    return said | {
        "when": one["acted_at"],
        "who": one["acted_by"],
        "remedy": one["remedy_number"] or None,
        "waiver": one["waiver"] or None,
        "entry": one["entry"] or None,
    }


def print_finding(book: Book, record: dict[str, Any], found: Known, language: Language) -> None:
    """Print a finding for people: one thing a line, then the runs that saw it and what was decided."""
    from fundtrack.auditing.sources import page_of
    from fundtrack.checking.figures import arithmetic, compared_in, thresholds

    page, row = page_of(book, found.row["page"]), found.row
    front = page.front if page else {}
    counted = compared_in(front, row["unit"])
    words = record | {
        "state": message(f"state-{record['state']}", language),
        "severity": message(f"severity-{record['severity']}", language),
        "side": message(f"side-{record['side']}", language),
        "basis": "；".join(record["basis"]),
        "arithmetic": arithmetic(found.latest, counted, row["unit"], language),
        "parameters": ("; " if language == "en" else "；").join(thresholds(front, row["parameters"], language)),
        "amount": f"{money.grouped(row['amount'], row['scale'])} {row['unit']}" if row["amount"] else "",
    }
    lines = [(message(f"head-{name}", language), str(words[name])) for name in SHOWN if words[name]]
    wide = max(printed.width(head) for head, _ in lines)
    for head, word in lines:
        printed.say(f"{head}{' ' * (wide - printed.width(head))}  {word}")
    if not record["page_unchanged"]:
        printed.say_message("finding-page-changed", language, page=found.row["page"], sha256=record["page_sha256"])
    if not record["found"]:
        printed.say_message("finding-gone", language, audit=found.latest["audit"])
    if record["waiver"]:
        printed.say_message("finding-waived", language, waiver=record["waiver"])
    for key, name, columns in (("finding-seen", "sightings", SIGHTING_COLUMNS), ("finding-acts", "acts", ACT_COLUMNS)):
        if rows := record[name]:
            printed.say()
            printed.say_message(key, language)
            said = [
                one | {"acting_side": message(f"side-{one['side']}", language), "remedied": one.get("remedy")}
                for one in rows
            ]
            if name == "sightings":
                said = [
                    one | {"arithmetic": arithmetic(seen, counted, row["unit"], language)}
                    for one, seen in zip(said, found.sightings, strict=True)
                ]
            said = [one | ({"act": message(f"act-{one['act']}", language)} if "act" in one else {}) for one in said]
            printed.rows(said, "table", language, columns)


@finding.command()
def confirm(
    number: NumberArgument,
    *,
    reason: ReasonOption = "",
    document: DocumentOption = "",
    side: SideOption = None,
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """确认为问题 Confirm that a lead is a fault."""
    from fundtrack.auditing.acts import Grounds

    _decide(number, "confirm", Grounds(reason, document), by=by, side=side, book=opened(book), lang=lang)


@finding.command()
def dismiss(
    number: NumberArgument,
    *,
    reason: ReasonOption = "",
    document: DocumentOption = "",
    side: SideOption = None,
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """排除疑点 Dismiss a lead that is no fault, by the document that shows it."""
    from fundtrack.auditing.acts import Grounds

    _decide(number, "dismiss", Grounds(reason, document), by=by, side=side, book=opened(book), lang=lang)


@finding.command()
def close(
    number: NumberArgument,
    *,
    remedy: Annotated[str, typer.Option(help="The voucher that puts it right. 整改凭证号")] = "",
    waiver: Annotated[int | None, typer.Option(help="The number of a waiver in force. 例外审批编号")] = None,
    entry: Annotated[
        str | None, typer.Option(metavar="'NAME SEQ'", help="The register entry that puts it right. 整改登记条目")
    ] = None,
    reason: ReasonOption = "",
    document: DocumentOption = "",
    side: SideOption = None,
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """整改销号 Close a confirmed finding: by what puts it right, a voucher or register entry, or by a waiver."""
    from fundtrack.auditing.acts import Grounds
    from fundtrack.posting.standing import find_voucher

    the_book = opened(book)
    voucher = None
    if remedy:
        with the_book.reading() as connection:
            voucher = find_voucher(connection, remedy).id
    grounds = Grounds(reason, document, voucher, waiver, entry)
    _decide(number, "close", grounds, by=by, side=side, book=the_book, lang=lang)


@finding.command()
def reopen(
    number: NumberArgument,
    *,
    reason: ReasonOption = "",
    document: DocumentOption = "",
    side: SideOption = None,
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """重新打开 Open a dismissed or closed finding again; either side may."""
    from fundtrack.auditing.acts import Grounds

    _decide(number, "reopen", Grounds(reason, document), by=by, side=side, book=opened(book), lang=lang)


@finding.command("side")
def side_of_person(
    who: Annotated[str, typer.Argument(metavar="[NAME]", help="Whose; without one all are listed. 姓名")] = "",
    *,
    side: SideOption = None,
    reason: ReasonOption = "",
    by: PersonOption = None,
    form: FormatOption = "table",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """更正所代表的一方 Who acts for whom; with --side and --reason somebody else corrects it."""
    from fundtrack.auditing.sides import correct_side, sides

    the_book = opened(book)
    language = spoken(lang, the_book)
    if who and side:
        correct_side(the_book, who, side, reason=reason, by=person(by))
        printed.say_message("side-recorded", language, who=who, side=message(f"side-{side}", language))
        return
    with the_book.reading() as connection:
        found = [one for one in sides(connection) if who in {"", one["name"]}]
    said = [
        one | {"who": one["name"], "when": one["since"], "acting_side": message(f"side-{one['side']}", language)}
        for one in found
    ]
    printed.rows(found if form == "json" else said, form, language, SIDE_COLUMNS)


@finding.command("paper")
def draft_paper(
    number: NumberArgument,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE.html", help="Where to write it. 输出文件")],
    audit: Annotated[str, typer.Option(help="The name of the audit. 审计项目名称")] = "",
    unit: Annotated[str, typer.Option(help="Who is audited; by default the book's title. 被审计单位")] = "",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """草拟审计取证单 Draft the audit evidence form of a finding as HTML, in Chinese unless --lang says otherwise."""
    from fundtrack.auditing.paper import paper
    from fundtrack.auditing.standing import known
    from fundtrack.reporting.audits.file import draft

    if output.suffix.lower() not in PAGES:
        raise UsageError("export-suffix", path=output, suffixes=", ".join(PAGES))
    the_book = opened(book)
    with the_book.reading() as connection:
        found = known(connection, number)
    with draft(output) as place:
        place(paper(the_book, found, lang or "zh", project=audit, unit=unit).encode())
    printed.say_message("paper-written", spoken(lang, the_book), path=output)


def _decide(
    number: int, act: Act, grounds: Grounds, *, by: str | None, side: Side | None, book: Book, lang: Language | None
) -> None:
    from fundtrack.auditing.acts import decide
    from fundtrack.auditing.sides import side_of
    from fundtrack.cli import prompts

    who, language = person(by), spoken(lang, book)
    if side is None:
        with book.reading() as connection:
            side = side_of(connection, who)
    side = side or prompts.side_of(who, language)
    decide(book, number, act, grounds, by=who, side=side)
    printed.say_message("acted", language, number=number, act=message(f"act-{act}", language), who=who)
