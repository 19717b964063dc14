"""What a page is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from fundtrack.errors import PageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from fundtrack.errors import Language


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block: its language, the `key=value` options behind it, its text, and the text's first line."""

    language: str
    options: Mapping[str, str] = field(hash=False)
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, the prose under it without its fences, the fences, and the heading's line."""

    title: str
    prose: str
    fences: tuple[Fence, ...]
    line: int

    def fence(self, language: str) -> Fence | None:
        """Return the first fence of a language, if there is one."""
        return next((fence for fence in self.fences if fence.language == language), None)


@dataclass(frozen=True, slots=True)
class Page:
    """A definition with its reason and its examples.

    `message`, `reason` and `remedy` are the English prose of the first section; `reason` may be several paragraphs.
    Their Chinese stands in the front matter. `source` is the whole text of the file.
    """

    name: str
    path: Path
    front: Mapping[str, Any] = field(hash=False)
    title: str
    message: str
    reason: str
    remedy: str
    sections: tuple[Section, ...] = field(hash=False)  # what they say stands in the source
    source: str

    @property
    def definition(self) -> Fence:
        """Return the fence that defines the thing: the first one of the page. Raises PageError without one."""
        if not self.sections[0].fences:
            raise PageError("page-no-definition", path=self.path, line=self.sections[0].line)
        return self.sections[0].fences[0]

    @property
    def examples(self) -> tuple[Section, ...]:
        """Return the sections that show it at work."""
        return self.sections[1:]

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the source, in hex: what an auditor compares."""
        return sha256(self.source.encode()).hexdigest()

    def text(self, part: str, language: Language) -> str:
        """Return `title`, `message`, `reason` or `remedy` in a language; empty where the page does not say it."""
        return str(getattr(self, part) if language == "en" else self.front.get(f"{part}-{language}", ""))
