"""What a book says, in a form that can be compared: the same from its database and from its published ledger."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, groupby
from typing import TYPE_CHECKING, Final

from fundtrack.ledger.applications import applications
from fundtrack.ledger.batches import batches
from fundtrack.ledger.history import history
from fundtrack.ledger.periods import acts
from fundtrack.ledger.registers import entries
from fundtrack.ledger.rows import References, Row, references, rows_between, voucher_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fundtrack.book import Book
    from fundtrack.book.periods import PeriodAct
    from fundtrack.chart.model import Chart
    from fundtrack.ledger.applications import Asked
    from fundtrack.ledger.batches import Batch
    from fundtrack.ledger.history import History
    from fundtrack.ledger.registers import Entered


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One debit and one credit, by their codes in the voucher's fund; `amount` in minor units of `unit`."""

    unit: str
    debit: str
    credit: str
    amount: int
    red: bool


@dataclass(frozen=True, slots=True, order=True)
class Voucher:
    """A voucher with its entries in their order.

    `link`, `reverses` and `cites` are numbers of vouchers, empty for none; `source` and `row` are None unless imported.
    """

    fund: str
    year: int
    number: int
    date: str
    kind: str
    project: str
    payee: str
    narration: str
    document: str
    bank: str
    bank_ref: str
    payee_id: str
    payee_account: str
    contract: str
    link: str
    reverses: str
    cites: str
    occurrence: int
    source: tuple[str, str] | None
    row: int | None
    chart: int
    prepared_by: str
    approved_by: str
    recorded_at: str
    entries: tuple[Entry, ...]

    @property
    def name(self) -> str:
        """The number as it is shown: `F01-2015-000001`."""
        return voucher_number(self.fund, self.year, self.number)


@dataclass(frozen=True, slots=True)
class Canonical:
    """A chart without the language it is written in, its history, and the vouchers by fund, year and number.

    `entries` are those of the registers, register by register in the order in which they were made; `batches` are the
    imports, `applications` what was applied for with what was decided, `periods` the closings of months.
    """

    chart: Chart
    history: History
    vouchers: tuple[Voucher, ...]
    entries: tuple[Entered, ...]
    batches: tuple[Batch, ...]
    applications: tuple[Asked, ...]
    periods: tuple[PeriodAct, ...]


def canonical(book: Book) -> Canonical:
    """Return what the book says."""
    with book.reading() as connection:
        rows = chain.from_iterable(rows_between(connection, 1, date.max.toordinal()))
        vouchers = vouchers_of(rows, references(connection))
        chart, past = book.chart(connection), history(connection)
        imports, asked = batches(connection), applications(connection)
        return canonical_of(chart, past, vouchers, entries(connection), imports, asked, acts(connection))


def canonical_of(
    chart: Chart,
    history: History,
    vouchers: Iterable[Voucher],
    entries: Iterable[Entered],
    imports: Iterable[Batch],
    asked: Iterable[Asked],
    closings: Iterable[PeriodAct],
) -> Canonical:
    """Return a chart, its history, vouchers, entries of registers, imports, applications and closings as compared."""
    policy = replace(chart, language="en")
    stated = tuple(sorted(vouchers))
    return Canonical(policy, history, stated, tuple(entries), tuple(imports), tuple(asked), tuple(closings))


def vouchers_of(rows: Iterable[Row], resolve: References) -> Iterator[Voucher]:
    """Yield the vouchers of rows that stand together."""
    named = (Row(*row) for row in rows)
    for _, together in groupby(named, key=lambda row: (row.fund, row.year, row.number)):
        first, *others = together
        entries = (Entry(row.unit, row.debit, row.credit, row.amount, bool(row.red)) for row in (first, *others))
        yield Voucher(
            **{name: getattr(first, name) for name in SAME},
            link=resolve.voucher(first.link) if first.link else "",
            reverses=resolve.voucher(first.reverses) if first.reverses else "",
            cites=resolve.voucher(first.cites) if first.cites else "",
            source=None if first.batch is None else resolve.source(first.batch),
            entries=tuple(entries),
        )


def rows_of(voucher: Voucher) -> Iterator[Row]:
    """Yield the rows of a voucher, with `UNRESOLVED` references: their keys are what they refer to."""
    for entry in voucher.entries:
        yield Row(
            **{name: getattr(voucher, name) for name in SAME},
            link=voucher.link,
            reverses=voucher.reverses,
            cites=voucher.cites,
            batch=voucher.source,
            entries=len(voucher.entries),
            **{name: getattr(entry, name) for name in ("unit", "debit", "credit", "amount")},
            red=int(entry.red),
        )


SAME: Final = tuple(sorted({*Row._fields} & {*Voucher.__slots__} - {"link", "reverses", "cites", "entries"}))
"""The fields of a voucher that a row has as they are."""

UNRESOLVED: Final = References(voucher=str, source=lambda key: key)
