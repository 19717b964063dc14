"""What a user would pick to check and to write: bean-check with a plugin, and Beancount's own printer."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from beancount import loader
from beancount.parser.printer import print_entries
from beancount.scripts.check import main as bean_check

if TYPE_CHECKING:
    from benchmarks.child import Clock


def check(clock: Clock, path: str) -> None:
    """Run bean-check without its cache; it must find nothing."""
    code: object = None
    with clock:
        try:
            bean_check([path, "--no-cache"], standalone_mode=False)
        except SystemExit as ended:
            code = ended.code
    assert not code, "bean-check found faults"


def write(clock: Clock, path: str) -> None:
    """Print a ledger that is in memory."""
    entries, errors, _ = loader.load_file(path)
    assert not errors, errors[0]
    with clock, Path(path).with_name("printed.beancount").open("w", encoding="utf-8") as file:
        print_entries(entries, file=file)  # type: ignore[no-untyped-call]


def hledger_check(clock: Clock, path: str) -> None:
    """Run hledger's basic checks, which know no funds."""
    program = shutil.which("hledger")
    assert program
    with clock:
        subprocess.run([program, "-f", path, "check"], check=True)
