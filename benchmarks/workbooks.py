"""The vouchers in a workbook."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from openpyxl import Workbook

if TYPE_CHECKING:
    from benchmarks.child import Clock

AMOUNT: Final = "支付金额"


def write(_clock: Clock, path: str, to: str) -> None:
    """Write the rows of an exported CSV to a workbook, amounts as numbers and everything else as text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("支付")
    with Path(path).open(encoding="gb18030", newline="") as file:
        rows = csv.reader(file)
        sheet.append(header := next(rows))
        at = header.index(AMOUNT)
        for row in rows:
            sheet.append([*row[:at], Decimal(row[at]), *row[at + 1 :]])
    book.save(to)
