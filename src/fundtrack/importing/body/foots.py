"""Rows of a bank's statement that are no lines: totals of what came in and of what went out, each behind its own label.

    借方合计,374983.25,贷方合计,1076864.66,借方笔数,11
    贷方合计,,,3笔,1076864.66
    收入合计：1076864.66  支出合计：374983.25

No column of the header says what these are, and often they do not stand in its columns at all, but above it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.importing.values import cells

if TYPE_CHECKING:
    from collections.abc import Sequence

IN: Final = "贷|收|存入|转入"
OUT: Final = "借|支|付|取|转出"
SUM: Final = "[合总小累共]计|总额|发生额|笔数"
LABEL: Final = re.compile(
    rf"(?:[本当][页期月年日次]|累计|合计|总|交易|明细)*(?:(?P<come>{IN})|(?P<gone>{OUT}))?[方入出取]?"
    rf"(?:交易|累计|金额|发生)*(?:{SUM})(?:{SUM}|金额|数额|额|数)*(?:\([^()\d]*\))?"
)
"""How such a total is called: 借方合计, 收入合计金额(元), 贷方发生额合计, 借方笔数; what has no side counts rows."""

ITEM: Final = re.compile(
    r"(?P<label>[^\W\d_]+(?:\([^()\d]*\))?)\s*:?[\s|]*"
    r"(?:共?\s*(?P<count>\d+)\s*[笔条][\s|,;、]*)?(?P<amount>[¥￥]?\s*[-+]?\d[\d,]*(?:\.\d+)?)?\s*(?:元|笔|条)?[\s|,;。]*"
)
"""A label and what stands behind it; cells are parted by |."""


BALANCE: Final = re.compile(
    r"(?:[上本当前下次][年月日期页季]|期初|期末|年初|年末|月初|月末|昨日|账户|当前|承前页?|过次页?)?(?:结转|余额|结存|结余)(?:结转)?"
    r"|承前页|过次页|(?:结?转)[上下前次][年月页]"
    r"|(?:opening|closing) balance|balance (?:brought|carried) (?:forward|down)|[bc]/[fd]",
    re.IGNORECASE,
)
"""How a row is called that says what there was, and moved nothing: 上月结转, 期末余额, 承前页."""


class Foot(NamedTuple):
    """What a row beneath a statement says: the sums of what came in and of what went out, as they are printed."""

    come: str = ""
    gone: str = ""


def foot(row: Sequence[str]) -> Foot | None:
    """Return what a row says that has nothing but such totals, and counts of rows; None for any other."""
    said = unicodedata.normalize("NFKC", "|".join(cells.ENGLISH.sub("", cell.strip()) for cell in row if cell.strip()))
    if not any(word in said for word in ("计", "总额", "发生额", "笔数")):
        return None
    found, at = Foot(), 0
    while at < len(said):
        item = ITEM.match(said, at)
        label = item and LABEL.fullmatch(item["label"])
        if not item or not label:
            return None
        amount = "" if "笔数" in item["label"] else item["amount"] or ""
        side = label.lastgroup
        if not (side or "笔数" in item["label"]) or (side and amount and getattr(found, side)):
            return None
        found = found._replace(**{side: amount}) if side and amount else found
        at = item.end()
    return found


def balance(row: Sequence[str]) -> bool:
    """Say whether a row in which nothing moved is called one that says what there was, whatever day it bears."""
    said = (" ".join(unicodedata.normalize("NFKC", cell).split()) for cell in row)
    return any(BALANCE.fullmatch(cell.removesuffix(":")) for cell in said)
