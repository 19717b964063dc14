"""What may be applied for of a quota line: what it has bound to the contract, else what it has available.

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
SELECT c.total FROM quota_heading AS h
JOIN commitment AS c ON c.fund = h.fund AND c.unit = h.unit AND c.code = h.code || ':' || :name
WHERE h.fund = :fund AND h.status = 'committed' AND c.contract = :contract AND EXISTS (SELECT 1 FROM contract_bound AS b
    WHERE b.contract = c.contract AND b.fund = c.fund AND b.unit = c.unit AND b.code = c.code)
"""
SINCE: Final = """
SELECT b.payee, MIN(b.date) FROM quota_heading AS h
JOIN contract_bound AS b ON b.fund = h.fund AND b.code = h.code || ':' || :name AND b.contract = :contract
WHERE h.fund = :fund AND h.status = 'committed'
GROUP BY b.payee
ORDER BY b.payee
"""
"""To whom a line has bound anything under a contract, and since when; what was taken back in red never was."""

CONTRACTORS: Final = """
SELECT payee, CASE WHEN SPELT(payee) IN ('', SPELT(:payee)) THEN 1 ELSE 0 END FROM (
    SELECT b.payee FROM quota_heading AS h
    JOIN contract_bound AS b ON b.fund = h.fund AND b.code = h.code || ':' || :name AND b.contract = :contract
    WHERE h.fund = :fund AND h.status = 'committed'
    UNION SELECT r.payee FROM book_contracts AS r WHERE r.contract = :contract AND r.payee <> ''
) AS c ORDER BY payee
"""
"""To whom a line has bound anything under a contract, and who is on register with it; whether that is the payee."""

WHOLE: Final = """
SELECT SUM((1 - 2 * e.red) * CASE WHEN e.credit = h.code || ':' || :name THEN e.amount ELSE -e.amount END)
FROM quota_heading AS h
JOIN voucher AS v ON v.fund = h.fund AND v.contract = :contract AND v.kind IN ('commitment', 'carry-over', 'reclaim')
JOIN entry AS e ON e.voucher = v.id AND e.unit = h.unit AND h.code || ':' || :name IN (e.debit, e.credit)
WHERE h.fund = :fund AND h.status = 'committed'
"""
"""How much a line has bound under a contract, paid or not; what was carried over or taken back is bound no more."""

ELSEWHERE: Final = """
SELECT q.number, c.total FROM quota_heading AS h
JOIN quota AS q ON q.fund = h.fund AND q.line <> :line AND q.year = :year
JOIN commitment AS c ON c.fund = h.fund AND c.unit = h.unit AND c.code = h.code || ':' || q.name AND c.total > 0
WHERE h.fund = :fund AND h.status = 'committed' AND c.contract = :contract
ORDER BY q.line
"""
"""Which other lines of a fund and year have how much bound to a contract."""

SETTLED: Final = """SELECT COALESCE(SUM((1 - 2 * e.red) * CASE e.debit WHEN {code} THEN e.amount ELSE -e.amount END), 0)
FROM voucher AS v
JOIN entry AS e ON e.voucher = v.id AND e.unit = {unit}
    AND (e.debit = {code} OR (e.credit = {code} AND v.kind = 'application'))
WHERE v.cites = {application} OR v.reverses IN (SELECT p.id FROM voucher AS p WHERE p.cites = {application})
    OR (v.kind = 'returned-payment' AND v.cites IN (SELECT p.id FROM voucher AS p WHERE p.cites = {application}))"""
RESTING: Final = """
SELECT a.application FROM application AS a
LEFT JOIN application_decision AS d ON d.application = a.application
LEFT JOIN entry AS o ON o.voucher = d.voucher AND o.line = 1
    AND NOT EXISTS (SELECT 1 FROM voucher AS r WHERE r.reverses = d.voucher)
WHERE a.fund = :fund AND a.line = :line AND a.contract = :contract
    AND (d.application IS NULL OR o.amount > ({settled}))
ORDER BY a.application
"""
"""The applications under a contract of a line that wait, or are approved and not wholly paid or released."""

WAITING: Final = "SELECT contract, asked, bound FROM application_asked WHERE fund = :fund AND line = :line"

NUMBERED: Final = """
SELECT a.application, a.amount, a.payee FROM application AS a
LEFT JOIN application_decision AS d ON d.application = a.application
WHERE a.number = :number AND substr(a.date, 1, 4) = :year
    AND (d.application IS NULL OR d.voucher IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM voucher AS back WHERE back.reverses = d.voucher)
ORDER BY a.application LIMIT 1
"""
"""The application of a number and a year that was neither rejected nor reversed."""


def refuse_numbered(connection: Connection, number: str, year: int) -> None:
    """Refuse a number under which somebody asked in that year already. Raises UsageError (`apply-number-taken`)."""
    asked = {"number": number, "year": f"{year:04d}"}
    for application, amount, payee in dialect.rows_of(connection, NUMBERED, asked) if number else ():
        raise UsageError("apply-number-taken", number=number, year=year, application=application, payee=payee,
                         amount=money.grouped(int(amount)))  # fmt: skip


def refuse_beyond(connection: Connection, line: Quota, amount: int, *, contract: str, payee: str) -> None:
    """Refuse an application for more than its line has for it. Raises UsageError (`apply-beyond`, and `-contract`).

    Once the line has bound anything to its contract, it is paid out of that and of nothing else; before, out of what is
    available. A commitment that was taken back in red never was.
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
    if bound is not None:
        if asked + amount > bound:
            whole = int(dialect.rows_of(connection, WHOLE, _of(line, contract))[0][0])
            raise UsageError("apply-beyond-contract", number=line.number, contract=contract, bound=money.grouped(whole),
                             taken=money.grouped(whole - bound), left=money.grouped(bound),
                             waiting=money.grouped(asked), amount=money.grouped(amount))  # fmt: skip
        return
    elsewhere = sum(max(0, wanted - held) for of, (wanted, held) in waiting.items() if of != contract)
    if asked + amount + elsewhere <= stands["available"]:
        return
    operands = {name: stands[name] for name in ("available", "committed", "applied", "paid")} | {
        "amount": amount,
        "allotted": sum(stands.values()),
        "gone": stands["carried"] + stands["reclaimed"],
        "waiting": sum(one for one, _ in waiting.values()),
    }
    raise UsageError("apply-beyond", number=line.number, **{name: money.grouped(fen) for name, fen in operands.items()})


def settled(*, application: str, unit: str, code: str) -> str:
    """Return the select of what is paid or released of an application that a voucher approved, by its `applied`."""
    return SETTLED.format(application=application, unit=unit, code=code)


def refuse_freed(connection: Connection, line: Quota, contract: str, freed: int, bound: int) -> None:
    """Refuse to free more fen of a contract than are bound to it and not asked for.

    Raises UsageError: `commit-applied` where applications rest on it, else `commit-beyond`.
    """
    asked = {"fund": line.fund, "line": line.line, "contract": contract}
    waits = sum(int(amount) for of, amount, _ in dialect.rows_of(connection, WAITING, asked) if of == contract)
    if freed <= bound - waits:
        return
    select = RESTING.format(settled=settled(application="o.voucher", unit="o.unit", code="o.credit"))
    resting = ", ".join(str(number) for (number,) in dialect.rows_of(connection, select, asked))
    key = "commit-applied" if resting else "commit-beyond"
    raise UsageError(key, number=line.number, contract=contract, bound=money.grouped(bound), applications=resting,
                     amount=money.grouped(freed))  # fmt: skip


def refuse_before_bound(connection: Connection, line: Quota, contract: str, date: Date) -> None:
    """Refuse what is asked before a line was bound to its contract. Raises UsageError (`apply-before-contract`)."""
    bound = dialect.rows_of(connection, SINCE, _of(line, contract))
    if bound and date.isoformat() < (since := min(day for _, day in bound)):
        raise UsageError("apply-before-contract", number=line.number, contract=contract, since=since, date=date)


def bound_to(connection: Connection, line: Quota, *, contract: str, payee: str) -> int | None:
    """Return what a line has left of what it bound to a contract, in fen; None where it never bound anything to it.

    Raises UsageError (`apply-contract-payee`) for somebody else than those to whom it was bound, and than those on
    register with it.
    """
    bound = left_of(connection, line, contract)
    asked = {**_of(line, contract), "payee": payee}
    payees = dict(dialect.rows_of(connection, CONTRACTORS, asked)) if bound is not None else {}
    if payees and not any(payees.values()):
        raise UsageError("apply-contract-payee", number=line.number, contract=contract, payee=payee,
                         payees=", ".join(payees))  # fmt: skip
    return bound


def left_of(connection: Connection, line: Quota, contract: str) -> int | None:
    """Return what a line has left of what it bound to a contract, whoever is paid; None where it never bound any."""
    return next((int(total) for (total,) in dialect.rows_of(connection, BOUND, _of(line, contract))), None)


def bound_elsewhere(connection: Connection, line: Quota, contract: str) -> list[tuple[str, int]]:
    """Return the other lines of a fund and year that have something bound to a contract, each with its fen."""
    asked = {"fund": line.fund, "line": line.line, "year": line.year, "contract": contract}
    return [(str(number), int(left)) for number, left in dialect.rows_of(connection, ELSEWHERE, asked)]


def _of(line: Quota, contract: str) -> dict[str, str]:
    """Return what is asked of a line's contract, as the selects take it."""
    return {"fund": line.fund, "name": line.name, "contract": contract}
