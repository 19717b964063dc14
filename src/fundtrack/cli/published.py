"""A voucher as a published ledger tells of it, for whoever has the ledger alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fundtrack.cli import show as printed
from fundtrack.errors import UsageError, message, messages
from fundtrack.identifier import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fundtrack.beantext.directives import Directive, Transaction
    from fundtrack.cli.options import Format
    from fundtrack.errors import Language

SAID: Final = {
    "project": "project", "document": "doc", "bank": "bank", "bank_ref": "bank-ref", "payee_id": "payee-id",
    "payee_account": "payee-account", "contract": "contract", "reverses": "reverses", "cites": "cites",
    "file": "source", "sheet": "sheet", "row": "row", "prepared_by": "prepared-by", "approved_by": "approved-by",
    "recorded_at": "recorded-at", "chart": "chart",
}  # fmt: skip
"""What a voucher says, by the metadata in which a ledger says it."""

POSTING_COLUMNS: Final = ("line", "account", "amount", "unit")


def show_published(number: str, path: Path, form: Format, language: Language) -> None:
    """Print a voucher of a ledger. Raises UsageError (`voucher-not-in-ledger`) and what `ledger_source` does."""
    from fundtrack.beantext.directives import Transaction
    from fundtrack.checking.source import ledger_source

    entries = [*ledger_source(path).entries]
    paid = (one for one in entries if isinstance(one, Transaction))
    found = next((one for one in paid if one.meta.get("voucher") == number), None)
    if found is None:
        raise UsageError("voucher-not-in-ledger", number=number, path=path)
    record = voucher_record(found, number) | {"fund_basis": _rests(found, entries, language)}
    if form == "json":
        printed.as_json(record)
    elif form == "csv":
        printed.rows([record | one for one in record["postings"]], form, language, ("voucher", *POSTING_COLUMNS))
    else:
        print_voucher(record, language)


def _rests(voucher: Transaction, entries: Iterable[Directive], language: Language) -> str:
    """Return on what the fund of a voucher rests, as its ledger tells; nothing where it tells nothing."""
    from fundtrack.beantext.directives import Custom
    from fundtrack.book.aliases import Alias, Basis
    from fundtrack.ledger.aliases import FORMS, read_one

    if "fund-basis" not in voucher.meta:
        return ""
    said = [read_one(one) for one in entries if isinstance(one, Custom) and one.type in FORMS]
    number = int(voucher.meta["fund-basis"])
    basis = next((one for one in said if isinstance(one, Basis) and one.fund_basis == number), None)
    if basis is None:
        return str(number)
    alias = next((one for one in said if isinstance(one, Alias) and one.alias == basis.alias), None)
    people = {"said": alias.said_by, "confirmed": alias.decided_by} if alias else {"confirmed": basis.confirmed_by}
    key = f"basis-{basis.how}{'-alias' if basis.alias else ''}"
    return message(key, language, **(basis._asdict() | {"said": "–"} | people))


def voucher_record(entry: Transaction, number: str) -> dict[str, Any]:
    """Return what a ledger says of a voucher; numbers of persons masked."""
    said = {name: str(entry.meta.get(key, "")) for name, key in SAID.items()}
    said |= {name: shown(said[name]) for name in ("payee_id", "payee_account")}
    postings = [
        {"line": line, "account": leg.account, "amount": str(leg.units.number), "unit": leg.units.currency}
        for line, leg in enumerate(entry.postings, 1)
        if leg.units is not None
    ]
    return {
        "voucher": number,
        "date": entry.date.isoformat(),
        "kind": min(entry.tags or (), default=""),
        "payee": entry.payee or "",
        "narration": entry.narration or "",
        **said,
        "journal": f"{Path(str(entry.meta['filename'])).name}:{entry.meta['lineno']}",
        "postings": postings,
    }


def print_voucher(record: dict[str, Any], language: Language) -> None:
    """Print it for people: what is said, one thing a line, then the postings."""
    known = f"kind-{record['kind']}"
    words = record | ({"kind": message(known, language)} if known in messages() else {})
    lines = [
        (message(f"head-{name}", language), str(said)) for name, said in words.items() if said and name != "postings"
    ]
    wide = max(printed.width(head) for head, _ in lines)
    for head, word in lines:
        printed.say(f"{head}{' ' * (wide - printed.width(head))}  {word}")
    printed.say()
    printed.rows(record["postings"], "table", language, POSTING_COLUMNS)
