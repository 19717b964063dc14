"""What a word booked to a wrong fund, and the rebookings that mend it: drafted, or posted as one act."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from fundtrack.book.aliases import aliases, standing
from fundtrack.errors import FundtrackError, UsageError
from fundtrack.importing.aliases import find
from fundtrack.posting.correct import Correction, rebooked
from fundtrack.posting.post import post
from fundtrack.posting.standing import citing, voucher_of
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.book.aliases import Alias
    from fundtrack.chart.model import Chart
    from fundtrack.posting.correct import Mode
    from fundtrack.posting.draft import Draft
    from fundtrack.posting.post import Posted
    from fundtrack.posting.standing import Standing

RESTING: Final = """
SELECT v.id, b.alias FROM voucher AS v JOIN fund_basis AS b ON b.fund_basis = v.fund_basis
WHERE b.alias IN (SELECT alias FROM alias WHERE field = 'fund' AND word = :word) ORDER BY v.id
"""


@dataclass(frozen=True)
class Affected:
    """A voucher that came to its fund by a word; `settled` says what became of it since, `why` what keeps it there."""

    voucher: Standing
    alias: int
    settled: str = ""
    why: FundtrackError | None = None


@dataclass(frozen=True)
class Wanted:
    """Where the vouchers of a word should have gone, as of a rebooking each; `use` is kept where nothing is said."""

    fund: str
    use: str
    mode: Mode
    document: str
    date: date


def affected(connection: Connection, word: str) -> list[Affected]:
    """Return the vouchers that came to their fund by a word, whatever it stood for when. Raises what `find` does."""
    meant = find(connection, word)[0].word
    found = []
    for voucher, alias in dialect.rows_of(connection, RESTING, {"word": meant}):
        one = voucher_of(connection, voucher)
        moved = [by.number for by in citing(connection, one) if by.kind == "adjustment"]
        found.append(Affected(one, alias, one.reversed_by or ", ".join(moved)))
    return found


def still(connection: Connection, word: str, fund: str) -> Alias | None:
    """Return an alias by which a word goes on giving another fund than it should."""
    meant = find(connection, word)[0].word
    return next((one for (of, _, said), one in standing(aliases(connection)).items()
                 if (of, said) == ("fund", meant) and one.meaning != fund), None)  # fmt: skip


def tried(connection: Connection, chart: Chart, word: str, wanted: Wanted) -> list[Affected]:
    """Return what is affected and not where it belongs, each with what keeps it from being rebooked."""
    found = []
    for one in affected(connection, word):
        if one.settled or one.voucher.fund == wanted.fund:
            continue
        try:
            _drafts(connection, chart, one.voucher, wanted)
        except FundtrackError as error:
            found.append(replace(one, why=error))
        else:
            found.append(one)
    return found


def fix(book: Book, word: str, wanted: Wanted, *, by: str, approved_by: str = "", trial: bool = True) -> Posted:
    """Rebook every voucher of a word that is in another fund, in one act; a `trial` only says what would be posted.

    Raises UsageError (`alias-fixed`) where there is none, what `rebooked` does for each, and Refused.
    """

    def say(connection: Connection, chart: Chart) -> list[Draft]:
        wrong = [
            one.voucher
            for one in affected(connection, word)
            if not one.settled and one.voucher.fund != wanted.fund
        ]  # fmt: skip
        if not wrong:
            raise UsageError("alias-fixed", word=word, fund=wanted.fund)
        return [
            replace(draft, bill=bill)
            for bill, voucher in enumerate(wrong, 1)
            for draft in _drafts(connection, chart, voucher, wanted)
        ]

    return post(book, say, by=by, approved_by=approved_by, trial=trial)


def _drafts(connection: Connection, chart: Chart, voucher: Standing, wanted: Wanted) -> Sequence[Draft]:
    """Return the red and the right voucher of one; of its use by the code that the right fund has too, unless said."""
    uses = {leg.code for entry in voucher.in_money for leg in entry[:2] if _is_use(chart, leg.fund, leg.code)}
    same = next((code for code in uses if _is_use(chart, wanted.fund, code)), "")
    right = Correction(wanted.fund, (wanted.use or same) if uses else "")
    return rebooked(connection, chart, voucher.number, right, wanted.mode, wanted.document, wanted.date)


def _is_use(chart: Chart, fund: str, code: str) -> bool:
    return any(one.kind == "use" and (one.fund, one.code) == (fund, code) for one in chart.accounts.values())
