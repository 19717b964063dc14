"""Waivers (例外审批): dated exceptions, each with the document of an authority that may decide it.

Asked and approved by different people, they cure nothing that was paid before they were decided, and end by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from sqlalchemy import text

from fundtrack.beantext.escape import stored
from fundtrack.book.clock import today
from fundtrack.book.create import now
from fundtrack.book.person import named, same_person
from fundtrack.checking.finding import Permit
from fundtrack.errors import LANGUAGES, UsageError, nearest, words
from fundtrack.ledger.rows import voucher_number
from fundtrack.schema import dialect

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.checking import Check, Finding

Level = Literal["county", "city", "region", "central"]
LEVELS: Final[tuple[str, ...]] = ("township", *get_args(Level))
"""Authorities, the lowest first."""

COLUMNS: Final = (
    "waiver", "page", "fund", "use", "project", "voucher", "finding", "valid_from", "valid_to", "document",
    "document_level", "document_date", "reason", "asked_by", "approved_by", "granted_by",
    "granted_at",
)  # fmt: skip

WAIVED_ON: Final = """
SELECT w.waiver FROM book_waived AS w WHERE w.finding = f.finding AND :today BETWEEN w.valid_from AND w.valid_to
"""
"""The waivers that cover the finding `f` on a day."""

IN_FORCE: Final = """
SELECT w.page, w.fund, w.use, w.project, w.voucher, w.finding, w.valid_from, w.valid_to, w.rank, w.document_date,
    w.approved_by, w.waiver
FROM waiver_holding AS w WHERE :today BETWEEN w.valid_from AND w.valid_to ORDER BY w.waiver
"""

LISTED: Final = """
SELECT w.*, COALESCE(r.revoked_at, '') AS revoked_at, COALESCE(r.revoked_by, '') AS revoked_by,
    COALESCE(r.reason, '') AS revoked_reason, v.fund AS of, v.year, v.number,
    CASE WHEN EXISTS (SELECT 1 FROM book_documents AS d WHERE d.document = w.document) THEN 1 ELSE 0 END AS registered,
    CASE WHEN h.waiver IS NULL THEN 0 ELSE 1 END AS holds
FROM waiver AS w
LEFT JOIN waiver_holding AS h ON h.waiver = w.waiver
LEFT JOIN waiver_revoked AS r ON r.waiver = w.waiver
LEFT JOIN voucher AS v ON v.id = w.voucher
ORDER BY w.waiver
"""

PERMITS: Final = "SELECT waiver, document, valid_to FROM waiver ORDER BY waiver"
DOCUMENT: Final = "SELECT level, date FROM book_documents WHERE document = :document"
HANDS: Final = "SELECT prepared_by, approved_by FROM voucher WHERE id = :voucher"


@dataclass(frozen=True)
class Scope:
    """What a waiver is about: empty text, or None, does not narrow it. `voucher` is an id, `finding` a number."""

    fund: str = ""
    use: str = ""
    project: str = ""
    voucher: int | None = None
    finding: int | None = None


@dataclass(frozen=True)
class Decision:
    """Who decided what: the document, the level of its authority and its date, and the two people.

    Level and date need not be said of a document that is registered.
    """

    document: str
    level: Level | None
    date: dt.date | None
    reason: str
    asked_by: str
    approved_by: str


def grant(
    book: Book,
    pages: Mapping[str, Check],
    page: str,
    scope: Scope,
    *,
    valid: tuple[dt.date, dt.date],
    decision: Decision,
    by: str,
) -> int:
    """Record a waiver; return its number.

    Raises UsageError: `check-unknown`, `not-waivable`, `duties-apart`, `waiver-incomplete`, `waiver-dates`,
    `finding-unknown`, `waiver-other-check`, `waiver-document-differs`, `waiver-not-decided-yet`,
    `waiver-authority-too-low`, `waiver-own-voucher`; BookError for what the database refuses.
    """
    if page not in pages:
        raise UsageError("check-unknown", name=page, known=nearest(page, pages))
    if not pages[page].waivable:
        title = {language: pages[page].page.text("title", language) for language in LANGUAGES}
        raise UsageError("not-waivable", name=page, title=title)
    said = {name: stored(getattr(decision, name)).strip() for name in ("document", "reason")}
    said |= {name: named(getattr(decision, name)) for name in ("asked_by", "approved_by")}
    refuse_incomplete(scope, said, valid)

    def act(connection: Connection) -> int:
        of = narrowed(connection, scope, page)
        level, date = decided(connection, said["document"], decision)
        refuse_low(connection, of.fund, level)
        refuse_own(connection, of, said["approved_by"])
        number = int(connection.exec_driver_sql("SELECT COALESCE(MAX(waiver), 0) + 1 FROM waiver").scalar_one())
        row = {
            "waiver": number, "page": page, **vars(of), "valid_from": valid[0].isoformat(),
            "valid_to": valid[1].isoformat(), **said, "document_level": level, "document_date": date,
            "granted_by": named(by), "granted_at": now(),
        }  # fmt: skip
        dialect.insert_rows(connection, "waiver", COLUMNS, [[row[name] for name in COLUMNS]])
        return number

    return book.act(act)


def permits(connection: Connection, numbers: AbstractSet[int]) -> dict[int, Permit]:
    """Return what waivers say, by number; 0 is none."""
    rows = connection.exec_driver_sql(PERMITS).all() if numbers - {0} else ()
    return {number: Permit(document, until) for number, document, until in rows if number in numbers}


def refuse_incomplete(scope: Scope, said: Mapping[str, str], valid: tuple[dt.date, dt.date]) -> None:
    """Refuse a waiver that lacks something. Raises UsageError: `waiver-incomplete`, `waiver-dates`, `duties-apart`."""
    lacking = [f"--{name.replace('_', '-')}" for name, word in said.items() if not word]
    if not any(vars(scope).values()):
        lacking.append("--fund | --use | --project | --voucher | --finding")
    if lacking:
        raise UsageError("waiver-incomplete", options=", ".join(lacking))
    if valid[0] > valid[1]:
        raise UsageError("waiver-dates", begins=valid[0], ends=valid[1])
    if same_person(said["asked_by"], said["approved_by"]):
        raise UsageError("duties-apart", who=said["asked_by"], option="--approved-by")


def decided(connection: Connection, document: str, decision: Decision) -> tuple[str, str]:
    """Return the level and the date of a document: those of the register of documents, where it has the document.

    Raises UsageError: `waiver-document-differs`, `waiver-incomplete` where nobody says, `waiver-not-decided-yet`.
    """
    level, date = decision.level or "", decision.date.isoformat() if decision.date else ""
    for kept_level, kept_date in dialect.rows_of(connection, DOCUMENT, {"document": document}):
        if (level and kept_level not in {"", level}) or (date and kept_date not in {"", date}):
            kept = {**level_words("registered_level", kept_level), "registered_date": kept_date}
            raise UsageError(
                "waiver-document-differs", document=document, date=date, **level_words("level", level), **kept
            )
        level, date = level or kept_level, date or kept_date
    lacking = [option for option, value in (("--level", level), ("--document-date", date)) if not value]
    if lacking:
        raise UsageError("waiver-incomplete", options=", ".join(lacking))
    if date > today().isoformat():
        raise UsageError("waiver-not-decided-yet", document=document, date=date)
    return level, date


def level_words(name: str, level: str) -> dict[str, object]:
    """Return a level as a detail of a message, said in the message's language; one there is not, as it is."""
    return {name: words(f"level-{level}") if level in LEVELS else level}


def refuse_own(connection: Connection, scope: Scope, approver: str) -> None:
    """Refuse an approver who prepared or approved the voucher of a waiver. Raises UsageError (`waiver-own-voucher`)."""
    of = "SELECT voucher FROM finding WHERE finding = :finding"
    found = dialect.rows_of(connection, of, {"finding": scope.finding}) if scope.finding else []
    for voucher in (scope.voucher, *(number for (number,) in found)):
        for hands in dialect.rows_of(connection, HANDS, {"voucher": voucher}) if voucher else ():
            if any(same_person(approver, hand) for hand in hands if hand):
                raise UsageError("waiver-own-voucher", who=approver)


def narrowed(connection: Connection, scope: Scope, page: str) -> Scope:
    """Return a scope with the fund of the voucher or the finding it names.

    Raises UsageError: `finding-unknown`, `waiver-other-check` for a finding of another check.
    """
    if scope.finding:
        found = connection.execute(
            text("SELECT page, fund FROM finding WHERE finding = :number"), {"number": scope.finding}
        ).one_or_none()
        if found is None:
            raise UsageError("finding-unknown", number=scope.finding)
        if found[0] != page:
            raise UsageError("waiver-other-check", number=scope.finding, found=found[0], name=page)
        return replace(scope, fund=found[1])
    if scope.voucher and not scope.fund:
        fund = connection.exec_driver_sql(f"SELECT fund FROM voucher WHERE id = {scope.voucher:d}").scalar_one()
        return replace(scope, fund=fund)
    return scope


def refuse_low(connection: Connection, fund: str, level: str) -> None:
    """Refuse an authority below that of a fund or group of funds; of all, where it is none there is.

    Raises UsageError (`waiver-authority-too-low`).
    """
    ranks = ranks_of(connection)
    of = fund if fund in ranks else max(ranks, key=lambda one: ranks[one], default="")
    if ranks.get(of, 0) > LEVELS.index(level) + 1:
        wanted = level_words("wanted", LEVELS[ranks[of] - 1])
        raise UsageError("waiver-authority-too-low", fund=of, **level_words("level", level), **wanted)


def ranks_of(connection: Connection) -> dict[str, int]:
    """Return how high the authority stands that each fund and group of funds answers to."""
    found = dialect.rows_of(connection, "SELECT fund, rank FROM fund_rank ORDER BY fund")
    return {str(fund): int(rank) for fund, rank in found}


def revoke(book: Book, waiver: int, *, by: str, reason: str) -> None:
    """Record that a waiver holds no longer.

    Raises UsageError: `waiver-incomplete` without a reason, `waiver-unknown`, `waiver-revoked` where it was before.
    """
    by, reason = named(by), stored(reason).strip()
    if not reason:
        raise UsageError("waiver-incomplete", options="--reason")

    def act(connection: Connection) -> None:
        standing = {row["waiver"]: row for row in waivers(connection)}
        if waiver not in standing:
            raise UsageError("waiver-unknown", number=waiver)
        if standing[waiver]["revoked_at"]:
            raise UsageError("waiver-revoked", number=waiver, who=standing[waiver]["revoked_by"])
        columns = ("waiver", "revoked_at", "revoked_by", "reason")
        dialect.insert_rows(connection, "waiver_revoked", columns, [(waiver, now(), by, reason)])

    book.act(act)


def waivers(connection: Connection) -> list[dict[str, Any]]:
    """Return every waiver with what became of it.

    `state` is `in-force`, `coming`, `expired`, `revoked`, or `contradicted` by the register of documents; `registered`
    says whether that has its document.
    """
    day = today().isoformat()
    found = [dict(row) for row in connection.execute(text(LISTED)).mappings()]
    return [
        row
        | {"state": _state(row, day)}
        | {"voucher_number": voucher_number(row["of"], row["year"], row["number"]) if row["of"] else ""}
        for row in found
    ]


def _state(row: Mapping[str, Any], day: str) -> str:
    if row["revoked_at"]:
        return "revoked"
    if not row["holds"]:
        return "contradicted"
    if day < row["valid_from"]:
        return "coming"
    return "in-force" if day <= row["valid_to"] else "expired"


def waived(
    connection: Connection, findings: Iterable[Finding], pages: Mapping[str, Check], hands: Sequence[str] = ()
) -> list[Finding]:
    """Return findings, each with the waiver that covers it today; nothing is asked of the book where there are none.

    `hands` are those who prepare and approve the vouchers that are not posted yet.
    """
    found = list(findings)
    if not found:
        return found
    in_force = dialect.rows_of(connection, IN_FORCE, {"today": today().isoformat()})
    if not in_force:
        return found

    ranks = ranks_of(connection)

    @cache
    def hands_of(voucher: int) -> Sequence[str]:
        posted = dialect.rows_of(connection, HANDS, {"voucher": voucher}) if voucher else []
        return [hand for hand in (posted[0] if posted else hands) if hand]

    def covered(one: Finding) -> Finding:
        if one.check not in pages or not pages[one.check].waivable:
            return one
        covering = (row for row in in_force if _covers(row, one, ranks))
        numbers = (
            int(number) for *_, approver, number in covering
            if not any(same_person(approver, hand) for hand in hands_of(one.voucher))
        )  # fmt: skip
        return replace(one, waiver=min(numbers, default=0))

    return [covered(one) for one in found]


def _covers(waiver: tuple[Any, ...], one: Finding, ranks: Mapping[str, int]) -> bool:
    """Return whether a waiver in force covers a finding: the same rule as the view `book_waived`."""
    page, fund, use, project, voucher, finding, begins, ends, rank, decided_on, *_ = waiver
    date = one.date or today().isoformat()
    highest = ranks.get(one.fund) or max(ranks.values(), default=0)
    return bool(
        page == one.check
        and fund in {"", one.fund}
        and use in {"", one.use}
        and project in {"", one.project}
        and voucher in {None, one.voucher}
        and finding in {None, one.number}
        and max(begins, decided_on) <= date <= ends
        and highest <= rank
    )
