"""A document received (收文): its entry in the register, the quota line that it gives, and what is allotted at once.

The register has one entry a document. What is said again must agree with it; what it did not say yet is added.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date as Date  # noqa: N812 - `date` is what acts call their day
from typing import TYPE_CHECKING, Final

from fundtrack import money
from fundtrack.beantext.escape import stored
from fundtrack.book.documents import papers, rank
from fundtrack.errors import ChartError, UsageError, nearest, words
from fundtrack.posting.enter import NO_SOURCE, enter
from fundtrack.posting.given import Documents, refuse_otherwise
from fundtrack.posting.kinds import use_of
from fundtrack.posting.quota import allot, receive
from fundtrack.posting.vouchers import positive
from fundtrack.schema.registers import REGISTERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.book.documents import Paper, Papers
    from fundtrack.chart.model import Chart
    from fundtrack.posting.draft import Draft
    from fundtrack.posting.quota import About

DOCUMENT: Final = REGISTERS["document"]

TEXTS: Final = ("kind", "level", "issuer", "date", "parent", "title", "rule", "sha256")
"""What an entry says in words, each kept where it is said once."""


@dataclass(frozen=True, slots=True)
class Gift:
    """What a document gives a fund, in fen, and what of it is allotted at once, by use; `date` is the day it came."""

    fund: str
    amount: int
    date: Date
    uses: Mapping[str, int] = field(default_factory=dict)
    project: str = ""
    department: str = ""
    expires: Date | None = None


def agreed(known: Papers, said: Paper) -> Paper:
    """Return what the register will say of a document: what it says already, and what is said now.

    Raises UsageError: `document-number`, `document-otherwise`, `document-differs`, `document-file-differs`,
    `document-circle`.
    """
    if not said.document:
        raise UsageError("document-number")
    refuse_otherwise(known.numbers, said.document, said.parent)
    was = known.of(said.document)
    for name in (*TEXTS, "amount"):
        before, now = getattr(was, name), getattr(said, name)
        if before and now and before != now:
            if name == "sha256":
                raise UsageError("document-file-differs", document=said.document, was=before, now=now)
            raise UsageError("document-differs", document=said.document, entry=was.entry, was=_shown(name, before),
                             field=words(f"document-head-{name}"), now=_shown(name, now))  # fmt: skip
    merged = {name: getattr(was, name) or stored(getattr(said, name)) for name in TEXTS}
    if said.document in known.chain(said.parent):
        raise UsageError("document-circle", document=said.document, parent=said.parent)
    return replace(was, amount=was.amount or said.amount, fund=was.fund or said.fund, **merged)


def _shown(name: str, value: object) -> object:
    """Return what a document says as a person reads it."""
    if isinstance(value, int):
        return money.grouped(value)
    return words(f"level-{value}") if name == "level" else value


def entered(connection: Connection, known: Papers, paper: Paper, by: str) -> None:
    """Enter a document in the register, unless it says the same already.

    Raises UsageError where it, or one above it, gives less than came by it: `document-below-received`,
    `document-above-received`.
    """
    if paper == known.of(paper.document) and paper.entry:
        return
    Documents(connection).enter(paper.document, paper.parent, paper.amount)
    day = Date.fromisoformat(paper.date) if paper.date else None
    said = {name: getattr(paper, name) for name in DOCUMENT.fields} | {"date": day}
    enter(connection, DOCUMENT, [(DOCUMENT.row(said), NO_SOURCE)], by=by)


def ungranted(chart: Chart, gift: Gift) -> list[str]:
    """Return the accounts of the uses of a gift that are not granted on its day.

    Raises UsageError: `document-uses-exceed`, `amount-not-positive`; ChartError: `chart-fund-unknown`,
    `chart-account-unknown`, `use-no-use`.
    """
    if gift.fund not in chart.funds:
        raise ChartError("chart-fund-unknown", fund=gift.fund, known=nearest(gift.fund, chart.funds))
    total = sum(gift.uses.values())
    if total > positive(gift.amount):
        raise UsageError("document-uses-exceed", uses=money.grouped(total), amount=money.grouped(gift.amount),
                         more=money.grouped(total - gift.amount))  # fmt: skip
    standing = {use.account: use.granted for use in chart.uses if use.date <= gift.date}
    found = []
    for use in gift.uses:
        path = f"Expenses:{gift.fund}:{use_of(chart, use, gift.fund).code}"
        if path not in chart.accounts:
            raise ChartError("chart-account-unknown", account=path)
        found += [] if standing.get(path) else [path]
    return found


def refuse_received(chart: Chart, known: Papers, paper: Paper, gift: Gift, opened: list[str]) -> None:
    """Refuse what a document cannot give.

    Raises UsageError: `document-received` where the fund has it already, `document-before` its date, `document-level`
    of no stated level, `document-upper` above which one is not registered, `document-authority` where neither it nor
    one above it is of the fund's level, `document-grant` where it would open a use and is itself of a lower one,
    `document-exceeded` where it or one above it has less.
    """
    already = known.given.get(paper.document, {}).get(gift.fund, 0)
    if already > 0:
        raise UsageError("document-received", document=paper.document, fund=gift.fund, amount=money.grouped(already))
    if gift.date.isoformat() < paper.date:
        raise UsageError("document-before", document=paper.document, issued=paper.date, date=gift.date)
    if not paper.level:
        raise UsageError("document-level", document=paper.document)
    due, above = chart.funds[gift.fund].level, known.chain(paper.parent)
    if unknown := next((one for one in above if not known.of(one).entry), ""):
        raise UsageError("document-upper", document=paper.document, upper=unknown)
    if max(paper.rank, *(known.of(one).rank for one in above), 0) < rank(due):
        said = {"level": words(f"level-{paper.level}"), "due": words(f"level-{due}")}
        raise UsageError("document-authority", document=paper.document, fund=gift.fund, **said)
    if opened and paper.rank < rank(due):
        raise UsageError("document-grant", document=paper.document, use=", ".join(opened),
                         level=words(f"level-{paper.level}"), due=words(f"level-{due}"))  # fmt: skip
    for one in (paper, *map(known.of, above)):
        passed = known.passed_on(one.document)
        if one.amount and passed + gift.amount > one.amount:
            raise UsageError("document-exceeded", document=one.document, whole=money.grouped(one.amount),
                             passed=money.grouped(passed), amount=money.grouped(gift.amount))  # fmt: skip


def of_funds(chart: Chart, known: Papers, paper: Paper, fund: str) -> Paper:
    """Return a document as one that gives a fund: it names the fund, the group of several, or none.

    Raises UsageError (`document-differs`) where it is registered for another fund that it gave nothing.
    """
    giving = {one for one, amount in known.given.get(paper.document, {}).items() if amount > 0}
    groups = {chart.funds[one].group for one in (*giving, fund) if one in chart.funds}
    if not paper.fund or paper.fund in {fund, chart.funds[fund].group}:
        return replace(paper, fund=paper.fund or ("" if giving - {fund} else fund))
    if paper.fund not in giving and not giving & {one.code for one in chart.funds.values() if one.group == paper.fund}:
        raise UsageError("document-differs", document=paper.document, entry=paper.entry, was=paper.fund,
                         field=words("document-head-fund"), now=fund)  # fmt: skip
    return replace(paper, fund=groups.pop() if len(groups) == 1 else "")


def received(book: Book, connection: Connection, said: Paper, gift: Gift, opened: list[str], by: str) -> list[Draft]:
    """Enter a document and open the lines it gives; return the vouchers that receive and allot the quota.

    The caller holds the writer's turn. Raises what `agreed`, `refuse_received` and `of_funds` do.
    """
    chart, known = book.chart(connection), papers(connection)
    paper = agreed(known, said)
    paper = replace(paper, amount=paper.amount or gift.amount)
    refuse_received(chart, known, paper, gift, opened)
    paper = of_funds(chart, known, paper, gift.fund)
    entered(connection, known, paper, by)
    about: About = {"upper_document": paper.parent, "department": gift.department, "expires": gift.expires}
    drafts = receive(
        connection, chart, gift.fund, gift.amount, date=gift.date, by=by, document=paper.document, **about
    )  # fmt: skip
    if not gift.uses:
        return drafts
    line = next(one for one in reversed(book.chart(connection).quotas) if one.fund == gift.fund).number
    about["project"] = gift.project
    for use, amount in gift.uses.items():
        drafts += allot(
            connection, book.chart(connection), line, amount, use=use, date=gift.date, by=by, document=paper.document,
            **about,
        )  # fmt: skip
    return drafts
