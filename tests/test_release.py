"""What is not paid of an approved application is freed by itself: by the commands of a clerk, and what asks of it."""

from __future__ import annotations

import shutil
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from clerk import before_a_book
from fundtrack.checking.audit import audit_book, audit_ledger
from fundtrack.ledger import canonical, publish, read
from quotas import CHART, controlled
from shelf import ENGINES
from test_applications_published import forge
from test_doctor import found

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from commands import Say
    from fundtrack.book import Book
    from shelf import Shelf

BEGUN: Final = """
document receive 本级3号 --fund F01 --amount 1000 --level central --date 2015-01-10 --use 0601=600
post --kind transfer-received --fund F01 --amount 1000 --date 2015-01-12
commit F01-Q00002 --amount 400 --contract HT-1 --payee 甲公司 --date 2015-02-01
apply F01-Q00002 --amount 300 --payee 甲公司 --contract HT-1 --date 2015-03-01
approve 1 --date 2015-03-01 --by 王局长
pay 1 --amount 200 --date 2015-03-05
"""
"""Of an application for 300 under a contract, 200 are paid: it is F01-2015-000005, and its payment 000006."""

ACCUSING: Final = {
    "red-without-original", "nobody-approved", "paid-by-approver", "over-commitment", "paid-beside-commitment",
    "paid-beyond-commitment", "duplicate-payment", "committed-beyond-contract", "no-quota", "over-allotment",
}  # fmt: skip

BY_STATUS: Final = "SELECT status, amount FROM book_quota_statuses WHERE quota = 'F01-Q00002' AND amount > 0"
OWED: Final = "SELECT COALESCE(SUM(amount), 0) FROM book_postings WHERE account_kind = 'payable'"


def done(say: Say, script: str) -> None:
    """Give commands that end well, one a line."""
    for line in script.strip().splitlines():
        answer = say(*line.split())
        assert answer.code == 0, (line, answer)


def refused(say: Say, line: str) -> str:
    """Give a command that is refused, and return what it says."""
    answer = say(*line.split(), "--lang", "en")
    assert answer.code == 2, (line, answer)
    return answer.err


def stands(book: Book) -> dict[str, int]:
    """Return what the line has in yuan, and what is owed."""
    with book.reading() as connection:
        rows = connection.exec_driver_sql(BY_STATUS).all()
        (owed,) = connection.exec_driver_sql(OWED).scalars()
    return {status: int(amount) // 100 for status, amount in rows} | {"owed": -int(owed) // 100}


def listed(say: Say) -> tuple[str, str, str]:
    """Return what became of the application: how far it is paid, what of it was released, and what waits to be paid."""
    (one,) = say("applications", "--format", "json").json
    waits = [item["sum"] for item in say("todo", "--format", "json").json if item["kind"] in {"unpaid", "returned"}]
    return one["payment"], one["released"], "".join(map(str, waits))


@pytest.fixture
def book(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, say: Say) -> Iterator[Book]:
    """Give a book in which an application is paid in part."""
    with before_a_book(shelf, "sqlite", controlled(date(2015, 1, 1), CHART), monkeypatch) as book:
        done(say, BEGUN)
        yield book


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_not_paid_is_freed(shelf: Shelf, engine: str, monkeypatch: pytest.MonkeyPatch, say: Say) -> None:
    """Back to its contract, and owed no more; paid again it is only after the release was reversed."""
    with before_a_book(shelf, engine, controlled(date(2015, 1, 1), CHART), monkeypatch) as book:
        done(say, BEGUN)
        for wrong, said in {
            "--amount 100.01 --reason x --date 2015-03-06": "100.00 of F01-2015-000005 is not paid; 100.01",
            "--amount -1 --reason x --date 2015-03-06": "-1.00",
            "--date 2015-03-06": "says why",
            "--reason x --date 2015-02-28": "is dated 2015-03-01",
            "--reason x --date 2016-01-05": "2015-12-31",
        }.items():
            assert said in refused(say, f"release 1 {wrong}")
        done(say, "release 1 --amount 60 --reason 结算核减 --date 2015-03-06")
        assert stands(book) == {"available": 200, "committed": 160, "applied": 40, "paid": 200, "owed": 40}
        assert listed(say) == ("partly-paid", "60.00", "40.00")
        assert "no approved application" in refused(say, "release F01-2015-000007 --reason x --date 2015-03-07")
        assert "no approved application" in refused(say, "pay F01-2015-000007 --date 2015-03-07")
        assert "40.00 of F01-2015-000005 is left to pay" in refused(say, "pay 1 --amount 41 --date 2015-03-07")
        done(say, "release F01-2015-000005 --reason 结算核减 --date 2015-03-08")
        assert stands(book) == {"available": 200, "committed": 200, "paid": 200, "owed": 0}
        assert listed(say) == ("paid", "100.00", "")
        both = "F01-2015-000007, F01-2015-000008"
        assert f"100.00 of it was released by {both}" in refused(say, "pay 1 --date 2015-03-09")
        assert both in refused(say, "reverse F01-2015-000005 --reason 误 --date 2015-03-09")
        mistaken = refused(say, "return-payment F01-2015-000005 --reason x --date 2015-03-09")
        assert "F01-2015-000006" in mistaken
        assert "F01-2015-000007" not in mistaken
        assert say("trace", "F01-2015-000005", "--format", "json").json["subject"]["left"] == "0.00"
        assert not [one for one in audit_book(book).findings if one.check in ACCUSING]
        assert found(book) == {}
        done(say, "reverse F01-2015-000008 --reason 误 --date 2015-03-10\npay 1 --date 2015-03-10")
        assert stands(book) == {"available": 200, "committed": 160, "paid": 240, "owed": 0}
        assert listed(say) == ("paid", "60.00", "")
        assert "paid, or was released" in refused(say, "release 1 --reason x --date 2015-03-11")


def test_what_the_bank_returned_is_freed_too(book: Book, say: Say) -> None:
    """Of the year's payment: what came back is owed again, and then released; so long its return stays."""
    done(say, "release 1 --reason 核减 --date 2015-03-06")
    done(say, "return-payment F01-2015-000006 --amount 50 --reason 户名不符 --date 2015-03-08")
    assert listed(say) == ("returned", "100.00", "50.00")
    assert "50.00" in refused(say, "release F01-2015-000008 --amount 51 --reason x --date 2015-03-09")
    done(say, "release F01-2015-000008 --amount 20 --reason 不再支付 --date 2015-03-09")
    assert "or the release" in refused(say, "reverse F01-2015-000008 --reason x --date 2015-03-10")
    done(say, "pay F01-2015-000008 --date 2015-03-10")
    assert stands(book) == {"available": 200, "committed": 220, "paid": 180, "owed": 0}
    assert listed(say) == ("paid", "120.00", "")
    done(say, "return-payment F01-2015-000010 --reason 户名不符 --date 2015-03-11")
    done(say, "release 1 --reason 不再支付 --date 2015-03-12")
    assert listed(say) == ("paid", "150.00", "")


def test_nothing_paid_at_all(book: Book, say: Say) -> None:
    """An application that nothing was paid of is released whole, to what is available where it names no contract."""
    done(say, "apply F01-Q00002 --amount 80 --payee 丙 --date 2015-04-01\napprove 2 --date 2015-04-01 --by 王局长")
    before = stands(book)
    done(say, "release 2 --reason 不再支付 --date 2015-04-02")
    assert stands(book) == before | {"available": 200, "applied": 100, "owed": 100}
    second = say("applications", "--format", "json").json[1]
    assert (second["payment"], second["released"]) == ("released", "80.00")
    done(say, "apply F01-Q00002 --amount 200 --payee 丙 --date 2015-04-03")
    assert "3" in refused(say, "release 3 --reason x --date 2015-04-03")


def test_the_year_closes_with_what_was_freed(book: Book, say: Say) -> None:
    """In its own year, until the month is closed; in a new year neither freed nor taken back."""
    told = refused(say, "pay 1 --date 2016-01-06")
    assert "fundtrack release F01-2015-000005 --date 2015-12-31" in told
    assert "fundtrack release" in refused(say, "quota carry F01-Q00002 --document 县9号 --date 2015-12-31")
    done(say, "period close 2015-11 --earlier")
    assert say("year-close", "2015", "--document", "县9号").code == 1
    assert "2015-11" in refused(say, "release 1 --reason 核减 --date 2015-11-30")
    done(say, "release 1 --reason 核减 --date 2015-12-31\nyear-close 2015 --document 县9号")
    assert stands(book) == {"paid": 200, "carried": 400, "owed": 0}
    assert "2015" in refused(say, "reverse F01-2015-000007 --reason x --date 2016-01-06")


def test_it_is_published_and_read_back(book: Book, say: Say, tmp_path: Path) -> None:
    """And found where a forger lets it release what nobody approved."""
    done(say, "release 1 --reason 核减 --date 2015-03-06")
    main = publish(book).main
    assert read(main) == canonical(book)
    for asked in ("applications", "quota list", "trace F01-2015-000005"):
        assert say(*asked.split(), "--ledger", main.parent) == say(*asked.split()), asked
    assert not [one for one in audit_ledger(main).findings if one.check.startswith("published")]
    folder = shutil.copytree(main.parent, tmp_path / "forged")
    (path,) = folder.glob("2015-03.*")
    text = path.read_text("utf-8")
    head, _, tail = text.rpartition('cites: "F01-2015-000005"')
    forge(folder, "2015-03", f'{head}cites: "F01-2015-000004"{tail}')
    assert "published-approval-unasked" in {one.check for one in audit_ledger(folder).findings}
