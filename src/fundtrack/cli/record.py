"""Commands that look things up in the record: `show` a voucher, list `refusals`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fundtrack import money
from fundtrack.cli import show as printed
from fundtrack.cli.options import BookOption, FormatOption, LanguageOption, LedgerOption, opened, spoken
from fundtrack.cli.vouchers import NumberArgument
from fundtrack.errors import message, messages
from fundtrack.identifier import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart
    from fundtrack.errors import Language
    from fundtrack.posting.refusal import Refusal
    from fundtrack.posting.standing import Standing

ENTRY_COLUMNS = ("line", "debit", "credit", "amount", "unit")
CORRECTED_COLUMNS = ("column_name", "field", "old", "new", "reason", "corrected_at", "corrected_by", "approved_by")
REFUSAL_COLUMNS = ("seq", "when", "who", "date", "kind", "fund", "payee", "amount", "checks")


def show(
    number: NumberArgument,
    path: Annotated[Path | None, typer.Argument(help="A published ledger, as --ledger. 已发布的账簿")] = None,
    *,
    form: FormatOption = "table",
    ledger: LedgerOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """查看凭证 Show a voucher: what it says, where it came from, who recorded it, what became of it."""
    from fundtrack.posting.standing import find_voucher

    the_book = opened(book, ledger or path)
    language = spoken(lang, the_book)
    with the_book.reading() as connection:
        found = find_voucher(connection, number)
        record = voucher_record(connection, found, the_book.chart(connection), language)
    if form == "json":
        printed.as_json(_plain(record))
    elif form == "csv":
        rows = [_plain(record | entry) for entry in record["entries"]]
        printed.rows(rows, form, language, ("voucher", *ENTRY_COLUMNS))
    else:
        print_voucher(record, language)


def voucher_record(connection: Connection, found: Standing, chart: Chart, language: Language) -> dict[str, Any]:
    """Return a voucher, amounts in fen; accounts in the language, references as the numbers of vouchers."""
    from fundtrack.book.aliases import rests
    from fundtrack.book.corrections import of_voucher
    from fundtrack.checking.book import vouchers_of
    from fundtrack.posting.standing import citing, voucher_of

    named = {(account.fund, account.code): account.written(language, chart) for account in chart.accounts.values()}
    follows = {name: getattr(found, name) for name in ("reverses", "cites")}
    source, rest = vouchers_of(connection)(found.id, ""), rests(connection, found.id)
    entries = [
        {
            "line": line,
            "debit": named[entry.debit],
            "credit": named[entry.credit],
            "amount": -entry.amount if entry.red else entry.amount,
            "unit": entry.unit,
        }
        for line, entry in enumerate(found.entries, 1)
    ]
    said = ("kind", "fund", "payee", "narration", "project", "document", "bank", "bank_ref")
    return {
        "voucher": found.number,
        "date": found.date.isoformat(),
        **{name: getattr(found, name) for name in said},
        **{name: shown(getattr(found, name)) for name in ("payee_id", "payee_account")},
        "contract": found.contract,
        "amount": moved(found),
        **{name: voucher_of(connection, at).number if at else "" for name, at in follows.items()},
        "cited_by": [citer.number for citer in citing(connection, found)],
        "link": "" if found.link == found.id else voucher_of(connection, found.link).number,
        "reversed_by": found.reversed_by,
        **{name: getattr(source, name) for name in ("file", "sheet", "row")},
        "fund_basis": message(f"basis-{rest.how}{'-alias' * bool(rest.alias)}", language, **rest._asdict())
        if rest
        else "",
        "corrected": [
            {name: getattr(one, name) for name in CORRECTED_COLUMNS} for one in of_voucher(connection, found.id)
        ],
        "prepared_by": found.prepared_by,
        "approved_by": found.approved_by,
        "recorded_at": found.recorded_at,
        "chart": found.chart,
        "entries": entries,
    }


def moved(found: Standing) -> int:
    """Return what a voucher is about, in fen; a trial balance comes to nothing, and is about its black entries."""
    if found.kind == "opening":
        found = replace(found, entries=tuple(entry for entry in found.entries if not entry.red) or found.entries)
    return found.amount


def print_voucher(record: dict[str, Any], language: Language) -> None:
    """Print a voucher for people: what is said, one thing a line, then the entries."""
    words = _grouped(record, language) | {"cited_by": ", ".join(record["cited_by"]), "corrected": ""}
    lines = [
        (message(f"head-{name}", language), str(word)) for name, word in words.items() if word and name != "entries"
    ]
    lines += [(message("head-corrected", language), _correction(one, language)) for one in record["corrected"]]
    wide = max(printed.width(head) for head, _ in lines)
    for head, word in lines:
        printed.say(f"{head}{' ' * (wide - printed.width(head))}  {word}")
    printed.say()
    printed.rows([_grouped(entry, language) for entry in record["entries"]], "table", language, ENTRY_COLUMNS)


def _correction(one: Mapping[str, str], language: Language) -> str:
    """Return in words what a cell of the row should have said, who said so, and who approved it."""
    key = "voucher-corrected" if one["approved_by"] else "voucher-corrected-alone"
    return message(key, language, **{**one, "old": one["old"] or "–"})


def refusals(form: FormatOption = "table", book: BookOption = None, lang: LanguageOption = None) -> None:
    """不予入账记录 List what the checks refused at posting, to whom and why; the latest first."""
    from fundtrack.posting.refusal import refusals as kept

    the_book = opened(book)
    language = spoken(lang, the_book)
    with the_book.reading() as connection:
        found = [refusal_record(one, language) for one in kept(connection)]
    if form == "json":
        printed.as_json([one | {"vouchers": list(map(_plain, one["vouchers"]))} for one in found])
    elif form == "csv":
        rows = [_plain({**one, **voucher}) for one in found for voucher in one["vouchers"]]
        printed.rows(rows, form, language, REFUSAL_COLUMNS)
    else:
        for one in found:
            print_refusal(one, language)


def print_refusal(record: dict[str, Any], language: Language) -> None:
    """Print a refusal for people: when and to whom, each voucher it would have been, and each reason."""
    printed.say(f"{record['seq']}  {record['when']}  {record['who']}")
    for voucher in record["vouchers"]:
        words = _grouped(voucher, language)
        said = (str(words[name]) for name in ("date", "kind", "fund", "payee", "amount"))
        printed.say(f"   {'  '.join(filter(None, said))}")
    for reason in record["reasons"]:
        printed.say(f"   {reason['check']}: {reason['message']}")


def refusal_record(one: Refusal, language: Language) -> dict[str, Any]:
    """Return a refusal, amounts in fen: the vouchers it would have been, and why not."""
    return {
        "seq": one.seq,
        "when": one.refused_at,
        "who": one.refused_to,
        "checks": [reason["check"] for reason in one.reasons],
        "reasons": [
            {"check": why["check"], "message": why[f"message-{language}"], "remedy": why[f"remedy-{language}"]}
            for why in one.reasons
        ],
        "vouchers": [
            {**draft, "amount": sum(entry["amount"] * (1 - 2 * entry["red"]) for entry in draft["entries"])}
            for draft in one.drafts
        ],
    }


def _plain(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record for a machine: amounts as decimal strings, those of its entries too."""
    entries = {"entries": [_plain(entry) for entry in record["entries"]]} if "entries" in record else {}
    return {**record, "amount": money.plain(record["amount"]), **entries}


def _grouped(record: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """Return a record for people: its amount in groups, its kind in words."""
    known = f"kind-{record.get('kind')}"
    kind = {"kind": message(known, language)} if known in messages() else {}
    return {**record, "amount": money.grouped(record["amount"]), **kind}
