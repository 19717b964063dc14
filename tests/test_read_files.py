"""Files for what they are: JSON, HTML, zips, ODS, red figures and amounts written out, read through pages."""

from __future__ import annotations

import datetime as dt
import json
import re
import zipfile
from typing import TYPE_CHECKING, Any, Final

import openpyxl
import pytest
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from fundtrack.errors import FormatError
from fundtrack.importing import Importer, choose, peek
from fundtrack.importing.batch.file import import_file
from fundtrack.importing.files import workbook
from fundtrack.importing.later import quarantine
from fundtrack.importing.values import cells
from hostile import HEADER, ROW, ods
from realfiles import unpacked
from test_import_accounts import book as _book
from test_importers import MINIMAL, page_of

if TYPE_CHECKING:
    from pathlib import Path

    from fundtrack.book import Book
    from fundtrack.importing import Reading, Row

book = _book
SECOND: Final = ROW.replace("SQ1,PZ1", "SQ2,PZ2").replace("GK1", "GK2")


def read(folder: Path, path: Path, toml: str = MINIMAL) -> tuple[Reading, list[Row]]:
    """Read a file with a small page."""
    reading = Importer(page_of(folder, toml)).candidates(path)
    return reading, list(reading)


def said(rows: list[Row]) -> list[str]:
    """Return what rows of data are: an amount with its payee, or why not."""
    return [
        f"{row.candidate.amount} {row.candidate.payee}" if row.candidate else " ".join(one.key for one in row.problems)
        for row in rows if row.state == "data"
    ]  # fmt: skip


def as_json(folder: Path, content: Any) -> Path:  # noqa: ANN401 - whatever JSON says
    """Write a file of JSON."""
    path = folder / "a.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def test_a_number_of_json_is_exact(tmp_path: Path) -> None:
    """An amount is what is written, not the nearest float; a number no program keeps whole names nobody."""
    record = '{{"date": "2015-03-01", "amount": {}, "payee": "甲", "n": {}}}'
    amounts = ("89999999999999.99", "1e3", "12", "0.1", "1E400", "true", "null")
    text = ",".join(record.format(one, nth) for nth, one in enumerate(amounts))
    toml = MINIMAL.replace('payee = "payee"', 'payee = "payee"\ndocument = "n"')
    reading, rows = read(tmp_path, as_json(tmp_path, f"[{text}]"), toml)
    unreadable = ["amount-unreadable", "amount-unreadable", "amount-empty"]
    assert said(rows) == ["8999999999999999 甲", "100000 甲", "1200 甲", "10 甲", *unreadable]
    assert [row.number for row in rows] == [*range(1, 9)]
    assert reading.encoding == "utf-8"
    long = as_json(tmp_path, f"[{record.format('1.5', '12345678901234567890')}]")
    assert said(read(tmp_path, long, toml)[1]) == ["digits-lost"]


def test_records_may_stand_below_others(tmp_path: Path) -> None:
    """A page names the path of its records; what stands above them is in columns of their own."""
    payment = {"date": "2015-03-01", "amount": "5.00"}
    projects = [
        {"name": "甲", "payments": [payment, payment | {"amount": "6.00"}]},
        {"name": "乙", "payments": payment},
    ]
    path = as_json(tmp_path, {"year": 2015, "projects": projects, "other": [{"a": 1}]})
    toml = MINIMAL.replace("[file]", '[file]\nrecords = "projects/payments"').replace('"payee"', '"/projects/name"')
    _, rows = read(tmp_path, path, toml)
    assert said(rows) == ["500 甲", "600 甲", "500 乙"]
    named = as_json(tmp_path, [{"a": "date", "b": "amount", "c": "payee"}, {"a": "2015-03-01", "b": "5", "c": "甲"}])
    assert not Importer(page_of(tmp_path, MINIMAL)).recognise(peek(named)), "values are no names of columns"
    with pytest.raises(FormatError) as caught:
        read(tmp_path, as_json(tmp_path, {"a/b": [payment], "a": {"b ": [payment]}}))
    assert caught.value.key == "json-twice", "two lists of one name"
    lines = [json.dumps(payment | {"payee": payee}) for payee in ("甲", "乙")]
    assert said(read(tmp_path, as_json(tmp_path, "\n".join(lines) + "\n"))[1]) == ["500 甲", "500 乙"]
    _, rows = read(tmp_path, as_json(tmp_path, [payment | {"payee": "甲"}, 7]))
    assert said(rows) == ["500 甲", "row-ragged"], "what is no record is no record"


def test_a_page_of_html_is_its_tables(tmp_path: Path) -> None:
    """A title above says the unit, cells reach over columns and rows, and a table in a cell is a table of its own."""
    path = tmp_path / "a.xls"
    path.write_bytes(
        """<html><body><style>td {color: red}</style><p>单位：万元</p><table>
        <tr><th>date<th>amount<th>payee<td rowspan=3><table><tr><td>x</td></tr></table></tr>
        <tr><td>2015-03-01</td><td>1.5</td><td>甲&amp;<br>乙</td>
        <tr><td rowspan=1 colspan=2>2015-03-02</td><td>丙</table>完</body></html>""".encode("gb18030")
    )
    toml = MINIMAL.replace("[file]", '[file]\nencoding = "gb18030"\nunit = { cell = "单位" }')
    reading, rows = read(tmp_path, path, toml)
    assert said(rows) == ["1500000 甲& 乙", "amount-empty"]
    assert [(row.sheet, row.why) for row in rows if row.why] == [
        ("1", "sheet"),
        ("2", "preamble"),
        ("2", "header"),
        ("…", "sheet"),
    ]
    assert reading.unit == "万元"


def test_excel_of_2003_wrote_xml(tmp_path: Path) -> None:
    """Many a system still writes it and calls it XLS: rows and cells may say where they stand."""
    path = tmp_path / "a.xls"
    path.write_text("""<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>
        <Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Styles><Style ss:ID="d">none</Style></Styles>
        <Worksheet ss:Name="S"><Table>
        <Row><Cell ss:MergeAcross="2"><Data ss:Type="String">标题</Data></Cell></Row>
        <Row ss:Index="3"><Cell><Data>date</Data></Cell><Cell><Data>amount</Data></Cell>
        <Cell ss:Index="4"><Data>payee</Data></Cell></Row>
        <Row><Cell ss:StyleID="d"><Data ss:Type="DateTime">2015-03-01T00:00:00.000</Data></Cell>
        <Cell><Data ss:Type="Number">5.1</Data></Cell><Cell ss:Index="4"><Data ss:Type="String">甲</Data></Cell></Row>
        </Table></Worksheet></Workbook>""", "utf-8")  # fmt: skip
    _, rows = read(tmp_path, path)
    assert said(rows) == ["510 甲"]
    assert [row.why for row in rows] == ["preamble", "blank", "header", ""]


def test_an_open_document_is_a_workbook(tmp_path: Path) -> None:
    """ODS, with a date and a number that are what they say and not what they show."""
    value = '<table:table-cell office:value-type="{}" office:{}value="{}"><text:p>shown</text:p></table:table-cell>'
    word = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    words = "".join(map(word.format, ("date", "amount", "payee")))
    row = value.format("date", "date-", "2015-03-01") + value.format("float", "", "0.3") + word.format("payee")
    path = tmp_path / "a.ods"
    path.write_bytes(ods(f"<table:table-row>{words}</table:table-row><table:table-row>{row}</table:table-row>"))
    assert said(read(tmp_path, path)[1]) == ["30 payee"]


def reddened(path: Path, *amounts: Any, mac: bool = False) -> Path:  # noqa: ANN401 - what a cell may hold
    """Write a workbook whose amounts are in red; the last row is their total."""
    made = openpyxl.Workbook()
    if mac:
        made.epoch = CALENDAR_MAC_1904
    sheet = made.active
    assert sheet is not None
    sheet.append(["date", "amount", "payee"])
    for amount in amounts:
        sheet.append([dt.date(2015, 3, 1), amount, "甲"])
    sheet.append(["Total", 5])
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, 2).font = Font(color="FFFF0000" if row % 2 else "FFE02010")
    made.save(path)
    return path


@pytest.mark.parametrize(
    ("red", "expected"),
    [
        ("", ["amount-red", "amount-red", "negative-without-original"]),
        ("negative", ["negative-without-original"] * 3),
        ("plain", ["500 甲", "512 甲", "negative-without-original"]),
    ],
)
@pytest.mark.parametrize("mac", [False, True])
def test_red_may_be_a_sign(tmp_path: Path, red: str, expected: list[str], *, mac: bool) -> None:
    """In red and above zero an amount waits until the page says what red means; a total in red is a total."""
    path = reddened(tmp_path / "a.xlsx", 5, "5.12", -5, mac=mac)
    toml = MINIMAL.replace("[file]", f'[file]\nred = "{red}"') if red else MINIMAL
    reading, rows = read(tmp_path, path, toml)
    assert said(rows) == expected
    assert rows[-1].why == "total"
    (total,) = reading.totals
    assert total.printed == (0, 500)
    assert all(row.candidate.date == dt.date(2015, 3, 1) for row in rows if row.candidate), "whatever the calendar"


RED_STYLES: Final = """<office:automatic-styles><style:style style:name="a" style:family="table-cell">
<style:text-properties fo:color="#e02010"/></style:style><style:style style:name="b" style:parent-style-name="a"/>
<style:style style:name="c"><style:text-properties fo:color="#000000"/></style:style></office:automatic-styles>"""


@pytest.mark.parametrize(
    ("column", "row", "cell", "expected"),
    [("", "", "a", "amount-red"), ("", "", "b", "amount-red"), ("b", "", "", "amount-red"), ("", "b", "", "amount-red"),
     ("b", "", "c", "500 甲"), ("", "", "", "500 甲")],
)  # fmt: skip
def test_red_in_an_open_document(tmp_path: Path, column: str, row: str, cell: str, expected: str) -> None:
    """By the style of the cell, of what that is made of, of its row or of its column."""
    word = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    amount = f'<table:table-cell table:style-name="{cell}" office:value-type="float" office:value="5"/>'
    body = (
        '<table:table-column/><table:table-column table:default-cell-style-name="{}"/><table:table-column/>'
        '<table:table-row table:number-rows-repeated="2"/><table:table-row>{}</table:table-row>'
        '<table:table-row table:default-cell-style-name="{}">{}</table:table-row>'
    ).format(column, "".join(map(word.format, ("date", "amount", "payee"))), row,
             word.format("2015-03-01") + amount + word.format("甲"))  # fmt: skip
    path = tmp_path / "a.ods"
    path.write_bytes(ods(body, styles=RED_STYLES))
    assert said(read(tmp_path, path)[1]) == [expected]


def test_red_in_an_old_workbook(tmp_path: Path) -> None:
    """An export as a bank gave it, all fonts of which are made red: every amount above zero in it is told apart."""
    path = unpacked("spdb_debit.xls", tmp_path)
    data, made = path.read_bytes(), tmp_path / "red.xls"
    black = [row for sheet in workbook.sheets(path) for _, row in sheet.rows]
    fonts = re.compile(rb"(\x31\x00[\x10-\x30]\x00[\x20-\xff]\x00..)..", re.DOTALL)
    made.write_bytes(fonts.sub(b"\\1\x0a\x00", data))
    red = [row for sheet in workbook.sheets(made) for _, row in sheet.rows]
    assert red == black
    assert not [cell for row in black for cell in row if type(cell) in cells.REDS]
    above = re.compile(r"\d[\d,]*(?:\.\d+)?")
    assert [cell for row in red for cell in row if type(cell) in cells.REDS] == [
        cell for row in black for cell in row if above.fullmatch(cell)
    ]


def test_red_is_no_matter_where_no_amount_is_read(tmp_path: Path) -> None:
    """A number in red that names something is the number."""
    toml = MINIMAL.replace('payee = "payee"', 'payee = "amount"').replace('amount = "amount"', 'amount = "payee"')
    path = reddened(tmp_path / "a.xlsx", "5")
    ((_, _, rows),) = [(sheet.name, sheet.hidden, list(sheet.rows)) for sheet in workbook.sheets(path)]
    assert rows[1][1][1] == "5"
    assert said(read(tmp_path, path, toml)[1])[0] == "amount-unreadable", "and not because it is red"


def test_words_and_digits_must_agree(tmp_path: Path) -> None:
    """A row whose amount is written out as another waits, and its amount counts as its digits say."""
    toml = MINIMAL.replace('payee = "payee"', 'payee = "payee"\namount-words = { column = "words", optional = true }')
    path = tmp_path / "a.csv"
    lines = ["5.00,甲,伍元整", "5.00,甲,伍拾元整", "5.00,甲,五", "5.00,甲,", "x,甲,伍元整"]
    path.write_text("date,amount,payee,words\n" + "".join(f"2015-03-01,{line}\n" for line in lines), "utf-8")
    _, rows = read(tmp_path, path, toml)
    unreadable = "amount-words-unreadable"
    assert said(rows) == ["500 甲", "amount-words-differ", unreadable, "500 甲", "amount-unreadable"]
    assert [row.amount for row in rows[1:]] == [500, 500, 500, 500, None]


def test_the_files_of_a_zip_keep_their_names(book: Book, tmp_path: Path) -> None:
    """Each file is a batch by its own name; what a Mac adds is none; names never lead out of the zip."""
    path = tmp_path / "2015.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("AAAA/BBBB.csv", (HEADER + ROW.replace("F01-0601", "F01-9999")).encode("gb18030"))
        archive.writestr("../../七月.csv", HEADER + SECOND)
        archive.writestr("__MACOSX/._x", b"\0\0")
        archive.writestr("again.csv", HEADER + SECOND)
    path.write_bytes(path.read_bytes().replace(b"AAAA/BBBB.csv", "支付/六月.csv".encode("gb18030")))
    before = {*tmp_path.rglob("*")}
    reports = import_file(book, path, by="clerk")
    assert {one for one in {*tmp_path.rglob("*")} - before if "originals" not in str(one)} == set()
    assert [one.file for one in reports] == ["2015.zip:支付/六月.csv", "2015.zip:../../七月.csv", "2015.zip:again.csv"]
    assert [(one.batch, one.new) for one in reports] == [(1, True), (2, True), (2, False)]
    assert [one.rows["posted"] for one in reports] == [0, 1, 0]
    (tried,) = quarantine.retry(book, ["1:2"], by="clerk")
    assert tried.reasons, "the original of a member is kept"


BEANGULP: Final = """
import csv, datetime
from decimal import Decimal
from beancount.core import amount, data
import beangulp

print("what it prints is no row")

class Bank(beangulp.Importer):
    def identify(self, filepath):
        return filepath.endswith(".ofx")

    def account(self, filepath):
        return "Assets:Bank"

    def extract(self, filepath, existing):
        found = []
        for line, (day, number, payee) in enumerate(csv.reader(open(filepath))):
            units = amount.Amount(Decimal(number), "CNY")
            meta = data.new_metadata(filepath, line, {"ref": f"R{line}"})
            postings = [data.Posting("Assets:Bank", units, None, None, None, None)]
            date = datetime.date.fromisoformat(day)
            found.append(data.Transaction(meta, date, "*", payee, "n", frozenset(), frozenset(), postings))
        return found
"""
ADAPTED: Final = """
[file]
importer = "our_bank:Bank"
header = ["date", "payee", "account", "amount", "ref"]
[columns]
date = "date"
amount = "amount"
payee = "payee"
bank-ref = "ref"
[movement]
positive = "in"
[key]
columns = ["ref"]
[kind]
out = "disbursement"
"""


def test_an_importer_of_beangulp_is_a_page_of_ours(tmp_path: Path) -> None:
    """What a user's importer makes of its file are rows, judged like any others; another file is none of its."""
    (tmp_path / "our_bank.py").write_text(BEANGULP, "utf-8")
    path = tmp_path / "a.ofx"
    path.write_text("2015-03-01,-5.000,甲\n2015-03-02,-6.125,乙\n", "utf-8")
    importer = Importer(page_of(tmp_path, ADAPTED))
    assert importer.recognise(peek(path))
    rows = list(importer.candidates(path))
    assert said(rows) == ["500 甲", "amount-fraction"]
    assert rows[1].candidate
    assert rows[1].candidate.bank_ref == "R0"
    other = path.rename(tmp_path / "a.csv")
    assert not importer.recognise(peek(other))
    path.write_text("no, date, at all\n", "utf-8")
    path.rename(other.with_suffix(".ofx"))
    with pytest.raises(FormatError) as caught:
        choose(other.with_suffix(".ofx"), [importer])
    assert caught.value.key == "importer-failed", "told where no other page knows the file"


def test_a_ledger_is_parsed_and_never_run(tmp_path: Path) -> None:
    """What a ledger includes is not opened, and its plugins do not run; one that is damaged is refused."""
    (tmp_path / "evil.py").write_text("open('ran', 'w')\n", "utf-8")
    path = tmp_path / "a.beancount"
    text = 'option "insert_pythonpath" "TRUE"\nplugin "evil"\ninclude "/etc/passwd"\n\n2015-03-01 * "甲" "n" #paid\n'
    path.write_text(f'{text}  voucher: "V1"\n  Expenses:A  5.00 CNY\n  Assets:B  -5.00 CNY\n', "utf-8")
    ((_, _, rows),) = [(one.name, one.hidden, [*one.rows]) for one in workbook.sheets(path, "ledger")]
    assert rows[1][1][:3] == ["2015-03-01", "*", "甲"]
    assert rows[1][1][-4:] == ["Expenses:A", "Assets:B", "5.00", "V1"]
    assert not (tmp_path / "ran").exists()
    path.write_text("2015-03-01 * what\n", "utf-8")
    with pytest.raises(FormatError) as caught:
        [*workbook.sheets(path, "ledger")]
    assert caught.value.key == "ledger-damaged"
