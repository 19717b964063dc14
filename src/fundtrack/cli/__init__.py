"""The command line: reads arguments, calls one function of a layer below, prints, and ends with an exit code.

Exit codes: 0 sound; 1 findings at or above `--fail-on`, refusals, or rows that wait; 2 wrong usage or unusable input,
nothing changed; 70 a fault of fundtrack itself. What a command needs is imported inside it, so that help is quick.
"""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from fundtrack.cli import (
    aliases,
    books,
    canpay,
    checking,
    corrections,
    demo,
    documents,
    files,
    findings,
    formats,
    ledgers,
    payments,
    periods,
    policy,
    quota,
    reconcile,
    record,
    register,
    sampling,
    show,
    trace,
    vouchers,
    waivers,
)
from fundtrack.cli.options import until_the_end
from fundtrack.errors import LANGUAGES, FundtrackError, Language, UsageError, message

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

WRONG_USAGE: Final = 2
FAULT: Final = 70
"""EX_SOFTWARE of sysexits.h."""

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.callback()
def fundtrack(
    context: typer.Context,
    book: Annotated[Path | None, typer.Option(help="The book's folder. 账套目录")] = None,
    lang: Annotated[Language | None, typer.Option(help="Language. 语言")] = None,
) -> None:
    """Keep the book of a county finance bureau: every fund its own channel, every use as granted.

    县级财政整合资金账套：渠道不乱、用途不变。
    """
    context.call_on_close(until_the_end.close)
    for name, value in (("FUNDTRACK_BOOK", book), ("FUNDTRACK_LANG", lang)):
        if value is not None:
            os.environ[name] = str(value)


app.command()(books.init)
app.command()(demo.demo)
app.command("import")(files.import_)
app.add_typer(corrections.quarantine, name="quarantine")
app.add_typer(aliases.alias, name="alias")
app.command()(vouchers.post)
app.command()(vouchers.verify_advance)
app.command()(vouchers.reverse)
app.command()(vouchers.rebook)
app.command()(vouchers.opening)
app.add_typer(documents.document, name="document")
app.add_typer(quota.quota, name="quota")
app.command()(quota.commit)
app.command()(quota.pool)
app.command()(canpay.can_pay)
app.command()(payments.apply)
app.command()(payments.approve)
app.command()(payments.reject)
app.command()(payments.pay)
app.command()(payments.return_payment)
app.command()(payments.release)
app.command()(payments.applications)
app.add_typer(periods.period, name="period")
app.command("year-close")(periods.year_close)
app.command()(periods.todo)
app.command()(record.show)
app.command()(record.refusals)
app.command()(trace.trace)
app.add_typer(policy.chart, name="chart")
app.add_typer(register.register, name="register")
app.command()(reconcile.reconcile)
app.command()(ledgers.balance)
app.command()(ledgers.report)
app.command()(checking.check)
app.command()(checking.explain)
app.command()(checking.checks)
app.add_typer(findings.finding, name="finding")
app.add_typer(waivers.waiver, name="waiver")
app.command()(sampling.sample)
app.command()(sampling.benford)
app.add_typer(formats.formats, name="formats")
app.command()(ledgers.publish)
app.command()(ledgers.browse)
app.command()(books.doctor)


@cache
def command() -> Callable[..., object]:
    """Return all commands; reading the signatures of a hundred functions takes longer than most of what they do."""
    return typer.main.get_command(app)


def main() -> None:
    """Run the command line; every way it can end is decided here."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    if "FUNDTRACK_DEBUG" not in os.environ:
        sys.excepthook = fault
    try:
        command()(prog_name="fundtrack")
    except FundtrackError as error:
        show.problem(error)
        raise SystemExit(error.exit_code) from error
    except OSError as error:
        problem = UsageError("system-refused", path=error.filename or "", cause=error.strerror or error)
        show.problem(problem)
        raise SystemExit(WRONG_USAGE) from error
    except SystemExit as end:
        if end.code == WRONG_USAGE and len(sys.argv) > 1:
            show.say(_in_chinese(end.__context__) + message("usage-wrong", "zh"), error=True)
        raise


def _in_chinese(error: BaseException | None) -> str:
    """Return what the library that reads arguments has just said in English: what is missing, or no value."""
    if not isinstance(error, typer.BadParameter) or error.param is None:
        return ""
    name, said = error.param.get_error_hint().strip("'"), error.message
    if not said:
        return message("usage-missing", "zh", name=name)
    if choices := re.findall("'([^']*)'", said.partition(" is not one of ")[2]):
        return message("usage-choice", "zh", name=name, choices="、".join(choices))
    return message("usage-integer", "zh", name=name) if "valid integer" in said else ""


def fault(_kind: type[BaseException], error: BaseException, _traceback: TracebackType | None) -> None:
    """Say that fundtrack itself failed, in place of a traceback, and end with its exit code."""
    cause = f"{type(error).__name__}: {error}".splitlines()[0]
    for language in LANGUAGES:
        show.say(message("fault", language, cause=cause), error=True)
    raise SystemExit(FAULT)
