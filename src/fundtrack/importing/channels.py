"""What a table says of the fund beyond what its page reads: a row that names its channel is not booked to another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fundtrack.errors import FormatError
from fundtrack.importing import cells
from fundtrack.importing.fields import NOTHING
from fundtrack.importing.source import Source

if TYPE_CHECKING:
    from fundtrack.importing.heading import Heading
    from fundtrack.importing.layout import Layout

NAMED: Final = re.compile(
    r"(?:中央直达|转移支付|专项|补助)?资金(?:名称|来源|渠道|来源渠道|渠道名称|来源名称)|(?:拨付|拨款|经费)(?:渠道|来源)"
)
"""The name of a column of funds, in the form of `cells.loose`. 渠道 alone is a bank's own: 网银, 手机银行."""


def unread(layout: Layout, heading: Heading) -> tuple[Source, ...]:
    """Return the columns that name a fund, of a page of payments that reads none."""
    if "fund" in layout.columns or layout.channels or layout.registers:
        return ()
    return tuple(Source((name,)) for name in heading.unread(layout) if NAMED.fullmatch(cells.loose(name)))


def silent(cell: str) -> str:
    """Read a column of funds that the page does not read. Raises FormatError (`fund-unread`) where it names one."""
    said = cells.text(cell)
    if said not in NOTHING:
        raise FormatError("fund-unread", text=said)
    return ""
