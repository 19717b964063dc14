"""One measurement in a process of its own: `python -m benchmarks.child MODULE:FUNCTION JSON`.

The function gets a clock and the values of the JSON. It prepares, and runs what is measured under the clock; starting
Python and importing are no part of it, for anybody. The last line printed is a JSON object.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from importlib import import_module
from pathlib import Path


class Clock:
    """Adds up what passes while it runs: seconds of the processor, children included, and seconds on the wall."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.cpu = 0.0
        self.wall = 0.0

    def __enter__(self) -> None:
        """Start."""
        self.cpu -= processor()
        self.wall -= time.perf_counter()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.wall += time.perf_counter()
        self.cpu += processor()


def processor() -> float:
    """Return the seconds of the processor that this process and those it waited for have used."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def peak() -> int:
    """Return the most memory that this process, or one it waited for, has held, in KiB.

    Where the system says so we ask for the high-water mark since the program began: `ru_maxrss` counts the memory of
    the parent from which it was forked.
    """
    status = Path("/proc/self/status")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if status.exists():
        own = next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def main() -> None:
    """Measure what the command line names."""
    module, _, function = sys.argv[1].partition(":")
    clock = Clock()
    told = getattr(import_module(f"benchmarks.{module}"), function)(clock, **json.loads(sys.argv[2])) or {}
    print("\n" + json.dumps({"cpu": clock.cpu, "wall": clock.wall, "peak": peak() / 1024, "told": told}))


if __name__ == "__main__":
    main()
