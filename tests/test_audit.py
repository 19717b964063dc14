"""Audits of books and of ledgers by new pages: the same findings in a book and in the ledger published from it."""

from __future__ import annotations

import secrets
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from beancount import loader
from hypothesis import given
from hypothesis import strategies as st

from books import post_payment, small_book
from fundtrack.beantext.booking import book as booked
from fundtrack.beantext.parse import parse_text
from fundtrack.book.policy import apply_chart
from fundtrack.chart.change import end, grant
from fundtrack.checking import checks, run
from fundtrack.checking.audit import audit_book, audit_ledger
from fundtrack.checking.book import book_lens
from fundtrack.checking.foreign import foreign
from fundtrack.errors import PageError, Refused, UsageError
from fundtrack.ledger import canonical, publish, read
from ledgers import CASH, PAGE, new_page, post_troubles

if TYPE_CHECKING:
    from collections.abc import Callable

    from fundtrack.book import Book
    from fundtrack.checking import Finding
    from fundtrack.errors import Language

CHECKS: Final = checks()
AT_POSTING: Final = [name for name, check in CHECKS.items() if check.scope != "book"]
"""The checks that posting asks; what only an audit asks is told of the very small books here by the way."""

MIXED: Final = Path(__file__).parent / "data" / "domain-examples" / "mixed_channel_passes.beancount"


def test_only_some_checks() -> None:
    """Checks can be chosen; one that does not exist is named with those that do."""
    audited = audit_ledger(MIXED, only=["overdrawn"])
    assert (audited.checks_run, audited.not_run) == (("overdrawn",), ())
    with pytest.raises(UsageError) as caught:
        audit_ledger(MIXED, only=["overdrawm"])
    assert caught.value.key == "check-unknown"
    with pytest.raises(UsageError, match="is no check with a page"):
        audit_ledger(MIXED, only=["published-altered"])
    assert "overdrawn" in str(caught.value)


def test_the_record_is_what_others_build_on() -> None:
    """The machine-readable object has the keys that are promised."""
    record = audit_ledger(MIXED, only=["mixed-channel", "outside-validity"]).record("zh")
    assert set(record) >= {"findings", "checks_run", "not_run", "vouchers"}
    assert set(record["findings"][0]) >= {
        "check", "severity", "file", "line", "voucher", "fund", "use", "project", "amount", "actual", "expected",
        "difference", "evidence", "parameters", "message", "remedy", "basis", "fingerprint",
    }  # fmt: skip
    assert record["findings"][0]["amount"] == "800000.00"
    assert set(record["not_run"][0]) == {"check", "why"}


def test_a_new_page_audits(tmp_path: Path) -> None:
    """A page that the checker brings along judges any ledger, to the fen of its threshold."""
    limit = 100 + secrets.randbelow(10_000)
    name = new_page(tmp_path / "mine", limit)
    spend = '2015-0{0}-01 * "某公司" "x"\n  Expenses:F01-A:House  {1}\n  Assets:F01-A:Cash\n'
    text = CASH + "".join(
        spend.format(month, f"{fen // 100}.{fen % 100:02d} CNY") for month, fen in ((1, limit), (2, limit + 1))
    )
    (tmp_path / "main.beancount").write_text(text, "utf-8")
    audited = audit_ledger(tmp_path / "main.beancount", pages=tmp_path / "mine")
    (finding,) = (one for one in audited.findings if one.check in {name, *AT_POSTING})
    assert (finding.check, finding.amount, finding.fund) == (name, limit + 1, "F01")
    assert str(limit) in finding.messages["zh"]
    assert name in dict(audited.pages)


def test_a_new_page_audits_its_book(tmp_path: Path) -> None:
    """A page in the book's folder is run over the book; one under an installed name is refused."""
    book = small_book(tmp_path)
    limit = 10_000 + secrets.randbelow(10_000)
    name = new_page(tmp_path / "checks", limit)
    post_payment(book, "F01", "0601", limit)
    (finding,) = (one for one in audit_book(book).findings if one.check in {name, *AT_POSTING})
    assert (finding.check, finding.amount, finding.subject.voucher) == (name, 60_000, "F01-2015-000002")
    assert audit_book(book).vouchers == 6
    (tmp_path / "checks" / "overdrawn.md").write_text(PAGE.format(name="overdrawn", limit=1), "utf-8")
    with pytest.raises(PageError) as caught:
        audit_book(book)
    assert caught.value.key == "page-shadows"


def test_posting_reads_the_pages_it_asks(tmp_path: Path) -> None:
    """Those are all that are no audit's; what is local stops posting where it takes a name that only audits ask."""
    every = checks()
    assert list(checks(at_posting=True)) == [name for name, check in every.items() if check.scope != "book"]
    book = small_book(tmp_path)
    settings = tmp_path / "fundtrack.toml"
    settings.write_text(settings.read_text("utf-8") + "[checks.idle-fund]\ndays = 1\n", "utf-8")
    local = tmp_path / "checks" / "idle-fund.md"
    local.write_text(every["idle-fund"].page.source, "utf-8")
    post_payment(book, "F01", "0601", 1)
    local.write_text(PAGE.format(name="idle-fund", limit=1), "utf-8")
    with pytest.raises(PageError) as caught:
        post_payment(book, "F01", "0601", 2)
    assert caught.value.key == "page-shadows"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_published_ledger_shows_what_its_book_shows(tmp_path: Path, language: Language) -> None:
    """Over the book and over its ledger, in either language, the findings and their fingerprints are the same."""
    book = small_book(tmp_path)
    post_troubles(book)
    of_book = audit_book(book)
    assert Counter(finding.check for finding in of_book.findings if finding.check in AT_POSTING) == {
        "duplicate-payment": 2, "overdrawn": 1, "wrong-paying-account": 1,
    }  # fmt: skip
    of_ledger = audit_ledger(publish(book, language).main)
    assert of_ledger.not_run == of_book.not_run
    assert of_ledger.vouchers == of_book.vouchers
    assert sorted(map(essence, of_ledger.findings)) == sorted(map(essence, of_book.findings))
    if language == "en":
        assert sorted(one.messages["en"] for one in of_ledger.findings) == sorted(
            one.messages["en"] for one in of_book.findings
        )


def essence(finding: Finding) -> tuple[object, ...]:
    """Return what a finding is about, whichever road it came by."""
    return (
        finding.check, finding.severity, finding.subject.voucher, finding.fund, finding.use, finding.unit,
        finding.amount, finding.measure, finding.fingerprint,
    )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_later_act_condemns_nothing_that_stands(tmp_path: Path, language: Language) -> None:
    """An end, a grant and a shorter term, each dated before what was posted: the vouchers stay sound, in both alike.

    And the new version judges what is posted under it, dated on the very days.
    """
    book = small_book(tmp_path)
    post_payment(book, "F03", "0603", 500)
    assert not findings_in_both(book, language)
    change(book, lambda text: end(text, "F01:0601", date(2015, 1, 15), "桂[2015]9号"))
    change(book, lambda text: grant(text, "F01:0612", date(2015, 1, 15), "桂[2015]9号"))
    change(book, lambda text: text.replace('"F03"\n', '"F03"\n  valid-to: 2015-02-28\n'))
    assert not findings_in_both(book, language)
    post_payment(book, "F01", "0612", 700)
    assert not findings_in_both(book, language)
    late = post_payment(book, "F03", "0603", 500, payee="late", pages={})
    assert findings_in_both(book, language) == [("outside-validity", late.numbers[0])]
    change(book, lambda text: text.replace("valid-to: 2015-02-28", "valid-to: 2015-12-31"))
    change(book, lambda text: grant(text, "F01:0601", date(2015, 1, 16), "桂[2015]10号"))
    post_payment(book, "F01", "0601", 900)
    post_payment(book, "F03", "0603", 500, payee="in time")
    assert findings_in_both(book, language) == [("outside-validity", late.numbers[0])]


def change(book: Book, edit: Callable[[str], str]) -> None:
    """Put an edited chart in force."""
    with book.reading() as connection:
        text = connection.exec_driver_sql("SELECT text FROM chart ORDER BY version DESC LIMIT 1").scalar_one()
    assert apply_chart(book, edit(text), by="manager", document="桂[2015]9号")


def findings_in_both(book: Book, language: Language) -> list[tuple[str, str]]:
    """Return check and voucher of what is found in a book, which must be what is found in its published ledger."""
    of_book, published = audit_book(book), publish(book, language)
    of_ledger = audit_ledger(published.main)
    assert sorted(map(essence, of_ledger.findings)) == sorted(map(essence, of_book.findings))
    assert read(published.main) == canonical(book)
    shown = loader.load_file(str(published.fava))[1]
    assert len(shown) == len([one for one in of_book.findings if one.severity != "warn"])
    return [(one.check, one.subject.voucher) for one in of_book.findings if one.check in AT_POSTING]


def test_a_voucher_that_names_no_version_is_judged_by_the_last(tmp_path: Path) -> None:
    """Whether it is published or not; one that names a version, by that one."""
    book = small_book(tmp_path)
    change(book, lambda text: end(text, "F01:0601", date(2015, 1, 15), "桂[2015]9号"))
    main = publish(book).main
    (journal,) = main.parent.glob("2015-02.*")
    told = journal.read_text("utf-8")
    assert not audit_ledger(main, only=AT_POSTING).findings
    for said in ("", "  chart: 2\n", '  chart: "new"\n', "  chart: -1\n", "  chart: 1E40\n", "  chart: 0\n"):
        journal.write_text(told.replace("  chart: 1\n", said), "utf-8")
        found = {finding.check for finding in audit_ledger(main, only=AT_POSTING).findings}
        assert found <= {"use-not-permitted", "ledger-problem", "published-altered"}
        assert "use-not-permitted" in found, said


FUNDS: Final = ("F01-A", "F02A-B", "F03")
UNITS: Final = ("CNY", "CNY.Q")
leg: Final = st.tuples(st.sampled_from(FUNDS), st.sampled_from(UNITS), st.integers(-300, 300))


@given(st.lists(st.tuples(st.lists(leg, max_size=4), st.sampled_from(FUNDS), st.booleans()), max_size=5))
def test_mixed_channel_is_a_fund_that_does_not_sum_to_zero(
    drawn: list[tuple[list[tuple[str, str, int]], str, bool]],
) -> None:
    """Of random balanced transactions just those are found in which some fund, in some unit, is not zero."""
    transactions = [legs + list(closing(legs, other, sound=sound)) for legs, other, sound in drawn]
    text = "2014-01-01 open Equity:F01-A\n"
    for day, legs in enumerate(transactions, 1):
        text += f'2015-01-{day:02d} * "x"\n'
        text += "".join(f"  Equity:{fund} {plain(fen)} {unit}\n" for fund, unit, fen in legs)
    ledger = booked(parse_text(text, "random"))
    assert not ledger.errors
    with foreign(ledger.entries, ledger.options) as loaded:
        found = run(loaded.connection, [CHECKS["mixed-channel"], CHECKS["unbalanced"]], loaded.lens)
    assert {finding.voucher for finding in found} == {
        number for number, legs in enumerate(transactions, 1) if any(sums(legs).values())
    }
    assert {finding.check for finding in found} <= {"mixed-channel"}


def closing(legs: list[tuple[str, str, int]], other: str, *, sound: bool) -> list[tuple[str, str, int]]:
    """Return the postings that balance a transaction: each fund by itself, or all of it against one fund."""
    left = sums(legs)
    if sound:
        return [(fund, unit, -fen) for (fund, unit), fen in left.items()]
    return [(other, unit, -sum(fen for (_, of), fen in left.items() if of == unit)) for unit in UNITS]


def sums(legs: list[tuple[str, str, int]]) -> dict[tuple[str, str], int]:
    """Return what each fund holds of each unit."""
    totals: dict[tuple[str, str], int] = {}
    for fund, unit, fen in legs:
        totals[fund, unit] = totals.get((fund, unit), 0) + fen
    return totals


def plain(fen: int) -> str:
    """Return fen as yuan."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def test_only_what_shares_a_use_is_judged_at_posting(tmp_path: Path) -> None:
    """By a page of that scope: the cash beside an earlier payment for the use is of no use, and is not summed."""
    book = small_book(tmp_path)
    select = (
        "SELECT MAX(voucher) AS voucher, MAX(date) AS date, fund, account, unit, -SUM(amount) AS amount, '' AS payee"
    )
    moved = "account_kind = 'cash' GROUP BY fund, account, unit HAVING -SUM(amount) > :limit"
    page = PAGE.format(name="cash-of-use", limit=150)
    for was, becomes in (
        ("scope=voucher", "scope=use"), ("severity: error", "severity: fatal"),
        ("SELECT voucher, date, fund, account, unit, amount, payee", select),
        ("account_kind = 'use' AND amount > :limit", moved),
    ):  # fmt: skip
        assert was in page
        page = page.replace(was, becomes)
    (tmp_path / "checks" / "cash-of-use.md").write_text(page, "utf-8")
    for _ in range(2):
        post_payment(book, "F01", "0601", 100)
    with pytest.raises(Refused):
        post_payment(book, "F01", "0601", 151)


def test_an_account_that_the_chart_has_not_is_named_in_words(tmp_path: Path) -> None:
    """By its code, whatever that is; by its kind where the fund has none of it."""
    book = small_book(tmp_path)
    with book.reading() as connection:
        named = book_lens(connection, book.chart(connection)).named
    assert [named("en", "account", f"?:F09:{code}") for code in ("0601", "X", "----interest")] == [
        "account 0601", "account X", "account of kind interest",
    ]  # fmt: skip
    assert named("zh", "account", "?:F09:X") == "科目 X"
    assert named("zh", "account", "?:F09:----interest") == "interest 类科目"
