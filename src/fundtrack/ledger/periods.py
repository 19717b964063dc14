"""The closings of months as Beancount directives, in the order in which they were made.

    2015-04-03 custom "period" "2015-03" "close"
      closed-to: 2015-03-31
      doc: "阳财〔2015〕7号"
      reason: "…"
      recorded-at: "2015-04-03T08:00:00Z"
      recorded-by: "李会计"

So whoever has the ledger alone sees whether anything was dated into a month after it was closed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Final

from fundtrack.beantext.directives import Custom
from fundtrack.beantext.escape import string
from fundtrack.book.periods import PeriodAct, month_of, period_acts
from fundtrack.ledger.journal import NOTICE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection

    from fundtrack.beantext.directives import Directive
    from fundtrack.errors import Language

STEM: Final = "periods"
"""How the file of the closings is called before its hash."""

TEXTS: Final = {"document": "doc", "reason": "reason", "acted_at": "recorded-at", "acted_by": "recorded-by"}
"""The metadata that hold a text of an act."""


def acts(connection: Connection) -> Iterator[PeriodAct]:
    """Yield the acts of a book, without the ids of its database."""
    return (one._replace(last_voucher=0) for one in period_acts(connection))


def write_periods(found: Iterable[PeriodAct], language: Language) -> Iterator[str]:
    """Yield the text of the file of closings; nothing where there are none."""
    first = True
    for one in found:
        said = ((key, getattr(one, name)) for name, key in TEXTS.items())
        texts = "".join(f"  {key}: {string(text)}\n" for key, text in said if text)
        head = f'{one.acted_at[:10]} custom "period" "{one.month}" "{one.act}"\n  closed-to: {one.date}\n'
        yield f"{NOTICE[language] if first else ''}\n{head}{texts}"
        first = False


def read_periods(directives: Iterable[Directive]) -> Iterator[PeriodAct]:
    """Yield the acts that directives say, in their order; raises whatever arises where they are none of ours."""
    for seq, found in enumerate(sorted(directives, key=lambda one: int(one.meta["lineno"])), 1):
        if not isinstance(found, Custom) or found.type != "period":
            raise TypeError(found)
        name, act = [str(one.value) for one in found.values or ()]
        document, reason, at, by = (str(found.meta.get(key, "")) for key in TEXTS.values())
        date = found.meta["closed-to"].isoformat()
        yield PeriodAct(seq, *month_of(name), act, date, document, reason, last_voucher=0, acted_by=by, acted_at=at)


class Closings:
    """The acts of a ledger, asked of each of its vouchers."""

    def __init__(self, acts: Sequence[PeriodAct]) -> None:
        """Take the acts in their order."""
        self._acts = acts
        self._moments = [act.acted_at for act in acts]

    def shut(self, date: str, recorded_at: str) -> PeriodAct | None:
        """Return the act after which a voucher of a date was recorded though its month was closed; None where none was.

        Within a second nobody can tell what came first: what was recorded in the second of an act could have been
        before or after it.
        """
        before = bisect_left(self._moments, recorded_at)
        possible = self._acts[before - 1 : bisect_right(self._moments, recorded_at)] if before else ()
        return possible[0] if possible and all(date <= act.date for act in possible) else None
