"""What was refused: kept with its reasons, and read again. A refusal is a record too."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fundtrack.book.create import now
from fundtrack.errors import LANGUAGES
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.checking import Finding
    from fundtrack.posting.draft import Draft


@dataclass(frozen=True)
class Refusal:
    """An act that was refused: when, to whom, the vouchers it would have been (`Draft.record`), and why.

    A reason has the check's name, and `message-en`, `message-zh`, `remedy-en`, `remedy-zh`.
    """

    seq: int
    refused_at: str
    refused_to: str
    drafts: Sequence[Mapping[str, Any]]
    reasons: Sequence[Mapping[str, str]]


def keep_refusal(book: Book, drafts: Sequence[Draft], findings: Sequence[Finding], by: str) -> None:
    """Keep what was refused and why."""

    def keep(connection: Connection) -> None:
        seq = connection.exec_driver_sql("SELECT COALESCE(MAX(seq), 0) + 1 FROM refusal").scalar_one()
        content, reasons = [draft.record() for draft in drafts], [_reason(finding) for finding in findings]
        dialect.insert_rows(
            connection,
            "refusal",
            ("seq", "refused_at", "refused_to", "draft", "findings"),
            [(seq, now(), by, _text(content), _text(reasons))],
        )

    book.act(keep)


def refusals(connection: Connection) -> list[Refusal]:
    """Return what was refused, the latest first."""
    found = connection.exec_driver_sql(
        "SELECT seq, refused_at, refused_to, draft, findings FROM refusal ORDER BY seq DESC"
    )
    return [Refusal(seq, at, to, json.loads(drafts), json.loads(why)) for seq, at, to, drafts, why in found]


def _reason(finding: Finding) -> dict[str, str]:
    said = {f"message-{language}": finding.messages[language] for language in LANGUAGES}
    return {"check": finding.check, **said, **{f"remedy-{one}": finding.remedies[one] for one in LANGUAGES}}


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
