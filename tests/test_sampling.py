"""Monetary-unit sampling: who is drawn, that anybody draws the same, and that three roads lead to one list."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from typing import TYPE_CHECKING, Final

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from books import post_payment, post_simple, small_book
from fundtrack.errors import UsageError
from fundtrack.ledger import publish
from fundtrack.posting import Leg, post
from fundtrack.posting.correct import reverse
from fundtrack.posting.returned import return_payment
from fundtrack.reporting.confidence import design_factor
from fundtrack.reporting.population import Scope, population
from fundtrack.reporting.samplelist import record
from fundtrack.reporting.sampling import Plan, hits_between, sample, shared_out, start_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from sqlalchemy import URL, Connection

    from commands import Say
    from fundtrack.book import Book
    from fundtrack.chart.model import Chart
    from fundtrack.posting import Draft
    from fundtrack.reporting.sampling import Sample

ACCOUNTS: Final = "\n".join(
    f"2014-01-01 open {root}:{fund}:{name}"
    for fund in ("F01", "F03")
    for root, name in (("Assets", "Bank"), ("Expenses", "Housing"))
)
PAYMENTS: Final = st.lists(
    st.tuples(
        st.sampled_from(("F01", "F03")),
        st.dates(dt.date(2015, 1, 1), dt.date(2015, 1, 9)),
        st.sampled_from(("甲", "乙", "丙")),
        st.integers(1, 50_000) | st.integers(1, 9),
    ),
    min_size=1,
    max_size=30,
)
Payment = tuple[str, dt.date, str, int]


def ledger(folder: Path, payments: list[Payment]) -> Path:
    """Write a ledger from elsewhere, whose transactions have no numbers."""
    path = folder / "elsewhere.beancount"
    texts = [
        f'{date} * "{payee}" "Paid"\n  Expenses:{fund}:Housing  {amount / 100:.2f} CNY\n  Assets:{fund}:Bank'
        for fund, date, payee, amount in payments
    ]
    path.write_text("\n\n".join([ACCOUNTS, *texts]) + "\n", "utf-8")
    return path


def drawn(found: Sample) -> list[tuple[str, str, str, int, int, int]]:
    """Return what of a sample does not hang on where its vouchers are written."""
    return [
        (one.fund, one.voucher.date, one.voucher.payee, one.amount, one.cumulative, one.hits) for one in found.items
    ]


@settings(max_examples=60, deadline=None)
@given(
    payments=PAYMENTS,
    seed=st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip),
    size=st.integers(0, 40),
    interval=st.integers(1, 60_000),
    order=st.randoms(use_true_random=False),
)
def test_what_a_sample_is(
    tmp_path_factory: pytest.TempPathFactory,
    payments: list[Payment],
    seed: str,
    size: int,
    interval: int,
    order: Any,  # noqa: ANN401 - a random generator of Hypothesis
) -> None:
    """What is at the interval is in, each fund has its hits, and the order of the ledger changes nothing."""
    folder = tmp_path_factory.mktemp("ledger")
    plan = Plan(seed, size=size) if size else Plan(seed, interval=interval)
    found = sample(ledger(folder, payments), plan)
    for stratum in found.strata:
        amounts = [amount for fund, *_, amount in payments if fund == stratum.fund]
        items = [item for item in found.items if item.fund == stratum.fund]
        assert (stratum.vouchers, stratum.amount) == (len(amounts), sum(amounts))
        assert sum(a >= stratum.interval for a in amounts) == stratum.certain == sum(item.certain for item in items)
        assert stratum.hits == sum(item.hits for item in items)
        assert 0 <= stratum.hits - stratum.amount // stratum.interval <= 1
        assert 1 <= stratum.start <= stratum.interval
        assert stratum.hits >= 1
        assert stratum.interval == stratum.amount or not plan.interval or stratum.interval == interval
    assert {stratum.fund for stratum in found.strata} == {fund for fund, *_ in payments}
    order.shuffle(payments)
    assert drawn(sample(ledger(folder, payments), plan)) == drawn(found)


@given(amounts=st.lists(st.integers(1, 10**14), min_size=1, max_size=30), size=st.integers(1, 500))
def test_a_size_is_shared_out_by_money(amounts: list[int], size: int) -> None:
    """Every fund has one; the rest is as large as its money says, to less than one."""
    funds = {f"F{at:02d}": amount for at, amount in enumerate(amounts)}
    shares = shared_out(size, funds)
    assert all(1 <= shares[fund] <= amount for fund, amount in funds.items())
    for fund, amount in funds.items():
        exact = size * amount / sum(amounts)
        assert shares[fund] <= max(1, exact + 1)
        assert shares[fund] > exact - 1 or shares[fund] == amount
    poor = sum(size * amount < sum(amounts) for amount in amounts)
    assert sum(shares.values()) <= size + poor


@given(amounts=st.lists(st.integers(1, 99)), interval=st.integers(1, 30), data=st.data())
def test_hits_are_counted_as_by_hand(amounts: list[int], interval: int, data: st.DataObject) -> None:
    """The points are laid out one by one and looked up in the running total."""
    start = data.draw(st.integers(1, interval))
    before, points = 0, set(range(start, sum(amounts) + 1, interval))
    for amount in amounts:
        inside = points.intersection(range(before + 1, before + amount + 1))
        assert hits_between(before, before + amount, start, interval) == len(inside)
        before += amount


DIGEST: Final = 0xB1B49512068D3A5CF9C28AA0C1C2ABD36B1A37F542D1BD8FC9C742D1C88D204B
DIGEST_OF_HAN: Final = 0x35D574A7EE966B9AF25FC981DC724C0F4F3241A21EDED96E38EFFBB914876E1C


def test_the_start_is_a_published_construction() -> None:
    """Known answers of `printf '2015|F01|2843395000' | sha256sum` and the like, so that another program can agree."""
    assert start_of("2015", "F01", 2_843_395_000, 406_199_285) == 1 + DIGEST % 406_199_285 == 205_935_045
    assert start_of("审", "F03", 100, 7) == 1 + DIGEST_OF_HAN % 7
    assert start_of("a", "F01", 9, 1) == 1


GUIDE_95: Final = "3.00 3.31 3.68 4.11 4.63 5.24 6.00 6.92 8.09 9.59 11.54"
GUIDE_90: Final = "2.31 2.52 2.77 3.07 3.41 3.83 4.33 4.95 5.72 6.71 7.99"


@pytest.mark.parametrize(("confidence", "printed"), [(95, GUIDE_95), (90, GUIDE_90)])
def test_factors_are_those_of_the_audit_guide(confidence: int, printed: str) -> None:
    """The columns of 5 and 10 per cent risk, by expected to tolerable misstatement from 0 to 0.50."""
    assert [str(design_factor(confidence, 5 * at, 100)) for at in range(11)] == printed.split()


def test_a_confidence_becomes_an_interval(tmp_path: Path) -> None:
    """Tolerable 3,000.00 with nothing expected: 3,000.00 / 3.00 = 1,000.00."""
    path = ledger(tmp_path, [("F01", dt.date(2015, 1, 1), "甲", 99_999), ("F01", dt.date(2015, 1, 2), "乙", 500_000)])
    (stratum,) = sample(path, Plan("s", tolerable=300_000)).strata
    assert (stratum.interval, stratum.certain) == (100_000, 1)
    (wider,) = sample(path, Plan("s", tolerable=300_000, expected=75_000, confidence=90)).strata
    assert wider.interval == int(300_000 / 3.83)


@pytest.mark.parametrize(
    ("how", "key"),
    [
        ({"seed": " ", "size": 3}, "sample-seed"),
        ({"seed": "a"}, "sample-method"),
        ({"seed": "a", "size": 3, "interval": 100}, "sample-method"),
        ({"seed": "a", "interval": -1}, "sample-method"),
        ({"seed": "a", "size": 3, "expected": 100}, "sample-method"),
        ({"seed": "a", "tolerable": 100, "confidence": 100}, "sample-confidence"),
        ({"seed": "a", "tolerable": 100, "confidence": 49}, "sample-confidence"),
        ({"seed": "a", "tolerable": 100, "expected": 61}, "sample-expected"),
        ({"seed": "a", "tolerable": 100, "expected": -1}, "sample-expected"),
    ],
)
def test_plans_that_are_none(how: dict[str, Any], key: str) -> None:
    """A sentence says what is missing."""
    with pytest.raises(UsageError) as caught:
        Plan(**how)
    assert caught.value.key == key
    assert str(caught.value)


@pytest.fixture
def book(book_dir: Path, database_url: URL) -> Iterator[Book]:
    """Give the small book with payments, an advance, one payment taken back, and one taken back a year later."""
    book = small_book(book_dir, database_url)
    for at in range(1, 13):
        post_payment(book, "F01", "0601", 10_000 * at, on=dt.date(2015, 3, at))
        post_payment(book, "F03", "0603", 777 * at, on=dt.date(2015, 4, 13 - at), payee=f"农户{at}")
    post_simple(book, "F04", "advance", 5_000_000, on=dt.date(2015, 5, 1), payee="公司")
    post_simple(book, "F04", "verification", 1_000_000, on=dt.date(2015, 5, 2), use=Leg("F04", "0604"), payee="公司")
    for number, date in (("F01-2015-000003", dt.date(2015, 6, 1)), ("F01-2015-000004", dt.date(2016, 1, 9))):
        reverse(book, number, reason="错", date=date, by="clerk")
    yield book
    book.engine.dispose()


def numbers(found: Sample) -> list[str]:
    """Return the vouchers that were drawn."""
    return [item.voucher.number for item in found.items]


def everything(book: Book, scope: Scope) -> list[str]:
    """Return the whole population: at an interval of one fen all is certain."""
    return numbers(sample(book, Plan("a", interval=1), scope))


def test_what_is_reversed_is_not_spending(book: Book) -> None:
    """Neither the voucher nor the red one; at the end of 2015 what was taken back in 2016 still stood."""
    of_year = everything(book, Scope(("F01",), until=dt.date(2015, 12, 31)))
    assert of_year == [f"F01-2015-{at:06d}" for at in range(2, 15) if at != 3]
    assert everything(book, Scope(("F01",))) == [number for number in of_year if number != "F01-2015-000004"]
    with pytest.raises(UsageError, match="F01 nothing was paid"):
        everything(book, Scope(("F01",), since=dt.date(2016, 1, 1)))


def test_what_the_bank_returned_is_paid_once(book: Book) -> None:
    """Whole, by the day asked for, and not where that was a mistake; what is paid again is the payment."""

    def back(number: str, amount: int | None, month: int) -> str:
        day = dt.date(2015, month, 1)

        def say(connection: Connection, chart: Chart) -> list[Draft]:
            return [return_payment(connection, chart, number, amount, reason="户名不符", date=day)]

        return post(book, say, by="clerk").numbers[0]

    def stands(until: int = 12) -> bool:
        return "F01-2015-000002" in everything(book, Scope(("F01",), until=dt.date(2015, until, 28)))

    back("F01-2015-000002", 4_000, 7)
    assert stands()
    rest = back("F01-2015-000002", None, 8)
    assert (stands(7), stands(8)) == (True, False)
    drawn = sample(book, Plan("a", interval=1), Scope(("F01",)))
    assert drawn.returned == (1, 60_000)
    assert record(drawn)["method"]["returned_amount"] == "600.00"
    reverse(book, rest, reason="错", date=dt.date(2015, 9, 1), by="clerk")
    assert (stands(8), stands()) == (False, True)


def test_money_goes_out_once(book: Book) -> None:
    """The advance is in the population; its verification moves no money, and is had by name."""
    assert everything(book, Scope(("F04",))) == ["F04-2015-000002"]
    assert everything(book, Scope(("F04",), ("verification",))) == ["F04-2015-000003"]
    reverse(book, "F04-2015-000003", reason="错", date=dt.date(2015, 5, 3), by="clerk")
    with pytest.raises(UsageError, match="F04 nothing was paid"):
        everything(book, Scope(("F04",), ("verification",)))
    assert everything(book, Scope((), ("transfer-received",)))[:2] == ["F01-2015-000001", "F02A-2015-000001"]


@pytest.mark.parametrize("plan", [Plan("2015", size=9), Plan("x", interval=20_000), Plan("审", tolerable=900_000)])
def test_three_roads(book: Book, plan: Plan, sqlite_copy: Book) -> None:
    """The book on either engine, the same book on SQLite, and the published ledger give one list."""
    publish(book)
    by_ledger, by_book, by_copy = (record(sample(one, plan)) for one in (book.folder / "ledger", book, sqlite_copy))
    assert by_ledger.pop("about")["read"]
    assert (by_book.pop("about")["read"], by_copy.pop("about")["read"]) == ([], [])
    assert by_book == by_ledger == by_copy
    assert by_ledger["items"]
    assert by_ledger["problems"] == 0


@pytest.fixture
def sqlite_copy(tmp_path: Path) -> Iterator[Book]:
    """Give the same book on SQLite, its vouchers posted fund by fund: their inner keys are others."""
    book = small_book(tmp_path / "copy", "")
    for at in range(1, 13):
        post_payment(book, "F03", "0603", 777 * at, on=dt.date(2015, 4, 13 - at), payee=f"农户{at}")
    post_simple(book, "F04", "advance", 5_000_000, on=dt.date(2015, 5, 1), payee="公司")
    post_simple(book, "F04", "verification", 1_000_000, on=dt.date(2015, 5, 2), use=Leg("F04", "0604"), payee="公司")
    for at in range(1, 13):
        post_payment(book, "F01", "0601", 10_000 * at, on=dt.date(2015, 3, at))
    for number, date in (("F01-2015-000003", dt.date(2015, 6, 1)), ("F01-2015-000004", dt.date(2016, 1, 9))):
        reverse(book, number, reason="错", date=date, by="clerk")
    yield book
    book.engine.dispose()


def test_the_list_to_fill_in(book_with_rows: Path, say: Say) -> None:
    """A workbook: the list with its source rows and empty columns, the strata that tie, how to draw it again."""
    answer = say("--book", book_with_rows, "sample", "--size", "3", "--seed", "2015", "-o", "list.xlsx")
    assert answer.code == 0, answer.err
    book = openpyxl.load_workbook("list.xlsx")
    assert book.sheetnames == ["Sampling list", "Strata", "Method"]
    heads, *rows = book["Sampling list"].iter_rows(values_only=True)
    assert heads[-4:] == ("Audited amount", "Evidence seen", "What was found", "Checked by, on")
    assert {row[-4:] for row in rows} == {(None,) * 4}
    assert ("payments.csv", 2) in {(row[heads.index("File")], row[heads.index("Row")]) for row in rows}
    method = dict(book["Method"].iter_rows(min_row=2, values_only=True))
    assert (method["Seed"], method["Size asked for"]) == ("2015", "3")
    again = say("--book", book_with_rows, "sample", "--size", "3", "--seed", "2015", "--format", "json").json
    assert [item["voucher"] for item in again["items"]] == [row[0] for row in rows]
    assert again["method"]["amount"] == method["Amount of the population"] == "1250600.00"


@pytest.fixture
def book_with_rows(book_dir: Path, say: Say, small_book: Path, payments: Path) -> Path:
    """Return a small book into which a file was imported."""
    shutil.rmtree(book_dir)
    shutil.copytree(small_book, book_dir)
    say("--book", book_dir, "import", payments, "--by", "李会计")
    return book_dir


def test_the_command_in_all_its_forms(book_with_rows: Path, say: Say) -> None:
    """Table, CSV and JSON on the screen and in files; amounts as people write them; the source row of the file."""
    asked = ("--book", book_with_rows, "sample", "--interval", "1万元", "--seed", "a", "--since", "2015-04-01")
    found = say(*asked, "--format", "json").json
    (item,) = found["items"]
    assert (item["amount"], item["certain_item"], item["hits"]) == ("1250000.00", True, 125)
    assert (item["file"], item["sheet"], item["row"]) == ("payments.csv", "", 2)
    assert found["strata"][0]["interval"] == "10000.00"
    table = say(*asked, "--lang", "zh").out
    assert "选样间隔" in table
    assert "1,250,000.00" in table
    assert say(*asked, "--format", "csv").out.splitlines()[1].startswith("F01-2015-000003,2015-04-02,F01,disbursement")
    for name in ("list.json", "list.csv"):
        assert say(*asked, "-o", name).code == 0
    assert json.loads((book_with_rows.parent / "list.json").read_text("utf-8")) == found
    assert "F01-2015-000003" in (book_with_rows.parent / "list.csv").read_text("utf-8-sig")


def test_what_cannot_be_drawn(book_with_rows: Path, say: Say) -> None:
    """Nothing to draw from, a fund that paid nothing, days the wrong way round, no such kind, no such file."""
    asked = ("--book", book_with_rows, "sample", "--size", "1", "--seed", "a")
    for more, word in (
        (("--since", "2030-01-01"), "nothing"),
        (("--fund", "F09"), "F09"),
        (("--since", "2015-02-01", "--until", "2015-01-01"), "2015-02-01"),
        (("--kind", "gift"), "gift"),
        (("-o", "list.pdf"), ".xlsx"),
        (("--interval", "abc"), "abc"),
    ):
        answer = say(*asked, *more)
        assert answer.code == 2, more
        assert word in answer.err


def test_a_ledger_with_problems_is_no_sound_population(book: Book, say: Say) -> None:
    """A voucher that cannot be read is not in the list; the list says so and the command ends with 1."""
    publish(book)
    journal = next((book.folder / "ledger").glob("2015-03.*.beancount"))
    text = journal.read_text("utf-8").replace("600.00 CNY", "600.00.00 CNY", 1)
    journal.write_text(text, "utf-8")
    answer = say("sample", book.folder / "ledger", "--size", "2", "--seed", "a", "--lang", "zh")
    assert answer.code == 1
    assert "总体可能不完整" in answer.err
    lead = say("benford", book.folder / "ledger", "--lang", "zh")
    assert lead.code == 0
    assert "总体可能不完整" in lead.err


def test_other_units_and_decimals(tmp_path: Path, say: Say) -> None:
    """A unit of three decimals is written out exactly; a unit that is not asked for stays out."""
    text = ACCOUNTS + "".join(
        f'\n\n2015-01-0{day} * "甲" ""\n  Expenses:F01:Housing  {amount}\n  Assets:F01:Bank\n'
        for day, amount in ((1, "12.345 CNY"), (2, "100.00 CNY"), (3, "7 JPY"))
    )
    path = tmp_path / "units.beancount"
    path.write_text(text, "utf-8")
    found = say("sample", path, "--interval", "50", "--seed", "a", "--format", "json").json
    assert (found["method"]["amount"], found["strata"][0]["interval"]) == ("112.345", "50.000")
    assert "112.345" in say("sample", path, "--interval", "50", "--seed", "a").out
    yen = say("sample", path, "--interval", "3", "--seed", "a", "--unit", "JPY", "--format", "json").json
    assert [(item["amount"], item["row"]) for item in yen["items"]] == [("7", 16)]


def test_the_population_ties_to_the_balances(book: Book) -> None:
    """What was paid out, and nothing else: every fen of cash that left for others and was not taken back."""
    with population(book, Scope()) as found:
        totals = {fund: total.amount for fund, total in found.totals().items()}
    paid = 60_000 + sum(10_000 * at for at in range(3, 13))
    assert totals == {"F01": paid, "F03": sum(777 * at for at in range(1, 13)), "F04": 5_000_000}
