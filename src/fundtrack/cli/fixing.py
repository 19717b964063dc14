"""How `alias fix` prints the vouchers that rest on a word, and what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fundtrack import money
from fundtrack.cli import show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fundtrack.cli.options import Format
    from fundtrack.errors import Language
    from fundtrack.importing.later.fix import Affected, Fixed
    from fundtrack.importing.later.worded import Unread

AFFECTED = ("voucher", "date", "payee", "amount", "field", "from", "to", "alias", "settled", "rebooked", "why")
"""The columns of what is affected; a table leaves out those that say nothing, and why a voucher stays."""


def print_listed(found: Fixed, form: Format, language: Language) -> None:
    """Print the vouchers that rest on a word, with what became of each."""
    show.rows([_record(one, form, language) for one in found.affected], form, language, _columns(found.affected, form))
    if form == "table":
        for application in found.waiting:
            show.say_message("alias-applied", language, application=application)
        _tell_unread(found.unread, language)


def print_fixed(fixed: Fixed, word: str, meaning: str, form: Format, language: Language, *, trial: bool) -> None:
    """Print what was rebooked, or would be, and what stays as it is, with the reasons."""
    if form == "json":
        show.as_json({
            "posted": not trial,
            "vouchers": [*fixed.posted.numbers],
            "findings": [finding.record(language) for finding in fixed.posted.findings],
            "applications": fixed.waiting,
            "affected": [_record(one, form, language) for one in fixed.affected],
            "unread": [{"batch": one.batch, "file": one.file, "why": one.why.text(language) if one.why else ""}
                       for one in fixed.unread],
        })  # fmt: skip
        return
    if form == "csv" or fixed.affected or fixed.waiting or fixed.unread:
        print_listed(fixed, form, language)
    if form == "csv":
        return
    if not any(one.is_wrong for one in fixed.affected):
        show.say_message("alias-fixed", language, word=word, meaning=meaning)
    for one in fixed.left:
        for why in one.why:
            show.say_message("alias-stays", language, voucher=one.voucher.number, why=why[language])
            show.say(f"  → {why[f'remedy-{language}']}")
    if fixed.posted.numbers:
        show.say_message("alias-trial" if trial else "alias-done", language, count=len(fixed.posted.numbers))
    show.findings(fixed.posted.findings, language)


def _record(one: Affected, form: Format, language: Language) -> dict[str, Any]:
    """Return an affected voucher for printing."""
    record = {
        "voucher": one.voucher.number,
        "date": one.voucher.date.isoformat(),
        "payee": one.voucher.payee,
        "amount": (show.yuan if form == "table" else money.plain)(one.voucher.amount),
        "field": one.field,
        "from": one.value,
        "to": one.wanted,
        "alias": one.alias,
        "settled": one.settled,
        "rebooked": ", ".join(one.rebooked),
        "why": "; ".join(why[language] for why in one.why),
    }
    return show.in_words(record, language, field="alias-field") if form == "table" else record


def _columns(found: Iterable[Affected], form: Format) -> tuple[str, ...]:
    """Return the columns that say something of any voucher; all of them for programs."""
    made = [*found]
    if form != "table":
        return AFFECTED
    few = {"field": len({one.field for one in made}) > 1, "to": any(one.wanted for one in made),
           "settled": any(one.settled for one in made), "rebooked": any(one.rebooked for one in made),
           "payee": any(one.voucher.payee for one in made), "why": False}  # fmt: skip
    return tuple(name for name in AFFECTED if few.get(name, True))


def _tell_unread(unread: Iterable[Unread], language: Language) -> None:
    """Tell which batches may hold more vouchers of a word, and why they could not be looked through."""
    for one in unread:
        if one.why:
            show.say_message("alias-unread", language, batch=one.batch, file=one.file, why=one.why.text(language))
        else:
            show.say_message("alias-page-changed", language, batch=one.batch, file=one.file)
