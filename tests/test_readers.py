"""Readers: encodings proven, rows numbered as they stand, workbooks read within bounds, hostile files refused."""

from __future__ import annotations

import codecs
import datetime as dt
import io
import random
import time
import zipfile
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundtrack import identifier
from fundtrack.errors import FormatError
from fundtrack.importing.files import decode, rows, workbook
from fundtrack.importing.values import cells, fields

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LONG: Final = "姓名,金额,用途说明\n韦某一,1.00,危房改造补助\n"
SHORT: Final = "姓名,1\n"


@pytest.mark.parametrize(
    ("data", "declared", "encoding"),
    [
        (LONG.encode(), "utf-8", "utf-8"),
        (LONG.encode(), "gb18030", "utf-8"),
        (LONG.encode("gb18030"), "gb18030", "gb18030"),
        (LONG.encode("utf-8-sig"), "gb18030", "utf-8-sig"),
        (LONG.encode("utf-16"), "gb18030", "utf-16"),
        (codecs.BOM_UTF16_BE + LONG.encode("utf-16-be"), "gb18030", "utf-16"),
        (b"a,b\n1,2\n", "gb18030", "utf-8"),
        ("é".encode("cp1252"), "cp1252", "cp1252"),
        # Below eight characters beyond ASCII the page decides, because both readings are possible.
        (SHORT.encode(), "gb18030", "gb18030"),
        (SHORT.encode(), "utf-8", "utf-8"),
        # These two are UTF-8 that no GB18030 text could be.
        ("€".encode(), "gb18030", "utf-8"),
        ("é1".encode(), "ascii", "utf-8"),
    ],
)
def test_an_encoding_is_proven(tmp_path: Path, data: bytes, declared: str, encoding: str) -> None:
    """Mark, then strict UTF-8, then what the page declares."""
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    assert decode.encoding(path, declared) == encoding


@pytest.mark.parametrize(
    ("data", "declared", "key", "line"),
    [
        (b"", "utf-8", "file-empty", None),
        (LONG.encode("gb18030"), "utf-8", "file-encoding", 1),
        (LONG.encode() + b"\xff\xff", "utf-8", "file-encoding", 3),
        (LONG.encode() + b"\xff\xff", "gb18030", "file-encoding", None),
        (LONG.encode()[:-2], "gb18030", "file-encoding", None),
        (b"a,b\n1,\0\n", "utf-8", "control-character", 2),
        (b"a\n\nb\x1a", "gb18030", "control-character", 3),
        ("甲\n乙\x07".encode("utf-16"), "utf-8", "control-character", 2),
        (codecs.BOM_UTF16_LE + b"\x00\xd8a", "utf-8", "file-encoding", 1),
        (b"a\x7f", "utf-8", "control-character", 1),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes, declared: str, key: str, line: int | None) -> None:
    """A broken encoding or a control character refuses the whole file and names the line."""
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    with pytest.raises(FormatError) as caught:
        list(rows.read(path, decode.encoding(path, declared), ","))
    assert caught.value.key == key
    assert line is None or caught.value.details["line"] == line


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=40))
def test_under_a_chinese_header_every_text_reads_back(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """What is written in GB18030 or UTF-8 is never taken for the other."""
    path = tmp_path_factory.mktemp("encodings") / "a.csv"
    for encoding in ("gb18030", "utf-8"):
        path.write_bytes(f"支付申请编号,实际支付日期,{text}".encode(encoding))
        assert path.read_text(decode.encoding(path, "gb18030")).endswith(text)


@given(
    st.text(st.sampled_from('甲乙a,"\r\n'), max_size=30), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"])
)
def test_lines_end_where_they_end_wherever_a_file_is_cut(
    tmp_path_factory: pytest.TempPathFactory, text: str, encoding: str
) -> None:
    """A file is read in pieces: a character or the end of a line that lies on a seam is whole."""
    path = tmp_path_factory.mktemp("lines") / "a.csv"
    path.write_bytes(text.encode(encoding))
    with pytest.MonkeyPatch.context() as patch, path.open(encoding=encoding, newline="") as file:
        patch.setattr(decode, "CHUNK", 3)
        assert list(decode.lines(path, encoding)) == list(file)


def test_rows_keep_their_lines(tmp_path: Path) -> None:
    """A row's number is the line it begins on, also after cells of several lines and blank lines."""
    path = tmp_path / "a.csv"
    path.write_bytes('a;b\r\n"1\r\n2";x\n\n"say ""no""";y\n'.encode("gb18030"))
    assert list(rows.read(path, "gb18030", ";")) == [
        (1, ["a", "b"]),
        (2, ["1\r\n2", "x"]),
        (4, []),
        (5, ['say "no"', "y"]),
    ]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('a,b\n1,"2"x\n3,4\n', 2),
        ('a,b\n1,2\n3,"4\n5,6\n', 3),
        (f"a,b\n{'x' * 4097},1\n", 2),
    ],
)
def test_a_stray_quote_or_a_huge_cell_ends_the_reading(tmp_path: Path, text: str, row: int) -> None:
    """Rows that a stray quote would swallow are never swallowed."""
    path = tmp_path / "a.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(FormatError) as caught:
        list(rows.read(path, "utf-8", ","))
    assert (caught.value.key, caught.value.details["row"]) == ("file-quoting", row)


@pytest.mark.parametrize(
    ("cell", "masked"),
    [
        ("110105194912310021", "110105********0021"),
        ("6231330000000000011", "623133*********0011"),
        ("13800000001", "*******0001"),
        ("1234", "****"),
        ("", ""),
    ],
)
def test_private_numbers_are_masked(cell: str, masked: str) -> None:
    """An identity card keeps its region and its last four; a telephone only its last four."""
    assert identifier.masked(cell) == masked


def test_text_is_folded_and_never_reorders() -> None:
    """Blanks are one blank, letters composed, a formula's guard taken off; what hides or reorders is refused."""
    assert cells.text("\u3000甲\u00a0 乙\n丙\t") == "甲 乙 丙"
    assert cells.text("e\u0301") == "é"
    assert cells.text("'=1+1") == "=1+1"
    assert cells.text("'tis") == "'tis"
    for hidden in "\u202e\u200b\ufeff\ue000\x07\ud800":
        with pytest.raises(FormatError, match="invisible"):
            cells.text(f"a{hidden}b")


def test_a_number_is_not_taken_for_the_text_kept_before() -> None:
    """A workbook may hold one account as text and the next as a number that has lost digits."""
    memo = cells.Memo(cells.identity)
    assert memo["45001234560001"] == "45001234560001"
    with pytest.raises(FormatError):
        _ = memo[cells.Number("45001234560001")]


@given(st.integers(-(10**14), 10**14))
def test_a_float_of_a_workbook_is_the_amount_that_was_typed(fen: int) -> None:
    """What was typed with two decimals is what is read, also after a sum that leaves binary noise."""
    typed = float(Decimal(fen) / 100)
    assert fields.amount("元")(cells.number(repr(typed))) == fen
    if abs(typed) < 1e8:
        assert fields.amount("元")(cells.number(repr(typed + 0.1 + 0.2))) == fen + 30


def saved(path: Path, fill: Callable[[openpyxl.Workbook], None]) -> Path:
    """Write a workbook."""
    book = openpyxl.Workbook()
    fill(book)
    book.save(path)
    return path


def read(path: Path) -> list[tuple[str, bool, list[tuple[int, list[str]]]]]:
    """Read a workbook whole."""
    return [(sheet.name, sheet.hidden, list(sheet.rows)) for sheet in workbook.sheets(path)]


def test_a_workbook_is_read_cell_by_cell(tmp_path: Path) -> None:
    """Rows stand where they stood; numbers are exact and known as numbers; dates are ISO; hidden sheets say so."""

    def fill(book: openpyxl.Workbook) -> None:
        sheet = book.active
        assert sheet is not None
        sheet.title = "发放表"
        sheet["B3"] = "标题"
        moment = dt.datetime(2015, 7, 10, 8, 30)  # noqa: DTZ001 - a workbook knows no zone
        sheet.append(["甲", 1.5, 0.1 + 0.2, 18000, "0012", moment.date(), moment, True])
        book.create_sheet("隐藏").sheet_state = "hidden"

    path = saved(tmp_path / "a.bin", fill)
    assert workbook.is_workbook(path)
    (name, hidden, found), other = read(path)
    assert (name, hidden, other) == ("发放表", False, ("隐藏", True, []))
    assert [number for number, _ in found] == [1, 2, 3, 4]
    assert found[2][1][:3] == ["", "标题", ""]
    last = found[3][1]
    assert last == ["甲", "1.5", "0.3", "18000", "0012", "2015-07-10", "2015-07-10 08:30:00", "TRUE"]
    assert [isinstance(cell, cells.Number) for cell in last] == [False, True, True, True, False, False, False, False]


def packed(path: Path, sheet: str, **others: bytes) -> Path:
    """Write a workbook whose one sheet is this XML, with other members beside it."""
    saved(path, lambda _: None)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["xl/worksheets/sheet1.xml"] = sheet.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**members, **others}.items():
            archive.writestr(name, data)
    return path


def sheet_of(content: str) -> str:
    """Return the XML of a sheet with some rows."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{content}</sheetData></worksheet>'


def cell(place: str, value: str = "<v>1</v>", attributes: str = "") -> str:
    """Return the XML of one cell."""
    return f'<row r="{place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}"><c r="{place}" {attributes}>{value}</c></row>'


LAUGHS: Final = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
EXTERNAL: Final = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("sheet", "key"),
    [
        (sheet_of(cell("A1") + cell("XFD1048576")), "workbook-too-far"),
        (sheet_of(cell("A1") + cell("A201000")), "workbook-too-far"),
        (sheet_of(cell("A1") + cell("IW1")), "workbook-too-far"),
        (sheet_of(cell("A1") + '<c r="AMJ1" s="0"/><c r="AMK1" s="0">\n<v>1</v></c>'), "workbook-too-far"),
        (sheet_of(cell("A1") + '<row r="300000"><c><v>1</v></c></row>'), "workbook-too-far"),
        (sheet_of(cell("A1", "<f>1+1</f><v></v>")), "workbook-formula"),
        (sheet_of(cell("A1", "<f>1+1</f>")), "workbook-formula"),
        (sheet_of(cell("A1", "<x:f>1+1</x:f>")), "workbook-formula"),
        (sheet_of(cell("A1", "<v>#N/A</v>", 't="e"')), "workbook-fault"),
        (LAUGHS + sheet_of(cell("A1")), "workbook-doctype"),
        (EXTERNAL + sheet_of(cell("A1")), "workbook-doctype"),
        (sheet_of(cell("A1", f"<is><t>{'x' * 4097}</t></is>", 't="inlineStr"')), "cell-too-long"),
        (sheet_of(cell("A1") + " " * 20_000_000), "workbook-too-large"),
        (sheet_of("<row><c><v>1</v>"), "workbook-damaged"),
    ],
    ids=lambda value: value if len(value) < 40 else "",
)
def test_a_hostile_workbook_is_refused_at_once(tmp_path: Path, sheet: str, key: str) -> None:
    """Cells too far, formulas without values, faults, document types, bombs: a reason, within seconds."""
    path = packed(tmp_path / "a.xlsx", sheet)
    began = time.monotonic()
    with pytest.raises(FormatError) as caught:
        read(path)
    assert caught.value.key == key
    assert time.monotonic() - began < 30
    assert all(caught.value.text(language) for language in ("en", "zh"))


def test_the_last_allowed_place_is_read(tmp_path: Path) -> None:
    """Column IV, the 256th, and a computed formula are sound; so are empty cells beyond it, whatever their style."""
    path = packed(tmp_path / "a.xlsx", sheet_of(cell("IV1") + cell("A3", "<f>1+1</f><v>2</v>")))
    ((_, _, found),) = read(path)
    assert (found[0][1][255], found[2][1][0]) == ("1", "2")
    ((_, _, found),) = read(packed(tmp_path / "b.xlsx", sheet_of(cell("A1") + cell("A200999"))))
    assert len(found) == 200_999
    styled = "".join(
        f'<c r="AMJ{n}" s="0"/><c r="XFD{n}" s="1" t="n"></c></row><row r="{n}">' for n in range(1, 30_000)
    )
    end = '<row r="1048576" ht="12.8"><c r="A1048576" s="1"/></row>'
    ((_, _, found),) = read(packed(tmp_path / "c.xlsx", sheet_of(cell("A1") + '<row r="1">' + styled + "</row>" + end)))
    assert found == [(1, ["1"])]


def test_too_many_members_or_too_much_in_one_are_refused(tmp_path: Path) -> None:
    """A zip of very many or very large parts is not unpacked."""
    many = packed(tmp_path / "many.xlsx", sheet_of(""), **{f"x{nth}.bin": b"" for nth in range(200)})
    large = packed(tmp_path / "large.xlsx", sheet_of(""), **{"x.bin": b"\0" * 30_000_000})
    for path in (many, large):
        with pytest.raises(FormatError, match="unpacks to more"):
            read(path)


def test_a_workbook_may_unpack_to_more_than_a_text_may_be(tmp_path: Path) -> None:
    """XML says much around each cell: two hundred thousand rows of fourteen columns come to 200 MB."""
    noise = random.Random(1).randbytes(1_100_000)
    path = packed(tmp_path / "a.xlsx", sheet_of(cell("A1")), **{"x.bin": b"\0" * 101_000_000, "y.bin": noise})
    assert read(path) == [("Sheet", False, [(1, ["1"])])]


@pytest.mark.parametrize("data", [b"PK\x03\x04 cut off", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600])
def test_a_truncated_workbook_is_refused(tmp_path: Path, data: bytes) -> None:
    """What only begins like a workbook is told to be damaged, or the process that read it died alone."""
    path = tmp_path / "a.xls"
    path.write_bytes(data)
    with pytest.raises(FormatError) as caught:
        read(path)
    assert caught.value.key in ("workbook-damaged", "workbook-stopped")


def test_a_reader_that_needs_too_much_memory_dies_alone(tmp_path: Path) -> None:
    """A dense range within the allowed corner that no memory holds stops the child and not us."""
    corner = sheet_of(cell("A1") + '<row r="199999"><c r="IV199999"><v>1</v></c></row>')
    with pytest.raises(FormatError) as caught:
        read(packed(tmp_path / "a.xlsx", corner))
    assert caught.value.key == "workbook-stopped"


def test_a_workbook_left_half_read_leaves_no_process(tmp_path: Path) -> None:
    """Whoever stops reading stops the child."""
    path = packed(tmp_path / "a.xlsx", sheet_of("".join(cell(f"A{row}") for row in range(1, 20_000))))
    sheets = workbook.sheets(path)
    assert next(next(sheets).rows) == (1, ["1"])
    sheets.close()  # type: ignore[attr-defined]


@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_a_reason(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """No file crashes the reader of text."""
    path = tmp_path_factory.mktemp("bytes") / "a.csv"
    path.write_bytes(data)
    with suppress(FormatError):
        encoding = decode.encoding(path, "gb18030")
        found = list(rows.read(path, encoding, ","))
        assert sum(len(row) for _, row in found) <= len(io.StringIO(path.read_text(encoding)).getvalue()) + len(found)
