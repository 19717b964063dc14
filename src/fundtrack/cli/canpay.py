"""The command `can-pay`: which funds may lawfully pay a bill, what each has left, and why the others may not."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fundtrack import money
from fundtrack.cli import show
from fundtrack.cli.options import (
    BookOption,
    DateOption,
    FormatOption,
    LanguageOption,
    PersonOption,
    opened,
    person,
    spoken,
)
from fundtrack.cli.order import coded
from fundtrack.cli.vouchers import ProjectOption, amount
from fundtrack.errors import message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fundtrack.chart.model import Chart
    from fundtrack.errors import Language
    from fundtrack.posting.canpay import Answer, Bill

COLUMNS = (
    "can_pay",
    "fund",
    "name",
    "use",
    "project",
    "quota",
    "expires",
    "quota_left",
    "cash_left",
    "share",
    "reasons",
)


def can_pay(
    sum_: Annotated[int, typer.Argument(parser=amount, metavar="AMOUNT", help="The bill. 金额（元）")],
    use: Annotated[str, typer.Option("--for", metavar="USE", help="What for: 0601, its name, or F01-0601. 用途")],
    project: ProjectOption = "",
    payee: Annotated[str, typer.Option(help="Who is paid. 收款人")] = "",
    contract: Annotated[str, typer.Option(help="The contract it is paid under. 合同编号")] = "",
    date: DateOption = None,
    form: FormatOption = "table",
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """哪些资金可以支付 Ask which funds may lawfully pay a bill, the earliest to expire first, and why others not."""
    from fundtrack.book.clock import today
    from fundtrack.posting.canpay import Bill, can_pay

    the_book = opened(book)
    language = spoken(lang, the_book)
    with the_book.reading() as connection:
        chart = the_book.chart(connection)
    bill = Bill(sum_, date or today(), use, coded(chart, "project", project), payee, contract)
    answers = can_pay(the_book, bill, by=person(by))
    lines = commands(bill, answers)
    records = [record(one, chart, language, people=form == "table") for one in answers]
    if form == "json":
        asked = {"amount": money.plain(bill.amount), "date": bill.date.isoformat(), "use": use, "project": bill.project}
        show.as_json({**asked, "can_be_paid": bool(lines), "funds": records, "commands": lines})
    else:
        show.rows(records, form, language, COLUMNS if form == "csv" else COLUMNS[:-1])
    if form == "table":
        reasons = dict.fromkeys((one["quota"] or one["fund"], why) for one in records for why in one["reasons"])
        for who, why in reasons:
            show.say(f"  {who}: {why}")
        said = "can-pay-none" if not lines else "can-pay-one" if answers[0].yes else "can-pay-split"
        show.say_message(said, language, amount=money.grouped(bill.amount), date=bill.date)
        for line in lines:
            show.say(f"  {line}")
    if not lines:
        raise typer.Exit(1)


def record(one: Answer, chart: Chart, language: Language, *, people: bool) -> dict[str, Any]:
    """Return an answer as it is given out; amounts are decimal strings."""
    written = money.grouped if people else money.plain
    fund = chart.funds[one.fund]
    verdict = "yes" if one.yes else "part" if one.share else "no"
    reasons = [f"{reason.check}: {reason.said[language]}" for reason in one.reasons]
    return {
        "can_pay": message(f"can-pay-{verdict}", language) if people else verdict,
        "fund": one.fund,
        "name": fund.name if language == "en" else fund.name_zh,
        "use": one.use,
        "project": one.project,
        "quota": one.quota,
        "expires": one.expires.isoformat() if one.expires else "",
        "quota_left": "" if one.left is None else written(one.left),
        "cash_left": written(one.cash),
        "share": written(one.share) if one.share else "",
        "reasons": reasons,
    }


def commands(bill: Bill, answers: Sequence[Answer]) -> list[str]:
    """Return the command lines that pay a bill: out of the first fund that can, or of all that share it."""
    paying = [one for one in answers if one.yes][:1] or [one for one in answers if one.share]
    if len(paying) > 1 and all(one.alone for one in paying) and len({one.project for one in paying}) == 1:
        shares = ",".join(f"{one.fund}={money.plain(one.share)}" for one in paying)
        uses = ",".join(f"{one.fund}-{one.use}" for one in paying)
        rest = _rest(bill, paying[0].project)
        return [f"fundtrack post --split {shares} --use {uses} --amount {money.plain(bill.amount)} {rest}"]
    return [
        f"fundtrack post --fund {one.fund} --use {one.use} --amount {money.plain(one.share or bill.amount)} "
        f"{_rest(bill, one.project)}{'' if one.alone else f' --quota {one.quota}'}"
        for one in paying
    ]


def _rest(bill: Bill, project: str) -> str:
    """Return what else a command line says of a bill."""
    said = {"project": project, "payee": bill.payee, "contract": bill.contract, "date": bill.date.isoformat()}
    return " ".join(f"--{name} {shlex.quote(value)}" for name, value in said.items() if value)
