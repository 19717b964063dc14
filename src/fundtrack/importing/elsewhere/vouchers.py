"""The vouchers and accounts of another system as directives, and what is wrong with their numbers, dates and codes."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from fundtrack.beantext.directives import Amount, Open, Posting, Transaction
from fundtrack.checking.declared import UNKNOWN_START
from fundtrack.checking.foreign import ROW, SHEET
from fundtrack.checking.objection import objected
from fundtrack.importing.elsewhere.form import TEXTS
from fundtrack.money import SCALE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from fundtrack.beantext.directives import Directive
    from fundtrack.checking.finding import Finding
    from fundtrack.importing.elsewhere.form import System
    from fundtrack.importing.elsewhere.table import Line, Place

LAST_DIGITS: Final = re.compile(r"(.*?)(\d{1,9})", re.DOTALL | re.ASCII)
"""A voucher's number: what kind of voucher it is, and the count."""

UNSAFE: Final = re.compile(r"[:\s]+")
"""What may not stand in a component of an account."""

BEGINNING: Final = dt.date(1, 1, 1)
"""Since when an account is open, where nothing says it."""

Key = tuple[str, str, str, str]
"""File, sheet, the period in which numbers are unique, number: rows that agree in it are one voucher."""


class Vouchers:
    """Lines gathered into vouchers by their numbers, under the accounts of a chart where the system gave one."""

    def __init__(self, system: System) -> None:
        """Begin without any."""
        self.chart: dict[str, Line] = {}
        self._openings: defaultdict[str, dict[str, Line]] = defaultdict(dict)
        self._unknown_starts: set[str] = set()
        self.problems: list[Finding] = []
        self._system = system
        self._lines: defaultdict[Key, list[Line]] = defaultdict(list)
        self._unread: list[Line] = []
        self._opened: dict[str, Open] = {}
        self._unknown: set[str] = set()

    def add(self, line: Line) -> None:
        """Take a row of a journal."""
        self._lines[self._key(line)].append(line)

    def add_unread(self, lines: Iterable[Line]) -> None:
        """Take note of rows that are in no voucher: their numbers are not missing."""
        self._unread += (line for line in lines if line.date and "number" in line.said)

    def _key(self, line: Line) -> Key:
        assert line.date is not None
        period = {"month": f"{line.date:%Y-%m} ", "year": f"{line.date:%Y} ", "never": ""}[self._system.numbering]
        return line.place.file, line.place.sheet, period, line.said["number"]

    def add_account(self, line: Line) -> None:
        """Take a row of a chart of accounts, which may list a code once for each fund, with what that began with.

        What it lists twice is told, and its first row holds; so is a second opening of a code beside one that names no
        fund, for it may be part of it.
        """
        code, fund = line.said["code"], line.said.get("fund", "")
        self.chart.setdefault(code, line)
        of_funds = self._openings[code]
        if _begins(line) and not fund:
            self._unknown_starts.add(code)
        if fund in of_funds or (
            _begins(line) and any(_begins(one) and not (fund and of) for of, one in of_funds.items())
        ):
            self._object("journal-account-twice", line.place, account=code)
        else:
            of_funds[fund] = line

    def add_unread_accounts(self, lines: Iterable[Line]) -> None:
        """Take note of rows of a chart that cannot be read: their codes are listed, and may begin with anything."""
        for line in lines:
            if "code" in line.said:
                self.chart.setdefault(line.said["code"], line)
                self._unknown_starts.add(line.said["code"])

    def directives(self) -> list[Directive]:
        """Return accounts and vouchers, by date."""
        vouchers = [self._voucher(key, lines) for key, lines in self._lines.items()]
        vouchers.sort(key=lambda one: one.date)
        self._count()
        opening = self._opening(vouchers[0].date) if vouchers else []
        return [*self._opened.values(), *opening, *vouchers]

    @property
    def opens(self) -> bool:
        """Whether the chart says with what its accounts began."""
        return any(_begins(line) for of_funds in self._openings.values() for line in of_funds.values())

    @property
    def unknown_starts(self) -> list[str]:
        """The codes of the accounts of which nobody knows with how much a fund began."""
        return sorted(self._unknown_starts)

    def _voucher(self, key: Key, lines: Sequence[Line]) -> Transaction:
        """Return rows of one number as a transaction; it stands at the first of them."""
        *_, period, number = key
        first = lines[0]
        assert first.date is not None
        for line in lines:
            if line.date != first.date:
                self._object("journal-dates", line.place, voucher=f"{period}{number}", date=first.date, other=line.date)
        said = {name: text for line in reversed(lines) for name, text in line.said.items()}
        meta = _meta(first.place) | {"voucher": f"{period}{number}"}
        meta |= {TEXTS[name]: said[name] for name in TEXTS if name in said}
        legs = [self._posting(line.said.get("fund", ""), line) for line in lines]
        return _transaction(meta, first.date, said, legs)

    def _opening(self, date: dt.date) -> list[Transaction]:
        """Return what the accounts began with, as a voucher on the day of the first; none without a chart that says."""
        lines = [line for of_funds in self._openings.values() for line in of_funds.values() if _begins(line)]
        legs = [self._posting(line.said.get("fund", ""), line) for line in lines]
        return [_transaction(_meta(lines[0].place) | {"kind": "opening"}, date, {}, legs)] if lines else []

    def _posting(self, fund: str, line: Line) -> Posting:
        """Return a row as a posting."""
        amount = Decimal(line.debit - line.credit).scaleb(-SCALE)
        meta = {"red": True} if min(line.debit, line.credit) < 0 else None
        code = line.said["account"] if "account" in line.said else line.said["code"]
        account = self._account(code, fund, line)
        return Posting(account, Amount(amount, self._system.journal.layout.currency), None, None, None, meta)

    def _account(self, code: str, fund: str, line: Line) -> str:
        """Return the name of an account of a fund; what the chart lacks is told once and opened all the same."""
        listed = self.chart.get(code)
        fund = fund or self._only_fund(code)
        name = (listed or line).said.get("name") or line.said.get("account-name", "")
        root, kind = self._system.account(code)
        parts = [root or "Other", UNSAFE.sub("-", fund), UNSAFE.sub("-", f"{code}-{name}" if name else code)]
        written = ":".join(filter(None, parts))
        if code not in self._unknown and (not root or (self.chart and not listed)):
            self._unknown.add(code)
            self._object("journal-account" if root else "journal-kind", line.place, account=f"{code} {name}".strip())
        if written not in self._opened:
            meta = _meta((listed or line).place) | {"kind": kind, "fund": fund}
            if code in self._unknown_starts:
                meta[UNKNOWN_START] = True
            self._opened[written] = Open(meta, BEGINNING, written, [self._system.journal.layout.currency], None)
        return written

    def _only_fund(self, code: str) -> str:
        """Return the fund of an account, where the chart lists it for one alone."""
        of_funds = self._openings.get(code, {})
        return next(iter(of_funds)) if len(of_funds) == 1 else ""

    def _count(self) -> None:
        """Note numbers that are missing or used twice: numbers of a kind and period follow each other from 1."""
        series: defaultdict[tuple[str, str], dict[int, Place]] = defaultdict(dict)
        firsts = {key: lines[0].place for key, lines in self._lines.items()}
        for line in self._unread:
            firsts.setdefault(self._key(line), line.place)
        for (*_, period, number), place in firsts.items():
            if found := LAST_DIGITS.fullmatch(number):
                taken, count = series[period, found[1]], int(found[2])
                if taken.setdefault(count, place) is not place:
                    self._object("journal-number-twice", place, voucher=f"{period}{number}")
        for (period, kind), taken in series.items():
            for first, last in _gaps(taken):
                missing = f"{period}{kind}{first}" + (f"–{last}" if last > first else "")
                self._object("journal-number-missing", taken[last + 1], missing=missing, count=last - first + 1)

    def _object(self, key: str, place: Place, **details: object) -> None:
        self.problems.append(objected(key, place.subject, **details))


def _begins(line: Line) -> bool:
    return bool(line.debit or line.credit)


def _gaps(taken: Mapping[int, Place]) -> Iterator[tuple[int, int]]:
    """Yield the first and last of the numbers that are missing, gap by gap."""
    before = 0
    for number in sorted(taken):
        if number > before + 1:
            yield before + 1, number - 1
        before = number


def _meta(place: Place) -> dict[str, Any]:
    return {"filename": place.file, "lineno": place.row, ROW: place.row, SHEET: place.sheet}


def _transaction(meta: dict[str, Any], date: dt.date, said: Mapping[str, str], legs: list[Posting]) -> Transaction:
    none: frozenset[str] = frozenset()
    return Transaction(meta, date, "*", said.get("payee"), said.get("narration", ""), none, none, legs)
