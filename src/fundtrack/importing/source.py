"""Where a field of a page comes from: a column, one of several names for it, a cell above the table, or a constant."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final

SHOWN: Final = 4
"""So many of the names that a column may go by are told; `explain PAGE` has them all."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field's text comes from: columns joined by a blank, or the cell beside a label above the header.

    `pattern` takes its first group out of that text; where it does not occur, the field is empty. What is the same in
    every file of a page is its `constant`. A number of a register counts `times` as much as the file writes. A file may
    lack an `optional` column; the field is empty then. Of `any` the first that a header has becomes the column; in a
    row where it is empty, the first filled of those `behind` it is read; of a header that has none, the cell beside the
    first of the `labels` that stands above the table, if there is one, or a number beside one of `numbered`. What is
    `of_file` stands in the file's name, where the `pattern` finds it.
    """

    columns: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None
    constant: str = ""
    times: int = 1
    optional: bool = False
    any: tuple[str, ...] = ()
    of_file: bool = False
    behind: tuple[str, ...] = ()
    numbered: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Return the label that a person calls it by; empty where it stands in no cell above the table."""
        return self.labels[0] if self.labels else ""

    @property
    def how(self) -> str:
        """Return of what kind the place is."""
        return "file" if self.of_file else "cell" if self.labels else "page" if self.constant else "column"

    def in_file(self, name: str) -> Source:
        """Return the source as it stands for a file of a name: what is taken out of the name is constant there."""
        found = self.pattern.search(name) if self.of_file and self.pattern else None
        return replace(self, constant=found[1] or "", pattern=None) if found else self

    @property
    def name(self) -> str:
        """Return what a person calls it: its label or its columns; of many names that a file may use, the first."""
        some = self.any if len(self.any) <= SHOWN else (*self.any[:SHOWN], "…")
        return self.label or " / ".join(filter(None, ("、".join(self.columns), *self.behind))) or " / ".join(some)

    @property
    def read(self) -> tuple[str, ...]:
        """Return every column that is read for it."""
        return (*self.columns, *self.behind)


def source_of(spec: str | list[str] | dict[str, Any]) -> Source:
    """Read where a field comes from: a column's name, several, or a table.

    `{cell = …}`, `{column = …}` or `{any = […]}`, each with a `pattern`, a column of numbers with `times`; `any` and
    `cell` together where a table that lacks the column may say it once, above it, a `cell` under one label or the first
    of several, and `number` where more of them count before a number alone; `{constant = …}`; or `{file = …}`, a
    pattern whose group is what the file's name says.
    """
    if isinstance(spec, str):
        return Source((spec,))
    if isinstance(spec, list):
        return Source(texts_of(spec))
    if set(spec) == {"file"}:
        return Source(pattern=_pattern(spec["file"]), of_file=True)
    rest = set(spec) - {"column", "cell", "pattern", "constant", "times", "optional", "any", "number"}
    optional = spec.get("optional", False)
    places = {"column", "cell", "constant", "any"} & set(spec)
    if rest or (len(places) != 1 and places != {"any", "cell"}) or not isinstance(optional, bool):
        raise ValueError(spec)
    if optional and not {"column", "any"} & set(spec):  # what stands above the header is empty where it is not there
        raise ValueError(spec)
    pattern = _pattern(spec["pattern"]) if "pattern" in spec else None
    columns = texts_of([spec["column"]] if isinstance(spec.get("column"), str) else spec.get("column", []))
    labels = texts_of([spec["cell"]] if isinstance(spec.get("cell"), str) else spec.get("cell", []))
    if not labels and "number" in spec:
        raise ValueError(spec)
    constant, times = str(spec.get("constant", "")), int(spec.get("times", 1))
    some, numbered = (texts_of(spec.get(key, [])) for key in ("any", "number"))
    return Source(columns, labels, pattern, constant, times, optional, some, numbered=numbered)


def _pattern(text: str) -> re.Pattern[str]:
    """Return a pattern with one group. Raises ValueError for another."""
    pattern = re.compile(text)
    if pattern.groups != 1:
        raise ValueError(pattern.pattern)
    return pattern


def texts_of(texts: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever the TOML holds
    """Return a list of texts. Raises TypeError when it is another thing."""
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        raise TypeError(texts)
    return tuple(texts)
