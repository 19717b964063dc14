"""Contracts of a file and the quota they bind: each once, for what is bound twice can be spent on nothing else."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from fundtrack import money
from fundtrack.errors import UsageError
from fundtrack.posting.contractors import bound_that_day
from fundtrack.posting.quota import commit

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart, Quota
    from fundtrack.importing.batch.acts import Asked
    from fundtrack.posting.draft import Draft


class Commitments:
    """What the rows of a file bind, one after the other: none of it is in the book before all of them are."""

    def __init__(self, connection: Connection, chart: Chart) -> None:
        """Begin with nothing bound."""
        self._connection, self._chart = connection, chart
        self._pending: Counter[tuple[str, str]] = Counter()
        self._rows: dict[tuple[object, ...], int] = {}

    def of(self, one: Asked, line: Quota) -> Draft:
        """Return the voucher by which what is available of a line is bound to the contract of a row.

        Raises UsageError as `commit` does, and `commit-row-again` or `commit-again` for what an earlier row or a
        voucher binds already: as much of the same line to the same contract on one day, by one document.
        """
        of = line.number, one.text("contract").strip()
        (draft,) = commit(
            self._connection, self._chart, line, one.says["amount"], date=one.says["date"], contract=of[1],
            payee=one.text("payee"), document=one.text("document"), pending=self._pending[of],
        )  # fmt: skip
        draft = draft.storable()
        same = *of, one.says["amount"], draft.date, draft.document
        said = {"contract": of[1], "line": of[0], "amount": money.grouped(one.says["amount"]), "date": draft.date}
        if first := self._rows.get(same):
            raise UsageError("commit-row-again", row=first, **said)
        if number := bound_that_day(self._connection, draft):
            raise UsageError("commit-again", number=number, **said)
        self._rows[same] = one.row.number
        self._pending[of] += one.says["amount"]
        return draft
