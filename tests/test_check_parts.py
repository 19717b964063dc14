"""Part of what a check finds: some funds, from a day on, or what an earlier check did not know."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from books import RECEIVED, small_book
from commands import in_both_languages
from fundtrack.checking import checks
from fundtrack.checking.audit import audit_book, audit_ledger
from fundtrack.checking.baseline import Baseline, compare, known_of
from fundtrack.checking.extent import Extent
from fundtrack.errors import UsageError, messages
from fundtrack.ledger import publish
from ledgers import BROKEN, CASH, post_troubles
from sariflog import valid

if TYPE_CHECKING:
    from sqlalchemy import URL

    from commands import Answer, Say
    from fundtrack.checking import Finding
    from fundtrack.checking.baseline import Known

pytestmark = pytest.mark.usefixtures("only_at_posting")

MIXED: Final = Path(__file__).parent / "data" / "domain-examples" / "mixed_channel_passes.beancount"


def test_every_check_says_what_narrowing_needs() -> None:
    """A finding of posting names its date and its fund; else `--since` and `--fund` would lose it.

    What only an audit asks may be about an entry of a register, which has neither and concerns the whole book.
    """
    for check in (one for one in checks().values() if one.scope != "book"):
        head = check.select.lower()
        assert "voucher" not in head or ("date" in head and "fund" in head), check.name


def test_no_check_is_called_like_a_message() -> None:
    """By this a baseline tells what a page found from what the ledger itself shows."""
    assert not set(checks()) & set(messages())


TWO: Final = (
    CASH + BROKEN
    + '2015-03-01 * "甲" "x"\n  Expenses:F01-A:House  1.00 CNY\n  Assets:F03-B:Cash\n'
    + '2015-05-01 * "乙" "x"\n  Expenses:F03-B:House  2000.00 CNY\n  Assets:F03-B:Cash\n'
)  # fmt: skip
"""In March F01 is housed at the cost of F03, in May F03 spends what it has not; and a line is none."""


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), ["ledger-problem", "mixed-channel", "overdrawn"]),
        (("--fund", "F01"), ["ledger-problem", "mixed-channel"]),
        (("--fund", "F03"), ["ledger-problem", "mixed-channel", "overdrawn"]),
        (("--fund", "F01", "--fund", "F03"), ["ledger-problem", "mixed-channel", "overdrawn"]),
        (("--since", "2015-03-01"), ["ledger-problem", "mixed-channel", "overdrawn"]),
        (("--since", "2015年3月2日"), ["ledger-problem", "overdrawn"]),
        (("--since", "2015-05-01", "--fund", "F01"), ["ledger-problem"]),
        (("--since", "2015-05-02"), ["ledger-problem"]),
        (("--since", "2015-05-02", "--only", "overdrawn"), ["ledger-problem"]),
    ],
)
def test_some_funds_and_days(say: Say, options: tuple[str, ...], expected: list[str]) -> None:
    """A voucher of two funds concerns both; what is wrong with the whole ledger is never left out; all is counted."""
    Path("two.beancount").write_text(TWO, "utf-8")
    found = say("check", "two.beancount", *options, "--format", "json").json
    assert sorted(one["check"] for one in found["findings"]) == expected
    assert found["extent"]["left_out"] + len(expected) == (3 if "--only" not in options else 2)
    assert [one["check"] for one in found["summary"]] == expected
    read = say("check", "two.beancount", *options).out
    assert ("not shown: " in read) == (len(expected) < 3)


def test_what_is_left_out_does_not_count(say: Say) -> None:
    """For the exit code."""
    Path("two.beancount").write_text(TWO.replace(BROKEN, ""), "utf-8")
    assert say("check", "two.beancount").code == 1
    assert say("check", "two.beancount", "--since", "2016-01-01").code == 0


@pytest.mark.parametrize("fund", ["F02", "f01", "", "F01,F03"])
def test_a_fund_that_does_not_exist(say: Say, book: Path, fund: str) -> None:
    """Is named with those that do, in a ledger and in a book, before anything is said to be sound."""
    Path("two.beancount").write_text(TWO, "utf-8")
    for subject in (("check", "two.beancount"), ("--book", book, "check")):
        answer = say(*subject, "--fund", fund)
        assert (answer.code, answer.out) == (2, "")
        assert "F03" in answer.err
        assert in_both_languages(answer.err)


def test_some_funds_of_a_book(book_dir: Path, database_url: URL) -> None:
    """On each database the same: the fund of the chart that has no finding is known, another is not."""
    book = small_book(book_dir, database_url)
    post_troubles(book)
    whole = audit_book(book)
    parts = {fund: audit_book(book, extent=Extent((fund,))) for fund in RECEIVED}
    assert sum(len(part.findings) for part in parts.values()) == len(whole.findings) == 4
    assert {one.fund for fund, part in parts.items() for one in part.findings if one.fund != fund} == set()
    assert [len(part.findings) + len(part.left_out) for part in parts.values()] == [4] * len(parts)
    with pytest.raises(UsageError) as caught:
        audit_book(book, extent=Extent(("F01", "F09")))
    assert (caught.value.key, caught.value.details["fund"]) == ("check-fund", "F09")
    book.engine.dispose()


@given(
    funds=st.sets(st.sampled_from(["F01", "F02", "F03"])),
    since=st.none() | st.dates(date(2015, 1, 1), date(2015, 12, 31)),
    marks=st.lists(
        st.tuples(
            st.sampled_from(["", "F01", "F02"]), st.sampled_from([(), ("F03",)]), st.integers(0, 1),
            st.just("") | st.dates(date(2015, 1, 1), date(2015, 12, 31)).map(str),
        ),
        max_size=8,
    ),
)  # fmt: skip
def test_an_extent_keeps_or_counts_every_finding(
    funds: set[str], since: date | None, marks: list[tuple[str, tuple[str, ...], int, str]]
) -> None:
    """By each of the two, and by both together just what each keeps; without any, everything."""
    (one, *_) = AUDITED.findings
    some = [
        replace(one, fund=fund, other_funds=other, voucher=voucher, date=day) for fund, other, voucher, day in marks
    ]
    kept = [finding for finding in some if Extent(tuple(funds), since).holds(finding)]
    assert kept == [
        finding for finding in some if Extent(tuple(funds)).holds(finding) and Extent((), since).holds(finding)
    ]
    assert all(Extent().holds(finding) for finding in some)
    for finding in some:
        held = any(finding is other for other in kept)
        whole = not (finding.voucher or finding.fund or finding.other_funds)
        if whole and not finding.date:
            assert held
        if not whole and funds and held:
            assert funds & {finding.fund, *finding.other_funds}


AUDITED: Final = audit_ledger(MIXED)


def known(findings: list[Finding]) -> Counter[Known]:
    """Return findings as a baseline holds them."""
    return Counter(map(known_of, findings))


@given(
    before=st.lists(st.sampled_from(AUDITED.findings), max_size=6),
    after=st.lists(st.sampled_from(AUDITED.findings), max_size=6),
    elsewhere=st.lists(st.sampled_from(AUDITED.findings), max_size=3),
)
def test_a_baseline_takes_apart_what_is_new(
    before: list[Finding], after: list[Finding], elsewhere: list[Finding]
) -> None:
    """Nothing is lost or told twice, twins among it; what still stands, and no more, is carried on."""
    audited = replace(AUDITED, findings=tuple(after), left_out=tuple(elsewhere))
    told = compare(audited, Baseline("earlier.json", known(before)))
    assert told.baseline is not None
    assert known([*told.findings, *told.baseline.known]) == known(after)
    assert known(list(told.findings)) == known(after) - known(before)
    assert Counter(told.baseline.gone) == known(before) - known(after + elsewhere)
    assert Counter(told.baseline.standing) == known(before) - Counter(told.baseline.gone)
    assert told.baseline.unasked == ()


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_only_what_is_new(say: Say, form: str) -> None:
    """Lines that moved and another folder change nothing; what is new is told once, what went is counted."""
    ledger = Path("desk") / "two.beancount"
    ledger.parent.mkdir()
    ledger.write_text(TWO, "utf-8")
    say("check", ledger, "-o", f"first.{form}")
    same = say("check", ledger, "--baseline", f"first.{form}", "-o", f"second.{form}")
    assert same.code == 0
    assert "known and not shown 3, no longer found 0, not asked this time 0" in same.out
    moved = Path(shutil.move(ledger.parent, "another-desk")) / "two.beancount"
    more = '2015-04-01 * "丙" "x"\n  Expenses:F01-A:House  3.00 CNY\n  Assets:F03-B:Cash\n'
    moved.write_text(f"; a note\n\n{more}{TWO.replace('2000.00', '900.00')}", "utf-8")
    # The second output holds no finding: what stood in the first is carried along.
    news = say("check", moved, "--baseline", f"second.{form}", "--format", "json")
    assert news.code == 1
    assert [(one["check"], one["date"]) for one in news.json["findings"]] == [("mixed-channel", "2015-04-01")]
    compared = news.json["baseline"]
    assert (compared["known"], [one["check"] for one in compared["gone"]]) == (2, ["overdrawn"])
    log = say("check", moved, "--baseline", f"second.{form}", "--format", "sarif", "--lang", "zh").json
    assert [one["baselineState"] for one in valid(log)["results"]] == ["new"]
    only = say("check", moved, "--baseline", f"first.{form}", "--only", "overdrawn", "--format", "json").json
    assert ([one["check"] for one in only["baseline"]["gone"]], only["baseline"]["unasked"]) == (["overdrawn"], 1)
    fund = say("check", moved, "--baseline", f"first.{form}", "--fund", "F01", "--format", "json").json
    assert [one["check"] for one in fund["baseline"]["gone"]] == ["overdrawn"]


def test_twins_keep_apart(tmp_path: Path) -> None:
    """Of two payments that nothing tells apart each has its fingerprint, and a third is news."""
    twin = '2015-03-01 * "甲" "x"\n  Expenses:F01-A:House  1.00 CNY\n  Assets:F03-B:Cash\n'
    ledger = tmp_path / "twins.beancount"
    ledger.write_text(CASH + twin * 2, "utf-8")
    two = audit_ledger(ledger).findings
    assert len({one.fingerprint for one in two}) == len(two)
    ledger.write_text(CASH + twin * 3, "utf-8")
    told = compare(audit_ledger(ledger), Baseline("x", known(list(two))))
    assert Counter(one.check for one in told.findings) == {"mixed-channel": 1, "duplicate-payment": 1}


def test_a_baseline_of_a_book_serves_its_ledger(tmp_path: Path, say: Say) -> None:
    """What the bureau knows of its book is known of the ledger it published."""
    book = small_book(tmp_path / "book")
    post_troubles(book)
    assert len(audit_book(book).findings) == 4
    main = publish(book, "zh").main
    book.engine.dispose()
    assert say("--book", tmp_path / "book", "check", "-o", "known.sarif").code == 1
    assert say("check", main, "--baseline", "known.sarif", "--fail-on", "warn").code == 0


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_what_got_worse_is_new(say: Say, form: str) -> None:
    """A greater amount under one fingerprint; what grew and shrank is known as it stood last."""
    ledger = Path("one.beancount")

    def checked(amount: str, *more: str) -> Answer:
        text = TWO.replace("2000.00", amount).replace(BROKEN, "")
        ledger.write_text(text.replace('"乙" "x"\n', '"乙" "x"\n  voucher: "X7"\n'), "utf-8")
        return say("check", ledger, "--only", "overdrawn", *more)

    assert TWO.count("2000.00") == 1
    assert checked("1000.01", "-o", f"first.{form}").code == 1
    assert checked("1000.01", "--baseline", f"first.{form}").code == 0
    worse = checked("999900.00", "--baseline", f"first.{form}", "--format", "json")
    assert worse.code == 1
    (found,) = worse.json["findings"]
    (was,) = checked("1000.01", "--format", "json").json["findings"]
    assert found["fingerprint"] == was["fingerprint"]
    assert found["measure"] > was["measure"]
    told = worse.json["baseline"]
    assert (told["known"], told["gone"], told["standing"]) == (0, [], [])
    assert checked("999900.00", "--baseline", f"first.{form}", "-o", f"great.{form}").code == 1
    assert checked("1500.00", "--baseline", f"great.{form}", "-o", f"less.{form}").code == 0
    assert checked("1600.00", "--baseline", f"less.{form}").code == 1


@pytest.mark.parametrize("then", ["dismissed", "closed", "waived"])
def test_what_was_settled_and_is_open_is_new(then: Literal["dismissed", "closed", "waived"]) -> None:
    """So is what became graver; and what is settled now is not."""
    one = replace(AUDITED.findings[0], severity="error")
    audited = replace(AUDITED, findings=(one,))
    for before, told in (
        (known_of(replace(one, state=then)), 1),
        (known_of(replace(one, severity="warn")), 1),
        (known_of(replace(one, severity="fatal")), 0),
        (known_of(replace(one, measure=one.measure + 1)), 0),
        (known_of(one)._replace(severity="", measure=None, state=""), 0),
    ):
        assert len(compare(audited, Baseline("x", Counter([before]))).findings) == told
    settled = replace(AUDITED, findings=(replace(one, state=then),))
    assert compare(settled, Baseline("x", Counter([known_of(one)]))).findings == ()


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_a_baseline_of_another_county(say: Say, form: str) -> None:
    """Is refused by its title; where one has none, that is said with the result."""
    for name, title in (("a", "One county"), ("b", "Another county")):
        Path(f"{name}.beancount").write_text(f'option "title" "{title}"\n{TWO}', "utf-8")
    Path("c.beancount").write_text(TWO, "utf-8")
    say("check", "a.beancount", "-o", f"a.{form}")
    answer = say("check", "b.beancount", "--baseline", f"a.{form}")
    assert (answer.code, answer.out) == (2, "")
    assert "One county" in answer.err
    assert in_both_languages(answer.err)
    untitled = say("check", "c.beancount", "--baseline", f"a.{form}")
    assert "the baseline is of One county" in untitled.out
    assert "the baseline is of" not in say("check", "a.beancount", "--baseline", f"a.{form}").out


def test_what_is_no_json_is_told_in_words(say: Say) -> None:
    """Never by the name of an exception."""
    for data in (b"x", b"[]", b'{"findings": [{"check": "x", "fingerprint": "y", "measure": "z"}]}'):
        Path("baseline.json").write_bytes(data)
        answer = say("check", "no-such.beancount", "--baseline", "baseline.json")
        assert answer.code == 2
        assert "Error" not in answer.err


UNREADABLE: Final = {
    "nothing": b"",
    "no JSON": b"severity,check\n",
    "no object": b"[]",
    "a number": b"1",
    "another object": b'{"vouchers": 3}',
    "findings that are none": b'{"findings": [{"check": "x"}]}',
    "numbers for names": b'{"findings": [{"check": 1, "fingerprint": 2}]}',
    "findings that are a text": b'{"findings": "x"}',
    "SARIF of another": b'{"runs": [{"results": [{"ruleId": "E501", "partialFingerprints": {}}]}]}',
    "SARIF without results": b'{"runs": [{}]}',
    "bytes": b"\xff\xfe\x00",
    "a pit": b"[" * 100_000,
}


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_baseline(say: Say, data: bytes) -> None:
    """Is told before anything is checked, and is not taken for one in which nothing was known."""
    Path("baseline.json").write_bytes(data)
    answer = say("check", "no-such.beancount", "--baseline", "baseline.json")
    assert (answer.code, answer.out) == (2, "")
    assert "baseline.json" in answer.err
    assert in_both_languages(answer.err)


def test_a_baseline_that_is_not_there(say: Say) -> None:
    """The same."""
    answer = say("check", MIXED, "--baseline", "nowhere.json")
    assert (answer.code, answer.out) == (2, "")
    assert in_both_languages(answer.err)
