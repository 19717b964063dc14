"""What a user would pick to read a workbook: a frame of pandas. Nothing is kept of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from benchmarks.child import Clock


def read_frame(clock: Clock, path: str) -> dict[str, int]:
    """Read a workbook by python-calamine, every cell as it is."""
    with clock:
        rows = len(pd.read_excel(path, engine="calamine", dtype=object))
    return {"rows": rows}
