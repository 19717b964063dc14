"""Asking a person at a terminal for what an order does not say yet."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, Literal

import typer

from fundtrack import money
from fundtrack.cli import show
from fundtrack.cli.order import coded
from fundtrack.errors import FundtrackError, UsageError, message, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fundtrack.auditing.sides import Side
    from fundtrack.book import Book
    from fundtrack.chart.model import Account, Chart
    from fundtrack.cli.order import Order
    from fundtrack.errors import Language


YES: Final = frozenset({"y", "yes", "是", "是的", "对", "好", "确认"})
NO: Final = frozenset({"n", "no", "否", "不", "不是", "不对", "取消"})
"""What a person at a terminal says; anything else is asked again."""

SIDES: Final[dict[str, Side]] = {
    "bureau": "bureau", "财政": "bureau", "财政部门": "bureau",
    "auditor": "auditor", "审计": "auditor", "审计部门": "auditor",
}  # fmt: skip


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
            raise UsageError(
                "post-needs", kind=words(f"kind-{order.kind}"), options=", ".join(f"--{name}" for name in missing)
            )
        ask(order, missing[0], chart, language)
        asked = True
    if asked and not agreed(summary(order, chart, language), language):
        raise typer.Exit(1)


def agreed(question: str, language: Language) -> bool:
    """Ask until a person says yes or no, in either language."""
    while True:
        answer = typer.prompt(f"{question} {message('ask-yes-no', language)}").strip().casefold()
        if answer in YES or answer in NO:
            return answer in YES
        show.say_message("ask-again", language)


def reason(given: str, question: str, language: Language) -> str:
    """Return why, asked for at a terminal where it was not given, and then whether it is to be done at all."""
    if given or not sys.stdin.isatty():
        return given
    said = str(typer.prompt(message("ask-reason", language))).strip()
    if not agreed(question, language):
        raise typer.Exit(1)
    return said


def ask(order: Order, name: str, chart: Chart, language: Language) -> None:
    """Ask for one thing, with what there is to choose from, until it can be read."""
    for choice in choices(order, name, chart, language):
        show.say(f"  {choice}")
    answer = str(typer.prompt(message(f"ask-{name}", language), default="", show_default=False))
    if not answer.strip():
        show.say_message("ask-empty", language)
        return
    try:
        said = READERS.get(name, str.strip)(answer)
    except FundtrackError as error:
        show.say(error.text(language))
        return
    if wrong := unknown(order, name, str(said), chart, language):
        show.say(wrong)
    else:
        setattr(order, name, said)


def unknown(order: Order, name: str, answer: str, chart: Chart, language: Language) -> str:
    """Return what is wrong with a fund or a use that the chart has not, or nothing."""
    if name in {"fund", "to"} and coded(chart, "fund", answer) not in chart.funds:
        return message("ask-no-fund", language, fund=answer)
    if name == "use" and not order.split and answer.partition("-")[0] not in uses_of(order, chart):
        return message("ask-no-use", language, use=answer, fund=order.fund)
    return ""


def uses_of(order: Order, chart: Chart) -> dict[str, Account]:
    """Return the uses of the fund of an order, or of all where it is not said, by their codes."""
    accounts = chart.accounts.values()
    return {one.code.partition(":")[0]: one for one in accounts if one.kind == "use" and order.fund in {"", one.fund}}


def choices(order: Order, name: str, chart: Chart, language: Language) -> Iterable[str]:
    """Return what a person may answer, where the chart knows."""
    if name in {"fund", "to"}:
        return [fund.component(language) for fund in chart.funds.values()]
    if name == "use":
        granted = {one.account: one.granted for one in chart.uses}  # in order of date: the last word counts
        uses = (a for a in chart.accounts.values() if a.kind == "use" and order.fund in {"", a.fund})
        return [
            use.written(language, chart).partition(":")[2]
            + ("" if granted.get(use.path) else message("ask-not-granted", language))
            for use in uses
        ]
    return []


def summary(order: Order, chart: Chart, language: Language) -> str:
    """Return the question that a person answers last: everything by its name."""
    use = uses_of(order, chart).get(order.use)
    return message(
        "ask-post",
        language,
        kind=message(f"kind-{order.kind}", language),
        fund=chart.funds[order.fund].component(language) if order.fund else order.split or order.original,
        use=use.written(language, chart).rpartition(":")[2] if use else order.use,
        payee=order.payee or order.to,
        amount=show.yuan(order.amount),
        date=order.date,
    )


def _date(answer: str) -> object:
    from fundtrack.importing.values import dates

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
    while (answer := typer.prompt(message("ask-side", language, who=who)).strip()) not in SIDES:
        pass
    return SIDES[answer]


def record_or_money(fund: str, language: Language) -> Literal["record", "money"]:
    """Ask which of the two was wrong; without another fund it can only be the record.

    Raises UsageError (`rebook-wrong`) where nobody sits at a terminal.
    """
    if not fund:
        return "record"
    if not sys.stdin.isatty():
        raise UsageError("rebook-wrong")
    return "money" if agreed(message("ask-money", language), language) else "record"
