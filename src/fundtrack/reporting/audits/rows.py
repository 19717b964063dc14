"""Findings as rows: one a finding, for spreadsheets and programs that read CSV."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

from fundtrack.reporting.table import safe

if TYPE_CHECKING:
    from fundtrack.checking.audit import Audit
    from fundtrack.errors import Language

COLUMNS: Final = (
    "severity", "check", "file", "line", "row", "voucher", "fund", "use", "amount", "message", "date", "project",
    "unit", "actual", "expected", "difference", "evidence", "sheet", "fingerprint", "number", "state", "waiver",
    "waiver_document", "waiver_until", "source_file", "source_sheet", "source_row", "source_sha256",
)  # fmt: skip
"""The names of the columns, which are keys of the machine-readable object."""

NUMBERS: Final = frozenset({"line", "row", "amount", "difference", "number", "waiver", "source_row"})
"""Columns that hold numbers: a minus in front of one begins no formula."""


def as_csv(audit: Audit, language: Language) -> str:
    """Return the findings as CSV; a spreadsheet shows every text and runs none."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for finding in audit.findings:
        source = finding.subject.came_from
        record = finding.record(language) | {f"source_{name}": said for name, said in source._asdict().items() if said}
        permit = audit.waiver_of(finding)
        record |= {f"waiver_{name}": said for name, said in permit._asdict().items()} if permit else {}
        compared = {"actual", "expected"} if finding.difference else set()
        writer.writerow(_cell(record.get(name), number=name in NUMBERS | compared) for name in COLUMNS)
    return out.getvalue()


def _cell(value: Any, *, number: bool) -> str:  # noqa: ANN401 - whatever a record holds
    said = "" if value is None else str(value)
    return said if number else safe(said)
