"""Reads a file under bounds and says what is in it, or why not."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .bounds import Unusable, bind, say, weigh

if TYPE_CHECKING:
    from collections.abc import Callable


def _workbook(path: str, most: str = "") -> None:
    from .workbook import tell

    tell(path, int(most) if most else None)


def _archive(path: str) -> None:
    from .archive import tell

    tell(path)


def _members(path: str) -> None:
    from .archive import names

    names(path)


def _html(path: str, encoding: str) -> None:
    from .markup import tell

    tell(path, encoding)


def _json(path: str, encoding: str, records: str) -> None:
    from .records import tell

    tell(path, encoding, records)


def _iati(path: str) -> None:
    from .iati import tell

    tell(path)


def _ledger(path: str) -> None:
    from .ledger import parsed

    parsed(path)


def _extracted(path: str, importer: str, folder: str) -> None:
    from .ledger import extracted

    extracted(path, importer, folder)


KINDS: Final[dict[str, Callable[..., None]]] = {
    "workbook": _workbook, "archive": _archive, "members": _members, "html": _html, "json": _json, "xml": _iati,
    "ledger": _ledger, "extracted": _extracted,
}  # fmt: skip
"""What reads each kind of file: bound first, then imported."""


def main(kind: str, path: str, *more: str) -> None:
    """Read a file of a kind."""
    bind()
    try:
        weigh(Path(path).stat().st_size)
        KINDS[kind](path, *more)
        say("end")
    except Unusable as error:
        key, details = error.args
        say({"error": key, **details})


if __name__ == "__main__":
    main(*sys.argv[1:])
