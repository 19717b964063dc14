"""What checks see of a book: where things stand, how they are called, and what is judged together with a candidate."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest

from books import CHART, post_payment, post_simple
from fundtrack.checking.audit import audit_book
from fundtrack.checking.book import book_lens
from fundtrack.checking.candidates import AT_ALL, COLUMNS, after, before, candidate_lens, measure, prepare, stage
from fundtrack.checking.check import checks
from fundtrack.checking.extent import Extent
from fundtrack.checking.lens import Lens, Subject
from fundtrack.checking.run import run, unsaid
from fundtrack.checking.source import ledger_source
from fundtrack.errors import BookError, PageError, UsageError, nearest
from fundtrack.ledger import publish
from fundtrack.posting import Draft, Entry, Leg, post
from fundtrack.schema.registers import BY_RELATION
from ownpage import page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.checking import Check
    from fundtrack.errors import Language
    from shelf import Shelf

CANDIDATE: Final[dict[str, Any]] = {
    **dict.fromkeys(COLUMNS, ""), "voucher": 99, "line": 1, "fund": "F03", "year": 2015, "date": "2015-03-02",
    "day": date(2015, 3, 2).toordinal(), "kind": "disbursement", "payee": "甲", "contract": "C1",
    "link": 99, "reverses": 0, "cites": 0,
    "occurrence": 1, "batch": None, "row": None, "chart": 1, "fund_basis": None, "entries": 1, "outflow": 5,
    "unit": "CNY", "debit_fund": "F03", "debit": "0603", "credit_fund": "F03", "credit": "1001", "amount": 500,
    "red": 0,
}  # fmt: skip


@pytest.fixture(scope="module")
def book(shelf: Shelf) -> Iterator[Book]:
    """Give a book with five vouchers: money of F03 and F04, then paid to one payee by both, and to nobody by F03."""
    with shelf.lend("sqlite", CHART) as lent:
        post_simple(lent, "F03", "transfer-received", 100_000, on=date(2015, 1, 5))
        post_simple(lent, "F04", "transfer-received", 100_000, on=date(2015, 1, 6))
        for fund, use, day, contract, amount in (("F03", "0603", 1, "C1", 100), ("F04", "0604", 3, "C2", 200)):
            entry = Entry(Leg(fund, use), Leg(fund, "1001"), amount)
            paid = Draft(fund, date(2015, 3, day), "disbursement", (entry,), payee="甲", contract=contract)
            post(lent, [paid], by="clerk")
        post_payment(lent, "F03", "0603", 300, on=date(2015, 3, 4), payee="")
        yield lent


@contextmanager
def staged(book: Book, **changes: Any) -> Iterator[Connection]:  # noqa: ANN401 - as columns are
    """Give the connection of a book with a candidate staged."""
    with book.reading() as connection:
        prepare(connection)
        candidate = CANDIDATE | changes
        stage(connection, [[candidate[name] for name in COLUMNS]])
        measure(connection)
        yield connection


def numbers(connection: Connection, check: Check, *, coming: bool = True) -> set[int]:
    """Return the vouchers that a check sees, with the candidate or without."""
    lens = Lens(after=after if coming else before, subject=lambda voucher, _: Subject(line=voucher))
    first, *_ = connection.exec_driver_sql("SELECT MIN(id) FROM voucher").one()
    return {99 if one.voucher == 99 else one.voucher - first + 1 for one in run(connection, [check], lens)}


TOGETHER: Final = {
    "voucher": set(),
    "payee": {3, 4},
    "fund": {1, 3, 5},
    "use": {3, 5},
    "account": {1, 3, 5},
    "day": set(),
    "balance": {5},
    "cites": {1, 2, 3, 4, 5},
    "contract": {3},
    "project": set(),
}
"""What is judged together with a payment of F03 to 甲, by what it has in common with it."""


@pytest.mark.parametrize("relation", ["vouchers", "postings"])
@pytest.mark.parametrize(("scope", "expected"), TOGETHER.items())
def test_what_is_judged_together(book: Book, tmp_path: Path, scope: str, expected: set[int], relation: str) -> None:
    """What shares the value of the scope; from the first day touched on, where day-ends are judged."""
    check = page(tmp_path, f"SELECT DISTINCT voucher, date FROM {relation}", f"scope={scope}")
    with staged(book) as connection:
        assert numbers(connection, check) == expected | {99}
        assert numbers(connection, check, coming=False) == expected


def test_of_postings_just_those_are_judged_together_that_share_the_value(book: Book, tmp_path: Path) -> None:
    """And of what vouchers share, all their postings."""
    for scope, accounts in (("use", {"Expenses"}), ("contract", {"Expenses", "Assets"})):
        select = "SELECT voucher, date, account FROM postings WHERE voucher < 99"
        check = page(tmp_path, select, f"scope={scope}", key="account")
        with staged(book, voucher=10**9) as connection:
            found = run(connection, [check], Lens(after=before, subject=lambda *_: Subject()))
        assert {str(one.key[0]).partition(":")[0] for one in found} == accounts


def test_the_day_ends_that_a_candidate_makes(book: Book, tmp_path: Path) -> None:
    """Of the accounts it moves, from its day on: what stood before and what comes."""
    select = "SELECT account, date, change AS amount, balance, 0 AS voucher FROM daily_balances"
    check = page(tmp_path, select, "scope=balance", key="account, date, amount, balance")
    with staged(book) as connection:
        found = {
            coming: [one.key for one in run(connection, [check], Lens(after=relations, subject=lambda *_: Subject()))]
            for coming, relations in ((True, after), (False, before))
        }
    assert sorted(found[True]) == [
        ("Assets:F03:1001", "2015-03-02", -500, 99_400), ("Assets:F03:1001", "2015-03-04", -300, 99_100),
    ]  # fmt: skip
    assert found[False] == [("Assets:F03:1001", "2015-03-04", -300, 99_600)]


TOTAL: Final = (
    "SELECT payee, MAX(voucher) AS voucher, MAX(date) AS date, SUM(amount) AS amount FROM postings "
    "WHERE account_kind = 'use' GROUP BY payee"
)


@pytest.mark.parametrize(
    ("scope", "key", "front", "found"),
    [
        ("payee", "voucher", "", 1), ("payee", "payee", "", 0), ("payee", "payee", "measure: amount\n", 1),
        ("voucher", "payee", "", 1), ("book", "voucher", "", 0),
    ],
)  # fmt: skip
def test_only_what_is_new_or_worse_is_told_of_a_candidate(
    book: Book, tmp_path: Path, scope: str, key: str, front: str, found: int
) -> None:
    """By the key of the check and its measure; and what only an audit asks is not asked."""
    check = page(tmp_path, TOTAL, f"scope={scope}", front, key=key)
    with staged(book) as connection:
        lens = candidate_lens(book.chart(connection), lambda voucher, _: Subject(line=voucher))
        assert len(run(connection, [check], lens)) == found
        assert lens.named("zh", "fund", "F03") == "F03 资金"
    with staged(book, amount=-100) as connection:
        assert len(run(connection, [check], lens)) == (found if "measure" not in front else 0)


OF_SCOPE: Final = {
    "bank_ref": {"duplicate-payment"},
    "contract": {
        "committed-beyond-contract", "contract-paid-to-another", "over-contract", "paid-beside-commitment",
        "paid-beyond-commitment",
    },
}  # fmt: skip


def test_what_is_not_asked_of_every_candidate() -> None:
    """Are these checks of posting, for which `AT_ALL` was written: who adds one looks whether it tells of that too."""
    installed = [check for check in checks(at_posting=True).values() if check.scope in AT_ALL]
    assert {scope: {check.name for check in installed if check.scope == scope} for scope in AT_ALL} == OF_SCOPE


def test_a_candidate_prepared_twice_is_gone(book: Book) -> None:
    """The place is emptied and not made again."""
    with staged(book) as connection:
        prepare(connection)
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM candidate").scalar_one() == 0


def test_how_a_book_calls_things(book: Book) -> None:
    """Funds, accounts, projects and kinds by their names in either language; all else as it is."""
    with book.reading() as connection:
        lens = book_lens(connection, book.chart(connection))
    asked: list[tuple[Language, str, str]] = [
        ("en", "fund", "F03"), ("zh", "fund", "F03"), ("zh", "paying_fund", "F03"), ("en", "other_fund", "F03"),
        ("en", "fund", "F77"), ("en", "account", "Assets:F03:1001"), ("zh", "account", "Assets:F03:1001"),
        ("en", "account", "Assets:F77:1001"), ("en", "kind", "refund"), ("zh", "kind", "refund"), ("zh", "kind", "x"),
        ("en", "project", "P01"), ("zh", "project", "P01"), ("en", "project", "P77"), ("en", "payee", "F03"),
    ]  # fmt: skip
    assert [lens.named(*one) for one in asked] == [
        "F03 Houses", "F03 资金", "F03 资金", "F03 Houses", "F77", "Assets:F03-Houses:1001-Treasury",
        "A资产:F03-资金:1001-Treasury", "Assets:F77:1001", "refund", "退款", "x", "P01 Hometown resettlement",
        "P01 老乡家园", "P77", "F03",
    ]  # fmt: skip


def test_where_vouchers_of_a_book_stand(book: Book) -> None:
    """Under their numbers; one that there is not stands nowhere."""
    with book.reading() as connection:
        lens = book_lens(connection, book.chart(connection))
        first = connection.exec_driver_sql("SELECT MIN(id) FROM voucher").scalar_one()
        assert lens.subject(first, "") == Subject(voucher="F03-2015-000001")
        assert lens.subject(first + 99, "") == Subject()
        assert lens.subject(0, "") == Subject()
        assert lens.before is None
        assert lens.missing.keys() == {*BY_RELATION, "batches"}
        assert lens.missing["batches"]["en"].startswith("nothing was imported")
        assert lens.missing["deaths"]["zh"] == "缺登记簿：死亡人员（death）"


def test_a_select_that_breaks(book: Book, tmp_path: Path) -> None:
    """Is a broken page, told with its line and the database's words, never a finding."""
    check = page(tmp_path, "SELECT voucher, date, other FROM vouchers")
    with book.reading() as connection, pytest.raises(PageError) as caught:
        run(connection, [check], book_lens(connection, book.chart(connection)))
    assert (caught.value.key, caught.value.details) == (
        "check-select",
        {"path": tmp_path / "own.md", "line": 19, "name": "own", "cause": "no such column: other"},
    )


def test_a_check_finds_what_happened_while_it_was_in_force(book: Book, tmp_path: Path) -> None:
    """By the date of what it found; what has none, always."""
    for select, found in (("SELECT voucher, date FROM vouchers", 2), ("SELECT voucher FROM vouchers", 5)):
        check = page(tmp_path, select, front="from: 2015-03-01\nto: 2015-03-03\n")
        with book.reading() as connection:
            assert len(run(connection, [check], book_lens(connection, book.chart(connection)))) == found


def test_evidence_that_nothing_says(book: Book, tmp_path: Path) -> None:
    """The first that a check needs is told; it is looked for once."""
    check = page(tmp_path, "SELECT voucher, date FROM vouchers", front="needs: [vouchers.payee, vouchers.payee_id]\n")
    with book.reading() as connection:
        lens = book_lens(connection, book.chart(connection))
        assert unsaid(connection, check, lens) == ("vouchers", "payee_id")
        assert sorted(lens.said.values()) == [False, True]
        lens.said.update(dict.fromkeys(lens.said, True))
        assert unsaid(connection, check, lens) is None


def test_an_audit_of_a_book(book: Book, tmp_path: Path) -> None:
    """Is of the book's title and folder; its own pages are asked, and a fund that it has not is refused."""
    lent = replace(book, folder=tmp_path)
    (tmp_path / "checks").mkdir()
    page(tmp_path / "checks", "SELECT voucher, date, fund FROM vouchers WHERE payee = '甲'")
    audit = audit_book(lent, only=["own", "overdrawn"])
    assert (audit.title, audit.path, audit.vouchers) == (book.settings.title, tmp_path, 5)
    assert [one.subject.voucher for one in audit.findings] == ["F03-2015-000002", "F04-2015-000002"]
    assert (audit.checks_run, audit.not_run) == (("overdrawn", "own"), ())
    assert [one.line("en").partition(",")[0] for one in audit.limits] == ["a page of this book's own"]
    part = audit_book(lent, only=["own"], extent=Extent(("F04",)))
    assert (len(part.findings), len(part.left_out), part.extent.funds) == (1, 1, ("F04",))
    wrong: list[dict[str, Any]] = [{"only": ["owl"]}, {"only": ["own"], "extent": Extent(("F99",))}]
    for asked in wrong:
        with pytest.raises(UsageError):
            audit_book(lent, **asked)
    assert audit_book(lent).limits[-1].kind == "unsealed"


def test_thresholds_of_a_book(book: Book, tmp_path: Path) -> None:
    """Are told with those that were delivered; they are for a check that there is."""
    lent = replace(book, folder=tmp_path)
    (tmp_path / "checks").mkdir()
    select = "SELECT voucher, date, fund FROM vouchers WHERE voucher > :limit"
    page(tmp_path / "checks", select, front="parameters: {limit: 5, days: 7}\n")
    (tmp_path / "fundtrack.toml").write_text("[checks.own]\nlimit = 1000000\ndays = 7\n", "utf-8")
    audit = audit_book(lent, only=["own"])
    assert audit.findings == ()
    assert audit.limits[0].record("en") == {
        "kind": "threshold", "says": "threshold limit is 1000000, and not 5 as delivered", "checks": ["own"],
    }  # fmt: skip
    assert audit.limits[0].line("zh") == "阈值 limit 为 1000000，与出厂值 5 不同：own"
    assert [one.kind for one in audit.limits] == ["threshold", "page"]
    (tmp_path / "fundtrack.toml").write_text("[checks.owl]\nlimit = 6\n", "utf-8")
    with pytest.raises(BookError) as caught:
        audit_book(lent, only=["own"])
    assert (caught.value.key, caught.value.details["name"]) == ("threshold-check", "owl")
    assert caught.value.details["path"] == "fundtrack.toml"
    assert caught.value.details["known"] == nearest("owl", [*checks(), "own"])
    assert str(caught.value.details["known"]).startswith("own, ")


def test_a_published_ledger_that_was_changed(book: Book, tmp_path: Path) -> None:
    """Is one that can be asked for by its folder; the file that is not as it was published is named."""
    folder = publish(replace(book, folder=tmp_path)).main.parent
    assert ledger_source(folder).problems == ()
    assert ledger_source(folder / "main.beancount").title == ledger_source(folder).title == "A small book"
    (journal,) = folder.glob("2015-03.*.beancount")
    journal.write_text(journal.read_text("utf-8").replace("甲", "乙"), "utf-8")
    (problem,) = ledger_source(folder).problems
    assert (problem.check, problem.subject) == (
        "published-altered", Subject(file=str(journal), content=journal.name),
    )  # fmt: skip
    told = "is not as it was published: its name says what it held, and it holds something else."
    assert problem.messages["en"] == f"{journal.name} {told}"
