"""Benford's first-digit test: a lead that says where to look, never a finding.

In amounts that arise by themselves over several orders of magnitude the first digit is `d` in log10(1 + 1/d) of them
(Benford 1938). Amounts set by a standard, bounded by a threshold or too few say nothing by it, and that is said first.
Conformity is judged by the mean absolute deviation, with the ranges of Nigrini, "Benford's Law" (2012); the
chi-square of eight degrees of freedom stands beside it, which in a large population is never small.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from heapq import heappushpop
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from fundtrack.checking.lens import unnamed
from fundtrack.reporting.population import Scope, population

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from fundtrack.book import Book
    from fundtrack.checking.source import Source as Read
    from fundtrack.errors import Language

Conformity = Literal["close", "acceptable", "marginal", "none"]
Caution = Literal["few", "repeated", "narrow"]

DIGITS: Final = range(1, 10)
EXACT: Final = Context(prec=28)

EXPECTED: Final = {digit: (1 + 1 / Decimal(digit)).log10(EXACT) for digit in DIGITS}
"""The share of amounts that begin with each digit."""

RANGES: Final[tuple[tuple[Decimal, Conformity], ...]] = (
    (Decimal("0.006"), "close"),
    (Decimal("0.012"), "acceptable"),
    (Decimal("0.015"), "marginal"),
)
"""The mean absolute deviation up to which first digits conform; beyond the last they do not."""

CRITICAL: Final = Decimal("15.507")
"""The chi-square of eight degrees of freedom that one conforming population in twenty exceeds."""

ENOUGH: Final = 500
"""Amounts below which the deviation is mostly chance."""

OFTEN: Final = 10
REPEATED: Final = Decimal("0.25")
"""So many amounts, the most frequent, may make up this share; beyond it standards set the amounts, not life."""

NARROW: Final = Decimal("0.95")
"""Where this share of the amounts has one of two neighbouring lengths, they do not span the orders of magnitude."""


class Digit(NamedTuple):
    """A first digit: how many amounts begin with it, and the share that was expected to."""

    digit: int
    occurs: int
    share: Decimal
    expected: Decimal

    @property
    def deviation(self) -> Decimal:
        """How much larger the share is than expected."""
        return self.share - self.expected


@dataclass(frozen=True)
class Digits:
    """The first digits of a fund's amounts, or of all (`fund` is empty), and what stands against reading them."""

    fund: str
    amounts: int
    digits: tuple[Digit, ...]
    cautions: tuple[Caution, ...]

    @property
    def deviation(self) -> Decimal:
        """The mean absolute deviation of the shares."""
        with localcontext(EXACT):
            return sum((abs(one.deviation) for one in self.digits), Decimal()) / len(self.digits)

    @property
    def chi_square(self) -> Decimal:
        """The sum over the digits of the squared deviations in numbers, each by the number expected."""
        with localcontext(EXACT):
            parts = (one.deviation * one.deviation / one.expected for one in self.digits)
            return self.amounts * sum(parts, Decimal())

    @property
    def conformity(self) -> Conformity:
        """How well the digits conform."""
        return next((name for limit, name in RANGES if self.deviation <= limit), "none")

    def record(self) -> dict[str, Any]:
        """Return the machine-readable object of one table of `benford --format json`."""
        return {
            "fund": self.fund or None,
            "amounts": self.amounts,
            "digits": [
                {
                    "digit": one.digit,
                    "count": one.occurs,
                    "share": rounded(one.share),
                    "expected": rounded(one.expected),
                    "deviation": rounded(one.deviation),
                }
                for one in self.digits
            ],
            "chi_square": rounded(self.chi_square, 3),
            "chi_square_critical": str(CRITICAL),
            "mean_absolute_deviation": rounded(self.deviation),
            "conformity": self.conformity,
            "cautions": list(self.cautions),
        }


@dataclass(frozen=True)
class Benford:
    """The tables asked for: one of all amounts, or one a fund."""

    unit: str
    tables: tuple[Digits, ...]
    problems: int
    named: Callable[[Language, str, str], str] = unnamed

    def record(self) -> dict[str, Any]:
        """Return the machine-readable object of `benford --format json`."""
        tables = [table.record() for table in self.tables]
        return {"unit": self.unit, "finding": False, "tables": tables, "problems": self.problems}


def benford(
    where: Book | Path | Read, scope: Scope | None = None, *, by_fund: bool = False, fund_pattern: str = ""
) -> Benford:
    """Count the first digits of what went out. Raises UsageError: what `Population.totals` and `population` do."""
    with population(where, scope or Scope(), fund_pattern) as found:
        found.totals()
        by = groupby(found.amounts(by_fund=by_fund), itemgetter(0))
        tables = tuple(digits(fund, ((amount, count) for _, amount, count in rows)) for fund, rows in by)
        named = found.lens.named
    return Benford(found.unit, tables, found.problems, named)


def digits(fund: str, amounts: Iterable[tuple[int, int]]) -> Digits:
    """Return the first digits of amounts; each comes once, with how often it occurs."""
    first, lengths = Counter[int](), Counter[int]()
    often = [0] * OFTEN
    for amount, count in amounts:
        written = str(amount)
        first[int(written[0])] += count
        lengths[len(written)] += count
        heappushpop(often, count)
    total = first.total()
    with localcontext(EXACT):
        shares = tuple(Digit(one, first[one], Decimal(first[one]) / total, EXPECTED[one]) for one in DIGITS)
    return Digits(fund, total, shares, tuple(_cautions(total, lengths, often)))


def _cautions(total: int, lengths: Counter[int], often: Iterable[int]) -> Iterator[Caution]:
    """Yield why the digits may say nothing."""
    if total < ENOUGH:
        yield "few"
    if sum(count for count in often if count > 1) > REPEATED * total:
        yield "repeated"
    if max(lengths[length] + lengths[length + 1] for length in list(lengths)) >= NARROW * total:
        yield "narrow"


def rounded(number: Decimal, places: int = 6) -> str:
    """Return a number with so many decimals."""
    return str(number.quantize(Decimal(1).scaleb(-places)))
