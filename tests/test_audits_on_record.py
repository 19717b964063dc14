"""What an audit may say of the record: of the moment and the thresholds it looked by, on the day it is, and no more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

import fundtrack.checking.audit
from findings import CHECK, LOOK, confirmed, granting, look, meant, pay, refused, reverse, shown, states, write_page
from fundtrack.auditing.record import record
from fundtrack.checking.audit import audit_book
from fundtrack.errors import UsageError
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import URL

    from commands import Say
    from fundtrack.book import Book


@pytest.fixture(autouse=True)
def book(book_dir: Path, database_url: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    """Give a book on each engine in which a payee got more than 100 fen, and let every command be about it."""
    with meant(book_dir, database_url, monkeypatch) as book:
        write_page(book, 100)
        pay(book, 150)
        yield book


def test_an_open_finding_that_is_gone_is_told_every_time(say: Say) -> None:
    """And fails where that is asked for, until somebody decides."""
    look(say)
    reverse(say, "F03-2015-000002", "--by", "boss")
    for more in ((), (), ("--no-record",)):
        answer = say("check", "--only", CHECK, "--by", "looker", "--lang", "en", *more)
        assert (answer.code, "1 open on record, no longer found: finding 1." in answer.out) == (0, True)
    assert say(*LOOK).json["unseen"] == [1]
    assert say(*LOOK, "--fail-on-gone").code == 1
    assert say("check", "--only", "overdrawn", "--by", "looker", "--fail-on-gone").code == 0
    say("finding", "dismiss", "1", "--by", "looker", "--reason", "x", "--document", "d")
    answer = say(*LOOK, "--fail-on-gone")
    assert (answer.code, answer.json["unseen"]) == (0, [])


def test_other_thresholds_make_nothing_gone(say: Say, book: Book) -> None:
    """They are on record with the audit, in its hash too; back under the old ones the finding is as it was."""
    look(say)
    settings = book.folder / "fundtrack.toml"
    told = settings.read_text("utf-8")
    settings.write_text(f"{told}\n[checks.{CHECK}]\nlimit = 100000\n", "utf-8")
    seen = look(say)
    assert (seen["recorded"]["gone"], seen["unseen"], seen["otherwise_unseen"]) == ([], [], [1])
    assert shown(say)["found"]
    assert "found by other thresholds" in say("check", "--only", CHECK, "--by", "looker", "--lang", "en").out
    assert say(*LOOK, "--fail-on-gone").code == 1
    settings.write_text(told, "utf-8")
    assert look(say)["recorded"] == {"audit": 5, "new": [], "gone": [], "reopened": []}
    with book.reading() as connection:
        hashes = list(connection.exec_driver_sql("SELECT pages_sha256 FROM audit ORDER BY audit").scalars())
        kept = list(connection.exec_driver_sql("SELECT parameters FROM audit_check ORDER BY audit").scalars())
    assert (len(set(hashes)), hashes[0] == hashes[4], hashes[1] == hashes[2]) == (2, True, True)
    assert kept[:2] == ['{"limit": 100}', '{"limit": 100000}']


def test_a_stale_audit_is_not_recorded(book: Book, say: Say) -> None:
    """It would call what came after it gone; `check` looks again."""
    early = audit_book(book, only=[CHECK])
    pay(book, 500, "another")
    assert look(say)["recorded"]["new"] == [1, 2]
    with pytest.raises(UsageError) as caught:
        record(book, early, by="looker")
    assert caught.value.key == "audit-stale"
    assert [shown(say, number)["found"] for number in (1, 2)] == [True, True]


@pytest.mark.parametrize("times", [1, 99])
def test_a_book_that_moves_is_looked_at_again(
    book: Book, say: Say, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """Until it stands still; where it never does, the result is given and not recorded."""
    moves = iter(range(times))
    looked = audit_book

    def moving(*args: object, **named: object) -> object:
        audit = looked(*args, **named)  # type: ignore[arg-type]
        if next(moves, None) is not None:
            pay(book, 500, "another")
        return audit

    monkeypatch.setattr(fundtrack.checking.audit, "audit_book", moving)
    answer = say(*LOOK)
    assert answer.code == 1
    assert (answer.json["recorded"] is None) == (times > 1)
    assert ("was changed while it was looked at" in answer.err) == (times > 1)
    assert states(say) == ({} if times > 1 else {1: "lead", 2: "lead"})


def test_another_day_is_looked_at_and_never_recorded(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is closed by a waiver is open on the day it has ended; nothing is opened for that, decided or posted."""
    look(say)
    assert granting(say)().code == 0
    confirmed(say)
    assert say("finding", "close", "1", "--by", "looker", "--waiver", "1").code == 0
    monkeypatch.setenv("FUNDTRACK_TODAY", "3000-01-01")
    answer = say("check", "--only", CHECK, "--by", "looker", "--lang", "en")
    assert (answer.code, "Not recorded: FUNDTRACK_TODAY asks about 3000-01-01." in answer.out) == (1, True)
    assert states(say) == {1: "confirmed"}
    for words in (
        ("finding", "reopen", "1", "--by", "looker", "--reason", "x"),
        ("waiver", "revoke", "1", "--by", "director", "--reason", "x"),
        ("finding", "side", "li", "--side", "bureau", "--by", "looker", "--reason", "x"),
        (
            "post",
            "--fund",
            "F03",
            "--use",
            "0603",
            "--amount",
            "1",
            "--payee",
            "x",
            "--date",
            "2015-03-02",
            "--by",
            "li",
        ),
    ):
        assert "asks about 3000-01-01" in refused(say, *words)
    assert granting(say)().code == 2
    monkeypatch.delenv("FUNDTRACK_TODAY")
    assert (states(say), len(shown(say)["acts"]), len(shown(say)["sightings"])) == ({1: "closed"}, 2, 1)


BEFOREHAND: Final = (
    """INSERT INTO audit (audit, audited_at, audited_by, side, restricted, pages_sha256, vouchers, last_voucher)
    SELECT MAX(audit) + 1, '2015-12-01T00:00:00Z', 'looker', 'bureau', '', '', 1, (SELECT MAX(id) FROM voucher)
    FROM audit""",
    "INSERT INTO audit_check SELECT MAX(audit), '{page}', '', '{{}}' FROM audit",
    """INSERT INTO finding SELECT 2, '{mark}', 2, '{page}', page_sha256, severity, waivable, remedied_by, NULL, '',
    date, 'F04', use, project, unit, scale, evidence, parameters, basis, messages, remedies, file, sheet, row, sha256
    FROM finding WHERE finding = 1""",
    """INSERT INTO sighting SELECT 2, 2, '', amount, 999999999, actual, expected, difference FROM sighting
    WHERE finding = 1""",
    """INSERT INTO finding_act (finding, seq, act, audit, side, acted_by, acted_at, reason, document)
    VALUES (2, 1, 'dismiss', 2, 'bureau', 'looker', '2015-12-01T00:00:00Z', 'x', 'd')""",
)
"""The statements by which a stock client records a finding that it dismissed."""


@pytest.mark.parametrize(("page", "number"), [(CHECK, 2), ("duplicate-payment", 3)])
def test_what_was_dismissed_beforehand_is_open_when_it_comes(say: Say, book: Book, page: str, number: int) -> None:
    """By a program that writes past ours, under the mark of a fault still to come, be it of its own or another page."""
    look(say)
    (found,) = audit_book(book, only=[CHECK]).findings
    place = replace(found.subject, voucher="F04-2015-000002")
    key = ("later", "F04")
    same = tuple((name, value) for (name, _), value in zip(found.same, key, strict=True))
    coming = replace(found, voucher=found.voucher + 1, subject=place, key=key, same=same)
    with book.writing() as connection:
        for statement in BEFOREHAND:
            dialect.rows_of(connection, statement.format(mark=coming.fingerprint, page=page))
    assert pay(book, 300, fund="F04", payee="later") == "F04-2015-000002"
    for more in (("--no-record",), ()):
        answer = say(*LOOK, *more)
        (seen,) = (one for one in answer.json["findings"] if one["voucher"] == "F04-2015-000002")
        assert (seen["fingerprint"], seen["state"]) == (coming.fingerprint, "lead")
    assert states(say)[number] == "lead"
