"""The survivors that are known, each with the reason why no example can kill it, or why none is worth its place."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

LIST: Final = Path(__file__).with_name("survivors.toml")


def known(part: str) -> dict[str, dict[str, str]]:
    """Return the reasons by page and mutant, or by module and mutant: `part` is `sql` or `python`."""
    said: dict[str, dict[str, str]] = tomllib.loads(LIST.read_text("utf-8")).get(part, {})
    return said
