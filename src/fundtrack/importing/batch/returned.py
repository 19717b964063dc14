"""What a bank says became of the payments of a batch: each row is found again among the payments that stand."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack import identifier
from fundtrack.errors import UsageError
from fundtrack.identifier import TAIL, shown
from fundtrack.ledger.rows import voucher_number
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from fundtrack.importing.batch.acts import Asked

PAID: Final = """
SELECT v.id, v.document, v.payee, v.payee_account, v.bank_ref, e.amount, v.fund, v.year, v.number FROM voucher AS v
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


class Paid(NamedTuple):
    """A payment that stands: its number, the account it went to, and the id of its voucher."""

    number: str
    account: str
    voucher: int

    def fits(self, said: str) -> bool:
        """Say whether it may have gone to an account of which a bank says the end, or nothing."""
        return not said or (identifier.is_tail(said) and shown(self.account)[-TAIL:] == said[-TAIL:])


class Payments:
    """The payments that stand of the batches that a file is about; each answers for one row."""

    def __init__(self, connection: Connection, asked: Iterable[Asked]) -> None:
        """Look them all up at once."""
        self._by_reference: defaultdict[tuple[str, int], list[Paid]] = defaultdict(list)
        self._of_batch: defaultdict[tuple[str, str, int], list[Paid]] = defaultdict(list)
        wanted = [*asked]
        for column, name in (("document", "document"), ("bank_ref", "bank-ref")):
            said = sorted({one.text(name) for one in wanted if one.text(name)})
            for text in said if column == "bank_ref" or not any(one.text("bank-ref") for one in wanted) else ():
                self._look(connection, column, text)

    def _look(self, connection: Connection, column: str, text: str) -> None:
        """Look up the payments of a document, or of a number of the bank's."""
        for voucher, document, payee, account, ref, amount, *number in dialect.rows_of(
            connection, PAID.format(which=f"v.{column} = :text"), {"text": text}
        ):
            paid = Paid(voucher_number(*number), account, voucher)
            if column == "bank_ref":
                self._by_reference[ref, amount].append(paid)
            else:
                self._of_batch[document, payee, amount].append(paid)

    def of(self, one: Asked) -> Paid:
        """Return the payment that a row is about, which no other row is about then.

        Found by the bank's number; or in its batch by payee, amount and account, of which the bank may say the end
        alone, or nothing, where that leaves one. Raises UsageError: `payment-not-found`, `payment-several`.
        """
        said, amount = one.text("payee-account"), one.says["amount"]
        batch = self._of_batch[one.text("document"), one.text("payee"), amount]
        about = {"payee": one.text("payee"), "document": one.text("document") or "–"}
        for free, fitting in (
            (by_reference := self._by_reference[one.text("bank-ref"), amount], by_reference),
            (batch, [paid for paid in batch if said and paid.account == said]),
        ):
            if fitting:
                free.remove(fitting[0])
                return fitting[0]
        fitting = [paid for paid in batch if paid.fits(said)]
        if len(fitting) > 1:
            payments = "、".join(f"{paid.number} ({shown(paid.account) or '–'})" for paid in fitting)
            raise UsageError("payment-several", **about, payments=payments)
        if not fitting:
            raise UsageError("payment-not-found", **about)
        batch.remove(fitting[0])
        return fitting[0]
