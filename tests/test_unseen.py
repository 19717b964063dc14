"""Rows and columns that a workbook hides, or a filter does: read as all others, and told."""

from __future__ import annotations

import io
import json
import random
from typing import TYPE_CHECKING, Final

import openpyxl
import pytest

import hostile
from fundtrack.importing.files import workbook
from realfiles import unpacked

if TYPE_CHECKING:
    from pathlib import Path

    from commands import Say

PAID: Final = [
    ["支付申请编号", "支付凭证号", "实际支付日期", "资金名称", "列支科目", "付款人账号", "收款人全称", "收款人账号",
     "用途", "支付金额", "银行交易流水号", "结算方式"],
    *([f"SQ{nth}", f"PZ{nth}", "2015-04-02", "F01", "F01-0601", "45001234560001", f"某公司{nth}", "6222020200001111222",
       "进度款", 100 * nth, f"GK{nth}", "1"] for nth in range(1, 6)),
    ["合计", "", "", "", "", "", "", "", "", 1500, "", ""],
]  # fmt: skip


def paid(hidden: tuple[int, ...] = (), columns: str = "", *, filtered: bool = False) -> bytes:
    """Return a workbook of five payments, some rows and columns of it hidden."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in PAID:
        sheet.append(row)
    for row in hidden:
        sheet.row_dimensions[row].hidden = True
    for column in columns:
        sheet.column_dimensions[column].hidden = True
    if filtered:
        sheet.auto_filter.ref = "A1:K6"
    book.save(made := io.BytesIO())
    return made.getvalue()


def test_what_is_hidden_is_read_and_told(book: Path, say: Say) -> None:
    """By the numbers of its rows and what they count, in a trial, an import and for a machine; and columns by name."""
    path = book / "paid.xlsx"
    path.write_bytes(paid((3, 4, 6, 7), "GI", filtered=True))
    tried = say("import", path, "--dry-run", "--book", book)
    assert "3 (1,000.00), rows 3–4, 6." in tried.out
    assert "Columns that the workbook hides and that are read: 收款人全称, 用途." in tried.out
    said = json.loads(say("import", path, "--book", book, "--format", "json").out)[0]
    assert said["hidden"] == {"rows": [3, 4, 6], "amount": "1000.00", "columns": ["收款人全称", "用途"]}
    assert said["rows"]["posted"] + said["rows"]["quarantined"] == len(PAID) - 2
    (fit,) = json.loads(say("formats", "which", path, "--book", book, "--format", "json").out)
    assert fit["hidden"] == [said["hidden"]]


def test_nothing_is_told_of_what_everybody_sees(book: Path, say: Say) -> None:
    """A total that is hidden is compared as any other, and a column that nobody reads matters to nobody."""
    path = book / "paid.xlsx"
    path.write_bytes(paid((7,), "L"))
    said = json.loads(say("import", path, "--dry-run", "--book", book, "--format", "json").out)[0]
    assert said["hidden"] is None


def unseen(path: Path) -> tuple[workbook.Spans, workbook.Spans]:
    """Return what the first sheet of a workbook hides."""
    return next(workbook.sheets(path)).unseen


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ('<row r="2" hidden="1"/><row r="3" hidden="true"/><row r="9" hidden=\'1\'/>', ((2, 3), (9, 9))),
        ('<row/><row hidden="1"/><row r="5"/><row hidden="1"/>', ((3, 3), (6, 6))),
        ('<row r="2" hidden="0"/><row r="3" hidden="false"/>', ()),
        ('<row r="2" outlineLevel="1" customHeight="1" hidden="1" spans="1:2"/>', ((2, 2),)),
    ],
)  # fmt: skip
def test_rows_that_are_hidden_in_xlsx(tmp_path: Path, rows: str, found: workbook.Spans) -> None:
    """However they are written, by their number or by their place."""
    (path := tmp_path / "a.xlsx").write_bytes(hostile.xlsx(hostile.cell("A1") + rows))
    assert unseen(path) == (found, ())


def test_rows_that_are_hidden_beyond_the_first_piece_of_a_sheet(tmp_path: Path) -> None:
    """A tag that is cut between two pieces is looked at whole, wherever it is cut."""
    for shift in range(0, 40, 9):
        rows = f"<!--{'x' * (2**20 - 500 + shift)}-->" + "".join(f'<row r="{n}" hidden="1"/>' for n in range(2, 90, 2))
        (path := tmp_path / "a.xlsx").write_bytes(
            hostile.xlsx(hostile.cell("A1") + rows, noise=random.Random(1).randbytes(100_000))
        )
        assert unseen(path)[0] == tuple((n, n) for n in range(2, 90, 2))


def test_rows_and_columns_that_are_hidden_in_ods(tmp_path: Path) -> None:
    """By hand or by a filter; one tag may stand for several."""
    cell = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
    columns = '<table:table-column/><table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>'
    shut = '<table:table-row table:visibility="{}" table:number-rows-repeated="{}">' + cell * 3 + "</table:table-row>"
    seen = f"<table:table-row>{cell * 3}</table:table-row>"
    group = f'<table:table-row-group table:display="true">{shut.format("collapse", 1)}</table:table-row-group>'
    rows = columns + seen + shut.format("filter", 3) + seen + group + shut.format("visible", 1)
    (path := tmp_path / "a.ods").write_bytes(hostile.ods(rows))
    assert unseen(path) == (((2, 4), (6, 6)), ((2, 3),))


def test_rows_and_columns_that_are_hidden_in_xls(tmp_path: Path) -> None:
    """By a bit of their records."""
    data = bytearray(unpacked("spdb_debit.xls", tmp_path).read_bytes())
    at = data.index(b"\x08\x02\x10\x00")
    assert unseen(unpacked("spdb_debit.xls", tmp_path)) == ((), ())
    data[at + 16] |= 0x20
    column = data.index(b"\x7d\x00\x0c\x00")
    data[column + 12] |= 1
    (path := tmp_path / "hidden.xls").write_bytes(data)
    first, last = data[column + 4], data[column + 6]
    assert unseen(path) == (((data[at + 4] + 1,) * 2,), ((first + 1, last + 1),))


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (
            "<tr><td>1<tr style='height:0; display: none'><td>2<tr hidden><td>3<tr style='color:red'><td>4",
            (((3, 4),), ()),
        ),
        (
            """<Table><Column/><Column ss:Hidden="1" ss:Span="1"/><Row><Cell><Data>1</Data></Cell></Row>
            <Row ss:Index="4" ss:Hidden="1"><Cell><Data>2</Data></Cell></Row></Table>""",
            (((4, 4),), ((2, 3),)),
        ),
    ],
)
def test_rows_that_are_hidden_in_a_page(
    tmp_path: Path, rows: str, found: tuple[workbook.Spans, workbook.Spans]
) -> None:
    """Of HTML and of the XML of Excel 2003; a title above the table is a row of it."""
    (path := tmp_path / "a.xls").write_text(f"<html><body><p>t</p><table>{rows}</table></body></html>", "utf-8")
    assert next(workbook.sheets(path, "html", "utf-8")).unseen == found
