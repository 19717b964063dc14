"""Commands that pay out of quota, each by another hand: `apply`, `approve`, `reject`, `pay`, and what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

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
    LedgerOption,
    PersonOption,
    ReasonOption,
    opened,
    person,
    spoken,
)
from fundtrack.cli.quota import AmountOption, LineArgument
from fundtrack.cli.vouchers import Act, BankRefOption, NumberArgument, amount, print_posted
from fundtrack.errors import message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart
    from fundtrack.posting import Draft

ApplicationArgument = Annotated[int, typer.Argument(metavar="APPLICATION", help="An application. 申请号")]
ReleasedArgument = Annotated[
    str, typer.Argument(metavar="APPLICATION", help="An application, or the voucher that approved it. 申请号或凭证号")
]
COLUMNS = (
    "application", "file_number", "state", "voucher", "payment", "payments", "quota", "amount", "released", "payee",
    "contract", "date", "applied_by",
)  # fmt: skip


def apply(
    line: LineArgument,
    amount: AmountOption,
    payee: Annotated[str, typer.Option(help="Who is to be paid. 收款人")] = "",
    contract: Annotated[str, typer.Option(help="The contract. 合同编号")] = "",
    narration: Annotated[str, typer.Option(help="What for. 摘要")] = "",
    document: DocumentOption = "",
    date: DateOption = None,
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """支付申请 Apply for a payment from a quota line; somebody else approves it."""
    from fundtrack.book.clock import today
    from fundtrack.posting.application import apply_for, beside_contract

    the_book = opened(book)
    application = apply_for(
        the_book, line, amount, payee=payee, date=date or today(), by=person(by), contract=contract, document=document,
        narration=narration,
    )  # fmt: skip
    show.say_message("applied", spoken(lang, the_book), application=application)
    if told := beside_contract(the_book, application):
        show.say_message(told[0], spoken(lang, the_book), **told[1])
    tell_near(the_book, spoken(lang, the_book), application=application)


def approve(
    application: ApplicationArgument,
    date: DateOption = None,
    form: FormatOption = "table",
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """审批支付申请 Approve an application: its quota is reserved, and what is owed is booked."""
    from fundtrack.book.clock import today
    from fundtrack.posting.application import approve

    the_book = opened(book)
    language = spoken(lang, the_book)
    with show.refusal(form, language):
        posted = approve(the_book, application, date=date or today(), by=person(by))
    print_posted(posted, form, language)


def reject(
    application: ApplicationArgument,
    reason: ReasonOption = "",
    by: PersonOption = None,
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """不批支付申请 Reject an application, and say why."""
    from fundtrack.posting.application import reject

    the_book = opened(book)
    reject(the_book, application, reason=reason, by=person(by))
    show.say_message("application-rejected", spoken(lang, the_book), application=application)


def pay(
    number: NumberArgument,
    amount: Annotated[
        int | None, typer.Option(parser=amount, metavar="YUAN", help="By default all that is left. 金额（元）")
    ] = None,
    date: DateOption = None,
    bank: Annotated[str, typer.Option(help="The number of the bank account that pays. 付款账号")] = "",
    bank_ref: BankRefOption = "",
    payee_account: Annotated[str, typer.Option(help="The account that is paid, where it changed. 收款账号")] = "",
    form: FormatOption = "table",
    by: PersonOption = None,
    approved_by: ApproverOption = "",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """支付 Pay what was approved, what the bank returned, or surplus owed to the treasury: what was owed is settled."""
    from fundtrack import identifier
    from fundtrack.book.clock import today
    from fundtrack.posting.application import payment, pays_elsewhere

    act = Act(form, by, approved_by, book, lang)
    account = identifier.kept(identifier.sound(payee_account, "account"), act.book.key) if payee_account else ""

    def say(connection: Connection, chart: Chart) -> Sequence[Draft]:
        return [payment(connection, chart, number, amount, date=date or today(), bank=bank, bank_ref=bank_ref,
                        payee_account=account)]  # fmt: skip

    with act.book.reading() as connection:
        unapproved = not approved_by and pays_elsewhere(connection, number, account)
    act.post(say)
    if unapproved and form == "table":
        show.say_message("pay-elsewhere", act.language)


def return_payment(
    number: NumberArgument,
    amount: Annotated[
        int | None, typer.Option(parser=amount, metavar="YUAN", help="By default all of it. 金额（元）")
    ] = None,
    reason: ReasonOption = "",
    date: DateOption = None,
    bank_ref: BankRefOption = "",
    form: FormatOption = "table",
    by: PersonOption = None,
    approved_by: ApproverOption = "",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """退票 Enter a payment that the bank returned: it is owed again, its quota reserved, until it is paid once more."""
    from fundtrack.book.clock import today
    from fundtrack.posting.returned import return_payment

    act = Act(form, by, approved_by, book, lang)
    why = prompts.reason(reason, message("ask-return", act.language, voucher=number), act.language)

    def say(connection: Connection, chart: Chart) -> Sequence[Draft]:
        return [return_payment(connection, chart, number, amount, reason=why, date=date or today(), bank_ref=bank_ref)]

    act.post(say)


def release(
    number: ReleasedArgument,
    amount: Annotated[
        int | None, typer.Option(parser=amount, metavar="YUAN", help="By default all that is not paid. 金额（元）")
    ] = None,
    reason: ReasonOption = "",
    date: DateOption = None,
    form: FormatOption = "table",
    by: PersonOption = None,
    approved_by: ApproverOption = "",
    book: BookOption = None,
    lang: LanguageOption = None,
) -> None:
    """释放未付指标 Free what is not paid of an approved application: its quota is free again, and no more is owed."""
    from fundtrack.book.clock import today
    from fundtrack.posting.release import release

    act = Act(form, by, approved_by, book, lang)
    why = prompts.reason(reason, message("ask-release", act.language, voucher=number), act.language)

    def say(connection: Connection, chart: Chart) -> Sequence[Draft]:
        return [release(connection, chart, number, amount, reason=why, date=date or today())]

    act.post(say)


def applications(
    form: FormatOption = "table", ledger: LedgerOption = None, book: BookOption = None, lang: LanguageOption = None
) -> None:
    """支付申请一览 List the applications, and what became of each: decided how, and paid by which vouchers."""
    from fundtrack.posting.application import applications
    from fundtrack.posting.paid import paid

    the_book = opened(book, ledger)
    language = spoken(lang, the_book)
    written = money.grouped if form == "table" else money.plain
    with the_book.reading() as connection:
        found = applications(connection)
        by_number = paid(connection, found)
    rows = [
        {
            "application": one.application,
            "file_number": one.number,
            "state": one.state,
            "voucher": one.approval,
            "payment": by_number[one.application].state,
            "payments": by_number[one.application].vouchers,
            "quota": f"{one.fund}-Q{one.line:05d}",
            "amount": written(one.amount),
            "released": written(freed) if (freed := by_number[one.application].released) or form != "table" else "",
            "payee": one.payee,
            "contract": one.contract,
            "date": one.date,
            "applied_by": one.applied_by,
        }
        for one in found
    ]
    if form == "table":
        rows = [show.in_words(row, language, state="state", payment="payment") for row in rows]
    show.rows(rows, form, language, COLUMNS)
