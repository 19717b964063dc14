"""The mutants that are known to survive, each with the reason why no example can kill it, or which one none shows."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

LIST: Final = Path(__file__).with_name("survivors.toml")


def equivalents(part: str) -> dict[str, dict[str, str]]:
    """Return reasons by page and mutant (`part` is `sql`), or by module and mutant (`python`)."""
    said: dict[str, dict[str, str]] = tomllib.loads(LIST.read_text("utf-8")).get(part, {})
    return said
