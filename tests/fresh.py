"""Forgets what the program has remembered before a mutant is tried: mutmut tries it where every test has run before."""

from __future__ import annotations

import os
import sys
from typing import Final

MUTATED: Final = ("fundtrack.checking.", "fundtrack.posting.")


def pytest_configure() -> None:
    """Empty the caches of functions that are mutated or call what is: they hold what the sound program worked out."""
    if "MUTANT_UNDER_TEST" in os.environ:
        for module in [module for name, module in sys.modules.items() if name.startswith(MUTATED)]:
            for value in vars(module).values():
                forget = getattr(value, "cache_clear", None)
                if forget is not None and value.__module__.startswith(MUTATED):
                    forget()
