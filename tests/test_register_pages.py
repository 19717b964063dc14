"""Importer pages of registers: every example is a test, by its reading, in a book of each engine, and as a ledger."""

from __future__ import annotations

import csv
import io
import tomllib
from typing import TYPE_CHECKING, Any, Final

import pytest

from books import CHART
from fundtrack import importing, pages
from fundtrack.beantext.directives import Custom
from fundtrack.beantext.parse import parse_text
from fundtrack.checking.entries import Entries
from fundtrack.checking.units import Units
from fundtrack.errors import FormatError, PageError
from fundtrack.importing import Importer
from fundtrack.importing.batch.file import import_file
from fundtrack.importing.batch.report import STATES
from fundtrack.importing.elsewhere import is_system
from fundtrack.importing.example import written
from fundtrack.importing.layout import PAYERS
from fundtrack.importing.values import dates
from fundtrack.ledger.registers import directive, entries
from fundtrack.schema.registers import BESIDE, REGISTERS
from shelf import ENGINES
from test_importers import page_of

if TYPE_CHECKING:
    from pathlib import Path

    from fundtrack.importing import Reading, Row
    from fundtrack.pages import Page, Section
    from shelf import Shelf

PAGES: Final = {name: page for name, page in pages.catalogue("importers").items() if not is_system(page)}
OF_REGISTERS: Final = {name: page for name, page in PAGES.items() if Importer(page).layout.register}
EXAMPLES: Final = [
    pytest.param(page, example, id=f"{page.name}: {example.title}")
    for page in OF_REGISTERS.values()
    for example in page.examples
]
CHART_OF_PAGES: Final = CHART.replace(
    'name: "Relocation"\n  name-zh: "资金"', 'name: "Relocation"\n  name-zh: "中央易地搬迁"'
).replace('name: "Local"\n  name-zh: "资金"', 'name: "Local"\n  name-zh: "县级配套"')
"""The chart with the names of funds that the samples use."""

DAY: Final = "2016-01-01"
"""The day of the entries that the pages print; in a book it is that on which they are made."""


def read(page: Page, example: Section, folder: Path, key: bytes = b"") -> tuple[Reading, list[Row], Path]:
    """Read the sample of an example with the words it gives."""
    sample, words = example.fence("csv"), example.fence("toml")
    assert sample is not None
    path = written(sample, folder)
    reading = Importer(page, tomllib.loads(words.text) if words else None, key).candidates(path)
    return reading, list(reading), path


def printed(page: Page, row: Row) -> str:
    """Return a row of data as the pages print it."""
    if row.entry is None:
        return f"; row {row.number}: {', '.join(error.key for error in row.problems)}\n"
    register = Importer(page).layout.register
    assert register is not None
    return directive(register, register.row(row.entry), DAY)


def expected(example: Section) -> str:
    """Return what an example says its sample becomes."""
    fence = example.fence("beancount")
    assert fence is not None
    return fence.text


def test_every_register_has_a_page() -> None:
    """Whatever a check may need can be imported."""
    assert {page_register(page) for page in OF_REGISTERS.values()} == {*REGISTERS}


def test_no_column_is_taken_for_what_an_entry_says_of_itself() -> None:
    """Metadata of an entry are its columns, or what it says beside them, never both."""
    assert not [name for name, one in REGISTERS.items() if BESIDE & {column.replace("_", "-") for column in one.fields}]


@pytest.mark.parametrize(("page", "example"), EXAMPLES)
def test_a_sample_becomes_the_entries_of_its_page(page: Page, example: Section, tmp_path: Path) -> None:
    """The sample is recognised by its page alone, and gives exactly what the page prints; every row comes out once.

    Of what another page makes vouchers the lines are entered where the page is named, and never by themselves.
    """
    reading, rows, path = read(page, example, tmp_path)
    importers = [*map(Importer, PAGES.values())]
    assert importing.choose(path, importers).name == page.name.replace("bank-lines-", "bank-")
    assert Importer(page).recognise(importing.peek(path))
    blocks = [printed(page, row) for row in rows if row.state == "data"]
    assert "".join(blocks).replace("\n", "") == expected(example).replace("\n", "")
    assert not reading.breaks
    assert reading.printed_total_agrees is not False
    sample = example.fence("csv")
    assert sample is not None
    assert [row.number for row in rows] == list(range(1, sample.text.count("\n") + 1))


@pytest.mark.parametrize(("page", "example"), EXAMPLES)
def test_a_private_number_leaves_only_masked(page: Page, example: Section, tmp_path: Path) -> None:
    """In cells, entries and problems; kept under another key it is another."""
    _, rows, _ = read(page, example, tmp_path)
    layout = Importer(page).layout
    sample = example.fence("csv")
    assert sample is not None
    table = [*csv.reader(io.StringIO(sample.text))]
    header = next(row for row in table if {*layout.private} <= {*row})
    numbers = {row[header.index(name)] for name in layout.private for row in table[table.index(header) + 1 :] if row}
    said = "\n".join(f"{row} {[str(error) for error in row.problems]}" for row in rows)
    assert not [number for number in numbers if len(number) > 4 and number in said]
    _, again, _ = read(page, example, tmp_path, b"another key")
    identifiers = {name for name, kind in REGISTERS[page_register(page)].fields.items() if kind == "identifier"}
    for row, other in zip(rows, again, strict=True):
        for name in identifiers & {*(row.entry or {})}:
            mine, its = (one.entry[name] if one.entry else None for one in (row, other))
            assert not mine or mine != its


def page_register(page: Page) -> str:
    """Return the name of a page's register."""
    register = Importer(page).layout.register
    assert register is not None
    return register.name


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("page", "example"), EXAMPLES)
def test_a_sample_is_imported_as_a_ledger_says(
    shelf: Shelf, engine: str, page: Page, example: Section, tmp_path: Path
) -> None:
    """In a book stands what the same entries give that a ledger carries; the rows tie, and none is printed whole."""
    _, rows, path = read(page, example, tmp_path)
    name = page_register(page)
    ledger = staged(expected(example), name)
    with shelf.lend(engine, CHART_OF_PAGES) as book:
        (report,) = import_file(book, path, by="clerk", page=page.name)
        assert report.page == page.name
        assert report.rows["read"] == sum(report.rows[state] for state in STATES) == len(rows)
        assert (report.rows["posted"], report.rows["already_posted"]) == (len(ledger), 0)
        assert report.rows["quarantined"] == sum(bool(row.problems) for row in rows)
        found = [entry for entry in entries(book.connection) if entry.register == name]
        assert [(one.row, one.source, one.recorded_by) for one in found] == [
            (row.number, (path.name, report.sheet), "clerk") for row in rows if row.entry
        ]
        assert [comparable(name, one.said) for one in found] == [comparable(name, said) for said in ledger]
        again = import_file(book, path, by="clerk")
        assert (again[0].new, again[0].rows["posted"]) == (False, 0)


def staged(ledger: str, name: str) -> list[tuple[Any, ...]]:
    """Return the rows that the checks of a ledger make of its entries."""
    declared: Any = type("Declared", (), {"customs": {}})
    found = [entry for entry in parse_text(ledger, "page").entries if isinstance(entry, Custom)]
    declared.customs = {"register": [([one.value for one in entry.values or ()], entry) for entry in found]}
    units = Units()
    of_ledger = Entries(declared, units)
    units.settle("page")
    columns = len(REGISTERS[name].columns)
    return [tuple(row[:columns]) for table, (_, rows) in of_ledger.tables(units) for row in rows if table == name]


def comparable(name: str, said: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return an entry without what depends on the book: words of its chart, and the key of its private numbers."""
    register = REGISTERS[name]
    depends = {"fund", "project", *(column for column, kind in register.fields.items() if kind == "identifier")}
    return tuple(value for column, value in zip(register.columns, said, strict=True) if column not in depends)


@pytest.mark.parametrize("page", OF_REGISTERS.values(), ids=list(OF_REGISTERS))
def test_a_page_is_whole(page: Page) -> None:
    """A page says in both languages what it reads and why, and shows an entry."""
    assert all(page.text(part, "zh") and page.text(part, "en") for part in ("title", "message", "reason"))
    assert page.front["basis"]
    assert any("custom" in expected(example) for example in page.examples)


MINIMAL: Final = """
[register]
name = "contract"
[file]
header = ["no", "day", "sum"]
total = ["Total"]
[columns]
contract = "no"
date = "day"
amount = "sum"
"""


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('name = "contract"', 'name = "contracts"'),
        ('name = "contract"', 'name = "contract"\nneeded = ["change"]'),
        ('name = "contract"', 'name = "contract"\nkey = ["no"]'),
        ('contract = "no"', 'change = "no"'),
        ('date = "day"', 'dates = "day"'),
        ('date = "day"', 'date = { constant = "2015-01-01", column = "day" }'),
        ('amount = "sum"', 'amount = "sum"\namount-in = "sum"'),
        ('amount = "sum"', 'amount-in = "sum"'),
        ('amount = "sum"', 'amount = "sum"\n[key]\ncolumns = ["no"]'),
        ('amount = "sum"', 'amount = "sum"\n[words.kind]\n"a" = "b"'),
        ("[file]", '[file]\nprivate = ["no"]'),
    ],
)
def test_a_broken_page_is_refused_with_its_line(tmp_path: Path, was: str, becomes: str) -> None:
    """What the register has not, what is missing of its key, and what contradicts itself."""
    Importer(page_of(tmp_path, MINIMAL))
    assert was in MINIMAL
    with pytest.raises(PageError) as caught:
        Importer(page_of(tmp_path, MINIMAL.replace(was, becomes)))
    assert caught.value.key == "page-importer"


def minimal(folder: Path, text: str, toml: str = MINIMAL) -> tuple[Reading, list[Row]]:
    """Read a text with a small page."""
    path = folder / "a.csv"
    path.write_text(text, "utf-8", newline="")
    reading = Importer(page_of(folder, toml)).candidates(path)
    return reading, list(reading)


def test_a_total_a_penny_off_is_said_so(tmp_path: Path) -> None:
    """It is compared and is no entry; a total without a sum counts heads and is compared with nothing."""
    reading, rows = minimal(tmp_path, "no,day,sum\nA,2015-01-02,1.00\nB,2015-01-03,\nTotal,2 rows,\nTotal,,1.01\n")
    assert [row.why for row in rows] == ["header", "", "", "total", "total"]
    assert (reading.printed_total, reading.printed_total_agrees) == (101, False)


def test_a_constant_a_factor_and_a_word(tmp_path: Path) -> None:
    """A page may say what its files do not; words come before what they stand for is read."""
    toml = MINIMAL.replace('amount = "sum"', 'amount = "sum"\ntender = { constant = "open" }')
    toml += '[words.date]\n"signed" = "2015-03-01"\n"none" = ""\n'
    _, rows = minimal(tmp_path, "no,day,sum\nA,signed,1\nB,none,-\n", toml)
    assert [row.entry for row in rows if row.entry] == [
        {"contract": name, "date": dated, "amount": amount, "tender": "open", "unit": "CNY"}
        for name, dated, amount in (("A", dates.read("2015-03-01"), 100), ("B", None, None))
    ]


@pytest.mark.parametrize(("cell", "key"), [("1E+15", "digits-lost"), ("a\u202eb", "text-control")])
def test_a_text_that_is_not_what_it_seems_waits(tmp_path: Path, cell: str, key: str) -> None:
    """A number that a spreadsheet has shortened, and what reorders the text around it."""
    _, rows = minimal(tmp_path, f"no,day,sum\n{cell},2015-01-02,1.00\n")
    assert [[error.key for error in row.problems] for row in rows] == [[], [key]]


@pytest.mark.parametrize(
    ("title", "header", "key"),
    [
        ("", "总投资", "unit-missing"),
        ("单位：元", "总投资(万元)", "unit-conflict"),
        ("单位：块", "总投资", "unit-unknown"),
    ],
)
def test_the_unit_is_stated_once_and_known(tmp_path: Path, title: str, header: str, key: str) -> None:
    """A missing unit, or two different ones, refuse the file: a factor of ten thousand is no detail."""
    path = tmp_path / "a.csv"
    path.write_text(
        f"{title},,,,,,\n项目名称,项目单位,批复文号,批复日期,{header},项目状态,完工日期,计划贫困户占比(%)\n", "utf-8"
    )
    with pytest.raises(FormatError) as caught:
        list(Importer(PAGES["project-library"]).candidates(path))
    assert caught.value.key == key


def test_a_break_in_the_balance_of_a_bank_is_reported(tmp_path: Path) -> None:
    """A line that was left out or added shows in the balance behind the next."""
    path = tmp_path / "a.csv"
    path.write_text(
        "账号：45001,,,,,,,\n行号,交易日期,银行流水号,支出金额,收入金额,账户余额,对方单位,对方账户\n"
        "1,2015-04-01,A,,10.00,10.00,x,\n2,2015-04-01,B,3.00,,6.00,x,\n",
        "utf-8",
    )
    reading = Importer(PAGES["bank-statement-lines"]).candidates(path)
    assert [row.amount for row in reading if row.entry] == [1000, -300]
    assert [tuple(broken) for broken in reading.breaks] == [(4, "", 700, 600)]


@pytest.mark.parametrize("of", ["bank-two-columns", "bank-direction", "bank-signed"])
def test_lines_are_read_from_the_columns_that_vouchers_are(of: str) -> None:
    """What a page of vouchers learns to call a column of a statement, the page that reconciles with it calls so."""
    called = {"payee": "counterparty", "payee-account": "counterparty_account", "bank-ref": "ref"}
    called |= {payer: payer.replace("-", "_") for payer in PAYERS}
    vouchers, lines = (Importer(PAGES[name]).layout for name in (of, of.replace("bank-", "bank-lines-")))
    read = {called.get(field, field): source.any for field, source in vouchers.columns.items()}
    assert {field: source.any for field, source in lines.columns.items()} == read
    assert (lines.movement.column, lines.total, lines.notes, lines.currency_column, lines.without) == (
        vouchers.movement.column, vouchers.total, vouchers.notes, vouchers.currency_column, vouchers.without,
    )  # fmt: skip
