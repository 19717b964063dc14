"""The reconciliation statement as a table of the bureau's form, and as what a program reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fundtrack import money
from fundtrack.errors import message
from fundtrack.reporting.reconciliation import PARTS
from fundtrack.reporting.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from fundtrack.errors import Language
    from fundtrack.reporting.openitems import Open
    from fundtrack.reporting.reconciliation import Reconciliation
    from fundtrack.reporting.table import Cell, Holds

COLUMNS: Final[tuple[tuple[str, Holds], ...]] = (
    ("row", "text"), ("item", "text"), ("date", "date"), ("ref", "text"), ("party", "text"), ("amount", "amount"),
    ("age", "number"), ("reason", "text"),
)  # fmt: skip

RETURN: Final = "return-payment"
"""The command that enters what the bank gave back."""


def columns() -> tuple[Column, ...]:
    """Return the columns, headed in both languages."""
    return tuple(
        Column(name, message(f"reconcile-column-{name}", "en"), message(f"reconcile-column-{name}", "zh"), kind)
        for name, kind in COLUMNS
    )


def table_of(found: Reconciliation, language: Language) -> Table:
    """Return the statement: from the book's balance to the one it should be, from the bank's, and what is between."""
    rows: list[tuple[Cell, ...]] = []
    for side, parts in (("book", ("bank-in", "bank-out")), ("bank", ("book-in", "book-out"))):
        rows.append(_total(f"reconcile-{side}", found.book if side == "book" else found.bank, language))
        for part in parts:
            rows.append(_total(f"reconcile-{part}", found.total(part), language))
            rows += [_item(one, found, language) for one in found.part(part)]
        adjusted = found.adjusted_book if side == "book" else found.adjusted_bank
        rows.append(_total(f"reconcile-adjusted-{side}", adjusted, language))
    rows.append(_total("reconcile-difference", found.difference, language))
    for name, amount in (("gaps", found.broken), ("opening", found.at_opening)):
        if amount:
            rows.append(_total(f"reconcile-{name}", amount, language))
    return Table(columns(), tuple(rows))


def _total(key: str, amount: int | None, language: Language) -> tuple[Cell, ...]:
    return (message(key, language), None, None, None, None, amount, None, None)


def _item(one: Open, found: Reconciliation, language: Language) -> tuple[Cell, ...]:
    name = one.name if not one.others else f"{one.name} +{len(one.others)}"
    return (None, name, one.date, one.ref, one.party, abs(one.amount), found.age(one), said(one, language))


def said(one: Open, language: Language) -> str:
    """Return why an item is open."""
    return message(f"open-{one.reason}", language, candidates=", ".join(one.candidates))


def notes(found: Reconciliation, language: Language) -> Iterator[str]:
    """Yield what the statement does not cover or show, in sentences."""
    first, last = found.covers
    if not found.lines:
        yield message("reconcile-no-statement", language, bank=found.account.code, until=found.until)
        return
    yield message("reconcile-covers", language, first=first, last=last, lines=found.lines)
    if last < found.until.isoformat():
        yield message("reconcile-ends", language, last=last, until=found.until)
    if not found.printed:
        yield message("reconcile-not-printed", language)
    for voucher, line, name, other in found.names:
        yield message("reconcile-names", language, voucher=voucher, line=line, name=name, other=other)


def to_do(found: Reconciliation, language: Language, commands: Collection[str]) -> Iterator[str]:
    """Yield what somebody should type next, of the commands there are.

    For what could be several, a match by hand; for what the bank gave back, its return: what it paid is owed again.
    """
    code = found.account.code
    for one in found.open:
        if one.reason == "ambiguous" and one.at_bank:
            yield message("reconcile-match", language, bank=code, line=one.name, voucher=one.candidates[0])
        if one.reason == "returned" and len(one.candidates) == 1 and RETURN in commands:
            ref = f" --bank-ref {one.ref}" if one.ref else ""
            yield message(
                "reconcile-return", language, line=one.name, voucher=one.candidates[0], date=one.date, ref=ref
            )


def record(found: Reconciliation, language: Language) -> dict[str, Any]:
    """Return the statement for a program; amounts are decimal strings."""
    return {
        "account": {"bank": found.account.code, "name": found.account.name, "number": found.account.number},
        "unit": found.unit,
        "to": found.until.isoformat(),
        "statement": {
            "lines": found.lines,
            "first": found.covers[0],
            "last": found.covers[1],
            "printed": found.printed,
        },
        "book": money.plain(found.book),
        "bank": _plain(found.bank),
        **{part.replace("-", "_"): [_record(one, found, language) for one in found.part(part)] for part, _, _ in PARTS},
        "totals": {part.replace("-", "_"): money.plain(found.total(part)) for part, _, _ in PARTS},
        "adjusted_book": money.plain(found.adjusted_book),
        "adjusted_bank": _plain(found.adjusted_bank),
        "difference": _plain(found.difference),
        "of_gaps": money.plain(found.broken),
        "of_opening": money.plain(found.at_opening),
        "met": [
            {"how": how, "vouchers": vouchers, "lines": lines, "amount": money.plain(amount)}
            for how, (vouchers, lines, amount) in found.met.items()
        ],
        "names_differ": [
            {"voucher": voucher, "line": line, "payee": name, "counterparty": other}
            for voucher, line, name, other in found.names
        ],
        "findings": [one.record(language) for one in found.findings],
        "thresholds": {"days": found.days, "transit": found.transit},
        "notes": [*notes(found, language)],
        "sound": found.sound,
    }


def _plain(amount: int | None) -> str | None:
    return None if amount is None else money.plain(amount)


def _record(one: Open, found: Reconciliation, language: Language) -> dict[str, Any]:
    return {
        "item": one.name,
        "with": list(one.others),
        "date": one.date,
        "ref": one.ref,
        "party": one.party,
        "amount": money.plain(abs(one.amount)),
        "age": found.age(one),
        "reason": one.reason,
        "candidates": list(one.candidates),
        "says": said(one, language),
    }
