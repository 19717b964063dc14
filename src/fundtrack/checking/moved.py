"""When the money of a ledger's vouchers moved: what `fundtrack.schema.moved` says of those of a book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fundtrack.checking.declared import text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from decimal import Decimal

    from fundtrack.beantext.directives import Transaction


class Moved:
    """The vouchers that stand for an earlier one, and the days on which the money of all moved.

    `taken_back` says what a transaction reverses, and `cited` what it cites: 0 for none, -1 for one that may stand in
    another ledger.
    """

    def __init__(
        self,
        transactions: Sequence[Transaction],
        taken_back: Callable[[Transaction], int],
        cited: Callable[[Transaction], int],
    ) -> None:
        """Look once for what reverses, and for what stands in its place."""
        self._transactions = transactions
        self._before: dict[int, int] = {}
        corrected = {
            bill: taken_back(entry)
            for entry in transactions
            if "reverses" in entry.meta
            for bill in (text(entry.meta, "link"), text(entry.meta, "voucher"))
            if bill
        }
        for voucher, entry in enumerate(transactions, 1):
            if "reverses" not in entry.meta:
                adjusted = cited(entry) if _is_adjustment(entry) else 0
                before = corrected.get(text(entry.meta, "link")) or adjusted
                if before:
                    self._before[voucher] = before

    def of(self, voucher: int) -> tuple[str, int]:
        """Return the date and day of a voucher's money; empty where what it stands for may be in another ledger."""
        entry = self._transactions[voucher - 1]
        first, seen, before = entry.date, {voucher}, self._before.get(voucher, 0)
        while before > 0 and before not in seen:
            earlier = self._transactions[before - 1]
            if earlier.payee != entry.payee or _amounts(earlier) != _amounts(entry):
                break
            seen.add(before)
            first, before = min(first, earlier.date), self._before.get(before, 0)
        return ("", 0) if before < 0 else (first.isoformat(), first.toordinal())


def _is_adjustment(entry: Transaction) -> bool:
    return text(entry.meta, "kind") == "adjustment" or "adjustment" in (entry.tags or ())


def _amounts(entry: Transaction) -> Mapping[str, Decimal]:
    """Return what a transaction moves, red or black, in each unit."""
    moved: dict[str, Decimal] = {}
    for posting in entry.postings:
        assert posting.units is not None
        assert posting.units.number is not None
        unit = posting.units.currency
        moved[unit] = moved.get(unit, posting.units.number * 0) + abs(posting.units.number)
    return moved
