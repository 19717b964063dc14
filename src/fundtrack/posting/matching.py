"""What a person says of bank and book: which lines of a statement and which vouchers are one movement.

A match is so many entries of the register `bank_match`, a line or a voucher each. Its two sides come to the same, and
who makes it had no part in a voucher of it. It is taken back by entries that withdraw them.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fundtrack import money
from fundtrack.beantext.escape import stored
from fundtrack.book.clock import refuse_another_day, today
from fundtrack.book.person import named, same_person
from fundtrack.errors import UsageError, nearest
from fundtrack.posting.enter import NO_SOURCE, enter, next_entry
from fundtrack.posting.standing import find_voucher
from fundtrack.schema import dialect
from fundtrack.schema.registers import REGISTERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.chart.model import Bank, Chart

REGISTER: Final = REGISTERS["bank_match"]
LINE: Final = re.compile(r"(?:bank_line |L)?(\d{1,15})", re.ASCII | re.IGNORECASE)
"""How a person names a line of a statement: by the number of its entry."""

OF_LINE: Final = """
SELECT bank, date, line, unit, amount FROM book_bank_lines WHERE entry = :entry AND bank IN (:code, :number)
"""
OF_VOUCHER: Final = """
SELECT v.voucher_number, p.unit, SUM(p.amount)
FROM (
    SELECT v.id FROM voucher AS v
    WHERE (v.bank_ref = :ref AND :ref <> '') OR (v.bank_ref = '' AND :ref = '' AND v.link = :link)
) AS one
JOIN book_vouchers AS v ON v.voucher = one.id
JOIN book_postings AS p ON p.voucher = one.id
JOIN (SELECT DISTINCT account, bank FROM book_banks) AS b ON b.account = p.account
WHERE b.bank = :code AND v.kind <> 'opening'
GROUP BY v.voucher_number, p.unit
ORDER BY v.voucher_number
"""
"""The vouchers of one movement: of one bank reference, or of one bill that has none."""

TAKEN: Final = """
SELECT match FROM book_bank_matches
WHERE bank IN (:code, :number) AND date = :date AND line = :line AND voucher_number = :voucher_number
"""
HELD: Final = "SELECT {columns} FROM book_bank_matches WHERE bank IN (:code, :number) AND match = :match ORDER BY entry"
MATCHES: Final = "SELECT DISTINCT match FROM book_bank_matches WHERE bank IN (:code, :number) ORDER BY match"
PAYS: Final = """
SELECT name FROM book_staff
WHERE duty IN ('apply', 'approve', 'pay') AND valid_from <= :today AND (valid_to = '' OR valid_to >= :today)
    AND (document = '' OR valid_to = '')
"""
"""Who pays, approves or applies today, but for those a document lets have two duties until some day."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line or a voucher of a match: its name, what an entry says of it, unit and amount as its own side has them."""

    name: str
    said: dict[str, Any]
    unit: str
    amount: int

    @property
    def at_bank(self) -> bool:
        """Whether it is a line of a statement."""
        return not self.said["voucher_number"]


def bank_of(chart: Chart, said: str) -> Bank:
    """Return the bank account of a code, a number or a name. Raises UsageError (`bank-unknown`)."""
    asked = said.strip()
    for bank in chart.banks.values():
        if asked.upper() == bank.code or asked in {bank.number, bank.name, bank.name_zh}:
            return bank
    raise UsageError("bank-unknown", bank=said, known=nearest(asked, [*chart.banks]))


def match(book: Book, account: str, names: Sequence[str], *, by: str, reason: str = "") -> str:
    """Record that lines and vouchers are one movement, and return the name of the match.

    A voucher brings the others of its bank reference, or of its bill. Raises UsageError: `bank-unknown`, `match-line`,
    `voucher-form`, `voucher-unknown`, `match-elsewhere`, `match-taken`, `match-sides`, `match-differs`, `match-own`,
    `match-duty`.
    """
    refuse_another_day()

    def act(connection: Connection) -> str:
        bank = bank_of(book.chart(connection), account)
        items = {one.name: one for name in names for one in _items(connection, bank, name)}
        _assert_free(connection, bank, items.values())
        _assert_equal(items.values())
        _assert_reconciler(connection, by)
        name = f"M{next_entry(connection, REGISTER)}"
        beside = {"match": name, "matched_by": named(by), "reason": stored(reason)}
        rows = [(REGISTER.row(one.said | beside), NO_SOURCE) for one in items.values()]
        enter(connection, REGISTER, rows, by=named(by))
        return name

    return book.act(act)


def unmatch(book: Book, account: str, name: str, *, by: str) -> int:
    """Take a match back, and return how many lines and vouchers it had.

    Raises UsageError: `bank-unknown`, `match-none`.
    """

    def act(connection: Connection) -> int:
        bank = bank_of(book.chart(connection), account)
        of = {"code": bank.code, "number": bank.number}
        select = HELD.format(columns=", ".join(REGISTER.columns))
        rows = dialect.rows_of(connection, select, of | {"match": name})
        if not rows:
            known = [str(one) for (one,) in dialect.rows_of(connection, MATCHES, of)]
            raise UsageError("match-none", match=name, bank=bank.code, known=nearest(name, known) if known else "–")
        enter(connection, REGISTER, [(row, NO_SOURCE) for row in rows], by=named(by), withdrawn=True)
        return len(rows)

    return book.act(act)


def _items(connection: Connection, bank: Bank, name: str) -> Iterator[Item]:
    """Yield the line of a name, or the vouchers of the movement that a voucher belongs to."""
    line = LINE.fullmatch(name.strip())
    if line:
        given = {"entry": f"bank_line {int(line[1])}", "code": bank.code, "number": bank.number}
        found = dialect.rows_of(connection, OF_LINE, given)
        if not found:
            raise UsageError("match-line", name=name, bank=bank.code)
        ((said, date, at, unit, amount),) = found
        said = {"bank": said, "date": dt.date.fromisoformat(date), "line": at, "voucher_number": ""}
        yield Item(f"L{int(line[1])}", said, unit, int(amount))
        return
    voucher = find_voucher(connection, name)
    moved: dict[str, Any] = {"ref": voucher.bank_ref, "link": voucher.link, "code": bank.code}
    vouchers = dialect.rows_of(connection, OF_VOUCHER, moved)
    if voucher.number not in {number for number, _, _ in vouchers}:
        raise UsageError("match-elsewhere", voucher=voucher.number, bank=bank.code)
    for number, unit, amount in vouchers:
        said = {"bank": bank.code, "date": None, "line": 0, "voucher_number": number}
        yield Item(number, said, unit, int(amount))


def _assert_free(connection: Connection, bank: Bank, items: Iterable[Item]) -> None:
    for one in items:
        date = one.said["date"]
        key = {**one.said, "date": date.isoformat() if date else "", "code": bank.code, "number": bank.number}
        for (name,) in dialect.rows_of(connection, TAKEN, {k: v for k, v in key.items() if k != "bank"}):
            raise UsageError("match-taken", item=one.name, match=name)


def _assert_equal(items: Iterable[Item]) -> None:
    sides: dict[bool, dict[str, int]] = {True: {}, False: {}}
    for one in items:
        side = sides[one.at_bank]
        side[one.unit] = side.get(one.unit, 0) + one.amount
    if not all(sides.values()):
        raise UsageError("match-sides")
    if sides[True] != sides[False]:
        bank, book = (" + ".join(_said(side)) for side in (sides[True], sides[False]))
        raise UsageError("match-differs", bank=bank, book=book)


def _said(side: Mapping[str, int]) -> list[str]:
    """Return what a side comes to; its units where there are several."""
    return [
        money.grouped(amount) if len(side) == 1 else f"{money.grouped(amount)} {unit}" for unit, amount in side.items()
    ]


def _assert_reconciler(connection: Connection, by: str) -> None:
    """Who pays does not reconcile, as the register of staff has it."""
    day = today().isoformat()
    if any(same_person(str(name), by) for (name,) in dialect.rows_of(connection, PAYS, {"today": day})):
        raise UsageError("match-duty", who=by)
