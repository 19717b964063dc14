"""Text from outside, written so that Beancount reads back exactly that text and nothing else.

Beancount's own printer leaves most directives unescaped: a note or an account name can carry a whole directive into the
ledger. So every string passes through `string`, and every name through the allow-list of its kind; what cannot be
written safely is refused, never repaired.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from fundtrack.errors import FormatError

PLAIN: Final = re.compile(r"[ !#-\[\]-~\u00b7\u3001-\u3015\u4e00-\u9fff\uff01-\uff5e]*")
"""Text that is NFC, visible and needs no escape: nearly all there is, so it is let through without a second look."""

ESCAPES: Final = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t"})
UNSAFE: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Unicode categories of characters that print as nothing, reorder their neighbours, or mean nothing to others."""

COMPONENT: Final = r"[A-Z0-9][A-Za-z0-9\u4e00-\u9fff-]*"
NAMES: Final = {
    "account": re.compile(rf"[A-Z][A-Za-z0-9\u4e00-\u9fff-]*(?::{COMPONENT})+"),
    "component": re.compile(COMPONENT),
    "tag": re.compile(r"[A-Za-z0-9_/.-]+"),
    "link": re.compile(r"[A-Za-z0-9_/.-]+"),
    "currency": re.compile(r"(?!(?:TRUE|FALSE|NULL)\Z)[A-Z][A-Z0-9'._-]{0,22}[A-Z0-9]"),
    "key": re.compile(r"(?!(?:filename|lineno)\Z)[a-z][a-z0-9_-]+"),
}
"""What each kind of name may consist of: narrower than Beancount, which also lets invisible characters pass."""


def stored(text: str) -> str:
    """Return text from outside in the form that is kept: Unicode NFC.

    Raises FormatError (`text-unsafe`) for control characters other than newline and tab, for invisible and
    direction-changing ones, and for private or broken code points.
    """
    if PLAIN.fullmatch(text):
        return text
    for position, character in enumerate(text, 1):
        if unicodedata.category(character) in UNSAFE and character not in "\n\r\t":
            name = unicodedata.name(character, "control or private character")
            raise FormatError("text-unsafe", position=position, character=f"U+{ord(character):04X} {name}")
    return unicodedata.normalize("NFC", text)


def string(text: str) -> str:
    """Return text as a quoted Beancount string on one line, safe in every directive.

    Raises FormatError (`text-unsafe`) as `stored` does.
    """
    return f'"{text if PLAIN.fullmatch(text) else stored(text).translate(ESCAPES)}"'


def account(name: str) -> str:
    """Return an account name, or raise FormatError (`name-unsafe`)."""
    if not is_valid_account(name):
        raise FormatError("name-unsafe", kind="account", name=ascii(name))
    return name


def tag(name: str) -> str:
    """Return a tag without its `#`, or raise FormatError (`name-unsafe`)."""
    return _allowed("tag", name)


def link(name: str) -> str:
    """Return a link without its `^`, or raise FormatError (`name-unsafe`)."""
    return _allowed("link", name)


def currency(name: str) -> str:
    """Return a unit such as `CNY` or `CNY.Q`, or raise FormatError (`name-unsafe`)."""
    return _allowed("currency", name)


def key(name: str) -> str:
    """Return a metadata key without its colon, or raise FormatError (`name-unsafe`)."""
    return _allowed("key", name)


def is_valid_account(name: str) -> bool:
    """Return whether a name of two or more components may be written into a ledger."""
    return bool(NAMES["account"].fullmatch(name))


def is_valid_component(name: str) -> bool:
    """Return whether a name may be one component of an account below its root."""
    return bool(NAMES["component"].fullmatch(name))


def _allowed(kind: str, name: str) -> str:
    if not NAMES[kind].fullmatch(name):
        raise FormatError("name-unsafe", kind=kind, name=ascii(name))
    return name
