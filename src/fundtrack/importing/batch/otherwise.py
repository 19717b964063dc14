"""Rows that were posted before and say something else by now: what each says, and the voucher that stands.

A natural key tells a row by its numbers, day and amount. A file that comes again with another fund, payee or split of
sources has the same, and what stands in the book is then not what the file says: somebody has to look. What a voucher
or a row does not say is no difference, for later exports say more; nor is what a person changed since, by a correction
in a workbook or by a reversal, nor what a word stands for by another alias now.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.book.aliases import aliases
from fundtrack.book.documents import spelled
from fundtrack.errors import LANGUAGES, message
from fundtrack.identifier import shown
from fundtrack.importing.batch.tally import reason
from fundtrack.ledger.rows import voucher_number
from fundtrack.posting.held import OTHERWISE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from fundtrack.errors import Language
    from fundtrack.importing.batch.basis import Bases
    from fundtrack.importing.batch.tally import Reason

TOGETHER: Final = 1000
"""So many candidates are looked at together: of a list that is extended month by month most were posted before."""

PRIVATE: Final = ("payee_id", "payee_account")
FIELDS: Final = ("payee", *PRIVATE, "project", "document", "contract", "bank")
CHARGED: Final = "CASE WHEN v.kind = 'disbursement' AND c.kind = 'disbursement' THEN {} ELSE '' END"
"""The use that a payment is charged to; of other kinds the program finds the accounts."""

STANDING: Final = f"""
SELECT c.voucher, COALESCE(c.batch, 0), COALESCE(c.row, 0), v.fund, v.year, v.number, v.date,
    CASE WHEN EXISTS (SELECT 1 FROM voucher AS back WHERE back.reverses = v.id)
        OR EXISTS (SELECT 1 FROM correction AS r WHERE r.batch = v.batch AND r.row = v.row) THEN 1 ELSE 0 END,
    COALESCE(v.fund_basis, 0), COALESCE(c.fund_basis, 0),
    {CHARGED.format("e.debit")}, {CHARGED.format("c.debit")}, v.fund, COALESCE(c.fund, ''),
    {", ".join(f"v.{name}, COALESCE(c.{name}, '')" for name in FIELDS)}
FROM candidate AS c
JOIN voucher AS v ON v.natural_key = c.natural_key AND v.occurrence = c.occurrence
LEFT JOIN entry AS e ON e.voucher = v.id AND e.line = 1
"""
"""Candidates of which a voucher stands, whether somebody changed it since, and what both say, field by field."""


class Other(NamedTuple):
    """A thing that a voucher and a row both say, in two ways."""

    name: str
    stands: str
    said: str

    @property
    def pair(self) -> tuple[str, str]:
        """Return both."""
        return self.stands, self.said

    def told(self, language: Language) -> str:
        """Return both in words."""
        plain = shown if self.name in PRIVATE else partial(_worded, language) if self.name == "result" else str
        head = message(f"head-{self.name}", language)
        return message("says-otherwise", language, head=head, stands=plain(self.stands), said=plain(self.said))


def _worded(language: Language, state: str) -> str:
    return message(f"result-{state}", language)


class Posted(NamedTuple):
    """A candidate that stands as a voucher, and what that says otherwise."""

    candidate: int
    row: str
    voucher: str
    date: str
    others: Sequence[Other]

    def told(self, row: str) -> Reason:
        """Return why a row waits whose voucher says otherwise: both, side by side, and what to do."""
        said = {of: ("; " if of == "en" else "；").join(one.told(of) for one in self.others) for of in LANGUAGES}
        about = {"voucher": self.voucher, "date": self.date, "row": row}
        made = reason(OTHERWISE, **about, says="")
        return made | {of: message(OTHERWISE, of, **about, says=said[of]) for of in LANGUAGES}


def posted(connection: Connection, bases: Bases) -> Iterator[Posted]:
    """Give the candidates that are in the book already."""
    renamed: set[tuple[str, str]] | None = None
    rows = connection.exec_driver_sql(STANDING, execution_options={"yield_per": TOGETHER})
    for one, batch, row, fund, year, number, date, since, stands_on, rests_on, *said in rows:
        others = [] if since else [*_others(said)]
        if others and renamed is None:
            renamed = {(alias.word, alias.meaning) for alias in aliases(connection) if alias.field == "payee"}
        by_alias = "fund" in {of.name for of in others} and bases.alike(stands_on, rests_on)
        same = {"fund", "use"} if by_alias else ()
        left = [of for of in others if of.name not in same and of.pair not in (renamed or ())]
        yield Posted(one, f"{batch}:{row}", voucher_number(fund, year, number), date, left)


def _others(said: Sequence[str]) -> Iterator[Other]:
    """Give what a voucher and a row say in two ways, of what both say, field by field."""
    for name, stands, here in zip(("use", "fund", *FIELDS), said[::2], said[1::2], strict=True):
        if differs(stands, here):
            yield Other(name, stands, here)


def differs(stands: str, said: str) -> bool:
    """Say whether both of two say something, and not the same: blanks, width and brackets make no other name."""
    return bool(stands and said) and stands != said and spelled(stands) != spelled(said)
