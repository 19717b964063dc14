"""What stands beside the vouchers of the measured book, so that every check has something to look at.

It is as lawful as the registers of a bureau that is audited: few findings, each check at work on every row.
"""

from __future__ import annotations

import datetime as dt
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.books import BY
from benchmarks.vouchers import APPROVER, FIRST, FUNDS, PROJECTS
from fundtrack.book import open_book
from fundtrack.schema import dialect
from fundtrack.schema.registers import ABOUT, REGISTERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from benchmarks.child import Clock

OF_VOUCHERS: Final = """
SELECT v.voucher_number, v.date, v.day, v.payee, v.payee_account, v.bank_ref, v.project, v.document, SUM(p.amount),
    v.payee_id
FROM book_vouchers AS v JOIN book_postings AS p ON p.voucher = v.voucher AND p.account_kind = 'cash'
GROUP BY v.voucher, v.voucher_number, v.date, v.day, v.payee, v.payee_account, v.bank_ref, v.project, v.document,
    v.payee_id
"""

ABOVE: Final = "上级〔2014〕1号"
"""The document of the level above that the county's follows from."""

BUDGET: Final = 10**15
"""Fen that a project may cost: more than a million vouchers spend."""

Entries = dict[str, list[dict[str, Any]]]


def fill(_clock: Clock, book: str) -> None:
    """Enter a bank line and the evidence of each voucher, and a few entries in every other register."""
    opened = open_book(Path(book))
    with opened.writing() as connection:
        for name, entries in (*_few().items(), *_many(dialect.rows_of(connection, OF_VOUCHERS)).items()):
            register = REGISTERS[name]
            rows = ((*register.row(one), seq, 0, None, None, "", BY) for seq, one in enumerate(entries, 1))
            dialect.insert_rows(connection, name, (*register.columns, *ABOUT), rows)
            dialect.measure(connection, name)


def _few() -> Entries:
    """Return the registers that do not grow with the book; of each one entry at least, so that no check is left out."""
    a_person = {"person": "451021********0012#0123456789abcdef", "name": "某某", "valid_from": FIRST}
    projects = [f"P{at:03d}" for at in range(1, PROJECTS + 1)]
    one: Mapping[str, Mapping[str, Any]] = {
        "department": {"department": "财政局", "role": "finance"},
        "standard": {
            "benefit": "危房改造",
            "only_one_of": "住房",
            "per": "household",
            "amount": 2_000_000,
            "valid_from": FIRST,
        },
        "payroll": a_person,
        "death": {"person": a_person["person"], "date": FIRST},
        "vehicle": {**a_person, "vehicle": "桂L****1#0123456789abcdef"},
        "company": {
            "company": "示例公司",
            "registered": FIRST,
            "capital": 1_000_000_00,
            "legal_person": a_person["person"],
        },
        "shareholder": {"company": "示例公司", "person": a_person["person"]},
        "output": {"output": "住房", "project": projects[0], "department": "财政局", "fund": "F01", "share": 10_000},
    }
    many = {
        "staff": [
            {"name": name, "department": "财政局", "duty": duty, "valid_from": FIRST}
            for name, duty in ((BY, "apply"), (APPROVER, "approve"))
        ],
        "project": [
            {"project": name, "department": "财政局", "approved": FIRST, "budget": BUDGET, "poor_share": 10_000}
            for name in projects
        ],
        "contract": [
            {
                "contract": name,
                "project": name,
                "party": "财政局",
                "date": FIRST,
                "amount": BUDGET,
                "retention": 1,
                "retention_due": FIRST,
            }
            for name in projects
        ],
        "notice": [
            {"notice": name, "project": name, "place": "村", "level": "village", "amount": BUDGET, "valid_from": FIRST}
            for name in projects
        ],
        "financing": [
            {"project": name, "item": "住房", "fund": fund, "purpose": "production", "share": 10_000 // len(FUNDS)}
            for name in projects
            for fund in FUNDS
        ],
    }
    return {name: [dict(entry)] for name, entry in one.items()} | many


def _many(rows: list[Any]) -> Entries:
    """Return the registers that grow with the book."""
    dates = [dt.date.fromisoformat(row[1]) for row in rows]
    return {
        "bank_line": list(_lines(rows, dates)),
        "evidence": [
            {
                "voucher_number": row[0],
                "kind": kind,
                "document": f"{kind}-{at}",
                "date": date,
                "amount": -row[8],
                "sha256": sha256(f"{kind}-{at}".encode()).hexdigest(),
            }
            for at, (row, date) in enumerate(zip(rows, dates, strict=True))
            for kind in (("approval", "list") if row[9] else ("approval", "contract", "invoice"))
        ],
        "recipient": [
            {
                "person": row[9],
                "benefit": "危房改造",
                "project": row[6],
                "name": row[3],
                "household": f"H{row[3][-5:]}",
                "notice": "资格通知书",
                "card": row[4],
                "poor": 1,
                "members": 4,
                "area": 80,
                "own_money": 100,
                "valid_from": FIRST,
            }
            for row in _first(rows)
        ],
        "document": [
            {
                "document": ABOVE,
                "kind": "quota",
                "level": "central",
                "date": FIRST,
                "fund": "F01",
                "amount": BUDGET,
                "rule": "central-poverty",
                "sha256": sha256(ABOVE.encode()).hexdigest(),
            },
            {
                "document": "阳财〔2014〕1号",
                "level": "county",
                "date": FIRST,
                "fund": "F01",
                "parent": ABOVE,
                "rule": "central-poverty",
            },
            *({"document": name, "level": "county", "date": FIRST} for name in {row[7] for row in rows}),
        ],
    }


def _first(rows: list[Any]) -> Iterable[Any]:
    """Return one voucher of each person."""
    return {row[9]: row for row in reversed(rows) if row[9]}.values()


def _lines(rows: list[Any], dates: list[dt.date]) -> Iterator[dict[str, Any]]:
    balance = 0
    for at, (row, date) in enumerate(zip(rows, dates, strict=True), 1):
        balance += row[8]
        yield {"bank": "B01", "date": date, "line": at, "ref": row[5], "counterparty": row[3], "amount": row[8],
               "balance": balance}  # fmt: skip
