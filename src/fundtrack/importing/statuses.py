"""What a table says of its rows beyond what its page reads: what was cancelled or sent back was not paid."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fundtrack.errors import FormatError
from fundtrack.importing import cells
from fundtrack.importing.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from fundtrack.importing.heading import Heading
    from fundtrack.importing.layout import Layout

HEADED: Final = re.compile(
    r".*status|(?:payment|transaction|processing)(?:result|state)"
    r"|(?:transaction|trans|document|doc|invoice|payment|voucher)type"
    r"|.*状态|(?:支付|付款|交易|发放|处理|代发|银行)(?:处理)?结果|处理情况|(?:交易)?(?:凭证|单据|业务)类型"
)
"""The name of a column that says what became of a payment, or that it is none, in the form of `cells.loose`."""

FLAGGED: Final = re.compile(
    r"(?:is)?(?:cancell?ed|void(?:ed)?|reversed)(?:flag|indicator|yn|yesno)?"
    r"|(?:是否)?已?(?:作废|删除|退票|退回|撤销|冲销|冲正)(?:标志|标识|标记)?"
)
"""The name of a column that says yes where a payment came to nothing."""

UNDONE: Final = (
    r"\b(?:cancel(?:l?ed|lation)?|void(?:ed)?|reject(?:ed)?|fail(?:ed|ure)?|return(?:ed)?|revers(?:ed|al)|stopped"
    r"|declined|refused|deleted|credit (?:note|memo)|carry[ -]?(?:over|forward))\b"
    r"|作废|退票|退回|失败|撤销|冲正|冲销|取消|拒绝|驳回|未成功|不成功|年[终末]结转|结转[下上]年|[下上]年结转"
)
"""What says that something came to nothing. Other words are the publisher's own, and say nothing."""

AHEAD: Final = (
    r"\b(?:unpaid|draft|pending|on hold|(?:not|un) ?(?:yet )?(?:paid|cleared|processed)|awaiting)\b"
    r"|处理中|待(?:支付|付|发|审|处理|确认|复核)|未(?:支付|付|发放|发|到账|清算|处理|审核|审批|通过)"
)
"""What says of a payment that it was not made yet, as an application well may be."""

YES: Final = frozenset({"是", "y", "yes", "true", "1", "√", "✓", "x", "有"})


def unread(layout: Layout, heading: Heading) -> tuple[Source, ...]:
    """Return the columns that say what became of a payment, of a page that reads none."""
    if layout.movement.status or (layout.register and not layout.becomes):
        return ()
    read = {cells.column(name)[0] for source in layout.sources for name in source.columns}
    named = (name for name in dict.fromkeys(heading.names) if name and name not in read)
    return tuple(Source((name,)) for name in named if _flags(name) is not None)


def reader(layout: Layout, name: str) -> Callable[[str], str]:
    """Return what reads such a column. It raises FormatError (`not-settled`) where a cell says nothing was paid."""
    not_done = re.compile(UNDONE if layout.becomes else f"{UNDONE}|{AHEAD}", re.IGNORECASE)
    flag = _flags(name)

    def read(cell: str) -> str:
        said = cells.text(cell)
        if not_done.search(said) or (flag and said.casefold() in YES):
            raise FormatError("not-settled", text=said)
        return ""

    return read


def _flags(name: str) -> bool | None:
    """Say whether a column says yes to what came to nothing, or else how it stands; nothing where it says neither."""
    loose = cells.loose(name)
    return True if FLAGGED.fullmatch(loose) else False if HEADED.fullmatch(loose) else None
