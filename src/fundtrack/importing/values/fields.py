"""How the text of a field becomes its value: a function of a row, made once for a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

from fundtrack import money
from fundtrack.errors import FormatError
from fundtrack.identifier import covered
from fundtrack.importing.values.cells import REDS, Number, black, text
from fundtrack.importing.values.threes import accepted
from fundtrack.schema.functions import spelt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Value = TypeVar("Value")

USE: Final = re.compile(r"(?:(F\d\d[A-Z]?)[-:])?(\d{4})(?:[-\s].*)?", re.ASCII | re.DOTALL)
"""How a column writes a use: 0601, F01-0601, F01-0601 住房建设."""

PLAIN: Final = re.compile(r"\d{1,12}\.\d\d", re.ASCII)
PLAINS: Final = re.compile(rf"(?:{PLAIN.pattern}\n)*{PLAIN.pattern}", re.ASCII)
"""An amount, and a column of amounts a line each, that needs no grammar: two decimals, and never beyond the largest."""

ASKED: Final = "ask"
NEGATIVE: Final = "negative"
REDDENED: Final = (ASKED, NEGATIVE, "plain")
"""What a page may say of an amount above zero in red: that somebody has to be asked, that it is negative, nothing."""

SWAPPED: Final = str.maketrans(".,．，", ",.,.")
"""Points for commas and commas for points: what makes of 1.234,56 an amount as it is read everywhere else."""

BLANKS: Final = " \u00a0\u2009\u202f"
"""What may stand between groups of three digits where a comma stands before the decimals: blanks, of any width."""

GAPS: Final = re.compile(rf"(?<=\d)[{BLANKS}](?=\d{{3}}(?!\d))")

SIDED: Final = re.compile(
    r"(?:(cr|dr|[借贷])\W{0,3}[^a-z]*\d[\d.,，]*|[^a-z]*\d[\d.,，]*\W{0,3}(cr|dr|[借贷])[.)）]?)", re.IGNORECASE
)
"""An amount with the side of an account beside it: £12.00 CR, 贷 12.00."""

LONG: Final = 40
"""Characters of the longest amount that is looked at for that."""

NOTHING: Final = frozenset({"", "-", "--", "/"})
"""What banks write on the side that did not move."""


def pointed(text: str) -> str:
    """Return an amount that has a comma before its decimals, as 1.234,56 or 1 234,56, as it is written with a point."""
    return (text if "." in text else GAPS.sub(".", text)).translate(SWAPPED)


def found(pattern: re.Pattern[str], function: Callable[[str], Value]) -> Callable[[str], Value]:
    """Return a function of what a pattern's group finds in a cell, or of nothing."""

    def read(cell: str) -> Value:
        match = pattern.search(cell)
        return function((match[1] or "") if match else "")

    return read


def amount(
    unit: str, red: str = ASKED, *, comma: bool = False, doubt: Callable[[str], None] = accepted
) -> Callable[[str], int]:
    """Return what reads an amount in a unit, in fen; quick for the plain form that most files have.

    One that is in `red` is what the page says; where it says nothing, the function raises FormatError (`amount-red`).
    A text may have a `comma` before its decimals, and then has none elsewhere. `doubt` refuses one that may be two.
    """

    def coloured(cell: str) -> int:
        if type(cell) not in REDS:
            return plain(cell)
        if red == ASKED:
            raise FormatError("amount-red", text=str(cell))
        return (-1 if red == NEGATIVE else 1) * plain(black(cell))

    def plain(cell: str) -> int:
        return int(cell.replace(".", "")) if unit == "元" and not comma and PLAIN.fullmatch(cell) else exact(cell)

    def exact(cell: str) -> int:
        if isinstance(cell, Number):
            return money.measured(cell, unit)
        doubt(cell)
        try:
            return money.parse(pointed(cell) if comma else cell, unit)
        except FormatError as error:
            if error.key == "amount-unreadable" and (sided := SIDED.fullmatch(cell.strip()[:LONG])):
                raise FormatError("amount-sided", text=cell, side=sided[1] or sided[2]) from error
            key = "amount-by-comma" if comma and error.key == "amount-unreadable" else error.key
            raise FormatError(key, **(error.details | ({"text": cell} if "text" in error.details else {}))) from error

    return coloured


def side(
    unit: str, red: str = ASKED, *, comma: bool = False, doubt: Callable[[str], None] = accepted
) -> Callable[[str], int]:
    """Return what reads one side of a statement: an amount, or nothing."""
    read = amount(unit, red, comma=comma, doubt=doubt)
    return lambda cell: 0 if cell.strip() in NOTHING else read(cell)


def amounts(unit: str, read: Callable[[str], int], *, comma: bool = False) -> Callable[[Sequence[str]], Sequence[int]]:
    """Return what reads a column of amounts in a unit, cell by cell unless all have the plain form."""

    def column(cells: Sequence[str]) -> Sequence[int]:
        lines = "\n".join(cells)
        if (
            unit == "元"
            and not comma
            and REDS.isdisjoint(map(type, cells))
            and PLAINS.fullmatch(lines)
            and lines.count("\n") < len(cells)
        ):
            return [*map(int, lines.replace(".", "").split("\n"))]
        return [*map(read, cells)]

    return column


def known_as(words: Mapping[str, str]) -> Callable[[str], str]:
    """Return what gives the known word that a text writes, or the text itself where it writes none.

    Width, blanks and case tell no words apart, but where known ones of two meanings differ in nothing else.
    """
    alike: dict[str, set[str]] = {}
    for word in words:
        alike.setdefault(spelt(word).casefold(), set()).add(word)
    one = {folded: min(of) for folded, of in alike.items() if len({words[word] for word in of}) == 1}
    return lambda said: said if said in words else one.get(spelt(said).casefold(), said)


def worded(words: Mapping[str, str]) -> Callable[[str], str]:
    """Return what replaces a known word by its code, and leaves an unknown one as it was written, if not whole.

    A number in it that may be a person's is masked.
    """
    known = known_as(words)

    def code(cell: str) -> str:
        word = known(text(cell))
        return words[word] if word in words else covered(word)

    return code


def renamed(words: Mapping[str, str], read: Callable[[str], str]) -> Callable[[str], str]:
    """Return what reads a name, and replaces one that stands for another."""

    def name(cell: str) -> str:
        said = read(cell)
        return words.get(said, said)

    return name


def use(words: Mapping[str, str]) -> Callable[[str], tuple[str, str]]:
    """Return what reads a use: its fund, where the column says it, and its code."""
    coded = worded(words)

    def codes(cell: str) -> tuple[str, str]:
        code = coded(cell)
        match = USE.fullmatch(code)
        return (match[1] or "", match[2]) if match else ("", code)

    return codes


def kind(words: Mapping[str, str], otherwise: str) -> Callable[[str], str]:
    """Return what finds the kind of a voucher: the first word of the page that a text contains decides.

    The function raises FormatError (`kind-unknown`) when no word occurs and the page names no other kind.
    """

    def known(cell: str) -> str:
        said = text(cell)
        decided = next((of for word, of in words.items() if word in said), otherwise)
        if not decided:
            raise FormatError("kind-unknown", text=said)
        return decided

    return known
