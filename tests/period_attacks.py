"""Attacks on the closing of months, and on what is closed: see `attacks.py`."""

from __future__ import annotations

from typing import Final

from attacks import SOUND, Attack, alike, row
from finding_attacks import login
from quota_attacks import APPLIED

FIRST: Final = 735233
"""The last day of 2013, before every voucher of the small book."""

ACT: Final = {"seq": 2, "year": 2014, "period": 1, "act": "close", "date": "2014-01-31", "day": FIRST + 31,
              "document": "x", "reason": "x", "last_voucher": 6, "acted_by": "clerk",
              "acted_at": "2015-03-01T00:00:00Z"}  # fmt: skip
REOPEN: Final = ACT | {"period": 12, "year": 2013, "act": "reopen", "date": "2013-11-30", "day": FIRST - 31,
                       "acted_by": "manager"}  # fmt: skip

PERIOD_ROWS: Final = (row("period_act", **ACT | {"seq": 1, "year": 2013, "period": 12, "date": "2013-12-31",
                                                 "day": FIRST}),)  # fmt: skip
"""The book is closed up to the end of 2013, by the clerk."""


def months(last: int) -> tuple[str, ...]:
    """Return the statements that close the months of 2014 up to one, and the first two of 2015."""
    ends = ("2014-01-31", "2014-02-28", "2014-03-31", "2014-04-30", "2014-05-31", "2014-06-30", "2014-07-31",
            "2014-08-31", "2014-09-30", "2014-10-31", "2014-11-30", "2014-12-31", "2015-01-31", "2015-02-28",
            "2015-03-31")  # fmt: skip
    day, said = FIRST, []
    for at, end in enumerate(ends[:last]):
        day += int(end[8:])
        said.append(row("period_act", **ACT | {"seq": at + 2, "year": 2014 + at // 12, "period": at % 12 + 1,
                                               "date": end, "day": day}))  # fmt: skip
    return tuple(said)


def both(what: str, control: str, *statements: str) -> Attack:
    """Return an attack that is out of order as well."""
    controls = ("period_act_in_order", control)
    return Attack(what, controls, controls, statements)


PERIODS: Final = (
    alike("voucher in a closed month", "voucher_in_open_period", *months(15), *SOUND),
    alike("application in a closed month", "application_in_open_period", *months(15), row("application", **APPLIED)),
    alike("act on a month left out", "period_act_in_order", row("period_act", **ACT | {"seq": 4})),
    both("act on a month past 2^53", "period_act_id", row("period_act", **ACT | {"seq": 2**53})),
    both("act there is not", "period_act_act", row("period_act", **ACT | {"act": "lock"})),
    alike("month there is not", "period_act_period",
          row("period_act", **ACT | {"year": 2013, "period": 13})),
    alike("month on another day than its date", "period_act_date",
          row("period_act", **ACT | {"period": 3, "date": "2014-03-31"})),
    alike("closed in the middle of a month", "period_act_whole_month",
          row("period_act", **ACT | {"date": "2014-01-30", "day": FIRST + 30})),
    alike("closed up to another month than its own", "period_act_month", row("period_act", **ACT | {"period": 2})),
    alike("reopened without a document", "period_act_grounds", row("period_act", **REOPEN | {"document": " "})),
    alike("reopened without a reason", "period_act_grounds", row("period_act", **REOPEN | {"reason": ""})),
    alike("closed by nobody", "period_act_acted_by", row("period_act", **ACT | {"acted_by": ""})),
    alike("closed at no moment", "period_act_acted_at",
          row("period_act", **ACT | {"acted_at": "2015-02-30T00:00:00Z"})),
    alike("month closed out of order", "period_act_in_order",
          row("period_act", **ACT | {"period": 2, "date": "2014-02-28", "day": FIRST + 59})),
    alike("month closed again", "period_act_in_order",
          row("period_act", **ACT | {"year": 2013, "period": 12, "date": "2013-12-31", "day": FIRST})),
    alike("earlier month reopened before the last", "period_act_in_order",
          row("period_act", **REOPEN | {"period": 11, "date": "2013-10-31", "day": FIRST - 61})),
    *(alike(f"reopened by who closed it: {name}", "period_act_by_another",
            row("period_act", **REOPEN | {"acted_by": name})) for name in ("clerk", "Clerk", "CLE RK")),
    alike("closed with regard to fewer vouchers", "period_act_of_the_moment",
          row("period_act", **ACT | {"last_voucher": 4})),
    both("closed before it is over", "period_act_after_its_end",
         row("period_act", **ACT | {"year": 2999, "period": 12, "date": "2999-12-31", "day": 1095362})),
    login("period_act", **ACT),
)  # fmt: skip
