"""A point of a proposal: one thing that a page says of its files, how it is known, and what else it could be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from fundtrack.errors import LANGUAGES, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fundtrack.errors import Language

State = Literal["proven", "named", "taken", "answered", "open"]
"""How a point is known: the data prove it, its name says it, it is taken so, a person said it, or nobody knows."""

Said = dict[str, str]
"""A sentence in each language."""


def said(key: str, **details: object) -> Said:
    """Return a sentence in both languages."""
    return {language: message(key, language, **details) for language in LANGUAGES}


@dataclass(frozen=True)
class Point:
    """One thing that a page says: its `topic`, as `--set` calls it; its value, which of an open one is a suggestion.

    `why` is the evidence; `choices` are what else could be said, each with what it is, and any text where there are
    none.
    """

    topic: str
    value: str
    state: State
    why: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def record(self, language: Language) -> dict[str, Any]:
        """Return it for a machine; the evidence in the language that is spoken."""
        return {
            "topic": self.topic,
            "value": self.value,
            "state": self.state,
            "evidence": self.why[language],
            "choices": list(self.choices),
        }
