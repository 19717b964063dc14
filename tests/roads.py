"""The roads to a verdict: the same vouchers checked one by one as they are posted, all at once, and in the book.

A ledger with its own chart, such as an example on a check's page, is read into drafts. Nothing is granted here: a chart
is what the text says.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import product, zip_longest
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from beancount import loader
from beancount.core.data import Transaction

from entered import entered
from fundtrack import checking, pages
from fundtrack.chart.model import identity
from fundtrack.chart.read import read_chart
from fundtrack.checking import Finding
from fundtrack.checking.audit import why_not
from fundtrack.checking.book import book_lens, vouchers_of
from fundtrack.checking.candidates import candidate_lens, prepare, stage
from fundtrack.errors import Refused
from fundtrack.posting import Draft, Entry, Leg, post
from fundtrack.posting.insert import insert_candidates
from fundtrack.posting.post import next_voucher, staged
from fundtrack.schema import dialect
from shelf import rolled_back

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from beancount.core.amount import Amount
    from sqlalchemy import Connection

    from entered import Entered
    from fundtrack.book import Book
    from fundtrack.chart.model import Chart
    from fundtrack.checking import Check
    from fundtrack.posting.draft import Kind

CHECKS: Final = checking.checks()
CLERK: Final = "zhang"
TITLE: Final = 'option "title" "Example"\n'
REGISTER: Final = re.compile(r'^\d{4}-\d\d-\d\d custom "(?:register|batch)" .*\n(?:[ \t]+\S.*\n)*', re.MULTILINE)
QUOTA: Final = re.compile(
    r'^\d{4}-\d\d-\d\d (?:custom "quota" "|open [A-Z]\w+:[^:\s]+:[^:\s]+:Q).*\n(?:[ \t]+\S.*\n)*', re.MULTILINE
)
TRANSACTION: Final = re.compile(r"^\d{4}-\d\d-\d\d [*!] .*\n(?:[ \t]+\S.*\n)*", re.MULTILINE)
EXPECTED: Final = re.compile(r"([a-z0-9-]+)(?: \((\w+)\))?")


class Part(NamedTuple):
    """One side of a transaction: debit positive, in fen."""

    leg: Leg
    amount: int
    unit: str


class Found(NamedTuple):
    """A finding by the line of its voucher."""

    line: int
    check: str
    severity: str


@dataclass(frozen=True)
class Example:
    """An example on a check's page."""

    page: str
    title: str
    text: str
    said: str | None = None  # in a fence of `text` after the ledger: a finding a line
    said_zh: str | None = None  # in one more, `text language=zh`, where the two languages take different columns
    ledger_only: bool = False  # `only=ledger` behind the fence: what no book can hold, such as a price

    def __str__(self) -> str:
        """Return what names it in a test's id."""
        return f"{self.page}: {self.title}"

    @property
    def expected(self) -> set[Found]:
        """What the comments on its lines say is found there."""
        lines = (line.partition("; finding: ")[2] for line in self.text.splitlines())
        return {
            Found(number, match[1], match[2] or "fatal")
            for number, said in enumerate(lines, 1)
            for match in EXPECTED.finditer(said)
        }


@dataclass(frozen=True)
class Voucher:
    """A draft, where it stands, and by which names it calls itself and the vouchers it reverses and cites."""

    line: int
    draft: Draft
    name: str = ""
    reverses: str = ""
    cites: str = ""
    prepared_by: str = ""
    approved_by: str = ""

    def instead(self, draft: Draft) -> Voucher:
        """Return the same with another draft."""
        return replace(self, draft=draft)

    def ready(self, ids: Mapping[str, int], bill: int = 0) -> Draft:
        """Return the draft with ids for the names."""
        reverses, cites = (ids.get(name) if name else None for name in (self.reverses, self.cites))
        return replace(self.draft, reverses=reverses, cites=cites, bill=bill)


Bill = list[Voucher]
"""Linked vouchers, which stand or fall together; most bills are one voucher."""


@dataclass(frozen=True)
class Case:
    """A chart and what is to be posted under it, in order of posting; `impossible` are lines that no draft can say.

    `entries` are those of registers, which stand in the book beforehand.
    """

    chart: str
    bills: list[Bill]
    impossible: set[Found] = field(default_factory=set)
    entries: list[Entered] = field(default_factory=list)

    def enter(self, book: Book) -> None:
        """Put the entries of registers into a book."""
        with book.writing() as connection:
            for one in self.entries:
                dialect.insert_rows(connection, one.table, one.columns, one.rows)

    @property
    def at(self) -> dict[str, int]:
        """The line of each entry, by what a book without its file calls it."""
        return {name: line for one in self.entries for name, line in one.at}


def examples() -> list[Example]:
    """Return every example of every installed check."""
    return [example for page in pages.catalogue("checks").values() for example in examples_on(page)]


def examples_on(page: pages.Page) -> list[Example]:
    """Return the examples on a check's page."""
    return [
        Example(
            page.name,
            section.title,
            fence.text,
            said=after.text if after and after.language == "text" else None,
            said_zh=last.text if last and last.options.get("language") == "zh" else None,
            ledger_only=fence.options.get("only") == "ledger",
        )
        for section in page.examples
        for fence, after, last in zip_longest(section.fences, section.fences[1:], section.fences[2:])
        if fence.language == "beancount"
    ]


def judges(example: Example) -> dict[str, Check]:
    """Return the checks that an example must satisfy: those of posting, and of audits its own page's.

    What is asked of contracts needs their register, and is asked where one of the pages that read it shows it.
    """
    own = CHECKS[example.page]
    asked = {"contract"} if own.scope == "contract" and own.needs_relation("contracts") else set()
    return {
        name: check
        for name, check in CHECKS.items()
        if check.scope in asked or check.scope not in {"book", "contract"} or name == example.page
    }


def stated(text: str) -> int:
    """Return how many transactions and entries of registers a ledger states."""
    return len(TRANSACTION.findall(text)) + len(REGISTER.findall(text))


def read_case(text: str) -> Case:
    """Read a ledger with its chart into drafts, ordered as posting one by one takes them."""
    chart_text = text
    for aside in (TRANSACTION, REGISTER, QUOTA):
        chart_text = aside.sub(lambda found: "\n" * found[0].count("\n"), chart_text)
    chart_text = TITLE + chart_text
    chart = read_chart(chart_text, "example")
    bills: dict[str, Bill] = defaultdict(list)
    impossible = set()
    loaded, _, options = loader.load_string(text)
    for entry in loaded:
        if isinstance(entry, Transaction):
            line = entry.meta["lineno"]
            try:
                vouchers = _vouchers(entry, chart)
            except ValueError:
                impossible.add(Found(line, "unbalanced", "fatal"))
            else:
                bills[entry.meta.get("link", str(line))] += vouchers
    return Case(chart_text, in_order(bills.values()), impossible, entered(loaded, options))


def in_order(bills: Iterable[Bill]) -> list[Bill]:
    """Return bills by date, money in first (and a loan, which is both, between), then as they are written."""

    def place(bill: Bill) -> tuple[object, ...]:
        inflows = [voucher.draft.inflow for voucher in bill]
        return bill[0].draft.date, not any(inflows), not all(inflows), bill[0].line

    return sorted(bills, key=place)


def _vouchers(entry: Transaction, chart: Chart) -> Bill:
    """Return the vouchers of a transaction: one for each of its funds where each balances, else one mixed."""
    said: dict[str, str] = {**entry.meta}
    (tag,) = entry.tags
    kind = cast("Kind", tag)
    parts = [Part(leg_of(posting.account), *fen(posting.units)) for posting in entry.postings]
    shares = [[part for part in parts if part.leg.fund == fund] for fund in sorted({part.leg.fund for part in parts})]
    if any(sum(part.amount for part in share) for share in shares):
        shares = [parts]
    red = entry.meta.get("red") is True or (kind == "refund") ^ ("reverses" in said)
    drafts = [
        Draft(share[-1].leg.fund, entry.date, kind, entries_of(share, red=red), payee=entry.payee or "",
              narration=entry.narration or "", document=said.get("doc", ""), bank=said.get("bank", ""),
              bank_ref=said.get("bank-ref", ""), contract=said.get("contract", ""), project=said.get("project", ""),
              payee_id=said.get("payee-id", ""), payee_account=said.get("payee-account", ""),
              inflow=brings_money(share, chart))
        for share in shares
    ]  # fmt: skip
    names = {name: said.get(name.replace("_", "-"), "") for name in ("reverses", "cites", "prepared_by", "approved_by")}
    return [Voucher(entry.meta["lineno"], draft, said.get("voucher", ""), **names) for draft in drafts]


def leg_of(written: str) -> Leg:
    """Return the codes of an account."""
    _, fund, code = identity(written).split(":", 2)
    return Leg(fund, code)


def fen(units: Amount | None) -> tuple[int, str]:
    """Return an amount in fen, of which it is a whole number, and its unit."""
    assert units is not None
    assert units.number is not None
    assert units.number * 100 == int(units.number * 100), units
    return int(units.number * 100), units.currency


def brings_money(parts: Iterable[Part], chart: Chart) -> bool:
    """Return whether cash only grows."""
    cash = {(account.fund, account.code) for account in chart.accounts.values() if account.kind == "cash"}
    flows = [part.amount for part in parts if part.leg in cash]
    return bool(flows) and min(flows) > 0


def entries_of(parts: Sequence[Part], *, red: bool) -> tuple[Entry, ...]:
    """Pair debits and credits in written order, within a fund as far as that goes. Raises ValueError if one is left."""
    left = [part.amount for part in parts]
    entries = []
    for across, (up, positive), (down, negative) in product((False, True), enumerate(parts), enumerate(parts)):
        amount = min(left[up], -left[down])
        if amount > 0 and positive.unit == negative.unit and (across or positive.leg.fund == negative.leg.fund):
            debit, credit = (negative, positive) if red else (positive, negative)
            entries.append(Entry(debit.leg, credit.leg, amount, int(red), positive.unit))
            left[up] -= amount
            left[down] += amount
    if any(left):
        raise ValueError(parts)
    return tuple(entries)


class Verdict(NamedTuple):
    """What posting a bill led to."""

    bill: Bill
    found: set[Found]
    posted: bool


def one_by_one(book: Book, bills: Iterable[Bill], checks: Mapping[str, Check]) -> list[Verdict]:
    """Post bills one after the other; one that reverses or cites what was refused is left out."""
    ids: dict[str, int] = {}
    lines: dict[int, int] = {}
    verdicts = []
    for bill in bills:
        if not {name for voucher in bill for name in (voucher.reverses, voucher.cites) if name} <= ids.keys():
            continue
        with book.reading() as connection:
            first = next_voucher(connection)
        lines |= {first + at: voucher.line for at, voucher in enumerate(bill)}
        drafts = [voucher.ready(ids, bill=int(len(bill) > 1)) for voucher in bill]
        try:
            posted = post(book, drafts, by=CLERK, pages=checks)
        except Refused as refusal:
            verdicts.append(Verdict(bill, at_lines(refusal.findings, lines), posted=False))
        else:
            ids |= {voucher.name: first + at for at, voucher in enumerate(bill)}
            verdicts.append(Verdict(bill, at_lines(posted.findings, lines), posted=True))
    return verdicts


def at_once(book: Book, bills: Iterable[Bill], checks: Mapping[str, Check]) -> set[Found]:
    """Stage all bills as candidates of an empty book and return what is found."""
    drafts, lines = ready(bills)
    with book.writing() as connection:
        prepare(connection)
        stage(connection, staged(drafts, 1, book.chart_version(connection)))
        lens = candidate_lens(book.chart(connection), vouchers_of(connection))
        return at_lines(checking.run(connection, checks.values(), lens), lines)


@contextmanager
def by_force(
    book: Book, bills: Sequence[Bill], checks: Mapping[str, Check], entries: Mapping[str, int] | None = None
) -> Iterator[set[Found]]:
    """Insert bills into an empty book past every check, as a program with a bug would, and give what an audit finds.

    Afterwards the book is empty again.
    """
    drafts, lines = ready(bills)
    with rolled_back(book) as connection:
        prepare(connection)
        rows = staged(drafts, 1, book.chart_version(connection))
        for number, voucher in enumerate((voucher for bill in bills for voucher in bill), 1):
            _force(connection, [row for row in rows if row[0] == number], voucher)
        yield audit(connection, book, checks, lines, entries)


def _force(connection: Connection, rows: list[tuple[object, ...]], voucher: Voucher) -> None:
    connection.exec_driver_sql("DELETE FROM candidate")
    stage(connection, rows)
    insert_candidates(connection, voucher.prepared_by or CLERK, voucher.approved_by)


def ready(bills: Iterable[Bill]) -> tuple[list[Draft], dict[int, int]]:
    """Return drafts for an empty book, each knowing which of its twins it is, and the line of each id."""
    ids: dict[str, int] = {}
    lines: dict[int, int] = {}
    drafts: list[Draft] = []
    twins: Counter[str] = Counter()
    for number, bill in enumerate(bills, 1):
        for voucher in bill:
            lines[len(lines) + 1] = voucher.line
            draft = voucher.ready(ids, bill=number)
            key = json.dumps(draft.content())
            twins[key] += 1
            drafts.append(replace(draft, natural_key=key, occurrence=twins[key]))
            ids[voucher.name] = len(lines)
    return drafts, lines


def in_book(book: Book, checks: Mapping[str, Check]) -> set[Found]:
    """Audit everything that was posted; a finding stands at the id of its voucher."""
    with book.reading() as connection:
        return audit(connection, book, checks, {})


def audit(
    connection: Connection,
    book: Book,
    checks: Mapping[str, Check],
    lines: Mapping[int, int],
    entries: Mapping[str, int] | None = None,
) -> set[Found]:
    """Audit everything that a connection sees as posted."""
    lens = book_lens(connection, book.chart(connection))
    ready = [check for check in checks.values() if not why_not(connection, check, lens)]
    return at_lines(checking.run(connection, ready, lens), lines, entries)


def at_lines(
    findings: Iterable[object], lines: Mapping[int, int], entries: Mapping[str, int] | None = None
) -> set[Found]:
    """Return findings by the lines of their vouchers, or of their register entries."""
    entered = entries or {}
    return {
        Found(
            lines.get(finding.voucher, finding.voucher) or entered.get(finding.subject.file, 0),
            finding.check,
            finding.severity,
        )
        for finding in findings
        if isinstance(finding, Finding)
    }
