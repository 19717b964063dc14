"""Another payee of a voucher that stands: its text changes, and no money does.

Who was paid is what the bank did. Where the money went to the one who is named, nothing is to be put right but money:
it is recovered, and comes back as a refund. Where it went to somebody else than the record says, the record is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fundtrack.errors import UsageError, words
from fundtrack.posting.kinds import kind_of_payment

if TYPE_CHECKING:
    from fundtrack.chart.model import Chart
    from fundtrack.posting.correct import Mode
    from fundtrack.posting.draft import Kind
    from fundtrack.posting.standing import Standing

PAYMENTS: Final[dict[str, Kind]] = {"disbursement": "disbursement", "advance": "disbursement"}
"""What a payment is until its payee is known: who passes money on makes it an advance."""


def refuse_other_payee(chart: Chart, wrong: Standing, payee: str, mode: Mode) -> None:
    """Refuse to name another payee of a voucher where more than its text would change.

    Raises UsageError: `rebook-payee-money` where money is said to be wrong, `rebook-payee-verified` of a verification,
    which is of who holds the advance, and `rebook-payee-kind` where it would be an advance, or none any more.
    """
    if payee in {"", wrong.payee}:
        return
    if mode == "money":
        raise UsageError("rebook-payee-money", number=wrong.number, payee=payee)
    if wrong.kind == "verification":
        raise UsageError("rebook-payee-verified", number=wrong.number, payee=wrong.payee)
    really = kind_of_payment(chart, PAYMENTS.get(wrong.kind, wrong.kind), payee)
    if really != wrong.kind:
        said = {"kind": words(f"kind-{wrong.kind}"), "really": words(f"kind-{really}")}
        raise UsageError("rebook-payee-kind", number=wrong.number, payee=payee, **said)
