"""A page's Markdown, read: front matter, title, prose, fences, sections."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import yaml
from markdown_it import MarkdownIt

from fundtrack.errors import PageError
from fundtrack.pages.model import Fence, Page, Section

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from markdown_it.token import Token

FRONT: Final = re.compile(r"---\n(.*?)^---\n", re.DOTALL | re.MULTILINE)
NAME: Final = re.compile(r"[a-z\u4e00-\u9fff][a-z0-9\u4e00-\u9fff]*(?:-[a-z0-9\u4e00-\u9fff]+)*")
"""Words in lower case or in Chinese, joined by hyphens: a name is a file's, an argument's and part of a statement."""

REMEDY: Final = "**Remedy.**"
TICKS: Final = re.compile(r"^```(.*)$", re.MULTILINE)

MARKDOWN: Final = MarkdownIt("commonmark").disable(["inline", "text_join"])
"""Splits a page into its blocks; what stands in a line is nobody's business here."""

YAML: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same reader written in C, where the library has it."""


def defined_by(path: Path) -> str:
    """Return what stands behind the first ticks of a page, without reading all that it says."""
    found = TICKS.search(path.read_text("utf-8-sig", "replace"))
    return found[1] if found else ""


def load(path: Path) -> Page:
    """Read a page. Raises PageError naming file and line when it is not one."""
    stands = path.stat()
    return _load(path, stands.st_mtime_ns, stands.st_size)


@lru_cache(maxsize=256)
def _load(path: Path, _changed: int, _size: int) -> Page:
    """Read a page once as long as its file stays as it is: every act reads the pages that judge it."""
    try:
        source = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PageError("page-encoding", path=path, byte=error.start) from error
    name = unicodedata.normalize("NFC", path.stem)
    if not NAME.fullmatch(name):
        raise PageError("page-name", path=path, name=path.stem)
    found = FRONT.match(source)
    front = _front(path, found[1]) if found else {}
    first_line = found[0].count("\n") if found else 0
    sections = _sections(path, source[found.end() :] if found else source, first_line)
    if unicodedata.normalize("NFC", sections[0].title) != name:
        raise PageError("page-title", path=path, line=sections[0].line, name=name)
    message, reason, remedy = _said(sections[0].prose)
    return Page(name, path, front, sections[0].title, message, reason, remedy, sections, source)


def _front(path: Path, text: str) -> dict[str, Any]:
    """Read the front matter: a YAML mapping with text keys."""
    try:
        front = yaml.load(text, Loader=YAML)  # noqa: S506 - a safe one
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        raise PageError("page-front", path=path, line=line, why=getattr(error, "problem", None) or "?") from error
    if not isinstance(front, dict) or not all(isinstance(key, str) for key in front):
        raise PageError("page-front", path=path, line=1, why="key: value")
    return front


def _sections(path: Path, text: str, first_line: int) -> tuple[Section, ...]:
    """Split the body at its `#` and `##` headings."""
    tokens = MARKDOWN.parse(text)
    lines = text.splitlines()
    heads = [at for at, token in enumerate(tokens) if token.type == "heading_open" and token.tag in ("h1", "h2")]
    if not heads or heads[0] != 0:
        raise PageError("page-title", path=path, line=first_line + 1, name=path.stem)
    for at in heads:
        if (tokens[at].tag == "h1") != (at == 0):
            raise PageError("page-title", path=path, line=_line(tokens[at], first_line), name=path.stem)
    return tuple(
        _section(path, tokens[start:end], lines, first_line)
        for start, end in zip(heads, [*heads[1:], len(tokens)], strict=True)
    )


def _section(path: Path, tokens: list[Token], lines: list[str], first_line: int) -> Section:
    """Make a section of its heading (three tokens) and what follows."""
    body = [token for token in tokens[3:] if token.map and token.level == 0]
    fences = tuple(_fence(path, token, first_line) for token in body if token.type == "fence")
    prose = "\n\n".join(
        "\n".join(lines[token.map[0] : token.map[1]]).strip() for token in body if token.map and token.type != "fence"
    )
    return Section(tokens[1].content, prose, fences, _line(tokens[0], first_line))


def _fence(path: Path, token: Token, first_line: int) -> Fence:
    """Make a fence: the first word behind the ticks is its language, the others are `key=value`."""
    language, *words = token.info.split() or [""]
    line = _line(token, first_line)
    options: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key or key in options:
            raise PageError("page-fence", path=path, line=line, word=word)
        options[key] = value
    return Fence(language, options, token.content, line + 1)


def _line(token: Token, first_line: int) -> int:
    """Return the line of the file a token begins on, from 1."""
    assert token.map is not None, token
    return first_line + token.map[0] + 1


def _said(prose: str) -> tuple[str, str, str]:
    """Return message, reason and remedy: the first paragraph, those up to the remedy, and it."""
    paragraphs = [" ".join(paragraph.split("\n")) for paragraph in prose.split("\n\n") if paragraph]
    remedies = [paragraph for paragraph in paragraphs if paragraph.startswith(REMEDY)]
    said = [paragraph for paragraph in paragraphs if not paragraph.startswith(REMEDY)]
    remedy = "\n\n".join(paragraph.removeprefix(REMEDY).strip() for paragraph in remedies)
    return said[0] if said else "", "\n\n".join(said[1:]), remedy
