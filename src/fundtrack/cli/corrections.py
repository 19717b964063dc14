"""The workbook of rows that wait, taken back when a clerk has corrected it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fundtrack import money
from fundtrack.cli import show
from fundtrack.cli.files import place_of, quarantine
from fundtrack.cli.imported import print_reasons
from fundtrack.cli.options import (
    ApproverOption,
    BookOption,
    FormatOption,
    LanguageOption,
    PersonOption,
    ReasonOption,
    opened,
    person,
    spoken,
)
from fundtrack.errors import message

if TYPE_CHECKING:
    from fundtrack.errors import Language
    from fundtrack.importing.later.amend import Amended

__all__ = ["quarantine"]

STATES = ("read", "posted", "already_posted", "rejected", "quarantined")


@quarantine.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="As `quarantine list -o` wrote it, corrected. 更正后的工作簿")],
    reason: ReasonOption = "",
    form: FormatOption = "table",
    by: PersonOption = None,
    approved_by: ApproverOption = "",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """导入更正后的待核实表 Take a corrected workbook back: keep what was corrected, and try the rows again."""
    from fundtrack.importing.later.amend import amend

    the_book = opened(book)
    language = spoken(lang, the_book)
    done = amend(the_book, file, by=person(by), approved_by=approved_by, reason=reason)
    if form == "table":
        print_amended(done, language)
    else:
        print_records(done, form, language)
    if done.account()["quarantined"][0]:
        raise typer.Exit(1)


def print_amended(done: Amended, language: Language) -> None:
    """Print what was corrected, what became of each row, and the account of the rows."""
    for change in done.changes:
        place = place_of(change.row, language)
        show.say_message("sheet-changed", language, place=place, column=change.of.name, old=change.old or "–",
                         new=change.new, reason=change.reason)  # fmt: skip
    for one in done.tried:
        if one.voucher:
            show.say_message("retry-posted", language, place=place_of(one.row, language), voucher=one.voucher)
        else:
            print_reasons(place_of(one.row, language), one.reasons, language)
    for row, _ in done.dropped:
        show.say_message("rejected", language, place=place_of(row, language))
    if done.ignored:
        show.say_message("sheet-columns-ignored", language, columns=", ".join(done.ignored))
    account = done.account()
    show.table(
        ["", message("head-rows", language), message("head-amount", language)],
        [
            [message("sheet-rows" if state == "read" else f"rows-{state.replace('_', '-')}", language),
             str(account[state][0]), show.yuan(account[state][1])]
            for state in STATES
        ],
    )  # fmt: skip


def print_records(done: Amended, form: str, language: Language) -> None:
    """Print the account for a machine; as JSON with every correction."""
    account = {state: {"rows": rows, "amount": money.plain(fen)} for state, (rows, fen) in done.account().items()}
    if form == "csv":
        show.rows([{"state": state, **one} for state, one in account.items()], "csv", language,
                  ("state", "rows", "amount"))  # fmt: skip
        return
    show.as_json({
        **account,
        "corrections": [
            {"row": one.row.name, "column": one.of.name, "field": one.of.field, "old": one.old, "new": one.new,
             "reason": one.reason}
            for one in done.changes
        ],
        "vouchers": {one.row.name: one.voucher or None for one in done.tried},
        "rejected": [row.name for row, _ in done.dropped],
    })  # fmt: skip
