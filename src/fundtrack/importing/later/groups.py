"""Rows that wait for the same reason, about the same word: one decision releases all of them."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as made
from typing import TYPE_CHECKING, Any

from fundtrack import money
from fundtrack.book.aliases import aliases, standing
from fundtrack.book.corrections import corrections
from fundtrack.importing.words.suggest import Suggestions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from fundtrack.book.aliases import Alias
    from fundtrack.chart.model import Chart
    from fundtrack.importing.batch.tally import Reason
    from fundtrack.importing.later.quarantine import Waiting
    from fundtrack.importing.words.suggest import Suggestion


@dataclass
class Group:
    """Rows with one reason, and the word it is about where it is about one; `alias` stands for the word by now."""

    check: str
    reason: Reason
    field: str = ""
    column: str = ""
    word: str = ""
    fund: str = ""
    rows: list[Waiting] = made(default_factory=list)
    suggestions: list[Suggestion] = made(default_factory=list)
    alias: Alias | None = None

    @property
    def amount(self) -> int:
        """Return what the rows come to; those that cannot be read count nothing."""
        return sum(row.amount or 0 for row in self.rows)

    def remedy(self, language: str) -> str:
        """Return what to do about all rows, naming the likest meaning of the word where there is one."""
        said = self.reason.get(f"remedy-{language}", "")
        option = f"--{self.field}"
        return said.replace(f"{option} …", f"{option} {self.suggestions[0].meaning}") if self.suggestions else said

    def record(self, language: str) -> dict[str, Any]:
        """Return the group for machine-readable output."""
        return {
            "check": self.check,
            "field": self.field,
            "column": self.column,
            "word": self.word,
            "rows": len(self.rows),
            "amount": money.plain(self.amount),
            "names": [row.name for row in self.rows],
            "files": list(dict.fromkeys(row.file for row in self.rows)),
            "alias": self.alias.alias if self.alias else None,
            "suggestions": [one.record() for one in self.suggestions],
            "message": self.reason[language],
            "remedy": self.remedy(language),
        }


def grouped(connection: Connection, chart: Chart, rows: Iterable[Waiting]) -> list[Group]:
    """Return the groups of rows, those with the most rows first. A row with several reasons is in several groups."""
    groups: dict[tuple[str, ...], Group] = {}
    for row in rows:
        seen = set()
        for why in row.reasons:
            said = tuple(why.get(name, "") for name in ("check", "field", "column", "word", "fund"))
            if said not in seen:
                seen.add(said)
                check, of, column, word, fund = said
                group = groups.setdefault(said, Group(check, why, of, column, word, fund))
                group.rows.append(row)
    every = aliases(connection)
    stand, suggest = standing(every), Suggestions(chart, every, corrections(connection))
    for one in groups.values():
        if one.word:
            one.alias = next((alias for (of, _, word), alias in stand.items() if (of, word) == (one.field, one.word)),
                             None)  # fmt: skip
            one.suggestions = [] if one.alias else suggest.of(one.field, one.word, one.fund)
    return sorted(groups.values(), key=lambda one: (-len(one.rows), one.check, one.word))
