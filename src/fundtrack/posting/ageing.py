"""Of which year the money of a quota line is, and after how many years what is unspent of it is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fundtrack.chart.quota import root
from fundtrack.errors import UsageError
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart, Quota

CLOCK: Final = 2
"""After how many years what is still unspent is taken back (预算法, 国办发〔2014〕70号)."""

POOLED: Final = """
SELECT t.fund, substr(te.debit, 6), g.fund, substr(ge.credit, 6) FROM voucher AS t
JOIN entry AS te ON te.voucher = t.id
JOIN account AS ta ON ta.fund = te.fund AND ta.unit = te.unit AND ta.code = te.debit AND ta.kind = 'quota-received'
JOIN voucher AS g ON g.link = t.link AND g.kind = 'pooling' AND g.reverses IS NULL
JOIN entry AS ge ON ge.voucher = g.id
JOIN account AS ga ON ga.fund = ge.fund AND ga.unit = ge.unit AND ga.code = ge.credit AND ga.kind = 'quota-received'
WHERE t.kind = 'pooling' AND t.reverses IS NULL
"""
"""The line by which a fund got what was pooled, and the line of the other fund that gave it."""


class Ages:
    """The years of the money of lines, in whichever fund it was then: pooling does not make it younger."""

    def __init__(self, connection: Connection, chart: Chart) -> None:
        """Look once at what was pooled."""
        self._lines = chart.quotas
        self._names = {(line.fund, line.name): line for line in chart.quotas}
        rows = dialect.rows_of(connection, POOLED)
        self._pooled = {(fund, name): (giver, given) for fund, name, giver, given in rows}

    def since(self, line: Quota) -> int:
        """Return the year that the money of a line was first received in."""
        first = root(line, self._lines)
        while giving := self._pooled.get((first.fund, first.name)):
            first = root(self._names[giving], self._lines)
        return first.year

    def is_over(self, line: Quota, clock: int = CLOCK) -> bool:
        """Return whether what a line has left at the end of its year has been unspent for so many years."""
        return line.year - self.since(line) + 1 >= clock

    def refuse_over(self, line: Quota) -> None:
        """Refuse to carry over what has been unspent too long. Raises UsageError (`carry-clock`)."""
        if self.is_over(line):
            raise UsageError("carry-clock", number=line.number, since=self.since(line), years=CLOCK)
