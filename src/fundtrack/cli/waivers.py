"""Commands on waivers: `waiver grant`, `revoke`, `list`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from fundtrack.cli import show
from fundtrack.cli.options import (
    BookOption,
    DocumentOption,
    FormatOption,
    LanguageOption,
    PersonOption,
    ReasonOption,
    day,
    opened,
    person,
    spoken,
)
from fundtrack.errors import Language, UsageError, message, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

waiver = typer.Typer(help="例外审批 Dated exceptions by an authority.", no_args_is_help=True)

COLUMNS = (
    "waiver", "state", "check", "scope", "valid", "document", "in_register", "document_level", "document_date",
    "asked_by", "approver", "granted_by", "reason",
)  # fmt: skip
SCOPE = ("fund", "use", "project", "voucher", "finding")


@waiver.command("grant")
def grant_waiver(
    *,
    check: Annotated[str, typer.Option(help="The check it is an exception to. 检查名称")],
    begins: Annotated[dt.date, typer.Option("--from", parser=day, metavar="DATE", help="Its first day. 起始日")],
    ends: Annotated[dt.date, typer.Option("--to", parser=day, metavar="DATE", help="Its last day. 截止日")],
    document_date: Annotated[
        dt.date | None,
        typer.Option(parser=day, metavar="DATE", help="When decided; by default as registered. 批准日期"),
    ] = None,
    level: Annotated[
        Literal["county", "city", "region", "central"] | None,
        typer.Option(help="The level of who decided; by default as registered. 批准机关级次"),
    ] = None,
    fund: Annotated[str, typer.Option(help="Only this fund. 仅此资金")] = "",
    use: Annotated[str, typer.Option(help="Only this use: 0601, or F01-0601. 仅此用途")] = "",
    project: Annotated[str, typer.Option(help="Only this project. 仅此项目")] = "",
    voucher: Annotated[str, typer.Option(help="Only this voucher. 仅此凭证")] = "",
    finding: Annotated[int | None, typer.Option(help="Only this finding. 仅此疑点")] = None,
    document: DocumentOption = "",
    reason: ReasonOption = "",
    asked_by: Annotated[str, typer.Option(help="Who asked for it. 申请人")] = "",
    approved_by: Annotated[str, typer.Option(help="Who approved it: somebody else. 批准人")] = "",
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """登记例外审批 Record a waiver: what an authority permits, by which document, until when."""
    from fundtrack.auditing.waivers import Decision, Scope, grant, waivers
    from fundtrack.checking import checks
    from fundtrack.posting.standing import find_voucher

    the_book = opened(book)
    with the_book.reading() as connection:
        chart = the_book.chart(connection)
        fund, use = scope_of(fund, use, set(chart.funds))
        of = find_voucher(connection, voucher).id if voucher else None
    number = grant(
        the_book,
        checks(the_book.folder / "checks"),
        check,
        Scope(fund, use, project, of, finding),
        valid=(begins, ends),
        decision=Decision(document, level, document_date, reason, asked_by, approved_by),
        by=person(by),
    )
    language = spoken(lang, the_book)
    show.say_message("waiver-granted", language, number=number)
    with the_book.reading() as connection:
        (granted,) = (one for one in waivers(connection) if one["waiver"] == number)
    if not granted["registered"]:
        show.say_message("waiver-unregistered", language, document=granted["document"])


def scope_of(fund: str, use: str, known: set[str]) -> tuple[str, str]:
    """Return the codes of a fund and a use; `F01-0601` names both. Raises UsageError (`waiver-no-fund`)."""
    of, _, code = use.replace(":", "-").rpartition("-")
    if of and fund and of != fund:
        raise UsageError("waiver-two-funds", fund=fund, use=use)
    if (fund := of or fund) and fund not in known:
        raise UsageError("waiver-no-fund", fund=fund, known=nearest(fund, known))
    return fund, code


@waiver.command("revoke")
def revoke_waiver(
    number: Annotated[int, typer.Argument(help="The number of a waiver. 例外审批编号")],
    reason: ReasonOption = "",
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """撤销例外审批 Revoke a waiver: what it covered stands open again."""
    from fundtrack.auditing.waivers import revoke

    the_book = opened(book)
    revoke(the_book, number, by=person(by), reason=reason)
    show.say_message("waiver-is-revoked", spoken(lang, the_book), number=number)


@waiver.command("list")
def list_waivers(form: FormatOption = "table", book: BookOption = None, lang: LanguageOption = None) -> None:
    """列出例外审批 List the waivers: in force, to come, expired, revoked."""
    from fundtrack.auditing.waivers import waivers

    the_book = opened(book)
    language = spoken(lang, the_book)
    with the_book.reading() as connection:
        records = [waiver_record(row) for row in waivers(connection)]
    if form != "json":
        records = [for_people(one, language, form == "table") for one in records]
    show.rows(records, form, language, COLUMNS)


def waiver_record(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a waiver as the machine-readable object of `waiver list --format json`."""
    named = {name: row[name] or None for name in SCOPE} | {"voucher": row["voucher_number"] or None}
    said = ("valid_from", "valid_to", "document", "document_level", "document_date", "reason", "asked_by",
            "approved_by", "granted_by", "granted_at")  # fmt: skip
    gone = {name: row[name] or None for name in ("revoked_at", "revoked_by", "revoked_reason")}
    return {"waiver": row["waiver"], "state": row["state"], "check": row["page"], **named,
            **{name: row[name] for name in said}, "registered": bool(row["registered"]), **gone}  # fmt: skip


def for_people(record: dict[str, Any], language: Language, in_words: bool) -> dict[str, Any]:
    """Return a waiver with its scope and its dates in one word each."""
    heads = {name: message("form-lead" if name == "finding" else f"head-{name}", language) for name in SCOPE}
    scope = " ".join(f"{heads[name]} {record[name]}" for name in SCOPE if record[name])
    said = {
        "scope": scope,
        "valid": f"{record['valid_from']}/{record['valid_to']}",
        "in_register": record["registered"],
        "approver": record["approved_by"],
    }
    if in_words:
        registered = message(f"found-{'yes' if record['registered'] else 'no'}", language)
        level = message(f"level-{record['document_level']}", language)
        state = message(f"state-{record['state']}", language)
        said |= {"state": state, "in_register": registered, "document_level": level}
    return record | said
