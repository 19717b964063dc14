"""Commands on vouchers: `post`, `verify-advance`, `reverse`, `rebook`, `opening`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from fundtrack import money
from fundtrack.cli import prompts, show
from fundtrack.cli.near import tell_near
from fundtrack.cli.options import (
    ApproverOption,
    BookOption,
    DateOption,
    DocumentOption,
    FormatOption,
    LanguageOption,
    PersonOption,
    day,
    opened,
    person,
    spoken,
)
from fundtrack.cli.order import Order, OrderKind, coded
from fundtrack.errors import FormatError, message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart
    from fundtrack.cli.options import Format
    from fundtrack.errors import Language
    from fundtrack.posting import Draft, Posted


def amount(text: str) -> int:
    """Return an amount in fen, from any form the files have."""
    try:
        return money.said(text)
    except FormatError as error:
        raise typer.BadParameter(str(error)) from error


NumberArgument = Annotated[str, typer.Argument(metavar="NUMBER", help="A voucher: F01-2015-000001. 凭证号")]
FundOption = Annotated[str, typer.Option(help="The fund, F01; of a loan the lender. 资金代码")]
UseOption = Annotated[str, typer.Option(help="The use, 0601; with --split F01-0601,F03-0801. 用途")]
ProjectOption = Annotated[str, typer.Option(help="The project, P01. 项目代码")]
BankRefOption = Annotated[str, typer.Option(help="The bank's reference of the movement. 银行流水号")]


def post(
    *,
    kind: Annotated[OrderKind, typer.Option(help="What it is. 业务类型")] = "disbursement",
    fund: FundOption = "",
    use: UseOption = "",
    amount: Annotated[int | None, typer.Option(parser=amount, metavar="YUAN", help="The amount. 金额（元）")] = None,
    date: DateOption = None,
    payee: Annotated[str, typer.Option(help="Who is paid. 收款人")] = "",
    narration: Annotated[str, typer.Option(help="What for. 摘要")] = "",
    project: ProjectOption = "",
    document: DocumentOption = "",
    bank: Annotated[str, typer.Option(help="The number of the bank account that pays. 付款账号")] = "",
    bank_ref: BankRefOption = "",
    contract: Annotated[str, typer.Option(help="The contract it is paid under. 合同编号")] = "",
    quota: Annotated[str, typer.Option(help="The quota line that pays, where several would do. 指标号")] = "",
    to: Annotated[str, typer.Option(help="The fund that borrows. 借入资金")] = "",
    original: Annotated[str, typer.Option(metavar="NUMBER", help="The voucher this one follows. 原凭证号")] = "",
    split: Annotated[str, typer.Option(metavar="F01=…,F03=…", help="One bill over several funds. 多项资金分担")] = "",
    form: FormatOption = "table",
    by: PersonOption = None,
    approved_by: ApproverOption = "",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """记账 Post a voucher, or one bill over several funds; at a terminal what is missing is asked for."""
    act = Act(form, by, approved_by, book, lang)
    order = Order(
        kind, fund, use, amount, date, payee, narration, project, document, bank, bank_ref, contract.strip(), quota, to,
        original, split,
    )  # fmt: skip
    prompts.complete(order, act.book, act.language)
    act.post(order.drafts)


def verify_advance(
    number: NumberArgument,
    use: Annotated[str, typer.Option(help="The use it was spent on. 用途")] = "",
    amount: Annotated[int | None, typer.Option(parser=amount, metavar="YUAN", help="The amount. 金额（元）")] = None,
    date: DateOption = None,
    narration: Annotated[str, typer.Option(help="What for. 摘要")] = "",
    project: ProjectOption = "",
    document: DocumentOption = "",
    contract: Annotated[str, typer.Option(help="The contract it was spent under. 合同编号")] = "",
    form: FormatOption = "table",
    by: PersonOption = None,
    approved_by: ApproverOption = "",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """预拨款核销 Turn what was advanced into spending as its evidence arrives, as `post --kind verification` does."""
    act = Act(form, by, approved_by, book, lang)
    order = Order(
        "verification", "", use, amount, date, "", narration, project, document, "", "", contract.strip(), "", "",
        number, "",
    )  # fmt: skip
    prompts.complete(order, act.book, act.language)
    act.post(order.drafts)


class Act:
    """What every act that posts is told beside its own: who, for which book, how to print."""

    def __init__(
        self, form: Format, by: str | None, approved_by: str, book: Path | None, lang: Language | None
    ) -> None:
        """Open the book that is meant."""
        self.book = opened(book)
        self.language = spoken(lang, self.book)
        self.by, self.form, self.approved_by = person(by), form, approved_by

    def post(self, say: Callable[[Connection, Chart], Sequence[Draft]]) -> None:
        """Post what is said, and print it."""
        from fundtrack.posting import post

        with show.refusal(self.form, self.language):
            posted = post(self.book, say, by=self.by, approved_by=self.approved_by)
        print_posted(posted, self.form, self.language)
        if self.form == "table":
            tell_near(self.book, self.language, vouchers=posted.vouchers)


def print_posted(posted: Posted, form: Format, language: Language) -> None:
    """Print the numbers of what was posted, and leads that did not refuse it."""
    if form == "json":
        findings = [finding.record(language) for finding in posted.findings]
        show.as_json({"vouchers": list(posted.numbers), "findings": findings})
    elif form == "csv":
        show.rows([{"voucher": number} for number in posted.numbers], form, language, ("voucher",))
    else:
        for number in posted.numbers:
            show.say_message("posted", language, voucher=number)
        show.findings(posted.findings, language)


def reverse(
    number: NumberArgument,
    reason: Annotated[str, typer.Option(help="Why. 冲销理由")] = "",
    date: DateOption = None,
    form: FormatOption = "table",
    by: PersonOption = None,
    approved_by: ApproverOption = "",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """红字冲销 Reverse a voucher, and those linked with it, in red."""
    from fundtrack.book.clock import today
    from fundtrack.posting.correct import reverse

    the_book = opened(book)
    language = spoken(lang, the_book)
    reason = prompts.reason(reason, message("ask-reverse", language, voucher=number), language)
    with show.refusal(form, language):
        posted = reverse(the_book, number, reason=reason, date=date or today(), by=person(by), approved_by=approved_by)
    print_posted(posted, form, language)


def rebook(
    number: NumberArgument,
    *,
    fund: FundOption = "",
    use: UseOption = "",
    project: ProjectOption = "",
    quota: Annotated[str, typer.Option(help="The quota line that should have paid. 应列支的指标")] = "",
    payee: Annotated[str, typer.Option(help="Who the money went to. 实际收款人")] = "",
    document: DocumentOption = "",
    wrong: Annotated[
        Literal["record", "money"] | None,
        typer.Option(help="Was the record wrong (调账), or did the wrong money go out (归还原渠道)?"),
    ] = None,
    returned: Annotated[bool, typer.Option("--returned", help="The bank shows the money back. 资金已归还")] = False,
    bank_ref: BankRefOption = "",
    date: DateOption = None,
    form: FormatOption = "table",
    by: PersonOption = None,
    approved_by: ApproverOption = "",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """更正资金、用途、项目或收款人 Put a voucher on the right fund, use or project, or name its right payee."""
    from fundtrack.book.clock import today
    from fundtrack.posting.correct import Correction, give_back, rebook

    the_book = opened(book)
    language = spoken(lang, the_book)
    day, who = date or today(), person(by)
    with show.refusal(form, language):
        if returned:
            posted = give_back(the_book, number, date=day, by=who, bank_ref=bank_ref, document=document,
                               approved_by=approved_by)  # fmt: skip
        else:
            with the_book.reading() as connection:
                chart = the_book.chart(connection)
            right = Correction(coded(chart, "fund", fund), use, coded(chart, "project", project), quota, payee)
            mode = wrong or prompts.record_or_money(right.fund, language)
            posted = rebook(the_book, number, right, mode=mode, document=document, date=day, by=who,
                            approved_by=approved_by)  # fmt: skip
    print_posted(posted, form, language)


def opening(
    file: Annotated[Path, typer.Argument(help="A trial balance as CSV. 余额表")],
    as_of: Annotated[dt.date, typer.Option(parser=day, metavar="DATE", help="The balances of this day's end. 截止日")],
    document: DocumentOption = "",
    form: FormatOption = "table",
    by: PersonOption = None,
    approved_by: ApproverOption = "",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """录入期初余额 Begin in mid-life: post the balances of a day, tied to the trial balance."""
    from fundtrack.posting.opening import opening

    the_book = opened(book)
    language = spoken(lang, the_book)
    with show.refusal(form, language):
        done = opening(the_book, file, as_of=as_of, by=person(by), document=document, approved_by=approved_by)
    print_posted(done.posted, form, language)
    if form == "table":
        debits, credits_ = show.yuan(done.debits), show.yuan(done.credits)
        show.say_message("opening-ties", language, debits=debits, credits=credits_)
