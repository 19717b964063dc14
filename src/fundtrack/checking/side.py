"""One side of a comparison: a book or what a ledger says, read voucher by voucher in the order of days."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from sqlalchemy import text

from fundtrack import money
from fundtrack.checking.book import book_lens
from fundtrack.checking.foreign import foreign
from fundtrack.checking.recorded import on_record, told
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.checking.accounted import Accounted
    from fundtrack.checking.finding import Finding
    from fundtrack.checking.lens import Lens
    from fundtrack.checking.limits import Limit
    from fundtrack.checking.recorded import Kind
    from fundtrack.checking.source import Read, Source

AT_A_TIME: Final = 500
"""Rows fetched at a time."""

HEAD: Final = ("voucher", "day", "date", "fund", "voucher_number")
"""What is read of a voucher beside the fields that are compared."""

Account = tuple[str, str, str]
"""An account's path, its fund and the unit."""


class Voucher(NamedTuple):
    """What of a voucher is compared: `legs` are its sums by account, `said` the texts that both sides say."""

    voucher: int
    day: int
    date: str
    fund: str
    number: str
    said: tuple[str, ...]
    legs: tuple[tuple[Account, int], ...]


class Counted(NamedTuple):
    """How many vouchers were read, and the first and last of their days; empty without one."""

    vouchers: int = 0
    first: str = ""
    last: str = ""


@dataclass
class Side:
    """A book or a ledger on a connection; `settle` it and read its `days`, then `balances` and `counted` are known."""

    FIELDS: ClassVar = ("payee", "project", "document", "bank_ref")

    connection: Connection
    lens: Lens
    title: str
    path: Path
    problems: tuple[Finding, ...] = ()
    files: tuple[Accounted, ...] = ()
    limits: tuple[Limit, ...] = ()
    read: tuple[Read, ...] = ()
    on_record: Mapping[str, Kind] = field(default_factory=dict, repr=False)
    balances: defaultdict[Account, int] = field(default_factory=lambda: defaultdict(int))
    counted: Counted = field(default_factory=Counted)
    fields: tuple[str, ...] = ()
    shared: Mapping[str, int] = field(default_factory=dict)

    @property
    def scales(self) -> Mapping[str, int]:
        """The decimals of its units, where they are not those of money."""
        return self.lens.scales

    def scale(self, unit: str) -> int:
        """Return the decimals at which amounts of a unit are compared."""
        return self.shared.get(unit, money.SCALE)

    def said(self) -> set[str]:
        """Return which of the fields of vouchers it says at all, the number among them."""
        vouchers = self.lens.after("book")["vouchers"]
        asked = (*self.FIELDS, "voucher_number")
        return {
            name
            for name in asked
            if dialect.rows_of(
                self.connection, f"SELECT 1 WHERE EXISTS (SELECT 1 FROM ({vouchers}) AS v WHERE {name} <> '')"
            )
        }

    def settle(self, scales: Mapping[str, int], fields: tuple[str, ...]) -> None:
        """Say at which decimals amounts are compared, and which texts."""
        self.shared, self.fields = scales, fields

    def days(self) -> Iterator[tuple[int, Sequence[Voucher]]]:
        """Yield the vouchers of every day that has some."""
        for day, vouchers in groupby(self._vouchers(), key=lambda one: one.day):
            yield day, list(vouchers)

    def _vouchers(self) -> Iterator[Voucher]:
        """Yield every voucher with what it moves, by day."""
        relations = self.lens.after("book")
        columns = ", ".join((*HEAD, *self.fields))
        heads = self._rows(f"SELECT {columns} FROM ({relations['vouchers']}) AS v ORDER BY day, voucher")
        legs = self._rows(
            f"SELECT voucher, account, fund, unit, amount FROM ({relations['postings']}) AS p ORDER BY day, voucher"
        )
        moved = groupby(legs, key=lambda row: row[0])
        ahead = next(moved, None)
        for voucher, day, date, fund, number, *said in heads:
            sums: defaultdict[Account, int] = defaultdict(int)
            if ahead is not None and ahead[0] == voucher:
                for _, account, of, unit, amount in ahead[1]:
                    sums[account, of, unit] += self.exact(amount, unit)
                ahead = next(moved, None)
            for account, amount in sums.items():
                self.balances[account] += amount
            self.counted = Counted(self.counted.vouchers + 1, self.counted.first or date, date)
            yield Voucher(voucher, day, date, fund, number, tuple(said), tuple(sorted(filter(_moves, sums.items()))))

    def exact(self, amount: int, unit: str) -> int:
        """Return an amount at the scale at which both sides are compared."""
        finer = self.scale(unit) - self.scales.get(unit, money.SCALE)
        return int(amount) * int(f"1{'0' * finer}")

    def _rows(self, select: str) -> Iterator[Any]:
        """Yield the rows of a select, some at a time."""
        result = self.connection.execute(text(select), execution_options={"stream_results": True})
        for rows in result.partitions(AT_A_TIME):
            yield from rows


def _moves(leg: tuple[Account, int]) -> bool:
    return leg[1] != 0


@contextmanager
def book_side(book: Book) -> Iterator[Side]:
    """Give a book as a side, as it stands at one moment."""
    with book.reading() as connection:
        lens = book_lens(connection, book.chart(connection))
        yield Side(connection, lens, book.settings.title, book.folder, on_record=on_record(connection))


@contextmanager
def source_side(source: Source, fund_pattern: str = "") -> Iterator[Side]:
    """Give what a ledger or another system says as a side. Raises what `foreign` does."""
    with foreign(source.entries, source.options, fund_pattern) as loaded:
        about = (source.problems, source.files, source.limits, source.read)
        yield Side(loaded.connection, loaded.lens, source.title, source.path, *about, on_record=told(source.entries))
