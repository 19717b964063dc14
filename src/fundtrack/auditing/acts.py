"""What people decide about a finding: confirm, dismiss, close, reopen.

What an auditor saw belongs to the auditor, all else to the bureau, and nobody decides about a voucher, or an entry of a
register, of their own. The database holds all of this; here it is said in a sentence first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy import text

from fundtrack.auditing.record import ACT
from fundtrack.auditing.sides import take_side
from fundtrack.auditing.standing import known
from fundtrack.auditing.waivers import waivers
from fundtrack.beantext.escape import stored
from fundtrack.book.create import now
from fundtrack.book.person import named
from fundtrack.errors import UsageError, words
from fundtrack.schema import dialect
from fundtrack.schema.functions import PERSON

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fundtrack.auditing.sides import Side
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

PREPARED, APPROVED, WHO = map(PERSON.format, ("prepared_by", "approved_by", ":who"))
HANDS: Final = text(f"SELECT 1 FROM voucher WHERE id = :id AND {WHO} IN ({PREPARED}, {APPROVED})")
ENTERED: Final = text(f"SELECT 1 FROM entry_hands WHERE entry = :id AND person = {WHO}")
LATER: Final = text("""
SELECT f.remedied_by, b.found FROM finding AS f JOIN book_findings AS b ON b.finding = f.finding
JOIN entry_succession AS e ON e.entry = f.entry WHERE f.finding = :finding AND e.successor = :entry
""")
OTHERS: Final = 2
"""How many of the three things that close a finding are not given."""

REMEDY: Final = text("SELECT remedy FROM book_remedies WHERE finding = :finding AND voucher = :voucher")
REMEDIED_BY: Final = text("SELECT remedied_by FROM finding WHERE finding = :finding")


@dataclass(frozen=True)
class Grounds:
    """What an act rests on.

    `remedy` is the id of the voucher that puts it right, `waiver` the number of one, `entry` the later entry of a
    register, such as `recipient 12`, that took the place of the one at fault.
    """

    reason: str = ""
    document: str = ""
    remedy: int | None = None
    waiver: int | None = None
    entry: str | None = None


def decide(book: Book, number: int, act: Act, grounds: Grounds, *, by: str, side: Side | None = None) -> None:
    """Record an act on a finding, for the side on record; the first time a person decides it has to be said.

    Raises UsageError: `finding-unknown`, `act-needs`, `act-out-of-order`, `side-unknown`, `other-side`,
    `not-the-raiser`, `own-voucher`, `own-entry`, `no-remedy`, `not-waived`, `no-entry`; BookError for what the database
    refuses besides.
    """
    by = named(by)
    said_entry = " ".join(grounds.entry.replace(":", " ").split()) if grounds.entry else None
    grounds = replace(
        grounds, reason=stored(grounds.reason).strip(), document=stored(grounds.document).strip(), entry=said_entry
    )
    refuse_groundless(act, grounds)

    def perform(connection: Connection) -> None:
        finding = known(connection, number)
        on = take_side(connection, by, side)
        refuse_side(finding, act, by, on)
        refuse_order(finding, act)
        refuse_own(connection, finding, act, by, grounds)
        refuse_unremedied(connection, finding, grounds)
        said = (grounds.reason, grounds.document, grounds.remedy, grounds.waiver, grounds.entry)
        row = (number, len(finding.acts) + 1, act, finding.latest["audit"], on, by, now(), *said)
        dialect.insert_rows(connection, "finding_act", ACT, [row])

    book.act(perform)


def refuse_groundless(act: Act, grounds: Grounds) -> None:
    """Refuse an act that does not say what it rests on. Raises UsageError (`act-needs`)."""
    lacking = []
    if act == "close" and [grounds.remedy, grounds.waiver, grounds.entry].count(None) != OTHERS:
        lacking.append("--remedy | --waiver | --entry")
    if act != "close" and not grounds.reason:
        lacking.append("--reason")
    if act == "dismiss" and not grounds.document:
        lacking.append("--document")
    if lacking:
        raise UsageError("act-needs", act=act, options=", ".join(lacking))


def refuse_side(finding: Known, act: Act, by: str, side: Side) -> None:
    """Refuse a person of the other side. Raises UsageError (`not-the-raiser`)."""
    if act != "reopen" and side != finding.row["side"]:
        owner, own = words(f"side-{finding.row['side']}"), words(f"side-{side}")
        raise UsageError("not-the-raiser", number=finding.row["finding"], raiser=owner, who=by, side=own)


def refuse_order(finding: Known, act: Act) -> None:
    """Refuse an act that does not follow on the state of a finding. Raises UsageError (`act-out-of-order`)."""
    last = finding.acts[-1]["act"] if finding.acts else ""
    lapsed = last == "close" and finding.state != "closed"  # by a waiver that has ended: it is opened again first
    confirmed = act != "close" or any(one["act"] == "confirm" for one in finding.acts)
    fits = act == "reopen" if lapsed else finding.state in AFTER[act] and confirmed and (act, last) != (act, act)
    if not fits:
        state, wanted = words(f"state-{finding.state}"), words(f"to-{act}")
        raise UsageError("act-out-of-order", number=finding.row["finding"], state=state, act=wanted)


def refuse_own(connection: Connection, finding: Known, act: Act, by: str, grounds: Grounds) -> None:
    """Refuse whoever prepared or approved the finding's voucher, or entered its entry, or those of the remedy.

    Raises UsageError: `own-voucher`, `own-entry`.
    """
    if act == "reopen":
        return
    for name, query, things in (
        ("own-voucher", HANDS, (finding.row["voucher"], grounds.remedy)),
        ("own-entry", ENTERED, (finding.row["entry"], grounds.entry)),
    ):
        if any(thing and connection.execute(query, {"id": thing, "who": by}).first() for thing in things):
            raise UsageError(name, who=by, number=finding.row["finding"])


def refuse_unremedied(connection: Connection, finding: Known, grounds: Grounds) -> None:
    """Refuse to close with what does not. Raises UsageError: `no-remedy`, `not-waived`, `no-entry`."""
    number, remedy, waiver = finding.row["finding"], grounds.remedy, grounds.waiver
    if remedy is not None:
        kinds = str(connection.execute(REMEDIED_BY, {"finding": number}).scalar_one()).split(",")
        kind = connection.execute(REMEDY, {"finding": number, "voucher": remedy}).scalar()
        if kind not in kinds:
            raise UsageError("no-remedy", number=number, kinds=words(*(f"remedy-{kind}" for kind in kinds)))
    if grounds.entry is not None:
        later = connection.execute(LATER, {"finding": number, "entry": grounds.entry}).first()
        if later is None or "entry" not in later[0].split(",") or later[1]:
            raise UsageError("no-entry", number=number, entry=grounds.entry)
    if waiver is not None:
        in_force = {row["waiver"] for row in waivers(connection) if row["state"] == "in-force"}
        covers = "SELECT 1 FROM book_waived WHERE finding = :finding AND waiver = :waiver"
        covered = dialect.rows_of(connection, covers, {"finding": number, "waiver": waiver})
        if waiver not in in_force or not covered:
            raise UsageError("not-waived", number=number, waiver=waiver)
