"""Takes the measurements of one size: makes the files once, and runs each task in a process of its own, in turn."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks import vouchers
from benchmarks.lines import Measured, Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.lines import By, Case

ROOT: Final = Path(__file__).parent.parent
SMALL: Final = 1000
"""Vouchers of the small book."""


class Bench:
    """Measures with `count` vouchers, in `rounds` rounds, peers with at most `peer_max`."""

    def __init__(self, root: Path, count: int, rounds: int, peer_max: int, progress: Callable[[str], None]) -> None:
        """Work in a folder below `root`, which benches of several sizes may share."""
        self.root = root
        self.count = count
        self.rounds = rounds
        self.peers = min(count, peer_max)
        self._progress = progress
        self.folder = self._folder(count)

    def _folder(self, count: int) -> Path:
        folder = self.root / str(count)
        folder.mkdir(exist_ok=True)
        return folder

    def measure(self, task: str, **options: object) -> Sample:
        """Run a task in a fresh process. Raises RuntimeError with what it said where it fails."""
        finished = subprocess.run(
            [sys.executable, "-m", "benchmarks.child", task, json.dumps(options)],
            check=False,
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
        )
        if finished.returncode:
            raise RuntimeError(task, options, finished.stderr)
        result: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
        return Sample(**result)

    def compare(self, row: str, by: By, cases: Sequence[Case]) -> Measured:
        """Measure cases in turn, round by round."""
        samples: dict[Case, list[Sample]] = {case: [] for case in cases}
        for at in range(1, self.rounds + 1):
            for case in cases:
                self._say(f"{row}, round {at} of {self.rounds}: {case.what}")
                samples[case].append(self.measure(case.task, **case.options))
        return Measured(self.count, by, samples)

    def csv(self, *, faulty: bool = False, count: int = 0) -> str:
        """Return the path of the file to import."""
        count = count or self.count
        path = self._folder(count) / ("faulty.csv" if faulty else "vouchers.csv")
        if not path.exists():
            self._say(f"writing {path.name}")
            vouchers.write_csv(path, vouchers.vouchers(count, faulty=faulty))
        return str(path)

    def workbook(self, count: int) -> str:
        """Return the path of a workbook of so many vouchers to import."""
        path = self._folder(count) / "vouchers.xlsx"
        if not path.exists():
            self._say(f"writing {path.name}")
            self.measure("workbooks:write", path=self.csv(count=count), to=str(path))
        return str(path)

    def book(self, count: int = 0) -> str:
        """Return the folder of the book of this size, or of another, filled by an import."""
        count = count or self.count
        folder = self._folder(count) / "book"
        if not folder.exists():
            self._say(f"filling a book with {count:,} vouchers")
            self.measure("books:import_file", path=self.csv(count=count), folder=str(folder))
        return str(folder)

    def registered(self) -> str:
        """Return the folder of a book of the same vouchers that say more, with entries in every register."""
        folder = self.folder / "registered"
        if not folder.exists():
            path = self.folder / "whole.csv"
            self._say(f"writing {path.name}")
            vouchers.write_csv(path, vouchers.vouchers(self.count), whole=True)
            self._say("filling a book that says all that an import can say, and its registers")
            self.measure("books:import_file", path=str(path), folder=str(folder))
            self.measure("registers:fill", book=str(folder))
        return str(folder)

    def controlled(self) -> str:
        """Return the folder of a book of one year, its vouchers paid from quota, its months closed up to November."""
        folder = self.folder / "controlled"
        if not folder.exists():
            self._say("filling a book under quota control")
            self.measure("yearend:prepare", count=self.count, folder=str(folder))
        return str(folder)

    def floor(self) -> str:
        """Return the folder in which the floor's two tables are filled."""
        if not (self.folder / "floor.sqlite").exists():
            self._say("filling the two tables of the floor")
            self.measure("floors:insert", count=self.count, folder=str(self.folder))
        return str(self.folder)

    def ledger(self, name: str, count: int = 0) -> str:
        """Return the path of a ledger as others keep it: `plain`, `checked`, `hledger` or `roll-up`."""
        count = count or self.peers
        path = self._folder(count) / {"hledger": "vouchers.hledger"}.get(name, f"{name}.beancount")
        if not path.exists():
            self._say(f"writing {path.name}")
            write = {"hledger": vouchers.write_hledger, "roll-up": vouchers.write_roll_up}
            plain = path.with_name("plain.beancount") if name == "checked" else path
            write.get(name, vouchers.write_plain_ledger)(plain, vouchers.vouchers(count))
        return str(path)

    def _say(self, what: str) -> None:
        self._progress(f"{self.count:,} vouchers: {what}")
