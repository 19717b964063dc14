"""Amounts written out in Chinese, 壹拾贰万叁仟元整: read strictly, compared with the digits, never used alone."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from fundtrack import money
from fundtrack.errors import FormatError

FOLDED: Final = str.maketrans(
    "圆圓整正億萬貳弍參叄叁陸两〇一二三四五六七八九十百千", "元元整整亿万贰贰叁叁叁陆贰零壹贰叁肆伍陆柒捌玖拾佰仟"
)
"""Other forms of the same characters."""

ABOUT: Final = re.compile(r"^(?:\(?大写\)?|金额|人民币|:|\s)+|\s+")
DIGIT: Final = "零壹贰叁肆伍陆柒捌玖"
ONE: Final = f"[{DIGIT[1:]}]"
SECTION: Final = re.compile(rf"(?:({ONE})仟)?零?(?:({ONE})佰)?零?(?:({ONE}?)(拾))?零?({ONE})?")
"""What stands before 元, 万 or 亿: four digits."""

CENTS: Final = re.compile(rf"零?(?:({ONE})角)?零?(?:({ONE})分)?整?")
LONGEST: Final = 60


def read(text: str) -> int:
    """Return an amount that is written out, in fen. Raises FormatError (`amount-words-unreadable`)."""
    plain = ABOUT.sub("", unicodedata.normalize("NFKC", text)).translate(FOLDED)
    yuan, mark, rest = plain.rpartition("元")
    cents = CENTS.fullmatch(rest)
    if not cents or len(plain) > LONGEST or not (mark or cents[1] or cents[2]):
        raise FormatError("amount-words-unreadable", text=text)
    try:
        whole = _whole(yuan) if mark else 0
    except ValueError as error:
        raise FormatError("amount-words-unreadable", text=text) from error
    return 100 * whole + 10 * _digit(cents[1]) + _digit(cents[2])


def _whole(text: str) -> int:
    """Return a whole number. Raises ValueError."""
    high, mark, low = text.rpartition("亿")
    if mark:
        return 10**8 * _positive(high) + _below(low)
    return _below(text)


def _positive(text: str) -> int:
    """Return a number that is not nothing. Raises ValueError."""
    if not (number := _below(text)):
        raise ValueError(text)
    return number


def _below(text: str) -> int:
    """Return a number below 亿. Raises ValueError."""
    high, mark, low = text.rpartition("万")
    if mark and not _section(high):
        raise ValueError(text)
    return 10**4 * _section(high) + _section(low)


def _section(text: str) -> int:
    """Return a number of four digits. Raises ValueError."""
    found = SECTION.fullmatch(text)
    if not found:
        raise ValueError(text)
    thousands, hundreds, tens, ten, ones = found.groups()
    return 1000 * _digit(thousands) + 100 * _digit(hundreds) + 10 * (_digit(tens) or bool(ten)) + _digit(ones)


def _digit(character: str | None) -> int:
    """Return the value of a digit; nothing for none."""
    return DIGIT.index(character) if character else 0


def said(cell: str) -> int | None:
    """Return the amount that a cell writes out, None where it is empty. Raises FormatError."""
    return read(cell) if cell.strip() else None


def refuse_other(words: int | None, amount: int) -> None:
    """Raise FormatError (`amount-words-differ`) where an amount is written out, and is another one."""
    if words is not None and words != amount:
        raise FormatError("amount-words-differ", words=money.grouped(words), amount=money.grouped(amount))
