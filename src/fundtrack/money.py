"""Amounts: integer minor units in, decimal strings out, and one strict grammar between.

An amount is an `int` of minor units (fen for CNY). No float ever holds money. What a file or a person writes goes
through `parse`; what is shown comes from `plain` (machine-readable) or `grouped` (for people).

Source of the grammar: measured failures of `Decimal`, `float` and spreadsheet readers on real files, listed in
`docs/design.md` under "Amounts".
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from fundtrack.errors import FormatError

SCALE: Final = 2
"""Decimals of CNY and of its quota unit `CNY.Q` (ISO 4217: CNY, 156, 2 decimals)."""

AMOUNT_MAX: Final = 9 * 10**15
"""Largest amount in minor units: below 2**53, so no spreadsheet or JSON reader can lose a fen of it."""

FACTORS: Final = {"元": 1, "yuan": 1, "万元": 10_000, "亿元": 100_000_000}
"""Declared units of a column and how many yuan one of them is."""

FOLDED: Final = str.maketrans("０１２３４５６７８９，．＋－−（）￥　\u00a0", "0123456789,.+--()¥  ")
GRAMMAR: Final = re.compile(r"([+-]?)(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.(\d{1,8}))?(-?)", re.ASCII)
MARKS: Final = re.compile(r"^(?:¥|CNY|RMB|人民币)\s*|\s*(?:元|CNY)$")


def parse(text: str, unit: str = "元") -> int:
    """Return the amount a file or person wrote, in fen.

    Accepted after folding full-width characters: an optional sign, or brackets or a trailing minus for a negative;
    digits, plain or grouped by threes; a point and decimals; one currency mark. `unit` is the declared unit of the
    column: `元` or `万元`; the result must be a whole number of fen.

    Raises FormatError (`amount-empty`, `amount-unreadable`, `amount-fraction`, `amount-too-large`).
    """
    folded = text.translate(FOLDED).strip()
    if not folded:
        raise FormatError("amount-empty")
    bracketed = folded.startswith("(") and folded.endswith(")")
    bare = MARKS.sub("", folded[1:-1].strip() if bracketed else folded)
    found = GRAMMAR.fullmatch(bare)
    if found is None or (bool(found[1]) + bool(found[4]) + bracketed > 1):
        raise FormatError("amount-unreadable", text=text)
    fen = Decimal(f"{found[2].replace(',', '')}.{found[3] or '0'}") * FACTORS[unit] * 10**SCALE
    if fen != fen.to_integral_value():
        raise FormatError("amount-fraction", text=text, unit=unit)
    if fen > AMOUNT_MAX:
        raise FormatError("amount-too-large", text=text)
    return -int(fen) if bracketed or found[1] == "-" or found[4] else int(fen)


def plain(amount: int, scale: int = SCALE) -> str:
    """Return an amount in minor units as a decimal string: -123450 is "-1234.50"."""
    digits = f"{abs(amount):0{scale + 1}d}"
    point = f"{digits[:-scale]}.{digits[-scale:]}" if scale else digits
    return f"-{point}" if amount < 0 else point


def grouped(amount: int, scale: int = SCALE) -> str:
    """Return an amount in minor units for people: -123450 is "-1,234.50"."""
    return f"{Decimal(plain(amount, scale)):,}"
