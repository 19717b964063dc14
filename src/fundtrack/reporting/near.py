"""A number that nobody registered, and that is nearly another's: of a contract, or a document; mistyped, perhaps.

Another number of the same row, HT-2015-02 after HT-2015-01, is nearly that one too. So where digits differ it is told
only beside a contract that is registered, for there the next one would be as well; and only where no other is as near.
What was bound to a number and all taken back in red makes it none that is known. Documents are numbered in a row by
those who issue them: there only the writing is compared.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.book.documents import papers, written_otherwise
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from fundtrack.book import Book

NAMED: Final = """
SELECT fund, contract FROM voucher WHERE id BETWEEN :first AND :last AND contract <> ''
UNION SELECT fund, contract FROM voucher WHERE batch = :batch AND contract <> ''
UNION SELECT fund, contract FROM application WHERE (batch = :batch OR application = :application) AND contract <> ''
ORDER BY contract, fund
"""
"""The contracts that vouchers, those of a batch, or an application name."""

KNOWN: Final = """
SELECT contract, MAX(registered) FROM (
    SELECT contract, 1 AS registered FROM book_contracts
    UNION ALL SELECT c.contract, 0 FROM commitment AS c WHERE c.fund = :fund AND EXISTS (
        SELECT 1 FROM contract_bound AS b WHERE b.contract = c.contract AND b.fund = c.fund)
) AS known
GROUP BY contract ORDER BY contract
"""

PAPERS: Final = """
SELECT document FROM voucher WHERE (id BETWEEN :first AND :last OR batch = :batch) AND document <> ''
UNION SELECT document FROM application WHERE (batch = :batch OR application = :application) AND document <> ''
ORDER BY document
"""
"""The documents that vouchers, those of a batch, or an application name."""

MARKS: Final = re.compile(r"[\W_]+")
"""Hyphens and brackets, of any width."""

LOOSE: Final = re.compile(r"(?<![0-9])-|-(?![0-9])")
"""What does not part two figures."""

ALIKE: Final = str.maketrans("OIL", "011")
"""Letters that are read, and typed, as figures."""

LONG: Final = 6
"""From how many signs on one that differs may be a slip: what is shorter differs by one of the others anyway."""


class Near(NamedTuple):
    """A contract that is not registered, and the one that it nearly is."""

    contract: str
    other: str


def near(book: Book, *, vouchers: Sequence[int] = (), batch: int = 0, application: int = 0) -> list[Near]:
    """Return which contracts that were named just now are nearly others."""
    asked = {"batch": batch, "first": min(vouchers, default=0), "last": max(vouchers, default=0)}
    with book.reading() as connection:
        named = dialect.rows_of(connection, NAMED, {**asked, "application": application})
        return [Near(contract, other) for fund, contract in named if (other := _other(connection, fund, contract))]


def near_documents(
    book: Book, *, vouchers: Sequence[int] = (), batch: int = 0, application: int = 0
) -> list[tuple[str, str]]:
    """Return which documents that were named just now are others that are known but for how they are written."""
    asked = {"batch": batch, "first": min(vouchers, default=0), "last": max(vouchers, default=0)}
    with book.reading() as connection:
        named = dialect.rows_of(connection, PAPERS, {**asked, "application": application})
        known = papers(connection).numbers if named else ()
    return [(document, other) for (document,) in named if (other := written_otherwise(document, known))]


def _other(connection: Connection, fund: str, contract: str) -> str:
    """Return the contract that one is nearly, empty where it is none, or registered itself."""
    known = {str(one): bool(registered) for one, registered in dialect.rows_of(connection, KNOWN, {"fund": fund})}
    if known.pop(contract, False):
        return ""
    one = spelled(contract)
    alike = [other for other in known if spelled(other) == one]
    close = [other for other in known if len(one) >= LONG and _one_sign(one, spelled(other))]
    alike += [other for other in close if _digits(spelled(other)) == _digits(one)]
    if not alike and len({spelled(other) for other in close}) == 1:
        alike = [other for other in close if known[other]]
    return next(iter(alike), "")


def _one_sign(one: str, two: str) -> bool:
    """Say whether two numbers differ by no more than one sign."""
    from rapidfuzz.distance import Levenshtein  # late: few contracts are not registered

    return Levenshtein.distance(one, two, score_cutoff=1) <= 1


def spelled(contract: str) -> str:
    """Return a number without what its writing leaves open: width, case, blanks, which marks, O for 0, I and l for 1.

    Between two figures a mark is a hyphen, for 1-11 is not 11-1; elsewhere it is nothing.
    """
    number = "".join(unicodedata.normalize("NFKC", contract).split())
    return LOOSE.sub("", MARKS.sub("-", number).upper().translate(ALIKE))


def _digits(number: str) -> str:
    return "".join(filter(str.isdigit, number))
