"""The roads to a verdict: the same vouchers checked one by one as they are posted, all at once, and in the book.

A ledger with its own chart, such as an example on a check's page, is read into drafts; an empty book is copied from a
template, which takes milliseconds on either engine. Nothing is granted here: a chart is what the text says.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter, defaultdict
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

from beancount import loader
from beancount.core.data import Transaction

from fundtrack import checking, pages
from fundtrack.book import create_book, open_book
from fundtrack.book.policy import apply_chart
from fundtrack.chart.model import identity
from fundtrack.chart.read import read_chart
from fundtrack.checking.book import book_lens, vouchers_of
from fundtrack.checking.candidates import candidate_lens, prepare, stage
from fundtrack.errors import Refused
from fundtrack.posting import Draft, Entry, Leg, post
from fundtrack.posting.insert import insert_candidates
from fundtrack.posting.post import next_voucher, staged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from decimal import Decimal
    from pathlib import Path

    from sqlalchemy import URL, Connection

    from fundtrack.book import Book
    from fundtrack.chart.model import Chart
    from fundtrack.checking import Check, Finding
    from postgresql import Server

CLERK: Final = "zhang"
TITLE: Final = 'option "title" "Example"\n'
TRANSACTION: Final = re.compile(r"^\d{4}-\d\d-\d\d [*!] .*\n(?:[ \t]+\S.*\n)*", re.MULTILINE)
EXPECTED: Final = re.compile(r"([a-z0-9-]+)(?: \((\w+)\))?")


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

    def ready(self, ids: Mapping[str, int], bill: int = 0) -> Draft:
        """Return the draft with ids for the names."""
        reverses, cites = (ids.get(name) if name else None for name in (self.reverses, self.cites))
        return replace(self.draft, reverses=reverses, cites=cites, bill=bill)


Bill = list[Voucher]
"""Linked vouchers, which stand or fall together; most bills are one voucher."""


@dataclass(frozen=True)
class Case:
    """A chart and what is to be posted under it, in order of posting; `impossible` are lines that no draft can say."""

    chart: str
    bills: list[Bill]
    impossible: set[Found] = field(default_factory=set)


def examples() -> list[Example]:
    """Return every example of every installed check."""
    return [
        Example(name, section.title, fence.text)
        for name, page in pages.catalogue("checks").items()
        for section in page.examples
        for fence in section.fences
        if fence.language == "beancount"
    ]


def read_case(text: str) -> Case:
    """Read a ledger with its chart into drafts, ordered as posting one by one takes them."""
    chart_text = TITLE + TRANSACTION.sub(lambda found: "\n" * found[0].count("\n"), text)
    chart = read_chart(chart_text, "example")
    bills: dict[str, Bill] = defaultdict(list)
    impossible = set()
    for entry in loader.load_string(text)[0]:
        if isinstance(entry, Transaction):
            line = entry.meta["lineno"]
            try:
                vouchers = _vouchers(entry, chart)
            except ValueError:
                impossible.add(Found(line, "unbalanced", "fatal"))
            else:
                bills[entry.meta.get("link", str(line))] += vouchers
    return Case(chart_text, in_order(bills.values()), impossible)


def in_order(bills: Iterable[Bill]) -> list[Bill]:
    """Return bills by date, money in first, then as they are written."""
    return sorted(bills, key=lambda bill: min((v.draft.date, not v.draft.inflow, v.line) for v in bill))


def _vouchers(entry: Transaction, chart: Chart) -> Bill:
    """Return the vouchers of a transaction: one for each of its funds where each balances, else one mixed."""
    meta = entry.meta
    (kind,) = entry.tags
    legs = [(Leg(*identity(p.account).split(":")[1:]), _fen(p.units.number), p.units.currency) for p in entry.postings]
    funds = sorted({leg.fund for leg, _, _ in legs})
    shares = [[leg for leg in legs if leg[0].fund == fund] for fund in funds]
    if any(sum(amount for _, amount, _ in share) for share in shares):
        shares = [legs]
    names = {"name": meta.get("voucher", ""), "reverses": meta.get("reverses", ""), "cites": meta.get("cites", "")}
    words = {word: meta.get(key, "") for word, key in (("document", "doc"), ("bank", "bank"), ("bank_ref", "bank-ref"))}
    red = (kind == "refund") ^ ("reverses" in meta)
    drafts = [
        Draft(share[-1][0].fund, entry.date, kind, entries_of(share, red=red), payee=entry.payee or "",
              narration=entry.narration or "", inflow=brings_money(share, chart), **words)
        for share in shares
    ]  # fmt: skip
    return [Voucher(meta["lineno"], draft, **names) for draft in drafts]


def _fen(amount: Decimal) -> int:
    fen = amount * 100
    assert fen == int(fen), amount
    return int(fen)


def brings_money(legs: Iterable[tuple[Leg, int, str]], chart: Chart) -> bool:
    """Return whether legs only add to cash."""
    cash = {(account.fund, account.code) for account in chart.accounts.values() if account.kind == "cash"}
    flows = [amount for leg, amount, _ in legs if leg in cash]
    return bool(flows) and min(flows) > 0


def entries_of(legs: Sequence[tuple[Leg, int, str]], *, red: bool) -> tuple[Entry, ...]:
    """Pair legs in written order, within a fund as far as that goes. Raises ValueError where a side is left over."""
    sides = {sign: [[leg, abs(amount), unit] for leg, amount, unit in legs if amount * sign > 0] for sign in (1, -1)}
    entries = []
    for same_fund in (True, False):
        for positive in sides[1]:
            for negative in sides[-1]:
                amount = min(positive[1], negative[1])
                if amount and positive[2] == negative[2] and (positive[0].fund == negative[0].fund or not same_fund):
                    debit, credit = (negative, positive) if red else (positive, negative)
                    entries.append(Entry(debit[0], credit[0], amount, int(red), positive[2]))
                    positive[1] -= amount
                    negative[1] -= amount
    if any(leg[1] for side in sides.values() for leg in side):
        raise ValueError(legs)
    return tuple(entries)


@dataclass(frozen=True)
class Shelf:
    """Empty books on both engines, copied from templates."""

    folder: Path
    server: Server
    template: URL
    _numbers: Iterator[int] = field(default_factory=count)

    @classmethod
    def make(cls, folder: Path, server: Server, template: URL) -> Shelf:
        """Make the templates: a folder for each engine, and a PostgreSQL database that holds nothing yet."""
        for engine, database in (("sqlite", ""), ("postgresql", address(template))):
            create_book(folder / engine, title="Example", language="en", database=database).engine.dispose()
        return cls(folder, server, template)

    @contextmanager
    def book(self, engine: str, chart: str) -> Iterator[Book]:
        """Give a book on `sqlite` or `postgresql` with a chart in force."""
        folder = self.folder / f"book{next(self._numbers)}"
        shutil.copytree(self.folder / engine, folder)
        with ExitStack() as stack:
            if engine == "postgresql":
                url = stack.enter_context(self.server.database(str(self.template.database)))
                (folder / "fundtrack.toml").write_text(f"database = {json.dumps(address(url))}\n", "utf-8")
            book = open_book(folder)
            stack.callback(book.engine.dispose)
            apply_chart(book, chart, by=CLERK, document="example")
            yield book


def address(url: URL) -> str:
    """Return a URL as settings spell it."""
    return url.render_as_string(hide_password=False)


def one_by_one(book: Book, bills: Iterable[Bill], checks: Mapping[str, Check]) -> tuple[set[Found], list[Bill]]:
    """Post bills one after the other; return all findings, and the bills that were refused."""
    ids: dict[str, int] = {}
    lines: dict[int, int] = {}
    found: set[Found] = set()
    refused = []
    for bill in bills:
        with book.reading() as connection:
            first = next_voucher(connection)
        lines |= {first + at: voucher.line for at, voucher in enumerate(bill)}
        try:
            posted = post(book, [voucher.ready(ids, bill=int(len(bill) > 1)) for voucher in bill], by=CLERK, pages=checks)
        except Refused as refusal:
            found |= at_lines(refusal.findings, lines)
            refused.append(bill)
        else:
            ids |= {voucher.name: first + at for at, voucher in enumerate(bill)}
            found |= at_lines(posted.findings, lines)
    return found, refused


def at_once(book: Book, bills: Iterable[Bill], checks: Mapping[str, Check]) -> set[Found]:
    """Stage all bills as candidates of an empty book and return what is found."""
    drafts, lines = ready(bills)
    with book.writing() as connection:
        prepare(connection)
        stage(connection, staged(drafts, 1, book.chart_version(connection)))
        lens = candidate_lens(book.chart(connection), vouchers_of(connection))
        return at_lines(checking.run(connection, checks.values(), lens), lines)


@contextmanager
def by_force(book: Book, bills: Iterable[Bill], checks: Mapping[str, Check]) -> Iterator[set[Found]]:
    """Insert bills into an empty book past every check, as a program with a bug would, and give what an audit finds.

    Afterwards the book is empty again.
    """
    drafts, lines = ready(bills)
    with book.engine.connect() as connection, connection.begin() as transaction:
        prepare(connection)
        rows = staged(drafts, 1, book.chart_version(connection))
        for voucher in lines:
            _force(connection, [row for row in rows if row[0] == voucher])
        yield audit(connection, book, checks, lines)
        transaction.rollback()


def _force(connection: Connection, rows: list[tuple[object, ...]]) -> None:
    connection.exec_driver_sql("DELETE FROM candidate")
    stage(connection, rows)
    insert_candidates(connection, CLERK, "")


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


def audit(connection: Connection, book: Book, checks: Mapping[str, Check], lines: Mapping[int, int]) -> set[Found]:
    """Audit everything that a connection sees as posted."""
    return at_lines(checking.run(connection, checks.values(), book_lens(connection, book.chart(connection))), lines)


def at_lines(findings: Iterable[Finding], lines: Mapping[int, int]) -> set[Found]:
    """Return findings by the lines of their vouchers."""
    return {Found(lines.get(finding.voucher, finding.voucher), finding.check, finding.severity) for finding in findings}
