"""Numbers that are a person's: identity cards and accounts, kept masked and under a keyed hash, never whole.

A kept identifier is `451021********0012#9f86d081884c7d65`: what may be shown, and what tells two persons apart. Equal
numbers give equal text, so selects compare it as it is; without the key, which stays outside the database, nobody can
try all numbers there are until one fits.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b
from typing import Final, Literal

from fundtrack.errors import FormatError

Form = Literal["person", "party", "account", "plate"]
"""What an identifier is: an identity card, that or another document, a card or account, or a plate."""

SHOWN_WHOLE_FROM: Final = 15
"""Digits from which the first six, a region or a bank's, are shown as well."""

MAC_DIGITS: Final = 16
"""Hex digits of the hash that are kept: 64 bits, so that no two persons of a province share one."""

OLD_LENGTH: Final = 15
OLD_CARD: Final = re.compile(r"\d{6}(\d{2})(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}", re.ASCII)
"""An identity card of fifteen digits, as they were issued until 1999."""

WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS: Final = "10X98765432"
"""The check digit by the weighted sum of the seventeen digits before it, modulo 11 (GB 11643-1999)."""

UNSAID: Final = frozenset({"", "不详", "不祥", "未知", "无", "暂无", "空", "无证", "/", "NULL"})
"""What files write where there is no number: it is nobody's, and no two of them are one person."""

DROPPED: Final = dict.fromkeys(map(ord, "-‐‑‒–—―−﹣'‘’‚‛\"“”„‟`´"))
"""Dashes and quotation marks, which are no part of a number."""

DATE: Final = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
ALIKE: Final = rf"""(?<!\d)(?:
    [1-9]\d{{5}}[\s-]?(?:18|19|20)\d\d{DATE}[\s-]?\d{{3}}[\dXxＸｘ]    # an identity card
    | [1-9]\d{{7}}{DATE}\d{{3}}                                        # one of before 1999
    | 62\d{{14,17}}                                                  # a card of UnionPay
    | \d{{4}}([\s-])\d{{4}}\1\d{{4}}\1\d{{3,7}}                         # a card as it is embossed
    )(?!\d)"""
LIKE: Final = re.compile(ALIKE, re.VERBOSE)
"""What looks like the number of an identity card or a bank's card, wherever it stands; full-width digits too."""

LONG: Final = re.compile(rf"{ALIKE} | (?<![A-Za-z\d])\d{{14,}}[\dXxＸｘ]", re.VERBOSE)
"""That, and every number of fifteen digits and more that no letters lead, as they lead the reference of a bank."""

DOCUMENT: Final = re.compile(r"(?=.*\d)[0-9A-Z()]{7,20}", re.ASCII)
ACCOUNT: Final = re.compile(r"\d{8,32}", re.ASCII)
TAIL: Final = 4
"""Digits at the end of an account by which banks name it to others."""

MASKED: Final = re.compile(rf"(?:\d{{0,10}}[*X●•·#]{{2,30}}|尾号)?(\d{{{TAIL}}})", re.ASCII)
"""An account of which a bank says the end: 6231********0011, ****0011, 尾号0011."""

PLAIN_LENGTHS: Final = frozenset({*range(8, 33)} - {OLD_LENGTH})
"""Digits of an account that no identity card of the old form has."""

KEPT: Final = re.compile(rf"[^#]*#[0-9a-f]{{{MAC_DIGITS}}}")


def masked(number: str) -> str:
    """Return a private number as it may be shown: `110105********0021`, or the last four digits of a short one."""
    bare = number.strip()
    first = 6 if len(bare) >= SHOWN_WHOLE_FROM else 0
    hidden = max(len(bare) - first - 4, 0)
    return f"{bare[:first]}{'*' * hidden}{bare[first + hidden :]}" if hidden else "*" * len(bare)


def kept(number: str, key: bytes) -> str:
    """Return an identity card's or account's number as it is kept; nothing for nothing, and for 不详.

    Blanks, hyphens and full-width digits do not matter, nor whether an identity card has its old form.
    """
    bare = normal(number)
    if not bare:
        return ""
    digest = _begun(key).copy()
    digest.update(bare.encode())
    return f"{masked(bare)}#{digest.hexdigest()}"


@lru_cache(maxsize=4)
def _begun(key: bytes) -> blake2b:
    """Return the hash under a key before anything was put into it: to begin one costs more than to go on."""
    return blake2b(key=key, digest_size=MAC_DIGITS // 2, person=b"identifier")


def shown(identifier: str) -> str:
    """Return what a person may read of a kept identifier."""
    return identifier.partition("#")[0] if KEPT.fullmatch(identifier) else masked(identifier)


def plain(number: str) -> bool:
    """Say whether a number is an account's in the form in which it is hashed, as most are written."""
    return number.isdecimal() and number.isascii() and len(number) in PLAIN_LENGTHS


def normal(number: str) -> str:
    """Return a number in the one form in which it is hashed; nothing for what says that there is none."""
    if plain(number):
        return number
    bare = "".join(unicodedata.normalize("NFKC", number).split()).translate(DROPPED).upper()
    if bare in UNSAID:
        return ""
    if not OLD_CARD.fullmatch(bare):
        return bare
    long = f"{bare[:6]}19{bare[6:]}"
    return long + _check_digit(long)


def _check_digit(card: str) -> str:
    """Return the check digit of an identity card's first seventeen digits."""
    return CHECK_DIGITS[sum(int(digit) * weight for digit, weight in zip(card[:17], WEIGHTS, strict=True)) % 11]


def is_card(number: str) -> bool:
    """Say whether a number in its normal form is an identity card's: with a day of birth, and its check digit."""
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", number, re.ASCII):
        return False
    try:
        dt.date.fromisoformat(number[6:14])
    except ValueError:
        return False
    return number[17] == _check_digit(number)


def sound(number: str, form: Form) -> str:
    """Return a number as it came, where it can be one of its form, or nothing.

    Raises FormatError (`identity-unsound`, `account-unsound`), with the number masked.
    """
    if form == "account" and plain(number):
        return number
    bare = normal(number)
    if not bare or form == "plate":
        return number
    if form == "account":
        if not ACCOUNT.fullmatch(bare):
            raise FormatError("account-unsound", text=masked(bare))
    elif not is_card(bare) and not (form == "party" and not bare.isdecimal() and DOCUMENT.fullmatch(bare)):
        raise FormatError("identity-unsound", text=masked(bare))
    return number


def ended(number: str) -> str:
    """Return an account of which only the end is said as it is kept for comparing; nothing for another text."""
    found = MASKED.fullmatch(normal(number))
    return f"{'*' * TAIL}{found[1]}" if found else ""


def is_tail(said: str) -> bool:
    """Say whether a text is the end of an account, as `ended` returns it."""
    return said.startswith("*" * TAIL) and "#" not in said


def covered(text: str) -> str:
    """Return a text in which every long number that may be a person's is masked."""
    return LONG.sub(lambda found: masked(found[0]), text)
