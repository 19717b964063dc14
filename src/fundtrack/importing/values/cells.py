"""What stands in one cell: text made clean, private numbers masked, labels compared."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeVar

from fundtrack.errors import FormatError
from fundtrack.identifier import LIKE, LONG, covered, masked

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence

Key = TypeVar("Key")
Value = TypeVar("Value")

CELL_MAX: Final = 4096
"""Characters a cell may hold."""

EXACT_DIGITS: Final = 15
"""Digits of a number that a spreadsheet keeps; it replaces those behind them by zeros."""

GUARDED: Final = tuple("=+-@＝＋－＠\t\r")
STROKES: Final = "-/—–_"
"""What fills a cell that names nobody."""

FAULT: Final = re.compile(
    r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|BLOCKED!|FIELD!|UNKNOWN!|GETTING_DATA)|#{2,}|Err:5\d\d",
    re.IGNORECASE,
)
"""What a spreadsheet shows in place of what it could not work out, or had no room for."""

NOBODY: Final = frozenset({"null", "(null)", "<null>", "[null]", "nan", "none", "undefined", "<na>"})
"""What a program writes for the name of nobody, in one case."""

REFUSED: Final = frozenset({"Cc", "Cf", "Co", "Cs"})
DAMAGED: Final = re.compile(r"\d(?:\.\d+)?[Ee]\+?\d+", re.ASCII)
ENGLISH: Final = re.compile(r"(?<=[^\x00-\x7f])\[[ -~]*\]$")
UNIT: Final = re.compile(r"[(（](亿元|百万元|万元|千元|元)[)）]$")


class Number(str):
    """A cell that a workbook holds as a number: its exact decimal text, with what noise the workbook has."""

    __slots__ = ()

    def __hash__(self) -> int:
        """Keep apart from the same text, so that a Memo never takes one for the other."""
        return hash((Number, str(self)))


class RedNumber(Number):
    """A number above zero that a workbook has in red."""

    __slots__ = ()

    def __hash__(self) -> int:
        """Keep apart from the same number in black."""
        return hash((RedNumber, str(self)))


class RedText(str):
    """A text in red that may be an amount above zero."""

    __slots__ = ()

    def __hash__(self) -> int:
        """Keep apart from the same text in black."""
        return hash((RedText, str(self)))


REDS: Final = frozenset({RedNumber, RedText})


def red(cell: str) -> str:
    """Return a cell as one in red."""
    return RedNumber(cell) if isinstance(cell, Number) else RedText(cell)


def black(cell: str) -> str:
    """Return a cell as if it were in no colour."""
    return Number(cell) if isinstance(cell, Number) else str(cell)


def number(literal: str) -> Number:
    """Return the number of a workbook's cell from its float's shortest text; only `money.measured` drops its noise."""
    plain = f"{Decimal(literal):f}"
    return Number(plain.rstrip("0").rstrip(".") if "." in plain else plain)


class Memo(dict[Key, Value]):
    """The results of a function, kept because the cells of a column repeat themselves; bounded, because some do not."""

    LIMIT: Final = 1 << 16

    def __init__(self, function: Callable[[Key], Value]) -> None:
        """Remember the results of a function."""
        self.function = function

    def __missing__(self, cell: Key) -> Value:
        """Work out what is not known yet."""
        value = self.function(cell)
        if len(self) >= self.LIMIT:
            self.clear()
        self[cell] = value
        return value


def text(cell: str) -> str:
    """Return the text of a cell: blanks folded, composed (NFC), without the quote that guards a formula.

    Raises FormatError (`text-control`) on control, invisible and private-use characters: they can reorder or hide what
    an approver reads.
    """
    clean = unicodedata.normalize("NFC", " ".join(cell.split()))
    if clean.startswith("'") and clean[1:].startswith(GUARDED):
        clean = clean[1:]
    if not clean.isprintable():
        for character in clean:
            if unicodedata.category(character) in REFUSED:
                raise FormatError("text-control", code=f"U+{ord(character):04X}")
    return clean


def faultless(cell: str) -> str:
    """Return the text of a cell. Raises FormatError (`cell-fault`) where it holds a fault, as #N/A, and no text."""
    said = text(cell)
    if FAULT.fullmatch(said):
        raise FormatError("cell-fault", text=said)
    return said


def identity(cell: str) -> str:
    """Return an account, reference or document number. Raises FormatError where a spreadsheet damaged its digits."""
    if _undamaged(cell) and cell.isalnum() and cell.isascii() and type(cell) is str:
        return cell
    if isinstance(cell, Number) or DAMAGED.fullmatch(cell.strip()):
        raise FormatError("digits-lost", text=masked(cell))
    return faultless(cell)


def identities(column: Sequence[str]) -> Sequence[str]:
    """Return the `identity` of every cell of a column; one of letters and digits alone costs a single look."""
    joined = "".join(column)
    plain = _undamaged(joined) and joined.isalnum() and joined.isascii() and _typed(column)
    return column if plain else list(map(identity, column))


def whole(column: Sequence[str]) -> bool:
    """Say whether every private number of a column still has all its digits."""
    return (_undamaged("".join(column)) and _typed(column)) or all(undamaged for _, undamaged in map(private, column))


def _undamaged(text: str) -> bool:
    """Say whether a text can hold no number that a spreadsheet damaged, for want of an exponent."""
    return "E" not in text and "e" not in text


def _typed(column: Sequence[str]) -> bool:
    """Say whether every cell was held as text."""
    return set(map(type, column)) <= {str}


def private(cell: str) -> tuple[str, bool]:
    """Return a private number masked, and whether it can still have all its digits."""
    damaged = len(cell) >= EXACT_DIGITS if isinstance(cell, Number) else DAMAGED.fullmatch(cell.strip())
    return masked(cell), not damaged


def damage(row: Sequence[str], places: Iterable[tuple[int, str]]) -> Iterator[FormatError]:
    """Give the private numbers of a row, given their places and names, that have lost digits."""
    for place, name in places:
        shown, undamaged = private(row[place])
        if not undamaged:
            yield FormatError("digits-lost", text=shown, column=name)


def mask(row: list[str], places: Iterable[tuple[int, str]], bare: Container[int] = ()) -> None:
    """Mask a row in place: the private numbers, given their places, and elsewhere whatever may be one.

    In `bare` places stand numbers of a bank, as long as an account's: only what looks like a person's is masked there.
    """
    private_places = {place for place, _ in places}
    for place, cell in enumerate(row):
        if place in private_places:
            row[place] = masked(cell)
        else:
            row[place] = LIKE.sub(lambda found: masked(found[0]), cell) if place in bare else covered(cell)


def cautious(row: list[str]) -> list[str]:
    """Return a row whose columns are not known, with every number as long as an identity card's or account's masked."""
    return [*map(covered, row)]


def alike(of: Sequence[str]) -> list[str]:
    """Return cells as they tell one row from another: a list published anew in other case and blanks is the same."""
    if "".join(of).isalnum():  # no blanks to fold: all at once, in a fifth of the time; no cell holds the character
        return "\0".join(of).casefold().split("\0")
    return [" ".join(cell.split()).casefold() for cell in of]


def name(cell: str) -> str:
    """Return the text of a cell that names somebody; strokes alone name nobody.

    Raises FormatError where it holds a number like a person's, or what a program writes where it knows no name.
    """
    said = without(cell, LONG)
    if said.casefold() in NOBODY:
        raise FormatError("cell-fault", text=said)
    return said if said.strip(STROKES) else ""


def numbered(cell: str) -> str:
    """Return what `identity` does. Raises FormatError also where it looks like a person's number."""
    return without(identity(cell), LIKE)


def prose(cell: str) -> str:
    """Return the text of a cell, with every number masked that may be a person's."""
    return covered(faultless(cell))


def without(cell: str, numbers: re.Pattern[str]) -> str:
    """Return the text of a cell. Raises FormatError where it holds one of the numbers."""
    said = faultless(cell)
    if numbers.search(said):
        raise FormatError("private-misplaced", text=covered(said))
    return said


def label(cell: str) -> str:
    """Return a header or a label in the form in which two are compared: NFKC, no blanks, no colon behind it."""
    return "".join(unicodedata.normalize("NFKC", cell).split()).rstrip(":")


def glossed(cell: str) -> str:
    """Return a label without what a bank says again in English behind it: 查询账号[ Inquirer account number ]."""
    return ENGLISH.sub("", label(cell)).rstrip(":")


@lru_cache(maxsize=1 << 12)
def loose(cell: str) -> str:
    """Return a header in the form in which one of several names is looked for: its letters and digits, of one case.

    What a bank says again in English behind it, 交易日期[ Transaction Date ], is no part of it; 帐 is written for 账.
    """
    return "".join(filter(str.isalnum, ENGLISH.sub("", column(cell)[0]).casefold())).replace("帐", "账")


@lru_cache(maxsize=1 << 12)
def column(cell: str) -> tuple[str, str]:
    """Return the name of a column and the unit in brackets behind it: 金额(万元) is 金额 in 万元."""
    name = label(cell)
    found = UNIT.search(name)
    return (name[: found.start()], found[1]) if found else (name, "")
