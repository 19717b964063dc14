"""What words of files stand for: said, confirmed by another, applied to what is imported after, published with it."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest
from beancount import loader

from books import CHART, small_book
from contracts import enter
from fundtrack.book import aliases as record
from fundtrack.book.doctor import diagnose
from fundtrack.book.policy import apply_chart
from fundtrack.checking.audit import audit_ledger
from fundtrack.cli.record import voucher_record
from fundtrack.errors import LANGUAGES, UsageError
from fundtrack.importing.batch.default import default_of
from fundtrack.importing.later.groups import grouped
from fundtrack.importing.later.quarantine import as_of_now, retry, waiting
from fundtrack.importing.later.quarantine import confirm as confirm_default
from fundtrack.importing.words.aliases import Said, confirm, reject, say
from fundtrack.importing.words.suggest import Suggestions
from fundtrack.ledger import canonical, publish, read
from fundtrack.pages import catalogue
from fundtrack.posting.standing import find_voucher
from treasury import MORE, asked, bring, counts, everything, file_of, held, pay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from commands import Say
    from copies import Template
    from fundtrack.book import Book
    from fundtrack.errors import Language
    from fundtrack.importing.later.groups import Group

WHY: Final = "县里的叫法"


@pytest.fixture
def book(template: Template) -> Iterator[Book]:
    """Give a book of its own to a test."""
    with template.copy() as book:
        yield book


def known(book: Book, word: str, fund: str, by: str = "ann", other: str = "ben", page: str = "") -> int:
    """Let a word stand for a fund, and return the number of its alias."""
    (made,) = say(book, [Said("fund", word, fund, page, WHY)], by=by).new
    confirm(book, [made.alias], by=other)
    return made.alias


def groups(book: Book) -> list[Group]:
    """Return the groups of the rows that wait."""
    with book.reading() as connection:
        return grouped(connection, book.chart(connection), waiting(connection))


def states(book: Book) -> dict[int, str]:
    """Return what became of each alias."""
    with book.reading() as connection:
        return dict(record.states(record.aliases(connection)))


def based(book: Book) -> list[tuple[object, ...]]:
    """Return on what the imported vouchers rest, in their order."""
    return asked(book, """SELECT v.fund, b.how, b.place, b.word, b.alias FROM voucher AS v
        LEFT JOIN fund_basis AS b ON b.fund_basis = v.fund_basis
        WHERE v.batch IS NOT NULL ORDER BY v.id""")  # fmt: skip


def word(name: str, said: str, fen: int = 100) -> list[str]:
    """Return the row of a payment of F03 that calls its fund by a word."""
    return pay(name, fen, fund=said, use="0603")


def test_one_decision_releases_many_rows(book: Book) -> None:
    """An unknown word makes one group; an alias and its confirmation release all its rows, each by the same checks."""
    report = bring(book, "a", word("1", "危改资金"), word("2", "危改资金", 250), word("3", "搬迁钱"),
                   word("4", "危改资金", 10**9), pay("5"))  # fmt: skip
    assert counts(report) == (1, 0, 4, 1)
    first, second = groups(book)
    assert (first.check, first.column, first.word, len(first.rows), first.amount) == (
        "unknown-fund-or-account", "资金名称", "危改资金", 3, 10**9 + 350,
    )  # fmt: skip
    assert (second.word, len(second.rows)) == ("搬迁钱", 1)
    (made,) = say(book, [Said("fund", "危改资金", "F03", "", WHY)], by="ann").new
    assert not any(one.voucher for one in retry(book, [], by="ann"))  # proposed, it applies to nothing
    with pytest.raises(UsageError) as own:
        confirm(book, [made.alias], by=" ANN")
    assert own.value.key == "alias-own"
    confirm(book, [made.alias], by="ben")
    assert groups(book)[0].alias
    before = everything(book)
    waits, ready = as_of_now(book, by="ann")
    assert [(row.row, row.reasons[0]["check"]) for row in waits] == [(4, groups(book)[0].check), (5, "overdrawn")]
    assert [row.row for row in ready] == [2, 3]
    assert everything(book) == before
    tried = {one.row.row: one for one in retry(book, [], by="ann")}
    assert [row for row, one in tried.items() if one.voucher] == [2, 3]
    assert [why["check"] for why in tried[5].reasons] == ["overdrawn"]
    assert based(book) == [
        ("F03", "column", "资金名称", "F03", None),
        *2 * [("F03", "column", "资金名称", "危改资金", 1)],
    ]
    again = bring(book, "b", word("6", "危改资金"), word("1", "危改资金"))
    assert counts(again) == (1, 1, 0, 1)
    with pytest.raises(UsageError) as done:
        confirm(book, [made.alias], by="eve")
    assert done.value.key == "alias-decided"


def test_a_word_changes_its_meaning_for_what_comes_after(book: Book) -> None:
    """What stood when a row was imported stays; the last that applies counts, of a page before that of all pages."""
    known(book, "整合", "F03")
    bring(book, "a", word("1", "整合"))
    (proposed,) = say(book, [Said("fund", "整合", "F04", "", "改拨")], by="ann").new
    bring(book, "b", word("2", "整合"))
    assert states(book) == {1: "standing", 2: "proposed"}
    confirm(book, [proposed.alias], by="ben")
    assert states(book) == {1: "replaced", 2: "standing"}
    bring(book, "c", pay("3", fund="整合", use="0604"))
    known(book, "整合", "F03", page="treasury-payment")
    bring(book, "d", word("4", "整合"))
    assert [(fund, alias) for fund, *_, alias in based(book)] == [("F03", 1), ("F03", 1), ("F04", 2), ("F03", 3)]
    say(book, [Said("fund", "整合", "", "treasury-payment", "用完"), Said("fund", "整合", "", "", "用完")], by="ann")
    assert held(bring(book, "e", word("5", "整合"))) == {2: {"unknown-fund-or-account"}}
    assert not [ailment for ailment in diagnose(book) if ailment.name != "key-open"]


def test_what_is_said_again_changes_nothing(book: Book) -> None:
    """A file that was not edited says nothing new; what was rejected may be said anew, but is not suggested."""
    said = Said("fund", "危房款", "F03", "", WHY)
    assert (len(say(book, [said], by="ann").new), say(book, [said], by="eve").unchanged) == (1, 1)
    with pytest.raises(UsageError):
        reject(book, 1, by="ben", reason=" ")
    with book.reading() as connection:
        chart = book.chart(connection)
        assert Suggestions(chart, []).of("fund", "House")[0].meaning == "F03"
    reject(book, 1, by="ben", reason="另有所指")
    assert states(book) == {1: "rejected"}
    assert len(say(book, [said], by="ann").new) == 1
    with book.reading() as connection:
        every = record.aliases(connection)
    assert not [one for one in Suggestions(chart, every).of("fund", "危房款") if one.meaning == "F03"]
    confirm(book, [2], by="ben")
    with book.reading() as connection:
        suggested = Suggestions(chart, record.aliases(connection)).of("fund", "危房改造款")
    assert [(one.meaning, one.name, one.alias) for one in suggested] == [("F03", "危房款", 2)]
    assert suggested[0].similarity < 100


@pytest.mark.parametrize(
    ("said", "key"),
    [
        (Said("fund", "危改", "F99", "", WHY), "alias-meaning"), (Said("fund", "F03", "F04", "", WHY), "alias-known"),
        (Said("fund", "危改", "F03", "nowhere", WHY), "alias-page"),
        (Said("fonds", "危改", "F03", "", WHY), "alias-field"),
        (Said("fund", " ", "F03", "", WHY), "alias-empty"), (Said("fund", "危改", "F03"), "reason-needed"),
        (Said("payee", "韦某一451021197001010015", "韦某一", "", WHY), "alias-private"),
        (Said("use", "建房", "0999", "", WHY), "alias-meaning"),
        (Said("use", "Building", "0604", "", WHY), "alias-known"),
        (Said("use", "F03-0603", "0604", "", WHY), "alias-known"),
    ],
)  # fmt: skip
def test_what_may_not_be_said(book: Book, said: Said, key: str) -> None:
    """All of what is said is kept, or nothing."""
    with pytest.raises(UsageError) as caught:
        say(book, [Said("fund", "好的", "F03", "", WHY), said], by="ann")
    assert caught.value.key == key
    assert asked(book, "SELECT COUNT(*) FROM alias") == [(0,)]


def test_what_the_chart_calls_a_use_since_comes_before_the_alias(book: Book) -> None:
    """No alias says otherwise than the chart, whichever was there first."""
    say(book, [Said("use", "Roads", "0603", "", WHY)], by="ann")
    named = '\n2014-01-01 open Expenses:F03-Houses:0605-Roads CNY\n  authority: "桂[2014]33号"\n'
    apply_chart(book, CHART + MORE + named, by="founder", document="原文未载")
    assert counts(bring(book, "a", pay("1", use="Roads"), pay("2", fund="F01", use="Roads")))[0] == 1
    assert asked(book, "SELECT payee, debit FROM voucher JOIN entry ON voucher = id WHERE batch IS NOT NULL") == [
        ("农户", "0605")
    ]


def test_other_words_stand_at_once(book: Book) -> None:
    """Uses, projects and payees; what they were called is in the original of the file."""
    said = [Said("use", "盖房", "Building", "", WHY), Said("payee", "那满所", "那满镇财政所", "", WHY)]
    say(book, said, by="ann")
    report = bring(book, "a", pay("1", use="盖房", payee="那满所"))
    assert counts(report)[0] == 1
    assert asked(book, "SELECT payee, debit FROM voucher JOIN entry ON voucher = id WHERE batch IS NOT NULL") == [
        ("那满镇财政所", "0603")
    ]
    unknown = bring(book, "b", pay("2", use="修房"))
    assert held(unknown) == {2: {"use-unknown"}}
    (group,) = groups(book)
    assert (group.field, group.word, group.suggestions[0].alias) == ("use", "修房", 1)


def test_what_a_changed_page_gives_is_on_record(book: Book) -> None:
    """A batch names the page that it was imported by; a row that is posted later may be read through another."""
    own = book.folder / "importers" / "own-list.md"
    own.parent.mkdir(exist_ok=True)
    text = (
        catalogue("importers")["treasury-payment"].path.read_text("utf-8").replace("# treasury-payment", "# own-list")
    )
    own.write_text(text, encoding="utf-8")
    bring(book, "a", word("1", "危改资金"), word("2", "搬迁钱"), page="own-list")
    known(book, "危改资金", "F03")
    assert [(bool(one.voucher), one.page) for one in retry(book, [], by="ann")] == [(True, ""), (False, "")]
    own.write_text(f"{text}\nChanged by the clerk.\n", encoding="utf-8")
    known(book, "搬迁钱", "F03")
    (one,) = retry(book, [], by="ann")
    assert (bool(one.voucher), len(one.page)) == (True, 64)
    assert asked(book, "SELECT row, reason FROM decision ORDER BY row") == [(2, ""), (3, f"page {one.page}")]
    assert not diagnose(book)


def test_width_blanks_and_case_make_no_other_word(book: Book) -> None:
    """Of the chart's words and of aliases alike; where two known words differ in nothing else, only as written."""
    known(book, "危改资金", "F03")
    say(book, [Said("use", "盖 Fang", "0603", "", WHY), Said("project", "老家园", "P01", "", WHY)], by="ann")
    report = bring(book, "a", word("1", "Ｆ０３"), word("2", "f03 "), word("3", "危改 资金"),
                   pay("4", use="盖ｆａｎｇ", project="ｐ01"), pay("5", project="老 家 园"))  # fmt: skip
    assert held(report) == {}
    assert based(book) == [
        *2 * [("F03", "column", "资金名称", "F03", None)], ("F03", "column", "资金名称", "危改资金", 1),
        *2 * [("F03", "column", "资金名称", "F03", None)],
    ]  # fmt: skip
    known(book, "危 改资金", "F04")
    other = bring(book, "b", word("6", "危改 资金"), word("7", "危改资金"))
    assert held(other) == {2: {"unknown-fund-or-account"}}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_words_stood_for_is_published(book: Book, language: Language) -> None:
    """Every alias with who said and confirmed it, and of each imported voucher on what its fund rests."""
    known(book, "危改资金", "F03")
    say(book, [Said("payee", "那满所", "那满镇财政所", "", WHY), Said("fund", "别的", "F04", "", WHY)], by="ann")
    bring(book, "a", word("1", "危改资金"), pay("2"))
    main = publish(book, language).main
    says = read(main)
    assert says == canonical(book)
    said = [(one.word, one.decided_by) for one in says.words.aliases]
    assert said == [
        ("危改资金", "ben"),
        ("那满所", ""),
        ("别的", ""),
    ]
    assert [one.fund_basis for one in says.vouchers if one.source] == [1, 2]
    assert loader.load_file(str(main))[1] == []
    assert publish(book, language).written == ()


@pytest.mark.parametrize(
    ("was", "becomes", "check"),
    [
        ('decided-by: "ben"', 'decided-by: "Ann"', "published-alias-unconfirmed"),
        ('  decided: "confirmed"\n', "", "published-alias-unconfirmed"),
        ("  alias: 1\n", "  alias: 9\n", "published-alias-unconfirmed"),
        ('  fund: "F03"', '  fund: "F04"', "published-fund-without-basis"),
        ('custom "fund-basis" "1"', 'custom "fund-basis" "7"', "published-fund-without-basis"),
    ],
)  # fmt: skip
def test_who_has_the_ledger_alone_sees_what_a_fund_rests_on(book: Book, was: str, becomes: str, check: str) -> None:
    """Even where all hashes were made anew, a word that nobody else confirmed gives no fund."""
    known(book, "危改资金", "F03")
    bring(book, "a", word("1", "危改资金"))
    main = publish(book).main
    (path,) = main.parent.glob("aliases.*.beancount")
    text = path.read_text("utf-8").replace(was, becomes)
    assert text != path.read_text("utf-8")
    name = f"aliases.{hashlib.sha256(text.encode()).hexdigest()[:16]}.beancount"
    (main.parent / name).write_text(text, "utf-8")
    main.write_text(main.read_text("utf-8").replace(path.name, name), "utf-8")
    assert check in {one.check for one in audit_ledger(main).findings}


def test_a_voucher_says_on_what_its_fund_rests(book: Book) -> None:
    """In its column, by an alias, or by hand."""
    known(book, "危改资金", "F03")
    bring(book, "a", word("1", "危改资金"), pay("2"))
    with book.reading() as connection:
        chart = book.chart(connection)
        said = [voucher_record(connection, find_voucher(connection, f"F03-2015-00000{at}"), chart, "zh")["fund_basis"]
                for at in (1, 2, 3)]  # fmt: skip
    assert said == ["", "资金名称：“危改资金”，依别名 1（ann 提出，ben 确认）", "资金名称：“F03”"]


FILE_SAYS: Final = """# 乡镇支付

Payments whose files say the fund by their name.

```toml
[file]
encoding = "gb18030"
header = ["日", "额", "人"]
[columns]
date = "日"
amount = "额"
payee = "人"
fund = { file = '^(.+?)支付' }
use = { constant = "0603" }
[key]
columns = ["人"]
```
"""


def test_a_file_says_its_fund_by_its_name(book: Book) -> None:
    """By a word that the chart or an alias knows; retried, it is still known by the name it came by."""
    page = book.folder / "importers" / "乡镇支付.md"
    page.parent.mkdir(exist_ok=True)
    page.write_text(FILE_SAYS, "utf-8")
    rows = (["2015-06-01", "1.00", "甲"],)
    enter(book, "危改支付明细", *rows, header=("日", "额", "人"))
    assert groups(book)[0].word == "危改"
    known(book, "危改", "F03")
    assert [bool(one.voucher) for one in retry(book, [], by="ann")] == [True]
    enter(book, "F03支付明细", ["2015-06-02", "1.00", "甲"], header=("日", "额", "人"))
    enter(book, "明细", ["2015-06-03", "1.00", "甲"], header=("日", "额", "人"))
    assert [one[1:] for one in based(book)] == [("file", "", "危改", 1), ("file", "", "F03", None)]
    assert groups(book)[0].check == "fund-missing"


def test_what_a_date_is_matters_not(book: Book) -> None:
    """A payment of an earlier day that is imported after an alias stands is read by it."""
    known(book, "危改资金", "F03")
    report = bring(book, "a", pay("1", fund="危改资金", use="0603", day=date(2015, 2, 1)))
    assert counts(report)[0] == 1


def test_what_the_commands_say_to_programs(tmp_path: Path, say: Say) -> None:
    """Amounts as decimal strings, in each form; a CSV that is written, edited and taken back."""
    book = small_book(tmp_path / "book")
    path = file_of(book, "a", [word("1", "危改资金", 250), word("2", "危改资金"), pay("3", payee="")])
    book.engine.dispose()
    there = ("--book", str(book.folder))
    assert say("import", str(path), *there, "--by", "ann").code == 1
    (many, one) = say("quarantine", "groups", "--format", "json", *there).json
    assert (many["word"], many["rows"], many["amount"], many["names"]) == ("危改资金", 2, "3.50", ["1:2", "1:3"])
    assert (one["check"], one["suggestions"]) == ("payee-missing", [])
    assert (
        say("quarantine", "groups", "--format", "csv", *there)
        .out.splitlines()[1]
        .endswith('危改资金,2,3.50,"1:2, 1:3"')
    )
    assert "资金名称中的“危改资金”：2 行，3.50 元" in say("quarantine", "groups", "--lang", "zh", *there).out
    added = say(
        "alias", "add", "危改资金", "--fund", "F03", "--reason", WHY, "--by", "ann", "--format", "json", *there
    ).json
    assert [(new["alias"], new["meaning"]) for new in added["new"]] == [(1, "F03")]
    assert (
        say("alias", "confirm", "1", "--by", "ben", "--format", "csv", *there).out.splitlines()[1]
        == "1,fund,,危改资金,F03"
    )
    assert say("alias", "list", "-o", tmp_path / "aliases.csv", *there).code == 0
    text = (tmp_path / "aliases.csv").read_text("utf-8-sig")
    (tmp_path / "aliases.csv").write_text(text + '9,payee,,那满所,那满镇财政所,"简称",,,,,\n', "utf-8-sig")
    taken = say("alias", "import", tmp_path / "aliases.csv", "--by", "ann", "--format", "json", *there).json
    assert ([new["word"] for new in taken["new"]], taken["unchanged"]) == (["那满所"], 1)
    ended = say("alias", "end", "危改资金", "--reason", "用完", "--by", "ann", "--lang", "zh", *there)
    assert ended.out == "别名 3：“危改资金”不再对应任何项目。\n"
    assert [(one["alias"], one["state"]) for one in say("alias", "list", "--all", "--format", "json", *there).json] == [
        (1, "replaced"), (2, "standing"), (3, "withdrawn"),
    ]  # fmt: skip
    assert say("quarantine", "list", "-o", tmp_path / "wrong.xlsx", *there).code == 0
    back = say("quarantine", "import", tmp_path / "wrong.xlsx", "--by", "ann", "--format", "json", *there)
    assert (back.code, back.json["read"], back.json["corrections"]) == (1, {"rows": 3, "amount": "4.50"}, [])
    rows = say("quarantine", "import", tmp_path / "wrong.xlsx", "--by", "ann", "--format", "csv", *there).out
    assert rows.splitlines()[-1] == "quarantined,3,4.50"


def test_no_basis_is_kept_on_which_nothing_rests(book: Book) -> None:
    """Of rows that stay out nothing is kept, whatever gave them a fund; what is said of their file may change."""
    bring(book, "a", pay("1", 10**11, fund="", use=""), pay("2", 10**11, fund="F03"), pay("3", fund="", use=""),
          default=lambda chart: default_of(chart, "F01", "0601", ""))  # fmt: skip
    assert asked(book, "SELECT COUNT(*) FROM fund_basis") == [(0,)]
    assert [bool(one.voucher) for one in confirm_default(book, 1, by="ben")] == [False, False, True]
    kept = "SELECT b.fund, b.how FROM fund_basis AS b WHERE b.fund_basis IN (SELECT fund_basis FROM voucher)"
    assert asked(book, kept) == [("F01", "default")] == asked(book, "SELECT fund, how FROM fund_basis")
    assert read(publish(book).main) == canonical(book)
