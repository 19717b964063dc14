"""The payment applications of a book as Beancount directives, in the order in which they were made.

    2015-03-01 custom "application" "1" "approved"
      quota: "F01-Q00002"
      amount: 300.00 CNY
      payee: "茂恒公司"
      contract: "HT-1"
      recorded-at: "2015-03-01T08:00:00Z"
      recorded-by: "李会计"
      voucher: "F01-2015-000008"
      decided-at: "2015-03-02T08:00:00Z"
      decided-by: "王局长"

It is `waiting`, `approved` by a voucher, or `rejected` for a reason; `number` is the one it has in the file that asks
for it. So whoever has the ledger alone sees who asked for what, who decided, and what nobody has decided about. What is
empty is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fundtrack import money
from fundtrack.beantext.directives import Amount, Custom
from fundtrack.beantext.escape import string
from fundtrack.ledger.journal import NOTICE
from fundtrack.ledger.rows import voucher_number
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Connection

    from fundtrack.beantext.directives import Directive
    from fundtrack.errors import Language

STEM: Final = "applications"
"""How the file of the applications is called before its hash."""

ASKED: Final = """
SELECT a.application, a.date, q.number, a.amount, a.payee, a.contract, a.document, a.narration, a.number, a.occurrence,
    a.batch, b.file, b.sheet, a.row, a.applied_at, a.applied_by,
    CASE WHEN d.application IS NULL THEN 'waiting' WHEN d.voucher IS NULL THEN 'rejected' ELSE 'approved' END,
    v.fund, v.year, v.number, COALESCE(d.reason, ''), COALESCE(d.decided_at, ''), COALESCE(d.decided_by, '')
FROM application AS a
JOIN quota AS q ON q.fund = a.fund AND q.line = a.line
LEFT JOIN batch AS b ON b.batch = a.batch
LEFT JOIN application_decision AS d ON d.application = a.application
LEFT JOIN voucher AS v ON v.id = d.voucher
ORDER BY a.application
"""

SAID: Final = {"payee": "payee", "contract": "contract", "document": "doc", "narration": "narration",
               "file_number": "number"}  # fmt: skip
"""The metadata that hold a text of what is asked for."""

DECIDED: Final = {"voucher": "voucher", "reason": "reason", "decided_at": "decided-at", "decided_by": "decided-by"}
"""The metadata that hold a text of what was decided."""


class Asked(NamedTuple):
    """An application with what became of it; `amount` in minor units, `source` and `row` None where a person made it.

    `voucher` is the number of the voucher that approved it, empty for none.
    """

    number: int
    date: str
    quota: str
    amount: int
    payee: str
    contract: str
    document: str
    narration: str
    file_number: str
    occurrence: int
    source: tuple[str, str] | None
    row: int | None
    recorded_at: str
    recorded_by: str
    state: str
    voucher: str
    reason: str
    decided_at: str
    decided_by: str


def applications(connection: Connection) -> Iterator[Asked]:
    """Yield the applications of a book."""
    for found in dialect.rows_of(connection, ASKED):
        (*said, batch, file, sheet, row, at, by, state), (*approval, reason, on, who) = found[:17], found[17:]
        source = None if batch is None else (file, sheet)
        voucher = voucher_number(*approval) if approval[0] is not None else ""
        yield Asked._make([*said, source, row, at, by, state, voucher, reason, on, who])


def write_applications(found: Iterable[Asked], language: Language, currency: str) -> Iterator[str]:
    """Yield the text of the file of applications, in a currency; nothing where there are none."""
    first = True
    for one in found:
        yield "".join([NOTICE[language] if first else "", "\n", *_lines(one, currency)])
        first = False


def _lines(one: Asked, currency: str) -> Iterator[str]:
    yield f'{one.date} custom "application" "{one.number}" "{one.state}"\n'
    yield f"  quota: {string(one.quota)}\n  amount: {money.plain(one.amount)} {currency}\n"
    yield from _texts(one, SAID)
    yield f"  occurrence: {one.occurrence}\n" if one.occurrence != 1 else ""
    if one.source is not None:
        file, sheet = one.source
        yield f"  source: {string(file)}\n"
        yield f"  sheet: {string(sheet)}\n" if sheet else ""
        yield f"  row: {one.row}\n"
    yield f"  recorded-at: {string(one.recorded_at)}\n  recorded-by: {string(one.recorded_by)}\n"
    yield from _texts(one, DECIDED)


def _texts(one: Asked, keys: Mapping[str, str]) -> Iterator[str]:
    said = ((key, getattr(one, name)) for name, key in keys.items())
    return (f"  {key}: {string(text)}\n" for key, text in said if text)


def read_applications(directives: Iterable[Directive]) -> Iterator[Asked]:
    """Yield the applications that directives say, in order; raises whatever arises where they are none of ours."""
    for found in sorted(directives, key=lambda one: int(one.meta["lineno"])):
        if not isinstance(found, Custom) or found.type != "application":
            raise TypeError(found)
        number, state = [str(one.value) for one in found.values or ()]
        meta: Mapping[str, Any] = found.meta
        yield Asked(
            number=int(number),
            date=found.date.isoformat(),
            quota=str(meta["quota"]),
            amount=amount_of(found),
            occurrence=int(meta.get("occurrence", 1)),
            source=(str(meta["source"]), str(meta.get("sheet", ""))) if "source" in meta else None,
            row=int(meta["row"]) if "row" in meta else None,
            recorded_at=str(meta["recorded-at"]),
            recorded_by=str(meta["recorded-by"]),
            state=state,
            **{name: str(meta.get(key, "")) for name, key in (SAID | DECIDED).items()},
        )


def amount_of(found: Custom) -> int:
    """Return what an application asks for, in minor units; raises whatever arises where it says no amount."""
    amount = found.meta["amount"]
    if not isinstance(amount, Amount) or amount.number is None:
        raise TypeError(amount)
    return int(amount.number.scaleb(money.SCALE))
