"""Sheets that a page does not describe: a row there that has a day and an amount may be a payment, and is not lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fundtrack.errors import FormatError
from fundtrack.importing.body.blocks import Row, digest, not_data
from fundtrack.importing.values import cells, dates

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

AMOUNT: Final = re.compile(
    r"[-(]?[¥￥£$€]?-?(?!(?:19|20)\d\d\)?$)(?:\d{1,3}(?:,\d{3})+|\d+(?=\.)|\d{3,12})(?:\.\d{1,6})?\)?(?:元|CR|DR)?",
    re.ASCII,
)
"""What may be an amount, and is no running number, no year, and no number as long as an account's."""


def of_row(number: int, sheet: str, row: list[str], path: Path, page: str) -> Row:
    """Return a row of a sheet that the page of a file does not describe: it waits where it may be a payment."""
    shown = cells.cautious(row)
    if not _like_payment(row):
        return not_data(number, sheet, shown, "sheet" if any(row) else "blank")
    told = FormatError("sheet-unread", path=path, sheet=sheet, row=number, page=page)
    return Row(number, sheet, shown, "data", "", None, None, (told,), digest=digest(row))


def _like_payment(row: Sequence[str]) -> bool:
    """Say whether a row has a day in one cell and an amount in another."""
    filled = [cell.strip() for cell in row if cell.strip()]
    days = [dates.meant(cell) is not None for cell in filled]
    return any(days) and any(AMOUNT.fullmatch(cell) for cell, day in zip(filled, days, strict=True) if not day)
