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

from itertools import pairwise
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


def shut(found: Sequence[PeriodAct], date: str, recorded_at: str) -> PeriodAct | None:
    """Return the act after which a voucher of a date was recorded though its month was closed; None where none was.

    What was recorded in the second of an act is taken for recorded before it.
    """
    ends = [*(later.acted_at for _, later in pairwise(found)), "9999"]
    for act, end in zip(found, ends, strict=True):
        if act.acted_at < recorded_at <= end and date <= act.date:
            return act
    return None
