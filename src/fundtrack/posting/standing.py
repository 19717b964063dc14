"""A voucher that stands in the book: found by its number, with its entries and what became of it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from fundtrack.chart.model import QUOTA_UNIT
from fundtrack.errors import UsageError
from fundtrack.ledger.rows import voucher_number
from fundtrack.posting.draft import PARTY, Entry, Leg

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fundtrack.posting.draft import Kind

NUMBER: Final = re.compile(r"([A-Z0-9]+)-(\d{4})-(\d{1,9})", re.ASCII)

SELECT: Final = """
SELECT v.id, v.fund, v.year, v.number, v.date, v.kind, v.project, v.payee, v.narration, v.document, v.bank, v.bank_ref,
    v.payee_id, v.payee_account, v.contract, v.link, v.reverses, v.cites, v.chart, v.prepared_by, v.approved_by,
    v.recorded_at, r.fund AS red_fund,
    r.year AS red_year, r.number AS red_number, e.unit, e.debit, e.credit, e.amount, e.red
FROM voucher AS v
JOIN entry AS e ON e.voucher = v.id
LEFT JOIN voucher AS r ON r.reverses = v.id
WHERE {where}
ORDER BY v.id, e.line
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A posted voucher. `reversed_by` is the number of its reversal, empty while it stands; amounts are fen."""

    id: int
    number: str
    fund: str
    date: dt.date
    kind: Kind
    project: str
    payee: str
    narration: str
    document: str
    bank: str
    bank_ref: str
    payee_id: str
    payee_account: str
    contract: str
    link: int
    reverses: int | None
    cites: int | None
    chart: int
    prepared_by: str
    approved_by: str
    recorded_at: str
    reversed_by: str
    entries: tuple[Entry, ...]

    @property
    def amount(self) -> int:
        """The sum of its entries in minor units, red ones negative; of several units, of the first entry's."""
        unit = self.entries[0].unit
        return sum((1 - 2 * entry.red) * entry.amount for entry in self.entries if entry.unit == unit)

    @property
    def in_money(self) -> tuple[Entry, ...]:
        """Its entries in money, without those in quota."""
        return tuple(entry for entry in self.entries if not entry.unit.endswith(QUOTA_UNIT))


def find_voucher(connection: Connection, number: str) -> Standing:
    """Return the voucher of a number such as `F01-2015-000001`.

    Raises UsageError: `voucher-form` where it is no such number, `voucher-unknown` where there is none,
    `voucher-none` where its fund has none in the year.
    """
    form = NUMBER.fullmatch(number.strip().upper())
    if form is None:
        raise UsageError("voucher-form", number=number)
    fund, year, at = form[1], int(form[2]), int(form[3])
    where = "v.fund = :fund AND v.year = :year AND v.number = :number"
    found = _vouchers(connection, where, fund=fund, year=year, number=at)
    if not found:
        last = connection.execute(
            text("SELECT COALESCE(MAX(number), 0) FROM voucher WHERE fund = :fund AND year = :year"),
            {"fund": fund, "year": year},
        ).scalar_one()
        key = "voucher-unknown" if last else "voucher-none"
        raise UsageError(key, number=number, fund=fund, year=year, last=last)
    return found[0]


def voucher_of(connection: Connection, voucher: int) -> Standing:
    """Return the voucher of an id that is known to exist."""
    (found,) = _vouchers(connection, "v.id = :id", id=voucher)
    return found


def linked(connection: Connection, voucher: Standing) -> list[Standing]:
    """Return the vouchers posted in one act with this one, itself included, in order."""
    return _vouchers(connection, "(v.link = :link AND v.link <> v.id) OR v.id = :link", link=voucher.link)


def citing(connection: Connection, voucher: Standing) -> list[Standing]:
    """Return the vouchers of the same fund that rest on this one and were not reversed."""
    found = _vouchers(connection, "v.fund = :fund AND v.cites = :id", fund=voucher.fund, id=voucher.id)
    return [citer for citer in found if not citer.reverses and not citer.reversed_by]


def refuse_before(number: str, posted: dt.date, date: dt.date) -> None:
    """Refuse what follows a voucher on a day before it. Raises UsageError (`follows-before`)."""
    if date < posted:
        raise UsageError("follows-before", number=number, posted=posted, date=date)


def refuse_application(connection: Connection, named: Standing) -> None:
    """Refuse an application where its payment is meant, by the number of that.

    Raises UsageError: `back-of-application`, `back-of-unpaid` where nothing that stands paid it.
    """
    if named.kind != "application" or named.cites or named.reverses or named.reversed_by:
        return
    payments = ", ".join(one.number for one in citing(connection, named) if one.kind != "application")
    if not payments:
        raise UsageError("back-of-unpaid", number=named.number)
    raise UsageError("back-of-application", number=named.number, payments=payments)


def _vouchers(connection: Connection, where: str, **values: str | int) -> list[Standing]:
    rows = connection.execute(text(SELECT.format(where=where)), values).mappings().all()
    return [_standing([dict(row) for row in group]) for _, group in groupby(rows, key=lambda row: row["id"])]


def _standing(rows: list[dict[str, Any]]) -> Standing:
    """Return the voucher that rows of its entries describe."""
    first = rows[0]
    fund = first["fund"]
    as_it_is = (
        "project", "payee", "narration", "document", "bank", "bank_ref", *PARTY, "link", "reverses", "cites", "chart",
        "prepared_by", "approved_by", "recorded_at",
    )  # fmt: skip
    return Standing(
        id=first["id"],
        number=voucher_number(fund, first["year"], first["number"]),
        fund=fund,
        date=dt.date.fromisoformat(first["date"]),
        kind=first["kind"],
        reversed_by=voucher_number(fund, first["red_year"], first["red_number"]) if first["red_fund"] else "",
        entries=tuple(
            Entry(Leg(fund, row["debit"]), Leg(fund, row["credit"]), row["amount"], row["red"], row["unit"])
            for row in rows
        ),
        **{name: first[name] for name in as_it_is},
    )
