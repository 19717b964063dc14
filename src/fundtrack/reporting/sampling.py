"""Monetary-unit sampling: every fen that went out has the same chance, and anybody with the seed draws the same again.

The population is stratified by fund. In each fund the amounts are added up in order of voucher numbers, and the
vouchers are taken in which the points `start`, `start + interval`, `start + 2·interval`… fall. So a voucher at or above
the interval is always taken: it is certain, and may be hit several times.

The start is no call of a random generator, which differs from program to program. It is

    1 + SHA-256("SEED|FUND|TOTAL") mod interval

the text in UTF-8, TOTAL what the fund's population comes to in its smallest unit (fen) as plain digits, the hash read
as one big-endian number. No part of it hangs on the database, on the order of posting, or on another fund.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from fundtrack import money
from fundtrack.checking.lens import unnamed
from fundtrack.errors import UsageError
from fundtrack.reporting.confidence import design_factor
from fundtrack.reporting.population import Scope, population

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from decimal import Decimal
    from pathlib import Path

    from fundtrack.book import Book
    from fundtrack.checking.source import Source as Read
    from fundtrack.errors import Language
    from fundtrack.reporting.population import Population, Subject, Total, Voucher


@dataclass(frozen=True)
class Plan:
    """How large a sample is drawn: a `size`, an `interval`, or a `tolerable` misstatement at a `confidence`.

    Amounts are in fen. `expected` is the misstatement expected; `confidence` is in per cent. Raises UsageError:
    `sample-method` unless it is one of the three, `sample-seed`, and what `design_factor` does.
    """

    seed: str
    size: int = 0
    interval: int = 0
    tolerable: int = 0
    expected: int = 0
    confidence: int = 95

    def __post_init__(self) -> None:
        """Refuse what says too little or too much."""
        if not self.seed.strip():
            raise UsageError("sample-seed")
        given = (self.size, self.interval, self.tolerable)
        if min(given) < 0 or sum(map(bool, given)) != 1 or (self.expected and not self.tolerable):
            raise UsageError("sample-method")
        assert not self.tolerable or self.factor  # refuses what no sample would do for

    @property
    def factor(self) -> Decimal | None:
        """The confidence factor, where the plan has a confidence."""
        return design_factor(self.confidence, self.expected, self.tolerable) if self.tolerable else None

    def intervals(self, totals: Mapping[str, Total], scale: int) -> dict[str, int]:
        """Return the interval of each fund, in the smallest units of a unit of so many decimals; each has a hit.

        A size is shared out by money. An interval, given or from a confidence, is the same for all funds, for then
        every fen has the same chance; a fund that comes to less is one interval by itself.
        """
        if self.size:
            shares = shared_out(self.size, {fund: total.amount for fund, total in totals.items()})
            return {fund: total.amount // shares[fund] for fund, total in totals.items()}
        wanted = int(self.tolerable // self.factor) if self.factor else self.interval
        wide = max(1, wanted * 10**scale // 10**money.SCALE)
        return {fund: min(wide, total.amount) for fund, total in totals.items()}


class Stratum(NamedTuple):
    """A fund's share of the sample. `hits` are selection points, `items` vouchers, `certain` those at the interval."""

    fund: str
    vouchers: int
    amount: int
    interval: int
    start: int
    hits: int
    items: int
    certain: int
    certain_amount: int


class Item(NamedTuple):
    """A voucher of the sample. `cumulative` is what the fund's vouchers come to up to it and with it."""

    fund: str
    voucher: Voucher
    amount: int
    cumulative: int
    hits: int
    certain: bool


@dataclass(frozen=True)
class Sample:
    """What was drawn, by which plan, from what; `returned` is what the bank returned whole, and was not drawn from."""

    plan: Plan
    scope: Scope
    unit: str
    scale: int
    strata: tuple[Stratum, ...]
    items: tuple[Item, ...]
    returned: Total
    problems: int
    about: Subject
    named: Callable[[Language, str, str], str] = unnamed


def sample(where: Book | Path | Read, plan: Plan, scope: Scope | None = None, fund_pattern: str = "") -> Sample:
    """Draw a sample from a book or from a ledger; without a `scope` from all money that went out.

    Raises UsageError: what `Population.totals` and `population` do.
    """
    scope = scope or Scope()
    with population(where, scope, fund_pattern) as found:
        totals = found.totals()
        intervals = plan.intervals(totals, found.scale)
        starts = {fund: start_of(plan.seed, fund, total.amount, intervals[fund]) for fund, total in totals.items()}
        drawn = list(_drawn(found, intervals, starts))
        described = found.described(voucher for _, voucher, *_ in drawn)
        named, returned = found.lens.named, found.returned()
    items = tuple(
        Item(fund, described[voucher], amount, cumulative, hits, amount >= intervals[fund])
        for fund, voucher, amount, cumulative, hits in sorted(drawn, key=lambda one: one[0])
    )
    strata = tuple(_stratum(fund, total, intervals[fund], starts[fund], items) for fund, total in totals.items())
    return Sample(plan, scope, found.unit, found.scale, strata, items, returned, found.problems, found.about, named)


def start_of(seed: str, fund: str, total: int, interval: int) -> int:
    """Return the first selection point of a fund, from 1 to the interval."""
    digest = sha256(f"{seed}|{fund}|{total}".encode()).digest()
    return 1 + int.from_bytes(digest, "big") % interval


def hits_between(before: int, after: int, start: int, interval: int) -> int:
    """Return how many selection points lie above a cumulative amount, up to another and with it."""
    return (after - start) // interval - (before - start) // interval


def shared_out(size: int, amounts: Mapping[str, int]) -> dict[str, int]:
    """Return how many selection points each fund gets: one at least, no more than it has fen, else by its money.

    What does not come out even goes to the largest remainders, of equal ones to the fund that comes first.
    """
    total = sum(amounts.values())
    shares = {fund: max(1, size * amount // total) for fund, amount in amounts.items()}
    sharing = [fund for fund, amount in amounts.items() if size * amount >= total]
    left = max(0, size - sum(shares.values()))
    for fund in sorted(sharing, key=lambda fund: (-(size * amounts[fund] % total), fund))[:left]:
        shares[fund] += 1
    return {fund: min(share, amounts[fund]) for fund, share in shares.items()}


def _drawn(
    found: Population, intervals: Mapping[str, int], starts: Mapping[str, int]
) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield fund, voucher, amount, cumulative amount and hits of every voucher that is hit."""
    of_fund, cumulative = None, 0
    for fund, voucher, amount in found.in_order():
        before = cumulative if fund == of_fund else 0
        of_fund, cumulative = fund, before + amount
        hits = hits_between(before, cumulative, starts[fund], intervals[fund])
        if hits:
            yield fund, voucher, amount, cumulative, hits


def _stratum(fund: str, total: Total, interval: int, start: int, items: Iterable[Item]) -> Stratum:
    own = [item for item in items if item.fund == fund]
    certain = [item.amount for item in own if item.certain]
    return Stratum(
        fund, total.vouchers, total.amount, interval, start, sum(item.hits for item in own), len(own), len(certain),
        sum(certain),
    )  # fmt: skip
