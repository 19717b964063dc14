"""On what it rests that the vouchers of a file are of their funds: worked out row by row, kept once for all alike."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.book.aliases import Basis
from fundtrack.book.create import now
from fundtrack.checking.candidates import TABLE
from fundtrack.importing.values.cells import Memo
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from fundtrack.importing.body.blocks import Said

DEFAULT: Final = "default"
CORRECTED: Final = "corrected"
BY_ACCOUNT: Final = "bank"
BY_WORD: Final = frozenset({"column", "cell", "file", DEFAULT})
"""How a fund is said by a word; of a default, the word stands for the fund whose use somebody said."""

AT_WORD: Final = itemgetter(*(Basis._fields.index(name) - 1 for name in ("how", "place", "word")))
"""How, where and by which word what a basis says gives a fund."""

RESTED: Final = f"""
SELECT DISTINCT c.fund_basis FROM {TABLE} AS c
WHERE c.fund_basis >= :first AND NOT EXISTS (SELECT 1 FROM fund_basis AS b WHERE b.fund_basis = c.fund_basis)
"""
"""The bases of what is staged that the book does not hold yet."""


class Confirmed(NamedTuple):
    """What a person answers for and no file says: the fund of a batch, and who confirmed it."""

    batch: int
    by: str


class Bases:
    """The bases of a book, and those that a file brings: kept right before what rests on them is posted."""

    def __init__(
        self, known: Iterable[Basis], page: str, aliases: Mapping[str, int], confirmed: Confirmed | None = None
    ) -> None:
        """Know those of a book, and the words that give a fund by an alias in the files of a page."""
        self._known = {one.content: one.fund_basis for one in known}
        self._next = max(self._known.values(), default=0) + 1
        self._new: list[Basis] = []
        self._page, self._aliases, self._confirmed = page, aliases, confirmed
        self.numbers = Memo(self._number)

    def _number(self, of: tuple[Said, str]) -> int | None:
        """Return the number of the basis of a fund that is said in some way; None where nothing says it."""
        said, fund = of
        if not said.how or not fund:
            return None
        alias = self._aliases.get(said.word) if said.how in BY_WORD else None
        batch, by = self._confirmed if said.how == DEFAULT and self._confirmed else (None, "")
        if said.how == CORRECTED:
            by, said = said.word, said._replace(word=fund)
        one = Basis(self._next, fund, said.how, self._page, said.place, said.word, alias, batch, by, now())
        if one.content in self._known:
            return self._known[one.content]
        self._new.append(one)
        self._known[one.content] = self._next
        self._next += 1
        return one.fund_basis

    def alike(self, first: int, second: int) -> bool:
        """Say whether two bases rest on the same word of the same place, whatever fund each gives."""
        said = {of: AT_WORD(content) for content, of in self._known.items() if of in {first, second}}
        return {first, second} == {*said} and len({*said.values()}) == 1

    def keep(self, connection: Connection) -> None:
        """Keep the new bases on which candidates rest that are posted now; the others gave nobody a fund."""
        if not self._new:
            return
        rested = {basis for (basis,) in dialect.rows_of(connection, RESTED, {"first": self._new[0].fund_basis})}
        if new := [one for one in self._new if one.fund_basis in rested]:
            dialect.insert_rows(connection, "fund_basis", Basis._fields, new)
