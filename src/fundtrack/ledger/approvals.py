"""Whether the applications of a published ledger and the vouchers that approved them say the same.

An approval stands twice in a ledger: the application names the voucher that approved it, and that voucher reserves what
was asked for, prepared by who asked and approved by who decided. Who adds, drops or alters one must alter the other.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, Final

from fundtrack import money
from fundtrack.book.person import same_person
from fundtrack.errors import FormatError
from fundtrack.ledger.applications import read_applications

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from fundtrack.beantext.directives import Custom, Directive, Transaction
    from fundtrack.ledger.applications import Asked

Found = tuple[str, "Directive", dict[str, object]]
"""The key of a message, the directive it is about, and its details."""

SAME: Final = {"contract": "contract", "document": "doc", "recorded_by": "prepared-by", "decided_by": "approved-by"}
"""What the voucher says in metadata, as its application does."""


def contradictions(found: Sequence[Custom], vouchers: Iterable[Transaction]) -> Iterator[Found]:
    """Yield what of the applications of a ledger does not hold; of those that nobody can read their file tells."""
    in_order = sorted(found, key=lambda one: int(one.meta["lineno"]))
    try:
        asked = [*read_applications(in_order)]
    except (ValueError, LookupError, TypeError, AttributeError):
        return
    of_them = [one for one in vouchers if _approves(one)]
    approvals = {str(one.meta.get("voucher", "")): one for one in of_them if "cites" not in one.meta}
    unfounded = [one for one in of_them if "cites" in one.meta and str(one.meta["cites"]) not in approvals]
    for due, one, place in zip(count(1), asked, in_order, strict=False):
        if one.number != due:
            yield "published-application-number", place, {"application": one.number, "due": due}
        if (one.state == "approved" or one.voucher) and not _is_approval(approvals.pop(one.voucher, None), one):
            yield "published-application-unlike", place, {"application": one.number, "voucher": one.voucher or "–"}
    for voucher in (*approvals.values(), *unfounded):
        yield "published-approval-unasked", voucher, {"voucher": str(voucher.meta.get("voucher", ""))}


def _approves(voucher: Transaction) -> bool:
    """Return whether a voucher approves an application, or releases (citing it) what is not paid of one."""
    return "application" in (voucher.tags or ()) and "reverses" not in voucher.meta


def _is_approval(voucher: Transaction | None, asked: Asked) -> bool:
    """Return whether a voucher reserves what an application asks for, by the two who must be behind it."""
    if voucher is None or asked.state != "approved" or not _by_another(asked):
        return False
    meta: Mapping[str, Any] = voucher.meta
    said = all(meta.get(key, "") == getattr(asked, name) for name, key in SAME.items())
    fund, _, line = asked.quota.partition("-")
    reserved = any(
        leg.account.endswith(f":{line}")
        and leg.units is not None
        and leg.units.number is not None
        and leg.units.number.scaleb(money.SCALE) == -asked.amount
        for leg in voucher.postings
    )
    of_fund = str(meta.get("voucher", "")).startswith(f"{fund}-")
    return said and reserved and of_fund and (voucher.payee or "") == asked.payee


def _by_another(asked: Asked) -> bool:
    """Return whether who decided is not who asked; what no book lets in as a name is nobody's."""
    try:
        return not same_person(asked.decided_by, asked.recorded_by)
    except FormatError:
        return False
