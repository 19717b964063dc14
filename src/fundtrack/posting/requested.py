"""What may be applied for of a quota line: what it has available, or has bound to the contract, and nobody waits for.

An application reserves nothing until it is approved, yet all that wait together ask for no more than there is: else
every one of them would be accepted, and all but the first be refused by whoever approves. The database holds the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fundtrack import money
from fundtrack.errors import UsageError
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from datetime import date as Date  # noqa: N812 - `date` is what acts call their day

    from sqlalchemy import Connection

    from fundtrack.chart.model import Quota

STATUSES: Final = """
SELECT h.status, b.total FROM quota_heading AS h
JOIN balance AS b ON b.fund = h.fund AND b.unit = h.unit AND b.code = h.code || ':' || :name
WHERE h.fund = :fund AND h.status <> 'received'
"""
BOUND: Final = """
SELECT c.total, COALESCE((
    SELECT MAX(v.payee) FROM voucher AS v JOIN entry AS e ON e.voucher = v.id
    WHERE v.contract = c.contract AND v.kind IN ('commitment', 'carry-over') AND c.code IN (e.debit, e.credit)), '')
FROM quota_heading AS h
JOIN commitment AS c ON c.fund = h.fund AND c.unit = h.unit AND c.code = h.code || ':' || :name
WHERE h.fund = :fund AND h.status = 'committed' AND c.contract = :contract
"""
SINCE: Final = """
SELECT MIN(v.date) FROM quota_heading AS h
JOIN entry AS e ON e.fund = h.fund AND e.unit = h.unit AND e.credit = h.code || ':' || :name AND e.red = 0
JOIN voucher AS v ON v.id = e.voucher AND v.contract = :contract AND v.kind IN ('commitment', 'carry-over')
WHERE h.fund = :fund AND h.status = 'committed'
"""
WAITING: Final = "SELECT contract, asked, bound FROM application_asked WHERE fund = :fund AND line = :line"


def refuse_beyond(connection: Connection, line: Quota, amount: int, *, contract: str, payee: str) -> None:
    """Refuse an application for more than its line has for it. Raises UsageError (`apply-beyond`, and `-contract`).

    It is paid out of what is bound to its contract where that suffices, else out of what is available, never of both.
    """
    stands = {
        status: int(total)
        for status, total in dialect.rows_of(connection, STATUSES, {"fund": line.fund, "name": line.name})
    }
    bound = bound_to(connection, line, contract=contract, payee=payee)
    waiting = {
        of: (int(asked), int(held))
        for of, asked, held in dialect.rows_of(connection, WAITING, {"fund": line.fund, "line": line.line})
    }
    asked = waiting.get(contract, (0, 0))[0]
    beyond = {of: max(0, wanted - held) for of, (wanted, held) in waiting.items()}
    here = max(0, asked + amount - bound)
    free = stands["available"]
    if amount <= max(bound, free) and (not here or here + sum(beyond.values()) - beyond.get(contract, 0) <= free):
        return
    operands = {name: stands[name] for name in ("available", "committed", "applied", "paid")} | {
        "amount": amount,
        "allotted": sum(stands.values()),
        "gone": stands["carried"] + stands["reclaimed"],
        "waiting": sum(one for one, _ in waiting.values()),
        "bound": bound,
    }
    raise UsageError(
        "apply-beyond-contract" if contract else "apply-beyond", number=line.number, contract=contract,
        **{name: money.grouped(fen) for name, fen in operands.items()},
    )  # fmt: skip


def bound_to(connection: Connection, line: Quota, *, contract: str, payee: str) -> int:
    """Return what a line has bound to a contract, in fen; nothing for another contractor than the contract's."""
    total, contractor = contract_of(connection, line, contract)
    return total if contractor in {"", payee} else 0


def contract_of(connection: Connection, line: Quota, contract: str) -> tuple[int, str]:
    """Return what a line has bound to a contract, in fen, and for whom."""
    asked = {"fund": line.fund, "name": line.name, "contract": contract}
    for total, contractor in dialect.rows_of(connection, BOUND, asked) if contract else ():
        return int(total), str(contractor)
    return 0, ""


def refuse_before_bound(connection: Connection, line: Quota, contract: str, date: Date) -> None:
    """Refuse what is asked before a line was bound to its contract. Raises UsageError (`apply-before-contract`)."""
    asked = {"fund": line.fund, "name": line.name, "contract": contract}
    for (since,) in dialect.rows_of(connection, SINCE, asked) if contract else ():
        if since and date.isoformat() < since:
            raise UsageError("apply-before-contract", number=line.number, contract=contract, since=since, date=date)
