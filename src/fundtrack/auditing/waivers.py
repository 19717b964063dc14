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
from fundtrack.errors import UsageError
from fundtrack.ledger.rows import voucher_number
from fundtrack.pages import nearest
from fundtrack.schema import dialect

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.checking import Check, Finding

Level = Literal["county", "city", "region", "central"]
LEVELS: Final[tuple[str, ...]] = ("township", *get_args(Level))
"""Authorities, the lowest first."""

COLUMNS: Final = (
    "waiver", "page", "fund", "use", "project", "voucher", "finding", "valid_from", "valid_to", "document",
    "document_level", "document_date", "reason", "asked_by", "approved_by", "granted_at",
)  # fmt: skip

WAIVED_ON: Final = """
SELECT w.waiver FROM book_waived AS w WHERE w.finding = f.finding AND :today BETWEEN w.valid_from AND w.valid_to
"""
"""The waivers that cover the finding `f` on a day."""

IN_FORCE: Final = """
SELECT w.page, w.fund, w.use, w.project, w.voucher, w.finding, w.valid_from, w.valid_to, w.document_level,
    w.document_date, w.waiver
FROM waiver AS w
WHERE :today BETWEEN w.valid_from AND w.valid_to
    AND NOT EXISTS (SELECT 1 FROM waiver_revoked AS r WHERE r.waiver = w.waiver)
ORDER BY w.waiver
"""

LISTED: Final = """
SELECT w.*, COALESCE(r.revoked_at, '') AS revoked_at, COALESCE(r.revoked_by, '') AS revoked_by,
    COALESCE(r.reason, '') AS revoked_reason, v.fund AS of, v.year, v.number
FROM waiver AS w
LEFT JOIN waiver_revoked AS r ON r.waiver = w.waiver
LEFT JOIN voucher AS v ON v.id = w.voucher
ORDER BY w.waiver
"""


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
    """Who decided what: the document, the level of its authority and its date, and the two people."""

    document: str
    level: Level
    date: dt.date
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
) -> int:
    """Record a waiver; return its number.

    Raises UsageError: `check-unknown`, `not-waivable`, `duties-apart`, `waiver-incomplete`, `waiver-dates`,
    `finding-unknown`, `waiver-other-check`, `waiver-authority-too-low`; BookError for what the database refuses.
    """
    if page not in pages:
        raise UsageError("check-unknown", name=page, known=nearest(page, pages))
    if not pages[page].waivable:
        raise UsageError("not-waivable", name=page)
    words = {name: stored(getattr(decision, name)) for name in ("document", "reason", "asked_by", "approved_by")}
    refuse_incomplete(scope, words, valid)

    def act(connection: Connection) -> int:
        of = narrowed(connection, scope, page)
        refuse_low(connection, of.fund, decision.level)
        number = int(connection.exec_driver_sql("SELECT COALESCE(MAX(waiver), 0) + 1 FROM waiver").scalar_one())
        row = {
            "waiver": number, "page": page, **vars(of), "valid_from": valid[0].isoformat(),
            "valid_to": valid[1].isoformat(), **words, "document_level": decision.level,
            "document_date": decision.date.isoformat(), "granted_at": now(),
        }  # fmt: skip
        dialect.insert_rows(connection, "waiver", COLUMNS, [[row[name] for name in COLUMNS]])
        return number

    return book.act(act)


def refuse_incomplete(scope: Scope, words: Mapping[str, str], valid: tuple[dt.date, dt.date]) -> None:
    """Refuse a waiver that lacks something. Raises UsageError: `waiver-incomplete`, `waiver-dates`, `duties-apart`."""
    lacking = [f"--{name.replace('_', '-')}" for name, word in words.items() if not word]
    if not any(vars(scope).values()):
        lacking.append("--fund | --use | --project | --voucher | --finding")
    if lacking:
        raise UsageError("waiver-incomplete", options=", ".join(lacking))
    if valid[0] > valid[1]:
        raise UsageError("waiver-dates", begins=valid[0], ends=valid[1])
    if words["asked_by"] == words["approved_by"]:
        raise UsageError("duties-apart", who=words["asked_by"])


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
    """Refuse an authority below that of a fund, or of any where none is named. Raises UsageError."""
    for of, rank in dialect.rows_of(connection, "SELECT fund, rank FROM fund_rank ORDER BY rank DESC, fund"):
        if fund in {"", of} and rank > rank_of(level):
            raise UsageError("waiver-authority-too-low", level=level, fund=of, wanted=LEVELS[rank - 1])


def rank_of(level: str) -> int:
    """Return how high an authority stands."""
    return LEVELS.index(level) + 1


def revoke(book: Book, waiver: int, *, by: str, reason: str) -> None:
    """Record that a waiver holds no longer.

    Raises UsageError: `waiver-incomplete` without a reason, `waiver-unknown`, `waiver-revoked` where it was before.
    """
    by, reason = stored(by), stored(reason)
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
    """Return every waiver with what became of it: `state` is `in-force`, `coming`, `expired` or `revoked`."""
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
    if day < row["valid_from"]:
        return "coming"
    return "in-force" if day <= row["valid_to"] else "expired"


def waived(connection: Connection, findings: Iterable[Finding], pages: Mapping[str, Check]) -> list[Finding]:
    """Return findings, each with the waiver that covers it today; nothing is asked of the book where there are none."""
    found = list(findings)
    if not found:
        return found
    in_force = dialect.rows_of(connection, IN_FORCE, {"today": today().isoformat()})
    if not in_force:
        return found

    @cache
    def ranks() -> dict[str, int]:
        return {str(fund): int(rank) for fund, rank in dialect.rows_of(connection, "SELECT fund, rank FROM fund_rank")}

    def covered(one: Finding) -> Finding:
        if one.check not in pages or not pages[one.check].waivable:
            return one
        numbers = (int(row[-1]) for row in in_force if _covers(row, one, ranks()))
        return replace(one, waiver=min(numbers, default=0))

    return [covered(one) for one in found]


def _covers(waiver: tuple[Any, ...], one: Finding, ranks: Mapping[str, int]) -> bool:
    """Return whether a waiver in force covers a finding: the same rule as the view `book_waived`."""
    page, fund, use, project, voucher, finding, begins, ends, level, decided, _ = waiver
    date = one.date or today().isoformat()
    highest = ranks.get(one.fund, 0) if one.fund else max(ranks.values(), default=0)
    return bool(
        page == one.check
        and fund in {"", one.fund}
        and use in {"", one.use}
        and project in {"", one.project}
        and voucher in {None, one.voucher}
        and finding in {None, one.number}
        and max(begins, decided) <= date <= ends
        and highest <= rank_of(level)
    )
