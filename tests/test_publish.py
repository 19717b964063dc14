"""Publishing: the book as Beancount text and back, in both languages, never a mixture and nothing written twice."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import defaultdict
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final
from unicodedata import normalize

import beanquery
import pytest
from beancount import loader
from beancount.core.data import Query
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fundtrack.beantext.loading import book_if_needed
from fundtrack.beantext.parse import parse_ledger, parse_text
from fundtrack.book import create_book, open_book
from fundtrack.book.policy import apply_chart
from fundtrack.errors import LANGUAGES, ChartError, FormatError, UsageError
from fundtrack.ledger import canonical, publish, read, years
from rawbook import ACCOUNTS, CHART, TEXT, book_in, funded_book, post

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL

    from fundtrack.book import Book
    from fundtrack.errors import Language

GUIDE: Final = (Path(__file__).parent.parent / "docs" / "guide" / "publish-and-browse.md").read_text("utf-8")

publishing = sys.modules["fundtrack.ledger.publish"]
"""The module, whose name the function in the package hides."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a book to be copied."""
    folder = tmp_path_factory.mktemp("template") / "book"
    funded_book(folder)
    return folder


@pytest.fixture
def book(template: Path, tmp_path: Path) -> Iterator[Book]:
    """Give a copy of the book, with vouchers in three months of two years."""
    shutil.copytree(template, tmp_path / "copy")
    book = open_book(tmp_path / "copy")
    post(book, "2015-01-06", [("CNY", "0601", "1001", 30_000, 0)], payee="那满镇", document="ZF1", project="P01")
    post(book, "2015-02-06", [("CNY", "1201", "1001", 20_000, 0)], kind="advance", payee="茂恒公司", project="P01")
    post(book, "2016-05-07", [("CNY", "0602", "1001", 5_000, 0)], "F02A", payee="五村镇")
    yield book
    book.engine.dispose()


def state(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return every file with its inode, time and content."""
    files = [path for path in (folder / "ledger").rglob("*") if path.is_file()]
    return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def loaded(path: Path) -> list[Any]:
    """Return what Beancount loads, which must be free of errors."""
    entries, errors, _ = loader.load_file(str(path))
    assert errors == []
    return list(entries)


def totals(path: Path) -> dict[str, Decimal]:
    """Return the balance of every account of a ledger that Beancount finds sound."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for entry in loaded(path):
        for posting in getattr(entry, "postings", ()):
            sums[posting.account] += posting.units.number
    return {account: amount for account, amount in sums.items() if amount}


INJECTIONS: Final = (
    *'"\\;:#^*!{}@~|,.-_/ \t\n\r0aZ中（）１Ａ㈱é',
    '"\n2014-01-01 open Equity:Evil\n',
    '" #tag ^link\n  Assets:Bank  999 CNY\n  Equity:Evil',
    "\\n",
    "; comment",
)
"""What an attacker, a bank's export or a spreadsheet puts into a cell, and may be stored."""

visible = st.characters(exclude_categories=("Cc", "Cf", "Co", "Cs", "Zl", "Zp"))
texts = (st.lists(st.sampled_from(INJECTIONS), max_size=6).map("".join) | st.text(visible, max_size=10)).map(
    lambda text: normalize("NFC", text)
)
amounts = st.integers(1, 10**9)
debited = st.sampled_from(("0601", "0602", "1201"))
spent = st.tuples(st.just("CNY"), debited, st.just("1001"), amounts, st.integers(0, 1))
paid = st.tuples(st.just("CNY"), st.just("0601"), st.sampled_from(("1001", "1002")), amounts, st.just(1))
dollars = st.tuples(st.just("USD"), st.just("1901"), st.just("3901"), amounts, st.integers(0, 1))
all_black = st.lists(spent.map(lambda entry: (*entry[:4], 0)), min_size=1, max_size=4)
all_red = st.lists(paid, min_size=1, max_size=4)
mixed = st.lists(spent | dollars, min_size=1, max_size=5)
drawn = st.fixed_dictionaries({
    "fund": st.sampled_from(("F01", "F02A")),
    "day": st.dates(date(2015, 1, 6), date(2016, 3, 1)).map(date.isoformat),
    "entries": all_black | all_red | mixed,
    "kind": st.sampled_from(("disbursement", "advance", "refund", "adjustment")),
    "project": st.sampled_from(("", "P01")),
    "payee": texts,
    "narration": texts,
    "document": texts,
    "bank": texts,
    "bank_ref": texts,
    "approved_by": st.sampled_from(("", 'the "boss"')),
    "occurrence": st.integers(1, 3),
    "from_batch": st.none() | st.tuples(st.integers(1, 2), st.integers(1, 99)),
    "other": st.sampled_from(("", "link", "cites", "reverse")),
})  # fmt: skip


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(vouchers=st.lists(drawn, max_size=12), language=st.sampled_from(LANGUAGES))
def test_what_was_published_reads_back(template: Path, vouchers: list[dict[str, Any]], language: Language) -> None:
    """Whatever a voucher says, in either language, and Beancount finds nothing to object to."""
    with TemporaryDirectory() as folder:
        shutil.copytree(template, Path(folder) / "book")
        book = open_book(Path(folder) / "book")
        for fields in vouchers:
            post_drawn(book, dict(fields))
        published = publish(book, language)
        assert read(published.main) == canonical(book)
        loaded(published.main)
        book.engine.dispose()


def post_drawn(book: Book, fields: dict[str, Any]) -> None:
    """Post what a strategy drew, and a voucher that refers to it."""
    fund, day, entries, other = (fields.pop(key) for key in ("fund", "day", "entries", "other"))
    fields["batch"], fields["row"] = fields.pop("from_batch") or (None, None)
    new = post(book, day, entries, fund, **fields)
    if other == "reverse":
        post(book, "2016-04-01", [(*entry[:4], 1 - entry[4]) for entry in entries], fund, **fields | {"reverses": new})
    elif other:
        post(book, "2016-04-01", [("CNY", "0601", "1001", 7, 0)], "F02A", **{other: new})


@pytest.mark.parametrize("language", LANGUAGES)
def test_round_trip_on_each_database(tmp_path: Path, database_url: URL, language: Language) -> None:
    """One debit and many credits, a reversal, a linked share, and nothing at all."""
    book = book_in(tmp_path / "book", database_url)
    assert read(publish(book, language).main) == canonical(book)
    post(book, "2015-01-05", [("CNY", "1001", "4001", 10**12, 0)], kind="transfer-received")
    post(book, "2015-01-05", [("CNY", "1001", "4001", 10**12, 0)], "F02A", kind="transfer-received")
    two = [("CNY", "0601", "1001", 100, 0), ("CNY", "0602", "1001", 250, 0)]
    paid = post(book, "2015-03-02", two, payee='张"三')
    post(book, "2015-03-02", [("CNY", "0601", "1001", 10, 0)], "F02A", link=paid)
    post(book, "2015-04-02", [(*entry[:4], 1) for entry in two], reverses=paid)
    says = read(publish(book, language).main)
    assert says == canonical(book)
    assert [voucher.entries[0].amount for voucher in says.vouchers] == [10**12, 100, 100, 10**12, 10]
    assert says.vouchers[2].reverses == "F01-2015-000002" == says.vouchers[4].link
    book.engine.dispose()


def test_one_side_is_printed_once(book: Book) -> None:
    """As a bookkeeper writes it."""
    post(book, "2015-03-02", [("CNY", "0601", "1001", 100, 0), ("CNY", "0602", "1001", 250, 0)])
    publish(book)
    (journal,) = (book.folder / "ledger").glob("2015-03.*")
    assert [line.split() for line in journal.read_text("utf-8").splitlines()[-3:]] == [
        ["Expenses:F01-Relocation:0601-Housing", "1.00", "CNY"],
        ["Expenses:F01-Relocation:0602-Roads", "2.50", "CNY"],
        ["Assets:F01-Relocation:1001-Treasury", "-3.50", "CNY"],
    ]


def test_nothing_is_written_twice(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unchanged book leaves every file alone; a new voucher its month, its year, and what names them."""
    (book.folder / "ledger" / "chart.beancount").write_text(TEXT, "utf-8")
    publish(book)
    before = state(book.folder)
    with monkeypatch.context() as patched:
        patched.setattr(publishing, "rows_between", None)
        assert publish(book).written == ()
    assert state(book.folder) == before
    post(book, "2015-02-07", [("CNY", "0601", "1001", 1, 0)])
    written = {path.name.split(".")[0] for path in publish(book).written}
    assert written == {"2015-02", "2015", "2016", "main", "published"}
    after = state(book.folder)
    assert {Path(path).name.split(".")[0] for path in after if after[path] != before.get(path)} == written


def test_a_language_is_a_publication_of_its_own(book: Book) -> None:
    """Back in the first language, the very same bytes."""
    first = (publish(book).main.read_bytes(), state(book.folder).keys())
    assert publish(book, "zh").main.read_bytes() != first[0]
    assert (publish(book).main.read_bytes(), first[1] <= state(book.folder).keys()) == (first[0], True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_project_that_came_later_reads_back(tmp_path: Path, database_url: URL, language: Language) -> None:
    """A voucher may have named it before the chart did; its month is then written again, with the link."""
    book = book_in(tmp_path / "book", database_url)
    post(book, "2015-01-05", [("CNY", "1001", "4001", 100, 0)], kind="transfer-received", project="P77")
    assert read(publish(book, language).main) == canonical(book)
    apply_chart(book, f'{TEXT}2016-01-01 custom "project" "P77"\n  name: "Later"\n', by="manager", document="桂1号")
    published = publish(book, language)
    assert read(published.main) == canonical(book)
    (journal,) = (path for path in published.written if path.name.startswith("2015-01."))
    assert "^P77" in journal.read_text("utf-8")
    assert publish(book, language).written == ()
    book.engine.dispose()


def test_a_damaged_journal_is_written_again(book: Book) -> None:
    """Its name says what it must hold."""
    main = publish(book).main
    journal = next((book.folder / "ledger").glob("2015-01.*"))
    journal.write_text(journal.read_text("utf-8").replace("300.00", "999.00"), "utf-8")
    assert read(main) != canonical(book)
    assert publish(book).written == (journal,)
    assert read(main) == canonical(book)


KILLED: Final = """
import os, sys
from pathlib import Path
from fundtrack.book import open_book
from fundtrack.ledger import publish

left, replace = int(sys.argv[2]), os.replace

def replace_or_die(*paths):
    global left
    left -= 1
    if left < 0:
        os._exit(9)
    replace(*paths)

os.replace = replace_or_die
publish(open_book(Path(sys.argv[1])))
"""


def test_killed_at_any_file_the_ledger_is_whole(book: Book) -> None:
    """The old set stands until `main.beancount` is replaced, the new one from then on."""
    main = publish(book).main
    seen = []
    for files in range(9):
        old = canonical(book)
        post(book, "2015-02-08", [("CNY", "0601", "1001", 1, 0)])
        killed = subprocess.run([sys.executable, "-c", KILLED, book.folder, str(files)], check=False)
        says = read(main)
        seen.append(says == canonical(book))
        assert seen[-1] or says == old
        loaded(main.with_name("fava.beancount"))
        publish(book)
        assert read(main) == canonical(book)
        if killed.returncode == 0:
            break
    assert killed.returncode == 0
    assert seen == sorted(seen)
    assert seen.count(False) > 1
    assert seen.count(True) > 1


def test_old_journals_are_removed(book: Book) -> None:
    """Those of the last three publications stay: somebody may be reading them."""
    journals = []
    for _ in range(5):
        post(book, "2015-02-07", [("CNY", "0601", "1001", 1, 0)])
        publish(book)
        journals.append({path.name for path in (book.folder / "ledger").glob("2015-02.*")})
    assert [len(found) for found in journals] == [1, 2, 3, 3, 3]
    assert not journals[-1] & journals[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_beancount_finds_nothing(book: Book, language: Language) -> None:
    """In the ledger, in what Fava opens, and in every year."""
    published = publish(book, language)
    for path in (published.main, published.fava, *published.main.parent.glob("year/*.beancount")):
        loaded(path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_needs_booking(book: Book, language: Language) -> None:
    """So that Fava is spared it, in the ledger and in every year."""
    published = publish(book, language)
    for path in (published.main, *published.main.parent.glob("year/*.beancount")):
        parsed = parse_ledger(path) if path == published.main else parse_text(path.read_text("utf-8"), str(path))
        assert book_if_needed(parsed.entries, parsed.options)[0] is parsed.entries


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_query_runs(book: Book, language: Language) -> None:
    """And the first gives received, advanced, spent and balance of each fund; the guide's asks either language."""
    main = publish(book, language).main
    queries = [entry for entry in loaded(main) if isinstance(entry, Query)]
    with closing(beanquery.connect(f"beancount:{main}")) as connection:
        found = {query.name: connection.execute(query.query_string).fetchall() for query in queries}
        assert connection.execute(GUIDE.partition('main.beancount "')[2].partition('"')[0]).fetchall()[0][0] < 0
    first = next(iter(found.values()))
    assert [[str(amount) for amount in row[1:]] for row in first] == [
        ["10000000000.00", "200.00", "300.00", "19999999500.00"],
        ["10000000000.00", "0.00", "50.00", "19999999950.00"],
    ]
    assert all(rows for name, rows in found.items() if name not in {"Red vouchers", "红字凭证"})


@pytest.mark.parametrize("detail", [20_000, 0])
def test_a_year_begins_where_the_last_ended(book: Book, monkeypatch: pytest.MonkeyPatch, detail: int) -> None:
    """In detail and in sums: the accounts of the balance sheet as in the whole ledger, the others of the year alone."""
    monkeypatch.setattr(years, "DETAIL_MAX", detail)
    monkeypatch.setattr(publishing, "DETAIL_MAX", detail)
    published = publish(book)
    whole, year = totals(published.main), totals(published.main.parent / "year" / "2016.beancount")
    kept = {account: amount for account, amount in whole.items() if account.startswith("Assets")}
    assert {account: amount for account, amount in year.items() if account.startswith("Assets")} == kept
    assert {account: amount for account, amount in year.items() if account.startswith(("Income", "Expenses"))} == {
        "Expenses:F02A-Alleviation:0602-Roads": Decimal("50.00")
    }
    assert year["Equity:F01-Relocation:3001-Balance"] == Decimal("-19999999700.00")
    assert totals(published.fava) == (whole if detail else year)


def test_a_fund_without_a_balance_account(tmp_path: Path) -> None:
    """Cannot carry a year forward, and is told what to do."""
    book = create_book(tmp_path / "book", title="Tianyang", language="en")
    text = CHART + ACCOUNTS.format(fund="F01-Relocation").replace(
        "open Equity:F01-Relocation:3001-Balance CNY", "open Income:F01-Relocation:4009-Other CNY"
    )
    apply_chart(book, text, by="manager", document="桂[2014]33号")
    post(book, "2015-01-05", [("CNY", "1001", "4001", 10, 0)], kind="transfer-received")
    publish(book)
    post(book, "2016-01-05", [("CNY", "1001", "4001", 10, 0)], kind="transfer-received")
    with pytest.raises(ChartError, match="F01"):
        publish(book)
    book.engine.dispose()


def test_text_that_no_ledger_can_hold(book: Book) -> None:
    """Only a program other than ours can have stored it; the voucher is named."""
    post(book, "2015-01-09", [("CNY", "0601", "1001", 1, 0)], payee="a\u202eb")
    with pytest.raises(FormatError, match="F01-2015-000004"):
        publish(book)


EDITS: Final = {
    "a comment": ("2015-01.*", "\n2015-01-06", "\n; paid twice\n2015-01-06"),
    "a directive": ("2015-01.*", "\n2015-01-06", '\n2015-01-01 event "a" "b"\n2015-01-06'),
    "a tag": ("2015-01.*", "#disbursement", "#disbursement #more"),
    "another kind of amount": ("2015-01.*", "300.00 CNY\n", "300.0 CNY\n"),
    "an unbalanced voucher": ("2015-01.*", " 300.00 CNY", " 301.00 CNY"),
    "metadata": ("2015-01.*", '  doc: "ZF1"\n', '  doc: "ZF1"\n  note: "x"\n'),
    "a number": ("2015-01.*", '"F01-2015-000002"', '"2015-2"'),
    "an unknown account": ("2015-01.*", "0601-Housing", "0609-Office"),
    "a syntax error": ("2015-01.*", "\n2015-01-06", "\n2015-01-06 +"),
    "an option": ("main.beancount", 'option "title"', 'option "insert_pythonpath" "TRUE"\noption "title"'),
    "a plugin": ("main.beancount", 'option "title"', 'plugin "os"\noption "title"'),
    "an include": ("main.beancount", "\n2000-01-01 query", '\ninclude "../../secret.beancount"\n2000-01-01 query'),
    "a query": ("main.beancount", "GROUP BY fund ORDER BY fund", "GROUP BY fund"),
    "a name in the chart": ("accounts.*", 'name: "Treasury"', 'name:  "Treasury"'),
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS.values(), ids=list(EDITS))
def test_what_is_not_ours_is_refused(book: Book, edit: tuple[str, str, str]) -> None:
    """With its file and line."""
    main = publish(book).main
    pattern, found, replaced = edit
    (path,) = main.parent.glob(pattern)
    text = path.read_text("utf-8")
    assert found in text
    path.write_text(text.replace(found, replaced, 1), "utf-8")
    with pytest.raises(UsageError) as error:
        read(main)
    at = text[: text.index(found)].count("\n") + 1
    assert (error.value.details["path"], error.value.details["line"]) == (path, pytest.approx(at, abs=12))


def test_a_missing_journal_is_refused(book: Book) -> None:
    """The file is named."""
    main = publish(book).main
    (path,) = main.parent.glob("2015-02.*")
    path.unlink()
    with pytest.raises(UsageError, match=path.name):
        read(main)
