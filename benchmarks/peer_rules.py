"""What a user of Beancount would write to hold the same rules: a plugin for the plain ledger.

No use that is not granted, no transaction over two funds, no bank reference twice, no day that ends overspent.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any, NamedTuple

from beancount.core.data import Transaction

from benchmarks.vouchers import GRANTED

__plugins__ = ["check"]


class RuleError(NamedTuple):
    """An error as Beancount shows it."""

    source: dict[str, Any]
    message: str
    entry: Transaction | None


def check(entries: list[Any], _options: dict[str, Any]) -> tuple[list[Any], list[RuleError]]:
    """Return the entries as they are, and an error for each rule broken."""
    errors: list[RuleError] = []
    seen: set[str] = set()
    days: dict[str, dict[Any, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for entry in entries:
        if not isinstance(entry, Transaction):
            continue
        funds = set()
        for posting in entry.postings:
            root, fund, code = posting.account.split(":")
            funds.add(fund)
            if root == "Expenses" and code[:4] not in GRANTED[fund[:3]]:
                errors.append(RuleError(entry.meta, f"{fund} may not pay for {code}", entry))
            elif root == "Assets":
                days[fund][entry.date] += posting.units.number
        if len(funds) > 1:
            errors.append(RuleError(entry.meta, "two funds in one voucher", entry))
        ref = entry.meta.get("ref")
        if ref in seen:
            errors.append(RuleError(entry.meta, f"{ref} was paid before", entry))
        elif ref:
            seen.add(ref)
    for fund, changes in days.items():
        balance = Decimal()
        for date in sorted(changes):
            balance += changes[date]
            if balance < 0:
                errors.append(RuleError({"filename": "", "lineno": 0}, f"{fund} is overspent on {date}", None))
    return entries, errors
