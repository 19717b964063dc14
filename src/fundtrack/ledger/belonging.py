"""Which files in the folder of a published ledger belong there: those of the last publications, and the chart.

What lies there otherwise was left by somebody, or by the publication of another book; nobody who reads the folder would
know. It is named, and never deleted: a stranger's file may be the only one there is.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from fundtrack.ledger.main import FAVA, MAIN
from fundtrack.ledger.manifest import FILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHART: Final = re.compile(r"chart(-kept-\d+)?\.beancount", re.ASCII)
"""What people write, and what was kept of it."""


def manifest_of(folder: Path) -> dict[str, Any]:
    """Return what a folder's list says was published; nothing where there is none that can be read."""
    try:
        said = json.loads((folder / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def views_of(folder: Path) -> dict[str, str]:
    """Return the views that were published last, by name, with the SHA-256 of each."""
    said = manifest_of(folder).get("views")
    return {str(name): str(digest) for name, digest in said.items()} if isinstance(said, dict) else {}


def last_of(folder: Path) -> Iterator[set[str]]:
    """Yield the files of the last publication as a folder's list has them, and of one that was stopped before its end.

    None where the list cannot be read.
    """
    said = manifest_of(folder)
    publications = said.get("publications")
    for files in (*(publications[:1] if isinstance(publications, list) else ()), said.get("under_way")):
        if isinstance(files, list) and files:
            yield {str(name) for name in files}


def strangers(folder: Path) -> Iterator[str]:
    """Yield the files of a folder that belong to none of its last publications, by their place in it; hidden ones not.

    Where nothing says what was published, nobody knows.
    """
    said = manifest_of(folder)
    publications = said.get("publications")
    if not isinstance(publications, list):
        return
    listed = {name for files in (*publications, said.get("under_way")) if isinstance(files, list) for name in files}
    listed |= {MAIN, FAVA, FILE, *views_of(folder)}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in name.parts)
        if not (hidden or name.as_posix() in listed or CHART.fullmatch(name.as_posix()) or path.is_dir()):
            yield name.as_posix()
