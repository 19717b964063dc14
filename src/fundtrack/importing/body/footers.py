"""What programs and clerks print beneath a table or at the foot of a page: no payment, whatever page reads the file.

What may be an amount, a day or a value that was lost is none of it: such a row waits, for it may be a payment.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from fundtrack.importing.values import cells, dates

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST: Final = 200

PAGE: Final = (
    r"page \d+(?: ?(?:of|/) ?\d+)?|第? ?\d+ ?页[,、/ ]*(?:[共总] ?\d+ ?页)?"
    r"|[共总] ?\d+ ?页[,、/ ]*(?:第 ?\d+ ?页)?"
)
HANDS: Final = "制表|制单|复核|审核|审批|经办|记账|填报|填表|打印|出纳|会计|负责|主管|单位负责|财务负责"
SIGNED: Final = f"(?:{HANDS})(?:人员?|单位|机构)?"
FOOTER: Final = re.compile(
    rf"[-—– ]*(?:{PAGE})[-—– ]*"
    r"|(?:©|\(c\)|copyright\b|crown copyright\b|版权所有).*"
    r"|(?:(?:report|file|list|data) )?"
    r"(?:printed|generated|produced|created|exported|extracted|downloaded|run|published)"
    r"(?:(?: (?:on|at|by|from)\b|:).*)?"
    r"|[-*#=< ]*(?:end of (?:the )?(?:report|file|list|data|document|statement|table|page)|end)[-*#=.> ]*"
    r"|(?:打印|导出|制表|生成|下载|填报|填表)(?:日期|时间|机构|柜员)(?:[: ].*)?"
    rf"|{SIGNED}(?:[: ].{{0,30}})?"
    r"|(?:借方|贷方|收入|支出)(?:合计|总计)?(?:笔数)?: ?\d+ ?笔"
    r"|[-*#=—– ]*(?:以下空白|以下无正文|报表结束|报告完毕|全文完|完)[-*#=—– ]*",
    re.IGNORECASE,
)
"""© Copyright …, Printed on …, End of report, #end, Page 1 of 3, Report generated, 打印日期：…, 制表人, 第1页 共3页."""

LABEL: Final = re.compile(
    r"(?:report )?(?:printed|generated|prepared|produced|exported|extracted|downloaded|run)"
    r" (?:on|by|at|from|date|time)\W*"
    r"|(?:print|report) (?:date|time|by|no|id)\W*|(?:sources?|notes?) ?:"
    rf"|(?:{HANDS}|导出|下载|报表)(?:人员?|日期|时间|单位|机构)? ?:|(?:数据来源|说明|备注|注) ?:",
    re.IGNORECASE,
)
"""A cell that says what stands in the next: 制表人：, Printed on."""

RULE: Final = re.compile(r"[-=*_—]{3,}")
WORDS: Final = re.compile(r"[^\W\d_]{2}")

AMOUNT: Final = re.compile(
    r"[¥£$€]\s*\d|\d\.\d{1,2}(?![\d.])|\d{1,3}(?:,\d{3})+|\d\s*[十百千万亿]*(?:元|yuan|gbp|cny)", re.IGNORECASE
)
"""What may be an amount in a text."""


def is_footer(texts: Iterable[str]) -> bool:
    """Say whether everything that a row says is printed beneath tables."""
    return all(map(_footer, texts))


@lru_cache(maxsize=1 << 10)
def _footer(cell: str) -> bool:
    """Say whether a cell is a whole footer, and states no amount."""
    if len(cell) > LONGEST:
        return False
    said = _spaced(cell)
    return bool(FOOTER.fullmatch(said)) and not AMOUNT.search(said)


def _spaced(cell: str) -> str:
    """Return a cell in the form in which it is looked at: NFKC, its blanks folded."""
    return " ".join(unicodedata.normalize("NFKC", cell).split())


def labelled(cell: str) -> bool:
    """Say whether a cell is the label of what stands behind it below a list: 制表人：, Printed on."""
    return bool(LABEL.fullmatch(_spaced(cell)))


def prose(cell: str) -> bool:
    """Say whether a cell that stands alone in its row says something, and no number, day or lost value."""
    said = cell.strip()
    if cells.FAULT.fullmatch(said) or said.casefold() in cells.NOBODY or dates.meant(said, dates.DAY):
        return False
    return bool(RULE.fullmatch(said) or WORDS.search(said))


def figures(cell: str) -> bool:
    """Say whether a cell may be an amount: it has a digit, and is no date."""
    return any(map(str.isdigit, cell)) and dates.meant(cell.strip(), dates.DAY) is None
