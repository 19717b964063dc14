"""The documents (文件) of a book: what the register says of each, which follows from which, what quota came by them.

A document that is not registered is known all the same where a quota line names it, and so is the one above it.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

from fundtrack.chart.model import LEVELS
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

GIVEN: Final = """
SELECT v.document, v.fund, CAST(SUM((1 - 2 * e.red) * e.amount) AS BIGINT)
FROM voucher AS v
JOIN entry AS e ON e.voucher = v.id
WHERE v.kind = 'quota-received'
GROUP BY v.document, v.fund
HAVING SUM((1 - 2 * e.red) * e.amount) <> 0
"""
"""What each document gave each fund in quota; what was taken back is not given."""

POOLED: Final = """
SELECT v.document, v.fund, CAST(SUM((1 - 2 * e.red) * e.amount) AS BIGINT)
FROM voucher AS v
JOIN entry AS e ON e.voucher = v.id
JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code = e.debit AND a.kind = 'cash'
WHERE v.kind = 'pooling'
GROUP BY v.document, v.fund
HAVING SUM((1 - 2 * e.red) * e.amount) <> 0
"""
"""What was pooled into each fund by each plan."""

ABOVE: Final = """
SELECT document, MIN(upper_document) FROM quota
WHERE parent IS NULL AND upper_document NOT IN ('', document) GROUP BY document
"""


BRACKETS: Final = str.maketrans("[{〔【〖「『〈《]}〕】〗」』〉》", "(((((((((" + ")))))))))")
"""The year of a number stands in brackets, and they are typed in every form."""


@lru_cache(maxsize=1 << 16)
def spelled(document: str) -> str:
    """Return the number of a document by one spelling: whichever brackets, whatever width, with or without blanks."""
    return "".join(unicodedata.normalize("NFKC", document).translate(BRACKETS).casefold().split())


def written_otherwise(document: str, known: Iterable[str]) -> str:
    """Return the number by which a document is known that is not known as it is written here; else empty."""
    names = {*known}
    if not document or document in names:
        return ""
    one = spelled(document)
    return min((other for other in names if spelled(other) == one), default="")


@dataclass(frozen=True, slots=True)
class Paper:
    """What the register says of a document; `entry` names the entry, empty where it is not registered."""

    document: str
    kind: str = ""
    level: str = ""
    issuer: str = ""
    date: str = ""
    fund: str = ""
    parent: str = ""
    amount: int = 0
    title: str = ""
    rule: str = ""
    sha256: str = ""
    entry: str = ""

    @property
    def rank(self) -> int:
        """How high the authority stands that issued it; 0 where no level is stated."""
        return rank(self.level)


def rank(level: str) -> int:
    """Return how high a level stands: 5 the centre, 1 a township, 0 none that is known."""
    return len(LEVELS) - LEVELS.index(level) if level in LEVELS else 0


@dataclass(frozen=True)
class Papers:
    """The documents of a book at one moment: `registered` by number, and `given`, quota by document and fund.

    `pooled` is by plan and fund what was pooled: it came by the documents that gave it, and counts once above them.
    """

    registered: dict[str, Paper]
    upper: dict[str, str]
    given: dict[str, dict[str, int]]
    pooled: dict[str, dict[str, int]]

    def of(self, document: str) -> Paper:
        """Return what is registered of a document, or that nothing is."""
        return self.registered.get(document, Paper(document))

    def parent(self, document: str) -> str:
        """Return the document above one: as registered, or as a quota line names it; empty where none is."""
        return self.of(document).parent or self.upper.get(document, "")

    def chain(self, document: str) -> list[str]:
        """Return a document and those above it, the nearest first; a circle is gone round once."""
        found: list[str] = []
        while document and document not in found:
            found.append(document)
            document = self.parent(document)
        return found

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        found = defaultdict(list)
        for document in sorted({*self.registered, *self.upper}):
            if parent := self.parent(document):
                found[parent].append(document)
        return found

    def children(self, document: str) -> list[str]:
        """Return the documents that follow from one at once."""
        return self._children.get(document, [])

    def below(self, document: str) -> Iterator[str]:
        """Yield a document and every one that follows from it, each once."""
        seen, waiting = set(), [document]
        while waiting:
            if (one := waiting.pop()) not in seen:
                seen.add(one)
                waiting += self.children(one)
                yield one

    def passed_on(self, document: str) -> int:
        """Return what quota came by a document and those that follow from it, or by a plan was pooled, in fen."""
        given = sum(sum(self.given.get(one, {}).values()) for one in self.below(document))
        return given + sum(self.pooled.get(document, {}).values())

    def funds(self, document: str) -> dict[str, int]:
        """Return what each fund has by a document: what that gave it, or what was pooled into it by a plan."""
        found = Counter(self.given.get(document, {}))
        found.update(self.pooled.get(document, {}))
        return dict(sorted(found.items()))

    @property
    def numbers(self) -> set[str]:
        """The numbers of all documents that are registered, or by which a fund has anything, and of those above."""
        known = {*self.registered, *self.given, *self.pooled}
        return {*known, *filter(None, map(self.parent, known))}


def papers(connection: Connection) -> Papers:
    """Return the documents that are registered, or named by quota lines."""
    columns = [field.name for field in fields(Paper)]
    registered = dialect.rows_of(connection, f"SELECT {', '.join(columns)} FROM book_documents")
    return Papers(
        {row[0]: Paper(*row) for row in registered},
        {row[0]: row[1] for row in dialect.rows_of(connection, ABOVE)},
        _by_fund(connection, GIVEN),
        _by_fund(connection, POOLED),
    )


def _by_fund(connection: Connection, select: str) -> dict[str, dict[str, int]]:
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for document, fund, amount in dialect.rows_of(connection, select):
        found[document][fund] = int(amount)
    return dict(found)
