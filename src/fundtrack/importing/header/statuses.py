"""What a table says of its rows beyond what its page reads: what was cancelled or sent back was not paid."""

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

TOLD: Final = re.compile(
    r"(?:payment|paid|transaction|trans|cheque|check|bacs|voucher|invoice|document|record|order|settlement|clearing"
    r"|process(?:ing)?)?status(?:code|desc(?:ription)?)?|(?:payment|transaction|processing)(?:result|state)"
    r"|(?:支付|付款|拨付|交易|发放|代发|处理|银行|凭证|单据|票据|备注|业务|清算|到账|记录|当前)*状态(?:名称)?"
    r"|(?:支付|付款|交易|发放|处理|代发|银行)(?:处理)?结果|处理情况"
)
"""The name of a column that says of every row what became of the payment, in the form of `cells.loose`."""

HEADED: Final = re.compile(r".*status|.*状态")
"""The name of a column that may say that, or something of a supplier or a contract."""

FLAGGED: Final = re.compile(
    r"(?:is)?(?:cancell?ed|void(?:ed)?|reversed)(?:flag|indicator|yn|yesno)?"
    r"|(?:是否)?已?(?:作废|删除|退票|退回|撤销|冲销|冲正)(?:标志|标识|标记)?"
)
"""The name of a column that says yes where a payment came to nothing."""

UNDONE: Final = (
    r"\b(?:cancel(?:l?ed|lation)?|void(?:ed)?|reject(?:ed)?|fail(?:ed|ure)?|return(?:ed)?|revers(?:ed|al)|stopped"
    r"|declined|refused|deleted|bounced|recalled|dishonou?red|refunded)\b|作废|退票|退回|失败|撤销|撤回|冲正|冲销|取消|拒绝|驳回"
    r"|未成功|不成功|拒付|止付|无效"
)
"""What says that something came to nothing."""

AHEAD: Final = (
    r"\b(?:unpaid|draft|pending|on hold|(?:not|un) ?(?:yet )?(?:paid|cleared|processed)|awaiting)\b"
    r"|处理中|待(?:支付|付|发|审|处理|确认|复核)|未(?:支付|付|发放|发|到账|清算|处理|审核|审批|通过)"
)
"""What says of a payment that it was not made yet, as an application well may be."""

SETTLED: Final = re.compile(
    r"(?!.*\b(?:part|partly|partially|to be|not)\b)(?:.*\b)?(?:paid|cleared|completed?|processed|settled|posted|issued"
    r"|presented|cashed|reconciled|closed|disbursed|transferred|executed|accounted|success(?:ful|fully)?|succeeded|valid"
    r"|active|normal|ok|yes|y)\b.*"
    r"|(?!.*部分).*(?:成功|已经?(?:支付|付|清算|发放|到账|入账|记账|完成|办结|拨付|代发|兑付|结算|支出|划款|转账|核销)).*"
    r"|支付|付款|发放|到账|完成|办结|正常|有效|完结|(?:支付|付款|发放)完成",
    re.IGNORECASE,
)
"""What says that money went, or that nothing is amiss with its payment."""

YES: Final = frozenset({"是", "y", "yes", "true", "1", "√", "✓", "x", "有"})
NO: Final = frozenset({"", "否", "n", "no", "false", "0", "2", "×", "无", "未", "-", "--", "/"})
"""What says no: some systems number yes and no as 1 and 0, others as 1 and 2."""


def unread(layout: Layout, heading: Heading) -> tuple[Source, ...]:
    """Return the columns that say what became of a payment, of a page that reads none."""
    if layout.movement.status or layout.registers:
        return ()
    return tuple(Source((name,)) for name in heading.unread(layout) if _says(name))


def reader(layout: Layout, name: str) -> Callable[[str], str]:
    """Return what reads such a column: a word that means paid, or nothing, lets its row pass.

    It raises FormatError: `not-settled` where a cell says nothing was paid, `status-unknown` where a column that says
    what became of every row says neither. An application may wait for whatever its office calls it.
    """
    not_done = re.compile(UNDONE if layout.becomes else f"{UNDONE}|{AHEAD}", re.IGNORECASE)
    loose = cells.loose(name)
    flag, told = FLAGGED.fullmatch(loose), TOLD.fullmatch(loose) and not layout.becomes

    def read(cell: str) -> str:
        said = cells.text(cell)
        word = said.casefold()
        if not_done.search(said) or (flag and word in YES):
            raise FormatError("not-settled", text=said)
        if word not in NO and (flag or (told and not SETTLED.fullmatch(said))):
            raise FormatError("status-unknown", text=said)
        return ""

    return read


def _says(name: str) -> bool:
    """Say whether a column says what became of its rows."""
    loose = cells.loose(name)
    return any(names.fullmatch(loose) for names in (TOLD, HEADED, FLAGGED))
