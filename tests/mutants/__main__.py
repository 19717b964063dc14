"""Mutates the selects of checks and says what survives: sh tests/mutate PAGE … | all."""

from __future__ import annotations

import sys
from pathlib import Path

from fundtrack.pages import installed
from mutants.judge import Score, judge
from mutants.listed import known

ROW = "{:34}{:>9}{:>8}{:>10}{:>11}{:>8}"


def main(arguments: list[str]) -> int:
    """Judge pages one after the other; return 1 if one of them is not well enough tested."""
    if not arguments or arguments[0].startswith("-"):
        print(__doc__)
        return 2
    paths = sorted(installed("checks").glob("*.md")) if arguments == ["all"] else [Path(one) for one in arguments]
    print(ROW.format("page", "mutants", "killed", "survived", "stillborn", "score"))
    scores = []
    for path in paths:
        score = judge(path)
        show(score)
        scores.append(score)
    if len(scores) > 1:
        total = Score("in all", *([one for s in scores for one in getattr(s, part)] for part in Score.PARTS))
        show(total, with_survivors=False)
    return int(any(faults(score) for score in scores))


def show(score: Score, *, with_survivors: bool = True) -> None:
    """Print a row of the table, and what survived under it, with the reason where one is listed."""
    counts = (len(score.killed) + len(score.survived), len(score.killed), len(score.survived), len(score.stillborn))
    print(ROW.format(score.page, *counts, f"{score.percent:.1f} %"), flush=True)
    reasons = known("sql").get(score.page, {})
    for name in score.survived if with_survivors else ():
        print(f"    {name}")
        if name in reasons:
            print(f"        {reasons[name]}")
    if with_survivors:
        for fault in faults(score):
            print(f"  ! {fault}")


def faults(score: Score) -> list[str]:
    """Return what is wrong with a page's score: too low, a survivor without a reason, a reason without a survivor."""
    reasons = known("sql").get(score.page, {})
    found = [f"below {Score.LEAST} %"] if score.percent < Score.LEAST else []
    found += [f"survives and is not listed: {name}" for name in score.survived if name not in reasons]
    return found + [f"is listed and does not survive: {name}" for name in reasons if name not in score.survived]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
