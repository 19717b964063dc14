"""Amounts: integer minor units in, decimal strings out, and one strict grammar between.

An amount is an `int` of minor units (fen for CNY). No float ever holds money. What a file or a person writes goes
through `parse`; what is shown comes from `plain` (machine-readable) or `grouped` (for people).

Source of the grammar: measured failures of `Decimal`, `float` and spreadsheet readers on real files, listed in
`docs/design.md` under "Amounts".
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Final

from fundtrack.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Mapping

SCALE: Final = 2
"""Decimals of CNY and of its quota unit `CNY.Q` (ISO 4217: CNY, 156, 2 decimals)."""

AMOUNT_MAX: Final = 9 * 10**15
"""Largest amount in minor units: below 2**53, so no spreadsheet or JSON reader can lose a fen of it."""

OF_YUAN: Final[Mapping[str, Decimal]] = {
    "元": Decimal(1), "yuan": Decimal(1), "千元": Decimal(1_000), "万元": Decimal(10_000), "百万元": Decimal(1_000_000),
    "亿元": Decimal(100_000_000), "分": Decimal("0.01"),
}  # fmt: skip
"""Declared units of a column of yuan, and how many yuan one of them is."""

OF_ANY: Final[Mapping[str, Decimal]] = {
    "thousand": Decimal(1_000), "million": Decimal(1_000_000), "pence": Decimal("0.01"),
}  # fmt: skip
"""Declared units of a column in whatever currency; the code of a currency is a unit, too."""

FACTORS: Final[Mapping[str, Decimal]] = {**OF_YUAN, **OF_ANY}

SYMBOLS: Final = {"CNY": "¥", "JPY": "¥", "GBP": "£", "EUR": "€", "USD": "US$|$", "HKD": "HK$|$", "TWD": "NT$|$"}
"""What else than its code may stand before or behind an amount of a currency."""

NOT_IN_HUNDREDTHS: Final = frozenset({"BHD", "CLF", "IQD", "JOD", "KWD", "LYD", "OMR", "TND", "UYW"})
"""The currencies of ISO 4217 with more than two decimals: no book is kept in one."""

FOLDED: Final = str.maketrans("０１２３４５６７８９，．＋－−（）￥　\u00a0", "0123456789,.+--()¥  ")
GRAMMAR: Final = re.compile(r"([+-]?)(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.(\d{1,8}))?(-?)", re.ASCII)
ROUNDED: Final = re.compile(r"[+-]?\d(?:[.,]\d+)?E\+\d{1,2}", re.ASCII)
"""How a spreadsheet writes a long number in a narrow column: with the digits that it shows, and without the others."""

CODE: Final = re.compile(r"[A-Z]{3}", re.ASCII)
DASHES: Final = frozenset({"-", "–", "—"})
"""What stands for nothing behind the mark of a currency."""

NAMED: Final = re.compile(r"(?<=[\d)])\s*([万亿])\s*元?\s*$")
"""The unit that an amount names behind it, which is more than a yuan."""

YUAN: Final = re.compile(r"^([+-]?)(?:¥|CNY|RMB|人民币)\s*|\s*(?:元|CNY)$")

NOISE: Final = 6
"""Decimals of a yuan behind which a number of a workbook holds only the noise of binary fractions."""


def is_currency(code: str) -> bool:
    """Say whether a book may be kept in a currency: one of three letters and at most two decimals."""
    return CODE.fullmatch(code) is not None and code not in NOT_IN_HUNDREDTHS


def is_unit(unit: str) -> bool:
    """Say whether a column may be in a unit: of yuan, or a currency."""
    return unit in FACTORS or is_currency(unit)


def factor(unit: str) -> Decimal:
    """Return how many of its currency a unit is."""
    return FACTORS.get(unit, Decimal(1))


@cache
def _marks(unit: str) -> re.Pattern[str]:
    """Return the marks that an amount in a unit may carry: one of another unit would be wrong ten thousandfold."""
    if unit not in FACTORS:
        before = "|".join(re.escape(mark) for mark in (*SYMBOLS.get(unit, "").split("|"), unit) if mark)
        return re.compile(rf"^([+-]?)(?:{before})\s*|\s*(?:{before})$")
    return YUAN if FACTORS[unit] == 1 else re.compile(rf"()\s*{unit}$")


def parse(text: str, unit: str = "元") -> int:
    """Return the amount a file or person wrote, in fen.

    Accepted after folding full-width characters: an optional sign, or brackets or a trailing minus for a negative;
    digits, plain or grouped by threes; a point and decimals; one currency mark, that of its unit. `unit` is the
    declared unit of the column: `元`, `万元` or a currency; the result must be a whole number of fen.

    Raises FormatError (`amount-empty`, `amount-unreadable`, `amount-rounded`, `amount-fraction`, `amount-too-large`).
    """
    folded = text.translate(FOLDED).strip()
    if not folded:
        raise FormatError("amount-empty")
    bracketed = folded.startswith("(") and folded.endswith(")")
    bare = _marks(unit).sub(r"\1", folded[1:-1].strip() if bracketed else folded, count=1)
    if not bracketed and bare != folded:  # a spreadsheet's form of accounts: £(1,200.00), and £- for nothing
        if bare in DASHES:
            return 0
        if bare.startswith("(") and bare.endswith(")"):
            bracketed, bare = True, bare[1:-1].strip()
    found = GRAMMAR.fullmatch(bare)
    if found is None or (bool(found[1]) + bool(found[4]) + bracketed > 1):
        raise FormatError("amount-rounded" if ROUNDED.fullmatch(bare) else "amount-unreadable", text=text)
    fen = _fen(Decimal(f"{found[2].replace(',', '')}.{found[3] or '0'}") * factor(unit), text, unit)
    return -fen if bracketed or found[1] == "-" or found[4] else fen


def said(text: str) -> int:
    """Return the amount that a person says, in fen: as `parse` has it, or in a unit it names itself, `25万`, `25 万元`.

    In a file that would be a second unit beside that of its column, and is not an amount.

    Raises FormatError as `parse` does.
    """
    found = NAMED.search(text.translate(FOLDED))
    return parse(text.translate(FOLDED)[: found.start()] if found else text, f"{found[1]}元" if found else "元")


def measured(number: str, unit: str = "元") -> int:
    """Return the amount that a workbook holds as a number of a unit, in fen.

    Noise of binary fractions is dropped after scaling, below a millionth of a yuan; nothing else is rounded.

    Raises FormatError (`amount-fraction`, `amount-too-large`).
    """
    yuan = Decimal(number) * factor(unit)
    return _fen(round(yuan, NOISE) if abs(yuan) < AMOUNT_MAX else yuan, number, unit)


def _fen(yuan: Decimal, text: str, unit: str) -> int:
    """Return yuan in fen. Raises FormatError when they are too many or no whole number of fen."""
    fen = yuan * 10**SCALE
    if abs(fen) > AMOUNT_MAX:
        raise FormatError("amount-too-large", text=text)
    if fen != fen.to_integral_value():
        raise FormatError("amount-fraction", text=text, unit=unit)
    return int(fen)


def plain(amount: int, scale: int = SCALE) -> str:
    """Return an amount in minor units as a decimal string: -123450 is "-1234.50"."""
    digits = f"{abs(amount):0{scale + 1}d}"
    point = f"{digits[:-scale]}.{digits[-scale:]}" if scale else digits
    return f"-{point}" if amount < 0 else point


def grouped(amount: int, scale: int = SCALE) -> str:
    """Return an amount in minor units for people: -123450 is "-1,234.50"."""
    return f"{Decimal(plain(amount, scale)):,}"
