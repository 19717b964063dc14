"""What an audit found, summed up check by check."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from fundtrack import money

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fundtrack.checking.finding import Finding


class Amount(NamedTuple):
    """An amount in minor units of a unit that has so many decimals."""

    unit: str
    total: int
    scale: int

    def plain(self) -> str:
        """Return it as a decimal string."""
        return money.plain(self.total, self.scale)

    def grouped(self) -> str:
        """Return it as people read it, with its unit."""
        return f"{money.grouped(self.total, self.scale)} {self.unit}".rstrip()


@dataclass(frozen=True)
class Sum:
    """How much one check found: findings by severity, and by unit the amounts they are about, each without its sign."""

    check: str
    counts: Mapping[str, int]
    amounts: tuple[Amount, ...]

    @property
    def findings(self) -> int:
        """How many findings there are."""
        return sum(self.counts.values())

    def record(self) -> dict[str, Any]:
        """Return it for machine-readable output."""
        amounts = {amount.unit: amount.plain() for amount in self.amounts}
        return {"check": self.check, "findings": self.findings, **self.counts, "amounts": amounts}


def summed(findings: Iterable[Finding]) -> list[Sum]:
    """Return the sum of each check that found something, by name."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    totals: defaultdict[str, Counter[tuple[str, int]]] = defaultdict(Counter)
    for finding in findings:
        counts[finding.check][finding.severity] += 1
        if finding.amount is not None:
            totals[finding.check][finding.unit, finding.scale] += abs(finding.amount)
    return [
        Sum(
            check=name,
            counts={severity: counts[name][severity] for severity in ("fatal", "error", "warn")},
            amounts=tuple(Amount(unit, total, scale) for (unit, scale), total in sorted(totals[name].items())),
        )
        for name in sorted(counts)
    ]
