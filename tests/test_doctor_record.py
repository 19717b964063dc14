"""The doctor names what was written into the record of findings past the program and its controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from attacks import DECISION, INPUT_ROW, NEW, ROWS, entry, row, voucher
from finding_attacks import ACT, AUDIT, CLOSE, FINDING, FINDING_ROWS, SIDE, WAIVER
from stock import tamper
from test_doctor import book, found

if TYPE_CHECKING:
    from fundtrack.book import Book

__all__ = ["book"]


@pytest.mark.parametrize(
    ("control", "statement", "name", "told"),
    [
        ("audit_numbered_without_gap on audit", row("audit", **AUDIT | {"audit": 5, "last_voucher": 5}), "record-gap",
         "from 1 to 5"),
        ("", row("finding", **FINDING), "finding-unfounded", "Finding 3"),
        ("finding_act_by_another on finding_act", row("finding_act", **ACT | {"acted_by": "Clerk"}), "act-unlawful",
         "Act 1 on finding 2"),
        ("finding_act_in_order on finding_act", row("finding_act", **ACT | {"finding": 1, "seq": 2}), "act-unlawful",
         "Act 2 on finding 1"),
        ("finding_act_by_its_side on finding_act", row("finding_act", **ACT | {"side": "auditor",
         "acted_by": "auditor"}), "act-unlawful", "Act 1 on finding 2"),
        ("finding_act_by_one_side on finding_act", row("finding_act", **ACT | {"acted_by": "nobody"}), "act-unlawful",
         "Act 1 on finding 2"),
        ("finding_act_of_another_entry on finding_act", row("finding_act", **ACT | {"acted_by": "entrant"}),
         "act-unlawful", "Act 1 on finding 2"),
        ("finding_act_entered on finding_act", row("finding_act", **CLOSE | {"entry": "payroll 1"}), "act-unlawful",
         "Act 2 on finding 1"),
        ("waiver_by_another on waiver", row("waiver", **WAIVER | {"voucher": 5, "approved_by": "manager"}),
         "waiver-unlawful", "Waiver 3"),
    ],
)  # fmt: skip
def test_what_a_control_would_have_refused_is_named(
    book: Book, control: str, statement: str, name: str, told: str
) -> None:
    """Though only the control that was taken away stands in the schema."""
    entrant = row("side", **SIDE | {"name": "entrant"})
    tamper(book, *ROWS, *FINDING_ROWS, entrant)
    assert found(book) == {}
    if control:
        of = control if book.engine.dialect.name == "postgresql" else control.partition(" ")[0]
        tamper(book, f"DROP TRIGGER {of}")
    tamper(book, statement)
    assert told in found(book)[name]


def test_who_confirmed_what_he_said_himself_is_named(book: Book) -> None:
    """A row that its file does not say the fund of, decided by who said it."""
    postgresql = book.engine.dialect.name == "postgresql"
    said = INPUT_ROW | {"row": 3, "reasons": '[{"check": "fund-by-default"}]'}
    tamper(book, *ROWS)
    assert "confirmed-alone" not in found(book)
    tamper(book, f"DROP TRIGGER default_confirmed_by_another{' ON decision' if postgresql else ''}")
    alone = row("decision", **DECISION | {"row": 3, "decided": "posted", "voucher": NEW, "decided_by": "clerk"})
    tamper(book, row("input_row", **said), entry(), voucher(batch=1, row=3, prepared_by="x", approved_by=""), alone)
    assert "1:3" in found(book)["confirmed-alone"]
