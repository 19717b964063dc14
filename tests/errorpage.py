"""The gallery of errors, `docs/reference/errors.md`: a section a message, made of the examples of `provoked.py`.

Each example's own test compares its section, or writes it where that is asked for, whatever else is played beside it.
"""

from __future__ import annotations

import fcntl
import os
import re
import unicodedata
from contextlib import contextmanager
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from markdown_it import MarkdownIt

from fundtrack.errors import LANGUAGES
from generated import MARKER
from provoked import USUAL_BOOK, WRONG_USAGE, books, examples, toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provoked import Example

PAGE: Final = Path(__file__).parent.parent / "docs" / "reference" / "errors.md"
FENCES: Final = {".beancount": "beancount", ".csv": "csv", ".md": "markdown", ".toml": "toml", ".xlsx": "csv"}
"""What a fence of a file is called, by the end of the file's name."""

ANEW: Final = "FUNDTRACK_UPDATE_DOCS=1 sh tests/run -n0 -k gallery"


def harmless(text: str) -> str:
    """Return a text as terminals get it: what cannot be seen is shown as its code."""
    return "".join(
        character if character == "\n" or unicodedata.category(character)[0] != "C" else f"\\u{ord(character):04x}"
        for character in text
    )


def fence(info: str, text: str) -> Iterator[str]:
    """Yield a fence that is longer than any within."""
    ticks = max(["```", *(run + "`" for run in re.findall(r"(?m)^`{3,}", text))], key=len)
    yield from (f"{ticks}{info}", harmless(text).rstrip("\n"), ticks, "")


def given(said: Example) -> Iterator[str]:
    """Yield the lines of the page on what there is before an example's commands."""
    for language in LANGUAGES:
        if language in said.note:
            yield from (said.note[language], "")
    for files, what in ((said.files, ""), (said.added, ", at its end 末尾加")):
        for name, text in files.items():
            yield from (f"`{harmless(name)}`{what}:", "")
            yield from fence(FENCES.get(Path(name).suffix, "text"), text)


def session(said: Example, *printed: str) -> Iterator[str]:
    """Yield the commands of an example with what the last one printed, in one language or in each."""
    asked = [command.replace("\n", "\n> ") for command in said.commands()]
    shown = [f"$ {command}" for command in asked] + [printed[0]]
    for more in printed[1:]:
        shown += [f"$ FUNDTRACK_LANG=zh {asked[-1]}", more]
    yield from fence("text", "\n".join(shown))


def section(said: Example, *printed: str) -> str:
    """Return what the page says of an example that printed this."""
    parts = [f"### {said.key}", ""]
    facts = [books()[said.book].note[language] for language in LANGUAGES if said.book != USUAL_BOOK]
    facts += [f"Exit code {said.exit} 退出码."] if said.exit != WRONG_USAGE else []
    parts += [" ".join(facts), ""] if facts else []
    return "\n".join([*parts, *given(said), *session(said, *printed)])


def rendered(sections: Mapping[str, str]) -> str:
    """Return the page below its marker, made of the sections there are."""
    parts = ["", "## Where they begin 示例所在目录", ""]
    for name, book in books().items():
        parts += [f"`{name}`: {book.note['en']} {book.note['zh']}", ""]
        parts += fence("text", "\n".join(f"$ {command}" for command in book.commands())) if book.run else []
    for subject, title in toml("subjects").items():
        parts += [f"## {title['en']} {title['zh']}", ""]
        parts += [sections.get(key, f"### {key}\n") for key, one in examples().items() if one.subject == subject]
    parts += ["## Not shown 未举例", "", "| message | why | 原因 |", "|---|---|---|"]
    parts += [f"| `{key}` | {why['en']} | {why['zh']} |" for key, why in toml("unshown").items()]
    return "\n".join([*parts, ""])


@lru_cache(maxsize=1)
def sections_of(page: str) -> dict[str, str]:
    """Return the sections of a page by their messages."""
    lines, found = page.split("\n"), {}
    heads = [token for token in MarkdownIt().parse(page) if token.type == "heading_open" and token.tag in {"h2", "h3"}]
    starts = [*(token.map[0] for token in heads if token.map), len(lines)]
    for head, (start, end) in zip(heads, pairwise(starts), strict=True):
        if head.tag == "h3":
            found[lines[start].removeprefix("### ")] = "\n".join(lines[start:end])
    return found


@contextmanager
def held() -> Iterator[None]:
    """Let no other process write the page meanwhile."""
    with PAGE.open() as page:
        fcntl.flock(page, fcntl.LOCK_EX)
        yield


def assert_section(said: Example, *printed: str) -> None:
    """Compare a section with the page; write it where that is asked for."""
    wanted = section(said, *printed)
    if "FUNDTRACK_UPDATE_DOCS" in os.environ:
        with held():
            written, _, _ = (page := PAGE.read_text("utf-8")).partition(MARKER)
            PAGE.write_text(f"{written}{MARKER}\n{rendered({**sections_of(page), said.key: wanted})}", "utf-8")
        return
    assert sections_of(PAGE.read_text("utf-8")).get(said.key) == wanted, ANEW


def assert_order() -> None:
    """Compare all of the page but the sections; write it where that is asked for."""
    with held():
        written, _, below = (page := PAGE.read_text("utf-8")).partition(MARKER)
        wanted = f"\n{rendered(sections_of(page))}"
        if "FUNDTRACK_UPDATE_DOCS" in os.environ:
            PAGE.write_text(f"{written}{MARKER}{wanted}", "utf-8")
            return
    assert below == wanted, ANEW
