"""Who acts for whom: said once, on record, corrected by somebody else; and what an auditor saw is the auditor's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from findings import CHECK, LOOK, confirmed, look, meant, pay, refused, shown, states, write_page
from fundtrack.auditing.acts import Grounds, decide
from fundtrack.errors import UsageError
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import URL

    from commands import Say
    from fundtrack.book import Book
    from postgresql import Server

AUDIT = ("check", "--only", CHECK, "--side", "auditor", "--by", "赵审计")
DISMISS = ("finding", "dismiss", "1", "--reason", "x", "--document", "d", "--by")


@pytest.fixture(autouse=True)
def book(book_dir: Path, database_url: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    """Give a book on each engine in which a payee got more than 100 fen, and let every command be about it."""
    with meant(book_dir, database_url, monkeypatch) as book:
        write_page(book, 100)
        pay(book, 150)
        yield book


def test_a_stranger_does_not_act_for_the_raiser(book: Book, say: Say) -> None:
    """Who is on no side has to say for whom; on a terminal it is asked. From then on that is so, in any spelling."""
    assert say(*AUDIT).code == 1
    assert "No side is on record" in refused(say, *DISMISS, "局里新人")
    with pytest.raises(UsageError, match="No side is on record"):
        decide(book, 1, "confirm", Grounds("x"), by="局里新人")
    assert say(*DISMISS, "局里新人", "--lang", "zh", typed="bureau\n").code == 2
    assert "belongs to: auditor" in refused(say, *DISMISS, "局里新人", "--side", "bureau")
    assert "belongs to: auditor" in refused(say, *DISMISS, "looker")
    asked = say("finding", "confirm", "1", "--by", "Qian Er", "--reason", "x", typed="none\nauditor\n")
    assert (asked.code, asked.out.count("For whom does Qian Er act")) == (0, 2)
    for spelled in ("qian er", "QIANER", "Ｑian  Er "):
        assert "other side" in refused(say, *DISMISS, spelled, "--side", "bureau")
        assert "other side" in refused(say, *LOOK[:3], "--by", spelled, "--side", "bureau")
    assert say(*DISMISS, "qianer").code == 0
    assert [act["side"] for act in shown(say)["acts"]] == ["auditor", "auditor"]


def test_looking_puts_nobody_on_a_side(say: Say) -> None:
    """Neither forgetting `--side` nor giving somebody else's name locks a person out."""
    assert say("check", "--only", CHECK, "--by", "审计局李处").code == 1
    assert say("check", "--only", CHECK, "--by", "审计局李处", "--side", "auditor").code == 1
    assert say("finding", "confirm", "1", "--by", "审计局李处", "--side", "auditor", "--reason", "x").code == 0
    assert say("check", "--only", CHECK, "--by", "审计局李处").code == 1
    assert [one["side"] for one in shown(say)["sightings"]] == ["bureau", "auditor", "auditor"]


def test_a_wrong_side_is_corrected_by_somebody_else(say: Say) -> None:
    """With a reason; what was recorded before stays."""
    look(say)
    say("finding", "confirm", "1", "--by", "li", "--side", "bureau", "--reason", "x")
    side = ("finding", "side", "li", "--side", "auditor")
    assert "their own side" in refused(say, *side, "--by", "LI", "--reason", "x")
    assert "--reason" in refused(say, *side, "--by", "looker", "--reason", " ")
    assert say(*side, "--by", "looker", "--reason", "was of the audit office").code == 0
    assert "on record for that side" in refused(say, *side, "--by", "looker", "--reason", "x")
    assert "belongs to: bureau" in refused(say, *DISMISS, "li")
    assert say(*AUDIT[:-1], "li").code == 1
    assert say(*DISMISS, "li").code == 0
    listed = say("finding", "side", "--format", "json").json
    assert [(one["name"], one["side"], one["recorded_by"]) for one in listed] == [
        ("looker", "bureau", "founder"), ("li", "bureau", "li"), ("li", "auditor", "looker"),
    ]  # fmt: skip
    assert "审计部门" in say("finding", "side", "li", "--lang", "zh").out


def test_what_an_auditor_saw_the_auditor_decides(say: Say) -> None:
    """Though the bureau ran the check first, and confirmed what it saw; reopening is free to both."""
    look(say)
    confirmed(say)
    assert say(*AUDIT).code == 1
    assert shown(say)["side"] == "auditor"
    assert "belongs to: auditor" in refused(say, *DISMISS, "looker")
    assert say(*DISMISS, "赵审计", "--side", "auditor").code == 0
    assert say(*AUDIT).code == 0
    assert say("finding", "reopen", "1", "--by", "looker", "--reason", "no such document").code == 0
    assert say(*AUDIT).code == 1
    assert [(act["act"], act["side"], act["who"]) for act in shown(say)["acts"]] == [
        ("confirm", "bureau", "looker"), ("dismiss", "auditor", "赵审计"), ("reopen", "bureau", "looker"),
    ]  # fmt: skip


def test_what_the_bureau_settled_is_open_to_the_auditor(say: Say) -> None:
    """At a look that is not recorded, and on record from the auditor's first audit on."""
    look(say)
    assert say(*DISMISS, "looker").code == 0
    assert say(*LOOK).code == 0
    assert say(*AUDIT, "--no-record").code == 1
    assert say(*LOOK).code == 0
    assert say(*AUDIT).code == 1
    assert "of the auditor" in shown(say)["acts"][-1]["reason"]
    assert (states(say), say(*LOOK).code) == ({1: "lead"}, 1)
    assert say("finding", "dismiss", "1", "--by", "赵审计", "--side", "auditor", "--reason", "x", "--document",
               "d").code == 0  # fmt: skip
    assert (say(*AUDIT).code, say(*LOOK).code) == (0, 0)


def test_an_auditor_who_may_only_read_is_told(
    book: Book, say: Say, monkeypatch: pytest.MonkeyPatch, postgresql_server: Server
) -> None:
    """That what the bureau dismissed is open for the auditor, in words and by the exit code."""
    look(say)
    assert say(*DISMISS, "looker").code == 0
    if book.engine.dialect.name == "sqlite":
        monkeypatch.setitem(dialect.SQLITE_SETTINGS, "query_only", 1)
    else:
        with book.engine.connect() as connection:
            name = f"sided_{connection.exec_driver_sql('SELECT pg_backend_pid()').scalar_one()}"
        postgresql_server.run(f"CREATE ROLE {name} LOGIN IN ROLE {book.settings.schema}_auditor")
        address = book.engine.url.set(username=name).render_as_string(hide_password=False)
        monkeypatch.setenv("FUNDTRACK_DATABASE", address)
    answer = say(*AUDIT, "--lang", "en")
    assert (answer.code, "Not recorded: " in answer.out) == (1, True)


def test_the_login_is_on_record(book: Book, say: Say) -> None:
    """Whatever name was typed, PostgreSQL says whose session it was."""
    look(say)
    confirmed(say)
    with book.reading() as connection:
        logins = {
            str(login) for table in ("audit", "side", "finding_act")
            for login in connection.exec_driver_sql(f"SELECT login FROM {table}").scalars()
        }  # fmt: skip
    assert logins == ({""} if book.engine.dialect.name == "sqlite" else {str(book.engine.url.username)})
