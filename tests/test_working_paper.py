"""The working paper and the page of an audit as an auditor reads them: days, units, thresholds, sources, states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import openpyxl
import pytest

from fundtrack.checking.audit import audit_ledger
from fundtrack.errors import LANGUAGES
from fundtrack.reporting.audits import page
from fundtrack.reporting.audits.paper import COLUMNS, HEAD_ROW
from ledgers import CASH

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from commands import Say
    from fundtrack.errors import Language


def findings_of(workbook: Any, sheet: str) -> list[Mapping[str, Any]]:  # noqa: ANN401 - openpyxl ships no types
    """Return the rows of a sheet of findings by the names of the columns."""
    rows = workbook[sheet].iter_rows(min_row=HEAD_ROW + 1)
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


LATE: Final = """
2015-01-05 * "Transfer received" #transfer-received
  Assets:F01-A:Cash                    1000.00 CNY
  Income:F01-A:4001-Transfer          -1000.00 CNY

2015-04-15 * "何建国" "Housing" #disbursement
  project: "P01"
  Expenses:F01-A:House                    1.00 CNY
  Assets:F01-A:Cash                      -1.00 CNY
"""


def dates_of(path: Path) -> list[Any]:
    """Return every cell of a workbook that holds a day, with whether a spreadsheet shows it as one."""
    return [
        cell
        for sheet in openpyxl.load_workbook(path)
        for row in sheet.iter_rows()
        for cell in row
        if getattr(cell, "is_date", False) or (isinstance(cell.value, int) and 36_526 < cell.value < 73_050)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_and_thresholds_of_a_working_paper(say: Say, tmp_path: Path, language: Language) -> None:
    """A day is shown as a day, and what is counted in days is no money; thresholds are in words, fen are yuan."""
    ledger = tmp_path / "late.beancount"
    ledger.write_text(CASH + '2015-01-01 open Income:F01-A:4001-Transfer CNY\n  kind: "transfer"\n' + LATE, "utf-8")
    answer = say("check", ledger, "--only", "passed-down-late", "--only", "split-payments", "--lang", language, "-o",
                 tmp_path / "paper.xlsx")  # fmt: skip
    assert answer.code in {0, 1}, answer.err
    days = dates_of(tmp_path / "paper.xlsx")
    assert len(days) > 1
    assert all(cell.is_date and cell.number_format == "yyyy-mm-dd" for cell in days)
    workbook = openpyxl.load_workbook(tmp_path / "paper.xlsx")
    rows = findings_of(workbook, {"en": "passed-down-late", "zh": "滞留应拨资金"}[language])
    (late,) = [row for row in rows if row["day"].value.isoformat().startswith("2015-01-05")]
    assert [late[name].value for name in ("actual", "expected", "difference")] == [100, 30, 70]
    assert {late[name].number_format for name in ("actual", "expected", "difference")} == {"#,##0"}
    assert (late["counted"].value, late["unit"].value) == ({"en": "days", "zh": "天"}[language], "CNY")
    assert late["message"].column_letter == "D"
    summary = "\n".join(str(cell) for row in workbook.worksheets[0].iter_rows(values_only=True) for cell in row if cell)
    wanted = {"en": "put out to tender: 4,000,000.00 CNY (limit)", "zh": "必须招标的限额：4,000,000.00 元（limit）"}
    assert wanted[language] in summary
    assert "400000000" not in summary
    shown = page(audit_ledger(ledger, only=["passed-down-late"]), language)
    assert {"en": "100 days − 30 days = 70 days", "zh": "100 天 − 30 天 = 70 天"}[language] in shown
