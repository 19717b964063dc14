"""Findings on record: every run adds to them, none takes away; who may decide what, and what opens them again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from books import post_payment
from findings import CHECK, LOOK, confirmed, granting, look, meant, pay, refused, reverse, shown, states, write_page
from fundtrack.schema import dialect
from test_views import described

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import URL

    from commands import Say
    from fundtrack.book import Book
    from postgresql import Server


@pytest.fixture(autouse=True)
def book(book_dir: Path, database_url: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    """Give a book on each engine in which a payee got more than 100 fen, and let every command be about it."""
    with meant(book_dir, database_url, monkeypatch) as book:
        write_page(book, 100)
        pay(book, 150)
        yield book


def test_a_rerun_erases_nothing(book: Book, say: Say) -> None:
    """The same fault keeps its number and gains a sighting; a second one gets its own."""
    first = look(say)
    assert (first["recorded"], first["findings"][0]["number"]) == (
        {"audit": 1, "new": [1], "gone": [], "reopened": []}, 1,
    )  # fmt: skip
    pay(book, 101, "another")
    assert look(say)["recorded"] == {"audit": 2, "new": [2], "gone": [], "reopened": []}
    one = shown(say)
    assert [seen["audit"] for seen in one["sightings"]] == [1, 2]
    assert (one["state"], one["side"], one["voucher"], one["amount"]) == ("lead", "bureau", "F03-2015-000002", "1.50")
    assert one["arithmetic"] == "1.50 − 1.00 = 0.50"
    assert one["found"]
    assert one["page_unchanged"]
    assert say(*LOOK).code == 1


def test_looking_is_not_recording(book: Book, say: Say) -> None:
    """With `--no-record` the findings are the same, and nothing is written."""
    seen = look(say, "--no-record")
    assert (len(seen["findings"]), seen["recorded"]) == (1, None)
    assert states(say) == {}
    with book.reading() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM audit").scalar_one() == 0


def test_a_finding_that_is_gone_is_not_closed(book: Book, say: Say) -> None:
    """Only a run of its own check says that, once; the finding stays, with the page's hash at each sighting."""
    look(say)
    old = shown(say)["page_sha256"]
    write_page(book, 120)
    look(say)
    assert [seen["page_sha256"] == old for seen in shown(say)["sightings"]] == [True, False]
    write_page(book, 120, "remedied-by: [reversal]\n")
    assert not shown(say)["page_unchanged"]
    reverse(say, "F03-2015-000002", "--by", "boss")
    say("check", "--only", "overdrawn", "--by", "looker")
    assert shown(say)["found"]
    assert look(say)["recorded"]["gone"] == [1]
    assert look(say)["recorded"]["gone"] == []
    assert (shown(say)["state"], shown(say)["found"]) == ("lead", False)
    assert "No longer found since audit 2" in say("finding", "show", "1").out


def test_nobody_decides_about_their_own_voucher(say: Say) -> None:
    """Neither who prepared nor who approved it, nor the remedy."""
    look(say)
    own = ("--side", "bureau", "--by")
    for who in ("clerk", "manager", "Clerk", "man ager", "ｍａｎａｇｅｒ"):
        assert "prepared or approved" in refused(say, "finding", "confirm", "1", "--reason", "x", *own, who)
    confirmed(say)
    red = reverse(say, "F03-2015-000002", "--by", "boss", "--approved-by", "deputy")
    for who in ("boss", "deputy", "BOSS "):
        assert "prepared or approved" in refused(say, "finding", "close", "1", "--remedy", red, *own, who)


def test_acts_follow_on_each_other(say: Say) -> None:
    """A lead is confirmed or dismissed, what is confirmed closed; each says what it rests on."""
    look(say)
    red = reverse(say, "F03-2015-000002", "--by", "boss")
    close = ("finding", "close", "1", "--by", "looker", "--remedy", red)
    assert "lead" in refused(say, *close)
    for words in (("confirm",), ("dismiss", "--reason", "x"), ("dismiss", "--document", "x"), ("close",),
                  ("close", "--remedy", red, "--waiver", "1")):  # fmt: skip
        act, *options = words
        assert "needs" in refused(say, "finding", act, "1", "--by", "looker", *options)
    confirmed(say)
    assert "confirmed" in refused(say, "finding", "confirm", "1", "--by", "looker", "--reason", "x")
    assert "confirmed" in refused(say, "finding", "reopen", "1", "--by", "looker", "--reason", "x")
    assert say(*close).code == 0
    assert states(say) == {1: "closed"}
    for act in ("confirm", "dismiss"):
        assert "closed" in refused(say, "finding", act, "1", "--by", "looker", "--reason", "x", "--document", "x")
    assert shown(say)["acts"][1]["remedy"] == red
    assert "finding 7" in refused(say, "finding", "show", "7").lower()
    assert "nothing" in refused(say, "finding", "list", "--state", "nothing")


def test_only_a_remedy_closes(say: Say, book: Book) -> None:
    """A voucher that puts the finding's own right, of a kind the page names, and that stands itself."""
    other = pay(book, 150, "elsewhere")
    look(say)
    confirmed(say)
    close = ("finding", "close", "1", "--by", "looker", "--remedy")
    for wrong in (other, "F03-2015-000001", "F03-2015-000002"):
        assert "reversal, refund" in refused(say, *close, wrong)
    refund = ("post", "--kind", "refund", "--original", "F03-2015-000002", "--amount", "0.60", "--date", "2015-04-01",
              "--by", "boss", "--format", "json")  # fmt: skip
    fallen = say(*refund).json["vouchers"][0]
    reverse(say, fallen, "--by", "boss")
    assert "reversed" in refused(say, *close, fallen)
    assert say(*close, say(*refund).json["vouchers"][0]).code == 0
    assert states(say)[1] == "closed"


def test_a_page_names_its_remedies(say: Say, book: Book) -> None:
    """Where it names reversals only, a refund closes nothing; what it cannot name is a broken page."""
    write_page(book, 100, "remedied-by: [reversal]\n")
    look(say)
    confirmed(say)
    refund = say("post", "--kind", "refund", "--original", "F03-2015-000002", "--amount", "0.60", "--date",
                 "2015-04-01", "--by", "boss", "--format", "json").json["vouchers"][0]  # fmt: skip
    assert "this check: reversal." in refused(say, "finding", "close", "1", "--by", "looker", "--remedy", refund)
    for more in ("remedied-by: [prayer]\n", "waivable: perhaps\n"):
        write_page(book, 100, more)
        assert more.partition(":")[0] in refused(say, *LOOK)


def test_a_reversed_twin_stays_closed(say: Say, book: Book) -> None:
    """Its check goes on seeing it, and goes on being told that it was put right; nothing is left to fail for."""
    for _ in range(2):
        post_payment(book, "F03", "0603", 50, payee="twin")
    check = ("check", "--only", "duplicate-payment", "--by", "looker")
    assert say(*check).code == 1
    confirmed(say)
    red = reverse(say, "F03-2015-000004", "--by", "boss")
    assert say("finding", "close", "1", "--by", "looker", "--remedy", red).code == 0
    for _ in range(2):
        answer = say(*check, "--lang", "en")
        assert answer.code == 0
        assert "[error, closed]" in answer.out
        assert "1 of them settled: closed 1." in answer.out
    assert states(say) == {1: "closed"}


@pytest.mark.parametrize("act", ["dismiss", "close"])
def test_what_gets_worse_is_open_again(say: Say, book: Book, act: str) -> None:
    """By a fen; not by staying as it was, nor by less."""
    look(say)
    if act == "dismiss":
        assert say("finding", "dismiss", "1", "--by", "looker", "--reason", "x", "--document", "d").code == 0
    else:
        confirmed(say)
        settle_by_refund(say)
    assert look(say)["recorded"]["reopened"] == []
    assert say(*LOOK).code == 0
    pay(book, 40 if act == "close" else 1)
    assert look(say)["recorded"]["reopened"] == ([] if act == "close" else [1])  # what came back went out again
    pay(book, 1)
    assert look(say)["recorded"]["reopened"] == ([1] if act == "close" else [])
    assert states(say) == {1: "confirmed" if act == "close" else "lead"}
    assert "worse" in shown(say)["acts"][-1]["reason"]


def settle_by_refund(say: Say) -> None:
    """Get 0.40 of the payment back, and close the finding with it."""
    back = say("post", "--kind", "refund", "--original", "F03-2015-000002", "--amount", "0.40", "--date",
               "2015-04-01", "--by", "boss", "--format", "json").json["vouchers"][0]  # fmt: skip
    assert say("finding", "close", "1", "--by", "looker", "--remedy", back).code == 0


def test_what_comes_back_is_open_again(say: Say, book: Book) -> None:
    """A closed fault that was gone and is seen again."""
    look(say)
    confirmed(say)
    red = reverse(say, "F03-2015-000002", "--by", "boss")
    assert say("finding", "close", "1", "--by", "looker", "--remedy", red).code == 0
    assert look(say)["recorded"]["gone"] == [1]
    pay(book, 120)
    seen = look(say)
    assert (seen["recorded"]["reopened"], seen["findings"][0]["state"]) == ([1], "confirmed")
    assert "again" in shown(say)["acts"][-1]["reason"]


def test_an_undone_remedy_opens_it_again(say: Say, book: Book) -> None:
    """A refund that closed it and was itself reversed."""
    pay(book, 1)  # so that it is seen as well after the refund
    look(say)
    confirmed(say)
    settle_by_refund(say)
    assert look(say)["recorded"]["reopened"] == []
    back = shown(say)["acts"][-1]["remedy"]
    reverse(say, back, "--by", "boss")
    assert look(say)["recorded"]["reopened"] == [1]
    assert states(say) == {1: "confirmed"}


def test_the_list_is_narrowed(say: Say, book: Book) -> None:
    """By state, check and fund."""
    pay(book, 300, fund="F04")
    look(say)
    confirmed(say)

    def found(*options: str) -> list[int]:
        return [one["finding"] for one in say("finding", "list", "--format", "json", *options).json]

    assert found("--state", "confirmed") == [1]
    assert found("--fund", "F04") == [2]
    assert found("--check", CHECK, "--state", "lead", "--state", "confirmed") == [1, 2]
    assert found("--check", "overdrawn") == []
    table = say("finding", "list", "--lang", "zh").out
    assert "问题" in table
    assert "F04-2015-000002" in table


def test_a_finding_leads_to_its_row(say: Say, payments: Path, monkeypatch: pytest.MonkeyPatch, small_book: Path,
                                    tmp_path: Path) -> None:  # fmt: skip
    """File, sheet, row, the hash of the file, and the original that was kept."""
    import shutil

    folder = shutil.copytree(small_book, tmp_path / "own")
    monkeypatch.setenv("FUNDTRACK_BOOK", str(folder))
    assert say("import", payments).code == 1
    from fundtrack.book import open_book

    book = open_book(folder)
    write_page(book, 100)
    book.engine.dispose()
    look(say)
    one = next(found for found in (shown(say, at) for at in states(say)) if found["file"])
    assert (one["file"], one["row"]) == ("payments.csv", 2)
    assert len(one["sha256"]) == 64
    assert one["original"] is not None
    assert one["sha256"] in one["original"]
    form = tmp_path / "form.html"
    assert say("finding", "paper", str(one["finding"]), "-o", form, "--audit", "<2015>专项审计").code == 0
    written = form.read_text("utf-8")
    for word in ("审计取证单", "被审计（调查）单位", "制度依据", one["sha256"], "payments.csv", "第 2 行",
                 "本县规定",
                 "&lt;2015&gt;专项审计", "（盖章）", "复核人员",
                 "1,250,000.00 CNY − 1.00 CNY = 1,249,999.00 CNY"):  # fmt: skip
        assert word in written
    assert "<2015>" not in written
    assert say("finding", "paper", "1", "-o", form, "--lang", "en").code == 0
    assert "Audit evidence form" in form.read_text("utf-8")


def test_the_form_says_what_was_decided(say: Say, tmp_path: Path) -> None:
    """A lead is not called a fault, nor a fault a lead, and what was dismissed is not handed out as if it were not."""
    look(say)
    form = tmp_path / "form.html"

    def written() -> str:
        assert say("finding", "paper", "1", "-o", form).code == 0
        return form.read_text("utf-8")

    assert "疑点编号：1" in written()
    confirmed(say)
    assert "问题编号：1" in written()
    assert say("finding", "dismiss", "1", "--by", "looker", "--reason", "误判", "--document", "文9").code == 0
    told = written()
    assert all(word in told for word in ("疑点编号：1", "处理情况", "<p>排除</p>", "looker（财政部门）", "误判", "文9"))


def test_who_may_only_read_gets_the_result(
    book: Book, say: Say, monkeypatch: pytest.MonkeyPatch, postgresql_server: Server
) -> None:
    """An auditor's role on PostgreSQL, a file opened for reading: not recorded, said in a sentence, same exit code."""
    if book.engine.dialect.name == "sqlite":
        monkeypatch.setitem(dialect.SQLITE_SETTINGS, "query_only", 1)  # a root user may write to any file
    else:
        with book.engine.connect() as connection:
            name = f"reader_{connection.exec_driver_sql('SELECT pg_backend_pid()').scalar_one()}"
        postgresql_server.run(f"CREATE ROLE {name} LOGIN IN ROLE {book.settings.schema}_auditor")
        address = book.engine.url.set(username=name).render_as_string(hide_password=False)
        monkeypatch.setenv("FUNDTRACK_DATABASE", address)
    answer = say("check", "--only", CHECK, "--by", "reader", "--lang", "en")
    assert answer.code == 1
    assert "Not recorded: " in answer.out
    assert "somebody got 1.50 CNY in all" in answer.out
    answer = say(*LOOK)
    assert (answer.json["recorded"], len(answer.json["findings"])) == (None, 1)
    assert "Not recorded: " in answer.err
    assert states(say) == {}


def test_the_record_of_the_book_is_what_the_commands_say(book: Book, say: Say) -> None:
    """The view gives an auditor with any client what `finding list` gives."""
    look(say)
    confirmed(say)
    reverse(say, "F03-2015-000002", "--by", "boss")
    assert granting(say)(to="2015-12-31").code == 0
    with book.reading() as connection:
        for view in ("findings", "waived", "remedies"):
            (found,) = connection.exec_driver_sql(f"SELECT * FROM book_{view}").all()
            columns = described()[view].values()
            assert [type(value) for value in found] == [{"text": str, "integer": int}[of] for of in columns], view
        (row,) = connection.execute(text("SELECT * FROM book_findings")).mappings().all()
        pages: list[Any] = list(connection.exec_driver_sql("SELECT page FROM audit_check").scalars())
        said = json.loads(connection.exec_driver_sql("SELECT messages FROM finding").scalar_one())
    (one,) = say("finding", "list", "--format", "json").json
    assert (row["state"], row["voucher_number"], row["fingerprint"], row["amount"]) == (
        one["state"], one["voucher"], one["fingerprint"], 150,
    )  # fmt: skip
    assert pages == [CHECK]
    assert set(said) == {"en", "zh"}
