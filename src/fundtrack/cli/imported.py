"""Printing what became of the rows of a file: counts and sums, what waits and why, and what the file itself says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from fundtrack import money
from fundtrack.cli import show
from fundtrack.errors import Language, message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from fundtrack.cli.options import Format
    from fundtrack.importing.batch.report import Report
    from fundtrack.importing.body.balances import Break
    from fundtrack.importing.body.totals import Differing
    from fundtrack.importing.body.unseen import Unseen


def print_report(report: Report, language: Language, *, dry_run: bool = False) -> None:
    """Print the account of the rows of one sheet, each row that waits with its reasons, and what was replaced."""
    from fundtrack.cli.register import headed
    from fundtrack.importing.batch.report import OCCASIONAL

    key = "import-dry-run" if dry_run else "import-file" if report.new else "import-known"
    sheet = f" [{report.sheet}]" if report.sheet else ""
    if report.unlisted:
        about = {"page": report.page, "rows": report.rows["not_data"]}
        show.say_message("import-no-list", language, file=f"{report.file}{sheet}", **about)
        return
    show.say_message(key, language, file=f"{report.file}{sheet}", page=report.page, batch=report.batch)
    show.table(
        ["", message("head-rows", language), message("head-amount", language)],
        [
            [message(_called(state, report), language), str(count), show.yuan(report.amounts[state])]
            for state, count in report.rows.items()
            if count or state not in OCCASIONAL
        ],
    )
    if report.empty:
        show.say_message("import-empty", language)
    if dry_run and all(report.dates):  # the wrong order of day and month spreads a month over the year
        show.say_message("import-dates", language, first=report.dates[0], last=report.dates[1])
    if report.dated:
        show.say_message("import-day", language, **report.dated._asdict())
    print_unseen(report.unseen, language)
    print_printed(report, sheet, language)
    if report.columns:
        fields = {
            name: name if language == "en" else headed(name.replace("-", "_"), language) for name in report.columns
        }
        between = "; " if language == "en" else "；"
        read = between.join(f"{fields[name]} = {column}" for name, column in report.columns.items())
        show.say_message("import-columns", language, columns=read)
    if report.copies:
        show.say_message("import-copies", language, rows=report.copies)
    if report.unreadable_rows:
        show.say_message("import-unreadable", language, rows=report.unreadable_rows)
    print_late(report, language)
    print_held(report, sheet, language, dry_run=dry_run)
    print_replaced(report, sheet, language)
    show.findings(report.findings, language)
    show.say()


def _called(state: str, report: Report) -> str:
    """Return the message that names a state of rows: entries of a register are not posted."""
    key = f"rows-{state.replace('_', '-')}"
    return key.replace("posted", "registered") if report.registers else key


BREAKS = 8
"""So many breaks of balances, and so many totals that differ, are told."""

MANY = 40
"""So many rows, or rows that follow each other, are told by their numbers."""


class Totals(NamedTuple):
    """What is told of the totals that a file prints: that of the whole, whether all agree, and which do not."""

    whole: int | None
    agree: bool | None
    differing: Sequence[Differing]
    read: int


def print_totals(of: Totals, place: Callable[[int], str], language: Language) -> None:
    """Print every total that is not the sum of its rows, and that of the whole where it is another."""
    beyond = [one for one in of.differing if one.beyond]
    differing = [one for one in of.differing if not one.beyond]
    for one in (*differing[:BREAKS], *beyond[:BREAKS]):
        key = "total-beyond" if one.beyond else "total-written-differs" if one.written else "total-differs"
        show.say_message(key, language, place=place(one.row), **_amounts_of(one))
    if differing[BREAKS:]:
        show.say_message("total-differs-more", language, rows=len(differing) - BREAKS)
    if differing:
        show.say_message("total-differs-ask", language)
    if of.whole is None:
        if of.agree:
            show.say_message("printed-subtotals-agree", language)
        return
    agree = of.whole == of.read if differing and of.agree is False else of.agree
    if not differing or agree is not False:
        agreement = {True: "agrees", False: "differs", None: "unknown"}[agree]
        told = {"total": show.yuan(of.whole), "difference": show.yuan(of.whole - of.read)}
        show.say_message(f"printed-total-{agreement}", language, **told)


def _amounts_of(one: Break | Differing) -> dict[str, str]:
    """Return what a row prints, what it should, and the difference, as people read it."""
    return {name: show.yuan(getattr(one, name)) for name in ("printed", "expected", "difference")}


def print_printed(report: Report, sheet: str, language: Language) -> None:
    """Print whether the total and the running balances that the file prints follow from its rows."""

    def place_of(row: int) -> str:
        return message("place-row", language, file=report.file, sheet=sheet, row=row)

    told = Totals(report.printed_total, report.printed_total_agrees, report.differing or (), report.amounts["read"])
    print_totals(told, place_of, language)
    breaks = report.breaks or ()
    for broken in breaks[:BREAKS]:
        show.say_message("balance-breaks", language, place=place_of(broken.row), **_amounts_of(broken))
    if breaks[BREAKS:]:
        show.say_message("balance-breaks-more", language, rows=len(breaks) - BREAKS)
    if breaks:
        show.say_message("balance-breaks-ask", language)


def print_unseen(found: Unseen | None, language: Language) -> None:
    """Print what a workbook hides and is read: nobody who looks at it sees it."""
    if found and found.rows:
        told = {"count": len(found.rows), "amount": show.yuan(found.amount), "rows": found.spans(MANY)}
        show.say_message("import-hidden-rows", language, **told)
    if found and found.columns:
        show.say_message("import-hidden-columns", language, columns=", ".join(found.columns))


def print_late(report: Report, language: Language) -> None:
    """Print which rows are of months that are closed: by them a month is reconciled to something else."""
    for month in sorted({month for _, month in report.late}):
        rows = [str(row) for row, of in report.late if of == month]
        told = ", ".join(rows[:BREAKS]) + ", …" * (len(rows) > BREAKS)
        show.say_message("import-closed-month", language, month=month, count=len(rows), rows=told)


def print_held(report: Report, sheet: str, language: Language, *, dry_run: bool = False) -> None:
    """Print each row that waits with its reasons, those that wait for nothing but a confirmation together."""
    by_default = [row for row in report.held if row["state"] == "quarantined" and _by_default(row)]
    if by_default:
        (why, *_) = by_default[0]["reasons"]
        key = "import-would-wait" if dry_run else "import-by-default"  # no batch is there to be confirmed
        rows = report.kept.alone["fund-by-default"]
        show.say_message(key, language, rows=rows, batch=report.batch, why=why[language])
    for row in report.held:
        if _by_default(row):
            continue
        footer = [why["check"] for why in row["reasons"]] == ["not-data-footer"]
        if row["state"] == "quarantined" or (report.new and (row["state"] == "rejected" or footer)):
            place = message("place-row", language, file=report.file, sheet=sheet, row=row["row"])
            amount = "" if row["amount"] is None else f" ({show.yuan(row['amount'])})"
            print_reasons(place + amount, row["reasons"], language)
    told = sum(row["state"] == "quarantined" for row in report.held)
    if more := report.kept.counts["quarantined"] - told:
        show.say_message("import-more-wait", language, rows=more)
        show.table(
            [message("head-check", language), message("head-rows", language), message("head-amount", language)],
            [
                [check, str(rows), show.yuan(report.kept.waiting_amounts[check])]
                for check, rows in sorted(report.kept.waiting.items())
            ],
        )


def _by_default(row: Mapping[str, Any]) -> bool:
    """Say whether a row waits for nothing but somebody who confirms its fund: all of them are told at once."""
    return [why["check"] for why in row["reasons"]] == ["fund-by-default"]


def print_replaced(report: Report, sheet: str, language: Language) -> None:
    """Print which rows took the place of ones that waited, and which entries that of others: what was, and what is."""
    from fundtrack.cli.register import headed
    from fundtrack.schema.registers import REGISTERS

    for number, name in report.waited:
        place = message("place-row", language, file=report.file, sheet=sheet, row=number)
        show.say_message("import-waited", language, place=place, name=name)
    if report.replaced:
        show.say_message("import-replaced", language, rows=len(report.replaced))
    for one in report.replaced:
        place = message("place-row", language, file=report.file, sheet=sheet, row=one.row)
        amounts = REGISTERS[one.entry.partition(" ")[0]].amounts
        people = [
            {name: show.yuan(money.parse(value)) if name in amounts else value for name, value in side.items()}
            for side in (one.was, one.now)
        ]
        changes = "; ".join(f"{headed(name, language)}: {people[0][name]} → {people[1][name]}" for name in one.was)
        show.say(f"{place}: {one.replaces} → {one.entry}: {changes}")


def print_reasons(place: str, reasons: Iterable[Mapping[str, str]], language: Language) -> None:
    """Print why a row waits, and what to do."""
    for reason in reasons:
        show.say(f"{place}: {reason['check']}: {reason[language]}")
        if remedy := reason.get(f"remedy-{language}"):
            show.say(f"  → {remedy}")


REPORT_COLUMNS = (
    "file", "sheet", "page", "batch", "read", "posted", "already_posted", "not_held", "quarantined", "rejected",
    "not_data", "replaced",
)  # fmt: skip


def print_records(reports: list[Report], form: Format, language: Language) -> None:
    """Print reports for a machine; CSV has the counts only."""
    records = [report.record(language) for report in reports]
    if form == "json":
        show.as_json(records)
    else:
        counted = ({**record, **record["rows"], "replaced": len(record["replaced"])} for record in records)
        show.rows([*counted], form, language, REPORT_COLUMNS)
