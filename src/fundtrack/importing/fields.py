"""How the text of a field becomes its value: a function of a row, made once for a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

from fundtrack import money
from fundtrack.errors import FormatError
from fundtrack.importing.cells import Memo, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fundtrack.importing.heading import Heading
    from fundtrack.importing.layout import Source

Value = TypeVar("Value")

USE: Final = re.compile(r"(?:(F\d\d[A-Z]?)[-:])?(\d{4})(?:[-\s].*)?", re.ASCII | re.DOTALL)
"""How a column writes a use: 0601, F01-0601, F01-0601 住房建设."""

PLAIN_MAX: Final = 15
"""Characters of an amount that cannot be beyond the largest one."""

NOTHING: Final = frozenset({"", "-", "--", "/"})
"""What banks write on the side that did not move."""


def reader(source: Source, head: Heading, function: Callable[[str], Value]) -> Callable[[list[str]], Value]:
    """Return what reads a field from a row; a field without a source reads as an empty cell.

    Raises FormatError when a column is missing. The errors of `function` are told with the column they are about.
    """
    memo = Memo(_told(source.label or "、".join(source.columns), _found(source, function)))
    places = [head.place(name) for name in source.columns]
    if not places:
        above = head.beside(source.label) if source.label else ""
        return lambda _: memo[above]
    if len(places) > 1:
        return lambda row: memo[" ".join([row[place] for place in places])]
    (place,) = places
    return lambda row: memo[row[place]]


def _found(source: Source, function: Callable[[str], Value]) -> Callable[[str], Value]:
    """Return a function of what the pattern of a source finds in a text."""
    pattern = source.pattern
    if pattern is None:
        return function

    def found(cell: str) -> Value:
        match = pattern.search(cell)
        return function((match[1] or "") if match else "")

    return found


def _told(about: str, function: Callable[[str], Value]) -> Callable[[str], Value]:
    """Return a function whose errors name a column."""

    def told(cell: str) -> Value:
        try:
            return function(cell)
        except FormatError as error:
            raise FormatError(error.key, **error.details, column=about) from error

    return told


def amount(unit: str) -> Callable[[str], int]:
    """Return what reads an amount in a unit, in fen; quick for the plain form that most files have."""

    def plain(cell: str) -> int:
        if cell[-3:-2] == "." and len(cell) <= PLAIN_MAX:
            digits = cell[:-3] + cell[-2:]
            if digits.isascii() and digits.isdigit():
                return int(digits)
        return money.parse(cell, unit)

    return plain if unit == "元" else lambda cell: money.parse(cell, unit)


def side(unit: str) -> Callable[[str], int]:
    """Return what reads one side of a statement: an amount, or nothing."""
    read = amount(unit)
    return lambda cell: 0 if cell.strip() in NOTHING else read(cell)


def balance(unit: str) -> Callable[[str], int | None]:
    """Return what reads a printed balance, or None where there is none that can be read."""
    read = amount(unit)

    def known(cell: str) -> int | None:
        try:
            return read(cell)
        except FormatError:
            return None

    return known


def worded(words: Mapping[str, str]) -> Callable[[str], str]:
    """Return what replaces a known word by its code, and leaves an unknown one as it was written."""

    def code(cell: str) -> str:
        word = text(cell)
        return words.get(word, word)

    return code


def use(words: Mapping[str, str]) -> Callable[[str], tuple[str, str]]:
    """Return what reads a use: its fund, where the column says it, and its code."""
    coded = worded(words)

    def codes(cell: str) -> tuple[str, str]:
        code = coded(cell)
        found = USE.fullmatch(code)
        return (found[1] or "", found[2]) if found else ("", code)

    return codes


def kind(words: Mapping[str, str], otherwise: str) -> Callable[[str], str]:
    """Return what finds the kind of a voucher: the first word of the page that a text contains decides.

    The function raises FormatError (`kind-unknown`) when no word occurs and the page names no other kind.
    """

    def known(cell: str) -> str:
        said = text(cell)
        found = next((of for word, of in words.items() if word in said), otherwise)
        if not found:
            raise FormatError("kind-unknown", text=said)
        return found

    return known
