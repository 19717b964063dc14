"""What lists say below their rows and between their pages: who printed them and when, whose they are, that they end."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final

from fundtrack.errors import FormatError
from fundtrack.importing import cells, dates

LABELLED: Final = re.compile(
    r"©|\(c\)|copyright\b|page \d+|sources?\s*:|notes?\s*:|disclaimer\b|run (?:date|time|by)\b"
    r"|(?:report )?(?:printed|generated|prepared|produced|exported|extracted|downloaded|run)\s*(?:on|by|at|from|:|\d)"
    r"|(?:print|report) (?:date|time|by|no|id)\b|end of (?:report|list|file|data|document|page|extract|statement)\b"
    r"|(?:制表|打印|导出|下载|审核|审批|复核|填报|填表|经办|负责|会计|出纳|制单|记账|报表)(?:人|日期|时间|单位|主管)?\s*[:：]"
    r"|第\s*\d+\s*页|共\s*\d+\s*页|(?:数据来源|说明|备注|注)\s*[:：]",
    re.IGNORECASE,
)
"""How the first cell of such a row begins."""

RULE: Final = re.compile(r"[-=*_—]{3,}")
WORDS: Final = re.compile(r"[^\W\d_]{2}")


def labelled(cell: str) -> bool:
    """Say whether a cell is the label of what stands below a list: 制表人：, Printed on."""
    return bool(LABELLED.match(cell.strip()))


def prose(cell: str) -> bool:
    """Say whether a cell that stands alone in its row says something, and no number, day or lost value."""
    said = cell.strip()
    if cells.FAULT.fullmatch(said) or said.casefold() in cells.NOBODY or _is_day(said):
        return False
    return bool(RULE.fullmatch(said) or WORDS.search(said) or labelled(said))


def figures(cell: str) -> bool:
    """Say whether a cell may be an amount: it has a digit, and is no date."""
    return any(map(str.isdigit, cell)) and not _is_day(cell.strip())


def _is_day(cell: str) -> bool:
    """Say whether a cell is a date, a month written as a word included."""
    with suppress(FormatError):
        return bool(dates.reader(dates.DAY)(cell))
    return False
