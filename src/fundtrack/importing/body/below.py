"""What stands below a header and says that rows are not as it has them: another unit, or the header of another table.

Programs and clerks put several tables into one sheet, and say below a table in which unit it is. Rows that are read
by the wrong header are wrong in silence: the right amount in the wrong unit is ten thousand times too small.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fundtrack.errors import FormatError
from fundtrack.importing.header.heading import stated
from fundtrack.importing.values import cells

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from fundtrack.importing.header.heading import Heading

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


class Below:
    """What stands between the rows below a header: titles, units, and headers, its own once more or another table's.

    `other` is why rows wait that stand below the header of another table; nothing while they are of this one.
    """

    def __init__(self, head: Heading, unit: str, place: Mapping[str, object]) -> None:
        """Begin below a header whose amounts are read in a unit; `place` is what errors are told with."""
        self._head, self._unit, self._place = head, unit, place
        self._title = ""
        self.other: FormatError | None = None

    def go_on(self) -> None:
        """Forget the last title, behind a row of data."""
        self._title = ""

    def note(self, number: int, texts: Sequence[str]) -> None:
        """Note what a row says that is no data, which may be a title. Raises FormatError (`unit-below`).

        So it does where the row states another unit than the amounts are read in.
        """
        for text in texts if self._unit else ():
            for other, words in stated(text).items():
                if other != self._unit:
                    raise FormatError("unit-below", **self._place, row=number, text=words.strip(), unit=self._unit)
        self._title = "".join(texts)

    def is_header(self, number: int, row: Sequence[str], filled: AbstractSet[int]) -> bool:
        """Say whether a row is the header once more, or that of another table, below which rows wait.

        So they do below the same header under the title of what was not paid. Raises FormatError as `note` does.
        """
        if self._is_again(row):
            title = self._title
            self.note(number, [f"({unit})" for _, unit in map(cells.column, row) if unit])
            unpaid = UNPAID.search(title)
            self.other = FormatError("table-unpaid", header=number, text=title.strip()) if unpaid else None
            return True
        if self._is_other(row, filled):
            self.other = FormatError("table-other", header=number)
            return True
        return False

    def _is_again(self, row: Sequence[str]) -> bool:
        """Say whether a row names the columns of the header, or is one of several rows that make it up."""
        said = tuple(cell.strip() for cell in row)
        again = any(said == tuple(cell.strip() for cell in one) for one in self._head.physicals)
        return again or tuple(cells.column(cell)[0] for cell in row) == self._head.names

    def _is_other(self, row: Sequence[str], filled: AbstractSet[int]) -> bool:
        """Say whether a row names columns, and not those of the header where they stand."""
        if len(filled) < FEWEST or any(map(str.isdigit, "".join(row[at] for at in filled))):
            return False
        known = self._head.index
        named = [at for at in filled if cells.column(row[at])[0] in known or NAMING.search(cells.loose(row[at]))]
        return len(named) * 2 > len(filled)
