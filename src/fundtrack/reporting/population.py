"""The population an auditor samples from: what went out, voucher by voucher, of whatever can be checked.

By default that is money paid to others: disbursements, advances and bank charges, and of a ledger that names no kinds
whatever left the accounts of cash. A verification moves no money: the advance it settles is in the population already,
and would be met twice. Loans between funds and their repayment stay in the county, and each is judged by its document.
Other kinds are had by name; a voucher then counts by the side that its amount stands on.

A voucher and its reversal are neither money out nor back, so both are left out, if both lie within the days asked for:
what was reversed only after the last of them stood at that day, and is there. A refund brings back part of a payment
that did happen; the payment stays whole. So it does where the bank returned a part; but what it returned whole, up to
the last of the days, went out to nobody, and would be met twice once it is paid again.
"""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import bindparam, text

from fundtrack import money
from fundtrack.book import Book
from fundtrack.checking.book import book_lens
from fundtrack.checking.declared import text as said
from fundtrack.checking.foreign import KINDS, ROW, SHEET, foreign
from fundtrack.checking.source import ledger_source
from fundtrack.errors import UsageError
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqlalchemy import Connection, TextClause

    from fundtrack.checking.foreign import Foreign
    from fundtrack.checking.lens import Lens
    from fundtrack.checking.source import Read as File
    from fundtrack.checking.source import Source as Read

NO_KIND: Final = ""
"""The kind of a voucher of a ledger that names none."""

PAID: Final = ("disbursement", "advance", "bank-charge", NO_KIND)
"""The kinds by which money goes out to others; they count by what leaves the accounts of cash."""

AT_A_TIME: Final = 500
"""Rows fetched, and vouchers looked up, at a time."""

MONEY_OUT: Final = """
SELECT m.voucher, m.fund, m.amount, CASE WHEN back.amount >= m.amount THEN 1 ELSE 0 END AS returned
FROM (
    SELECT p.voucher, p.fund, CASE WHEN MIN(p.kind) IN :paid
        THEN SUM(CASE WHEN p.account_kind = 'cash' THEN -p.amount ELSE 0 END)
        ELSE SUM(CASE WHEN p.amount > 0 THEN p.amount ELSE 0 END) END AS amount
    FROM postings AS p
    WHERE p.unit = :unit AND p.kind IN :kinds AND p.day BETWEEN :first AND :last
    GROUP BY p.voucher, p.fund
) AS m
LEFT JOIN (
    SELECT b.cites AS voucher, SUM(p.amount) AS amount
    FROM vouchers AS b
    JOIN postings AS p ON p.voucher = b.voucher
    WHERE b.kind = 'returned-payment' AND b.day <= :last AND p.unit = :unit AND p.account_kind = 'cash'
    GROUP BY b.cites
) AS back ON back.voucher = m.voucher
WHERE m.amount > 0
    AND m.voucher NOT IN (SELECT r.reverses FROM vouchers AS r WHERE r.reverses > 0 AND r.day <= :last)
    AND m.voucher NOT IN (SELECT r.voucher FROM vouchers AS r WHERE r.reverses <> 0)
"""

NUMBERED: Final = "v.year, v.number"
"""The order of the vouchers of a fund in a book, published or not: their numbers, never the order of insertion."""

DESCRIBED: Final = f"{NUMBERED}, v.day, v.kind, v.payee, v.narration, v.document, v.bank_ref, m.amount, m.voucher"
"""The order in a ledger whose vouchers may have no number: what they say. Those alike in all of it are alike."""


class Source(NamedTuple):
    """Where a voucher came from: a file, its sheet and row; of a ledger that does not say, its own line."""

    file: str
    sheet: str
    row: int


class Voucher(NamedTuple):
    """What an auditor needs to pull a voucher. `number` is empty in a ledger that gives none."""

    number: str
    date: str
    kind: str
    payee: str
    narration: str
    document: str
    source: Source


class Subject(NamedTuple):
    """What was sampled: its title, its path and the files that were read, each with its hash; a book is no file."""

    title: str
    path: str
    read: tuple[File, ...] = ()


class Total(NamedTuple):
    """How many vouchers a fund's population has, and what they come to."""

    vouchers: int
    amount: int


@dataclass(frozen=True)
class Scope:
    """Which vouchers are the population: of these funds (none: all) and kinds (none: `PAID`), days and unit."""

    funds: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    since: dt.date | None = None
    until: dt.date | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        """Refuse what would silently be an empty population. Raises UsageError: `population-kind`, `-dates`."""
        for kind in self.kinds:
            if kind not in KINDS:
                raise UsageError("population-kind", kind=kind, known=", ".join(sorted(KINDS)))
        if self.since and self.until and self.since > self.until:
            raise UsageError("population-dates", since=self.since, until=self.until)


@dataclass(frozen=True)
class Population:
    """The vouchers of a scope, in a book or ledger that is open. `scale` are the decimals of `unit`.

    `problems` is how much of the ledger could not be read or is not as it was published: that may be missing here.
    """

    connection: Connection
    lens: Lens
    scope: Scope
    unit: str
    order: str
    source: Callable[[int], Source]
    about: Subject
    problems: int = 0

    @property
    def scale(self) -> int:
        """The decimals of the unit."""
        return self.lens.scales.get(self.unit, money.SCALE)

    def totals(self) -> dict[str, Total]:
        """Return what each fund's vouchers come to, in order of funds.

        Raises UsageError (`population-empty`, `population-of-fund`) where there is none, or none of a fund asked for.
        """
        rows = self._rows("SELECT fund, COUNT(*), SUM(amount) FROM population GROUP BY fund")
        found = {fund: Total(int(count), int(amount)) for fund, count, amount in rows}
        for fund in self.scope.funds:
            if fund not in found:
                raise UsageError("population-of-fund", fund=fund, unit=self.unit)
        if not found:
            raise UsageError("population-empty", unit=self.unit)
        return dict(sorted(found.items()))

    def returned(self) -> Total:
        """Return what the bank returned whole, and is not in it."""
        ((count, amount),) = self._rows("SELECT COUNT(*), COALESCE(SUM(amount), 0) FROM gone WHERE returned = 1")
        return Total(int(count), int(amount))

    def in_order(self) -> Iterator[tuple[str, int, int]]:
        """Yield fund, voucher and amount, fund by fund, in an order that does not hang on where the book is kept."""
        rows = self._rows(
            "SELECT m.fund, m.voucher, m.amount FROM population AS m JOIN vouchers AS v ON v.voucher = m.voucher "
            f"ORDER BY m.fund, {self.order}"
        )
        return ((fund, voucher, int(amount)) for fund, voucher, amount in rows)

    def amounts(self, *, by_fund: bool) -> Iterator[tuple[str, int, int]]:
        """Yield each amount once and how many vouchers have it: fund by fund, or of all funds together ("")."""
        key, group = ("fund", "fund, amount") if by_fund else ("''", "amount")
        rows = self._rows(f"SELECT {key}, amount, COUNT(*) FROM population GROUP BY {group} ORDER BY {group}")
        return ((fund, int(amount), int(count)) for fund, amount, count in rows)

    def described(self, vouchers: Iterable[int]) -> dict[int, Voucher]:
        """Return what identifies these vouchers."""
        wanted = sorted(set(vouchers))
        found: dict[int, Voucher] = {}
        for at in range(0, len(wanted), AT_A_TIME):
            statement = (
                f"WITH vouchers AS ({self.lens.after('')['vouchers']}) "
                "SELECT voucher, date, kind, payee, narration, document FROM vouchers WHERE voucher IN :wanted"
            )
            bound = text(statement).bindparams(bindparam("wanted", wanted[at : at + AT_A_TIME], expanding=True))
            for key, date, kind, payee, narration, document in self.connection.execute(bound):
                number = self.lens.subject(key, "").voucher
                found[key] = Voucher(number, date, kind, payee, narration, document, self.source(key))
        return found

    def _rows(self, select: str) -> Iterator[Any]:
        """Yield the rows of a select over the population, which may be large: some at a time."""
        result = self.connection.execute(self._statement(select), execution_options={"stream_results": True})
        return (row for part in result.partitions(AT_A_TIME) for row in part)

    def _statement(self, select: str) -> TextClause:
        relations = self.lens.after("")
        named = ", ".join(f"{name} AS NOT MATERIALIZED ({relations[name]})" for name in ("postings", "vouchers"))
        scope = self.scope
        out = MONEY_OUT + (" AND m.fund IN :funds" if scope.funds else "")
        lists = {"paid": PAID, "kinds": scope.kinds or PAID} | ({"funds": scope.funds} if scope.funds else {})
        kept = "SELECT voucher, fund, amount FROM gone WHERE returned = 0"
        return text(f"WITH {named}, gone AS ({out}), population AS ({kept}) {select}").bindparams(
            *(bindparam(name, list(values), expanding=True) for name, values in lists.items()),
            unit=self.unit,
            first=(scope.since or dt.date.min).toordinal(),
            last=(scope.until or dt.date.max).toordinal(),
        )


@contextmanager
def population(where: Book | Path | Read, scope: Scope, fund_pattern: str = "") -> Iterator[Population]:
    """Open the population of a book, of the ledger of a path, or of what was read from one, while the context lasts.

    No code that a ledger names is run. Raises what `ledger_source` and `foreign` do.
    """
    if isinstance(where, Book):
        with where.reading() as connection, dialect.in_little_memory(connection):
            chart = where.chart(connection)
            lens, unit = book_lens(connection, chart), scope.unit or chart.currency
            about = Subject(where.settings.title, where.folder.name)
            yield Population(connection, lens, scope, unit, NUMBERED, _imported_from(lens), about)
        return
    read = ledger_source(where) if isinstance(where, Path) else where
    unit = scope.unit or next(iter(read.options["operating_currency"]), "CNY")
    with foreign(read.entries, read.options, fund_pattern) as loaded:
        source, problems = _written_in(loaded), len(read.problems)
        about = Subject(read.title, read.path.as_posix(), read.read)
        yield Population(loaded.connection, loaded.lens, scope, unit, DESCRIBED, source, about, problems)


def _imported_from(lens: Lens) -> Callable[[int], Source]:
    def source(voucher: int) -> Source:
        subject = lens.subject(voucher, "")
        return Source(subject.file, subject.sheet, subject.row)

    return source


def _written_in(loaded: Foreign) -> Callable[[int], Source]:
    """Return what says where a transaction came from: a published one by its metadata, others by their place."""

    def source(voucher: int) -> Source:
        meta = loaded.transactions[voucher - 1].meta
        if ROW in meta:
            return Source(Path(str(meta["filename"])).name, str(meta[SHEET]), int(meta[ROW]))
        if said(meta, "voucher"):
            came = loaded.lens.subject(voucher, "").came_from
            return Source(came.file, came.sheet, came.row)
        if "voucher" in meta or "source" in meta:
            row = said(meta, "row")
            return Source(said(meta, "source"), said(meta, "sheet"), int(row) if row.isdecimal() else 0)
        return Source(str(meta["filename"]), "", int(meta["lineno"]))

    return source
