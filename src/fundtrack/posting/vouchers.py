"""One voucher from what a person says: the kind, the amount, the fund and the use.

What is said may be wrong in every way the checks know; refused here is only what no check could judge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from fundtrack import money
from fundtrack.errors import UsageError, nearest
from fundtrack.posting.draft import Draft
from fundtrack.posting.kinds import SIDES, kind_of_payment, simple_entry, use_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from typing import Unpack

    from fundtrack.chart.model import Chart
    from fundtrack.posting.draft import Entry, Kind


class Details(TypedDict, total=False):
    """What else a voucher may say; the fields of `Draft` by the same names."""

    payee: str
    narration: str
    project: str
    document: str
    bank: str
    bank_ref: str
    payee_id: str
    payee_account: str
    contract: str
    quota: str
    reverses: int | None
    cites: int | None
    bill: int


def draft(
    chart: Chart, kind: Kind, amount: int, *, fund: str, date: date, use: str = "", **details: Unpack[Details]
) -> Draft:
    """Return a voucher of one debit and one credit over `amount` fen.

    A disbursement to an owner company or township of the chart becomes an advance. `use` is `0601` of the fund, or
    names its fund itself. Raises UsageError (`amount-not-positive`); ChartError (`use-needed`, `use-no-use`).
    """
    kind = kind_of_payment(chart, kind, details.get("payee", ""))
    assert kind in SIDES, "a kind that is not one such voucher has an act of its own"
    leg = use_of(chart, use, fund) if use else None
    entry = simple_entry(chart, kind, positive(amount), fund=fund, use=leg, bank=details.get("bank", ""))
    return drafted(chart, kind, (entry,), fund=fund, date=date, **details)


def drafted(
    chart: Chart, kind: Kind, entries: tuple[Entry, ...], *, fund: str, date: date, **details: Unpack[Details]
) -> Draft:
    """Return a draft of entries, knowing whether it brings money in: of one day's vouchers those count first."""
    return Draft(fund=fund, date=date, kind=kind, entries=entries, inflow=brings_money(chart, entries), **details)


def brings_money(chart: Chart, entries: Sequence[Entry]) -> bool:
    """Return whether entries leave more in the cash accounts than was there."""
    cash = chart.cash
    return sum((1 - 2 * e.red) * e.amount * ((e.debit in cash) - (e.credit in cash)) for e in entries) > 0


def refuse_unknown_project(chart: Chart, project: str) -> None:
    """Refuse a project that a person names and the chart has not. Raises UsageError (`project-unknown`).

    Only for what is said now: a project taken over from a voucher that stands may have come from a file.
    """
    if project and project not in chart.projects:
        projects = chart.projects.values()
        whole = {one.code: " ".join(dict.fromkeys([one.code, one.name, one.name_zh])) for one in projects}
        near = [whole[code] for code in nearest(project, whole).split(", ") if code in whole]
        raise UsageError("project-unknown", project=project, known=", ".join(near) or "–")


def positive(amount: int) -> int:
    """Return an amount in fen that is more than nothing. Raises UsageError (`amount-not-positive`)."""
    if amount <= 0:
        raise UsageError("amount-not-positive", amount=money.grouped(amount))
    return amount
