"""What a row is called that repeats others: a total, a subtotal, a sum carried over a page, the same written out.

The words are those of every bureau's and council's lists; a page may add its own. A word is meant only where it ends
what stands in a cell: 治塘村小计 is a subtotal, 合计科技有限公司 a company.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from fundtrack.errors import FormatError
from fundtrack.importing.values import cells, written

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST: Final = 80
UNIT: Final = "[户人笔项条个张次件处家村宗份名]"
SUM: Final = "(?:小计|合计|总计|累计|共计)"
CHINESE: Final = re.compile(
    rf".{{0,30}}{SUM}(?:金额|户数|人数|笔数|数|额)*[:,]?(?:共?\d[\d,.]*{UNIT}[,、]?)*(?:\([^()]*\))?[A-Za-z/.-]*"
    rf"|共(?:\d+{UNIT}[,、]?)+"
    rf"|.{{0,4}}(?:[承接过续转][前上次下后]页|[前上]页结转|结转[次下后]页)(?:{SUM}|金额|数|额)?"
)
OVER: Final = r"(?:carried|brought) (?:forward|down|over)|[cb]/(?:f|d|fwd)"
ENGLISH: Final = re.compile(
    r"(?:[\w&'./()-]+ ){0,6}?(?:sub[- ]?totals?|totals?)"
    rf"(?: (?:payments?|spend|spending|expenditure|amount|value|net|gross|paid|invoices?|transactions?|to date|{OVER}"
    r"|(?:for|of) .{1,40}|this (?:page|week|month|period|quarter|year)|\([^()]*\)))*\W*"
    rf"|(?:[\w&'./()-]+ ){{0,4}}?(?:{OVER})\W*"
    r"|(?:cumulative|running|year[- ]to[- ]date|ytd)(?: (?:totals?|balance|spend|payments?|amount))?\W*|sum\W*"
)
BROUGHT: Final = re.compile(
    r"[承接续][前上]页|[前上]页结转|brought (?:forward|down|over)|\bb/(?:f|d|fwd)", re.IGNORECASE
)
"""What brings a sum from a page before."""

GRAND: Final = re.compile(r"(?:总计|累计|总累计)(?:金额|数|额)?|(?:grand|cumulative|running)-?totals?", re.IGNORECASE)
"""What nothing but the sum of all rows so far is called."""

CUMULATIVE: Final = re.compile(
    r"(?:[自从]?年初)?(?:至今|至本[月期])?(?:本年|全年|年度|年)?(?:总?累计|累计总额)(?:支出|支付|拨付|金额|数|额)?"
    r"|(?:cumulative|year-?to-?date|ytd)(?:totals?|spend|payments?|amount)?",
    re.IGNORECASE,
)
"""What a sum is called that may count more than its file or sheet has: 本年累计, year to date."""

LOOSE: Final = re.compile(
    r".*[^页月年日季期周旬度县镇乡村组批](?:合计|总计|累计|共计)"
    r"|(?!(?:sub|grand|page|overall|net|gross|(?:month|week|year|quarter|dai)ly|year|month)[ -]*totals?\b)"
    r"[\w&'./()-].* totals?|.*\btotals?\b.* (?:for|of) .*",
    re.IGNORECASE,
)
"""What a total is called, and a supplier or a fee may be: Jewson Total, 短信费合计."""

COUNT: Final = re.compile(rf"共?\d[\d,]*(?:\.0*)?(?:{UNIT})?")
HEADS: Final = re.compile(rf"共?\d[\d,]*{UNIT}")
"""How many households, persons or payments; without what is counted it is any number."""

LETTERS: Final = re.compile(rf"(?:{SUM}|总金额|金额|人民币|[(:])*大写(?:{SUM}|金额|人民币|[):])*")


HINT: Final = re.compile(
    r"[小合总累共]\s*计|共\s*\d|[前上次下后]\s*页|totals?\b|forward|brought|carried|\b[cb]/[fd]|cumulative|running|to.date|ytd|\bsum\b",
    re.IGNORECASE,
)
"""What every word of a row that repeats others has in it."""

PARTS: Final = ("计", "共", "页", "/", "total", "forward", "brought", "carried", "cumulative", "running", "date", "ytd",
                "sum", "ı", "i\u0307")  # fmt: skip
"""One of these is in every hint, and in few other texts: looking for them takes a twentieth of the time.

A pattern that ignores case takes two Turkish letters for an i.
"""

LIKE: Final = re.compile(rf"{HINT.pattern}|计$|sum|tot\b", re.IGNORECASE)
"""What a word has in it that may stand for a total in a list that nobody knows yet."""


def hinted(texts: Iterable[str]) -> bool:
    """Say whether one of some texts may call its row one that repeats others: whether it is worth looking closer."""
    said = "\n".join(texts)
    folded = said.casefold()
    return any(part in folded for part in PARTS) and bool(HINT.search(said))


@lru_cache(maxsize=1 << 12)
def called(cell: str) -> bool:
    """Say whether a cell calls its row a repetition of others."""
    if len(cell) > LONGEST:
        return False
    spaced = " ".join(unicodedata.normalize("NFKC", cell).split()).casefold()
    return bool(CHINESE.fullmatch(cells.label(cell)) or ENGLISH.fullmatch(spaced))


def like(cell: str) -> bool:
    """Say whether a word that nobody knows may be that of a total, where its row comes to the sum of others."""
    return bool(LIKE.search(cells.label(cell)))


def loosely(cell: str) -> bool:
    """Say whether what a cell calls its row may be a payment's name or text as well."""
    return bool(LOOSE.fullmatch(cells.label(cell)) or LOOSE.fullmatch(" ".join(cell.split())))


def brought(cell: str) -> bool:
    """Say whether a row that repeats others brings a sum from a page before."""
    return bool(BROUGHT.search(" ".join(cell.split())) or BROUGHT.search(cells.label(cell)))


def grand(cell: str) -> bool:
    """Say whether a row that repeats others is called the sum of all above it, and not of a page or a group."""
    return bool(GRAND.fullmatch(cells.label(cell)))


def cumulative(cell: str) -> bool:
    """Say whether a row that repeats others may count what was paid before its file or sheet begins."""
    return bool(CUMULATIVE.fullmatch(cells.label(cell)))


def heads(cell: str) -> bool:
    """Say whether a cell counts heads: 4户."""
    return bool(HEADS.fullmatch(cells.label(cell)))


def counts(cell: str) -> bool:
    """Say whether a cell is any number, or counts heads."""
    return bool(COUNT.fullmatch(cells.label(cell)))


def in_letters(row: list[str]) -> int | None:
    """Return the total that a row below a table writes out, in fen; None where it does not, or not so that it reads.

    大写：叁万元整, or 合计（大写） and the words in a cell behind it.
    """
    said = [cells.label(cell) for cell in row if cell.strip()]
    found = LETTERS.match(said[0]) if said else None
    if not found:
        return None
    for words in (said[0][found.end() :], *said[1:]):
        try:
            return written.read(words.partition("(小写")[0].partition("小写")[0])
        except FormatError:
            continue
    return None


def letters(cell: str) -> bool:
    """Say whether a cell begins a total that is written out, whether it can be read or not."""
    return bool(LETTERS.match(cells.label(cell)))


def form_of_letters(row: list[str]) -> bool:
    """Say whether a row below a table is where a total would be written out, and nothing is."""
    said = [cells.label(cell) for cell in row if cell.strip()]
    return len(said) == 1 and bool(LETTERS.fullmatch(said[0]))
