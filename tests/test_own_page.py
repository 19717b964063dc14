"""What a page has to say to be a check, and what the check then says; what is wrong is told at its line."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from fundtrack.checking.check import check_of
from fundtrack.errors import BookError, PageError
from fundtrack.pages import load
from ownpage import page

if TYPE_CHECKING:
    from pathlib import Path

FAULTY: Final = {
    "language": ({"language": "text"}, "```sql"),
    "scope": ({"scope": "scope=nothing"}, "scope=voucher | balance | COLUMN"),
    "no scope": ({"scope": ""}, "scope=voucher | balance | COLUMN"),
    "severity": ({"severity": "bad"}, "severity: fatal | error | warn"),
    "waivable": ({"front": "waivable: 1\n"}, "waivable: true | false"),
    "remedied-by": (
        {"front": "remedied-by: [refund, prayer]\n"},
        "remedied-by: [reversal, refund, rebook, transfer-back, entry, repayment, verification]",
    ),
}


@pytest.mark.parametrize(("change", "why"), FAULTY.values(), ids=FAULTY)
def test_what_a_page_needs_to_be_a_check(tmp_path: Path, change: dict[str, str], why: str) -> None:
    """Is said of the page, at the line of its select."""
    with pytest.raises(PageError) as caught:
        page(tmp_path, "SELECT voucher, date FROM vouchers", **change)
    lines = 19 + len(change.get("front", "").splitlines())
    assert (caught.value.key, caught.value.details) == (
        "check-page", {"path": tmp_path / "own.md", "line": lines, "why": why},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("was", "why"),
    [
        ("basis: [own]\n", "basis"), ("basis: [own]", "basis"), ("title-zh: 自查\n", "title, title-zh"),
        ("remedy-zh: 核对。\n", "remedy, remedy-zh"),
    ],
)  # fmt: skip
def test_what_a_page_must_say(tmp_path: Path, was: str, why: str) -> None:
    """Its basis, and title, message and remedy in both languages."""
    page(tmp_path, "SELECT voucher, date FROM vouchers")
    path = tmp_path / "own.md"
    path.write_text(path.read_text("utf-8").replace(was, "basis: []\n" if was == "basis: [own]" else ""), "utf-8")
    with pytest.raises(PageError) as caught:
        check_of(load(path))
    assert caught.value.details["why"] == why


def test_a_check_says_all_that_its_page_says(tmp_path: Path) -> None:
    """And what it does not say is as a check is delivered."""
    plain = page(tmp_path, "SELECT voucher, date FROM vouchers;  ")
    assert (plain.name, plain.severity, plain.scope, plain.key, plain.measure) == (
        "own",
        "error",
        "voucher",
        ("voucher",),
        "",
    )
    assert plain.select == "SELECT voucher, date FROM vouchers"
    assert page(tmp_path, "SELECT voucher, date FROM vouchers AS X;").select.endswith(" AS X")
    assert (sorted(plain.amounts), dict(plain.parameters), plain.needs) == (["amount"], {}, ())
    assert (plain.begins, plain.ends) == (date.min, date.max)
    assert (plain.waivable, plain.is_installed) == (True, False)
    assert plain.remedied_by == ("reversal", "refund", "rebook", "transfer-back", "entry")
    front = "measure: gap\namounts: [amount, sum]\nneeds: [vouchers.payee_id, deaths.person]\nwaivable: false\n"
    front += "from: 2015-01-01\nto: 2015-12-31\nremedied-by: [repayment]\nparameters:\n  limit: 5\n"
    front += "  days: {value: 7, source: x, en: y, zh: z}\n"
    full = page(tmp_path, "SELECT voucher, date FROM vouchers", front=front)
    assert (full.measure, sorted(full.amounts)) == ("gap", ["amount", "gap", "sum"])
    assert full.parameters == {"limit": 5, "days": 7}
    assert full.needs == (("vouchers", "payee_id"), ("deaths", "person"))
    assert (full.begins, full.ends) == (date(2015, 1, 1), date(2015, 12, 31))
    assert (full.waivable, full.remedied_by, full.defaults) == (False, ("repayment",), full.parameters)
    assert (full.mentions("vouchers"), full.mentions("deaths"), full.mentions("date")) == (True, False, False)
    lower = page(tmp_path, "select voucher, date from deaths")
    assert (lower.mentions("deaths"), lower.mentions("death")) == (True, False)
    assert [full.applies(day) for day in ("2014-12-31", "2015-01-01", "2015-12-31", "2016-01-01")] == [
        False, True, True, False,
    ]  # fmt: skip


def test_a_threshold_of_ones_own(tmp_path: Path) -> None:
    """Takes the place of that of the page, if it is of the same type; another is refused with those that there are."""
    own = page(tmp_path, "SELECT voucher, date FROM vouchers", front="parameters: {limit: 5, word: a}\n").page
    assert check_of(own, (("limit", 6),)).parameters == {"limit": 6, "word": "a"}
    for name, value in (("limit", "6"), ("days", 6)):
        with pytest.raises(BookError) as caught:
            check_of(own, ((name, value),))
        assert (caught.value.key, caught.value.details["known"]) == ("threshold-unknown", "limit = 5, word = 'a'")
        assert {caught.value.details[one] for one in ("check", "name", "value")} == {"own", name, value}


STRAY: Final = {
    "SELECT voucher,\n  date -- the end of it all, and more of it\nFROM vouchers": (
        20,
        "-- the end of it all, and more",
    ),
    "SELECT voucher, date AS [x\ny] FROM vouchers": (19, "[x"),
}


@pytest.mark.parametrize(("select", "where"), STRAY.items())
def test_where_a_select_leads_out_of_itself(tmp_path: Path, select: str, where: tuple[int, str]) -> None:
    """Is told with the line, and what stands there, as far as it goes on it."""
    with pytest.raises(PageError) as caught:
        page(tmp_path, select)
    assert (caught.value.key, caught.value.details) == (
        "check-statement", {"path": tmp_path / "own.md", "line": where[0], "name": "own", "found": where[1]},
    )  # fmt: skip
