"""Which voucher has the bank's reference of a row that is refused as paid twice: often the same payment, said anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fundtrack import money
from fundtrack.errors import LANGUAGES, message, messages
from fundtrack.importing.tally import reason_of
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fundtrack.checking import Finding
    from fundtrack.errors import Language
    from fundtrack.importing.tally import Reason

CHECK: Final = "duplicate-payment"
STANDS: Final = """
SELECT v.voucher_number, v.date, COALESCE(b.file, ''), COALESCE(b.sheet, ''), v.row,
    (SELECT SUM(e.amount) FROM entry AS e WHERE e.voucher = v.voucher)
FROM book_vouchers AS v LEFT JOIN batch AS b ON b.batch = v.batch
WHERE v.bank_ref = :reference AND v.reverses = 0
    AND NOT EXISTS (SELECT 1 FROM voucher AS back WHERE back.reverses = v.voucher)
ORDER BY v.voucher LIMIT 1
"""
"""The first voucher of a reference that was not reversed."""


def reason_by_reference(connection: Connection, finding: Finding, row: str) -> Reason:
    """Return a finding on a row as its reason: of a reference that a voucher has already, which voucher that is."""
    said = reason_of(finding)
    stands = dialect.rows_of(connection, STANDS, {"reference": finding.group}) if finding.check == CHECK else []
    for voucher, date, file, sheet, number, amount in stands:
        key = "stands-by-reference" if amount == finding.amount else "stands-otherwise"
        for language in LANGUAGES:
            place = _place(language, file, sheet, number)
            about = {"voucher": voucher, "date": date, "place": place, "reference": finding.group, "row": row,
                     "amount": money.plain(int(amount))}  # fmt: skip
            said[language] += (" " if language == "en" else "") + message(key, language, **about)
            said[f"remedy-{language}"] = messages()[key][f"remedy-{language}"].format(**about)
    return said


def _place(language: Language, file: str, sheet: str, row: int) -> str:
    """Return from where a voucher came, behind a comma; nothing of one that somebody entered."""
    if not file:
        return ""
    place = message("place-row", language, file=file, sheet=f" [{sheet}]" if sheet else "", row=row)
    return f", {place}" if language == "en" else f"，{place}"
