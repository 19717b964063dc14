"""Numbers that are a person's: identity cards and accounts, kept masked and under a keyed hash, never whole.

A kept identifier is `451021********0012#9f86d081884c7d65`: what may be shown, and what tells two persons apart. Equal
numbers give equal text, so selects compare it as it is; without the key, which stays outside the database, nobody can
try all numbers there are until one fits.
"""

from __future__ import annotations

import hmac
import re
from hashlib import sha256
from typing import Final

SHOWN_WHOLE_FROM: Final = 15
"""Digits from which the first six, a region or a bank's, are shown as well."""

MAC_DIGITS: Final = 16
"""Hex digits of the hash that are kept: 64 bits, so that no two persons of a province share one."""

OLD_CARD: Final = re.compile(r"\d{6}(\d{2})(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}", re.ASCII)
"""An identity card of fifteen digits, as they were issued until 1999."""

WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS: Final = "10X98765432"
"""The check digit by the weighted sum of the seventeen digits before it, modulo 11 (GB 11643-1999)."""

KEPT: Final = re.compile(rf"[^#]*#[0-9a-f]{{{MAC_DIGITS}}}")


def masked(number: str) -> str:
    """Return a private number as it may be shown: `110105********0021`, or the last four digits of a short one."""
    bare = number.strip()
    first = 6 if len(bare) >= SHOWN_WHOLE_FROM else 0
    hidden = max(len(bare) - first - 4, 0)
    return f"{bare[:first]}{'*' * hidden}{bare[first + hidden :]}" if hidden else "*" * len(bare)


def kept(number: str, key: bytes) -> str:
    """Return an identity card's or account's number as it is kept; nothing for nothing.

    Blanks and hyphens do not matter, nor whether an identity card has its old form of fifteen digits.
    """
    bare = normal(number)
    if not bare:
        return ""
    return f"{masked(bare)}#{hmac.new(key, bare.encode(), sha256).hexdigest()[:MAC_DIGITS]}"


def shown(identifier: str) -> str:
    """Return what a person may read of a kept identifier."""
    return identifier.partition("#")[0] if KEPT.fullmatch(identifier) else masked(identifier)


def normal(number: str) -> str:
    """Return a number in the one form in which it is hashed."""
    bare = "".join(number.split()).replace("-", "").upper()
    if not OLD_CARD.fullmatch(bare):
        return bare
    long = f"{bare[:6]}19{bare[6:]}"
    return long + CHECK_DIGITS[sum(int(digit) * weight for digit, weight in zip(long, WEIGHTS, strict=True)) % 11]
