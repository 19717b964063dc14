"""What words of files stand for in a book, and on what it rests that an imported voucher is of its fund."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

FIELDS: Final = ("fund", "use", "project", "department", "payee")
"""What a word may stand for."""

State = Literal["proposed", "standing", "rejected", "replaced", "withdrawn"]


class Alias(NamedTuple):
    """A word, what it stands for and since when; `decided` is empty where nobody has confirmed or rejected it.

    An empty `page` is every page; an empty `meaning` says that the word stands for nothing any more.
    """

    alias: int
    field: str
    page: str
    word: str
    meaning: str
    replaces: int | None
    reason: str
    said_at: str
    said_by: str
    decided: str = ""
    decided_reason: str = ""
    decided_at: str = ""
    decided_by: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What is mapped: later aliases of a key take the place of earlier ones."""
        return self.field, self.page, self.word

    @property
    def applies(self) -> bool:
        """Whether it came to stand: what gives a fund only once somebody else has confirmed it."""
        return self.field != "fund" or not self.meaning or self.decided == "confirmed"


class Basis(NamedTuple):
    """On what it rests that vouchers are of a fund: how it was said, in which place, by which word and alias."""

    fund_basis: int
    fund: str
    how: str
    page: str
    place: str
    word: str
    alias: int | None
    batch: int | None
    confirmed_by: str
    recorded_at: str

    @property
    def content(self) -> tuple[object, ...]:
        """What it says, whatever its number and whenever it came up."""
        return self[1:-1]


ALIASES: Final = """
SELECT a.alias, a.field, a.page, a.word, a.meaning, a.replaces, a.reason, a.said_at, a.said_by,
    COALESCE(d.decided, ''), COALESCE(d.reason, ''), COALESCE(d.decided_at, ''), COALESCE(d.decided_by, '')
FROM alias AS a LEFT JOIN alias_decision AS d ON d.alias = a.alias ORDER BY a.alias
"""

BASES: Final = f"SELECT {', '.join(Basis._fields)} FROM fund_basis ORDER BY fund_basis"

ALIAS_COLUMNS: Final = Alias._fields[:9]


def aliases(connection: Connection) -> list[Alias]:
    """Return every alias of a book, in the order in which they were said."""
    return [Alias(*row) for row in dialect.rows_of(connection, ALIASES)]


def bases(connection: Connection) -> list[Basis]:
    """Return every basis of a book, in the order in which they came up."""
    return [Basis(*row) for row in dialect.rows_of(connection, BASES)]


RESTED: Final = """
SELECT b.how, b.page, b.place, b.word, COALESCE(b.alias, 0), COALESCE(a.said_by, d.said_by, ''),
    COALESCE(c.decided_by, b.confirmed_by)
FROM voucher AS v
JOIN fund_basis AS b ON b.fund_basis = v.fund_basis
LEFT JOIN alias AS a ON a.alias = b.alias
LEFT JOIN alias_decision AS c ON c.alias = b.alias
LEFT JOIN default_in_force AS d ON d.batch = b.batch
WHERE v.id = :voucher
"""


class Rests(NamedTuple):
    """On what the fund of one voucher rests, and who said so and confirmed it where that was needed."""

    how: str
    page: str
    place: str
    word: str
    alias: int
    said: str
    confirmed: str


def rests(connection: Connection, voucher: int) -> Rests | None:
    """Return on what the fund of a voucher rests; None of one that no file brought."""
    return next((Rests(*row) for row in dialect.rows_of(connection, RESTED, {"voucher": voucher})), None)


def standing(every: Iterable[Alias]) -> dict[tuple[str, str, str], Alias]:
    """Return what each word stands for now: the last alias that applies, where it stands for anything."""
    last = {one.key: one for one in every if one.applies}
    return {key: one for key, one in last.items() if one.meaning}


def states(every: Iterable[Alias]) -> dict[int, State]:
    """Return what became of each alias, by number."""
    made = [*every]
    last = {one.key: one.alias for one in made if one.applies}
    newest = {one.key: one.alias for one in made}
    found: dict[int, State] = {}
    for one in made:
        if one.decided == "rejected":
            found[one.alias] = "rejected"
        elif not one.applies:
            found[one.alias] = "proposed" if newest[one.key] == one.alias else "replaced"
        elif last[one.key] != one.alias:
            found[one.alias] = "replaced"
        else:
            found[one.alias] = "standing" if one.meaning else "withdrawn"
    return found
