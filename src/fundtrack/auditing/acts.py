"""What people decide about a finding: confirm, dismiss, close, reopen.

A finding belongs to the side that first raised it, and nobody decides about a voucher of their own. The database holds
all of this; here it is said in a sentence first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy import text

from fundtrack.auditing.record import ACT, refuse_other_side
from fundtrack.auditing.standing import known
from fundtrack.auditing.waivers import waivers
from fundtrack.beantext.escape import stored
from fundtrack.book.create import now
from fundtrack.errors import UsageError, both
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fundtrack.auditing.record import Side
    from fundtrack.auditing.standing import Known
    from fundtrack.book import Book

Act = Literal["confirm", "dismiss", "close", "reopen"]

AFTER: Final[dict[str, frozenset[str]]] = {
    "confirm": frozenset({"lead", "waived"}),
    "dismiss": frozenset({"lead", "confirmed", "waived"}),
    "close": frozenset({"confirmed", "waived"}),
    "reopen": frozenset({"dismissed", "closed"}),
}
"""The states in which each act can be done."""

HANDS: Final = text("SELECT 1 FROM voucher WHERE id = :id AND :who IN (prepared_by, approved_by)")
REMEDY: Final = text("SELECT remedy FROM book_remedies WHERE finding = :finding AND voucher = :voucher")
REMEDIED_BY: Final = text("SELECT remedied_by FROM finding WHERE finding = :finding")


@dataclass(frozen=True)
class Grounds:
    """What an act rests on. `remedy` is the id of the voucher that puts it right, `waiver` the number of one."""

    reason: str = ""
    document: str = ""
    remedy: int | None = None
    waiver: int | None = None


def decide(book: Book, number: int, act: Act, grounds: Grounds, *, by: str, side: Side | None = None) -> None:
    """Record an act on a finding, for a side: by default the one the person acted for before, or that raised it.

    Raises UsageError: `finding-unknown`, `act-needs`, `act-out-of-order`, `other-side`, `not-the-raiser`,
    `own-voucher`, `no-remedy`, `not-waived`; BookError for what the database refuses besides.
    """
    by = stored(by)
    grounds = replace(grounds, reason=stored(grounds.reason), document=stored(grounds.document))
    refuse_groundless(act, grounds)

    def perform(connection: Connection) -> None:
        finding = known(connection, number)
        on: Side = side or _side_of(connection, by) or finding.row["side"]
        refuse_side(connection, finding, act, by, on)
        refuse_order(finding, act)
        refuse_own(connection, finding, act, by, grounds.remedy)
        refuse_unremedied(connection, finding, grounds)
        said = (grounds.reason, grounds.document, grounds.remedy, grounds.waiver)
        row = (number, len(finding.acts) + 1, act, finding.latest["audit"], on, by, now(), *said)
        dialect.insert_rows(connection, "finding_act", ACT, [row])

    book.act(perform)


def refuse_groundless(act: Act, grounds: Grounds) -> None:
    """Refuse an act that does not say what it rests on. Raises UsageError (`act-needs`)."""
    lacking = []
    if act == "close" and (grounds.remedy is None) == (grounds.waiver is None):
        lacking.append("--remedy | --waiver")
    if act != "close" and not grounds.reason:
        lacking.append("--reason")
    if act == "dismiss" and not grounds.document:
        lacking.append("--document")
    if lacking:
        raise UsageError("act-needs", act=act, options=", ".join(lacking))


def _side_of(connection: Connection, by: str) -> Side | None:
    """Return the side for which a person acted before."""
    acted = "SELECT side FROM audit WHERE audited_by = :who UNION SELECT side FROM finding_act WHERE acted_by = :who"
    return next((side for (side,) in dialect.rows_of(connection, acted, {"who": by})), None)


def refuse_side(connection: Connection, finding: Known, act: Act, by: str, side: Side) -> None:
    """Refuse a person of the other side. Raises UsageError: `other-side`, `not-the-raiser`."""
    refuse_other_side(connection, by, side)
    if act != "reopen" and side != finding.row["side"]:
        raiser, own = both(f"side-{finding.row['side']}"), both(f"side-{side}")
        raise UsageError("not-the-raiser", number=finding.row["finding"], raiser=raiser, who=by, side=own)


def refuse_order(finding: Known, act: Act) -> None:
    """Refuse an act that does not follow on the state of a finding. Raises UsageError (`act-out-of-order`)."""
    last = finding.acts[-1]["act"] if finding.acts else ""
    lapsed = last == "close" and finding.state != "closed"  # by a waiver that has ended: it is opened again first
    confirmed = act != "close" or any(one["act"] == "confirm" for one in finding.acts)
    fits = act == "reopen" if lapsed else finding.state in AFTER[act] and confirmed and (act, last) != (act, act)
    if not fits:
        state, wanted = both(f"state-{finding.state}"), both(f"act-{act}")
        raise UsageError("act-out-of-order", number=finding.row["finding"], state=state, act=wanted)


def refuse_own(connection: Connection, finding: Known, act: Act, by: str, remedy: int | None) -> None:
    """Refuse whoever prepared or approved the finding's voucher, or the remedy. Raises UsageError (`own-voucher`)."""
    for voucher in (finding.row["voucher"], remedy) if act != "reopen" else ():
        if voucher and connection.execute(HANDS, {"id": voucher, "who": by}).first():
            raise UsageError("own-voucher", who=by, number=finding.row["finding"])


def refuse_unremedied(connection: Connection, finding: Known, grounds: Grounds) -> None:
    """Refuse to close with a voucher or a waiver that does not. Raises UsageError: `no-remedy`, `not-waived`."""
    number, remedy, waiver = finding.row["finding"], grounds.remedy, grounds.waiver
    if remedy is not None:
        named = str(connection.execute(REMEDIED_BY, {"finding": number}).scalar_one()).split(",")
        kind = connection.execute(REMEDY, {"finding": number, "voucher": remedy}).scalar()
        if kind not in named:
            raise UsageError("no-remedy", number=number, kinds=", ".join(named))
    if waiver is not None:
        in_force = {row["waiver"] for row in waivers(connection) if row["state"] == "in-force"}
        covers = "SELECT 1 FROM book_waived WHERE finding = :finding AND waiver = :waiver"
        covered = dialect.rows_of(connection, covers, {"finding": number, "waiver": waiver})
        if waiver not in in_force or not covered:
            raise UsageError("not-waived", number=number, waiver=waiver)
