"""Kinds of vouchers that say none: what a transaction of a ledger from elsewhere is, by the accounts it moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

BY_ACCOUNTS: Final = (
    (("+use", "-cash"), "disbursement"),
    (("-use", "+cash"), "refund"),
    (("+use", "-advance"), "verification"),
    (("+advance", "-cash"), "advance"),
    (("-advance", "+cash"), "refund"),
    (("+cash", "-transfer"), "transfer-received"),
    (("+cash", "-interest"), "interest"),
    (("+due-from", "-cash"), "loan"),
    (("+cash", "-due-to"), "loan"),
    (("+due-from", "-due-to"), "loan"),
    (("+cash", "-due-from"), "repayment"),
    (("+due-to", "-cash"), "repayment"),
    (("+due-to", "-due-from"), "repayment"),
)
"""What grows (debit) and what shrinks (credit) in each kind of voucher; the first that fits names it."""


def kind_of(moved: Mapping[str, Decimal], sign: int) -> str:
    """Return the kind of a voucher that moves so much of each kind of account, debit positive; empty if none fits.

    One that takes another back is of that one's kind: with `sign` -1 all is read the other way round.
    """
    moves = {f"{'+' if amount * sign > 0 else '-'}{kind}" for kind, amount in moved.items() if amount}
    return next((kind for accounts, kind in BY_ACCOUNTS if moves.issuperset(accounts)), "")
