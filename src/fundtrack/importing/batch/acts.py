"""From the rows of a file to acts: quota received, allotted and bound, applications, shared bills, returned payments.

What a row becomes is posted by the same checks as a payment of a file, or waits for the same reasons. The rows of a
file are tried together and, where one of them is refused, again without it: that comes to what they would by date, one
by one, because a row that is refused leaves nothing that another could have rested on.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy.exc import DBAPIError

from fundtrack.book.book import refused_by_database
from fundtrack.book.quotas import last_line, quotas
from fundtrack.chart.quota import with_quotas
from fundtrack.checking import candidates
from fundtrack.errors import FormatError, FundtrackError, UsageError, message
from fundtrack.importing.batch.commitments import Commitments
from fundtrack.importing.batch.heldrows import holding
from fundtrack.importing.batch.judge import judge, known
from fundtrack.importing.batch.otherwiseacts import acted
from fundtrack.importing.batch.returned import RETURNED, Payments
from fundtrack.importing.batch.tally import Tally, reason, reason_of_error, told
from fundtrack.importing.body.blocks import Row
from fundtrack.importing.header import statuses
from fundtrack.importing.words.lines import Lines, Meant, Uses
from fundtrack.posting.application import Origin, record
from fundtrack.posting.given import Row as GivenRow
from fundtrack.posting.post import keyed, next_voucher, staged
from fundtrack.posting.quota import allot, receive
from fundtrack.posting.returned import return_payment
from fundtrack.posting.split import split
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.chart.model import Chart, Quota
    from fundtrack.checking import Check, Finding
    from fundtrack.checking.lens import Subject
    from fundtrack.importing.batch.basis import Bases
    from fundtrack.importing.batch.judge import Why
    from fundtrack.importing.batch.returned import Paid
    from fundtrack.importing.batch.stage import Keyed
    from fundtrack.posting.application import Wanted
    from fundtrack.posting.draft import Draft
    from fundtrack.posting.quota import About

APPLIED: Final = """
SELECT c.voucher, a.application FROM candidate AS c
JOIN application AS a ON a.natural_key = c.natural_key AND a.occurrence = c.occurrence
"""
KNOWN_BY: Final = ("voucher", "line", "natural_key", "occurrence")


class Stands(Exception):
    """A row tells of a payment that stands in the book already."""

    def __init__(self, paid: Paid) -> None:
        """Say which."""
        super().__init__(paid.number)
        self.paid = paid


class Asked(NamedTuple):
    """A row that asks for an act, the natural key it is known by, and which of its twins it is."""

    row: Row
    key: str
    occurrence: int

    @property
    def says(self) -> Mapping[str, Any]:
        """Return what the row says, by the columns of its form."""
        assert self.row.entry is not None
        return self.row.entry

    def text(self, name: str) -> str:
        """Return a text of the row; empty where it says nothing."""
        return str(self.says.get(name) or "")

    def by_date(self) -> tuple[dt.date, bool, int]:
        """Return its place among the others: by the day it is there from, what is received first, then by row."""
        begins: dt.date = max(self.says["date"], dt.date(self.says.get("year") or 1, 1, 1))
        return begins, bool(self.text("source")), self.row.number


class Acts(Tally):
    """Does what the rows of a file ask for, and remembers every other row."""

    fills = False

    def __init__(
        self,
        connection: Connection,
        book: Book,
        becomes: str,
        batch: int,
        by: str,
        bases: Bases,
        approved_by: str = "",
        wanted: Container[int] | None = None,
    ) -> None:
        """Begin a batch, or look again at the `wanted` rows of one."""
        super().__init__(batch)
        self.book, self.becomes, self.by, self.approved_by = book, becomes, by, approved_by
        self.bases = bases
        self._connection, self._wanted = connection, wanted
        self._version = book.chart_version(connection)
        self._policy = book.policy(connection, self._version)
        self._uses = Uses(self._policy)
        self.chart: Chart = self._policy
        self.references: dict[int, str] = {}
        self.confirmed: dict[int, Paid] = {}
        self._rows: dict[int, int] = {}
        self._says: dict[int, str] = {}
        self._first: dict[str, int] = {}
        self._days: set[dt.date] = set()

    @property
    def dates(self) -> list[str]:
        """Return the first and the last day of what was done, or nothing."""
        return [min(self._days).isoformat(), max(self._days).isoformat()] if self._days else []

    @property
    def posted(self) -> str:
        """Return the select that counts what the book holds of the batch."""
        table = "application" if self.becomes == "application" else "voucher"
        return f"SELECT COUNT(*) FROM {table} WHERE batch = {self.batch:d}"

    def row_of(self, voucher: int) -> int:
        """Return the number of the row that a candidate came from; 0 where it is of none."""
        return self._rows.get(voucher, 0)

    def says_of(self, voucher: int) -> str:
        """Return the hash of what the row of a candidate says."""
        return self._says.get(self.row_of(voucher), "")

    def done(
        self, pieces: Iterable[Keyed], place: Callable[[int, str], Subject], checks: Mapping[str, Check]
    ) -> list[Finding]:
        """Do what rows ask for, hold the others, and return the leads on what was done."""
        asked = self._new(self._read(pieces))
        while True:
            savepoint = self._connection.begin_nested()
            failed, refused, findings = self._tried(asked, place, checks)
            if not refused:
                savepoint.commit()
                self._days = {one.says["date"] for one in self._without(asked, failed)}
                return findings
            savepoint.rollback()
            asked = self._without(asked, _settled(asked, failed, refused))

    def _read(self, pieces: Iterable[Keyed]) -> list[Asked]:
        """Return the rows that ask for something; hold the others."""
        asked = []
        for row, keys, occurrences in pieces:
            assert isinstance(row, Row)
            self.read += 1
            if row.entry is None:
                self.hold_row(row, keys[0], occurrences[0])
                continue
            self.amount += row.amount or 0
            asked.append(Asked(row, keys[0], occurrences[0]))
            self._first.setdefault(keys[0], row.number)
        if self._wanted is not None:
            asked = [one for one in asked if one.row.number in self._wanted]
        self._says = {one.row.number: one.row.says for one in asked}
        return sorted(asked, key=Asked.by_date)

    def _new(self, asked: Sequence[Asked]) -> list[Asked]:
        """Return the rows whose act the book does not hold already; hold those it does, and those rejected before."""
        candidates.prepare(self._connection)
        rows = [(at, 1, one.key, one.occurrence) for at, one in enumerate(asked)]
        dialect.insert_rows(self._connection, candidates.TABLE, KNOWN_BY, rows)
        why: Why = {
            asked[at].row.number: ("already-posted", [reason("already-applied", application=application)])
            for at, application in self._connection.exec_driver_sql(APPLIED)
        }
        for at, state, said in known(self._connection, lambda at: asked[at].row.says, self.bases):
            why.setdefault(asked[at].row.number, (state, [said]))
        stand = [one for one in asked if why.get(one.row.number, ("",))[0] == "already-posted"]
        for number, one in acted(self._connection, self.becomes, stand, self.batch):
            why[number] = "quarantined", [one.told(one.row)]
        return self._without(asked, why)

    def _without(self, asked: Iterable[Asked], why: Why) -> list[Asked]:
        """Hold the rows of which something is said, and return the others."""
        left = []
        for one in asked:
            if one.row.number in why:
                state, said = why[one.row.number]
                self.held.append(holding(one.row, state, [*map(told, said)], one.key, one.occurrence))
            else:
                left.append(one)
        return left

    def _tried(
        self, asked: Sequence[Asked], place: Callable[[int, str], Subject], checks: Mapping[str, Check]
    ) -> tuple[Why, Why, list[Finding]]:
        """Do all that is asked; return the rows that ask for nothing that can be done, and those that checks refuse."""
        lines = Lines(quotas(self._connection))
        self._coming: Counter[str] = Counter()
        self.chart = with_quotas(self._policy, quotas(self._connection))
        self._commitments = Commitments(self._connection, self.chart)
        self._payments = Payments(self._connection, asked) if self.becomes == "result" else None
        make = {
            "quota": self._given, "commitment": self._bound, "application": self._applied, "bill": self._billed,
            "result": self._returned,
        }[self.becomes]  # fmt: skip
        failed: Why = {}
        drafts: list[Draft] = []
        for one in asked:
            try:
                drafts += make(one, lines)
            except Stands as payment:
                self.confirmed[one.row.number] = payment.paid
                failed[one.row.number] = "already-posted", [reason("already-posted", voucher=payment.paid.number)]
            except FundtrackError as error:
                failed[one.row.number] = "quarantined", [reason_of_error(error)]
        if self.becomes == "application":
            return failed, {}, []
        self._stage(drafts)
        refused, findings = judge(self._connection, self, place, checks, self.by, self.approved_by)
        return failed, refused, findings

    def _stage(self, drafts: Sequence[Draft]) -> None:
        """Stage drafts, and remember of which row each is."""
        self.chart = with_quotas(self._policy, quotas(self._connection))
        first = next_voucher(self._connection)
        self._rows = {first + at: draft.row or draft.bill for at, draft in enumerate(drafts)}
        candidates.prepare(self._connection)
        whole = keyed(self._connection, self.book, drafts)
        candidates.stage(self._connection, staged(whole, first, self._version))

    def _given(self, one: Asked, lines: Lines) -> list[Draft]:
        """Return what a row of a quota document becomes: quota received, allotted, or both, linked.

        What names its source is allotted from it; what names none came by the document itself.
        """
        if one.text("void").lower() not in statuses.NO:
            raise UsageError("quota-void", number=one.text("treasury-id") or one.text("document"))
        lines.refuse_taken(one.text("treasury-id"), self._first[one.key] if one.occurrence > 1 else 0)
        date, said = _begins(one), one.text("source")
        source = lines.source(said, fund=one.text("fund"), year=date.year) if said else None
        fund = one.text("fund") or (source.fund if source else "")
        if not fund:
            raise UsageError("quota-fund-unsaid")
        if source and not one.text("use"):
            raise UsageError("use-missing")
        use = self._uses.code(fund, one.text("use")) if one.text("use") else ""
        with self._whole():
            made = [] if source else self._received(one, fund, date, use)
            if use:
                made += self._allotted(one, source or last_line(self._connection, fund), date, use)
            lines.add(last_line(self._connection, fund))
            *before, own = (draft.storable() for draft in made)
        bill = one.row.number if before else 0
        return [*(replace(draft, bill=bill) for draft in before), self._own(replace(own, bill=bill), one)]

    def _received(self, one: Asked, fund: str, date: dt.date, use: str) -> list[Draft]:
        """Return the receipt of what a row gives a fund; its line has the row's number where it is the row's own."""
        about: About = {"upper_document": one.text("upper-document"), "department": one.text("department")}
        about["expires"] = one.says.get("expires")
        if not use:
            about |= {"project": one.text("project"), "treasury_id": one.text("treasury-id")}
        document = one.text("document")
        row = GivenRow(use, one.text("project"), one.text("treasury-id"), self._coming)
        made = receive(
            self._connection, self.chart, fund, one.says["amount"], date=date, by=self.by, document=document, row=row,
            **about,
        )  # fmt: skip
        self._coming.update({one.text("upper-document").strip(): 0, document.strip(): one.says["amount"]})
        return made

    def _allotted(self, one: Asked, root: Quota, date: dt.date, use: str) -> list[Draft]:
        """Return the allotment of what a row gives a use; what it does not say is as its root was given."""
        about: About = {"project": one.text("project"), "treasury_id": one.text("treasury-id")}
        if one.text("upper-document"):
            about["upper_document"] = one.text("upper-document")
        if one.text("department"):
            about["department"] = one.text("department")
        if one.says.get("expires"):
            about["expires"] = one.says["expires"]
        return allot(
            self._connection, self.chart, root, one.says["amount"], use=use, date=date, by=self.by,
            document=one.text("document"), **about,
        )  # fmt: skip

    def _bound(self, one: Asked, lines: Lines) -> list[Draft]:
        """Return what a row of contracts becomes: what is available of a line is bound to it."""
        return [self._own(self._commitments.of(one, self._line(one, lines)), one)]

    def _applied(self, one: Asked, lines: Lines) -> list[Draft]:
        """Record what a row of applications asks for; no file approves anything."""
        said: Wanted = {
            "payee": one.text("payee"), "contract": one.text("contract"), "document": one.text("document"),
            "narration": one.text("narration"), "number": one.text("number"),
        }  # fmt: skip
        with self._whole():
            record(
                self._connection, self._line(one, lines), one.says["amount"], date=one.says["date"], by=self.by,
                origin=Origin(one.key, one.occurrence, self.batch, one.row.number), **said,
            )  # fmt: skip
        return []

    def _billed(self, one: Asked, _lines: Lines) -> list[Draft]:
        """Return what a row becomes that several funds share: what each pays, linked; the first has the row."""
        shares: Mapping[str, int] = one.says["shares"]
        for fund in shares:
            if fund not in self.chart.funds:
                raise FormatError("fund-not-in-chart", text=fund)
        shared = split(
            self.chart, shares, one.says["amount"], date=one.says["date"],
            uses={fund: self._uses.code(fund, one.text("use")) for fund in shares}, bill=one.row.number,
            payee=one.text("payee"), narration=one.text("narration"), project=one.text("project"),
            document=one.text("document"), contract=one.text("contract"),
        )  # fmt: skip
        own, *others = (replace(draft.storable(), fund_basis=self._based(one, draft.fund)) for draft in shared)
        return [self._own(own, one), *others]

    def _returned(self, one: Asked, _lines: Lines) -> list[Draft]:
        """Return what a payment becomes that the bank sent back; one that it made stands already."""
        assert self._payments is not None
        paid = self._payments.of(one)
        if one.text("result") != RETURNED:
            raise Stands(paid)
        why = one.text("narration") or message("returned-by-bank", self.chart.narrates)
        back = return_payment(
            self._connection, self.chart, paid.number, one.says["amount"], reason=why, date=one.says["date"]
        )
        return [self._own(back.storable(), one)]

    def _line(self, one: Asked, lines: Lines) -> Quota:
        """Return the line that a row names. Raises UsageError as `Lines.pays` and `Uses.code` do."""
        fund, use = one.text("fund"), one.text("use")
        code = self._uses.code(fund, use) if use else ""
        return lines.pays(one.text("quota"), Meant(fund, one.says["date"].year, code, one.text("project")))

    def _own(self, draft: Draft, one: Asked) -> Draft:
        """Return the voucher of a row, known by the row's key."""
        return replace(
            draft, natural_key=one.key, occurrence=one.occurrence, batch=self.batch, row=one.row.number,
            fund_basis=draft.fund_basis or self._based(one),
        )  # fmt: skip

    def _based(self, one: Asked, share_of: str = "") -> int | None:
        """Return the basis of the fund that a row, or a share's column, says; None where its line or document does."""
        fund, channels = share_of or one.text("fund"), one.says.get("channels") or {}
        return self.bases.numbers[channels.get(fund, one.row.fund_said), fund if fund in self._policy.funds else ""]

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Do all of a row or nothing of it. Raises BookError for what the database refuses."""
        try:
            with self._connection.begin_nested():
                yield
        except DBAPIError as error:
            raise refused_by_database(error) from error


def _settled(asked: Iterable[Asked], failed: Why, refused: Why) -> Why:
    """Return the rows about which the last is said, in their order.

    One that is refused leaves nothing; so what failed behind it is tried again without it, and all that follows that.
    """
    settled: Why = {}
    after = False
    for one in asked:
        number = one.row.number
        if number in refused:
            after = True
            settled[number] = refused[number]
        elif number in failed:
            if after:
                break
            settled[number] = failed[number]
    return settled


def _begins(one: Asked) -> dt.date:
    """Return the day from which the quota of a row is there.

    What is notified ahead (提前下达) is there from the first day of its year. Raises UsageError (`quota-year-past`).
    """
    date, year = one.says["date"], one.says.get("year") or 0
    if year and year < date.year:
        raise UsageError("quota-year-past", year=year, date=date)
    return dt.date(year, 1, 1) if year > date.year else date
