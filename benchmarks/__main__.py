"""`python -m benchmarks [--sizes 10k,100k,1M] [--rows NAME…] [--rounds N] [--postgresql URL] [--format table|json]`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from benchmarks.bench import Bench
from benchmarks.lines import growth
from benchmarks.rows import ROWS
from benchmarks.server import postgresql
from benchmarks.table import growth_table, heading, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.lines import Line

UNITS: Final = {"k": 1000, "M": 1_000_000}


def main() -> None:
    """Measure and print."""
    asked = arguments()
    results: list[Line] = []
    show(asked, "  ".join(f"{name}: {value}" for name, value in machine().items()))
    with (
        TemporaryDirectory(prefix="benchmarks-", dir=asked.folder) as root,
        postgresql(asked.postgresql, wanted="postgresql" in asked.rows) as url,
    ):
        for count in asked.sizes:
            results += measured(Path(root), count, asked, url)
    grown = growth(results)
    if asked.format == "json":
        exponents = [{"row": row, "what": what} | must.record() for (row, what), must in grown.items()]
        print(json.dumps(
            {"machine": machine(), "lines": [line.record() for line in results], "growth": exponents},
            ensure_ascii=False, indent=1,
        ))  # fmt: skip
    if grown:
        show(asked, f"\n{growth_table(grown)}")


def measured(root: Path, count: int, asked: argparse.Namespace, url: str) -> list[Line]:
    """Return the lines of one size; as a table, each row is printed when it is done."""
    start = time.monotonic()
    bench = Bench(root, count, asked.rounds, asked.peer_max, lambda what: progress(time.monotonic() - start, what))
    show(asked, f"\n{heading(count)}")
    results = []
    for name in asked.rows:
        results += ROWS[name](bench, url)
        show(asked, table(line for line in results if line.row == name))
    show(asked, f"load when done: {load()}")
    return results


def show(asked: argparse.Namespace, text: str) -> None:
    """Print a part of the table, if a table was asked for."""
    if asked.format == "table":
        print(text, flush=True)


def progress(seconds: float, what: str) -> None:
    """Say what is being done, where it is no part of the results."""
    print(f"{seconds:6.0f} s  {what}", file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", type=sizes, default=sizes("10k,100k,1M"), help="numbers of vouchers: 10k,100k,1M")
    parser.add_argument(
        "--rows", nargs="+", choices=list(ROWS), default=list(ROWS), metavar="NAME", help=", ".join(ROWS)
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    parser.add_argument("--peer-max", type=size, default=size("100k"), help="most vouchers that slow peers are given")
    parser.add_argument("--postgresql", default="", metavar="URL", help="by default the server that the tests use")
    parser.add_argument("--folder", help="where generated files go: the disk that is measured")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    return parser.parse_args()


def sizes(text: str) -> Sequence[int]:
    """Return sizes given by commas, in order."""
    return sorted({size(part) for part in text.split(",")})


def size(text: str) -> int:
    """Return a number of vouchers: 200, 10k, 1M."""
    return int(text.rstrip("kM")) * UNITS.get(text[-1], 1)


def machine() -> dict[str, Any]:
    """Return what was measured on, and how busy it is."""
    return {
        "system": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load": load(),
    }


def load() -> str:
    """Return how many processes were waiting for a processor in the last 1, 5 and 15 minutes."""
    return " ".join(f"{one:.1f}" for one in os.getloadavg())


if __name__ == "__main__":
    main()
