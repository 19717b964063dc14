"""Importer pages: every example of every page is a test, and what a page may say is checked."""

from __future__ import annotations

from contextlib import suppress
from itertools import groupby, pairwise
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundtrack import importing, money, pages
from fundtrack.errors import FormatError, PageError
from fundtrack.importing import Importer, importer
from fundtrack.importing.elsewhere import is_system
from fundtrack.importing.example import differing, read, sample_of
from fundtrack.importing.header import heading
from fundtrack.importing.values import fields
from samples import rows_in

if TYPE_CHECKING:
    from fundtrack.importing import Reading, Row
    from fundtrack.pages import Page, Section

PAGES: Final = {name: page for name, page in pages.catalogue("importers").items() if not is_system(page)}
OF_VOUCHERS: Final = [page for page in PAGES.values() if Importer(page).layout.form is None]
EXAMPLES: Final = [
    pytest.param(page, example, id=f"{page.name}: {example.title}") for page in OF_VOUCHERS for example in page.examples
]


@pytest.mark.parametrize(("page", "example"), EXAMPLES)
def test_a_sample_becomes_the_vouchers_of_its_page(page: Page, example: Section, tmp_path: Path) -> None:
    """The sample is recognised by its page alone, and gives exactly what the page prints."""
    reading, _, path = read(page, example, tmp_path)
    assert importing.choose(path, map(Importer, PAGES.values())).name == page.name
    assert example.fence("beancount")
    assert differing(page, example, tmp_path) is None
    assert not reading.breaks


@pytest.mark.parametrize(("page", "example"), EXAMPLES)
def test_every_physical_row_comes_out_once_and_the_sums_tie(page: Page, example: Section, tmp_path: Path) -> None:
    """Rows are numbered as they stand in the file, none is lost, and printed totals are compared."""
    reading, rows, path = read(page, example, tmp_path)
    sample = sample_of(example)
    physical = sample.text.count("\n") if sample.language == "csv" else len(rows_in(sample, path))
    assert [row.number for row in rows] == list(range(1, physical + 1))
    untold = sample.language in {"json", "ledger", "xml"}  # none prints a total
    assert (reading.printed_total is None) == untold
    if untold:
        return
    if all(row.amount is not None for row in rows if row.state == "data"):
        assert reading.printed_total_agrees is True
        assert reading.printed_total == sum(row.amount or 0 for row in rows)
    else:
        assert reading.printed_total_agrees is None


@pytest.mark.parametrize(("page", "example"), EXAMPLES)
def test_no_private_number_leaves_the_reader(page: Page, example: Section, tmp_path: Path) -> None:
    """What a page calls private is masked in cells, candidates and problems; our own account is not."""
    _, rows, path = read(page, example, tmp_path)
    layout = Importer(page).layout
    head = importer.head_of(importer.peek(path), layout)
    assert head is not None
    private = heading.fitted(layout, head).private
    table = [row for row in rows_in(sample_of(example), path) if len(row) > 1]
    header = next(row for row in table if not private or set(private) & set(row))
    shown = set(private) & set(header)
    numbers = {row[header.index(name)] for name in shown for row in table[table.index(header) + 1 :]}
    ours = {row.candidate.bank for row in rows if row.candidate}  # of what came in we are the payee
    numbers = {number for number in numbers - ours if number.isdigit()}
    assert numbers or not private
    said = "\n".join(f"{row} {[str(error) for error in row.problems]}" for row in rows)
    assert not [number for number in numbers if number in said]


@pytest.mark.parametrize("page", PAGES.values(), ids=list(PAGES))
def test_a_page_is_whole(page: Page) -> None:
    """A page is told in both languages, has a basis, an example, and words that can be read."""
    assert all(page.text(part, "zh") and page.text(part, "en") for part in ("title", "message", "reason"))
    assert page.front["basis"]
    assert page.examples
    assert Importer(page).name == page.name


def page_of(folder: Path, toml: str) -> Page:
    """Return a page with a definition."""
    path = folder / "mine.md"
    path.write_text(f"# mine\n\nWords.\n\n```toml\n{toml}\n```\n", "utf-8")
    return pages.load(path)


MINIMAL: Final = """
[file]
header = ["date", "amount", "payee"]
total = ["Total"]
[columns]
date = "date"
amount = "amount"
payee = "payee"
[key]
columns = ["payee"]
"""


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('payee = "payee"', 'payeee = "payee"'),
        ('amount = "amount"', 'amount-in = "amount"'),
        ("[key]", "[keys]"),
        ('date = "date"', 'date = { cell = "a", column = "b" }'),
        ('date = "date"', 'date = { column = "date", pattern = "[" }'),
        ('date = "date"', 'date = { column = "date", pattern = "no group" }'),
        ("[file]", '[file]\nencoding = "klingon"'),
        ("[file]", '[file]\nunit = "dozens"'),
        ("[file]", '[kind]\nout = "interest"\n[file]'),
        ("[file]", "[file"),
        ('header = ["date", "amount", "payee"]', 'header = "date"'),
    ],
)
def test_a_broken_page_is_refused_with_its_line(tmp_path: Path, was: str, becomes: str) -> None:
    """A misspelt field or an impossible value is told at once, not when a file comes."""
    Importer(page_of(tmp_path, MINIMAL))
    assert was in MINIMAL
    with pytest.raises(PageError) as caught:
        Importer(page_of(tmp_path, MINIMAL.replace(was, becomes)))
    assert caught.value.key == "page-importer"
    assert caught.value.details["line"] == 6


def minimal(folder: Path, text: str, toml: str = MINIMAL) -> tuple[Reading, list[Row]]:
    """Read a text with a small page."""
    path = folder / "a.csv"
    path.write_text(text, "utf-8", newline="")
    reading = Importer(page_of(folder, toml)).candidates(path)
    return reading, list(reading)


def test_a_total_a_penny_off_is_said_so(tmp_path: Path) -> None:
    """A printed total is compared to the fen and never posted."""
    reading, rows = minimal(tmp_path, "date,amount,payee\n2015-01-02,1.00,a\n2015-01-03,2.00,b\nTotal,3.01,\n")
    assert (reading.printed_total, reading.printed_total_agrees) == (301, False)
    assert [row.why for row in rows] == ["header", "", "", "total"]


@pytest.mark.parametrize("text", ["3.00", '"3"', "¥3.00"])
def test_a_total_without_a_word_is_found_by_its_place(tmp_path: Path, text: str) -> None:
    """A row with nothing but an amount is a total."""
    reading, rows = minimal(tmp_path, f"date,amount,payee\n2015-01-02,1.00,a\n2015-01-03,2.00,b\n,{text},\n")
    assert (reading.printed_total, reading.printed_total_agrees) == (300, True)
    assert rows[-1].why == "total"


def test_subtotals_and_a_total_on_top(tmp_path: Path) -> None:
    """A total directly under the header counts what follows it; a subtotal the rows since the last."""
    text = "date,amount,payee\nTotal,6,\n2015-01-02,1,a\n2015-01-03,2,b\nTotal,3,\n2015-01-04,3,c\nTotal,3,\nTotal,6,\n"
    reading, _ = minimal(tmp_path, text)
    assert [total.agrees for total in reading.totals] == [True] * 4
    assert (reading.printed_total, reading.printed_total_agrees) == (600, True)


def test_rows_are_told_apart(tmp_path: Path) -> None:
    """Blank rows and repeated headers are not data; a name that begins like a total, and blanks behind it, are."""
    text = (
        "a title\n\ndate,amount,payee\n2015-01-02,1.00,Totalizer Ltd\n,,\ndate,amount,payee\n"
        "2015-01-02,1.00\n2015-01-02,1.00,b,c\n2015-01-02,1.00,b,\n"
    )
    _, rows = minimal(tmp_path, text)
    assert [(row.number, row.why or [error.key for error in row.problems]) for row in rows] == [
        (1, "preamble"),
        (2, "blank"),
        (3, "header"),
        (4, []),
        (5, "blank"),
        (6, "header"),
        (7, ["row-ragged"]),
        (8, ["row-ragged"]),
        (9, []),
    ]


def test_a_row_says_everything_that_is_wrong_with_it(tmp_path: Path) -> None:
    """A clerk mends a row once."""
    _, rows = minimal(tmp_path, "date,amount,payee\n42048,x,a\u202eb\n")
    assert [(error.key, error.details["column"]) for error in rows[1].problems] == [
        ("amount-unreadable", "amount"),
        ("date-serial", "date"),
        ("text-control", "payee"),
    ]
    assert rows[1].amount is None
    assert all(error.details["row"] == 2 and "a.csv" in str(error) for error in rows[1].problems)


def test_a_corrected_amount_is_another_row_and_layout_is_not(tmp_path: Path) -> None:
    """The natural key holds the values, not the way they are written."""
    text = 'date,amount,payee\n2015-01-02,1000.00,a\n2015/1/2,"1,000",a \n2015-01-02,1000.01,a\n'
    _, rows = minimal(tmp_path, text)
    keys = [row.candidate.natural_key for row in rows if row.candidate]
    assert keys[0] == keys[1] != keys[2]


def test_a_broken_balance_is_reported_and_not_repaired(tmp_path: Path) -> None:
    """A statement's row whose balance does not follow is named; the next is compared with the printed one."""
    toml = MINIMAL.replace('payee"]\ntotal', 'payee", "balance"]\ntotal').replace("[key]", 'balance = "balance"\n[key]')
    toml = toml.replace('amount = "amount"', 'amount-in = "in"\namount-out = "amount"').replace(
        '"payee", "bal', '"in", "payee", "bal'
    )
    toml += '[kind]\nin = "transfer-received"\n'
    text = "date,amount,in,payee,balance\n2015-01-02,,10,a,10\n2015-01-03,3,,b,8\n2015-01-04,1,-,c,7\n"
    reading, rows = minimal(tmp_path, text, toml)
    assert [tuple(broken) for broken in reading.breaks] == [(3, "", 700, 800)]
    assert [row.amount for row in rows[1:]] == [1000, -300, -100]


STATEMENTS: Final = {
    "special-account-statement": (
        "账号：45001234560004,单位：元,,,,,,\n记账日期,交易流水号,摘要,借方发生额,贷方发生额,余额,对方户名,附言",
        "{day},{n},x,{out},{came},{balance},甲,0602",
    ),
    "bank-two-columns": ("交易日期,收入金额,支出金额,账户余额,对方户名", "{day},{came},{out},{balance},甲{n}"),
    "bank-signed": ("交易日期,金额,余额,对方户名", "{day},{net},{balance},甲{n}"),
    "bank-direction": ("交易日期,交易流水号,借贷,金额,余额", "{day},{n},{way},{amount},{balance}"),
    "bank-statement-lines": (
        "账号：45001,,,,,,,\n行号,交易日期,银行流水号,支出金额,收入金额,账户余额,对方单位,对方账户",
        "{n},{day},R{n},{out},{came},{balance},甲,",
    ),
}
"""Header and row of every form in which a bank prints balances."""


@given(
    st.lists(st.integers(-9, 9).filter(bool), min_size=3, max_size=6),
    st.sampled_from([*STATEMENTS]), st.sampled_from([1, 2, 3, 9]), st.booleans(), st.booleans(), st.data(),
)  # fmt: skip
def test_a_row_that_is_left_out_of_a_statement_is_told(
    moved: list[int],
    page: str,
    a_day: int,
    latest_first: bool,  # noqa: FBT001
    turned: bool,  # noqa: FBT001
    data: st.DataObject,
) -> None:
    """Whichever it is of those between two others, and whichever line is printed first; what is whole never breaks.

    The lines of a day may stand the other way round than the days. Where days say nothing of the order, neither do
    lines that come to nothing together: here these all bring in.
    """
    head, row = STATEMENTS[page]
    moved = moved if a_day == 1 else [*map(abs, moved)]
    rows, balance = [], 100
    for n, amount in enumerate(moved, 1):
        balance += amount
        sides = {"out": -amount if amount < 0 else "", "came": amount if amount > 0 else "", "net": amount}
        way, day = "借" if amount < 0 else "贷", f"2015-04-{1 + n // a_day:02d}"
        rows.append((day, row.format(n=n, day=day, way=way, amount=abs(amount), balance=balance, **sides)))
    left_out = data.draw(st.integers(1, len(rows) - 2))

    def told(kept: list[tuple[str, str]]) -> list[tuple[int, int]]:
        days = [[*of] for _, of in groupby(enumerate(kept), key=lambda one: one[1][0])]
        order = [at for day in (days[::-1] if latest_first else days)
                 for at, _ in (day[::-1] if latest_first is not turned else day)]  # fmt: skip
        path = Path(mkdtemp()) / "a.csv"
        path.write_text("\n".join([head, *(kept[at][1] for at in order), ""]), "gb18030")
        reading = Importer(PAGES[page]).candidates(path)
        assert len([one for one in reading if one.state == "data"]) == len(kept)
        begun = head.count("\n") + 2
        return [(order[one.row - begun], one.difference) for one in reading.breaks]

    assert told(rows) == []
    try:
        found = told(rows[:left_out] + rows[left_out + 1 :])
    except FormatError as refused:  # what is left follows the other way alone: nobody reads that either
        assert refused.key == "balances-reversed"  # noqa: PT017
        return
    assert found
    if a_day == 1:
        assert found == [(left_out, 100 * moved[left_out])]


@given(st.text("0123456789.,-+ ()¥一", max_size=18) | st.decimals(0, 10**14, places=2).map(str))
def test_the_quick_way_of_reading_an_amount_is_the_strict_one(text: str) -> None:
    """Whatever the importer takes for an amount, the grammar takes for the same."""
    strict: int | str
    quick: int | str
    try:
        strict = money.parse(text)
    except FormatError as error:
        strict = error.key
    try:
        quick = fields.amount("元")(text)
    except FormatError as error:
        quick = error.key
    assert quick == strict


def test_a_reference_may_stand_within_a_text(tmp_path: Path) -> None:
    """The bank's number is taken out of its column by a pattern, as every other field may be."""
    toml = MINIMAL.replace("[key]", 'bank-ref = { column = "payee", pattern = "no (\\\\w+)" }\n[key]')
    _, rows = minimal(tmp_path, "date,amount,payee\n2015-01-02,1.00,a no X1\n2015-01-02,1.00,b\n", toml)
    assert [row.candidate.bank_ref for row in rows if row.candidate] == ["X1", ""]


def test_a_file_of_no_page_is_refused(tmp_path: Path) -> None:
    """Nothing is guessed about a file that no page describes."""
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(FormatError, match="No importer page"):
        importing.choose(path, map(Importer, PAGES.values()))
    with pytest.raises(FormatError) as caught:
        list(Importer(PAGES["treasury-payment"]).candidates(path))
    assert caught.value.key == "header-missing"


@pytest.mark.parametrize(
    ("title", "header", "key"),
    [
        ("", "补贴金额", "unit-missing"),
        ("单位：元", "补贴金额(万元)", "unit-conflict"),
        ("单位：块", "补贴金额", "unit-unknown"),
    ],
)
def test_the_unit_is_stated_once_and_known(tmp_path: Path, title: str, header: str, key: str) -> None:
    """A missing unit, or two different ones, refuse the file: a factor of ten thousand is no detail."""
    text = f"{title},发放日期：2015-07-10,,,,,,\n序号,乡镇,村,户主姓名,身份证号,补贴项目,{header},一卡通账号,联系电话\n"
    path = tmp_path / "a.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(FormatError) as caught:
        list(Importer(PAGES["one-card-batch"]).candidates(path))
    assert caught.value.key == key


@given(
    st.binary(max_size=200)
    | st.text(st.sampled_from('date,amountpye\n\r"2015-01.x合计;\0'), max_size=80).map(str.encode)
)
def test_any_bytes_become_rows_or_a_reason(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """No file crashes an importer; each row comes out once, data with a candidate or with what is wrong."""
    folder = tmp_path_factory.mktemp("bytes")
    path = folder / "a.csv"
    path.write_bytes(b"date,amount,payee\n2015-01-02,1.00,a\n" + data)
    importer = Importer(page_of(folder, MINIMAL))
    with suppress(FormatError):
        assert importing.choose(path, [importer]) is importer
        rows = list(importer.candidates(path))
        assert all(bool(row.candidate) != bool(row.problems) for row in rows if row.state == "data")
        assert all(before.number < row.number for before, row in pairwise(rows))
        assert rows[1].amount == 100


def test_a_row_with_only_its_key_is_data(tmp_path: Path) -> None:
    """A row cut off behind its key waits for somebody; a remark in a column nobody reads does not."""
    toml = MINIMAL.replace('columns = ["payee"]', 'columns = ["no"]')
    _, rows = minimal(tmp_path, "no,date,amount,payee,remark\n1,2015-01-02,1.00,a,\n2,,,,\n,,,,end of list\n", toml)
    assert [row.why for row in rows] == ["header", "", "", "note"]
    assert [error.key for error in rows[2].problems][:1] == ["amount-empty"]


def test_of_many_names_of_a_column_the_first_are_told(tmp_path: Path) -> None:
    """What a file lacks is told in a line that can be read, however many names a page knows for it."""
    path = tmp_path / "spend.csv"
    path.write_text("Supplier,Amount,When\nA,1.00,then\n", "utf-8")
    with pytest.raises(FormatError) as caught:
        importing.choose(path, map(Importer, PAGES.values()))
    lacking = caught.value.details["missing"]
    assert (caught.value.key, lacking) == (
        "file-nearest",
        "Date paid / Date of payment / Payment date / Paid date / …",
    )


def test_a_ledger_is_no_list_of_payments(tmp_path: Path) -> None:
    """The entries of another program's ledger have a day, a payee and an amount, and some were received."""
    path = tmp_path / "other.beancount"
    path.write_text(
        '2015-01-01 open Assets:Bank\n2015-01-01 open Income:Wages\n\n2015-01-02 * "Employer" "Wages"\n'
        "  Assets:Bank  5.00 GBP\n  Income:Wages  -5.00 GBP\n",
        "utf-8",
    )
    with pytest.raises(FormatError) as caught:
        importing.choose(path, map(Importer, PAGES.values()))
    assert (caught.value.key, caught.value.details.get("page")) == ("file-nearest", "published-ledger")
