"""Asking a person at a terminal for what an order does not say yet."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, Literal

import typer

from fundtrack import money
from fundtrack.cli import show
from fundtrack.errors import FundtrackError, UsageError, message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fundtrack.auditing.sides import Side
    from fundtrack.book import Book
    from fundtrack.chart.model import Chart
    from fundtrack.cli.order import Order
    from fundtrack.errors import Language


def complete(order: Order, book: Book, language: Language) -> None:
    """Ask for what is missing; where nobody sits at a terminal, raise UsageError (`post-needs`).

    What was said wrongly is refused before anything is asked: UsageError (`project-unknown`).
    """
    from fundtrack.posting.vouchers import refuse_unknown_project

    with book.reading() as connection:
        chart = book.chart(connection)
    order.coded(chart)
    refuse_unknown_project(chart, order.project)
    asked = False
    while missing := order.missing(chart):
        if not sys.stdin.isatty():
            raise UsageError("post-needs", kind=order.kind, options=", ".join(f"--{name}" for name in missing))
        ask(order, missing[0], chart, language)
        asked = True
    if asked and not typer.confirm(summary(order, language)):
        raise typer.Exit(1)


def ask(order: Order, name: str, chart: Chart, language: Language) -> None:
    """Ask for one thing, with what there is to choose from, until it can be read."""
    for choice in choices(order, name, chart, language):
        show.say(f"  {choice}")
    answer = typer.prompt(message(f"ask-{name}", language))
    try:
        setattr(order, name, READERS.get(name, str.strip)(answer))
    except FundtrackError as error:
        show.say(error.text(language))


def choices(order: Order, name: str, chart: Chart, language: Language) -> Iterable[str]:
    """Return what a person may answer, where the chart knows."""
    if name in {"fund", "to"}:
        return [fund.component(language) for fund in chart.funds.values()]
    if name == "use":
        uses = (a for a in chart.accounts.values() if a.kind == "use" and order.fund in {"", a.fund})
        return [use.written(language, chart).partition(":")[2] for use in uses]
    return []


def summary(order: Order, language: Language) -> str:
    """Return the question that a person answers last."""
    return message(
        "ask-post",
        language,
        kind=order.kind,
        fund=order.fund or order.split or order.original,
        use=order.use,
        payee=order.payee or order.to,
        amount=show.yuan(order.amount),
        date=order.date,
    )


def _date(answer: str) -> object:
    from fundtrack.importing import dates

    return dates.read(answer)


def _code(answer: str) -> str:
    """Return the code of `F01-Relocation`."""
    return answer.strip().partition("-")[0]


READERS: Final[dict[str, Callable[[str], object]]] = {
    "amount": money.parse,
    "date": _date,
    "fund": _code,
    "to": _code,
}
"""What turns an answer into a value; otherwise it is the text."""


def side_of(who: str, language: Language) -> Side:
    """Ask for whom a person acts who is not on record. Raises UsageError (`side-unknown`) where nobody sits there."""
    if not sys.stdin.isatty():
        raise UsageError("side-unknown", who=who)
    while (answer := typer.prompt(message("ask-side", language, who=who)).strip()) not in {"bureau", "auditor"}:
        pass
    return "auditor" if answer == "auditor" else "bureau"


def record_or_money(fund: str, language: Language) -> Literal["record", "money"]:
    """Ask which of the two was wrong; without another fund it can only be the record.

    Raises UsageError (`rebook-wrong`) where nobody sits at a terminal.
    """
    if not fund:
        return "record"
    if not sys.stdin.isatty():
        raise UsageError("rebook-wrong")
    return "money" if typer.confirm(message("ask-money", language)) else "record"
