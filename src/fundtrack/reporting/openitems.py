"""What is open between book and bank, each item with the likeliest reason; nothing here matches anything.

Every reason is looked up by what the other side would have to say: so it takes as long as there are open items. Only
where lines, or vouchers, are alike in everything that tells them apart is one of them taken for what the other side
has, for then it does not matter which.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

CHARGES: Final = ("手续费", "工本费", "汇划费", "管理费", "服务费")
INTEREST: Final = ("结息", "利息")
"""What banks write beside what they took or gave of themselves; importers/special-account-statement.md has the same."""

SOUND: Final = frozenset({"in-transit"})
"""Reasons that ask nothing of anybody yet."""

PARTS: Final = 5
"""A sum that is off by more than so small a part of what it may be meant for may be anything."""

SHOWN: Final = 5
"""So many candidates are named at most."""


@dataclass(frozen=True, slots=True)
class Open:
    """A movement of the book, or a line of the statement, that the other side does not have.

    `name` is the voucher's number, with `others` behind it in one movement, or the line's `L12`. `amount` is fen, what
    came in positive. `together` names what could be meant by it. `reason` is the key of a message behind `open-`,
    `candidates` what of the other side it speaks of.
    """

    name: str
    at_bank: bool
    date: str
    day: int
    ref: str
    party: str
    amount: int
    together: str
    others: tuple[str, ...] = ()
    narration: str = ""
    party_account: str = ""
    differs: bool = False
    elsewhere: str = ""
    reason: str = ""
    candidates: tuple[str, ...] = ()

    def because(self, reason: str, candidates: Iterable[Open | str] = ()) -> Open:
        """Return it with a reason."""
        named = dict.fromkeys(one if isinstance(one, str) else one.label for one in candidates)
        return replace(self, reason=reason, candidates=tuple(named)[:SHOWN])

    @property
    def label(self) -> str:
        """Its name, with the account where that is another."""
        return f"{self.elsewhere} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Known:
    """What stands beside the open items: payments the bank made before, what is open on other accounts, and gaps.

    `paid` are, by name and amount, lines that paid and the vouchers they paid; `gaps` the differences by which printed
    balances break.
    """

    paid: Mapping[tuple[str, int], Sequence[tuple[int, str]]]
    elsewhere: Sequence[Open]
    gaps: Sequence[int]
    days: int
    transit: int
    until: int


def named(found: Iterable[Open], known: Known) -> list[Open]:
    """Return the open items with their reasons, the oldest first; what is open no longer is left out."""
    items = [*_together(found)]
    book, bank = ([one for one in items if one.at_bank is side] for side in (False, True))
    of_book, of_bank = _Side(bank, known), _Side(book, known)
    returned = _returned(items, known)
    said = [
        one if one.reason else (of_bank if one.at_bank else of_book).reason(one, returned.get(one.name, ()))
        for one in items
    ]
    summed = {one.name: one for one in _summed(said, known.days)}
    return sorted((summed.get(one.name, one) for one in said), key=lambda one: (one.day, one.at_bank, *_order(one)))


def _together(found: Iterable[Open]) -> Iterator[Open]:
    """Yield what remains open of what belongs together, with the reasons that shows by itself."""
    groups: dict[tuple[str, bool], list[Open]] = defaultdict(list)
    for one in sorted(found, key=_order):
        groups[one.together, one.differs].append(one)
    for (_, differs), group in groups.items():
        vouchers, lines = ([one for one in group if one.at_bank is side] for side in (False, True))
        if not vouchers or not lines:
            yield from group
        elif differs:
            yield from _of_one_reference(vouchers[0], lines)
        else:
            yield from _of_one_amount(vouchers, lines)


def _of_one_reference(voucher: Open, lines: list[Open]) -> Iterator[Open]:
    """Yield what is wrong where one reference has two amounts."""
    paid = next((one for one in lines if one.amount == voucher.amount), None)
    if paid:
        for line in lines:
            if line is not paid:
                reasons = {paid.amount: "line-twice", -paid.amount: "returned"}
                yield line.because(reasons.get(line.amount, "amount-differs"), [voucher])
        return
    if len(lines) == 1 and voucher.others and voucher.amount == lines[0].amount * (1 + len(voucher.others)):
        rest = replace(
            voucher, name=voucher.others[-1], others=voucher.others[:-1], amount=voucher.amount - lines[0].amount
        )
        yield rest.because("voucher-twice", lines)
        return
    reason = "transposed" if len(lines) == 1 and transposed(voucher.amount, lines[0].amount) else "amount-differs"
    yield voucher.because(reason, lines)
    yield from (line.because(reason, [voucher]) for line in lines)


def _of_one_amount(vouchers: list[Open], lines: list[Open]) -> Iterator[Open]:
    """Yield what is too much of what is alike; where it matters which one is meant, all with their candidates."""
    few, many = sorted((vouchers, lines), key=len)
    alike = len({(one.date, one.party) for one in many}) == 1 and len({one.party for one in few} | {many[0].party}) == 1
    if alike and len(few) < len(many):
        reason = "line-twice" if many is lines else "voucher-twice"
        yield from (one.because(reason, few) for one in many[len(few) :])
        return
    for one in (*vouchers, *lines):
        yield one.because("ambiguous", vouchers if one.at_bank else lines)


def _summed(items: Iterable[Open], days: int) -> Iterator[Open]:
    """Yield what nothing else explains, where several of one day come to one of the other side, or nearly so.

    A batch that the bank paid as one may have a part that is wrong, or missing; what else comes near is not told.
    """
    groups: dict[tuple[bool, int, bool], list[Open]] = defaultdict(list)
    for one in items:
        if one.reason == "overdue":
            groups[one.at_bank, one.day, one.amount < 0].append(one)
    sums = {of: sum(part.amount for part in parts) for of, parts in groups.items() if len(parts) > 1}
    found: dict[tuple[bool, int, bool], list[Open]] = defaultdict(list)
    for (at_bank, day, out), of_day in groups.items():
        for one in of_day:
            others = [(not at_bank, near, out) for near in range(day - days, day + days + 1)]
            fit = [of for of in others if of in sums and abs(sums[of] - one.amount) * PARTS <= abs(one.amount)]
            if len(fit) == 1:
                found[fit[0]].append(one)
    for of, ones in found.items():
        if len(ones) == 1:
            reason = "sum-same" if sums[of] == ones[0].amount else "sum-differs"
            yield ones[0].because(reason, groups[of])
            yield from (part.because(reason, ones) for part in groups[of])


def _order(one: Open) -> tuple[int, str]:
    """Return the order of lines of a statement and of vouchers: as they are numbered."""
    return (len(one.name), one.name)


def _returned(items: Iterable[Open], known: Known) -> dict[str, tuple[str, ...]]:
    """Return what the bank gave back, by its name: every payment it could be of, no more often than it paid."""
    used: dict[tuple[str, int], int] = defaultdict(int)
    found: dict[str, tuple[str, ...]] = {}
    for one in sorted(items, key=lambda one: (one.day, *_order(one))):
        if not one.at_bank or one.amount <= 0 or one.reason or not one.party:
            continue
        of = (one.party, -one.amount)
        before = sorted(said for said in known.paid.get(of, ()) if said[0] <= one.day)
        if len(before) > used[of]:
            used[of] += 1
            found[one.name] = tuple(voucher for _, voucher in before)
    return found


class _Side:
    """What is open on the other side, by all that an item of this one would be looked for."""

    def __init__(self, others: Iterable[Open], known: Known) -> None:
        """Sort the other side, and what is open on other accounts."""
        self._known = known
        self._amounts: dict[int, list[Open]] = defaultdict(list)
        self._parties: dict[tuple[str, bool], list[Open]] = defaultdict(list)
        self._digits: dict[tuple[int, str], list[Open]] = defaultdict(list)
        for one in others:
            if one.reason:
                continue
            self._amounts[one.amount].append(one)
            self._parties[one.party, one.amount < 0].append(one)
            self._digits[one.day, _digits(one.amount)].append(one)
        self._refs: dict[tuple[bool, str, int], list[Open]] = defaultdict(list)
        self._elsewhere: dict[tuple[bool, str, int], list[Open]] = defaultdict(list)
        for one in known.elsewhere:
            self._refs[one.at_bank, one.ref, one.amount].append(one)
            self._elsewhere[one.at_bank, one.party, one.amount].append(one)

    def reason(self, one: Open, returned: Sequence[str]) -> Open:
        """Return an item with the first reason that holds."""
        if returned:
            return one.because("returned", returned)
        for reason, look in self._looks():
            found = look(one)
            if found is not None:
                return one.because(reason, found)
        age = self._known.until - one.day
        return one.because("in-transit" if age <= self._known.transit else "overdue")

    def _looks(self) -> tuple[tuple[str, Callable[[Open], Sequence[Open | str] | None]], ...]:
        return (
            ("other-account", lambda one: (one.ref and self._refs.get((not one.at_bank, one.ref, one.amount))) or None),
            ("bank-charge", lambda one: _of_the_bank(one, CHARGES, out=True)),
            ("interest", lambda one: _of_the_bank(one, INTEREST, out=False)),
            ("line-missing", lambda one: [] if not one.at_bank and one.amount in self._known.gaps else None),
            ("other-month", lambda one: self._far(one, same_month=False)),
            ("other-day", lambda one: self._far(one, same_month=True)),
            ("other-account", self._on_another_account),
            ("line-twice", self._paid_before),
            ("transposed", self._transposed),
            ("amount-differs", self._of_the_party),
        )

    def _far(self, one: Open, *, same_month: bool) -> list[Open] | None:
        """Return what has the amount and is too far away."""
        found = [
            other
            for other in self._amounts.get(one.amount, ())
            if (other.date[:7] == one.date[:7]) is same_month and (not one.party or other.party in {"", one.party})
        ]
        return found or None

    def _near(self, one: Open, others: Iterable[Open]) -> list[Open]:
        return [other for other in others if abs(other.day - one.day) <= self._known.days]

    def _on_another_account(self, one: Open) -> list[Open] | None:
        if not one.party:
            return None
        return self._near(one, self._elsewhere.get((not one.at_bank, one.party, one.amount), ())) or None

    def _paid_before(self, one: Open) -> list[str] | None:
        """Return the vouchers for which the bank had paid as much to the same name, under another number."""
        paid = self._known.paid.get((one.party, one.amount), ()) if one.at_bank and one.amount < 0 else ()
        return [voucher for day, voucher in paid if abs(day - one.day) <= self._known.transit] or None

    def _transposed(self, one: Open) -> list[Open] | None:
        near = self._near(one, self._parties.get((one.party, one.amount < 0), ())) if one.party else []
        alike = [*near, *self._digits.get((one.day, _digits(one.amount)), ())]
        return [other for other in alike if transposed(one.amount, other.amount)] or None

    def _of_the_party(self, one: Open) -> list[Open] | None:
        if not one.party:
            return None
        return self._near(one, self._parties.get((one.party, one.amount < 0), ())) or None


def _of_the_bank(one: Open, words: Sequence[str], *, out: bool) -> list[Open] | None:
    said = one.narration or one.party
    return [] if one.at_bank and (one.amount < 0) is out and any(word in said for word in words) else None


def transposed(one: int, other: int) -> bool:
    """Say whether two amounts have the same digits in another order."""
    return one != other and (one < 0) == (other < 0) and _digits(one) == _digits(other)


def _digits(amount: int) -> str:
    return "".join(sorted(str(abs(amount))))
