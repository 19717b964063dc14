"""What a refusal says beside the remedy of its check, from the chart and the vouchers that are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fundtrack.chart.model import KINDS
from fundtrack.errors import LANGUAGES, message
from fundtrack.posting.kinds import NOT_IN_CHART
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart
    from fundtrack.checking import Finding
    from fundtrack.errors import Language

    Said = tuple[str, dict[str, str]]

OF_PROJECTS: Final = """
SELECT DISTINCT c.voucher, q.number, q.project FROM candidate AS c
JOIN quota AS q ON q.fund = c.fund AND q.year = c.year AND q.use = c.debit AND q.project <> ''
WHERE c.line = 1 AND c.quota = '' AND c.project = ''
ORDER BY c.voucher, q.number
"""
"""The lines of a payment's use that are for a project each, where the payment names none."""


def advised(connection: Connection, chart: Chart, finding: Finding) -> Finding:
    """Return what refuses a voucher with what would do in this book before its remedy."""
    said: list[Said] = []
    if finding.check == "no-quota":
        said = _of_projects(connection, finding.voucher)
    elif finding.check == "unknown-fund-or-account":
        said = _to_open(chart, str(finding.key[1]))
    if not said:
        return finding
    remedies: dict[Language, str] = {}
    for language in LANGUAGES:
        gap = " " if language == "en" else ""
        each = [message(key, language, **of) for key, of in said]
        remedies[language] = gap.join([*each, finding.remedies[language]])
    return replace(finding, remedies=remedies)


def _of_projects(connection: Connection, voucher: int) -> list[Said]:
    """Name the lines that would do, where the payment names no project."""
    return [("quota-of-project", {"number": number, "project": project})
            for of, number, project in dialect.rows_of(connection, OF_PROJECTS) if of == voucher]  # fmt: skip


def _to_open(chart: Chart, account: str) -> list[Said]:
    """Give the line that opens an account of a kind that a fund of the chart has not: `?:F01:----interest`."""
    _, _, rest = account.partition(":")
    fund, _, code = rest.partition(":")
    kind = code.removeprefix(NOT_IN_CHART)
    root = next((one for one, kinds in KINDS.items() if kind in kinds), "")
    if fund not in chart.funds or kind == code or not root:
        return []
    taken = {int(one.code) for one in chart.accounts.values() if (one.fund, one.root) == (fund, root)
             and one.code.isdecimal()}  # fmt: skip
    free = max(taken, default=1000 * (1 + [*KINDS].index(root))) + 1
    path = f"{root}:{chart.funds[fund].component('en')}:{free:04d}-{kind.capitalize()}"
    return [("account-to-open", {"fund": fund, "kind": kind, "path": path, "unit": chart.currency})]
