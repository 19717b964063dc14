"""Whether debit is what was paid, as a bank has it, or what was received, as the bureau's own journal of it has it.

The balances of a table prove it. Where none does, and a title says that the table is a journal, nobody reads it as a
bank's statement. Of a card or a loan a bank prints what is owed: that rises by what was paid, as the journal's does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fundtrack.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fundtrack.importing.body.balances import Followed
    from fundtrack.importing.header.heading import Heading
    from fundtrack.importing.layout import Layout

JOURNAL: Final = re.compile(
    r"日\s*记\s*[账帐]|银\s*行\s*存\s*款\s*(?:明\s*细|总)\s*[账帐]|出\s*纳\s*[账帐]"
    r"|\bcash\s?-?book\b|\b(?:cash|bank) journal\b",
    re.IGNORECASE,
)
"""How a title says that a table is the bureau's own book of its money, and no statement of the bank's."""

OWED: Final = re.compile(
    r"信\s*用\s*卡|贷\s*记\s*卡|公\s*务\s*卡|欠款|应还|未还|透支|贷款|借款|credit card|\b(?:owed|owing|loan|debt)\b",
    re.IGNORECASE,
)
"""How a title, or the name of a column, says that balances are what is owed for a card or a loan."""

DEBIT: Final = re.compile(r"借|debit|\bdr\b", re.IGNORECASE)
PAID: Final = re.compile(r"支|转出|取出|paid|withdraw|money.?out", re.IGNORECASE)
"""What in the name of a column says that it was paid, whatever is debit."""


def journal(texts: Iterable[str]) -> str:
    """Return the first of the texts around a table that says that it is a journal; nothing where none does."""
    return next((" ".join(text.split()) for text in texts if JOURNAL.search(text)), "")


def titles(head: Heading, sheet: str) -> list[str]:
    """Return what stands above a table, and the name of its sheet."""
    return [*(cell for _, row in head.above for cell in row), sheet]


def owed(texts: Iterable[str]) -> str:
    """Return the first of the texts around a table that says that its balances are what is owed; else nothing."""
    return next((" ".join(text.split()) for text in texts if OWED.search(text)), "")


def refuse_reversed(layout: Layout, head: Heading, sheet: str, followed: Followed, place: Mapping[str, object]) -> bool:
    """Refuse a table whose balances follow only if all its money went the other way; say whether that is what is owed.

    Raises FormatError: `balances-reversed`, and `balances-owed` where lines would be entered, which keep a balance.
    """
    if not followed.reversed:
        return False
    texts = [*titles(head, sheet), layout.columns["balance"].name]
    debt = "" if journal(texts) else owed(texts)
    told = {"count": followed.against, "of": followed.of, "columns": _paid(layout), "page": layout.name}
    if not debt:
        raise FormatError("balances-reversed", **place, **told)
    if layout.form:
        raise FormatError("balances-owed", **place, title=debt, **told)
    return True


def refuse_journal(layout: Layout, head: Heading, sheet: str, followed: Followed, place: Mapping[str, object]) -> None:
    """Refuse a journal read as a bank's statement, unless a balance proves it right.

    Raises FormatError (`journal-as-statement`).
    """
    name = _paid(layout)
    title = journal(titles(head, sheet))
    if title and not followed.with_sign and DEBIT.search(name) and not PAID.search(name):
        raise FormatError("journal-as-statement", **place, title=title, columns=name, page=layout.name)


def _paid(layout: Layout) -> str:
    """Return the column by which a page tells what was paid."""
    if layout.movement.column:
        return layout.movement.column.name
    return layout.columns["amount-out" if layout.two_sided else "amount"].name
