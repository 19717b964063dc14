"""The results as a table to read."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from benchmarks.lines import Line, Must

HEADING: Final = ("", "", "CPU s", "wall s", "µs each", "× floor", "× ours", "MB", "")
ROLES: Final = {"floor": "floor: ", "peer": "peer: "}


def table(of: int, lines: Iterable[Line]) -> str:
    """Return the lines of one size, columns aligned."""
    rows: list[tuple[str, ...]] = [HEADING]
    last = ""
    for line in lines:
        rows.append(_cells(line, "" if line.row == last else line.row))
        last = line.row
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)][:-1]
    return "\n".join([f"{of:,} vouchers", *_aligned(rows, widths)])


def growth_table(found: Mapping[tuple[str, str], Must]) -> str:
    """Return how each of our lines grows with the vouchers."""
    return "\n".join(["growth", *(f"  {row}: {what}: {said(must)}" for (row, what), must in found.items())])


def said(must: Must) -> str:
    """Return a limit and whether it was kept."""
    return f"{must.says}: {'holds' if must.holds else 'MISSES'} ({must.found:.3g})"


def _cells(line: Line, row: str) -> tuple[str, ...]:
    what = ROLES.get(line.role, "") + line.what
    if not line.seconds:
        return (row, what, *[""] * 6, line.note)
    measured = f"measured with {line.vouchers:,}, in proportion" if line.vouchers < line.of else ""
    each = line.seconds if line.row == "post" else line.seconds / line.of
    return (
        row,
        what,
        f"{line.cpu:.3g}",
        f"{line.wall:.3g}",
        f"{each * 1e6:.3g}",
        _ratio(line.times_floor),
        _ratio(line.times_ours),
        f"{line.peak:.0f}",
        "; ".join(filter(None, [*map(said, line.musts), line.note, measured])),
    )


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _aligned(rows: Sequence[tuple[str, ...]], widths: Sequence[int]) -> Iterator[str]:
    for row in rows:
        cells = [_padded(cell, width, left=at < 2) for at, (cell, width) in enumerate(zip(row, widths, strict=False))]
        yield "  ".join([*cells, row[-1]]).rstrip()


def _padded(cell: str, width: int, *, left: bool) -> str:
    space = " " * (width - _width(cell))
    return cell + space if left else space + cell


def _width(cell: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in cell)
