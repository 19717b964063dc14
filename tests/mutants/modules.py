"""What mutmut found out about the modules of the program: read from the folder in which it works."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from mutants.judge import Score
from mutants.listed import equivalents

WORK: Final = Path(__file__).parents[2] / "mutants" / "src"
LEAST: Final = 90

SURVIVED: Final = frozenset({0, 5, 33})
"""The exit codes of a mutant that no test sees: none fails, or none reaches it."""


def modules() -> list[Score]:
    """Return the score of every module that was mutated; `stillborn` are mutants that were not run."""
    scores = []
    for path in sorted(WORK.rglob("*.py.meta")):
        module = ".".join(path.relative_to(WORK).parts).removesuffix(".py.meta")
        score = Score(module, least=LEAST, reasons=equivalents("python").get(module, {}))
        for name, code in json.loads(path.read_text("utf-8"))["exit_code_by_key"].items():
            mutant = name.removeprefix(f"{module}.")
            if code is None:
                score.stillborn.append(mutant)
            elif code not in SURVIVED:
                score.killed.append(mutant)
            else:
                score.live([mutant])
        if score.mutants or score.stillborn:
            scores.append(score)
    return scores
