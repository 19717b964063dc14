"""Which text of a page of HTML, or of the XML of Excel 2003, is written in red: by its style, its class or its font.

What a rule says of all cells of a page is no sign of any of them, and is not looked at.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from .red import POSITIVE, is_red

if TYPE_CHECKING:
    from collections.abc import Mapping

    Attributes = Mapping[str, str | None]

COLOUR: Final = re.compile(r"(?<![-\w])color\s*:\s*([^;]{1,64})", re.IGNORECASE)
HEX: Final = re.compile(r"#?([0-9a-f]{6})|#([0-9a-f]{3})", re.IGNORECASE)
PARTS: Final = re.compile(r"rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\b", re.IGNORECASE)
CLASS: Final = re.compile(r"\.([\w-]+)$")
FONT: Final = re.compile(r"""<(?:ss:)?font\b[^<>]*?\b(?:ss:)?color\s*=\s*["']([^"']{1,64})""", re.IGNORECASE)
BYTE: Final = 0xFF

VOID: Final = frozenset({"br", "img", "hr", "input", "col", "meta", "link", "wbr", "area", "base", "embed", "source"})
"""Elements that hold nothing and are never closed."""


class Red(str):
    """The text of a cell that is in red and may be an amount above zero."""

    __slots__ = ()


def says_red(colour: str) -> bool:
    """Say whether a colour is red, as a style writes it."""
    said = colour.replace("!important", "").strip().lower()
    if found := HEX.fullmatch(said):
        return is_red(bytes.fromhex(found[1] or "".join(one * 2 for one in found[2])))
    if parts := PARTS.match(said):
        return is_red(bytes(min(int(one), BYTE) for one in parts.groups()))
    return said == "red"


class Styles:
    """What a page says of its styles: which of them are red."""

    def __init__(self) -> None:
        """Begin without any."""
        self._red: dict[str, bool] = {}

    def learn(self, attributes: Attributes, text: str) -> None:
        """Note the rules of a style sheet, or a style of Excel 2003, which may rest on another before it."""
        if name := attributes.get("ss:id"):
            found = FONT.search(text)
            self._red[f"#{name}"] = says_red(found[1]) if found else self._of(attributes.get("ss:parent"))
            return
        for rule in text.split("}"):
            selectors, _, body = rule.partition("{")
            if found := COLOUR.search(body):
                for selector in selectors.split(","):
                    if of := CLASS.search(selector.strip()):
                        self._red[f".{of[1]}"] = says_red(found[1])

    def _of(self, style: str | None) -> bool:
        return self._red.get(f"#{style}", False)

    def said(self, attributes: Attributes) -> bool | None:
        """Say whether an element is red; None where it says nothing, and is as what it stands in."""
        for colour in (attributes.get("color"), attributes.get("html:color"), attributes.get("ss:color")):
            if colour:
                return says_red(colour)
        if found := COLOUR.search(attributes.get("style") or ""):
            return says_red(found[1])
        for name in (attributes.get("class") or "").split():
            if f".{name}" in self._red:
                return self._red[f".{name}"]
        style = attributes.get("ss:styleid")
        return self._of(style) if style else None


class Ink:
    """In what colour the text of a cell is: red where all of it is."""

    def __init__(self, *, red: bool) -> None:
        """Begin in the colour of the cell."""
        self._elements: list[tuple[str, bool]] = [("", red)]
        self._open = Counter[str]()
        self._other = False

    def begin(self, tag: str, *, red: bool | None) -> None:
        """Open an element."""
        if tag not in VOID:
            self._elements.append((tag, self._elements[-1][1] if red is None else red))
            self._open[tag] += 1

    def end(self, tag: str) -> None:
        """Close an element, and those within that were left open."""
        while self._open[tag]:
            closed, _ = self._elements.pop()
            self._open[closed] -= 1
            if closed == tag:
                return

    def write(self, text: str) -> None:
        """Note the colour of a text."""
        if not self._elements[-1][1] and text.strip():
            self._other = True

    def dry(self, text: str) -> str:
        """Return the text of the cell, marked where it is in red and may be an amount."""
        return text if self._other or not POSITIVE.fullmatch(text) else Red(text)
