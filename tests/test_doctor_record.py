"""The doctor names what was written into the record of findings past the program and its controls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from alias_attacks import BY_DEFAULT
from aliased import ALIAS, BASIS, CONFIRMED
from attacks import BATCH, DECISION, DEFAULT, INPUT_ROW, NEW, NEXT, ROWS, entry, row, voucher
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
        ("fund_basis_by_standing_alias on fund_basis", row("fund_basis", **BASIS | {"fund_basis": 9, "word": "z"}),
         "basis-alias", "“z” gave fund F01 by alias 1"),
        ("fund_basis_by_standing_alias on fund_basis",
         row("fund_basis", **BASIS | {"fund_basis": 9, "recorded_at": "2015-02-01T00:00:00Z"}), "basis-alias",
         "Basis 9"),
        ("fund_basis_confirmed_by_another on fund_basis", row("fund_basis", **BY_DEFAULT | {"confirmed_by": "CLERK"}),
         "basis-alone", "fund F01 of batch 1"),
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


@pytest.mark.parametrize(
    ("basis", "fund", "name", "told"),
    [
        ({"alias": None, "word": "F03"}, "F01", "basis-word", "“F03” gives fund F01; what it names is of F03"),
        ({"alias": None, "word": "F01-Q00007", "how": "quota"}, "F01", "basis-word", "what it names is of –"),
        ({"alias": None, "word": "1", "how": "bank"}, "F01", "basis-word", "“1” gives fund F01"),
        ({"alias": None, "how": "corrected", "confirmed_by": "manager"}, "F01", "basis-uncorrected", "basis 9"),
        ({"alias": None, "word": "F03"}, "F03", "basis-of-another", "basis 9"),
        ({"alias": None, "word": "F01", "page": "q"}, "F01", "basis-of-another", "basis 9"),
    ],
)
def test_a_fund_that_does_not_rest_on_what_it_is_said_to_is_named(
    book: Book, basis: dict[str, object], fund: str, name: str, told: str
) -> None:
    """The voucher of a row, and what is said of how the row gives its fund."""
    on = " ON {}" if book.engine.dialect.name == "postgresql" else ""
    tamper(book, *ROWS)
    for control, table in (("fund_basis_corrected_by_two", "fund_basis"), ("voucher_of_its_basis", "voucher")):
        tamper(book, f"DROP TRIGGER {control}{on.format(table)}")
    assert not {name for name in found(book) if name.startswith("basis")}
    said = BASIS | {"fund_basis": 9, "page": BATCH["page"]} | basis
    tamper(book, row("fund_basis", **said), entry(fund), voucher(fund, batch=1, row=9, fund_basis=9))
    assert told in found(book)[name]


def test_a_fund_that_is_said_of_its_file_no_more_is_named(book: Book) -> None:
    """A voucher that rests on what was said of its file before; what nothing rests on was said for a time."""
    on = " ON voucher" if book.engine.dialect.name == "postgresql" else ""
    tamper(book, *ROWS, row("fund_basis", **BY_DEFAULT), row("batch_default", **DEFAULT | {"nth": 2, "fund": "F03"}))
    assert "basis-alone" not in found(book)
    tamper(book, f"DROP TRIGGER voucher_of_its_basis{on}", entry("F01"), voucher("F01", batch=1, row=9, fund_basis=9))
    assert "fund F01 of batch 1" in found(book)["basis-alone"]


def test_a_fund_by_a_word_that_stood_for_it_no_longer_is_named(book: Book) -> None:
    """What rests on an alias after another took its place."""
    later = "2015-03-02T00:00:00Z"
    tamper(book, *ROWS, row("alias", **ALIAS | {"alias": 2, "meaning": "F03", "replaces": 1}),
           row("alias_decision", **CONFIRMED | {"alias": 2, "decided_at": later}))  # fmt: skip
    tamper(book, entry("F01"), voucher("F01", batch=1, row=9, fund_basis=1, recorded_at=later))
    assert "basis-alias" not in found(book)
    after: dict[str, Any] = {"id": NEW + 1, "number": NEXT["F01"] + 1, "recorded_at": "2015-03-02T00:00:01Z"}
    tamper(book, entry("F01", voucher=NEW + 1), voucher("F01", verb="INSERT", batch=1, row=8, fund_basis=1, **after))
    assert "Basis 1" in found(book)["basis-alias"]
