"""What a word booked wrongly, and the rebookings that mend it: drafted, or posted as one act without those refused."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from fundtrack.book.aliases import FIELDS, aliases, standing
from fundtrack.book.person import named
from fundtrack.checking import checks
from fundtrack.errors import FundtrackError, Refused, UsageError
from fundtrack.importing.batch.tally import Reason, reason_of, reason_of_error
from fundtrack.importing.later.worded import code_of, given, value_of
from fundtrack.importing.words.aliases import find, known
from fundtrack.posting.correct import Correction, rebooked
from fundtrack.posting.post import Posted, enter, next_voucher, post
from fundtrack.posting.refusal import keep_refusal
from fundtrack.posting.standing import citing, voucher_of
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.book.aliases import Alias
    from fundtrack.chart.model import Chart
    from fundtrack.checking import Check, Finding
    from fundtrack.importing.later.worded import Unread
    from fundtrack.posting.correct import Mode
    from fundtrack.posting.draft import Draft
    from fundtrack.posting.standing import Standing

    Refusals = dict[int, tuple[list[Draft], list[Finding]]]
    """The rebookings that break a rule, by the voucher that they would mend, with what is found of them."""

RESTING: Final = """
SELECT v.id, b.alias FROM voucher AS v JOIN fund_basis AS b ON b.fund_basis = v.fund_basis
WHERE b.alias IN (SELECT alias FROM alias WHERE field = 'fund' AND word = :word) ORDER BY v.id
"""


@dataclass(frozen=True)
class Affected:
    """A voucher that came by a word to what it says in a field, and what it should have said, where that is known.

    `settled` says what became of it since, `why` keeps it as it is, and `rebooked` are the vouchers that mend it.
    """

    voucher: Standing
    alias: int
    field: str
    value: str
    wanted: str = ""
    settled: str = ""
    why: tuple[Reason, ...] = ()
    rebooked: tuple[str, ...] = ()

    @property
    def is_wrong(self) -> bool:
        """Whether it stands and says something else than it should."""
        return not self.settled and self.value != self.wanted


@dataclass(frozen=True)
class Wanted:
    """What the vouchers of a word should have said in a field, as of a rebooking each.

    `use` is that of another fund; of the same code where nothing is said.
    """

    field: str
    meaning: str
    mode: Mode
    document: str
    date: date
    use: str = ""


@dataclass
class Fixed:
    """What a word's vouchers came to; `posted` is what was posted, or would be. Applications may be `waiting`."""

    affected: list[Affected]
    waiting: list[int]
    unread: list[Unread]
    posted: Posted = field(default_factory=lambda: Posted((), (), ()))

    @property
    def left(self) -> list[Affected]:
        """Return those that stay as they are although they should not."""
        return [one for one in self.affected if one.why]


def affected(book: Book, word: str, fields: Iterable[str]) -> Fixed:
    """Return the vouchers that a word gave any of some fields, whatever it stood for when. Raises what `find` does."""
    found: list[Affected] = []
    waiting: list[int] = []
    unread: list[Unread] = []
    with book.reading() as connection:
        chart = book.chart(connection)
        for of in fields:
            meant = find(connection, word, of)[0].word
            if of == "fund":
                rests = dialect.rows_of(connection, RESTING, {"word": meant})
                came = [(voucher_of(connection, voucher), alias) for voucher, alias in rests]
            else:
                came, applied, missed = given(connection, book, of, meant)
                waiting, unread = [*waiting, *applied], [*unread, *missed]
            found += [_affected(connection, chart, one, alias, of) for one, alias in came]
    return Fixed(found, waiting, unread)


def fields_of(book: Book, word: str) -> list[str]:
    """Return what a word stands for, or stood: a fund, a use, … Raises UsageError (`alias-missing`) for nothing."""
    with book.reading() as connection:
        found = [of for of in FIELDS if known(connection, word, of)]
        return found or [find(connection, word)[0].field]


def _affected(connection: Connection, chart: Chart, voucher: Standing, alias: int, of: str) -> Affected:
    moved = [by.number for by in citing(connection, voucher) if by.kind == "adjustment"]
    return Affected(
        voucher, alias, of, value_of(chart, voucher, of), settled=voucher.reversed_by or ", ".join(moved)
    )  # fmt: skip


def still(connection: Connection, word: str, field: str, meaning: str) -> Alias | None:
    """Return an alias by which a word goes on giving something else than it should."""
    meant = find(connection, word, field)[0].word
    return next((one for (of, _, said), one in standing(aliases(connection)).items()
                 if (of, said) == (field, meant) and one.meaning != meaning), None)  # fmt: skip


def fix(book: Book, word: str, wanted: Wanted, *, by: str, approved_by: str = "", trial: bool = True) -> Fixed:
    """Rebook the vouchers of a word that say something else than they should, in one act; a `trial` only tries it.

    Those that break a rule stay, with the reason; all others are rebooked. Raises what `find` does, and what refuses
    any voucher of the day (`period-closed`).
    """
    found = affected(book, word, [wanted.field])
    with book.reading() as connection:
        chart = book.chart(connection)
    every = [
        replace(one, wanted=code_of(chart, wanted.field, wanted.meaning, one.voucher.fund)) for one in found.affected
    ]
    wrong = [one for one in every if one.is_wrong]
    if not wrong:
        return Fixed(every, found.waiting, found.unread)
    judged_by = checks(book.folder / "checks", at_posting=True)
    act, why = _Act(wrong, wanted), dict[int, tuple[Reason, ...]]()
    try:
        posted = post(book, act.drafts, by=by, approved_by=approved_by, pages=judged_by, trial=True)
    except Refused as error:
        alone = {name for name, check in judged_by.items() if check.scope == "voucher"}
        refused = act.refused([one for one in error.findings if one.refuses and one.check in alone])
        if any(one.refuses and one.check not in alone for one in error.findings):
            left = [one for one in act.able if one.voucher.id not in refused]
            refused |= _one_by_one(book, left, wanted, judged_by, (named(by), named(approved_by)))
        why = {voucher: tuple(map(reason_of, found)) for voucher, (_, found) in refused.items()}
        if not trial:
            said = [*refused.values()]
            keep_refusal(book, [one for drafts, _ in said for one in drafts], [one for _, of in said for one in of], by)
    why |= act.why
    able = [one for one in wrong if one.voucher.id not in why]
    if not trial or why != act.why:
        act = _Act(able, wanted, strict=True)
        posted = post(book, act.drafts, by=by, approved_by=approved_by, pages=judged_by, trial=trial)
    numbers = act.numbers(posted)
    done = [replace(one, why=why.get(one.voucher.id, ()), rebooked=numbers.get(one.voucher.id, ())) for one in every]
    return Fixed(done, found.waiting, found.unread, posted)


class _Act:
    """The rebookings of some vouchers, drafted together as one act; a `strict` one draws up all or none."""

    def __init__(self, of: Sequence[Affected], wanted: Wanted, *, strict: bool = False) -> None:
        self._of, self._wanted, self._strict = of, wanted, strict
        self.why: dict[int, tuple[Reason, ...]] = {}
        self._made: dict[int, list[Draft]] = {}
        self._first = 0

    @property
    def able(self) -> list[Affected]:
        """Return the vouchers that were drafted."""
        return [one for one in self._of if one.voucher.id in self._made]

    @property
    def _drafted(self) -> list[int]:
        """The voucher that each draft mends."""
        return [voucher for voucher, drafts in self._made.items() for _ in drafts]

    def drafts(self, connection: Connection, chart: Chart) -> list[Draft]:
        """Return the red and the right voucher of each; of one that cannot be rebooked, why."""
        self.why, self._made, self._first = {}, {}, next_voucher(connection)
        for bill, one in enumerate(self._of, 1):
            try:
                self._made[one.voucher.id] = _drafts(connection, chart, one, self._wanted, bill)
            except FundtrackError as error:
                if self._strict:
                    raise
                self.why[one.voucher.id] = (reason_of_error(error),)
        return [draft for drafts in self._made.values() for draft in drafts]

    def refused(self, findings: Iterable[Finding]) -> Refusals:
        """Return the vouchers of whose drafts something is found."""
        found: Refusals = {}
        for one in findings:
            voucher = self._drafted[one.voucher - self._first]
            found.setdefault(voucher, (self._made[voucher], []))[1].append(one)
        return found

    def numbers(self, posted: Posted) -> dict[int, tuple[str, ...]]:
        """Return the numbers of the vouchers that mend each."""
        found: dict[int, tuple[str, ...]] = {}
        for voucher, number in zip(self._drafted, posted.numbers, strict=True):
            found[voucher] = (*found.get(voucher, ()), number)
        return found


class _Undone(Exception):
    """What was tried is undone."""


def _one_by_one(
    book: Book, of: Sequence[Affected], wanted: Wanted, judged_by: Mapping[str, Check], hands: tuple[str, str]
) -> Refusals:
    """Return what is refused of vouchers, each tried on top of those before it that may be rebooked; it is undone."""
    refused: Refusals = {}

    def act(connection: Connection) -> None:
        version = book.chart_version(connection)
        chart = book.chart(connection, version)
        drafted = [(one, [draft.storable() for draft in _drafts(connection, chart, one, wanted)]) for one in of]
        refused.clear()
        for one, drafts in drafted:
            try:
                with connection.begin_nested():
                    enter(connection, book, drafts, judged_by, hands, version)
            except Refused as error:
                refused[one.voucher.id] = drafts, [found for found in error.findings if found.refuses]
        raise _Undone

    with suppress(_Undone):
        book.act(act)
    return refused


def _drafts(connection: Connection, chart: Chart, one: Affected, wanted: Wanted, bill: int = 1) -> list[Draft]:
    """Return the red and the right voucher of one, linked.

    Raises what `rebooked` does, and UsageError (`alias-other-fund`) where a use is meant that its fund has not.
    """
    voucher = one.voucher
    right = Correction()
    if wanted.field == "fund":
        uses = {leg.code for entry in voucher.in_money for leg in entry[:2] if _is_use(chart, leg.fund, leg.code)}
        same = next((code for code in uses if _is_use(chart, wanted.meaning, code)), "")
        right = Correction(wanted.meaning, (wanted.use or same) if uses else "")
    elif wanted.field == "use":
        if not one.wanted:
            raise UsageError("alias-other-fund", number=voucher.number, use=wanted.meaning, fund=voucher.fund)
        right = Correction(use=one.wanted)
    elif wanted.field == "project":
        right = Correction(project=wanted.meaning)
    elif wanted.field == "payee":
        right = Correction(payee=wanted.meaning)
    drafts = rebooked(connection, chart, voucher.number, right, wanted.mode, wanted.document, wanted.date)
    return [replace(draft, bill=bill) for draft in drafts]


def _is_use(chart: Chart, fund: str, code: str) -> bool:
    return any(one.kind == "use" and (one.fund, one.code) == (fund, code) for one in chart.accounts.values())
