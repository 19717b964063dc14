"""From the rows of a file to staged candidates: what each row would debit and credit, and which of its twins it is."""

from __future__ import annotations

import datetime as dt
from array import array
from collections import Counter
from contextlib import suppress
from functools import partial
from itertools import compress, groupby, repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, cast

from fundtrack.chart.model import CODE
from fundtrack.chart.quota import headings
from fundtrack.errors import UsageError, nearest
from fundtrack.importing.batch.basis import CORRECTED
from fundtrack.importing.batch.heldrows import holding
from fundtrack.importing.batch.tally import Tally, reason, reason_of_error, told
from fundtrack.importing.body.blocks import Block, Said
from fundtrack.importing.values.cells import Memo
from fundtrack.importing.words.lines import Lines, Meant, Uses
from fundtrack.posting.draft import MONEY_IN, Leg
from fundtrack.posting.kinds import SIDES, is_no_use, kind_of_payment, passes_on, simple_entry
from fundtrack.posting.post import HASH_SIZE, NO_DATE, natural_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from fundtrack.chart.model import Chart
    from fundtrack.importing.batch.basis import Bases
    from fundtrack.importing.batch.default import Default
    from fundtrack.importing.batch.tally import Cause, Reason
    from fundtrack.importing.body.blocks import Candidates, Piece
    from fundtrack.importing.header.channels import Told
    from fundtrack.posting.draft import Kind

    Keyed = tuple[Piece, Sequence[str], Sequence[int]]

UNKNOWN: Final = "unknown-fund-or-account"
"""The check that finds a fund which the chart has not."""

NOBODY: Final = "\0"
"""Whom a payment is made to that names nobody; no cell holds it."""

PAID: Final = frozenset({"disbursement", "advance"})
"""What is paid to somebody, who has to be named."""

DATE, HASH = itemgetter(slice(len(NO_DATE))), itemgetter(slice(len(NO_DATE), None))
"""The two parts of a natural key."""


def keyed(pieces: Iterable[Piece], key: bytes) -> Iterator[Keyed]:
    """Give the rows of a file with their natural keys, and which of its twins each is, on whatever sheet they stand.

    One that cannot be read is known by its day, if that can be read, and the digest of its cells. Cells hold no control
    characters.
    """
    known, twins = natural_key(key), Twins()
    for piece in pieces:
        if isinstance(piece, Block):
            dates, *parts = piece.candidates.natural_key
            contents = map("\x1f".join, zip(piece.candidates.source_account, dates, *parts, strict=True))
            keys = [*map(known, dates, contents)]
        elif piece.state == "data":
            dated = piece.entry.get("date") if piece.entry else None
            date = dated.isoformat() if dated else piece.day
            keys = [known(date, piece.key or f"\x1f{piece.digest}")]
        else:
            yield piece, ("",), (1,)
            continue
        yield piece, keys, twins.count(keys)


class Twins:
    """Counts how often each natural key has come, exactly: of a million keys it keeps the hashes.

    They are kept by day. A file in order of date asks for no earlier day again, so the days before are packed into a
    tenth of the memory, until one is asked for.
    """

    OPEN: Final = 1 << 16
    """Hashes that are kept unpacked."""

    def __init__(self) -> None:
        """Begin at none."""
        self._days: dict[str, set[bytes]] = {}
        self._packed: dict[str, bytes] = {}
        self._open, self._in_order = 0, True
        self._again: Counter[tuple[str, bytes]] = Counter()

    def count(self, keys: Iterable[str]) -> Sequence[int]:
        """Return for each key in turn how often it has come by now."""
        counts: list[int] = []
        for date, of_date in groupby(keys, DATE):
            counts += self._count(date, [*map(bytes.fromhex, map(HASH, of_date))])
        return counts

    def _count(self, date: str, hashes: list[bytes]) -> Iterable[int]:
        """Return for each hash of a day how often it has come by now."""
        new, once = {*hashes}, self._days.get(date) or self._day(date)
        self._open += len(new)
        if len(new) == len(hashes) and once.isdisjoint(new):
            once |= new
            return (1,) * len(hashes)
        counts = []
        for one in hashes:
            if one in once:
                self._again[date, one] += 1
            once.add(one)
            counts.append(1 + self._again[date, one])
        return counts

    def _day(self, date: str) -> set[bytes]:
        """Return the hashes of a day that is not open, and pack the others where there are many."""
        packed = self._packed.pop(date, b"")
        self._in_order = self._in_order and not packed
        if self._in_order and self._open > self.OPEN:
            self._packed |= {day: b"".join(hashes) for day, hashes in self._days.items()}
            self._days, self._open = {}, 0
        hashes = {packed[at : at + HASH_SIZE] for at in range(0, len(packed), HASH_SIZE)}
        return self._days.setdefault(date, hashes)


class Stager(Tally):
    """Makes staging rows of candidates, and remembers every row that makes none.

    Of the others it keeps only the row's number, so that a million rows cost little memory; `hold` reads the few that
    were refused once more.
    """

    fills = True

    def __init__(
        self, chart: Chart, version: int, first: int, batch: int, bases: Bases, default: Default | None = None,
        *, confirmed: bool = False, rejected: AbstractSet[str] = frozenset(),
    ) -> None:  # fmt: skip
        """Begin a batch whose vouchers are numbered from `first`; what its rows do not say has a `default`.

        Of rows with the natural key of one that was `rejected` is remembered what they say.
        """
        super().__init__(batch)
        self.default, self.confirmed, self.bases = default, confirmed, bases
        self.assumed: set[int] = set()
        self.chart, self.version, self.first = chart, version, first
        self.numbers = array("q")
        self.references: dict[int, str] = {}
        self._rejected, self._says = rejected, dict[int, str]()
        self._between = Memo(self._through)
        self._uses = Uses(chart)
        self._sides = Memo(self._debited)
        self._days = Memo(_day)
        self._by_default = Memo(_by_default)
        self._fund_unknown = Memo(self._unknown)
        self._project_unknown = Memo(partial(project_unknown, chart))
        self._projects = {"", *chart.projects} if chart.projects else frozenset[str]()
        self._lines = Lines(chart.quotas)
        self._controlled = {fund: heading.date for (fund, _), heading in headings(chart).items()}
        self._named, self._others = Memo(self._paying), Memo(self._otherwise)

    @property
    def dates(self) -> list[str]:
        """Return nothing: the reading knows the dates of all rows, posted or not."""
        return []

    @property
    def posted(self) -> str:
        """Return the select that counts the vouchers of the batch."""
        return f"SELECT COUNT(*) FROM voucher WHERE batch = {self.batch:d}"

    def row_of(self, voucher: int) -> int:
        """Return the number of the row that a candidate came from; 0 where it is none of this batch's."""
        at = voucher - self.first
        return self.numbers[at] if 0 <= at < len(self.numbers) else 0

    def says_of(self, voucher: int) -> str:
        """Return the hash of what the row of a candidate says, of a row that may have been rejected before."""
        return self._says.get(voucher, "")

    def staged(self, pieces: Iterable[Keyed]) -> Iterator[tuple[Any, ...]]:
        """Give the staging row of every candidate; hold the other rows."""
        for piece, keys, occurrences in pieces:
            self.read += len(keys)
            if isinstance(piece, Block):
                if max(occurrences) > 1:
                    self.twins |= {key for key, nth in zip(keys, occurrences, strict=True) if nth > 1}
                self.amount += sum(piece.amounts)
                yield from self._staged(piece, keys, occurrences)
            else:
                self.hold_row(piece, keys[0], occurrences[0])

    def hold(self, pieces: Iterable[Keyed], why: Mapping[int, tuple[str, Sequence[Cause]]]) -> None:
        """Hold rows that were staged but not posted: read again, by number, with the state and reasons of each."""
        for piece, keys, occurrences in pieces:
            if isinstance(piece, Block):
                for at, number in enumerate(piece.numbers):
                    if number in why:
                        state, said = why[number]
                        self.held.append(holding(piece.row(at), state, [*map(told, said)], keys[at], occurrences[at]))

    def _staged(self, block: Block, keys: Sequence[str], occurrences: Sequence[int]) -> Iterable[tuple[Any, ...]]:
        """Return the staging rows of a block: rows of `checking.candidates.COLUMNS`, one entry a voucher."""
        unsaid: Sequence[bool] = ()
        if any(block.candidates.quota) and "" in block.candidates.fund:
            block = block._replace(candidates=self._by_quota(block.candidates))
        if self.default:
            filled, unsaid = self.default.fill(block.candidates)
            block = block._replace(candidates=filled)
        c = block.candidates
        between = map(self._between.__getitem__, c.payee)
        sides = zip(c.kind, c.fund, c.use_fund, c.use, c.bank, between, strict=False)
        missing, kinds, outflows, *entries = zip(*map(self._sides.__getitem__, sides), strict=True)
        if any(c.told):
            others = map(self._others.__getitem__, zip(c.told, kinds, c.use_fund, c.use, strict=True))
            missing = tuple(why or other for why, other in zip(missing, others, strict=True))
        if any(unsaid) and not self.confirmed:
            missing = tuple(why or ("fund-by-default" if one else "") for why, one in zip(missing, unsaid, strict=True))
        if self.confirmed:
            self.assumed |= {*compress(block.numbers, unsaid)}
        quotas: Iterable[str] = repeat("")
        if any(c.quota):
            named = zip(c.quota, kinds, c.fund, c.use_fund, c.use, c.project, c.date, strict=True)
            quotas, why = zip(*map(self._named.__getitem__, named), strict=True)
            missing = tuple(first or then for first, then in zip(missing, why, strict=True))
        missing = (*self._or_project(missing, c.project),)
        if any(missing):
            return self._but_for(missing, block, keys, occurrences)
        debit_funds, debits, credit_funds, credits_, reds = entries
        dates, years, days = zip(*map(self._days.__getitem__, c.date), strict=True)
        first = self.first + len(self.numbers)
        vouchers = range(first, first + len(keys))
        self.numbers.extend(block.numbers)
        if not self._rejected.isdisjoint(keys):
            alike = ((voucher, at) for at, voucher in enumerate(vouchers) if keys[at] in self._rejected)
            self._says |= {voucher: block.says(block.raw[at]) for voucher, at in alike}
        if "refund" in kinds:
            cited = zip(vouchers, c.reference, kinds, strict=True)
            self.references |= {voucher: reference for voucher, reference, kind in cited if kind == "refund"}
        bases = map(self.bases.numbers.__getitem__, zip(c.fund_said, map(self._known_fund, c.fund), strict=True))
        one, none, currency = repeat(1), repeat(0), repeat(self.chart.currency)
        return zip(
            vouchers, one, c.fund, years, dates, days, kinds, c.project, c.payee, c.narration, c.document, c.bank,
            c.bank_ref, c.payee_id, c.payee_account, c.contract, quotas, c.approver, vouchers, none, none,
            keys, occurrences, repeat(self.batch), block.numbers,
            repeat(self.version), bases, one, outflows, currency, debit_funds, debits, credit_funds, credits_,
            c.amount, reds,
            strict=False,
        )  # fmt: skip

    def _or_project(
        self, missing: Sequence[str | UsageError | None], projects: Sequence[str]
    ) -> Sequence[str | UsageError | None]:
        """Return what rows lack, with a project that the chart knows; a chart without projects knows none."""
        if not self._projects or self._projects.issuperset(projects):
            return missing
        said = ("" if project in self._projects else "project-word-unknown" for project in projects)
        return [why or other for why, other in zip(missing, said, strict=True)]

    def _but_for(
        self, missing: Sequence[str | UsageError | None], block: Block, keys: Sequence[str], occurrences: Sequence[int]
    ) -> Iterable[tuple[Any, ...]]:
        """Hold the rows of a block that lack something, and return the staging rows of the others."""
        for at, why in enumerate(missing):
            if why:
                self.held.append(holding(block.row(at), "quarantined", [self._why(why, block, at)], keys[at],
                                         occurrences[at]))  # fmt: skip
        whole = [not why for why in missing]
        if not any(whole):
            return ()
        return self._staged(block.where(whole), [*compress(keys, whole)], [*compress(occurrences, whole)])

    def _through(self, payee: str) -> str:
        """Return a payee that passes money on, or that there is none; of any other nothing, for it changes no entry."""
        return payee if payee and passes_on(self.chart, payee) else "" if payee else NOBODY

    def _known_fund(self, fund: str) -> str:
        """Return the code of a fund of the chart; nothing for another word, of which checks will tell."""
        return fund if fund in self.chart.funds else ""

    def _by_quota(self, c: Candidates) -> Candidates:
        """Return candidates of which those that say no fund, but a quota line, are of the line's fund."""
        funds, uses, said = [*c.fund], [*c.use_fund], [*c.fund_said]
        for at, fund in enumerate(c.fund):
            if not fund and c.quota[at]:
                with suppress(UsageError):  # what is wrong with the name is told of a row that says its fund
                    line = self._lines.pays(c.quota[at], Meant("", c.date[at].year, project=c.project[at]))
                    funds[at] = line.fund
                    said[at] = said[at] if said[at].how == CORRECTED else Said("quota", "quota", line.number)
                    uses[at] = uses[at] or line.fund
        return c._replace(fund=funds, use_fund=uses, fund_said=said)

    def _paying(self, named: tuple[Any, ...]) -> tuple[str, UsageError | None]:
        """Return the quota line that a payment names, and what is wrong with the name, where something is.

        Of a fund that is under no quota control by then the treasury may name what it likes: nothing is executed.
        """
        said, kind, fund, use_fund, use, project, date = named
        if not said or kind not in {*PAID, "bank-charge"} or date < self._controlled.get(fund, dt.date.max):
            return "", None
        code = "" if kind == "advance" else self._uses.codes.get((use_fund, use), use)
        try:
            return self._lines.pays(said, Meant(fund, date.year, code, project)).number, None
        except UsageError as error:
            return "", error

    def _otherwise(self, of: tuple[tuple[Told, ...], Kind, str, str]) -> UsageError | None:
        """Return that a row names another use than the one it would be charged to, where it does."""
        told, kind, fund, use = of
        charged = fund, self._uses.codes.get((fund, use), use)
        if use and "use" in SIDES[kind]:
            for one in told:
                if (meant := self._uses.called(one)) and charged not in meant:
                    return UsageError("use-otherwise", text=one.word, use="-".join(charged))
        return None

    def _why(self, why: str | UsageError, block: Block, at: int) -> Reason:
        """Return what a row lacks as its reason; of a use that has no name here, the names nearest to it."""
        if why == "fund-by-default":
            return self._by_default[block.candidates.fund[at], block.candidates.use[at], block.candidates.project[at]]
        if isinstance(why, UsageError):
            return reason_of_error(why)
        of = block.candidates
        if why == "fund-word-unknown":
            return self._fund_unknown[of.fund[at], of.fund_said[at].place]
        if why == "project-word-unknown":
            return self._project_unknown[of.project[at]]
        if why != "use-unknown":
            return reason(why)
        said = reason_of_error(self._uses.near(of.use_fund[at], of.use[at]))
        return said | {"field": "use", "word": of.use[at], "fund": of.use_fund[at]}

    def _unknown(self, of: tuple[str, str]) -> Reason:
        """Return why rows wait that say a fund by a word which nothing here is called: as the check of it does."""
        word, column = of
        names = {name for one in self.chart.funds.values() for name in (one.name, one.name_zh)}
        said = reason("fund-word-unknown", word=word, near=nearest(word, names), column=column)
        return said | {"check": UNKNOWN, "field": "fund", "column": column, "word": word}

    def _debited(self, sides: tuple[str, ...]) -> tuple[str, str, int, str, str, str, str, int]:
        """Return what a row lacks, the kind it really is, and what it debits and credits; once for all rows alike.

        A use may go by the name that the chart gives it in its fund.
        A row cannot even be a candidate where it does not say to which use it is charged, nor cites what does.
        """
        kind, fund, use_fund, use, bank, payee = sides
        really = kind_of_payment(self.chart, cast("Kind", kind), payee)
        missing, use = "", self._uses.codes.get((use_fund, use), use)
        if "use" in SIDES[really] and really != "refund":
            missing = "" if use else "use-missing"
            missing = "use-unknown" if use and not CODE.fullmatch(use) else missing
            missing = "use-no-use" if is_no_use(self.chart, Leg(use_fund, use)) else missing
        if payee == NOBODY and really in PAID:
            missing = missing or "payee-missing"
        missing = missing if fund in self.chart.funds else "fund-word-unknown" if fund else "fund-missing"
        e = simple_entry(self.chart, really, 1, fund=fund, use=Leg(use_fund, use), bank=bank)
        return missing, really, int(really not in MONEY_IN and not e.red), *e.debit, *e.credit, e.red


def project_unknown(chart: Chart, word: str) -> Reason:
    """Return why rows wait that say a project by a word which the chart has not."""
    names = {name for one in chart.projects.values() for name in (one.name, one.name_zh)}
    said = reason("project-word-unknown", word=word, near=nearest(word, names))
    return said | {"field": "project", "word": word}


def _by_default(of: tuple[str, str, str]) -> Reason:
    """Return why a row waits whose fund, use or project somebody said."""
    return reason("fund-by-default", fund=of[0], use=of[1] or "–", project=of[2] or "–")


def _day(date: dt.date) -> tuple[str, int, int]:
    """Return a date in ISO 8601, its year, and its number."""
    return date.isoformat(), date.year, date.toordinal()
