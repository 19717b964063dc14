"""Which voucher has the bank's reference of a row that is refused as paid twice: often the same payment, said anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fundtrack import money
from fundtrack.errors import LANGUAGES, message, messages
from fundtrack.importing.batch.tally import reason_of
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fundtrack.checking import Finding
    from fundtrack.errors import Language
    from fundtrack.importing.batch.tally import Reason

CHECK: Final = "duplicate-payment"
STANDS: Final = """
SELECT v.voucher_number, v.date, COALESCE(b.file, ''), COALESCE(b.sheet, ''), v.row,
    (SELECT SUM((1 - 2 * e.red) * e.amount) FROM entry AS e WHERE e.voucher = v.voucher AND e.unit = :unit)
FROM book_vouchers AS v LEFT JOIN batch AS b ON b.batch = v.batch
WHERE v.bank_ref = :reference AND v.reverses = 0
    AND NOT EXISTS (SELECT 1 FROM voucher AS back WHERE back.reverses = v.voucher)
    AND :bank IN ('', COALESCE((SELECT MIN(a.bank) FROM entry AS e
        JOIN account AS a ON a.fund = e.fund AND a.unit = e.unit AND a.code IN (e.debit, e.credit)
        WHERE e.voucher = v.voucher), :bank))
ORDER BY v.voucher LIMIT 1
"""
"""The first voucher of a reference that was not reversed, of the same account as far as both are known."""

AGAIN: Final = """
SELECT c.voucher, c.unit, CASE WHEN MIN(k.bank) < MIN(d.bank) THEN MIN(k.bank)
        ELSE COALESCE(MIN(d.bank), MIN(k.bank), '') END, SUM((1 - 2 * c.red) * c.amount)
FROM candidate AS c
LEFT JOIN account AS d ON d.fund = c.debit_fund AND d.unit = c.unit AND d.code = c.debit
LEFT JOIN account AS k ON k.fund = c.credit_fund AND k.unit = c.unit AND k.code = c.credit
WHERE c.bank_ref <> '' AND (EXISTS (SELECT 1 FROM voucher AS v WHERE v.bank_ref = c.bank_ref) OR c.bank_ref IN (
    SELECT bank_ref FROM candidate WHERE bank_ref <> '' GROUP BY bank_ref HAVING MIN(voucher) < MAX(voucher)))
GROUP BY c.voucher, c.unit
"""
"""The bank account and the amount of each candidate whose reference another has, red entries signed."""

Moved = dict[tuple[int, str], tuple[str, int]]
"""The bank account and the amount of candidates, by their number and the unit of the amount."""


def again(connection: Connection) -> Moved:
    """Return what the candidates that have the reference of another move: those that are refused are told of it."""
    return {(voucher, unit): (bank, int(fen)) for voucher, unit, bank, fen in dialect.rows_of(connection, AGAIN)}


def reason_by_reference(connection: Connection, finding: Finding, row: str, moved: Moved) -> Reason:
    """Return a finding on a row as its reason: of a reference that a voucher has already, which voucher that is."""
    said = reason_of(finding)
    bank, fen = moved.get((finding.voucher, finding.unit), ("", finding.amount))
    asked = {"reference": finding.group, "unit": finding.unit, "bank": bank}
    stands = dialect.rows_of(connection, STANDS, asked) if finding.check == CHECK else []
    for voucher, date, file, sheet, number, amount in stands:
        key = "stands-by-reference" if amount == fen else "stands-otherwise"
        for language in LANGUAGES:
            place = _place(language, file, sheet, number)
            about = {"voucher": voucher, "date": date, "place": place, "reference": finding.group, "row": row,
                     "amount": money.plain(int(amount or 0))}  # fmt: skip
            said[language] += (" " if language == "en" else "") + message(key, language, **about)
            said[f"remedy-{language}"] = messages()[key][f"remedy-{language}"].format(**about)
    return said


def _place(language: Language, file: str, sheet: str, row: int) -> str:
    """Return from where a voucher came, behind a comma; nothing of one that somebody entered."""
    if not file:
        return ""
    place = message("place-row", language, file=file, sheet=f" [{sheet}]" if sheet else "", row=row)
    return f", {place}" if language == "en" else f"，{place}"
