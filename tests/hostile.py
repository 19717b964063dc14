"""Files that nobody sends in good faith, and what answers each: `python tests/hostile.py` prints time and memory.

Each is built anew, so that none has to be kept; none takes more than some megabytes.
"""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEADER: Final = (
    "支付申请编号,支付凭证号,实际支付日期,资金名称,项目名称,本级指标文号,列支科目,付款人账号,收款人全称,收款人账号,"
    "用途,凭证摘要,支付金额,银行交易流水号\n"
)
ROW: Final = "SQ1,PZ1,2015-06-01,F01,,,F01-0601,45001234560001,某建筑公司,6222020200001111222,进度款,,5000.00,GK1\n"
SPACE: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE: Final = "urn:oasis:names:tc:opendocument:xmlns"
LAUGHS: Final = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
EXTERNAL: Final = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
KINDS: Final = (
    ("/xl/workbook.xml", "sheet.main"), ("/xl/worksheets/sheet1.xml", "worksheet"),
    ("/xl/sharedStrings.xml", "sharedStrings"),
)  # fmt: skip
TYPES: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml."
RELATED: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


class Hostile(NamedTuple):
    """A file: its name, what it is, the key of the message that refuses it, and what builds it."""

    name: str
    what: str
    key: str
    build: Callable[[Path], object]


def packed(members: dict[str, str | bytes]) -> bytes:
    """Return a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def xlsx(rows: str, *, before: str = "", hidden: str = "", **more: str | bytes) -> bytes:
    """Return a workbook whose one sheet has these rows, in XML; other members by keyword, `__` for a slash."""
    types = "".join(f'<Override PartName="{part}" ContentType="{TYPES}{kind}+xml"/>' for part, kind in KINDS)
    relation = '<Relationship Id="r{}" Type="' + RELATED + '/{}" Target="{}"/>'
    relations = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    return packed({
        "[Content_Types].xml": f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{types}'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
        "_rels/.rels": relations.format(relation.format(1, "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{SPACE}" xmlns:r="{RELATED}"><sheets>'
        f'<sheet name="S" sheetId="1" {hidden} r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations.format(
            relation.format(1, "worksheet", "worksheets/sheet1.xml")
            + relation.format(2, "sharedStrings", "sharedStrings.xml")
        ),
        "xl/sharedStrings.xml": more.pop("strings", f'<sst xmlns="{SPACE}"/>'),
        "xl/worksheets/sheet1.xml": f'{before}<worksheet xmlns="{SPACE}"><sheetData>{rows}</sheetData></worksheet>',
        **{name.replace("__", "/"): data for name, data in more.items()},
    })  # fmt: skip


def cell(place: str, value: str = "<v>1</v>", attributes: str = "") -> str:
    """Return a row of a workbook with one cell."""
    return f'<row r="{place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}"><c r="{place}" {attributes}>{value}</c></row>'


def sheet(text: str) -> str:
    """Return the rows of a table of commas, all of them text."""
    filled = [[f'<c t="inlineStr"><is><t>{one}</t></is></c>' for one in line.split(",")] for line in text.splitlines()]
    return "".join(f"<row>{''.join(cells)}</row>" for cells in filled)


def ods(rows: str, before: str = "", styles: str = "") -> bytes:
    """Return an OpenDocument workbook whose one sheet has these rows, in XML."""
    spaces = " ".join(f'xmlns:{name}="{OFFICE}:{name}:1.0"' for name in ("office", "table", "text", "style"))
    spaces += f' xmlns:fo="{OFFICE}:xsl-fo-compatible:1.0"'
    return packed({
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": f"{before}<office:document-content {spaces}>{styles}<office:body><office:spreadsheet>"
        f'<table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>",
        "META-INF/manifest.xml": f'<m:manifest xmlns:m="{OFFICE}:manifest:1.0"/>',
    })  # fmt: skip


def repeated() -> bytes:
    """Return a workbook of half a megabyte whose one text stands in 400,000 cells: gigabytes when read."""
    cells = ("<row>" + '<c t="s"><v>0</v></c>' * 250 + "</row>") * 1600
    text = f'<sst xmlns="{SPACE}"><si><t>{"x" * 4096}</t></si></sst>'
    return xlsx(cells, strings=text, noise=random.Random(1).randbytes(400_000))


def noisy(rows: Callable[[], str], noise: int = 200_000) -> Callable[[Path], object]:
    """Return what makes a workbook of rows that pack to next to nothing, and of noise that does not."""
    return lambda path: path.write_bytes(xlsx(rows(), noise=random.Random(1).randbytes(noise)))


def patched(data: bytes, size: int | None = None, flag: int = 0) -> bytes:
    """Return a zip of one member that lies about its size, or says that it is locked."""
    local, central = data.index(b"PK\x03\x04"), data.index(b"PK\x01\x02")
    made = bytearray(data)
    if size is not None:
        made[local + 22 : local + 26] = made[central + 24 : central + 28] = size.to_bytes(4, "little")
    made[local + 6] |= flag
    made[central + 8] |= flag
    return bytes(made)


def sparse(size: int) -> Callable[[Path], object]:
    """Return what makes a file of zeros that takes no place on the disk."""

    def build(path: Path) -> None:
        path.touch()
        os.truncate(path, size)

    return build


def written(data: bytes | str) -> Callable[[Path], object]:
    """Return what writes a file."""
    return lambda path: path.write_bytes(data if isinstance(data, bytes) else data.encode())


def records(text: str) -> str:
    """Return a list of one record that begins with this text."""
    return f'[{{"id": 1, {text}'


SOUND: Final = HEADER + ROW
N_A: Final = sheet(SOUND).replace(
    '<c t="inlineStr"><is><t>5000.00</t></is></c>', '<c r="M2" t="e"><v>#N/A</v></c>'
)  # fmt: skip
UNCOMPUTED: Final = sheet(SOUND).replace(
    '<c t="inlineStr"><is><t>5000.00</t></is></c>', '<c r="M2"><f>2500*2</f></c>'
)  # fmt: skip
FAR_ODS: Final = (
    '<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="1024" '
    'office:value-type="float" office:value="1"/></table:table-row>'
)
ODS_FORMULA: Final = '<table:table-row><table:table-cell table:formula="of:=1+1"/></table:table-row>'


def files() -> Iterator[Hostile]:
    """Give every hostile file."""
    yield from _text()
    yield from _workbooks()
    yield from _full()
    yield from _archives()
    yield from _xml()
    yield from _others()


def _text() -> Iterator[Hostile]:
    yield Hostile("empty.csv", "nothing in it", "file-empty", written(b""))
    yield Hostile("gigabyte.csv", "more than a gigabyte in one line", "file-too-large", sparse(1 << 30))
    yield Hostile(
        "line.csv", "a line of 30 MB", "line-too-long", lambda path: path.write_text(SOUND + "9" * 30_000_000)
    )
    yield Hostile("nul.csv", "a NUL in a number", "control-character", written(SOUND.replace("GK1", "G\0K1")))
    yield Hostile(
        "escape.csv", "a terminal's escape code", "control-character", written(SOUND.replace("GK1", "\x1b[2J"))
    )
    yield Hostile(
        "latin.csv", "bytes of no declared encoding", "file-encoding", written(SOUND.encode() + b"\xff\xff\n")
    )
    yield Hostile(
        "quote.csv", "a quotation mark that swallows rows", "file-quoting", written(SOUND.replace("进度", '"进"度'))
    )
    yield Hostile("cell.csv", "a cell of 5,000 characters", "file-quoting", written(SOUND.replace("进度", "进" * 5000)))


def _workbooks() -> Iterator[Hostile]:
    yield Hostile(
        "far.xlsx", "5 KB, cells A1 and XFD1048576", "workbook-too-far", written(xlsx(cell("A1") + cell("XFD1048576")))
    )
    yield Hostile(
        "wide.xlsx",
        "a million columns that say no place",
        "workbook-too-far",
        noisy(lambda: f"<row>{'<c><v>1</v></c>' * 1_000_000}</row>"),
    )
    corner = xlsx(cell("A1") + '<row r="199999"><c r="IV199999"><v>1</v></c></row>')
    yield Hostile("corner.xlsx", "two cells, fifty million between them", "workbook-stopped", written(corner))
    yield Hostile(
        "bomb.xlsx",
        "20 MB of blanks in 20 KB",
        "workbook-too-large",
        lambda path: path.write_bytes(xlsx(cell("A1") + " " * 20_000_000)),
    )
    yield Hostile(
        "repeated.xlsx", "one text in 400,000 cells", "workbook-stopped", lambda path: path.write_bytes(repeated())
    )
    yield Hostile(
        "laughs.xlsx", "entities within entities", "workbook-doctype", written(xlsx(cell("A1"), before=LAUGHS))
    )
    yield Hostile(
        "external.xlsx",
        "an entity that is a file of ours",
        "workbook-doctype",
        written(xlsx(cell("A1"), before=EXTERNAL)),
    )
    long = cell("A1", f"<is><t>{'x' * 4097}</t></is>", 't="inlineStr"')
    yield Hostile("cell.xlsx", "a cell of 4,097 characters", "cell-too-long", written(xlsx(long)))
    many: dict[str, Any] = {f"m{nth}": b"" for nth in range(200)}
    yield Hostile("members.xlsx", "more than 200 parts", "workbook-too-large", written(xlsx(cell("A1"), **many)))
    yield Hostile("fault.xlsx", "#N/A for an amount", "workbook-fault", written(xlsx(N_A)))
    yield Hostile("formula.xlsx", "a formula that was never computed", "workbook-formula", written(xlsx(UNCOMPUTED)))
    yield Hostile(
        "tags.xlsx", "a million tags that do not end", "workbook-damaged", noisy(lambda: "<c t='e" * 1_000_000)
    )
    blanks = noisy(lambda: cell("A1", f"<f>1</f>{' ' * 30_000_000}<v>1</v>"), 400_000)
    yield Hostile("blanks.xlsx", "thirty million blanks behind a formula", "file-unknown", blanks)
    yield Hostile(
        "hidden.xlsx",
        "the payments on a hidden sheet",
        "sheet-hidden",
        written(xlsx(sheet(SOUND), hidden='state="hidden"')),
    )
    yield Hostile("cut.xlsx", "the first half of a workbook", "workbook-damaged", written(xlsx(sheet(SOUND))[:900]))
    locked = COMPOUND + bytes(1000) + "EncryptedPackage".encode("utf-16-le") + bytes(1000)
    yield Hostile("locked.xlsx", "a workbook with a password", "workbook-locked", written(locked))
    yield Hostile("cut.xls", "the first bytes of an old workbook", "workbook-damaged", written(COMPOUND + bytes(600)))
    yield Hostile("far.ods", "one cell, repeated a thousand million times", "workbook-too-far", written(ods(FAR_ODS)))
    yield Hostile("formula.ods", "a formula that was never computed", "workbook-formula", written(ods(ODS_FORMULA)))
    yield Hostile("laughs.ods", "entities within entities", "workbook-doctype", written(ods("", LAUGHS)))


def _full() -> Iterator[Hostile]:
    row, full = "<row><c><f>1</f><v>1</v></c></row>", f"<row>{'<v></v>' * 250}</row>"
    yield Hostile("rows.xlsx", "300,000 rows that say no place", "workbook-too-far", noisy(lambda: row * 300_000))
    yield Hostile("values.xlsx", "six million values", "workbook-stopped", noisy(lambda: full * 24_300, 500_000))


def _archives() -> Iterator[Hostile]:
    yield Hostile(
        "bomb.zip",
        "200 MB of zeros in 200 KB",
        "workbook-too-large",
        lambda path: path.write_bytes(packed({"a.csv": bytes(200_000_000)})),
    )
    nameless = packed({"a.csv": SOUND}).replace(b"a.csv", b"\0.csv")
    yield Hostile("nameless.zip", "a member without a name", "archive-damaged", written(nameless))
    lying = patched(packed({"a.csv": SOUND + " " * 10_000}), size=10)
    yield Hostile("lying.zip", "a member larger than it says", "archive-damaged", written(lying))
    yield Hostile(
        "nested.zip", "a zip in a zip", "archive-nested", written(packed({"a.zip": packed({"a.csv": SOUND})}))
    )
    yield Hostile(
        "locked.zip", "a member with a password", "archive-locked", written(patched(packed({"a.csv": SOUND}), flag=1))
    )
    yield Hostile("empty.zip", "a zip of nothing", "archive-empty", written(packed({})))
    yield Hostile("cut.zip", "the first half of a zip", "archive-damaged", written(packed({"a.csv": SOUND})[:200]))
    yield Hostile(
        "half.zip",
        "a sound file and a strange one: neither",
        "file-unknown",
        written(packed({"a.csv": SOUND, "b.csv": "a,b\n1,2\n"})),
    )


def activities(text: str, before: str = "") -> bytes:
    """Return a file of aid in XML whose one activity says this; what is before it may declare an encoding."""
    return f"{before}<iati-activities><iati-activity>{text}</iati-activity></iati-activities>".encode()


def _xml() -> Iterator[Hostile]:
    yield Hostile(
        "laughs.xml", "entities within entities", "xml-declares", written(activities("<title>&c;</title>", LAUGHS))
    )
    yield Hostile(
        "external.xml",
        "an entity that is a file of ours",
        "xml-declares",
        written(activities("<title>&a;</title>", EXTERNAL)),
    )
    yield Hostile("cut.xml", "the first half of a file of aid", "xml-damaged", written(activities("")[:40]))
    yield Hostile(
        "deep.xml",
        "300,000 activities within activities",
        "xml-damaged",
        lambda path: path.write_bytes(activities("<iati-activity>" * 300_000)),
    )
    yield Hostile(
        "many.xml",
        "a million transactions",
        "workbook-too-far",
        lambda path: path.write_bytes(activities("<transaction/>" * 1_000_000)),
    )
    yield Hostile(
        "text.xml",
        "a text of 30 MB",
        "cell-too-long",
        lambda path: path.write_bytes(activities(f"<title>{'x' * 30_000_000}</title><transaction/>")),
    )
    yield Hostile(
        "noise.xml",
        "bytes that are not of the encoding that it says",
        "xml-damaged",
        lambda path: path.write_bytes(activities("", '<?xml version="1.0" encoding="GBK"?>') + b"\xff\xff"),
    )


def _others() -> Iterator[Hostile]:
    yield Hostile("deep.json", "100,000 lists within lists", "file-deep", written("[" * 100_000 + "]" * 100_000))
    yield Hostile(
        "fields.json",
        "40 fields within fields",
        "file-deep",
        written(records('"a": ' + '{"a": ' * 40 + "1" + "}" * 41 + "]")),
    )
    yield Hostile("cut.json", "a list that does not end", "json-damaged", written(records('"a": ')))
    yield Hostile("nan.json", "an amount that is no number", "json-damaged", written(records('"a": NaN}]')))
    yield Hostile("twice.json", "two amounts of one payment", "json-twice", written(records('"a": 1, "a": 2}]')))
    yield Hostile("half.json", "half a character", "control-character", written(records('"a": "\\ud800"}]')))
    yield Hostile(
        "wide.json",
        "a record of 100,000 fields",
        "workbook-too-far",
        lambda path: path.write_text(json.dumps([{str(nth): 1 for nth in range(100_000)}])),
    )
    yield Hostile(
        "sparse.json",
        "100,000 records of a thousand kinds",
        "workbook-too-far",
        lambda path: path.write_text(json.dumps([{str(nth): 1} for nth in range(1000)] * 100)),
    )
    yield Hostile(
        "many.json",
        "sixteen million empty lists",
        "workbook-stopped",
        lambda path: path.write_text('[{"a": [' + "[]," * 16_000_000 + "[]]}]"),
    )
    yield Hostile("none.json", "no list of records", "json-no-records", written('{"a": {"b": [1, 2]}}'))
    yield Hostile(
        "login.xls", "a page that asks for a password", "html-no-table", written("<html><body>请重新登录</body></html>")
    )
    span = "<table><tr><td colspan='999999999'>1</td></tr></table>"
    yield Hostile("span.xls", "a cell of a thousand million columns", "workbook-too-far", written(span))
    yield Hostile(
        "tables.xls",
        "300,000 tables within tables",
        "file-deep",
        lambda path: path.write_text("<html><table>" + "<tr><td><table>" * 300_000),
    )
    yield Hostile("pipe.csv", "a pipe to which nobody writes", "file-irregular", os.mkfifo)
    yield Hostile("folder.csv", "a folder", "file-irregular", Path.mkdir)
    yield Hostile("device.csv", "a device without an end", "file-irregular", lambda path: path.symlink_to("/dev/zero"))
    yield Hostile("loop.csv", "a link to itself", "file-unreadable", lambda path: path.symlink_to(path.name))


def measured(book: Path, path: Path) -> tuple[int, float, float, int]:
    """Import a file in a process of its own; return its exit code, seconds of the clock and processor, and peak MB."""
    began = time.monotonic()
    command = [sys.executable, "-m", "fundtrack", "--book", str(book), "import", str(path), "--by", "ann"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024


def main(*made: str) -> None:
    """Print the table of all of them; or make one, for whoever starts a process counts for as much as it has itself."""
    known = {one.name: one for one in files()}
    if made:
        known[Path(made[0]).name].build(Path(made[0]))
        return
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "book"
        subprocess.run([sys.executable, "-m", "fundtrack", "init", book, "--sample", "tianyang"], check=True)
        for one in known.values():
            path = Path(folder) / one.name
            subprocess.run([sys.executable, __file__, path], check=True)
            code, _, processor, peak = measured(book, path)
            assert code == 2, (one.name, code)
            sys.stdout.write(f"| {one.name} | {one.what} | `{one.key}` | {processor:.1f} | {peak} |\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
