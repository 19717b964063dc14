"""Whether what an imported voucher's fund rests on gives it: asked again of aliases, people, quota lines and the chart.

What the book does not keep is not asked: the row of the file that a voucher came from, of which the original is kept;
and a word that only the importer's page knows, for pages are not kept in their versions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.book.aliases import aliases, bases
from fundtrack.book.corrections import CHANNEL
from fundtrack.book.person import same_person
from fundtrack.chart.words import words_of
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Connection

    from fundtrack.book.aliases import Alias, Basis
    from fundtrack.book.book import Book

RESTING: Final = (
    "SELECT fund_basis, chart, MAX(recorded_at) FROM voucher WHERE fund_basis > 0 GROUP BY fund_basis, chart"
)

OTHERS: Final = """
SELECT n.voucher_number, v.fund_basis FROM voucher AS v
LEFT JOIN fund_basis AS b ON b.fund_basis = v.fund_basis
LEFT JOIN voucher AS l ON l.id = v.link
LEFT JOIN batch AS f ON f.batch = COALESCE(v.batch, l.batch)
JOIN book_vouchers AS n ON n.voucher = v.id
WHERE v.fund_basis > 0 AND (b.fund_basis IS NULL OR b.fund <> v.fund OR COALESCE(f.page, '') <> b.page
    OR (b.batch IS NOT NULL AND b.batch <> COALESCE(v.batch, 0)))
ORDER BY v.id
"""
"""Vouchers of another fund than their basis gives, of a file of another page, or of another file than it is about.

The shares of a bill came by the row of the first of them.
"""

UNCORRECTED: Final = f"""
SELECT n.voucher_number, v.fund_basis FROM voucher AS v
JOIN fund_basis AS b ON b.fund_basis = v.fund_basis
JOIN book_vouchers AS n ON n.voucher = v.id
WHERE b.how = 'corrected' AND NOT EXISTS (SELECT 1 FROM correction AS c
    WHERE c.batch = v.batch AND c.row = v.row AND c.column_name = b.place
        AND c.field IN ({", ".join(f"'{field}'" for field in CHANNEL)})
        AND c.approved_by = b.confirmed_by AND PERSON(c.approved_by) <> PERSON(c.corrected_by))
ORDER BY v.id
"""
"""Vouchers whose fund was corrected, as it is said, and whose row has no such correction."""

DEFAULTS: Final = "SELECT batch, fund, said_by FROM "


class Used(NamedTuple):
    """By which versions of the chart vouchers rest on a basis, and when the last of them was recorded."""

    charts: frozenset[int]
    last: str


def faults(book: Book, connection: Connection) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the name and the details of each fund that does not rest on what it is said to."""
    for name, select in (("basis-of-another", OTHERS), ("basis-uncorrected", UNCORRECTED)):
        for voucher, basis in dialect.rows_of(connection, select):
            yield name, {"voucher": voucher, "basis": basis}
    every, used = aliases(connection), _used(connection)
    said = [*dialect.rows_of(connection, f"{DEFAULTS}batch_default")]
    in_force = [*dialect.rows_of(connection, f"{DEFAULTS}default_in_force")]
    for one in bases(connection):
        use = used.get(one.fund_basis, Used(frozenset(), one.recorded_at))
        details: dict[str, object] = {"basis": one.fund_basis, "fund": one.fund, "word": one.word}
        if one.alias is not None and not _stood(one, every, use.last):
            yield "basis-alias", details | {"alias": one.alias}
        if one.how == "default" and not _answered(one, in_force if one.fund_basis in used else said):
            yield "basis-alone", details | {"batch": one.batch}
        found = set(_by_chart(book, connection, one, use.charts)) if one.alias is None else set()
        if found and one.fund not in found:
            yield "basis-word", details | {"found": "、".join(sorted(found))}


def _used(connection: Connection) -> Mapping[int, Used]:
    used: dict[int, Used] = {}
    for basis, chart, last in dialect.rows_of(connection, RESTING):
        known = used.get(basis, Used(frozenset(), ""))
        used[basis] = Used(known.charts | {chart}, max(known.last, last))
    return used


def _stood(basis: Basis, every: Iterable[Alias], last: str) -> bool:
    """Return whether the alias of a basis gave its fund, from when the basis came up until it was last rested on.

    Times are kept to the second: what took its place within the same second is not held against it.
    """
    of = {one.alias: one for one in every}
    alias = of.get(basis.alias or 0)
    if alias is None or not gives(alias, basis):
        return False
    after = (one for one in of.values() if one.key == alias.key and one.alias > alias.alias and one.applies)
    return all((one.decided_at or one.said_at) >= last for one in after)


def gives(alias: Alias, basis: Basis) -> bool:
    """Return whether an alias gave a fund when a basis came up, by the word of two."""
    if alias.decided != "confirmed" or same_person(alias.said_by, alias.decided_by):
        return False
    said = (alias.field, alias.word, alias.meaning) == ("fund", basis.word, basis.fund)
    return said and alias.page in {"", basis.page} and alias.decided_at <= basis.recorded_at


def _answered(basis: Basis, said: Iterable[tuple[int, str, str]]) -> bool:
    """Return whether one person said the fund of a file, and another confirmed it.

    What is rested on was said last; what nothing rests on, be it for a time.
    """
    of = (by for batch, fund, by in said if (batch, fund) == (basis.batch, basis.fund))
    return any(not same_person(by, basis.confirmed_by) for by in of)


def _by_chart(book: Book, connection: Connection, basis: Basis, charts: Iterable[int]) -> Iterator[str]:
    """Yield the funds that a word, an account or a quota line is of; none for a group, or for a word of the page."""
    if basis.how == "quota":
        of = "SELECT fund FROM quota WHERE number = :line"
        yield next((fund for (fund,) in dialect.rows_of(connection, of, {"line": basis.word})), "–")
        return
    for version in charts:
        chart = book.policy(connection, version)
        found = words_of(chart)["bank" if basis.how == "bank" else "fund"].get(basis.word, "")
        if basis.how == "bank" or found in chart.funds:
            yield found or "–"
