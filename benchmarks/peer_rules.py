"""What a user of Beancount would write to hold the same rules: a plugin for the plain ledger.

No use that is not granted, no transaction over two funds, no bank reference twice, no day that ends overspent.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from beancount.core.data import Transaction

from benchmarks.vouchers import GRANTED

if TYPE_CHECKING:
    from collections.abc import Iterator

__plugins__ = ["check"]


class RuleError(NamedTuple):
    """An error as Beancount shows it."""

    source: dict[str, Any]
    message: str
    entry: Transaction | None


def check(entries: list[Any], _options: dict[str, Any]) -> tuple[list[Any], list[RuleError]]:
    """Return the entries as they are, and an error for each rule broken."""
    seen: set[str] = set()
    errors = []
    for entry in entries:
        if isinstance(entry, Transaction):
            errors += [RuleError(entry.meta, said, entry) for said in _faults(entry, seen)]
    return entries, [*errors, *_overspent(entries)]


def _faults(entry: Transaction, seen: set[str]) -> Iterator[str]:
    """Yield what is wrong with one transaction; `seen` are the references of those before it."""
    funds = set()
    for posting in entry.postings:
        root, fund, code = posting.account.split(":")
        funds.add(fund)
        if root == "Expenses" and code[:4] not in GRANTED[fund[:3]]:
            yield f"{fund} may not pay for {code}"
    if len(funds) > 1:
        yield "two funds in one voucher"
    ref = entry.meta.get("ref")
    if ref in seen:
        yield f"{ref} was paid before"
    elif ref:
        seen.add(ref)


def _overspent(entries: list[Any]) -> Iterator[RuleError]:
    """Yield an error for each day that ends below zero."""
    days: dict[str, dict[Any, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                if posting.account.startswith("Assets") and posting.units and posting.units.number is not None:
                    days[posting.account][entry.date] += posting.units.number
    for account, changes in days.items():
        for date, balance in zip(sorted(changes), accumulate(changes[day] for day in sorted(changes)), strict=True):
            if balance < 0:
                yield RuleError({"filename": "", "lineno": 0}, f"{account} is overspent on {date}", None)
