"""The results as a table to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benchmarks.lines import Line, Must

HEADING: Final = ("", "", "CPU s", "wall s", "µs each", "× floor", "× ours", "MB", "")
WIDTHS: Final = (10, 48, 8, 8, 8, 7, 7, 5)
ROLES: Final = {"floor": "floor: ", "peer": "peer: "}


def heading(of: int) -> str:
    """Return what stands above the lines of one size."""
    return f"{of:,} vouchers\n{_aligned(HEADING)}"


def table(lines: Iterable[Line]) -> str:
    """Return the lines of one row, in columns as wide as those of every other."""
    return "\n".join(_aligned(_cells(line, "" if at else line.row)) for at, line in enumerate(lines))


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


def _aligned(row: Sequence[str]) -> str:
    cells = [_padded(cell, width, left=at < 2) for at, (cell, width) in enumerate(zip(row, WIDTHS, strict=False))]
    return "  ".join([*cells, row[-1]]).rstrip()


def _padded(cell: str, width: int, *, left: bool) -> str:
    return cell.ljust(width) if left else cell.rjust(width)
