"""Acts on quota, shared bills and returns that were done before, of which the row says something else by now."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from fundtrack import money
from fundtrack.importing.batch.otherwise import Other, Posted, differs
from fundtrack.ledger.rows import voucher_number
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from sqlalchemy import Connection

    from fundtrack.importing.batch.acts import Asked

OF_VOUCHER: Final = ("fund", "payee", "document", "contract", "project")
OF_APPLICATION: Final = ("payee", "contract", "document")

STANDS: Final = """
SELECT v.number, v.year, v.fund, v.payee, v.document, v.contract, v.project, v.date, v.kind, v.link FROM voucher AS v
WHERE v.natural_key = :key AND v.occurrence = :occurrence
    AND NOT EXISTS (SELECT 1 FROM voucher AS back WHERE back.reverses = v.id)
    AND NOT EXISTS (SELECT 1 FROM correction AS c WHERE c.batch = v.batch AND c.row = v.row)
"""
"""The voucher of a row, but one that somebody changed since."""

SHARES: Final = """
SELECT v.fund, e.amount FROM voucher AS v JOIN entry AS e ON e.voucher = v.id AND e.line = 1
WHERE (v.id = :link OR v.link = :link) AND v.reverses IS NULL AND v.kind IN ('disbursement', 'advance')
"""
APPLIED: Final = """
SELECT a.application, a.date, a.payee, a.contract, a.document FROM application AS a
LEFT JOIN application_decision AS d ON d.application = a.application
WHERE a.natural_key = :key AND a.occurrence = :occurrence AND (d.application IS NULL OR d.voucher IS NOT NULL)
"""
"""An application that was not rejected."""


def acted(connection: Connection, becomes: str, asked: Iterable[Asked], batch: int) -> Iterator[tuple[int, Posted]]:
    """Give the rows whose act stands and says otherwise, by number, with what that is."""
    for one in asked:
        stands = _applied(connection, one) if becomes == "application" else _voucher(connection, becomes, one)
        for name, date, others in stands:
            if others:
                yield one.row.number, Posted(0, f"{batch}:{one.row.number}", name, date, others)


def _applied(connection: Connection, one: Asked) -> Iterator[tuple[str, str, Sequence[Other]]]:
    named = {"key": one.key, "occurrence": one.occurrence}
    for application, date, *stands in dialect.rows_of(connection, APPLIED, named):
        yield f"application {application}", date, [*_others(OF_APPLICATION, stands, one)]


def _voucher(connection: Connection, becomes: str, one: Asked) -> Iterator[tuple[str, str, Sequence[Other]]]:
    named = {"key": one.key, "occurrence": one.occurrence}
    for number, year, *said, date, kind, link in dialect.rows_of(connection, STANDS, named):
        others = [*_others(OF_VOUCHER, said, one)]
        if becomes == "bill":
            stands = Counter[str]()
            for fund, fen in dialect.rows_of(connection, SHARES, {"link": link}):
                stands[fund] += fen
            shares: Mapping[str, int] = one.says["shares"]
            others += [Other("sources", *pair) for pair in [(_split(stands), _split(shares))] if differs(*pair)]
        if becomes == "result" and kind == "returned-payment" and one.text("result") != "returned":
            others.append(Other("result", "returned", one.text("result")))
        yield voucher_number(said[0], year, number), date, others


def _others(names: Sequence[str], stands: Sequence[Any], one: Asked) -> Iterator[Other]:
    for name, said in zip(names, stands, strict=True):
        if differs(said, one.text(name)):
            yield Other(name, said, one.text(name))


def _split(shares: Mapping[str, int]) -> str:
    """Return what each fund pays of a bill, as one text."""
    return " + ".join(f"{fund} {money.grouped(fen)}" for fund, fen in sorted(shares.items()) if fen)
