"""The first-digit table for people: in columns with bars, as a page with a chart, as a workbook with Excel's own."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from html import escape
from typing import TYPE_CHECKING, Final

from fundtrack.errors import message
from fundtrack.reporting.benford import CRITICAL, ENOUGH, rounded
from fundtrack.reporting.export import PAGE, UNNAMEABLE, html_table, unwritable
from fundtrack.reporting.table import Column, Table, printable

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from fundtrack.errors import Language
    from fundtrack.reporting.benford import Benford, Digit, Digits

NAMES: Final = ("digit", "count", "share", "expected", "deviation")
SUFFIXES: Final = (".html", ".xlsx")

FULL: Final = 40
"""Characters of a bar of all there is; a first digit that everything begins with would be so long."""

HEIGHT: Final = 240
"""Height of the chart of a page for the largest share."""

STEP: Final = 60
"""Width of the chart of a page for each digit."""

CHART: Final = """<svg role="img" aria-label="{title}" viewBox="0 0 {width} {height}" width="{width}" height="{height}">
<g font-size="13" text-anchor="middle">
{bars}
</g>
<polyline points="{points}" fill="none" stroke="#b3261e" stroke-width="2"/>
</svg>
<p><span style="color:#4a6fa5">■</span> {observed} <span style="color:#b3261e">―</span> {expected}</p>
"""
BAR: Final = (
    '<rect x="{x}" y="{y}" width="{width}" height="{high}" fill="#4a6fa5"/>'
    '<text x="{middle}" y="{foot}">{digit}</text><text x="{middle}" y="{above}">{percent}</text>'
)


def percent(share: Decimal) -> str:
    """Return a share in per cent, with two decimals."""
    return f"{share * 100:.2f}"


def digits_list(table: Digits, *, bars: bool = False) -> Table:
    """Return a row for each digit, shares in per cent; `bars` adds what is drawn with characters."""
    names = (*NAMES, "bar") if bars else NAMES
    columns = tuple(
        Column(name, message(f"benford-head-{name}", "en"), message(f"benford-head-{name}", "zh"), "number")
        for name in names
    )
    rows = []
    for one in table.digits:
        cells = (one.digit, one.occurs, percent(one.share), percent(one.expected), f"{one.deviation * 100:+.2f}")
        rows.append((*cells, _bar(one)) if bars else cells)
    if bars:
        columns = (*columns[:-1], Column("bar", columns[-1].en, columns[-1].zh, "text"))
    return Table(columns, tuple(rows))


def _bar(one: Digit) -> str:
    """Return the share as a bar, and where it was expected to end."""
    long, expected = (int((share * FULL).quantize(Decimal(1), ROUND_HALF_UP)) for share in (one.share, one.expected))
    bar = "█" * long
    return bar[: expected - 1] + "│" + bar[expected:] if long >= expected else bar.ljust(expected - 1) + "│"


def title(found: Benford, table: Digits, language: Language) -> str:
    """Return what a table is about."""
    if not table.fund:
        return message("benford-title", language, amounts=table.amounts)
    return message(
        "benford-title-fund", language, fund=found.named(language, "fund", table.fund), amounts=table.amounts
    )


def sentences(table: Digits, language: Language) -> list[str]:
    """Return what the figures say, what stands against reading them, and that they prove nothing."""
    said = [
        message(
            "benford-figures",
            language,
            deviation=rounded(table.deviation, 4),
            conformity=message(f"benford-conformity-{table.conformity}", language),
            chi_square=rounded(table.chi_square, 2),
            critical=CRITICAL,
        )
    ]
    said += [message(f"benford-caution-{caution}", language, enough=ENOUGH) for caution in table.cautions]
    return [*said, message("benford-lead", language)]


def write(found: Benford, path: Path, language: Language) -> None:
    """Write the tables with their charts, as a page for a browser or as a workbook, by the suffix.

    Raises UsageError (`export-unwritable`).
    """
    try:
        if path.suffix.lower() == ".html":
            path.write_text(_html(found, language), "utf-8")
        else:
            _workbook(found, path, language)
    except OSError as error:
        raise unwritable(path, error) from error


def _html(found: Benford, language: Language) -> str:
    """Return a page that needs nothing from anywhere else: the charts are drawn in it."""
    parts = []
    for table in found.tables:
        heading = title(found, table, language)
        parts.append(f"<h2>{escape(printable(heading))}</h2>")
        parts += [f"<p>{escape(sentence)}</p>" for sentence in sentences(table, language)]
        parts += [_svg(table, heading, language), html_table(digits_list(table), language)]
    heading = escape(message("benford-page", language))
    return PAGE.format(language=language, title=heading, right="td, th", table="\n".join(parts))


def _svg(table: Digits, heading: str, language: Language) -> str:
    """Return the shares as bars and the expected ones as a line, in whole pixels."""
    most = max(max(one.share, one.expected) for one in table.digits)
    bars, points = [], []
    for at, one in enumerate(table.digits):
        high, wanted = (int(HEIGHT * share / most) for share in (one.share, one.expected))
        middle = at * STEP + STEP // 2
        top = HEIGHT + 20 - high
        bars.append(BAR.format(x=at * STEP + 8, y=top, width=STEP - 16, high=high, middle=middle, digit=one.digit,
                               foot=HEIGHT + 38, above=top - 5, percent=percent(one.share)))  # fmt: skip
        points.append(f"{middle},{HEIGHT + 20 - wanted}")
    return CHART.format(
        title=escape(printable(heading), quote=True),
        width=STEP * len(table.digits),
        height=HEIGHT + 50,
        bars="\n".join(bars),
        points=" ".join(points),
        observed=message("benford-head-share", language),
        expected=message("benford-head-expected", language),
    )


def _workbook(found: Benford, path: Path, language: Language) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for table in found.tables:
        name = table.fund or message("benford-page", language)
        _sheet(book.create_sheet(UNNAMEABLE.sub(" ", printable(name))[:31]), found, table, language)
    book.save(path)


def _sheet(sheet: Worksheet, found: Benford, table: Digits, language: Language) -> None:
    """Write one table, its sentences and its chart."""
    from openpyxl.chart import BarChart, LineChart, Reference

    sheet.append([message(f"benford-head-{name}", language) for name in NAMES])
    for one in table.digits:
        sheet.append([one.digit, one.occurs, one.share, one.expected, one.deviation])
        for cell in sheet[sheet.max_row][2:]:
            cell.number_format = "0.00%"
    last = len(table.digits) + 1
    for row, sentence in enumerate((title(found, table, language), *sentences(table, language)), last + 2):
        sheet.cell(row, 1, printable(sentence)).data_type = "s"
    bars, line = BarChart(), LineChart()
    for chart, column in ((bars, 3), (line, 4)):
        chart.add_data(Reference(sheet, min_col=column, min_row=1, max_row=last), titles_from_data=True)
        chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=last))
    bars.title = printable(title(found, table, language))
    bars.y_axis.number_format = "0%"
    bars.x_axis.delete = bars.y_axis.delete = False
    bars += line
    sheet.add_chart(bars, "G2")
