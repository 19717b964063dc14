"""The audit working paper (审计工作底稿): a workbook that an auditor goes on writing in.

A summary, then a sheet for each check that found something open, then what is settled, then the sampling list. Every
sheet of findings is laid out alike: what the check says in the rows above `HEAD_ROW`, the headings in it, a finding in
each row below, and two empty columns for what the auditor verified and concludes. Amounts are exact numbers.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from fundtrack.checking.figures import MONEY, counted_in
from fundtrack.errors import message
from fundtrack.money import plain
from fundtrack.reporting.audits.sections import beside_said, extent_said, hash_of, sections
from fundtrack.reporting.export import FORMATS, UNNAMEABLE, WIDEST, disarm, program, typed
from fundtrack.reporting.samplelist import sheets_of
from fundtrack.reporting.table import printable, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fundtrack.checking.audit import Audit
    from fundtrack.checking.finding import Finding
    from fundtrack.errors import Language
    from fundtrack.reporting.audits.sections import Section
    from fundtrack.reporting.sampling import Sample
    from fundtrack.reporting.table import Table

HEAD_ROW: Final = 9
"""The row of the headings on a sheet of findings."""

SHEET_NAME_MAX: Final = 31

READ_SHOWN: Final = 12
"""How many of the files that were read the summary names; JSON and SARIF name all."""

LAST_SAID: Final = 8
"""The last column over which runs what the check says."""

COLUMNS: Final[Mapping[str, int]] = {
    "no": 6, "number": 8, "severity": 8, "message": 60, "voucher": 17, "day": 12, "fund": 9, "use": 12, "project": 14,
    "amount": 18, "unit": 8, "actual": 18, "expected": 18, "difference": 18, "counted": 10, "state": 10, "waiver": 28,
    "evidence": 28, "file": 36, "sheet": 12, "row": 8, "file-sha256": 20, "at": 28, "fingerprint": 20, "verified": 28,
    "conclusion": 28,
}  # fmt: skip
"""The columns of a sheet of findings and their widths; the last two are the auditor's."""

INK, PAPER, RULE = "1F2A37", "EEF1F4", "C5CCD4"


def working_paper(audit: Audit, language: Language, samples: Sample | None = None, on: dt.date | None = None) -> Any:  # noqa: ANN401 - openpyxl ships no types
    """Return the working paper of an audit as a workbook of openpyxl.

    `samples` are the vouchers an auditor drew, which become the last sheets, with how to draw them again; `on` is the
    day of the run, by default today.
    """
    from openpyxl import Workbook

    workbook = Workbook()
    for style in _styles():
        workbook.add_named_style(style)
    parts = sections(audit)
    paper = _Sheet(workbook, workbook.active, message("paper-summary", language))
    _summarise(paper, audit, parts, language, on or dt.datetime.now().astimezone().date())
    for part in parts:
        if part.findings:
            name = part.name if language == "en" or part.check is None else part.title(language)
            _findings(_Sheet(workbook, workbook.create_sheet(), name), part, audit, language)
    if any(part.settled for part in parts):
        sheet = _Sheet(workbook, workbook.create_sheet(), message("paper-settled", language))
        _settled(sheet, parts, audit, language)
    if samples is not None:
        for name, table in sheets_of(samples, language).items():
            _samples(_Sheet(workbook, workbook.create_sheet(), name), table, language)
    return workbook


class _Sheet:
    """A sheet that is written row by row; no text in it is ever a formula."""

    def __init__(self, workbook: Any, sheet: Any, name: str) -> None:  # noqa: ANN401 - openpyxl ships no types
        taken = {other.title.casefold() for other in workbook.worksheets if other is not sheet}
        sheet.title = _sheet_name(name, taken)
        self.sheet = sheet
        self.row = 0

    def write(self, *values: object, bold: bool = False, fill: bool = False) -> Sequence[Any]:
        """Write a row and return its cells."""
        self.row += 1
        cells = [self.sheet.cell(self.row, at) for at in range(1, len(values) + 1)]
        style = "fundtrack head" if fill else "fundtrack label" if bold else "fundtrack"
        for cell, value in zip(cells, values, strict=True):
            cell.style = style  # before the value: the style of a cell takes the number format of a day away
            cell.value = _cell(value)
            disarm(cell)
        return cells

    def note(self, text: str, *, bold: bool = False, size: int = 11) -> None:
        """Write a line that runs over the columns beside it."""
        from openpyxl.styles import Alignment, Font

        (cell,) = self.write(text)
        cell.font = Font(bold=bold, size=size, color=INK)
        cell.alignment = Alignment(wrap_text=False)

    def title(self, text: str) -> None:
        """Write the title of the sheet."""
        self.note(text, bold=True, size=16)

    def say(self, label: str, text: object, last: int) -> None:
        """Write a label and, over the columns up to the last, what belongs to it."""
        self.write(label, None, text)[0].style = "fundtrack label"
        self.sheet.merge_cells(start_row=self.row, start_column=1, end_row=self.row, end_column=2)
        self.sheet.merge_cells(start_row=self.row, start_column=3, end_row=self.row, end_column=last)

    def heighten(self, first: int, last: int) -> None:
        """Give the row the height of its text, which no spreadsheet does for merged cells."""
        room = sum(self.sheet.column_dimensions[_letter(at)].width for at in range(first, last + 1))
        text = str(self.sheet.cell(self.row, first).value or "")
        lines = sum(1 + width(line) * 11 // 10 // int(room) for line in text.splitlines() or [""])
        self.sheet.row_dimensions[self.row].height = 15 * lines + 2

    def widths(self, widths: Sequence[int]) -> None:
        """Give the columns their widths."""
        for at, size in enumerate(widths, 1):
            self.sheet.column_dimensions[_letter(at)].width = size

    def lay_out(self, head: int) -> None:
        """Let the headings stay on the screen and stand on every printed page, which is as wide as the sheet."""
        sheet = self.sheet
        sheet.freeze_panes = f"A{head + 1}"
        sheet.print_title_rows = f"{head}:{head}"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.oddFooter.center.text = "&P / &N"
        sheet.sheet_view.showGridLines = False


def _styles() -> Iterator[Any]:
    """Yield how cells look: plain ones, labels, and the headings of a table."""
    from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

    for name in ("fundtrack", "fundtrack label", "fundtrack head"):
        style = NamedStyle(name, alignment=Alignment(vertical="top", wrap_text=True))
        style.font = Font(bold=name != "fundtrack", color=INK)
        if name == "fundtrack head":
            style.fill = PatternFill("solid", PAPER)
            style.border = Border(bottom=Side("thin", RULE), top=Side("thin", RULE))
        yield style


def _summarise(paper: _Sheet, audit: Audit, parts: Sequence[Section], language: Language, on: dt.date) -> None:
    """Write of what the audit was, what it found check by check, and what was not asked."""
    widths = (6, 24, 34, 11, 8, 8, 8, 24, 34, 68)
    paper.widths(widths)
    paper.title(f"{message('paper-title', language)} · {audit.title}")
    for key, value in _particulars(audit, language, on):
        paper.say(message(f"paper-{key}", language), value, len(widths))
        paper.heighten(3, len(widths))
    paper.write()
    paper.note(message("paper-lead", language))
    paper.write()
    paper.note(message("paper-checks-run", language), bold=True)
    keys = ("no", "check", "name", "catalogue", "fatal", "error", "warn", "amounts", "parameters", "sha256")
    head = paper.write(*(message(f"paper-{key}", language) for key in keys), bold=True, fill=True)[0].row
    for number, part in enumerate((part for part in parts if part.why_not is None), 1):
        counts = (part.sum.counts[severity] for severity in ("fatal", "error", "warn"))
        paper.write(number, part.name, part.title(language), part.catalogue, *counts, part.amounts,
                    part.thresholds(language), part.sha256)  # fmt: skip
    paper.lay_out(head)
    paper.sheet.freeze_panes = None  # what is above the headings would fill the screen
    paper.sheet.print_title_rows = None
    if not audit.limits:
        return
    paper.write()
    paper.note(message("check-cannot-prove", language), bold=True)
    paper.write(*(message(f"paper-{key}", language) for key in ("no", "check", "why")), bold=True, fill=True)
    for number, limit in enumerate(audit.limits, 1):
        paper.write(number, ", ".join(limit.names), limit.says[language])
        paper.sheet.merge_cells(start_row=paper.row, start_column=3, end_row=paper.row, end_column=len(widths))
        paper.heighten(3, len(widths))


def _particulars(audit: Audit, language: Language, on: dt.date) -> list[tuple[str, object]]:
    """Return what stands at the head of the paper: what was looked at, and room for who wrote and who reviewed it."""
    return [
        ("book", audit.title),
        ("path", str(audit.path)),
        ("date", on),
        ("program", program()),
        ("vouchers", audit.vouchers),
        ("findings", len(audit.findings)),
        ("extent", extent_said(audit, language)),
        *(("settled", settled) for settled in [sum(not one.is_open for one in audit.findings)] if settled),
        *(("read", f"{one.file}  SHA-256 {one.sha256 or '–'}") for one in audit.read[:READ_SHOWN]),
        *(
            ("read", message("paper-read-more", language, count=more))
            for more in [len(audit.read) - READ_SHOWN]
            if more > 0
        ),
        *beside_said(audit, language),
        ("index", None),
        ("prepared", None),
        ("reviewed", None),
    ]


def _findings(paper: _Sheet, part: Section, audit: Audit, language: Language) -> None:
    """Write a sheet of findings."""
    paper.widths(list(COLUMNS.values()))
    paper.title(f"{part.title(language)} · {part.name}")
    said = {
        "wording": part.wording(language),
        "reason": part.reason(language),
        "basis": "\n".join(part.basis),
        "remedy": part.remedy(language),
        "parameters": part.thresholds(language),
        "sha256": part.sha256,
    }
    for key, text in said.items():
        paper.say(message(f"paper-{key}", language), text, LAST_SAID)
        paper.heighten(3, LAST_SAID)
    _rows(paper, [(part, finding) for finding in part.findings], audit, language)


def _settled(paper: _Sheet, parts: Sequence[Section], audit: Audit, language: Language) -> None:
    """Write the sheet of what was dismissed, closed or permitted, of all checks."""
    paper.widths(list(COLUMNS.values()))
    paper.title(message("paper-settled", language))
    paper.note(message("paper-settled-lead", language))
    named = [
        (part, replace(one, messages={language: f"{part.title(language)} · {one.messages[language]}"}))
        for part in parts
        for one in part.settled
    ]
    _rows(paper, named, audit, language)


def _rows(paper: _Sheet, found: Sequence[tuple[Section, Finding]], audit: Audit, language: Language) -> None:
    """Write the headings and a row for each finding."""
    paper.row = HEAD_ROW - 1
    paper.write(*(message(f"paper-{key}", language) for key in COLUMNS), bold=True, fill=True)
    for number, (part, finding) in enumerate(found, 1):
        values = {"no": number, **_values(finding, part, audit, language)}
        cells = dict(zip(COLUMNS, paper.write(*(values[key] for key in COLUMNS)), strict=True))
        scales = {"amount": finding.scale} | dict.fromkeys(("actual", "expected", "difference"), _scale(finding, part))
        for key, scale in scales.items():
            if isinstance(cells[key].value, Decimal):
                cells[key].number_format = _format(scale)
    paper.lay_out(HEAD_ROW)
    paper.sheet.auto_filter.ref = f"A{HEAD_ROW}:{_letter(len(COLUMNS))}{paper.row}"


def _scale(finding: Finding, part: Section) -> int:
    """Return the decimals of what was compared."""
    counted = part.counted(finding)
    return finding.scale if counted == MONEY else 2 if "." in finding.actual else 0


def _values(finding: Finding, part: Section, audit: Audit, language: Language) -> Mapping[str, object]:
    """Return the cells of a finding by the names of the columns."""
    subject, origin, permit = finding.subject, finding.subject.origin, audit.waiver_of(finding)
    compared = {
        name: Decimal(value) if finding.difference else value
        for name, value in (("actual", finding.actual), ("expected", finding.expected))
    }
    return {
        "number": finding.number or None,
        "severity": message(f"paper-{finding.severity}", language),
        "message": finding.messages[language],
        "voucher": subject.voucher,
        "day": dt.date.fromisoformat(finding.date) if finding.date else None,
        "fund": ", ".join(filter(None, (finding.fund, *finding.other_funds))),
        "use": finding.use,
        "project": finding.project,
        "amount": None if finding.amount is None else Decimal(plain(finding.amount, finding.scale)),
        "unit": finding.unit,
        **compared,
        "difference": Decimal(finding.difference) if finding.difference else None,
        "counted": counted_in(part.counted(finding), finding.unit, language) if finding.difference else "",
        "state": message(f"state-{finding.state}", language),
        "waiver": permit and message("waiver-said", language, waiver=finding.waiver, **permit._asdict()),
        "evidence": finding.evidence,
        "file": origin.file,
        "sheet": origin.sheet,
        "row": origin.row or (None if subject.came_from.file else subject.line) or None,
        "file-sha256": origin.sha256 or hash_of(origin.file, audit),
        "at": subject.at if subject.came_from.file else "",
        "fingerprint": finding.fingerprint,
        "verified": None,
        "conclusion": None,
    }


def _samples(paper: _Sheet, samples: Table, language: Language) -> None:
    """Write a table of a sample: the sampling list, the strata, the method."""
    paper.write(*(column.heading(language) for column in samples.columns), bold=True, fill=True)
    for row in samples.rows:
        cells = paper.write(*(typed(column, cell) for column, cell in zip(samples.columns, row, strict=True)))
        for column, cell in zip(samples.columns, cells, strict=True):
            cell.number_format = FORMATS[column.kind]
    columns = list(paper.sheet.iter_cols(values_only=True))
    paper.widths([min(max(width(str(value or "")) for value in column), WIDEST) + 4 for column in columns])
    paper.lay_out(1)


def _cell(value: object) -> object:
    """Return a value as a cell holds it: no control characters, and nothing for an empty text."""
    if isinstance(value, str):
        return "\n".join(map(printable, value.split("\n"))) or None
    return value


def _format(scale: int) -> str:
    """Return how a number with so many decimals is shown."""
    return f"#,##0.{'0' * scale}" if scale else "#,##0"


def _sheet_name(name: str, taken: set[str]) -> str:
    """Return a name that a sheet may have and no other one has."""
    said = UNNAMEABLE.sub(" ", printable(name)).strip("'")[:SHEET_NAME_MAX]
    number = 1
    while said.casefold() in taken:
        number += 1
        said = f"{said[: SHEET_NAME_MAX - 4].rstrip(' 0123456789~')}~{number}"
    return said


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column))
