"""Every mutant of a select, each by a name that stays the same while other parts of the page change."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Final

from sqlglot import exp, parse_one

from mutants.operators import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

DIALECT: Final = "sqlite"
TOKEN: Final = re.compile(r"'[^']*'|[\w.:]+|[<>=|]+|\S")
AROUND: Final = 4
"""How many words of the select stand beside what is changed, so that a reader finds the place."""
SHOWN: Final = 12
"""How many words of what is changed are shown before the middle is left out."""


@dataclass(frozen=True)
class Mutant:
    """A select with one fault, and the name it has on its page."""

    name: str
    select: str

    def __str__(self) -> str:
        """Return the name."""
        return self.name


def mutants(select: str) -> Iterator[Mutant]:
    """Yield every mutant of a select that says something else."""
    tree = parse_one(select, dialect=DIALECT)
    original = written(tree)
    seen = {original}
    names: Counter[str] = Counter()
    for at in range(sum(1 for _ in tree.walk())):
        node = nth(tree.copy(), at)  # a copy each, for what an operator builds of a node's children takes them away
        for kind, replacements in KINDS.items():
            for replacement in replacements(node):
                mutated = mutate(tree, at, replacement)
                if mutated not in seen:
                    seen.add(mutated)
                    name = f"{kind}: {difference(original, mutated)}"
                    names[name] += 1
                    yield Mutant(f"{name} #{names[name]}" if names[name] > 1 else name, mutated)


def mutate(tree: exp.Expr, at: int, replacement: exp.Expr | None) -> str:
    """Return a select with another node, or none, at a place."""
    twin = tree.copy()
    node = nth(twin, at)
    if replacement is None:
        node.pop()
        return written(twin)
    new = replacement.copy()
    if isinstance(new, exp.Connector) and isinstance(node.parent, exp.Connector | exp.Not):
        new = exp.paren(new, copy=False)
    if isinstance(new, exp.Add | exp.Sub | exp.Neg) and isinstance(node.parent, exp.Binary | exp.Neg):
        new = exp.paren(new, copy=False)
    if node is twin:
        return written(new)
    node.replace(new)
    return written(twin)


def nth(tree: exp.Expr, at: int) -> exp.Expr:
    """Return the node at a place of a select."""
    return next(islice(tree.walk(), at, None))


def difference(before: str, after: str) -> str:
    """Return what is changed between brackets, with a few words on each side."""
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    head = alike(old, new)
    tail = alike(old[head:][::-1], new[head:][::-1])
    end, new_end = len(old) - tail, len(new) - tail
    change = f"[{short(old[head:end])} -> {short(new[head:new_end])}]"
    return " ".join([*old[max(0, head - AROUND) : head], change, *old[end : end + AROUND]])


def alike(one: list[str], other: list[str]) -> int:
    """Return with how many words in common two texts begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def short(words: list[str]) -> str:
    """Return words with the middle left out where they are many."""
    return " ".join(words if len(words) <= SHOWN else [*words[: SHOWN // 2], "…", *words[-SHOWN // 2 :]])


def written(tree: exp.Expr) -> str:
    """Return a select as SQL on one line."""
    return tree.sql(dialect=DIALECT)
