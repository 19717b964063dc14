"""Two books against each other: vouchers that only one has or that differ, balances, and what is said beside them.

Both are read through their lenses, day by day, and what agrees is forgotten at once: memory is that of a day, of the
accounts and of the differences. Amounts are integers at the finer scale of the two.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fundtrack import money
from fundtrack.checking.audit import Audit, within
from fundtrack.checking.differences import NAMES, balances, differing, lone
from fundtrack.checking.limits import Limit
from fundtrack.checking.recorded import compared
from fundtrack.checking.side import Side
from fundtrack.errors import LANGUAGES, UsageError, message, nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from fundtrack.checking.extent import Extent
    from fundtrack.checking.finding import Finding
    from fundtrack.checking.side import Voucher
    from fundtrack.errors import Language


NUMBER: Final = "voucher_number"


class Covered(NamedTuple):
    """What a side covers: how many vouchers, from which day to which; no days without a voucher."""

    title: str
    path: str
    vouchers: int
    first: str
    last: str

    def line(self, language: Language) -> str:
        """Return it as a line of print."""
        details = {"side": self.title, "vouchers": self.vouchers, "first": self.first, "last": self.last}
        return message("compared-side" if self.vouchers else "compared-none", language, **details)


@dataclass(frozen=True)
class Compared:
    """The two sides of a comparison."""

    here: Covered
    there: Covered

    def record(self) -> dict[str, Any]:
        """Return it for machine-readable output."""
        return {"here": self.here._asdict(), "there": self.there._asdict()}


def audit_against(here: Side, there: Side, *, only: Collection[str], extent: Extent) -> Audit:
    """Hold one side against the other, as an audit whose findings are the differences.

    What was wrong with either source stands among the findings: who was read in part cannot be compared as a whole.
    Raises UsageError for a name in `only` that is none of them, or a fund of the `extent` that neither has.
    """
    for name in only:
        if name not in NAMES:
            raise UsageError("difference-unknown", name=name, known=", ".join(NAMES))
    if here.title == there.title:
        here, there = (replace(side, title=side.path.as_posix()) for side in (here, there))
    comparison = Comparison(here, there)
    found = [one for one in comparison.findings() if not only or one.check in only]
    for fund in extent.funds:
        if fund not in comparison.funds:
            raise UsageError("check-fund", fund=fund, known=nearest(fund, comparison.funds - {""}))
    audit = Audit(
        findings=(*here.problems, *there.problems, *found),
        checks_run=tuple(name for name in NAMES if not only or name in only),
        not_run=(),
        vouchers=here.counted.vouchers + there.counted.vouchers,
        pages=(),
        title=f"{here.title} / {there.title}",
        path=here.path,
        limits=(*here.limits, *(one for one in there.limits if one not in here.limits), *comparison.limits()),
        files=(*here.files, *there.files),
        read=(*here.read, *there.read),
        compared=Compared(_covered(here), _covered(there)),
    )
    return within(audit, extent)


def _covered(side: Side) -> Covered:
    return Covered(side.title, str(side.path), *side.counted)


class Comparison:
    """The work of comparing: first `findings`, then the rest is known."""

    def __init__(self, here: Side, there: Side) -> None:
        """Find out what both say: only that is compared."""
        self.here, self.there = here, there
        said = here.said(), there.said()
        self._fields = tuple(field for field in Side.FIELDS if field in said[0] & said[1])
        self._one_sided = sorted((said[0] ^ said[1]) - {NUMBER})
        self._numbered = NUMBER in said[0] & said[1]
        self._matched_by_number = False
        self._aside: list[Limit] = []
        scales = {unit: max(side.scales.get(unit, money.SCALE) for side in (here, there)) for unit in
                  {*here.scales, *there.scales}}  # fmt: skip
        here.settle(scales, self._fields)
        there.settle(scales, self._fields)

    @property
    def funds(self) -> set[str]:
        """The funds of either side."""
        return {fund for side in (self.here, self.there) for _, fund, _ in side.balances}

    def limits(self) -> Iterator[Limit]:
        """Yield what could not be compared."""
        for field in self._one_sided:
            yield Limit("not-said", {one: _not_said(field, one) for one in LANGUAGES})
        if self._numbered and not self._matched_by_number and self.here.counted.vouchers:
            yield Limit("numbers", {language: message("limit-numbers", language) for language in LANGUAGES})
        yield from self._aside

    def findings(self) -> list[Finding]:
        """Return every difference: vouchers by date, then balances, then what is said beside them."""
        here, there = self._unlike()
        pairs = [*self._by_number(here, there), *self._by_content(here, there)]
        found = [*differing(self.here, self.there, pairs)]
        found += [*lone("only-here", self.here, self.there, here), *lone("only-there", self.there, self.here, there)]
        found.sort(key=lambda one: (one.date, one.subject.voucher, one.check))
        beside, self._aside = compared(self.here, self.there)
        return [*found, *balances(self.here, self.there), *beside]

    def _unlike(self) -> tuple[list[Voucher], list[Voucher]]:
        """Return the vouchers of each side that the other has not just so."""
        left: tuple[list[Voucher], list[Voucher]] = ([], [])
        for days in _together(self.here.days(), self.there.days()):
            alike: defaultdict[Any, list[Voucher]] = defaultdict(list)
            for voucher in days[0]:
                alike[self._key(voucher)].append(voucher)
            for voucher in days[1]:
                twins = alike[self._key(voucher)]
                if twins:
                    twins.pop(0)
                    self._matched_by_number |= self._numbered and bool(voucher.number)
                else:
                    left[1].append(voucher)
            left[0].extend(voucher for twins in alike.values() for voucher in twins)
        return left

    def _key(self, voucher: Voucher) -> tuple[Any, ...]:
        return (voucher.number if self._numbered else "", voucher.said, voucher.legs)

    def _by_number(self, here: list[Voucher], there: list[Voucher]) -> list[tuple[Voucher, Voucher]]:
        """Take out of both what bears one number and says two things."""
        if not self._numbered:
            return []
        pairs = _paired(here, there, lambda one: one.number)
        self._matched_by_number |= bool(pairs)
        return pairs

    def _by_content(self, here: list[Voucher], there: list[Voucher]) -> list[tuple[Voucher, Voucher]]:
        """Take out of both what says the same without a number, or under another; the latter is a difference."""
        pairs = _paired(here, there, lambda one: (one.day, one.said, one.legs))
        return [pair for pair in pairs if self._matched_by_number and all(one.number for one in pair)]


def _not_said(field: str, language: Language) -> str:
    return message("limit-not-said", language, field=message(f"compared-{field}", language))


def _paired(here: list[Voucher], there: list[Voucher], key: Any) -> list[tuple[Voucher, Voucher]]:  # noqa: ANN401
    """Take the pairs with equal keys out of two lists, the first with the first; an empty key has no pair."""
    waiting: defaultdict[Any, list[Voucher]] = defaultdict(list)
    for voucher in there:
        waiting[key(voucher)].append(voucher)
    pairs = [(one, waiting[key(one)].pop(0)) for one in here if key(one) and waiting.get(key(one))]
    for kept, taken in ((here, {one.voucher for one, _ in pairs}), (there, {one.voucher for _, one in pairs})):
        kept[:] = [one for one in kept if one.voucher not in taken]
    return pairs


def _together(
    here: Iterator[tuple[int, Sequence[Voucher]]], there: Iterator[tuple[int, Sequence[Voucher]]]
) -> Iterator[tuple[Sequence[Voucher], Sequence[Voucher]]]:
    """Yield the vouchers of each day that either has, side by side."""
    ahead = [next(here, None), next(there, None)]
    while any(ahead):
        day = min(one[0] for one in ahead if one)
        now = tuple(one[1] if one and one[0] == day else () for one in ahead)
        yield now[0], now[1]
        ahead = [
            next(side, None) if one and one[0] == day else one for one, side in zip(ahead, (here, there), strict=True)
        ]
