"""What stands below a header and says that rows are not as it has them: another unit, or the header of another table.

Programs and clerks put several tables into one sheet, and say below a table in which unit it is. Rows that are read
by the wrong header are wrong in silence: the right amount in the wrong unit is ten thousand times too small.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fundtrack.errors import FormatError
from fundtrack.importing import cells
from fundtrack.importing.heading import stated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from fundtrack.importing.heading import Heading

FEWEST: Final = 3
"""So many cells are no note, and may be names of columns."""

NAMING: Final = re.compile(
    r"日期|时间|金额|数额|发生额|余额|户名|姓名|名称|全称|帐号|账号|卡号|编号|单号|文号|流水号|序号|摘要|用途|备注|科目|单位$|币种|借方|贷方"
    r"|date|amount|value|supplier|payee|beneficiary|description|reference|number|balance|department|currency|category"
)
"""What is in the name of a column, in the form of `cells.loose`, and seldom in what a row without a digit says."""

UNPAID: Final = re.compile(
    r"退票|退回|退款|退付|作废|撤销|冲销|冲正|失败|未付|未支付|待支付|refund|returned|void|cancel|unpaid|failed",
    re.IGNORECASE,
)
"""What is in the title of a list of what was not paid, or came back."""


def is_again(row: Sequence[str], head: Heading) -> bool:
    """Say whether a row is one of those that make up the header, printed once more."""
    said = tuple(cell.strip() for cell in row)
    return any(said == tuple(cell.strip() for cell in one) for one in head.physicals)


def unpaid(title: str, header: int) -> FormatError | None:
    """Return why rows wait below a header that stands once more, under the title of what was not paid; else nothing."""
    return FormatError("table-unpaid", header=header, text=title.strip()) if UNPAID.search(title) else None


def is_other(row: Sequence[str], filled: AbstractSet[int], head: Heading) -> bool:
    """Say whether a row names columns, and not those of the header where they stand: another table begins."""
    if len(filled) < FEWEST or any(map(str.isdigit, "".join(row[at] for at in filled))):
        return False
    named = [at for at in filled if cells.column(row[at])[0] in head.index or NAMING.search(cells.loose(row[at]))]
    return len(named) * 2 > len(filled)


def refuse_unit(texts: Sequence[str], unit: str, of: Mapping[str, object]) -> None:
    """Refuse a table of which something below its header states another unit. Raises FormatError (`unit-below`).

    `of` is what the error is told with: the file, the sheet and the row.
    """
    for text in texts if unit else ():
        for other, words in stated(text).items():
            if other != unit:
                raise FormatError("unit-below", **of, text=words.strip(), unit=unit)
