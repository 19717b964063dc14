"""What a table says of fund and use beyond what its page reads: a row that names its own is booked to no other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.errors import FormatError
from fundtrack.identifier import covered
from fundtrack.importing.source import Source
from fundtrack.importing.values import cells, fields

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fundtrack.importing.header.heading import Heading
    from fundtrack.importing.layout import Layout

NAMED: Final[Mapping[str, re.Pattern[str]]] = {
    "fund": re.compile(
        r"(?:中央直达|转移支付|专项|补助)?资金(?:名称|来源|渠道|来源渠道|渠道名称|来源名称)|(?:拨付|拨款|经费)(?:渠道|来源)"
    ),
    "use": re.compile(r"(?:列支|用途)科目(?:名称|代码|编码)?|列支(?:用途|项目)"),
}
"""What columns of funds and of uses are called, in the form of `cells.loose`. 渠道 alone is a bank's: 网银."""

UNREAD: Final = {"fund": "fund-unread", "use": "use-unread"}

REMARKS: Final = re.compile(
    r".*用途(?:说明|描述)?|(?:预算|支出|功能|支出功能|预算支出)(?:分类)?科目(?:名称)?|支出功能分类|purpose(?:ofpayment)?"
)
"""The name of a column that may name the use, whatever else others say in it: a remark, the state's classification."""


class Told(NamedTuple):
    """A word that a row says of its use, and what it stands for: a code or name, of a fund where that is said."""

    word: str
    fund: str
    use: str


def unread(layout: Layout, heading: Heading) -> tuple[tuple[str, Source], ...]:
    """Return the columns that name a fund or use, with which; of a page that reads it in no column of the table."""
    wanted = [field for field in NAMED if not (layout.registers or _in_rows(field, layout, heading))]
    return tuple(
        (field, Source((name,)))
        for name in heading.unread(layout)
        for field in wanted
        if NAMED[field].fullmatch(cells.loose(name)) and not (field == "fund" and layout.channels)
    )


def _in_rows(field: str, layout: Layout, heading: Heading) -> bool:
    """Say whether a page reads a field in a column that the table has; what stands above the table is of all rows."""
    source = layout.columns.get(field)
    return bool(source and source.columns and not source.any and not heading.lacks(source.columns))


def remarks(layout: Layout, heading: Heading) -> tuple[Source, ...]:
    """Return the columns that may name a use, of a page of payments: also one that it reads for its narration."""
    if layout.form:
        return ()
    use = layout.columns.get("use")
    names = (name for name in dict.fromkeys(heading.names) if name and REMARKS.fullmatch(cells.loose(name)))
    return tuple(Source((name,)) for name in names if not use or name not in map(cells.loose, use.columns))


def silent(field: str) -> Callable[[str], str]:
    """Return what reads a column of funds or uses that the page does not read.

    It raises FormatError (`fund-unread`, `use-unread`) where a cell names one.
    """

    def read(cell: str) -> str:
        said = cells.text(cell)
        if said not in fields.NOTHING:
            raise FormatError(UNREAD[field], text=covered(said))
        return ""

    return read


def remark(words: Mapping[str, str]) -> Callable[[str], Told | None]:
    """Return what reads a column that may name a use; `words` stand for uses."""
    coded = fields.use(words)

    def read(cell: str) -> Told | None:
        said = cells.text(cell)
        return None if said in fields.NOTHING else Told(covered(said), *coded(cell))

    return read
