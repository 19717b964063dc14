"""What a table calls a row that is no payment: a credit note, or an entry that closes a year."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fundtrack.errors import FormatError
from fundtrack.importing.source import Source
from fundtrack.importing.values import cells

if TYPE_CHECKING:
    from collections.abc import Callable

    from fundtrack.importing.header.heading import Heading
    from fundtrack.importing.layout import Layout

HEADED: Final = re.compile(
    r"(?:document|doc|transaction|trans|invoice|voucher|entry|line|record|posting|journal|source)?type"
    r"(?:code|desc(?:ription)?|name)?|typeof(?:document|transaction|invoice|entry)"
    r"|.*(?:凭证|单据|业务|交易|票据|发票|记录)(?:类型|类别|种类|性质)"
)
"""The name of a column that says what its rows are, in the form of `cells.loose`."""

CREDIT: Final = re.compile(
    r".*\bcredit[ -]?(?:note|memo|invoice)s?\b.*|supplier credit|credit|crn|crm|cn|cm"
    r"|.*(?:红字|贷项|红冲|冲红|退货|退款).*",
    re.IGNORECASE,
)
"""What a column that says what its rows are calls money that is owed back."""

CLOSING: Final = re.compile(
    r"(?:\d{2,4}年?度?)?(?:年终|年末|年底|年度|期末|跨年)?(?:本年|当年)?(?:预算|指标|额度|资金|余额|结余|收支|损益)*"
    r"(?:结转|结账|转结|年结)(?:下年度?|次年|下一年度?|分录|凭证|预算|指标|额度|余额|资金|处理|入账|数)*"
    r"|(?:year|period)[ -]?end[ -](?:clos(?:e|ing)|roll[ -]?(?:forward|over)|carry[ -]?forward|transfer)"
    r"(?: (?:entry|entries|journals?|balances?))?|closing (?:entry|entries|journals?|balances?)",
    re.IGNORECASE,
)
"""What an entry that closes a year is called, and no payment: 结转资金支付 is one, 年终结转 none."""

TEXTS: Final = re.compile(r".*摘要|备注|用途|附言|说明|.*支付方式|description|narrative|remarks?|comments?|details")
"""The name of a column in which a row may be called that, too, whatever else others say in it."""

SECOND: Final = re.compile(r"recipient(?:org(?:ani[sz]ation)?|ind(?:ividual)?)1(?:name|id(?:entifier)?)")
"""The name of a column of a second who was paid, of a table of grants."""

SAYING: Final = ("narration", "payee")
"""Fields in which it may be."""


def called(layout: Layout, heading: Heading) -> tuple[Source, ...]:
    """Return where a table calls its rows something, of a page whose amounts do not say by themselves which way.

    On the statement of a bank whatever moved the balance moved it.
    """
    if layout.netted or layout.movement.column or "balance" in layout.columns or layout.registers:
        return ()
    said = [layout.columns[field] for field in SAYING if field in layout.columns]
    said = [source for source in said if not heading.lacks(source.columns)]
    read = {cells.column(name)[0] for source in said for name in source.read}
    named = (name for name in dict.fromkeys(heading.names) if name and name not in read)
    beside = (name for name in named if any(of.fullmatch(cells.loose(name)) for of in (HEADED, TEXTS, SECOND)))
    return (*(source for source in said if source.columns and not source.any), *(Source((name,)) for name in beside))


def reader(layout: Layout, source: Source) -> Callable[[str], str]:
    """Return what reads there what a row is called.

    What the page says of kinds of payments comes before. It raises FormatError (`credit-note`, `closing-entry`), and
    `recipients-several` where a second is named who was paid.
    """
    typed = len(source.read) == 1 and bool(HEADED.fullmatch(cells.loose(source.name)))
    second = bool(SECOND.fullmatch(cells.loose(source.name)))
    own = tuple(layout.words_out) if layout.kind_column and layout.kind_column.columns == source.columns else ()

    def read(cell: str) -> str:
        said = cells.text(cell)
        if any(word in said for word in own):
            return ""
        if second and said:
            raise FormatError("recipients-several", text=said)
        if typed and CREDIT.fullmatch(said):
            raise FormatError("credit-note", text=said)
        if CLOSING.fullmatch("".join(said.split()) if not said.isascii() else said):
            raise FormatError("closing-entry", text=said)
        return ""

    return read
