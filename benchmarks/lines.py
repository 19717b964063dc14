"""Results: what was measured, as lines of a table, with what it must be."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Role = Literal["floor", "peer", "ours", "also"]
By = Literal["cpu", "wall"]

EXPONENT: Final = 1.05
"""What the cost may grow by: the number of vouchers to this power."""


@dataclass(frozen=True, eq=False)
class Case:
    """Something to measure: what it is called, the task and its options, and of how many vouchers it is."""

    what: str
    role: Role
    task: str
    options: Mapping[str, Any]
    vouchers: int


@dataclass(frozen=True)
class Sample:
    """One measurement: seconds of the processor and on the wall, the peak of memory in MiB, and what it told."""

    cpu: float
    wall: float
    peak: float
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Must:
    """A limit of ours: what it says, what was found, and the most that may be found."""

    says: str
    found: float
    most: float

    @property
    def holds(self) -> bool:
        """Say whether it was kept."""
        return self.found <= self.most

    def record(self) -> dict[str, Any]:
        """Return the limit as a machine-readable object."""
        return {"says": self.says, "found": self.found, "most": self.most, "holds": self.holds}


@dataclass(frozen=True)
class Line:
    """A line of the table: medians over the rounds, for `vouchers` of the `of` that the table is about.

    Where fewer were measured, the seconds are in proportion and the memory is as measured. Ratios are the medians of
    the ratios within each round, of the seconds that `by` names.
    """

    row: str
    what: str
    role: Role
    vouchers: int
    of: int
    by: By
    cpu: float
    wall: float
    peak: float
    times_floor: float | None = None
    times_ours: float | None = None
    musts: tuple[Must, ...] = ()
    note: str = ""

    @property
    def seconds(self) -> float:
        """Return the seconds that count for this line."""
        return self.cpu if self.by == "cpu" else self.wall

    def record(self) -> dict[str, Any]:
        """Return the line as a machine-readable object."""
        told = {name: value for name, value in vars(self).items() if name != "musts"}
        return told | {"musts": [must.record() for must in self.musts]}


class Measured:
    """The samples of several cases, taken in turn, and what they come to."""

    def __init__(self, of: int, by: By, samples: Mapping[Case, Sequence[Sample]]) -> None:
        """Take the samples of each case, round by round."""
        self.of = of
        self.by = by
        self.samples = {case.what: samples[case] for case in samples}
        self.cases = {case.what: case for case in samples}

    def seconds(self, what: str) -> list[float]:
        """Return the seconds of a case in each round, in proportion where it was measured on fewer vouchers."""
        scale = self.of / self.cases[what].vouchers
        return [(sample.cpu if self.by == "cpu" else sample.wall) * scale for sample in self.samples[what]]

    def ratio(self, what: str, to: str) -> float:
        """Return how many times the other a case took."""
        return median(one / other for one, other in zip(self.seconds(what), self.seconds(to), strict=True))

    def peak(self, what: str) -> float:
        """Return the peak of memory in MiB."""
        return median(sample.peak for sample in self.samples[what])

    def told(self, what: str, name: str) -> float:
        """Return the median of something that a case told."""
        return median([float(sample.told[name]) for sample in self.samples[what]])

    def first(self, role: Role) -> str:
        """Return the first case of a role."""
        return next(what for what, case in self.cases.items() if case.role == role)

    def lines(
        self, row: str, musts: Mapping[str, Sequence[Must]], notes: Mapping[str, str] | None = None
    ) -> list[Line]:
        """Return a line a case, compared with the first floor and the first of ours."""
        floor, ours = self.first("floor"), self.first("ours")
        return [
            Line(
                row=row,
                what=what,
                role=case.role,
                vouchers=case.vouchers,
                of=self.of,
                by=self.by,
                cpu=median(one.cpu for one in self.samples[what]) * self.of / case.vouchers,
                wall=median(one.wall for one in self.samples[what]) * self.of / case.vouchers,
                peak=self.peak(what),
                times_floor=self.ratio(what, floor),
                times_ours=self.ratio(what, ours),
                musts=tuple(musts.get(what, ())),
                note=(notes or {}).get(what, ""),
            )
            for what, case in self.cases.items()
        ]


def growth(lines: Iterable[Line]) -> dict[tuple[str, str], Must]:
    """Return the exponent with which each of our lines grows, where it was measured at several sizes."""
    points: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for line in lines:
        if line.role == "ours" and line.seconds > 0:
            points.setdefault((line.row, line.what), []).append((math.log(line.of), math.log(line.seconds)))
    return {
        key: Must(f"exponent ≤ {EXPONENT}", slope(found), EXPONENT)
        for key, found in points.items()
        if len({x for x, _ in found}) > 1
    }


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Return the slope of the straight line that fits points best."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
