"""Importing files into a book: each row ends in one state, once; what waits can be found, tried again or rejected."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fundtrack
from books import CHART, RECEIVED, post_simple
from fundtrack.book.policy import apply_chart
from fundtrack.errors import FormatError, UsageError
from fundtrack.importing.batch.file import import_file
from fundtrack.importing.batch.report import STATES
from fundtrack.importing.later.quarantine import find, reject, retry
from fundtrack.money import plain
from kill import HEADER
from treasury import (
    BLANK,
    COMPANY,
    JUNE,
    MORE,
    STATEMENT,
    asked,
    back,
    bring,
    bytes_of,
    counts,
    everything,
    file_of,
    held,
    names,
    pay,
    rejected,
    waits,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from copies import Template
    from fundtrack.book import Book
    from fundtrack.importing.batch.report import Report


@pytest.fixture
def book(template: Template) -> Iterator[Book]:
    """Give a book of its own to a test."""
    with template.copy() as book:
        yield book


def test_the_same_file_twice_is_one_batch(book: Book) -> None:
    """The second time nothing changes, and the report says what stands; so also under another name."""
    rows = [pay("1"), pay("2", fund="F09"), BLANK]
    first = bring(book, "a", *rows)
    assert (first.new, counts(first)) == (True, (1, 0, 1, 2))
    before = everything(book)
    for name in ("a", "b"):
        again = bring(book, name, *rows)
        assert (again.new, again.batch, counts(again)) == (False, first.batch, (0, 1, 1, 2))
        assert everything(book) == before


def test_a_list_published_anew_in_other_case_and_blanks_is_the_same(book: Book) -> None:
    """What tells its rows apart says the same: neither capitals nor blanks pay anybody again."""
    at, row = HEADER.index("支付申请编号"), pay("1")
    for number, became in (("Sq  1", (1, 0, 0)), ("SQ 1", (0, 1, 0)), ("sq\u30001 ", (0, 1, 0))):
        row[at] = number
        assert counts(bring(book, number.strip(), row))[:3] == became, number


def test_overlapping_files_are_compared_as_multisets(book: Book) -> None:
    """Of x, x, x, z after x, x, y only the third x and z are new; honest twins are posted and shown."""
    x, y, z = pay("x"), pay("y"), pay("z")
    first = bring(book, "a", x, x, y)
    assert counts(first) == (3, 0, 0, 1)
    assert [(finding.check, finding.severity) for finding in first.findings] == [("duplicate-payment", "error")]
    second = bring(book, "b", x, x, x, z)
    assert counts(second) == (2, 2, 0, 1)
    assert (second.amounts["posted"], second.amounts["already_posted"]) == (200, 200)
    assert Counter(name for name, _ in names(book)) == Counter(x=3, y=1, z=1)
    assert counts(bring(book, "c", z, x, y, x, x)) == (0, 5, 0, 1)


def test_twins_of_one_bank_reference_are_one_payment(book: Book) -> None:
    """A bank reference is one movement of money: its repetition waits, in the same file as in a later one."""
    assert held(bring(book, "a", pay("1"), pay("1"))) == {3: {"duplicate-payment"}}
    assert held(bring(book, "b", pay("2", reference="GK1"))) == {2: {"duplicate-payment"}}
    assert names(book) == [("1", 100)]


def test_a_row_waits_until_money_arrives(book: Book) -> None:
    """It is listed, found, and posted by a second try once the fund can pay."""
    bring(book, "a", pay("1", RECEIVED["F03"] + 1))
    assert waits(book) == ["1:2"]
    with book.reading() as connection:
        row = find(connection, "1:2")
    assert (row.amount, row.cells[HEADER.index("用途")]) == (RECEIVED["F03"] + 1, "1")
    assert [why["check"] for why in row.reasons] == ["overdrawn"]
    (tried,) = retry(book, ["1:2"], by="clerk")
    assert (tried.voucher, [why["check"] for why in tried.reasons]) == ("", ["overdrawn"])
    post_simple(book, "F03", "transfer-received", 1, on=date(2015, 5, 31))
    (tried,) = retry(book, [], by="clerk")
    assert tried.voucher == "F03-2015-000003"
    assert waits(book) == []
    with pytest.raises(UsageError, match="1:2"), book.reading() as connection:
        find(connection, "1:2")
    again = bring(book, "a", pay("1", RECEIVED["F03"] + 1))
    assert counts(again) == (0, 1, 0, 1)


def test_a_row_waits_until_its_use_is_granted(book: Book) -> None:
    """A grant that reaches back to the day of the payment lets it in."""
    bring(book, "a", pay("1", fund="F01", use="F01-0612", day=JUNE))
    assert held(bring(book, "a", pay("1", fund="F01", use="F01-0612", day=JUNE))) == {2: {"use-not-permitted"}}
    grant = '\n2015-05-01 custom "use" Expenses:F01-Relocation:0612-Never "granted"\n  authority: "桂[2015]9号"\n'
    apply_chart(book, CHART + MORE + grant, by="founder", document="桂[2015]9号")
    assert [one.voucher for one in retry(book, [], by="clerk")] == ["F01-2015-000002"]


def test_a_rejected_row_stays_out(book: Book) -> None:
    """Of later files too, and of a retry of all, however often the same row comes; nobody decides about it twice."""
    wrong = pay("1", fund="F01", use="F03-0603")
    assert held(bring(book, "a", wrong, pay("2"))) == {2: {"mixed-channel"}}
    with pytest.raises(UsageError, match="reason"):
        reject(book, "1:2", by="manager", reason=" ")
    reject(book, "1:2", by="manager", reason="wrong fund")
    assert waits(book) == []
    report = bring(book, "b", wrong, pay("3"))
    assert (rejected(report), held(report), counts(report)) == ({2: {"rejected-before"}}, {}, (1, 0, 0, 1))
    assert (waits(book), retry(book, [], by="clerk")) == ([], [])
    report = bring(book, "c", wrong, wrong, pay("4"))
    assert counts(report) == (1, 0, 1, 1)
    assert (rejected(report), held(report)) == ({2: {"rejected-before"}}, {3: {"mixed-channel"}})


def test_a_rejected_row_is_not_posted_by_a_retry(book: Book) -> None:
    """A row that waits in two files and is rejected in one stays out of the other, though nothing else forbids it."""
    much = pay("1", RECEIVED["F03"] + 1)
    bring(book, "a", much)
    bring(book, "b", much, pay("2"))
    reject(book, "1:2", by="manager", reason="paid by the county")
    post_simple(book, "F03", "transfer-received", 1000, on=date(2015, 5, 31))
    assert (waits(book), retry(book, [], by="clerk")) == ([], [])
    assert counts(report := bring(book, "c", much, pay("3"))) == (1, 0, 0, 1)
    assert rejected(report) == {2: {"rejected-before"}}


def test_a_row_that_waits_in_two_files_is_posted_once(book: Book) -> None:
    """The second try of both posts one voucher, which both rows name."""
    much = pay("1", RECEIVED["F03"] + 1)
    bring(book, "a", much)
    bring(book, "b", pay("2"), much)
    post_simple(book, "F03", "transfer-received", 1000, on=date(2015, 5, 31))
    tried = retry(book, [], by="clerk")
    assert len({one.voucher for one in tried} - {""}) == 1
    assert names(book) == [("2", 100), ("1", RECEIVED["F03"] + 1)]
    assert counts(bring(book, "c", much, pay("3"))) == (1, 1, 0, 1)


def test_a_dry_run_changes_nothing(book: Book) -> None:
    """It says what would happen; the book keeps every byte, and not even the file is kept."""
    rows = [pay("1"), pay("2", 2 * RECEIVED["F03"]), BLANK]
    before, files = everything(book), bytes_of(book)
    dry = bring(book, "a", *rows, dry_run=True)
    assert everything(book) == before
    assert bytes_of(book) == files
    done = bring(book, "a", *rows)
    assert (counts(dry), dry.amounts, dry.reasons()) == (counts(done), done.amounts, done.reasons())
    assert counts(done) == (1, 0, 1, 2)


@pytest.mark.parametrize(("printed", "agrees"), [("3.00", True), ("3.01", False)])
def test_a_total_that_does_not_agree_is_reported(book: Book, printed: str, agrees: bool) -> None:  # noqa: FBT001
    """It is compared and never posted; imported again, the report still says so."""
    total = ["合计", *BLANK[1:]]
    total[HEADER.index("支付金额")] = printed
    for _ in range(2):
        report = bring(book, "a", pay("1", 100), pay("2", 200), total)
        assert (report.printed_total_agrees, plain(report.printed_total or 0)) == (agrees, printed)
    assert names(book) == [("1", 100), ("2", 200)]


def test_a_payment_to_an_owner_company_is_an_advance(book: Book) -> None:
    """Disbursed is not spent."""
    bring(book, "a", pay("1", 500, fund="F01", payee=COMPANY))
    posted = asked(
        book,
        """SELECT v.kind, e.debit, e.credit, e.amount FROM voucher AS v
        JOIN entry AS e ON e.voucher = v.id WHERE v.batch IS NOT NULL""",
    )
    assert posted == [("advance", "1201", "1001", 500)]


def test_the_original_is_kept_by_its_hash(book: Book) -> None:
    """Byte for byte, whatever the file is called."""
    path = file_of(book, "支付 明细", [pay("1")])
    (report,) = import_file(book, path, by="clerk")
    kept = book.folder / "originals" / report.sha256[:2] / f"{report.sha256}.csv"
    assert kept.read_bytes() == path.read_bytes()
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == report.sha256


@pytest.mark.parametrize("damage", [b'"x', b"\x00", b"\xff\xff"])
def test_a_file_that_cannot_be_read_changes_nothing(book: Book, damage: bytes) -> None:
    """A stray quote, a control character or broken text behind good rows refuses the file, not only its end."""
    path = file_of(book, "a", [pay(str(at)) for at in range(20)])
    path.write_bytes(path.read_bytes() + damage)
    before = everything(book)
    with pytest.raises(FormatError, match=r"a\.csv"):
        import_file(book, path, by="clerk")
    assert everything(book) == before


def test_two_who_import_the_same_file_are_both_told(book: Book) -> None:
    """One batch; one is told that it was posted, the other that it stands."""
    path = file_of(book, "a", [pay(str(at)) for at in range(300)])
    environment = os.environ | {"PYTHONPATH": str(Path(fundtrack.__file__).parent.parent)}
    command = [sys.executable, "-m", "fundtrack", "import", str(path), "--book", str(book.folder), "--format", "json"]
    book.engine.dispose()
    both = [subprocess.Popen([*command, "--by", who], env=environment, stdout=subprocess.PIPE) for who in ("a", "b")]
    told = [json.loads(one.communicate()[0])[0] for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert {one["batch"] for one in told} == {1}
    assert sorted((one["rows"]["posted"], one["rows"]["already_posted"]) for one in told) == [(0, 300), (300, 0)]
    assert asked(book, "SELECT COUNT(*) FROM voucher WHERE batch = 1") == [(300,)]


FATES: Final = st.sampled_from(
    ["good", "twin", "much", "no fund", "bad date", "bad amount", "back", "lost", "blank", "total", "cut"]
)


@st.composite
def a_row(draw: st.DrawFn) -> list[str]:
    """Draw a row of a treasury export: good or wrong in one of many ways, out of few names so that twins come about."""
    name, day = str(draw(st.integers(0, 4))), JUNE + timedelta(days=draw(st.integers(0, 3)))
    fen = draw(st.integers(1, 99_999))
    return {
        "good": lambda: pay(name, fen, day=day),
        "twin": lambda: pay(f"{name}x", 100),
        "much": lambda: pay(name, RECEIVED["F03"] - 50_000, day=day),
        "no fund": lambda: pay(name, fen, fund="F09"),
        "bad date": lambda: pay(name, fen, date="2015-02-30"),
        "bad amount": lambda: pay(name, amount="12.345"),
        "back": lambda: back(f"1{name}", 100, f"GK{name}", day=day),
        "lost": lambda: back(name, fen),
        "blank": lambda: BLANK,
        "total": lambda: ["合计", *BLANK[1:-2], "1.00", ""],
        "cut": lambda: pay(name, fen)[:-3],
    }[draw(FATES)]()


def fen_of(row: Sequence[str]) -> int | None:
    """Return what a row counts in the sums of its file, None where it cannot be read."""
    if len(row) < len(HEADER) or row[HEADER.index("支付金额")] == "12.345":
        return None
    return int(row[HEADER.index("支付金额")].replace(".", ""))


@settings(max_examples=12)
@given(files=st.lists(st.lists(a_row(), max_size=12), min_size=1, max_size=3))
def test_every_row_ends_in_one_state_and_the_sums_tie(template: Template, files: list[list[list[str]]]) -> None:
    """Whatever a file holds: posted, posted before, quarantined and no data are all its rows and all its money."""
    with template.copy() as book:
        for at, rows in enumerate(files):
            report = bring(book, str(at), *rows)
            data = [row for row in rows if row != BLANK and row[0] != "合计"]
            assert report.rows["read"] == sum(counts(report)) == len(rows) + 1
            assert report.rows["not_data"] == len(rows) + 1 - len(data)
            assert report.amounts["read"] == sum(report.amounts[state] for state in STATES)
            assert report.amounts["read"] == sum(fen_of(row) or 0 for row in data)
            assert report.unreadable_rows == sum(fen_of(row) is None for row in data)
            assert_booked(book, report)


def assert_booked(book: Book, report: Report) -> None:
    """Assert that the book holds what a new report says: as vouchers or as rows, each row once."""
    if not report.new:
        return
    booked = asked(
        book,
        f"""SELECT v.row, (1 - 2 * e.red) * e.amount FROM voucher AS v
        JOIN entry AS e ON e.voucher = v.id WHERE v.batch = {report.batch:d}""",
    )
    rows = [row for row, _ in booked] + [row["row"] for row in report.held]
    assert sorted(rows) == [*range(1, report.rows["read"] + 1)]
    assert sum(amount for _, amount in booked) == report.amounts["posted"]


Movement = tuple[date, int, list[str]]
"""A line of a statement: its day, whether money goes out, and its cells."""


@st.composite
def movements(draw: st.DrawFn) -> list[Movement]:
    """Draw a statement of an account that begins empty. A return cites one payment, of another day: see above."""
    lines: list[Movement] = []
    for at in range(draw(st.integers(1, 9))):
        kind, day = draw(st.sampled_from(["in", "out", "out", "back", "wrong use"])), draw(st.integers(0, 4))
        amount = plain(draw(st.sampled_from([100, 1_000, 5_000])) + at)  # no two lines are alike
        reference = f"T{draw(st.integers(0, 3))}" if kind == "out" else f"U{at}"
        original = f"T{draw(st.integers(0, 3))}"
        said, out, came, note = {
            "in": ("县级配套拨入", "", amount, ""),
            "out": ("支付", amount, "", "F04-0604"),
            "wrong use": ("支付", amount, "", "F04-0699"),
            "back": ("退汇", "", amount, f"F04-0604 原流水 {original}"),
        }[kind]
        on = JUNE + timedelta(days=day)
        cells = [on.isoformat(), reference, said, out, came, "", "农户", "", note]
        lines.append((on, int(kind not in {"in", "back"}), cells))
    return [line for line in lines if line[2][2] != "退汇" or cites_clearly(line, lines)]


def cites_clearly(line: Movement, lines: Iterable[Movement]) -> bool:
    """Say whether what a return cites is no payment of its own day, nor of several lines."""
    on, _, cells = line
    paid = [day for day, _, others in lines if others[1] == cells[-1][-2:]]
    return len(paid) < 2 and on not in paid


@settings(max_examples=12)
@given(lines=movements())
def test_a_batch_posts_what_posting_row_by_row_would(template: Template, lines: list[Movement]) -> None:
    """By date, money in first, then row: the same vouchers stand, the same rows wait for the same reasons."""
    head = [["账号：45001234560002"], STATEMENT]
    with template.copy() as book:
        (report,) = import_file(book, file_of(book, "all", [cells for _, _, cells in lines], head=head), by="clerk")
        assert counts(report)[0] + counts(report)[2] == len(lines)
        at_once = booked_lines(book)
    with template.copy() as book:
        for at, (_, _, cells) in enumerate(sorted(lines, key=lambda line: line[:2])):  # keeps the rows in order
            import_file(book, file_of(book, str(at), [cells], head=head), by="clerk")
        assert booked_lines(book) == at_once


def booked_lines(book: Book) -> list[tuple[Any, ...]]:
    """Return what was imported of a statement, whatever the numbers, and what the account holds."""
    lines = asked(
        book,
        """SELECT v.date, v.kind, v.bank_ref, o.bank_ref, e.debit, e.credit, e.amount, e.red
        FROM voucher AS v JOIN entry AS e ON e.voucher = v.id LEFT JOIN voucher AS o ON o.id = v.cites
        WHERE v.batch IS NOT NULL""",
    )
    return [*sorted(lines, key=repr), *asked(book, "SELECT total FROM balance WHERE fund = 'F04' ORDER BY code")]
