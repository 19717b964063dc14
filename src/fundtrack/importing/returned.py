"""What a bank says became of the payments of a batch: each row is found again among the payments that stand."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from fundtrack.errors import UsageError
from fundtrack.ledger.rows import voucher_number
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from fundtrack.importing.acts import Asked

PAID: Final = """
SELECT v.document, v.payee, v.payee_account, v.bank_ref, e.amount, v.fund, v.year, v.number FROM voucher AS v
JOIN entry AS e ON e.voucher = v.id AND e.line = 1
WHERE v.kind IN ('disbursement', 'advance') AND v.reverses IS NULL AND {which}
    AND NOT EXISTS (SELECT 1 FROM voucher AS r WHERE r.reverses = v.id)
    AND NOT EXISTS (SELECT 1 FROM voucher AS b WHERE b.cites = v.id AND b.kind IN ('refund', 'returned-payment')
        AND NOT EXISTS (SELECT 1 FROM voucher AS r WHERE r.reverses = b.id))
ORDER BY v.id
"""
"""The payments of some documents, or of some of the bank's numbers, of which nothing came back."""

RETURNED: Final = "returned"
STATES: Final = ("paid", RETURNED)
"""What a bank says of a payment."""

Said = tuple[str, ...]


class Payments:
    """The payments that stand of the batches that a file is about; each answers for one row."""

    def __init__(self, connection: Connection, asked: Iterable[Asked]) -> None:
        """Look them all up at once."""
        self._free: defaultdict[Said, list[str]] = defaultdict(list)
        wanted = [*asked]
        for column, name in (("document", "document"), ("bank_ref", "bank-ref")):
            said = sorted({one.text(name) for one in wanted if one.text(name)})
            for text in said if column == "bank_ref" or not any(one.text("bank-ref") for one in wanted) else ():
                self._look(connection, column, text)

    def _look(self, connection: Connection, column: str, text: str) -> None:
        """Look up the payments of a document, or of a number of the bank's."""
        for document, payee, account, ref, amount, *number in dialect.rows_of(
            connection, PAID.format(which=f"v.{column} = :text"), {"text": text}
        ):
            key = (ref, str(amount)) if column == "bank_ref" else (document, payee, account, str(amount))
            self._free[key].append(voucher_number(*number))

    def of(self, one: Asked) -> str:
        """Return the number of the payment that a row is about, which no other row is about then.

        Raises UsageError (`payment-not-found`).
        """
        amount = str(one.says["amount"])
        for key in ((one.text("bank-ref"), amount),
                    (one.text("document"), one.text("payee"), one.text("payee-account"), amount)):  # fmt: skip
            if self._free[key]:
                return self._free[key].pop(0)
        raise UsageError("payment-not-found", payee=one.text("payee"), document=one.text("document") or "–")
