"""Mutates the selects of checks and says which faults no example would see.

Usage: sh tests/mutate PAGE … | all | python, for what mutmut found out
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fundtrack.pages import installed
from mutants.judge import Score, judge
from mutants.modules import modules

if TYPE_CHECKING:
    from collections.abc import Iterable

ROW: Final = "{:34}{:>9}{:>8}{:>12}{:>10}{:>11}{:>9}"
HEAD: Final = ("page", "mutants", "killed", "equivalent", "survived", "stillborn", "score")


def main(arguments: list[str]) -> int:
    """Judge pages one after the other; return 1 if one of them is not well enough tested."""
    if not arguments or arguments[0].startswith("-"):
        print(__doc__)
        return 2
    if arguments == ["python"]:
        return report(modules())
    paths = sorted(installed("checks").glob("*.md")) if arguments == ["all"] else [Path(one) for one in arguments]
    return report(judge(path) for path in paths)


def report(scores: Iterable[Score]) -> int:
    """Print a table, and under each row what survives; return 1 if anything is not well enough tested."""
    print(ROW.format(*HEAD))
    judged = []
    for score in scores:
        judged.append(score)
        print(row(score))
        for line in remarks(score):
            print(line, flush=True)
    print(row(Score.total(judged)))
    print(f"\nThe score is what is killed of the mutants that are not equivalent; {judged[0].least} % are wanted.")
    return int(any(score.faults() for score in judged))


def row(score: Score) -> str:
    """Return a page's row of the table."""
    parts = (score.mutants, score.killed, score.equivalent, score.survived, score.stillborn)
    return ROW.format(score.page, *map(len, parts), f"{score.percent:.1f} %")


def remarks(score: Score) -> list[str]:
    """Return what stands below a row: what survives, with its reason if it can have one, and what is wrong."""
    lines = []
    for name in score.survived + score.equivalent:
        lines.append(f"  {'=' if name in score.equivalent else '-'} {name}")
        if name in score.reasons:
            lines.append(f"      {score.reasons[name]}")
    return lines + [f"  ! {fault}" for fault in score.faults()]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
