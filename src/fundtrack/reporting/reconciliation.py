"""Bank reconciliation (银行存款余额调节表): what the book has at a bank account, and what its statement says, at a day.

What of both is one movement is the relation `reconciled`, which the checks read too. What is left stands in four parts,
and with it the two balances are one; where they are not, what remains is the printed balances' own: they do not follow
from each other, or the account did not begin with what the book began with.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fundtrack.checking.audit import audit_book
from fundtrack.checking.book import whole_book
from fundtrack.checking.check import checks
from fundtrack.checking.lens import POSTING_COLUMNS, VOUCHER_COLUMNS
from fundtrack.errors import message, messages
from fundtrack.posting.matching import bank_of
from fundtrack.reporting.openitems import SOUND, Known, Open, named
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.chart.model import Bank
    from fundtrack.checking.finding import Finding
    from fundtrack.errors import Language

THRESHOLDS: Final = "no-bank-line"
"""The page whose thresholds hold here too: days between voucher and line, and for which an item may be in transit."""

OF_STATEMENTS: Final = ("month-without-statement", "missing-statement", "statement-balance-breaks", "month-end-differs")
"""The checks of statements, of which what concerns the account is shown beside it."""

PARTS: Final = (("bank-in", True, 1), ("bank-out", True, -1), ("book-in", False, 1), ("book-out", False, -1))
"""The four parts: 银行已收单位未收, 银行已付单位未付, 单位已收银行未收, 单位已付银行未付."""

MET: Final = """
WITH {relations}, met AS (SELECT * FROM reconciled WHERE unit = :unit)
SELECT 'open' AS what, m.how, m.at_bank, m.movement, m.entry, m.date, m.day, m.ref, m.name, m.amount, m.together,
    COALESCE(v.voucher_number, '') AS number, COALESCE(v.narration, l.narration, '') AS narration,
    COALESCE(l.counterparty_account, '') AS account, m.bank, 1 AS items
FROM met AS m
LEFT JOIN vouchers AS v ON v.voucher = m.voucher AND m.at_bank = 0
LEFT JOIN bank_lines AS l ON l.entry = m.entry AND m.at_bank = 1
WHERE m.how IN ('', 'differs')
UNION ALL
SELECT 'met', how, at_bank, '', '', '', 0, '', '', CAST(SUM(amount) AS BIGINT), '', '', '', '', '', COUNT(*)
FROM met
WHERE how NOT IN ('', 'differs') AND date >= :since
GROUP BY how, at_bank
UNION ALL
SELECT 'paid', p.how, 1, p.movement, p.entry, p.date, p.day, p.ref, p.name, p.amount, p.together, v.voucher_number, '',
    '', '', 1
FROM met AS p
JOIN (
    SELECT DISTINCT SPELT(name) AS called, ABS(amount) AS amount FROM met WHERE at_bank = 1 AND how = '' AND name <> ''
) AS o ON o.called = SPELT(p.name) AND o.amount = -p.amount
JOIN met AS b ON b.together = p.together AND b.at_bank = 0
JOIN vouchers AS v ON v.voucher = b.voucher
WHERE p.at_bank = 1 AND p.amount < 0 AND p.how NOT IN ('', 'opening')
UNION ALL
SELECT 'names', '', 0, '', '', MIN(p.date), MIN(p.day), '', MAX(CASE p.at_bank WHEN 0 THEN p.name ELSE '' END),
    MAX(p.amount), p.together, COALESCE(MAX(v.voucher_number), ''), MAX(CASE p.at_bank WHEN 1 THEN p.name ELSE '' END),
    MAX(p.entry), '', COUNT(*)
FROM met AS p
LEFT JOIN vouchers AS v ON v.voucher = p.voucher AND p.at_bank = 0
WHERE p.how = 'amount' AND p.name <> ''
GROUP BY p.together
HAVING COUNT(DISTINCT SPELT(p.name)) > 1
"""
"""What is open; how much met, and how; what the bank paid that it may have given back or paid once more;
and who is called otherwise."""

MEMBERS: Final = """
WITH {relations}
SELECT CASE v.bank_ref WHEN '' THEN 'voucher ' || v.link ELSE 'ref ' || v.bank_ref END AS movement, v.voucher_number
FROM vouchers AS v
WHERE v.kind <> 'opening' AND v.voucher IN (
        SELECT p.voucher FROM postings AS p JOIN banks AS b ON b.account = p.account)
    AND (v.bank_ref <> '' OR v.link <> v.voucher OR v.voucher IN (SELECT link FROM vouchers WHERE link <> voucher))
ORDER BY v.voucher
"""
"""The vouchers of movements that may have several."""

HELD: Final = """
WITH {relations}
SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM postings AS p
JOIN (SELECT DISTINCT account FROM banks) AS b ON b.account = p.account
WHERE p.unit = :unit
"""
LINES: Final = """
WITH {relations}, lines AS (SELECT * FROM bank_lines WHERE unit = :unit)
SELECT COUNT(*), COALESCE(MIN(date), ''), COALESCE(MAX(date), ''), COALESCE(MAX(ABS(balance)), 0),
    COALESCE((SELECT balance FROM lines ORDER BY date_day DESC, line DESC LIMIT 1), 0),
    COALESCE((SELECT balance FROM lines ORDER BY date_day DESC, line LIMIT 1), 0)
FROM lines
"""
GAPS: Final = """
WITH {relations}
SELECT r.sign, r.gap
FROM (
    SELECT d.sign, b.date_day AS day, b.line * d.sign AS nth, b.balance - b.amount - LAG(b.balance) OVER (
            PARTITION BY d.sign ORDER BY b.date_day, b.line * d.sign) AS gap
    FROM bank_lines AS b
    CROSS JOIN (SELECT 1 AS sign UNION ALL SELECT -1) AS d
    WHERE b.unit = :unit
) AS r
WHERE r.gap <> 0
ORDER BY r.day, r.nth
"""
"""Where printed balances break, and by how much, read from above and from below: the latest may be printed first."""


@dataclass(frozen=True)
class Reconciliation:
    """The statement of one account at a day; amounts are fen.

    `met` says, by how, how many vouchers' movements and lines met and what they come to; `open` is the rest, oldest
    first. `printed` says whether the statement prints balances; where not, nobody knows what the bank has: `bank` and
    what follows from it is None. `gaps` are the differences at which printed balances break.
    """

    account: Bank
    unit: str
    since: dt.date
    until: dt.date
    covers: tuple[str, str]
    lines: int
    printed: bool
    book: int
    bank: int | None
    open: tuple[Open, ...]
    met: dict[str, tuple[int, int, int]]
    names: tuple[tuple[str, str, str, str], ...]
    gaps: tuple[int, ...]
    findings: tuple[Finding, ...]
    days: int
    transit: int

    def part(self, name: str) -> list[Open]:
        """Return the items of one of the four parts."""
        (at_bank, sign) = next((side, sign) for part, side, sign in PARTS if part == name)
        return [one for one in self.open if one.at_bank is at_bank and (one.amount > 0) is (sign > 0)]

    def total(self, name: str) -> int:
        """Return what a part comes to, always positive."""
        return abs(sum(one.amount for one in self.part(name)))

    @property
    def adjusted_book(self) -> int:
        """What the book would have, with what only the bank has."""
        return self.book + self.total("bank-in") - self.total("bank-out")

    @property
    def adjusted_bank(self) -> int | None:
        """What the bank would have, with what only the book has."""
        return None if self.bank is None else self.bank + self.total("book-in") - self.total("book-out")

    @property
    def difference(self) -> int | None:
        """What is explained by nothing that is open."""
        return None if self.adjusted_bank is None else self.adjusted_book - self.adjusted_bank

    @property
    def broken(self) -> int:
        """How much of the difference is in breaks of the printed balances."""
        return -sum(self.gaps)

    @property
    def at_opening(self) -> int:
        """How much of the difference stood there before the first line."""
        return 0 if self.difference is None else self.difference - self.broken

    @property
    def sound(self) -> bool:
        """Whether nobody has to do anything."""
        return self.difference == 0 and not self.findings and all(one.reason in SOUND for one in self.open)

    def age(self, one: Open) -> int:
        """Return for how many days an item has been open."""
        return self.until.toordinal() - one.day


def reconcile(book: Book, account: str, until: dt.date, since: dt.date | None = None) -> Reconciliation:
    """Return the reconciliation of a bank account at a day. Raises UsageError (`bank-unknown`).

    `since` narrows what is said of the movements that met; what is open is open, however old.
    """
    page = checks(book.folder / "checks")[THRESHOLDS]
    days, transit = (int(page.parameters[name]) for name in ("days", "transit"))
    begin = since or dt.date.min
    with book.reading() as connection, dialect.over_all_of_it(connection):
        chart = book.chart(connection)
        bank, unit = bank_of(chart, account), chart.currency
        here = {"unit": unit, "code": bank.code, "number": bank.number, "until": until.toordinal(), "days": days}
        rows = _rows(connection, MET, here | {"since": begin.isoformat()})
        ((held,),) = _rows(connection, HELD, here)
        ((count, first, last, highest, below, above),) = _rows(connection, LINES, here)
        breaks = _rows(connection, GAPS, here) if highest else []
        members = _members(_rows(connection, MEMBERS, here))
        items = [_open(row, members) for row in rows if row[0] == "open"]
        elsewhere = _elsewhere(connection, here) if items else []
    findings = _findings(book, bank, until)
    from_above, from_below = (tuple(int(gap) for of, gap in breaks if of == sign) for sign in (1, -1))
    down = len(from_above) <= len(from_below)
    gaps = from_above if down else from_below
    known = Known(_paid(rows), elsewhere, gaps, days, transit, until.toordinal())
    return Reconciliation(
        account=bank, unit=unit, since=begin, until=until, covers=(first, last), lines=int(count),
        printed=bool(highest), book=int(held), bank=int(below if down else above) if highest else None,
        open=tuple(named(items, known)), met=_met(rows), names=_names(rows), gaps=gaps, findings=findings, days=days,
        transit=transit,
    )  # fmt: skip


def _rows(connection: Connection, select: str, values: dict[str, Any], *, elsewhere: bool = False) -> list[Any]:
    """Return the rows of a select over what stood at the day, at the account or at all others."""
    stood = "day <= :until"
    at = "NOT IN" if elsewhere else "IN"
    relations = dict(whole_book("")) | {
        "postings": f"SELECT {POSTING_COLUMNS} FROM book_postings WHERE {stood}",
        "vouchers": f"SELECT {VOUCHER_COLUMNS} FROM book_vouchers WHERE {stood}",
        "banks": f"SELECT * FROM book_banks WHERE bank {at} (:code)",
        "bank_lines": f"SELECT * FROM book_bank_lines WHERE date_day <= :until AND bank {at} (:code, :number)",
    }
    wanted = ("postings", "vouchers", "banks", "bank_lines", "bank_matches", "reconciled")
    with_ = ", ".join(f"{name} AS NOT MATERIALIZED ({relations[name]})" for name in wanted)
    return dialect.rows_of(connection, select.format(relations=with_), values)


def _members(rows: Iterable[Sequence[str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for movement, number in rows:
        found[movement].append(number)
    return {movement: tuple(numbers) for movement, numbers in found.items()}


def _open(row: Sequence[Any], members: dict[str, tuple[str, ...]], elsewhere: str = "") -> Open:
    _, how, at_bank, movement, entry, date, day, ref, name, amount, together, number, narration, account, *_ = row
    return Open(
        name=f"L{entry.rpartition(' ')[2]}" if at_bank else number, at_bank=bool(at_bank), date=date, day=int(day),
        ref=ref, party=name, amount=int(amount), together=together, narration=narration, party_account=account,
        others=tuple(one for one in members.get(movement, ()) if one != number and not at_bank),
        differs=how == "differs", elsewhere=elsewhere,
    )  # fmt: skip


def _elsewhere(connection: Connection, here: dict[str, Any]) -> list[Open]:
    """Return what is open on all other accounts."""
    rows = _rows(connection, MET, here | {"since": "9999-12-31"}, elsewhere=True)
    return [_open(row, {}, str(row[14])) for row in rows if row[0] == "open" and row[1] == ""]


def _paid(rows: Iterable[Sequence[Any]]) -> dict[tuple[str, int], list[tuple[int, str]]]:
    found: dict[tuple[str, int], list[tuple[int, str]]] = defaultdict(list)
    for row in rows:
        if row[0] == "paid":
            found[row[8], int(row[9])].append((int(row[6]), row[11]))
    return found


def _met(rows: Iterable[Sequence[Any]]) -> dict[str, tuple[int, int, int]]:
    """Return of each way of meeting the movements, the lines, and what these come to; without lines, the movements."""
    sides = {(row[1], bool(row[2])): (int(row[15]), int(row[9])) for row in rows if row[0] == "met"}
    nothing = (0, 0)
    found = {}
    for how in sorted({how for how, _ in sides}):
        (movements, booked), (lines, moved) = (sides.get((how, at_bank), nothing) for at_bank in (False, True))
        found[how] = (movements, lines, moved if lines else booked)
    return found


def _names(rows: Iterable[Sequence[Any]]) -> tuple[tuple[str, str, str, str], ...]:
    """Return what met by amount and day alone under two names: the voucher, the line, and both names."""
    return tuple(
        (row[11], f"L{row[13].rpartition(' ')[2]}", row[8], row[12])
        for row in rows
        if row[0] == "names" and row[8] and row[12]
    )


def _findings(book: Book, bank: Bank, until: dt.date) -> tuple[Finding, ...]:
    """Return what the checks of statements find of the account up to the day."""
    found = [one for one in audit_book(book, only=OF_STATEMENTS).findings if one.is_open]
    with book.reading() as connection:
        return tuple(
            one for one in found if one.date <= until.isoformat() and bank.code in _banks(connection, one, bank)
        )


def _banks(connection: Connection, finding: Finding, bank: Bank) -> set[str]:
    """Return the account that a finding is about: its key has it, or the line of a statement at which it stands."""
    said = {str(part) for part in finding.key}
    if finding.entry.startswith("bank_line "):
        of_line = "SELECT bank FROM bank_line WHERE seq = :seq"
        said |= {str(one) for (one,) in dialect.rows_of(connection, of_line, {"seq": int(finding.entry.split(" ")[1])})}
    return {bank.code} if said & {bank.code, bank.number} else set()


def said_in(account: Bank, language: Language) -> str:
    """Return an account as people name it."""
    return f"{account.code} {account.name if language == 'en' else account.name_zh} {account.number}"


def unit_in(found: Reconciliation, language: Language) -> str:
    """Return the unit as people name it."""
    return message(f"unit-{found.unit}", language) if f"unit-{found.unit}" in messages() else found.unit
