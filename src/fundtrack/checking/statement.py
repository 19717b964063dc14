"""A page's select, read closely enough that it stays inside the parentheses it is put in.

The select of a page is run as part of a larger statement, over relations that stand before it. Whoever may write a page
must not be able to end that statement, to comment out the rest of it or to begin another one. So a select is written
with what SQLite and PostgreSQL read alike, and nothing else: no comments, for a page explains itself in prose; no `;`;
and of quotes only `'text'` and `"name"`, for brackets, backticks, dollars and backslashes quote in one database and not
in the other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fundtrack.errors import PageError

if TYPE_CHECKING:
    from fundtrack.pages import Page

BEGINNING: Final = re.compile(r"\s*(?:SELECT|WITH)\b", re.IGNORECASE)
PIECE: Final = re.compile(r"""'(?:[^'\\]|'')*'(?!')|"(?:[^"\\]|"")*"(?!")|[()]|[\w\s,.+*%|<>=!:&~]+|-(?!-)|/(?!\*)""")

SHOWN: Final = 30
"""Characters that an error shows of what is wrong with a select."""


def select_of(page: Page) -> str:
    """Return the select of a page. Raises PageError (`check-statement`) where it is not one that stays by itself."""
    select = page.definition.text.rstrip().rstrip(";")
    at = stray(select)
    if at is not None:
        line = page.definition.line + select.count("\n", 0, at)
        found = select[at : at + SHOWN].strip().partition("\n")[0]
        raise PageError("check-statement", path=page.path, line=line, name=page.name, found=found)
    return select


def stray(select: str) -> int | None:
    """Return where a text ceases to be one balanced select, or None where it is one."""
    if not BEGINNING.match(select):
        return 0
    opened: list[int] = []
    at = 0
    while at < len(select):
        piece = PIECE.match(select, at)
        if piece is None or (piece[0] == ")" and not opened):
            return at
        if piece[0] == "(":
            opened.append(at)
        elif piece[0] == ")":
            opened.pop()
        at = piece.end()
    return opened[-1] if opened else None
