"""Pages of the reference that are made by a test, below their marker.

`FUNDTRACK_UPDATE_DOCS=1 sh tests/run -n0 -k reference` writes them anew; otherwise the test fails where one is stale.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

MARKER: Final = "<!-- What follows is generated: see tests/generated.py. -->"


def assert_generated(path: Path, text: str) -> None:
    """Compare what stands in a page below its marker with what should; write it where that is asked for."""
    written, marker, below = path.read_text("utf-8").partition(MARKER)
    assert marker
    if "FUNDTRACK_UPDATE_DOCS" in os.environ:
        path.write_text(f"{written}{marker}\n{text}", "utf-8")
        return
    assert below == f"\n{text}", "FUNDTRACK_UPDATE_DOCS=1 sh tests/run -n0 -k reference"
