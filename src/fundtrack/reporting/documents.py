"""What came of each document: what it gave, to which funds, and of that what was granted, allotted and is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fundtrack.book.documents import papers
from fundtrack.errors import UsageError, nearest
from fundtrack.posting.quota import statuses

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fundtrack.book.documents import Paper, Papers
    from fundtrack.chart.model import Chart, Quota

SAID = ("document", "kind", "level", "issuer", "date", "fund", "parent", "title", "rule", "sha256")
"""What a document says of itself, beside its amount."""


def documents(connection: Connection, fund: str = "") -> list[dict[str, Any]]:
    """Return every document that is registered or gave quota, in order of date; of a fund, those that gave it any.

    Amounts are fen: `amount` is what the register says, None for nothing, `given` the quota that came by it and what
    follows from it, or what was pooled by a plan, `left` the difference.
    """
    known = papers(connection)
    found = sorted(map(known.of, known.numbers), key=lambda paper: (paper.date, paper.document))
    return [
        {**_said(paper), **_sums(known, paper)}
        for paper in found
        if fund in {"", paper.fund, *known.funds(paper.document)}
    ]


def document(connection: Connection, chart: Chart, number: str) -> dict[str, Any]:
    """Return a document, and of what came of it: `documents`, `grants`, `funds` and `quotas`, amounts in fen.

    Raises UsageError (`document-unknown`).
    """
    known = papers(connection)
    if number not in {*known.numbers, *known.upper.values()}:
        raise UsageError("document-unknown", document=number, known=nearest(number, known.numbers))
    paper = known.of(number)
    return {
        **_said(paper),
        "registered": bool(paper.entry),
        **_sums(known, paper),
        "above": known.chain(number)[1:],
        "below": known.children(number),
        "grants": [
            {"account": use.account, "date": use.date.isoformat()}
            for use in chart.uses
            if use.document == number and use.granted
        ],
        "funds": known.funds(number),
        "quotas": [
            {
                "quota": line.number,
                "parent": f"{line.fund}-Q{line.parent:05d}" if line.parent else "",
                "use": line.use,
                "project": line.project,
                **statuses(connection, chart, line),
            }
            for line in _came_of(chart, number)
        ],
    }


def _said(paper: Paper) -> dict[str, Any]:
    return {name: getattr(paper, name) for name in SAID}


def _sums(known: Papers, paper: Paper) -> dict[str, int | None]:
    given = known.passed_on(paper.document)
    return {
        "amount": paper.amount or None,
        "given": given,
        "left": paper.amount - given if paper.amount else None,
    }


def _came_of(chart: Chart, number: str) -> list[Quota]:
    """Return the lines that a document gave, and those that were allotted and carried over of them."""
    found: list[Quota] = []
    known: set[tuple[str, int]] = set()
    for line in chart.quotas:
        if (line.document == number and not line.parent) or (line.fund, line.parent) in known:
            known.add((line.fund, line.line))
            found.append(line)
    return found
