"""A check of one's own for the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fundtrack.checking.check import check_of
from fundtrack.pages import load

if TYPE_CHECKING:
    from pathlib import Path

    from fundtrack.checking import Check

PAGE: Final = """---
severity: {severity}
basis: [own]
key: [{key}]
{front}title-zh: 自查
message-zh: 凭证 {{voucher}}。
reason-zh: 自定。
remedy-zh: 核对。
---
# own

Voucher {{voucher}}.

Our own.

**Remedy.** Look.

```{language} {scope}
{select}
```
"""


def page(folder: Path, select: str, scope: str = "scope=voucher", front: str = "", **other: str) -> Check:
    """Return a check of one's own."""
    path = folder / "own.md"
    said = {"severity": "error", "language": "sql", "key": "voucher"} | other
    path.write_text(PAGE.format(select=select, scope=scope, front=front, **said), "utf-8")
    return check_of(load(path))
