"""Red figures of pages of HTML and of the XML of Excel 2003, however a page says that they are red."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from fundtrack.importing.files import workbook
from fundtrack.importing.values import cells

if TYPE_CHECKING:
    from pathlib import Path

HTML: Final = """<html><head><style><!-- td {{color:red}} .xl65, td.xl66
{{background-color:blue;color:#FF0000;}} .b {{color:black}} --></style></head><body>{}</body></html>"""
XML: Final = """<?xml version="1.0"?><Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Styles>
<Style ss:ID="plain"><Font ss:Size="9" ss:Color="#000000"/></Style><Style ss:ID="r"><Alignment/><Font ss:Size="9"
ss:Color="#FF0000"/></Style><Style ss:ID="of" ss:Parent="r"><NumberFormat ss:Format="0"/></Style></Styles>
<Worksheet><Table>{}</Table></Worksheet></Workbook>"""


def reds(path: Path) -> list[str]:
    """Return the cells of a file that are told to be red."""
    return [cell for sheet in workbook.sheets(path, "html", "utf-8") for _, row in sheet.rows for cell in row
            if type(cell) in cells.REDS]  # fmt: skip


@pytest.mark.parametrize(
    "rows",
    [
        '<tr><td style="color: red">5.00<td>6',
        "<tr><td style='font-size:9pt;color:#F00 !important'>5.00</td><td>6</td>",
        '<tr><td><font color="#ff0000">5.00</font></td><td>6</td>',
        "<tr><td><font color=FF0000><b>5.00<br></b></font> </td><td>6</td>",
        '<tr><td><span style="color:rgb(255, 0, 0)">5.00</span><td>6',
        '<tr><td class=xl65>5.00</td><td class="xl66 b">-6</td><td class="b">7</td>',
        '<tr style="color:red"><td>5.00<td style="color:#000">6',
        '<tr><td style="color:red">5.00<td style="background-color:red">6<td style="color:red"><i style="color:blue">7',
        "<tr><td><font color=red>*</font>6<td><font color=red>5.00</font><td><font color=red>某人</font>",
    ],
)  # fmt: skip
def test_red_in_a_page_of_html(tmp_path: Path, rows: str) -> None:
    """By the style of a cell, a row or a part of the text, by a class or a font; a rule for all cells says nothing."""
    path = tmp_path / "a.xls"
    path.write_text(HTML.format(f"<table>{rows}</table>"), "utf-8")
    assert reds(path) == ["5.00"]


@pytest.mark.parametrize(
    "rows",
    [
        '<Row><Cell ss:StyleID="r"><Data>5.00</Data></Cell><Cell ss:StyleID="plain"><Data>6</Data></Cell></Row>',
        '<Row><Cell ss:StyleID="of"><Data>5.00</Data></Cell><Cell ss:StyleID="r"><Data>-6</Data></Cell></Row>',
        '<Row ss:StyleID="r"><Cell><Data>5.00</Data></Cell><Cell ss:StyleID="plain"><Data>6</Data></Cell></Row>',
        """<Column/><Column ss:Index="3" ss:StyleID="r" ss:Span="1"/><Row><Cell><Data>6</Data></Cell>
        <Cell ss:Index="4"><Data>5.00</Data></Cell><Cell><Data>7</Data></Cell></Row>""",
        '<Row><Cell><ss:Data xmlns:html="html"><Font html:Color="#FF0000">5.00</Font></ss:Data></Cell></Row>',
    ],
)
@pytest.mark.parametrize("prefix", ["", "ss:"])
def test_red_in_the_xml_of_excel_2003(tmp_path: Path, rows: str, prefix: str) -> None:
    """By the style of a cell, of its row or column, or by one that a style rests on; also in a part of the text."""
    path = tmp_path / "a.xls"
    text = XML.format(rows)
    for name in ("Styles", "Style", "Font ss", "Table", "Column", "Row", "Cell") if prefix else ():
        text = text.replace(f"<{name}", f"<ss:{name}").replace(f"</{name}", f"</ss:{name}")
    path.write_text(text, "utf-8")
    assert reds(path) == ["5.00"]
